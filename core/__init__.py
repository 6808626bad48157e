"""Regularization Lab's core: NumPy alone, no screen, no globals; made to be used from a notebook too."""

from core.datasets import DATASETS, Dataset, load_dataset
from core.files import SavedRun, load_run, save_run
from core.gradient import gradient_check
from core.grid import train_grid
from core.logistic import LogisticPath, degrees_of_freedom, fit_logistic, lam_max
from core.penalties import PENALTIES, Penalty
from core.run import Run
from core.settings import LAMS, Settings
from core.training import train

__all__ = [
    "DATASETS",
    "LAMS",
    "PENALTIES",
    "Dataset",
    "LogisticPath",
    "Penalty",
    "Run",
    "SavedRun",
    "Settings",
    "degrees_of_freedom",
    "fit_logistic",
    "gradient_check",
    "lam_max",
    "load_dataset",
    "load_run",
    "save_run",
    "train",
    "train_grid",
]

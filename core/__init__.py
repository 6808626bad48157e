"""Regularization Lab's core: NumPy alone, no screen, no globals; made to be used from a notebook too."""

from core.datasets import DATASETS, Dataset, load_dataset
from core.edits import edited
from core.files import SavedRun, load_run, save_run
from core.gradient import gradient_check
from core.grid import train_grid
from core.logistic import LogisticPath, degrees_of_freedom, fit_logistic, lam_max
from core.penalties import LECTURED, PENALTIES, Penalty
from core.run import Run
from core.selection import cross_validate, nested_cross_validate
from core.settings import LAMS, Settings
from core.stability import evidence, stability_selection
from core.training import train

__all__ = [
    "DATASETS",
    "LAMS",
    "LECTURED",
    "PENALTIES",
    "Dataset",
    "LogisticPath",
    "Penalty",
    "Run",
    "SavedRun",
    "Settings",
    "cross_validate",
    "degrees_of_freedom",
    "edited",
    "evidence",
    "fit_logistic",
    "gradient_check",
    "lam_max",
    "load_dataset",
    "load_run",
    "nested_cross_validate",
    "save_run",
    "stability_selection",
    "train",
    "train_grid",
]

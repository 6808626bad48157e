"""Networks that several tests look at, trained with core alone, and their cost by hand."""

from collections.abc import Sequence
from functools import cache

import numpy as np

import core
from core import LECTURED, PENALTIES, decay, variance
from core.grid import epochs_to_rest
from core.settings import LAMS

LECTURE = {name: PENALTIES[name] for name in LECTURED}  # the penalties that stand beside each other


def trained(
    settings: core.Settings, penalty: str, lams: Sequence[float], **changed: object
) -> tuple[core.Dataset, core.Run]:
    """The data that the settings name, and a network for each λ, without the pages.

    changed: arguments of `core.train` in place of the settings', or beside them.
    """
    data = settings.load()
    options = {"learning_rate": settings.learning_rate, "epochs": settings.epochs, "seed": settings.seed}
    return data, core.train(data.X_train, data.y_train, settings.hidden, penalty, lams, **options | changed)


def trained_to_rest(
    settings: core.Settings, penalty: str, lams: Sequence[float] = LAMS
) -> tuple[core.Dataset, core.Run]:
    """The same by accelerated steps, as far as they come to rest: what pages about a penalty show."""
    epochs = [epochs_to_rest(settings.epochs, lam) for lam in lams]
    to_rest = {"method": "accelerated", "snapshots": 2, "until_rest": True}
    return trained(settings, penalty, lams, epochs=epochs, **to_rest)


def trained_l2(data: core.Dataset, lams: list[float], **options: object) -> core.Run:
    """Networks with L2, for a step to be taken apart."""
    return core.train(data.X_train, data.y_train, penalty="l2", lams=lams, **options)


@cache
def l2_step() -> tuple[core.Dataset, core.Run, decay.Update]:
    """Breast cancer, networks of three layers at λ = 0, 10 and 300, and the steps of the second of them."""
    data = core.load_dataset("breast_cancer", 0)
    run = trained_l2(
        data, [0.0, 10.0, 300.0], hidden=(5, 3), learning_rate=0.3, epochs=40, snapshots=9, dtype="float64"
    )
    return data, run, decay.take_apart(run, data.X_train, data.y_train, 1)


@cache
def curves_of_wine() -> variance.Curves:
    """Learning curves of one training set at three numbers of samples and three λ."""
    wine = core.load_dataset("wine")
    return variance.learning_curves(wine, (10, 40, wine.m), (4,), "l2", (0.0, 3.0, 1000.0), 1.0, 60, seed=1)


def cost_by_hand(run: core.Run, X: np.ndarray, y: np.ndarray) -> float:
    """Cross-entropy of a single network with a sigmoid."""
    Z = run.layers(X)[-1][0, 0].astype(float)
    return float(np.logaddexp(0, np.where(y == 1, -Z, Z)).mean())

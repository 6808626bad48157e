"""Where λ stands for a look: rules, so that each data set has a λ of its own for it."""

from collections.abc import Callable

import numpy as np

from core import PENALTIES
from core.measures import count_zeros, sparsity
from core.settings import LAMS
from ui.base.tables import Runs
from ui.topics.topic import Context
from ui.work.networks import PLAIN, networks
from ui.work.validation import validation

GRID = np.array(LAMS)
L1 = PENALTIES["l1"].label
Where = Callable[[Context], float | None]


def at(lam: float) -> Where:
    """Always this λ of the grid."""
    return lambda context: lam


no_penalty, largest = at(LAMS[0]), at(LAMS[-1])


def half_zero(context: Context) -> float | None:
    """The first λ at which half of L1's weights are exactly zero, the largest where they never are."""
    return _half_zero(context.known_runs)


def half_zero_in_training(context: Context) -> float | None:
    """The same at the end of the plain steps."""
    found = context.known(networks(context.settings, context.shelf, PLAIN))
    return _half_zero(found[0].runs if found else {})


def _half_zero(runs: Runs) -> float | None:
    return first(sparsity(runs[L1].W) >= 0.5) if runs else None


def weights_left(context: Context) -> float | None:
    """The last λ at which L1 has a weight left in every layer."""
    runs = context.known_runs
    if not runs:
        return None
    left = np.all([count_zeros([W]) < W[0].size for W in runs[L1].W], axis=0)
    return LAMS[int(np.flatnonzero(left)[-1])] if left.any() else LAMS[0]


def chosen_in_folds(penalty: str) -> Where:
    """λ₁ₛₑ of a penalty, by its name, once its folds are there; without an optimum the λ stays."""

    def where(context: Context) -> float | None:
        found = context.known(validation(context.settings, context.shelf))
        if not found:
            return None
        one = found[0].by_label[PENALTIES[penalty].label]
        return LAMS[one.k_1se] if one.k_1se >= 0 else context.lam

    return where


def shrink_by(share: float) -> Where:
    """The λ at which αλ/m, what one step of L2 takes of a weight, is nearest to this share."""
    return lambda context: nearest(share * context.data.m / context.settings.learning_rate)


def first(is_so: np.ndarray) -> float:
    """The first λ of the grid at which this is so, the largest where it never is."""
    return LAMS[int(np.argmax(is_so))] if is_so.any() else LAMS[-1]


def nearest(lam: float) -> float:
    """The λ > 0 of the grid that is nearest to this one, in ratio."""
    return LAMS[1 + int(np.argmin(np.abs(np.log(GRID[1:] / lam))))]

"""What a number measured on few rows says of all rows: a mean, a share and a difference with an interval.

95 % intervals: were the rows drawn anew many times, 95 of 100 such intervals would hold the truth. A mean's
is Student's t over the rows, a share's is Wilson's, which stays between 0 and 1. Two models on the same rows
are compared by the mean of their differences: what is hard for both falls out.

E. Wilson: Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
M. Abramowitz, I. Stegun: Handbook of Mathematical Functions, 26.7.5, for the quantile of t.
"""

from typing import NamedTuple

import numpy as np

from core import network
from core.measures import predicted

Z = 1.959963984540054  # the normal's 97.5 % quantile
SURE = -float(np.log(np.finfo(float).tiny))  # in nats: what no share that is a number costs more than


class Interval(NamedTuple):
    """A number and the ends of its 95 % interval; NaN where too few rows say it."""

    value: float
    low: float
    high: float


def t_quantile(freedom: int) -> float:
    """97.5 % quantile of Student's t, exact for 1 and 2 degrees of freedom, within 0.2 % from 3 on."""
    if freedom < 1:
        return np.nan
    if freedom == 1:
        return float(np.tan(np.pi * 0.475))
    if freedom == 2:
        return float(0.95 * np.sqrt(2 / (1 - 0.95**2)))
    n = float(freedom)
    terms = (
        (Z**3 + Z) / 4 / n,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96 / n**2,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384 / n**3,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160 / n**4,
    )
    return Z + sum(terms)


def of_mean(values: np.ndarray) -> Interval:
    """Mean of values (n,), one a row; the interval is NaN for fewer than two."""
    n, mean = len(values), float(np.mean(values)) if len(values) else np.nan
    half = t_quantile(n - 1) * standard_error(values)
    return Interval(mean, mean - half, mean + half)


def standard_error(values: np.ndarray) -> float:
    """Of the mean of values (n,): their deviation over √n; NaN for fewer than two."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan


def is_beyond_chance(differences: np.ndarray) -> bool:
    """Whether the mean of paired differences (n,) is above 0 by more than two standard errors."""
    return bool(np.mean(differences) > 2 * standard_error(differences))


def of_share(hits: int, n: int) -> Interval:
    """hits of n rows as a share, by Wilson's formula; NaN where there is no row."""
    if n == 0:
        return Interval(np.nan, np.nan, np.nan)
    share, spread = hits / n, Z**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * np.sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = float(middle - half), float(middle + half)
    return Interval(share, low if hits else 0.0, high if hits < n else 1.0)  # both are exact at the ends


class OnTestRows(NamedTuple):
    """A model on rows that had no say in it, and the constant one, which gives every row the same shares."""

    cost: Interval  # mean cross-entropy, in nats
    accuracy: Interval
    constant_cost: Interval
    constant_accuracy: Interval


def _not_negative(found: Interval) -> Interval:
    """The interval of what cannot be below 0."""
    return found._replace(low=float(np.maximum(found.low, 0)))


def on_test_rows(Z: np.ndarray, y: np.ndarray, y_train: np.ndarray) -> OnTestRows:
    """Measure one model's logits Z (n_out, n) on rows of the class indices y (n,).

    The constant model's shares are those of the classes in y_train (m,).
    """
    n_classes = max(2, len(Z))
    shares = np.bincount(y_train, minlength=n_classes) / len(y_train)
    P = network.probabilities(Z[None])[0]
    costs = network.row_costs(Z[None], network.targets(y, n_classes, "float64"))[0]
    hits = predicted(P if len(Z) == 1 else P[None])[0] == y
    with np.errstate(divide="ignore"):  # of a class that was not there to train on
        constant = np.minimum(-np.log(shares), SURE)[y]
    return OnTestRows(
        _not_negative(of_mean(costs)),
        of_share(int(hits.sum()), len(y)),
        _not_negative(of_mean(constant)),
        of_share(int((y == shares.argmax()).sum()), len(y)),
    )

"""The plane as networks see it: which part of it is drawn, cut into cells, and the samples on it.

Coordinates are shares of the side of a square, from 0 to 1 in x and y, so that several squares can stand side
by side; a topic says how large its squares are and how it tells the probabilities of its cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ui.base.tables import evenly

MAX_POINTS = 700  # samples in one square; all that the synthetic data have


@dataclass(frozen=True, eq=False)
class Plane:
    """A rectangle of the plane, in units of the data, that is drawn as a square."""

    low: np.ndarray  # (2,) its lower left corner
    size: np.ndarray  # (2,)

    @classmethod
    def around(cls, X: np.ndarray, margin: float | np.ndarray) -> "Plane":
        """The samples X (m, 2) with a margin around, in units of the data, of each side."""
        low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
        return cls(low, high - low)

    def middles(self, n: int) -> np.ndarray:
        """The middles of n × n cells, row by row from the lowest, (n·n, 2), in units of the data."""
        middle = (np.arange(n) + 0.5) / n
        x, y = np.meshgrid(middle, middle)
        return self.low + self.size * np.column_stack([x.ravel(), y.ravel()])

    def shares(self, X: np.ndarray) -> np.ndarray:
        """Where samples X (m, 2) lie in the square, (m, 2)."""
        return (X - self.low) / self.size


def points_in_squares(
    plane: Plane, X: np.ndarray, y: np.ndarray, lefts: Sequence[float], side: float = 1.0
) -> pd.DataFrame:
    """x, y, sign: samples X (m, 2) once in each square; class 1 is "positive", class 0 "negative".

    lefts: where the squares begin; side: how long theirs is. Of more than MAX_POINTS samples so many are
    drawn, evenly through the rows.
    """
    kept = evenly(len(X), MAX_POINTS)
    x, height = side * plane.shares(X[kept]).T
    n = len(lefts)
    return pd.DataFrame(
        {
            "x": (np.repeat(lefts, len(kept)) + np.tile(x, n)).astype(np.float32),
            "y": np.tile(height, n).astype(np.float32),
            "sign": np.tile(np.where(y[kept] == 1, "positive", "negative"), n),
        }
    )

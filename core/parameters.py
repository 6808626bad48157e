"""The parameters of many networks in one array, with W[l] and b[l] as views of it: two layouts.

Flat is what the plain steps want, whose matrices are contiguous. Rows are for whatever goes by network: a row
holds all parameters of one, so that products of rows and factors for rows are one call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod

import numpy as np

from core.penalties import PENALTIES

Layout = tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]


def shapes(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Shapes of W and b of one network, layer by layer."""
    return [shape for n_in, n_out in pairwise(sizes) for shape in ((n_out, n_in), (n_out, 1))]


def flat(sizes: Sequence[int], n_lams: int, dtype: str | np.dtype) -> Layout:
    """A flat array of zeros for the parameters of n_lams networks, and W[l], b[l] as views of it."""
    stacked = [(n_lams, *shape) for shape in shapes(sizes)]
    ends = np.cumsum([prod(shape) for shape in stacked])
    array = np.zeros(ends[-1], dtype)
    views = [part.reshape(shape) for part, shape in zip(np.split(array, ends[:-1]), stacked, strict=True)]
    return array, views[0::2], views[1::2]


def rows(sizes: Sequence[int], n_lams: int, dtype: str | np.dtype) -> Layout:
    """Zeros (n_lams, n_parameters), a row for each network, and W[l], b[l] as views of them."""
    each = shapes(sizes)
    ends = np.cumsum([prod(shape) for shape in each])
    array = np.zeros((n_lams, ends[-1]), dtype)
    parts = np.split(array, ends[:-1], axis=1)
    views = [part.reshape(n_lams, *shape) for part, shape in zip(parts, each, strict=True)]
    return array, views[0::2], views[1::2]


def dot(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The product of each row of A with that of B, (n_rows,)."""
    products: np.ndarray = np.vecdot(A, B)
    return products


@dataclass(frozen=True, eq=False)
class Stack:
    """Networks that lie side by side: what tells them apart, and what they share."""

    penalties: tuple[str, ...]  # one for each network
    lams: np.ndarray  # (n_lams,)
    sizes: tuple[int, ...]  # units of every layer, input first
    m: int  # training samples
    learning_rate: float
    dtype: str

    def select(self, keep: np.ndarray) -> "Stack":
        """Some of the networks; keep: (n_lams,) bool, or their positions."""
        penalties = tuple(np.array(self.penalties)[keep].tolist())
        return replace(self, penalties=penalties, lams=self.lams[keep])

    def flat(self) -> Layout:
        """Zeros for their parameters, see `flat`."""
        return flat(self.sizes, self.lams.size, self.dtype)

    def rows(self) -> Layout:
        """Zeros for their parameters, see `rows`."""
        return rows(self.sizes, self.lams.size, self.dtype)

    def rates(self) -> tuple[np.ndarray, np.ndarray]:
        """λ/2m where L1 acts and λ/m where L2 acts, in rows, 0 for biases: (corner, ridge).

        The penalty is Σ corner·|w| + ridge·w²/2. A rate that the precision does not hold is its largest
        number.
        """
        corner, W_corner, _ = self.rows()
        ridge, W_ridge, _ = self.rows()
        largest = float(np.finfo(self.dtype).max)
        for i, (name, lam) in enumerate(zip(self.penalties, self.lams, strict=True)):
            for l in range(len(self.sizes) - 1):
                W_corner[l][i] = min(PENALTIES[name].threshold(lam, self.m, 1.0), largest)
                W_ridge[l][i] = min(PENALTIES[name].decay_ratio(lam, self.m, 1.0), largest)
        return corner, ridge

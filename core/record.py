"""What a training keeps: weights and data cost at the snapshots, who stopped when, and who diverged."""

from collections.abc import Sequence

import numpy as np

from core import parameters
from core.network import Arrays


class Record:
    """Snapshots of all networks of a training, filled in part by part."""

    def __init__(self, sizes: Sequence[int], n_lams: int, epochs: np.ndarray, dtype: str) -> None:
        n = len(epochs)
        self.epochs = epochs
        self.index = {int(epoch): i for i, epoch in enumerate(epochs)}
        self.W = [np.empty((n, n_lams, *shape), dtype) for shape in parameters.shapes(sizes)[0::2]]
        self.b = [np.empty((n, n_lams, *shape), dtype) for shape in parameters.shapes(sizes)[1::2]]
        self.data_cost = np.empty((n, n_lams))
        self.diverged_at = np.full(n_lams, -1)
        self.stopped_at = np.full(n_lams, epochs[-1])

    def keep(self, epoch: int, part: np.ndarray, W: Arrays, b: Arrays, data_cost: np.ndarray) -> None:
        """Copy a snapshot of some networks; part: their positions. One that diverged leaves NaN."""
        self._put(slice(self.index[epoch], self.index[epoch] + 1), part, W, b, data_cost)

    def stop(self, epoch: int, part: np.ndarray, W: Arrays, b: Arrays, data_cost: np.ndarray) -> None:
        """Note that some networks stop here: so they are in all snapshots from here on."""
        self.stopped_at[part] = epoch
        self._put(slice(int(np.searchsorted(self.epochs, epoch)), None), part, W, b, data_cost)

    def _put(self, at: slice, part: np.ndarray, W: Arrays, b: Arrays, data_cost: np.ndarray) -> None:
        gone = self.diverged_at[part] >= 0
        for kept, now in zip((*self.W, *self.b), (*W, *b), strict=True):
            kept[at, part] = np.where(gone[:, None, None], np.nan, now) if gone.any() else now
        self.data_cost[at, part] = np.where(gone, np.nan, data_cost)

    def retire(self, epoch: int, part: np.ndarray, gone: np.ndarray) -> None:
        """Note which of some networks are no longer finite."""
        new = part[gone & (self.diverged_at[part] < 0)]
        self.diverged_at[new] = epoch

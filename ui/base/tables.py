"""Tidy tables from runs: what the charts draw, column by column.

A curve is either long (k, penalty, value) or, where a slider picks one position in the browser, wide: one
row a weight or a bin, with the columns v0, v1, … for the λ of the grid or the snapshots.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.settings import LAMS
from core.training import Run
from ui.base.words import lam_text

Runs = Mapping[str, Run]  # by the penalty's label


def wide(values: np.ndarray, decimals: int = 4) -> dict[str, np.ndarray]:
    """Columns v0, v1, … of an array (n_rows, n_positions), rounded to what a screen can show.

    What is not exactly zero stays so: rounding moves it to the smallest step, not to zero.
    """
    step = 10.0**-decimals
    rounded = values.round(decimals)
    rounded = np.where((rounded == 0) & (values != 0), np.copysign(step, values), rounded)
    return {f"v{k}": rounded[:, k].astype(np.float32) for k in range(values.shape[1])}


def integer_table(**columns: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """A table of small whole numbers; the browser counts 64-bit ones in another type."""
    return pd.DataFrame(columns, dtype="int32")


def evenly(n: int, most: int) -> np.ndarray:
    """Positions of at most so many of n things: the first, the last, and evenly between."""
    return np.unique(np.linspace(0, n - 1, most).astype(int))


def lam_titles(lams: Sequence[float] = LAMS) -> pd.DataFrame:
    """k, title: what the columns v0, v1, … of a table stand at, where they are over λ."""
    return integer_table(k=range(len(lams))).assign(title=[lam_text(lam) for lam in lams])

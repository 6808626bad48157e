"""Tidy tables of cost and accuracy against λ and against the number of training samples."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.variance import Curves, band, best_lams, samples_needed
from ui.base.tables import integer_table
from ui.base.words import lam_text, number, percent

ROWS = {"train": "training", "test": "test"}  # a measure's prefix, and how it is written


def curve_table(curves: Sequence[Curves]) -> pd.DataFrame:
    """k, m, rows, is_all, then mean, low and high over the seeds: cost, cost_low, …, accuracy_high.

    One row for each λ, number of samples, and "training" or "test"; is_all marks the largest number of
    samples. Where a network of any seed diverged there is no row.
    """
    sizes, n_lams = curves[0].sizes, len(curves[0].lams)
    m, k = (index.ravel() for index in np.meshgrid(sizes, range(n_lams), indexing="ij"))
    frames = []
    for prefix, rows in ROWS.items():
        columns: dict[str, np.ndarray] = {}
        for measure in ("cost", "accuracy"):
            over = band(curves, f"{prefix}_{measure}")
            ends = {measure: over.mean, f"{measure}_low": over.low, f"{measure}_high": over.high}
            columns |= {name: values.ravel() for name, values in ends.items()}
        frames.append(integer_table(k=k, m=m).assign(rows=rows, is_all=m == sizes[-1], **columns))
    return pd.concat(frames, ignore_index=True).dropna()


def frame_of(curves: pd.DataFrame) -> pd.DataFrame:
    """m, cost, accuracy: the ends of what the panels against m show at any λ, so that only lines move."""
    return pd.DataFrame(
        {
            "m": [curves.m.min(), curves.m.max()],
            "cost": [0.0, curves.cost_high.max()],
            "accuracy": [curves.accuracy_low.min(), 1.0],
        }
    )


def readout_table(curves: pd.DataFrame, lams: np.ndarray) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then test and training on all samples."""
    everything = curves[curves.is_all]
    columns = (everything[name] for name in ("rows", "k", "cost", "accuracy"))
    measured = {
        (rows, k): f"{rows}: cost {number(cost)}, accuracy {percent(accuracy)}"
        for rows, k, cost, accuracy in zip(*columns, strict=True)
    }
    lines = {"title": list(map(lam_text, lams))}
    for rows in ("test", "training"):
        lines[rows] = [measured.get((rows, k), f"{rows}: diverged") for k in range(len(lams))]
    return integer_table(k=range(len(lams))).assign(**lines)


def worth_table(curves: Sequence[Curves]) -> pd.DataFrame:
    """kind, m, k, lam, cost, low, high, needed: the test cost at λ = 0 and at the best λ for each m.

    kind: "zero" or "best", the λ with the lowest mean test cost at that m. needed: on the rows of "best",
    how many samples λ = 0 takes for the same mean cost, interpolated over log m; infinite where all are too
    few, NaN where the best λ is 0 or λ = 0 diverged. No row where every λ diverged.
    """
    sizes, lams = curves[0].sizes, curves[0].lams
    over = band(curves, "test_cost")
    zero = int(np.flatnonzero(lams == 0)[0])
    rows = []
    for i, (m, best) in enumerate(zip(sizes, best_lams(over.mean), strict=True)):
        for kind, k in (("zero", zero), ("best", best)):
            if k < 0 or np.isnan(over.mean[i, k]):
                continue
            cost, needed = over.mean[i, k], np.nan
            if kind == "best" and k != zero and np.isfinite(over.mean[i, zero]):
                needed = samples_needed(sizes[i:], over.mean[i:, zero], cost)
            rows.append((kind, m, k, lams[k], cost, over.low[i, k], over.high[i, k], needed))
    columns = ["kind", "m", "k", "lam", "cost", "low", "high", "needed"]
    return pd.DataFrame(rows, columns=columns).astype({"m": "int32", "k": "int32"})


def bridges(worth: pd.DataFrame) -> pd.DataFrame:
    """m, needed, cost: where the best λ at m and λ = 0 at more samples reach the same test cost."""
    return worth.loc[np.isfinite(worth.needed), ["m", "needed", "cost"]]


def best_at_a_quarter(worth: pd.DataFrame, m: int) -> pd.Series | None:
    """The row of the best λ at about a quarter of m samples, None where every λ diverged at fewer than m."""
    best = worth[(worth.kind == "best") & (worth.m < m)]
    if best.empty:
        return None
    return best.loc[(np.log(best.m) - np.log(m / 4)).abs().idxmin()]

"""Tidy tables of cost, and of the error's parts, against λ and against the number of training samples."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from core.decomposition import Parts
from core.variance import Curves, band, best_lams, samples_needed
from ui.base.tables import integer_table
from ui.base.words import lam_text, number, percent
from ui.pictures.ends import Upright, line_ends

ROWS = {"train": "training", "test": "aside"}  # a measure's prefix, and how it is written
PART_TEXTS = {"noise": "noise", "bias": "bias²", "both": "noise + bias²", "variance": "variance"}
KIND_TEXTS = {"zero": "λ = 0", "lowest": "best λ"}
COSTS, COSTS_BY_M = Upright(260, "sqrt", has_zero=True), Upright(160, "sqrt", has_zero=True)
ERRORS, ERRORS_BY_M = Upright(240, has_zero=True), Upright(220, has_zero=True)
WORTH = Upright(260)


def curve_table(curves: Sequence[Curves]) -> pd.DataFrame:
    """k, m, rows, is_all, then mean, low and high over the training sets: cost, cost_low, cost_high.

    One row for each λ, number of samples, and "training" or "aside"; is_all marks the largest number of
    samples. Where a network of any set diverged there is no row.
    """
    sizes, n_lams = curves[0].sizes, len(curves[0].lams)
    m, k = _places(sizes, n_lams)
    frames = []
    for prefix, rows in ROWS.items():
        over = band(curves, f"{prefix}_cost")
        ends = {"cost": over.mean, "cost_low": over.low, "cost_high": over.high}
        columns = {name: values.ravel() for name, values in ends.items()}
        frames.append(integer_table(k=k, m=m).assign(rows=rows, is_all=m == sizes[-1], **columns))
    return pd.concat(frames, ignore_index=True).dropna()


def part_table(parts: Parts, sizes: Sequence[int], is_truth: bool) -> pd.DataFrame:
    """k, m, part, is_all, low, high: the parts of the error, one upon the other.

    part: "noise", "bias" and "variance", or without a truth "both" in place of the first two. Where a network
    of any training set diverged there is no row.
    """
    m, k = _places(sizes, parts.error.shape[1])
    below = np.zeros_like(parts.error)
    stack = {"noise": parts.noise, "bias": parts.bias} if is_truth else {"both": parts.bias}
    frames = []
    for part, size in {**stack, "variance": parts.variance}.items():
        frame = integer_table(k=k, m=m).assign(part=part, is_all=m == sizes[-1])
        frames.append(frame.assign(low=below.ravel(), high=(below + size).ravel()))
        below = below + size
    return pd.concat(frames, ignore_index=True).dropna()


def _places(sizes: Sequence[int], n_lams: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of samples and the position of λ of every network, flat."""
    m, k = np.meshgrid(sizes, range(n_lams), indexing="ij")
    return m.ravel(), k.ravel()


def frame_of(curves: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """m, cost, high: the ends of what the panels against m show at any λ, so that only lines move."""
    return pd.DataFrame(
        {
            "m": [curves.m.min(), curves.m.max()],
            "cost": [0.0, curves.cost_high.max()],
            "high": [0.0, parts.high.max()],
        }
    )


def end_table(curves: pd.DataFrame, parts: pd.DataFrame, worth: pd.DataFrame) -> pd.DataFrame:
    """Where the names of lines and of parts stand, see `line_ends`; k: at which λ, −1 for those at any.

    curves, parts, worth: from `curve_table`, `part_table` and `worth_table`.
    """
    costs, spread = curves.assign(text=curves.rows, hue="cost"), ("cost_low", "cost_high")
    of_kinds = worth.assign(text=worth.kind.map(KIND_TEXTS), hue=worth.kind)
    frames = [
        line_ends("costs", costs[costs.is_all], "k", "cost", COSTS, "start", spread),
        part_ends("errors", parts[parts.is_all], "k", ERRORS),
        line_ends("worth", of_kinds, "m", "cost", WORTH, "start", ("low", "high")),
    ]
    over_m = replace(COSTS_BY_M, domain=(0.0, curves.cost_high.max()))
    errors = replace(ERRORS_BY_M, domain=(0.0, parts.high.max()))
    for k, rows in costs.groupby("k"):
        frames.append(line_ends("costs_by_m", rows, "m", "cost", over_m, "start").assign(k=k))
    for k, rows in parts.groupby("k"):
        frames.append(part_ends("errors_by_m", rows, "m", errors).assign(k=k))
    return pd.concat(frames, ignore_index=True).fillna({"k": -1}).astype({"k": "int32"})


def part_ends(panel: str, parts: pd.DataFrame, x: str, upright: Upright) -> pd.DataFrame:
    """The same of the error's parts, whose names stand beside their middles."""
    named = parts.assign(text=parts.part.map(PART_TEXTS), hue=parts.part, middle=(parts.low + parts.high) / 2)
    return line_ends(panel, named, x, "middle", upright, "start", ("low", "high"))


def readout_table(curves: Sequence[Curves], parts: Parts) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the rows aside, the training, the parts."""
    cost, train = band(curves, "test_cost").mean[-1], band(curves, "train_cost").mean[-1]
    accuracy = band(curves, "test_accuracy").mean[-1]
    sound = np.isfinite(cost) & np.isfinite(parts.error[-1])
    lines = {"title": list(map(lam_text, curves[0].lams))}
    lines["aside"] = [
        f"aside: cost {number(cost[k])}, accuracy {percent(accuracy[k])}" if ok else "aside: diverged"
        for k, ok in enumerate(sound)
    ]
    lines["training"] = [
        f"training: cost {number(train[k])}" if ok else "training: diverged" for k, ok in enumerate(sound)
    ]
    lines["error"] = [
        f"error {number(parts.error[-1, k])}, variance {number(parts.variance[-1, k], 2)}" if ok else ""
        for k, ok in enumerate(sound)
    ]
    return integer_table(k=range(len(sound))).assign(**lines)


def worth_table(curves: Sequence[Curves]) -> pd.DataFrame:
    """kind, m, k, lam, cost, low, high, needed: the cost aside at λ = 0 and where it is lowest, for each m.

    kind: "zero" or "lowest", the λ with the lowest mean cost aside at that m. needed: on the rows of
    "lowest", how many samples λ = 0 takes for the same mean cost, interpolated over log m; infinite where all
    are too few, NaN where the λ is 0 or λ = 0 diverged. No row where every λ diverged.
    """
    sizes, lams = curves[0].sizes, curves[0].lams
    over = band(curves, "test_cost")
    zero = int(np.flatnonzero(lams == 0)[0])
    rows = []
    for i, (m, lowest) in enumerate(zip(sizes, best_lams(over.mean), strict=True)):
        for kind, k in (("zero", zero), ("lowest", lowest)):
            if k < 0 or np.isnan(over.mean[i, k]):
                continue
            cost, needed = over.mean[i, k], np.nan
            if kind == "lowest" and k != zero and np.isfinite(over.mean[i, zero]):
                needed = samples_needed(sizes[i:], over.mean[i:, zero], cost)
            rows.append((kind, m, k, lams[k], cost, over.low[i, k], over.high[i, k], needed))
    columns = ["kind", "m", "k", "lam", "cost", "low", "high", "needed"]
    return pd.DataFrame(rows, columns=columns).astype({"m": "int32", "k": "int32"})


def bridges(worth: pd.DataFrame) -> pd.DataFrame:
    """m, needed, cost: where a penalty at m and λ = 0 at more samples reach the same cost aside."""
    return worth.loc[np.isfinite(worth.needed), ["m", "needed", "cost"]]


def lowest_at_a_quarter(worth: pd.DataFrame, m: int) -> pd.Series | None:
    """The row of the lowest cost at about a quarter of m samples, None where every λ diverged below m."""
    lowest = worth[(worth.kind == "lowest") & (worth.m < m)]
    if lowest.empty:
        return None
    return lowest.loc[(np.log(lowest.m) - np.log(m / 4)).abs().idxmin()]

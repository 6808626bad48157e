"""What λ and what more samples do to the gap between test and training, as means over the seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.settings import LAMS
from core.variance import Band, Curves, band
from ui.base.words import lam_label, lam_text, number, percent
from ui.topics.bias_variance.tables import best_at_a_quarter, worth_table
from ui.work.curves import n_networks


def notes(curves: Sequence[Curves], penalty: str, k: int) -> list[str]:
    """What to notice at the k-th λ. penalty: by its label."""
    m = curves[0].sizes[-1]
    worth = worth_table(curves)
    return [
        _mean_note(curves, penalty, k),
        *_best_note(worth[worth.m == m], m),
        *_data_note(curves[0].sizes, band(curves, "train_cost"), band(curves, "test_cost")),
        *_worth_note(worth, m),
        *_divergence_note(curves),
    ]


def caption(n_seeds: int, n_sizes: int) -> str:
    """What the means are of."""
    return (
        f"{n_seeds} seeds × {n_sizes} numbers of samples × {len(LAMS)} values of λ = "
        f"{n_networks(n_seeds, n_sizes):,} networks. A seed draws the split, the samples and "
        "the first weights."
    )


def _mean_note(curves: Sequence[Curves], penalty: str, k: int) -> str:
    """Cost and accuracy at the k-th λ on all samples."""
    m, here = curves[0].sizes[-1], f"At {lam_text(curves[0].lams[k])} under {penalty}"
    test, train = band(curves, "test_cost"), band(curves, "train_cost")
    if not np.isfinite(test.mean[-1, k]):
        return f"{here} a network of some seed diverged, so there is no mean to tell."
    accuracy = band(curves, "test_accuracy").mean[-1, k]
    return (
        f"{here}, all {m:,} training samples, the mean over {len(curves)} seeds is a test cost of "
        f"**{number(test.mean[-1, k])}** (from {number(test.low[-1, k])} to {number(test.high[-1, k])}) "
        f"beside a training cost of {number(train.mean[-1, k])}, and a test accuracy of {percent(accuracy)}."
    )


def _best_note(worth: pd.DataFrame, m: int) -> list[str]:
    """The λ with the lowest mean test cost on all m samples, against none. worth: the rows of m alone."""
    if not {"zero", "best"} <= set(worth.kind):
        return []
    by_kind = worth.set_index("kind")
    cost, lam = by_kind["cost"], by_kind["lam"]
    if lam["best"] == 0:
        return [
            f"With all {m:,} samples no λ of the grid is better than λ = 0, whose test cost is "
            f"{number(cost['zero'])}: there is no variance left that a penalty could take."
        ]
    return [
        f"With all {m:,} samples the lowest mean test cost, **{number(cost['best'])}**, is at "
        f"**{lam_text(lam['best'])}**; without a penalty it is {number(cost['zero'])}."
    ]


def _data_note(sizes: Sequence[int], train: Band, test: Band) -> list[str]:
    """What more samples do to the gap at λ = 0, where they close it."""
    cost = test.mean[:, 0]
    gap = cost - train.mean[:, 0]
    kept = np.flatnonzero(np.isfinite(gap))
    if kept.size < 2 or not gap[kept[-1]] < gap[kept[0]]:
        return []
    few, many = kept[0], kept[-1]
    return [
        f"More data: without a penalty the test cost stands {number(gap[few])} above the training cost with "
        f"{sizes[few]:,} samples, and {number(gap[many])} with {sizes[many]:,}; the test cost goes from "
        f"{number(cost[few])} to {number(cost[many])}."
    ]


def _worth_note(worth: pd.DataFrame, m: int) -> list[str]:
    """How many samples the best λ is worth at about a quarter of the samples."""
    here = best_at_a_quarter(worth, m)
    if here is None or here.lam == 0:
        return []
    zero = worth[(worth.kind == "zero") & (worth.m == here.m)]
    if zero.empty:
        return []
    start = (
        f"More λ: with {here.m:,} samples the best λ, {lam_label(here.lam)}, takes the test cost from "
        f"{number(zero.cost.iloc[0])} to **{number(here.cost)}**. "
    )
    if np.isinf(here.needed):
        return [start + f"Without a penalty not even all {m:,} samples reach that."]
    return [
        start + f"Without a penalty that takes about **{here.needed:,.0f} samples**, "
        f"{number(here.needed / here.m, 2)} times as many."
    ]


def _divergence_note(curves: Sequence[Curves]) -> list[str]:
    """How many networks diverged, and how many means are left out for it."""
    costs = np.array([one.test_cost for one in curves])  # (n_seeds, n_sizes, n_lams)
    gone = int(np.isnan(costs).sum())
    if not gone:
        return []
    left_out = int(np.isnan(costs).any(axis=0).sum())
    return [
        f"{gone:,} of these {costs.size:,} networks diverged, or ended at a higher J than they began at; the "
        f"{left_out:,} means with one of them are left out. The fewer samples, the larger is αλ/m."
    ]

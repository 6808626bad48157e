"""What λ and what more samples do to variance and bias, as means over the training sets."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.decomposition import Parts
from core.grid import epochs_to_rest
from core.intervals import is_beyond_chance
from core.measures import Constant
from core.settings import LAMS, RESTS_FROM
from core.variance import Curves, band
from ui.base.words import lam_label, lam_text, number, percent
from ui.topics.bias_variance.tables import lowest_at_a_quarter, worth_table
from ui.work.curves import n_networks

Place = tuple[int, int]  # which number of samples, which λ


def notes(curves: Sequence[Curves], parts: Parts, is_truth: bool, penalty: str, k: int) -> list[str]:
    """What to notice at the k-th λ. penalty: by its label."""
    worth = worth_table(curves)
    return [
        _mean_note(curves, penalty, k),
        *_part_note(parts, is_truth, k),
        *_lam_note(curves, parts, is_truth, k),
        *_data_note(curves, parts, is_truth, k),
        *_lowest_note(curves, worth),
        *_worth_note(curves, worth),
        *_on_their_way(curves),
        *_divergence_note(curves),
    ]


def caption(n_sets: int, n_sizes: int, epochs: int, is_truth: bool) -> str:
    """What the means are of."""
    drawn = (
        "Each training set is drawn from the truth; aside are rows that none of them holds"
        if is_truth
        else "Each training set is drawn from the training rows with replacement, a bootstrap; aside are the "
        "rows that it leaves out. The test rows play no part"
    )
    return (
        f"{n_sets} training sets × {n_sizes} numbers of samples × {len(LAMS)} values of λ = "
        f"{n_networks(n_sets, n_sizes):,} networks, trained until at rest or "
        f"for {epochs:,} epochs, from λ = {RESTS_FROM:g} on for {epochs_to_rest(epochs, RESTS_FROM):,}. "
        f"{drawn}."
    )


def constant_of(curves: Sequence[Curves], i: int) -> Constant:
    """What each training set's shares of the classes come to on its rows aside, in the mean; i: the size."""
    return Constant(*(float(value) for value in np.mean([one.constant[i] for one in curves], axis=0)))


def is_chance(curves: Sequence[Curves], i: int, k: int) -> bool:
    """Whether the training sets do not tell the cost of the k-th λ from that of λ = 0; i: which size."""
    return not is_beyond_chance(np.array([one.test_cost[i, 0] - one.test_cost[i, k] for one in curves]))


def is_vain(curves: Sequence[Curves], i: int, k: int) -> bool:
    """Whether the k-th λ does not beat a constant answer by more than chance over the sets; i: which size."""
    return not is_beyond_chance(np.array([one.constant[i, 0] - one.test_cost[i, k] for one in curves]))


def _vain(curves: Sequence[Curves], i: int) -> str:
    """That nothing is gained by what is found to cost least."""
    constant = number(constant_of(curves, i).cost)
    return f"That does not beat a constant answer, {constant}, by more than chance."


def _mean_note(curves: Sequence[Curves], penalty: str, k: int) -> str:
    """Cost and accuracy at the k-th λ on all samples, beside what the classes' shares alone come to."""
    constant = constant_of(curves, -1)
    m, here = curves[0].sizes[-1], f"At {lam_text(curves[0].lams[k])} under {penalty}"
    aside, train = band(curves, "test_cost"), band(curves, "train_cost")
    if not np.isfinite(aside.mean[-1, k]):
        return f"{here} a network of some training set diverged, so there is no mean to tell."
    accuracy = band(curves, "test_accuracy").mean[-1, k]
    return (
        f"{here}, {m:,} training samples, the mean over {len(curves)} training sets is a cost of "
        f"**{number(aside.mean[-1, k])}** on rows aside (from {number(aside.low[-1, k])} to "
        f"{number(aside.high[-1, k])}) beside {number(train.mean[-1, k])} on the training rows, and "
        f"{percent(accuracy)} right. There the classes' shares alone, a constant answer, come to "
        f"{number(constant.cost)} and {percent(constant.accuracy)}."
    )


def _part_note(parts: Parts, is_truth: bool, k: int) -> list[str]:
    """What the error at the k-th λ on all samples is made of."""
    error, noise, bias, variance = (
        float(part[-1, k]) for part in (parts.error, parts.noise, parts.bias, parts.variance)
    )
    if not np.isfinite(error):
        return []
    if is_truth:
        return [
            f"The squared error of the probability is there **{number(error)}**: noise {number(noise)}, "
            f"which no model is spared, bias² {number(max(0.0, bias))}, and **variance {number(variance)}**."
        ]
    return [
        f"The squared error of the probability is there **{number(error)}**: **variance "
        f"{number(variance)}**, and {number(bias)} that is noise and bias² together. Where the truth is not "
        "known, nobody can tell these two apart."
    ]


def _lam_note(curves: Sequence[Curves], parts: Parts, is_truth: bool, k: int) -> list[str]:
    """What λ does to the parts, from none to the k-th, or where that is none to the lowest error."""
    lams, error = curves[0].lams, parts.error[-1]
    if not np.isfinite(error[0]) or not np.isfinite(error).any():
        return []
    k = k or int(np.nanargmin(error))
    if k == 0 or not np.isfinite(error[k]):
        return []
    ends = _ends(parts, is_truth, (-1, 0), (-1, k))
    return [f"More λ: from λ = 0 to {lam_label(lams[k])}, with all samples, {ends}"]


def _data_note(curves: Sequence[Curves], parts: Parts, is_truth: bool, k: int) -> list[str]:
    """What more samples do to the parts at the k-th λ."""
    sizes, kept = curves[0].sizes, np.flatnonzero(np.isfinite(parts.error[:, k]))
    if kept.size < 2:
        return []
    few, many = int(kept[0]), int(kept[-1])
    ends = _ends(parts, is_truth, (few, k), (many, k))
    return [
        f"More data: from {sizes[few]:,} samples to {sizes[many]:,}, at {lam_text(curves[0].lams[k])}, {ends}"
    ]


def _ends(parts: Parts, is_truth: bool, start: Place, end: Place) -> str:
    """How the parts go from one place to another."""
    rest = "bias²" if is_truth else "noise and bias² together"
    bias = [number(max(0.0, float(parts.bias[place])), 2) for place in (start, end)]
    error = number(parts.error[start]), number(parts.error[end])
    way = "stays" if error[0] == error[1] else "falls" if parts.error[end] < parts.error[start] else "rises"
    return (
        f"variance goes from {number(parts.variance[start], 2)} to {number(parts.variance[end], 2)} and "
        f"{rest} from {bias[0]} to {bias[1]}: the error {way}, "
        f"{error[0]} to {error[1]}."
    )


def _lowest_note(curves: Sequence[Curves], worth: pd.DataFrame) -> list[str]:
    """The λ with the lowest mean cost aside on all samples, against none."""
    m = curves[0].sizes[-1]
    by_kind = worth[worth.m == m].set_index("kind")
    if not {"zero", "lowest"} <= set(by_kind.index):
        return []
    cost, k = by_kind["cost"], int(by_kind["k"]["lowest"])
    if k == int(by_kind["k"]["zero"]):
        return [f"With {m:,} samples no λ of the grid costs less aside than λ = 0, {number(cost['zero'])}."]
    chance = (
        f", a difference that {len(curves)} training sets do not tell from 0"
        if is_chance(curves, -1, k)
        else ""
    )
    vain = f" {_vain(curves, -1)}" if is_vain(curves, -1, k) else ""
    return [
        f"With {m:,} samples the mean cost aside is lowest, **{number(cost['lowest'])}**, at "
        f"**{lam_text(by_kind['lam']['lowest'])}**; without a penalty it is {number(cost['zero'])}{chance}."
        f"{vain}"
    ]


def _worth_note(curves: Sequence[Curves], worth: pd.DataFrame) -> list[str]:
    """How many samples a penalty is worth at about a quarter of the samples."""
    m = curves[0].sizes[-1]
    here = lowest_at_a_quarter(worth, m)
    if here is None:
        return []
    if here.lam == 0:
        return [
            f"With {here.m:,} samples no λ costs less aside than λ = 0: a penalty is worth no sample there."
        ]
    zero = worth[(worth.kind == "zero") & (worth.m == here.m)]
    if zero.empty:
        return []
    if number(zero.cost.iloc[0]) == number(here.cost):
        return [
            f"With {here.m:,} samples no λ takes off of the cost aside, {number(here.cost)}, what three "
            "digits would show: a penalty is worth no sample there."
        ]
    i = curves[0].sizes.index(here.m)
    start = (
        f"What λ is worth: with {here.m:,} samples the cost aside is lowest at λ = {lam_label(here.lam)}, "
        f"which takes it from {number(zero.cost.iloc[0])} to **{number(here.cost)}**. "
    )
    if is_vain(curves, i, here.k):
        return [start + _vain(curves, i)]
    if is_chance(curves, i, here.k):
        return [f"{start}That is a difference that {len(curves)} training sets do not tell from 0."]
    if np.isinf(here.needed):
        return [start + f"Without a penalty not even all {m:,} samples reach that."]
    return [
        start + f"Without a penalty that takes about **{here.needed:,.0f} samples**, "
        f"{number(here.needed / here.m, 2)} times as many."
    ]


def _on_their_way(curves: Sequence[Curves]) -> list[str]:
    """At which λ the networks on all samples had not come to rest, so that more epochs change the costs."""
    rests = np.all([one.at_rest[-1] for one in curves], axis=0)
    sound = np.all([np.isfinite(one.test_cost[-1]) for one in curves], axis=0)
    away = curves[0].lams[sound & ~rests]
    if not away.size:
        return []
    span = f"{away.size} λ, from {lam_label(away[0])} to {lam_label(away[-1])},"
    which = lam_text(away[0]) if away.size == 1 else span
    return [
        f"With all samples the networks at {which} were not all at rest when their epochs were over: what "
        "stands there is a training that was stopped, not what the penalty comes to."
    ]


def _divergence_note(curves: Sequence[Curves]) -> list[str]:
    """How many networks diverged, and how many means are left out for it."""
    costs = np.array([one.test_cost for one in curves])  # (n_sets, n_sizes, n_lams)
    gone = int(np.isnan(costs).sum())
    if not gone:
        return []
    left_out = int(np.isnan(costs).any(axis=0).sum())
    return [
        f"{gone:,} of these {costs.size:,} networks diverged or swing; the {left_out:,} means with one of "
        "them are left out."
    ]

"""Sentences made of measured numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core import Dataset, Run
from core.measures import accuracy, count_weights, count_zeros


def number(value: float, digits: int = 3) -> str:
    """A number in as few characters as its leading digits need: 0.0312, 12, 1.2e-07."""
    return f"{value:.{digits}g}"


def lam_label(lam: float) -> str:
    """A λ as it is written everywhere: 0.15, 10, 1000."""
    return f"{lam:g}"


def percent(share: float) -> str:
    """A share in percent; 100 % and 0 % are only said where they are exact."""
    if 0.9995 <= share < 1 or 0 < share < 0.0005:
        return "over 99.9 %" if share > 0.5 else "under 0.1 %"
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def counted(n: int, of: int, what: str) -> str:
    """n of so many, with "none" and "all" where they are meant."""
    if n == 0:
        return f"none of {of:,} {what}"
    return f"all {of:,} {what}" if n == of else f"{n:,} of {of:,} {what}"


def joined(parts: Sequence[str]) -> str:
    """a, b and c."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def divergence(runs: Mapping[str, Run]) -> list[str]:
    """For each penalty with networks that diverged: which, at what epoch, and what to lower."""
    sentences = []
    for label, run in runs.items():
        gone = np.flatnonzero(run.diverged_at >= 0)
        if gone.size == 0:
            continue
        at, lams = run.diverged_at[gone], run.lams[gone]
        which = (
            f"at λ = {lam_label(lams[0])}"
            if gone.size == 1
            else f"at {gone.size} values of λ, from {lam_label(lams.min())} to {lam_label(lams.max())}"
        )
        first = lams[at.argmin()]
        sentence = (
            f"{label} diverged {which}; the first, λ = {lam_label(first)}, stopped being finite "
            f"at epoch {at.min()}. "
        )
        reach = run.learning_rate * lams.max() / run.m
        if label == "L2" and reach >= 2:
            largest = lam_label(lams.max())
            sentence += (
                f"Each step multiplies a weight by 1 − αλ/m = {1 - reach:.2f} at λ = {largest}: "
                f"beyond −1 it grows. Lower the learning rate α below 2m/λ = "
                f"{number(2 * run.m / lams.max())}, or λ below 2m/α = "
                f"{number(2 * run.m / run.learning_rate)}. "
            )
        else:
            sentence += f"Lower the learning rate α, now {number(run.learning_rate)}. "
        sentences.append(sentence + "The other networks are shown.")
    return sentences


def zeros_at(run: Run, k: int) -> str:
    """How many weights of the k-th network are exactly zero."""
    n = count_weights(run.W)
    zeros = int(count_zeros(run.W)[k])
    return counted(zeros, n, "weights") + (f" ({percent(zeros / n)})" if 0 < zeros < n else "")


def sparsity_notes(runs: Mapping[str, Run], data: Dataset, k: int) -> list[str]:
    """What the zeros of both penalties show, at the chosen λ and over the grid."""
    L1, L2 = runs["L1"], runs["L2"]
    here = f"At λ = {lam_label(L1.lams[k])}"
    notes = []
    if L1.diverged_at[k] < 0:
        notes.append(f"{here}, L1 has set **{zeros_at(L1, k)}** to exactly zero.")
    if L2.diverged_at[k] < 0:
        note = f"{here}, L2 has set **{zeros_at(L2, k)}** to exactly zero"
        sizes = np.concatenate([np.abs(W[k]).ravel() for W in L2.W])
        if (sizes > 0).any():
            note += f"; the smallest that is left has the size {number(sizes[sizes > 0].min(), 2)}"
        notes.append(note + ".")
    notes += _zero_range(L1)
    if note := underflow(L2):
        notes.append(note)
    if k > 0:
        parts = [
            f"{label} {percent(accuracy(run.predict_proba(data.X_test), data.y_test)[k])}"
            for label, run in runs.items()
            if run.diverged_at[k] < 0
        ]
        free = accuracy(L1.predict_proba(data.X_test), data.y_test)[0]
        if parts and np.isfinite(free):
            notes.append(
                f"The price, as accuracy on the {len(data.y_test):,} test rows: {joined(parts)} at this λ, "
                f"{percent(free)} without a penalty."
            )
    return notes


def _zero_range(run: Run) -> list[str]:
    """From which λ on L1 makes zeros, and from which on nothing else."""
    n = count_weights(run.W)
    zeros = count_zeros(run.W)
    some = np.flatnonzero(zeros > 0)
    if some.size == 0:
        return ["At none of these λ has L1 set a weight to exactly zero; more epochs may show some."]
    notes = [f"L1's first exact zero on this grid comes at λ = {lam_label(run.lams[some[0]])}."]
    full = zeros == n
    first = len(full) - int(np.argmin(full[::-1])) if not full.all() else 0
    if first < len(full):
        notes[0] = notes[0][:-1] + (
            f"; from λ = {lam_label(run.lams[first])} on all {n:,} weights are zero, "
            "and the output is the same for every input."
        )
    return notes


def underflow(run: Run) -> str | None:
    """L2 has zeros only where the numbers end: say so, lest they be taken for sparsity."""
    zeros = count_zeros(run.W) * (run.lams > 0)
    where = np.flatnonzero(zeros > 0)
    if where.size == 0:
        return None
    k = where[zeros[where].argmax()]
    factor = 1 - run.learning_rate * run.lams[k] / run.m
    return (
        f"L2's zeros, up to {zeros[k]:,} at λ = {lam_label(run.lams[k])}, are not sparsity: with no signal "
        f"left, {run.epochs[-1]:,} steps have each multiplied these weights by 1 − αλ/m = {factor:.2f}, "
        "until they fell below the smallest number that float32 can hold."
    )


def histogram_notes(runs: Mapping[str, Run], k: int) -> list[str]:
    """How the weights moved from the first to the last epoch at the chosen λ."""
    first = next(iter(runs.values()))
    here = f"At λ = {lam_label(first.lams[k])}"
    notes = []
    for label, run in runs.items():
        if run.diverged_at[k] >= 0:
            continue
        start, end = (np.concatenate([W[s, k].ravel() for W in run.history_W]) for s in (0, -1))
        median = [number(np.median(np.abs(w)), 2) for w in (start, end)]
        notes.append(
            f"{here}, {label} takes the median size of a weight from {median[0]} to **{median[1]}** in "
            f"{run.epochs[-1]:,} epochs; exactly zero at the end: {zeros_at(run, k)}."
        )
        notes.append(
            f"{label}'s J there is {number(run.cost[-1, k], 4)}: {number(run.data_cost[-1, k], 4)} of "
            f"cross-entropy and {number(run.penalty_cost[-1, k], 4)} of penalty."
        )
    settled = [_still_moving(label, run, k) for label, run in runs.items() if run.diverged_at[k] < 0]
    return notes + [note for note in settled if note]


def _still_moving(label: str, run: Run, k: int) -> str | None:
    """A training that was cut short is told, since a picture of it is not that of the optimum."""
    J = run.cost[:, k]
    late = J[-1 - max(1, len(J) // 10)]
    if late - J[-1] > 0.01 * J[-1]:
        return (
            f"{label} is still on its way: over the last tenth of the epochs J fell from {number(late, 4)} "
            f"to {number(J[-1], 4)}. More epochs would change this picture."
        )
    return None


def linearity_notes(table: pd.DataFrame, lams: Sequence[float], k: int, band: float) -> list[str]:
    """How linear units and logit are, at the chosen λ and at the ends of the grid."""
    notes = []
    for label, rows in table.groupby("penalty", sort=False):
        rows = rows.reset_index(drop=True)
        row = rows.loc[k]
        if row.state != "diverged":
            note = (
                f"At λ = {lam_label(lams[k])} under {label}, **{percent(row.share)}** of the hidden units' "
                f"z lie within ±{band:.3f}"
            )
            if row.state == "ok":
                note += f", and the best affine map explains R² = **{number(row.r2, 4)}** of the logit"
            notes.append(note + ".")
        steady = rows[rows.state == "ok"]
        if len(steady) > 1:
            low, high = steady.iloc[0], steady.iloc[-1]
            notes.append(
                f"Over the grid {label}'s R² goes from {number(low.r2, 4)} at λ = {lam_label(lams[low.k])} "
                f"to {number(high.r2, 4)} at λ = {lam_label(lams[high.k])}."
            )
        collapsed = rows.index[rows.state == "collapsed"]
        if len(collapsed):
            first = lam_label(lams[collapsed[0]])
            to_the_end = len(collapsed) == len(rows) - collapsed[0]
            notes.append(
                (f"From λ = {first} on" if to_the_end else f"At {len(collapsed)} λ, the first {first},")
                + f" {label} has collapsed: the logit is the same for every sample. That is not a linear "
                "model but a constant one, and its R² would be 0/0."
            )
    return notes

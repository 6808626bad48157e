"""What to notice in the histograms: how the weights moved from the first epoch to the last."""

from collections.abc import Mapping

import numpy as np

from core import PENALTIES, Run
from core.measures import count_zeros, layer_penalty
from ui.base.words import joined, lam_text, number, standing, zeros_at


def notes(runs: Mapping[str, Run], k: int) -> list[str]:
    """How the weights moved from the first to the last epoch at the chosen λ."""
    first = next(iter(runs.values()))
    here = f"At {lam_text(first.lams[k])}"
    notes = []
    for label, run in runs.items():
        if not run.sound[k]:
            continue
        start, end = (np.concatenate([W[s, k].ravel() for W in run.history_W]) for s in (0, -1))
        median = [number(np.median(np.abs(w)), 2) for w in (start, end)]
        notes.append(
            f"{here} under {label}, the median size of a weight goes from {median[0]} to **{median[1]}** in "
            f"{run.epochs[-1]:,} epochs{_without(run, k)}; exactly zero at the end: {zeros_at(run, k)}"
            f"{_underflow(run, k)}."
        )
        notes.append(
            f"{label}'s J there is {number(run.cost[-1, k], 4)}: {number(run.data_cost[-1, k], 4)} of "
            f"cross-entropy and {number(run.penalty_cost[-1, k], 4)} of penalty{_by_layer(run, k)}."
        )
    return notes + _standings(runs, k)


def _underflow(run: Run, k: int) -> str:
    """Where a square alone has zeros, that these are no sparsity."""
    is_none = PENALTIES[run.penalty[k]].is_sparse or not count_zeros(run.W)[k] or run.lams[k] == 0
    return "" if is_none else ", too small for float32, which is no sparsity"


def _without(run: Run, k: int) -> str:
    """What the same training comes to at λ = 0."""
    at = np.flatnonzero(run.lams == 0)
    free = int(at[0]) if at.size else k
    if k == free or not run.sound[free]:
        return ""
    end = np.concatenate([W[-1, free].ravel() for W in run.history_W])
    return f", without a penalty to {number(np.median(np.abs(end)), 2)}"


def _by_layer(run: Run, k: int) -> str:
    """The penalty as the sum over the layers that it is."""
    if len(run.W) == 1:
        return ""
    parts = layer_penalty([W[k : k + 1] for W in run.W], run.penalty[k : k + 1], run.lams[k : k + 1], run.m)
    return ", layer by layer " + " + ".join(number(part, 3) for part in parts[:, 0])


def _standings(runs: Mapping[str, Run], k: int) -> list[str]:
    """Whether the trainings have come to their end: one on its way does not show what a penalty does."""
    sound = {label: run for label, run in runs.items() if run.sound[k]}
    rests = [label for label, run in sound.items() if run.at_rest[k]]
    away = {label: standing(run)[k] for label, run in sound.items() if label not in rests}
    when = f"After {next(iter(runs.values())).epochs[-1]:,} plain steps"
    notes = []
    if rests:
        verb = "is" if len(rests) == 1 else "are"
        notes.append(f"{when} {joined(rests)} {verb} at rest: more of them leave J at the digits shown.")
    if away:
        where = joined([f"{label} is still {distance}" for label, distance in away.items()])
        notes.append(f"{when} {where}: this is the training so far, and not yet what the penalty comes to.")
    return notes

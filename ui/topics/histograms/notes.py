"""What to notice in the histograms: how the weights moved from the first epoch to the last."""

from collections.abc import Mapping

import numpy as np

from core import Run
from core.measures import layer_penalty
from ui.base.words import lam_text, number, zeros_at


def notes(runs: Mapping[str, Run], k: int) -> list[str]:
    """How the weights moved from the first to the last epoch at the chosen λ."""
    first = next(iter(runs.values()))
    here = f"At {lam_text(first.lams[k])}"
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
            f"cross-entropy and {number(run.penalty_cost[-1, k], 4)} of penalty{_by_layer(run, k)}."
        )
    settled = [_still_moving(label, run, k) for label, run in runs.items() if run.diverged_at[k] < 0]
    return notes + [note for note in settled if note]


def _by_layer(run: Run, k: int) -> str:
    """The penalty as the sum over the layers that it is."""
    if len(run.W) == 1:
        return ""
    parts = layer_penalty([W[k : k + 1] for W in run.W], run.penalty[k : k + 1], run.lams[k : k + 1], run.m)
    return ", layer by layer " + " + ".join(number(part, 3) for part in parts[:, 0])


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

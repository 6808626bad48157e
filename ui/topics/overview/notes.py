"""What to notice on the overview: whether a penalty stopped the memorizing, and at what λ."""

from collections.abc import Mapping, Sequence

import numpy as np

from core import Dataset, Run
from ui.base.tables import Runs
from ui.base.words import counted, joined, lam_text, number, percent, standing, times
from ui.topics.overview.tables import Scores


def notes(
    scores: Mapping[str, Scores],
    runs: Runs,
    ks: Sequence[int],
    penalty: str,
    k: int,
    data: Dataset,
) -> list[str]:
    """What no penalty, the best λ, one too large and the chosen λ come to.

    scores, runs: by the penalty's label. ks, penalty: the λ at which boundaries are drawn, and the label of
    whose. k: position of the chosen λ.
    """
    label, free = next(iter(scores.items()))  # at λ = 0 all penalties have the same network
    sentences = [
        _memorized(free, runs[label], data),
        *(_best(label, one, runs[label]) for label, one in scores.items()),
        _too_large(scores[penalty], runs[penalty], ks, penalty),
        _chosen(scores, runs, k),
    ]
    return [sentence for sentence in sentences if sentence]


def _memorized(free: Scores, run: Run, data: Dataset) -> str | None:
    """What the network does without a penalty, on its samples and on others."""
    train_cost, test_cost = free.train_cost[0], free.test_cost[0]
    if not np.isfinite(test_cost):
        return None
    right = round(free.train_accuracy[0] * data.m)
    when = "At λ = 0" if run.at_rest[0] else f"After {run.stopped_at[0]:,} epochs at λ = 0"
    note = (
        f"{when} the network gets {counted(right, data.m, 'training samples')} right at a cost of "
        f"{number(train_cost)}; on the {len(data.y_test)} test points its cost is **{number(test_cost)}**"
    )
    if test_cost > train_cost:
        note += f", {times(test_cost / train_cost)} as much"
    return note + "."


def _best(label: str, scores: Scores, run: Run) -> str | None:
    """The λ with the lowest test cost, what it saves, and how far from rest its network is, if it is."""
    best, free_cost = scores.best, scores.test_cost[0]
    if best < 0:
        return None
    if best == 0:
        return (
            f"Under {label}, λ = 0 has the lowest test cost of the grid on this run, {number(free_cost)}: "
            "there is little noise here that the network could memorize."
        )
    saved = f" in place of {number(free_cost)} without a penalty" if np.isfinite(free_cost) else ""
    away = f"; the network there is {standing(run)[best]} after {run.stopped_at[best]:,} epochs"
    return (
        f"{label} is best at **{lam_text(run.lams[best])}**: test cost **{number(scores.test_cost[best])}**"
        f"{saved}, training cost {number(scores.train_cost[best])}, test accuracy "
        f"{percent(scores.test_accuracy[best])}{'' if run.at_rest[best] else away}."
    )


def _too_large(scores: Scores, run: Run, ks: Sequence[int], penalty: str) -> str | None:
    """What is lost at the last of the λ that are drawn, where it is beyond the best and the network rests."""
    if not ks or ks[-1] <= scores.best or not run.at_rest[ks[-1]]:
        return None
    large = ks[-1]
    return (
        f"Too much of it and the signal goes too: at {lam_text(run.lams[large])} {penalty}'s test cost is "
        f"{number(scores.test_cost[large])}, and its training cost {number(scores.train_cost[large])}."
    )


def _chosen(scores: Mapping[str, Scores], runs: Runs, k: int) -> str | None:
    """The test costs at the chosen λ, and how far from rest the networks are, if they are."""
    costs = {label: one.test_cost[k] for label, one in scores.items() if np.isfinite(one.test_cost[k])}
    if not costs:
        return None
    away = {label: "" if runs[label].at_rest[k] else f" ({standing(runs[label])[k]})" for label in costs}
    parts = [f"{label} {number(cost)}{away[label]}" for label, cost in costs.items()]
    lam = next(iter(runs.values())).lams[k]
    return f"At the chosen {lam_text(lam)} the test cost is, under {joined(parts)}."

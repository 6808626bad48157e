"""What to notice on the overview: whether a penalty stopped the memorizing, and at what λ."""

from collections.abc import Mapping, Sequence

import numpy as np

from core import Dataset, Run
from ui.base.words import counted, joined, lam_label, lam_text, number, percent
from ui.topics.overview.tables import Scores


def notes(
    scores: Mapping[str, Scores],
    ks: Sequence[int],
    penalty: str,
    lams: Sequence[float],
    k: int,
    data: Dataset,
) -> list[str]:
    """What no penalty, the best λ, one too large and the chosen λ come to.

    scores: by the penalty's label. ks, penalty: the λ at which boundaries are drawn, and the label of whose.
    k: position of the chosen λ.
    """
    free = next(iter(scores.values()))  # at λ = 0 all penalties have the same network
    sentences = [
        _memorized(free, data),
        *(_best(label, one, lams) for label, one in scores.items()),
        _too_large(scores[penalty], ks, penalty, lams),
        _chosen(scores, lams, k),
    ]
    return [sentence for sentence in sentences if sentence]


def _memorized(free: Scores, data: Dataset) -> str | None:
    """What the network does without a penalty, on its samples and on others."""
    train_cost, test_cost = free.train_cost[0], free.test_cost[0]
    if not np.isfinite(test_cost):
        return None
    right = round(free.train_accuracy[0] * data.m)
    note = (
        f"At λ = 0 the network gets {counted(right, data.m, 'training samples')} right at a cost of "
        f"{number(train_cost)}; on the {len(data.y_test)} test points its cost is **{number(test_cost)}**"
    )
    if test_cost > train_cost:
        note += f", {number(test_cost / train_cost, 2)} times as much"
    return note + "."


def _best(label: str, scores: Scores, lams: Sequence[float]) -> str | None:
    """The λ with the lowest test cost, and what it saves."""
    best, free_cost = scores.best, scores.test_cost[0]
    if best < 0:
        return None
    if best == 0:
        return (
            f"Under {label}, λ = 0 has the lowest test cost of the grid on this run, {number(free_cost)}: "
            "there is little noise here that the network could memorize."
        )
    saved = f" in place of {number(free_cost)} without a penalty" if np.isfinite(free_cost) else ""
    return (
        f"{label} is best at **{lam_text(lams[best])}**: test cost **{number(scores.test_cost[best])}**"
        f"{saved}, training cost {number(scores.train_cost[best])}, test accuracy "
        f"{percent(scores.test_accuracy[best])}."
    )


def _too_large(scores: Scores, ks: Sequence[int], penalty: str, lams: Sequence[float]) -> str | None:
    """What is lost at the last of the λ that are drawn, where it is beyond the best."""
    if not ks or ks[-1] <= scores.best:
        return None
    large = ks[-1]
    return (
        f"Too much of it and the signal goes too: at {lam_text(lams[large])} {penalty}'s test cost is "
        f"{number(scores.test_cost[large])}, and its training cost {number(scores.train_cost[large])}."
    )


def _chosen(scores: Mapping[str, Scores], lams: Sequence[float], k: int) -> str | None:
    """The test costs at the chosen λ."""
    costs = {label: one.test_cost[k] for label, one in scores.items() if np.isfinite(one.test_cost[k])}
    if not costs:
        return None
    parts = [f"{label} {number(cost)}" for label, cost in costs.items()]
    return f"At the chosen {lam_text(lams[k])} the test cost is, under {joined(parts)}."


def left_out(runs: Mapping[str, Run]) -> list[str]:
    """Which networks of the page's own example have diverged: the panel cannot lower that example's α."""
    sentences = []
    for label, run in runs.items():
        gone = np.flatnonzero(~run.descended)
        if gone.size:
            sentences.append(
                f"{label} is left out at {counted(gone.size, run.lams.size, 'values of λ')}, the first "
                f"{lam_label(run.lams[gone[0]])}: at α = {number(run.learning_rate)} these diverged."
            )
    return sentences

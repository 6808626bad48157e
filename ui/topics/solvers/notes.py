"""What each solver has reached, held against the certified optimum, in sentences."""

from collections.abc import Sequence

import numpy as np

from core.solvers import SOLVERS, Race
from ui.base.foreign import markdown
from ui.base.words import counted, how_many, joined, lam_text, number

MAX_NAMES = 4  # weights named in one sentence


def classes_text(class_names: Sequence[str], target: int) -> str:
    """Which classes the regression tells apart; of more than two the target and all others together."""
    shown = [markdown(name) for name in class_names]
    return f"{shown[target]} against the rest" if len(shown) > 2 else f"{shown[1]} against {shown[0]}"


def notes(race: Race, inputs: Sequence[str], classes: str) -> list[str]:
    """What each solver has reached, held against the certified optimum.

    classes: which classes the regression tells apart, in words.
    """
    solvers = [_about(race, name, inputs) for name in reversed(SOLVERS)]
    return [_about_the_optimum(race, classes), *solvers, *_never_zero(race), *_not_settled(race)]


def _about_the_optimum(race: Race, classes: str) -> str:
    """What is to be reached, and how well it is known."""
    zeros = counted(int((race.optimum == 0).sum()), race.optimum.size, "weights")
    return (
        f"At {lam_text(race.lam)}, for {classes}, the optimum has "
        f"**{zeros}** exactly zero and J = {number(race.optimum_cost, 6)}. "
        f"A bound from below proves that no weights have a J smaller by more than {number(race.gap, 2)}. "
        f"J − J* is drawn down to {number(race.floor, 2)}."
    )


def _never_zero(race: Race) -> list[str]:
    """How small subgradients leave weights that should be zero and that proximal steps have brought there."""
    moves = {
        "subgradient": f"αλ/2m = {number(race.threshold, 2)} a step",
        "decreasing": f"αλ/2m√t, by now {number(race.threshold / race.steps[-1] ** 0.5, 2)} a step",
    }
    notes = []
    for name, move in moves.items():
        landed = (race.optimum == 0) & (race.W["proximal"][-1] == 0)
        left = np.abs(race.W[name][-1][landed])
        if left.size and np.isfinite(left).all() and (left > 0).all():
            notes.append(
                f"Of the {how_many(left.size, 'weight')} that the proximal step has rightly brought to zero "
                f"none is so under **{name}**; their median size is {number(np.median(left), 2)}. However "
                f"near zero one is, the penalty moves it by {move}."
            )
    return notes


def _not_settled(race: Race) -> list[str]:
    """Whether a step may overshoot, and whether the proximal step has not arrived yet."""
    notes = []
    reach = race.learning_rate * race.lipschitz
    limit = number(2 / race.lipschitz)
    if reach > 2:
        notes.append(
            f"α·L = {number(reach)} is above 2, where L = {number(race.lipschitz)} bounds the curvature of "
            f"the cross-entropy: a step may overshoot. With α below 2/L = {limit} the proximal step is sure "
            "to settle."
        )
    late = race.excess("proximal")[-1]
    if late > 1e-6:
        advice = f"lower α below {limit}" if reach > 2 else "take more steps, or a larger α,"
        notes.append(
            f"The proximal step is itself still {number(late, 2)} above J*: {advice} to see where it ends."
        )
    return notes


def _about(race: Race, name: str, inputs: Sequence[str]) -> str:
    """How many zeros a solver has at its last step, how many are right, and how far its J is."""
    zeros, excess = int(race.zeros(name)[-1]), race.excess(name)[-1]
    start = f"After {race.steps[-1]:,} steps **{name}** has {how_many(zeros, 'exact zero')}"
    if np.isnan(excess):
        return f"**{name}** diverged: lower the learning rate α."
    too_many, too_few = race.wrong(name)
    J = f"J is {number(excess, 2)} above J*"
    if excess <= race.floor:
        J = f"J is within {number(race.floor, 2)} of J*"
    if not too_many.any() and not too_few.any():
        return f"{start}, just those of the optimum; its {J}."
    parts = []
    if too_few.any():
        parts.append(f"{too_few.sum()} not zero that should be")
    if too_many.any():
        parts.append(f"{too_many.sum()} zero that should not be{_names(too_many, inputs)}")
    wrong = int(too_many.sum() + too_few.sum())
    return f"{start}; **{wrong} of {len(inputs)}** weights are on the wrong side: {joined(parts)}. Its {J}."


def _names(which: np.ndarray, inputs: Sequence[str]) -> str:
    """The names of a few inputs in brackets; nothing for many."""
    found = [markdown(inputs[i]) for i in np.flatnonzero(which).tolist()]
    return f" ({joined(found)})" if len(found) <= MAX_NAMES else ""

"""What to notice on the overview: whether a penalty stopped the memorizing, and at what λ."""

from collections.abc import Mapping, Sequence

import numpy as np

from core import Dataset, Run
from core.intervals import is_beyond_chance, of_mean, on_test_rows
from core.measures import constant_answer
from core.network import row_costs, targets
from core.selection import Validation
from ui.base.tables import Runs
from ui.base.words import (
    counted,
    interval,
    joined,
    lam_text,
    number,
    percent,
    shares,
    spread,
    standing,
    times,
)
from ui.topics.overview.scores import Expected, Scores

NEW_ROWS = {"true": "on 20,000 rows that nobody has seen", "validated": "on rows kept aside in folds"}


def notes(
    scores: Mapping[str, Scores],
    runs: Runs,
    shown: Mapping[str, Sequence[int]],
    k: int,
    data: Dataset,
    known: Expected,
) -> list[str]:
    """What no penalty, λ₁ₛₑ, a λ too large and the chosen λ come to.

    scores, runs: by the penalty's label. shown: the λ that are offered to jump to, of each. k: position of
    the chosen λ.
    """
    constant = constant_answer(data.y_train).cost
    label, free = next(iter(scores.items()))  # at λ = 0 all penalties have the same network
    sentences = [
        _memorized(free, runs[label], data),
        *(_ruled(label, one, runs[label], constant) for label, one in scores.items()),
        known.missing,
        _once(scores, runs, data),
        *(_too_large(one, runs[label], shown[label], label, constant) for label, one in scores.items()),
        _chosen(scores, runs, k, constant if known.truth is None else known.truth.constant),
    ]
    return [sentence for sentence in sentences if sentence]


def _memorized(free: Scores, run: Run, data: Dataset) -> str | None:
    """What the network does without a penalty, on its samples and on others."""
    cost, (rows, new) = free.training.cost[0], free.new
    if not np.isfinite(cost):
        return None
    right = round(free.training.accuracy[0] * data.m)
    when = "At λ = 0" if run.at_rest[0] else f"After {run.stopped_at[0]:,} epochs at λ = 0"
    note = (
        f"{when} the network gets {counted(right, data.m, 'training samples')} right at a cost of "
        f"{number(cost)}"
    )
    if rows == "training" or not np.isfinite(new.cost[0]):
        return f"{note}."
    note += f"; {NEW_ROWS[rows]} its cost is **{number(new.cost[0])}**"
    return f"{note}, {times(new.cost[0] / cost)} as much." if new.cost[0] > cost > 0 else f"{note}."


def _ruled(label: str, scores: Scores, run: Run, constant: float) -> str | None:
    """What cross-validation chooses, what it saves, and how far from rest the network is, if it is.

    constant: the cost of a constant answer, which is no praise where it is not beaten by more than chance.
    """
    one, k = scores.validation, scores.k_1se
    if one is None or k < 0:
        return None
    if k == 0:
        return (
            f"Under {label}, cross-validation in {one.folds} folds finds no larger λ as good as λ = 0, "
            f"{number(one.mean[0])}; on the training rows that network costs "
            f"{number(scores.training.cost[0])}, and a constant answer {number(constant)}."
        )
    saved = f" in place of {number(one.mean[0])} without a penalty" if np.isfinite(one.mean[0]) else ""
    truth = ""
    if scores.true is not None:
        truth = f", and in truth {number(scores.true.cost[k])}"
        if np.isfinite(scores.true.cost[0]):
            truth += f" in place of {number(scores.true.cost[0])}"
    beaten = ""
    if one.mean[k] + one.se[k] >= constant:
        low = one.k_min
        beaten = f" That is not told from a constant answer, {number(constant)}" + (
            ", and neither is λₘᵢₙ's cost: the folds find nothing to predict by."
            if one.mean[low] + one.se[low] >= constant
            else f"; λₘᵢₙ's cost is, {number(one.mean[low])}."
        )
    away = f"; the network there is {standing(run)[k]} after {run.stopped_at[k]:,} epochs"
    return (
        f"Under {label}, cross-validation in {one.folds} folds has its lowest cost at "
        f"λₘᵢₙ = {run.lams[one.k_min]:g}, and chooses **λ₁ₛₑ = {run.lams[k]:g}**: a validated cost of "
        f"**{number(one.mean[k])}** (± {spread(one.se[k])}){saved}{truth}; on the training rows "
        f"{number(scores.training.cost[k])}{'' if run.at_rest[k] else away}.{beaten}"
    )


def _once(scores: Mapping[str, Scores], runs: Runs, data: Dataset) -> str | None:
    """What the test rows say at each λ₁ₛₑ, once, beside the constant model and of one another."""
    at = {label: one.k_1se for label, one in scores.items() if one.k_1se >= 0}
    at = {label: k for label, k in at.items() if np.isfinite(scores[label].training.cost[k])}
    if not at:
        return None
    Z = {label: runs[label].at(k).layers(data.X_test)[-1][0].astype(float) for label, k in at.items()}
    used = {label: on_test_rows(one, data.y_test, data.y_train) for label, one in Z.items()}
    parts = [
        f"{label} costs {number(one.cost.value)} ({interval(one.cost)}) and is right for "
        f"{percent(one.accuracy.value)} ({shares(one.accuracy)})"
        for label, one in used.items()
    ]
    constant = next(iter(used.values()))
    note = (
        f"The {len(data.y_test):,} test rows are used once, at λ₁ₛₑ: {', '.join(parts)}; a constant answer "
        f"costs {number(constant.constant_cost.value)} and is right for "
        f"{percent(constant.constant_accuracy.value)}"
    )
    if len(Z) != 2 or not all(runs[label].at_rest[k] for label, k in at.items()):
        return f"{note}."
    Y = targets(data.y_test, len(data.class_names), "float64")
    first, other = (row_costs(one[None], Y)[0] for one in Z.values())
    between, (a, b) = of_mean(first - other), Z
    told = "which the rows do not tell from 0"
    if not between.low <= 0 <= between.high:
        told = "an interval that leaves 0 out, as chance alone does about once in twenty times"
    return (
        f"{note}. Row by row {a} costs {number(abs(between.value), 2)} "
        f"{'more' if between.value > 0 else 'less'} than {b} ({interval(between)}), {told}."
    )


def _too_large(scores: Scores, run: Run, ks: Sequence[int], penalty: str, constant: float) -> str | None:
    """What the last of the λ that are shown comes to, where it is beyond λ₁ₛₑ and the network rests.

    It is too large where the folds tell it from λ₁ₛₑ and from no penalty, and it costs more; and where there
    is a signal to lose: λ₁ₛₑ is told from a constant answer.
    """
    one, k = scores.validation, scores.k_1se
    if one is None or not ks or k < 0 or ks[-1] <= k or not run.at_rest[ks[-1]]:
        return None
    large, (rows, new) = ks[-1], scores.new
    if not np.isfinite(new.cost[large]):
        return None
    costs = (
        f"t {lam_text(run.lams[large])} {penalty}'s {rows} cost is {number(new.cost[large])}, and its "
        f"training cost {number(scores.training.cost[large])}"
    )
    if np.isfinite(new.cost[0]):
        costs += f"; without a penalty it is {number(new.cost[0])}"
    has_signal = one.mean[k] + one.se[k] < constant
    is_worse = _is_more(one, large, k) and _is_more(one, large, 0)
    if has_signal and is_worse and not new.cost[large] <= new.cost[0]:
        return f"Too much of it and the signal goes too: a{costs}."
    return f"A{costs}."


def _is_more(one: Validation, k: int, other: int) -> bool:
    """Whether one λ costs more than another by more than chance: fold by fold, by two standard errors."""
    more = one.costs[:, k] - one.costs[:, other]
    if np.isnan(more).any():  # no fit at λ = 0 is no better one
        return bool(np.isfinite(one.mean[k]))
    return is_beyond_chance(more)


def _chosen(scores: Mapping[str, Scores], runs: Runs, k: int, constant: float) -> str | None:
    """The costs at the chosen λ, beside a constant answer's, and how far from rest the networks are."""
    known = {label: one.new for label, one in scores.items()}
    costs = {label: new.cost[k] for label, (_, new) in known.items() if np.isfinite(new.cost[k])}
    if not costs:
        return None
    away = {label: "" if runs[label].at_rest[k] else f" ({standing(runs[label])[k]})" for label in costs}
    parts = [f"{label} {number(cost)}{away[label]}" for label, cost in costs.items()]
    rows, lam = next(iter(known.values()))[0], next(iter(runs.values())).lams[k]
    return (
        f"At the chosen {lam_text(lam)} the {rows} cost is, under {joined(parts)}; a constant answer costs "
        f"{number(constant)}."
    )

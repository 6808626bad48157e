"""What a validation says, in sentences: of λ, of new rows, and what the test rows say once."""

import numpy as np

from core import Dataset
from core.datasets import N_FRESH
from core.intervals import OnTestRows, is_beyond_chance, on_test_rows, standard_error
from core.selection import EQUAL, Validation
from core.stability import Evidence
from ui.base.words import (
    counted,
    how_many,
    interval,
    joined,
    lam_label,
    lam_text,
    number,
    percent,
    shares,
    spread,
)
from ui.topics.choosing.fitted import Fitted
from ui.topics.choosing.tables import RULE_TEXTS, size_text


def notes(found: Fitted, data: Dataset, rule: str, k: int, evidence: Evidence | None) -> list[str]:
    """What to notice. rule: that decides at which λ the test rows are used; k: the chosen λ of the panel."""
    one = found.validation
    if one.k_min < 0:
        return ["At every λ the fit of some fold has no end or diverged, so that no λ can be chosen."]
    return [
        _rules(found),
        *_once(found, data, rule),
        *_chosen(found, k),
        *_fresh(found),
        *_needles(found, data),
        *_evidence(found, evidence),
    ]


def _rules(found: Fitted) -> str:
    """λₘᵢₙ and λ₁ₛₑ, and what the second saves."""
    one = found.validation
    low, simple = one.k_min, one.k_1se
    note = (
        f"Over {one.folds} folds of the training rows the mean cost is lowest at **λₘᵢₙ = "
        f"{lam_label(one.lam_min)}**: {number(one.mean[low])}, with a standard error of "
        f"{spread(one.se[low])}; with {size_text(found, low)}."
    )
    if simple == low:
        return f"{note} No larger λ is within that error, so λ₁ₛₑ is the same."
    return (
        f"{note} **λ₁ₛₑ = {lam_label(one.lam_1se)}** is the largest λ within that error of it, "
        f"{number(one.mean[simple])}: {size_text(found, simple)}. {_between(one, simple, low)}"
    )


def _between(one: Validation, simple: int, low: int) -> str:
    """What the larger λ costs more, fold by fold: in the difference what is hard for both falls out."""
    more = one.costs[:, simple] - one.costs[:, low]
    if more.mean() <= EQUAL or not is_beyond_chance(more):
        return "Fold by fold the two cannot be told apart, and the larger λ is the simpler answer."
    return (
        f"Fold by fold it costs {number(more.mean(), 2)} more (± {number(standard_error(more), 2)}), beyond "
        "two standard errors: the price of the simpler answer."
    )


def _once(found: Fitted, data: Dataset, rule: str) -> list[str]:
    """What the test rows say at the λ that the rule chose, beside the constant model."""
    k = found.validation.k_by(rule)
    if np.isnan(found.on_test[k]).any():
        return []
    used = on_test_rows(found.on_test[k], data.y_test, data.y_train)
    return [
        f"The {len(data.y_test):,} test rows are used once, for what was fitted to all {data.m:,} training "
        f"rows at {RULE_TEXTS[rule]} = {lam_label(found.validation.lams[k])}: cost "
        f"**{number(used.cost.value)}** ({interval(used.cost)}), **{percent(used.accuracy.value)}** right "
        f"({shares(used.accuracy)}). {_constant(used)}"
    ]


def _constant(used: OnTestRows) -> str:
    return (
        "A constant answer, the classes' shares in the training rows, costs "
        f"{number(used.constant_cost.value)} and is right for {percent(used.constant_accuracy.value)}."
    )


def _chosen(found: Fitted, k: int) -> list[str]:
    """Where the panel's λ stands among them."""
    one = found.validation
    if np.isnan(one.mean[k]):
        return [f"At the chosen {lam_text(one.lams[k])} the fit of some fold has no end or diverged."]
    above = one.mean[k] - one.mean[one.k_min]
    if k in (one.k_min, one.k_1se):
        which = joined([text for rule, text in RULE_TEXTS.items() if one.k_by(rule) == k])
        return [f"The chosen {lam_text(one.lams[k])} is {which}."]
    if above <= EQUAL:
        return [f"At the chosen {lam_text(one.lams[k])} the validated cost is as low as at λₘᵢₙ."]
    within = "within" if above <= one.se[one.k_min] else "beyond"
    return [
        f"The chosen {lam_text(one.lams[k])} has a validated cost of {number(one.mean[k])}, "
        f"{number(above, 2)} above the lowest: {within} one standard error of it."
    ]


def _fresh(found: Fitted) -> list[str]:
    """What each rule's λ costs on rows that nobody has seen, and which λ costs least there."""
    if found.fresh is None or not np.isfinite(found.fresh).any():
        return []
    one, least = found.validation, int(np.nanargmin(found.fresh))
    parts = [
        f"{number(found.fresh[k])} at {RULE_TEXTS[rule]}, where {number(one.mean[k])} was expected"
        for rule in RULE_TEXTS
        if np.isfinite(found.fresh[k := one.k_by(rule)])
    ]
    start = (
        f"These data are drawn, so the truth is known: on {N_FRESH:,} rows that nobody has seen the cost is "
        f"{' and '.join(parts)}. The lowest there is {number(found.fresh[least])}"
    )
    chosen = [
        text for rule, text in RULE_TEXTS.items() if found.fresh[one.k_by(rule)] <= found.fresh[least] + EQUAL
    ]
    if chosen:
        return [f"{start}, at {joined(chosen)}."]
    return [f"{start}, at {lam_text(one.lams[least])}, which no rule chose."]


def _needles(found: Fitted, data: Dataset) -> list[str]:
    """Which columns the rules keep, where it is known which decide; and the λ that finds just those."""
    if not data.informative or found.kept is None or found.kept.all():
        return []
    one, decides = found.validation, np.isin(np.arange(data.n_features), data.informative)
    n = int(decides.sum())
    kept = [
        f"{RULE_TEXTS[rule]} keeps {counted(int((row & decides).sum()), n, 'columns that decide')} and "
        f"{how_many(int((row & ~decides).sum()), 'other')}"
        for rule in RULE_TEXTS
        for row in [found.kept[one.k_by(rule)]]
    ]
    just = np.flatnonzero((found.kept == decides).all(axis=1))
    return [f"{'; '.join(kept)}. {_just(one, just)}{_refit(found)}"]


def _just(one: Validation, just: np.ndarray) -> str:
    """Whether a rule finds the columns that decide and no other. just: positions of the λ that keep those."""
    if just.size == 0:
        return "No λ of the grid keeps those that decide and no other."
    by_rule = [text for rule, text in RULE_TEXTS.items() if one.k_by(rule) in just]
    if by_rule:
        return f"Here {joined(by_rule)} {'finds' if len(by_rule) == 1 else 'find'} the truth as well."
    return (
        f"Those alone are kept at {lam_text(one.lams[just[0]])}, with a validated cost of "
        f"{number(one.mean[just[0]])}: to predict well and to find the truth are two aims, and here they "
        "want different λ."
    )


def _refit(found: Fitted) -> str:
    """What the columns that λ₁ₛₑ keeps cost without the penalty that chose them."""
    if found.fresh is None or not np.isfinite(found.refitted):
        return ""
    with_it = found.fresh[found.validation.k_1se]
    better = "less" if found.refitted < with_it else "more"
    return (
        f" Fitted anew without a penalty, the columns that λ₁ₛₑ keeps cost {number(found.refitted)} on the "
        f"fresh rows, {better} than the {number(with_it)} with it."
    )


def _evidence(found: Fitted, evidence: Evidence | None) -> list[str]:
    """The λ that needs no fold."""
    if evidence is None:
        return []
    if not evidence.settled:
        return ["Without a fold: the evidence for L2 settles at no λ, as where no column helps."]
    return [
        f"Without a fold: the evidence for L2, λ = γ/‖w‖², settles at λ = {number(evidence.lam)}, where the "
        f"fit has γ = {number(evidence.gamma)} degrees of freedom of {found.n_weights}."
    ]

"""What a study on a person's own table hands in: how λ was chosen, and what new rows say of it, once."""

import numpy as np

from core import PENALTIES
from core.intervals import on_test_rows
from core.settings import LAMS
from core.stability import Stability
from ui.base.words import interval, joined, lam_label, number, percent, shares
from ui.topics.choosing.fitted import MODEL, MODEL_TEXTS, PENALTY, Fitted, fitted, is_fitted_exactly
from ui.topics.choosing.stable import STABLE, halves_of
from ui.topics.choosing.tables import RULE_TEXTS, size_text
from ui.topics.topic import Context
from ui.work.validation import HALVES

Rows = list[tuple[str, str]]  # what it is, and its value
RULES_IN_WORDS = {
    "min": "the λ with the lowest mean cost over the folds",
    "1se": "the largest λ whose mean cost over the folds is within one standard error of the lowest",
}


def hand_in(context: Context, rule: str) -> Rows:
    """The rows of the block. rule: that chooses λ; what is validated, and its penalty, are the page's."""
    penalty, found = context[PENALTY], fitted(context, context[PENALTY])
    one = found.validation
    k = one.k_by(rule)
    chosen: Rows = [("λ", "none: at every λ the fit of some fold has no end or diverged")]
    if k >= 0:
        chosen = [
            ("λ", f"{lam_label(one.lams[k])}, of {len(LAMS)} from 0 to {lam_label(LAMS[-1])}"),
            ("validated cost", f"{number(one.mean[k])}, with a standard error of {number(one.se[k], 2)}"),
            ("size", size_text(found, k)),
            *_stable(context, found, k),
            *_once(context, found, k),
        ]
    exactly = "the exact optimum" if is_fitted_exactly(context) else "trained until at rest"
    return [
        *_of_data(context),
        ("model", f"{MODEL_TEXTS[context[MODEL]]}, {exactly}"),
        ("penalty", PENALTIES[penalty].label),
        ("folds", f"{one.folds} of the training rows, dealt class by class"),
        ("rule", f"{RULE_TEXTS[rule]}, {RULES_IN_WORDS[rule]}"),
        *chosen,
    ]


def _of_data(context: Context) -> Rows:
    """The table, its gaps, and how it was split and scaled."""
    data, own = context.data, context.shelf.own
    gaps = int(np.isnan(own.table.X).sum()) if own is not None else 0
    filled = f"{gaps:,}, each filled by its column's median over the training rows" if gaps else "none"
    n_test = len(data.y_test)
    return [
        ("rows", f"{data.m + n_test:,}: {data.m:,} to train, {n_test:,} to test"),
        ("columns", f"{data.n_features:,}"),
        ("gaps", filled),
        ("seed", f"{context.settings.seed}, which draws the split, the folds and a network's start"),
        (
            "scaling",
            "each column by mean and deviation of the training rows, in a fold of those it is fitted on",
        ),
    ]


def _stable(context: Context, found: Fitted, k: int) -> Rows:
    """Of the columns that are kept, those that are kept whatever half of the rows is seen."""
    lam = LAMS[k]
    if found.kept is None or found.kept[k].all() or lam == 0 or len(context.data.class_names) > 2:
        return []
    halves: Stability = context.get(halves_of(context))
    share = halves.share[LAMS.index(lam) - 1]
    stable = np.flatnonzero(found.kept[k] & (share >= STABLE))
    names = [context.data.feature_names[i] for i in stable.tolist()]
    which = f": {joined(names)}" if names else ""
    kept = int(found.kept[k].sum())
    return [
        (
            "stable columns",
            f"{stable.size} of the {kept} kept are kept in {percent(STABLE)} of {HALVES} halves or "
            f"more{which}",
        )
    ]


def _once(context: Context, found: Fitted, k: int) -> Rows:
    """The test rows at the chosen λ, and what a constant answer comes to on them."""
    data = context.data
    if np.isnan(found.on_test[k]).any():
        return [("test rows", "not used: there is no fit to all training rows at this λ")]
    used = on_test_rows(found.on_test[k], data.y_test, data.y_train)
    return [
        (
            "baseline",
            f"a constant answer costs {number(used.constant_cost.value)} on the test rows and is right for "
            f"{percent(used.constant_accuracy.value)}",
        ),
        ("test cost, once", f"{number(used.cost.value)} ({interval(used.cost)})"),
        (
            "test accuracy, once",
            f"{percent(used.accuracy.value)} (95 % interval {shares(used.accuracy)})",
        ),
    ]

"""The test rows are for the end: λ is chosen by cross-validation on the training rows."""

from typing import Any

import numpy as np

from core import PENALTIES
from core.stability import Evidence
from ui.base.tables import integer_table
from ui.base.words import lam_label
from ui.pictures.picture import Picture
from ui.topics.choosing.chart import chart
from ui.topics.choosing.fitted import (
    LOGISTIC,
    MODEL,
    PENALTY,
    chosen_validation,
    fitted,
    is_fitted_exactly,
    networks_of,
    optima_of,
    validated_settings,
    validations_of,
)
from ui.topics.choosing.notes import notes
from ui.topics.choosing.tables import (
    MAX_COLUMNS,
    RULE_TEXTS,
    column_table,
    cost_ends,
    cost_table,
    readout_table,
    rule_table,
    size_table,
)
from ui.topics.looks import first
from ui.topics.topic import Context, Control, Look, Need, Topic
from ui.work.optimum import evidence_of

RULE = Control(
    "rule",
    "The rule that chooses",
    ("1se", "min"),
    "1se",
    lambda rule, context: RULE_TEXTS[rule],
    help="λₘᵢₙ has the lowest validated cost; λ₁ₛₑ is the largest λ within one standard error of it. The "
    "test rows are used at the λ that the rule chooses.",
)


def draw(context: Context) -> Picture:
    """The validated cost of one penalty over λ, with the rules' λ, and how large the fit is."""
    found, penalty = fitted(context, context[PENALTY]), PENALTIES[context[PENALTY]].label
    evidence = _evidence(context)
    settled, costs = evidence is not None and evidence.settled, cost_table(found)
    return Picture(
        "choosing",
        chart(
            context.labels,
            penalty,
            min(MAX_COLUMNS, context.data.n_features),
            found.has_freedom,
            found.fresh is not None,
            context.theme,
        ),
        {
            "readout": readout_table(found),
            "chosen": integer_table(k=[context.k]),
            "costs": costs,
            "line_names": cost_ends(costs, penalty),
            "sizes": size_table(found),
            "columns": column_table(found, context.data.feature_names),
            "rules": rule_table(found.validation, evidence.lam if evidence and settled else float("nan")),
        },
        f"For {penalty}: how large the fit is at each λ, and the cost that cross-validation finds, in a "
        "band of one standard error, beside the cost on the training rows, with λₘᵢₙ and λ₁ₛₑ marked; and "
        "the weights of the strongest columns at λ.",
        notes(found, context.data, context[RULE], context.k, evidence),
        caption="A fold is fitted at λ times its share of the rows, so that λ/m stays; its rows are scaled "
        "by those that it is fitted on.",
        helpers=frozenset({"chosen", "line_names"}),
    )


def prepare(context: Context) -> None:
    """The work that the picture needs."""
    validations_of(context)
    if is_fitted_exactly(context):
        optima_of(context)
        _evidence(context)
    else:
        networks_of(context)


def _evidence(context: Context) -> Evidence | None:
    """The evidence for L2, where it is shown and there is an exact optimum."""
    if not is_fitted_exactly(context) or not PENALTIES[context[PENALTY]].is_round:
        return None
    return context.get(evidence_of(context.settings, context.shelf))


def chosen_by_rule(context: Context) -> float | None:
    """The λ that the rule chooses, None where it finds none."""
    one = chosen_validation(context)
    k = one.k_by(context[RULE])
    return float(one.lams[k]) if k >= 0 else None


def ruled(context: Context) -> float:
    """The λ that the rule chooses; it stays where there is none."""
    found = chosen_by_rule(context)
    return context.lam if found is None else found


def formulas(context: Context) -> dict[str, Any]:
    """The folds, and the λ that the rules choose."""
    one = chosen_validation(context)
    lams = {"lam_min": one.lam_min, "lam_1se": one.lam_1se}
    found = one.k_min >= 0
    return {"folds": one.folds} | {k: lam_label(lam) if found else r"\text{none}" for k, lam in lams.items()}


def constants(context: Context) -> dict[str, Any]:
    """What the script takes over: what is validated, and by which rule λ is chosen."""
    hidden = () if context[MODEL] == LOGISTIC else context.settings.hidden
    return {"hidden": hidden, "penalty": context[PENALTY], "rule": context[RULE]}


def least_fitted(context: Context) -> float:
    """The smallest λ at which every fold has a fit; without one λ stays."""
    is_fitted = np.isfinite(chosen_validation(context).mean)
    return first(is_fitted) if is_fitted.any() else context.lam


LOOKS = (
    Look(
        "Go to the smallest λ at which every fold has a fit: how does the cost on the training rows compare "
        "with the validated one?",
        least_fitted,
    ),
    Look(
        "Go to λₘᵢₙ, where the validated cost is lowest: how wide is the band there?",
        ruled,
        {RULE.key: "min"},
    ),
    Look("Go to λ₁ₛₑ, the largest λ within that band: what is left of the fit?", ruled, {RULE.key: "1se"}),
)


TOPIC = Topic(
    key="choosing",
    title="Choosing λ",
    address="choosing-lambda",
    sentence="The test rows are for the end.",
    heading="Choosing λ: the test rows are for the end",
    todo="Move λ along the curve: where is it lowest, and how sure is that?",
    idea="Which λ is right cannot be seen on the rows that were fitted, and the test rows must not say it, "
    "or they tell nothing in the end. So parts of the training rows are kept aside in turn: "
    "cross-validation. Move λ along the curve; the band is one standard error to either side.",
    draw=draw,
    prepare=prepare,
    needs=Need.VALIDATION,
    controls=(MODEL, PENALTY, RULE),
    measured=lambda context: context.at(validated_settings(context)),
    formulas=formulas,
    constants=constants,
    looks=LOOKS,
)

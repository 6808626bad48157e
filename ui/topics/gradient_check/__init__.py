"""What backpropagation gives + λ/m·W really is the slope of J: held against J itself, a mark a parameter."""

from dataclasses import replace
from typing import Any

from core import PENALTIES
from core.gradient import Check
from ui.base.tables import integer_table, lam_titles
from ui.pictures.picture import Picture, Tables
from ui.topics.gradient_check.chart import chart
from ui.topics.gradient_check.notes import notes
from ui.topics.gradient_check.tables import (
    STEP_TEXT,
    end_table,
    error_table,
    names_of,
    point_table,
    readout_table,
    steepest_weight,
)
from ui.topics.looks import at, no_penalty
from ui.topics.topic import Context, Control, Look, Need, Topic, penalty_control, remembered_with_data
from ui.work.checks import ChecksByLam, check_settings, gradient_check

NOTHING = "nothing"
NO_PENALTY = "no_penalty"
FORGOTTEN = {NOTHING: "nothing", NO_PENALTY: "the penalty", "no_slope": "1 − a²"}  # by the core's MISTAKES
PENALTY = penalty_control("gradient_penalty")
MISTAKE = Control(
    "gradient_mistake",
    "Backpropagation forgets",
    tuple(FORGOTTEN),
    NOTHING,
    lambda mistake, context: FORGOTTEN[mistake],
)


def mistake_in(context: Context) -> str | None:
    """What backpropagation forgets, as the core has it: None for nothing."""
    return None if context[MISTAKE] == NOTHING else str(context[MISTAKE])


def checks_of(context: Context) -> ChecksByLam:
    """The gradient checks at these settings, of the penalty and with the mistake that are chosen."""
    return context.get(gradient_check(context.settings, context.shelf, context[PENALTY], mistake_in(context)))


def check_of(context: Context) -> Check:
    """The gradient check at the chosen λ."""
    return checks_of(context).by_lam[context.lam]


def draw(context: Context) -> Picture:
    """The checks at every λ, opened at the chosen one."""
    of = context.at(check_settings(context.settings))
    drawn = checks_drawn(of, context[PENALTY], context[MISTAKE])
    tables = Tables(drawn.packed | {"chosen": integer_table(k=[context.k])})
    return replace(drawn, tables=tables, notes=notes(check_of(context)))


@remembered_with_data
def checks_drawn(context: Context, penalty: str, mistake: str) -> Picture:
    """Each weight and bias twice, its gradient numeric and backpropagated: on the diagonal they are the same.

    penalty, mistake: what is chosen, by which pictures are told apart.
    """
    checks = tuple(checks_of(context).by_lam.values())
    return Picture(
        "gradient_check",
        chart(len(checks), names_of(checks[0]), context.theme),
        {
            "readout": readout_table(checks),
            "points": point_table(checks),
            "ends": end_table(checks),
            "errors": error_table(checks),
            "lams": lam_titles(),
        },
        "The backpropagated gradient of each weight and bias at λ of the slider against the numeric one, "
        "with the diagonal on which they agree, and the relative error of each layer beside the threshold "
        "of 1e-6.",
        helpers=frozenset({"chosen", "ends", "lams"}),
        positions={"points": "lams"},
    )


def formulas(context: Context) -> dict[str, str]:
    """The step, the penalty's part of dW, and one weight of the check."""
    weight, numeric, backpropagated = steepest_weight(check_of(context))
    return {
        "step": STEP_TEXT,
        "part": PENALTIES[context[PENALTY]].gradient_tex,
        "weight": weight,
        "numeric": f"{numeric:.9f}",
        "backpropagated": f"{backpropagated:.9f}",
    }


def constants(context: Context) -> dict[str, Any]:
    """What the script has to know beside the settings."""
    return {"penalty": context[PENALTY], "mistake": mistake_in(context)}


LOOKS = (
    Look(
        "Go to λ = 0 with nothing forgotten: how near to the diagonal do the marks lie?",
        no_penalty,
        {MISTAKE.key: NOTHING},
    ),
    Look(
        "Let backpropagation forget the penalty at λ = 0: is that caught?",
        no_penalty,
        {MISTAKE.key: NO_PENALTY},
    ),
    Look(
        "Forget it at λ = 100: is it caught now, and in which layer most?",
        at(100.0),
        {MISTAKE.key: NO_PENALTY},
    ),
)


TOPIC = Topic(
    key="gradient_check",
    title="Gradient check",
    address="gradient-check",
    sentence="What backpropagation gives + λ/m·W really is the slope of J.",
    heading="The penalty's gradient, checked against J itself",
    todo="Let backpropagation forget the penalty, then move λ: from where on is it caught?",
    idea="Backpropagation says how J changes with each weight. So does J itself: move one weight a little "
    "up, then a little down, and compare. If dW is what backpropagation gives + the penalty's part, both "
    "give the same number and every mark lies on the diagonal, at whatever λ. Break the gradient on purpose "
    "to see the check catch it: of a penalty that is forgotten more is missing the larger λ is.",
    draw=draw,
    prepare=checks_of,
    needs=Need.CHECK,
    controls=(PENALTY, MISTAKE),
    formulas=formulas,
    constants=constants,
    looks=LOOKS,
)

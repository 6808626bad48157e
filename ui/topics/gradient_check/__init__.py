"""dW = dW_bp + λ/m·W really is the slope of J: backpropagation held against J itself, a mark a parameter."""

from typing import Any

from core import PENALTIES
from core.gradient import Check
from ui.pictures.picture import Picture
from ui.topics.gradient_check.chart import chart
from ui.topics.gradient_check.notes import notes
from ui.topics.gradient_check.tables import (
    STEP_TEXT,
    end_table,
    error_table,
    names_of,
    point_table,
    steepest_weight,
)
from ui.topics.topic import Context, Control, Need, Topic, penalty_control
from ui.work.checks import gradient_check

NOTHING = "nothing"
FORGOTTEN = {NOTHING: "nothing", "no_penalty": "the penalty", "no_slope": "1 − a²"}  # by the core's MISTAKES
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


def check_of(context: Context) -> Check:
    """The gradient check at these settings, of the penalty and with the mistake that are chosen."""
    return context.get(gradient_check(context.settings, context.shelf, context[PENALTY], mistake_in(context)))


def draw(context: Context) -> Picture:
    """Each weight and bias twice: its gradient numeric and backpropagated, which lie on the diagonal."""
    check = check_of(context)
    points = point_table(check)
    return Picture(
        "gradient_check",
        chart(names_of(check), context.theme),
        {"points": points, "ends": end_table(points), "errors": error_table(check)},
        "The backpropagated gradient of each weight and bias against the numeric one, with the diagonal on "
        "which they agree, and the relative error of each layer beside the threshold of 1e-6.",
        notes(check),
        helpers=frozenset({"ends"}),
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


TOPIC = Topic(
    key="gradient_check",
    title="Gradient check",
    address="gradient-check",
    sentence="dW = dW_bp + λ/m·W really is the slope of J.",
    heading="The penalty's gradient, checked against J itself",
    todo="Break the gradient on purpose: does the check catch it?",
    idea="Backpropagation says how J changes with each weight. So does J itself: move one weight a little "
    "up, then a little down, and compare. If dW = dW_bp + the penalty's part is right, both give the same "
    "number and every mark lies on the diagonal. Break the gradient on purpose to see the check catch it.",
    draw=draw,
    prepare=check_of,
    needs=Need.CHECK,
    controls=(PENALTY, MISTAKE),
    formulas=formulas,
    constants=constants,
)

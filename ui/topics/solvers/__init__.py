"""L1's optimum has exact zeros, but the step has to land on them: four solvers on their way there."""

from typing import Any

from core import PENALTIES
from core.solvers import Race
from ui.base.foreign import markdown
from ui.base.words import lam_label, lam_text, number
from ui.pictures.picture import Picture, Scrub
from ui.topics.solvers.chart import chart
from ui.topics.solvers.notes import classes_text, notes
from ui.topics.solvers.tables import (
    curve_table,
    name_table,
    optimum_table,
    readout_table,
    step_labels,
    weight_table,
)
from ui.topics.topic import Context, Control, Need, Topic
from ui.work.races import PENALIZED, race, race_settings

STEPS = Control(
    "solver_steps", "Steps", (300, 1000, 3000, 10_000, 20_000), 3000, lambda steps, context: f"{steps:,}"
)
TARGET = Control(
    "solver_target",
    "This class against the rest",
    lambda context: range(len(context.data.class_names)),
    lambda context: 1 if len(context.data.class_names) == 2 else 0,  # of two classes the second
    lambda target, context: markdown(context.data.class_names[target]),
    applies=lambda context: len(context.data.class_names) > 2,
)


def race_of(context: Context) -> Race:
    """The race at these settings: of so many steps, for the class that is chosen against the rest."""
    settings = race_settings(context.settings)
    races = context.get(race(settings, context.shelf, context[TARGET], context[STEPS]))
    return races.by_lam[settings.lam]


def draw(context: Context) -> Picture:
    """The solvers over their steps, and their weights at one of them beside those of the optimum."""
    data, found = context.data, race_of(context)
    inputs, image = data.feature_names, data.source.image
    weights = weight_table(found, inputs, image)
    size = int(weights.row_end.max()), int(weights.column_end.max())
    return Picture(
        "solvers",
        chart(step_labels(found), len(inputs), *size, () if image else inputs, context.theme),
        {
            "readout": readout_table(found),
            "curves": curve_table(found),
            "optimum": optimum_table(found),
            "weights": weights,
            "names": name_table(weights),
        },
        "For the subgradient, decreasing, clip and proximal solvers: J minus the optimum's J against steps "
        "on a logarithmic axis, the count of weights exactly zero, and the weights at the step of the slider "
        "beside those of the optimum.",
        notes(found, inputs, classes_text(data.class_names, context[TARGET])),
        helpers=frozenset({"names"}),
        scrub=Scrub("Step", step_labels(found)),
    )


def remark(context: Context) -> str:
    """At λ = 0 another λ is shown, and why."""
    if context.lam > 0:
        return ""
    return (
        "At λ = 0 there is no penalty, so nothing pulls a weight to zero and there is nothing to "
        f"compare. The page shows {lam_text(PENALIZED[0])}, the smallest above it."
    )


def formulas(context: Context) -> dict[str, str]:
    """What the penalty takes off a weight in one step of the race."""
    settings, m = race_settings(context.settings), context.data.m
    threshold = PENALTIES["l1"].threshold(settings.lam, m, settings.learning_rate)
    return {
        "learning_rate": number(settings.learning_rate),
        "lam": lam_label(settings.lam),
        "m": str(m),
        "threshold": number(threshold),
    }


def constants(context: Context) -> dict[str, Any]:
    """What the script has to know beside the settings."""
    return {"target": context[TARGET], "steps": context[STEPS]}


TOPIC = Topic(
    key="solvers",
    title="Solvers",
    address="where-zeros-come-from",
    sentence="L1's optimum can have exact zeros; it takes the right step to land on them.",
    heading="Where exact zeros come from",
    todo="Play the steps: which solver lands on zero?",
    idea="L1's optimum has exact zeros where λ is large enough, but not every step lands on them. Four "
    "solvers start from the same weights and minimize the same J, with logistic regression, whose optimum "
    "can be computed and proven. The hidden layers of the panel play no part here. Move the step, or play "
    "it, and watch who lands on zero.",
    draw=draw,
    prepare=race_of,
    needs=Need.RACE,
    controls=(STEPS, TARGET),
    remark=remark,
    formulas=formulas,
    constants=constants,
)

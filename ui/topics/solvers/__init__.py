"""L1's optimum has exact zeros, but the step has to land on them: four solvers on their way there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core import PENALTIES, lam_max
from core.solvers import Race
from ui.base.foreign import markdown
from ui.base.tables import integer_table
from ui.base.words import lam_label, lam_text, number
from ui.pictures.picture import Picture, Scrub, Tables
from ui.topics.looks import nearest
from ui.topics.solvers.chart import chart
from ui.topics.solvers.notes import classes_text, notes
from ui.topics.solvers.tables import (
    cell_table,
    curve_table,
    goal_table,
    lam_table,
    name_table,
    optimum_table,
    readout_table,
    shown_steps,
    span_table,
    step_labels,
    step_table,
    weight_table,
)
from ui.topics.topic import Context, Control, Look, Need, Topic, remembered_with_data
from ui.work.races import PENALIZED, RacesByLam, race, race_settings

ALT = (
    "For the subgradient, decreasing, clip and proximal solvers at λ and the step of the sliders: J minus "
    "the optimum's J against steps on a logarithmic axis, the count of weights exactly zero, and the weights "
    "beside those of the optimum."
)
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


def races_of(context: Context) -> RacesByLam:
    """The races at these settings: of so many steps, for the class that is chosen against the rest."""
    settings = race_settings(context.settings)
    return context.get(race(settings, context.shelf, context[TARGET], context[STEPS]))


def race_of(context: Context) -> Race:
    """The race at the chosen λ."""
    return races_of(context).by_lam[race_settings(context.settings).lam]


def draw(context: Context) -> Picture:
    """The solvers at every λ that was raced, opened at the chosen one: where their steps lead."""
    data, settings = context.data, race_settings(context.settings)
    is_moved = len(races_of(context).shown) > 1
    of = context.at(replace(settings, lam=PENALIZED[0]) if is_moved else settings)
    about = notes(race_of(context), data.feature_names, classes_text(data.class_names, context[TARGET]))
    drawn = replace(races_drawn(of, context[TARGET], context[STEPS]), notes=about)
    if not is_moved:
        return drawn
    return replace(drawn, tables=Tables(drawn.packed | {"chosen": integer_table(k=[context.k])}))


@remembered_with_data
def races_drawn(context: Context, target: int, steps: int) -> Picture:
    """What does not depend on the chosen λ, where every λ was raced; else the races of that λ alone.

    target, steps: what is chosen, by which pictures are told apart.
    """
    data, races = context.data, races_of(context).shown
    inputs, image = data.feature_names, data.source.image
    shown, places = shown_steps(races), cell_table(inputs, image)
    labels, excess = step_labels(races[0]), curve_table(races, shown, "excess")
    size = int(places.row_end.max()), int(places.column_end.max())
    names = () if image else inputs
    return Picture(
        "solvers",
        chart(len(races), len(shown), labels, len(inputs), *size, names, context.theme),
        {
            "readout": readout_table(races, shown),
            "excess": excess,
            "span": span_table(excess),
            "zeros": curve_table(races, shown, "zeros"),
            "goal": goal_table(races),
            "steps": step_table(races[0], shown),
            "cells": places,
            "weights": weight_table(races, shown, places),
            "optimum": optimum_table(races, places),
            "names": name_table(places),
            "lams": lam_table(races),
        },
        ALT,
        helpers=frozenset({"chosen", "span", "steps", "cells", "names", "lams"}),
        positions=dict.fromkeys(("excess", "zeros", "weights", "optimum"), "lams"),
        scrub=Scrub("Step", tuple(labels[at] for at in shown)),
    )


def remark(context: Context) -> str:
    """At λ = 0 another λ is shown, and why."""
    if context.lam > 0:
        return ""
    return (
        "At λ = 0 there is no penalty, so nothing pulls a weight to zero and there is nothing to "
        f"compare. The page shows {lam_text(PENALIZED[0])}, the smallest above it."
    )


def share_of_lam_max(share: float) -> Callable[[Context], float]:
    """The λ nearest to a share of L1's λₘₐₓ for the chosen class against the rest."""

    def where(context: Context) -> float:
        data = context.data
        return nearest(share * lam_max(data.X_train, data.y_train == context[TARGET]))

    return where


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


LOOKS = (
    Look(
        "Go to the λ nearest to a tenth of L1's λₘₐₓ and play the steps: which solvers land on zero?",
        share_of_lam_max(0.1),
    ),
    Look(
        "Go to the λ nearest to half of it, and play: how many zeros has the optimum, and who finds them?",
        share_of_lam_max(0.5),
    ),
    Look(
        "Go to the λ nearest to twice λₘₐₓ: how many weights has the optimum there, and who arrives at it?",
        share_of_lam_max(2.0),
    ),
)


TOPIC = Topic(
    key="solvers",
    title="Solvers",
    address="where-zeros-come-from",
    sentence="L1's optimum can have exact zeros; it takes the right step to land on them.",
    heading="Where exact zeros come from",
    todo="Play the steps, then move λ: which solver lands on zero?",
    idea="L1's optimum has exact zeros where λ is large enough, but not every step lands on them. Four "
    "solvers start from the same weights and minimize the same J, with logistic regression, whose optimum "
    "can be computed and proven. The hidden layers of the panel play no part here. Play the steps and watch "
    "who lands on zero; then move λ: the larger it is, the more zeros there are to land on.",
    draw=draw,
    prepare=races_of,
    needs=Need.RACE,
    controls=(STEPS, TARGET),
    remark=remark,
    measured=lambda context: context.at(replace(context.settings, hidden=())),
    formulas=formulas,
    constants=constants,
    looks=LOOKS,
)

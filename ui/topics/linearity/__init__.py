"""Small weights keep units in tanh's linear part, and linear units make a linear model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from core import PENALTIES, Dataset, Run
from core.measures import linear_band
from ui.base.tables import integer_table
from ui.pictures.picture import Picture, Tables
from ui.topics.linearity.chart import chart
from ui.topics.linearity.notes import agreement_notes, few_rows_note, notes
from ui.topics.linearity.straight import Straight, straight_of
from ui.topics.linearity.tables import (
    agreements,
    alive_units,
    boundary_cells,
    boundary_names,
    boundary_points,
    curve_table,
    end_table,
    linearity_table,
    plane_of,
    readout_table,
    strip_table,
    strips_shown,
    z_histograms,
)
from ui.topics.looks import half_zero, no_penalty, weights_left
from ui.topics.topic import Context, Control, Look, Remedy, Topic, at_any_lam, penalty_control

DEVIATION = Control(
    "deviation",
    "The band: tanh z falls short of z by at most",
    (0.01, 0.05, 0.10),
    0.05,
    lambda share, context: f"{share:.0%}",
)
DRAWN = penalty_control("drawn", "Boundary under", applies=lambda context: context.data.in_a_plane)


def draw(context: Context) -> Picture:
    """How linear the networks are at the chosen λ and over the grid."""
    deviation, drawn = context[DEVIATION], PENALTIES[context[DRAWN]].label
    grid, lams = grid_picture(context, deviation, drawn), context.networks.lams
    return replace(
        grid,
        tables=Tables(grid.packed | {"chosen": integer_table(k=[context.k])}),
        notes=[
            *notes(grid.tables["linearity"], lams, context.k, linear_band(deviation)),
            *few_rows_note(grid.tables["linearity"], context.data),
            *agreement_notes(grid.tables["agreement"], grid.tables["linearity"], lams, context.k),
            *_no_line(context, drawn),
        ],
    )


def _no_line(context: Context, drawn: str) -> list[str]:
    """That logistic regression's square says nothing, where that is drawn and has no optimum."""
    if not context.data.in_a_plane or straight_of(context)[drawn].at_rest[context.k]:
        return []
    return [
        f"At {context.lam_text} logistic regression has no optimum, or has not come to it: what its square "
        "shows is no boundary."
    ]


@at_any_lam
def grid_picture(context: Context, deviation: float, drawn: str) -> Picture:
    """The picture without what depends on the chosen λ.

    deviation: up to where the band goes; drawn: whose boundary, by the penalty's label.
    """
    data, straight, runs = context.data, straight_of(context), context.networks.runs
    band = linear_band(deviation)
    Z = {label: run.layers(data.X_train) for label, run in runs.items()}
    alive = {label: alive_units(run) for label, run in runs.items()}
    linear = linearity_table(runs, Z, alive, data, band)
    agreed = agreements(runs, straight, data.X_test, linear)
    tables = {
        "readout": readout_table(linear, runs),
        "curve": curve_table(band),
        "band": pd.DataFrame({"low": [-band], "high": [band]}),
        "strips": strip_table({label: layers[:-1] for label, layers in Z.items()}, alive),
        "z": z_histograms({label: layers[:-1] for label, layers in Z.items()}, alive),
        "linearity": linear,
        "agreement": agreed,
        "line_names": end_table(linear, agreed),
    }
    models: dict[str, Run | Straight] = {}
    if data.in_a_plane:
        models = {f"the network under {drawn}": runs[drawn], "logistic regression": straight[drawn]}
        tables |= boundary_tables(models, data)
    titles = tuple(
        f"z of hidden layer {l + 1}: units alive, of {n}" for l, n in enumerate(context.settings.hidden)
    )
    return Picture(
        "linearity",
        chart(context.labels, titles, sum(strips_shown(context.settings.hidden)), len(models), context.theme),
        tables,
        "tanh with its linear band, where the z of each unit and of each hidden layer lie at the λ of the "
        "slider; against λ the share of z within the band, the R² of an affine map on the test rows and the "
        "agreement with logistic regression and with the network's own tangents.",
        helpers=frozenset({"band", "chosen", "line_names", "names"}),
    )


def boundary_tables(models: Mapping[str, Run | Straight], data: Dataset) -> dict[str, pd.DataFrame]:
    """What is drawn of data in a plane: each model's answers, the samples on them, and the models' names."""
    plane = plane_of(data.X_train)
    return {
        "cells": boundary_cells(models, plane),
        "points": boundary_points(len(models), plane, data.X_train, data.y_train),
        "names": boundary_names(list(models)),
    }


def formulas(context: Context) -> Mapping[str, Any]:
    """Where the band ends."""
    deviation = context[DEVIATION]
    return {"deviation": f"{deviation:.0%}", "band": f"{linear_band(deviation):.3f}"}


def constants(context: Context) -> Mapping[str, Any]:
    """What is chosen on the page, for the script."""
    return {"deviation": context[DEVIATION]}


LOOKS = (
    Look("Go to λ = 0: which units reach out of the band, to where tanh bends?", no_penalty),
    Look(
        "Go to the first λ at which half of L1's weights are exactly zero: what has come into the band?",
        half_zero,
    ),
    Look(
        "Go to the last λ at which L1 has a weight left in every layer: how much of the network is an affine "
        "map by now?",
        weights_left,
    ),
)


TOPIC = Topic(
    key="linearity",
    title="Tanh",
    address="tanh",
    sentence="Small weights keep units in tanh's linear part.",
    heading="Small weights keep tanh in its linear part",
    todo="Move λ: which units come into the band where tanh is nearly a line?",
    idea="tanh is nearly a straight line around 0. The coloured strips are the z that each unit "
    "really takes on the training data. Move λ: as the weights shrink, the z crowd into the band, and "
    "the network may come close to an affine map of its input: how close is measured.",
    draw=draw,
    prepare=straight_of,
    controls=(DEVIATION, DRAWN),
    remedy=Remedy(
        "This network has no hidden layer, so no tanh: its logit is an affine map of the input as it is.",
        "Give it a hidden layer of 8 units",
        (8,),
    ),
    formulas=formulas,
    constants=constants,
    looks=LOOKS,
)

"""L1 makes weights exactly zero, L2 only small: zeros, weights, paths and bytes over λ."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from core import PENALTIES, lam_max
from core.measures import constant_answer
from core.selection import Validation
from ui.base.tables import integer_table
from ui.base.words import joined, lam_label, number
from ui.pictures.picture import Picture, Tables
from ui.topics.looks import half_zero, no_penalty
from ui.topics.sparsity.chart import chart
from ui.topics.sparsity.notes import notes, price
from ui.topics.sparsity.tables import (
    COMPARED,
    EQUAL_COST,
    MAX_PATHS,
    MAX_UNITS,
    SAME_LAM,
    byte_sizes,
    end_table,
    frame_of,
    lam_max_mark,
    needles,
    optimum_shares,
    partners,
    path_table,
    unit_labels,
    weights_over_lam,
    zero_readout,
    zero_shares,
)
from ui.topics.topic import FURTHER, Context, Control, Look, Topic, at_any_lam, compared, compared_runs
from ui.work.optimum import Optima, all_optima, optima
from ui.work.tasks import Batch
from ui.work.validation import Validations, by_label, validation

COMPARISONS = {SAME_LAM: "the same λ", EQUAL_COST: "equal validated cost"}
COMPARE = Control(
    "compare",
    "Beside L1 at",
    tuple(COMPARISONS),
    SAME_LAM,
    shown=lambda how, context: COMPARISONS[how],
    help="The same λ is not the same strength. Equal validated cost shows each other penalty at the λ whose "
    "cost on rows kept aside in folds is nearest to that of L1, on the same side of the lowest.",
)


def is_output(layer: int, context: Context) -> bool:
    """Whether a layer is the last."""
    return layer == len(context.settings.hidden)


LAYER = Control(
    "layer",
    "Weights of layer",
    lambda context: range(len(context.settings.hidden) + 1),
    0,
    shown=lambda layer, context: f"{layer + 1} (output)" if is_output(layer, context) else f"{layer + 1}",
)


def draw(context: Context) -> Picture:
    """Zeros, the weights of the chosen layer, and bytes, at the chosen λ and over the grid."""
    data, runs, how, found = context.data, compared_runs(context), context[COMPARE], validated(context)
    grid = grid_picture(context, how, context[LAYER], tuple(runs), found is not None)
    at = beside(context, how)
    return replace(
        grid,
        tables=Tables(grid.packed | {"chosen": integer_table(k=[context.k])}),
        notes=[
            *notes(runs, data, context.k, at, limit_of(context), optima_of(context)),
            *price(found, context.k, at, why_not(context), constant_answer(context.data.y_train).accuracy),
        ],
    )


def second(context: Context) -> Batch[Validations]:
    """The folds, which no picture waits for."""
    return validation(context.settings, context.shelf, compared(context)).possible()


def validated(context: Context) -> Mapping[str, Validation] | None:
    """Every penalty's validation by its label, where it is there."""
    found = context.known(second(context))
    return by_label(found) if found else None


def why_not(context: Context) -> str:
    """Why nothing is validated, where that is refused."""
    batch = validation(context.settings, context.shelf)
    return batch.refused(batch.tasks) or ""


def prepare(context: Context) -> None:
    """The work that the picture needs beside the networks."""
    optima_of(context)


def optima_of(context: Context) -> Optima | None:
    """The exact optima, where the network is a logistic regression of two classes."""
    if context.settings.hidden or len(context.data.class_names) > 2:
        return None
    return all_optima(context.run(optima(context.settings, context.shelf, compared(context))))


def limit_of(context: Context) -> float | None:
    """λₘₐₓ, where the network is a logistic regression."""
    data = context.data
    return None if context.settings.hidden else lam_max(data.X_train, data.y_train)


@at_any_lam
def grid_picture(
    context: Context, how: str, layer: int, penalties: tuple[str, ...], is_validated: bool
) -> Picture:
    """The picture without what depends on the chosen λ. how: as in `partners`; layer: whose weights.

    penalties: by their labels. is_validated: tells apart what is drawn before and after the folds are there.
    """
    runs = compared_runs(context)
    image = context.data.source.image if layer == 0 else None
    inputs, units = names_of(context, layer, image is not None)
    at = beside(context, how)
    tables = grid_tables(context, at)
    weights = weights_over_lam(runs, at, layer, inputs, units, image)
    paths = path_table(runs, layer)
    tables |= {
        "weights": weights,
        "units": unit_labels(weights, image is not None),
        "paths": paths,
        "frame": frame_of(paths),
    }
    size = int(weights.row_end.max()), int(weights.column_end.max())
    return Picture(
        "sparsity",
        chart(
            *(context.labels, *size, () if image else inputs, penalties),
            *("needles" in tables, "optimum" in tables, context.theme),
        ),
        tables,
        f"Share of weights that are exactly zero against λ for {joined(penalties)}, the weights at the λ of "
        "the slider as a matrix, the path of each weight over λ, and the size of the model in bytes.",
        caption=caption_of(len(units), runs[COMPARED].W[layer][0].size),
        helpers=frozenset({"chosen", "line_names", "frame", "marks", "units"}),
    )


def beside(context: Context, how: str) -> dict[str, np.ndarray]:
    """At which λ the penalties are shown beside L1, see `partners`."""
    return partners(compared_runs(context), validated(context), how)


def grid_tables(context: Context, at: Mapping[str, np.ndarray]) -> dict[str, pd.DataFrame]:
    """The tables that are the same whichever layer is chosen. at: from `beside`."""
    data, runs, limit, exact = context.data, compared_runs(context), limit_of(context), optima_of(context)
    tables = {
        "readout": zero_readout(runs, at, limit, exact),
        "marks": lam_max_mark(limit, context.networks.lams),
        "shares": zero_shares(runs),
        "bytes": byte_sizes(runs),
    }
    if exact is not None:
        tables["optimum"] = optimum_shares(runs, exact)
    if data.informative:
        tables["needles"] = needles(runs, data.informative)
    return tables | {"line_names": end_table(tables)}


def names_of(context: Context, layer: int, is_image: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of a layer's inputs and of its units; those of the output are the classes."""
    data, hidden = context.data, context.settings.hidden
    inputs = data.feature_names if layer == 0 else tuple(f"unit {i + 1}" for i in range(hidden[layer - 1]))
    if not is_output(layer, context):
        before = "" if is_image else "unit "
        return inputs, tuple(f"{before}{i + 1}" for i in range(hidden[layer]))
    names = data.class_names
    return inputs, names if len(names) > 2 else (f"to {names[1]}",)


def caption_of(n_units: int, n_weights: int) -> str:
    """Which units are in the matrix, and which weights have a path, where not all do."""
    parts = []
    if n_units > MAX_UNITS:
        parts.append(
            f"The matrix shows the {MAX_UNITS} of {n_units} units with the largest weights at λ = 0."
        )
    if n_weights > MAX_PATHS:
        parts.append(
            f"Paths are drawn of the {MAX_PATHS} of this layer's {n_weights:,} weights that are largest at "
            "λ = 0."
        )
    return " ".join(parts)


def formulas(context: Context) -> dict[str, str]:
    """Shrink and threshold of one step at the chosen λ."""
    alpha, lam, m = context.settings.learning_rate, context.lam, context.data.m
    return {
        "alpha": number(alpha),
        "lam": lam_label(lam),
        "m": f"{m:,}",
        "decay": number(PENALTIES["l2"].decay(lam, m, alpha), 6),
        "threshold": number(PENALTIES["l1"].threshold(lam, m, alpha)),
    }


LOOKS = (
    Look(
        "Go to λ = 0, no penalty, and point at a cell: its path over λ stands above the weights.",
        no_penalty,
        {COMPARE.key: SAME_LAM},
    ),
    Look(
        "Go to the first λ at which half of L1's weights are exactly zero: do they go here and there, or "
        "whole rows and columns?",
        half_zero,
        {COMPARE.key: SAME_LAM},
        "l1",
    ),
    Look(
        "Stay there and look at L2: are its weights small, or is any exactly zero?",
        half_zero,
        {COMPARE.key: SAME_LAM},
        "l2",
    ),
    Look(
        "Compare both at about the same validated cost: is L2 still the fuller one?",
        half_zero,
        {COMPARE.key: EQUAL_COST},
    ),
)


TOPIC = Topic(
    key="sparsity",
    title="L1 vs L2",
    address="l1-vs-l2",
    sentence="L1 makes weights exactly zero, L2 only small.",
    todo="Move λ: which cells become empty, and under which penalty?",
    idea="The same network, trained from the same start with each penalty at every λ. Move λ: the L1 penalty "
    "empties more and more of the cells, the L2 penalty only fades them.",
    draw=draw,
    prepare=prepare,
    second=second,
    penalties=compared,
    controls=(FURTHER, COMPARE, LAYER),
    formulas=formulas,
    constants=lambda context: {"penalties": compared(context)},
    looks=LOOKS,
)

"""L1 makes weights exactly zero, L2 only small: zeros, weights, paths and bytes over λ."""

from dataclasses import replace

from core import PENALTIES, lam_max
from ui.base.tables import integer_table
from ui.base.words import joined, lam_label, number
from ui.pictures.picture import Picture, Tables
from ui.topics.sparsity.chart import chart
from ui.topics.sparsity.notes import notes
from ui.topics.sparsity.tables import (
    EQUAL_COST,
    MAX_UNITS,
    SAME_LAM,
    byte_sizes,
    frame_of,
    lam_max_mark,
    needles,
    partners,
    path_table,
    unit_labels,
    weights_over_lam,
    zero_readout,
    zero_shares,
)
from ui.topics.topic import Context, Control, Topic, at_any_lam

COMPARISONS = {SAME_LAM: "the same λ", EQUAL_COST: "equal test cost"}
COMPARE = Control(
    "compare",
    "L2 beside L1 at",
    tuple(COMPARISONS),
    SAME_LAM,
    shown=lambda how, context: COMPARISONS[how],
    help="The same λ is not the same strength. Equal test cost shows L2 at the λ whose cost on the test "
    "rows is nearest to that of L1.",
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
    data, runs, how = context.data, context.networks.runs, context[COMPARE]
    grid = grid_picture(context, how, context[LAYER])
    return replace(
        grid,
        tables=Tables(grid.packed | {"chosen": integer_table(k=[context.k])}),
        notes=notes(runs, data, context.k, partners(runs, data, how), limit_of(context)),
    )


def limit_of(context: Context) -> float | None:
    """λ_max, where the network is a logistic regression."""
    data = context.data
    return None if context.settings.hidden else lam_max(data.X_train, data.y_train)


@at_any_lam
def grid_picture(context: Context, how: str, layer: int) -> Picture:
    """The picture without what depends on the chosen λ. how: as in `partners`; layer: whose weights."""
    data, networks = context.data, context.networks
    runs = networks.runs
    beside, limit = partners(runs, data, how), limit_of(context)
    image = data.source.image if layer == 0 else None
    inputs, units = names_of(context, layer, image is not None)
    weights, paths = weights_over_lam(runs, beside, layer, inputs, units, image), path_table(runs, layer)
    tables = {
        "readout": zero_readout(runs, beside, limit),
        "marks": lam_max_mark(limit, networks.lams),
        "shares": zero_shares(runs),
        "weights": weights,
        "units": unit_labels(weights, image is not None),
        "paths": paths,
        "frame": frame_of(paths),
        "bytes": byte_sizes(runs),
    }
    if data.informative:
        tables["needles"] = needles(runs, data.informative)
    n_rows, n_columns = int(weights.row_end.max()), int(weights.column_end.max())
    columns = () if image else inputs
    return Picture(
        "sparsity",
        chart(context.labels, n_rows, n_columns, columns, bool(data.informative), context.theme),
        tables,
        f"Share of weights that are exactly zero against λ for {joined(list(runs))}, the weights at the λ of "
        "the slider as a matrix, the path of each weight over λ, and the size of the model in bytes.",
        caption=caption_of(len(units)),
        helpers=frozenset({"chosen", "frame", "marks", "units"}),
    )


def names_of(context: Context, layer: int, is_image: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of a layer's inputs and of its units; those of the output are the classes."""
    data, hidden = context.data, context.settings.hidden
    inputs = data.feature_names if layer == 0 else tuple(f"unit {i + 1}" for i in range(hidden[layer - 1]))
    if not is_output(layer, context):
        before = "" if is_image else "unit "
        return inputs, tuple(f"{before}{i + 1}" for i in range(hidden[layer]))
    names = data.class_names
    return inputs, names if len(names) > 2 else (f"to {names[1]}",)


def caption_of(n_units: int) -> str:
    """Which units are in the matrix, where not all are."""
    if n_units <= MAX_UNITS:
        return ""
    return f"The matrix shows the {MAX_UNITS} of {n_units} units with the largest weights at λ = 0."


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


TOPIC = Topic(
    key="sparsity",
    title="L1 vs L2",
    address="l1-vs-l2",
    sentence="L1 makes weights exactly zero, L2 only small.",
    idea="The same network, trained from the same start with each penalty at every λ. Move λ: the L1 penalty "
    "empties one cell after the other, the L2 penalty only fades them.",
    draw=draw,
    controls=(COMPARE, LAYER),
    formulas=formulas,
)

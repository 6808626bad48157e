"""Bias and variance against the width of the hidden layers, at the chosen λ."""

from functools import lru_cache

import altair as alt
import pandas as pd

from core import PENALTIES
from core.decomposition import Parts
from core.variance import Curves
from ui.base.theme import INKS, PENALTY_COLORS
from ui.base.words import how_many, joined, lam_text, number
from ui.pictures.chart import PADDING, Spec, finish, layer, line_names, with_room
from ui.pictures.ends import Upright
from ui.pictures.picture import Picture
from ui.topics.bias_variance import PENALTY, SETS, parts_of
from ui.topics.bias_variance.chart import part_hues, part_room, stack
from ui.topics.bias_variance.tables import part_ends, part_table
from ui.topics.topic import Context, remembered_with_data
from ui.work.curves import WIDTHS, over_widths
from ui.work.tasks import Batch

TITLE = "How wide"
IDEA = (
    "A wider network can follow more, so that its bias is smaller, and one would think that its variance "
    "is larger. Each hidden layer is given the same width, from 1 unit on, and trained on the same "
    "training sets."
)
ERRORS = Upright(260, has_zero=True)
NO_LAYER = "There is no hidden layer that could be wider. Choose one in the panel."


def widths_of(context: Context) -> Batch[Curves]:
    """The curves of every width."""
    return over_widths(context.settings, context.shelf, context[PENALTY], context[SETS])


def width_picture(context: Context) -> Picture:
    """The error's parts against the width, at the chosen λ."""
    if not context.settings.hidden:
        return Picture("width", missing=NO_LAYER)
    context.run(widths_of(context))  # before it is drawn, see Topic.picture
    return _drawn(context, context[PENALTY], context[SETS])


@remembered_with_data
def _drawn(context: Context, penalty: str, n_sets: int) -> Picture:
    found, is_truth = context.run(widths_of(context)), context.settings.is_synthetic
    each = [parts_of(context, found[i * n_sets : (i + 1) * n_sets]) for i in range(len(WIDTHS))]
    rows = width_table(each, context.k, is_truth)
    return Picture(
        "width",
        chart(PENALTIES[penalty].label, is_truth, context.theme),
        {"widths": rows, "line_names": part_ends("widths", rows, "width", ERRORS)},
        f"The parts of the error of the probability against the width of the hidden layers, from {WIDTHS[0]} "
        f"to {WIDTHS[-1]} units, at {context.lam_text}.",
        notes(each, context, is_truth),
        helpers=frozenset({"line_names"}),
    )


def width_table(each: list[Parts], k: int, is_truth: bool) -> pd.DataFrame:
    """width, part, low, high: the parts of the error at the k-th λ, one upon the other."""
    frames = [
        part_table(parts, [0], is_truth).assign(width=width)
        for width, parts in zip(WIDTHS, each, strict=True)
    ]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows.loc[rows.k == k, ["width", "part", "low", "high"]]
    return rows.astype({"width": "int32"})


def notes(each: list[Parts], context: Context, is_truth: bool) -> list[str]:
    """What the narrowest and the widest are made of, and where the error is lowest."""
    parts = {
        width: (
            float(one.error[-1, context.k]),
            max(0.0, float(one.bias[-1, context.k])),
            float(one.variance[-1, context.k]),
        )
        for width, one in zip(WIDTHS, each, strict=True)
    }
    finite = {width: numbers for width, numbers in parts.items() if numbers[0] == numbers[0]}
    if len(finite) < 2:
        return [f"At {lam_text(context.lam)} networks of nearly every width diverged: choose a smaller α."]
    narrow, wide = min(finite), max(finite)
    rest = "bias²" if is_truth else "noise and bias² together"
    (_, bias, variance), (_, wide_bias, wide_variance) = finite[narrow], finite[wide]
    written = number(variance, 2), number(wide_variance, 2)
    more = "as much" if written[0] == written[1] else "more" if wide_variance > variance else "less"
    return [
        f"At {lam_text(context.lam)} under {PENALTIES[context[PENALTY]].label}, from "
        f"{how_many(narrow, 'unit')} to {wide} in each hidden layer, {rest} goes from {number(bias, 2)} to "
        f"{number(wide_bias, 2)} and variance from {number(variance, 2)} to {number(wide_variance, 2)}: the "
        f"wide network varies {more}.",
        _lowest(finite),
    ]


def _lowest(parts: dict[int, tuple[float, float, float]]) -> str:
    """At which widths the error is lowest, to the digits that are written. parts: error first, by width."""
    least = number(min(error for error, _, _ in parts.values()))
    widths = [width for width, (error, _, _) in parts.items() if number(error) == least]
    if len(widths) == len(parts):
        return f"The error is **{least}** at every width."
    at = joined([f"{width:,}" for width in widths])
    return f"The error is lowest, **{least}**, at **{at} {'unit' if widths == [1] else 'units'}**."


@lru_cache(maxsize=16)
def chart(penalty: str, is_truth: bool, theme: str) -> Spec:
    """The parts of the error, one upon the other, against the width. Tables: widths, line_names."""
    ink, color, room = INKS[theme], PENALTY_COLORS[penalty], part_room(is_truth)
    ends = [WIDTHS[0], WIDTHS[-1]]
    x = alt.X(
        "width:Q",
        title="units in each hidden layer",
        scale=with_room(alt.Scale(type="log", base=2, domain=ends, nice=False, padding=PADDING), room),
        axis=alt.Axis(values=list(WIDTHS), grid=False, format="d"),
    )
    panel = layer(
        *stack("true", x, color, ink, "widths"),
        *line_names("widths", x, room, ink, part_hues(color, ink)),
    ).properties(height=ERRORS.height, title=f"The error against the width, {penalty}")
    return finish([panel], theme)

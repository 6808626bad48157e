"""The solvers over their steps: how far above the optimum, how many exact zeros, and which weights."""

from functools import lru_cache, partial

import altair as alt

from core.solvers import SOLVERS
from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    Column,
    Spec,
    finish,
    input_axis,
    layer,
    marked_axis,
    playing_slider,
    power_axis,
    readout,
    square_scales,
    table,
    weight_cells,
    with_names,
)

SHAPES = {"subgradient": "circle", "decreasing": "diamond", "clip": "square", "proximal": "triangle-up"}
DASHES = {"subgradient": [1, 0], "decreasing": [2, 3], "clip": [7, 4], "proximal": [1, 0]}
AT_STEP = "datum['v' + k]"  # a row's weight


def chart(
    labels: tuple[str, ...], n_weights: int, n_rows: int, n_columns: int, inputs: tuple[str, ...], theme: str
) -> Spec:
    """J − J* and the count of exact zeros against steps, and the weights at one step beside the optimum's.

    labels: of the steps; inputs: names for the columns of the weights, () for images. Tables: readout,
    curves, optimum, weights, names.
    """
    return with_names(_chart(labels, n_weights, n_rows, n_columns, len(inputs), theme), inputs)


@lru_cache(maxsize=64)
def _chart(
    labels: tuple[str, ...], n_weights: int, n_rows: int, n_columns: int, n_names: int, theme: str
) -> Spec:
    """The chart before it has names: these may be a person's own, and are not kept for others."""
    ink, x = INKS[theme], marked_axis(labels, "step")
    params, events = playing_slider(len(labels), "Step")
    weights = weight_panel(n_rows, n_columns, n_names, ink)
    told = readout({"title": ink.text, **colors(ink)})
    places = [
        [Column([weights, zeros_panel(n_weights, ink, x)], 1.3), Column([told, excess_panel(ink, x)])],
    ]
    return finish(places, theme, ("color", "shape", "strokeDash", "opacity", "x", "y"), params, events)


def colors(ink: Ink) -> dict[str, str]:
    """The proximal step wears L1's colour, since it is how the dashboard trains L1; the others stay grey."""
    return {
        "subgradient": ink.text,
        "decreasing": ink.text,
        "clip": ink.quiet,
        "proximal": PENALTY_COLORS["L1"],
    }


def over_steps(ink: Ink, x: alt.X, y: alt.Y) -> alt.LayerChart:
    """A line for each solver over the steps, and where the slider stands."""
    rule = table("readout").transform_filter("datum.k == k").mark_rule(color=ink.text, strokeWidth=1.5)
    curves = table("curves").encode(
        x=x,
        y=y,
        color=alt.Color(
            "solver:N", scale=alt.Scale(domain=list(SOLVERS), range=list(colors(ink).values())), legend=None
        ),
    )
    dash = alt.StrokeDash(
        "solver:N", scale=alt.Scale(domain=list(SOLVERS), range=list(DASHES.values())), legend=None
    )
    shape = alt.Shape(
        "solver:N", scale=alt.Scale(domain=list(SOLVERS), range=list(SHAPES.values())), legend=None
    )
    lines = curves.mark_line(strokeWidth=2.5).encode(strokeDash=dash)
    marks = curves.transform_filter("datum.k == k").mark_point(size=130, filled=True, opacity=1)
    return layer(rule.encode(x=x), lines, marks.encode(shape=shape))


def excess_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """J − J* on a logarithmic axis, never below what the certificate can tell."""
    y = alt.Y(
        "excess:Q",
        title=None,
        scale=alt.Scale(type="log", nice=True),
        axis=power_axis(tickCount=5, grid=False),
    )
    return over_steps(ink, x, y).properties(height=240, title="J − J*, how far above the optimum")


def zeros_panel(n_weights: int, ink: Ink, x: alt.X) -> alt.LayerChart:
    """The count of exact zeros, and a dashed line at that of the optimum."""
    y = alt.Y(
        "zeros:Q",
        title=None,
        scale=alt.Scale(domain=[0, n_weights * 1.12], nice=False),
        axis=alt.Axis(tickCount=4, format="d"),
    )
    best = table("optimum").mark_rule(color=ink.text, strokeDash=[3, 4], strokeWidth=1.5).encode(y=y)
    label = table("optimum").mark_text(align="left", baseline="bottom", dx=6, dy=-4, fontSize=16)
    return layer(best, label.encode(x=alt.value(0), y=y, text="text:N"), over_steps(ink, x, y)).properties(
        height=200, title="Weights exactly zero"
    )


def weight_panel(n_rows: int, n_columns: int, n_names: int, ink: Ink) -> alt.LayerChart:
    """The weights at k as cells, an exact zero empty; a cross where the optimum says otherwise.

    n_names: of the columns, which stand under them; 0 for images, whose cells are squares.
    """
    height = (22 if n_names else 16) * n_rows
    across = alt.Scale(domain=[0, n_columns], nice=False)
    down = alt.Scale(domain=[0, n_rows], nice=False, reverse=True)
    if not n_names:
        across, down = square_scales(n_columns, n_rows, height)
    x, y = partial(_across, across, n_names), partial(_down, down)
    shown = {"solver": "solver", "input": "input"}
    rects = [
        cells.encode(x=x("column:Q"), y=y("row:Q"), x2=alt.X2("column_end:Q"), y2=alt.Y2("row_end:Q"))
        for cells in weight_cells(table("weights"), AT_STEP, shown, ink)
    ]
    names = table("names").mark_text(align="left", baseline="bottom", dy=-2, fontSize=16, color=ink.quiet)
    return layer(
        *rects,
        wrong_marks().encode(x=x("x:Q"), y=y("y:Q")),
        names.encode(x=x("column:Q"), y=y("row:Q"), text="solver:N"),
    ).properties(height=height, title="The weights, × where wrong")


def _across(scale: alt.Scale, n_names: int, field: str) -> alt.X:
    """The columns of the cells, with the names of the inputs under them where there are any."""
    return alt.X(field, title=None, axis=input_axis(n_names) if n_names else None, scale=scale)


def _down(scale: alt.Scale, field: str) -> alt.Y:
    """The rows of the cells, from above."""
    return alt.Y(field, axis=None, scale=scale)


def wrong_marks() -> alt.Chart:
    """A cross for each weight that is zero where the optimum's is not, or the other way; x, y: its middle."""
    words = [
        alt.Tooltip("solver:N"),
        alt.Tooltip("input:N"),
        alt.Tooltip("w:Q", title="weight", format=".4f"),
    ]
    return (
        table("weights")
        .transform_calculate(w=AT_STEP)
        .transform_filter("(datum.w != 0) != datum.best")
        .transform_calculate(x="datum.column + 0.5", y="datum.row + 0.5")
        .mark_text(text="×", baseline="middle", fontSize=20, fontWeight=600)
        .encode(tooltip=words)
    )

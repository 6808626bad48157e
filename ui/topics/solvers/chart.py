"""The solvers over their steps at λ: how far above the optimum, how many exact zeros, and which weights."""

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
    power_axis,
    readout,
    square_scales,
    table,
    training_sliders,
    weight_cells,
    with_names,
)
from ui.pictures.panel import Panel

SHAPES = {"subgradient": "circle", "decreasing": "diamond", "clip": "square", "proximal": "triangle-up"}
DASHES = {"subgradient": [1, 0], "decreasing": [2, 3], "clip": [7, 4], "proximal": [1, 0]}
AT_LAM = "datum['v' + k]"  # what a row holds at λ
AT_STEP = "datum.e == e"


def chart(
    n_lams: int,
    n_shown: int,
    labels: tuple[str, ...],
    n_weights: int,
    n_rows: int,
    n_columns: int,
    inputs: tuple[str, ...],
    theme: str,
) -> Spec:
    """J − J* and the count of exact zeros against steps, and the weights at one step beside the optimum's.

    n_lams: how many races there are, with a slider over λ where it is more than one; n_shown: how many steps
    the other slider stops at; labels: of the steps that are kept; inputs: names for the columns of the
    weights, () for images. Tables: readout, excess, span, zeros, goal, steps, cells, weights, optimum, names,
    and chosen where λ has a slider.
    """
    spec = _chart(n_lams, n_shown, labels, n_weights, n_rows, n_columns, len(inputs), theme)
    return with_names(spec, inputs)


@lru_cache(maxsize=64)
def _chart(
    n_lams: int,
    n_shown: int,
    labels: tuple[str, ...],
    n_weights: int,
    n_rows: int,
    n_columns: int,
    n_names: int,
    theme: str,
) -> Spec:
    """The chart before it has names: these may be a person's own, and are not kept for others."""
    ink, x = INKS[theme], marked_axis(labels, "step", field="at")
    params, events = training_sliders(n_lams, n_shown, "Step")
    weights = weight_panel(n_rows, n_columns, n_names, ink)
    fields = {"title": ink.text, "optimum": ink.quiet, **colors(ink)}
    told = readout(fields, at=("k", "e"), remark="optimum")
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


def over_steps(source: str, ink: Ink, x: alt.X, y: alt.Y) -> Panel:
    """A line for each solver over the steps, and where the slider stands."""
    rule = table("steps").transform_filter(AT_STEP).mark_rule(color=ink.text, strokeWidth=1.5)
    hue = alt.Scale(domain=list(SOLVERS), range=list(colors(ink).values()))
    dash = alt.Scale(domain=list(SOLVERS), range=list(DASHES.values()))
    shape = alt.Scale(domain=list(SOLVERS), range=list(SHAPES.values()))
    lines = at_lam(table(source)).mark_line(strokeWidth=2.5)
    marks = at_lam(table(source).transform_filter(AT_STEP)).mark_point(size=130, filled=True, opacity=1)
    color = alt.Color("solver:N", scale=hue, legend=None)
    return layer(
        rule.encode(x=x),
        lines.encode(x=x, y=y, color=color, strokeDash=alt.StrokeDash("solver:N", scale=dash, legend=None)),
        marks.encode(x=x, y=y, color=color, shape=alt.Shape("solver:N", scale=shape, legend=None)),
    )


def at_lam(rows: alt.Chart) -> alt.Chart:
    """The rows with what they hold at λ as `value`; a solver that diverged there has none."""
    return rows.transform_calculate(value=AT_LAM).transform_filter("isValid(datum.value)")


def excess_panel(ink: Ink, x: alt.X) -> Panel:
    """J − J* on a logarithmic axis, the same for every λ, never below what the certificate can tell."""
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(type="log", nice=True),
        axis=power_axis(tickCount=5, grid=False),
    )
    span = table("span").mark_point(opacity=0).encode(x=alt.value(0), y=y)
    return layer(span, over_steps("excess", ink, x, y)).properties(
        height=240, title="J − J*, how far above the optimum"
    )


def zeros_panel(n_weights: int, ink: Ink, x: alt.X) -> Panel:
    """The count of exact zeros, and a dashed line at that of the optimum."""
    scale = alt.Scale(domain=[0, n_weights * 1.12], nice=False)
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, format="d"))
    at_goal = alt.Y("zeros:Q", title=None, scale=scale)
    goal = table("goal").transform_filter("datum.k == k")
    best = goal.mark_rule(color=ink.text, strokeDash=[3, 4], strokeWidth=1.5)
    label = goal.mark_text(align="left", baseline="bottom", dx=6, dy=-4, fontSize=16)
    return layer(
        best.encode(y=at_goal),
        label.encode(x=alt.value(0), y=at_goal, text=alt.Text("text:N")),
        over_steps("zeros", ink, x, y),
    ).properties(height=200, title="Weights exactly zero")


def weight_panel(n_rows: int, n_columns: int, n_names: int, ink: Ink) -> Panel:
    """The weights at λ and e as cells, an exact zero empty; a cross where the optimum says otherwise.

    n_names: of the columns, which stand under them; 0 for images, whose cells are squares.
    """
    height = (22 if n_names else 16) * n_rows
    across = alt.Scale(domain=[0, n_columns], nice=False)
    down = alt.Scale(domain=[0, n_rows], nice=False, reverse=True)
    if not n_names:
        across, down = square_scales(n_columns, n_rows, height)
    x, y = partial(_across, across, n_names), partial(_down, down)
    rects = [
        cells.encode(x=x("column:Q"), y=y("row:Q"), x2=alt.X2("column_end:Q"), y2=alt.Y2("row_end:Q"))
        for cells in cell_marks(ink)
    ]
    names = table("names").mark_text(align="left", baseline="bottom", dy=-2, fontSize=16, color=ink.quiet)
    return layer(
        *rects,
        wrong_marks().encode(x=x("x:Q"), y=y("y:Q")),
        names.encode(x=x("column:Q"), y=y("row:Q"), text=alt.Text("solver:N")),
    ).properties(height=height, title="The weights, × where wrong")


def cell_marks(ink: Ink) -> list[alt.Chart]:
    """A frame for each weight, and the weights of the solvers at λ and e and of the optimum at λ."""
    shown = {"solver": "solver", "input": "input"}
    frames, _ = weight_cells(table("cells"), "0", shown, ink)
    moving = table("weights").transform_filter(AT_STEP), table("optimum")
    return [frames, *(weight_cells(cells, AT_LAM, shown, ink)[1] for cells in moving)]


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
        .transform_filter(AT_STEP)
        .transform_filter("datum['x' + k]")
        .transform_calculate(w=AT_LAM, x="datum.column + 0.5", y="datum.row + 0.5")
        .mark_text(text="×", baseline="middle", fontSize=20, fontWeight=600)
        .encode(tooltip=words)
    )

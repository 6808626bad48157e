"""The next step of each layer in its two parts, αλ/m alone, and a weight under Adam's two ways."""

from functools import lru_cache
from typing import Any

import altair as alt

from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    Column,
    Events,
    Params,
    Room,
    Spec,
    finish,
    layer,
    line_names,
    power_axis,
    readout,
    room_param,
    size_text,
    table,
    training_sliders,
    with_room,
)
from ui.pictures.panel import Panel
from ui.topics.weight_decay.tables import (
    ADAM,
    AT_LAM_TEXT,
    DECAYS,
    FARTHEST,
    GRADIENTS,
    OPEN_GRADIENT,
    OPEN_RATIO,
    OPTIMIZERS,
    PARTS,
    RATIOS,
    SIZES,
)

HEAD = 58  # pixels for the lines over the bars of a layer
ROW = 26  # pixels of a weight
BAR = 0.36  # of a row, that each of its two bars takes
ARROW = 150  # pixels² of an arrow's head
NARROW = 700  # pixels of page under which names give way to the picture
NAMES = 270  # pixels for the names of weights, where there is room
COLOR = PENALTY_COLORS["L2"]
AT_EPOCH = "datum.e == e"
DIAL_HEIGHT = 180
DIAL_ROOM = Room((AT_LAM_TEXT,))


@lru_cache(maxsize=64)
def chart(
    labels: tuple[str, ...], layers: tuple[str, ...], rows: tuple[int, ...], n_snapshots: int, theme: str
) -> Spec:
    """The next step of each layer in its two parts, αλ/m alone, and Adam's two ways.

    layers: their titles; rows: how many weights of each are drawn.
    Tables: readout, chosen, steps, reach, lines, sizes, line_names, dial, decays, paths, current, adam,
    adam_names, adam_lines.
    """
    ink = INKS[theme]
    steps = [layer_step(l, title, n, ink) for l, (title, n) in enumerate(zip(layers, rows, strict=True))]
    line = readout({"title": ink.text, "line": COLOR}, at=["k", "e"])
    at_dial = readout({"title": ink.text, "line": COLOR, "end": ink.text}, "dial", ["r"])
    by_adam = readout({"title": ink.text, "coupled": COLOR, "decoupled": ink.text}, "adam_lines", ["j"])
    params, events = sliders(len(labels), n_snapshots)
    places = [
        [Column([line, *steps[::2]]), Column([*steps[1::2], sizes_panel(ink)])],
        [Column([at_dial, dial_panel(ink), path_panel(ink)]), Column([by_adam, adam_panel(ink)])],
    ]
    return finish(places, theme, ("x", "y", "color"), params, events)


def sliders(n_lams: int, n_snapshots: int) -> tuple[Params, Events]:
    """λ at k, the epoch at e, which plays, αλ/m at r and Adam's gradient at j, with the picture's width."""
    params, events = training_sliders(n_lams, n_snapshots)
    ratios = alt.binding_range(min=0, max=len(RATIOS) - 1, step=1, name="αλ/m")
    gradients = alt.binding_range(min=0, max=len(GRADIENTS) - 1, step=1, name="Gradient ±g")
    room, measured = room_param()
    dial = alt.param(name="r", value=OPEN_RATIO, bind=ratios)
    gradient = alt.param(name="j", value=OPEN_GRADIENT, bind=gradients)
    return [*params, dial, gradient, room], {**events, **measured}


def layer_step(l: int, title: str, n_rows: int, ink: Ink) -> Panel:
    """For each weight: the shrink from 0, the gradient step from there, and a tick where both end."""
    height = HEAD + ROW * n_rows
    y_scale = alt.Scale(domain=[0, n_rows], nice=False, range=[HEAD, height])
    rows = step_rows(l)
    return layer(
        *zero_line(l, height, ink),
        *step_bars(rows, y_scale, ink),
        *step_texts(rows, y_scale, ink),
        *step_lines(l, ink),
    ).properties(height=height, title=title)


def step_rows(l: int) -> alt.Chart:
    """The weights of layer l with their step at the slider: w, shrink, gradient, change, after."""
    return (
        table("steps")
        .transform_filter(f"datum.layer == {l}")
        .transform_filter(AT_EPOCH)
        .transform_calculate(
            w="datum['w' + k]",
            shrink="datum['s' + k]",
            change="datum['c' + k]",
            gradient="datum['c' + k] - datum['s' + k]",
            after="datum['w' + k] + datum['c' + k]",
            top=f"datum.row + {0.5 - BAR}",
            bottom=f"datum.row + {0.5 + BAR}",
        )
    )


def change_axis(field: str) -> alt.X:
    """What a part of the step changes."""
    axis = alt.Axis(tickCount=5, grid=True, labelOverlap=True, format="~g")
    return alt.X(f"{field}:Q", title="change in this step", axis=axis)


def row_axis(field: str, scale: alt.Scale) -> alt.Y:
    """The row of a weight, without marks."""
    return alt.Y(f"{field}:Q", axis=None, scale=scale)


def zero_line(l: int, height: int, ink: Ink) -> list[alt.Chart]:
    """Unseen points as far as the bars reach, which leave room for the names, and a line at 0."""
    reach = (
        table("reach")
        .transform_filter(f"datum.layer == {l}")
        .transform_filter(AT_EPOCH)
        .transform_calculate(edge="datum.end * datum['t' + k]")
    )
    names_end = alt.expr(f"room > {NARROW} ? {NAMES} : 0")
    zero = reach.mark_rule(color=ink.quiet)
    return [
        reach.mark_point(opacity=0).encode(
            x=change_axis("edge").scale(nice=False, rangeMin=names_end), y=alt.value(HEAD)
        ),
        zero.encode(x=alt.X(datum=0), y=alt.value(HEAD), y2=alt.value(height)),
    ]


def step_bars(rows: alt.Chart, y_scale: alt.Scale, ink: Ink) -> list[alt.Chart]:
    """The shrink over the gradient step, and a tick where both end."""
    tooltip = [
        alt.Tooltip("name:N", title="weight"),
        alt.Tooltip("w:Q", title="before", format=".5f"),
        alt.Tooltip("shrink:Q", title="shrink", format=".5f"),
        alt.Tooltip("gradient:Q", title="gradient step", format=".5f"),
        alt.Tooltip("after:Q", title="after", format=".5f"),
    ]
    shrink = rows.mark_rect(color=COLOR).encode(
        x=alt.X("zero:Q"),
        x2=alt.X2("shrink:Q"),
        y=row_axis("top", y_scale),
        y2=alt.Y2("row_middle:Q"),
        tooltip=tooltip,
    )
    step = rows.mark_rect(color=ink.quiet).encode(
        x=change_axis("shrink"),
        x2=alt.X2("change:Q"),
        y=row_axis("row_middle", y_scale),
        y2=alt.Y2("bottom:Q"),
        tooltip=tooltip,
    )
    end = rows.mark_rule(color=ink.text, strokeWidth=4).encode(
        x=change_axis("change"), y=row_axis("row", y_scale), y2=alt.Y2("row_end:Q"), tooltip=tooltip
    )
    heads = [
        arrow_head(rows, "shrink", "shrink", "top", y_scale, COLOR),
        arrow_head(rows, "change", "gradient", "row_middle", y_scale, ink.quiet),
    ]
    return [shrink.transform_calculate(zero="0"), step, *heads, end]


def arrow_head(rows: alt.Chart, at: str, part: str, top: str, y_scale: alt.Scale, color: str) -> alt.Chart:
    """The point at the end of a bar, which way its part of the step goes. top: field of the bar's top."""
    turned = alt.expr(f"datum.{part} < 0 ? -90 : 90")
    there = rows.transform_filter(f"datum.{part} != 0").transform_calculate(mid=f"datum.{top} + {BAR / 2}")
    mark = there.mark_point(
        shape="triangle", angle=turned, filled=True, size=ARROW, color=color, opacity=1, clip=False
    )
    return mark.encode(x=change_axis(at), y=row_axis("mid", y_scale))


def step_texts(rows: alt.Chart, y_scale: alt.Scale, ink: Ink) -> list[alt.Chart]:
    """On the left of the bars the weight before the step, and its name where there is room."""
    y = row_axis("row_middle", y_scale)
    values = (
        rows.transform_filter("isValid(datum.w)")
        .transform_calculate(text=size_text("datum.w"))
        .mark_text(align="right", dx=-8, fontSize=16, color=ink.quiet)
    )
    names = rows.transform_filter(f"room > {NARROW}").mark_text(
        align="left", dx=4, fontSize=16, color=ink.text, limit=NAMES - 16
    )
    return [
        values.encode(x=alt.value(0), y=y, text=alt.Text("text:N")),
        names.encode(x=alt.value(0), y=y, text=alt.Text("name:N")),
    ]


def step_lines(l: int, ink: Ink) -> list[alt.Chart]:
    """Over the bars the size of W and of each part, in two columns."""
    lines = table("lines").transform_filter(f"datum.layer == {l} && datum.k == k && {AT_EPOCH}")

    def line(field: str, left: int, top: int, color: str) -> alt.Chart:
        mark = lines.mark_text(align="left", baseline="top", fontSize=16, fontWeight=600, color=color)
        return mark.encode(text=alt.Text(f"{field}:N"), x=alt.value(left), y=alt.value(top))

    return [
        line("weights", 0, 0, ink.text),
        line("shrink", 168, 0, COLOR),
        line("together", 0, 26, ink.text),
        line("gradient", 168, 26, ink.quiet),
    ]


def sizes_panel(ink: Ink) -> Panel:
    """The norm of each part over the epochs, on a log axis, with the epoch of the slider."""
    at_lam = table("sizes").transform_calculate(size="datum['v' + k]").transform_filter("datum.size > 0")
    lines = at_lam.mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=30))
    here = (
        table("readout")
        .transform_filter(f"datum.k == k && {AT_EPOCH}")
        .mark_rule(color=ink.text, strokeWidth=1.5)
    )
    room = Room(PARTS)
    x = plain_axis("epoch", "epoch", room)
    marked = power_axis(values=[10.0**i for i in range(-12, 7)], labelOverlap=True)
    y = alt.Y("size:Q", title=None, scale=SIZES.scale, axis=marked)
    hues = dict(zip(PARTS, (COLOR, ink.quiet, ink.text), strict=True))
    scale = alt.Scale(domain=list(hues), range=list(hues.values()))
    return layer(
        here.encode(x=x),
        lines.encode(x=x, y=y, color=alt.Color("part:N", scale=scale, legend=None)),
        *line_names("sizes", x, room, ink, hues, keep="datum.k == k"),
    ).properties(height=SIZES.height, title="Size of each part, all layers")


def plain_axis(field: str, title: str, room: Room) -> alt.X:
    """Epochs or steps, from the first to the last, with room for the names of lines."""
    return alt.X(
        f"{field}:Q",
        title=title,
        axis=alt.Axis(grid=False, tickCount=6, labelOverlap=True),
        scale=with_room(alt.Scale(nice=False), room),
    )


def dial_panel(ink: Ink) -> Panel:
    """1 − αλ/m against αλ/m in its three regimes, at the dial and, dashed, at λ."""
    x_scale = with_room(alt.Scale(domain=[0, RATIOS[-1]], nice=False), DIAL_ROOM)
    marked = alt.Axis(grid=False, values=[0, 0.5, 1, 1.5, 2, 2.5])
    x = alt.X("ratio:Q", title="αλ/m", scale=x_scale, axis=marked)
    y = alt.Y("factor:Q", title=None, scale=alt.Scale(domain=[-1.6, 1.4]), axis=alt.Axis(values=[-1, 0, 1]))
    dial, here = table("dial"), table("dial").transform_filter("datum.r == r")
    current = table("current").transform_filter(f"datum.k == k && datum.ratio <= {RATIOS[-1]}")
    return layer(
        *regimes(x_scale, ink),
        dial.mark_line(color=COLOR, strokeWidth=3).encode(x=x, y=y),
        current.mark_rule(color=ink.quiet, strokeDash=[4, 4], strokeWidth=2).encode(x=x),
        here.mark_rule(color=ink.text, strokeWidth=1.5).encode(x=x),
        here.mark_point(filled=True, size=140, opacity=1, color=COLOR).encode(x=x, y=y),
        name_of_current(current, x, ink),
    ).properties(height=DIAL_HEIGHT, title="1 − αλ/m, the factor of one step")


def name_of_current(current: alt.Chart, x: alt.X, ink: Ink) -> alt.Chart:
    """The name of the dashed line, at its foot, on the side where there is room."""
    is_left = f"datum.ratio > {RATIOS[-1] / 2}"
    mark = current.mark_text(
        align=alt.expr(f"{is_left} ? 'right' : 'left'"),
        dx=alt.expr(f"{is_left} ? -6 : 6"),
        baseline="bottom",
        fontSize=16,
        color=ink.quiet,
    )
    return mark.encode(x=x, y=alt.value(DIAL_HEIGHT - 4), text=alt.value(AT_LAM_TEXT))


def regimes(x_scale: alt.Scale, ink: Ink) -> list[alt.Chart]:
    """Walls between the regimes of αλ/m, and what a weight does in each."""
    once = table("current").transform_filter("datum.k == 0")
    walls = [
        once.mark_rule(color=ink.quiet, strokeWidth=1).encode(x=alt.X(datum=at, scale=x_scale))
        for at in (1, 2)
    ]
    names = [
        once.mark_text(align="left", baseline="top", dx=8, fontSize=16, color=ink.text).encode(
            x=alt.X(datum=at, scale=x_scale), y=alt.value(0), text=alt.value(name)
        )
        for at, name in ((0, "decays"), (1, "flips"), (2, "grows"))
    ]
    return [*walls, *names]


def path_panel(ink: Ink) -> Panel:
    """One weight under decay alone, at the dial; dashed at the αλ/m of λ."""
    x = plain_axis("t", "step", DIAL_ROOM)
    marked = alt.Axis(values=[-2, -1, 0, 1, 2], format="d")
    y = alt.Y("w:Q", title=None, scale=DECAYS.scale, axis=marked)
    here = table("decays").transform_calculate(w="datum['v' + k]").transform_filter("isValid(datum.w)")
    at_dial = table("paths").transform_calculate(w="datum['v' + r]")
    shown = at_dial.transform_filter(f"abs(datum.w) <= {FARTHEST}")
    return layer(
        here.mark_line(color=ink.quiet, strokeDash=[4, 4], strokeWidth=2, clip=True).encode(x=x, y=y),
        at_dial.mark_line(color=COLOR, strokeWidth=2.5, clip=True).encode(x=x, y=y),
        shown.mark_point(filled=True, size=60, opacity=1, color=COLOR).encode(x=x, y=y),
        *line_names("decays", x, DIAL_ROOM, ink, {AT_LAM_TEXT: ink.quiet}, keep="datum.k == k"),
    ).properties(height=DECAYS.height, title="A weight under decay alone")


def adam_panel(ink: Ink) -> Panel:
    """A weight under Adam + L2 and under AdamW, on a gradient that alternates between ±g."""
    lines = table("adam").transform_calculate(w="datum['v' + j]")
    room = Room(OPTIMIZERS)
    x = plain_axis("step", "step", room)
    y = alt.Y("w:Q", title=None, scale=ADAM.scale, axis=alt.Axis(tickCount=5))

    def line(optimizer: str, **mark: Any) -> alt.Chart:
        rows = lines.transform_filter(f"datum.optimizer == '{optimizer}'")
        return rows.mark_line(strokeWidth=3, **mark).encode(x=x, y=y)

    with_l2, decoupled = OPTIMIZERS
    hues = {with_l2: COLOR, decoupled: ink.text}
    return layer(
        line(with_l2, color=COLOR),
        line(decoupled, color=ink.text, strokeDash=[8, 5]),
        *line_names("adam", x, room, ink, hues, "adam_names", "datum.j == j"),
    ).properties(height=ADAM.height, title="Adam + L2 against AdamW")

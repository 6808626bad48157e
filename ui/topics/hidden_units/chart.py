"""The network of one penalty as columns of units with their links, and the units by their state against λ."""

from functools import lru_cache

import altair as alt

from core.measures import UNIT_STATES
from ui.base.theme import INKS, SIGN_COLORS, Ink
from ui.pictures.chart import (
    PENALTY_SCALE,
    SIGN_SCALE,
    Column,
    Room,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    layer,
    over_lam,
    rest_readout,
    room_param,
    table,
    titled,
)
from ui.pictures.panel import Panel
from ui.topics.hidden_units.layout import HEAD, NARROW, network_height
from ui.topics.hidden_units.tables import COUNTED, count_upright

STRENGTHS = {"alive": 0.9, "constant": 0.45, "cut": 0.12}
COUNT_AXIS = alt.Axis(format="d", tickMinStep=1, tickCount=3)
SHAPES = {"alive": "circle", "constant": "square", "cut": "circle", "diverged": "cross"}
DOWN = alt.Y("down:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False, reverse=True))


@lru_cache(maxsize=64)
def chart(
    labels: tuple[str, ...], sizes: tuple[int, ...], has_names: bool, penalties: tuple[str, ...], theme: str
) -> Spec:
    """The network of one penalty at λ, and the units by their state against λ for all.

    sizes: units of every column; has_names: whether names stand beside inputs. penalties: by label.
    Tables: readout, chosen, drawn, heads, units, links, counts, line_names.
    """
    ink, n_units = INKS[theme], sum(sizes[1:-1])
    params, events = chosen_slider(len(labels), "λ")
    room, measure = room_param()
    network = [network_panel(network_height(sizes), has_names, ink), legend_panel(ink)]
    titles = (
        f"Hidden units alive, of {n_units}",
        "Constant: no path from the input",
        "Cut: no path to the output",
    )
    counts = [
        count_panel(state, title, n_units, labels, penalties, ink)
        for state, title in zip(COUNTED, titles, strict=True)
    ]
    rows = [
        [Column(network, 1.7, has_axis=False), Column([rest_readout(ink, penalties), counts[0]])],
        [Column([panel]) for panel in (states_panel(labels, n_units, ink), *counts[1:])],
    ]
    return finish(rows, theme, ("x", "y", "color", "shape"), [*params, room], events | measure)


def count_panel(
    state: str, title: str, n_units: int, labels: tuple[str, ...], penalties: tuple[str, ...], ink: Ink
) -> Panel:
    """How many of the hidden units are in a state, against λ."""
    upright, room = count_upright(n_units), Room(penalties)
    axis = alt.Axis(format="d", tickMinStep=1, tickCount=4)
    y = alt.Y(f"{state}:Q", title=None, scale=upright.scale, axis=axis)
    lines = over_lam("counts", state, ink, lam_axis(labels, room), y, room)
    return lines.properties(height=upright.height, title=title)


def states_panel(labels: tuple[str, ...], n_units: int, ink: Ink) -> Panel:
    """What became of the units of the penalty that is drawn, at every λ: all of them, in one area."""
    x = lam_axis(labels)
    drawn = table("counts").transform_filter("datum.penalty == data('drawn')[0].penalty")
    folded = drawn.transform_fold(list(reversed(COUNTED)), as_=["state", "n"]).transform_calculate(
        order=f"indexof({list(COUNTED)}, datum.state)"
    )
    y = alt.Y(
        "n:Q", title=None, stack="zero", scale=alt.Scale(domain=[0, n_units], nice=False), axis=COUNT_AXIS
    )
    area = folded.mark_area(interpolate="linear", stroke=ink.page, strokeWidth=1).encode(
        x=x,
        y=y,
        order=alt.Order("order:Q"),
        opacity=alt.Opacity(
            "state:N", scale=alt.Scale(domain=list(STRENGTHS), range=list(STRENGTHS.values())), legend=None
        ),
        color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
    )
    key = ["Strong: alive; pale: constant; faint, on top: cut"]
    return layer(area, lam_rules(ink, x)).properties(
        height=150, title=titled(f"What became of its {n_units} hidden units", key, ink)
    )


def network_panel(height: int, has_names: bool, ink: Ink) -> Panel:
    """Columns of units and the links between them, at k."""
    units = table("units").transform_calculate(
        at=_placed("across", has_names),
        state=f"{list(UNIT_STATES)}[datum['v' + k]]",
        a="isValid(datum['a' + k]) && datum['v' + k] == 1 ? format(datum['a' + k], '.3f') : 'varies'",
    )
    return (
        layer(
            links(has_names, ink),
            bodies(units, ink),
            *names(units, ink),
            heads(has_names, ink),
            penalty_title(),
        )
        .resolve_scale(color="independent", fill="independent", stroke="independent")
        .properties(height=height)
    )


def _placed(field: str, has_names: bool) -> str:
    """How far across the panel a field's share stands, an expression: names need room at both sides.

    Where the panel is too narrow for names, what stands out at the sides is a margin alone.
    """
    left = f"(room > {NARROW} ? {150 if has_names else 20} : 18) / max(200, room - 80)"
    right = f"(room > {NARROW} ? 120 : 18) / max(200, room - 80)"
    return f"{left} + datum.{field} * (1 - {left} - {right})"


def _across(field: str) -> alt.X:
    """The panel from side to side."""
    return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))


def links(has_names: bool, ink: Ink) -> alt.Chart:
    """A line for each weight that is not zero, as wide as it is large; grey where it counts as none."""
    return (
        table("links")
        .transform_calculate(
            w="datum['v' + k]",
            from_x=_placed("across", has_names),
            to_x=_placed("across_end", has_names),
            size="abs(datum['v' + k])",
        )
        .transform_filter("isValid(datum.w) && datum.w != 0")
        .transform_calculate(
            share="min(1, datum.size / data('drawn')[0].top)",
            sign="datum.w < 0 ? 'negative' : 'positive'",
            width="datum.size <= datum.none ? 0.7 : 0.8 + 7 * datum.share",
            strength="datum.size <= datum.none ? 1 : 0.3 + 0.65 * sqrt(datum.share)",
        )
        .mark_rule(strokeCap="round")
        .encode(
            x=_across("from_x"),
            x2=alt.X2("to_x:Q"),
            y=DOWN,
            y2=alt.Y2("down_end:Q"),
            color=alt.condition(
                "datum.size <= datum.none",
                alt.value(ink.grid),
                alt.Color("sign:N", scale=SIGN_SCALE, legend=None),
            ),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("source:N", title="from"),
                alt.Tooltip("target:N", title="to"),
                alt.Tooltip("w:Q", title="weight", format=".4f"),
            ],
        )
    )


def bodies(units: alt.Chart, ink: Ink) -> alt.Chart:
    """The units, with their state by shape, filling and outline."""

    def by_state(looks: list[str]) -> alt.Scale:
        return alt.Scale(domain=list(SHAPES), range=looks)

    fills = by_state([ink.text, ink.quiet, ink.page, ink.grid])
    strokes = by_state([ink.text, ink.text, ink.quiet, ink.quiet])
    return units.mark_point(filled=True, opacity=1, strokeWidth=2).encode(
        x=_across("at"),
        y=DOWN,
        size=alt.Size("area:Q", scale=None, legend=None),
        shape=alt.Shape("state:N", scale=by_state(list(SHAPES.values())), legend=None),
        fill=alt.Fill("state:N", scale=fills, legend=None),
        stroke=alt.Stroke("state:N", scale=strokes, legend=None),
        tooltip=[
            alt.Tooltip("name:N", title="unit"),
            alt.Tooltip("state:N", title="state"),
            alt.Tooltip("a:N", title="hands on a"),
        ],
    )


def names(units: alt.Chart, ink: Ink) -> list[alt.Chart]:
    """The names of inputs and outputs beside them, quieter where they are cut, if there is room."""
    shown = units.transform_filter(f"room > {NARROW} && datum.label != ''")
    shade = alt.condition("datum.state == 'cut'", alt.value(ink.quiet), alt.value(ink.text))
    fade = alt.condition("datum.state == 'cut'", alt.value(0.75), alt.value(1))
    inputs = shown.transform_filter("datum.column == 0").mark_text(
        align="right", dx=-16, fontSize=13, limit=185
    )
    outputs = shown.transform_filter("datum.column > 0").mark_text(
        align="left", dx=18, fontSize=15, limit=120
    )
    return [
        mark.encode(x=_across("at"), y=DOWN, text=alt.Text("label:N"), color=shade, opacity=fade)
        for mark in (inputs, outputs)
    ]


def heads(has_names: bool, ink: Ink) -> alt.Chart:
    """Over each column how many units it has."""
    rows = table("heads").transform_calculate(
        at=_placed("across", has_names), text=f"room > {NARROW} ? datum.head : datum.short"
    )
    return rows.mark_text(baseline="bottom", fontSize=16, color=ink.quiet).encode(
        x=_across("at"), y=alt.value(HEAD - 8), text=alt.Text("text:N")
    )


def penalty_title() -> alt.Chart:
    """Whose network it is, in the penalty's colour."""
    title = table("drawn").mark_text(align="left", baseline="top", fontSize=18, fontWeight=600)
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return title.encode(x=alt.value(0), y=alt.value(0), text=alt.Text("title:N"), color=color)


def legend_panel(ink: Ink) -> Panel:
    """What the shapes and the hues mean, three in a row so that a phone holds them."""
    positions = [(12, 12), (122, 12), (242, 12), (12, 40), (122, 40), (242, 40)]
    looks = [
        ("alive", SHAPES["alive"], ink.text, ink.text),
        ("constant", SHAPES["constant"], ink.quiet, ink.text),
        ("cut", SHAPES["cut"], ink.page, ink.quiet),
        *(
            (f"w {side} 0", "stroke", SIGN_COLORS[sign], SIGN_COLORS[sign])
            for sign, side in (("positive", ">"), ("negative", "<"))
        ),
        ("none", "stroke", ink.grid, ink.grid),
    ]
    marks = []
    for (x, y), (label, shape, fill, stroke) in zip(positions, looks, strict=True):
        base = table("chosen").encode(x=alt.value(x), y=alt.value(y))
        width = 2 if shape != "stroke" else (1.5 if label == "none" else 5)
        marks.append(
            base.mark_point(shape=shape, fill=fill, stroke=stroke, strokeWidth=width, size=220, opacity=1)
        )
        marks.append(
            base.mark_text(align="left", dx=16, fontSize=16, color=ink.text).encode(text=alt.value(label))
        )
    return layer(*marks).properties(height=52)

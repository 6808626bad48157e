"""The validated cost over λ with its band, the rules' λ, and over it how large the fit is."""

from functools import lru_cache

import altair as alt

from core.datasets import N_FRESH
from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    Column,
    Room,
    Spec,
    chosen_slider,
    finish,
    haloed,
    lam_axis,
    lam_rules,
    layer,
    line_names,
    readout,
    table,
    titled,
)
from ui.pictures.panel import Panel
from ui.topics.choosing.tables import COSTS, MARK_TEXTS, ROW_TEXTS

DASHES = {"validated": [1, 0], "training": [6, 4], "fresh": [2, 3]}
RULE_DASHES = {"min": [3, 3], "1se": [9, 4], "evidence": [1, 4]}
COLUMN = 29  # pixels of a column's bar with its name
ROOM = Room(tuple(ROW_TEXTS.values()), "start")


@lru_cache(maxsize=64)
def chart(
    labels: tuple[str, ...], penalty: str, n_columns: int, has_freedom: bool, has_fresh: bool, theme: str
) -> Spec:
    """The cost against λ with the rules' λ as dashed lines; beside it how large the fit is, and its weights.

    penalty: by its label; n_columns: that have a bar; has_freedom: the size is in degrees of freedom;
    has_fresh: rows can be drawn anew. Tables: readout, chosen, costs, line_names, sizes, columns,
    rules.
    """
    ink, color, x = INKS[theme], PENALTY_COLORS[penalty], lam_axis(labels, ROOM)
    size = "Degrees of freedom" if has_freedom else "Weights not zero"
    key = ["Band: ± one standard error"]
    if has_fresh:
        key.append(f"New rows: {N_FRESH:,} that nobody has seen")
    told = readout({"title": ink.text, "validated": color, "size": ink.quiet})
    costs = cost_panel(x, color, ink).properties(
        height=COSTS.height, title=titled(f"Cost against λ, {penalty}, root scale", key, ink)
    )
    sizes = size_panel(x, color, ink).properties(height=90, title=size)
    rows = [[Column([told, costs], 1.3), Column([sizes, column_panel(n_columns, color, ink)])]]
    params, events = chosen_slider(len(labels), "λ")
    return finish(rows, theme, ("x", "y", "strokeDash"), params, events)


def size_panel(x: alt.X, color: str, ink: Ink) -> Panel:
    """How large the fit to all training rows is."""
    y = alt.Y("size:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4))
    line = table("sizes").mark_line(
        color=color, strokeWidth=3, point=alt.OverlayMarkDef(size=45, color=color)
    )
    return layer(lam_rules(ink, x), marks(x, ink), line.encode(x=x, y=y))


def column_panel(n: int, color: str, ink: Ink) -> Panel:
    """The weight of each of the strongest columns at λ, under its name."""
    y_scale = alt.Scale(domain=[0, n], nice=False, reverse=True)
    y = alt.Y("top:Q", axis=None, scale=y_scale)
    root = alt.Scale(type="pow", exponent=0.5, nice=False)
    x = alt.X("w:Q", title="weight, on a root scale", axis=alt.Axis(tickCount=5), scale=root)
    rows = table("columns").transform_calculate(
        w="datum['v' + k]", zero="0", top="datum.row + 0.5", end="datum.row + 0.95"
    )
    bars = rows.transform_filter("isValid(datum.w)").mark_rect(color=color, opacity=0.8)
    shade = alt.condition("datum.w == 0", alt.value(ink.quiet), alt.value(ink.text))
    names = rows.mark_text(align="left", baseline="bottom", fontSize=14, limit=260)
    ends = [
        table("columns").mark_point(opacity=0).encode(x=alt.X(f"{end}:Q"), y=alt.value(0))
        for end in ("low", "high")
    ]
    return layer(
        *ends,
        bars.encode(x=x, x2=alt.X2("zero:Q"), y=y, y2=alt.Y2("end:Q")),
        names.encode(x=alt.value(0), y=y, text=alt.Text("name:N"), color=shade),
    ).properties(height=COLUMN * n, title="The columns that weigh most")


def cost_panel(x: alt.X, color: str, ink: Ink) -> Panel:
    """The validated mean in its band, the other costs, and the rules by name."""
    y = alt.Y("cost:Q", title=None, scale=COSTS.scale, axis=alt.Axis(tickCount=5))
    dash = alt.StrokeDash(
        "rows:N", scale=alt.Scale(domain=list(DASHES), range=list(DASHES.values())), legend=None
    )
    base = table("costs")
    band = base.transform_filter("datum.rows == 'validated'").mark_area(opacity=0.2, color=color)
    lines = base.mark_line(color=color).encode(
        x=x,
        y=y,
        strokeDash=dash,
        strokeWidth=alt.condition("datum.rows == 'validated'", alt.value(3), alt.value(2)),
    )
    points = base.transform_filter("datum.rows == 'validated'").mark_circle(size=50, color=color, opacity=1)
    return layer(
        lam_rules(ink, x),
        marks(x, ink),
        band.encode(x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
        lines,
        points.encode(x=x, y=y),
        *names(x, ink),
        *line_names("costs", x, ROOM, ink),
    ).resolve_scale(strokeDash="independent")


def marks(x: alt.X, ink: Ink) -> alt.Chart:
    """A line at each rule's λ, each dashed in its own way."""
    dash = alt.StrokeDash(
        "rule:N", scale=alt.Scale(domain=list(MARK_TEXTS), range=list(RULE_DASHES.values())), legend=None
    )
    return table("rules").mark_rule(color=ink.text, strokeWidth=2).encode(x=x, strokeDash=dash)


def names(x: alt.X, ink: Ink) -> list[alt.Chart]:
    """The rules by name over a halo, each in a line of its own so that neighbours do not meet."""
    tops = " : ".join(f"datum.rule == '{rule}' ? {14 + 24 * i}" for i, rule in enumerate(MARK_TEXTS))
    words = haloed(
        table("rules"),
        ink,
        align=alt.expr(f"datum.k > {12} ? 'right' : 'left'"),
        dx=alt.expr(f"datum.k > {12} ? -6 : 6"),
        fontSize=16,
        fontWeight=600,
        color=ink.text,
        y=alt.expr(f"{tops} : 0"),
    )
    return [part.encode(x=x, text=alt.Text("label:N")) for part in words]

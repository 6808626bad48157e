"""Decision boundaries side by side, and cost and accuracy of every penalty against λ."""

from functools import lru_cache
from typing import Any

import altair as alt

from ui.base.theme import INKS, PENALTY_COLORS, SIGN_COLORS, Ink
from ui.pictures.boundary import MAX_POINTS
from ui.pictures.chart import (
    PENALTY_SCALE,
    SIGN_SCALE,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    layer,
    percent_axis,
    rest_readout,
    table,
    titled,
)
from ui.topics.overview.tables import CELLS, GAP

COST_HEIGHT = 240
DASHES = {"validated": [1, 0], "training": [6, 4], "true": [2, 3]}
NARROW = 800  # pixels of the picture, below which the words over the squares are short


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], n_squares: int, penalty: str, has_truth: bool, theme: str) -> Spec:
    """Decision boundaries side by side, and cost and accuracy of every penalty against λ.

    penalty: the label of the one whose boundaries are drawn. has_truth: rows can be drawn anew. Tables:
    cells, points, headings, readout, chosen, scores, rules.
    """
    ink, x = INKS[theme], lam_axis(labels)
    params, events = chosen_slider(len(labels), "λ")
    cost = alt.Y("cost:Q", title=None, scale=alt.Scale(type="sqrt", zero=False), axis=alt.Axis(tickCount=4))
    key = ["Solid: validated, ± one standard error", "A ring: λ_1se; dashed: training rows"]
    if has_truth:
        key.append("Dotted: 20,000 rows that nobody has seen")
    panels = [
        boundaries(n_squares, penalty, ink),
        rest_readout(ink),
        layer(band(x), curve(x, cost, ink), *rule_labels()).properties(
            height=COST_HEIGHT, title=titled("Cost against λ", key, ink)
        ),
        curve(x, percent_axis("accuracy", zero=False), ink).properties(
            height=160, title="Accuracy against λ"
        ),
    ]
    return finish(panels, theme, ("x", "y", "color"), params, events)


def boundaries(n_squares: int, penalty: str, ink: Ink) -> alt.LayerChart:
    """P of class 1 as cells, purple to green, with the training samples on it; the numbers stand above."""
    x_scale = alt.Scale(domain=[0, n_squares * (CELLS + GAP) - GAP], nice=False)
    y_scale = alt.Scale(domain=[0, CELLS], nice=False)
    title = titled(
        f"What {penalty} leaves of the boundary",
        ["Purple and green: the two classes", f"Points: training samples, up to {MAX_POINTS}"],
        ink,
    )
    words = [
        heading("role", "lam", 34, x_scale, fontSize=18, fontWeight=600),
        heading("wrong", "short", 10, x_scale, fontSize=16, color=ink.quiet),
    ]
    return (
        layer(shaded_cells(x_scale, y_scale, ink), samples(x_scale, y_scale, ink), *words)
        .resolve_scale(color="independent", stroke="independent")
        .properties(height=280, title=title)
    )


def shaded_cells(x_scale: alt.Scale, y_scale: alt.Scale, ink: Ink) -> alt.Chart:
    """P of class 1 in the colour between the two classes'; where it is ½ the page shows through."""
    shades = alt.Scale(
        domain=[-0.3, 0.5, 1.3],  # beyond 0 and 1, so that the samples' colours stand out
        range=[SIGN_COLORS["negative"], ink.page, SIGN_COLORS["positive"]],
        interpolate="rgb",
    )
    return (
        table("cells")
        .mark_rect(strokeWidth=0.6)
        .encode(
            x=alt.X("column:Q", scale=x_scale, axis=None),
            x2="column_end:Q",
            y=alt.Y("row:Q", scale=y_scale, axis=None),
            y2="row_end:Q",
            color=alt.Color("p:Q", scale=shades, legend=None),
            stroke=alt.Stroke("p:Q", scale=shades, legend=None),
        )
    )


def samples(x_scale: alt.Scale, y_scale: alt.Scale, ink: Ink) -> alt.Chart:
    """The training samples, in the colour of their class."""
    return (
        table("points")
        .mark_circle(size=60, opacity=1, stroke=ink.page, strokeWidth=1)
        .encode(
            x=alt.X("x:Q", scale=x_scale, axis=None),
            y=alt.Y("y:Q", scale=y_scale, axis=None),
            color=alt.Color("sign:N", scale=SIGN_SCALE, legend=None),
        )
    )


def heading(long: str, short: str, above: int, x_scale: alt.Scale, **mark: Any) -> alt.Chart:
    """Words over each square, so many pixels above it: the field `long`, where it is narrow `short`."""
    text = alt.ExprRef(f"width < {NARROW} ? datum.{short} : datum.{long}")
    written = table("headings").mark_text(align="left", baseline="bottom", text=text, **mark)
    return written.encode(x=alt.X("x:Q", scale=x_scale, axis=None), y=alt.value(-above))


def band(x: alt.X) -> alt.Chart:
    """One standard error to both sides of each validated cost."""
    rows = table("scores").transform_filter("datum.rows == 'validated'")
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return rows.mark_area(opacity=0.18).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=color)


def curve(x: alt.X, y: alt.Y, ink: Ink) -> alt.LayerChart:
    """What every penalty comes to over λ, on each kind of rows, and a ring at each λ_1se."""
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    dash = alt.StrokeDash(
        "rows:N", scale=alt.Scale(domain=list(DASHES), range=list(DASHES.values())), legend=None
    )
    lines = (
        table("scores")
        .mark_line()
        .encode(
            x=x,
            y=y,
            color=color,
            strokeDash=dash,
            strokeWidth=alt.condition("datum.rows == 'validated'", alt.value(3), alt.value(2)),
        )
    )
    rings = table("rules").mark_point(size=260, strokeWidth=3, opacity=1, filled=False)
    return layer(lam_rules(ink, x), lines, rings.encode(x=x, y=y, color=color))


def rule_labels() -> list[alt.Chart]:
    """Each penalty's λ_1se in words, at the lower right, where the curves do not come."""
    return [
        table("rules")
        .transform_filter(f"datum.penalty == '{label}'")
        .mark_text(align="right", baseline="bottom", fontSize=16, fontWeight=600, color=color)
        .encode(x=alt.value("width"), y=alt.value(COST_HEIGHT - 10 - 24 * i), text="label:N")
        for i, (label, color) in enumerate(reversed(PENALTY_COLORS.items()))
    ]

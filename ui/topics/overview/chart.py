"""Decision boundaries side by side, and cost and accuracy of every penalty against λ."""

from functools import lru_cache
from typing import Any

import altair as alt

from core.datasets import N_FRESH
from ui.base.theme import INKS, LECTURED_COLORS, Ink
from ui.pictures.boundary import MAX_POINTS
from ui.pictures.chart import (
    NAME_SIZE,
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
    line_names,
    percent_axis,
    rest_readout,
    table,
    titled,
)
from ui.pictures.ends import line_name
from ui.topics.overview.tables import ACCURACY, BETWEEN, COSTS, ROW_TEXTS

FIELD_HEIGHT, SQUARE_HEIGHT = 400, 280
RULES_ABOVE = 20  # pixels over the curves, where the rings stand in words
ROOM = Room(
    tuple(line_name(label, rows) for label in LECTURED_COLORS for rows in ROW_TEXTS.values()), "start"
)
DASHES = {"validated": [1, 0], "training": [6, 4], "true": [2, 3]}
NARROW = 800  # pixels of the picture, below which the words over the squares are short


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], n_squares: int, penalty: str, has_truth: bool, theme: str) -> Spec:
    """Decision boundaries side by side, and cost and accuracy of every penalty against λ.

    penalty: the label of the one whose boundaries are drawn. has_truth: rows can be drawn anew. Tables:
    fields, field_points, field_heads, squares, points, headings, readout, chosen, scores, line_names, rules.
    """
    ink, x = INKS[theme], lam_axis(labels, ROOM)
    params, events = chosen_slider(len(labels), "λ")
    cost = alt.Y("cost:Q", title=None, scale=COSTS.scale, axis=alt.Axis(tickCount=4))
    key = ["Bands: ± one standard error"]
    if has_truth:
        key.append(f"New rows: {N_FRESH:,} that nobody has seen")
    title = titled("Cost against λ, on a root scale", key, ink, above=2 * RULES_ABOVE)
    costs = layer(band(x), curve("costs", x, cost, ink), *rule_labels()).properties(
        height=COSTS.height, title=title
    )
    accuracy = curve("accuracy", x, percent_axis("accuracy", ACCURACY), ink)
    rows = [
        [Column([fields(ink)], 1.4, has_axis=False), Column([rest_readout(ink), costs])],
        [
            Column([boundaries(n_squares, penalty, ink)], has_axis=False),
            Column([accuracy.properties(height=ACCURACY.height, title="Accuracy against λ")]),
        ],
    ]
    return finish(rows, theme, ("x", "y", "color"), params, events)


def fields(ink: Ink) -> alt.LayerChart:
    """The plane as the network of each penalty sees it at λ, with the training samples on it."""
    n = len(LECTURED_COLORS)
    x_scale = square_scale(n)
    here = [table(name).transform_filter("datum.k == k") for name in ("fields", "field_heads")]
    name = over_square(here[1], 34, x_scale, fontSize=20, fontWeight=600)
    words = f"width < {NARROW} ? datum.short : datum.wrong"
    wrong = over_square(here[1].transform_calculate(words=words), 10, x_scale, fontSize=16, color=ink.quiet)
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return layer(
        images(here[0], n, FIELD_HEIGHT, x_scale),
        samples("field_points", x_scale, ink),
        name.encode(text="penalty:N", color=color),
        wrong.encode(text="words:N"),
    ).properties(height=FIELD_HEIGHT)


def boundaries(n_squares: int, penalty: str, ink: Ink) -> alt.LayerChart:
    """The same for one penalty at some λ side by side; the numbers stand above."""
    x_scale = square_scale(n_squares)
    title = titled(
        f"What {penalty} leaves of the boundary",
        ["Purple and green: the two classes", f"Points: training samples, up to {MAX_POINTS}"],
        ink,
    )
    heads = table("headings").transform_calculate(
        name=f"width < {NARROW} ? datum.lam : datum.role",
        words=f"width < {NARROW} ? datum.short : datum.wrong",
    )
    return layer(
        images(table("squares"), n_squares, SQUARE_HEIGHT, x_scale),
        samples("points", x_scale, ink),
        over_square(heads, 34, x_scale, fontSize=18, fontWeight=600).encode(text="name:N"),
        over_square(heads, 10, x_scale, fontSize=16, color=ink.quiet).encode(text="words:N"),
    ).properties(height=SQUARE_HEIGHT, title=title)


def square_scale(n: int) -> alt.Scale:
    """n squares of side 1 side by side."""
    return alt.Scale(domain=[0, n + (n - 1) * BETWEEN], nice=False)


def images(source: alt.Chart, n: int, height: int, x_scale: alt.Scale) -> alt.Chart:
    """The images of n squares, as high as the panel."""
    side = alt.expr(f"width / {n + (n - 1) * BETWEEN}")
    mark = source.mark_image(width=side, height=height, aspect=False, align="left", baseline="top")
    return mark.encode(x=alt.X("x:Q", scale=x_scale, axis=None), y=alt.value(0), url="url:N")


def over_square(source: alt.Chart, above: int, x_scale: alt.Scale, **mark: Any) -> alt.Chart:
    """Words over each square, so many pixels above it."""
    words = source.mark_text(align="left", baseline="bottom", **mark)
    return words.encode(x=alt.X("x:Q", scale=x_scale, axis=None), y=alt.value(-above))


def samples(source: str, x_scale: alt.Scale, ink: Ink) -> alt.Chart:
    """The training samples, in the colour of their class."""
    return (
        table(source)
        .mark_circle(size=60, opacity=1, stroke=ink.page, strokeWidth=1)
        .encode(
            x=alt.X("x:Q", scale=x_scale, axis=None),
            y=alt.Y("y:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None),
            color=alt.Color("sign:N", scale=SIGN_SCALE, legend=None),
        )
    )


def band(x: alt.X) -> alt.Chart:
    """One standard error to both sides of each validated cost."""
    rows = table("scores").transform_filter("datum.rows == 'validated'")
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return rows.mark_area(opacity=0.18).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=color)


def curve(panel: str, x: alt.X, y: alt.Y, ink: Ink) -> alt.LayerChart:
    """What every penalty comes to over λ, on each kind of rows, and a ring at each λ₁ₛₑ.

    panel: as the table `line_names` has it.
    """
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
    return layer(
        lam_rules(ink, x),
        lines,
        rings.encode(x=x, y=y, color=color),
        *line_names(panel, x, ROOM, ink),
    )


def rule_labels() -> list[alt.Chart]:
    """Each penalty's ring with its λ₁ₛₑ in words, side by side over the curves."""
    size = alt.expr(NAME_SIZE)
    labels = []
    for i, (label, color) in enumerate(LECTURED_COLORS.items()):
        rows = table("rules").transform_filter(f"datum.penalty == '{label}'")
        left = f"{i / len(LECTURED_COLORS)} * width"
        ring = rows.mark_point(size=90, strokeWidth=2.5, opacity=1, filled=False, color=color)
        words = rows.mark_text(align="left", baseline="middle", fontSize=size, fontWeight=600, color=color)
        labels += [
            ring.encode(x=alt.value(alt.expr(f"{left} + 6")), y=alt.value(-RULES_ABOVE)),
            words.encode(x=alt.value(alt.expr(f"{left} + 18")), y=alt.value(-RULES_ABOVE), text="label:N"),
        ]
    return labels

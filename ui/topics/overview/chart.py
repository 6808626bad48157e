"""What each penalty's network answers, and cost and accuracy of every penalty against λ."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from core.datasets import N_FRESH
from ui.base.theme import INKS, LECTURED_COLORS, Ink
from ui.pictures.chart import (
    NAME_SIZE,
    PENALTY_SCALE,
    SIGN_SCALE,
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
    percent_axis,
    rest_readout,
    table,
    titled,
)
from ui.pictures.ends import line_name
from ui.pictures.panel import Panel
from ui.topics.overview.tables import ACCURACY, BETWEEN, COSTS, ROW_TEXTS

FIELD_HEIGHT = 400
N_SIDES = len(LECTURED_COLORS) + (len(LECTURED_COLORS) - 1) * BETWEEN  # of squares, across
ACROSS, UP = (alt.Scale(domain=[0, end], nice=False) for end in (N_SIDES, 1))
RULES_ABOVE = 20  # pixels over the curves, where the rings stand in words
ROOM = Room(
    tuple(line_name(label, rows) for label in LECTURED_COLORS for rows in ROW_TEXTS.values()), "start"
)
DASHES = {"validated": [1, 0], "training": [6, 4], "true": [2, 3]}
NARROW = 800  # pixels of the picture, below which the words over the squares are short


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], n_strips: int, has_truth: bool, theme: str) -> Spec:
    """What each penalty's network answers, and cost and accuracy of every penalty against λ.

    n_strips: in each square, 0 for one that shows the plane. has_truth: rows can be drawn anew. Tables:
    fields (of a plane) or guides (of strips), field_points, field_heads, readout, chosen, scores, line_names,
    rules.
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
    accuracy = curve("accuracy", x, percent_axis("accuracy", ACCURACY), ink).properties(
        height=ACCURACY.height, title="Accuracy against λ"
    )
    answers = squares(strips(n_strips, ink) if n_strips else plane(ink), ink)
    rows = [[Column([answers], 1.4, has_axis=False), Column([rest_readout(ink), costs, accuracy])]]
    return finish(rows, theme, ("x", "y", "color"), params, events)


def squares(answers: Sequence[alt.Chart], ink: Ink) -> Panel:
    """A square for each penalty at λ; what stands over it says whose it is and what it costs."""
    heads = table("field_heads").transform_filter("datum.k == k")
    name = over_square(heads, 34, fontSize=20, fontWeight=600)
    words = f"width < {NARROW} ? datum.short : datum.wrong"
    wrong = over_square(heads.transform_calculate(words=words), 10, fontSize=16, color=ink.quiet)
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return layer(
        *answers, name.encode(text=alt.Text("penalty:N"), color=color), wrong.encode(text=alt.Text("words:N"))
    ).properties(height=FIELD_HEIGHT)


def plane(ink: Ink) -> list[alt.Chart]:
    """The plane as the network of each penalty sees it at λ, with the training samples on it."""
    field = table("fields").transform_filter("datum.k == k")
    side = alt.expr(f"width / {N_SIDES}")
    image = field.mark_image(width=side, height=FIELD_HEIGHT, aspect=False, align="left", baseline="top")
    return [
        image.encode(x=alt.X("x:Q", scale=ACROSS, axis=None), y=alt.value(0), url=alt.Url("url:N")),
        samples(table("field_points"), 60, ink),
    ]


def strips(n_strips: int, ink: Ink) -> list[alt.Chart]:
    """The training rows along their log-odds, a strip for each class."""
    rows = table("field_points").transform_filter("isValid(datum['v' + k])")
    guides = table("guides").encode(x=alt.X("x:Q", scale=ACROSS, axis=None))
    ticks, names = (guides.transform_filter(f"datum.{one} != ''") for one in ("label", "name"))
    over = ticks.mark_rule(color=ink.grid).encode(y=alt.value(0), y2=alt.value(FIELD_HEIGHT))
    words = ticks.mark_text(baseline="top", dy=6, fontSize=13, color=ink.quiet)
    size = min(15, 300 // n_strips)
    mark = {"align": "left", "baseline": "top", "dx": 4, "dy": 4, "fontSize": size, "color": ink.text}
    words_on = haloed(names, ink, **mark)
    lines = names.mark_rule(color=ink.grid).encode(x2=alt.X2("end:Q"), y=alt.Y("y:Q", scale=UP, axis=None))
    return [
        over,
        lines.transform_calculate(end="datum.x + 1"),
        samples(rows.transform_calculate(x="datum.left + datum['v' + k]"), 40, ink),
        words.encode(y=alt.value(FIELD_HEIGHT), text=alt.Text("label:N")),
        *(part.encode(y=alt.Y("y:Q", scale=UP, axis=None), text=alt.Text("name:N")) for part in words_on),
    ]


def over_square(source: alt.Chart, above: int, **mark: Any) -> alt.Chart:
    """Words over each square, so many pixels above it."""
    words = source.mark_text(align="left", baseline="bottom", **mark)
    return words.encode(x=alt.X("x:Q", scale=ACROSS, axis=None), y=alt.value(-above))


def samples(source: alt.Chart, size: int, ink: Ink) -> alt.Chart:
    """The training samples, in the colour of their class."""
    return source.mark_circle(size=size, opacity=1, stroke=ink.page, strokeWidth=1).encode(
        x=alt.X("x:Q", scale=ACROSS, axis=None),
        y=alt.Y("y:Q", scale=UP, axis=None),
        color=alt.Color("sign:N", scale=SIGN_SCALE, legend=None),
    )


def band(x: alt.X) -> alt.Chart:
    """One standard error to both sides of each validated cost."""
    rows = table("scores").transform_filter("datum.rows == 'validated'")
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return rows.mark_area(opacity=0.18).encode(x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q"), color=color)


def curve(panel: str, x: alt.X, y: alt.Y, ink: Ink) -> Panel:
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
            words.encode(
                x=alt.value(alt.expr(f"{left} + 18")), y=alt.value(-RULES_ABOVE), text=alt.Text("label:N")
            ),
        ]
    return labels

"""Cost and the error's parts against λ and against the number of samples, and what λ is worth in samples."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt

from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    Column,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    layer,
    readout,
    table,
    titled,
)

KEY = ("Aside solid, training dashed; root scale", "Mean of the sets, and lowest to highest")
ALL_SAMPLES, AT_LAM = "datum.is_all", "datum.k == k"  # which rows of the tables a panel shows
SHADES = {"noise": 0.14, "bias": 0.4, "both": 0.27}  # of the ink; the variance has the penalty's colour


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], sizes: tuple[int, ...], penalty: str, is_truth: bool, theme: str) -> Spec:
    """Cost and the error's parts against λ with all samples, against m at the slider's λ, and λ's worth in m.

    labels: the grid's; sizes: the numbers of samples; penalty: by its label; is_truth: noise and bias are
    known. Tables: readout, chosen, curves, parts, frame, worth, bridges.
    """
    ink, color = INKS[theme], PENALTY_COLORS[penalty]
    over_lam, over_m = lam_axis(labels), size_axis(sizes)
    rules = lam_rules(ink, over_lam)
    cost_title = titled(f"Cost against λ, {penalty}, all samples", KEY, ink)
    told = readout({"title": ink.text, "aside": color, "training": color, "error": ink.quiet})
    costs = layer(rules, *lines(ALL_SAMPLES, over_lam, color)).properties(height=260, title=cost_title)
    errors = layer(*stack(ALL_SAMPLES, over_lam, color, ink), rules).properties(
        height=240, title=titled("The error against λ, all samples", part_key(is_truth), ink)
    )
    costs_by_m = layer(frame("cost"), *lines(AT_LAM, over_m, color)).properties(
        height=160, title="Cost against m, at this λ, root scale"
    )
    errors_by_m = layer(frame("high"), *stack(AT_LAM, over_m, color, ink)).properties(
        height=220, title="The error against m, at this λ"
    )
    params, events = chosen_slider(len(labels), "λ")
    places = [
        [Column([errors_by_m, costs_by_m]), Column([told, errors])],
        [Column([costs]), Column([worth_panel(over_m, color, ink)])],
    ]
    return finish(places, theme, params=params, events=events)


def part_key(is_truth: bool) -> Sequence[str]:
    """What the parts of the error are, from below."""
    return ["From below: noise, bias², variance" if is_truth else "From below: noise with bias², variance"]


def size_axis(sizes: Sequence[int]) -> alt.X:
    """m on a logarithmic axis, marked at the numbers of samples that were trained."""
    return alt.X(
        "m:Q",
        title="training samples m",
        scale=alt.Scale(type="log", nice=False, padding=8),
        axis=alt.Axis(values=list(sizes), grid=False, format=",d", labelOverlap=True),
    )


def cost_axis() -> alt.Y:
    """Cost from 0 on, with more room for the small ones: the gap is there."""
    return alt.Y("cost:Q", title=None, scale=alt.Scale(type="sqrt"), axis=alt.Axis(tickCount=4))


def error_axis() -> alt.Y:
    """The upper end of a part, from 0 on."""
    return alt.Y("high:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4))


def frame(field: str) -> alt.Chart:
    """Unseen points that hold the scales of a panel against m."""
    y = cost_axis() if field == "cost" else error_axis()
    return table("frame").mark_point(opacity=0).encode(x="m:Q", y=y)


def lines(keep: str, x: alt.X, color: str) -> list[alt.Chart]:
    """Cost aside and in training as lines within their bands, from the rows of `curves` that are kept."""
    y, base = cost_axis(), table("curves").transform_filter(keep)
    dash = alt.StrokeDash(
        "rows:N", scale=alt.Scale(domain=["aside", "training"], range=[[1, 0], [6, 4]]), legend=None
    )
    spread = base.mark_area(opacity=0.18, color=color).encode(
        x=x, y=alt.Y("cost_low:Q", title=None), y2="cost_high:Q", detail="rows:N"
    )
    mean = base.mark_line(strokeWidth=3, color=color).encode(x=x, y=y, strokeDash=dash)
    points = base.transform_filter("datum.rows == 'aside'").mark_circle(size=45, color=color, opacity=1)
    return [spread, mean, points.encode(x=x, y=y)]


def stack(keep: str, x: alt.X, color: str, ink: Ink, source: str = "parts") -> list[alt.Chart]:
    """The parts of the error upon each other, from the rows of a table that are kept."""
    y, base = error_axis(), table(source).transform_filter(keep)

    def part(name: str, hue: str, opacity: float) -> alt.Chart:
        mine = base.transform_filter(f"datum.part == '{name}'")
        return mine.mark_area(color=hue, opacity=opacity).encode(x=x, y=y, y2="low:Q")

    top = base.transform_filter("datum.part == 'variance'")
    line = top.mark_line(strokeWidth=3, color=color, point=alt.OverlayMarkDef(size=45, color=color))
    return [
        *(part(name, ink.text, opacity) for name, opacity in SHADES.items()),
        part("variance", color, 0.55),
        line.encode(x=x, y=y),
    ]


def worth_panel(x: alt.X, color: str, ink: Ink) -> alt.LayerChart:
    """Cost aside against m without a penalty and where it is lowest, with bridges to the same cost."""
    y = alt.Y("cost:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))

    def curve(kind: str, hue: str) -> list[alt.Chart]:
        base = table("worth").transform_filter(f"datum.kind == '{kind}'")
        spread = base.mark_area(opacity=0.18, color=hue).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
        line = base.mark_line(strokeWidth=3, color=hue, point=alt.OverlayMarkDef(size=60, color=hue))
        return [spread, line.encode(x=x, y=y)]

    across = table("bridges").encode(x=x, y=y)
    bridge = across.mark_rule(color=ink.text, strokeDash=[2, 3], strokeWidth=2).encode(x2="needed:Q")
    end = across.mark_point(shape="diamond", filled=True, size=110, color=ink.text, opacity=1)
    key = ("Grey: λ = 0; colour: the lowest cost", "Dotted: as good, with more samples")
    return layer(
        *curve("zero", ink.quiet), *curve("lowest", color), bridge, end.encode(x=alt.X("needed:Q"))
    ).properties(height=260, title=titled("Cost aside: more data, or more λ", key, ink))

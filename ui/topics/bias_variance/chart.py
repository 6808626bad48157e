"""Cost and accuracy against λ and against the number of samples, and what the best λ is worth in samples."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt

from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    layer,
    percent_axis,
    readout,
    table,
    titled,
)

KEY = ("Test solid, training dashed", "Mean of the seeds, and lowest to highest")
ALL_SAMPLES, AT_LAM = "datum.is_all", "datum.k == k"  # which rows of the curves a panel shows


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], sizes: tuple[int, ...], penalty: str, theme: str) -> Spec:
    """Cost and accuracy against λ with all samples, against m at the slider's λ, and both on one axis.

    labels: the grid's; sizes: the numbers of samples; penalty: by its label.
    Tables: readout, chosen, curves, frame, worth, bridges.
    """
    ink, color = INKS[theme], PENALTY_COLORS[penalty]
    over_lam, over_m = lam_axis(labels), size_axis(sizes)
    cost_title = titled(f"Cost against λ, {penalty}, all samples", KEY, ink)
    panels = [
        readout({"title": ink.text, "test": color, "training": color}),
        layer(lam_rules(ink, over_lam), *lines("cost", ALL_SAMPLES, over_lam, color)).properties(
            height=190, title=cost_title
        ),
        layer(lam_rules(ink, over_lam), *lines("accuracy", ALL_SAMPLES, over_lam, color)).properties(
            height=160, title="Accuracy against λ, all samples"
        ),
        layer(frame("cost"), *lines("cost", AT_LAM, over_m, color)).properties(
            height=190, title="Cost against m, at this λ"
        ),
        layer(frame("accuracy"), *lines("accuracy", AT_LAM, over_m, color)).properties(
            height=160, title="Accuracy against m, at this λ"
        ),
        worth_panel(penalty, over_m, color, ink),
    ]
    params, events = chosen_slider(len(labels), "λ")
    return finish(panels, theme, params=params, events=events)


def size_axis(sizes: Sequence[int]) -> alt.X:
    """m on a logarithmic axis, marked at the numbers of samples that were trained."""
    return alt.X(
        "m:Q",
        title="training samples m",
        scale=alt.Scale(type="log", nice=False, padding=8),
        axis=alt.Axis(values=list(sizes), grid=False, format=",d", labelOverlap=True),
    )


def measure_axis(measure: str) -> alt.Y:
    """Cost from 0 on, with more room for the small ones: the gap is there. Accuracy does not begin at 0."""
    if measure == "accuracy":
        return percent_axis("accuracy", zero=False, nice=True)
    return alt.Y(f"{measure}:Q", title=None, scale=alt.Scale(type="sqrt"), axis=alt.Axis(tickCount=4))


def frame(measure: str) -> alt.Chart:
    """Unseen points that hold the scales of a panel against m."""
    return table("frame").mark_point(opacity=0).encode(x="m:Q", y=f"{measure}:Q")


def lines(measure: str, keep: str, x: alt.X, color: str) -> list[alt.Chart]:
    """Test and training as lines within their bands, from the rows of `curves` that are kept."""
    y = measure_axis(measure)
    base = table("curves").transform_filter(keep)
    dash = alt.StrokeDash(
        "rows:N", scale=alt.Scale(domain=["test", "training"], range=[[1, 0], [6, 4]]), legend=None
    )
    spread = base.mark_area(opacity=0.18, color=color).encode(
        x=x, y=alt.Y(f"{measure}_low:Q", title=None), y2=f"{measure}_high:Q", detail="rows:N"
    )
    mean = base.mark_line(strokeWidth=3, color=color).encode(x=x, y=y, strokeDash=dash)
    points = base.transform_filter("datum.rows == 'test'").mark_circle(size=45, color=color, opacity=1)
    return [spread, mean, points.encode(x=x, y=y)]


def worth_panel(penalty: str, x: alt.X, color: str, ink: Ink) -> alt.LayerChart:
    """Test cost against m without a penalty and at the best λ, with bridges to the same cost."""
    y = alt.Y("cost:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))

    def curve(kind: str, hue: str) -> list[alt.Chart]:
        base = table("worth").transform_filter(f"datum.kind == '{kind}'")
        spread = base.mark_area(opacity=0.18, color=hue).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
        line = base.mark_line(strokeWidth=3, color=hue, point=alt.OverlayMarkDef(size=60, color=hue))
        return [spread, line.encode(x=x, y=y)]

    across = table("bridges").encode(x=x, y=y)
    bridge = across.mark_rule(color=ink.text, strokeDash=[2, 3], strokeWidth=2).encode(x2="needed:Q")
    end = across.mark_point(shape="diamond", filled=True, size=110, color=ink.text, opacity=1)
    key = (f"Grey: λ = 0; {penalty}'s colour: the best λ", "Dotted: as good, with more samples")
    return layer(
        *curve("zero", ink.quiet), *curve("best", color), bridge, end.encode(x=alt.X("needed:Q"))
    ).properties(height=260, title=titled("Test cost: more data, or more λ", key, ink))

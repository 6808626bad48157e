"""Histograms of every penalty over each other, one panel a layer, scrubbed over the snapshots."""

from functools import lru_cache

import altair as alt

from ui.base.theme import INKS, Ink
from ui.pictures.chart import (
    BARS,
    PENALTY_SCALE,
    Spec,
    finish,
    layer,
    penalty_readout,
    percent_axis,
    playing_slider,
    table,
)

HEIGHT = 190


@lru_cache(maxsize=64)
def chart(layers: tuple[str, ...], n_snapshots: int, theme: str) -> Spec:
    """Histograms of every penalty over each other, one panel a layer, scrubbed over the snapshots.

    Tables: readout, bins, frame.
    """
    ink = INKS[theme]
    panels = [penalty_readout(ink), *(layer_histogram(l, title, ink) for l, title in enumerate(layers))]
    params, events = playing_slider(n_snapshots, "Epoch")
    return finish(panels, theme, params=params, events=events)


def layer_histogram(l: int, title: str, ink: Ink) -> alt.LayerChart:
    """The weights of one layer in bins, and the exact zeros as bars of their own, to the right.

    The bins' scale ends at their maximum over all snapshots (`frame`), the zeros' bars at 100 %, so that
    nothing but the bars moves.
    """
    rows = table("bins").transform_filter(f"datum.layer == {l}")
    rows = rows.transform_calculate(share="datum['v' + k]")
    frame = table("frame").transform_filter(f"datum.layer == {l}")
    x = weight_axis(l)
    return (
        layer(bins(rows, frame, x), zero_bars(rows, x), zeros_caption(frame, ink))
        .resolve_scale(y="independent")
        .properties(height=HEIGHT, title=title)
    )


def weight_axis(l: int) -> alt.X:
    """The weights of a layer; beyond the largest, where the zeros' bars stand, it has no numbers."""
    row = f"data('frame')[{2 * l}]"
    label = f"{row} && datum.value > {row}.top ? '' : datum.label"
    return alt.X(
        "low:Q",
        title="weight",
        scale=alt.Scale(nice=False, zero=False),
        axis=alt.Axis(grid=False, tickCount=8, labelExpr=label),
    )


def bins(rows: alt.Chart, frame: alt.Chart, x: alt.X) -> alt.LayerChart:
    """The share of weights in each bin that is not empty, one penalty over the other."""
    y = percent_axis("share", domainMin=0)
    filled = rows.transform_filter("!datum.is_zero && datum.share > 0").mark_rect(**BARS)
    return layer(
        frame.mark_point(opacity=0).encode(x=alt.X("end:Q"), y=y),
        filled.encode(
            x=x,
            x2="high:Q",
            y=y,
            y2=alt.datum(0),
            color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
            stroke=alt.Stroke("penalty:N", scale=PENALTY_SCALE, legend=None),
        ),
    )


def zero_bars(rows: alt.Chart, x: alt.X) -> alt.LayerChart:
    """A bar for the exact zeros of each penalty, full at 100 %, with its share in words."""
    zeros = rows.transform_filter("datum.is_zero")
    full = alt.Y("share:Q", axis=None, scale=alt.Scale(domain=[0, 1.25]))
    label = zeros.transform_calculate(
        middle="(datum.low + datum.high) / 2", text="format(datum.share, '.0%')"
    )
    return layer(
        zeros.mark_rect(fillOpacity=0.12).encode(
            x=x, x2="high:Q", y=alt.Y("one:Q", axis=None), y2=alt.datum(0)
        ),
        zeros.mark_rect(fillOpacity=0.9).encode(x=x, x2="high:Q", y=full, y2=alt.datum(0)),
        label.mark_text(baseline="bottom", dy=-4, fontSize=16, fontWeight=600).encode(
            x="middle:Q", y=full, text="text:N"
        ),
    ).encode(color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None))


def zeros_caption(frame: alt.Chart, ink: Ink) -> alt.Chart:
    """What the bars on the right hold."""
    return (
        frame.transform_filter("datum.end > 0")
        .mark_text(baseline="top", dy=8, fontSize=16, color=ink.quiet)
        .encode(x="zero:Q", y=alt.value(HEIGHT), text=alt.value("exactly 0"))
    )

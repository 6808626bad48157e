"""Histograms of every penalty over each other, one panel a layer, scrubbed over λ and the snapshots."""

from functools import lru_cache

import altair as alt

from ui.base.theme import INKS, Ink
from ui.pictures.chart import (
    BARS,
    PENALTY_SCALE,
    Column,
    Spec,
    finish,
    layer,
    table,
    titled,
    training_readout,
    training_sliders,
)
from ui.pictures.panel import Panel

HEIGHTS = {1: 390, 2: 390}  # pixels of a panel, by the number of layers
LOW = 145  # of more


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], layers: tuple[str, ...], n_snapshots: int, theme: str) -> Spec:
    """Histograms of every penalty over each other, one panel a layer, scrubbed over λ and the snapshots.

    Tables: readout, chosen, bins, frame.
    """
    ink = INKS[theme]
    panels = [layer_histogram(l, title, HEIGHTS.get(len(layers), LOW), ink) for l, title in enumerate(layers)]
    rows = [[Column([training_readout(ink), *panels[::2]]), *([Column(panels[1::2])] if panels[1:] else [])]]
    params, events = training_sliders(len(labels), n_snapshots)
    return finish(rows, theme, params=params, events=events)


def layer_histogram(l: int, title: str, height: int, ink: Ink) -> Panel:
    """The weights of one layer in bins, and the exact zeros as bars of their own, to the right.

    The scale of weights ends at the largest over all λ and snapshots (`frame`), and all bars share one of up
    to 100 %, so that nothing but the bars moves.
    """
    rows = table("bins").transform_filter(f"datum.layer == {l}").transform_filter("datum.e == e")
    rows = rows.transform_calculate(share="datum['v' + k]")
    frame = table("frame").transform_filter(f"datum.layer == {l}")
    x = weight_axis(l)
    return layer(
        bins(rows, frame, x, height), zero_bars(rows, x), zeros_caption(frame, height, ink)
    ).properties(height=height, title=titled(title, ["Share of the weights, on a root scale"], ink))


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


SHARE = alt.Y(
    "share:Q",
    title=None,
    scale=alt.Scale(type="sqrt", domain=[0, 1.2], nice=False),
    axis=alt.Axis(format="%", values=[0, 0.01, 0.05, 0.2, 0.5, 1]),
)


def bins(rows: alt.Chart, frame: alt.Chart, x: alt.X, height: int) -> Panel:
    """The share of weights in each bin that is not empty, one penalty over the other."""
    filled = rows.transform_filter("!datum.is_zero && datum.share > 0").mark_rect(**BARS)
    return layer(
        frame.mark_point(opacity=0).encode(x=alt.X("end:Q"), y=alt.value(height)),
        filled.encode(
            x=x,
            x2=alt.X2("high:Q"),
            y=SHARE,
            y2=alt.datum(0),
            color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
            stroke=alt.Stroke("penalty:N", scale=PENALTY_SCALE, legend=None),
        ),
    )


def zero_bars(rows: alt.Chart, x: alt.X) -> Panel:
    """A bar for the exact zeros of each penalty in a frame that ends at 100 %, with its share in words."""
    zeros = rows.transform_filter("datum.is_zero && isValid(datum.share)")
    label = zeros.transform_calculate(
        middle="(datum.low + datum.high) / 2", text="format(datum.share, '.0%')"
    )
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return layer(
        zeros.mark_rect(fillOpacity=0.12).encode(
            x=x, x2=alt.X2("high:Q"), y=alt.Y("one:Q"), y2=alt.datum(0), color=color
        ),
        zeros.mark_rect(fillOpacity=0.9).encode(
            x=x, x2=alt.X2("high:Q"), y=SHARE, y2=alt.datum(0), color=color
        ),
        label.mark_text(baseline="bottom", dy=-4, fontSize=16, fontWeight=600).encode(
            x=alt.X("middle:Q"), y=SHARE, text=alt.Text("text:N"), color=color
        ),
    )


def zeros_caption(frame: alt.Chart, height: int, ink: Ink) -> alt.Chart:
    """What the bars on the right hold."""
    return (
        frame.transform_filter("datum.end > 0")
        .mark_text(baseline="top", dy=8, fontSize=16, color=ink.quiet)
        .encode(x=alt.X("zero:Q"), y=alt.value(height), text=alt.value("exactly 0"))
    )

"""Chart specs, built once for each shape of picture and then left alone.

A builder takes what shapes the picture (layers, grid, theme), never the numbers: those travel beside the
spec as named tables, so that a rerun changes data under a chart that stays where it is, its slider too.
"""

import json
from collections.abc import Sequence
from functools import lru_cache

import altair as alt

from ui.theme import BAND_COLOR, INKS, PENALTY_COLORS, SIGN_COLORS, Ink, chart_config

Spec = dict
PENALTY_SCALE = alt.Scale(domain=list(PENALTY_COLORS), range=list(PENALTY_COLORS.values()))
SIGN_SCALE = alt.Scale(domain=list(SIGN_COLORS), range=list(SIGN_COLORS.values()))
AT_CHOSEN = "length(data('chosen')) ? data('chosen')[0].k : 0"
BARS = {"fillOpacity": 0.45, "strokeOpacity": 0.9, "strokeWidth": 1}
PLAY_INTERVAL = 100  # milliseconds a snapshot


def table(name: str) -> alt.Chart:
    """A chart on the table of that name."""
    return alt.Chart(alt.NamedData(name))


def finish(chart: alt.TopLevelMixin, theme: str, events: dict[str, list[dict]]) -> Spec:
    """The chart as a dict in the theme's type and colours; events by the param that they change.

    Altair has no words for a param's events, so they are put into the dict.
    """
    spec = chart.to_dict()
    spec["config"] = chart_config(INKS[theme])
    for param in spec["params"]:
        if param["name"] in events:
            param["on"] = events[param["name"]]
    return spec


def chosen_slider(n: int, name: str) -> tuple[list[alt.Parameter], dict[str, list[dict]]]:
    """A slider k over n positions that opens at the table `chosen` and follows it when that changes.

    A slider cannot be bound to a table, so a slow timer looks where the panel stands.
    """
    panel = alt.param(name="panel", value=-1)
    k = alt.param(name="k", value=0, bind=alt.binding_range(min=0, max=n - 1, step=1, name=name))
    events = {
        "panel": [{"events": {"type": "timer", "throttle": 150}, "update": AT_CHOSEN}],
        "k": [{"events": {"signal": "panel"}, "update": "panel"}],
    }
    return [panel, k], events


def playing_slider(n: int, name: str) -> tuple[list[alt.Parameter], dict[str, list[dict]]]:
    """A slider k over n positions with a switch that plays them, over and over."""
    playing = alt.param(name="playing", value=False, bind=alt.binding_checkbox(name="Play"))
    k = alt.param(name="k", value=n - 1, bind=alt.binding_range(min=0, max=n - 1, step=1, name=name))
    tick = {"type": "timer", "throttle": PLAY_INTERVAL}
    return [playing, k], {"k": [{"events": tick, "update": f"playing ? (k + 1) % {n} : k"}]}


def readout(ink: Ink) -> alt.LayerChart:
    """The lines of the table `readout` at k: what is scrubbed, then one line for each penalty."""

    def line(field: str, top: int, size: int, color: str) -> alt.Chart:
        here = table("readout").transform_filter("datum.k == k")
        mark = here.mark_text(align="left", baseline="top", fontSize=size, fontWeight=600, color=color)
        return mark.encode(text=f"{field}:N", x=alt.value(0), y=alt.value(top))

    title = line("title", 0, 28, ink.text)
    lines = [line(label, 38 + 26 * i, 18, color) for i, (label, color) in enumerate(PENALTY_COLORS.items())]
    return alt.layer(title, *lines).properties(height=84)


def lam_axis(labels: Sequence[str]) -> alt.X:
    """λ along the grid: 0 first, then near logarithmic; labelled at 0 and at the powers of ten."""
    marked = [k for k, label in enumerate(labels) if label.strip("0.") in ("", "1")]
    names = " : ".join(f"datum.value == {k} ? '{labels[k]}'" for k in marked)
    return alt.X(
        "k:Q",
        title="λ",
        scale=alt.Scale(domain=[0, len(labels) - 1], nice=False, padding=8),
        axis=alt.Axis(values=marked, labelExpr=f"{names} : ''", grid=False),
    )


def lam_rules(ink: Ink, x: alt.X) -> alt.LayerChart:
    """Where λ stands: a line at the slider, a dashed one at the panel's choice."""
    chosen = table("chosen").mark_rule(color=ink.quiet, strokeDash=[4, 4]).encode(x=x)
    here = table("readout").transform_filter("datum.k == k")
    return alt.layer(chosen, here.mark_rule(color=ink.text, strokeWidth=1.5).encode(x=x))


def percent_axis(field: str, **scale: object) -> alt.Y:
    """A share as percent from 0 on."""
    return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(**scale), axis=alt.Axis(format="%", tickCount=4))


def over_lam(source: str, ink: Ink, x: alt.X, y: alt.Y) -> alt.LayerChart:
    """One line for each penalty over λ, with the rules."""
    lines = table(source).mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=45))
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return alt.layer(lam_rules(ink, x), lines.encode(x=x, y=y, color=color))


@lru_cache(maxsize=64)
def sparsity_chart(
    labels: tuple[str, ...],
    n_rows: int,
    n_columns: int,
    inputs: tuple[str, ...],
    theme: str,
) -> Spec:
    """Zeros against λ, the weights at λ as a matrix or as pictures, and the path of each weight.

    inputs: names for the columns of a matrix, () for pictures. Tables: readout, chosen, shares, weights,
    units, frame.
    """
    ink, x = INKS[theme], lam_axis(labels)
    shares = over_lam("shares", ink, x, percent_axis("share", domain=[0, 1]))
    paths = [weight_paths(penalty, labels, ink, x) for penalty in PENALTY_COLORS]
    axes = [None] * (len(PENALTY_COLORS) - 1) + [input_axis(inputs) if inputs else None]
    matrices = [
        weight_matrix(penalty, n_rows, n_columns, axis, not inputs, ink)
        for penalty, axis in zip(PENALTY_COLORS, axes, strict=True)
    ]
    params, events = chosen_slider(len(labels), "λ")
    chart = (
        alt.vconcat(
            readout(ink),
            shares.properties(height=230, title="Share of weights exactly zero"),
            *matrices,
            *paths,
        )
        .resolve_scale(color="independent", x="independent", y="independent", opacity="independent")
        .add_params(*params)
    )
    return finish(chart, theme, events)


def weight_paths(penalty: str, labels: Sequence[str], ink: Ink, x: alt.X) -> alt.LayerChart:
    """A line over λ for each weight of the table `weights` that is a path."""
    base = table("weights").transform_filter(f"datum.penalty == '{penalty}' && datum.is_path")
    lines = (
        base.transform_fold([f"v{k}" for k in range(len(labels))], as_=["at", "w"])
        .transform_calculate(k="toNumber(slice(datum.at, 1))")
        .mark_line(color=PENALTY_COLORS[penalty], opacity=0.6, strokeWidth=1.5)
        .encode(x=x, y=alt.Y("w:Q", title=None, axis=alt.Axis(tickCount=5)), detail=["row:Q", "column:Q"])
    )
    frame = table("frame").mark_point(opacity=0).encode(x=alt.value(0), y="w:Q")
    return alt.layer(lam_rules(ink, x), frame, lines).properties(
        height=200, title=f"{penalty}: each weight over λ"
    )


def input_axis(inputs: Sequence[str]) -> alt.Axis:
    """The names of the inputs, upright, under the columns of a matrix."""
    return alt.Axis(
        values=[i + 0.5 for i in range(len(inputs))],
        labelExpr=f"{json.dumps(inputs)}[floor(datum.value)]",
        labelAngle=-90,
        labelLimit=190,
        labelOverlap=True,
        grid=False,
        ticks=False,
        domain=False,
    )


def weight_matrix(
    penalty: str, n_rows: int, n_columns: int, axis: alt.Axis | None, is_picture: bool, ink: Ink
) -> alt.LayerChart:
    """The weights at k as cells: hue by sign, strength by size; an exact zero is an empty cell."""
    cells = table("weights").transform_filter(f"datum.penalty == '{penalty}'")
    cells = cells.transform_calculate(w="datum['v' + k]")
    place = {
        "x": alt.X(
            "column:Q",
            title=None,
            axis=axis,
            scale=alt.Scale(domain=[0, n_columns], nice=False),
        ),
        "y": alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, n_rows], nice=False, reverse=True)),
        "x2": alt.X2("column_end:Q"),
        "y2": alt.Y2("row_end:Q"),
    }
    words = [
        alt.Tooltip("unit:N", title="unit"),
        alt.Tooltip("input:N", title="input"),
        alt.Tooltip("w:Q", title="weight", format=".4f"),
    ]
    empty = cells.mark_rect(fill="transparent", stroke=ink.grid, strokeWidth=1)
    filled = (
        cells.transform_filter("datum.w != 0 && isValid(datum.w)")
        .transform_calculate(
            strength="0.15 + 0.85 * sqrt(min(1, abs(datum.w) / data('frame')[0].top))",
            sign="datum.w < 0 ? 'negative' : 'positive'",
        )
        .mark_rect(stroke=ink.page, strokeWidth=1)
        .encode(
            color=alt.Color("sign:N", scale=SIGN_SCALE, legend=None),
            opacity=alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
        )
    )
    layers = [layer.encode(**place, tooltip=words) for layer in (empty, filled)]
    names = table("units").encode(y=alt.Y("row:Q", axis=None), text="unit:N")
    if is_picture:
        mark = names.mark_text(align="left", baseline="bottom", dy=-2, fontSize=16, color=ink.quiet)
        layers.append(mark.encode(x="column:Q"))
    else:
        mark = names.mark_text(align="right", dx=-8, fontSize=16, color=ink.quiet)
        layers.append(mark.encode(x=alt.value(0)))
    return alt.layer(*layers).properties(
        height=max(44, (16 if is_picture else 20) * n_rows), title=f"{penalty}: the weights at this λ"
    )


@lru_cache(maxsize=64)
def histogram_chart(layers: tuple[str, ...], n_snapshots: int, theme: str) -> Spec:
    """Histograms of both penalties over each other, one panel a layer, scrubbed over the snapshots.

    Tables: readout, bins, frame.
    """
    ink = INKS[theme]
    panels = [layer_histogram(l, title, ink) for l, title in enumerate(layers)]
    params, events = playing_slider(n_snapshots, "Epoch")
    chart = (
        alt.vconcat(readout(ink), *panels).resolve_scale(x="independent", y="independent").add_params(*params)
    )
    return finish(chart, theme, events)


def layer_histogram(l: int, title: str, ink: Ink) -> alt.LayerChart:
    """The weights of one layer in bins, and the exact zeros as bars of their own, to the right.

    The bins' scale ends at their maximum over all snapshots (`frame`), the zeros' bars at 100 %, so that
    nothing but the bars moves.
    """
    rows = table("bins").transform_filter(f"datum.layer == {l}")
    rows = rows.transform_calculate(share="datum['v' + k]")
    top = f"data('frame')[{2 * l}].top"
    x = alt.X(
        "low:Q",
        title="weight",
        scale=alt.Scale(nice=False, zero=False),
        axis=alt.Axis(grid=False, tickCount=8, labelExpr=f"datum.value > {top} ? '' : datum.label"),
    )
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    stroke = alt.Stroke("penalty:N", scale=PENALTY_SCALE, legend=None)
    y = percent_axis("share", domainMin=0)
    frame = table("frame").transform_filter(f"datum.layer == {l}")
    bins = rows.transform_filter("!datum.is_zero && datum.share > 0").mark_rect(**BARS)
    inside = alt.layer(
        frame.mark_point(opacity=0).encode(x=alt.X("end:Q"), y=y),
        bins.encode(x=x, x2="high:Q", y=y, y2=alt.datum(0), color=color, stroke=stroke),
    )
    zeros = rows.transform_filter("datum.is_zero")
    full = alt.Y("share:Q", axis=None, scale=alt.Scale(domain=[0, 1.25]))
    label = zeros.transform_calculate(
        middle="(datum.low + datum.high) / 2", text="format(datum.share, '.0%')"
    )
    bars = alt.layer(
        zeros.mark_rect(fillOpacity=0.12).encode(
            x=x, x2="high:Q", y=alt.Y("one:Q", axis=None), y2=alt.datum(0)
        ),
        zeros.mark_rect(fillOpacity=0.9).encode(x=x, x2="high:Q", y=full, y2=alt.datum(0)),
        label.mark_text(baseline="bottom", dy=-4, fontSize=16, fontWeight=600).encode(
            x="middle:Q", y=full, text="text:N"
        ),
    ).encode(color=color)
    caption = (
        frame.transform_filter("datum.end > 0")
        .mark_text(baseline="top", dy=8, fontSize=16, color=ink.quiet)
        .encode(x="zero:Q", y=alt.value(190), text=alt.value("exactly 0"))
    )
    return alt.layer(inside, bars, caption).resolve_scale(y="independent").properties(height=190, title=title)


@lru_cache(maxsize=64)
def tanh_chart(labels: tuple[str, ...], layers: tuple[str, ...], theme: str) -> Spec:
    """tanh and its linear band, the z that units take at λ, and how linear it all is against λ.

    Tables: readout, chosen, curve, band, z, linearity.
    """
    ink, x = INKS[theme], lam_axis(labels)
    share = over_lam("linearity", ink, x, percent_axis("share", domain=[0, 1]))
    params, events = chosen_slider(len(labels), "λ")
    chart = (
        alt.vconcat(
            readout(ink),
            tanh_curve(ink),
            *(z_distribution(l, title) for l, title in enumerate(layers)),
            share.properties(height=180, title="Share of z within the band"),
            affine_panel(ink, x),
        )
        .resolve_scale(x="independent", y="independent", color="independent")
        .add_params(*params)
    )
    return finish(chart, theme, events)


Z_SCALE = alt.Scale(domain=[-4.4, 4.4], nice=False)
Z_AXIS = alt.Axis(grid=False, values=list(range(-4, 5)), format="d")


def band_rect() -> alt.Chart:
    """The linear band, top to bottom."""
    x = alt.X("low:Q", scale=Z_SCALE)
    return table("band").mark_rect(color=BAND_COLOR, opacity=0.2).encode(x=x, x2="high:Q")


def tanh_curve(ink: Ink) -> alt.LayerChart:
    """tanh z over (−4, 4), its tangent a = z, and the part within the band in bold."""
    x = alt.X("z:Q", title="z", scale=Z_SCALE, axis=Z_AXIS)
    y = alt.Y("a:Q", title=None, scale=alt.Scale(domain=[-1.15, 1.15]), axis=alt.Axis(values=[-1, 0, 1]))

    def line(part: str, **mark: object) -> alt.Chart:
        return table("curve").transform_filter(f"datum.part == '{part}'").mark_line(**mark).encode(x=x, y=y)

    return alt.layer(
        band_rect(),
        line("tangent", color=ink.quiet, strokeDash=[5, 5], strokeWidth=1.5),
        line("tanh", color=ink.text, strokeWidth=2.5),
        line("band", color=BAND_COLOR, strokeWidth=6),
    ).properties(height=220, title="tanh z, its tangent, and the band")


def z_distribution(l: int, title: str) -> alt.LayerChart:
    """The z of one hidden layer at k, over units and training samples; beyond ±4 at the two ends."""
    rows = table("z").transform_filter(f"datum.layer == {l}").transform_calculate(share="datum['v' + k]")
    bars = (
        rows.transform_filter("datum.share > 0")
        .mark_rect(**BARS)
        .encode(
            x=alt.X("low:Q", title="z, beyond ±4 at the ends", scale=Z_SCALE, axis=Z_AXIS),
            x2="high:Q",
            y=alt.Y(
                "share:Q",
                title=None,
                scale=alt.Scale(type="sqrt", domain=[0, 1]),
                axis=alt.Axis(format="%", values=[0, 0.04, 0.25, 1]),
            ),
            y2=alt.datum(0),
            color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
            stroke=alt.Stroke("penalty:N", scale=PENALTY_SCALE, legend=None),
        )
    )
    return alt.layer(band_rect(), bars).properties(height=150, title=title)


def affine_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """R² of the best affine map against λ; a network that collapsed has none and gets a cross instead."""
    lines = over_lam("linearity", ink, x, alt.Y("r2:Q", title=None, scale=alt.Scale(zero=False)))
    crosses = (
        table("linearity")
        .transform_filter("datum.state == 'collapsed'")
        .mark_point(shape="cross", angle=45, size=90, filled=True)
        .encode(x=x, y=alt.value(170), color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None))
    )
    return alt.layer(lines, crosses).properties(height=180, title="R² of the best affine map")

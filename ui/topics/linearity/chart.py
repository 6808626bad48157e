"""tanh and its linear band, the z that units take, how linear the network is against λ, and its boundary."""

from functools import lru_cache
from typing import Any

import altair as alt

from ui.base.theme import BAND_COLOR, INKS, LECTURED_COLORS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    BARS,
    PENALTY_SCALE,
    SIGN_SCALE,
    Column,
    Room,
    Spec,
    chosen_slider,
    finish,
    in_twos,
    lam_axis,
    lam_rules,
    layer,
    line_names,
    over_lam,
    percent_axis,
    rest_readout,
    table,
    titled,
)
from ui.pictures.ends import line_name
from ui.pictures.panel import Panel
from ui.topics.linearity.tables import AFFINE, AGREEMENT, GAP, IN_BAND, OTHER_TEXTS

Z_SCALE = alt.Scale(domain=[-4.4, 4.4], nice=False)
STRIPS_HEIGHT, STRIP_LOWEST, STRIP_HIGHEST = 280, 12, 36  # pixels: of all, and of one unit
DOT_KEY = ("Dots: where living units' strips begin and end",)
TANH = "1 - 2 / (exp(2 * datum.z) + 1)"
BESIDE = 6  # pixels from the curve to a penalty's dots, above it or below
STRIP_KEY = ("Pale: 90 % of samples; strong: half", "Grey: a unit that is cut or constant")
Z_KEY = ("Shares on a root scale; beyond ±4 at the ends",)
Z_AXIS = alt.Axis(grid=False, values=list(range(-4, 5)), format="d")
ROOM = Room(tuple(LECTURED_COLORS))
BY_PENALTY = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], layers: tuple[str, ...], n_strips: int, n_models: int, theme: str) -> Spec:
    """tanh and its linear band, the z that units take at λ, and how linear it all is against λ.

    n_strips: how many units are shown; n_models: how many boundaries to draw, 0 where the data are not in a
    plane. Tables: readout, chosen, curve, band, strips, z, linearity, agreement, line_names and, for
    boundaries, cells, points and names.
    """
    ink, x = INKS[theme], lam_axis(labels, ROOM)
    share = over_lam("linearity", "share", ink, x, percent_axis("share", IN_BAND), ROOM)
    params, events = chosen_slider(len(labels), "λ")
    in_band = share.properties(height=IN_BAND.height, title="Share of z within the band")
    on_curve = Column([curve_panel(ink), strip_panel(n_strips, ink)], 1.25)
    distributions = [z_distribution(l, title, ink) for l, title in enumerate(layers)]
    if n_models:
        beside = Column([rest_readout(ink), boundary_panel(n_models, ink)], has_axis=False)
        further = [in_band, affine_panel(ink, x), agreement_panel(labels, ink), *distributions]
    else:
        beside = Column([rest_readout(ink), in_band, affine_panel(ink, x)])
        further = [agreement_panel(labels, ink), *distributions]
    rows = [[on_curve, beside], *in_twos(further)]
    return finish(rows, theme, ("x", "y", "color", "opacity"), params, events)


def band_rect() -> alt.Chart:
    """The linear band, top to bottom."""
    x = alt.X("low:Q", scale=Z_SCALE)
    return table("band").mark_rect(color=BAND_COLOR, opacity=0.2).encode(x=x, x2=alt.X2("high:Q"))


def curve_panel(ink: Ink) -> Panel:
    """tanh z over (−4, 4), its tangent a = z, and the part within the band in bold."""
    x = alt.X("z:Q", title="z", scale=Z_SCALE, axis=Z_AXIS)
    y = alt.Y("a:Q", title=None, scale=alt.Scale(domain=[-1.15, 1.15]), axis=alt.Axis(values=[-1, 0, 1]))

    def line(part: str, **mark: Any) -> alt.Chart:
        return table("curve").transform_filter(f"datum.part == '{part}'").mark_line(**mark).encode(x=x, y=y)

    return layer(
        band_rect(),
        line("tangent", color=ink.quiet, strokeDash=[5, 5], strokeWidth=1.5),
        line("tanh", color=ink.text, strokeWidth=2.5),
        line("band", color=BAND_COLOR, strokeWidth=6),
        *(dots(end, i, y, ink) for i in range(len(LECTURED_COLORS)) for end in "abcd"),
    ).properties(height=190, title=titled("tanh z, its tangent, and the band", DOT_KEY, ink))


def dots(end: str, i: int, y: alt.Y, ink: Ink) -> alt.Chart:
    """On the curve one of the ends of each living unit's strip, of the i-th penalty to one side of it."""
    label = list(LECTURED_COLORS)[i]
    rows = table("strips").transform_filter(f"datum.penalty == '{label}' && datum['o' + k]")
    at = rows.transform_calculate(z=f"datum['{end}' + k]").transform_calculate(a=TANH)
    mark = at.mark_circle(
        size=70, opacity=0.85, stroke=ink.page, strokeWidth=1, yOffset=BESIDE if i else -BESIDE
    )
    return mark.encode(x=alt.X("z:Q", title="z", scale=Z_SCALE, axis=Z_AXIS), y=y, color=BY_PENALTY)


def strip_panel(n: int, ink: Ink) -> Panel:
    """For each unit where the z of its samples lie at λ: most of them in a strip, the middle half darker."""
    height = round(n * min(max(STRIPS_HEIGHT / n, STRIP_LOWEST), STRIP_HIGHEST))
    y_scale = alt.Scale(domain=[0, n], nice=False, reverse=True)
    y, y_end = alt.Y("top:Q", axis=None, scale=y_scale), alt.Y2("bottom:Q")
    rows = table("strips").transform_calculate(**{name: f"datum['{name}' + k]" for name in "abcdo"})
    alive, others = rows.transform_filter("datum.o"), rows.transform_filter("!datum.o")
    whole = alt.X("a:Q", scale=Z_SCALE, axis=Z_AXIS, title="z")
    strips = [
        alive.mark_rect(opacity=0.4).encode(x=whole, x2=alt.X2("d:Q"), color=BY_PENALTY),
        alive.mark_rect(opacity=0.75).encode(
            x=alt.X("b:Q", scale=Z_SCALE), x2=alt.X2("c:Q"), color=BY_PENALTY
        ),
        others.mark_rect(color=ink.quiet, opacity=0.35).encode(x=whole, x2=alt.X2("d:Q")),
    ]
    names = (
        table("strips")
        .transform_filter(f"datum.penalty == '{next(iter(PENALTY_COLORS))}'")
        .transform_calculate(middle="datum.row + 0.5")
        .mark_text(align="right", dx=-8, fontSize=14, color=ink.quiet)
        .encode(x=alt.value(0), y=alt.Y("middle:Q", axis=None, scale=y_scale), text=alt.Text("unit:N"))
    )
    return layer(band_rect(), *(strip.encode(y=y, y2=y_end) for strip in strips), names).properties(
        height=height, title=titled("Where the z of each unit lie", STRIP_KEY, ink)
    )


def z_distribution(l: int, title: str, ink: Ink) -> Panel:
    """The z of one hidden layer at k, over units and training samples; beyond ±4 at the two ends."""
    rows = table("z").transform_filter(f"datum.layer == {l}").transform_calculate(share="datum['v' + k]")
    bars = (
        rows.transform_filter("datum.share > 0")
        .mark_rect(**BARS)
        .encode(
            x=alt.X("low:Q", title=None, scale=Z_SCALE, axis=Z_AXIS),
            x2=alt.X2("high:Q"),
            y=alt.Y(
                "share:Q",
                title=None,
                scale=alt.Scale(type="sqrt", domain=[0, 1]),
                axis=alt.Axis(format="%", values=[0, 0.04, 0.25, 1]),
            ),
            y2=alt.datum(0),
            color=BY_PENALTY,
            stroke=alt.Stroke("penalty:N", scale=PENALTY_SCALE, legend=None),
        )
    )
    return layer(band_rect(), bars).properties(height=150, title=titled(title, Z_KEY, ink))


def affine_panel(ink: Ink, x: alt.X) -> Panel:
    """R² of an affine map on the test rows against λ; a network that collapsed gets a cross instead."""
    lines = over_lam("linearity", "r2", ink, x, alt.Y("r2:Q", title=None, scale=AFFINE.scale), ROOM)
    crosses = (
        table("linearity")
        .transform_filter("datum.state == 'collapsed'")
        .mark_point(shape="cross", angle=45, size=90, filled=True)
        .encode(x=x, y=alt.value(AFFINE.height - 10), color=BY_PENALTY)
    )
    return layer(lines, crosses).properties(
        height=AFFINE.height, title="R² of an affine map, on the test rows"
    )


def agreement_panel(labels: tuple[str, ...], ink: Ink) -> Panel:
    """Agreement with logistic regression in full lines, with the network's own tangents in dashes."""
    names = [line_name(penalty, other) for penalty in LECTURED_COLORS for other in OTHER_TEXTS.values()]
    room, dash = Room(tuple(names), "start"), alt.Scale(domain=list(OTHER_TEXTS), range=[[1, 0], [6, 5]])
    x = lam_axis(labels, room)
    lines = (
        table("agreement")
        .mark_line(strokeWidth=3)
        .encode(
            x=x,
            y=percent_axis("share", AGREEMENT),
            color=BY_PENALTY,
            strokeDash=alt.StrokeDash("other:N", scale=dash, legend=None),
        )
    )
    key = ["as by logistic regression", "or by its own tangents"]
    return layer(lam_rules(ink, x), lines, *line_names("agreement", x, room, ink)).properties(
        height=AGREEMENT.height, title=titled("Test rows given the same class", key, ink)
    )


def boundary_panel(n_models: int, ink: Ink) -> Panel:
    """The plane as each model sees it at k, side by side: hue by class, strength by certainty."""
    width = n_models * (1 + GAP) - GAP
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, 1.12], nice=False))
    sign = alt.Color("sign:N", scale=SIGN_SCALE, legend=None)
    cells = (
        table("cells")
        .transform_calculate(P="datum['v' + k] / 100")
        .transform_calculate(
            sign="datum.P > 0.5 ? 'positive' : 'negative'", certainty="0.08 + 1.2 * abs(datum.P - 0.5)"
        )
        .mark_rect()
        .encode(
            x=x,
            x2=alt.X2("x_end:Q"),
            y=y,
            y2=alt.Y2("y_end:Q"),
            color=sign,
            opacity=alt.Opacity("certainty:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
        )
    )
    points = table("points").mark_circle(size=30, opacity=1, stroke=ink.page, strokeWidth=0.7)
    points = points.encode(x=x, y=y, color=sign)
    names = table("names").mark_text(align="left", baseline="bottom", dy=-4, fontSize=16, color=ink.text)
    names = names.encode(x=x, y=alt.datum(1.0), text=alt.Text("name:N"))
    return layer(cells, points, names).properties(height=360, title="The boundary at this λ")

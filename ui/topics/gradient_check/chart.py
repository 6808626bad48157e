"""Backpropagated against numeric at λ, a mark a parameter, and the relative error of each layer."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt

from core.gradient import THRESHOLD
from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import Column, Spec, chosen_slider, finish, layer, power_axis, readout, table
from ui.pictures.panel import Panel
from ui.topics.gradient_check.tables import LOWEST, THRESHOLD_TEXT

SHAPES = ("circle", "triangle-up", "square", "diamond", "cross")
FAR = "datum.drawn > 1e-5"  # an error whose words stand before its mark, for want of room behind


@lru_cache(maxsize=64)
def chart(n_lams: int, names: tuple[str, ...], theme: str) -> Spec:
    """Backpropagated against numeric, a mark a parameter, and the relative error of each layer.

    names: of the layers. Tables: readout, chosen, points, ends, errors.
    """
    ink = INKS[theme]
    told = readout({"title": ink.text, "line": ink.text})
    places = [[Column([told, diagonal_panel(names, ink)], 1.3), Column([error_panel(len(names), ink)])]]
    params, events = chosen_slider(n_lams, "λ")
    return finish(places, theme, ("color", "shape", "x", "y"), params, events)


def diagonal_panel(names: Sequence[str], ink: Ink) -> Panel:
    """A mark a parameter; what is off the diagonal hangs on a thread from it, as long as the mistake.

    The axes reach as far as the gradients at λ do.
    """
    scale = alt.Scale(nice=False, zero=False)
    x = alt.X("at:Q", title="∂J/∂θ, numeric", scale=scale, axis=alt.Axis(tickCount=6))
    y = alt.Y("at:Q", title=None, scale=scale, axis=alt.Axis(tickCount=6))
    ends = table("ends").transform_calculate(at="datum['v' + k]")
    diagonal = ends.mark_line(color=ink.quiet, strokeWidth=1.5, strokeDash=[5, 5])
    return layer(diagonal.encode(x=x, y=y), threads(ink), parameters(names, ink)).properties(
        height=380, title="Backpropagated against numeric"
    )


def gradients(rows: alt.Chart) -> alt.Chart:
    """The rows with both gradients at λ."""
    return rows.transform_calculate(numeric="datum['n' + k]", backpropagated="datum['b' + k]")


def threads(ink: Ink) -> alt.Chart:
    """From the diagonal to each mark that is off it, in the colour of what is missing."""
    scale = alt.Scale(domain=[*PENALTY_COLORS, "slope"], range=[*PENALTY_COLORS.values(), ink.quiet])
    return (
        gradients(table("points").transform_filter("datum['o' + k]"))
        .mark_rule(opacity=0.55)
        .encode(
            x=alt.X("numeric:Q"),
            y=alt.Y("numeric:Q"),
            y2=alt.Y2("backpropagated:Q"),
            color=alt.Color("missing:N", scale=scale, legend=None),
        )
    )


def parameters(names: Sequence[str], ink: Ink) -> alt.Chart:
    """A mark a parameter, in the shape of its layer."""
    shape = alt.Shape(
        "layer:N",
        title=None,
        scale=alt.Scale(domain=list(names), range=list(SHAPES[: len(names)])),
        legend=alt.Legend(orient="top", columns=3, symbolStrokeColor=ink.text, symbolFillColor="transparent"),
    )
    return (
        gradients(table("points"))
        .mark_point(size=70, strokeWidth=1.5, color=ink.text, opacity=0.75)
        .encode(
            x=alt.X("numeric:Q"),
            y=alt.Y("backpropagated:Q"),
            shape=shape,
            tooltip=[
                alt.Tooltip("name:N", title="parameter"),
                alt.Tooltip("numeric:Q", format=".8f"),
                alt.Tooltip("backpropagated:Q", format=".8f"),
            ],
        )
    )


def error_panel(n_layers: int, ink: Ink) -> Panel:
    """The relative error of each layer on a logarithmic axis, beside the threshold."""
    x = alt.X(
        "drawn:Q",
        title=f"relative error; passes below {THRESHOLD_TEXT}",
        scale=alt.Scale(type="log", domain=[LOWEST, 1.0], clamp=True),
        axis=power_axis(values=[1e-12, 1e-9, 1e-6, 1e-3, 1], grid=False),
    )
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[-0.6, n_layers - 0.4], reverse=True, nice=False))
    errors, still = (table("errors").transform_filter(f"datum.k == {k}") for k in ("k", 0))
    limit = still.transform_filter("datum.row == 0").transform_calculate(drawn=f"{THRESHOLD}")
    rule = limit.mark_rule(color=ink.quiet, strokeDash=[5, 5], strokeWidth=1.5)
    names = still.mark_text(align="right", dx=-6, fontSize=16, color=ink.quiet)
    mark = errors.mark_point(size=140, filled=True, color=ink.text, opacity=1)
    shape = alt.Shape(
        "passes:N", scale=alt.Scale(domain=[True, False], range=["circle", "cross"]), legend=None
    )
    return layer(
        rule.encode(x=x),
        names.encode(x=alt.value(0), y=y, text=alt.Text("layer:N")),
        mark.encode(x=x, y=y, shape=shape),
        *(text.encode(x=x, y=y, text=alt.Text("text:N")) for text in error_texts(errors, ink)),
    ).properties(height=max(70, 34 * n_layers), title="Relative error of each layer")


def error_texts(errors: alt.Chart, ink: Ink) -> list[alt.Chart]:
    """The words beside the marks, over a halo that keeps lines away from them."""
    halo: dict[str, Any] = {"stroke": ink.page, "strokeWidth": 5}
    texts = []
    for outline in (halo, {}):
        texts += [
            errors.transform_filter(f"!({FAR})").mark_text(align="left", dx=12, **outline),
            errors.transform_filter(FAR).mark_text(align="right", dx=-12, **outline),
        ]
    return texts

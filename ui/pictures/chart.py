"""Chart specs, built once for each shape of picture and then left alone.

A builder takes what shapes the picture (layers, grid, theme), never the numbers: those travel beside the
spec as named tables, so that a rerun changes data under a chart that stays where it is, its slider too.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import altair as alt

from ui.base.theme import INKS, PENALTY_COLORS, SIGN_COLORS, Ink, chart_config

Spec = dict[str, Any]
Params = list[alt.Parameter]
Events = dict[str, list[dict[str, Any]]]  # by the param that they change
PENALTY_SCALE = alt.Scale(domain=list(PENALTY_COLORS), range=list(PENALTY_COLORS.values()))
SIGN_SCALE = alt.Scale(domain=list(SIGN_COLORS), range=list(SIGN_COLORS.values()))
AT_CHOSEN = "length(data('chosen')) ? data('chosen')[0].k : 0"
BARS: dict[str, Any] = {"fillOpacity": 0.45, "strokeOpacity": 0.9, "strokeWidth": 1}
PLAY_INTERVAL = 100  # milliseconds a snapshot
LAM_INTERVAL = 400  # milliseconds a λ: there is more to read at each
NAMES = "COLUMN_NAMES"  # stands in an expression of a spec until `with_names` writes names in its place


def table(name: str) -> alt.Chart:
    """A chart on the table of that name."""
    return alt.Chart(alt.NamedData(name))


def finish(
    panels: Sequence[alt.TopLevelMixin],
    theme: str,
    independent: Sequence[str] = ("x", "y"),
    params: Sequence[alt.Parameter] = (),
    events: Mapping[str, Sequence[dict[str, Any]]] = MappingProxyType({}),
) -> Spec:
    """The panels under each other as a dict in the theme's type and colours.

    independent: the scales that each panel has of its own. params: of the whole; events: by the param that
    they change. Altair has no words for a param's events, and copies every panel for each step of putting
    panels together, which takes most of a second, so the dict is put together here.
    """
    found = [panel.to_dict() for panel in panels]
    return {
        "$schema": found[0]["$schema"],
        "config": chart_config(INKS[theme]),
        "vconcat": [
            {name: part for name, part in panel.items() if name not in ("$schema", "config")}
            for panel in found
        ],
        "resolve": {"scale": dict.fromkeys(independent, "independent")},
        "params": [
            {**_declared(param), **({"on": events[param.name]} if param.name in events else {})}
            for param in params
        ],
    }


def _declared(param: alt.Parameter) -> dict[str, Any]:
    """A param as a spec declares it; Altair's own `to_dict` of it is a reference."""
    declared: Any = param.param
    found: dict[str, Any] = declared.to_dict()
    return found


def with_names(spec: Spec, names: Sequence[str]) -> Spec:
    """A copy of the spec with these names where NAMES stands; foreign ones stay text, whatever is in them."""
    expression = json.dumps(names).replace("<", "\\u003c")
    return json.loads(json.dumps(spec).replace(NAMES, json.dumps(expression)[1:-1]))


def playing_slider(
    n: int, name: str, start: int | None = None, interval: int = PLAY_INTERVAL
) -> tuple[Params, Events]:
    """A slider k over n positions, with a switch that plays them; it opens at `start`, else at the last."""
    at = n - 1 if start is None else start
    playing = alt.param(name="playing", value=False, bind=alt.binding_checkbox(name="Play"))
    k = alt.param(name="k", value=at, bind=alt.binding_range(min=0, max=n - 1, step=1, name=name))
    tick = {"type": "timer", "throttle": interval}
    return [playing, k], {"k": [{"events": tick, "update": f"playing ? (k + 1) % {n} : k"}]}


def chosen_slider(n: int, name: str) -> tuple[Params, Events]:
    """A slider that plays, opens at the table `chosen` and follows it when that changes.

    A slider cannot be bound to a table, so a slow timer looks where the panel stands.
    """
    params, events = playing_slider(n, name, start=0, interval=LAM_INTERVAL)
    events["panel"] = [{"events": {"type": "timer", "throttle": 150}, "update": AT_CHOSEN}]
    events["k"].append({"events": {"signal": "panel"}, "update": "panel"})
    return [alt.param(name="panel", value=-1), *params], events


def layer(*charts: alt.Chart | alt.LayerChart) -> alt.LayerChart:
    """Charts on each other, as Altair's own, which may also return facets and is typed so."""
    layered = alt.layer(*charts)
    assert isinstance(layered, alt.LayerChart)  # facets come of facets alone
    return layered


def readout(
    colors: Mapping[str, str], source: str = "readout", param: str = "k", remark: str = ""
) -> alt.LayerChart:
    """The lines of a table at the row of the param: the first of the fields large, the others under it.

    colors: by field, in their order; source: the table, whose column of the param's name says where a row is.
    remark: a field to be written smaller.
    """
    here = table(source).transform_filter(f"datum.{param} == {param}")
    lines = []
    for i, (field, color) in enumerate(colors.items()):
        size, top = (18, 12 + 26 * i) if i else (28, 0)
        if field == remark:
            size = 15
        weight: Literal["normal", 600] = "normal" if field == remark else 600
        mark = here.mark_text(align="left", baseline="top", fontSize=size, fontWeight=weight, color=color)
        lines.append(mark.encode(text=f"{field}:N", x=alt.value(0), y=alt.value(top)))
    return layer(*lines).properties(height=6 + 26 * len(lines))


def penalty_readout(ink: Ink) -> alt.LayerChart:
    """The readout of a training: the epoch, then a line for each penalty."""
    return readout({"title": ink.text, **PENALTY_COLORS})


def rest_readout(ink: Ink) -> alt.LayerChart:
    """The readout over λ: λ, a line for each penalty, and whether their networks are at rest."""
    return readout({"title": ink.text, **PENALTY_COLORS, "rest": ink.quiet}, remark="rest")


def marked_axis(labels: Sequence[str], title: str) -> alt.X:
    """Positions k along a grid that is near logarithmic after a 0; labelled at 0 and at the powers of ten."""
    marked = [k for k, label in enumerate(labels) if label.replace(",", "").strip("0.") in ("", "1")]
    names = " : ".join(f"datum.value == {k} ? '{labels[k]}'" for k in marked)
    return alt.X(
        "k:Q",
        title=title,
        scale=alt.Scale(domain=[0, len(labels) - 1], nice=False, padding=8),
        axis=alt.Axis(values=marked, labelExpr=f"{names} : ''", grid=False),
    )


def lam_axis(labels: Sequence[str]) -> alt.X:
    """λ along the grid."""
    return marked_axis(labels, "λ")


def lam_rules(ink: Ink, x: alt.X) -> alt.LayerChart:
    """Where λ stands: a line at the slider, a dashed one at the panel's choice."""
    chosen = table("chosen").mark_rule(color=ink.quiet, strokeDash=[4, 4]).encode(x=x)
    here = table("readout").transform_filter("datum.k == k")
    return layer(chosen, here.mark_rule(color=ink.text, strokeWidth=1.5).encode(x=x))


def percent_axis(field: str, **scale: Any) -> alt.Y:
    """A share as percent from 0 on."""
    return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(**scale), axis=alt.Axis(format="%", tickCount=4))


def over_lam(source: str, ink: Ink, x: alt.X, y: alt.Y) -> alt.LayerChart:
    """One line for each penalty over λ, with the rules."""
    lines = table(source).mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=45))
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return layer(lam_rules(ink, x), lines.encode(x=x, y=y, color=color))


def weight_cells(
    cells: alt.Chart, weight: str, tooltip_fields: Mapping[str, str], ink: Ink
) -> tuple[alt.Chart, alt.Chart]:
    """Weights as rectangles: a frame for each, and hue by sign and strength by size for what is not zero.

    Rows of `cells` have the field top, the size that is drawn in full strength. weight: a row's weight at the
    slider, an expression; tooltip_fields: a row's fields by the name under which the tooltip has them.

    The frames know nothing of the slider, so they are drawn once; the rest is drawn at each of its steps,
    hence by few and short expressions: Streamlit has them interpreted.
    """
    names = ", ".join(f"'{name}': datum.{field}" for name, field in tooltip_fields.items())
    frames = cells.mark_rect(
        fill="transparent", stroke=ink.grid, strokeWidth=1, tooltip=alt.expr(f"{{{names}}}")
    )
    filled = (
        cells.transform_calculate(w=weight)
        .transform_filter("datum.w != 0 && isValid(datum.w)")
        .mark_rect(
            stroke=ink.page,
            strokeWidth=1,
            fill=alt.expr(f"datum.w < 0 ? '{SIGN_COLORS['negative']}' : '{SIGN_COLORS['positive']}'"),
            opacity=alt.expr("0.15 + 0.85 * sqrt(min(1, abs(datum.w) / datum.top))"),
            tooltip=alt.expr(f"{{{names}, 'weight': format(datum.w, '.4f')}}"),
        )
    )
    return frames, filled


def input_axis(n: int) -> alt.Axis:
    """The names of the inputs, upright, under the columns of a matrix; `with_names` writes them in."""
    return alt.Axis(
        values=[i + 0.5 for i in range(n)],
        labelExpr=f"{NAMES}[floor(datum.value)]",
        labelAngle=-90,
        labelLimit=190,
        labelOverlap=True,
        grid=False,
        ticks=False,
        domain=False,
    )


def room_param() -> tuple[alt.Parameter, Events]:
    """The picture's width, from a slow timer; narrow until then: what stands out is never taken back."""
    measure = {"events": {"type": "timer", "throttle": 300}, "update": "containerSize()[0]"}
    return alt.param(name="room", value=0), {"room": [measure]}


def titled(title: str, key: Sequence[str], ink: Ink) -> alt.TitleParams:
    """A title with the key to its lines under it."""
    return alt.TitleParams(title, subtitle=list(key), subtitleColor=ink.quiet)

"""Chart specs, built once for each shape of picture and then left alone.

A builder takes what shapes the picture (layers, grid, theme), never the numbers: those travel beside the
spec as named tables, so that a rerun changes data under a chart that stays where it is, its slider too.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import altair as alt

from ui.theme import INKS, PENALTY_COLORS, SIGN_COLORS, Ink, chart_config

Spec = dict
PENALTY_SCALE = alt.Scale(domain=list(PENALTY_COLORS), range=list(PENALTY_COLORS.values()))
SIGN_SCALE = alt.Scale(domain=list(SIGN_COLORS), range=list(SIGN_COLORS.values()))
AT_CHOSEN = "length(data('chosen')) ? data('chosen')[0].k : 0"
BARS = {"fillOpacity": 0.45, "strokeOpacity": 0.9, "strokeWidth": 1}
PLAY_INTERVAL = 100  # milliseconds a snapshot
LAM_INTERVAL = 400  # milliseconds a λ: there is more to read at each
NAMES = "COLUMN_NAMES"  # stands in an expression of a spec until `named` writes names in its place


def table(name: str) -> alt.Chart:
    """A chart on the table of that name."""
    return alt.Chart(alt.NamedData(name))


def finish(
    panels: Sequence[alt.TopLevelMixin],
    theme: str,
    independent: Sequence[str] = ("x", "y"),
    params: Sequence[alt.Parameter] = (),
    events: Mapping[str, Sequence[dict]] = MappingProxyType({}),
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
            param.param.to_dict() | ({"on": events[param.name]} if param.name in events else {})
            for param in params
        ],
    }


def named(spec: Spec, names: Sequence[str]) -> Spec:
    """A copy of the spec with these names where NAMES stands; foreign ones stay text, whatever is in them."""
    expression = json.dumps(names).replace("<", "\\u003c")
    return json.loads(json.dumps(spec).replace(NAMES, json.dumps(expression)[1:-1]))


def playing_slider(
    n: int, name: str, start: int | None = None, interval: int = PLAY_INTERVAL
) -> tuple[list[alt.Parameter], dict[str, list[dict]]]:
    """A slider k over n positions, at the last unless told, with a switch that plays them, over and over."""
    at = n - 1 if start is None else start
    playing = alt.param(name="playing", value=False, bind=alt.binding_checkbox(name="Play"))
    k = alt.param(name="k", value=at, bind=alt.binding_range(min=0, max=n - 1, step=1, name=name))
    tick = {"type": "timer", "throttle": interval}
    return [playing, k], {"k": [{"events": tick, "update": f"playing ? (k + 1) % {n} : k"}]}


def chosen_slider(n: int, name: str) -> tuple[list[alt.Parameter], dict[str, list[dict]]]:
    """A slider that plays, opens at the table `chosen` and follows it when that changes.

    A slider cannot be bound to a table, so a slow timer looks where the panel stands.
    """
    params, events = playing_slider(n, name, start=0, interval=LAM_INTERVAL)
    events["panel"] = [{"events": {"type": "timer", "throttle": 150}, "update": AT_CHOSEN}]
    events["k"].append({"events": {"signal": "panel"}, "update": "panel"})
    return [alt.param(name="panel", value=-1), *params], events


def readout(ink: Ink, colors: Mapping[str, str] = PENALTY_COLORS) -> alt.LayerChart:
    """The lines of the table `readout` at k: what is scrubbed, then one line for each colour's field."""

    def line(field: str, top: int, size: int, color: str) -> alt.Chart:
        here = table("readout").transform_filter("datum.k == k")
        mark = here.mark_text(align="left", baseline="top", fontSize=size, fontWeight=600, color=color)
        return mark.encode(text=f"{field}:N", x=alt.value(0), y=alt.value(top))

    title = line("title", 0, 28, ink.text)
    lines = [line(label, 38 + 26 * i, 18, color) for i, (label, color) in enumerate(colors.items())]
    return alt.layer(title, *lines).properties(height=32 + 26 * len(lines))


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


def weight_cells(
    cells: alt.Chart, weight: str, told: Mapping[str, str], ink: Ink
) -> tuple[alt.Chart, alt.Chart]:
    """Weights as rectangles: a frame for each, and hue by sign and strength by size for what is not zero.

    Rows of `cells` have the field top, the size that is drawn in full strength. weight: a row's weight at the
    slider, an expression; told: fields by the name under which the tooltip tells them.

    The frames know nothing of the slider, so they are drawn once; the rest is drawn at each of its steps,
    hence by few and short expressions: Streamlit has them interpreted.
    """
    names = ", ".join(f"'{name}': datum.{field}" for name, field in told.items())
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

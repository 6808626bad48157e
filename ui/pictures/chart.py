"""Chart specs, built once for each shape of picture and then left alone.

A builder takes what shapes the picture (layers, grid, theme), never the numbers: those travel beside the
spec as named tables, so that a rerun changes data under a chart that stays where it is, its slider too.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any, Literal

import altair as alt

from ui.base.theme import (
    INKS,
    LECTURED_COLORS,
    PENALTY_COLORS,
    SIGN_COLORS,
    TITLE_ABOVE,
    Ink,
    chart_config,
    readable,
)
from ui.pictures.ends import Side, Upright
from ui.pictures.panel import Panel, Spec

Params = list[alt.Parameter]
Events = dict[str, list[dict[str, Any]]]  # by the param that they change
PENALTY_SCALE = alt.Scale(domain=list(PENALTY_COLORS), range=list(PENALTY_COLORS.values()))
SIGN_SCALE = alt.Scale(domain=list(SIGN_COLORS), range=list(SIGN_COLORS.values()))
AT_CHOSEN = "length(data('chosen')) ? data('chosen')[0].k : 0"
BARS: dict[str, Any] = {"fillOpacity": 0.45, "strokeOpacity": 0.9, "strokeWidth": 1}
PLAY_INTERVAL = 100  # milliseconds a snapshot
LAM_INTERVAL = 400  # milliseconds a λ: there is more to read at each
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PADDING = 8  # pixels between the ends of an x axis and what is drawn
SMALL = 290  # pixels of a plot, below which words over it are smaller
NAME_ABOVE = 30  # pixels from a title to a panel with the name of a line over it
NAME_SIZES = (13, 15)  # type of the names of lines, in NARROW plots and in others
NARROW = 400  # pixels of a plot, below which they are smaller
NAME_SIZE = f"width < {NARROW} ? {NAME_SIZES[0]} : {NAME_SIZES[1]}"
LETTER = 0.5  # how wide a letter of them is, in its height
NAMES = "COLUMN_NAMES"  # stands in an expression of a spec until `with_names` writes names in its place


def table(name: str) -> alt.Chart:
    """A chart on the table of that name."""
    return alt.Chart(alt.NamedData(name))


@dataclass(frozen=True)
class Column:
    """Panels under each other, which are a chart of their own on a page.

    width: beside the other columns of its row. has_axis: something stands to the left of the plots.
    """

    panels: Sequence[Panel]
    width: float = 1.0
    has_axis: bool = True


Row = Sequence[Column]
PARTS = {"vconcat": "panels", "params": "params"}  # of a spec, of which each chart has its own
PLACES = "places"  # of a spec's usermeta: for each row of charts the width and the panels of each


def finish(
    panels: Sequence[Panel] | Sequence[Row],
    theme: str,
    independent: Sequence[str] = ("x", "y"),
    params: Sequence[alt.Parameter] = (),
    events: Mapping[str, Sequence[dict[str, Any]]] = MappingProxyType({}),
) -> Spec:
    """The panels under each other as a dict in the theme's type and colours.

    panels: those of one chart; or rows of columns, of which a page has a chart each, the first row in its
    first screen, while a file has all panels under each other. independent: the scales that each panel has of
    its own. params: of the whole; events: by the param that they change. Altair has no words for a param's
    events, so the dict is put together here. It is not held against Vega-Lite's schema, which takes long: a
    test does that.
    """
    rows = [row if isinstance(row, Sequence) else [Column([row])] for row in panels]
    found = [panel.to_dict() for row in rows for column in row for panel in column.panels]
    for panel in found:
        _make_words_readable(panel, INKS[theme])
    spec = {
        "$schema": alt.SCHEMA_URL,
        "config": chart_config(INKS[theme]),
        "vconcat": found,
        "resolve": {"scale": dict.fromkeys(independent, "independent")},
        "params": [
            {**_declared(param), **({"on": events[param.name]} if param.name in events else {})}
            for param in params
        ],
    }
    if not isinstance(panels[0], Sequence):
        rows = [[Column([panel for (column,) in rows for panel in column.panels])]]
    return {**spec, "usermeta": {PLACES: _places(rows, spec)}}


def _make_words_readable(panel: Spec, ink: Ink) -> None:
    """Give words in a penalty's colour the shade of it that can be read on the page."""
    for part in panel.get("layer", ()):
        _make_words_readable(part, ink)
    mark, shades = panel.get("mark", {}), {hue: readable(hue, ink) for hue in PENALTY_COLORS.values()}
    if not isinstance(mark, dict) or mark.get("type") != "text":
        return
    if isinstance(mark.get("color"), str) and mark["color"] in shades:
        mark["color"] = shades[mark["color"]]
    encoding = panel.get("encoding", {})
    if encoding.get("color", {}).get("field") == "penalty":
        by_label = {label: shades[hue] for label, hue in PENALTY_COLORS.items()}
        mark["color"] = {"expr": f"{json.dumps(by_label)}[datum.penalty]"}
        del encoding["color"]


def in_twos(panels: Sequence[Panel]) -> list[Row]:
    """Rows of two panels beside each other, for what a page shows further down."""
    return [[Column([panel]) for panel in panels[i : i + 2]] for i in range(0, len(panels), 2)]


def _places(rows: Sequence[Row], spec: Spec) -> list[list[dict[str, Any]]]:
    """For each column of each row how it is placed, the positions of its panels, and the tables they read."""
    counter = count()
    places: list[list[dict[str, Any]]] = []
    for row in rows:
        places.append([])
        for column in row:
            at = [next(counter) for _ in column.panels]
            mine = [spec["vconcat"][i] for i in at]
            params = _params_of(mine, spec["params"])
            drawn, asked = tables_in(mine), tables_asked([*mine, *(spec["params"][i] for i in params)])
            mine[0]["layer"] = [*mine[0]["layer"], *(_unseen(name) for name in sorted(asked - drawn))]
            placed = {"width": column.width, "has_axis": column.has_axis}
            places[-1].append({**placed, "panels": at, "params": params, "tables": sorted(drawn | asked)})
    return places


def _unseen(name: str) -> Spec:
    """A mark that nobody sees: a table that expressions alone ask for would not be there for them."""
    here = {"value": 0}
    return {
        "data": {"name": name},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": here, "y": here},
    }


def _params_of(panels: Sequence[Spec], params: Sequence[dict[str, Any]]) -> list[int]:
    """The positions of the params that panels go by: a slider stands under the charts that it moves alone."""
    words = set(re.findall(r"\w+", json.dumps(panels)))
    kept: set[int] = set()
    while found := {i for i, param in enumerate(params) if i not in kept and param["name"] in words}:
        kept |= found
        words |= set(re.findall(r"\w+", json.dumps([params[i] for i in found])))
    return sorted(kept)


def charts_of(spec: Spec) -> list[list[tuple[dict[str, Any], Spec]]]:
    """The rows of charts that a page has of a spec of `finish`: for each its place, and its own spec."""
    return [
        [
            (column, {**spec} | {part: [spec[part][i] for i in column[name]] for part, name in PARTS.items()})
            for column in row
        ]
        for row in spec["usermeta"][PLACES]
    ]


def tables_in(panels: Sequence[Any]) -> set[str]:
    """The names of the tables whose rows are drawn."""
    return set(re.findall(r'\{"name": "(\w+)"\}', json.dumps(panels)))


def tables_asked(parts: Sequence[Any]) -> set[str]:
    """The names of the tables that expressions read."""
    return set(re.findall(r"data\('(\w+)'\)", json.dumps(parts)))


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
    n: int, name: str, start: int | None = None, interval: int = PLAY_INTERVAL, param: str = "k"
) -> tuple[Params, Events]:
    """A slider over n positions, with a switch that plays them; it opens at `start`, else at the last.

    param: as it is called in expressions.
    """
    at = n - 1 if start is None else start
    playing = alt.param(name="playing", value=False, bind=alt.binding_checkbox(name="Play"))
    position = alt.param(name=param, value=at, bind=alt.binding_range(min=0, max=n - 1, step=1, name=name))
    tick = {"type": "timer", "throttle": interval}
    return [playing, position], {
        param: [{"events": tick, "update": f"playing ? ({param} + 1) % {n} : {param}"}]
    }


def chosen_slider(n: int, name: str) -> tuple[Params, Events]:
    """A slider that plays, opens at the table `chosen` and follows it when that changes.

    A slider cannot be bound to a table, so a slow timer looks where the panel stands.
    """
    params, events = playing_slider(n, name, start=0, interval=LAM_INTERVAL)
    events["panel"] = [{"events": {"type": "timer", "throttle": 150}, "update": AT_CHOSEN}]
    events["k"].append({"events": {"signal": "panel"}, "update": "panel"})
    return [alt.param(name="panel", value=-1), *params], events


def training_sliders(n_lams: int, n_snapshots: int, name: str = "Epoch") -> tuple[Params, Events]:
    """The slider k over λ, as `chosen_slider`; e over the snapshots, which opens at the last and plays.

    name: of what e counts. Of a single λ, k stays at 0 and has no slider.
    """
    (playing, e), ticks = playing_slider(n_snapshots, name, param="e")
    if n_lams == 1:
        return [alt.param(name="k", value=0), playing, e], ticks
    params, events = chosen_slider(n_lams, "λ")
    events["k"] = events["k"][1:]  # it is the epochs that play
    kept = [param for param in params if param.name != playing.name]
    return [*kept, playing, e], events | ticks


def layer(*charts: alt.Chart | Panel) -> Panel:
    """Marks on each other."""
    return Panel.of(*charts)


def readout(
    colors: Mapping[str, str], source: str = "readout", at: Sequence[str] = ("k",), remark: str = ""
) -> Panel:
    """The lines of a table at the row of the params: the first of the fields large, the others under it.

    colors: by field, in their order; source: the table, whose columns of the params' names say where a row
    is. remark: a field to be written smaller.
    """
    here = table(source).transform_filter(" && ".join(f"datum.{param} == {param}" for param in at))
    lines = []
    for i, (field, color) in enumerate(colors.items()):
        large, top = (18, 12 + 26 * i) if i else (28, 0)
        if field == remark:
            large = 15
        size = alt.expr(f"width < {SMALL} ? {round(0.75 * large)} : {large}")
        weight: Literal["normal", 600] = "normal" if field == remark else 600
        mark = here.mark_text(align="left", baseline="top", fontSize=size, fontWeight=weight, color=color)
        lines.append(mark.encode(text=alt.Text(f"{field}:N"), x=alt.value(0), y=alt.value(top)))
    return layer(*lines).properties(height=6 + 26 * len(lines))


def training_readout(ink: Ink, colors: Mapping[str, str] = MappingProxyType(LECTURED_COLORS)) -> Panel:
    """The readout of a training at λ and an epoch: both, then a line for each field of `colors`."""
    return readout({"title": ink.text, **colors}, at=("k", "e"))


def rest_readout(ink: Ink, penalties: Sequence[str] = tuple(LECTURED_COLORS)) -> Panel:
    """The readout over λ: λ, a line for each penalty, by label, and whether their networks are at rest."""
    colors = {label: PENALTY_COLORS[label] for label in penalties}
    return readout({"title": ink.text, **colors, "rest": ink.quiet}, remark="rest")


@dataclass(frozen=True)
class Room:
    """Room for the names of lines beside them. texts: the names; side: of the lines, on which they stand."""

    texts: tuple[str, ...]
    side: Side = "end"

    @property
    def pixels(self) -> str:
        """How wide it is, an expression."""
        small, large = (12 + round(LETTER * size * max(map(len, self.texts))) for size in NAME_SIZES)
        return f"(width < {NARROW} ? {small} : {large})"


def with_room(scale: alt.Scale, room: Room | None) -> alt.Scale:
    """An x scale that leaves room; before the lines it needs the ends of its domain, and grid lines go on."""
    if room is None:
        return scale
    found = scale.copy()
    if room.side == "end":
        found.rangeMax = alt.expr(f"width - {room.pixels}")
        return found
    low, high = scale.domain
    ratio = f"{room.pixels} / (width - 2 * {PADDING} - {room.pixels})"
    is_log = found.to_dict().get("type") == "log"
    first = f"{low} * pow({low / high}, {ratio})" if is_log else f"{low} - {high - low} * {ratio}"
    found.domain = [alt.expr(first), high]
    return found


def haloed(rows: alt.Chart, ink: Ink, **mark: Any) -> list[alt.Chart]:
    """Words as such a text mark over a halo of the page, on which lines do not cross them."""
    halo: dict[str, Any] = {"stroke": ink.page, "strokeWidth": 5, "strokeJoin": "round", "aria": False}
    return [rows.mark_text(**mark, **more) for more in (halo, {})]


def line_names(
    panel: str,
    x: alt.X,
    room: Room,
    ink: Ink,
    hues: Mapping[str, str] = MappingProxyType(PENALTY_COLORS),
    source: str = "line_names",
    keep: str = "",
) -> list[alt.Chart]:
    """The names of a panel's lines from a table of `line_ends`, each with a thread to its line.

    hues: the colours of the table's `hue`; words have the readable shade. keep: a filter for its rows.
    """
    rows = table(source).transform_filter(f"datum.panel == '{panel}'" + (f" && {keep}" if keep else ""))
    shades = {name: readable(hue, ink) for name, hue in hues.items()}
    color = alt.expr(f"{json.dumps(shades, ensure_ascii=False)}[datum.hue]")
    is_end = room.side == "end"
    edge = f"width - {room.pixels} +" if is_end else f"{room.pixels} -"
    along = x.copy()
    along.shorthand = "x:Q"
    thread = rows.mark_rule(strokeWidth=1.2, strokeDash=[1, 2], color=color).encode(
        x=along,
        x2=alt.value(alt.expr(f"{edge} 6")),
        y=alt.Y("at:Q", scale=None, title=None),
        y2=alt.Y2("y:Q"),
    )
    spanned = rows.mark_rule(opacity=0).encode(x=alt.value(0), y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
    at: dict[str, Any] = {
        "x": alt.value(alt.expr(f"{edge} 9")),
        "y": alt.Y("y:Q", scale=None, title=None),
        "text": "text:N",
    }
    align = "left" if is_end else "right"
    words = haloed(
        rows, ink, align=align, baseline="middle", fontSize=alt.expr(NAME_SIZE), fontWeight=600, color=color
    )
    return [spanned, thread, *(part.encode(**at) for part in words)]


def marked_axis(
    labels: Sequence[str], title: str, room: Room | None = None, field: str = "k", **axis: Any
) -> alt.X:
    """Positions along a grid that is near logarithmic after a 0; labelled at 0 and at the powers of ten.

    axis: further properties of Vega-Lite's axis.
    """
    marked = [k for k, label in enumerate(labels) if label.replace(",", "").strip("0.") in ("", "1")]
    names = " : ".join(f"datum.value == {k} ? '{labels[k]}'" for k in marked)
    return alt.X(
        f"{field}:Q",
        title=title,
        scale=with_room(alt.Scale(domain=[0, len(labels) - 1], nice=False, padding=PADDING), room),
        axis=alt.Axis(values=marked, labelExpr=f"{names} : ''", grid=False, **axis),
    )


def lam_axis(labels: Sequence[str], room: Room | None = None, **axis: Any) -> alt.X:
    """λ along the grid, with room for the names of lines; axis: as in `marked_axis`."""
    return marked_axis(labels, "λ", room, **axis)


def lam_rules(ink: Ink, x: alt.X) -> Panel:
    """Where λ stands: a line at the slider, a dashed one at the panel's choice."""
    chosen = table("chosen").mark_rule(color=ink.quiet, strokeDash=[4, 4]).encode(x=x)
    here = table("readout").transform_filter("datum.k == k")
    return layer(chosen, here.mark_rule(color=ink.text, strokeWidth=1.5).encode(x=x))


def power_of_ten(power: str, least: int, most: int) -> str:
    """An expression for 10 to a power as a person writes it, 10⁻³. power: an expression, within these."""
    names = [f"10{str(p).translate(SUPERSCRIPTS)}" for p in range(least, most + 1)]
    return f"{json.dumps(names, ensure_ascii=False)}[{power} + {-least}]"


def power_axis(**more: Any) -> alt.Axis:
    """Powers of ten written as such, 10⁻³, on a logarithmic axis; what lies between has no label."""
    power = "log(datum.value) / LN10"
    name = f"abs({power}) < 1e-6 ? '1' : {power_of_ten(f'round({power})', -16, 6)}"
    return alt.Axis(labelExpr=f"abs({power} - round({power})) < 1e-6 ? ({name}) : ''", **more)


def size_text(value: str) -> str:
    """An expression for a number to three digits, 0.0312; 3.1·10⁻⁵ where that is far from 1, and 3·10⁻¹¹."""
    power = f"floor(log(abs({value})) / LN10)"
    digits = f"abs({power}) < 10 ? '.1f' : '.0f'"
    far = f"format({value} / pow(10, {power}), {digits}) + '·' + {power_of_ten(power, -46, 40)}"
    near = f"{value} == 0 || (abs({value}) >= 0.01 && abs({value}) < 1000)"
    return f"{near} ? format({value}, '.3g') : {far}"


def percent_axis(field: str, upright: Upright) -> alt.Y:
    """A share as percent."""
    return alt.Y(f"{field}:Q", title=None, scale=upright.scale, axis=alt.Axis(format="%", tickCount=4))


def over_lam(source: str, panel: str, ink: Ink, x: alt.X, y: alt.Y, room: Room) -> Panel:
    """One line for each penalty over λ with its name, in `line_names` under `panel`, and the rules."""
    lines = table(source).mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=45))
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    return layer(lam_rules(ink, x), lines.encode(x=x, y=y, color=color), *line_names(panel, x, room, ink))


def square_scales(n_columns: int, n_rows: int, height: int) -> tuple[alt.Scale, alt.Scale]:
    """Scales across and down under which cells are squares, as large as the panel allows."""
    side = f"min(width / {n_columns}, {height / n_rows:g})"
    return (
        alt.Scale(domain=[0, n_columns], nice=False, range=[0, alt.expr(f"{n_columns} * {side}")]),
        alt.Scale(domain=[0, n_rows], nice=False, range=[0, alt.expr(f"{n_rows} * {side}")]),
    )


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


def named_rule(
    field: str, value: float, x: alt.X, name: str, align: Literal["left", "right"], ink: Ink
) -> list[alt.Chart]:
    """A dashed line across a panel at a value of a field, with its name over it, to one side."""
    at = alt.Chart(alt.Data(values=[{field: value}]))
    words = at.mark_text(align=align, baseline="bottom", fontSize=NAME_SIZES[1], color=ink.text)
    return [
        at.mark_rule(color=ink.text, strokeDash=[6, 4]).encode(x=x),
        words.encode(x=x, y=alt.value(-4), text=alt.value(name)),
    ]


def titled(title: str, key: Sequence[str], ink: Ink, above: int = TITLE_ABOVE) -> alt.TitleParams:
    """A title with what is to be said of the panel under it; above: pixels from there to the panel."""
    return alt.TitleParams(title, subtitle=list(key), subtitleColor=ink.quiet, offset=above)

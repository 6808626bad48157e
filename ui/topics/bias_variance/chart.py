"""Cost and the error's parts against λ and against the number of samples, and what λ is worth in samples."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt

from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    PADDING,
    Column,
    Room,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    layer,
    line_names,
    readout,
    table,
    titled,
    with_room,
)
from ui.pictures.panel import Panel
from ui.topics.bias_variance.tables import (
    COSTS,
    COSTS_BY_M,
    ERRORS,
    ERRORS_BY_M,
    KIND_TEXTS,
    PART_TEXTS,
    ROWS,
    WORTH,
)

ALL_SAMPLES, AT_LAM = "datum.is_all", "datum.k == k"  # which rows of the tables a panel shows
ROW_ROOM = Room(tuple(ROWS.values()), "start")
SHADES = {"noise": 0.14, "bias": 0.4, "both": 0.27}  # of the ink; the variance has the penalty's colour


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], sizes: tuple[int, ...], penalty: str, is_truth: bool, theme: str) -> Spec:
    """Cost and the error's parts against λ with all samples, against m at the slider's λ, and λ's worth in m.

    labels: the grid's; sizes: the numbers of samples; penalty: by its label; is_truth: noise and bias are
    known. Tables: readout, chosen, curves, parts, line_names, frame, worth, bridges.
    """
    ink, color = INKS[theme], PENALTY_COLORS[penalty]
    told = readout({"title": ink.text, "aside": color, "training": color, "error": ink.quiet})
    over_m = size_axis(sizes, part_room(is_truth))
    params, events = chosen_slider(len(labels), "λ")
    places = [
        [
            Column([errors_by_m(over_m, color, is_truth, ink), costs_by_m(over_m, color, is_truth, ink)]),
            Column([told, errors(labels, color, is_truth, ink)]),
        ],
        [Column([costs(labels, penalty, ink)]), Column([worth_panel(sizes, color, ink)])],
    ]
    return finish(places, theme, params=params, events=events)


def costs(labels: tuple[str, ...], penalty: str, ink: Ink) -> Panel:
    """Cost aside and in training against λ, with all samples."""
    x, color = lam_axis(labels, ROW_ROOM), PENALTY_COLORS[penalty]
    key = ["Mean of the sets, and lowest to highest", "Cost on a root scale"]
    return layer(
        lam_rules(ink, x),
        *lines(ALL_SAMPLES, x, color),
        *line_names("costs", x, ROW_ROOM, ink, {"cost": color}),
    ).properties(height=COSTS.height, title=titled(f"Cost against λ, {penalty}, all samples", key, ink))


def errors(labels: tuple[str, ...], color: str, is_truth: bool, ink: Ink) -> Panel:
    """The error's parts against λ, with all samples."""
    room = part_room(is_truth)
    x = lam_axis(labels, room)
    return layer(
        *stack(ALL_SAMPLES, x, color, ink),
        lam_rules(ink, x),
        *line_names("errors", x, room, ink, part_hues(color, ink)),
    ).properties(height=ERRORS.height, title="The error against λ, all samples")


def costs_by_m(x: alt.X, color: str, is_truth: bool, ink: Ink) -> Panel:
    """Cost aside and in training against m, at the slider's λ."""
    return layer(
        frame("cost"),
        *lines(AT_LAM, x, color),
        *line_names("costs_by_m", x, part_room(is_truth), ink, {"cost": color}, keep=AT_LAM),
    ).properties(height=COSTS_BY_M.height, title="Cost against m, at this λ, root scale")


def errors_by_m(x: alt.X, color: str, is_truth: bool, ink: Ink) -> Panel:
    """The error's parts against m, at the slider's λ."""
    return layer(
        frame("high"),
        *stack(AT_LAM, x, color, ink),
        *line_names("errors_by_m", x, part_room(is_truth), ink, part_hues(color, ink), keep=AT_LAM),
    ).properties(height=ERRORS_BY_M.height, title="The error against m, at this λ")


def part_room(is_truth: bool) -> Room:
    """Room for the names of the error's parts."""
    known = ("noise", "bias", "variance") if is_truth else ("both", "variance")
    return Room(tuple(PART_TEXTS[part] for part in known), "start")


def part_hues(color: str, ink: Ink) -> dict[str, str]:
    """The colours of the names of the error's parts."""
    return {"noise": ink.quiet, "bias": ink.text, "both": ink.quiet, "variance": color}


def size_axis(sizes: Sequence[int], room: Room) -> alt.X:
    """m on a logarithmic axis, marked at the numbers of samples that were trained."""
    ends = [sizes[0], sizes[-1]]
    return alt.X(
        "m:Q",
        title="training samples m",
        scale=with_room(alt.Scale(type="log", domain=ends, nice=False, padding=PADDING), room),
        axis=alt.Axis(values=list(sizes), grid=False, format=",d", labelOverlap=True),
    )


def cost_axis() -> alt.Y:
    """Cost from 0 on, with more room for the small ones: the gap is there."""
    return alt.Y("cost:Q", title=None, scale=COSTS.scale, axis=alt.Axis(tickCount=4))


def error_axis() -> alt.Y:
    """The upper end of a part, from 0 on."""
    return alt.Y("high:Q", title=None, scale=ERRORS.scale, axis=alt.Axis(tickCount=4))


def frame(field: str) -> alt.Chart:
    """Unseen points that hold the scales of a panel against m."""
    y = cost_axis() if field == "cost" else error_axis()
    return table("frame").mark_point(opacity=0).encode(x=alt.X("m:Q"), y=y)


def lines(keep: str, x: alt.X, color: str) -> list[alt.Chart]:
    """Cost aside and in training as lines within their bands, from the rows of `curves` that are kept."""
    y, base = cost_axis(), table("curves").transform_filter(keep)
    dash = alt.StrokeDash(
        "rows:N", scale=alt.Scale(domain=["aside", "training"], range=[[1, 0], [6, 4]]), legend=None
    )
    spread = base.mark_area(opacity=0.18, color=color).encode(
        x=x, y=alt.Y("cost_low:Q", title=None), y2=alt.Y2("cost_high:Q"), detail=alt.Detail("rows:N")
    )
    mean = base.mark_line(strokeWidth=3, color=color).encode(x=x, y=y, strokeDash=dash)
    points = base.transform_filter("datum.rows == 'aside'").mark_circle(size=45, color=color, opacity=1)
    return [spread, mean, points.encode(x=x, y=y)]


def stack(keep: str, x: alt.X, color: str, ink: Ink, source: str = "parts") -> list[alt.Chart]:
    """The parts of the error upon each other, from the rows of a table that are kept."""
    y, base = error_axis(), table(source).transform_filter(keep)

    def part(name: str, hue: str, opacity: float) -> alt.Chart:
        mine = base.transform_filter(f"datum.part == '{name}'")
        return mine.mark_area(color=hue, opacity=opacity).encode(x=x, y=y, y2=alt.Y2("low:Q"))

    top = base.transform_filter("datum.part == 'variance'")
    line = top.mark_line(strokeWidth=3, color=color, point=alt.OverlayMarkDef(size=45, color=color))
    return [
        *(part(name, ink.text, opacity) for name, opacity in SHADES.items()),
        part("variance", color, 0.55),
        line.encode(x=x, y=y),
    ]


def worth_panel(sizes: tuple[int, ...], color: str, ink: Ink) -> Panel:
    """Cost aside against m without a penalty and where it is lowest, with bridges to the same cost."""
    room, hues = Room(tuple(KIND_TEXTS.values()), "start"), {"zero": ink.quiet, "lowest": color}
    x = size_axis(sizes, room)
    y = alt.Y("cost:Q", title=None, scale=WORTH.scale, axis=alt.Axis(tickCount=4))

    def curve(kind: str, hue: str) -> list[alt.Chart]:
        base = table("worth").transform_filter(f"datum.kind == '{kind}'")
        spread = base.mark_area(opacity=0.18, color=hue).encode(x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
        line = base.mark_line(strokeWidth=3, color=hue, point=alt.OverlayMarkDef(size=60, color=hue))
        return [spread, line.encode(x=x, y=y)]

    across = table("bridges").encode(x=x, y=y)
    bridge = across.mark_rule(color=ink.text, strokeDash=[2, 3], strokeWidth=2).encode(x2=alt.X2("needed:Q"))
    end = across.mark_point(shape="diamond", filled=True, size=110, color=ink.text, opacity=1)
    key = ["Diamond: as good, with more samples"]
    return layer(
        *(part for kind, hue in hues.items() for part in curve(kind, hue)),
        bridge,
        end.encode(x=alt.X("needed:Q")),
        *line_names("worth", x, room, ink, hues),
    ).properties(height=WORTH.height, title=titled("Cost aside: more data, or more λ", key, ink))

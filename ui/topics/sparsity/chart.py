"""Zeros against λ, the weights at λ as a matrix or as images, the path of each weight, and bytes."""

from functools import lru_cache
from typing import Any

import altair as alt

from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.pictures.chart import (
    PENALTY_SCALE,
    Column,
    Room,
    Spec,
    chosen_slider,
    finish,
    haloed,
    input_axis,
    lam_axis,
    lam_rules,
    layer,
    line_names,
    over_lam,
    percent_axis,
    rest_readout,
    square_scales,
    table,
    titled,
    weight_cells,
    with_names,
)
from ui.pictures.ends import line_name
from ui.pictures.panel import Panel
from ui.topics.sparsity.tables import BYTES, COMPARED, DENSE, FORMS, NEEDLE_KINDS, NEEDLES, ZEROS

PATH_HEIGHT = 64
DASHES = [[1, 0], [6, 5]]  # of two kinds of lines
NOWHERE = {"row": -1, "column": -1}
POINTED = "datum && isDefined(datum.column_end) ? {row: datum.row, column: datum.column} : pointed"
IS_POINTED = (
    "pointed.row < 0 ? datum.is_strongest : datum.row == pointed.row && datum.column == pointed.column"
)
# The bar has this axis at the foot of the window; by its words a hand that drags the rule is understood.
UNSEEN: dict[str, Any] = {"labelOpacity": 0, "titleOpacity": 0, "labelPadding": -20, "titlePadding": -20}
PACKED = tuple(form for form in FORMS if form != DENSE)


def chart(
    labels: tuple[str, ...],
    n_rows: int,
    n_columns: int,
    inputs: tuple[str, ...],
    penalties: tuple[str, ...],
    has_needles: bool,
    has_optimum: bool,
    theme: str,
) -> Spec:
    """Zeros against λ, the weights at λ as a matrix or as images, the path of each weight, and bytes.

    inputs: names for the columns of a matrix, () for images. penalties: by their labels. Tables: readout,
    chosen, marks, shares, weights, units, paths, frame, bytes, line_names and, where it has them, needles and
    optimum.
    """
    spec = _chart(labels, n_rows, n_columns, len(inputs), penalties, has_needles, has_optimum, theme)
    return with_names(spec, inputs)


@lru_cache(maxsize=64)
def _chart(
    labels: tuple[str, ...],
    n_rows: int,
    n_columns: int,
    n_names: int,
    penalties: tuple[str, ...],
    has_needles: bool,
    has_optimum: bool,
    theme: str,
) -> Spec:
    """The chart before it has names: these may be a person's own, and are not kept for others."""
    ink, x = INKS[theme], lam_axis(labels)
    axes = [None] * (len(penalties) - 1) + [input_axis(n_names) if n_names else None]
    matrices = [
        weight_matrix(penalty, n_rows, n_columns, axis, not n_names, ink)
        for penalty, axis in zip(penalties, axes, strict=True)
    ]
    zeros = zero_panel(labels, penalties, ink, has_optimum)
    sizes = [needle_panel, byte_panel] if has_needles else [byte_panel]
    path = pointed_path(labels, ink)
    rows = [
        [Column([path, *matrices], 1.5), Column([rest_readout(ink, penalties), zeros])],
        [Column([weight_paths(penalty, ink, x)]) for penalty in penalties],
        [Column([panel(labels, penalties, ink)]) for panel in sizes],
    ]
    params, events = chosen_slider(len(labels), "λ")
    pointed = alt.param(name="pointed", value=NOWHERE)
    events[pointed.name] = [{"events": "rect:pointerover, rect:click", "update": POINTED}]
    return finish(rows, theme, ("color", "x", "y", "opacity", "strokeDash"), [*params, pointed], events)


def zero_panel(labels: tuple[str, ...], penalties: tuple[str, ...], ink: Ink, has_optimum: bool) -> Panel:
    """Share of exact zeros against λ, with L1's λₘₐₓ, and the others' partners where they have moved.

    has_optimum: rings stand for the share that the exact optimum has.
    """
    color, room = PENALTY_COLORS[COMPARED], Room(penalties)
    x = lam_axis(labels, room)
    marks = table("marks")
    limit = marks.mark_rule(color=color, strokeDash=[2, 3], strokeWidth=2).encode(x=x)
    name = haloed(marks, ink, align="right", dx=-6, fontSize=16, color=color)
    names = [part.encode(x=x, y=alt.value(ZEROS.height - 15), text=alt.Text("label:N")) for part in name]
    others = [partner_rule(label) for label in penalties if label != COMPARED]
    y = percent_axis("share", ZEROS)
    lines = over_lam("shares", "shares", ink, x, y, room)
    rings = table("optimum").mark_point(filled=False, size=130, strokeWidth=2)
    rings = rings.encode(x=x, y=y, color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None))
    optimum, key = ([rings], ["Ring: the exact optimum"]) if has_optimum else ([], [])
    return layer(limit, *others, lines, *optimum, *names).properties(
        height=ZEROS.height, title=titled("Share of weights exactly zero", key, ink)
    )


def partner_rule(penalty: str) -> alt.Chart:
    """The λ at which a penalty is shown beside L1, where that is not L1's own."""
    moved = table("readout").transform_filter(f"datum.k == k && datum['at_{penalty}'] != datum.k")
    return moved.mark_rule(color=PENALTY_COLORS[penalty], strokeWidth=2).encode(x=alt.X(f"at_{penalty}:Q"))


def needle_panel(labels: tuple[str, ...], penalties: tuple[str, ...], ink: Ink) -> Panel:
    """How many of the columns in use are informative, and how many are not."""
    y = alt.Y("n:Q", title=None, scale=NEEDLES.scale, axis=alt.Axis(tickCount=5, format="d", tickMinStep=1))
    room = kinds_room(penalties, NEEDLE_KINDS)
    x = lam_axis(labels, room)
    lines = two_kinds(table("needles"), "kind", NEEDLE_KINDS).encode(x=x, y=y)
    return layer(lam_rules(ink, x), lines, *line_names("needles", x, room, ink)).properties(
        height=NEEDLES.height, title="Columns used: found and false ones"
    )


def byte_panel(labels: tuple[str, ...], penalties: tuple[str, ...], ink: Ink) -> Panel:
    """Bytes of the model against λ: dense, as index and value of what is not zero, and deflated."""
    y = alt.Y("bytes:Q", title=None, scale=BYTES.scale, axis=alt.Axis(tickCount=4, format="~s"))
    room, rows = kinds_room(penalties, PACKED), table("bytes")
    x = lam_axis(labels, room)
    dense = rows.transform_filter(f"datum.form == '{DENSE}'").mark_line(color=ink.quiet, strokeWidth=2)
    packed = two_kinds(rows.transform_filter(f"datum.form != '{DENSE}'"), "form", PACKED)
    return layer(
        lam_rules(ink, x),
        dense.encode(x=x, y=y),
        packed.encode(x=x, y=y),
        *line_names("bytes", x, room, ink, {**PENALTY_COLORS, DENSE: ink.quiet}),
    ).properties(
        height=BYTES.height,
        title=titled("Bytes of the model", ["Sparse: index and value of what is not zero"], ink),
    )


def kinds_room(penalties: tuple[str, ...], kinds: tuple[str, ...]) -> Room:
    """Room for the names of a line for each penalty and kind."""
    return Room(tuple(line_name(penalty, kind) for penalty in penalties for kind in kinds), "start")


def two_kinds(rows: alt.Chart, field: str, kinds: tuple[str, ...]) -> alt.Chart:
    """A line for each penalty and kind, which the field tells."""
    dash = alt.Scale(domain=list(kinds), range=DASHES)
    return rows.mark_line(strokeWidth=3).encode(
        color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
        strokeDash=alt.StrokeDash(f"{field}:N", scale=dash, legend=None),
    )


def weight_paths(penalty: str, ink: Ink, x: alt.X) -> Panel:
    """A line over λ for each path: one mark for all, which is much faster, broken where the next begins."""
    y = alt.Y(f"{penalty}:Q", title=None, axis=alt.Axis(tickCount=5))
    lines = table("paths").mark_line(color=PENALTY_COLORS[penalty], opacity=0.7, strokeWidth=1.5, order=False)
    frame = table("frame").mark_point(opacity=0).encode(x=alt.value(0), y=alt.Y("w:Q"))
    return layer(lam_rules(ink, x), frame, lines.encode(x=x, y=y)).properties(
        height=200, title=f"{penalty}: each weight over λ"
    )


def weight_matrix(
    penalty: str, n_rows: int, n_columns: int, axis: alt.Axis | None, is_image: bool, ink: Ink
) -> Panel:
    """The weights at k as cells: hue by sign, strength by size; an exact zero is an empty cell."""
    rows = table("weights").transform_filter(f"datum.penalty == '{penalty}'")
    height = max(44, (11 if is_image else 16) * n_rows)
    across = alt.Scale(domain=[0, n_columns], nice=False)
    down = alt.Scale(domain=[0, n_rows], nice=False, reverse=True)
    if is_image:
        across, down = square_scales(n_columns, n_rows, height)
    x = alt.X("column:Q", title=None, axis=axis, scale=across)
    y = alt.Y("row:Q", axis=None, scale=down)
    cells = [
        cell.encode(x=x, y=y, x2=alt.X2("column_end:Q"), y2=alt.Y2("row_end:Q"))
        for cell in weight_cells(rows, "datum['v' + k]", {"unit": "unit", "input": "input"}, ink)
    ]
    outlined = rows.transform_filter(IS_POINTED).mark_rect(
        fill=None, stroke=ink.text, strokeWidth=2, tooltip=None, aria=False
    )
    around = outlined.encode(x=x, y=y, x2=alt.X2("column_end:Q"), y2=alt.Y2("row_end:Q"))
    return layer(*cells, around, unit_names(is_image, ink)).properties(
        height=height, title=f"{penalty}: the weights"
    )


def pointed_path(labels: tuple[str, ...], ink: Ink) -> Panel:
    """A line over λ for each penalty: the weight whose cell is pointed at, until then the strongest one."""
    x, y = lam_axis(labels, **UNSEEN), alt.Y("w:Q", title=None, axis=alt.Axis(tickCount=3))
    rows = table("weights").transform_filter(IS_POINTED)
    over = rows.transform_fold([f"v{k}" for k in range(len(labels))], as_=["at", "w"])
    line = over.transform_calculate(k="toNumber(slice(datum.at, 1))").mark_line(strokeWidth=3)
    here = rows.transform_calculate(w="datum['v' + k]", k="k").mark_circle(size=80, opacity=1)
    hue = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    one = rows.transform_filter(f"datum.penalty == '{COMPARED}'")
    high, low = 12, PATH_HEIGHT - 12  # the path ends at 0: its name stands on the other side
    one = one.transform_calculate(name="datum.unit + ' ← ' + datum.input", y=f"datum.v0 < 0 ? {low} : {high}")
    named = haloed(one, ink, align="right", baseline="middle", fontSize=16, color=ink.text)
    corner: dict[str, Any] = {
        "x": alt.value(alt.expr("width - 8")),
        "y": alt.Y("y:Q", scale=None, title=None),
        "text": alt.Text("name:N"),
    }
    return layer(
        lam_rules(ink, x),
        *(mark.encode(x=x, y=y, color=hue) for mark in (line, here)),
        *(part.encode(**corner) for part in named),
    ).properties(height=PATH_HEIGHT, title="One weight over λ: point at its cell")


def unit_names(is_image: bool, ink: Ink) -> alt.Chart:
    """The name of each unit: above its image, or to the left of its row."""
    names = table("units").encode(y=alt.Y("row:Q", axis=None), text=alt.Text("unit:N"))
    if is_image:
        mark = names.mark_text(align="left", baseline="bottom", dy=-2, fontSize=16, color=ink.quiet)
        return mark.encode(x=alt.X("column:Q"))
    mark = names.mark_text(align="right", dx=-8, fontSize=14, color=ink.quiet)
    return mark.encode(x=alt.value(0))

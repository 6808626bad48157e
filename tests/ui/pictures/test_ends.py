"""The names of lines: beside an end of each, none on another, where Vega really draws the line."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app import context_at, settled_picture
from ui.base.theme import INKS, LECTURED_COLORS, PENALTY_COLORS, readable
from ui.pictures import export
from ui.pictures.chart import NAME_SIZES, Room, Spec, finish, layer, line_names, table, with_room
from ui.pictures.ends import NAME_GAP, Upright, apart, line_ends, named, penalty_ends
from ui.pictures.picture import Picture
from ui.topics import TOPICS
from ui.topics.hidden_units.directions import directions_picture
from ui.topics.topic import Context

SVG = "{http://www.w3.org/2000/svg}"
HEIGHT = 200
SMALL = {"hidden": (4,), "epochs": 50, "n_samples": 50, "lam": 10.0}
SOON = {"solver_steps": 300, "variance_seeds": 3}
LABELS = tuple(LECTURED_COLORS)
heights = st.lists(st.floats(-50, HEIGHT + 50), min_size=1, max_size=9)


# Where names stand.


@given(heights)
def test_names_stand_apart_in_the_order_of_their_lines_and_inside_the_panel(at):
    at = np.array(at)
    placed = apart(at, HEIGHT)
    in_order = placed[np.argsort(at.round(1), kind="stable")]
    assert (np.diff(in_order) >= NAME_GAP - 1e-9).all()
    assert in_order[0] >= -1e-9
    assert in_order[-1] <= HEIGHT + 1e-9
    assert apart(placed, HEIGHT) == pytest.approx(placed), "what stands apart stays"


@given(heights, st.lists(st.floats(0, 60), min_size=9, max_size=9))
def test_no_other_places_are_nearer(at, steps):
    at = np.sort(np.array(at).round(1))
    gaps = np.maximum(np.array(steps[1 : at.size]), NAME_GAP)
    others = steps[0] + np.concatenate([[0], np.cumsum(gaps)])
    if others[-1] <= HEIGHT:
        assert np.square(apart(at, HEIGHT) - at).sum() <= np.square(others - at).sum() + 1e-6


def test_names_for_which_there_is_no_room_stand_as_far_apart_as_there_is():
    placed = apart(np.full(30, 50.0), HEIGHT)
    assert placed == pytest.approx(np.linspace(0, HEIGHT, 30))
    assert apart(np.array([]), HEIGHT).size == 0


def rows_of(**lines: list[float]) -> pd.DataFrame:
    """k, text, hue, v: lines by their names."""
    frames = [
        pd.DataFrame({"k": range(len(values)), "text": text, "hue": text, "v": values})
        for text, values in lines.items()
    ]
    return pd.concat(frames, ignore_index=True)


def test_each_line_has_one_name_beside_its_last_point_or_its_first():
    rows = rows_of(a=[0.0, 4.0, np.nan], b=[np.nan, 2.0, 3.0], c=[np.nan] * 3)
    last = line_ends("p", rows, "k", "v", Upright(100, domain=(0, 10))).set_index("text")
    assert dict(last["x"]) == {"a": 1.0, "b": 2.0}, "of what is nowhere there is no name"
    assert dict(last["at"]) == {"a": 60.0, "b": 70.0}
    assert last.y.b - last.y.a == pytest.approx(NAME_GAP)
    assert (last.y.a + last.y.b) / 2 == pytest.approx(65)
    first = line_ends("p", rows, "k", "v", Upright(100, domain=(0, 10)), "start").set_index("text")
    assert dict(first["x"]) == {"a": 0.0, "b": 1.0}
    columns = ["panel", "x", "at", "y", "hue", "text", "low", "high"]
    assert list(line_ends("p", rows.iloc[:0], "k", "v", Upright(100))) == columns


def test_lines_of_one_colour_are_told_by_both_words():
    rows = pd.DataFrame({"k": [0, 0], "penalty": LABELS[:2], "rows": "aside", "v": [1.0, 2.0]})
    found = line_ends("p", named(rows, rows.rows.map({"aside": "new rows"})), "k", "v", Upright(100))
    assert found.text.tolist() == [f"{label}, new rows" for label in LABELS[:2]]
    assert found.hue.tolist() == list(LABELS[:2])
    assert penalty_ends("p", rows, "v", Upright(100)).text.tolist() == list(LABELS[:2])


@pytest.mark.parametrize(
    ("upright", "values", "span"),
    [
        (Upright(100, domain=(0, 1)), [5.0], (0, 1)),
        (Upright(100), [1.0, 2.0], (0.96, 2.04)),
        (Upright(100, has_zero=True), [1.0, 2.0], (0, 2.08)),
        (Upright(100, "sqrt"), [0.0, 4.0], (0, 2.08**2)),
        (Upright(100, "log"), [0.02, 30.0], (0.01, 100)),
        (Upright(100, "log"), [1.0, 1.0], (1, 10)),
        (Upright(100), [], (0, 1)),
        (Upright(100), [np.nan, np.inf, 3.0], (3, 3)),
    ],
)
def test_an_axis_spans_what_is_drawn(upright, values, span):
    assert upright.span(np.array(values)) == pytest.approx(span)


# What Vega draws.


def drawn(upright: Upright, room: Room, width: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, Any]:
    """Lines, threads and names as they are drawn: (name, first point, last point) each, in pixels."""
    lines = rows_of(a=[0.5, 4.0, 3.9, 9.0], b=[2.0, 3.5, 4.0, 8.9])
    ends = line_ends("p", lines, "k", "v", upright, room.side)
    scale = with_room(alt.Scale(domain=[0, 3], nice=False, padding=8), room)
    x, y = alt.X("k:Q", scale=scale), alt.Y("v:Q", scale=upright.scale)
    hues = {"a": "#e66100", "b": "#2f81d6"}
    line = table("lines").mark_line().encode(x=x, y=y, detail="text:N")
    panel = layer(line, *line_names("p", x, room, INKS["light"], hues)).properties(height=upright.height)
    monkeypatch.setattr(export, "WIDTH", width + 2 * export.PADDING + export.Y_AXIS_WIDTH + export.LAST_LABEL)
    picture = Picture("p", finish([panel], "light"), {"lines": lines, "line_names": ends})
    root = ET.fromstring(export.svg(picture))
    paths = [numbers(path.get("d")) for path in marks(root, "line", "path")]
    threads = [
        (*numbers(line.get("transform")), *numbers(f"{line.get('x2')} {line.get('y2')}"))
        for line in marks(root, "rule", "line")
        if line.get("stroke-dasharray")
    ]
    words = [
        (text.text, *numbers(text.get("transform")), text.get("fill"))
        for text in marks(root, "text", "text")
        if not text.get("stroke")  # which its halo has
    ]
    return paths, threads, words


def marks(root: ET.Element, kind: str, tag: str) -> Iterator[ET.Element]:
    """The elements of the marks of a kind."""
    for group in root.iter(f"{SVG}g"):
        if f"mark-{kind} role-mark" in group.get("class", ""):
            yield from group.iter(f"{SVG}{tag}")


def numbers(text: str | None) -> list[float]:
    return [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text or "")]


@pytest.mark.parametrize("width", [290, 900])
@pytest.mark.parametrize("side", ["start", "end"])
@pytest.mark.parametrize(
    "upright",
    [
        Upright(HEIGHT),
        Upright(HEIGHT, has_zero=True),
        Upright(HEIGHT, "sqrt"),
        Upright(HEIGHT, "log"),
        Upright(HEIGHT, domain=(0, 10)),
    ],
    ids=lambda upright: f"{upright.kind}-{upright.has_zero}-{upright.domain}",
)
def test_a_thread_leads_from_where_a_line_is_drawn_to_its_name(upright, side, width, monkeypatch):
    room = Room(("a", "b, with a long name"), side)
    paths, threads, words = drawn(upright, room, width, monkeypatch)
    assert len(paths) == len(threads) == len(words) == 2
    for path, (x, y, dx, dy) in zip(paths, threads, strict=True):
        end = path[:2] if side == "start" else path[-2:]
        assert (x, y) == pytest.approx(end, abs=0.02)
        (name,) = [one for one in words if 2.9 < one[2] - (y + dy) < 5.1]  # where its letters stand
        beyond = 1 if side == "end" else -1
        assert 2 <= beyond * (name[1] - (x + dx)) <= 4, "beside the thread"
        assert beyond * dx > 0, "outside of the lines"
    (_, x_name, *_), line = words[0], paths[0]
    free = width - x_name if side == "end" else x_name
    assert free >= len(room.texts[1]) * NAME_SIZES[0] * 0.45, "and has its room"
    assert line[-2] - line[0] > width / 3, "which leaves room for the lines"
    assert {fill for *_, fill in words} == {readable(hue, INKS["light"]) for hue in ("#e66100", "#2f81d6")}, (
        "each in the shade of its line that can be read"
    )


@pytest.mark.parametrize("room", [Room(("a",), "start"), Room(("a",), "end")])
def test_a_logarithmic_axis_leaves_room_too(room):
    scale = with_room(alt.Scale(type="log", domain=[10, 1000], nice=False, padding=8), room).to_dict()
    width = 290  # at which the expressions are looked at
    pixels = next(int(n) for n in re.findall(r"\? (\d+)", room.pixels))
    if room.side == "end":
        assert scale["rangeMax"] == {"expr": f"width - {room.pixels}"}
        return
    found = re.fullmatch(r"10 \* pow\(0\.01, (.*)\)", scale["domain"][0]["expr"])
    assert found
    low = 10 * 0.01 ** (pixels / (width - 16 - pixels))
    inner = width - 16
    assert inner * np.log(10 / low) / np.log(1000 / low) == pytest.approx(pixels)
    assert with_room(alt.Scale(domain=[0, 1]), None).to_dict() == {"domain": [0, 1]}


# What the pages show.


def contexts() -> Iterator[tuple[str, Context]]:
    """Measured and drawn data, with and without hidden layers."""
    for dataset, hidden in (("moons", (4,)), ("wine", (4, 3)), ("breast_cancer", ()), ("needles", ())):
        yield (
            f"{dataset}-{hidden}",
            context_at(**{**SMALL, "dataset": dataset, "hidden": hidden}, choices=SOON),
        )


def pictures_with_ends() -> Iterator[tuple[str, Picture]]:
    """Every picture whose lines have names."""
    for where, context in contexts():
        for topic in TOPICS:
            if not topic.lacks_hidden(context):
                picture = settled_picture(topic, context)
                if "line_names" in picture.tables:
                    yield f"{topic.key}-{where}", picture
        if context.settings.hidden:
            yield f"directions-{where}", directions_picture(context)


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return dict(pictures_with_ends())


def panels_with_names(spec: Spec) -> Iterator[tuple[Spec, Spec]]:
    """Each panel with names, and the mark of these."""
    for panel in spec["vconcat"]:
        for part in parts_of(panel):
            color = part["mark"].get("color") if isinstance(part.get("mark"), dict) else None
            if isinstance(color, dict) and "datum.hue" in color["expr"] and part["mark"]["type"] == "text":
                yield panel, part


def parts_of(panel: Spec) -> Iterator[Spec]:
    """The marks of a panel, however deep they are."""
    if "layer" not in panel:
        yield panel
    for part in panel.get("layer", ()):
        yield from parts_of(part)


def groups(picture: Picture) -> Iterator[tuple[object, pd.DataFrame]]:
    """The names that stand in one panel at one time."""
    for source in ("line_names", "adam_names"):
        if source in picture.tables:
            ends = picture.tables[source]
            by = [column for column in ("panel", "k", "j") if column in ends]
            yield from ends.groupby(by)


@pytest.mark.usefixtures("two_folds")
def test_no_name_stands_on_another_or_outside_and_none_is_there_twice(pictures):
    assert len(pictures) >= 20
    for where, picture in pictures.items():
        heights = {
            re.search(r"datum\.panel == '(\w+)'", json.dumps(part))[1]: panel["height"]
            for panel, part in panels_with_names(picture.spec)
        }
        for at, ends in groups(picture):
            assert ends.text.is_unique, (where, at)
            assert ends.text.str.len().gt(0).all()
            for one, other in combinations(ends.y, 2):
                assert abs(one - other) >= NAME_GAP - 1e-3 >= max(NAME_SIZES), (where, at)
            assert ends.y.between(0, heights[ends.panel.iloc[0]]).all(), (where, at)
        named_panels = {panel for _, ends in groups(picture) for panel in ends.panel}
        assert named_panels <= heights.keys(), where


@pytest.mark.usefixtures("two_folds")
def test_each_name_has_the_readable_shade_of_its_line(pictures):
    ink = INKS["light"]
    for where, picture in pictures.items():
        shades_of = {}
        for _, part in panels_with_names(picture.spec):
            panel = re.search(r"datum\.panel == '(\w+)'", json.dumps(part))[1]
            shades_of[panel] = json.loads(re.match(r"\{.*?\}", part["mark"]["color"]["expr"])[0])
        for at, ends in groups(picture):
            shades = shades_of[ends.panel.iloc[0]]
            for hue in ends.hue:
                assert hue in shades, (where, at)
                if hue in PENALTY_COLORS:
                    assert shades[hue] == readable(PENALTY_COLORS[hue], ink), (where, at)
                else:
                    hues = {*PENALTY_COLORS.values(), ink.text, ink.quiet}
                    assert shades[hue] in {readable(one, ink) for one in hues}, (where, at)


@pytest.mark.usefixtures("two_folds")
def test_every_line_of_a_panel_is_named(pictures):
    both = [f"{label}, {word}" for label in LABELS for word in ("found", "false")]
    expected = {
        ("sparsity", "shares"): LABELS,
        ("sparsity", "needles"): both,
        ("sparsity", "bytes"): [
            "dense",
            *(f"{p}, {form}" for p in LABELS for form in ("sparse", "deflated")),
        ],
        ("hidden_units", "alive"): LABELS,
        ("directions", "rank"): LABELS,
        ("linearity", "share"): LABELS,
        ("overview", "costs"): [
            f"{p}, {rows}" for p in LABELS for rows in ("validated", "training", "new rows")
        ],
        ("choosing", "costs"): ["validated", "training", "new rows"],
        ("bias_variance", "costs"): ["aside", "training"],
        ("bias_variance", "errors"): ["noise", "bias²", "variance"],
        ("bias_variance", "worth"): ["λ = 0", "best λ"],
        ("weight_decay", "sizes"): ["shrink", "gradient", "together"],
    }
    for (key, panel), texts in expected.items():
        where = "needles-()" if key in ("sparsity", "choosing") else "moons-(4,)"
        for at, ends in groups(pictures[f"{key}-{where}"]):
            if ends.panel.iloc[0] == panel and at[-1] not in (0, -1):
                assert sorted(ends.text) == sorted(texts), (key, panel, at)


@pytest.mark.usefixtures("two_folds")
def test_no_key_has_to_be_decoded(pictures):
    for where, picture in pictures.items():
        said = json.dumps([panel.get("title") for panel in picture.spec["vconcat"]], ensure_ascii=False)
        assert not re.search(r"Solid|Dashed|Dotted|[Gg]rey: [^a]", said), where
        marks = [part for panel in picture.spec["vconcat"] for part in parts_of(panel)]
        assert '"legend": {' not in json.dumps(marks), where

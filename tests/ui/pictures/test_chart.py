"""The chart kit: charts of their own on a page, what each goes by, and words that can be read."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd
import pytest

from tests.ui.pictures.images import rgb
from ui.base.theme import HUES, INKS, LECTURED_COLORS, PENALTY_COLORS, contrast, readable
from ui.pictures import export
from ui.pictures.chart import (
    NAMES,
    PENALTY_SCALE,
    Column,
    Spec,
    charts_of,
    chosen_slider,
    finish,
    in_twos,
    layer,
    named_rule,
    playing_slider,
    power_axis,
    readout,
    rest_readout,
    size_text,
    table,
    tables_asked,
    tables_in,
    training_readout,
    training_sliders,
    with_names,
)
from ui.pictures.picture import Picture

LEAST_CONTRAST = 4.5  # WCAG 2.1, level AA


def panel(name: str, *filters: str) -> alt.LayerChart:
    """A panel with that title on a table of that name, by these expressions."""
    rows = table(name)
    for one in filters:
        rows = rows.transform_filter(one)
    return layer(rows.mark_line().encode(x="x:Q", y="v:Q")).properties(title=name)


def titles(spec: Spec) -> list[str]:
    """What stands over the panels."""
    return [one["title"] for one in spec["vconcat"]]


def names(spec: Spec) -> list[str]:
    """The names of the params."""
    return [param["name"] for param in spec["params"]]


def charts(spec: Spec) -> list[Spec]:
    """The charts that a page has, one after the other."""
    return [one for row in charts_of(spec) for _, one in row]


def words_in(part: Any) -> Iterator[Spec]:
    """The text marks of a spec with what they encode, however deep they are."""
    for one in part.get("vconcat", []) + part.get("layer", []):
        yield from words_in(one)
    mark = part.get("mark")
    if isinstance(mark, dict) and mark["type"] == "text":
        yield part


# Columns.


def test_a_page_has_a_chart_for_each_column_and_a_file_has_all_panels_under_each_other(theme):
    rows = [
        [Column([panel("a"), panel("b")], 1.4, has_axis=False), Column([panel("c")])],
        [Column([panel("d")])],
    ]
    spec = finish(rows, theme)
    assert titles(spec) == ["a", "b", "c", "d"]
    found = charts_of(spec)
    assert [[titles(one) for _, one in row] for row in found] == [[["a", "b"], ["c"]], [["d"]]]
    places = [[(place["width"], place["has_axis"]) for place, _ in row] for row in found]
    assert places == [[(1.4, False), (1.0, True)], [(1.0, True)]]
    assert [[place["tables"] for place, _ in row] for row in found] == [[["a", "b"], ["c"]], [["d"]]]
    for one in charts(spec):
        assert {name: one[name] for name in ("$schema", "config", "resolve")} == {
            name: spec[name] for name in ("$schema", "config", "resolve")
        }
    assert json.loads(json.dumps(spec)) == spec, "it travels as JSON"


def test_panels_without_columns_are_one_chart(theme):
    spec = finish([panel("a"), panel("b")], theme, ("x", "opacity"))
    ((one,),) = charts_of(spec)
    assert titles(one[1]) == titles(spec) == ["a", "b"]
    assert (one[0]["width"], one[0]["has_axis"]) == (1.0, True)
    assert spec["resolve"] == {"scale": {"x": "independent", "opacity": "independent"}}


@pytest.mark.parametrize(("n", "lengths"), [(0, []), (1, [1]), (2, [2]), (5, [2, 2, 1])])
def test_what_stands_further_down_stands_in_twos(n, lengths):
    panels = [panel(f"p{i}") for i in range(n)]
    rows = in_twos(panels)
    assert [len(row) for row in rows] == lengths
    assert [one for row in rows for column in row for one in column.panels] == panels


# Params.


def test_a_chart_has_the_params_that_it_goes_by_alone():
    params, events = chosen_slider(5, "λ")
    params = [*params, alt.param(name="dial", value=0), alt.param(name="width_of_all", expr="2 * dial")]
    row = [
        Column([panel("a", "datum.k == k")]),
        Column([panel("b", "datum.kick > 1 && datum.dials < 2")]),
        Column([panel("c", "datum.v < dial")]),
        Column([panel("d", "datum.v < width_of_all")]),
    ]
    spec = finish([row], "light", params=params, events=events)
    assert names(spec) == ["panel", "playing", "k", "dial", "width_of_all"]
    found = [names(one) for one in charts(spec)]
    assert found[0] == ["panel", "playing", "k"], "those that move it too"
    assert found[1] == [], "a word that begins alike is another"
    assert found[2:] == [["dial"], ["dial", "width_of_all"]]


def test_a_param_has_the_events_that_change_it_and_others_have_none():
    params, events = playing_slider(4, "Epoch", start=1, interval=50, param="e")
    spec = finish([panel("a", "datum.k == e")], "light", params=params, events=events)
    playing, e = spec["params"]
    assert (playing["name"], playing["bind"], "on" in playing) == (
        "playing",
        {"input": "checkbox", "name": "Play"},
        False,
    )
    assert e["on"] == events["e"]
    assert e["value"] == 1
    assert e["bind"] == {"input": "range", "min": 0, "max": 3, "step": 1, "name": "Epoch"}
    (tick,) = e["on"]
    assert tick["events"] == {"type": "timer", "throttle": 50}
    assert tick["update"] == "playing ? (e + 1) % 4 : e"


def test_the_slider_over_lam_follows_the_chosen_lam_and_plays():
    params, events = chosen_slider(7, "λ")
    spec = finish([panel("a", "datum.k == k")], "light", params=params, events=events)
    by_name = {param["name"]: param for param in spec["params"]}
    assert {"events": {"signal": "panel"}, "update": "panel"} in by_name["k"]["on"]
    assert any(one["update"] == "playing ? (k + 1) % 7 : k" for one in by_name["k"]["on"])
    assert tables_asked([by_name["panel"]]) == {"chosen"}
    assert "chosen" in tables_in(spec["vconcat"]), "or nothing would be there for it"


def test_of_a_training_the_epochs_play_and_open_at_the_last_and_lam_follows_the_panel():
    params, events = training_sliders(7, 4)
    spec = finish([panel("a", "datum.k == k && datum.e == e")], "light", params=params, events=events)
    by_name = {param["name"]: param for param in spec["params"]}
    assert list(by_name) == ["panel", "k", "playing", "e"]
    assert by_name["k"]["on"] == [{"events": {"signal": "panel"}, "update": "panel"}]
    assert [one["update"] for one in by_name["e"]["on"]] == ["playing ? (e + 1) % 4 : e"]
    assert (by_name["e"]["value"], by_name["e"]["bind"]["max"], by_name["k"]["bind"]["max"]) == (3, 3, 6)
    assert (by_name["k"]["bind"]["name"], by_name["e"]["bind"]["name"]) == ("λ", "Epoch")


# Tables.


def test_a_table_that_expressions_alone_read_gets_a_mark_that_nobody_sees():
    asks = panel("a", "datum.v > data('top')[0].v")
    row = [Column([asks]), Column([panel("top", "datum.v < data('top')[0].v")]), Column([panel("c")])]
    spec = finish([row], "light")
    first, second, third = charts(spec)
    drawn = [len(one["vconcat"][0]["layer"]) for one in (first, second, third)]
    assert drawn == [2, 1, 1], "what is drawn is there as it is"
    unseen = first["vconcat"][0]["layer"][-1]
    assert unseen["data"] == {"name": "top"}
    assert unseen["mark"]["opacity"] == 0
    (places,) = spec["usermeta"]["places"]
    assert [place["tables"] for place in places] == [["a", "top"], ["top"], ["c"]]


def test_a_table_that_a_param_alone_reads_is_there_in_every_chart_with_the_param():
    params, events = chosen_slider(3, "λ")
    rows = [[Column([panel("a", "datum.k == k")]), Column([panel("b")])]]
    spec = finish(rows, "light", params=params, events=events)
    (places,) = spec["usermeta"]["places"]
    assert [place["tables"] for place in places] == [["a", "chosen"], ["b"]]
    with_k, without = charts(spec)
    assert tables_in(with_k["vconcat"]) == {"a", "chosen"}
    assert tables_in(without["vconcat"]) == {"b"}


# Words.


@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1),
    ],
)
def test_the_contrast_of_two_colours_is_that_of_the_guideline(one, other, known):
    assert contrast(one, other) == pytest.approx(known, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("hue", HUES)
def test_every_hue_has_a_shade_that_can_be_read_and_is_changed_no_more_than_that_takes(hue, theme):
    ink = INKS[theme]
    shade = readable(hue, ink)
    assert contrast(shade, ink.page) >= LEAST_CONTRAST
    own, text, mixed = map(rgb, (hue, ink.text, shade))
    share = float((mixed - own) @ (text - own) / ((text - own) @ (text - own)))
    assert mixed == pytest.approx(own + share * (text - own), abs=1), "between the hue and the text's colour"
    if contrast(hue, ink.page) >= LEAST_CONTRAST + 0.1:
        assert shade == hue
    elif share > 0:
        before = [round(a) for a in own + (share - 0.02) * (text - own)]
        assert contrast("#" + bytes(before).hex(), ink.page) < LEAST_CONTRAST + 0.1


def test_words_in_a_penaltys_colour_are_in_its_readable_shade_and_lines_keep_the_hue(theme):
    (label, hue), ink = next(iter(PENALTY_COLORS.items())), INKS[theme]
    words = table("a").mark_text(color=hue).encode(text="v:N")
    others = table("a").mark_text(color="#123456").encode(text="v:N")
    lines = table("a").mark_line(color=hue).encode(x="k:Q", y="v:Q")
    deep = layer(lines, layer(words, others))
    spec = finish([deep], theme)
    shades = [part["mark"].get("color") for part in words_in(spec)]
    assert shades == [readable(hue, ink), "#123456"], label
    assert spec["vconcat"][0]["layer"][0]["mark"]["color"] == hue


def test_words_coloured_by_their_penalty_are_each_in_its_readable_shade(theme):
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    words = table("a").mark_text().encode(text="v:N", color=color)
    by_class = table("a").mark_text().encode(text="v:N", color=alt.Color("sign:N", legend=None))
    lines = table("a").mark_line().encode(x="k:Q", y="v:Q", color=color)
    spec = finish([layer(words, by_class, lines)], theme)
    by_penalty, by_sign = words_in(spec)
    assert "color" not in by_penalty["encoding"]
    found = re.fullmatch(r"(\{.*\})\[datum\.penalty\]", by_penalty["mark"]["color"]["expr"])
    shades = json.loads(found[1])
    assert shades == {name: readable(hue, INKS[theme]) for name, hue in PENALTY_COLORS.items()}
    assert all(contrast(shade, INKS[theme].page) >= LEAST_CONTRAST for shade in shades.values())
    assert by_sign["encoding"]["color"]["field"] == "sign"
    assert "color" not in by_sign["mark"]
    assert spec["vconcat"][0]["layer"][2]["encoding"]["color"]["field"] == "penalty"


@pytest.mark.parametrize("make", [rest_readout, training_readout])
def test_a_readout_can_be_read_and_stands_at_the_sliders(make, theme):
    ink = INKS[theme]
    spec = finish([make(ink)], theme)
    words = list(words_in(spec))
    fields = [part["encoding"]["text"]["field"] for part in words]
    assert fields[: 1 + len(LECTURED_COLORS)] == ["title", *LECTURED_COLORS]
    assert all(contrast(part["mark"]["color"], ink.page) >= LEAST_CONTRAST for part in words)
    at = {"datum.k == k"} if make is rest_readout else {"datum.k == k && datum.e == e"}
    assert {part["transform"][0]["filter"] for part in words} == at
    tops = [part["encoding"]["y"]["value"] for part in words]
    assert tops == sorted(set(tops)), "no line stands on another"
    assert spec["vconcat"][0]["height"] > tops[-1]
    found = [
        re.fullmatch(r"width < \d+ \? (\d+) : (\d+)", part["mark"]["fontSize"]["expr"]) for part in words
    ]
    for where in (1, 2):
        sizes = [int(one[where]) for one in found]
        assert sizes[0] > max(sizes[1:])
    assert all(int(one[1]) < int(one[2]) for one in found), "smaller where there is little room"


def test_a_readout_of_a_table_of_its_own_stands_at_its_own_param():
    spec = finish([readout({"title": "#000000", "end": "#000000"}, "dial", ["r"])], "light")
    assert tables_in(spec["vconcat"]) == {"dial"}
    assert {part["transform"][0]["filter"] for part in words_in(spec)} == {"datum.r == r"}


def test_foreign_names_are_written_into_a_copy_as_text_whatever_is_in_them():
    foreign = ['"] + alert(1) + ["', "</script><b>", "a'b\\"]
    spec = {"axis": {"labelExpr": f"{NAMES}[floor(datum.value)]"}}
    found = with_names(spec, foreign)
    expression = found["axis"]["labelExpr"]
    assert json.loads(expression.removesuffix("[floor(datum.value)]")) == foreign
    assert "<" not in expression
    assert spec["axis"]["labelExpr"].startswith(NAMES), "the one without names is kept for all"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00"),
        (0.0312, "0.0312"),
        (-12.5, "−12.5"),
        (0.000031, "3.1·10⁻⁵"),
        (-0.0056, "−5.6·10⁻³"),
        (1234, "1.2·10³"),
        (1e-30, "1·10⁻³⁰"),
        (-2.4e-11, "−2·10⁻¹¹"),
    ],
)
def test_a_size_is_written_as_a_person_writes_it(value, text):
    words = table("a").transform_calculate(text=size_text("datum.v")).mark_text().encode(text="text:N")
    picture = Picture("p", finish([layer(words)], "light"), {"a": pd.DataFrame({"v": [value]})})
    (found,) = ET.fromstring(export.svg(picture)).iter("{http://www.w3.org/2000/svg}text")
    assert found.text == text


def test_powers_of_ten_are_written_as_such_on_an_axis_and_what_lies_between_is_not():
    y = alt.Y(
        "v:Q", scale=alt.Scale(type="log", domain=[1e-3, 10]), axis=power_axis(values=[1e-3, 0.2, 1, 10])
    )
    marks = table("a").mark_point().encode(y=y)
    picture = Picture("p", finish([layer(marks)], "light"), {"a": pd.DataFrame({"v": [1.0]})})
    texts = [one.text for one in ET.fromstring(export.svg(picture)).iter("{http://www.w3.org/2000/svg}text")]
    assert {"10⁻³", "1", "10¹"} <= set(texts)
    assert not {"0.2", "10⁰", "10⁻¹"} & set(texts)


def test_a_dashed_line_across_a_panel_bears_its_name(theme):
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1]))
    named = named_rule("share", 0.9, x, "90 % of the halves", "right", INKS[theme])
    spec = finish([layer(table("a").mark_bar().encode(x=x), *named)], theme)
    _, rule, name = spec["vconcat"][0]["layer"]
    assert rule["data"] == name["data"] == {"values": [{"share": 0.9}]}
    assert name["encoding"]["text"] == {"value": "90 % of the halves"}
    assert name["encoding"]["y"]["value"] < 0, "over the panel"

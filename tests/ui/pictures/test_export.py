"""Pictures as files: the page's own numbers in SVG, PNG and CSV, nothing that runs or calls."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import core
from core.settings import LAMS
from tests.app import context_at
from tests.ui.pictures.images import pixels
from ui.pictures import export
from ui.pictures.picture import Picture
from ui.topics import TOPICS

QUICK = core.Settings(dataset="moons", hidden=(4,), learning_rate=0.1, epochs=50, lam=10.0, n_samples=100)
CONTEXT = context_at(QUICK, {"solver_steps": 300})
KEYS = [topic.key for topic in TOPICS]


@lru_cache
def pictures() -> dict[str, Picture]:
    """The picture of every topic."""
    return {topic.key: topic.picture(CONTEXT) for topic in TOPICS}


def texts(svg: str) -> str:
    return " ".join(
        "".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )


def opened(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), keep_default_na=False)


def test_every_topic_has_a_picture_that_bears_its_key():
    assert [picture.key for picture in pictures().values()] == KEYS
    assert [key for key, picture in pictures().items() if picture.missing] == []


@pytest.mark.parametrize("key", [key for key in KEYS if key != "converter"])
def test_the_svg_stands_where_the_page_opens_and_says_what_the_readout_says(key):
    picture = pictures()[key]
    svg = export.svg(picture)
    said = texts(svg)
    readout = picture.tables.get("readout", pd.DataFrame())
    if len(readout):
        k = picture.tables["chosen"].k.iloc[0] if "chosen" in picture.tables else readout.k.iloc[-1]
        here = readout[readout.k == k]
        lines = here.select_dtypes(exclude="number").iloc[-1].dropna()  # of a training the last epoch
        for line in lines:
            assert line in said, line
        assert picture.spoken == ". ".join(lines) + "."
        assert not [title for title in here.title[:-1] if f"{title} " in said], "the others are not told"
    else:
        assert picture.tables["errors"].text.iloc[0] in said
    root = ET.fromstring(svg)
    assert float(root.get("width")) == pytest.approx(export.WIDTH, abs=60)
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", svg)


def shown_fields(picture: Picture) -> list[str]:
    """The images of the overview where it opens: the fields at the chosen λ."""
    fields = picture.tables["fields"]
    return fields[fields.k == picture.tables["chosen"].k[0]].url.tolist()


def test_the_fields_of_a_still_picture_are_those_of_the_chosen_lam(theme):
    context = replace(CONTEXT, theme=theme)
    picture = TOPICS[0].picture(context)
    images = ET.fromstring(export.svg(picture, theme)).iter("{http://www.w3.org/2000/svg}image")
    addresses = [image.get("{http://www.w3.org/1999/xlink}href") or image.get("href") for image in images]
    assert addresses == shown_fields(picture)
    assert len(addresses) == 2


def test_a_png_has_the_fields_in_it():
    picture = pictures()["overview"]
    image = np.asarray(Image.open(io.BytesIO(export.png(picture))).convert("RGB"))
    certain = pixels(shown_fields(picture)[0]).reshape(-1, 3)
    commonest = Counter(map(tuple, certain.tolist())).most_common(1)[0][0]
    assert (np.abs(image.astype(int) - commonest).max(axis=2) <= 2).mean() > 0.005


def test_a_png_is_filled_and_twice_as_wide_as_the_svg(theme):
    png = export.png(pictures()["histograms"], theme)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == pytest.approx(2 * export.WIDTH, abs=120)


def test_a_still_picture_has_no_slider_no_timer_and_no_nan():
    picture = pictures()["weight_decay"]
    gaps = {name: table.assign(gap=np.nan, end=np.inf) for name, table in picture.tables.items()}
    spec = export.still(Picture("a", picture.spec, gaps), "light")
    assert not re.search(r'"(bind|on)":', spec)
    assert "NaN" not in spec
    assert "Infinity" not in spec
    assert picture.spec["params"][1]["bind"]  # the page's own spec is as it was


def test_a_picture_without_a_chart_says_so():
    with pytest.raises(ValueError, match="no chart"):
        export.svg(pictures()["converter"])


CELLS = st.one_of(
    st.text(max_size=12),
    st.builds(
        str.__add__, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"]), st.text(max_size=8)
    ),
)


@given(
    st.lists(CELLS, min_size=1, max_size=5),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=5, max_size=5),
)
def test_no_text_of_a_csv_begins_like_a_formula_and_numbers_stay(texts_in, numbers):
    table = pd.DataFrame({"text": texts_in, "number": numbers[: len(texts_in)]})
    text = export.csv(table).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == ["text", "number"]
    assert [float(number) for _, number in rows] == numbers[: len(texts_in)]
    for before, (after, _) in zip(texts_in, rows, strict=True):
        assert not re.match(r"[=+\-@\t\r\n]", after)
        assert after in (before, f"'{before}")


def test_a_negative_number_is_no_formula_and_a_negative_text_is():
    rows = export.csv(pd.DataFrame({"=w": [-0.3], "name": ["-0.3"], "end": ["a=b"]})).decode("utf-8-sig")
    assert rows == "'=w,name,end\r\n-0.3,'-0.3,a=b\r\n"


def test_one_table_is_a_csv_and_several_are_a_zip_whose_columns_say_where_they_stand():
    assert export.numbers_ending(pictures()["converter"]) == "csv"
    assert len(opened(export.numbers(pictures()["converter"]))) == 7
    picture = pictures()["sparsity"]
    assert export.numbers_ending(picture) == "zip"
    with zipfile.ZipFile(io.BytesIO(export.numbers(picture))) as archive:
        names = set(archive.namelist())
        weights = opened(archive.read("weights.csv"))
        readme = archive.read("README.txt").decode("utf-8")
    assert {"README.txt", "shares.csv", "weights.csv", "bytes.csv"} <= names
    assert "frame.csv" not in names
    assert all(f"{name}:" in readme for name in names - {"README.txt"})
    run = CONTEXT.networks.runs["L1"]
    first = weights[weights.penalty == "L1"]["v at λ = 10"].to_numpy()
    np.testing.assert_allclose(first, run.W[0][LAMS.index(10.0)].ravel(), atol=6e-5)


def test_a_column_whose_name_ends_in_a_number_by_itself_keeps_it():
    picture = pictures()["linearity"]
    assert "r2" in export.with_titles("linearity", picture).columns
    assert export.with_titles("z", picture).columns[-1] == "v at λ = 1000"


def test_each_wide_table_of_a_step_stands_at_its_own_positions():
    picture = pictures()["weight_decay"]
    assert {"w at λ = 0", "s at λ = 0.1", "c at λ = 1000"} <= set(export.with_titles("steps", picture))
    assert {"v at λ = 0", "v at λ = 1000"} <= set(export.with_titles("sizes", picture))
    assert "v at αλ/m = 2.50" in export.with_titles("paths", picture)
    assert "v at gradient ±0.1" in export.with_titles("adam", picture)


@pytest.mark.parametrize("key", KEYS)
def test_a_wide_table_has_a_column_for_each_of_its_positions_and_all_say_where_they_stand(key):
    picture = pictures()[key]
    for name in picture.tables.keys() - picture.helpers:
        wide = Counter(
            found[1] for column in picture.tables[name] if (found := re.fullmatch(r"([a-z])\d+", column))
        )
        wide = {letter: n for letter, n in wide.items() if f"{letter}0" in picture.tables[name]}
        titles = list(picture.tables[picture.positions.get(name, "readout")].title) if wide else []
        assert set(wide.values()) <= {len(titles)}, (name, wide)
        expected = [f"{letter} at {title}" for letter in wide for title in titles]
        assert sorted(set(export.with_titles(name, picture)) - set(picture.tables[name])) == sorted(expected)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "converter"])
def test_each_chart_on_a_page_has_all_that_it_reads_and_its_picture_has_nothing_that_none_reads(key):
    picture, sent = pictures()[key], set()
    charts = [chart for row in picture.charts for chart in row]
    assert [panel for chart in charts for panel in chart.spec["vconcat"]] == picture.spec["vconcat"]
    for chart in charts:
        text = json.dumps([chart.spec["vconcat"], chart.spec["params"]])
        drawn = set(re.findall(r'"data": \{"name": "(\w+)"\}', text))
        asked = set(re.findall(r"data\('(\w+)'\)", text))
        assert asked <= drawn, "an expression alone brings no table"
        assert drawn & picture.packed.keys() == chart.spec["datasets"].keys(), chart.key
        assert all(chart.spec["datasets"][name] is picture.packed[name] for name in chart.spec["datasets"])
        sliders = {param["name"] for param in chart.spec["params"] if "bind" in param}
        params = {param["name"] for param in picture.spec["params"]}
        reads = {name for name in params if re.search(rf"[=+] {name}\b", text)}
        assert reads <= {param["name"] for param in chart.spec["params"]}, chart.key
        assert sliders or "k" not in reads
        sent |= chart.spec["datasets"].keys()
    assert picture.packed.keys() - sent <= set(picture.positions.values()), "only titles stay behind"


@pytest.mark.parametrize("key", [key for key in KEYS if key != "converter"])
def test_every_chart_of_a_page_is_described_and_has_a_key_of_its_own(key):
    picture = pictures()[key]
    charts = [chart for row in picture.charts for chart in row]
    assert charts[0].key == picture.key
    assert charts[0].alt == picture.alt
    assert len({chart.key for chart in charts}) == len(charts)
    assert all(chart.alt for chart in charts)


@pytest.mark.parametrize("key", KEYS)
def test_what_holds_a_picture_in_place_is_not_among_its_numbers(key):
    picture = pictures()[key]
    assert picture.helpers <= set(picture.tables), "a helper is a table of the picture"
    helpers = {"chosen", "line_names", "adam_names", "frame", "headings", "heads", "names"}
    assert not helpers & set(picture.tables) - picture.helpers
    assert set(picture.positions) | set(picture.positions.values()) <= set(picture.tables)

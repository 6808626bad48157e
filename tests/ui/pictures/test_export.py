"""Pictures as files: the page's own numbers in SVG, PNG and CSV, nothing that runs or calls."""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.settings import LAMS
from tests.app import context_at
from ui.pictures import export
from ui.pictures.picture import Picture
from ui.topics import TOPICS

QUICK = core.Settings(dataset="moons", hidden=(4,), learning_rate=0.1, epochs=50, lam=10.0, n_samples=100)
CONTEXT = context_at(QUICK, {"solver_steps": 300})
KEYS = [topic.key for topic in TOPICS]


@lru_cache
def pictures() -> dict[str, Picture]:
    """The picture of every topic."""
    return {topic.key: topic.picture(topic.adapted(CONTEXT)) for topic in TOPICS}


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
    readout = picture.tables.get("readout")
    if readout is None:
        readout = picture.tables.get("epochs", pd.DataFrame())
    if len(readout):
        k = picture.tables["chosen"].k.iloc[0] if "chosen" in picture.tables else readout.k.iloc[-1]
        for line in readout[readout.k == k].select_dtypes(exclude="number").iloc[0].dropna():
            assert line in said, line
    else:
        assert picture.tables["errors"].text.iloc[0] in said
    root = ET.fromstring(svg)
    assert float(root.get("width")) == pytest.approx(export.WIDTH, abs=60)
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", svg)


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
    assert {"w at epoch 0", "s at epoch 0", "c at epoch 50"} <= set(export.with_titles("steps", picture))
    assert "v at αλ/m = 2.50" in export.with_titles("paths", picture)
    assert "v at gradient ±0.1" in export.with_titles("adam", picture)


@pytest.mark.parametrize("key", KEYS)
def test_what_holds_a_picture_in_place_is_not_among_its_numbers(key):
    picture = pictures()[key]
    assert picture.helpers <= set(picture.tables), "a helper is a table of the picture"
    assert not {"chosen", "frame", "headings", "heads", "names"} & set(picture.tables) - picture.helpers
    assert set(picture.positions) | set(picture.positions.values()) <= set(picture.tables)

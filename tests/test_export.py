"""Pictures as files: the page's own numbers in SVG, CSV, script and report, nothing that runs or calls."""

import csv
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.settings import LAMS
from core.solvers import Race, race
from core.variance import learning_curves, sample_sizes
from tests.browser import HOW_TO_GET_ONE, chromium
from ui import export, report, solvers, takeaway
from ui.lesson import Trained
from ui.menu import MENU
from ui.picture import Picture

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"\d[\d,]*\.?\d*(?:e[-+]?\d+)?")
QUICK = core.Settings(dataset="moons", hidden=(4,), learning_rate=0.1, epochs=50, lam=10.0, n_samples=100)
SOON = {"solver_steps": 300}
KEYS = [
    *("overview", "sparsity", "histograms", "linearity", "hidden_units", "weight_decay", "bias_variance"),
    *("gradient_check", "solvers", "converter"),
]


@lru_cache
def trained(settings: core.Settings) -> Trained:
    """The dashboard's networks, without the dashboard."""
    return grid(
        core.load_dataset(settings.dataset, settings.seed, settings.n_samples, settings.noise), settings
    )


def grid(data: core.Dataset, settings: core.Settings) -> Trained:
    """Both penalties at every λ, trained together as in the dashboard."""
    n = len(LAMS)
    both = core.train(
        data.X_train,
        data.y_train,
        settings.hidden,
        ["l1"] * n + ["l2"] * n,
        [*LAMS, *LAMS],
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        seed=settings.seed,
    )
    return Trained(data, {"L1": both.select(slice(0, n)), "L2": both.select(slice(n, 2 * n))})


def brought(feature_names: tuple[str, ...], class_names: tuple[str, ...], source: str) -> core.Dataset:
    """A person's data: 60 rows, two classes."""
    X = np.random.default_rng(0).standard_normal((60, len(feature_names)))
    table = core.datasets.Table(X, np.arange(60) % 2, feature_names, class_names)
    return core.datasets.split(
        "your_data",
        table,
        0,
        source=core.datasets.Source(source, source, source, source, lambda *_: table, False),
    )


def racer(settings: core.Settings, data: core.Dataset) -> Callable[[], Race]:
    """The race that a report of these settings shows."""
    target, steps = solvers.chosen(data, SOON)
    y = (data.y_train == target).astype(int)
    return lambda: race(data.X_train, y, settings.lam, settings.learning_rate, steps, settings.seed)


def desk_of(settings: core.Settings) -> report.Desk:
    """What a report of these settings is made from."""
    data = trained(settings).data

    def curves() -> list[core.variance.Curves]:
        seeds = [settings.seed, settings.seed + 1]
        sets = [core.load_dataset(settings.dataset, s, settings.n_samples, settings.noise) for s in seeds]
        sizes = sample_sizes(data.m, len(data.class_names))
        alpha, epochs = settings.learning_rate, settings.epochs
        return [
            learning_curves(one, sizes, settings.hidden, "l2", LAMS, alpha, epochs, seed)
            for one, seed in zip(sets, seeds, strict=True)
        ]

    return report.Desk(settings, data, trained, curves, racer(settings, data), SOON)


@lru_cache
def pictures(settings: core.Settings = QUICK) -> dict[str, Picture]:
    return {picture.key: picture for _, picture in report.pictures(desk_of(settings))}


def words_of(picture: Picture) -> str:
    """All that a page says, and all that its tables write."""
    cells = [
        str(cell)
        for table in picture.tables.values()
        for name in table.columns
        if table[name].dtype.kind not in "biuf"
        for cell in table[name]
    ]
    return " ".join([*picture.notes, picture.caption, *cells])


def numbers_in(text: str) -> set[float]:
    return {float(found.replace(",", "").rstrip(".")) for found in NUMBER.findall(text)}


def texts(svg: str) -> str:
    return " ".join(
        "".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )


def test_every_page_of_the_menu_has_a_picture():
    assert list(pictures()) == KEYS
    assert list(report.PICTURES) == [entry.file for entry in MENU]


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


@pytest.mark.parametrize("theme", ["light", "dark"])
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


@pytest.mark.parametrize("key", KEYS)
def test_the_script_prints_the_numbers_of_the_page_with_core_alone(key, tmp_path):
    picture = pictures()[key]
    (tmp_path / "script.py").write_text(picture.script, encoding="utf-8")
    (tmp_path / "core").symlink_to(ROOT / "core")
    code = (
        "import runpy, sys; runpy.run_path('script.py'); "
        "assert not {'streamlit', 'altair', 'pandas', 'ui'} & set(sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    printed = numbers_in(ran.stdout)
    assert len(printed) > 3
    assert printed <= numbers_in(words_of(picture)), ran.stdout


def test_the_script_for_a_persons_data_reads_the_run_beside_it(tmp_path):
    settings = core.Settings(dataset="your_data", hidden=(), epochs=50)
    of = grid(brought(("a", "b", "c"), ("no", "yes"), "a.csv"), settings)
    lesson = report.Lesson(settings, of, "light")
    picture = report.sparsity.picture(lesson)
    (tmp_path / "regularization-lab-your_data.npz").write_bytes(takeaway.run_bytes(settings, of))
    ran = subprocess.run(
        [sys.executable, "-c", picture.script],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    assert numbers_in(ran.stdout) <= numbers_in(words_of(picture))


def opened(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), keep_default_na=False)


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
    run = trained(QUICK).runs["L1"]
    first = weights[weights.penalty == "L1"]["v at λ = 10"].to_numpy()
    np.testing.assert_allclose(first, run.W[0][LAMS.index(10.0)].ravel(), atol=6e-5)


class Links(HTMLParser):
    """What a page would fetch, where it leads, and its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched, self.anchors, self.tags = [], [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "xlink:href", "action", "data", "poster") and value:
                (self.anchors if tag == "a" else self.fetched).append(value)


@lru_cache
def whole_report() -> str:
    return report.html(desk_of(QUICK), "https://example.org/?dataset=moons&lam=10")


def test_the_report_has_every_page_and_fetches_nothing():
    html = whole_report()
    links = Links()
    links.feed(html)
    assert [tag for tag in links.tags if tag in ("script", "img", "link", "iframe", "object")] == []
    assert links.fetched == [value for value in links.fetched if value.startswith("#")]
    assert links.anchors == [
        "https://example.org/?dataset=moons&lam=10",
        *(f"#{entry.url_path}" for entry in MENU),
    ]
    assert links.tags.count("section") == len(MENU)
    assert links.tags.count("svg") == len(MENU) - 1
    for entry, picture in zip(MENU, pictures().values(), strict=True):
        assert report.inline(entry.sentence) in html
        assert all(report.inline(note) in html for note in picture.notes)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_foreign_text_in_a_report_is_text():
    hostile = '<img src="http://e.vil/x"> & ![x](http://e.vil)'
    data = brought((hostile, "b"), (hostile, "<b>"), hostile)
    settings = core.Settings(dataset="your_data", hidden=(3,), epochs=50)
    html = report.html(
        report.Desk(
            settings,
            data,
            lambda one: grid(data, one),
            lambda: f"Left out: `{hostile}`.",
            racer(settings, data),
            SOON,
        ),
        "javascript:alert(1)",
    )
    links = Links()
    links.feed(html)
    assert "img" not in links.tags
    assert "b" not in links.tags
    assert all(value.startswith("#") for value in (*links.fetched, *links.anchors))
    assert "&lt;img src=" in html


def test_markdown_of_a_sentence_becomes_html():
    said = report.inline("**17 of 30** have `a<b **c**` & more.")
    assert said == "<strong>17 of 30</strong> have <code>a&lt;b **c**</code> &amp; more."


def test_a_report_without_hidden_layers_says_what_is_missing():
    settings = core.Settings(dataset="moons", hidden=(), epochs=50)
    data = trained(settings).data
    desk = report.Desk(settings, data, trained, lambda: "Left out here.", racer(settings, data), SOON)
    missing = [picture.key for _, picture in report.pictures(desk) if picture.missing]
    assert missing == ["linearity", "hidden_units", "bias_variance"]


@pytest.mark.browser
def test_the_report_opens_without_a_network_and_shows_its_pictures(tmp_path):
    (tmp_path / "report.html").write_text(whole_report(), encoding="utf-8")
    asked, said = [], []
    try:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.context.set_offline(True)
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: said.append(message.text))
            page.goto((tmp_path / "report.html").as_uri())
            sizes = [svg.bounding_box() for svg in page.locator("figure svg").all()]
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    except LookupError:
        pytest.skip(HOW_TO_GET_ONE)
    assert asked == [(tmp_path / "report.html").as_uri()]
    assert said == []
    assert len(sizes) == len(MENU) - 1
    assert all(box["width"] > 600 and box["height"] > 200 for box in sizes)
    assert overflow <= 0

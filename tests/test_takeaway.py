"""Taking things away: what the buttons offer, that nothing is made before a click, and that it arrives."""

import io
import re
import zipfile
from unittest import mock

import numpy as np
import pytest

import core
import ui.menu
from tests.test_pages import open_app, retrained, zeros_of
from ui import takeaway

ENDINGS = ["png", "svg", "zip", "py", "html", "npz"]


def offered(app) -> dict[str, str]:
    """The buttons of the page by the ending of their file."""
    return {button.key.rsplit("_", 1)[1]: button.label for button in app.get("download_button")}


def test_every_page_offers_its_files_and_makes_none_of_them_unasked():
    stopped = mock.Mock(side_effect=AssertionError("a file was made before it was asked for"))
    app = open_app(dataset="moons", hidden="4", epochs="50")
    with (
        mock.patch.multiple("ui.takeaway.export", png=stopped, svg=stopped, numbers=stopped),
        mock.patch("ui.takeaway.report.html", stopped),
        mock.patch("ui.takeaway.run_bytes", stopped),
    ):
        for entry in ui.menu.MENU:
            app.switch_page(entry.file).run()
            assert not app.exception, entry.title
            expected = ["csv", "py", "html", "npz"] if entry.title == "Converter" else ENDINGS
            assert list(offered(app)) == expected, entry.title
    assert stopped.call_count == 0


def test_a_run_that_would_take_too_long_is_not_offered():
    app = open_app("pages/converter.py", dataset="moons", epochs="50")
    app.run()
    assert "npz" in offered(app)
    with mock.patch("ui.store.MAX_SECONDS", 0.0):
        app.run()
    assert not app.exception
    assert list(offered(app)) == ["csv", "py", "html"]


@pytest.fixture
def menu(page, address):
    """The page L1 vs L2 with its menu open."""
    from tests.browser import open_page

    open_page(page, f"{address}/l1-vs-l2?dataset=moons&hidden=4&epochs=50&lam=7")
    page.get_by_role("button", name="Take away").click()
    page.get_by_role("button", name="Picture (PNG)").wait_for()
    return page


def fetched(page, name: str) -> tuple[str, bytes]:
    """The file that a click on this button brings, and how it is called."""
    with page.expect_download(timeout=120_000) as waited:
        page.get_by_role("button", name=name).click()
    return waited.value.suggested_filename, waited.value.path().read_bytes()


@pytest.mark.browser
def test_a_click_brings_each_file_with_the_numbers_of_the_page(menu):
    settings = core.Settings(dataset="moons", hidden=(4,), epochs=50, lam=7.0)
    zeros = f"L1: {zeros_of(retrained(settings, 'l1', 7.0)[1])} of 12 weights exactly zero"

    name, png = fetched(menu, takeaway.LABELS["png"])
    assert name == "regularization-lab-sparsity.png"
    assert png.startswith(b"\x89PNG")

    name, svg = fetched(menu, takeaway.LABELS["svg"])
    assert name == "regularization-lab-sparsity.svg"
    assert zeros in svg.decode("utf-8")

    name, numbers = fetched(menu, takeaway.LABELS["zip"])
    with zipfile.ZipFile(io.BytesIO(numbers)) as archive:
        assert zeros in archive.read("readout.csv").decode("utf-8-sig")

    name, run = fetched(menu, takeaway.LABELS["npz"])
    assert name == "regularization-lab-moons.npz"
    saved = core.load_run(run)
    assert saved.settings == settings
    k = saved.runs["L1"].lams.tolist().index(7.0)
    np.testing.assert_array_equal(saved.runs["L1"].W[0][k], retrained(settings, "l1", 7.0)[1].W[0][0])

    name, script = fetched(menu, takeaway.LABELS["py"])
    assert name == "regularization-lab-sparsity.py"
    compile(script, name, "exec")
    assert b'core.load_dataset("moons"' in script


@pytest.mark.browser
def test_the_report_arrives_with_all_pages_and_the_way_back(menu, address):
    name, html = fetched(menu, takeaway.LABELS["html"])
    text = html.decode("utf-8")
    assert name == "regularization-lab.html"
    assert text.count("<section") == len(ui.menu.MENU)
    link = re.search(r'The dashboard at these settings: <a href="([^"]+)"', text)[1]
    assert link.startswith(address)
    assert "lam=7" in link
    assert "dataset=moons" in link

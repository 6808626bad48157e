"""Taking things away: what the buttons offer, that nothing is made before a click, and that it arrives."""

import gc
import io
import re
import weakref
import zipfile
from threading import Lock
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import streamlit as st

import core
from tests.app import context_at, open_app, retrained_to_rest, topic, zeros_of
from tests.ui.takeaway.own import own_context
from ui.takeaway import buttons
from ui.topics import TOPICS
from ui.topics.topic import Context
from ui.work.networks import KIND
from ui.work.tasks import RefusedError

pytestmark = pytest.mark.usefixtures("two_folds")
ENDINGS = ["png", "svg", "zip", "py", "html", "npz"]


def offered(app) -> dict[str, str]:
    """The buttons of the page by the ending of their file."""
    return {button.key.rsplit("_", 1)[1]: button.label for button in app.get("download_button")}


def test_every_page_offers_its_files_and_makes_none_of_them_unasked():
    stopped = mock.Mock(side_effect=AssertionError("a file was made before it was asked for"))
    app = open_app(topic("sparsity"), dataset="moons", hidden="4", epochs="50")
    with (
        mock.patch.multiple("ui.takeaway.buttons.export", png=stopped, svg=stopped, numbers=stopped),
        mock.patch("ui.takeaway.report.html", stopped),
        mock.patch("ui.takeaway.buttons.run_bytes", stopped),
    ):
        for one in TOPICS:
            app.switch_page(one.file).run()
            assert not app.exception, one.title
            expected = ["csv", "py", "html", "npz"] if one.key == "converter" else ENDINGS
            assert list(offered(app)) == expected, one.title
    assert stopped.call_count == 0


def test_a_run_that_would_take_too_long_is_not_offered():
    app = open_app(topic("converter"), dataset="moons", epochs="50")
    app.run()
    assert "npz" in offered(app)
    with mock.patch("ui.work.networks.MAX_SECONDS", 0.0):
        app.run()
    assert not app.exception
    assert list(offered(app)) == ["csv", "py", "html"]


class NoSession:
    """A session's memory where there is no session."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} of the session was asked for in another thread")

    __contains__ = __getitem__ = __setitem__ = __getattr__


@pytest.fixture
def turn(monkeypatch) -> Lock:
    """What only one of a session's downloads can hold."""
    turn = Lock()
    monkeypatch.setattr(buttons, "session", SimpleNamespace(download_turn=turn))
    return turn


def files_of(key: str, context: Context) -> dict[str, buttons.Make]:
    """The files of a page, as its thread offers them."""
    page = topic(key)
    return buttons.files(page.picture(context), page, context)


@pytest.mark.parametrize("own", [False, True])
def test_every_file_is_made_without_the_session(own, turn, monkeypatch):
    chosen = {"solver_steps": 300, "layer": 1}
    moons = core.Settings(dataset="moons", hidden=(4,), epochs=50, n_samples=100)
    context = own_context(choices=chosen) if own else context_at(moons, chosen)
    found = files_of("sparsity", context)
    name = "your_data" if own else "moons"
    assert list(found) == [
        *(f"regularization-lab-sparsity.{ending}" for ending in ENDINGS[:4]),
        "regularization-lab.html",
        f"regularization-lab-{name}.npz",
    ]
    monkeypatch.setattr(st, "session_state", NoSession())
    made = {file_name: make() for file_name, make in found.items()}
    assert all(made.values())
    saved = core.load_run(made[f"regularization-lab-{name}.npz"])
    assert saved.settings == context.settings
    assert (saved.data is not None) == own
    html = made["regularization-lab.html"]
    assert html.count("<section") == len(TOPICS) + own, "of own data there is something to hand in"
    assert "300 steps" in html, "what was chosen on a page before is chosen in the report"


def test_a_button_keeps_no_networks_alive(turn):
    context = own_context()
    found = files_of("sparsity", context)
    with mock.patch("ui.takeaway.report.TOPICS", TOPICS[1:3]):
        assert found["regularization-lab.html"]()
    assert found["regularization-lab-your_data.npz"]()
    store = context.shelf.store(KIND)
    alive = [weakref.ref(networks) for networks in store._kept.values()]
    assert alive
    shelf = context.shelf
    del context
    while len(store):
        store.pop_oldest()
    gc.collect()
    assert [networks() for networks in alive] == [None] * len(alive)
    assert shelf


def test_only_one_download_of_a_session_waits_for_its_training(turn):
    context = context_at(dataset="moons", hidden=(3,), epochs=50, n_samples=100, seed=11)
    found = files_of("converter", context)
    run = found["regularization-lab-moons.npz"]
    with turn, pytest.raises(RefusedError, match="Another download of yours"):
        run()
    assert run()
    with turn:
        assert run(), "what is kept needs no training"


def test_reports_are_made_one_at_a_time(turn):
    context = context_at(dataset="moons", hidden=(4,), epochs=50, n_samples=100)
    with mock.patch("ui.takeaway.report.html", side_effect=lambda *_: str(buttons.ONE_AT_A_TIME.locked())):
        assert files_of("histograms", context)["regularization-lab.html"]() == "True"
    assert not buttons.ONE_AT_A_TIME.locked()


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
    zeros = f"L1: {zeros_of(retrained_to_rest(settings, 'l1', 7.0)[1])} of 12 weights exactly zero"

    name, png = fetched(menu, buttons.LABELS["png"])
    assert name == "regularization-lab-sparsity.png"
    assert png.startswith(b"\x89PNG")

    name, svg = fetched(menu, buttons.LABELS["svg"])
    assert name == "regularization-lab-sparsity.svg"
    assert zeros in svg.decode("utf-8")

    name, numbers = fetched(menu, buttons.LABELS["zip"])
    with zipfile.ZipFile(io.BytesIO(numbers)) as archive:
        assert zeros in archive.read("readout.csv").decode("utf-8-sig")

    name, run = fetched(menu, buttons.LABELS["npz"])
    assert name == "regularization-lab-moons.npz"
    saved = core.load_run(run)
    assert saved.settings == settings
    assert saved.runs["L1"].method == "accelerated"
    k = saved.runs["L1"].lams.tolist().index(7.0)
    np.testing.assert_allclose(saved.runs["L1"].W[0][k], retrained_to_rest(settings, "l1", 7.0)[1].W[0][0])

    name, script = fetched(menu, buttons.LABELS["py"])
    assert name == "regularization-lab-sparsity.py"
    compile(script, name, "exec")
    assert b'dataset="moons"' in script


@pytest.mark.browser
def test_the_report_arrives_with_all_pages_and_the_way_back(menu, address):
    name, html = fetched(menu, buttons.LABELS["html"])
    text = html.decode("utf-8")
    assert name == "regularization-lab.html"
    assert text.count("<section") == len(TOPICS)
    link = re.search(r'The dashboard at these settings: <a href="([^"]+)"', text)[1]
    assert link.startswith(address)
    assert "lam=7" in link
    assert "dataset=moons" in link


def test_the_address_in_a_report_has_the_edits(monkeypatch):
    monkeypatch.setattr(buttons.st, "context", SimpleNamespace(url="http://lab/tanh"))
    for edits, end in (("", ""), ("r3", "&edits=r3")):
        monkeypatch.setattr(buttons, "in_link", lambda settings, edits=edits: edits)
        assert buttons.address(core.Settings(dataset="moons")) == f"http://lab/tanh?dataset=moons{end}"

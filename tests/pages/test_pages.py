"""Whole pages through the entry file, without a browser: all of the menu, and what is the same on each."""

import pytest

from tests.app import QUICK, open_app, topic
from tests.thorough import some
from ui.frame.menu import MENU, TOOLS
from ui.topics import TOPICS
from ui.topics.topic import Need
from ui.work import networks as work

WITH_CHART = [each for each in TOPICS if each.key != "converter"]
OF_NETWORKS = [each for each in TOPICS if each.needs in (Need.REST, Need.TRAINING)]
pytestmark = pytest.mark.usefixtures("two_folds")
every_topic_with_a_chart = pytest.mark.parametrize("each", WITH_CHART, ids=lambda each: each.key)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.address)
def test_each_tool_opens(tool):
    app = open_app(tool.file, **QUICK)
    assert not app.exception
    assert not app.warning
    assert len(app.title) == 1


@pytest.mark.parametrize(
    ("dataset", "hidden", "lam"),
    some([("wine", "5-4-3", "1000"), ("moons", "5-4", "0")], 2),
)
def test_the_whole_menu_works_with_two_and_three_hidden_layers(dataset, hidden, lam):
    app = open_app(topic("sparsity"), dataset=dataset, hidden=hidden, lam=lam, variance_seeds="3", **QUICK)
    for entry in MENU:
        app.switch_page(entry.file).run()
        assert not app.exception, entry.title
        assert app.title, entry.title
        assert app.get("vega_lite_chart") or app.info or app.button or app.code, entry.title


def test_the_same_settings_are_trained_once(monkeypatch):
    calls = []
    real = work.train_grid
    monkeypatch.setattr(work, "train_grid", lambda *args, **more: calls.append(1) or real(*args, **more))
    app = open_app(topic("sparsity"), seed="77", **QUICK)
    app.select_slider(key="lam").set_value(50.0).run()
    app.switch_page(topic("hidden_units").file).run()
    assert len(calls) == 1
    app.switch_page(topic("histograms").file).run()
    assert len(calls) == 2, "by plain steps"
    for key in ("histograms", "sparsity"):
        assert not open_app(topic(key), seed="77", **QUICK).exception
    assert len(calls) == 2, "by another session neither"

"""Whole pages through the entry file, without a browser: all of the menu, and what is the same on each."""

import numpy as np
import pytest

import core
from core.settings import LAMS
from tests.app import QUICK, chart, open_app, topic
from ui.frame.menu import MENU, TOOLS
from ui.topics import TOPICS
from ui.topics.topic import Need
from ui.work import networks as work

WITH_CHART = [each for each in TOPICS if each.key != "converter"]
# Of data that are not in a plane the overview shows an example in place of the panel's networks.
OF_NETWORKS = [each for each in TOPICS if each.needs is Need.NETWORKS and each.key != "overview"]
every_topic_with_a_chart = pytest.mark.parametrize("each", WITH_CHART, ids=lambda each: each.key)


@pytest.mark.parametrize("each", TOPICS, ids=lambda each: each.key)
def test_each_page_opens_at_the_defaults(each):
    app = open_app(each)
    assert not app.exception
    assert not app.warning
    assert len(app.title) == 1
    assert "What to notice" in [header.value for header in app.header]
    if each in WITH_CHART:
        chart(app)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.address)
def test_each_tool_opens(tool):
    app = open_app(tool.file, **QUICK)
    assert not app.exception
    assert not app.warning
    assert len(app.title) == 1


@pytest.mark.parametrize(
    ("dataset", "hidden", "lam"),
    [(name, *(("5-4", "0"), ("5-4-3", "1000"))[i % 2]) for i, name in enumerate(core.DATASETS)],
)
def test_the_whole_menu_works_with_two_and_three_hidden_layers(dataset, hidden, lam):
    app = open_app(topic("sparsity"), dataset=dataset, hidden=hidden, lam=lam, **QUICK)
    for entry in MENU:
        app.switch_page(entry.file).run()
        assert not app.exception, entry.title
        assert app.title, entry.title
        assert app.get("vega_lite_chart") or app.info or app.button or app.code, entry.title


@every_topic_with_a_chart
def test_a_rerun_changes_the_tables_and_not_the_spec(each):
    app = open_app(each, **QUICK)
    spec, tables = chart(app)
    app.select_slider(key="lam").set_value(100.0)
    app.number_input(key="seed").set_value(3)
    app.select_slider(key="learning_rate").set_value(0.1).run()
    spec_after, tables_after = chart(app)
    assert spec_after == spec
    assert any(not tables_after[name].equals(tables[name]) for name in tables)


def test_the_chart_opens_at_the_chosen_lam():
    app = open_app(topic("sparsity"), lam="70", **QUICK)
    assert chart(app)[1]["chosen"].k.tolist() == [LAMS.index(70.0)]


@pytest.mark.parametrize("each", OF_NETWORKS, ids=lambda each: each.key)
def test_divergence_is_told_on_every_page_that_shows_the_networks(each):
    app = open_app(each, dataset="wine", learning_rate="3", hidden="4", lam="1", **QUICK)
    assert not app.exception
    data = core.load_dataset("wine")
    run = core.train(data.X_train, data.y_train, (4,), "l2", LAMS, learning_rate=3.0, epochs=50)
    first = run.diverged_at[run.diverged_at >= 0].min()
    assert all("diverged" in warning.value for warning in app.warning)
    (warning,) = [warning for warning in app.warning if warning.value.startswith("L2 ")]
    assert f"at epoch {first}" in warning.value
    assert "Lower the learning rate" in warning.value
    chart(app)
    if each.key == "sparsity":
        shares = chart(app)[1]["shares"]
        gone = set(np.flatnonzero(run.diverged_at >= 0).tolist())
        assert set(range(len(LAMS))) - set(shares[shares.penalty == "L2"].k) == gone


def test_the_same_settings_are_trained_once(monkeypatch):
    calls = []
    real = work.train_grid
    monkeypatch.setattr(work, "train_grid", lambda *args: calls.append(1) or real(*args))
    app = open_app(topic("sparsity"), seed="77", **QUICK)
    app.select_slider(key="lam").set_value(50.0).run()
    app.switch_page(topic("histograms").file).run()
    assert len(calls) == 1
    assert not open_app(topic("histograms"), seed="77", **QUICK).exception
    assert len(calls) == 1, "by another session neither"

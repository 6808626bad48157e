"""What was tried: one row for each setting and penalty, its numbers those of a network trained alone."""

import io

import numpy as np
import pandas as pd
import pytest

import core
from core.measures import accuracy
from core.variance import cost_on
from tests.test_pages import open_app, retrained
from ui import export, log

QUICK = {"epochs": "50"}


def tried(app) -> pd.DataFrame:
    """The list, as the page shows it."""
    app.switch_page("pages/tried.py").run()
    assert not app.exception
    return app.dataframe[0].value


def test_the_list_begins_empty_and_shows_the_way():
    app = open_app("pages/tried.py")
    assert not app.exception
    assert "Nothing was tried yet" in app.info[0].value
    assert not app.dataframe


def test_each_setting_and_penalty_that_was_trained_is_a_row_once():
    app = open_app(dataset="wine", **QUICK)
    app.run()
    app.select_slider(key="lam").set_value(100.0).run()
    app.select_slider(key="learning_rate").set_value(0.1).run()
    app.switch_page("pages/histograms.py").run()  # the same setting on another page
    rows = tried(app)
    assert rows["penalty"].tolist() == ["L1", "L2"] * 3
    assert rows["λ"].tolist() == [10, 10, 100, 100, 100, 100]
    assert rows["α"].tolist() == [0.3] * 4 + [0.1] * 2
    assert rows["samples"].isna().all()
    for i, penalty in enumerate(("l1", "l2"), start=4):
        settings = core.Settings(dataset="wine", learning_rate=0.1, epochs=50)
        data, run = retrained(settings, penalty, 100.0)
        assert rows["test cost"][i] == pytest.approx(cost_on(run, data.X_test, data.y_test)[0], rel=1e-5)
        assert rows["training cost"][i] == pytest.approx(run.data_cost[-1, 0], rel=1e-5)
        assert rows["test accuracy"][i] == accuracy(run.predict_proba(data.X_test), data.y_test)[0]
        zeros = np.concatenate([(W == 0).ravel() for W in run.W])
        assert rows["exact zeros"][i] == zeros.mean()


def test_two_rows_are_compared_and_the_panel_goes_back_to_one():
    app = open_app(dataset="moons", hidden="4", noise="0.3", **QUICK)
    app.run()
    app.select_slider(key="lam").set_value(1.0)
    app.selectbox(key="hidden").set_value("none").run()
    tried(app)
    app.session_state[log.PINNED] = (1, 4)
    app.switch_page("pages/histograms.py").run()
    app.switch_page("pages/tried.py").run()
    pair = app.dataframe[1].value.set_index("what")
    assert list(pair.columns) == ["no. 1", "no. 4"]
    assert pair.loc["hidden layers"].tolist() == ["4", "none"]
    assert pair.loc["penalty"].tolist() == ["L1", "L2"]
    assert pair.loc["λ"].tolist() == ["10", "1"]
    assert {"data", "α", "seed", "noise"}.isdisjoint(pair.index)
    assert "differ in **hidden layers**, **penalty** and **λ**" in app.main.markdown[-1].value
    app.button(key="tried_back_1").click().run()
    assert not app.exception
    assert app.session_state.settings == core.Settings(
        dataset="moons", hidden=(4,), noise=0.3, epochs=50, lam=10.0
    )


def test_the_oldest_rows_give_way_and_the_numbers_go_on(monkeypatch):
    monkeypatch.setattr(log, "MAX_ROWS", 4)
    app = open_app(dataset="wine", **QUICK)
    for lam in (10.0, 1.0, 100.0):
        app.select_slider(key="lam").set_value(lam).run()
    assert tried(app)["no."].tolist() == [3, 4, 5, 6]


def test_a_network_that_diverged_has_a_row_without_a_cost():
    app = open_app(dataset="moons", hidden="none", learning_rate="3", lam="1000", **QUICK)
    app.run()
    rows = tried(app).set_index("penalty")
    assert np.isnan(rows.loc["L2", "test cost"])
    assert np.isfinite(rows.loc["L1", "test cost"])


def trial(**changed) -> log.Trial:
    values = {
        "number": 1,
        "settings": core.Settings(),
        "digest": "",
        "data": "Wine",
        "is_synthetic": False,
        "penalty": "L1",
        "train_cost": 0.1,
        "test_cost": 0.2,
        "accuracy": 0.9,
        "zeros": 0.5,
    }
    return log.Trial(**values | changed)


def test_the_lower_test_cost_is_named_only_where_both_are_of_the_same_data():
    one, other = trial(), trial(number=2, test_cost=0.3, penalty="L2", zeros=0.0)
    for pair in ((one, other), (other, one)):
        assert "no. 1 has the lower test cost, **0.2** against 0.3" in log.sentences(*pair)[-1]
    assert "not to be compared" in log.sentences(one, trial(number=3, data="Your data: a.csv"))[-1]
    assert not any("lower" in said for said in log.sentences(one, trial(number=4, test_cost=float("nan"))))


def test_a_file_name_that_is_a_formula_is_neutral_in_the_download():
    rows = pd.read_csv(io.BytesIO(export.csv(log.table([trial(data="=HYPERLINK(1)")]))))
    assert rows["data"].tolist() == ["'=HYPERLINK(1)"]
    assert rows["λ"].tolist() == [10.0]


def test_a_trial_on_data_that_is_gone_cannot_be_gone_back_to():
    assert log.can_return(trial())
    assert not log.can_return(trial(settings=core.Settings(dataset="your_data"), digest="abc"))

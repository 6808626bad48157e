"""What was tried: one row for each setting and penalty, its numbers those of a network trained alone."""

import io
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
import streamlit as st

import core
from core.edits import parse_edits
from core.settings import SETTINGS
from tests.app import QUICK, context_at, open_app, retrained, retrained_to_rest, topic
from tests.trained import LECTURE
from tests.ui.takeaway.own import own_context
from ui.base.session import Trial
from ui.pictures import export
from ui.takeaway import log
from ui.topics.topic import Context

pytestmark = pytest.mark.usefixtures("two_folds")
LABELS = [penalty.label for penalty in LECTURE.values()]


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
    app = open_app(topic("sparsity"), dataset="wine", **QUICK)
    app.run()
    app.select_slider(key="lam").set_value(100.0).run()
    app.select_slider(key="learning_rate").set_value(0.1).run()
    app.switch_page(topic("hidden_units").file).run()  # the same setting on another page
    app.switch_page(topic("histograms").file).run()  # and trained another way
    rows, n = tried(app), len(LABELS)
    assert rows["penalty"].tolist() == LABELS * 4
    assert rows["λ"].tolist() == [10] * n + [100] * 3 * n
    assert rows["α"].tolist() == [0.3] * 2 * n + [0.1] * 2 * n
    assert rows["steps"].tolist() == ["accelerated"] * 3 * n + ["plain"] * n
    assert rows["samples"].isna().all()
    assert rows["noise"].isna().all()
    settings = core.Settings(dataset="wine", learning_rate=0.1, epochs=50)
    alone = [one(settings, name, 100.0) for one in (retrained_to_rest, retrained) for name in LECTURE]
    for i, (_, run) in enumerate(alone, start=2 * n):
        assert rows["at rest"][i] == ("yes" if run.at_rest[0] else "no")
        assert rows["training cost"][i] == pytest.approx(run.data_cost[-1, 0], rel=1e-5)
        zeros = np.concatenate([(W == 0).ravel() for W in run.W])
        assert rows["exact zeros"][i] == zeros.mean()
        assert np.isnan(rows["validated cost"][i]) == (i >= 3 * n), "of networks at rest alone"
    validated = core.cross_validate(
        *(alone[0][0].X_train, alone[0][0].y_train, (8,)), "l1", [100.0], learning_rate=0.1, epochs=50
    )
    assert rows["validated cost"][2 * n] == pytest.approx(validated.mean[0], rel=1e-3)
    assert rows["validated accuracy"][2 * n] == pytest.approx(validated.accuracies.mean(), abs=1e-9)


def test_what_is_validated_later_is_added_to_its_row():
    app = open_app(topic("hidden_units"), dataset="wine", seed="431", **QUICK)  # a seed of this test alone
    app.run()
    assert tried(app)["validated cost"].isna().all(), "this page does not validate"
    app.switch_page(topic("sparsity").file).run()
    rows = tried(app)
    assert len(rows) == len(LABELS)
    assert rows["validated cost"].notna().all()
    assert rows["validated accuracy"].between(0, 1).all()


def noted(context: Context) -> None:
    """Remember what a page about a penalty has trained."""
    log.note(context, context.networks.runs)


def test_settings_that_play_no_part_for_the_data_make_no_further_row(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})
    for noise in (0.1, 0.3):
        noted(context_at(dataset="wine", hidden=(2,), epochs=50, noise=noise))
    assert [trial.penalty for trial in log.trials()] == LABELS
    for noise in (0.1, 0.3):
        noted(context_at(dataset="moons", hidden=(2,), epochs=50, noise=noise))
    assert [trial.number for trial in log.trials()] == list(range(1, 3 * len(LABELS) + 1))


def test_a_row_of_own_data_says_which_file_and_remembers_the_data(monkeypatch):
    context = own_context(source="a.csv")
    monkeypatch.setattr(st, "session_state", {"own": context.shelf.own})
    noted(context)
    first = log.trials()[0]
    assert first.data == "a.csv: a.csv"
    assert first.digest == context.shelf.digest
    assert not first.is_synthetic
    assert log.can_return(first)
    assert not log.can_return(replace(first, digest="of another table"))


def test_two_rows_are_compared_and_the_panel_goes_back_to_one():
    app = open_app(topic("sparsity"), dataset="moons", hidden="4", noise="0.3", **QUICK)
    app.run()
    app.select_slider(key="lam").set_value(1.0)
    app.selectbox(key="hidden").set_value("none").run()
    tried(app)
    last = 2 * len(LABELS)
    app.session_state["pinned"] = (1, last)
    app.switch_page(topic("histograms").file).run()
    app.switch_page("pages/tried.py").run()
    pair = app.dataframe[1].value.set_index("what")
    assert list(pair.columns) == ["no. 1", f"no. {last}"]
    assert pair.loc["hidden layers"].tolist() == ["4", "none"]
    assert pair.loc["penalty"].tolist() == [LABELS[0], LABELS[-1]]
    assert pair.loc["λ"].tolist() == ["10", "1"]
    assert {"data", "α", "seed", "noise"}.isdisjoint(pair.index)
    assert "differ in **hidden layers**, **penalty** and **λ**" in app.main.markdown[-1].value
    app.button(key="tried_back_1").click().run()
    assert not app.exception
    assert app.session_state.settings == core.Settings(
        dataset="moons", hidden=(4,), noise=0.3, epochs=50, lam=10.0
    )


def test_the_oldest_rows_give_way_and_the_numbers_go_on(monkeypatch):
    n = len(LABELS)
    monkeypatch.setattr(log, "MAX_ROWS", 2 * n)
    app = open_app(topic("sparsity"), dataset="wine", **QUICK)
    for lam in (10.0, 1.0, 100.0):
        app.select_slider(key="lam").set_value(lam).run()
    assert tried(app)["no."].tolist() == list(range(n + 1, 3 * n + 1))


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({"dataset": "moons", "learning_rate": "3", "lam": "1000"}, "diverged"),
        ({"dataset": "breast_cancer", "learning_rate": "1", "lam": "700"}, "swinging"),
    ],
)
def test_a_network_that_diverged_or_swings_has_a_row_without_a_cost(settings, state):
    chosen = core.Settings(
        **{**settings, "lam": float(settings["lam"]), "learning_rate": float(settings["learning_rate"])},
        hidden=(),
        epochs=50,
    )
    assert retrained(chosen, "l2", chosen.lam)[1].state[0] == state
    app = open_app(topic("histograms"), hidden="none", **settings, **QUICK)
    app.run()
    rows = tried(app).set_index("penalty")
    assert rows.loc["L2", ["training cost", "validated cost", "exact zeros"]].isna().all()
    assert rows.loc["L2", "at rest"] == "no"
    assert np.isfinite(rows.loc["L1", "training cost"])


def trial(**changed) -> Trial:
    values = {
        "number": 1,
        "settings": core.Settings(),
        "digest": "",
        "data": "Wine",
        "is_synthetic": False,
        "penalty": "L1",
        "method": "accelerated",
        "at_rest": True,
        "train_cost": 0.1,
        "validated_cost": 0.2,
        "accuracy": 0.9,
        "zeros": 0.5,
    }
    return Trial(**values | changed)


def test_the_list_has_a_column_for_every_setting():
    settings = core.Settings(dataset="moons", hidden=(16, 8), n_samples=700, noise=0.3, seed=4)
    rows = log.table([trial(), trial(number=2, settings=settings, is_synthetic=True, data="Moons")])
    assert [name for name in rows if name in {setting.short for setting in SETTINGS.values()}] == [
        *("data", "hidden layers", "α", "epochs", "samples", "noise", "seed", "λ")
    ]
    results = ["at rest", "training cost", "validated cost", "validated accuracy", "exact zeros"]
    assert list(rows)[-8:] == ["penalty", "λ", "steps", *results]
    first, second = rows.to_dict("records")
    assert second["data"] == "Moons"
    assert second["hidden layers"] == "16-8"
    assert (second["samples"], second["noise"], second["seed"]) == (700, 0.3, 4)
    assert pd.isna(first["samples"])
    assert pd.isna(first["noise"])
    assert log.differing(trial(), trial(settings=replace(core.Settings(), seed=1))) == ["seed"]


@pytest.mark.parametrize("changed", [{"seed": 1}, {"n_samples": 50}, {"noise": 0.5}])
def test_the_lower_validated_cost_is_named_only_where_both_are_of_the_same_rows(changed):
    one, other = trial(), trial(number=2, validated_cost=0.3, penalty="L2", zeros=0.0)
    for pair in ((one, other), (other, one)):
        assert "no. 1 has the lower validated cost, **0.2** against 0.3" in log.sentences(*pair)[-1]
    moons = core.Settings(dataset="moons")
    drawn = [trial(settings=settings, is_synthetic=True) for settings in (moons, replace(moons, **changed))]
    drawn[1] = replace(drawn[1], number=5, validated_cost=0.4)
    assert "trained on other rows" in log.sentences(*drawn)[-1]
    wider = replace(drawn[1], settings=replace(moons, hidden=(3,), lam=5.0, epochs=100, learning_rate=0.1))
    assert "no. 1 has the lower" in log.sentences(drawn[0], wider)[-1]
    assert "not to be compared" in log.sentences(one, trial(number=3, data="Your data: a.csv"))[-1]
    assert not any(
        "lower" in said for said in log.sentences(one, trial(number=4, validated_cost=float("nan")))
    )


def test_a_file_name_that_is_a_formula_is_neutral_in_the_download():
    rows = pd.read_csv(io.BytesIO(export.csv(log.table([trial(data="=HYPERLINK(1)")]))))
    assert rows["data"].tolist() == ["'=HYPERLINK(1)"]
    assert rows["λ"].tolist() == [10.0]


def test_a_trial_on_data_that_is_gone_cannot_be_gone_back_to():
    assert log.can_return(trial())
    assert not log.can_return(trial(settings=core.Settings(dataset="your_data"), digest="abc"))


def test_a_trial_of_edited_samples_is_of_other_rows_and_goes_back_to_its_edits(monkeypatch):
    one, other = trial(data="Moons, edited"), trial(number=2, data="Moons, edited", edits=parse_edits("r3"))
    assert "other rows, so that their costs are not to be compared" in log.sentences(one, other)[-1]
    put = []
    monkeypatch.setattr(log, "choose", put.append)
    monkeypatch.setattr(log, "put_edits", lambda settings, edits: put.append((settings, edits)))
    log.go_back(other)
    assert put == [asdict(other.settings), (other.settings, other.edits)]

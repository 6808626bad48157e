"""More data or more λ: the tables, the sentences, the script, and the page with its long work."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import core
from core import variance
from tests.app import QUICK, chart, context_at, open_app, sentences
from tests.trained import cost_by_hand, curves_of_wine
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.topics.bias_variance import PENALTY, SEEDS, TEST_SHARE_CONTROL, TOPIC, curves_of
from ui.topics.bias_variance.notes import notes
from ui.topics.bias_variance.tables import best_at_a_quarter, bridges, curve_table, worth_table
from ui.work import curves as work

SMALL = {"dataset": "moons", "n_samples": "50", "noise": "0.4", "hidden": "4", **QUICK}
SOON = core.Settings(dataset="moons", n_samples=50, noise=0.4, hidden=(4,), epochs=50)


def waiting(app: AppTest) -> bool:
    """Whether there is a button that long work waits for."""
    return any(button.key == "train_them" for button in app.button)


@pytest.fixture(scope="module")
def curves() -> variance.Curves:
    return curves_of_wine()


def test_the_defaults_are_those_of_the_links_that_people_have():
    context = context_at()
    assert (context[PENALTY], context[SEEDS], context[TEST_SHARE_CONTROL]) == ("l2", 3, 0.3)
    assert [control.key for control in TOPIC.controls] == [
        "variance_penalty",
        "variance_seeds",
        "variance_test_share",
    ]


def test_the_caption_counts_the_networks():
    picture = TOPIC.picture(context_at(SOON, {SEEDS.key: 5}))
    assert picture.caption.startswith("5 seeds × 6 numbers of samples × 26 values of λ = 780 networks.")


def test_the_curves_of_the_context_are_those_that_the_picture_shows():
    context = context_at(
        SOON,
        {PENALTY.key: "l1", TEST_SHARE_CONTROL.key: 0.5},
    )
    picture = TOPIC.picture(context)
    kept = curves_of(context).kept()
    assert kept is not None
    assert len(kept) == SEEDS.default_in(context)
    pd.testing.assert_frame_equal(picture.tables["worth"], worth_table(kept), check_dtype=False)


@pytest.mark.parametrize(("penalty", "norm"), [("l1", r"\|W^{[l]}\|_1"), ("l2", r"\|W^{[l]}\|_F^2")])
def test_the_mathematics_holds_the_numbers_of_the_page(penalty, norm):
    text = TOPIC.mathematics(context_at(replace(SOON, lam=3.0), {PENALTY.key: penalty}))
    assert rf"J = \text{{cost}} + \frac{{3}}{{2\cdot 34}}\sum_l {norm}" in text


def test_where_all_networks_diverged_there_is_no_picture(monkeypatch, curves):
    gone = np.full_like(curves.test_cost, np.nan)
    nothing = variance.Curves(curves.sizes, curves.lams, gone, gone, gone, gone)
    monkeypatch.setattr(work, "learning_curves", lambda *of: nothing)
    picture = TOPIC.picture(context_at(replace(SOON, seed=80)))
    assert picture.missing.startswith("At every λ a network of some seed diverged")
    assert not picture.caption


def test_the_script_takes_over_what_was_chosen(tmp_path):
    chosen = {PENALTY.key: "l1", SEEDS.key: 5, TEST_SHARE_CONTROL.key: 0.5}
    picture = TOPIC.picture(context_at(replace(SOON, seed=998, lam=3.0), chosen))
    printed = printed_by(picture.script, tmp_path)
    assert "At λ = 3 under L1, 26 samples:" in printed
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed


def test_the_sentences_are_those_of_networks_trained_alone():
    app = open_app(TOPIC, **SMALL, lam="3", seed="5")
    assert not app.exception
    costs, hits = [], []
    for seed in (5, 6, 7):
        data = core.load_dataset("moons", seed, 50, 0.4)
        run = core.train(
            data.X_train, data.y_train, (4,), "l2", [3.0], learning_rate=0.3, epochs=50, seed=seed
        )
        sides = ((data.X_train, data.y_train), (data.X_test, data.y_test))
        costs.append([cost_by_hand(run, X, y) for X, y in sides])
        hits.append(((run.predict_proba(data.X_test)[0] > 0.5) == data.y_test).mean())
    train, test = np.transpose(costs)
    said = re.search(
        r"At λ = 3 under L2, all (\d+) training .* is a test cost of \*\*([\d.]+)\*\* \(from ([\d.]+) to "
        r"([\d.]+)\) beside a training cost of ([\d.]+), and a test accuracy of ([\d.]+) %",
        sentences(app),
    )
    assert int(said[1]) == data.m
    expected = [test.mean(), test.min(), test.max(), train.mean(), 100 * np.mean(hits)]
    assert [float(said[i]) for i in range(2, 7)] == pytest.approx(expected, rel=5e-3)


def test_what_lam_is_worth_in_samples_is_read_off_its_own_table():
    app = open_app(TOPIC, dataset="needles", hidden="4", epochs="100", learning_rate="1")
    worth = chart(app)[1]["worth"]
    said = re.search(
        r"with (\d+) samples the best λ, ([\d.]+), takes the test cost from ([\d.]+) to \*\*([\d.]+)\*\*\. "
        r"Without a penalty (?:that takes about \*\*([\d,]+) samples|not even)",
        sentences(app),
    )
    at = worth[worth.m == int(said[1])].set_index("kind")
    assert float(said[2]) == at.lam["best"]
    assert float(said[3]) == pytest.approx(at.cost["zero"], rel=5e-3)
    assert float(said[4]) == pytest.approx(at.cost["best"], rel=5e-3)
    zero = worth[worth.kind == "zero"]
    if said[5]:
        crossing = np.interp(-at.cost["best"], -zero.cost, np.log(zero.m))
        assert (np.diff(zero.cost) < 0).all(), "np.interp needs a falling curve"
        assert float(said[5].replace(",", "")) == pytest.approx(np.exp(crossing), rel=0.01)
    else:
        assert (zero.cost > at.cost["best"]).all()


def seed_with(test_cost: list[list[float]]) -> variance.Curves:
    cost = np.array(test_cost)
    return variance.Curves((10, 40, 160), np.array([0.0, 5.0]), cost / 2, cost, cost, cost)


def test_nothing_is_claimed_that_the_numbers_do_not_bear_out():
    text = " ".join(notes([seed_with([[0.2, 0.4], [0.3, 0.5], [0.6, 0.7]])], "L1", 1))
    assert "no λ of the grid is better than λ = 0" in text
    assert "More data" not in text, "the gap grew"
    assert "More λ" not in text, "λ = 0 is best at each m"
    text = " ".join(notes([seed_with([[0.9, 0.4], [0.8, 0.5], [0.7, 0.45]])], "L1", 1))
    assert "not even all 160 samples reach that" in text
    assert "More data" in text


def test_a_penalty_that_halves_the_need_for_samples_is_given_its_number():
    table = worth_table([seed_with([[0.8, 0.7], [0.6, 0.4], [0.4, 0.4]])])
    best = table[table.kind == "best"].set_index("m")
    assert best.needed[40] == pytest.approx(160)
    assert best.needed[10] == pytest.approx(20)
    assert np.isnan(best.needed[160]), "at equal cost the smaller λ is best, which is λ = 0"
    assert bridges(table).m.tolist() == [10, 40]


def test_a_quarter_of_the_samples_is_the_nearest_number_that_was_trained():
    table = worth_table([seed_with([[0.8, 0.7], [0.6, 0.4], [0.4, 0.4]])])
    assert best_at_a_quarter(table, 160).m == 40
    assert best_at_a_quarter(table, 40).m == 10
    assert best_at_a_quarter(table, 10) is None


def test_curves_hold_every_point_that_was_measured(curves):
    table = curve_table([curves, curves])
    assert len(table) == 2 * np.isfinite(curves.test_cost).sum()
    row = table[(table.m == 40) & (table.k == 1) & (table.rows == "test")].iloc[0]
    assert row.cost == row.cost_low == row.cost_high == curves.test_cost[1, 1]
    assert not row.is_all
    assert set(table.rows) == {"training", "test"}


def test_a_long_study_waits_for_its_button_and_can_be_stopped(monkeypatch):
    monkeypatch.setattr(work, "AUTO_SECONDS", 0.0)
    app = open_app(TOPIC, **SMALL, seed="40")
    assert not app.get("vega_lite_chart")
    assert "networks are still to be trained: 3 of 3 seeds" in app.info[0].value
    app.button(key="train_them").click().run()
    assert not app.exception
    chart(app)
    assert not waiting(app)
    app.segmented_control(key=SEEDS.key).set_value(5).run()
    assert "2 of 5 seeds" in app.info[0].value, "three are kept"


def test_a_study_that_was_stopped_does_not_start_by_itself():
    app = open_app(TOPIC, **SMALL, seed="50")
    chart(app)
    context = context_at(app.session_state.settings, {PENALTY.key: "l1"})
    app.session_state.stopped = frozenset({curves_of(context).key})
    app.segmented_control(key=PENALTY.key).set_value("l1").run()
    assert not app.get("vega_lite_chart")
    app.button(key="train_them").click().run()
    chart(app)


def test_a_seed_is_trained_once(monkeypatch):
    calls = []
    real = work.learning_curves
    monkeypatch.setattr(work, "learning_curves", lambda *args: calls.append(1) or real(*args))
    app = open_app(TOPIC, **SMALL, seed="60")
    app.select_slider(key="lam").set_value(50.0).run()
    assert len(calls) == 3
    app.segmented_control(key=SEEDS.key).set_value(5).run()
    assert len(calls) == 5


def test_the_split_and_the_penalty_are_the_persons_to_choose():
    app = open_app(TOPIC, **SMALL)
    first = chart(app)[1]["curves"]
    app.segmented_control(key=TEST_SHARE_CONTROL.key).set_value(0.5).run()
    assert chart(app)[1]["curves"].m.max() == 26
    app.segmented_control(key=TEST_SHARE_CONTROL.key).set_value(0.3).run()
    app.segmented_control(key=PENALTY.key).set_value("l1").run()
    second = chart(app)[1]["curves"]
    assert first.m.max() == second.m.max()
    assert "under L1" in sentences(app)
    at_zero = [table[table.k == 0].cost.to_numpy() for table in (first, second)]
    np.testing.assert_allclose(*at_zero, rtol=1e-4)


def test_divergence_is_said_and_the_rest_is_shown():
    app = open_app(TOPIC, dataset="wine", hidden="none", learning_rate="3", lam="1000", **QUICK)
    assert not app.exception
    assert "of these 468 networks diverged" in sentences(app)
    assert "At λ = 1000 under L2 a network of some seed diverged" in sentences(app)
    assert chart(app)[1]["readout"].test.iloc[-1] == "test: diverged"

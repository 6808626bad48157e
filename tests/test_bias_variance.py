"""More data or more λ: the arithmetic, the study that is started, stopped and kept, and the page."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core import variance
from core.settings import LAMS
from tests.test_pages import QUICK, chart, open_app
from ui import bias_variance, study, words

PAGE = "pages/bias_variance.py"
SMALL = {"dataset": "moons", "n_samples": "50", "noise": "0.4", "hidden": "4", **QUICK}


def sentences(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(text.value for text in app.main.markdown)


def cost_by_hand(run: core.Run, X: np.ndarray, y: np.ndarray) -> float:
    """Cross-entropy of a single network with a sigmoid."""
    Z = run.layers(X)[-1][0, 0].astype(float)
    return float(np.logaddexp(0, np.where(y == 1, -Z, Z)).mean())


@pytest.fixture(scope="module")
def wine() -> core.Dataset:
    return core.load_dataset("wine")


@pytest.fixture(scope="module")
def curves(wine) -> variance.Curves:
    return variance.learning_curves(wine, (10, 40, wine.m), (4,), "l2", (0.0, 3.0, 1000.0), 1.0, 60, seed=1)


def test_the_share_of_test_rows_can_be_chosen():
    for share in (0.2, 0.5):
        data = core.load_dataset("wine", seed=2, test_share=share)
        assert len(data.y_test) / (data.m + len(data.y_test)) == pytest.approx(share, abs=0.01)
        np.testing.assert_allclose(data.X_train.mean(axis=0), 0, atol=1e-9)
    default, told = core.load_dataset("wine", seed=2), core.load_dataset("wine", seed=2, test_share=0.3)
    np.testing.assert_array_equal(default.X_train, told.X_train)


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5, float("nan")])
def test_a_share_that_leaves_one_side_empty_is_refused(share):
    with pytest.raises(ValueError, match="test_share must be a share between 0 and 1"):
        core.load_dataset("wine", test_share=share)


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_every_class_stays_on_both_sides_at_any_share(share):
    data = core.load_dataset("digits", test_share=share)
    assert set(data.y_train) == set(data.y_test) == set(range(10))


@pytest.mark.parametrize(("m", "n_classes"), [(398, 2), (1258, 10), (14, 2), (35, 2), (7, 2), (20, 10)])
def test_sizes_increase_to_all_samples(m, n_classes):
    sizes = variance.sample_sizes(m, n_classes)
    assert list(sizes) == sorted(set(sizes))
    assert sizes[-1] == m
    assert len(sizes) <= variance.N_SIZES
    assert sizes[0] >= min(m, 3 * n_classes)


def test_each_subset_has_every_class_in_nearly_its_share():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [70, 25, 5])
    order = variance.subset_order(y, rng)
    assert sorted(order) == list(range(100))
    for n in (3, 10, 20, 50, 99):
        counts = np.bincount(y[order[:n]], minlength=3)
        assert (counts > 0).all()
        np.testing.assert_allclose(counts, n * np.array([0.7, 0.25, 0.05]), atol=1.7)
    assert (order != variance.subset_order(y, rng)).any(), "the generator draws it"


def test_the_curve_at_all_samples_is_that_of_the_whole_training_set():
    data = core.load_dataset("moons", seed=3, n_samples=100, noise=0.4)
    curves = variance.learning_curves(data, (20, data.m), (4,), "l1", (0.0, 2.0), 0.3, 40, seed=3)
    for i, lam in enumerate((0.0, 2.0)):
        run = core.train(data.X_train, data.y_train, (4,), "l1", [lam], learning_rate=0.3, epochs=40, seed=3)
        assert curves.test_cost[-1, i] == pytest.approx(cost_by_hand(run, data.X_test, data.y_test), rel=1e-4)
        assert curves.train_cost[-1, i] == pytest.approx(run.data_cost[-1, 0], rel=1e-4)
        right = (run.predict_proba(data.X_test)[0] > 0.5) == data.y_test
        assert curves.test_accuracy[-1, i] == right.mean()


def test_a_subset_is_standardized_by_its_own_rows_alone(monkeypatch, wine):
    seen = []
    monkeypatch.setattr(
        variance, "train", lambda X, *args, **options: seen.append(X) or core.train(X, *args, **options)
    )
    variance.learning_curves(wine, (12, 60), (), "l2", (1.0,), 0.1, 2)
    assert [len(X) for X in seen] == [12, 60]
    for X in seen:
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(X.std(axis=0), 1, atol=1e-9)


def test_a_network_whose_j_rose_is_not_measured(curves, wine):
    assert 1.0 * 1000 / 40 > 2, "this λ is meant to make L2 grow where samples are few"
    for name in variance.MEASURES:
        values = getattr(curves, name)
        assert np.isnan(values[:2, 2]).all()
        assert np.isfinite(values[:, :2]).all()


def test_progress_runs_up_to_its_total_and_can_stop_the_training(wine):
    heard = []
    variance.learning_curves(
        wine, (10, 50), (), "l2", (1.0,), 0.1, 5, on_progress=lambda *now: heard.append(now)
    )
    done, totals = zip(*heard, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {done[-1]} == {(10 + 50) * 5}

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        variance.learning_curves(wine, (10, 50), (), "l2", (1.0,), 0.1, 5, on_progress=stop)


@pytest.mark.parametrize("sizes", [(), (2, 20), (20, 20), (30, 20), (20, 1000)])
def test_sizes_out_of_range_are_refused(wine, sizes):
    with pytest.raises(ValueError, match="sizes must increase from at least 3"):
        variance.learning_curves(wine, sizes, (), "l2", (1.0,), 0.1, 5)


def test_a_band_holds_its_mean_and_nothing_where_a_seed_is_missing(curves):
    values = np.array([[1.0, 2.0], [3.0, 8.0]])
    others = [
        variance.Curves((5, 9), np.array([0.0, 1.0]), v, v, v, v)
        for v in (values, values + 1, np.where(values == 8, np.nan, values + 5))
    ]
    over = variance.band(others, "test_cost")
    np.testing.assert_allclose(over.mean, [[3, 4], [5, np.nan]])
    np.testing.assert_allclose(over.low, [[1, 2], [3, np.nan]])
    np.testing.assert_allclose(over.high, [[6, 7], [8, np.nan]])


def test_best_lams_are_the_lowest_and_pass_over_nan():
    cost = np.array([[0.5, 0.2, 0.3], [0.1, 0.1, 0.4], [np.nan, 0.9, 0.8], [np.nan] * 3])
    assert variance.best_lams(cost).tolist() == [1, 0, 2, -1]


def test_samples_needed_are_read_off_a_line_over_log_m():
    sizes, cost = (10, 100, 1000), np.array([0.9, 0.5, 0.3])
    assert variance.samples_needed(sizes, cost, 0.5) == pytest.approx(100)
    assert variance.samples_needed(sizes, cost, 0.4) == pytest.approx(10**2.5)
    assert variance.samples_needed(sizes, cost, 1.0) == pytest.approx(10)
    assert variance.samples_needed(sizes, cost, 0.2) == np.inf
    assert variance.samples_needed(sizes, np.array([0.9, np.nan, 0.3]), 0.6) == pytest.approx(100)
    assert variance.samples_needed(sizes, np.full(3, np.nan), 0.6) == np.inf


def test_the_estimate_grows_with_all_that_costs():
    base = {"sizes": (10, 100), "n_features": 5, "hidden": (8,), "n_classes": 2, "n_lams": 26, "epochs": 100}
    seconds = variance.estimated_seconds(**base)
    for more in ({"sizes": (10, 100, 200)}, {"hidden": (64,)}, {"n_lams": 52}, {"epochs": 200}):
        assert variance.estimated_seconds(**{**base, **more}) > seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 second"), (8.4, "8 seconds"), (100, "2 minutes"), (7200, "120 minutes")]
)
def test_durations_are_said_as_a_person_would(seconds, text):
    assert words.duration(seconds) == text


def test_seeds_beyond_the_last_begin_again_and_share_their_sizes():
    plans = study.plans_for(core.Settings(dataset="needles", seed=998), "l1", 0.3, 5)
    assert [plan.settings.seed for plan in plans] == [998, 999, 0, 1, 2]
    assert len({plan.sizes for plan in plans}) == 1
    assert all(plan.sizes[-1] <= plan.load().m for plan in plans)


def test_the_chosen_lam_is_no_part_of_a_plan():
    plans = [study.plans_for(core.Settings(lam=lam), "l2", 0.3, 3) for lam in (0.0, 50.0)]
    assert plans[0] == plans[1]


def test_the_sentences_are_those_of_networks_trained_alone():
    app = open_app(PAGE, **SMALL, lam="3", seed="5")
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
    app = open_app(PAGE, dataset="needles", hidden="4", epochs="100", learning_rate="1")
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
    text = " ".join(bias_variance.notes([seed_with([[0.2, 0.4], [0.3, 0.5], [0.6, 0.7]])], "L1", 1))
    assert "no λ of the grid is better than λ = 0" in text
    assert "More data" not in text, "the gap grew"
    assert "More λ" not in text, "λ = 0 is best at each m"
    text = " ".join(bias_variance.notes([seed_with([[0.9, 0.4], [0.8, 0.5], [0.7, 0.45]])], "L1", 1))
    assert "not even all 160 samples reach that" in text
    assert "More data" in text


def test_a_penalty_that_halves_the_need_for_samples_is_told_so():
    table = bias_variance.worth_table([seed_with([[0.8, 0.7], [0.6, 0.4], [0.4, 0.4]])])
    best = table[table.kind == "best"].set_index("m")
    assert best.needed[40] == pytest.approx(160)
    assert best.needed[10] == pytest.approx(20)
    assert np.isnan(best.needed[160]), "at equal cost the smaller λ is best, which is λ = 0"
    assert bias_variance.bridges(table).m.tolist() == [10, 40]


def test_curves_hold_every_point_that_was_measured(curves):
    table = bias_variance.curve_table([curves, curves])
    assert len(table) == 2 * np.isfinite(curves.test_cost).sum()
    row = table[(table.m == 40) & (table.k == 1) & (table.rows == "test")].iloc[0]
    assert row.cost == row.cost_low == row.cost_high == curves.test_cost[1, 1]
    assert not row.is_all


def test_a_long_study_waits_for_its_button_and_can_be_stopped(monkeypatch):
    monkeypatch.setattr(study, "AUTO_SECONDS", 0.0)
    app = open_app(PAGE, **SMALL, seed="40")
    assert not app.get("vega_lite_chart")
    assert "networks are still to be trained: 3 of 3 seeds" in app.info[0].value
    app.button[0].click().run()
    assert not app.exception
    chart(app)
    assert not app.button
    app.segmented_control(key="variance_seeds").set_value(5).run()
    assert "2 of 5 seeds" in app.info[0].value, "three are kept"


def test_a_study_that_was_stopped_does_not_start_by_itself(monkeypatch):
    app = open_app(PAGE, **SMALL, seed="50")
    chart(app)
    plans = study.plans_for(app.session_state.settings, "l1", 0.3, 3)
    app.session_state[study.STUDY] = ("stop", plans)
    app.segmented_control(key="variance_penalty").set_value("l1").run()
    assert not app.get("vega_lite_chart")
    app.button[0].click().run()
    chart(app)


def test_a_seed_is_trained_once(monkeypatch):
    calls = []
    real = study.learning_curves
    monkeypatch.setattr(study, "learning_curves", lambda *args: calls.append(1) or real(*args))
    app = open_app(PAGE, **SMALL, seed="60")
    app.select_slider(key="lam").set_value(50.0).run()
    assert len(calls) == 3
    app.segmented_control(key="variance_seeds").set_value(5).run()
    assert len(calls) == 5


def test_the_split_and_the_penalty_are_the_persons_to_choose():
    app = open_app(PAGE, **SMALL)
    first = chart(app)[1]["curves"]
    app.segmented_control(key="variance_test_share").set_value(0.5).run()
    assert chart(app)[1]["curves"].m.max() == 26
    app.segmented_control(key="variance_test_share").set_value(0.3).run()
    app.segmented_control(key="variance_penalty").set_value("l1").run()
    second = chart(app)[1]["curves"]
    assert first.m.max() == second.m.max()
    assert "under L1" in sentences(app)
    at_zero = [table[table.k == 0].cost.to_numpy() for table in (first, second)]
    np.testing.assert_allclose(*at_zero, rtol=1e-4)


@pytest.mark.parametrize("hidden", ["none", "6", "5-4-3-2"])
def test_it_works_with_every_data_set_at_both_ends_of_the_grid(monkeypatch, hidden):
    monkeypatch.setattr(study, "AUTO_SECONDS", 60.0)
    monkeypatch.setattr(variance, "N_SIZES", 3)
    app = open_app(PAGE, hidden=hidden, **QUICK)
    for dataset in core.DATASETS:
        app.selectbox(key="dataset").set_value(dataset)
        for lam in (LAMS[0], LAMS[-1]):
            app.select_slider(key="lam").set_value(lam).run()
            assert not app.exception, (dataset, lam)
            tables = chart(app)[1]
            assert tables["chosen"].k.tolist() == [LAMS.index(lam)]
            assert set(tables["curves"].rows) == {"training", "test"}, (dataset, lam)
            assert f"At λ = {lam:g} under L2" in sentences(app), (dataset, lam)


def test_divergence_is_told_and_the_rest_is_shown():
    app = open_app(PAGE, dataset="wine", hidden="none", learning_rate="3", lam="1000", **QUICK)
    assert not app.exception
    assert "of these 468 networks diverged" in sentences(app)
    assert "At λ = 1000 under L2 a network of some seed diverged" in sentences(app)
    assert chart(app)[1]["readout"].test.iloc[-1] == "test: diverged"


def test_a_rerun_changes_the_tables_and_not_the_spec():
    app = open_app(PAGE, **SMALL)
    spec, tables = chart(app)
    app.select_slider(key="lam").set_value(100.0)
    app.number_input(key="seed").set_value(3).run()
    spec_after, tables_after = chart(app)
    assert spec_after == spec
    assert not tables_after["curves"].equals(tables["curves"])

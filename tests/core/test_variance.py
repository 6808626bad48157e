"""Learning curves: what is measured, on which rows, what is kept, and what is read off the curves."""

import numpy as np
import pytest

import core
from core import variance
from core.grid import epochs_to_rest, train_to_rest
from tests.trained import cost_by_hand, curves_of_wine


@pytest.fixture(scope="module")
def wine() -> core.Dataset:
    return core.load_dataset("wine")


@pytest.fixture(scope="module")
def curves() -> variance.Curves:
    return curves_of_wine()


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


def test_the_curve_at_all_samples_is_that_of_the_whole_training_set_at_rest():
    data = core.load_dataset("moons", seed=3, n_samples=100, noise=0.4)
    lams = (0.0, 2.0, 5.0)
    curves = variance.learning_curves(data, (20, data.m), (4,), "l1", lams, 0.3, 40, seed=3)
    for i, lam in enumerate(lams):
        run = core.train(
            *(data.X_train, data.y_train, (4,), "l1", [lam], 0.3, epochs_to_rest(40, lam), 3),
            method="accelerated",
            until_rest=True,
        )
        assert run.at_rest[0] == (lam == 5), "at this λ it is given epochs until it rests"
        assert curves.test_cost[-1, i] == pytest.approx(cost_by_hand(run, data.X_test, data.y_test), rel=1e-3)
        assert curves.train_cost[-1, i] == pytest.approx(run.data_cost[-1, 0], rel=1e-3)
        for measured, X, y in (
            (curves.test_accuracy, data.X_test, data.y_test),
            (curves.train_accuracy, data.X_train, data.y_train),
        ):
            assert measured[-1, i] == ((run.predict_proba(X)[0] > 0.5) == y).mean()


@pytest.mark.parametrize(("name", "n_out"), [("moons", 1), ("wine", 3)])
def test_the_rows_that_are_kept_have_the_probabilities_of_a_network_trained_alone(name, n_out):
    data = core.load_dataset(name, 2, 60, 0.4)
    sizes, lams, keep = (12, data.m), (0.0, 5.0), [7, 2, 11]
    curves = variance.learning_curves(data, sizes, (3,), "l2", lams, 0.3, 50, seed=6, keep=keep)
    assert curves.answers.shape == (2, 2, n_out, 3)
    assert curves.answers.dtype == np.float32
    order = variance.subset_order(data.y_train, np.random.default_rng((6, data.m)))
    for i, m in enumerate(sizes):
        X, y = data.X_train[order[:m]], data.y_train[order[:m]]
        mean, deviation = X.mean(axis=0), X.std(axis=0)
        run = train_to_rest((X - mean) / deviation, y, (3,), "l2", lams, 0.3, 50, 6)
        P = run.predict_proba((data.X_test[keep] - mean) / deviation).reshape(2, n_out, 3)
        np.testing.assert_allclose(curves.answers[i], P, atol=1e-6)
    assert np.abs(np.diff(curves.answers[:, 1])).max(axis=1).min() > 1e-3, "these rows are meant to differ"
    other = variance.learning_curves(data, sizes, (3,), "l2", lams, 0.3, 50, seed=6)
    assert other.answers.shape == (2, 2, n_out, 0)
    assert curves.nbytes == other.nbytes + 4 * 2 * 2 * n_out * 3
    np.testing.assert_array_equal(other.test_cost, curves.test_cost)


def test_a_subset_is_standardized_by_its_own_rows_alone(monkeypatch, wine):
    seen = []
    monkeypatch.setattr(
        variance, "train_to_rest", lambda X, *of, **more: seen.append(X) or train_to_rest(X, *of, **more)
    )
    variance.learning_curves(wine, (12, 60), (), "l2", (1.0,), 0.1, 2)
    assert [len(X) for X in seen] == [12, 60]
    for X in seen:
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-9)
        np.testing.assert_allclose(X.std(axis=0), 1, atol=1e-9)


def test_where_a_plain_step_makes_weights_grow_the_networks_at_rest_are_measured(curves, wine):
    assert 1.0 * 1000 / 40 > 2, "this λ is meant to make L2 grow where samples are few"
    rows = variance.subset_order(wine.y_train, np.random.default_rng(0))[:40]
    plain = core.train(wine.X_train[rows], wine.y_train[rows], (4,), "l2", [1000.0], 1.0, 60)
    assert not plain.sound[0]
    assert all(np.isfinite(getattr(curves, name)).all() for name in variance.MEASURES)


def test_a_network_that_diverged_or_swings_is_not_measured_and_gives_no_answers(monkeypatch, wine):
    monkeypatch.setattr(core.Run, "sound", np.array([True, False, True]))
    curves = variance.learning_curves(wine, (10, 40), (2,), "l2", (0.0, 3.0, 5.0), 0.3, 5, keep=[0, 1])
    for name in variance.MEASURES:
        values = getattr(curves, name)
        assert np.isnan(values[:, 1]).all()
        assert np.isfinite(values[:, [0, 2]]).all()
    assert np.isnan(curves.answers[:, 1]).all()
    assert np.isfinite(curves.answers[:, [0, 2]]).all()


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


def test_a_band_holds_its_mean_and_nothing_where_a_set_is_missing():
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

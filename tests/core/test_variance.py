"""Bias and variance: what is measured, on which rows, and what is read off the curves."""

import numpy as np
import pytest

import core
from core import variance
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

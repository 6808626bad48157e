"""λ is chosen by rows that no fit has seen; the figures are those of a plain loop and of the references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import core
from core.selection import (
    FOLDS,
    FOLDS_OF_NETWORKS,
    Validation,
    cross_validate,
    lowest,
    nested_cross_validate,
    splits,
)


def noise(m: int, n_features: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns that say nothing of the classes."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((m, n_features)), rng.permutation(np.arange(m) % 2)


def test_cross_validation_on_breast_cancer_finds_what_the_reference_did():
    found = []
    for seed in range(10):
        data = core.load_dataset("breast_cancer", seed=seed)
        top = core.lam_max(data.X_train, data.y_train)
        lams = np.geomspace(top, top / 1000, 40)
        chosen = cross_validate(data.X_train, data.y_train, penalty="l1", lams=lams, seed=seed)
        path = core.fit_logistic(data.X_train, data.y_train, "l1", lams)
        Z = path.W @ data.X_test.T + path.b[:, None]
        cost = (np.logaddexp(0, Z) - data.y_test * Z).mean(axis=1)
        kept, best = (path.W != 0).sum(axis=1), cost.argmin()
        found.append([(cost[k], kept[k]) for k in (chosen.k_min, chosen.k_1se, best)])
    (cost_min, kept_min), (cost_1se, kept_1se), (cost_picked, _) = np.mean(found, axis=0)
    assert [cost_min, cost_1se, cost_picked] == pytest.approx([0.128, 0.114, 0.093], rel=0.03)
    assert [kept_min, kept_1se] == pytest.approx([13.3, 9.4], rel=0.05)


def test_it_equals_a_plain_loop_over_scikit_learn_at_the_same_folds(samples):
    X, y = samples
    lams = [1.0, 10.0]
    found = cross_validate(X * 3 + 1, y, penalty="l2", lams=lams, folds=4, seed=5)
    parts = list(splits(y, 4, np.random.default_rng(5)))
    for k, lam in enumerate(lams):
        share = len(parts[0][0]) / len(X)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / (lam * share), tol=1e-10))
        costs = -cross_val_score(model, X * 3 + 1, y, cv=parts, scoring="neg_log_loss")
        np.testing.assert_allclose(found.costs[:, k], costs, rtol=2e-3)
        assert found.mean[k] == pytest.approx(costs.mean(), rel=1e-3)
        assert found.se[k] == pytest.approx(costs.std(ddof=1) / 2, rel=5e-3)


@given(
    counts=st.lists(st.integers(2, 25), min_size=2, max_size=4),
    folds=st.integers(2, 12),
    seed=st.integers(0, 99),
)
@settings(max_examples=80, deadline=None)
def test_every_row_is_aside_once_and_each_class_is_left_to_be_fitted(counts, folds, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    folds = min(folds, len(y))
    parts = list(splits(y, folds, np.random.default_rng(seed)))
    assert sorted(np.concatenate([aside for _, aside in parts])) == list(range(len(y)))
    sizes = [len(aside) for _, aside in parts]
    assert max(sizes) - min(sizes) <= 1
    for kept, aside in parts:
        assert sorted([*kept, *aside]) == list(range(len(y)))
        assert set(y[kept]) == set(y)
        shares = np.bincount(y[aside], minlength=len(counts)) - np.array(counts) / folds
        assert (np.abs(shares) < 1).all()


def test_the_folds_are_drawn_by_the_seed():
    y = np.arange(40) % 2
    one, same, other = (
        [aside.tolist() for _, aside in splits(y, 5, np.random.default_rng(seed))] for seed in (0, 0, 1)
    )
    assert one == same != other


@given(seed=st.integers(0, 10_000), n=st.integers(2, 12), folds=st.integers(2, 6))
@settings(max_examples=100, deadline=None)
def test_lam_1se_is_never_smaller_than_lam_min_and_the_largest_within_one_error(seed, n, folds):
    rng = np.random.default_rng(seed)
    costs = rng.random((folds, n)).round(1) + rng.random(n)
    found = Validation(rng.permutation(np.geomspace(0.1, 10, n)), costs, costs, folds)
    mean, se = costs.mean(axis=0), costs.std(axis=0, ddof=1) / np.sqrt(folds)
    best = mean.argmin()
    assert found.lam_1se >= found.lam_min
    assert mean[found.k_min] == mean.min()
    allowed = found.lams[mean <= mean[best] + se[found.k_min]]
    assert found.lam_1se == allowed.max()


def test_of_equal_means_the_largest_lam_is_taken_and_what_is_not_finite_is_passed_over():
    costs = np.array([[np.nan, 0.5, 0.5, 0.9], [np.nan, 0.5, 0.5, 0.9]])
    found = Validation(np.array([0.0, 1.0, 2.0, 3.0]), costs, costs, 2)
    assert (found.lam_min, found.lam_1se) == (2.0, 2.0)
    nothing = Validation(np.array([0.0]), costs[:, :1], costs[:, :1], 2)
    assert (nothing.k_min, nothing.k_1se) == (-1, -1)
    assert np.isnan(nothing.lam_min)
    assert np.isnan(nothing.lam_1se)


def test_more_rounds_tell_the_mean_and_leave_the_error_as_it_is(samples):
    X, y = samples
    once = cross_validate(X, y, lams=[1.0, 5.0], folds=5)
    often = cross_validate(X, y, lams=[1.0, 5.0], folds=5, rounds=8)
    assert often.costs.shape == (40, 2)
    np.testing.assert_array_equal(often.costs[:5], once.costs)
    assert often.se == pytest.approx(once.se, rel=0.6)
    assert (often.se > 2 * often.costs.std(axis=0) / np.sqrt(40)).any()


@pytest.mark.parametrize("hidden", [(), (3,)])
def test_no_fold_takes_a_scale_from_the_rows_it_kept_aside(samples, hidden):
    X, y = samples
    options = {"hidden": hidden, "lams": [3.0], "folds": 3, "epochs": 40}
    plain = cross_validate(X, y, **options)
    parts = list(splits(y, 3, np.random.default_rng(0)))
    far = X.copy()
    far[parts[0][1]] += 50  # of the first fold's rows alone
    moved = cross_validate(far, y, **options)
    kept, aside = parts[0]
    scaled = (X[kept] - X[kept].mean(axis=0)) / X[kept].std(axis=0)
    share = len(kept) / len(X)
    if not hidden:
        path = core.fit_logistic(scaled, y[kept], "l1", [3.0 * share])
        Z = ((far[aside] - X[kept].mean(axis=0)) / X[kept].std(axis=0)) @ path.W[0] + path.b[0]
        assert moved.costs[0, 0] == pytest.approx((np.logaddexp(0, Z) - y[aside] * Z).mean(), rel=5e-3)
    assert moved.costs[0, 0] != pytest.approx(plain.costs[0, 0], rel=0.1)


def test_networks_and_several_classes_are_validated_as_they_are_trained(three_classes):
    X, y = three_classes
    found = cross_validate(X, y, (3,), ["l1", "l2"], [4.0, 4.0], epochs=60)
    assert found.costs.shape == (FOLDS_OF_NETWORKS, 2)
    kept, aside = next(splits(y, FOLDS_OF_NETWORKS, np.random.default_rng(0)))
    mean, deviation = X[kept].mean(axis=0), X[kept].std(axis=0)
    run = core.train(
        (X[kept] - mean) / deviation,
        y[kept],
        (3,),
        ["l1", "l2"],
        [4.0 * len(kept) / len(X)] * 2,
        core.Settings().learning_rate,
        core.grid.epochs_to_rest(60, 4.0),
        method="accelerated",
        until_rest=True,
    )
    expected = run.cross_entropy((X[aside] - mean) / deviation, y[aside])
    assert found.costs[0] == pytest.approx(expected, rel=1e-3)
    assert found.select(slice(1, 2)).costs.tolist() == found.costs[:, 1:].tolist()


def test_exact_optima_are_the_default_where_there_are_any_and_ten_folds(samples):
    X, y = samples
    exact = cross_validate(X, y, lams=[2.0])
    trained = cross_validate(X, y, lams=[2.0], folds=FOLDS, exact=False, epochs=2000)
    assert exact.folds == FOLDS
    np.testing.assert_allclose(exact.costs, trained.costs, rtol=4e-3)


def test_classes_that_a_line_parts_have_no_exact_optimum_at_lam_zero():
    X = np.linspace(-1, 1, 20)[:, None]
    found = cross_validate(X, (X[:, 0] > 0).astype(int), lams=[0.0, 1.0])
    assert np.isnan(found.mean[0])
    assert np.isfinite(found.mean[1])
    assert found.lam_min == 1.0


def test_nested_cross_validation_on_noise_reports_chance():
    found = [nested_cross_validate(*noise(60, 30, seed), lams=np.geomspace(30, 0.3, 10)) for seed in range(4)]
    for one in found:
        assert abs(one.accuracy - 0.5) <= 2 * max(one.accuracy_se, 0.5 / np.sqrt(60))
    assert np.mean([one.cost for one in found]) > 0.68


def test_nested_cross_validation_is_a_choice_inside_each_fold_and_a_measure_outside(samples):
    X, y = samples
    lams = np.array([20.0, 5.0, 1.0])
    found = nested_cross_validate(X, y, penalty="l2", lams=lams, rule="min", folds=3, seed=2)
    for i, (kept, aside) in enumerate(splits(y, 3, np.random.default_rng(2))):
        share = len(kept) / len(X)
        inner = cross_validate(X[kept], y[kept], penalty="l2", lams=lams * share, seed=2)
        assert found.lams[i] == lams[inner.k_min]
        mean, deviation = X[kept].mean(axis=0), X[kept].std(axis=0)
        path = core.fit_logistic((X[kept] - mean) / deviation, y[kept], "l2", [found.lams[i] * share])
        Z = ((X[aside] - mean) / deviation) @ path.W[0] + path.b[0]
        assert found.costs[i] == pytest.approx((np.logaddexp(0, Z) - y[aside] * Z).mean(), rel=2e-3)
        assert found.accuracies[i] == ((Z > 0) == y[aside]).mean()


def test_progress_rises_to_its_total_and_can_stop_the_work(samples):
    calls = []
    cross_validate(*samples, (3,), lams=[1.0], folds=3, epochs=20, on_progress=lambda *now: calls.append(now))
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1]

    def stop(done, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        cross_validate(*samples, lams=[1.0], on_progress=stop)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"folds": 1}, "folds must be"),
        ({"folds": 1000}, "folds must be from 2 to"),
        ({"rounds": 0}, "rounds must be"),
        ({"lams": [-1.0]}, "every λ must be"),
        ({"penalty": "l3"}, "penalty must be"),
    ],
)
def test_arguments_out_of_range_are_refused(samples, changed, sentence):
    with pytest.raises(ValueError, match=sentence):
        cross_validate(*samples, **{"lams": [1.0]} | changed)


def test_a_class_of_one_row_is_refused_by_name():
    with pytest.raises(ValueError, match=r"each class must have two rows or more .* 1 of class 1"):
        cross_validate(np.arange(6.0)[:, None], np.array([0, 0, 0, 1, 0, 0]), lams=[1.0])
    with pytest.raises(ValueError, match="rule must be 'min' or '1se'"):
        nested_cross_validate(np.arange(6.0)[:, None], np.array([0, 1] * 3), lams=[1.0], rule="best")


@pytest.mark.parametrize(("above", "k"), [(0.0, 2), (9e-7, 2), (1.2e-6, 1)])
def test_of_costs_that_no_training_tells_apart_the_largest_lam_is_the_lowest(above, k):
    lams = np.array([0.0, 1.0, 10.0, 100.0])
    assert lowest(np.array([0.5, 0.3, 0.3 + above, np.nan]), lams) == k
    assert lowest(np.full(4, np.nan), lams) == -1

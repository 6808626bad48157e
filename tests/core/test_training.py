"""Training: the stack equals its networks, the step is the lesson's, and the lesson's numbers come out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import core
from core import measures, network, training
from core.penalties import PENALTIES

PLAIN = tuple(training.STEPS)  # how they differ is tested here, momentum in test_acceleration
MIXED = {"penalty": ["l1", "l2", "l1", "l2", "l2"], "lams": [0.0, 1.0, 5.0, 5.0, 20.0]}
LAM_MAX = 436.631532  # breast cancer, all rows
each_penalty = pytest.mark.parametrize("penalty", list(PENALTIES))


def assert_same_networks(run, other, **tolerance):
    """Same weights, biases and costs in every snapshot."""
    for one, two in zip(
        (*run.history_W, *run.history_b, run.data_cost, run.penalty_cost),
        (*other.history_W, *other.history_b, other.data_cost, other.penalty_cost),
        strict=True,
    ):
        np.testing.assert_allclose(one, two, **tolerance)


def lesson_gradient(W, b, X, y):
    """Cost, dW_bp and db of one network for two classes, written as in the lesson."""
    A, m = [X.T], len(y)
    for l in range(len(W)):
        Z = W[l] @ A[l] + b[l]
        A.append(np.tanh(Z) if l < len(W) - 1 else 1 / (1 + np.exp(-Z)))
    dZ, dW, db = A[-1] - y, [], []
    for l in reversed(range(len(W))):
        dW.insert(0, dZ @ A[l].T / m)
        db.insert(0, dZ.sum(axis=1, keepdims=True) / m)
        dZ = W[l].T @ dZ * (1 - A[l] ** 2)
    return dW, db


def lipschitz(X):
    """The largest curvature of the mean cross-entropy of logistic regression with a bias."""
    return np.linalg.norm(np.column_stack([X, np.ones(len(X))]), 2) ** 2 / (4 * len(X))


def lam_max(X, y):
    return 2 * np.abs(X.T @ (y - y.mean())).max()


# The stack


@pytest.mark.parametrize("method", training.METHODS)
def test_a_network_of_the_stack_equals_the_one_trained_alone(samples, method):
    options = {"hidden": (4, 3), "learning_rate": 0.3, "epochs": 40, "method": method, "dtype": "float64"}
    together = core.train(*samples, **MIXED, **options)
    for i, (penalty, lam) in enumerate(zip(MIXED["penalty"], MIXED["lams"], strict=True)):
        alone = core.train(*samples, penalty=penalty, lams=[lam], **options)
        assert_same_networks(together.select(slice(i, i + 1)), alone, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", ["proximal", "accelerated"])
def test_a_float32_stack_equals_single_runs_to_float32_rounding(three_classes, method):
    options = {"hidden": (6,), "learning_rate": 0.3, "epochs": 40, "method": method}
    together = core.train(*three_classes, **MIXED, **options)
    assert together.W[0].dtype == together.b[0].dtype == "float32"
    for i, (penalty, lam) in enumerate(zip(MIXED["penalty"], MIXED["lams"], strict=True)):
        alone = core.train(*three_classes, penalty=penalty, lams=[lam], **options)
        assert_same_networks(together.select(slice(i, i + 1)), alone, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("method", ["proximal", "accelerated"])
@pytest.mark.parametrize("block_bytes", [1, 6_000, 10**9])
def test_blocks_of_any_size_give_the_same_networks(samples, monkeypatch, block_bytes, method):
    options = {"hidden": (4, 3), "epochs": 30, "dtype": "float64", "method": method}
    whole = core.train(*samples, **MIXED, **options)
    monkeypatch.setattr(training, "BLOCK_BYTES", block_bytes)
    blocked = core.train(*samples, **MIXED, **options)
    assert_same_networks(whole, blocked, rtol=1e-9, atol=1e-12)


@given(n_lams=st.integers(1, 50), m=st.integers(1, 5000), width=st.integers(1, 64))
def test_the_blocks_cover_the_grid_once_in_order(n_lams, m, width):
    blocks = training._blocks((30, width, 1), n_lams, m, 4)
    assert [i for block in blocks for i in range(block.start, block.stop)] == list(range(n_lams))
    assert all(block.stop > block.start for block in blocks)


def test_a_grid_of_two_equals_the_two_alone_whatever_their_order(samples):
    options = {"hidden": (3,), "epochs": 20, "dtype": "float64"}
    grid = core.train(*samples, lams=[2.0, 9.0], **options)
    turned = core.train(*samples, lams=[9.0, 2.0], **options)
    assert_same_networks(grid, turned.select(np.array([1, 0])), rtol=1e-9, atol=1e-12)


def test_the_same_seed_gives_the_same_numbers_twice(samples):
    one, two = (core.train(*samples, **MIXED, epochs=30, seed=5) for _ in range(2))
    assert_same_networks(one, two, rtol=0)


def test_another_seed_gives_other_numbers(samples):
    one, two = (core.train(*samples, **MIXED, epochs=30, seed=seed) for seed in (5, 6))
    assert not np.array_equal(one.W[0], two.W[0])


def test_lam_zero_is_the_same_for_every_penalty(samples):
    run = core.train(*samples, penalty=list(PENALTIES), lams=[0.0] * len(PENALTIES), dtype="float64")
    for one in run.W[0][1:]:
        np.testing.assert_array_equal(one, run.W[0][0])
    assert (run.penalty_cost == 0).all()


@each_penalty
def test_a_penalty_of_the_registry_is_trained_in_the_stack_as_it_is_alone(samples, penalty):
    options = {"hidden": (4,), "learning_rate": 0.3, "epochs": 30, "dtype": "float64"}
    together = core.train(*samples, penalty=list(PENALTIES), lams=[3.0] * len(PENALTIES), **options)
    k = list(PENALTIES).index(penalty)
    alone = core.train(*samples, penalty=penalty, lams=[3.0], **options)
    assert_same_networks(together.select(slice(k, k + 1)), alone, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", ["proximal", "accelerated"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_network_starts_from_the_seed_in_any_precision(samples, dtype, method):
    run = core.train(*samples, **MIXED, hidden=(4, 3), epochs=3, seed=9, method=method, dtype=dtype)
    W, b = network.init_params((5, 4, 3, 1), np.random.default_rng(9))
    for start, history in zip((*W, *b), (*run.history_W, *run.history_b), strict=True):
        assert history.dtype == dtype
        for i in range(5):
            np.testing.assert_array_equal(history[0, i], start.astype(dtype))


# One step


def test_one_l2_step_is_the_lessons_shrink_and_gradient_step(samples):
    X, y = samples
    lam, alpha = 10.0, 0.3
    run = core.train(X, y, (3, 2), "l2", [lam], alpha, epochs=1, seed=4, dtype="float64")
    W, b = network.init_params((5, 3, 2, 1), np.random.default_rng(4))
    dW, db = lesson_gradient(W, b, X, y)
    for l in range(3):
        np.testing.assert_allclose(run.W[l][0], W[l] * (1 - alpha * lam / 40) - alpha * dW[l], atol=1e-14)
        np.testing.assert_allclose(run.b[l][0], b[l] - alpha * db[l], atol=1e-14)


@pytest.mark.parametrize("method", PLAIN)
def test_one_l1_step_is_the_gradient_step_and_then_the_methods_own(samples, method):
    X, y = samples
    lam, alpha = 20.0, 0.3
    run = core.train(X, y, (3, 2), "l1", [lam], alpha, epochs=1, seed=4, method=method, dtype="float64")
    W, b = network.init_params((5, 3, 2, 1), np.random.default_rng(4))
    dW, db = lesson_gradient(W, b, X, y)
    t = alpha * lam / (2 * 40)
    for l in range(3):
        V = W[l] - alpha * dW[l]
        subgradient = V - t * np.sign(W[l])
        expected = {
            "proximal": np.sign(V) * np.maximum(np.abs(V) - t, 0),
            "subgradient": subgradient,
            "decreasing": subgradient,  # its first step
            "clip": np.where(subgradient * W[l] < 0, 0, subgradient),
        }[method]
        np.testing.assert_allclose(run.W[l][0], expected, atol=1e-14)
        np.testing.assert_allclose(run.b[l][0], b[l] - alpha * db[l], atol=1e-14)
    assert (sum((w[0] == 0).sum() for w in run.W) > 0) == (method in ("proximal", "clip"))


def test_one_step_of_a_mixture_shrinks_then_steps_then_cuts_off(samples, mixture):
    X, y = samples
    lam, alpha, penalty = 20.0, 0.3, PENALTIES[mixture]
    run = core.train(X, y, (3, 2), mixture, [lam], alpha, epochs=1, seed=4, dtype="float64")
    W, b = network.init_params((5, 3, 2, 1), np.random.default_rng(4))
    dW, db = lesson_gradient(W, b, X, y)
    for l in range(3):
        V = W[l] * (1 - alpha * penalty.l2 * lam / 40) - alpha * dW[l]
        t = alpha * penalty.l1 * lam / (2 * 40)
        np.testing.assert_allclose(run.W[l][0], np.sign(V) * np.maximum(np.abs(V) - t, 0), atol=1e-14)
        np.testing.assert_allclose(run.b[l][0], b[l] - alpha * db[l], atol=1e-14)


def test_one_step_with_several_classes_goes_down_the_softmax(three_classes):
    X, y = three_classes
    run = core.train(X, y, (), "l2", [3.0], 0.5, epochs=1, dtype="float64")
    W, Y = run.history_W[0][0, 0], np.eye(3)[y].T
    P = np.exp(W @ X.T) / np.exp(W @ X.T).sum(axis=0)
    dW = (P - Y) @ X / 45
    np.testing.assert_allclose(run.W[0][0], W * (1 - 0.5 * 3 / 45) - 0.5 * dW, atol=1e-14)


def test_the_method_makes_no_difference_to_l2(samples):
    constant = [method for method in PLAIN if method != "decreasing"]
    runs = [core.train(*samples, penalty="l2", lams=[5.0], method=method, epochs=20) for method in constant]
    for other in runs[1:]:
        assert_same_networks(runs[0], other, rtol=0)


def test_l1_clips_its_own_networks_and_leaves_l2_beside_them_alone(samples):
    options = {"lams": [5.0, 5.0], "epochs": 60, "dtype": "float64"}
    mixed = core.train(*samples, penalty=["l1", "l2"], method="clip", **options)
    plain = core.train(*samples, penalty=["l1", "l2"], method="subgradient", **options)
    assert_same_networks(mixed.select(slice(1, 2)), plain.select(slice(1, 2)), rtol=0)
    assert measures.count_zeros(mixed.W).tolist()[1] == 0 < measures.count_zeros(mixed.W)[0]


def test_a_clipped_weight_stays_zero_for_good(samples):
    run = core.train(*samples, penalty="l1", lams=[5.0], epochs=60, snapshots=61, method="clip")
    for history in run.history_W:
        zero = history == 0
        assert (zero[1:] | ~zero[:-1]).all()
    assert (run.history_W[0][-1] == 0).any()


def test_from_zero_a_proximal_weight_may_return_and_a_clipped_one_may_not(monkeypatch):
    monkeypatch.setattr(network, "init_params", lambda sizes, rng: ([np.zeros((1, 2))], [np.zeros((1, 1))]))
    X, y = np.array([[-1.0, -0.1], [1.0, 0.1]]), np.array([0, 1])
    run = {method: core.train(X, y, (), "l1", [0.4], method=method) for method in PLAIN}
    assert (run["clip"].W[0] == 0).all()
    assert (run["proximal"].W[0][0, 0] == 0).tolist() == [
        False,
        True,
    ]  # only the first pulls harder than λ/2m


def test_biases_are_never_penalized(samples):
    X, _ = samples
    y = (np.arange(40) < 10).astype(int)
    run = core.train(X, y, (), ["l1", "l2"], [400.0, 39.0], 1.0, 3000, dtype="float64")
    assert np.abs(run.W[0][0]).max() == 0
    assert run.b[0][0].item() == pytest.approx(np.log(10 / 30))


# Descent and optimum


@each_penalty
@pytest.mark.parametrize("lam", [0.0, 5.0, 100.0])
def test_J_never_rises_under_steps_of_one_over_L(breast_cancer, penalty, lam):
    X, y = breast_cancer
    alpha = 1 / (lipschitz(X) + PENALTIES[penalty].l2 * lam / len(X))
    run = core.train(X, y, (), penalty, [lam], alpha, 200, snapshots=201, dtype="float64")
    assert (np.diff(run.cost[:, 0]) <= 1e-14).all()
    assert run.cost[-1, 0] < 0.9 * run.cost[0, 0]


def test_lam_max_leaves_every_weight_zero_and_a_little_less_does_not(breast_cancer):
    X, y = breast_cancer
    assert lam_max(X, y) == pytest.approx(LAM_MAX, abs=1e-5)
    lams = [0.99 * LAM_MAX, 1.0001 * LAM_MAX, 3 * LAM_MAX]
    run = core.train(X, y, (), "l1", lams, 0.5, 3000, snapshots=2, dtype="float64")
    assert (run.W[0] != 0).sum(axis=(1, 2)).tolist() == [1, 0, 0]
    assert np.argmax(run.W[0][0, 0] != 0) == 27  # worst concave points
    assert run.cost[-1, 1:] == pytest.approx(0.6603163492, abs=1e-9)
    assert run.b[0][1:].ravel() == pytest.approx(0.521150, abs=1e-6)


def test_l1_at_lam_100_keeps_the_four_columns_of_the_certified_optimum(breast_cancer):
    run = core.train(*breast_cancer, (), "l1", [100.0], 0.5, 3000, snapshots=2, dtype="float64")
    w = run.W[0][0, 0]
    assert np.flatnonzero(w).tolist() == [7, 20, 21, 27]
    assert w[[27, 20, 7, 21]] == pytest.approx([-0.99484, -0.9068, -0.07839, -0.07092], abs=2e-4)
    assert run.cost[-1, 0] == pytest.approx(0.4238070628, abs=1e-7)


def test_l2_finds_the_optimum_that_scikit_learn_finds(breast_cancer):
    X, y = breast_cancer
    run = core.train(X, y, (), "l2", [100.0], 0.5, 1000, snapshots=2, dtype="float64")
    oracle = LogisticRegression(C=1 / 100, tol=1e-10, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(run.W[0][0], oracle.coef_, atol=1e-5)
    assert run.cost[-1, 0] == pytest.approx(0.2340602496, abs=1e-9)


def test_training_and_the_exact_solver_agree_on_a_mixtures_optimum(breast_cancer, mixture):
    X, y = breast_cancer
    run = core.train(X, y, (), mixture, [100.0], 0.3, 5000, snapshots=2, dtype="float64")
    path = core.fit_logistic(X, y, mixture, [100.0], tol=1e-12)
    assert run.cost[-1, 0] == pytest.approx(path.cost[0], abs=1e-9)
    np.testing.assert_array_equal(run.W[0][0, 0] == 0, path.W[0] == 0)


def test_softmax_regression_finds_the_optimum_that_scikit_learn_finds(three_classes):
    X, y = three_classes
    run = core.train(X, y, (), "l2", [5.0], 0.5, 2000, snapshots=2, dtype="float64")
    oracle = LogisticRegression(C=1 / 5, tol=1e-10, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(run.predict_proba(X)[0].T, oracle.predict_proba(X), atol=1e-6)


# The lesson's numbers


@pytest.fixture(scope="module")
def by_method(breast_cancer):
    """λ = 20, 20,000 steps, by each method."""
    options = {"hidden": (), "penalty": "l1", "lams": [20.0], "learning_rate": 0.5, "epochs": 20_000}
    return {
        method: core.train(*breast_cancer, **options, method=method, snapshots=2, dtype="float64")
        for method in PLAIN
    }


def test_only_the_proximal_step_finds_the_eight_weights_of_the_optimum(by_method):
    nonzero = {method: int((run.W[0] != 0).sum()) for method, run in by_method.items()}
    assert nonzero == {"subgradient": 30, "decreasing": 30, "clip": 6, "proximal": 8}


def test_only_the_proximal_step_reaches_the_optimal_cost(by_method):
    cost = {method: run.cost[-1, 0] for method, run in by_method.items()}
    assert cost["proximal"] == pytest.approx(0.2046573295, abs=1e-9)
    assert cost["subgradient"] == pytest.approx(0.20570726, abs=2e-4)
    assert cost["clip"] > cost["proximal"] + 1e-4


def test_a_small_start_collapses_where_a_larger_one_does_not(breast_cancer, monkeypatch):
    options = {"hidden": (6, 6), "penalty": "l2", "lams": [100.0], "learning_rate": 0.3, "epochs": 2000}
    large = core.train(*breast_cancer, **options, snapshots=2)
    draw = network.init_params

    def tenth(sizes, rng):
        W, b = draw(sizes, rng)
        return [0.1 * layer for layer in W], b

    monkeypatch.setattr(network, "init_params", tenth)
    small = core.train(*breast_cancer, **options, snapshots=2)
    assert large.cost[-1, 0] == pytest.approx(0.4868, abs=5e-5)
    assert small.cost[-1, 0] == pytest.approx(0.6603, abs=5e-5)
    Z = [run.layers(breast_cancer[0])[-1] for run in (large, small)]
    assert measures.affine_r2(breast_cancer[0], Z[0])[0] > 0.9
    assert np.isnan(measures.affine_r2(breast_cancer[0], Z[1])[0])


def test_one_hidden_layer_collapses_above_the_norm_of_Z_y_and_not_below(breast_cancer):
    X, y = breast_cancer
    edge = np.linalg.norm(X.T @ (y - y.mean()))
    assert edge == pytest.approx(803.637, abs=1e-3)
    run = core.train(X, y, (6,), "l2", [0.9 * edge, 1.1 * edge], 0.3, 1000, snapshots=2)
    assert run.layers(X)[-1][0].std() > 0.05
    assert run.state.tolist() == ["trained", "collapsed"]


def test_large_lam_makes_a_tanh_network_measurably_linear(breast_cancer):
    run = core.train(*breast_cancer, (6,), "l2", [10.0, 300.0, 700.0], 0.3, 2500, snapshots=2)
    Z = run.layers(breast_cancer[0])
    assert measures.share_within(Z[0], 0.4) == pytest.approx([0.097, 0.271, 0.940], abs=2e-3)
    assert measures.affine_r2(breast_cancer[0], Z[-1]) == pytest.approx([0.925, 0.980, 0.999], abs=2e-3)


def test_some_seed_reaches_the_best_of_the_multi_start_oracle(breast_cancer):
    runs = [
        core.train(*breast_cancer, (6,), "l2", [10.0, 100.0], 1.0, 1000, seed, snapshots=2)
        for seed in range(3)
    ]
    best = np.min([run.cost[-1] for run in runs], axis=0)
    assert best == pytest.approx([0.125018, 0.367968], abs=3e-6)


# Costs, snapshots


@pytest.mark.parametrize("fixture", ["samples", "three_classes"])
def test_J_is_the_log_loss_and_the_penalty_of_the_weights(fixture, request):
    X, y = request.getfixturevalue(fixture)
    run = core.train(X, y, (4, 3), ["l1", "l2"], [3.0, 8.0], epochs=50, dtype="float64")
    P = run.predict_proba(X)
    for i in range(2):
        assert run.data_cost[-1, i] == pytest.approx(log_loss(y, P[i].T))
    norms = [sum(np.abs(w[0]).sum() for w in run.W), sum(np.square(w[1]).sum() for w in run.W)]
    assert run.penalty_cost[-1] == pytest.approx(np.array([3, 8]) / (2 * len(y)) * norms)
    np.testing.assert_array_equal(run.cost, run.data_cost + run.penalty_cost)


@each_penalty
def test_the_penalty_cost_is_what_the_penalty_says_of_each_layer(samples, penalty):
    run = core.train(*samples, (4, 3), penalty, [3.0], epochs=20, dtype="float64")
    expected = sum(PENALTIES[penalty].value(W[0], 3.0, 40) for W in run.W)
    assert run.penalty_cost[-1] == pytest.approx([expected])


@given(epochs=st.integers(1, 30), snapshots=st.integers(2, 40))
def test_snapshots_begin_at_zero_end_at_the_last_epoch_and_keep_to_the_budget(epochs, snapshots):
    X, y = np.array([[-1.0], [1.0]]), np.array([0, 1])
    run = core.train(X, y, (), "l2", [1.0], epochs=epochs, snapshots=snapshots)
    assert run.epochs[0] == 0
    assert run.epochs[-1] == epochs
    assert (np.diff(run.epochs) > 0).all()
    assert len(run.epochs) == len(run.cost) == len(run.history_W[0]) == min(snapshots, epochs + 1)


def test_a_snapshot_is_what_a_shorter_training_ends_with(samples):
    options = {"hidden": (3,), "lams": [2.0], "dtype": "float64"}
    long = core.train(*samples, epochs=40, snapshots=5, **options)
    for s, epoch in enumerate(long.epochs[1:], start=1):
        short = core.train(*samples, epochs=int(epoch), **options)
        np.testing.assert_allclose(long.history_W[0][s], short.W[0], rtol=1e-12)
        np.testing.assert_allclose(long.cost[s], short.cost[-1], rtol=1e-12)


def test_the_rows_given_are_left_alone(samples):
    X, y = samples
    X_before, y_before = X.copy(), y.copy()
    core.train(X, y, epochs=5)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)


# Progress, divergence, underflow


@pytest.mark.parametrize("method", training.METHODS)
def test_progress_is_told_after_each_epoch_of_each_block(samples, monkeypatch, method):
    monkeypatch.setattr(training, "BLOCK_BYTES", 1)
    calls = []
    options = {"lams": [0.0, 1.0], "epochs": 5, "method": method}
    core.train(*samples, **options, on_progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 10) for done in range(1, 11)]


def test_raising_in_the_progress_stops_the_training(samples):
    class StopError(Exception):
        pass

    calls = []

    def stop(done, total):
        calls.append(done)
        if done == 3:
            raise StopError

    with pytest.raises(StopError):
        core.train(*samples, epochs=1000, on_progress=stop)
    assert calls == [1, 2, 3]


def test_a_diverged_network_is_found_with_its_epoch_and_harms_no_other(samples):
    options = {"hidden": (3,), "epochs": 80, "snapshots": 81, "learning_rate": 1.0}
    penalty, lams = ["l2", "l2", "l1", "l2"], [5.0, 400.0, 5.0, 200.0]
    run = core.train(*samples, penalty=penalty, lams=lams, **options)
    assert run.diverged_at[[0, 2]].tolist() == [-1, -1]
    assert 15 < run.diverged_at[1] < run.diverged_at[3] < 40  # |1 − αλ/m| = 9 and 4, up to 2⁶⁴
    for i in (1, 3):
        finite = np.arange(81) < run.diverged_at[i]
        for history in (run.data_cost[:, i], run.history_W[0][:, i, 0, 0], run.history_b[1][:, i, 0, 0]):
            np.testing.assert_array_equal(np.isfinite(history), finite)
        assert np.isnan(run.penalty_cost[~finite, i]).all()
        assert np.isnan(run.predict_proba(samples[0])[i]).all()
    for i in (0, 2):
        alone = core.train(*samples, penalty=penalty[i], lams=[lams[i]], **options)
        assert_same_networks(run.select(slice(i, i + 1)), alone, rtol=1e-3, atol=1e-5)


def test_a_step_too_large_diverges_without_a_warning(three_classes):
    run = core.train(*three_classes, lams=[0.0, 1.0], learning_rate=1e30, epochs=30)
    assert (run.diverged_at > 0).all()


def test_a_lam_beyond_all_measure_zeroes_l1_and_diverges_l2_without_a_warning(samples):
    run = core.train(*samples, penalty=["l1", "l2"], lams=[1e300, 1e300], epochs=10)
    assert measures.sparsity(run.W)[0] == 1
    assert run.diverged_at.tolist() == [-1, 1]


def test_a_decay_beyond_minus_one_diverges_and_within_it_does_not(samples):
    lams = np.array([0.9, 1.9, 2.1]) * 40  # αλ/m
    run = core.train(*samples, (), "l2", lams, 1.0, 2000, snapshots=2)
    assert (run.diverged_at >= 0).tolist() == [False, False, True]


def test_a_zero_under_l2_is_an_underflow_that_float64_does_not_have():
    X = np.column_stack([np.linspace(-1, 1, 10), np.zeros(10)])
    y = (X[:, 0] > 0).astype(int)
    zeros = {
        dtype: (core.train(X, y, (), "l2", [5.0], 1.0, 200, dtype=dtype).W[0][0, 0] == 0).tolist()
        for dtype in ("float32", "float64")
    }
    assert zeros == {"float32": [False, True], "float64": [False, False]}  # 2⁻²⁰⁰ of the start


def test_labels_can_be_any_whole_numbers(samples):
    X, y = samples
    plain, named = core.train(X, y, epochs=5), core.train(X, np.where(y == 1, 7, 3), epochs=5)
    assert named.classes.tolist() == [3, 7]
    np.testing.assert_array_equal(plain.predict_proba(X), named.predict_proba(X))


@pytest.mark.parametrize("shape", [(6, 40), (3, 3)])
def test_more_columns_than_rows_are_learnt_like_any_other(shape):
    X = np.random.default_rng(0).standard_normal(shape)
    y = np.arange(shape[0]) % 2
    run = core.train(X, y, (4,), "l2", [0.01], 0.5, 1000)
    assert measures.accuracy(run.predict_proba(X), y).tolist() == [1]


def test_a_constant_column_is_given_no_weight_by_l1(samples):
    X = np.column_stack([samples[0], np.zeros(40)])
    run = core.train(X, samples[1], (3,), "l1", [2.0], 0.3, 500)
    assert (run.W[0][0, :, -1] == 0).all()


def test_a_duplicated_column_shares_its_weight_evenly_under_l2(breast_cancer):
    X, y = breast_cancer
    worst_radius = 20
    options = {"hidden": (), "penalty": "l2", "lams": [10.0], "learning_rate": 0.5, "epochs": 3000}
    alone = core.train(X, y, **options, snapshots=2, dtype="float64")
    double = core.train(np.column_stack([X, X[:, worst_radius]]), y, **options, snapshots=2, dtype="float64")
    assert alone.W[0][0, 0, worst_radius] == pytest.approx(-0.538755, abs=1e-4)
    assert double.W[0][0, 0, [worst_radius, -1]] == pytest.approx([-0.485660] * 2, abs=1e-4)


METHODS = ("accelerated", "proximal")


@pytest.mark.parametrize("method", METHODS)
def test_each_network_may_take_epochs_of_its_own_and_is_then_what_it_is_alone(samples, method):
    X, y = samples
    options = {"hidden": (4,), "penalty": "l1", "method": method, "dtype": "float64"}
    lams, epochs = [0.0, 3.0, 30.0], [40, 7, 90]
    run = core.train(X, y, lams=lams, epochs=epochs, snapshots=[0, 7, 50, 90], **options)
    assert run.stopped_at.tolist() == epochs
    for k, (lam, n) in enumerate(zip(lams, epochs, strict=True)):
        alone = core.train(X, y, lams=[lam], epochs=n, snapshots=2, **options)
        for here, there in zip((*run.W, *run.b), (*alone.W, *alone.b), strict=True):
            np.testing.assert_allclose(here[k], there[0], rtol=1e-9, atol=1e-12)
        for s in np.flatnonzero(run.epochs >= n):  # once it has stopped it stays
            np.testing.assert_array_equal(run.history_W[0][s, k], run.W[0][k])
            assert run.data_cost[s, k] == run.data_cost[-1, k]


@pytest.mark.parametrize("method", METHODS)
def test_a_network_at_rest_stops_there_and_the_others_go_on_as_they_would_have(samples, method):
    X, y = samples
    options = {"hidden": (4,), "penalty": "l2", "lams": [0.0, 10.0, 60.0], "method": method}
    run = core.train(X, y, epochs=1500, until_rest=True, **options)
    early = run.stopped_at < 1500
    assert early.tolist() == [False, True, True]
    assert run.at_rest[early].all()
    for k in range(3):
        n = int(run.stopped_at[k])
        to_there = core.train(X, y, epochs=n, snapshots=2, **options)
        np.testing.assert_allclose(run.W[0][k], to_there.W[0][k], rtol=1e-3, atol=1e-5)
        assert run.data_cost[-1, k] == pytest.approx(to_there.data_cost[-1, k], rel=1e-5)


def test_epochs_that_are_none_are_refused(samples):
    for epochs in ([10, 20], [10, 0, 5], [1.5, 2, 3], 0):
        with pytest.raises(ValueError, match="epochs must be"):
            core.train(*samples, lams=[0, 1, 2], epochs=epochs)


EXAMPLES = {  # data set, rows, hidden, penalty, α, λ, what becomes of it under plain steps
    "blown up": ("moons", 200, (8, 8), "l2", 3.0, 100.0, "diverged"),
    "blown up, one layer": ("needles", 200, (8,), "l2", 0.3, 1000.0, "diverged"),
    "swinging": ("breast_cancer", 400, (), "l2", 1.0, 700.0, "swinging"),
    "small, and still right": ("moons", 400, (16,), "l2", 0.3, 150.0, "trained"),
    "collapsed": ("breast_cancer", 400, (8,), "l1", 0.3, 1000.0, "collapsed"),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_blown_up_swinging_and_collapsed_networks_are_told_apart(example):
    dataset, n_samples, hidden, penalty, learning_rate, lam, state = EXAMPLES[example]
    data = core.load_dataset(dataset, seed=0, n_samples=n_samples)
    options = {"hidden": hidden, "penalty": penalty, "lams": [lam], "learning_rate": learning_rate}
    run = core.train(data.X_train, data.y_train, epochs=300, **options)
    assert run.state.tolist() == [state]
    rested = core.train(data.X_train, data.y_train, epochs=300, method="accelerated", **options)
    assert rested.state[0] in ("trained", "collapsed")

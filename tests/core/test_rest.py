"""Distance from rest: the mapping by hand, the verdict against four times the epochs, the gap."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

import core
from core import measures, rest, training
from core.penalties import PENALTIES, Penalty


def by_hand(run, X, y, s, k):
    """The length of the proximal gradient mapping of one network of two classes, layer by layer."""
    W = [history[s, k].astype(float) for history in run.history_W]
    b = [history[s, k].astype(float) for history in run.history_b]
    A = [X.T]
    for l in range(len(W)):
        Z = W[l] @ A[l] + b[l]
        A.append(np.tanh(Z) if l < len(W) - 1 else 1 / (1 + np.exp(-Z)))
    dZ, total, m = A[-1] - y, 0.0, len(y)
    penalty, lam, alpha = PENALTIES[run.penalty[k]], run.lams[k], run.learning_rate
    for l in reversed(range(len(W))):
        dW, db = dZ @ A[l].T / m, dZ.sum(axis=1, keepdims=True) / m
        step = penalty.prox(W[l] - alpha * (dW + penalty.l2 * lam / m * W[l]), lam, m, alpha)
        total += np.square((W[l] - step) / alpha).sum() + np.square(db).sum()
        dZ = W[l].T @ dZ * (1 - A[l] ** 2)
    return np.sqrt(total)


def with_parameters(run, W, b):
    """The run with other last weights and biases in its only layer."""
    run.history_W[0][-1], run.history_b[0][-1] = W, b
    return run


# The residual


@pytest.mark.parametrize("method", training.METHODS)
def test_the_residual_is_the_mapping_by_hand_at_every_snapshot(samples, mixture, method):
    X, y = samples
    names, lams = ["l1", "l2", mixture], [3.0, 4.0, 5.0]
    run = core.train(X, y, (4, 3), names, lams, 0.3, 30, method=method, snapshots=4)
    assert run.residual.dtype == "float64"
    expected = [[by_hand(run, X, y, s, k) for k in range(3)] for s in range(4)]
    np.testing.assert_allclose(run.residual, expected, rtol=1e-9)
    assert (run.residual[-1] < run.residual[0]).all()


def test_blocks_of_any_size_give_the_same_numbers(three_classes, monkeypatch):
    run = core.train(*three_classes, (), ["l1", "l2", "l2"], [3.0, 4.0, 0.0], epochs=9)
    whole, residual = run.rest, run.residual
    monkeypatch.setattr(rest, "BLOCK_BYTES", 1)
    small = run.with_samples(*three_classes)
    np.testing.assert_allclose(small.residual, residual, rtol=1e-9)
    np.testing.assert_allclose(small.gap, whole.gap, rtol=1e-9)
    np.testing.assert_array_equal(small.at_rest, whole.at_rest)


@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_at_the_certified_optimum_residual_and_gap_are_nil_and_beside_it_they_are_not(samples, penalty):
    path = core.fit_logistic(*samples, penalty, [4.0], tol=1e-14)
    run = core.train(*samples, (), penalty, [4.0], epochs=1, dtype="float64")
    best = with_parameters(run, path.W[:, None], path.b[:, None, None])
    assert best.residual[-1, 0] < 1e-7
    assert best.gap[0] < 1e-7
    assert best.at_rest.tolist() == [True]
    beside = core.train(*samples, (), penalty, [4.0], epochs=1, dtype="float64")
    beside = with_parameters(beside, path.W[:, None] + 0.03, path.b[:, None, None])
    assert beside.residual[-1, 0] > 1e-3
    assert beside.gap[0] > 1e-5
    assert beside.at_rest.tolist() == [False]


def test_a_diverged_network_has_no_residual_and_no_gap_and_is_not_at_rest(samples):
    run = core.train(*samples, (), "l2", [1.0, 10_000.0], 1.0, 300, snapshots=3)
    assert run.diverged_at[1] > 0
    assert np.isnan(run.residual).tolist() == [[False, False], [False, True], [False, True]]
    assert np.isnan(run.gap).tolist() == [False, True]
    assert run.at_rest.tolist() == [True, False]


def test_a_diverged_network_is_not_at_rest_though_zeros_in_its_place_would_be(samples):
    X, y = samples[0], np.arange(40) % 2
    run = core.train(X, y, (2,), "l2", [1e5], 1.0, 60)
    assert run.diverged_at[0] > 0
    assert run.at_rest.tolist() == [False]
    for history in (*run.history_W, *run.history_b):
        history[-1] = 0
    assert run.with_samples(X, y).at_rest.tolist() == [True]


def test_a_huge_network_that_is_finite_is_not_at_rest_and_makes_no_noise(samples):
    run = core.train(*samples, (), "l2", [84.0], 1.0, 200)
    assert np.isfinite(run.cost[-1]).all()
    assert run.cost[-1, 0] > 10 * run.cost[0, 0]
    assert run.at_rest.tolist() == [False]


def test_steps_that_jump_about_are_told_from_those_that_overshoot_and_yet_go_down(breast_cancer):
    """Both take back more than half of one another; J of the first rises as often as it falls."""
    data = core.load_dataset("breast_cancer", seed=0)
    options = {"hidden": (8,), "penalty": "l2", "lams": [150.0, 500.0], "learning_rate": 1.0, "epochs": 300}
    run = core.train(data.X_train, data.y_train, **options, snapshots=range(301))
    change = np.diff(run.cost[-30:], axis=0)
    assert (change[:, 1] > 0).sum() > 8, "it jumps"
    assert (change[:, 0] <= 1e-6).all(), "it goes down"
    assert run.rest.jumps.tolist() == [False, True]
    assert not run.rest.swings.any()
    assert run.state.tolist() == ["trained", "swinging"]
    rested = core.train(data.X_train, data.y_train, **options, method="accelerated")
    assert (rested.state != "swinging").all()


class Seesaw:
    """Networks with costs of the tests' own, (n_lams,) each: x counts their steps."""

    learning_rate = 1.0

    def __init__(self, *costs: list[float]) -> None:
        self._costs = np.array(costs)

    def cost(self, x):
        return self._costs[:, int(x[0, 0])]

    def gradient(self, x):
        return x

    def mapping(self, x, G):
        return -np.ones_like(x)


def test_a_jump_is_as_long_as_a_share_of_j_and_rises_half_as_far_as_it_falls():
    up_and_down = [1 + 0.01 * (i % 2) for i in range(9)]  # 4 % up, 4 % down
    small = [1 + 0.002 * (i % 2) for i in range(9)]  # 0.8 % up
    falling = [2 - 0.1 * i + 0.1 * (i % 2) for i in range(9)]  # 0.8 down on the whole, none up
    costs = Seesaw(up_and_down, small, falling, up_and_down)
    may = np.array([True, True, True, False])
    assert rest._jumps(costs, np.zeros((4, 1)), may).tolist() == [True, False, False, False]


# At rest


def test_77_zeros_on_their_way_to_212_are_no_rest(breast_cancer):
    data = core.load_dataset("breast_cancer", seed=0)
    train = (data.X_train, data.y_train, (8,), "l1")
    slow = core.train(*train, [0.1], 0.3, 600, method="accelerated", snapshots=2)
    assert slow.residual[-1, 0] < 5e-3, "a short residual"
    assert slow.at_rest.tolist() == [False]
    default = {
        method: core.train(*train, [10.0], 0.3, 300, method=method) for method in ("proximal", "accelerated")
    }
    assert default["accelerated"].at_rest.tolist() == [True]
    assert default["proximal"].at_rest.tolist() == [False]


def figures(run, X, y):
    """Whatever is shown of a network: J, zeros where they are exact, live units, accuracy on the samples."""
    corner = np.array([PENALTIES[name].is_sparse for name in run.penalty])
    live = measures.count_units(measures.unit_states(run.W), "alive").sum(axis=0) if run.hidden else 0
    return run.cost[-1], np.where(corner, measures.count_zeros(run.W), 0), corner * live, run.accuracy(X, y)


def test_at_rest_says_whether_four_times_the_epochs_change_a_figure():
    """It errs seldom: of those at rest 1 in 300 changed, of those unchanged 1 in 30 was not at rest."""
    wrong = missed = said = unchanged = 0
    shapes = product(("breast_cancer", "moons", "wine"), ((), (8,), (8, 8)), ("proximal", "accelerated"))
    for dataset, hidden, method in shapes:
        data = core.load_dataset(dataset, seed=1, n_samples=150)
        samples = data.X_train[:150], data.y_train[:150]
        lams, names = np.tile([0, 0.3, 1, 3, 10, 30, 100, 500], 2), ["l1"] * 8 + ["l2"] * 8
        now, later = (
            core.train(*samples, hidden, names, lams, 0.5, epochs, method=method, snapshots=2)
            for epochs in (300, 1200)
        )
        before, after = figures(now, *samples), figures(later, *samples)
        digit = 10.0 ** (np.floor(np.log10(before[0])) - 3)
        same = np.abs(before[0] - after[0]) <= digit / 2
        same &= np.all([a == b for a, b in zip(before[1:], after[1:], strict=True)], axis=0)
        wrong, said = wrong + (now.at_rest & ~same).sum(), said + now.at_rest.sum()
        missed, unchanged = missed + (~now.at_rest & same).sum(), unchanged + same.sum()
    assert said > 120
    assert wrong <= 0.02 * said, f"{wrong} of {said}"
    assert missed <= 0.1 * unchanged, f"{missed} of {unchanged}"


@pytest.mark.parametrize("hidden", [(), (8,), (8, 8)])
@pytest.mark.parametrize("learning_rate", [0.5, 30.0])  # with 30 some diverge
def test_the_quick_look_of_a_training_says_the_same_as_the_measure(breast_cancer, hidden, learning_rate):
    lams, names = np.tile([0, 0.3, 1, 3, 10, 30, 100, 500], 2), ["l1"] * 8 + ["l2"] * 8
    X, y = breast_cancer
    run = core.train(X, y, hidden, names, lams, learning_rate, 200, method="proximal", snapshots=2)
    networks = rest.Networks(run.samples, 2, run.hidden, run.penalty, run.lams, run.learning_rate)
    said = rest.at_rest(networks, run.W, run.b)
    assert said.any() or learning_rate == 30
    assert not said.all()
    np.testing.assert_array_equal(said, run.at_rest)


def test_a_valley_too_flat_for_its_residual_to_show_is_no_rest():
    X = np.column_stack([np.linspace(-1, 1, 20), np.linspace(-1, 1, 20) ** 3 * 1e-2])
    y = (np.arange(20) >= 10).astype(int)
    y[[3, 16]] = 1 - y[[3, 16]]
    run = core.train(X, y, (), "l2", [1e-6], 1.0, 3000, dtype="float64")
    optimum = core.fit_logistic(X, y, "l2", [1e-6])
    assert run.residual[-1, 0] < 1e-3
    assert run.cost[-1, 0] > optimum.cost[0] + 1e-4
    assert run.at_rest.tolist() == [False]


def test_a_steep_side_does_not_hide_a_flat_valley():
    """Equal slopes across the valley and along it: the fall to come is all along it, R·H·R all across."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.standard_normal(60), 0.01 * rng.standard_normal(60)])
    y = (X[:, 0] + rng.standard_normal(60) > 0).astype(int)
    lam = 60 * 2e-5
    path = core.fit_logistic(X, y, "l2", [lam], tol=1e-14)
    columns, p = np.column_stack([X, np.ones(60)]), 1 / (1 + np.exp(-X @ path.W[0] - path.b[0]))
    H = (columns.T * (p * (1 - p))) @ columns / 60 + np.diag([lam / 60, lam / 60, 0])
    curvature, directions = np.linalg.eigh(H)
    off = (directions[:, [0, -1]] / curvature[[0, -1]]).sum(axis=1)
    verdicts = []
    for slope in (1e-7, 1e-4):
        W, b = path.W[0] + slope * off[:2], path.b[0] + slope * off[2]
        run = with_parameters(core.train(X, y, (), "l2", [lam], 0.5, 1, dtype="float64"), W, b)
        assert run.residual[-1, 0] == pytest.approx(slope * np.sqrt(2), rel=0.05)
        verdicts.append(run.at_rest[0])
    assert slope**2 / (2 * curvature[-1]) < 1e-7, "across"
    assert slope**2 / (2 * curvature[0]) > 1e-4, "along"
    assert verdicts == [True, False]


def test_a_saddle_that_is_being_left_is_no_rest(samples):
    X, y = samples
    run = core.train(X, y, (3,), "l2", [0.0], 0.3, 1, dtype="float64")
    share = np.log(y.mean() / (1 - y.mean()))
    for history in (*run.history_W, *run.history_b):
        history[-1] *= 1e-5
    run.history_b[1][-1] = share
    assert run.residual[-1, 0] < 1e-4
    assert run.at_rest.tolist() == [False]


def one_weight(X, y, lam, w, b):
    """L1 networks without a hidden layer whose only snapshot that counts is the one given."""
    return with_parameters(core.train(X, y, (), "l1", [lam], 0.3, 1, dtype="float64"), w, b)


def test_a_zero_about_to_be_freed_and_a_weight_about_to_die_are_no_rest():
    """λ a hair under and over where the first weight comes in: J is the same to many digits."""
    X = np.kron(np.array([[1, 1], [1, -1], [-1, 1], [-1, -1.0]]), np.ones((10, 1)))
    y = np.tile([1, 1, 1, 1, 0, 0, 0, 1, 0, 1], 4)
    y[:10] = 1
    enters, b = core.lam_max(X, y), np.log(y.mean() / (1 - y.mean()))
    assert one_weight(X, y, enters * (1 + 1e-4), 0.0, b).at_rest.tolist() == [True]
    assert one_weight(X, y, enters * (1 - 1e-4), 0.0, b).at_rest.tolist() == [False]
    first = np.argmax(np.abs(X.T @ (y - y.mean())))
    tiny = np.where(np.arange(2) == first, 1e-7 * np.sign(X.T @ (y - y.mean())), 0)
    assert one_weight(X, y, enters * (1 + 1e-4), tiny, b).at_rest.tolist() == [False]


def test_a_zero_that_another_weights_way_will_free_is_no_rest():
    rng = np.random.default_rng(3)
    first = rng.standard_normal(80)
    X = np.column_stack([first, 0.6 * first + 0.8 * rng.standard_normal(80)])
    y = (X @ [1.0, 0.5] + rng.standard_normal(80) > 0).astype(int)

    def pull(w, b):
        """By how much more than the corner holds the second weight is pulled, as a share of it."""
        p = 1 / (1 + np.exp(-w * X[:, 0] - b))
        return np.abs(X[:, 1] @ (p - y)) / (lam / 2) - 1

    low, high = 1.0, core.lam_max(X, y)
    for _ in range(60):  # the λ at which the second weight is about to come in
        lam = (low + high) / 2
        alone = core.fit_logistic(X[:, :1], y, "l1", [lam], tol=1e-14)
        low, high = (lam, high) if pull(alone.W[0, 0], alone.b[0]) > 1e-5 else (low, lam)
    w, b = alone.W[0, 0], alone.b[0]
    away = 1e-4 * np.sign(pull(w - 1e-4, b) - pull(w + 1e-4, b))
    assert pull(w, b) > 0 > pull(w + away, b)
    run = one_weight(X, y, lam, [w + away, 0.0], b)
    assert run.rest.residual[0] < 1e-4
    assert run.at_rest.tolist() == [False]


# The gap


@given(seed=st.integers(0, 200), lam=st.floats(0.1, 50), epochs=st.integers(1, 60))
def test_J_is_at_most_the_gap_above_the_optimum(seed, lam, epochs):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((25, 3)), np.arange(25) % 2
    run = core.train(X, y, (), list(PENALTIES), [lam] * len(PENALTIES), 0.3, epochs, dtype="float64")
    for k, name in enumerate(PENALTIES):
        best = core.fit_logistic(X, y, name, [lam], tol=1e-12).cost[0]
        assert run.cost[-1, k] - best <= run.gap[k] + 1e-12


@pytest.mark.parametrize("epochs", [3, 30, 300])
def test_the_gap_of_several_classes_bounds_what_scikit_learn_finds(three_classes, epochs):
    X, y = three_classes
    run = core.train(X, y, (), "l2", [5.0], 0.3, epochs, method="accelerated", dtype="float64")
    oracle = LogisticRegression(C=1 / 5, tol=1e-12, max_iter=10_000).fit(X, y)
    cross_entropy = -np.log(oracle.predict_proba(X)[np.arange(45), y]).mean()
    best = cross_entropy + 5 / 90 * np.square(oracle.coef_).sum()
    assert -1e-9 < run.cost[-1, 0] - best <= run.gap[0] + 1e-9
    assert (run.gap[0] < 1e-9) == (epochs == 300)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_gap_closes_at_rest_for_every_penalty(three_classes, mixture, classes):
    X, y = three_classes
    y = np.minimum(y, classes - 1)
    lams, names = [8.0] * 3, ["l1", "l2", mixture]
    short, long = (
        core.train(X, y, (), names, lams, 0.5, epochs, method="accelerated", dtype="float64")
        for epochs in (15, 3000)
    )
    assert (long.gap < 1e-9).all()
    assert (short.cost[-1] - long.cost[-1] <= short.gap + 1e-12).all()
    assert (short.gap > 1e-6).all()


def test_a_mixture_of_a_small_square_has_the_bound_of_its_corner_where_that_is_the_tighter_one(
    samples, monkeypatch
):
    monkeypatch.setitem(PENALTIES, "mixture", Penalty("mixture", "Mixture", l1=1.0, l2=1e-4))
    both = core.train(*samples, (), "mixture", [2.0], 0.3, 20, dtype="float64").gap[0]
    duals = Penalty.duals
    monkeypatch.setattr(Penalty, "duals", lambda *args: duals(*args)[1:])
    square = core.train(*samples, (), "mixture", [2.0], 0.3, 20, dtype="float64").gap[0]
    assert both < 0.1 * square


def test_there_is_no_gap_with_hidden_layers_and_none_at_lam_zero(samples):
    assert core.train(*samples, (2,), epochs=2).gap is None
    gap = core.train(*samples, (), "l1", [0.0, 1.0], epochs=2).gap
    assert np.isnan(gap).tolist() == [True, False]


# What it costs


def test_training_computes_none_of_it_and_each_is_computed_once(samples, monkeypatch):
    calls = []
    monkeypatch.setattr("core.run.measure", lambda *_: calls.append("rest"))
    monkeypatch.setattr("core.run.residuals", lambda *_: calls.append("residual") or np.ones(1))
    run = core.train(*samples, epochs=3)
    assert calls == []
    assert run.residual is run.residual
    assert calls == ["residual"]


def test_the_samples_are_kept_and_not_copied_or_counted(samples):
    X, y = samples
    run = core.train(X, y, (4,), lams=[0.0, 1.0], epochs=9, snapshots=10)
    for one in (run, run.at(0), run.select(np.array([True, False]))):
        assert one.samples[0] is X
    assert run.nbytes == 10 * 2 * 4 * (4 * 5 + 4 + 4 + 1)


def test_a_selected_run_knows_what_the_whole_one_knew(samples, monkeypatch):
    run = core.train(*samples, (), "l1", [0.0, 1.0, 5.0], epochs=30)
    late, known = run.at(1).residual, run.rest
    monkeypatch.setattr("core.run.measure", lambda *_: pytest.fail("measured again"))
    one = run.at(1)
    assert (one.rest.residual, one.gap) == (known.residual[1:2], known.gap[1:2])
    np.testing.assert_allclose(late, run.residual[:, 1:2], rtol=1e-9)
    np.testing.assert_array_equal(run.select(slice(1, 3)).at(1).at_rest, known.at_rest[2:])

"""The gradient check passes on the code that trains, and notices when that code is wrong."""

import numpy as np
import pytest

import core
from core import gradient, network
from core.datasets import stratified_split
from core.gradient import (
    MISTAKES,
    STEP,
    Check,
    Gradients,
    check,
    checks,
    gradients,
    gradients_by_lam,
    most_checked,
)
from core.penalties import PENALTIES, Penalty

each_penalty = pytest.mark.parametrize("penalty", list(PENALTIES))
each_depth = pytest.mark.parametrize("hidden", [(), (5,), (5, 4, 3)], ids=["none", "one", "three"])


@pytest.fixture(scope="module", params=["wine", "digits", "breast_cancer"])
def classified(request):
    """Rows of three, ten and two classes."""
    data = core.load_dataset(request.param)
    return data.X_train[:60], data.y_train[:60]


@each_penalty
@each_depth
def test_backpropagation_with_the_penalty_is_the_gradient_of_J(classified, hidden, penalty):
    X, y = classified
    error = core.gradient_check(X, y, hidden, penalty, lam=10.0, seed=3)
    assert error.shape == (len(hidden) + 1,)
    assert (error < 1e-6).all()


@each_penalty
@each_depth
def test_a_forgotten_penalty_is_caught_in_every_layer(classified, hidden, penalty):
    X, y = classified
    error = gradients(X, y, hidden, penalty, lam=10.0, seed=3, mistake="no_penalty").relative_error
    assert (error > 1e-2).all()


@each_penalty
@pytest.mark.parametrize("hidden", [(5,), (5, 4, 3)])
def test_a_forgotten_slope_is_caught_below_the_output_and_only_there(classified, hidden, penalty):
    X, y = classified
    error = gradients(X, y, hidden, penalty, lam=10.0, seed=3, mistake="no_slope").relative_error
    assert (error[:-1] > 1e-2).all()
    assert error[-1] < 1e-6


def test_a_forgotten_penalty_cannot_be_seen_at_lam_zero(samples):
    assert (gradients(*samples, lam=0.0, mistake="no_penalty").relative_error < 1e-6).all()


def test_a_forgotten_slope_cannot_be_seen_without_a_hidden_layer(samples):
    assert (gradients(*samples, hidden=(), mistake="no_slope").relative_error < 1e-6).all()


def test_the_check_runs_the_backward_pass_that_training_runs(samples, monkeypatch):
    right = network.backward

    def wrong(W, A, dA, dW, db, *others):
        right(W, A, dA, dW, db, *others)
        db[0] *= 2

    monkeypatch.setattr(network, "backward", wrong)
    error = core.gradient_check(*samples, hidden=(4,))
    assert error[0] > 1e-3
    assert error[1] < 1e-6


def test_a_forgotten_slope_is_a_slope_of_one_in_the_same_backward_pass(samples):
    X, y = samples
    forgotten = gradients(X, y, (3,), lam=0.0, mistake="no_slope")
    W, _ = network.init_params((5, 3, 1), np.random.default_rng(0))
    A = np.tanh(W[0] @ X.T)
    dZ = (1 / (1 + np.exp(-W[1] @ A)) - y) / len(y)
    np.testing.assert_allclose(forgotten.backpropagated[0], W[1].T @ dZ @ X, atol=1e-14)
    np.testing.assert_allclose(forgotten.backpropagated[1], dZ @ A.T, atol=1e-14)


def test_the_check_runs_the_forward_pass_that_training_runs(samples, monkeypatch):
    monkeypatch.setattr(network, "affine", lambda W, b, A, out: np.matmul(W, A, out=out))
    assert core.gradient_check(*samples, hidden=(4,)).max() > 1e-3


def test_the_check_takes_the_penalty_from_the_registry(samples, monkeypatch):
    class Doubled(Penalty):
        def gradient(self, W, lam, m):
            return 2 * super().gradient(W, lam, m)

    monkeypatch.setitem(PENALTIES, "l2", Doubled("l2", "L2", l1=0.0, l2=1.0))
    assert (core.gradient_check(*samples, penalty="l2", lam=10.0) > 1e-2).all()


def test_the_numeric_gradient_has_one_number_for_every_weight_and_bias(samples):
    checked = gradients(*samples, hidden=(4, 3))
    shapes, b_shapes = [(4, 5), (3, 4), (1, 3)], [(4, 1), (3, 1), (1, 1)]
    assert [g.shape for g in checked.numeric] == [g.shape for g in checked.backpropagated] == shapes
    assert [g.shape for g in checked.numeric_b] == [g.shape for g in checked.backpropagated_b] == b_shapes


def test_the_two_gradients_agree_weight_by_weight(samples):
    checked = gradients(*samples, hidden=(4, 3), penalty="l1", lam=5.0)
    for numeric, backpropagated in zip(
        (*checked.numeric, *checked.numeric_b),
        (*checked.backpropagated, *checked.backpropagated_b),
        strict=True,
    ):
        np.testing.assert_allclose(numeric, backpropagated, atol=1e-8)


def test_chunks_of_any_size_give_the_same_numbers(samples, monkeypatch):
    at_once = gradients(*samples, hidden=(3,))
    for size in (1, 30_000):
        monkeypatch.setattr(gradient, "CHUNK_BYTES", size)
        chunked = gradients(*samples, hidden=(3,))
        for one, other in zip(at_once.numeric, chunked.numeric, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-9)


def test_l1_is_checked_away_from_the_corner_at_zero(samples, monkeypatch):
    def near_zero(sizes, rng):
        return [np.array([[0.0, 1e-9, -1e-9, 3e-6, -0.5]])], [np.zeros((1, 1))]

    monkeypatch.setattr(network, "init_params", near_zero)
    assert core.gradient_check(*samples, hidden=(), penalty="l1", lam=10.0) < 1e-6


def test_the_error_is_the_difference_over_the_sum_of_the_norms():
    checked = gradient.Gradients(
        numeric=[np.array([[3.0, 0.0]])],
        backpropagated=[np.array([[0.0, 0.0]])],
        numeric_b=[np.array([[4.0]])],
        backpropagated_b=[np.array([[5.0]])],
    )
    assert checked.relative_error == pytest.approx(np.hypot(3, 1) / (5 + 5))


def test_two_gradients_of_zero_agree():
    zero = [np.zeros((1, 1))]
    assert gradient.Gradients(zero, zero, zero, zero).relative_error.tolist() == [0]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"mistake": "no_mean"}, "mistake must be None, 'no_penalty' or 'no_slope', got 'no_mean'"),
        ({"penalty": "l3"}, "penalty must be 'l1'.* or '.*', got 'l3'"),
        ({"lam": -1.0}, "every λ must be a finite number of at least 0, got -1"),
        ({"hidden": 8}, "hidden must be a tuple of widths"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
)
def test_bad_arguments_are_refused(samples, argument, message):
    with pytest.raises(ValueError, match=message):
        gradients(*samples, **argument)


def test_every_mistake_says_what_it_forgets():
    assert all(text.startswith("forgets") for text in MISTAKES.values())


# Every λ at once

GRID = (0.0, 0.5, 20.0, 1000.0)


def arrays_of(g: Gradients) -> list[np.ndarray]:
    """All its arrays, numeric before backpropagated."""
    return [*g.numeric, *g.numeric_b, *g.backpropagated, *g.backpropagated_b]


@each_penalty
@pytest.mark.parametrize("mistake", [None, *MISTAKES])
def test_gradients_of_all_lams_are_to_the_last_digit_those_of_each_alone(samples, penalty, mistake):
    together = gradients_by_lam(*samples, (4, 3), penalty, GRID, 2, mistake, at_most=25)
    assert len(together) == len(GRID)
    for lam, found in zip(GRID, together, strict=True):
        alone = gradients(*samples, (4, 3), penalty, lam, 2, mistake, at_most=25)
        for one, other in zip(arrays_of(found), arrays_of(alone), strict=True):
            np.testing.assert_array_equal(one, other)
    steepest = [float(np.nanmax(np.abs(found.numeric[0]))) for found in together]
    assert len(set(steepest)) == len(GRID), "each λ has its own"


@each_penalty
def test_the_numeric_side_is_the_difference_of_two_costs_at_each_lam(samples, penalty):
    """J by hand at two places, which neither the forward pass nor the penalty's gradient has a part in."""
    X, y = samples
    W, _ = network.init_params((5, 1), np.random.default_rng(0))
    w, lams, P = W[0][0], (0.0, 7.0, 300.0), PENALTIES[penalty]

    def J(w: np.ndarray, lam: float) -> float:
        z = X @ w
        norms = P.l1 * np.abs(w).sum() + P.l2 * np.square(w).sum()
        return np.mean(np.log1p(np.exp(z)) - y * z) + lam / (2 * len(y)) * norms

    for lam, found in zip(lams, gradients_by_lam(X, y, (), penalty, lams), strict=True):
        for i, h in enumerate(STEP * np.eye(5)):
            by_hand = (J(w + h, lam) - J(w - h, lam)) / (2 * STEP)
            assert found.numeric[0][0, i] == pytest.approx(by_hand, abs=1e-9)


def test_the_numeric_side_knows_nothing_of_the_penaltys_gradient(samples, monkeypatch):
    before = gradients_by_lam(*samples, (3,), "l2", GRID)
    monkeypatch.setattr(Penalty, "gradient", lambda self, W, lam, m: np.full_like(W, np.nan))
    after = gradients_by_lam(*samples, (3,), "l2", GRID)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.numeric[0], other.numeric[0])
        assert np.isnan(other.backpropagated[0]).all()


def test_one_forward_pass_serves_every_lam(samples, monkeypatch):
    passes, forward = [], network.forward
    monkeypatch.setattr(network, "forward", lambda *of: passes.append(1) or forward(*of))
    counts = []
    for lams in ([1.0], GRID):
        passes.clear()
        gradients_by_lam(*samples, (3,), "l2", lams)
        counts.append(len(passes))
    assert counts[0] == counts[1]


def test_checks_are_those_of_each_lam_alone_also_on_a_part_of_the_rows(monkeypatch):
    monkeypatch.setattr(gradient, "WORK", 0)
    data = core.load_dataset("wine")
    found = checks(data, (4,), "l1", GRID, 2, "no_penalty")
    assert [one.lam for one in found] == list(GRID)
    assert found[0].rows < data.m
    for lam, one in zip(GRID, found, strict=True):
        alone = check(data, (4,), "l1", lam, 2, "no_penalty")
        for its, others in zip(arrays_of(one.gradients), arrays_of(alone.gradients), strict=True):
            np.testing.assert_array_equal(its, others)
        assert (one.penalty, one.mistake, one.rows, one.m) == ("l1", "no_penalty", alone.rows, data.m)
    assert [bool(one.passes.all()) for one in found] == [True, False, False, False]


@pytest.mark.parametrize("lams", [[], [1.0, -1.0], [np.nan]])
def test_a_grid_out_of_range_is_refused(samples, lams):
    with pytest.raises(ValueError, match="λ"):
        gradients_by_lam(*samples, (), "l2", lams)


# A part of the parameters


def test_what_is_checked_in_part_is_what_a_full_check_finds(samples):
    full = gradients(*samples, hidden=(6, 5), lam=3.0)
    part = gradients(*samples, hidden=(6, 5), lam=3.0, at_most=30)
    assert part.n_checked == 30 < part.n_parameters == full.n_checked == full.n_parameters
    for some, all_of in zip((*part.numeric, *part.numeric_b), (*full.numeric, *full.numeric_b), strict=True):
        seen = ~np.isnan(some)
        assert seen.any(), "each array of parameters is looked at"
        np.testing.assert_allclose(some[seen], all_of[seen], atol=1e-12)
    assert (part.relative_error < 1e-6).all()


def test_a_check_in_part_notices_mistakes_too(samples):
    part = gradients(*samples, hidden=(6, 5), lam=3.0, at_most=30, mistake="no_penalty")
    assert (part.relative_error > 1e-3).all()


def test_no_parameter_at_all_is_refused(samples):
    with pytest.raises(ValueError, match="at_most must be a whole number of at least 1"):
        gradients(*samples, at_most=0)


# Check: what a page can wait for


@each_penalty
def test_a_check_passes_where_nothing_is_forgotten_and_fails_where_the_penalty_is(penalty):
    data = core.load_dataset("wine")
    right = check(data, (4,), penalty, 5.0, seed=2)
    assert right.passes.tolist() == [True, True]
    assert (right.penalty, right.lam, right.mistake, right.m) == (penalty, 5.0, None, data.m)
    assert check(data, (4,), penalty, 5.0, seed=2, mistake="no_penalty").passes.tolist() == [False, False]
    assert check(data, (4,), penalty, 5.0, seed=2, mistake="no_slope").passes.tolist() == [False, True]


def test_a_layer_passes_just_below_the_threshold():
    one = [np.array([[1.0]])]
    for error, passes in ((0.9e-6, True), (1.1e-6, False)):
        off = [np.array([[1 - 2 * error]])]
        both = gradient.Gradients(one, off, [np.zeros((1, 1))], [np.zeros((1, 1))])
        assert Check(both, "l2", 1.0, None, 10, 10).passes.tolist() == [passes]


def test_a_check_takes_rows_of_every_class_drawn_by_the_seed():
    data = core.load_dataset("digits")
    hidden = (64, 64)
    found = check(data, hidden, "l2", 3.0, seed=4)
    rows = gradient.most_rows(data, hidden)
    assert gradient.MIN_ROWS <= rows < data.m
    kept = stratified_split(data.y_train, 1 - rows / data.m, np.random.default_rng(4))
    assert found.rows == kept.sum() == pytest.approx(rows, abs=5)
    assert set(data.y_train[kept]) == set(range(10))
    n = most_checked(data, hidden)
    lam = 3.0 * found.rows / data.m
    alone = gradients(data.X_train[kept], data.y_train[kept], hidden, "l2", lam, 4, at_most=n)
    np.testing.assert_array_equal(found.gradients.numeric[0], alone.numeric[0])
    assert found.lam == 3.0, "the one that was chosen"


def test_lam_by_the_rows_is_that_of_the_training():
    """The reference: without λ/m·W, at λ/m = 10/398, the layers are off by 3.3 % and 6.0 %."""
    found = check(core.load_dataset("breast_cancer"), (8,), "l2", 10.0, 0, "no_penalty")
    assert found.rows == found.m == 398
    assert found.gradients.relative_error == pytest.approx([0.033, 0.060], abs=5e-4)
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(gradient, "WORK", 0)
        few = check(core.load_dataset("breast_cancer"), (8,), "l2", 10.0, 0, "no_penalty")
    assert few.rows < 60
    assert few.gradients.relative_error == pytest.approx([0.033, 0.060], rel=0.5)


def test_a_check_takes_all_rows_where_they_are_few():
    data = core.load_dataset("moons", n_samples=50)
    assert check(data, (3,), "l2", 1.0, seed=0).rows == data.m <= gradient.MIN_ROWS


def test_a_wide_network_is_checked_in_part():
    data = core.load_dataset("digits")
    found = check(data, (32, 32), "l2", 1.0, seed=0)
    n = 65 * 32 + 33 * 32 + 33 * 10
    assert found.gradients.n_parameters == n
    assert found.gradients.n_checked == most_checked(data, (32, 32)) == gradient.MAX_CHECKED < n
    assert (
        most_checked(data, (64, 64, 64)) == gradient.BUDGET // (65 * 64 * 3 + 65 * 10) < gradient.MAX_CHECKED
    )
    assert most_checked(core.load_dataset("wine"), ()) == 3 * 14
    assert found.nbytes == 2 * 8 * n

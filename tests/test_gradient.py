"""The gradient check passes on the code that trains, and notices when that code is wrong."""

import numpy as np
import pytest

import core
from core import gradient, network
from core.gradient import MISTAKES, gradients
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

    def wrong(W, A, dA, dW, db, ones):
        right(W, A, dA, dW, db, ones)
        db[0] *= 2

    monkeypatch.setattr(network, "backward", wrong)
    error = core.gradient_check(*samples, hidden=(4,))
    assert error[0] > 1e-3
    assert error[1] < 1e-6


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
    whole = gradients(*samples, hidden=(3,))
    for size in (1, 30_000):
        monkeypatch.setattr(gradient, "CHUNK_BYTES", size)
        chunked = gradients(*samples, hidden=(3,))
        for one, other in zip(whole.numeric, chunked.numeric, strict=True):
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
        ({"penalty": "l3"}, "penalty must be 'l1' or 'l2', got 'l3'"),
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

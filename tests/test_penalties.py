"""The penalties' algebra: value, gradient and prox have to agree with one another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.penalties import PENALTIES, Penalty, soft_threshold

MIXTURE = Penalty("mixture", "Mixture", l1=0.3, l2=0.7)
ALL = [*PENALTIES.values(), MIXTURE]

weight = st.floats(-5, 5)
lam = st.floats(0, 50)
learning_rate = st.floats(0.01, 3)
m = st.integers(1, 40)
each_penalty = pytest.mark.parametrize("penalty", ALL, ids=lambda penalty: penalty.name)


def test_l1_is_the_norm_and_l2_the_squared_norm_over_2m():
    W = np.array([[3.0, -4.0], [0.0, 1.0]])
    assert PENALTIES["l1"].value(W, lam=10, m=5) == pytest.approx(10 / (2 * 5) * 8)
    assert PENALTIES["l2"].value(W, lam=10, m=5) == pytest.approx(10 / (2 * 5) * 26)


def test_the_registry_calls_each_penalty_by_its_name():
    assert {name: penalty.name for name, penalty in PENALTIES.items()} == {"l1": "l1", "l2": "l2"}


@each_penalty
@given(v=weight, lam=lam, m=m, learning_rate=learning_rate)
def test_the_prox_beats_every_point_of_a_grid(penalty, v, lam, m, learning_rate):
    def objective(w):
        return (w - v) ** 2 / 2 + learning_rate * lam / (2 * m) * penalty.l1 * np.abs(w)

    best = penalty.prox(np.array([v]), lam, m, learning_rate)[0]
    grid = np.append(np.linspace(-6, 6, 1201), [v, 0.0])
    assert objective(best) <= objective(grid).min() + 1e-12


@given(v=weight, threshold=st.floats(0, 5), dtype=st.sampled_from(["float32", "float64"]))
def test_l1_prox_is_exactly_zero_below_its_threshold_and_shifted_above(v, threshold, dtype):
    v, threshold = np.dtype(dtype).type(v), np.dtype(dtype).type(threshold)
    w = soft_threshold(np.array([v]), threshold)
    assert w.dtype == dtype
    if abs(v) <= threshold:
        assert w[0] == 0
    else:
        assert w[0] == pytest.approx(np.sign(v) * (abs(v) - threshold), abs=1e-6)


def test_a_soft_threshold_takes_one_threshold_for_each_network():
    V = np.array([[0.5, -2.0], [0.5, -2.0]])
    assert soft_threshold(V, np.array([[0.5], [1.0]])).tolist() == [[0.0, -1.5], [0.0, -1.0]]


def test_a_soft_threshold_leaves_its_argument_alone():
    V = np.array([0.5, -2.0])
    soft_threshold(V, 1.0)
    assert V.tolist() == [0.5, -2.0]


@given(v=weight, u=weight, threshold=st.floats(0, 5))
def test_a_soft_threshold_never_moves_two_points_apart(v, u, threshold):
    V = soft_threshold(np.array([v, u]), threshold)
    assert abs(V[0] - V[1]) <= abs(v - u) + 1e-12


@given(v=weight, lam=lam, m=m, learning_rate=learning_rate)
def test_the_l2_prox_does_nothing_because_l2_acts_by_its_gradient(v, lam, m, learning_rate):
    assert PENALTIES["l2"].prox(np.array([v]), lam, m, learning_rate)[0] == v


@each_penalty
@given(w=weight.filter(lambda w: abs(w) > 1e-3), lam=lam, m=m)
def test_the_gradient_is_the_slope_of_the_value(penalty, w, lam, m):
    h = 1e-6
    above, below = (penalty.value(np.array([w + step]), lam, m) for step in (h, -h))
    gradient = penalty.gradient(np.array([w]), lam, m)[0]
    assert gradient == pytest.approx((above - below) / (2 * h), rel=1e-4, abs=1e-6)


def test_the_l1_gradient_at_zero_is_the_subgradient_zero():
    assert PENALTIES["l1"].gradient(np.zeros(3), lam=10, m=1).tolist() == [0, 0, 0]


@given(lam=lam, m=m, learning_rate=learning_rate)
def test_l2_decays_by_one_minus_alpha_lam_over_m_and_l1_not_at_all(lam, m, learning_rate):
    assert PENALTIES["l2"].decay(lam, m, learning_rate) == pytest.approx(1 - learning_rate * lam / m)
    assert PENALTIES["l1"].decay(lam, m, learning_rate) == 1


@given(lam=lam, m=m, learning_rate=learning_rate)
def test_the_l1_threshold_is_alpha_lam_over_2m_and_l2_has_none(lam, m, learning_rate):
    assert PENALTIES["l1"].threshold(lam, m, learning_rate) == pytest.approx(learning_rate * lam / (2 * m))
    assert PENALTIES["l2"].threshold(lam, m, learning_rate) == 0


@given(w=weight, lam=lam, m=m, learning_rate=learning_rate)
def test_the_decay_is_the_gradient_step_of_the_square(w, lam, m, learning_rate):
    W, penalty = np.array([w]), PENALTIES["l2"]
    step = W - learning_rate * penalty.gradient(W, lam, m)
    assert W * penalty.decay(lam, m, learning_rate) == pytest.approx(step, abs=1e-9)

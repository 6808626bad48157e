"""The penalties' algebra: value, gradient, prox, dual and model have to agree with one another."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.penalties import LECTURED, PENALTIES, Penalty, soft_threshold

L1, L2 = PENALTIES["l1"], PENALTIES["l2"]
MIXTURE = Penalty("mixture", "Mixture", l1=0.3, l2=0.7)
ALL = [*PENALTIES.values(), MIXTURE]

weight = st.floats(-5, 5)
weights = st.lists(weight, min_size=2, max_size=2).map(np.array)
lam = st.floats(0, 50)
learning_rate = st.floats(0.01, 3)
m = st.integers(1, 40)
each_penalty = pytest.mark.parametrize("penalty", ALL, ids=lambda penalty: penalty.name)


def test_l1_is_the_norm_and_l2_the_squared_norm_over_2m():
    W = np.array([[3.0, -4.0], [0.0, 1.0]])
    assert PENALTIES["l1"].value(W, lam=10, m=5) == pytest.approx(10 / (2 * 5) * 8)
    assert PENALTIES["l2"].value(W, lam=10, m=5) == pytest.approx(10 / (2 * 5) * 26)


def test_the_registry_calls_each_penalty_by_its_name():
    assert {name: penalty.name for name, penalty in PENALTIES.items()} == {name: name for name in PENALTIES}
    assert list(PENALTIES)[:2] == ["l1", "l2"] == list(LECTURED)
    assert len({penalty.label for penalty in PENALTIES.values()}) == len(PENALTIES)


def test_the_elastic_net_is_half_of_each_and_a_third_l1_elsewhere():
    elastic = PENALTIES["elastic_net"]
    assert (elastic.l1, elastic.l2) == (0.5, 0.5)
    assert elastic.l1_ratio == pytest.approx(1 / 3)
    assert 1 / elastic.strength == pytest.approx(4 / 3)  # scikit-learn's C = 4/(3λ)


@pytest.mark.parametrize(
    ("l1", "l2", "message"),
    [
        (-0.1, 1.0, "l1 must be a finite share of at least 0, got -0.1"),
        (1.0, -2.0, "l2 must be a finite share of at least 0, got -2.0"),
        (float("nan"), 1.0, "l1 must be a finite share of at least 0, got nan"),
        (1.0, float("inf"), "l2 must be a finite share of at least 0, got inf"),
        (0.0, 0.0, "l1 and l2 must not both be 0, got 0 and 0; λ = 0 switches a penalty off"),
    ],
)
def test_shares_that_make_no_penalty_are_refused(l1, l2, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Penalty("odd", "Odd", l1, l2)


def test_l1_is_sparse_and_l2_is_round_and_a_mixture_is_sparse():
    kinds = {p.label: (p.is_sparse, p.is_round, p.is_mixture) for p in (L1, L2, MIXTURE)}
    assert kinds == {
        "L1": (True, False, False),
        "L2": (False, True, False),
        "Mixture": (True, False, True),
    }


@each_penalty
@given(W=weights, lam=lam, m=m)
def test_the_value_is_that_of_an_elastic_net_of_its_strength_and_ratio(penalty, W, lam, m):
    weight, r = penalty.strength * lam / m, penalty.l1_ratio
    net = weight * (r * np.abs(W).sum() + (1 - r) / 2 * np.square(W).sum())
    assert penalty.value(W, lam, m) == pytest.approx(net, rel=1e-12)
    assert (L1.l1_ratio, L2.l1_ratio) == (1, 0)


@each_penalty
@given(lam=lam, angle=st.floats(0.1, 1.4))
def test_only_what_is_round_does_not_notice_turned_coordinates(penalty, lam, angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned, straight = (penalty.total(w, 1 + lam) for w in (turn @ [1.0, 0.0], np.array([1.0, 0.0])))
    assert (turned == pytest.approx(straight, rel=1e-9)) == penalty.is_round


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


@each_penalty
@given(lam=lam, m=m, learning_rate=learning_rate)
def test_the_decay_ratio_is_what_the_decay_takes_away(penalty, lam, m, learning_rate):
    ratio = penalty.decay_ratio(lam, m, learning_rate)
    assert ratio == pytest.approx(penalty.l2 * learning_rate * lam / m)
    assert penalty.decay(lam, m, learning_rate) == 1 - ratio


# --- the exact solver's part ----------------------------------------------------------------------

strong = st.floats(0.1, 50)  # λ > 0
slopes = st.lists(st.floats(-30, 30), min_size=2, max_size=2).map(np.array)


@each_penalty
@given(w=weights, lam=lam, m=m)
def test_the_total_is_m_times_the_value(penalty, w, lam, m):
    assert penalty.total(w, lam) == pytest.approx(m * penalty.value(w, lam, m), rel=1e-12, abs=1e-300)


@each_penalty
@given(c=slopes, w=weights, lam=strong)
def test_no_weights_pay_less_for_a_correlation_than_the_dual_says(penalty, c, w, lam):
    """total(w) − θ-shrunk c·w ≥ −charge: what makes the bound on m·J* a bound."""
    for shrink, charge in penalty.duals(c, lam):
        assert 0 <= shrink <= 1
        assert penalty.total(w, lam) - shrink * c @ w >= -charge - 1e-9


@each_penalty
@given(c=slopes, lam=strong)
def test_the_duals_charge_is_no_larger_than_it_must_be(penalty, c, lam):
    for shrink, charge in penalty.duals(c, lam):
        grid = [*np.linspace(-400, 400, 401), *(_best(penalty, each, lam) for each in shrink * c)]
        paid = sum(min(penalty.total(np.array([w]), lam) - shrink * each * w for w in grid) for each in c)
        assert paid == pytest.approx(-charge, abs=1e-6 * (1 + charge))


def _best(penalty, c, lam):
    """argmin of total(w) − c·w where there is a square, by hand."""
    return np.sign(c) * max(abs(c) - lam * penalty.l1 / 2, 0) / (lam * penalty.l2) if penalty.l2 else 0.0


def test_the_duals_of_l1_and_l2_are_the_lessons():
    c = np.array([3.0, -4.0])
    assert L1.duals(c, lam=2.0) == [(1 / 4, 0)]
    assert L1.duals(c, lam=20.0) == [(1, 0)]
    assert L2.duals(c, lam=2.0) == [(1, 25 / 4)]
    elastic = PENALTIES["elastic_net"]
    assert elastic.duals(c, lam=2.0) == [(1 / 8, 0), (1, (2.5**2 + 3.5**2) / 2)]


@each_penalty
@given(seed=st.integers(0, 9999), lam=strong)
def test_the_models_minimum_beats_every_point_of_a_grid(penalty, seed, lam):
    rng = np.random.default_rng(seed)
    half, pull, w = rng.standard_normal((3, 2)), 5 * rng.standard_normal(2), rng.standard_normal(2)
    w *= rng.random(2) < 0.7
    H = half.T @ half

    def model(v):
        return (v - w) @ H @ (v - w) / 2 - pull @ (v - w) + penalty.total(v, lam)

    best = penalty.model_minimum(H, pull, w, lam)
    around = np.linspace(-1, 1, 9)
    grid = [best + size * np.array([a, b]) for size in (1e-3, 0.1, 3) for a in around for b in around]
    axes = [np.array(v) for a in 3 * around for v in ((a, 0.0), (0.0, a))]
    assert model(best) <= min(map(model, [*grid, *axes, w])) + 1e-9


@given(seed=st.integers(0, 9999), lam=strong)
def test_a_zero_of_the_models_minimum_is_exact_where_there_is_a_corner(seed, lam):
    rng = np.random.default_rng(seed)
    half, pull = rng.standard_normal((6, 4)), 5 * rng.standard_normal(4)
    H = half.T @ half
    for penalty in (L1, MIXTURE):
        v = penalty.model_minimum(H, pull, np.zeros(4), lam)
        slope = pull - H @ v - lam * penalty.l2 * v
        corner = lam * penalty.l1 / 2
        assert (np.abs(slope[v == 0]) <= corner * (1 + 1e-9)).all()
        np.testing.assert_allclose(slope[v != 0], corner * np.sign(v[v != 0]), atol=1e-7 * (1 + corner))


@each_penalty
@given(w=weights, c=slopes, lam=strong)
def test_what_may_not_move_is_held_at_zero_by_the_corner(penalty, w, c, lam):
    w = np.append(w, [0.0, 0.0])
    c = np.append(c, c / 50)
    held = np.setdiff1d(np.arange(4), penalty.movable(w, c, lam))
    assert (w[held] == 0).all()
    assert (np.abs(c[held]) <= lam * penalty.l1 / 2).all()
    assert held.size == 0 or penalty.is_sparse


@each_penalty
@given(slope=slopes)
def test_at_lam_max_the_corner_just_holds_the_steepest_slope(penalty, slope):
    top = penalty.lam_max(slope)
    if penalty.is_sparse:
        assert top * penalty.l1 / 2 == pytest.approx(np.abs(slope).max())
    else:
        assert top == np.inf


# --- words ----------------------------------------------------------------------------------------


def test_the_words_of_l1_and_l2_are_the_lessons():
    assert (L1.norm_tex, L2.norm_tex) == (r"\|W\|_1", r"\|W\|_F^2")
    assert L1.norm_of("W^{[l]}") == r"\|W^{[l]}\|_1"
    assert (L1.gradient_text, L2.gradient_text) == ("λ/2m·sign(W)", "λ/m·W")
    assert L1.gradient_tex == r"\frac{\lambda}{2m}\operatorname{sign} W^{[l]}"
    assert L2.gradient_tex == r"\frac{\lambda}{m} W^{[l]}"
    assert (L1.rate_text, L2.rate_text) == ("λ/2m", "λ/m")


def test_the_words_of_a_mixture_name_its_shares():
    half = Penalty("half", "Half", 0.5, 0.5)
    assert half.norm_tex == r"\left(0.5\,\|W\|_1 + 0.5\,\|W\|_F^2\right)"
    assert half.gradient_text == "λ/2m·(0.5·sign(W) + W)"
    assert half.gradient_tex == (r"\frac{\lambda}{2m}\left(0.5\,\operatorname{sign} W^{[l]} + W^{[l]}\right)")
    assert MIXTURE.gradient_text == "λ/2m·(0.3·sign(W) + 1.4·W)"


@each_penalty
@given(W=weights, lam=lam, m=m)
def test_the_gradient_is_what_its_words_say(penalty, W, lam, m):
    inner = penalty.gradient_text.removeprefix(f"{penalty.rate_text}·").replace("·", "*")
    said = eval(inner, {"sign": np.sign, "W": W})
    np.testing.assert_allclose(penalty.rate(lam, m) * said, penalty.gradient(W, lam, m), rtol=1e-12)

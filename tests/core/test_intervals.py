"""What few rows say of all: the intervals are scipy's, and hold the truth as often as they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import softmax
from sklearn.dummy import DummyClassifier
from sklearn.metrics import log_loss

from core.intervals import (
    Z,
    is_beyond_chance,
    of_mean,
    of_share,
    on_test_rows,
    standard_error,
    t_quantile,
)

rows = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=60)


def test_z_is_the_normals_quantile():
    assert pytest.approx(stats.norm.ppf(0.975), abs=1e-14) == Z


@pytest.mark.parametrize("freedom", [1, 2])
def test_the_quantile_of_t_is_exact_for_one_and_two_degrees_of_freedom(freedom):
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-12)


def test_the_quantile_of_t_is_within_two_thousandths_from_three_on_and_its_error_falls_as_the_fifth_power():
    freedom = np.arange(3, 500)
    found = np.array([t_quantile(int(n)) for n in freedom])
    expected = stats.t.ppf(0.975, freedom)
    assert (np.abs(found / expected - 1) < 0.002).all()
    assert (np.abs(found - expected) < 2 / freedom.astype(float) ** 5 + 1e-12).all()  # one term more is left
    assert t_quantile(10**9) == pytest.approx(Z, abs=1e-8)


def test_the_quantile_of_t_falls_towards_the_normals():
    found = [t_quantile(n) for n in range(1, 200)]
    assert found == sorted(found, reverse=True)
    assert min(found) > Z


@pytest.mark.parametrize("freedom", [0, -1])
def test_no_degree_of_freedom_has_no_quantile(freedom):
    assert np.isnan(t_quantile(freedom))


@given(rows)
def test_the_interval_of_a_mean_is_scipys_to_two_thousandths_of_its_width(values):
    found = of_mean(np.array(values))
    mean, error = np.mean(values), stats.sem(values)
    half = stats.t.ppf(0.975, len(values) - 1) * error
    assert found.value == pytest.approx(mean, abs=1e-9)
    assert found.high - found.value == pytest.approx(half, rel=2e-3, abs=1e-9)
    assert found.value - found.low == pytest.approx(half, rel=2e-3, abs=1e-9)


@pytest.mark.parametrize("n", [2, 3])
def test_the_interval_of_two_or_three_rows_is_exactly_that_of_scipys_t_test(n):
    values = np.random.default_rng(n).standard_normal(n)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert of_mean(values)[1:] == pytest.approx((expected.low, expected.high), rel=1e-9)


@given(rows, st.floats(0.1, 10), st.floats(-100, 100))
def test_in_another_unit_the_interval_of_a_mean_is_the_same_one(values, unit, origin):
    found, other = of_mean(np.array(values)), of_mean(unit * np.array(values) + origin)
    np.testing.assert_allclose(other, unit * np.array(found) + origin, rtol=1e-6, atol=1e-6)


def test_of_one_row_the_mean_is_known_and_its_interval_is_not_and_of_none_neither():
    one, none = of_mean(np.array([3.0])), of_mean(np.array([]))
    assert one.value == 3.0
    assert np.isnan(one[1:]).all()
    assert np.isnan(none).all()


def test_rows_that_are_all_equal_leave_no_doubt():
    assert tuple(of_mean(np.full(9, 0.25))) == (0.25, 0.25, 0.25)


@pytest.mark.parametrize("n", [2, 4, 12])
def test_of_a_hundred_intervals_of_a_mean_ninety_five_hold_the_truth(n):
    rng = np.random.default_rng(n)
    found = [of_mean(5 + 3 * rng.standard_normal(n)) for _ in range(4000)]
    held = np.mean([each.low <= 5 <= each.high for each in found])
    assert held == pytest.approx(0.95, abs=0.01)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_is_scipys_wilson_interval(counts):
    hits, n = counts
    expected = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    found = of_share(hits, n)
    assert found.value == hits / n
    assert found[1:] == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_hits_and_misses_have_mirrored_intervals(counts):
    hits, n = counts
    right, wrong = of_share(hits, n), of_share(n - hits, n)
    assert (right.low, right.high) == pytest.approx((1 - wrong.high, 1 - wrong.low), abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 30, 171])
def test_where_all_rows_are_hit_or_none_the_interval_ends_there_and_still_has_a_width(n):
    none, every = of_share(0, n), of_share(n, n)
    assert (none.value, every.value) == (0, 1)
    assert none.low == pytest.approx(0, abs=1e-15)
    assert every.high == pytest.approx(1, abs=1e-15)
    width = Z**2 / (n + Z**2)  # Wilson's formula at 0 and at 1
    assert (none.high, 1 - every.low) == pytest.approx((width, width))


@given(st.integers(1, 10_000))
def test_no_rounding_takes_an_interval_of_a_share_out_of_its_bounds(n):
    assert of_share(0, n).low >= 0
    assert of_share(n, n).high <= 1


def test_of_no_row_no_share_is_known():
    assert np.isnan(of_share(0, 0)).all()


def test_intervals_of_a_share_hold_the_truth_about_as_often_as_they_promise():
    n = 40
    ends = np.array([of_share(hits, n)[1:] for hits in range(n + 1)])
    truths = np.linspace(0.1, 0.9, 81)
    held = [
        stats.binom.pmf(np.arange(n + 1), n, p)[(ends[:, 0] <= p) & (p <= ends[:, 1])].sum() for p in truths
    ]
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)
    assert min(held) > 0.9


def logits(n_out: int, m: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Logits (n_out, m), the probabilities (m, n_classes) that are meant, test and training classes."""
    rng, n_classes = np.random.default_rng(seed), max(2, n_out)
    Z_out = 2 * rng.standard_normal((n_out, m))
    P = softmax(Z_out if n_out > 1 else np.stack([np.zeros(m), Z_out[0]]), axis=0).T
    shares = np.array([0.2, 0.8]) if n_out == 1 else np.array([0.2, 0.5, 0.3])
    y_train = rng.choice(n_classes, 50, p=shares)
    return Z_out, P, rng.integers(0, n_classes, m), y_train


@pytest.mark.parametrize("n_out", [1, 3])
def test_a_model_on_test_rows_is_held_against_the_constant_one_of_the_training_rows_shares(n_out):
    Z_out, P, y, y_train = logits(n_out, 40, n_out)
    before = Z_out.copy()
    found = on_test_rows(Z_out, y, y_train)
    np.testing.assert_array_equal(Z_out, before)
    constant = DummyClassifier(strategy="prior").fit(np.zeros((50, 1)), y_train)
    P_constant, rows = constant.predict_proba(np.zeros((40, 1))), np.arange(40)
    assert found.cost.value == pytest.approx(log_loss(y, P, labels=range(P.shape[1])))
    assert found.cost == pytest.approx(of_mean(-np.log(P[rows, y])))
    assert found.accuracy == of_share(int((P.argmax(axis=1) == y).sum()), 40)
    assert found.constant_cost == pytest.approx(of_mean(-np.log(P_constant[rows, y])))
    assert found.constant_accuracy == of_share(int((constant.predict(np.zeros((40, 1))) == y).sum()), 40)


@given(rows)
def test_the_standard_error_is_scipys(values):
    assert standard_error(np.array(values)) == pytest.approx(stats.sem(values), abs=1e-9)


def test_a_mean_is_beyond_chance_above_two_standard_errors():
    differences = np.array([-1.0, 0.0, 1.0])  # 1/√3 is their standard error
    for mean, beyond in ((2.001, True), (1.999, False), (0.0, False), (-3.0, False)):
        assert is_beyond_chance(differences + mean / np.sqrt(3)) == beyond
    assert not is_beyond_chance(np.array([1.0])), "one says nothing"
    assert not is_beyond_chance(np.array([1.0, np.nan]))

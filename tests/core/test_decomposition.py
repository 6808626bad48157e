"""Bias, variance and noise: what they are estimates of, and the training sets that are drawn for them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.datasets import DATASETS, Dataset, Table, draw_rows, split
from core.decomposition import (
    MOST_SETS,
    N_ASIDE,
    Parts,
    bootstrap,
    decompose,
    fresh_set,
    true_shares,
)

SYNTHETIC = [name for name, source in DATASETS.items() if source.synthetic]
each_synthetic = pytest.mark.parametrize("name", SYNTHETIC)
NAMES = ("error", "noise", "bias", "variance")
seeds = st.integers(0, 999)


# The parts.


def by_hand(P: np.ndarray, target: np.ndarray, is_truth: bool) -> dict[str, float]:
    """The parts of one network's answers (S, n_out, n), one number after the other."""
    n_sets, n_out, n = P.shape
    if any(np.isnan(P[i]).all() for i in range(n_sets)):
        return dict.fromkeys(NAMES, np.nan)
    sums, n_rows = dict.fromkeys(NAMES, 0.0), 0
    for row in range(n):
        if sum(not np.isnan(P[i, 0, row]) for i in range(n_sets)) < 2:
            continue
        n_rows += 1
        for out in range(n_out):
            said = [float(P[i, out, row]) for i in range(n_sets) if not np.isnan(P[i, out, row])]
            p, mean = float(target[out, row]), sum(said) / len(said)
            variance = sum((one - mean) ** 2 for one in said) / (len(said) - 1)
            noise = p * (1 - p) if is_truth else 0.0
            sums["noise"] += noise
            sums["variance"] += variance
            sums["bias"] += (mean - p) ** 2 - variance / len(said)
            sums["error"] += noise + sum((one - p) ** 2 for one in said) / len(said)
    return {name: value / n_rows if n_rows else np.nan for name, value in sums.items()}


def drawn_answers(rng: np.random.Generator, n_sets: int, n_out: int, n: int, aside: float) -> np.ndarray:
    """Answers (S, 2 sizes, 3 λ, n_out, n); NaN where a row was not aside, the same for all networks."""
    P = rng.uniform(0, 1, (n_sets, 2, 3, n_out, n))
    return np.where(rng.random((n_sets, 1, 1, 1, n)) < aside, P, np.nan)


@given(
    seed=seeds,
    n_sets=st.integers(2, 6),
    n_out=st.sampled_from([1, 3]),
    n=st.integers(1, 9),
    aside=st.sampled_from([1.0, 0.6, 0.37]),
    is_truth=st.booleans(),
)
def test_the_parts_are_those_of_a_plain_loop_and_add_up_to_the_error(seed, n_sets, n_out, n, aside, is_truth):
    rng = np.random.default_rng(seed)
    P, target = drawn_answers(rng, n_sets, n_out, n, aside), rng.uniform(0, 1, (n_out, n))
    if seed % 2:
        P[rng.integers(n_sets), 1, 2] = np.nan  # this network diverged
    parts = decompose(P, target, is_truth)
    for size in range(2):
        for lam in range(3):
            expected = by_hand(P[:, size, lam], target, is_truth)
            for name in NAMES:
                assert getattr(parts, name)[size, lam] == pytest.approx(expected[name], nan_ok=True), name
    np.testing.assert_allclose(parts.noise + parts.bias + parts.variance, parts.error, rtol=1e-12)


def one_network(P: np.ndarray, target: float, is_truth: bool = True) -> Parts:
    """The parts of answers (S, n) whose rows all have this target."""
    return decompose(P[:, None], np.full((1, P.shape[1]), target), is_truth)


@pytest.mark.parametrize("n_sets", [2, 3, 10])
@pytest.mark.parametrize(("b", "s"), [(0.2, 0.1), (0.0, 0.3), (0.3, 0.0)])
def test_bias_and_variance_are_found_whatever_the_number_of_sets(n_sets, b, s):
    p, n = 0.4, 30_000
    rng = np.random.default_rng(n_sets)
    parts = one_network(p + b + s * rng.standard_normal((n_sets, n)), p)
    of_mean = (2 * b * s / np.sqrt(n_sets) + s**2) / np.sqrt(n)  # at the most, one standard error
    assert parts.noise == pytest.approx(p * (1 - p))
    assert parts.bias == pytest.approx(b**2, abs=4 * of_mean + 1e-12)
    assert parts.variance == pytest.approx(s**2, abs=4 * s**2 * np.sqrt(2 / n) + 1e-12)
    assert parts.error == pytest.approx(p * (1 - p) + b**2 + s**2, abs=8 * of_mean + 1e-12)


@pytest.mark.parametrize("n_sets", [2, 5])
def test_where_no_truth_is_known_the_noise_is_in_the_bias(n_sets):
    p, b, s, n = 0.3, 0.1, 0.2, 60_000
    rng = np.random.default_rng(1)
    y = (rng.random((1, n)) < p).astype(float)
    parts = decompose(p + b + s * rng.standard_normal((n_sets, 1, n)), y, False)
    assert parts.noise == 0
    assert parts.variance == pytest.approx(s**2, rel=0.03)
    assert parts.bias == pytest.approx(p * (1 - p) + b**2, rel=0.03)
    assert parts.error == pytest.approx(parts.bias + parts.variance, rel=1e-12)


def test_of_several_classes_the_parts_are_added_up():
    rng = np.random.default_rng(2)
    P, target = rng.uniform(0, 1, (4, 3, 50)), rng.uniform(0, 1, (3, 50))
    together = decompose(P, target, True)
    each = [decompose(P[:, [i]], target[[i]], True) for i in range(3)]
    for name in NAMES:
        assert getattr(together, name) == pytest.approx(sum(getattr(one, name) for one in each))


def test_a_row_that_was_aside_only_once_is_left_out():
    P = np.array([[0.2, 0.5, 0.9], [0.4, 0.7, np.nan], [0.3, np.nan, np.nan]])
    three, two = one_network(P, 0.5), one_network(P[:, :2], 0.5)
    for name in NAMES:
        assert getattr(three, name) == getattr(two, name)
    assert two.variance == pytest.approx((0.01 + 0.02) / 2)
    assert two.bias == pytest.approx((0.2**2 - 0.01 / 3 + 0.1**2 - 0.02 / 2) / 2)


def test_a_network_without_an_answer_in_one_set_takes_its_parts_and_no_others():
    rng = np.random.default_rng(3)
    P, target = drawn_answers(rng, 4, 2, 20, 0.8), rng.uniform(0, 1, (2, 20))
    before = decompose(P, target, True)
    P[2, 0, 1] = np.nan
    after = decompose(P, target, True)
    for name in NAMES:
        gone = np.isnan(getattr(after, name))
        assert gone.tolist() == [[False, True, False], [False] * 3]
        np.testing.assert_array_equal(getattr(after, name)[~gone], getattr(before, name)[~gone])


def test_where_no_row_was_aside_twice_there_are_no_parts():
    P = np.array([[0.2, np.nan], [np.nan, 0.4]])
    assert all(np.isnan(getattr(one_network(P, 0.5), name)) for name in NAMES)


@pytest.mark.parametrize("n_sets", [0, 1])
def test_fewer_than_two_sets_have_no_variance(n_sets):
    with pytest.raises(ValueError, match=f"at least 2 training sets, got {n_sets}"):
        decompose(np.full((n_sets, 1, 5), 0.5), np.full((1, 5), 0.5), True)


# Training sets drawn from the truth.

SEED, N, NOISE = 3, 60, 0.3


def panel(name: str, noise: float = NOISE) -> Dataset:
    """What the panel's settings load."""
    return core.load_dataset(name, SEED, N, noise)


@each_synthetic
@pytest.mark.parametrize("noise", [0.0, NOISE])
def test_no_row_is_in_two_sets_or_aside_or_the_panels(name, noise):
    data = panel(name, noise)
    sets = [fresh_set(data, SEED, N, noise, i).data for i in (0, 1, 2, MOST_SETS - 1)]
    rows = [draw_rows(name, SEED, N, noise).X, sets[0].X_test, *(one.X_train for one in sets)]
    together = np.concatenate(rows)
    assert len(together) == N + N_ASIDE + 4 * data.m
    assert len(np.unique(together, axis=0)) == len(together)


@each_synthetic
def test_every_set_is_as_large_as_the_panels_and_measured_on_the_same_rows(name):
    data = panel(name)
    first, *others = (fresh_set(data, SEED, N, NOISE, i) for i in (0, 1, MOST_SETS - 1))
    for one in (first, *others):
        assert one.data.X_train.shape == data.X_train.shape
        assert one.data.y_train.shape == (data.m,)
        assert one.data.X_test.shape == (N_ASIDE, data.n_features)
        assert one.rows.tolist() == list(range(N_ASIDE))
        for field in ("name", "feature_names", "class_names", "informative"):
            assert getattr(one.data, field) == getattr(data, field)
        np.testing.assert_array_equal(one.data.X_test, first.data.X_test)
        np.testing.assert_array_equal(one.data.y_test, first.data.y_test)
    assert first.data.y_test.mean() == pytest.approx(0.5, abs=0.03)
    again = fresh_set(data, SEED, N, NOISE, 0)
    np.testing.assert_array_equal(again.data.X_train, first.data.X_train)
    assert not np.array_equal(others[0].data.X_train, first.data.X_train)
    other_seed = fresh_set(core.load_dataset(name, SEED + 1, N, NOISE), SEED + 1, N, NOISE, 0)
    assert not np.array_equal(other_seed.data.X_train, first.data.X_train)


@each_synthetic
def test_the_sets_have_the_truth_of_the_panels_data(name):
    data = panel(name)
    again = fresh_set(data, SEED, N, NOISE, 1).data
    p = true_shares(data, SEED, N, NOISE, 300)
    assert p.shape == (1, 300)
    np.testing.assert_array_equal(p[0], DATASETS[name].truth(SEED, again.X_test[:300], NOISE))
    table = draw_rows(name, SEED, N, NOISE)
    for X, y in ((again.X_test, again.y_test), (again.X_train, again.y_train), (table.X, table.y)):
        share = DATASETS[name].truth(SEED, X, NOISE)
        error = np.sqrt((share * (1 - share)).sum())
        assert abs((y - share).sum()) <= 4 * error + 0.5
        assert ((share > 0.5) == y).mean() > 0.6


@pytest.mark.parametrize("seed", [0, 11])
def test_in_every_set_the_same_needles_decide_with_the_same_signs(seed):
    data = core.load_dataset("needles", seed, N, 0.0)
    sets = [fresh_set(data, seed, N, 0.0, i).data for i in (0, 5)]
    X, y = sets[0].X_test, sets[0].y_test
    correlation = np.array([np.corrcoef(column, y)[0, 1] for column in X.T])
    needles = list(data.informative)
    assert set(np.argsort(np.abs(correlation))[-5:]) == set(needles)
    signs = np.sign(correlation[needles])
    for one in (*sets, replace(sets[0], X_train=X, y_train=y)):
        np.testing.assert_array_equal(one.X_train[:, needles] @ signs > 0, one.y_train == 1)


def test_a_set_beyond_the_most_that_are_drawn_is_refused():
    data = panel("moons")
    with pytest.raises(ValueError, match=f"i must be below {MOST_SETS}, the most .* that are drawn, got 40"):
        fresh_set(data, SEED, N, NOISE, MOST_SETS)
    for i in (-1, 0.5):
        with pytest.raises(ValueError, match=f"i must be a whole number of at least 0, got {i}"):
            fresh_set(data, SEED, N, NOISE, i)


def test_what_is_not_drawn_has_neither_sets_nor_shares():
    wine = core.load_dataset("wine")
    with pytest.raises(ValueError, match=r"name must be 'moons', .* or 'needles', got 'wine'"):
        fresh_set(wine, 0, N, NOISE, 0)
    with pytest.raises(ValueError, match="the truth of 'wine' is not known; bootstrap it"):
        true_shares(wine, 0, N, NOISE, 10)


# Training sets drawn from the training rows.


def numbered(counts: list[int], seed: int = 0) -> Dataset:
    """Training and test rows of these classes, in any order; the training rows hold their own number."""
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    names = tuple(str(label) for label in range(len(counts)))
    X = np.column_stack([np.arange(len(y)), y]).astype(float)
    return Dataset("numbered", X, y, -1 - X, y, ("number", "class"), names)


@given(
    counts=st.lists(st.integers(1, 12), min_size=2, max_size=4).filter(lambda counts: max(counts) > 1),
    seed=seeds,
    i=st.integers(0, 60),
)
def test_a_bootstrap_takes_training_rows_alone_and_keeps_aside_those_not_drawn(counts, seed, i):
    data = numbered(counts, seed)
    again = bootstrap(data, seed, i)
    drawn = again.data.X_train[:, 0].astype(int)
    np.testing.assert_array_equal(again.data.X_train, data.X_train[drawn])
    np.testing.assert_array_equal(again.data.y_train, data.y_train[drawn])
    assert np.bincount(again.data.y_train, minlength=len(counts)).tolist() == counts
    assert again.rows.tolist() == sorted(set(range(data.m)) - set(drawn.tolist()))
    np.testing.assert_array_equal(again.data.X_test, data.X_train[again.rows])
    np.testing.assert_array_equal(again.data.y_test, data.y_train[again.rows])
    assert again.rows.size, "some row is left out, or nothing could be measured"
    same = bootstrap(data, seed, i)
    np.testing.assert_array_equal(same.data.X_train, again.data.X_train)
    np.testing.assert_array_equal(same.rows, again.rows)


def test_a_row_of_each_class_alone_cannot_be_drawn_again():
    with pytest.raises(ValueError, match="a class of at least 2 training rows"):
        bootstrap(numbered([1, 1], 0), 0, 0)


def test_every_set_and_every_seed_draws_others():
    data = numbered([40, 40])
    drawn = {bootstrap(data, seed, i).data.X_train.tobytes() for seed in range(5) for i in range(5)}
    assert len(drawn) == 25


def test_of_a_class_each_row_is_drawn_as_often_and_a_good_third_is_aside():
    data = numbered([200, 50])
    sets = [bootstrap(data, 1, i) for i in range(200)]
    times = sum(np.bincount(one.data.X_train[:, 0].astype(int), minlength=data.m) for one in sets)
    assert times.sum() == 200 * data.m
    assert abs(times / 200 - 1).max() < 5 / np.sqrt(200), "each row once a set on average"
    assert np.mean([len(one.rows) for one in sets]) / data.m == pytest.approx(np.exp(-1), abs=0.01)


def test_the_rows_of_a_file_are_drawn_as_they_are_trained_on():
    rng = np.random.default_rng(0)
    table = Table(rng.standard_normal((30, 2)), np.arange(30) % 3, ("a", "b"), ("x", "y", "z"))
    data = split("mine", table, 4)
    again = bootstrap(data, 4, 2).data
    seen = {row.tobytes() for row in data.X_train}
    assert {row.tobytes() for row in np.concatenate([again.X_train, again.X_test])} == seen
    assert not seen & {row.tobytes() for row in data.X_test}


@pytest.mark.parametrize(("seed", "i", "name"), [(-1, 0, "seed"), (0, -1, "i"), (0, 1.5, "i")])
def test_a_bootstrap_below_zero_is_refused(seed, i, name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 0, got "):
        bootstrap(numbered([3, 3]), seed, i)

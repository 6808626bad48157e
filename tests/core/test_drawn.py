"""The drawn data sets: rows as they always were, and a true share that is the share of the rows drawn."""

from collections.abc import Callable
from math import cos, exp, pi, sin, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import drawn
from core.datasets import DATASETS, Table, draw_rows, split

SYNTHETIC = [name for name, source in DATASETS.items() if source.synthetic]
each_synthetic = pytest.mark.parametrize("name", SYNTHETIC)
coordinates = st.floats(-3, 3)
PHI = NormalDist().cdf


def truth(name: str, X: np.ndarray | list, noise: float, seed: int = 0) -> np.ndarray:
    """The true share of class 1 at rows as they are drawn."""
    return DATASETS[name].truth(seed, np.asarray(X, float), noise)


def test_the_truth_is_known_of_exactly_the_sets_that_are_drawn():
    assert [name for name, source in DATASETS.items() if source.truth is not None] == SYNTHETIC


# The rows: as they were before their truth was known.


def once(name: str, rng: np.random.Generator, n: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """The rows as they were drawn when each set had a generator of its own."""
    y = np.arange(n) % 2
    if name == "needles":
        w = np.zeros(40)
        columns = np.sort(rng.choice(40, 5, replace=False))
        w[columns] = rng.choice([-1, 1], 5) / np.sqrt(5)
        X = rng.standard_normal((n, 40))
        return X, (X @ w + noise * rng.standard_normal(n) > 0).astype(int)
    if name == "moons":
        angle = rng.uniform(0, np.pi, n)
        here = np.column_stack([np.cos(angle), np.sin(angle)])
        X = np.where(y[:, None] == 0, here, np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)]))
    elif name == "circles":
        angle, radius = rng.uniform(0, 2 * np.pi, n), np.where(y == 1, 0.5, 1.0)
        X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    elif name == "xor":
        X = rng.uniform(-1, 1, (n, 2))
        y = (X[:, 0] * X[:, 1] > 0).astype(int)
    else:
        turn = np.sqrt(rng.uniform(0.02, 1, n))
        angle = 3 * np.pi * turn + np.pi * y
        X = 3 * turn[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + noise * rng.standard_normal(X.shape), y


@each_synthetic
@pytest.mark.parametrize(("seed", "n", "noise"), [(0, 400, 0.2), (7, 51, 0.5), (999, 20, 0.0)])
def test_every_row_is_to_the_last_bit_what_it_was(name, seed, n, noise):
    rng = np.random.default_rng(seed)
    X, y = once(name, rng, n, noise)
    table = draw_rows(name, seed, n, noise)
    np.testing.assert_array_equal(table.X, X)
    np.testing.assert_array_equal(table.y, y)
    expected = split(name, Table(X, y, table.feature_names, ("0", "1")), rng)
    data = core.load_dataset(name, seed, n, noise)
    for part in ("X_train", "y_train", "X_test", "y_test"):
        np.testing.assert_array_equal(getattr(data, part), getattr(expected, part))


@pytest.mark.parametrize("name", ["wine", "iris"])
def test_rows_of_a_set_that_is_not_drawn_are_refused(name):
    with pytest.raises(ValueError, match=f"name must be 'moons', .* or 'needles', got '{name}'"):
        draw_rows(name, 0, 50, 0.2)


# The true share.


@each_synthetic
@pytest.mark.parametrize("noise", [0.2, 0.5, 1.5])
def test_of_rows_with_a_share_that_share_is_of_class_one(name, noise):
    X, y = draw_rows(name, 3, 4000, noise)[:2]
    p = truth(name, X, noise, 3)
    assert ((p >= 0) & (p <= 1)).all()
    bins = np.minimum((p * 8).astype(int), 7)
    for rows in (bins == i for i in range(8)):
        if rows.sum() < 30:
            continue
        error = sqrt((p[rows] * (1 - p[rows])).mean() / rows.sum())
        assert abs((y[rows] - p[rows]).mean()) <= 3 * error, (noise, p[rows].mean())


@each_synthetic
def test_without_noise_the_share_is_the_class(name):
    X, y = draw_rows(name, 5, 600, 0.0)[:2]
    np.testing.assert_allclose(truth(name, X, 0.0, 5), y, atol=1e-12)


@each_synthetic
def test_a_little_noise_leaves_most_rows_their_class_and_much_noise_takes_it(name):
    X, y = draw_rows(name, 1, 600, 0.02)[:2]
    p = truth(name, X, 0.02, 1)
    assert np.isclose(p, y, atol=0.01).mean() > 0.9
    X, _ = draw_rows(name, 1, 400, 30.0)[:2]
    assert np.abs(truth(name, X, 30.0, 1) - 0.5).max() < 0.1


CURVES: dict[str, Callable[[float, int], tuple[float, float]]] = {
    "moons": lambda t, y: (1 - cos(pi * t), 0.5 - sin(pi * t)) if y else (cos(pi * t), sin(pi * t)),
    "circles": lambda t, y: tuple(f(2 * pi * t) / (1 + y) for f in (cos, sin)),
    "spirals": lambda t, y: tuple(
        3 * sqrt(0.02 + 0.98 * t) * f(3 * pi * sqrt(0.02 + 0.98 * t) + pi * y) for f in (cos, sin)
    ),
}


def integral(name: str, x: tuple[float, float], y: int, noise: float, n: int = 600) -> float:
    """∫ exp(−‖x − c(t)‖²/2σ²) dt of a class's curve, by Simpson's rule."""
    points = (CURVES[name](i / n, y) for i in range(n + 1))
    heights = [exp(-((x[0] - a) ** 2 + (x[1] - b) ** 2) / (2 * noise**2)) for a, b in points]
    return (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])) / (3 * n)


@pytest.mark.parametrize("name", list(CURVES))
@pytest.mark.parametrize("noise", [0.2, 0.5])
def test_along_a_curve_the_share_is_its_density_by_the_sum_of_both(name, noise):
    places = [(0.0, 0.0), (0.6, 0.1), (0.4, 0.9), (-0.7, 0.3), (1.6, -0.4), (-1.2, -1.0)]
    expected = []
    for x in places:
        zero, one = (integral(name, x, y, noise) for y in (0, 1))
        expected.append(one / (zero + one))
    np.testing.assert_allclose(truth(name, places, noise), expected, atol=1e-5)
    assert np.ptp(expected) > 0.3, "these places are meant to differ"


@given(x=coordinates, y=coordinates, noise=st.sampled_from([0.0, 0.1, 0.5]))
def test_a_half_turn_swaps_the_arms_of_the_spirals_and_the_moons(x, y, noise):
    for name, turned in (("spirals", (-x, -y)), ("moons", (1 - x, 0.5 - y))):
        one, other = truth(name, [(x, y), turned], noise)
        assert one + other == pytest.approx(1, abs=1e-9)


@given(radius=st.floats(0, 2), angle=st.floats(0, 7), noise=st.sampled_from([0.0, 0.1, 0.5]))
def test_around_the_circles_the_share_stays(radius, angle, noise):
    around = [(radius, 0.0), (radius * cos(angle), radius * sin(angle))]
    here, there = truth("circles", around, noise)
    assert here == pytest.approx(there, abs=1e-6)


def test_any_number_of_rows_has_its_shares():
    X = draw_rows("moons", 0, 2 * drawn.CHUNK + 1, 0.3).X
    for n in (1, drawn.CHUNK, drawn.CHUNK + 1, len(X)):
        np.testing.assert_allclose(truth("moons", X[:n], 0.3), truth("moons", X, 0.3)[:n], rtol=1e-12)


@given(x=coordinates, y=coordinates, noise=st.sampled_from([0.0, 0.05, 0.3, 1.0]))
def test_a_mirror_swaps_the_classes_of_xor_and_the_diagonal_does_not(x, y, noise):
    here, across, below, both, swapped = truth("xor", [(x, y), (-x, y), (x, -y), (-x, -y), (y, x)], noise)
    if x and y:  # on an edge of the quadrants without noise there is no share
        assert here + across == pytest.approx(1, abs=1e-9)
        assert here + below == pytest.approx(1, abs=1e-9)
        assert here == pytest.approx(both, abs=1e-9)
    assert here == pytest.approx(swapped, abs=1e-12)


@given(x=coordinates, y=coordinates, noise=st.sampled_from([0.3, 0.5, 1.0]))
def test_the_share_of_xor_is_that_of_agreeing_signs(x, y, noise):
    def positive(at: float) -> float:
        ends = [PHI((at - end) / noise) for end in (1, 0, -1)]  # of the mass below each end, seen from x
        return (ends[1] - ends[0]) / (ends[2] - ends[0])

    a, b = positive(x), positive(y)
    assert truth("xor", [(x, y)], noise)[0] == pytest.approx(a * b + (1 - a) * (1 - b), abs=1e-5)


def test_far_outside_the_square_the_share_of_xor_is_that_of_its_quadrant():
    far = [(9.0, 9.0), (-9.0, 9.0), (40.0, -40.0), (-1e4, -1e4)]
    np.testing.assert_allclose(truth("xor", far, 0.1), [1, 0, 0, 1], atol=1e-12)


@pytest.mark.parametrize("seed", [0, 6])
def test_the_share_of_needles_is_the_normal_mass_on_its_side(seed):
    rng = np.random.default_rng(seed)
    columns = np.sort(rng.choice(40, 5, replace=False))
    signs = rng.choice([-1, 1], 5)
    X = draw_rows("needles", seed, 60, 0.3).X
    for noise in (0.1, 0.3, 2.0):
        expected = [PHI(float(row[columns] @ signs) / sqrt(5) / noise) for row in X]
        np.testing.assert_allclose(truth("needles", X, noise, seed), expected, atol=1e-9)
    hay = np.setdiff1d(np.arange(40), columns)
    moved = X.copy()
    moved[:, hay] += 5
    np.testing.assert_allclose(truth("needles", moved, 0.3, seed), truth("needles", X, 0.3, seed), rtol=1e-9)
    assert tuple(columns) == draw_rows("needles", seed, 60, 0.3).informative

"""Two weights as a plane: its costs, lines of equal height and level sets, each against another way."""

import numpy as np
import pytest

import core
from core.contours import (
    N_DIRECTIONS,
    best_intercepts,
    contour_lines,
    data_costs,
    first_two_to_enter,
    level_set,
)
from core.logistic import fit_logistic, lam_max, logistic_cost
from core.settings import LAMS


@pytest.fixture(scope="module")
def cancer():
    data = core.Settings(dataset="breast_cancer").load()
    return data.X_train, data.y_train


def cheapest(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    """The least cost over b, by thirds of an interval that holds it: J is convex in b."""
    low, high = -200.0, 200.0
    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if logistic_cost(X, y, w, left, "l2", 0.0) < logistic_cost(X, y, w, right, "l2", 0.0):
            high = right
        else:
            low = left
    return logistic_cost(X, y, w, (low + high) / 2, "l2", 0.0)


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_a_cost_of_the_grid_is_the_least_over_the_intercept(cancer, scale):
    X, y = cancer[0][:, [27, 22]], cancer[1]
    rng = np.random.default_rng(0)
    first, second = scale * rng.standard_normal(4), scale * rng.standard_normal(3)
    C = data_costs(X, y, first, second)
    assert C.shape == (3, 4)
    for i, w2 in enumerate(second):
        for j, w1 in enumerate(first):
            assert C[i, j] == pytest.approx(cheapest(X, y, np.array([w1, w2])), rel=1e-7, abs=1e-9)


def test_the_intercept_is_found_from_anywhere_and_between_far_log_odds():
    Z = np.array([[-1000.0, 0.0], [1000.0, 0.0], [1001.0, 0.0], [1002.0, 1e-9]])
    for start in (0.0, -5000.0, 5000.0):
        b = best_intercepts(Z, 0.5, np.full(2, start))
        P = 1 / (1 + np.exp(-np.clip(Z + b, -700, 700)))
        np.testing.assert_allclose(P.mean(axis=0), 0.5, atol=1e-7)


@pytest.mark.parametrize(
    ("X", "y", "match"),
    [
        (np.zeros((4, 3)), np.array([0, 1, 0, 1]), "2 columns"),
        (np.zeros((4, 2)), np.zeros(4, int), "0 and 1"),
        (np.zeros((4, 2)), np.array([1, 2, 1, 2]), "0 and 1"),
    ],
)
def test_what_spans_no_plane_is_refused(X, y, match):
    with pytest.raises(ValueError, match=match):
        data_costs(X, y, np.zeros(2), np.zeros(2))


def test_points_of_a_line_lie_on_its_height():
    x, y = np.linspace(-2, 2, 31), np.linspace(-1, 3, 41)
    C = x[None] ** 2 + 2 * (y[:, None] - 1) ** 2
    (line,) = contour_lines(C, x, y, 1.0)
    np.testing.assert_array_equal(line[0], line[-1])
    height = line[:, 0] ** 2 + 2 * (line[:, 1] - 1) ** 2
    np.testing.assert_allclose(height, 1.0, atol=0.01)  # straight inside cells of a tenth
    angle = np.unwrap(np.arctan2(np.sqrt(2) * (line[:, 1] - 1), line[:, 0]))
    assert abs(angle[-1] - angle[0]) == pytest.approx(2 * np.pi), "once around"
    assert (np.diff(angle) * np.sign(angle[-1] - angle[0]) > 0).all(), "never back"


def test_on_a_plane_lines_are_exact_and_end_at_the_border():
    x, y = np.linspace(0, 1, 7), np.linspace(0, 2, 9)
    (line,) = contour_lines(x[None] + y[:, None], x, y, 1.03)
    np.testing.assert_allclose(line.sum(axis=1), 1.03)
    ends = sorted(map(tuple, line[[0, -1]].round(12)))
    assert ends == [(0.0, 1.03), (1.0, 0.03)]


def test_a_height_that_is_not_reached_has_no_line_and_two_hills_have_two():
    x = np.linspace(-3, 3, 61)
    C = np.exp(-((x[None] - 1.5) ** 2) - x[:, None] ** 2) + np.exp(-((x[None] + 1.5) ** 2) - x[:, None] ** 2)
    assert contour_lines(C, x, x, 2.0) == []
    lines = contour_lines(C, x, x, 0.5)
    assert sorted(np.sign(line[:, 0].mean()) for line in lines) == [-1, 1]
    assert all((line[0] == line[-1]).all() for line in lines)


@pytest.mark.parametrize("flip", [1, -1])
def test_in_a_saddle_lines_go_around_the_corners_that_the_middle_does_not_join(flip):
    C = flip * np.array([[1.0, -1.0], [-1.0, 1.4]])
    lines = contour_lines(C, np.arange(2.0), np.arange(2.0), 0.0)
    assert len(lines) == 2, "the middle is on the side of the ones"
    around = [line.mean(axis=0) for line in lines]
    for corner in ((1, 0), (0, 1)):
        assert min(np.abs(middle - corner).sum() for middle in around) < 0.8


@pytest.mark.parametrize("name", list(core.PENALTIES))
def test_a_level_set_passes_through_its_weights_and_costs_the_same_everywhere(name):
    penalty, w = core.PENALTIES[name], np.array([-0.7, 0.2])
    points = level_set(name, w)
    assert points.shape == (N_DIRECTIONS + 1, 2)
    value = penalty.value(w, 2.0, 10)
    np.testing.assert_allclose([penalty.value(point, 2.0, 10) for point in points], value)
    a, along = points[:-1], np.diff(points, axis=0)
    share = ((w - a) * along).sum(axis=1) / np.square(along).sum(axis=1)
    nearest = a + np.clip(share, 0, 1)[:, None] * along
    assert np.linalg.norm(nearest - w, axis=1).min() < 1e-3
    assert level_set(name, np.zeros(2)).tolist() == [[0, 0]] * (N_DIRECTIONS + 1)


def test_l1s_level_set_is_a_diamond_with_corners_exactly_on_the_axes_and_l2s_a_circle():
    w = np.array([0.3, -0.5])
    corners = level_set("l1", w)[:: N_DIRECTIONS // 4]
    np.testing.assert_allclose(corners, 0.8 * np.array([[1, 0], [0, 1], [-1, 0], [0, -1], [1, 0]]))
    assert ((corners == 0).sum(axis=1) == 1).all()
    np.testing.assert_allclose(np.linalg.norm(level_set("l2", w), axis=1), np.hypot(0.3, 0.5))


@pytest.mark.parametrize("name", core.penalties.LECTURED)
def test_inside_the_level_set_nothing_is_cheaper_than_the_optimum(cancer, name):
    X, y = cancer[0][:, [27, 22]], cancer[1]
    path = fit_logistic(X, y, name, LAMS[1:], tol=1e-12)
    rng = np.random.default_rng(1)
    for k in (0, 12, 22):
        w = path.W[k]
        best = path.cost[k] - core.PENALTIES[name].value(w, LAMS[k + 1], len(y))
        border = level_set(name, w)
        inside = border * rng.uniform(0, 1, len(border))[:, None]
        costs = [data_costs(X, y, p[:1], p[1:])[0, 0] for p in (*border, *inside)]
        assert min(costs) >= best - 1e-9


@pytest.mark.parametrize("dataset", ["breast_cancer", "needles", "moons"])
def test_the_two_columns_are_those_that_the_path_lets_in_first(dataset):
    data = core.Settings(dataset=dataset).load()
    X, y = data.X_train, data.y_train
    first, second = first_two_to_enter(X, y)
    top = lam_max(X, y)
    for lam in top * np.linspace(0.9999, 0.02, 200):
        support = np.flatnonzero(fit_logistic(X, y, "l1", [lam], tol=1e-12).W[0])
        if support.size >= 2:
            break
        assert support.tolist() in ([], [first])
    assert {first, second} <= set(support.tolist())


def test_a_column_that_says_what_the_first_does_is_not_the_second():
    rng = np.random.default_rng(2)
    y = rng.integers(0, 2, 200)
    strong, weak = y + 0.7 * rng.standard_normal(200), y + 2.5 * rng.standard_normal(200)
    X = np.column_stack([strong + 0.05 * rng.standard_normal(200), weak, strong])
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    pulls = np.abs(X.T @ (y - y.mean()))
    assert pulls[1] < pulls[[0, 2]].min(), "by size alone the copy would come next"
    path = fit_logistic(X, y, "l1", np.linspace(2 * pulls.max(), 1, 400), tol=1e-12)
    support = next(set(np.flatnonzero(w).tolist()) for w in path.W if np.count_nonzero(w) > 1)
    assert set(first_two_to_enter(X, y)) <= support
    assert 1 in first_two_to_enter(X, y)


def test_columns_that_say_nothing_are_two_all_the_same_and_one_is_refused():
    assert sorted(first_two_to_enter(np.zeros((4, 2)), np.array([0, 1, 0, 1]))) == [0, 1]
    with pytest.raises(ValueError, match="at least 2 columns"):
        first_two_to_enter(np.zeros((4, 1)), np.array([0, 1, 0, 1]))

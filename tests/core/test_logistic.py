"""The logistic optimum, held against scikit-learn, the optimality conditions and the reference numbers.

The oracles leave the intercept alone, as the lesson does: saga where there is a corner, lbfgs for L2;
liblinear would penalize it. scikit-learn minimizes a sum, C·Σ loss + penalty, so C = 2/λ for L1 and 1/λ for
L2. Where saga would need minutes, the optimality conditions stand in: for a convex J they hold at the optimum
and nowhere else.
"""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression

from core import load_dataset, train
from core.logistic import degrees_of_freedom, fit_logistic, lam_max, logistic_cost
from core.penalties import PENALTIES

LAM_MAX = 436.631532
NAMES = load_breast_cancer().feature_names.tolist()
each_penalty = pytest.mark.parametrize("penalty", list(PENALTIES))


def cost_of(X, y, w, b, penalty, lam):
    """J as the lesson writes it."""
    Z = X @ w + b
    data_cost = np.mean(np.logaddexp(0, Z) - y * Z)
    l1, l2 = PENALTIES[penalty].l1, PENALTIES[penalty].l2
    return data_cost + lam / (2 * len(y)) * (l1 * np.abs(w).sum() + l2 * w @ w)


def residuals(X, y, w, b):
    """y − p: what is left to explain."""
    return y - 0.5 * (1 + np.tanh((X @ w + b) / 2))


def from_optimality(X, y, w, b, penalty, lam):
    """How far (w, b) is from an optimum's conditions: Σr = 0, and Xᵀr is a (sub)gradient of the penalty."""
    r = residuals(X, y, w, b)
    pull = (X - X.mean(axis=0)).T @ r  # the mean adds a multiple of Σr, which is judged by itself
    corner, square = lam / 2 * PENALTIES[penalty].l1, lam * PENALTIES[penalty].l2 * w
    off = np.where(w == 0, np.maximum(np.abs(pull) - corner, 0), np.abs(pull - square - corner * np.sign(w)))
    return max(off.max(), abs(r.sum()))


def oracle(X, y, penalty, lam, solver=None):
    """scikit-learn's weights and intercept at a tight tolerance."""
    l1, l2 = PENALTIES[penalty].l1, PENALTIES[penalty].l2
    model = LogisticRegression(
        C=1 / (lam * (l1 / 2 + l2)),
        l1_ratio=l1 / 2 / (l1 / 2 + l2),
        solver=solver or ("saga" if l1 else "lbfgs"),
        tol=1e-10 if l1 else 1e-9,
        max_iter=20_000,
        random_state=0,
    ).fit(X, y)
    return model.coef_[0], model.intercept_[0]


def standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


@pytest.fixture(scope="module")
def wine():
    """178 rows of 13 columns, class 0 against the rest; a hyperplane separates them."""
    X, y = load_wine(return_X_y=True)
    return standardized(X), (y == 0).astype(int)


@pytest.fixture(scope="module")
def wide():
    """200 rows of 1,000 columns, 10 of which matter."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 1000))
    return X, (X[:, :10] @ rng.standard_normal(10) + 0.5 * rng.standard_normal(200) > 0).astype(int)


def awkward(name):
    """Data that break solvers which lean on standardized, independent columns."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((60, 6))
    y = (X[:, 0] - X[:, 1] + rng.logistic(size=60) > 0).astype(int)
    if name == "scaled":
        X = X * 10.0 ** np.arange(-3, 3)
    elif name == "shifted":
        X = X + 1000.0 * np.arange(6)
    elif name == "duplicated":
        X = np.hstack([X, X[:, :2], -X[:, :1]])
    elif name == "correlated":
        X[:, 1:] = X[:, :1] + 0.01 * X[:, 1:]
    elif name == "indicators":
        X = (X > 0.5).astype(float)
    elif name == "outlier":
        X[0] *= 1000
    elif name == "square":
        X = rng.standard_normal((60, 60))
    elif name == "two rows":
        X, y = X[:2], np.array([0, 1])
    return X, y


AWKWARD = ["scaled", "shifted", "duplicated", "correlated", "indicators", "outlier", "square", "two rows"]


# --- the reference numbers ------------------------------------------------------------------------


def test_lam_max_of_breast_cancer_is_the_reference(breast_cancer):
    assert f"{lam_max(*breast_cancer):.6f}" == f"{LAM_MAX:.6f}"


def test_at_lam_max_only_the_intercept_is_left(breast_cancer):
    path = fit_logistic(*breast_cancer, penalty="l1", lams=[lam_max(*breast_cancer)], tol=1e-12)
    assert_array_equal(path.W, 0.0)
    assert f"{path.cost[0]:.10f}" == "0.6603163492"
    assert f"{path.b[0]:.6f}" == "0.521150"


def test_worst_concave_points_enters_first(breast_cancer):
    path = fit_logistic(*breast_cancer, penalty="l1", lams=[0.99 * LAM_MAX])
    assert [NAMES[j] for j in np.flatnonzero(path.W[0])] == ["worst concave points"]


def test_l1_costs_and_supports_are_the_reference(breast_cancer):
    path = fit_logistic(*breast_cancer, penalty="l1", lams=[100, 20, 10, 2, 1], tol=1e-12)
    assert np.count_nonzero(path.W, axis=1).tolist() == [4, 8, 10, 16, 16]
    assert [f"{J:.10f}" for J in path.cost] == [
        "0.4238070628", "0.2046573295", "0.1507031086", "0.0809871453", "0.0654339036",
    ]  # fmt: skip


def test_the_four_weights_at_lam_100_are_the_reference(breast_cancer):
    w = fit_logistic(*breast_cancer, penalty="l1", lams=[100], tol=1e-12).W[0]
    rounded = {NAMES[j]: round(float(w[j]), 5) for j in np.flatnonzero(w)}
    assert rounded == {
        "worst concave points": -0.99484,
        "worst radius": -0.9068,
        "mean concave points": -0.07839,
        "worst texture": -0.07092,
    }


def test_l2_costs_and_degrees_of_freedom_are_the_reference(breast_cancer):
    path = fit_logistic(*breast_cancer, penalty="l2", lams=[100, 10, 0.1], tol=1e-12)
    assert [f"{J:.10f}" for J in path.cost] == ["0.2340602496", "0.1164703211", "0.0460443874"]
    assert np.count_nonzero(path.W, axis=1).tolist() == [30, 30, 30]
    freedom = degrees_of_freedom(breast_cancer[0], path)
    assert [f"{df:.3f}" for df in freedom] == ["4.610", "8.572", "19.286"]


def test_scaling_mean_texture_by_ten_changes_what_l1_chooses(breast_cancer):
    X, y = breast_cancer
    texture = NAMES.index("mean texture")
    scaled = X.copy()
    scaled[:, texture] *= 10
    before, after = (fit_logistic(Z, y, penalty="l1", lams=[20]).W[0] for Z in (X, scaled))
    assert before[texture] == 0
    assert after[texture] != 0
    assert np.count_nonzero(after) == 7


def test_l2_splits_a_duplicated_column_evenly(breast_cancer):
    X, y = breast_cancer
    radius = NAMES.index("worst radius")
    twice = np.column_stack([X, X[:, radius]])
    alone = fit_logistic(X, y, penalty="l2", lams=[10], tol=1e-13).W[0, radius]
    split = fit_logistic(twice, y, penalty="l2", lams=[10], tol=1e-13).W[0, [radius, -1]]
    assert f"{alone:.6f}" == "-0.538755"
    assert [f"{w:.6f}" for w in split] == ["-0.485660", "-0.485660"]


def test_l1_gains_nothing_from_a_duplicated_column(breast_cancer):
    X, y = breast_cancer
    lams = [100, 10, 1]
    twice = np.column_stack([X, X[:, NAMES.index("worst radius")]])
    once, doubled = (fit_logistic(Z, y, penalty="l1", lams=lams, tol=1e-12) for Z in (X, twice))
    assert_allclose(doubled.cost, once.cost, rtol=0, atol=1e-11)


# --- the optimum ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "shares"),
    [("breast_cancer", [0.5, 0.1, 0.03]), ("wine", [0.5, 0.1, 0.01, 0.001]), ("wide", [0.5, 0.2])],
)
def test_l1_agrees_with_saga(data, shares, request):
    """In J to 1e-8, and in which weights are zero. The λ that take saga minutes are left to the next test."""
    X, y = request.getfixturevalue(data)
    lams = lam_max(X, y) * np.array(shares)
    path = fit_logistic(X, y, penalty="l1", lams=lams)
    for k, lam in enumerate(lams):
        w, b = oracle(X, y, "l1", lam)
        assert path.cost[k] == pytest.approx(cost_of(X, y, w, b, "l1", lam), rel=0, abs=1e-8)
        assert_array_equal(path.W[k] == 0, w == 0)


@pytest.mark.parametrize("data", ["breast_cancer", "wine", "wide"])
def test_l2_agrees_with_lbfgs(data, request):
    X, y = request.getfixturevalue(data)
    lams = lam_max(X, y) * np.array([1, 0.1, 0.01, 0.001])
    path = fit_logistic(X, y, penalty="l2", lams=lams)
    for k, lam in enumerate(lams):
        w, b = oracle(X, y, "l2", lam)
        assert path.cost[k] == pytest.approx(cost_of(X, y, w, b, "l2", lam), rel=0, abs=1e-8)


@pytest.mark.parametrize("data", ["breast_cancer", "wine"])
def test_a_mixture_agrees_with_sagas_elastic_net(data, mixture, request):
    X, y = request.getfixturevalue(data)
    lams = lam_max(X, y, mixture) * np.array([0.5, 0.1, 0.03])
    path = fit_logistic(X, y, penalty=mixture, lams=lams)
    assert path.converged.all()
    for k, lam in enumerate(lams):
        w, b = oracle(X, y, mixture, lam)
        assert path.cost[k] == pytest.approx(cost_of(X, y, w, b, mixture, lam), rel=0, abs=1e-8)
        assert_array_equal(path.W[k] == 0, w == 0)


def test_the_elastic_net_is_that_of_scikit_learn_at_a_ratio_of_one_third():
    """At C = 4/(3λ) and l1_ratio = 1/3; what one would guess, 1/λ and a half, is another penalty."""
    data = load_dataset("breast_cancer", seed=0)
    X, y, lam = data.X_train, data.y_train, 10.0
    path = fit_logistic(X, y, "elastic_net", [lam])
    assert f"{path.cost[0]:.6f}" == "0.164907"
    for ratio, C, cost in ((1 / 3, 4 / (3 * lam), "0.164907"), (0.5, 1 / lam, "0.169173")):
        model = LogisticRegression(C=C, l1_ratio=ratio, solver="saga", tol=1e-10, max_iter=100_000).fit(X, y)
        J = cost_of(X, y, model.coef_[0], model.intercept_[0], "elastic_net", lam)
        assert f"{J:.6f}" == cost
    assert lam_max(X, y, "elastic_net") == pytest.approx(lam_max(X, y) / PENALTIES["elastic_net"].l1)


def test_a_mixture_is_certified_along_the_path(wide, mixture):
    X, y = wide
    top = lam_max(X, y, mixture)
    path = fit_logistic(X, y, penalty=mixture, lams=[1.001 * top, 0.99 * top, *top * 0.3 ** np.arange(1, 6)])
    assert path.converged.all()
    assert np.count_nonzero(path.W, axis=1)[:2].tolist() == [0, 1]
    for k, lam in enumerate(path.lams):
        assert path.cost[k] == pytest.approx(cost_of(X, y, path.W[k], path.b[k], mixture, lam), abs=1e-12)
        assert from_optimality(X, y, path.W[k], path.b[k], mixture, lam) < 1e-3 * lam


@each_penalty
@pytest.mark.parametrize("data", ["breast_cancer", "wine", "wide"])
def test_the_whole_path_meets_the_conditions_of_an_optimum(data, penalty, request):
    X, y = request.getfixturevalue(data)
    lams = np.geomspace(lam_max(X, y), lam_max(X, y) / 1000, 13)
    path = fit_logistic(X, y, penalty=penalty, lams=lams, tol=1e-12)
    assert path.converged.all()
    for w, b, lam in zip(path.W, path.b, lams, strict=True):
        assert from_optimality(X, y, w, b, penalty, lam) < 1e-4 * lam


@each_penalty
@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_data_meet_the_conditions_of_an_optimum(name, penalty):
    X, y = awkward(name)
    lams = lam_max(X, y) * np.array([0.5, 0.05, 0.005])
    path = fit_logistic(X, y, penalty=penalty, lams=lams, tol=1e-13)
    assert path.converged.all()
    for k, lam in enumerate(lams):
        assert from_optimality(X, y, path.W[k], path.b[k], penalty, lam) < 1e-4 * lam
        assert path.cost[k] == pytest.approx(cost_of(X, y, path.W[k], path.b[k], penalty, lam), abs=1e-10)


@each_penalty
def test_duplicated_columns_are_no_obstacle_at_a_tiny_lam(penalty):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((50, 3))
        y = (X[:, 0] + rng.logistic(size=50) > 0).astype(int)
        once, twice = (fit_logistic(Z, y, penalty=penalty, lams=[1e-3, 1e-4]) for Z in (X, np.hstack([X, X])))
        assert twice.converged.all()
        assert_allclose(twice.cost, once.cost, rtol=0, atol=2e-5)


@each_penalty
def test_a_single_lam_gives_what_the_path_gives(breast_cancer, penalty):
    path = fit_logistic(*breast_cancer, penalty=penalty, lams=[300, 30, 3, 0.3], tol=1e-12)
    for k, lam in enumerate(path.lams):
        alone = fit_logistic(*breast_cancer, penalty=penalty, lams=[lam], tol=1e-12)
        assert_allclose(alone.W[0], path.W[k], atol=1e-4)
        assert_array_equal(alone.W[0] == 0, path.W[k] == 0)


@each_penalty
def test_the_intercept_is_free_so_shifting_columns_leaves_the_weights(samples, penalty):
    X, y = samples
    still, shifted = (fit_logistic(Z, y, penalty=penalty, lams=[1.0], tol=1e-13) for Z in (X, X + 100.0))
    assert_allclose(shifted.W, still.W, atol=1e-6)
    assert_allclose(shifted.b, still.b - 100.0 * still.W.sum(axis=1), atol=1e-4)


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(4, 40), columns=st.integers(1, 50))
def test_lam_max_is_where_the_first_weight_leaves_zero(seed, rows, columns):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((rows, columns)) * np.exp(rng.standard_normal(columns))
    y = np.arange(rows) % 2
    top = lam_max(X, y)
    path = fit_logistic(X, y, penalty="l1", lams=[10 * top, top, 0.99 * top])
    assert np.count_nonzero(path.W, axis=1)[:2].tolist() == [0, 0]
    assert path.W[2].any()


def test_lam_max_of_a_mixture_is_where_its_first_weight_leaves_zero(samples, mixture):
    top = lam_max(*samples, mixture)
    assert top == pytest.approx(lam_max(*samples) / PENALTIES[mixture].l1)
    path = fit_logistic(*samples, penalty=mixture, lams=[top, 0.99 * top])
    assert np.count_nonzero(path.W, axis=1).tolist() == [0, 1]


def test_no_lam_is_large_enough_for_a_penalty_without_a_corner(samples):
    assert lam_max(*samples, "l2") == np.inf
    with pytest.raises(ValueError, match=r"penalty must be .*, got 'l3'"):
        lam_max(*samples, "l3")


@given(seed=st.integers(0, 2**32 - 1), columns=st.integers(1, 40))
def test_weights_that_l1_leaves_out_are_zero_to_the_bit(seed, columns):
    """Taking the zero columns away changes nothing: they were not merely small."""
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((30, columns)), np.arange(30) % 2
    path = fit_logistic(X, y, penalty="l1", lams=[0.3 * lam_max(X, y)], tol=1e-12)
    kept = path.W[0] != 0
    alone = fit_logistic(X[:, kept], y, penalty="l1", lams=path.lams, tol=1e-12)
    assert_allclose(alone.W[0], path.W[0, kept], atol=1e-4)
    assert alone.W.all()


@each_penalty
def test_constant_columns_get_weight_zero(samples, penalty):
    X, y = samples
    with_constants = np.column_stack([np.full(len(X), 0.1), X, np.zeros(len(X))])
    path = fit_logistic(with_constants, y, penalty=penalty, lams=[1.0, 0.0], tol=1e-12)
    assert_array_equal(path.W[:, [0, -1]], 0.0)
    assert_allclose(path.W[:, 1:-1], fit_logistic(X, y, penalty=penalty, lams=[1, 0], tol=1e-12).W, atol=1e-5)


def test_l2_with_more_columns_than_rows_keeps_constant_columns_at_zero(wide):
    X, y = wide
    flat = X.copy()
    flat[:, 3] = 7.0
    path = fit_logistic(flat, y, penalty="l2", lams=[10.0])
    assert path.W[0, 3] == 0
    assert np.count_nonzero(path.W) == 999


def test_the_larger_label_counts_as_one(samples):
    X, y = samples
    lams = [3.0, 0.5]
    usual = fit_logistic(X, y, lams=lams)
    assert_array_equal(fit_logistic(X, np.where(y == 1, 7, -3), lams=lams).W, usual.W)
    assert_array_equal(fit_logistic(X, y == 1, lams=lams).W, usual.W)
    assert_allclose(fit_logistic(X, 1 - y, lams=lams).W, -usual.W, atol=1e-9)


# --- the certificate ------------------------------------------------------------------------------


@pytest.mark.parametrize("tol", [1e-1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9])
@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_gap_bounds_the_distance_to_the_best_cost_and_is_within_tol(breast_cancer, penalty, tol):
    """The best costs are the reference's, found by other solvers."""
    best = {
        "l1": [0.4238070628, 0.2046573295, 0.0654339036],
        "l2": [0.2340602496, 0.1164703211, 0.0460443874],
    }
    lams = {"l1": [100, 20, 1], "l2": [100, 10, 0.1]}
    path = fit_logistic(*breast_cancer, penalty=penalty, lams=lams[penalty], tol=tol)
    distance = path.cost - best[penalty]
    assert (path.gap >= distance - 1e-10).all()
    assert (distance > -1e-10).all()
    assert (path.gap <= tol).all()
    assert path.converged.all()


@each_penalty
@given(
    seed=st.integers(0, 2**32 - 1), columns=st.integers(1, 30), tol=st.sampled_from([0.1, 1e-3, 1e-6, 1e-9])
)
def test_no_weights_do_better_than_the_certificate_says(penalty, seed, columns, tol):
    """Whatever lam and tol, cost − gap lies below the tight optimum and below any weights nearby."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((25, columns))
    y = (X[:, 0] + rng.logistic(size=25) > 0).astype(int)
    y[:2] = 0, 1
    lam = lam_max(X, y) * 10 ** rng.uniform(-4, 0)
    rough, tight = (
        fit_logistic(X, y, penalty=penalty, lams=[lam], tol=accuracy) for accuracy in (tol, 1e-12)
    )
    floor = rough.cost[0] - rough.gap[0] - 1e-14
    assert floor <= tight.cost[0]
    for size in (0.0, 1e-4, 1e-2):
        w = tight.W[0] + size * rng.standard_normal(columns)
        assert floor <= cost_of(X, y, w, tight.b[0], penalty, lam)


@pytest.mark.parametrize("tol", [0.1, 1e-3, 1e-6])
def test_no_weights_do_better_than_a_mixtures_certificate_says(mixture, tol):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((25, 12))
        y = (X[:, 0] + rng.logistic(size=25) > 0).astype(int)
        lam = lam_max(X, y) * 10 ** rng.uniform(-4, 0)
        rough, tight = (fit_logistic(X, y, mixture, [lam], tol=accuracy) for accuracy in (tol, 1e-12))
        assert rough.converged.all()
        assert tight.converged.all()
        assert rough.cost[0] - rough.gap[0] - 1e-14 <= tight.cost[0] <= rough.cost[0] + 1e-14


def test_a_gap_that_float64_cannot_close_is_reported_as_it_is(samples):
    X, y = samples
    path = fit_logistic(X, y, penalty="l1", lams=[1.0, 1e-30])
    assert path.converged.tolist() == [True, False]
    assert path.gap[1] > 1e-8
    assert path.cost[1] == pytest.approx(fit_logistic(X, y, lams=[0.0]).cost[0], abs=1e-8)


# --- the grid -------------------------------------------------------------------------------------


@each_penalty
def test_lams_come_back_in_the_order_they_were_given(samples, penalty):
    lams = np.array([0.5, 20.0, 0.0, 5.0, 0.5, 1.0])
    path = fit_logistic(*samples, penalty=penalty, lams=lams)
    sorted_path = fit_logistic(*samples, penalty=penalty, lams=np.unique(lams))
    position = np.searchsorted(sorted_path.lams, lams)
    assert_array_equal(path.lams, lams)
    for field in ("W", "b", "cost", "gap", "converged", "n_steps"):
        assert_array_equal(getattr(path, field), getattr(sorted_path, field)[position])
    assert (np.diff(sorted_path.cost) > 0).all()


def test_a_path_is_a_value_and_leaves_the_data_alone(samples):
    X, y = samples
    X_before, y_before = X.copy(), y.copy()
    path = fit_logistic(X, y, penalty="l1", lams=[0.0, 1.0])
    assert path.penalty == "l1"
    assert path.W.shape == (2, 5)
    assert path.b.shape == path.cost.shape == path.gap.shape == path.lams.shape == (2,)
    assert_array_equal(X, X_before)
    assert_array_equal(y, y_before)
    with pytest.raises(FrozenInstanceError):
        path.b = path.cost


# --- λ = 0 ----------------------------------------------------------------------------------------


@each_penalty
@pytest.mark.parametrize("name", ["plain", "scaled", "shifted", "indicators"])
def test_without_a_penalty_the_fit_is_maximum_likelihood(name, penalty):
    X, y = awkward(name)
    path = fit_logistic(X, y, penalty=penalty, lams=[0.0], tol=1e-13)
    units = standardized(X)
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(units, y)
    assert path.cost[0] == pytest.approx(
        cost_of(units, y, model.coef_[0], model.intercept_[0], "l2", 0), abs=1e-12
    )
    assert_allclose(path.W[0] * X.std(axis=0), model.coef_[0], atol=1e-5)


def test_without_a_penalty_units_do_not_matter(samples):
    X, y = samples
    units = 10.0 ** np.array([-9, -4, 0, 4, 9])
    usual, rescaled = (fit_logistic(Z, y, lams=[0.0], tol=1e-13) for Z in (X, X * units))
    assert_allclose(rescaled.W * units, usual.W, atol=1e-6)


@pytest.mark.parametrize("tol", [10.0, 0.1, 1e-4])
def test_a_rough_tol_does_not_make_lam_0_suspicious(samples, tol):
    rough, tight = (fit_logistic(*samples, lams=[0.0], tol=accuracy) for accuracy in (tol, 1e-12))
    assert rough.converged.all()
    assert tight.cost[0] - 1e-14 <= rough.cost[0] <= tight.cost[0] + rough.gap[0]


def test_without_a_penalty_duplicated_columns_share_the_weight(samples):
    X, y = samples
    twice = np.column_stack([X, X[:, 0]])
    alone, shared = (fit_logistic(Z, y, lams=[0.0], tol=1e-13) for Z in (X, twice))
    assert shared.cost[0] == pytest.approx(alone.cost[0], abs=1e-12)
    assert_allclose(shared.W[0, [0, -1]], alone.W[0, 0] / 2, atol=1e-6)


def separable(name):
    rng = np.random.default_rng(9)
    X = rng.standard_normal((40, 3))
    y = (X[:, 0] + rng.logistic(size=40) > 0).astype(int)
    if name == "a gap between the classes":
        y = (X @ [1.0, -2.0, 0.5] > 0.1).astype(int)
    elif name == "one column gives the class away in a few rows":
        X[:, 2] = 0.0
        X[np.flatnonzero(y == 1)[:3], 2] = 1.0
    elif name == "one column is there in one class alone":
        X, y = np.array([1.0, 1, 1, 1, 0, 0])[:, None], np.array([1, 1, 1, 1, 1, 0])
    elif name == "more columns than rows":
        X = rng.standard_normal((40, 50))
    elif name == "two rows":
        X, y = X[:2], np.array([0, 1])
    return X, y


@pytest.mark.parametrize(
    "name",
    [
        "a gap between the classes",
        "one column gives the class away in a few rows",
        "one column is there in one class alone",
        "more columns than rows",
        "two rows",
    ],
)
@pytest.mark.parametrize("tol", [10.0, 1e-8, 1e-13])
def test_separable_classes_are_refused_at_lam_0_and_solved_above_it(name, tol):
    X, y = separable(name)
    with pytest.raises(ValueError, match=r"lams must be above 0 .* got 0\.0: .* leave out λ = 0"):
        fit_logistic(X, y, lams=[1.0, 0.0], tol=tol)
    for penalty in PENALTIES:
        path = fit_logistic(X, y, penalty=penalty, lams=[1e-6])
        assert path.converged.all()
        assert path.cost[0] == pytest.approx(cost_of(X, y, path.W[0], path.b[0], penalty, 1e-6), abs=1e-12)


@pytest.mark.parametrize("far", [10.0, 100.0, 1000.0])
def test_a_row_far_on_its_own_side_does_not_make_the_classes_separable(samples, far):
    X, y = samples
    w = fit_logistic(X, y, lams=[0.0]).W[0]
    outlier = np.sign(w) * far
    path = fit_logistic(np.vstack([X, outlier]), np.append(y, 1), lams=[0.0])
    assert path.converged.all()


# --- degrees of freedom ---------------------------------------------------------------------------


def test_degrees_of_freedom_fall_from_the_rank_to_zero(samples):
    X, y = samples
    twice = np.column_stack([X, X[:, 0]])
    path = fit_logistic(twice, y, penalty="l2", lams=[0.0, 1e-3, 1.0, 1e3, 1e9])
    freedom = degrees_of_freedom(twice, path)
    assert freedom[0] == 5
    assert (np.diff(freedom) < 0).all()
    assert 0 < freedom[-1] < 1e-6


def test_degrees_of_freedom_of_l1_count_the_nonzero_weights(samples):
    X, y = samples
    path = fit_logistic(X, y, penalty="l1", lams=[0.0, 1.0, 1e3])
    assert_array_equal(degrees_of_freedom(X, path), (path.W != 0).sum(axis=1))
    assert degrees_of_freedom(X, path)[-1] == 0


def test_degrees_of_freedom_of_a_mixture_are_those_of_its_square_on_the_nonzero_weights(samples, mixture):
    X, y = samples
    top = lam_max(X, y, mixture)
    path = fit_logistic(X, y, penalty=mixture, lams=[0.0, 0.4 * top, 2 * top], tol=1e-12)
    freedom = degrees_of_freedom(X, path)
    kept, p = path.W[1] != 0, 1 / (1 + np.exp(-X @ path.W[1] - path.b[1]))
    assert 0 < kept.sum() < 5
    d = p * (1 - p)
    spread = X[:, kept] - d @ X[:, kept] / d.sum()
    eigenvalues = np.linalg.eigvalsh(spread.T * d @ spread)
    assert freedom[0] == 5
    assert freedom[1] == pytest.approx(
        (eigenvalues / (eigenvalues + 0.4 * top * PENALTIES[mixture].l2)).sum()
    )
    assert freedom[2] == 0, "no weight is left"


def test_degrees_of_freedom_refuse_other_data(samples):
    path = fit_logistic(*samples, penalty="l2")
    with pytest.raises(ValueError, match=r"X must have the path's 5 columns, got shape \(40, 4\)"):
        degrees_of_freedom(samples[0][:, :4], path)


# --- bad arguments --------------------------------------------------------------------------------

X2, Y2 = np.array([[0.0], [1.0], [0.5]]), np.array([0, 1, 1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"penalty": "l3"}, "penalty must be 'l1'.* or '.*', got 'l3'"),
        ({"lams": []}, "lams must be a list of at least one λ"),
        ({"lams": [1.0, -1.0]}, "every λ must be a finite number of at least 0, got -1"),
        ({"lams": [np.nan]}, "every λ must be a finite number of at least 0, got nan"),
        ({"lams": [np.inf]}, "every λ must be a finite number of at least 0, got inf"),
        ({"lams": ["strong"]}, "lams must be a list of numbers"),
        ({"tol": 0}, "tol must be a finite number above 0, got 0"),
        ({"tol": -1e-8}, "tol must be a finite number above 0, got -1e-08"),
        ({"tol": np.nan}, "tol must be a finite number above 0, got nan"),
        ({"X": [[np.nan], [1], [2]]}, "X must be finite, got nan in row 0, column 0"),
        ({"X": [[0], [-np.inf], [2]]}, "X must be finite, got -inf in row 1, column 0"),
        ({"X": [[0], [1e101], [2]]}, r"X must lie within ±1e\+100, got 1e\+101; standardize"),
        ({"X": [0.0, 1.0, 2.0]}, r"X must be a table of shape \(samples, features\)"),
        ({"X": np.empty((3, 0))}, "at least one column"),
        ({"y": [0, 1]}, "y must hold one class for each of the 3 rows of X"),
        ({"y": [1, 1, 1]}, r"at least two classes, got only \[1\]"),
        ({"y": [0, 1, 2]}, "exactly two classes, got 3; set one class against the rest"),
        ({"y": [0.0, 0.5, 1.0]}, "y must hold whole numbers as classes"),
        ({"y": [0.0, np.nan, 1.0]}, "y must hold whole numbers as classes"),
        ({"X": [[1.0]], "y": [1]}, r"at least two classes, got only \[1\]"),
    ],
)
def test_bad_arguments_say_what_was_expected_and_what_came(changes, message):
    with pytest.raises(ValueError, match=message):
        fit_logistic(**({"X": X2, "y": Y2, "lams": [1.0]} | changes))


@pytest.mark.parametrize(("X", "y"), [([[np.nan], [1.0]], [0, 1]), ([[0.0], [1.0]], [1, 1])])
def test_lam_max_refuses_what_fit_logistic_refuses(X, y):
    with pytest.raises(ValueError, match="must"):
        lam_max(X, y)


def test_lam_max_of_several_classes_is_where_softmax_regression_loses_its_last_weight():
    X, y = load_wine(return_X_y=True)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    top = lam_max(X, y)
    run = train(X, y, (), "l1", [1.001 * top, 0.99 * top], learning_rate=0.5, epochs=3000, dtype="float64")
    assert (run.W[0][0] == 0).all()
    assert (run.W[0][1] != 0).any()


@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_the_cost_of_any_weights_is_J(samples, penalty):
    X, y = samples
    w, b, m = np.linspace(-2, 2, X.shape[1]), 0.3, len(y)
    P = 1 / (1 + np.exp(-(X @ w + b)))
    shares = PENALTIES[penalty]
    by_hand = -(y * np.log(P) + (1 - y) * np.log(1 - P)).mean()
    by_hand += 5.0 / (2 * m) * (shares.l1 * np.abs(w).sum() + shares.l2 * (w**2).sum())
    assert logistic_cost(X, y, w, b, penalty, 5.0) == pytest.approx(by_hand, rel=1e-12)
    best = fit_logistic(X, y, penalty, [5.0])
    assert logistic_cost(X, y, best.W[0], best.b[0], penalty, 5.0) == pytest.approx(best.cost[0], rel=1e-12)

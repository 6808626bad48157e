"""Accelerated steps: the lesson's numbers sooner, never above the plain J, and finite where plain is not."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import measures
from core.acceleration import PLAIN_EPOCHS, AcceleratedDescent
from core.penalties import PENALTIES, Penalty

LAMS = (0.0, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
COUNTS = [0, 3, 10, 30, 100, 300]


def both(X, y, hidden, penalty, lams, learning_rate, counts, **options):
    """A plain and an accelerated training."""
    return [
        core.train(X, y, hidden, penalty, lams, learning_rate, counts[-1], 0, method, counts, **options)
        for method in ("proximal", "accelerated")
    ]


def accelerated(X, y, hidden, penalty, lams, learning_rate, counts, **options):
    return core.train(
        X, y, hidden, penalty, lams, learning_rate, counts[-1], 0, "accelerated", counts, **options
    )


def zeros(run):
    """Exact zeros, (n_snapshots, n_lams)."""
    return sum((W == 0).sum(axis=(2, 3)) for W in run.history_W)


@pytest.fixture(scope="module")
def dashboards():
    return core.load_dataset("breast_cancer", seed=0)


# The lesson's numbers


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_default_network_is_at_rest_after_300_epochs_and_not_only_after_20_000(dashboards, dtype):
    data = (dashboards.X_train, dashboards.y_train)
    run = accelerated(*data, (8,), "l1", [10.0, 1.0], 0.3, [0, 300, 600, 1000, 2000], dtype=dtype)
    assert run.cost[1:3, 0] == pytest.approx([0.16747, 0.16746], abs=5e-6)
    assert zeros(run)[1:, 0].tolist() == [234] * 4
    assert run.cost[1:4, 1] == pytest.approx([0.05044, 0.04646, 0.04558], abs=2e-4)
    assert run.cost[4, 1] == pytest.approx(0.04145, abs=5e-6)


def test_the_plain_steps_are_as_far_as_they_were(dashboards):
    run = core.train(
        *(dashboards.X_train, dashboards.y_train),
        (8,),
        "l1",
        [10.0, 1.0],
        0.3,
        2000,
        snapshots=[0, 300, 2000],
    )
    assert run.cost[1:, 0] == pytest.approx([0.21491, 0.16768], abs=5e-6)
    assert run.cost[1:, 1] == pytest.approx([0.09171, 0.05802], abs=5e-6)
    assert zeros(run)[1:, 0].tolist() == [213, 234]


def test_without_a_hidden_layer_the_22_zeros_of_the_optimum_are_found(dashboards):
    data = (dashboards.X_train, dashboards.y_train)
    plain, fast = both(*data, (), "l1", [10.0], 0.3, [0, 300, 600])
    assert fast.cost[2, 0] == pytest.approx(0.18407, abs=5e-6)
    assert (zeros(plain)[1, 0], zeros(fast)[2, 0]) == (13, 22)


@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_logistic_regression_comes_to_the_certified_optimum(breast_cancer, penalty):
    lams = [1.0, 10.0, 100.0]
    run = accelerated(*breast_cancer, (), penalty, lams, 0.5, [0, 5000], dtype="float64")
    path = core.fit_logistic(*breast_cancer, penalty, lams, tol=1e-12)
    assert run.cost[-1] == pytest.approx(path.cost, abs=1e-8)
    np.testing.assert_allclose(run.W[0][:, 0], path.W, atol=1e-3)
    np.testing.assert_array_equal(run.W[0][:, 0] == 0, path.W == 0)


# Against the plain steps


def test_the_first_epochs_are_the_plain_steps(samples):
    counts = list(range(PLAIN_EPOCHS + 2))
    plain, fast = both(*samples, (4, 3), ["l1", "l2"], [2.0, 5.0], 0.3, counts, dtype="float64")
    assert (np.diff(plain.cost, axis=0) < 0).all()
    for one, other in zip(plain.history_W, fast.history_W, strict=True):
        np.testing.assert_allclose(other[: PLAIN_EPOCHS + 1], one[: PLAIN_EPOCHS + 1], atol=1e-12)


def test_momentum_is_ahead_of_the_plain_steps_soon_after(samples):
    plain, fast = both(*samples, (4, 3), ["l1", "l2"], [2.0, 5.0], 0.3, [0, PLAIN_EPOCHS + 10])
    assert (fast.cost[-1] < plain.cost[-1] - 1e-3).all()


CONVEX = list(product(core.DATASETS, (0.1, 1.0, 3.0)))


@pytest.mark.parametrize(("dataset", "learning_rate"), CONVEX, ids=str)
def test_a_convex_J_is_never_above_that_of_the_plain_steps(dataset, learning_rate, monkeypatch):
    monkeypatch.setitem(PENALTIES, "mixture", Penalty("mixture", "Mixture", l1=0.5, l2=0.5))
    data = core.load_dataset(dataset, seed=0, n_samples=100)
    names = [name for name in PENALTIES for _ in LAMS]
    samples = data.X_train[:200], data.y_train[:200]
    plain, fast = both(*samples, (), names, LAMS * len(PENALTIES), learning_rate, COUNTS)
    assert np.isfinite(fast.cost).all()
    finite = np.isfinite(plain.cost)
    assert (fast.cost[finite] <= plain.cost[finite] * (1 + 1e-4)).all()


def test_J_of_networks_is_hardly_ever_above_that_of_the_plain_steps():
    """Where it is, mostly another minimum was found."""
    compared = above = 0
    shapes = product(("breast_cancer", "moons", "wine", "needles"), ((8,), (8, 8, 8, 8)), (0.3, 1.0, 3.0))
    for dataset, hidden, learning_rate in shapes:
        data = core.load_dataset(dataset, seed=0, n_samples=100)
        names, samples = ["l1", "l2"] * 9, (data.X_train[:150], data.y_train[:150])
        plain, fast = both(*samples, hidden, names, np.repeat(LAMS, 2), learning_rate, COUNTS)
        assert np.isfinite(fast.cost).all()
        finite = np.isfinite(plain.cost)
        compared += finite[1:].sum()
        above += (fast.cost[1:] > plain.cost[1:] * (1 + 1e-3))[finite[1:]].sum()
    assert compared > 2000
    assert above <= compared / 500, f"{above} of {compared}"


@given(
    seed=st.integers(0, 1000),
    hidden=st.lists(st.integers(1, 6), max_size=3),
    n_classes=st.sampled_from([2, 3]),
    penalty=st.sampled_from(["l1", "l2"]),
    lam=st.floats(0, 1000),
    learning_rate=st.floats(0.01, 1e3),
)
def test_J_never_rises_and_is_finite_for_any_shape_and_step(
    seed, hidden, n_classes, penalty, lam, learning_rate
):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((20, 3)), np.arange(20) % n_classes
    counts = list(range(41))
    run = accelerated(X, y, tuple(hidden), penalty, [lam], learning_rate, counts, dtype="float64")
    assert np.isfinite(run.cost).all()
    assert (np.diff(run.cost[:, 0]) <= 1e-12 * run.cost[0, 0]).all()
    assert (run.diverged_at == -1).all()


def test_where_the_curvature_grows_on_the_way_momentum_keeps_its_pace():
    """In spirals many steps are undone; without any one of the precautions the mean is above .175."""
    data = core.load_dataset("spirals", seed=0, n_samples=100)
    runs = [
        core.train(
            *(
                data.X_train,
                data.y_train,
                (8, 8),
                "l2",
                [0.03, 0.1, 0.2, 0.3],
                0.3,
                600,
                seed,
                "accelerated",
                2,
            ),
            dtype="float64",
        )
        for seed in range(3)
    ]
    assert np.mean([run.cost[-1] for run in runs]) < 0.1735


# Traps: each was seen to be NaN, huge or above the plain J with momentum alone


@pytest.mark.parametrize(
    ("dataset", "n_samples", "hidden", "learning_rate", "penalty", "lams"),
    [
        ("moons", 400, (8, 8), 1.0, "l2", [100.0]),
        ("moons", 400, (8, 8), 3.0, "l1", core.LAMS),
        ("moons", 400, (8, 8), 3.0, "l2", core.LAMS),
        ("breast_cancer", 400, (8,), 1.0, "l1", [10.0]),
        ("moons", 200, (8, 8), 3.0, "l2", [100.0]),
        ("needles", 200, (8,), 0.3, "l2", [1000.0]),
        ("moons", 400, (8,), 1.0, "l2", [700.0]),
    ],
)
def test_what_blew_up_comes_down(dataset, n_samples, hidden, learning_rate, penalty, lams):
    data = core.load_dataset(dataset, seed=0, n_samples=n_samples)
    samples = data.X_train, data.y_train
    plain, fast = both(*samples, hidden, penalty, lams, learning_rate, [0, 300])
    assert (fast.cost[-1] < 0.75).all()
    lower = fast.cost[-1] <= plain.cost[-1] * (1 + 1e-4)
    assert (lower | ~np.isfinite(plain.cost[-1])).all()


def test_a_step_far_too_large_is_made_smaller(three_classes):
    run = accelerated(*three_classes, (4,), ["l1", "l2"], [1.0, 1.0], 1e30, [0, 100])
    plain = core.train(*three_classes, (4,), "l2", [1.0], 0.3, 100)
    assert (run.diverged_at == -1).all()
    assert run.cost[-1, 1] < plain.cost[-1, 0] + 0.1


def test_the_step_is_never_above_the_one_asked_for_and_each_network_has_its_own(samples, monkeypatch):
    rates, choose = [], AcceleratedDescent._choose_rate
    monkeypatch.setattr(
        AcceleratedDescent, "_choose_rate", lambda *a: (rates.append(r := choose(*a).copy()), r)[1]
    )
    accelerated(*samples, (3,), "l2", [0.0, 30.0, 300.0], 2.0, [0, 200])
    rates = np.array(rates)
    assert (rates <= 2.0).all()
    assert (rates[1:] / rates[:-1] <= 1.02 + 1e-9).all()
    late = rates[-1]
    assert late[2] < 40 / 300 * 2 < late[1] <= 2.0, "αλ/m stays below 2"


def test_a_start_that_is_not_finite_is_found_and_harms_no_other(samples):
    lams, options = [5.0, 1e300, 1e300], {"counts": [0, 1, 2, 40]}
    run = accelerated(*samples, (3,), ["l2", "l2", "l1"], lams, 0.3, **options)
    assert run.diverged_at.tolist() == [-1, 1, -1]
    assert np.isnan(run.cost[1:, 1]).all()
    assert np.isnan(run.history_W[0][1:, 1]).all()
    assert measures.sparsity(run.W)[2] == 1
    alone = accelerated(*samples, (3,), "l2", [5.0], 0.3, **options)
    assert run.cost[:, 0] == pytest.approx(alone.cost[:, 0], rel=1e-5)
    assert run.at_rest[1:].tolist() == [False, True]


def test_a_network_that_is_retired_lies_at_zero_and_one_that_came_down_has_a_finite_limit(
    samples, monkeypatch
):
    found, judge = [], AcceleratedDescent.judge
    monkeypatch.setattr(AcceleratedDescent, "judge", lambda *a: (found.append(a[0]), judge(*a))[1])
    accelerated(*samples, (3,), ["l2", "l2", "l1"], [5.0, 1e300, 1e300], 0.3, [0, 40])
    rows = found[-1]
    for part in (*rows.W, *rows.b):
        assert (part[1] == 0).all()
        assert np.isfinite(part).all()
    assert np.isfinite(rows._limit()).tolist() == [True, False, True]


# What is recorded


def test_a_snapshot_is_sparse_and_has_its_own_cost(samples):
    run = accelerated(*samples, (4, 3), "l1", [6.0, 9.0], 0.5, list(range(0, 201, 10)), dtype="float64")
    assert (zeros(run)[2:-1] > 0).all()
    for s in range(len(run.epochs)):
        cut = core.train(
            *samples,
            (4, 3),
            "l1",
            [6.0, 9.0],
            0.5,
            max(int(run.epochs[s]), 1),
            0,
            "accelerated",
            dtype="float64",
        )
        at = -1 if s else 0
        np.testing.assert_array_equal(run.history_W[0][s], cut.history_W[0][at])
        assert run.data_cost[s] == pytest.approx(cut.data_cost[at], rel=1e-12)
        if s:
            assert run.data_cost[s] == pytest.approx(cut.cross_entropy(*samples), rel=1e-12)


def test_the_same_start_and_seed_give_the_same_numbers(three_classes):
    one, two = (accelerated(*three_classes, (4,), "l1", [1.0], 0.3, [0, 50]) for _ in range(2))
    plain = core.train(*three_classes, (4,), "l1", [1.0], 0.3, 50)
    np.testing.assert_array_equal(one.W[0], two.W[0])
    np.testing.assert_array_equal(one.history_W[0][0], plain.history_W[0][0])

"""Four solvers against the certified optimum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.solvers import SOLVERS, TOL, Race, curvature_bound, kept_steps, race, races


@pytest.fixture(scope="module")
def reference(breast_cancer) -> Race:
    """The reference: λ = 20, α = 0.5, 20,000 steps on all rows."""
    return race(*breast_cancer, lam=20.0, learning_rate=0.5, steps=20_000)


@pytest.mark.parametrize(
    ("solver", "nonzero"), [("subgradient", 30), ("decreasing", 30), ("clip", 6), ("proximal", 8)]
)
def test_only_the_proximal_step_finds_the_optimums_zeros(reference, solver, nonzero):
    assert 30 - reference.zeros(solver)[-1] == nonzero
    too_many, too_few = reference.wrong(solver)
    assert (too_many.any() or too_few.any()) == (solver != "proximal")
    above = reference.cost[solver][-1] - reference.optimum_cost
    assert above < 1e-9 if solver == "proximal" else above > 1e-4


def test_no_solver_falls_below_the_certified_optimum(reference):
    assert reference.optimum_cost == pytest.approx(0.2046573295, abs=1e-9)
    for solver in SOLVERS:
        assert (reference.cost[solver] >= reference.optimum_cost - reference.gap - 1e-14).all()
        assert (reference.excess(solver) >= reference.floor).all(), "a logarithmic axis gets no zero"
    assert reference.floor >= TOL >= reference.gap


def test_all_start_from_the_same_weights(reference):
    start = {solver: W[0] for solver, W in reference.W.items()}
    for solver in SOLVERS:
        np.testing.assert_array_equal(start["proximal"], start[solver])
    assert reference.steps[0] == 0


def test_a_clipped_weight_never_returns(reference):
    zero = reference.W["clip"] == 0
    assert (zero[1:] >= zero[:-1]).all()
    proximal = reference.W["proximal"] == 0
    assert not (proximal[1:] >= proximal[:-1]).all(), "a proximal one may"


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_a_proximal_step_of_at_most_one_over_the_curvature_never_raises_j(samples, share):
    X, y = samples
    found = race(X, y, lam=2.0, learning_rate=share / curvature_bound(X), steps=400)
    assert (np.diff(found.cost["proximal"]) <= 1e-15).all()


def test_the_curvature_bound_holds_at_any_weights(samples):
    X = np.column_stack([samples[0], np.ones(40)])
    rng = np.random.default_rng(0)
    largest = []
    for scale in (0.0, 0.3, 3.0):
        P = 1 / (1 + np.exp(-X @ (scale * rng.standard_normal(6))))
        largest.append(np.linalg.eigvalsh((X.T * (P * (1 - P))) @ X / 40).max())
    assert max(largest) == pytest.approx(curvature_bound(samples[0])), "reached at w = 0, where P = 1/2"


@given(steps=st.integers(1, 20_000))
def test_kept_steps_run_from_zero_to_the_last_through_the_powers_of_ten(steps):
    kept = kept_steps(steps)
    assert kept[0] == 0
    assert kept[-1] == steps
    assert (np.diff(kept) > 0).all()
    assert {p for p in (1, 10, 100, 1000, 10_000) if p <= steps} <= set(kept.tolist())


@given(steps=st.integers(1, 20_000), per_decade=st.sampled_from([1, 2, 3, 4, 6]))
def test_fewer_steps_a_decade_are_among_the_kept_ones_and_have_the_same_ends(steps, per_decade):
    kept, fewer = kept_steps(steps), kept_steps(steps, per_decade)
    assert set(fewer.tolist()) <= set(kept.tolist())
    assert {p for p in (0, 1, 10, 100, 1000, 10_000, steps) if p <= steps} <= set(fewer.tolist())
    assert fewer.size <= 3 + per_decade * np.log10(steps)


def test_races_run_together_are_those_run_alone(samples):
    lams = [30.0, 0.5, 4.0]
    for lam, together in zip(lams, races(*samples, lams, 0.5, 300, seed=3), strict=True):
        alone = race(*samples, lam, 0.5, 300, seed=3)
        assert together.lam == lam
        assert together.optimum_cost == pytest.approx(alone.optimum_cost, abs=2 * TOL)
        for solver in SOLVERS:
            np.testing.assert_allclose(together.W[solver], alone.W[solver], atol=1e-12)
            np.testing.assert_array_equal(together.zeros(solver), alone.zeros(solver))


def test_steps_that_are_kept_are_those_of_a_run_of_that_length(samples):
    found = race(*samples, lam=2.0, learning_rate=0.5, steps=300)
    k = int(np.searchsorted(found.steps, 100))
    assert found.steps[k] == 100
    for solver in SOLVERS:
        alone = core.train(
            *samples, (), "l1", [2.0], learning_rate=0.5, epochs=100, method=solver, dtype="float64"
        )
        np.testing.assert_allclose(found.W[solver][k], alone.W[0][0, 0], atol=1e-12)
        assert found.cost[solver][k] == pytest.approx(alone.cost[-1, 0], abs=1e-12)


def test_lam_zero_is_refused(samples):
    with pytest.raises(ValueError, match="lam must be a finite number above 0"):
        race(*samples, lam=0.0)


def test_progress_counts_the_steps_of_all_solvers(samples):
    calls = []
    race(*samples, lam=2.0, steps=20, on_progress=lambda *now: calls.append(now))
    assert calls == [(step, 80) for step in range(1, 81)]


def test_a_constant_step_stays_away_from_the_optimum_and_a_decreasing_one_goes_on_towards_it(breast_cancer):
    """At λ = 100, where a constant step of the subgradient swings at about one step's size."""
    found = race(*breast_cancer, lam=100.0, learning_rate=0.5, steps=20_000)
    tenth = int(np.searchsorted(found.steps, 2_000))
    constant, decreasing = found.excess("subgradient"), found.excess("decreasing")
    assert constant[tenth:].min() > 1e-2
    assert decreasing[-1] < decreasing[tenth] / 2
    assert decreasing[-1] < constant[tenth:].min() / 10


def test_the_decreasing_step_is_the_subgradients_with_alpha_over_the_root_of_t(samples):
    """By hand from the start, also where a network beside it ends before."""
    X, y = samples
    alpha, lam, m = 0.5, 4.0, len(X)
    options = {"learning_rate": alpha, "method": "decreasing", "dtype": "float64", "seed": 3}
    run = core.train(X, y, (), ["l1", "l1"], [lam, 1.0], epochs=[9, 4], snapshots=[0, 9], **options)
    w, b = run.history_W[0][0, 0, 0].copy(), float(run.history_b[0][0, 0].item())
    for t in range(1, 10):
        error = 1 / (1 + np.exp(-(X @ w + b))) - y
        step = alpha / np.sqrt(t)
        w, b = w - step * (X.T @ error / m + lam / (2 * m) * np.sign(w)), b - step * error.mean()
    np.testing.assert_allclose(run.W[0][0, 0], w, atol=1e-13)
    np.testing.assert_allclose(float(run.b[0][0].item()), b, atol=1e-13)
    shrunk = core.train(X, y, (), "l2", [lam], epochs=2, **options)
    w, b = shrunk.history_W[0][0, 0, 0].copy(), float(shrunk.history_b[0][0, 0].item())
    for t in (1, 2):
        error = 1 / (1 + np.exp(-(X @ w + b))) - y
        step = alpha / np.sqrt(t)
        w, b = w * (1 - step * lam / m) - step * X.T @ error / m, b - step * error.mean()
    np.testing.assert_allclose(shrunk.W[0][0, 0], w, atol=1e-13)


def test_what_the_penalty_takes_off_a_weight_is_alpha_lam_over_2m(samples):
    assert race(*samples, lam=2.0, learning_rate=0.5, steps=2).threshold == 0.5 * 2.0 / (2 * 40)

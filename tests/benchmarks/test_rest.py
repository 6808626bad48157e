"""Who is at rest when, the acceleration of the peers, and the counts of the verdicts."""

from dataclasses import replace

import numpy as np
import pytest

import core
from benchmarks import momentum, rest, verdicts
from benchmarks.__main__ import BENCHMARKS, parse
from benchmarks.jobs import Job, make_job, objective
from benchmarks.report import described, machine, vector_features
from core.penalties import soft_threshold


def small_job() -> Job:
    """L1 and L2 at two λ that rest soon."""
    job = replace(make_job("moons", (4,), epochs=0), learning_rate=0.3)
    return replace(job, lams=np.array([20.0, 40.0] * 2), penalties=("l1", "l1", "l2", "l2"))


# When a network is there


def test_a_network_is_there_from_where_it_stays():
    counts, lowest = [10, 20, 40, 80], np.array([[0.2, 0.2, 0.2, 0.2, 0.2]])
    J = np.array(
        [
            [0.3, 0.2001, 0.3, 0.3, 0.2],
            [0.2001, 0.3, 0.3, 0.3, 0.2],
            [0.2, 0.2, 0.3, np.inf, 0.2],
            [0.2, 0.2, 0.2, np.inf, 0.2],
        ]
    )[None]
    first = rest.settled(J, lowest, counts, latest=40)
    assert first.tolist() == [[20, 40, np.inf, np.inf, 10]]


def test_a_rest_that_diverged_is_none():
    assert not rest.is_there(np.inf, np.inf)


def test_the_epochs_needed_are_those_of_the_last_but_a_tenth():
    first = np.arange(1.0, 41.0).reshape(2, 20)
    assert rest.needed(first) == 36
    first[first > 35] = np.inf
    assert rest.needed(first) is None


def test_counts_rise_to_the_last():
    counts = rest.counts_to(1000)
    assert (counts[0], counts[-1]) == (10, 1000)
    assert (np.diff(counts) > 0).all()
    assert (np.diff(counts) <= 0.2 * np.array(counts[1:])).all()


def test_the_fewest_iterations_are_found_by_bisection():
    asked = []

    def cost_after(n: int) -> float:
        asked.append(n)
        return 0.5 + (0 if n >= 40 else 1 / n)

    assert rest.fewest(cost_after, 0.5, [10, 20, 40, 80, 160, 320]) == 40
    assert len(asked) <= 3


def test_a_run_of_this_core_gives_the_networks_at_the_epochs_that_are_asked_for():
    job = small_job()
    train = momentum.this_core(job, "accelerated").train
    early, late = train([20, 60])
    (alone,) = train([20])
    for one, other in zip(early.W, alone.W, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (objective(job, late) < objective(job, early)).all()


def test_the_accelerated_core_is_timed_until_it_rests_and_the_plain_one_is_said_not_to():
    jobs, present = [small_job(), replace(small_job(), seed=1)], rest.contenders()[:3]
    rows = rest.measure_grid(jobs, 600, present, rest.BOTH, rounds=1)
    until_rest, fast, plain = rows
    assert (until_rest.ratio, until_rest.there, fast.there) == (1, 1, 1)
    assert fast.epochs == until_rest.epochs
    assert fast.epochs < 300
    assert fast.seconds > 0
    assert (plain.epochs, plain.seconds, plain.ratio) == (None, None, None)
    text = rest.table([*rows, *verdicts_of_one()], rest.rounds_of(True))
    assert "L1 and L2: This core, plain steps | not within" in text
    assert "L1 and L2: This core, until rest | 1 (" in text


# The acceleration of the peers, in NumPy


CURVATURE = np.array([[1.0, 0.5, 0.001], [2.0, 1.0, 0.01]])
CENTRE, CORNER = np.array([[1.0, -0.3, 4.0], [0.1, 1.0, 1.0]]), np.array([[0.2, 0.2, 0.0], [0.3, 0.3, 0.0]])


def parabola(x):
    """J (n, 1), with its corner, and the gradient without it."""
    J = (CURVATURE * (x - CENTRE) ** 2 / 2 + CORNER * np.abs(x)).sum(1)[:, None]
    return J, CURVATURE * (x - CENTRE)


def go(steps, learning_rate=0.8, evaluate=parabola):
    state = momentum._first(np, np.ones((2, 3)), learning_rate)
    for _ in range(steps):
        state = momentum.step(np, state, *evaluate(state.x), CORNER, learning_rate)
    return state


def test_momentum_comes_to_the_minimum_and_its_zeros_are_exact():
    best = np.where(CENTRE > 0, 1, -1) * np.maximum(np.abs(CENTRE) - CORNER / CURVATURE, 0)
    x = go(400).x_last
    np.testing.assert_allclose(x, best, atol=1e-4)
    np.testing.assert_array_equal(x == 0, best == 0)
    assert (best == 0).sum() == 2
    plain = np.ones((2, 3))
    for _ in range(400):
        plain = soft_threshold(plain - 0.5 * parabola(plain)[1], 0.5 * CORNER)
    assert np.abs(plain - best).max() > 0.5, "which plain steps do not reach"


def test_the_first_step_is_the_plain_one():
    x, learning_rate = np.ones((2, 3)), 0.1
    plain = soft_threshold(x - learning_rate * parabola(x)[1], learning_rate * CORNER)
    np.testing.assert_allclose(go(1, learning_rate).x, plain)


def test_a_step_to_what_is_not_a_number_is_undone_and_the_next_is_half_as_long():
    x, learning_rate = np.ones((2, 3)), 0.1
    before = go(1, learning_rate)
    J, G = parabola(before.x)
    J[0] = np.nan
    after = momentum.step(np, before, J, G, CORNER, learning_rate)
    half = soft_threshold(x - learning_rate / 2 * parabola(x)[1], learning_rate / 2 * CORNER)
    np.testing.assert_allclose(after.x[0], half[0])
    np.testing.assert_array_equal(after.x_last[1], before.x[1])


def test_a_step_far_too_long_is_made_shorter():
    assert parabola(go(200, learning_rate=50.0).x_last)[0] == pytest.approx(
        parabola(go(2000).x_last)[0], 1e-3
    )


def test_rows_of_parameters_hold_the_start_and_biases_are_not_penalized():
    job = small_job()
    start, corner, ridge = momentum._rows(job)
    for rows, layers in zip(momentum._split(start, job), job.start(), strict=True):
        for stacked, one in zip(rows, layers, strict=True):
            np.testing.assert_array_equal(stacked, np.tile(one, (4, 1, 1)))
    (W_corner, b_corner), (W_ridge, b_ridge) = momentum._split(corner, job), momentum._split(ridge, job)
    rate = job.lams[:2] / job.m
    np.testing.assert_allclose(W_corner[0][:, 0, 0], [*rate / 2, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(W_ridge[1][:, 0, 0], [0, 0, *rate], rtol=1e-6)
    assert not any(part.any() for part in (*b_corner, *b_ridge))


def test_l_bfgs_minimizes_the_same_J():
    for hidden in ((), (3,)):
        job = make_job("moons", hidden, epochs=0)
        job = replace(job, lams=np.array([5.0, 10.0]), penalties=("l2", "l2"))
        solve = momentum.sklearn_lbfgs(job)
        theirs = objective(job.select(np.array([1])), solve(1, 500))
        ours = momentum.this_core(replace(job, learning_rate=0.3), "accelerated").train([3000])[-1]
        assert theirs[0] == pytest.approx(objective(job, ours)[1], rel=1e-3)


# Verdicts


def verdicts_of_one() -> list[verdicts.Row]:
    return [verdicts.Row("hidden 8", 100, 2, 0.04, 0, 50, 1, 60, 6)]


def test_a_J_above_the_plain_one_is_counted_and_one_of_a_plain_network_that_diverged_is_not():
    plain = np.array([[1.0, 1.0, np.nan], [0.5, 0.5, np.inf]])
    fast = np.array([[1.0005, 1.1, 9.0], [0.4, np.nan, 1.0]])
    compared, above, worst, not_finite = verdicts.compare(plain, fast)
    assert (compared, above, not_finite) == (4, 1, 1)
    assert worst == pytest.approx(0.1)


def test_what_is_unchanged_keeps_four_digits_its_zeros_and_its_accuracy():
    before = np.array([[0.12344, 0.12344, 0.12344, 0.12344, 1.2344], [3, 3, 3, 3, 3], [0.9] * 5])
    after = np.array(
        [[0.12341, 0.12338, 0.12344, 0.12344, 1.2341], [3, 3, 4, 3, 3], [0.9, 0.9, 0.9, 0.8, 0.9]]
    )
    assert verdicts.unchanged(before, after).tolist() == [True, False, False, False, True]


def test_a_verdict_is_counted_either_way(monkeypatch):
    X, y = make_job("moons", (), 0).X, make_job("moons", (), 0).y
    lams = [1.0, 10.0, 100.0]
    now, later = (core.train(X, y, (), "l2", lams, 0.1, epochs, method="accelerated") for epochs in (5, 2000))
    same = verdicts.unchanged(verdicts.figures(now, X, y), verdicts.figures(later, X, y))
    for says in (True, False):
        monkeypatch.setattr(core.Run, "at_rest", property(lambda run, says=says: np.full(3, says)))
        called, wrong, unchanged, missed = verdicts.judge(now, later, X, y)
        assert (called, wrong) == ((3, 3 - same.sum()) if says else (0, 0))
        assert (unchanged, missed) == (same.sum(), 0 if says else same.sum())


def test_sums_of_verdicts_keep_the_worst():
    one, other = verdicts_of_one()[0], verdicts.Row("", 10, 1, 0.2, 1, 5, 0, 6, 0)
    assert verdicts.total("all", [one, other]) == verdicts.Row("all", 110, 3, 0.2, 1, 55, 1, 66, 6)


# The machine, and the command line


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (["X86_V3", "X86_V4", "AVX512_ICL"], "AVX2, AVX-512"),
        (["AVX2", "AVX512F", "AVX512_SKX"], "AVX2, AVX-512"),
        (["X86_V3"], "AVX2"),
        (["ASIMDHP"], "ASIMDHP"),
        ([], "no vector instructions beyond the baseline"),
    ],
)
def test_vector_features_are_told_by_their_own_names(found, told):
    assert vector_features(found) == told


def test_the_line_below_a_table_names_what_the_speed_of_tanh_depends_on():
    about = machine()
    text = described(about)
    assert str(about["vectors"]) in text
    assert 0.05 < about["tanh_ns"] < 100
    assert "np.tanh takes" in text


def test_the_command_line_knows_every_benchmark():
    assert parse(["rest", "--quick"]).which == ["rest"]
    assert parse([]).which == list(BENCHMARKS)

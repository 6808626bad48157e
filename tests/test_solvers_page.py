"""Three solvers against the certified optimum, and the page that shows them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.logistic import fit_logistic
from core.settings import LAMS
from core.solvers import SOLVERS, TOL, Race, curvature_bound, kept_steps, race, races
from tests.test_gradient_page import noticed, open_at
from tests.test_pages import chart
from ui import racing, solvers

PAGE = "pages/solvers.py"


@pytest.fixture(scope="module")
def lesson(breast_cancer) -> Race:
    """The reference: λ = 20, α = 0.5, 20,000 steps on all rows."""
    return race(*breast_cancer, lam=20.0, learning_rate=0.5, steps=20_000)


@pytest.mark.parametrize(("solver", "nonzero"), [("subgradient", 30), ("clip", 6), ("proximal", 8)])
def test_only_the_proximal_step_finds_the_optimums_zeros(lesson, solver, nonzero):
    assert 30 - lesson.zeros(solver)[-1] == nonzero
    too_many, too_few = lesson.wrong(solver)
    assert (too_many.any() or too_few.any()) == (solver != "proximal")
    above = lesson.cost[solver][-1] - lesson.optimum_cost
    assert above < 1e-9 if solver == "proximal" else above > 1e-4


def test_no_solver_falls_below_the_certified_optimum(lesson):
    assert lesson.optimum_cost == pytest.approx(0.2046573295, abs=1e-9)
    for solver in SOLVERS:
        assert (lesson.cost[solver] >= lesson.optimum_cost - lesson.gap - 1e-14).all()
        assert (lesson.excess(solver) >= lesson.floor).all(), "a logarithmic axis gets no zero"
    assert lesson.floor >= TOL >= lesson.gap


def test_all_three_start_from_the_same_weights(lesson):
    start = {solver: W[0] for solver, W in lesson.W.items()}
    np.testing.assert_array_equal(start["proximal"], start["clip"])
    np.testing.assert_array_equal(start["proximal"], start["subgradient"])
    assert lesson.steps[0] == 0


def test_a_clipped_weight_never_returns(lesson):
    zero = lesson.W["clip"] == 0
    assert (zero[1:] >= zero[:-1]).all()
    proximal = lesson.W["proximal"] == 0
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


def test_races_run_together_are_those_run_alone(samples):
    lams = [30.0, 0.5, 4.0]
    for lam, together in zip(lams, races(*samples, lams, 0.5, 300, seed=3), strict=True):
        alone = race(*samples, lam, 0.5, 300, seed=3)
        assert together.lam == lam
        assert together.optimum_cost == pytest.approx(alone.optimum_cost, abs=2 * TOL)
        for solver in SOLVERS:
            np.testing.assert_allclose(together.W[solver], alone.W[solver], atol=1e-12)
            np.testing.assert_array_equal(together.zeros(solver), alone.zeros(solver))


def test_every_lam_is_raced_at_once_and_only_the_chosen_one_where_that_takes_long(monkeypatch):
    asked = []

    def noting(X, y, lams, *args):
        asked.append(lams)
        return races(X, y, lams, *args)

    monkeypatch.setattr(racing, "races", noting)
    app = open_at(PAGE, dataset="moons", seed="41")
    for lam in (20.0, 1.0):
        app.select_slider(key="lam").set_value(lam).run()
        assert f"At λ = {lam:g}, " in noticed(app)
    assert asked == [tuple(lam for lam in LAMS if lam)]
    monkeypatch.setattr(racing, "TOGETHER_SECONDS", 0.0)
    app.select_slider(key="lam").set_value(2.0).run()
    assert asked[1:] == [(2.0,)]


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


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_figures_in_the_sentence_are_those_of_a_run_and_an_optimum_alone(solver):
    app = open_at(PAGE, lam="20", learning_rate="0.3", seed="2")
    data = core.load_dataset("breast_cancer", 2)
    run = core.train(
        data.X_train,
        data.y_train,
        (),
        "l1",
        [20.0],
        learning_rate=0.3,
        epochs=3000,
        seed=2,
        method=solver,
        dtype="float64",
    )
    best = fit_logistic(data.X_train, data.y_train, "l1", [20.0], tol=1e-12)
    w, optimum = run.W[0][0, 0], best.W[0]
    said = noticed(app)
    assert f"the optimum has **{(optimum == 0).sum()} of 30 weights** exactly zero" in said
    line = next(line for line in said.splitlines() if f"**{solver}**" in line)
    assert int(re.search(r"has (\d+) exact zero", line)[1]) == (w == 0).sum()
    wrong = int(((w == 0) != (optimum == 0)).sum())
    told = re.search(r"\*\*(\d+) of 30\*\* weights are on the wrong side", line)
    assert (int(told[1]) if told else 0) == wrong
    if above := re.search(r"J is ([\d.e-]+) above J\*", line):
        assert float(above[1]) == pytest.approx(run.cost[-1, 0] - best.cost[0], rel=0.05)
    else:
        assert run.cost[-1, 0] - best.cost[0] <= 1e-10


def test_the_page_works_with_every_data_set_at_both_ends_of_the_grid():
    app = open_at(PAGE, hidden="5-4-3-2")
    app.segmented_control(key="solver_steps").set_value(300)
    for dataset in core.DATASETS:
        app.selectbox(key="dataset").set_value(dataset)
        for lam in (LAMS[0], LAMS[-1]):
            app.select_slider(key="lam").set_value(lam).run()
            assert not app.exception
            assert f"At λ = {lam or LAMS[1]:g}, for " in noticed(app)
            assert bool(app.info) == (lam == 0)
            curves = chart(app)[1]["curves"]
            assert (curves.excess > 0).all()
            assert set(curves.solver) == set(SOLVERS)


def test_hidden_layers_play_no_part():
    weights = [chart(open_at(PAGE, "wine", hidden=hidden))[1]["weights"] for hidden in ("none", "6")]
    assert len(weights[0]) == 4 * 13
    assert weights[0].equals(weights[1])


def test_the_last_readout_is_the_curves_last_point_and_the_crosses_are_the_wrong_ones():
    app = open_at(PAGE, lam="20")
    tables = chart(app)[1]
    last = tables["curves"].k.max()
    weights = tables["weights"]
    for solver in SOLVERS:
        row = tables["curves"][(tables["curves"].solver == solver) & (tables["curves"].k == last)].iloc[0]
        line = tables["readout"][solver].iloc[-1]
        assert f"{solver}: {row.zeros} zeros" in line
        w = weights[weights.solver == solver]
        assert (w[f"v{last}"] == 0).sum() == row.zeros
    best = weights[weights.solver == "optimum"]
    assert ((best[f"v{last}"] != 0) == best.best).all()


def test_a_learning_rate_that_may_overshoot_is_told_with_the_one_to_take():
    app = open_at(PAGE, learning_rate="3", lam="1")
    X = core.load_dataset("breast_cancer").X_train
    reach, limit = map(float, re.search(r"α·L = ([\d.]+) .* 2/L = ([\d.]+) the", noticed(app)).groups())
    L = np.linalg.eigvalsh(np.cov(X.T, ddof=0)).max() / 4
    assert reach == pytest.approx(3 * L, rel=0.01)
    assert limit == pytest.approx(2 / L, rel=0.01)
    app.select_slider(key="learning_rate").set_value(0.1).run()
    assert "α·L" not in noticed(app)


def test_another_class_can_be_told_from_the_rest():
    app = open_at(PAGE, "wine", lam="5")
    names = core.load_dataset("wine").class_names
    assert f"for {names[0]} against the rest" in noticed(app)
    first = chart(app)[1]["weights"]
    app.segmented_control(key="solver_target").set_value(2).run()
    assert f"for {names[2]} against the rest" in noticed(app)
    assert not chart(app)[1]["weights"].equals(first)


def test_pictures_of_the_four_do_not_overlap():
    places = [solvers.place(i, np.arange(64), (8, 8)) for i in range(4)]
    cells = {cell for row, column in places for cell in zip(row.tolist(), column.tolist(), strict=True)}
    assert len(cells) == 4 * 64
    row, column = places[3]
    np.testing.assert_array_equal((row - row.min()) * 8 + column - column.min(), np.arange(64))

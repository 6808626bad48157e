"""The solvers' page: the sentences against runs and optima alone, the matrix, the controls, the script."""

import re

import numpy as np
import pytest

import core
from core.logistic import fit_logistic
from core.settings import LAMS
from core.solvers import SOLVERS, races
from tests.app import chart, context_at, open_app, sentences
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.topics.solvers import STEPS, TARGET, TOPIC, race_of
from ui.topics.solvers.notes import classes_text
from ui.topics.solvers.tables import GLYPHS, ROWS, cells, name_table, weight_table
from ui.work import races as work


def test_every_lam_is_raced_at_once_and_only_the_chosen_one_where_that_takes_long(monkeypatch):
    asked = []

    def noting(X, y, lams, *args):
        asked.append(lams)
        return races(X, y, lams, *args)

    monkeypatch.setattr(work, "races", noting)
    app = open_app(TOPIC, dataset="moons", seed="41")
    for lam in (20.0, 1.0):
        app.select_slider(key="lam").set_value(lam).run()
        assert f"At λ = {lam:g}, " in sentences(app)
    assert asked == [tuple(lam for lam in LAMS if lam)]
    monkeypatch.setattr(work, "TOGETHER_SECONDS", 0.0)
    app.select_slider(key="lam").set_value(2.0).run()
    assert asked[1:] == [(2.0,)]


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_figures_in_the_sentence_are_those_of_a_run_and_an_optimum_alone(solver):
    app = open_app(TOPIC, lam="20", learning_rate="0.3", seed="2")
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
    said = sentences(app)
    assert f"the optimum has **{(optimum == 0).sum()} of 30 weights** exactly zero" in said
    line = next(line for line in said.splitlines() if f"**{solver}**" in line)
    assert int(re.search(r"has (\d+) exact zero", line)[1]) == (w == 0).sum()
    wrong = int(((w == 0) != (optimum == 0)).sum())
    found = re.search(r"\*\*(\d+) of 30\*\* weights are on the wrong side", line)
    assert (int(found[1]) if found else 0) == wrong
    if above := re.search(r"J is ([\d.e-]+) above J\*", line):
        assert float(above[1]) == pytest.approx(run.cost[-1, 0] - best.cost[0], rel=0.05)
    else:
        assert run.cost[-1, 0] - best.cost[0] <= 1e-10


def test_every_data_set_is_raced_at_both_ends_of_the_grid():
    for context in at_both_ends(hidden=[()], choices={STEPS.key: 300}):
        picture = TOPIC.picture(context)
        assert picture.notes[0].startswith(f"At λ = {context.lam or LAMS[1]:g}, for ")
        assert bool(TOPIC.remark(context)) == (context.lam == 0)
        curves = picture.tables["curves"]
        assert (curves.excess > 0).all()
        assert set(curves.solver) == set(SOLVERS)


def test_without_a_penalty_the_smallest_lam_above_it_is_shown_and_said():
    free, smallest = (context_at(dataset="moons", lam=lam) for lam in LAMS[:2])
    assert f"The page shows λ = {LAMS[1]:g}, the smallest above it." in TOPIC.remark(free)
    assert TOPIC.remark(smallest) == ""
    assert race_of(free) is race_of(smallest)
    assert TOPIC.mathematics(free) == TOPIC.mathematics(smallest)


def test_hidden_layers_play_no_part():
    weights = [
        chart(open_app(TOPIC, dataset="wine", hidden=hidden))[1]["weights"] for hidden in ("none", "6")
    ]
    assert len(weights[0]) == len(ROWS) * 13
    assert weights[0].equals(weights[1])


def test_the_last_readout_is_the_curves_last_point_and_the_crosses_are_the_wrong_ones():
    app = open_app(TOPIC, lam="20")
    tables = chart(app)[1]
    last = tables["curves"].k.max()
    weights = tables["weights"]
    for solver in SOLVERS:
        row = tables["curves"][(tables["curves"].solver == solver) & (tables["curves"].k == last)].iloc[0]
        line = tables["readout"][solver].iloc[-1]
        assert f"{GLYPHS[solver]} {solver}: {row.zeros} zeros" in line
        w = weights[weights.solver == solver]
        assert (w[f"v{last}"] == 0).sum() == row.zeros
    best = weights[weights.solver == "optimum"]
    assert ((best[f"v{last}"] != 0) == best.best).all()


def test_of_a_learning_rate_that_may_overshoot_the_page_says_which_one_to_take():
    app = open_app(TOPIC, learning_rate="3", lam="1")
    X = core.load_dataset("breast_cancer").X_train
    reach, limit = map(float, re.search(r"α·L = ([\d.]+) .* 2/L = ([\d.]+) the", sentences(app)).groups())
    L = np.linalg.eigvalsh(np.cov(X.T, ddof=0)).max() / 4
    assert reach == pytest.approx(3 * L, rel=0.01)
    assert limit == pytest.approx(2 / L, rel=0.01)
    app.select_slider(key="learning_rate").set_value(0.1).run()
    assert "α·L" not in sentences(app)


def test_another_class_can_be_told_from_the_rest():
    app = open_app(TOPIC, dataset="wine", lam="5")
    names = core.load_dataset("wine").class_names
    assert f"for {names[0]} against the rest" in sentences(app)
    first = chart(app)[1]["weights"]
    app.segmented_control(key=TARGET.key).set_value(2).run()
    assert f"for {names[2]} against the rest" in sentences(app)
    assert not chart(app)[1]["weights"].equals(first)


def test_of_two_classes_there_is_nothing_to_choose_and_the_second_is_told_from_the_first():
    context = context_at(choices={TARGET.key: 0})
    assert not TARGET.applies(context)
    assert context[TARGET] == 1
    assert TARGET.applies(context_at(dataset="wine"))
    assert context_at(dataset="wine")[TARGET] == 0


def test_names_of_classes_and_inputs_are_made_safe_for_a_sentence():
    assert classes_text(("no", "<b>"), 1) == "`<b>` against no"
    assert classes_text(("a", "b", "*c*"), 2) == "`*c*` against the rest"


def test_images_of_the_four_do_not_overlap():
    corners = [cells(i, np.arange(64), (8, 8)) for i in range(4)]
    taken = {cell for row, column in corners for cell in zip(row.tolist(), column.tolist(), strict=True)}
    assert len(taken) == 4 * 64
    row, column = corners[3]
    np.testing.assert_array_equal((row - row.min()) * 8 + column - column.min(), np.arange(64))


@pytest.mark.parametrize("image", [None, (3, 5)])
def test_each_name_stands_above_the_cells_of_its_solver(samples, image):
    X = np.random.default_rng(1).standard_normal((40, 15))
    (race,) = races(X, samples[1], [2.0], 0.3, 10)
    weights = weight_table(race, [f"x{i}" for i in range(15)], image)
    names = name_table(weights)
    assert names.solver.tolist() == list(ROWS)
    for name in names.itertuples():
        own = weights[weights.solver == name.solver]
        assert (name.row, name.column) == (own.row.min(), own.column.min())
        above = weights[(weights.row == name.row - 1) & (weights.column == name.column)]
        assert name.row > 0
        assert above.empty, "a free row for the name"
    assert (weights.top == max(np.abs(W).max() for W in (race.optimum, *race.W.values()))).all()


def test_the_mathematics_holds_the_numbers_of_the_race():
    context = context_at(lam=20.0, learning_rate=0.1)
    race = race_of(context)
    text = TOPIC.mathematics(context)
    assert rf"\frac{{0.1 \cdot 20}}{{2 \cdot {race.m}}} = {race.threshold:.3g}" in text


def test_the_script_without_a_penalty_races_at_the_lam_that_the_page_shows(tmp_path):
    context = context_at(dataset="wine", lam=0.0, choices={STEPS.key: 300, TARGET.key: 2})
    printed = printed_by(TOPIC.script(context), tmp_path)
    assert f"λ = {LAMS[1]:g}: the optimum" in printed
    assert "after 300 steps" in printed
    assert numbers_in(printed) <= numbers_in(words_of(TOPIC.picture(context))), printed

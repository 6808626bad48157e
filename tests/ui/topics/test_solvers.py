"""The solvers' page: the sentences against runs and optima alone, the tables, the controls, the script."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import core
from core.logistic import fit_logistic
from core.settings import LAMS, Settings
from core.solvers import PER_DECADE, SOLVERS, Race, kept_steps, race, races
from tests.app import chart, context_at, open_app, sentences
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.base.words import counted
from ui.data.shelf import Shelf
from ui.pictures.export import svg, with_titles
from ui.pictures.picture import Scrub
from ui.topics import solvers as page
from ui.topics.solvers import STEPS, TARGET, TOPIC, race_of
from ui.topics.solvers.notes import classes_text
from ui.topics.solvers.tables import (
    GLYPHS,
    MOST_SHOWN,
    ROWS,
    cell_table,
    cells,
    curve_table,
    goal_table,
    lam_table,
    name_table,
    optimum_table,
    readout_table,
    shown_steps,
    span_table,
    weight_table,
)
from ui.work import races as work

SOME_LAMS = (0.5, 4.0, 30.0)
N_STEPS = 300
MOONS = {"dataset": "moons", "n_samples": 50, "choices": {STEPS.key: N_STEPS}}


@pytest.fixture(scope="module")
def some_races() -> list[Race]:
    """At a few λ, on 40 rows of 5 columns."""
    return races(*rows(), SOME_LAMS, 0.5, N_STEPS, seed=3)


def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    X = rng.standard_normal((40, 5))
    return X, (X[:, 0] * X[:, 1] + 0.3 * rng.standard_normal(40) > 0).astype(int)


def values(table: pd.DataFrame, letter: str = "v") -> np.ndarray:
    """The wide part: (n_rows, n_lams)."""
    return table[[name for name in table if re.fullmatch(rf"{letter}\d+", name)]].to_numpy()


def one_alone(lam: float) -> Race:
    """The race of the fixture at one λ alone."""
    return race(*rows(), lam, 0.5, N_STEPS, seed=3)


def test_the_columns_of_each_lam_are_those_of_a_race_at_it_alone(some_races):
    """Another λ's column, or all of them shifted by one, would not be."""
    shown = shown_steps(some_races)
    places = cell_table(list("abcde"), None)
    weights, best = weight_table(some_races, shown, places), optimum_table(some_races, places)
    excess, zeros = (curve_table(some_races, shown, what) for what in ("excess", "zeros"))
    for k, lam in enumerate(SOME_LAMS):
        alone = one_alone(lam)
        np.testing.assert_allclose(values(best)[:, k], alone.optimum, atol=1e-4)
        assert ((values(best)[:, k] == 0) == (alone.optimum == 0)).all()
        assert goal_table(some_races).zeros[k] == (alone.optimum == 0).sum()
        for name in SOLVERS:
            own = weights[weights.solver == name]
            W = alone.W[name][shown]
            np.testing.assert_allclose(own[f"v{k}"], W.ravel(), atol=1e-4)
            assert ((own[f"v{k}"] == 0) == (W.ravel() == 0)).all(), "rounding makes no zeros"
            np.testing.assert_array_equal(own[f"x{k}"], ((W == 0) != (alone.optimum == 0)).ravel())
            assert own.input.tolist() == list("abcde") * len(shown)
            assert own.e.tolist() == np.repeat(range(len(shown)), 5).tolist()
            assert own.step.tolist() == np.repeat(alone.steps[shown], 5).tolist()
            for table, expected in ((excess, alone.excess(name)), (zeros, alone.zeros(name))):
                curve = table[table.solver == name]
                np.testing.assert_allclose(curve[f"v{k}"], expected, rtol=1e-5, atol=1e-9)
                assert curve["step"].tolist() == alone.steps.tolist()
                assert curve["at"].tolist() == list(range(alone.steps.size))
                assert curve[curve.e >= 0]["at"].tolist() == shown.tolist()
                assert curve[curve.e >= 0].e.tolist() == list(range(len(shown)))
    for table in (values(weights), values(excess), values(zeros), values(best)):
        assert len({column.tobytes() for column in table.T}) == len(SOME_LAMS), "λ moves each"
    low, high = span_table(excess).value
    assert (low, high) == (values(excess).min(), values(excess).max())


def test_the_readout_says_zeros_and_j_at_each_lam_and_step(some_races):
    shown = shown_steps(some_races)
    table = readout_table(some_races, shown)
    at = [(k, e) for k in range(len(SOME_LAMS)) for e in range(len(shown))]
    assert list(zip(table.k, table.e, strict=True)) == at, "the last of a λ is its last step"
    for (k, e), row in zip(at, table.itertuples(index=False), strict=True):
        found = some_races[k]
        assert row.title == f"λ = {SOME_LAMS[k]:g}, step {found.steps[shown[e]]}"
        reached = counted(int((found.optimum == 0).sum()), 5, "zero")
        assert row.optimum == f"the optimum: {reached}, J* = {found.optimum_cost:.4g}"
        for name in SOLVERS:
            zeros, above = found.zeros(name)[shown[e]], found.excess(name)[shown[e]]
            J = f"J* to {found.floor:.2g}" if above <= found.floor else f"J* + {above:.2g}"
            assert getattr(row, name) == f"{GLYPHS[name]} {name}: {zeros} zeros, {J}"


@pytest.mark.parametrize("n_lams", [1, 3])
def test_a_solver_that_diverged_has_no_curve_from_there_and_is_told_so(some_races, n_lams):
    cost = {
        **some_races[0].cost,
        "clip": np.where(some_races[0].steps < 9, some_races[0].cost["clip"], np.nan),
    }
    gone = [replace(some_races[0], cost=cost), *some_races[1:n_lams]]
    shown = shown_steps(gone)
    for what in ("excess", "zeros"):
        table = curve_table(gone, shown, what)
        lost = np.isnan(table.v0.to_numpy())
        np.testing.assert_array_equal(lost, (table.solver == "clip") & (table["step"] >= 9))
        assert np.isfinite(values(table)[:, 1:]).all()
    assert np.isfinite(span_table(curve_table(gone, shown, "excess")).value).all()
    told = readout_table(gone, shown)
    is_lost = told["clip"].str.endswith("diverged")
    assert is_lost.sum() == (gone[0].steps[shown] >= 9).sum()
    assert (told.k[is_lost] == 0).all()


@pytest.mark.parametrize(
    ("n_lams", "n_inputs", "a_decade"),
    [(1, 30, PER_DECADE), (26, 2, 6), (26, 30, 6), (26, 64, 3), (26, 999, 1)],
)
def test_as_many_steps_are_shown_as_weights_may_travel_and_the_powers_of_ten_among_them(
    n_lams, n_inputs, a_decade
):
    steps = kept_steps(3000)
    one = Race(1.0, 0.1, 40, steps, {}, {}, np.zeros(n_inputs), 0.0, 0.0, 1.0)
    shown = shown_steps([one] * n_lams)
    assert steps[shown].tolist() == kept_steps(3000, a_decade).tolist()
    assert {0, 1, 10, 100, 1000, 3000} <= set(steps[shown].tolist())
    assert len(shown) * n_lams * n_inputs * len(SOLVERS) <= MOST_SHOWN or a_decade == 1


# The picture.


def test_the_picture_is_of_every_lam_and_the_bar_finds_both_sliders():
    app = open_app(TOPIC, lam="7", dataset="moons", n_samples="50", solver_steps=str(N_STEPS))
    spec, tables = chart(app)
    binds = {param["bind"]["name"]: param for param in spec["params"] if "name" in param.get("bind", {})}
    assert (binds["λ"]["name"], binds["λ"]["bind"]["max"]) == ("k", len(LAMS) - 1)
    last = tables["readout"].e.max()
    assert (binds["Step"]["name"], binds["Step"]["bind"]["max"], binds["Step"]["value"]) == ("e", last, last)
    assert tables["chosen"].k.tolist() == [LAMS.index(7.0)]
    picture = TOPIC.picture(context_at(lam=7.0, **MOONS))
    steps = kept_steps(N_STEPS, 6)
    assert picture.scrub == Scrub("Step", tuple(f"{step:,}" for step in steps))
    assert picture.spoken.startswith(f"λ = 7, step {N_STEPS}. the optimum: ")
    for name in ("excess", "zeros", "weights", "optimum", "goal"):
        table = picture.tables[name]
        assert len(table) == len(LAMS) if name == "goal" else values(table).shape[1] == len(LAMS), name


def test_in_place_of_zero_the_smallest_lam_above_it_stands_and_says_so():
    picture = TOPIC.picture(context_at(lam=0.0, **MOONS))
    tables = picture.tables
    assert tables["chosen"].k.tolist() == [0]
    for name in ("excess", "zeros", "weights", "optimum"):
        np.testing.assert_array_equal(tables[name].v0, tables[name].v1)
    first, second = (tables["readout"][tables["readout"].k == k] for k in (0, 1))
    assert first.title.tolist() == second.title.tolist()
    assert first.title.iloc[-1] == f"λ = {LAMS[1]:g}, step {N_STEPS}"
    assert first.optimum.str.startswith("in place of λ = 0; the optimum: ").all()
    assert not tables["readout"].optimum[tables["readout"].k > 0].str.contains("in place").any()
    assert picture.spoken.startswith(f"λ = {LAMS[1]:g}, step {N_STEPS}. in place of λ = 0; ")
    assert lam_table(race_of_all(0.0)).title.tolist()[:2] == ["λ = 0.1, in place of λ = 0", "λ = 0.1"]


def race_of_all(lam: float) -> Sequence[Race]:
    return page.races_of(context_at(lam=lam, **MOONS)).shown


def test_where_the_chosen_lam_races_alone_no_slider_says_that_others_could_be_seen(monkeypatch):
    monkeypatch.setattr(work, "TOGETHER_SECONDS", 0.0)
    for lam, shown in ((0.0, LAMS[1]), (20.0, 20.0)):
        context = replace(context_at(lam=lam, **MOONS), shelf=Shelf())
        picture = TOPIC.picture(context)
        binds = [param["bind"].get("name") for param in picture.spec["params"] if "bind" in param]
        assert binds == ["Play", "Step"]
        assert "chosen" not in picture.tables
        assert picture.spoken.startswith(f"λ = {shown:g}, step {N_STEPS}. the optimum: ")
        assert len(picture.scrub.labels) == kept_steps(N_STEPS).size, "there is room for every step"
        assert picture.notes[0].startswith(f"At λ = {shown:g}, ")
        assert f">λ = {shown:g}, step {N_STEPS}<" in svg(picture)


@pytest.mark.parametrize("lam", [0.0, 3.0, 100.0])
def test_what_is_drawn_is_what_stands_in_the_tables_at_lam(lam):
    context = context_at(lam=lam, dataset="wine", choices={STEPS.key: N_STEPS})
    picture, k = TOPIC.picture(context), LAMS.index(lam)
    image, tables = svg(picture), picture.tables
    last = tables["readout"].e.max()
    weights = tables["weights"][tables["weights"].e == last]
    row = tables["readout"][(tables["readout"].k == k) & (tables["readout"].e == last)].iloc[0]
    for text in (row.title, row.optimum, *(row[name] for name in SOLVERS), tables["goal"].text[k]):
        assert f">{text}<" in image
    assert re.findall(r">(λ = [^<]+)<", image) == [row.title], "and no other"
    assert re.findall(r">(the optimum: \d+)<", image) == [tables["goal"].text[k]]
    assert image.count(">×<") == weights[f"x{k}"].sum()
    found = {i: len(re.findall("<path", group(image, f"concat_0_layer_{i}_marks"))) for i in range(3)}
    nonzero = (weights[f"v{k}"] != 0).sum(), (tables["optimum"][f"v{k}"] != 0).sum()
    assert found == {0: len(tables["cells"]), 1: nonzero[0], 2: nonzero[1]}
    filled = weights[weights[f"v{k}"] != 0]
    strength = 0.15 + 0.85 * np.sqrt(np.minimum(1, filled[f"v{k}"].abs() / filled.top))
    paths = re.findall("<path[^>]*>", group(image, "concat_0_layer_1_marks"))
    opacities = [float((re.search(r' opacity="([\d.]+)"', path) or (0, 1))[1]) for path in paths]
    assert opacities == pytest.approx(strength.tolist(), rel=1e-4)
    race_at = race_of(context)
    assert weights[f"x{k}"].sum() == sum(
        int(((race_at.W[name][-1] == 0) != (race_at.optimum == 0)).sum()) for name in SOLVERS
    )


def group(image: str, name: str) -> str:
    """What is drawn in the first group of marks of this name."""
    return re.search(rf'{name}"[^>]*?(?:/>|>(.*?)</g>)', image)[1] or ""


def test_the_axis_of_j_is_the_same_at_every_lam():
    ticks = [
        re.findall(r">(10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)<", svg(TOPIC.picture(context_at(lam=lam, **MOONS))))
        for lam in (0.1, 300.0)
    ]
    assert ticks[0] == ticks[1] != []


def test_another_lam_opens_the_same_picture_elsewhere_and_makes_no_table_again(monkeypatch):
    calls = []
    monkeypatch.setattr(page, "weight_table", lambda *of: calls.append(1) or weight_table(*of))
    shelf, settings = Shelf(), Settings(dataset="moons", n_samples=50, seed=77)
    of = [
        replace(context_at(replace(settings, lam=lam, hidden=hidden), MOONS["choices"]), shelf=shelf)
        for lam, hidden in ((0.0, (4,)), (20.0, (8, 8)))
    ]
    one, other = map(TOPIC.picture, of)
    assert len(calls) == 1
    assert [picture.tables["chosen"].k.tolist() for picture in (one, other)] == [[0], [LAMS.index(20.0)]]
    assert one.spec is other.spec or one.spec == other.spec
    assert all(one.packed[name] is other.packed[name] for name in one.packed if name != "chosen")
    assert one.notes != other.notes
    fewer = TOPIC.picture(replace(of[0], choices={STEPS.key: 1000}, made={}))
    assert fewer.tables["readout"].title.iloc[-1] == "λ = 1000, step 1,000"
    assert len(calls) == 2


def test_the_tables_of_the_defaults_are_small_enough_to_travel():
    packed = TOPIC.picture(context_at()).packed
    assert sum(map(len, packed.values())) < 600_000


def test_the_numbers_to_take_away_say_at_which_lam_they_are():
    picture = TOPIC.picture(context_at(**MOONS))
    for name in ("excess", "zeros", "optimum", "weights"):
        assert {"v at λ = 0.1", "v at λ = 1000"} <= set(with_titles(name, picture)), name
    assert "x at λ = 10" in with_titles("weights", picture)
    assert picture.helpers & set(picture.tables) == {"chosen", "span", "steps", "cells", "names", "lams"}


# The page.


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
        excess = picture.tables["excess"]
        assert (values(excess) > 0).all()
        assert set(excess.solver) == set(SOLVERS)


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
    assert len(weights[0]) == len(SOLVERS) * 13 * (weights[0].e.max() + 1)
    assert weights[0].equals(weights[1])


def test_the_last_readout_is_the_curves_last_point_and_the_crosses_are_the_wrong_ones():
    app = open_app(TOPIC, lam="20")
    tables, k = chart(app)[1], LAMS.index(20.0)
    weights, readout = tables["weights"], tables["readout"]
    best = tables["optimum"][f"v{k}"].to_numpy() == 0
    for solver in SOLVERS:
        curve = tables["zeros"][tables["zeros"].solver == solver]
        zeros = int(curve[f"v{k}"].iloc[-1])
        line = readout[readout.k == k][solver].iloc[-1]
        assert f"{GLYPHS[solver]} {solver}: {zeros} zeros" in line
        w = weights[(weights.solver == solver) & (weights.e == weights.e.max())]
        assert (w[f"v{k}"] == 0).sum() == zeros
        np.testing.assert_array_equal(w[f"x{k}"], (w[f"v{k}"] == 0).to_numpy() != best)


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
    found = races(X, samples[1], [2.0, 9.0], 0.3, 10)
    places = cell_table([f"x{i}" for i in range(15)], image)
    names = name_table(places)
    assert names.solver.tolist() == list(ROWS)
    for name in names.itertuples():
        own = places[places.solver == name.solver]
        assert (name.row, name.column) == (own.row.min(), own.column.min())
        above = places[(places.row == name.row - 1) & (places.column == name.column)]
        assert name.row > 0
        assert above.empty, "a free row for the name"
    weights = weight_table(found, shown_steps(found), places)
    corners = ["row", "column", "row_end", "column_end"]
    own = weights[weights.e == 3].set_index(["solver", "input"])[corners]
    its = places[places.solver != "optimum"].set_index(["solver", "input"])[corners]
    assert own.loc[its.index].equals(its), "a weight lies in its cell at every step"
    top = np.float32(max(np.abs(W).max() for race in found for W in race.W.values()))
    assert set(weights.top) == set(optimum_table(found, places).top) == {top}


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

"""The overview: a network that memorizes, the λ that stops it, and the way to the other pages."""

import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.settings import LAMS
from tests.app import QUICK, chart, context_at, open_app, standing_in
from tests.trained import trained
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.data.shelf import SHARED
from ui.frame.menu import TOOLS
from ui.topics import TOPICS
from ui.topics.overview import TOPIC, way_on
from ui.topics.overview.example import why_not_drawn
from ui.topics.overview.tables import (
    CELLS,
    GAP,
    LEVELS,
    Scores,
    boundary_cells,
    boundary_points,
    plane_of,
    score_readout,
    scores_of,
    three_lams,
)

ALL = range(len(LAMS))
NOISY = core.Settings(
    dataset="moons", n_samples=100, noise=0.5, learning_rate=1.0, epochs=500, hidden=(16,), lam=0.5
)


def sentences(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(text.value for text in app.main.markdown)


def by_hand(settings: core.Settings, penalty: str) -> tuple[core.Dataset, core.Run, np.ndarray, np.ndarray]:
    """Data and networks trained without the pages, and their cost on training and test rows.

    All penalties at once, since one that is not at rest goes another way where sums round otherwise.
    """
    data = settings.load()
    run = core.train_grid(data, settings, snapshots=2, method="accelerated")[core.PENALTIES[penalty].label]
    costs = []
    for X, y in ((data.X_train, data.y_train), (data.X_test, data.y_test)):
        Z = run.layers(X)[-1][:, 0].astype(float)
        costs.append(np.logaddexp(0, np.where(y == 1, -Z, Z)).mean(axis=1))
    train_cost, test_cost = costs
    return data, run, train_cost, test_cost


@pytest.fixture(scope="module")
def moons() -> tuple[core.Dataset, core.Run]:
    settings = core.Settings(dataset="moons", n_samples=100, noise=0.5, hidden=(6,), learning_rate=1.0)
    data, run, *_ = by_hand(settings, "l2")
    return data, run


def test_data_in_a_plane_are_shown_themselves():
    context = context_at(NOISY)
    assert TOPIC.adapted(context) is context
    assert TOPIC.about(context) == ""


@pytest.mark.parametrize(
    "dataset", [name for name in core.DATASETS if not core.load_dataset(name).in_a_plane]
)
def test_other_data_give_way_to_the_example_at_the_panels_seed_and_lam(dataset):
    context = context_at(dataset=dataset, seed=3, lam=50.0, choices={"overview_penalty": "l1"})
    shown = TOPIC.adapted(context)
    assert shown.data.in_a_plane
    assert (shown.settings.dataset, shown.settings.seed, shown.lam) == ("moons", 3, 50.0)
    assert shown.shelf is SHARED, "a person's own shelf holds nothing of the example's"
    assert (shown.panel, shown.theme, shown.choices) == (context, context.theme, context.choices)
    assert TOPIC.adapted(shown) is shown
    assert TOPIC.about(shown).startswith(f"{context.data.source.label} has too many columns to draw, so")


@pytest.mark.parametrize(
    ("n_columns", "why"), [(1, "has too few columns to draw"), (2, "has more than two classes")]
)
def test_why_data_with_few_columns_are_not_drawn_is_said(n_columns, why):
    wine = core.load_dataset("wine")
    few = replace(wine, X_train=wine.X_train[:, :n_columns], feature_names=wine.feature_names[:n_columns])
    assert not few.in_a_plane
    assert why_not_drawn(few) == f"{wine.source.label} {why}"


def test_the_caption_names_the_settings_of_the_example():
    about = TOPIC.about(TOPIC.adapted(context_at()))
    assert "its own example: 100 noisy moons, 16 and 16 hidden units, α = 1, 1,000 epochs." in about


def test_a_cell_has_the_colour_of_its_middle(moons):
    data, run = moons
    ks, plane = [0, 10, 20], plane_of(data)
    cells = boundary_cells(run, ks, plane)
    for i, k in enumerate(ks):
        for row, column in ((0, 0), (5, 31), (20, 20), (CELLS - 1, CELLS - 1)):
            x = i * (CELLS + GAP) + column
            here = cells[(cells.row == row) & (cells.column <= x) & (cells.column_end > x)]
            assert len(here) == 1
            X = plane.low + plane.size * (np.array([[column, row]]) + 0.5) / CELLS
            assert here.p.iloc[0] == pytest.approx(run.predict_proba(X)[k, 0], abs=0.5 / LEVELS + 1e-6)


def test_the_cells_cover_each_square_once(moons):
    data, run = moons
    cells = boundary_cells(run, [0, 3], plane_of(data))
    assert ((cells.column_end - cells.column) > 0).all()
    assert (cells.column_end - cells.column).sum() == 2 * CELLS**2
    assert cells.column_end.max() == 2 * CELLS + GAP


def test_the_training_points_lie_in_their_square(moons):
    data, _ = moons
    plane = plane_of(data)
    second = boundary_points(2, plane, data).iloc[data.m :]
    back = plane.low + plane.size * np.column_stack([second.x - CELLS - GAP, second.y]) / CELLS
    np.testing.assert_allclose(back, data.X_train, atol=1e-5)
    assert (second.sign == "positive").tolist() == (data.y_train == 1).tolist()


def scores_with(test_cost: list[float]) -> Scores:
    cost = np.array(test_cost)
    return Scores(cost, cost, cost, cost)


@pytest.mark.parametrize(
    ("test_cost", "ks"),
    [
        ([0.9, 0.5, 0.3, 0.45, 0.6, 0.7], [0, 2, 4]),  # half way from 0.3 to 0.7 is 0.5
        ([0.2, 0.3, 0.5, 0.7], [0, 2]),
        ([0.9, 0.5, 0.3], [0, 2]),
        ([np.nan, 0.4, 0.8, np.nan], [1, 2]),
        ([np.nan, np.nan], []),
    ],
)
def test_three_lams_are_zero_the_best_and_one_that_lost_half(test_cost, ks):
    found, roles = three_lams(scores_with(test_cost))
    assert found == ks
    assert len(roles) == len(ks)
    assert sum("best" in role for role in roles) == (1 if ks else 0)


@pytest.fixture(scope="module")
def failed() -> tuple[core.Dataset, core.Run]:
    """Plain steps at an α that is too large for some λ: networks that swing, and some that diverge."""
    settings = core.Settings(dataset="moons", n_samples=50, learning_rate=3.0, epochs=50, hidden=())
    data, run = trained(settings, "l2", LAMS)
    assert {"trained", "swinging", "diverged"} <= set(run.state)
    return data, run


def test_a_network_that_grew_or_swings_instead_of_learning_has_no_score(failed):
    data, run = failed
    reach = 3.0 * run.lams / data.m
    scores = scores_of(run, data)
    for measured in (scores.train_cost, scores.test_cost, scores.train_accuracy, scores.test_accuracy):
        assert np.isnan(measured[reach > 2.2]).all()
        assert np.isnan(measured[run.state == "swinging"]).all()
        assert np.isfinite(measured[reach < 0.5]).all()
    swings = replace(
        run, saved_rest=replace(run.rest, swings=run.lams == 0, at_rest=run.at_rest & (run.lams > 0))
    )
    assert run.descended[0]
    assert np.isnan(scores_of(swings, data).test_cost[0])


def test_the_readout_says_what_became_of_each_network(failed):
    data, run = failed
    readout = score_readout({"L2": scores_of(run, data)}, {"L2": run})
    for k, line in enumerate(readout.L2):
        if run.state[k] in ("diverged", "swinging"):
            assert line == {"diverged": "L2: diverged", "swinging": "L2: swings"}[run.state[k]]
        else:
            where = "at rest" if run.at_rest[k] else f"{run.residual[-1, k]:.2g} from rest"
            test, train = run.cross_entropy(data.X_test, data.y_test), run.data_cost[-1]
            assert line == f"L2: test cost {test[k]:.3g}, training {train[k]:.3g}"
            assert readout.rest[k] == where


def test_where_no_network_is_left_there_is_no_picture(monkeypatch):
    nothing = scores_with([np.nan] * len(LAMS))
    monkeypatch.setattr("ui.topics.overview.scores_of", lambda run, data: nothing)
    picture = TOPIC.draw(context_at(NOISY, {"overview_penalty": "l1"}))
    assert picture.missing.startswith("At every λ L1 diverged, so there is no boundary to draw.")


def test_the_mathematics_holds_the_numbers_of_what_is_shown():
    text = TOPIC.mathematics(TOPIC.adapted(context_at(lam=30.0)))
    assert r"\frac{30}{2\cdot 70}" in text
    assert "70 training and on the 30 test rows" in " ".join(text.split())


def test_the_way_on_is_every_other_topic():
    links = way_on(TOPICS)
    assert list(links) == [topic.file for topic in TOPICS if topic is not TOPIC]
    assert links["pages/sparsity.py"] == "**L1 vs L2** · L1 makes weights exactly zero, L2 only small."


def test_the_script_as_it_stands_is_of_the_panels_own_data(tmp_path):
    printed = printed_by((TOPIC.folder / "script.py").read_text(encoding="utf-8"), tmp_path)
    _, _, train_cost, test_cost = by_hand(core.Settings(), "l2")
    assert f"L2 at λ = 0: test cost {test_cost[0]:.3g}, training cost {train_cost[0]:.3g}" in printed


def test_the_script_of_data_in_a_plane_prints_the_numbers_of_the_page(tmp_path):
    picture = TOPIC.picture(context_at(NOISY))
    printed = printed_by(picture.script, tmp_path)
    assert len(numbers_in(printed)) > 8
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed


def test_boundaries_and_the_cost_at_the_chosen_lam_are_shown_whatever_the_panels_data():
    for context in at_both_ends():
        picture = TOPIC.picture(TOPIC.adapted(context))
        assert len(picture.tables["cells"])
        assert f"At the chosen {context.lam_text} the test cost is" in "\n".join(picture.notes)


def position_too_large(cost: np.ndarray, best: int) -> int:
    """The first λ beyond the best that loses half of what the best has over the last."""
    return next(k for k in range(best + 1, len(cost)) if cost[k] >= (cost[best] + cost[-1]) / 2)


def test_the_sentences_are_those_of_networks_trained_alone():
    app = open_app(TOPIC, **NOISY.to_query())
    assert not app.exception
    for penalty in core.PENALTIES.values():
        data, run, train_cost, test_cost = by_hand(NOISY, penalty.name)
        best = int(test_cost.argmin())
        assert best > 0, "this run is meant to memorize"
        away = f"; the network there is {run.residual[-1, best]:.2g} from rest after 500 epochs."
        (sentence,) = [line for line in sentences(app).splitlines() if f"{penalty.label} is best" in line]
        assert sentence.endswith(" %." if run.at_rest[best] else away)
        large = position_too_large(test_cost, best)
        assert run.at_rest[large], "this λ is meant to be told of"
        assert (
            f"at λ = {LAMS[large]:g} {penalty.label}'s test cost is {test_cost[large]:.3g}, and its training "
            f"cost {train_cost[large]:.3g}." in sentences(app)
        ) == (penalty.name == "l2"), "the one whose boundaries are drawn"
        said = re.search(
            rf"{penalty.label} is best at \*\*λ = ([\d.]+)\*\*: "
            r"test cost \*\*([\d.]+)\*\* in place of ([\d.]+)",
            sentences(app),
        )
        assert float(said[1]) == LAMS[best]
        assert float(said[2]) == pytest.approx(test_cost[best], rel=5e-3)
        assert float(said[3]) == pytest.approx(test_cost[0], rel=5e-3)
        half = LAMS.index(0.5)
        away = "" if run.at_rest[half] else f" ({run.residual[-1, half]:.2g} from rest)"
        (chosen,) = re.findall(r"At the chosen λ = 0.5 the test cost is, under (.*)\.", sentences(app))
        assert f"{penalty.label} {test_cost[half]:.3g}{away}" in chosen.split(" and ")
        right = ((run.predict_proba(data.X_train)[0] > 0.5) == data.y_train).sum()
        assert not run.at_rest[0]
        many = f"all {data.m}" if right == data.m else f"{right} of {data.m}"
        begin = f"After {NOISY.epochs} epochs at λ = 0 the network gets {many} training samples"
        assert f"{begin} right at a cost of {train_cost[0]:.3g}" in sentences(app)
        first = chart(app)[1]["headings"].iloc[0]
        wrong = ((run.predict_proba(data.X_test)[0] > 0.5) != data.y_test).sum()
        assert first.short == f"{wrong}/{len(data.y_test)} wrong"


def test_the_example_memorizes_at_zero_and_is_said_to_be_the_pages_own():
    app = open_app(TOPIC, **QUICK)
    assert not app.exception
    assert not app.warning, "what the panel cannot mend is no warning"
    assert any("its own example: 100 noisy moons" in caption.value for caption in app.caption)
    scores = chart(app)[1]["scores"]
    at_zero = scores[(scores.k == 0) & (scores.penalty == "L2")].set_index("rows")
    assert at_zero.accuracy["training"] > at_zero.accuracy["test"] + 0.05
    assert at_zero.cost["test"] > 3 * at_zero.cost["training"]
    best = chart(app)[1]["best"].set_index("penalty")
    assert (best.k > 0).all()
    assert (best.cost < 0.8 * at_zero.cost["test"]).all()
    assert chart(app)[1]["headings"].lam.iloc[0] == "λ = 0"
    assert len(chart(app)[1]["headings"]) == 3


def test_where_zero_is_best_the_page_says_so():
    app = open_app(TOPIC, dataset="moons", noise="0", hidden="none", **QUICK)
    _, _, _, test_cost = by_hand(core.Settings(dataset="moons", noise=0.0, hidden=(), epochs=50), "l2")
    assert np.nanargmin(test_cost) == 0, "this run is meant to have nothing to memorize"
    assert "Under L2, λ = 0 has the lowest test cost" in sentences(app)
    assert "L2 is best at" not in sentences(app)


def test_the_way_on_leads_to_every_other_page():
    app = open_app(TOPIC, **QUICK)
    tools = {tool.title for tool in TOOLS}
    links = [link.proto.label for link in app.get("page_link") if link.proto.label not in tools]
    assert links == [f"**{topic.title}** · {topic.sentence}" for topic in TOPICS if topic is not TOPIC]


def test_where_plain_steps_fail_every_network_is_scored():
    app = open_app(TOPIC, dataset="xor", learning_rate="3", n_samples="50", lam="1000", **QUICK)
    assert not app.exception
    assert not app.warning
    settings = core.Settings(dataset="xor", learning_rate=3.0, n_samples=50, epochs=50)
    assert not trained(settings, "l2", [1000.0])[1].sound[0]
    scores = chart(app)[1]["scores"]
    for penalty in core.PENALTIES.values():
        _, run, train_cost, test_cost = by_hand(settings, penalty.name)
        for rows, cost in (("training", train_cost), ("test", test_cost)):
            shown = scores[(scores.penalty == penalty.label) & (scores.rows == rows)]
            assert shown.k.tolist() == list(ALL)
            np.testing.assert_allclose(shown.cost, cost, rtol=1e-5)
        assert run.at_rest[-1]
        assert standing_in(chart(app)[1]["readout"], penalty.label, len(LAMS) - 1) == "at rest"


def test_the_boundaries_are_those_of_the_penalty_chosen():
    app = open_app(TOPIC, **QUICK)
    before = chart(app)[1]["headings"]
    app.segmented_control(key="overview_penalty").set_value("l1").run()
    best = chart(app)[1]["best"].set_index("penalty")
    assert chart(app)[1]["headings"].lam.iloc[1] == f"λ = {LAMS[best.k['L1']]:g}"
    assert before.lam.iloc[1] == f"λ = {LAMS[best.k['L2']]:g}"

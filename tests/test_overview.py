"""The overview: a network that memorizes, the λ that stops it, and the way to the other pages."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.settings import LAMS
from tests.test_pages import QUICK, chart, open_app
from ui import overview
from ui.menu import MENU, TOOLS

PAGE = "pages/overview.py"
ALL = range(len(LAMS))


def sentences(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(text.value for text in app.main.markdown)


def by_hand(settings: core.Settings, penalty: str) -> tuple[core.Dataset, core.Run, np.ndarray, np.ndarray]:
    """Data and networks trained without the pages, and their cost on training and test rows."""
    data = core.load_dataset(settings.dataset, settings.seed, settings.n_samples, settings.noise)
    run = core.train(
        data.X_train,
        data.y_train,
        settings.hidden,
        penalty,
        LAMS,
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        seed=settings.seed,
    )
    sides = ((data.X_train, data.y_train), (data.X_test, data.y_test))
    costs = []
    for X, y in sides:
        Z = run.layers(X)[-1][:, 0].astype(float)
        with np.errstate(invalid="ignore"):  # networks that diverged
            costs.append(np.logaddexp(0, np.where(y == 1, -Z, Z)).mean(axis=1))
    return data, run, *costs


@pytest.fixture(scope="module")
def moons() -> tuple[core.Settings, core.Dataset, core.Run]:
    settings = core.Settings(dataset="moons", n_samples=100, noise=0.5, hidden=(6,), learning_rate=1.0)
    data, run, *_ = by_hand(settings, "l2")
    return settings, data, run


def test_the_sentences_are_those_of_networks_trained_alone():
    query = {"dataset": "moons", "n_samples": "100", "noise": "0.5", "learning_rate": "1", "epochs": "500"}
    app = open_app(PAGE, **query, hidden="16", lam="0.5")
    settings = core.Settings(
        dataset="moons", n_samples=100, noise=0.5, learning_rate=1.0, epochs=500, hidden=(16,), lam=0.5
    )
    assert not app.exception
    for label, penalty in (("L1", "l1"), ("L2", "l2")):
        data, run, _, test_cost = by_hand(settings, penalty)
        best = int(np.nanargmin(np.where(run.diverged_at < 0, test_cost, np.nan)))
        assert best > 0, "this run is meant to memorize"
        said = re.search(
            rf"{label} is best at \*\*λ = ([\d.]+)\*\*: test cost \*\*([\d.]+)\*\* in place of ([\d.]+)",
            sentences(app),
        )
        assert float(said[1]) == LAMS[best]
        assert float(said[2]) == pytest.approx(test_cost[best], rel=5e-3)
        assert float(said[3]) == pytest.approx(test_cost[0], rel=5e-3)
        chosen = re.search(rf"At the chosen λ = 0.5 the test cost is.*{label} ([\d.]+)", sentences(app))
        assert float(chosen[1].rstrip(".")) == pytest.approx(test_cost[LAMS.index(0.5)], rel=5e-3)
        right = ((run.predict_proba(data.X_train)[0] > 0.5) == data.y_train).sum()
        assert f"gets {right} of {data.m} training samples right" in sentences(app)
        picture = chart(app)[1]["pictures"].iloc[0]
        wrong = ((run.predict_proba(data.X_test)[0] > 0.5) != data.y_test).sum()
        assert picture.short == f"{wrong}/{len(data.y_test)} wrong"


def test_the_example_memorizes_at_zero_and_is_said_to_be_the_pages_own():
    app = open_app(PAGE, **QUICK)
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
    assert chart(app)[1]["pictures"].lam.iloc[0] == "λ = 0"
    assert len(chart(app)[1]["pictures"]) == 3


def test_where_zero_is_best_the_page_says_so():
    app = open_app(PAGE, dataset="moons", noise="0", hidden="none", **QUICK)
    _, _, _, test_cost = by_hand(core.Settings(dataset="moons", noise=0.0, hidden=(), epochs=50), "l2")
    assert np.nanargmin(test_cost) == 0, "this run is meant to have nothing to memorize"
    assert "Under L2, λ = 0 has the lowest test cost" in sentences(app)
    assert "L2 is best at" not in sentences(app)


def test_a_cell_has_the_colour_of_its_middle(moons):
    _, data, run = moons
    ks = [0, 10, 20]
    cells = overview.boundary_cells(run, ks, data)
    low, size = overview.box_of(data)
    n, side = overview.CELLS, overview.CELLS + overview.GAP
    for i, k in enumerate(ks):
        for row, column in ((0, 0), (5, 31), (20, 20), (n - 1, n - 1)):
            here = cells[
                (cells.row == row)
                & (cells.column <= i * side + column)
                & (cells.column_end > i * side + column)
            ]
            assert len(here) == 1
            X = low + size * (np.array([[column, row]]) + 0.5) / n
            assert here.p.iloc[0] == pytest.approx(
                run.predict_proba(X)[k, 0], abs=0.5 / overview.LEVELS + 1e-6
            )


def test_the_cells_cover_each_picture_once(moons):
    _, data, run = moons
    cells = overview.boundary_cells(run, [0, 3], data)
    assert ((cells.column_end - cells.column) > 0).all()
    assert (cells.column_end - cells.column).sum() == 2 * overview.CELLS**2
    assert cells.column_end.max() == 2 * overview.CELLS + overview.GAP


def test_the_training_points_lie_in_their_picture(moons):
    _, data, _ = moons
    points = overview.boundary_points(2, data)
    low, size = overview.box_of(data)
    second = points.iloc[data.m :]
    back = low + size * np.column_stack([second.x - overview.CELLS - overview.GAP, second.y]) / overview.CELLS
    np.testing.assert_allclose(back, data.X_train, atol=1e-5)
    assert (second.sign == "positive").tolist() == (data.y_train == 1).tolist()


def scores_with(test_cost: list[float]) -> overview.Scores:
    cost = np.array(test_cost)
    return overview.Scores(cost, cost, cost, cost)


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
    found, roles = overview.three_lams(scores_with(test_cost))
    assert found == ks
    assert len(roles) == len(ks)
    assert sum("best" in role for role in roles) == (1 if ks else 0)


def test_a_network_that_grew_instead_of_learning_has_no_score():
    settings = core.Settings(dataset="moons", n_samples=50, learning_rate=3.0, epochs=50, hidden=())
    data, run, *_ = by_hand(settings, "l2")
    reach = 3.0 * run.lams / data.m
    scores = overview.scores_of(run, data)
    assert np.isnan(scores.test_cost[reach > 2.2]).all()
    assert np.isfinite(scores.test_cost[reach < 0.5]).all()


def test_the_way_on_leads_to_every_other_page():
    app = open_app(PAGE, **QUICK)
    others = [entry for entry in MENU if entry.file != PAGE]
    tools = {tool.title for tool in TOOLS}
    links = [link.proto.label for link in app.get("page_link") if link.proto.label not in tools]
    assert links == [f"**{entry.title}** · {entry.sentence}" for entry in others]


@pytest.mark.parametrize("hidden", ["none", "6", "5-4-3-2"])
def test_it_works_with_every_data_set_at_both_ends_of_the_grid(hidden):
    app = open_app(PAGE, hidden=hidden, **QUICK)
    for dataset in core.DATASETS:
        app.selectbox(key="dataset").set_value(dataset)
        for lam in (LAMS[0], LAMS[-1]):
            app.select_slider(key="lam").set_value(lam).run()
            assert not app.exception, (dataset, lam)
            tables = chart(app)[1]
            assert len(tables["cells"]), (dataset, lam)
            assert tables["chosen"].k.tolist() == [LAMS.index(lam)]
            assert f"At the chosen λ = {lam:g} the test cost is" in sentences(app), (dataset, lam)


def test_divergence_leaves_the_rest():
    app = open_app(PAGE, dataset="xor", learning_rate="3", n_samples="50", lam="1000", **QUICK)
    assert not app.exception
    assert app.warning
    scores = chart(app)[1]["scores"]
    assert LAMS.index(1000.0) not in set(scores[scores.penalty == "L2"].k)
    assert set(scores[scores.penalty == "L1"].k) == set(ALL)
    assert chart(app)[1]["readout"].L2.iloc[-1] == "L2: diverged"


def test_the_boundaries_are_those_of_the_penalty_chosen():
    app = open_app(PAGE, **QUICK)
    before = chart(app)[1]["pictures"]
    app.segmented_control(key="overview_penalty").set_value("L1").run()
    best = chart(app)[1]["best"].set_index("penalty")
    assert chart(app)[1]["pictures"].lam.iloc[1] == f"λ = {LAMS[best.k['L1']]:g}"
    assert before.lam.iloc[1] == f"λ = {LAMS[best.k['L2']]:g}"


def test_a_rerun_changes_the_tables_and_not_the_spec():
    app = open_app(PAGE, **QUICK)
    spec, tables = chart(app)
    app.number_input(key="seed").set_value(1)
    app.select_slider(key="lam").set_value(100.0).run()
    spec_after, tables_after = chart(app)
    assert spec_after == spec
    assert not tables_after["cells"].equals(tables["cells"])

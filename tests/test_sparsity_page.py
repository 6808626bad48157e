"""L1 against L2, told fairly: partners, λ_max, bytes, needles and twins."""

import re
import zlib

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import core
from core.settings import LAMS
from core.twins import first_to_enter, twins
from tests.test_pages import PAGES, QUICK, chart, open_app
from ui import sparsity


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return core.load_dataset("needles", n_samples=200)


@pytest.fixture(scope="module")
def runs(data) -> dict[str, core.Run]:
    return {
        label: core.train(data.X_train, data.y_train, (), name, LAMS, learning_rate=0.3, epochs=200)
        for label, name in (("L1", "l1"), ("L2", "l2"))
    }


def said(app) -> str:
    """All sentences of the page."""
    return "\n".join(element.value for element in app.main.markdown)


def test_partners_at_equal_cost_are_the_nearest_on_the_grid(data, runs):
    beside = sparsity.partners(runs, data, "cost")
    L1, L2 = (runs[label].cross_entropy(data.X_test, data.y_test) for label in ("L1", "L2"))
    for k, j in enumerate(beside["L2"]):
        assert abs(L2[j] - L1[k]) == np.abs(L2 - L1[k]).min()
    assert (beside["L1"] == np.arange(len(LAMS))).all()
    assert (beside["L2"] != beside["L1"]).any()


def test_a_partner_that_diverged_is_never_chosen():
    wine = core.load_dataset("wine")
    runs = {
        label: core.train(
            wine.X_train, wine.y_train, (), name, [0.0, 1.0, 1000.0], learning_rate=3.0, epochs=200
        )
        for label, name in (("L1", "l1"), ("L2", "l2"))
    }
    assert runs["L2"].diverged_at[2] > 0
    assert 2 not in sparsity.partners(runs, wine, "cost")["L2"]


def test_the_matrix_shows_the_partners_weights():
    app = open_app(hidden="none", **QUICK)
    app.segmented_control(key="compare").set_value("cost").run()
    tables = chart(app)[1]
    at = tables["readout"].at_L2.to_numpy()
    moved = int(np.flatnonzero(at != np.arange(len(LAMS)))[0])
    breast = core.load_dataset("breast_cancer")
    for label, k in (("L1", moved), ("L2", at[moved])):
        run = core.train(
            breast.X_train, breast.y_train, (), label.lower(), [LAMS[k]], learning_rate=0.3, epochs=50
        )
        rows = tables["weights"][tables["weights"].penalty == label]
        np.testing.assert_allclose(rows[f"v{moved}"], run.W[0][0, 0], atol=1e-4)
    assert f"L2 at λ = {LAMS[at[moved]]:g}" in tables["readout"].L2[moved]


def test_a_lam_has_its_place_between_its_neighbours():
    grid = np.array([0.0, 1.0, 10.0, 100.0])
    places = [sparsity.grid_position(lam, grid) for lam in (0.0, 0.5, 1.0, np.sqrt(10), 10.0, 100.0)]
    assert places == pytest.approx([0, 0.5, 1, 1.5, 2, 3])


def test_lam_max_stands_where_the_last_weight_leaves(data):
    app = open_app(dataset="needles", hidden="none", n_samples="200", epochs="1000")
    limit = core.lam_max(data.X_train, data.y_train)
    assert limit == pytest.approx(2 * np.abs(data.X_train.T @ (data.y_train - data.y_train.mean())).max())
    assert f"= {limit:.4g} is the λ from which on" in said(app)
    tables = chart(app)[1]
    shares = tables["shares"][tables["shares"].penalty == "L1"].set_index("k").share
    k = int(np.ceil(tables["marks"].k[0]))
    assert (shares[shares.index >= k] == 1).all()
    assert shares[k - 2] < 1


def test_networks_with_hidden_layers_have_no_lam_max():
    app = open_app(**QUICK)
    assert "λ_max" not in said(app)
    assert len(chart(app)[1].get("marks", [])) == 0


def test_the_bytes_in_the_sentence_are_those_of_the_weights():
    app = open_app(hidden="none", lam="20", **QUICK)
    found = re.search(r"takes ([\d,]+) dense, ([\d,]+) as index and value, ([\d,]+) deflated", said(app))
    dense, sparse, deflated = (int(text.replace(",", "")) for text in found.groups())
    settings = core.Settings()
    breast = core.load_dataset("breast_cancer")
    run = core.train(
        breast.X_train, breast.y_train, (), "l1", [20.0], learning_rate=settings.learning_rate, epochs=50
    )
    values = np.concatenate([run.W[0].ravel(), run.b[0].ravel()]).astype("<f4")
    nonzero = np.count_nonzero(run.W[0])
    assert dense == 4 * 31
    assert sparse == 4 + min(nonzero * (4 + 1 + 1), nonzero * (4 + 1) + 2)
    assert deflated == len(zlib.compress(values.tobytes(), 9))


def test_needles_are_counted_as_found_and_false(data, runs):
    table = sparsity.needles(runs, data.informative)
    counts = table[table.penalty == "L1"].pivot(index="k", columns="kind", values="n")
    for k in (0, 13, len(LAMS) - 1):
        used = set(np.flatnonzero(runs["L1"].W[0][k, 0]))
        assert counts.found[k] == len(used & set(data.informative))
        assert counts["false"][k] == len(used - set(data.informative))
    assert (table[(table.penalty == "L2") & (table.kind == "false")].n == 35).all()


def test_the_needles_that_l1_misses_are_named():
    app = open_app(dataset="needles", hidden="none", lam="100", epochs="1000")
    needles = core.load_dataset("needles")
    run = core.train(needles.X_train, needles.y_train, (), "l1", [100.0], learning_rate=0.3, epochs=1000)
    missed = [c for c in needles.informative if run.W[0][0, 0, c] == 0]
    assert missed, "λ = 100 is meant to be too much for some needles"
    sentence = re.search(r"Of the 5 columns.*", said(app))[0]
    assert f"**{5 - len(missed)}**" in sentence
    assert all(needles.feature_names[c] in sentence for c in missed)


def test_twins_under_l2_halve_the_weight_as_in_the_reference(breast_cancer):
    X, y = breast_cancer
    column = 20  # worst radius
    pair = twins(X, y, column, "l2", 10.0)
    assert f"{pair.alone:.6f}" == "-0.538755"
    assert f"{pair.first:.6f}" == f"{pair.second:.6f}" == "-0.485660"
    oracle = LogisticRegression(C=1 / 10.0, tol=1e-12, max_iter=10_000)
    oracle.fit(np.column_stack([X, X[:, column]]), y)
    assert pair.first == pytest.approx(oracle.coef_[0, column], abs=1e-5)


def test_twins_under_l1_may_split_in_any_way(breast_cancer):
    X, y = breast_cancer
    pair = twins(X, y, first_to_enter(X, y), "l1", 10.0)
    assert pair.first + pair.second != 0
    assert pair.cost == pytest.approx(pair.cost_alone, abs=1e-10)
    assert pair.cost_one == pytest.approx(pair.cost, abs=1e-10)
    assert pair.cost_halves == pytest.approx(pair.cost, abs=1e-10)


def test_the_first_column_to_enter_is_the_reference(breast_cancer):
    assert first_to_enter(*breast_cancer) == 27  # worst concave points


@pytest.mark.parametrize("column", [-1, 30])
def test_a_column_that_is_not_there_is_refused(breast_cancer, column):
    with pytest.raises(ValueError, match="column must be from 0 to 29"):
        twins(*breast_cancer, column, "l1", 1.0)


def test_twins_on_the_page_are_the_exact_fits():
    app = open_app(lam="10", **QUICK)
    breast = core.load_dataset("breast_cancer")
    pair = twins(breast.X_train, breast.y_train, first_to_enter(breast.X_train, breast.y_train), "l2", 10.0)
    shown = pd.DataFrame(app.dataframe[0].value).set_index("penalty")
    assert shown.loc["L2", "first copy"] == pytest.approx(pair.first, abs=1e-6)
    assert f"{pair.cost_alone:.7g} to {pair.cost:.7g}" in said(app)


def test_without_a_penalty_there_are_no_twins_to_compare():
    app = open_app(lam="0", **QUICK)
    assert not app.exception
    assert "no penalty to share out" in app.info[0].value


def test_the_step_is_shown_in_the_numbers_of_the_run():
    app = open_app(PAGES[0], lam="10", **QUICK)
    m = core.load_dataset("breast_cancer").m
    text = said(app)
    assert f"{1 - 0.3 * 10 / m:.6g}" in text
    assert f"±{0.3 * 10 / (2 * m):.3g}" in text

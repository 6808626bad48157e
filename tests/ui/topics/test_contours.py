"""The part of L1 vs L2 on diamond and disc: each number against a fit of the tests' own."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import core
from core.contours import data_costs, first_two_to_enter
from core.logistic import logistic_cost
from core.settings import LAMS
from tests.app import context_at, open_app, topic
from ui.base.theme import PENALTY_COLORS
from ui.topics.sparsity import contours
from ui.topics.sparsity.contours import contours_picture, notes, planes
from ui.work.optimum import first_class_or_second

CANCER = core.Settings(dataset="breast_cancer", hidden=(), epochs=50, lam=300.0)
WINE = replace(CANCER, dataset="wine", lam=70.0)
TOPIC = topic("sparsity")


def data_of(settings: core.Settings) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    """Two columns, the classes as 0 and 1, and which columns."""
    data = settings.load()
    y = first_class_or_second(data)
    columns = first_two_to_enter(data.X_train, y)
    return data.X_train[:, columns], y, columns


def picture_of(settings: core.Settings):
    return contours_picture(context_at(settings), data_of(settings)[2])


def found_of(settings: core.Settings):
    return context_at(settings).get(
        planes(settings, context_at(settings).shelf, data_of(settings)[2], core.penalties.LECTURED)
    )


def optima_in(path):
    """The optima of a table of paths by label, (n_lams, 2), NaN where it has no row."""
    found = {}
    for label, rows in path.groupby("penalty", sort=False):
        found[label] = np.full((len(LAMS), 2), np.nan)
        found[label][rows.k] = rows[["w1", "w2"]]
    return found


@pytest.mark.parametrize("settings", [CANCER, WINE], ids=["breast_cancer", "wine"])
@pytest.mark.parametrize("name", core.penalties.LECTURED)
def test_the_path_is_that_of_exact_fits_on_the_two_columns(settings, name):
    X, y, _ = data_of(settings)
    optima = optima_in(picture_of(settings).tables["path"])
    W = optima[core.PENALTIES[name].label]
    for k in (0, 1, 9, 19, len(LAMS) - 1):
        fit = core.fit_logistic(X, y, name, [LAMS[k]], tol=1e-12)
        np.testing.assert_allclose(W[k], fit.W[0], rtol=1e-4, atol=1e-6)
        assert ((W[k] == 0) == (fit.W[0] == 0)).all()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", core.penalties.LECTURED)
def test_scikit_learn_has_the_same_optimum(name):
    X, y, _ = data_of(WINE)
    penalty, k = core.PENALTIES[name], LAMS.index(10.0)
    other = LogisticRegression(
        C=1 / (penalty.strength * 10.0),
        l1_ratio=penalty.l1_ratio,
        penalty="elasticnet",
        solver="saga",
        tol=1e-10,
        max_iter=100_000,
    ).fit(X, y)
    W = optima_in(picture_of(WINE).tables["path"])[penalty.label]
    np.testing.assert_allclose(W[k], other.coef_[0], rtol=1e-4)


@pytest.mark.parametrize("settings", [CANCER, WINE], ids=["breast_cancer", "wine"])
def test_shape_and_heavy_line_meet_in_the_optimum_and_the_line_is_of_its_cost(settings):
    X, y, _ = data_of(settings)
    tables = picture_of(settings).tables
    side = found_of(settings).window.side
    for i, (label, W) in enumerate(optima_in(tables["path"]).items()):
        for k in (9, 12, 14, 17):
            for name, near in (("shapes", 0.07 * np.abs(W[k]).max()), ("touching", side / contours.N_CELLS)):
                rows = tables[name][tables[name]["at"] == i * len(LAMS) + k]
                points = rows[["w1", "w2"]].to_numpy(float)
                assert np.linalg.norm(points - W[k], axis=1).min() < near, (label, k, name)
            at = data_costs(X, y, W[k][:1], W[k][1:])[0, 0]
            costs = [data_costs(X, y, p[:1], p[1:])[0, 0] for p in points[:: max(1, len(points) // 5)]]
            np.testing.assert_allclose(costs, at, rtol=0.01)


def test_lines_lie_on_heights_and_fill_the_window():
    X, y, _ = data_of(CANCER)
    found = found_of(CANCER)
    assert len(found.lines) >= contours.N_LEVELS - 1
    for line in found.lines:
        assert all(map(found.window.holds, line.round(9)))
        costs = [data_costs(X, y, p[:1], p[1:])[0, 0] for p in line[:: max(1, len(line) // 4)]]
        np.testing.assert_allclose(costs, np.mean(costs), rtol=0.01)


@pytest.mark.parametrize("settings", [CANCER, WINE], ids=["breast_cancer", "wine"])
def test_what_is_said_of_zeros_is_so_at_every_lam(settings):
    X, y, _ = data_of(settings)
    words = {0: "no weight is", 1: r"\*\*w[₁₂] is", 2: r"\*\*both weights are"}
    for name in core.penalties.LECTURED:
        W, label = core.fit_logistic(X, y, name, LAMS[1:], tol=1e-12).W, core.PENALTIES[name].label
        for k in range(1, len(LAMS)):
            context = context_at(replace(settings, lam=LAMS[k]))
            said = contours_picture(context, data_of(settings)[2]).notes
            (here,) = [note for note in said if note.startswith(f"At λ = {LAMS[k]:g} under {label}, ")]
            n = int((W[k - 1] == 0).sum())
            assert re.search(words[n] + " exactly zero", here), here
            if n == 1:
                assert f"**{'w₁' if W[k - 1][0] == 0 else 'w₂'} is exactly zero**" in here


def test_from_which_lam_on_zeros_stay_is_read_off_the_grid():
    X, y, _ = data_of(WINE)
    zeros = (core.fit_logistic(X, y, "l1", LAMS, tol=1e-12).W == 0).sum(axis=1)
    axis, none = (LAMS[int(np.argmax(zeros >= n))] for n in (1, 2))
    assert (np.diff(zeros) >= 0).all()
    said = picture_of(WINE).notes
    assert (
        f"Under L1, on the grid, its optimum lies on an axis from λ = {axis:g} on and both weights are "
        f"exactly zero from λ = {none:g} on." in said
    )
    assert "Under L2 neither weight is exactly zero at any λ > 0 of the grid." in said


def test_sentences_follow_the_weights_they_are_given():
    W = np.ones((len(LAMS), 2))
    assert "neither weight" in notes({"L1": W}, 3)[1]
    W[20:, 1] = 0.0
    assert notes({"L1": W}, 19)[0].startswith("At λ = 100 under L1, no weight is")
    assert notes({"L1": W}, 20)[0].startswith("At λ = 150 under L1, **w₂ is exactly zero**")
    assert notes({"L1": W}, 20)[1] == "Under L1, on the grid, its optimum lies on an axis from λ = 150 on."
    W[22] = 1.0
    assert "from λ = 300 on" not in notes({"L1": W}, 20)[1]
    assert f"from {'λ = 500'} on" in notes({"L1": W}, 20)[1], "off the axis again at 300"
    W[-1] = 1.0
    assert notes({"L1": W}, 20)[1].endswith("at some λ of the grid, and off it at larger ones.")
    W[:, :] = 0.0
    together = "Under L1, on the grid, both weights are exactly zero from λ = 0.1 on, and never one alone."
    assert notes({"L1": W}, 20)[1] == together
    W[:3, 0] = 1.0
    assert notes({"L1": W}, 20)[1] == (
        "Under L1, on the grid, its optimum lies on an axis from λ = 0.1 on and both weights are exactly "
        "zero from λ = 0.2 on."
    )


def test_without_a_penalty_classes_that_a_line_parts_have_no_optimum_and_others_the_one_of_all():
    apart = core.Settings(dataset="moons", n_samples=50, noise=0.0, hidden=(), lam=0.0, seed=3)
    for settings in (replace(CANCER, lam=0.0), apart):
        X, y, _ = data_of(settings)
        picture = picture_of(settings)
        rows = picture.tables["path"].query("k == 0")
        try:
            w = core.fit_logistic(X, y, "l2", [0.0]).W[0]
        except ValueError:
            w = None
        assert (w is None) == rows.empty == ("no optimum" in picture.spoken)
        assert (w is None) == any("At λ = 0 there is no optimum" in note for note in picture.notes)
        if w is not None:
            np.testing.assert_allclose(rows[["w1", "w2"]], [w, w])
        text = " ".join([*picture.notes, *picture.tables["readout"].L1])
        assert "nan" not in text


def test_classes_that_a_line_parts_are_told_so():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 2))
    y = (X[:, 0] > 0).astype(int)
    X[:, 0] += 2 * y - 1
    data = core.Dataset("own", X, y, X, y, ("a", "<b>*"), ("0", "1"))
    found = contours._planes(data, (0, 1), core.penalties.LECTURED, lambda done, total: None)
    assert all(np.isnan(W[0]).all() and np.isfinite(W[1:]).all() for W in found.W.values())
    assert notes(found.W, 0)[0].startswith("At λ = 0 there is no optimum: a line parts the two classes")
    assert contours.readout_table(found.W, found.window).L1[0] == "L1: no optimum"
    assert all(lines[0] == [] for lines in found.touching.values())
    assert all(each[0] == [] for each in contours.shapes(found.W).values())


def test_names_that_are_foreign_stay_text_and_columns_that_say_nothing_are_at_zero():
    named = contours._named(("a|*b*", "two words"), ("<x>", "y", "z"))
    assert named == (
        "w₁ is the weight of `a|*b*`, w₂ that of two words, in telling apart `<x>` against the rest."
    )
    y = np.array([0, 1] * 5)
    data = core.Dataset("own", np.zeros((10, 2)), y, np.zeros((10, 2)), y, ("a", "b"), ("0", "1"))
    found = contours._planes(data, (0, 1), core.penalties.LECTURED, lambda done, total: None)
    assert all((W == 0).all() for W in found.W.values())
    assert found.window.side > 0
    assert all("both zero" in line for line in contours.readout_table(found.W, found.window).L2)


def test_an_optimum_far_out_is_told_to_lie_outside():
    W = np.ones((len(LAMS), 2))
    W[0] = 40.0
    window = contours.window_of([W])
    assert not window.holds(W[0])
    assert window.holds(W[1])
    assert contours.readout_table({"L1": W}, window).L1[0] == "L1: (40, 40), outside"


def test_one_column_twice_is_no_plane():
    assert contours_picture(context_at(CANCER), (3, 3)).missing == contours.TWICE


def test_the_spec_is_the_same_at_each_lam_and_holds_no_foreign_name():
    one, other = picture_of(CANCER), picture_of(replace(CANCER, lam=1.0))
    assert one.spec is other.spec
    assert not any(name in json.dumps(one.spec) for name in CANCER.load().feature_names)
    columns = [column for row in one.charts for column in row]
    assert len(columns) == 2
    for i, (column, color) in enumerate(zip(columns, PENALTY_COLORS.values(), strict=False)):
        assert color in json.dumps(column.spec["vconcat"])
        places = set(re.findall(r"datum\.at == ([^\"]*)", json.dumps(column.spec["vconcat"])))
        assert places == {f"{i * len(LAMS)} + k"}, "where `lines_at` has this penalty's"
        assert any(param["name"] == "k" for param in column.spec["params"])
    assert picture_of(WINE).spec is one.spec, "other columns are other tables"
    domains = [re.findall(r'"domain": \[[^]]*\]', json.dumps(column.spec["vconcat"])) for column in columns]
    assert domains[0] == domains[1], "one scale for both"


def test_the_elastic_net_stands_beside_them_where_it_is_asked_for():
    context = context_at(WINE, choices={"further_penalty": "elastic_net"})
    picture = contours_picture(context, data_of(WINE)[2])
    assert "Elastic net" in picture.tables["readout"]
    assert sum("under Elastic net" in note for note in picture.notes) == 1
    assert [len(row) for row in picture.charts] == [2, 1]


@pytest.mark.parametrize(
    ("dataset", "lam", "says"),
    [
        ("breast_cancer", "300", "At λ = 300 under L1, **w₂ is exactly zero**"),
        ("wine", "70", "against the rest"),
        ("moons", "0", "w₁ is the weight of x2, w₂ that of x1"),
    ],
)
def test_the_page_has_the_part(dataset, lam, says):
    app = open_app(TOPIC, dataset=dataset, hidden="4", epochs="50", lam=lam, draw_contours="1")
    assert not app.exception
    assert contours.TITLE in [header.value for header in app.header]
    assert any(says in block.value for block in app.markdown)
    first, second = (box for box in app.selectbox if box.label.startswith("The column of "))
    chosen = first.select(second.value).run()
    assert not chosen.exception
    assert contours.TWICE in [info.value for info in chosen.info]


def test_the_part_is_drawn_once_it_is_asked_for_and_the_address_says_so():
    app = open_app(TOPIC, dataset="moons", hidden="none", epochs="50")
    labels = [box.label for box in app.selectbox]
    assert not any(label.startswith("The column of ") for label in labels)
    app.toggle(key="draw_contours").set_value(True).run()
    assert not app.exception
    assert any(box.label.startswith("The column of ") for box in app.selectbox)
    assert app.query_params["draw_contours"] == "1"
    app.toggle(key="draw_contours").set_value(False).run()
    assert "draw_contours" not in app.query_params


def test_the_cost_of_an_optimum_is_j_without_what_is_paid():
    X, y, _ = data_of(WINE)
    fit = core.fit_logistic(X, y, "l1", [20.0], tol=1e-12)
    free = logistic_cost(X, y, fit.W[0], float(fit.b[0]), "l1", 0.0)
    k = LAMS.index(20.0)
    found = found_of(WINE)
    near = min(found.touching["L1"][k], key=lambda line: np.linalg.norm(line - fit.W[0], axis=1).min())
    point = near[np.linalg.norm(near - fit.W[0], axis=1).argmin()]
    assert data_costs(X, y, point[:1], point[1:])[0, 0] == pytest.approx(free, rel=2e-3)

"""Choosing λ: the curve and its rules, the test rows once, the rules compared, stable columns, the leak."""

import re
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.choosing import PICKED, Choice, Comparison, compare_rules, leak
from core.intervals import of_mean, of_share
from core.network import cross_entropy, targets
from core.selection import Validation
from core.settings import LAMS
from core.stability import Evidence, Stability
from tests.app import chart, context_at, open_app, own_charts
from ui.data.shelf import SHARED, Shelf
from ui.topics.choosing import TOPIC, chosen_by_rule, leaks, rules, stable
from ui.topics.choosing.chart import COLUMN
from ui.topics.choosing.fitted import PENALTY, Fitted, fitted, refitted_cost
from ui.topics.choosing.notes import notes
from ui.topics.choosing.tables import (
    MAX_COLUMNS,
    RULE_TEXTS,
    column_table,
    cost_table,
    readout_table,
    rule_table,
    size_table,
)
from ui.work import validation as work
from ui.work.optimum import evidence_of
from ui.work.tasks import SECOND, run_now

PLACES = (
    core.Settings(),
    core.Settings(dataset="moons", hidden=(4,), n_samples=50, epochs=100, lam=0.0),
    core.Settings(dataset="needles", n_samples=200, lam=3.0),
    core.Settings(dataset="wine", hidden=(4,), epochs=100, lam=1000.0),
    core.Settings(dataset="spirals", hidden=(), n_samples=100, lam=10.0),
)
MOONS = replace(PLACES[1], hidden=())
SOFTMAX = replace(PLACES[3], hidden=())
OF_MOONS = {"dataset": "moons", "hidden": "none", "n_samples": "50"}
CIRCLES = core.Settings(dataset="circles", hidden=(), n_samples=50)  # no straight line is of any use there
RULES = ("min", "1se", PICKED)
ALL_CHOICES = [
    {"validated_penalty": penalty, "rule": rule, "model": model}
    for penalty, rule, model in product(("l1", "l2"), ("min", "1se"), ("logistic", "network"))
]


def said(settings: core.Settings, **choices: str) -> str:
    """All notes of the page's picture."""
    return "\n".join(TOPIC.picture(context_at(settings, choices)).notes)


@pytest.mark.parametrize("settings", [*PLACES, SOFTMAX], ids=lambda one: f"{one.dataset}-{one.hidden}")
@pytest.mark.parametrize("choices", ALL_CHOICES, ids=lambda one: "-".join(one.values()))
def test_no_sentence_holds_a_number_that_is_none(settings, choices):
    for lam in (0.0, settings.lam, 1000.0):
        context = context_at(replace(settings, lam=lam), choices)
        picture = TOPIC.picture(context)
        text = "\n".join(picture.notes)
        labels = [str(cell) for name in ("readout", "rules") for cell in picture.tables[name].to_numpy().flat]
        for words in (text, *labels, TOPIC.mathematics(context), picture.spoken):
            assert not re.search(r"\bnan\b|\binf\b|None|-0\b", words), words
        assert text.count("test rows are used once") == 1
        assert "λₘᵢₙ = " in text
        assert not picture.missing


def parts_shown(app: AppTest) -> int:
    """How many charts come after those of the page's own picture."""
    return len(app.get("vega_lite_chart")) - len(own_charts(app))


# What is fitted to all training rows.


def costs_of(W: np.ndarray, b: np.ndarray, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cross-entropy of each row at each λ, (n_lams, n), written without the core."""
    Z = W @ X.T + b[:, None]
    return np.logaddexp(0, Z) - y * Z


def freedom_of(X: np.ndarray, w: np.ndarray, b: float, lam: float) -> float:
    """Σ d/(d + λ) over the eigenvalues of the cross-entropy's curvature, its intercept left out."""
    p = 1 / (1 + np.exp(-(X @ w + b)))
    d = p * (1 - p)
    centred = X - d @ X / d.sum()
    eigenvalues = np.linalg.eigvalsh((centred.T * d) @ centred)
    return float((eigenvalues / (eigenvalues + lam)).sum())


@pytest.mark.parametrize("penalty", list(core.PENALTIES))
def test_exact_optima_cost_what_they_do_on_each_kind_of_rows_and_without_a_penalty_if_there_is_one(penalty):
    chosen = {PENALTY.key: penalty}
    found, data, fresh = fitted(context_at(MOONS, chosen), penalty), MOONS.load(), MOONS.load_fresh()
    path = core.fit_logistic(data.X_train, data.y_train, penalty, LAMS)
    for costs, rows in ((found.training, (data.X_train, data.y_train)), (found.fresh, fresh)):
        np.testing.assert_allclose(costs, costs_of(path.W, path.b, *rows).mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.on_test[5, 0], data.X_test @ path.W[5] + path.b[5], rtol=1e-4)
    assert found.on_test.shape == (len(LAMS), 1, len(data.y_test))
    assert found.size[0] == 2, "without a penalty every weight is free"
    assert found.n_weights == 2
    np.testing.assert_array_equal(found.kept, path.W != 0)
    np.testing.assert_allclose(found.columns, path.W, rtol=1e-6)
    parted = fitted(context_at(core.Settings(), chosen), penalty)
    for numbers in (parted.training[0], parted.on_test[0], parted.size[0], parted.columns[0]):
        assert np.isnan(numbers).all(), "a plane parts the classes of breast cancer"
    assert found.kept[0].all(), "without a penalty nothing is left out"
    assert found.has_freedom == (penalty == "l2")
    sizes = (path.W != 0).sum(axis=1)
    if penalty == "l2":
        each = zip(path.W, path.b, path.lams, strict=True)
        sizes = [freedom_of(data.X_train, w, b, lam) for w, b, lam in each]
    np.testing.assert_allclose(found.size, sizes, rtol=1e-6)
    one = core.cross_validate(data.X_train, data.y_train, (), penalty)
    np.testing.assert_allclose(found.validation.mean, one.mean)
    np.testing.assert_allclose(found.validation.se, one.se)


@pytest.mark.parametrize("settings", [PLACES[3], SOFTMAX], ids=lambda one: str(one.hidden))
def test_networks_of_three_classes_cost_and_keep_what_they_do_at_rest(settings):
    context, data = context_at(settings, {"model": "network"}), settings.load()
    found, run = fitted(context, "l1"), context.networks.runs["L1"]
    np.testing.assert_allclose(found.training, run.cross_entropy(data.X_train, data.y_train), rtol=1e-5)
    np.testing.assert_allclose(found.on_test, run.layers(data.X_test)[-1], rtol=1e-3, atol=1e-3)
    weights = [np.concatenate([W[k].ravel() for W in run.W]) for k in range(len(LAMS))]
    assert found.size.tolist() == [np.count_nonzero(w) for w in weights]
    assert found.n_weights == weights[0].size
    lengths = [[np.linalg.norm(run.W[0][k][:, j]) for j in range(13)] for k in range(len(LAMS))]
    np.testing.assert_allclose(found.columns, lengths, rtol=1e-6)
    assert not found.has_freedom
    assert found.fresh is None
    if settings.hidden:
        assert found.kept is None
    else:
        used = [[bool(run.W[0][k][:, j].any()) for j in range(13)] for k in range(len(LAMS))]
        assert found.kept.tolist() == used
        assert 0 < found.kept.sum() < found.kept.size


def test_what_is_validated_is_the_panels_network_or_no_hidden_layer_at_all():
    context, data = context_at(PLACES[3]), PLACES[3].load()
    run = context.without_hidden.runs["L2"]
    assert fitted(context, "l2").n_weights == 3 * 13
    expected = run.cross_entropy(data.X_train, data.y_train)
    np.testing.assert_allclose(fitted(context, "l2").training, expected, rtol=1e-5)


def test_where_a_network_diverged_or_swings_nothing_is_told(monkeypatch):
    context = context_at(PLACES[1], {"model": "network"})
    assert np.isfinite(fitted(context, "l1").training).all()  # and what is validated is made and kept
    sound = np.arange(len(LAMS)) != 4
    monkeypatch.setattr(core.Run, "sound", sound)
    found = fitted(context, "l1")
    for each in (found.size, found.training, found.fresh, found.on_test[:, 0, 0], *found.columns.T):
        np.testing.assert_array_equal(np.isfinite(each), sound)
    assert 4 not in size_table(found).k.tolist()
    assert readout_table(found)["size"][4] == "no fit to all training rows"


def test_columns_are_fitted_anew_only_where_it_is_known_which_decide():
    needles, moons = (context_at(settings) for settings in (PLACES[2], MOONS))
    assert np.isfinite(fitted(needles, "l1").refitted)
    assert np.isnan(fitted(moons, "l1").refitted)
    assert np.isnan(fitted(context_at(), "l1").refitted)
    none, every = np.zeros(2, bool), np.ones(2, bool)
    assert np.isnan(refitted_cost(moons, none))
    data, rows = MOONS.load(), MOONS.load_fresh()
    path = core.fit_logistic(data.X_train, data.y_train, "l1", [0.0])
    assert refitted_cost(moons, every) == pytest.approx(costs_of(path.W, path.b, *rows).mean(), rel=1e-5)
    assert np.isnan(refitted_cost(context_at(), np.ones(30, bool))), "real rows cannot be drawn anew"
    parted = context_at(core.Settings(dataset="needles", hidden=(), n_samples=50))
    assert np.isnan(refitted_cost(parted, np.ones(40, bool))), "forty columns part so few rows"


# The tables.


@pytest.fixture(scope="module")
def cancer() -> Fitted:
    return fitted(context_at(), "l1")


def test_costs_stand_in_a_band_of_one_error_and_nothing_stands_where_nothing_is_fitted(cancer):
    one = core.cross_validate(*core_rows(), (), "l1")
    table = cost_table(cancer)
    assert set(table.rows) == {"validated", "training"}
    validated = table[table.rows == "validated"].set_index("k")
    assert validated.index.tolist() == np.flatnonzero(np.isfinite(one.mean)).tolist()
    assert 0 not in validated.index, "these classes are parted by a plane in some fold"
    for k, row in validated.iterrows():
        assert row[["low", "cost", "high"]].tolist() == pytest.approx(
            [one.mean[k] - one.se[k], one.mean[k], one.mean[k] + one.se[k]]
        )
    training = table[table.rows == "training"]
    assert training.k.tolist() == list(range(1, len(LAMS)))
    assert (training.low == training.cost).all()
    assert (training.high == training.cost).all()
    sizes, path = size_table(cancer), core.fit_logistic(*core_rows(), "l1", LAMS[1:])
    assert sizes.k.tolist() == list(range(1, len(LAMS)))
    assert sizes["size"].tolist() == (path.W != 0).sum(axis=1).tolist()
    drawn = fitted(context_at(MOONS), "l1")
    table = cost_table(drawn)
    assert set(table.rows) == {"validated", "training", "fresh"}
    assert table[table.rows == "fresh"].cost.tolist() == drawn.fresh.tolist()
    assert not table.isna().to_numpy().any()


@pytest.mark.parametrize(("k", "share"), [(1, 0.0), (3, 0.25), (12, 0.5), (24, 0.9), (25, 0.0)])
def test_the_evidence_stands_between_two_lams_where_its_logarithm_does(cancer, k, share):
    above = LAMS[min(k + 1, len(LAMS) - 1)]
    lam = LAMS[k] ** (1 - share) * above**share
    row = rule_table(cancer.validation, lam).set_index("rule").loc["evidence"]
    assert row.k == pytest.approx(k + share)
    assert row.label == f"evidence = {lam:.3g}"


@pytest.mark.parametrize("lam", [0.0, 0.099, 1001.0, np.inf, np.nan])
def test_evidence_that_lies_beside_the_grid_or_is_none_is_not_marked(cancer, lam):
    table = rule_table(cancer.validation, lam).set_index("rule")
    one = core.cross_validate(*core_rows(), (), "l1")
    assert table.label.to_dict() == {"1se": f"λ₁ₛₑ = {one.lam_1se:g}", "min": f"λₘᵢₙ = {one.lam_min:g}"}
    assert table.k.to_dict() == {"1se": one.k_1se, "min": one.k_min}


def test_each_lam_has_its_line_to_be_read(cancer):
    X, y = core_rows()
    one, path = core.cross_validate(X, y, (), "l1"), core.fit_logistic(X, y, "l1", LAMS[1:])
    lines = readout_table(cancer)
    assert lines.title.tolist() == [f"λ = {lam:g}" for lam in LAMS]
    assert (lines.validated[0], lines["size"][0]) == ("no fit in some fold", "no fit to all training rows")
    for k in range(1, len(LAMS)):
        assert lines.validated[k] == f"validated cost {one.mean[k]:.3g} ± {one.se[k]:.2g}"
        assert lines["size"][k] == f"{np.count_nonzero(path.W[k - 1])} of 30 weights not zero"
    path = core.fit_logistic(X, y, "l2", [10.0])
    freedom = freedom_of(X, path.W[0], path.b[0], 10.0)
    round_lines = readout_table(fitted(context_at(), "l2"))
    assert round_lines["size"][LAMS.index(10.0)] == f"{freedom:.3g} degrees of freedom of 30"


def weights_in(table: pd.DataFrame) -> np.ndarray:
    """The bars of every column, (n_rows, n_lams)."""
    return table[[f"v{k}" for k in range(len(LAMS))]].to_numpy()


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_columns_that_weigh_most_have_their_weight_at_each_lam_and_keep_their_place(penalty):
    data, (X, y) = core.load_dataset("breast_cancer"), core_rows()
    table = column_table(fitted(context_at(), penalty), data.feature_names)
    path = core.fit_logistic(X, y, penalty, LAMS[1:])
    strengths = dict(zip(data.feature_names, np.abs(path.W).sum(axis=0), strict=True))
    assert table.row.tolist() == list(range(MAX_COLUMNS))
    assert table.name.tolist() == sorted(strengths, key=strengths.get, reverse=True)[:MAX_COLUMNS]
    columns = [data.feature_names.index(name) for name in table.name]
    weights = weights_in(table)
    np.testing.assert_allclose(weights[:, 1:], path.W[:, columns].T, rtol=1e-5, atol=1e-12)
    assert np.isnan(weights[:, 0]).all(), "a plane parts these classes"
    np.testing.assert_array_equal(weights[:, 1:] == 0, path.W[:, columns].T == 0)
    assert (weights == 0).any() == (penalty == "l1"), "what is left out weighs exactly nothing"
    assert set(table.low) == {path.W[:, columns].min()}
    assert set(table.high) == {path.W[:, columns].max()}
    assert table.low[0] < 0 < table.high[0]


def made_columns(weights: list[list[float]]) -> Fitted:
    """A fit with these weights, λ by λ; at the other λ nothing is fitted."""
    columns = np.full((len(LAMS), len(weights[0])), np.nan)
    columns[: len(weights)] = weights
    return replace(fitted(context_at(MOONS), "l1"), columns=columns)


def test_a_column_counts_by_its_sum_over_the_lams_whatever_its_sign_and_where_there_is_no_fit_by_nothing():
    table = column_table(made_columns([[1.0, -3.0, 2.5], [1.0, 0.0, -2.0], [2.75, 0.0, 0.0]]), "abc")
    assert table.name.tolist() == ["a", "c", "b"]
    assert weights_in(table)[:, :3].tolist() == [[1.0, 1.0, 2.75], [2.5, -2.0, 0.0], [-3.0, 0.0, 0.0]]
    assert np.isnan(weights_in(table)[:, 3:]).all()
    assert (table.low[0], table.high[0]) == (-3.0, 2.75)


@pytest.mark.parametrize(
    ("weights", "ends"),
    [([1.0, 2.0], (0.0, 2.0)), ([-1.0, -2.0], (-2.0, 0.0)), ([0.0, 0.0], (0.0, 0.0)), ([np.nan] * 2, (0, 0))],
)
def test_the_axis_of_the_columns_has_0_on_it_whatever_their_signs(weights, ends):
    table = column_table(made_columns([weights]), "ab")
    assert list(zip(table.low, table.high, strict=True)) == [ends] * 2


def test_with_hidden_layers_a_column_weighs_as_all_that_leaves_it_and_equal_ones_stay_in_their_order():
    context, data = context_at(PLACES[3], {"model": "network"}), PLACES[3].load()
    table, run = column_table(fitted(context, "l2"), data.feature_names), context.networks.runs["L2"]
    assert len(table) == 13, "there are no more"
    for row in table.itertuples():
        j = data.feature_names.index(row.name)
        lengths = [np.linalg.norm(run.W[0][k][:, j]) for k in range(len(LAMS))]
        np.testing.assert_allclose([getattr(row, f"v{k}") for k in range(len(LAMS))], lengths, rtol=1e-5)
    assert set(table.low) == {0.0}
    names = [f"column {j}" for j in range(40)]
    equal = column_table(made_columns([[1.0, 2.0] * 20]), names)
    assert equal.name.tolist() == names[1::2][:MAX_COLUMNS]


@pytest.mark.parametrize("settings", [core.Settings(), MOONS], ids=lambda one: one.dataset)
def test_the_picture_has_a_bar_for_each_of_its_columns_and_they_are_of_the_penalty(settings):
    names = settings.load().feature_names
    heights = []
    for penalty in ("l1", "l2"):
        context = context_at(settings, {"validated_penalty": penalty})
        picture = TOPIC.picture(context)
        expected = column_table(fitted(context, penalty), names)
        pd.testing.assert_frame_equal(picture.tables["columns"], expected)
        panels = [one for one in picture.spec["vconcat"] if one.get("title") == "The columns that weigh most"]
        heights += [panel["height"] / len(expected) for panel in panels]
    assert len(heights) == 2
    assert set(heights) == {COLUMN}


def test_the_picture_shows_the_penalty_and_the_evidence_that_were_chosen():
    lam = core.evidence(*core_rows()).lam
    picture = TOPIC.picture(context_at(choices={"validated_penalty": "l2"}))
    marks = picture.tables["rules"].set_index("rule")
    assert marks.label["evidence"] == f"evidence = {lam:.3g}"
    assert LAMS[int(marks.k["evidence"])] < lam < LAMS[int(marks.k["evidence"]) + 1]
    assert picture.alt.startswith("For L2:")
    for choices in ({}, {"validated_penalty": "l2", "model": "network"}):
        picture = TOPIC.picture(context_at(choices=choices))
        assert "evidence" not in set(picture.tables["rules"]["rule"])
        assert "Without a fold" not in "".join(picture.notes)


def test_the_evidence_depends_on_the_data_alone():
    one = evidence_of(MOONS, Shelf())
    other = replace(MOONS, lam=7.0, hidden=(8, 8), learning_rate=1.0, epochs=50)
    assert evidence_of(other, Shelf()).key == one.key
    assert evidence_of(replace(MOONS, seed=1), Shelf()).key != one.key
    data, (found,) = MOONS.load(), run_now(one)
    assert found == core.evidence(data.X_train, data.y_train)


# The sentences.


def share_text(share: float) -> str:
    """A share in percent, as a person writes it: 50 %, 87.5 %; 100 % is none that is nearly so."""
    if 0.9995 <= share < 1:
        return "over 99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def once(Z: np.ndarray, data: core.Dataset, rule: str, lam: float) -> str:
    """What is said of the test rows, from logits (n_out, n_test) alone."""
    Z = Z.astype(float)
    Z = np.stack([np.zeros_like(Z[0]), Z[0]]) if len(Z) == 1 else Z
    y, n = data.y_test, len(data.y_test)
    mean = of_mean(np.logaddexp.reduce(Z) - Z[y, np.arange(n)])
    right = of_share(int((Z.argmax(axis=0) == y).sum()), n)
    shares = np.bincount(data.y_train) / data.m
    constant = -np.log(shares)[y].mean(), (y == shares.argmax()).mean()
    return (
        f"The {n} test rows are used once, for what was fitted to all {data.m} training rows at "
        f"{RULE_TEXTS[rule]} = {lam:g}: cost **{mean.value:.3g}** (95 % interval {max(mean.low, 0):.3g} to "
        f"{mean.high:.3g}), **{share_text(right.value)}** right ({share_text(right.low)} to "
        f"{share_text(right.high)}). A constant answer, the classes' shares in the training rows, costs "
        f"{constant[0]:.3g} and is right for {share_text(constant[1])}."
    )


@pytest.mark.parametrize("rule", ["min", "1se"])
@pytest.mark.parametrize("penalty", ["l1", "l2"])
@pytest.mark.parametrize("settings", [core.Settings(), MOONS, PLACES[2]], ids=lambda one: one.dataset)
def test_the_test_rows_say_what_they_say_of_the_optimum_at_the_rules_lam(settings, penalty, rule):
    data = settings.load()
    k = core.cross_validate(data.X_train, data.y_train, (), penalty).k_by(rule)
    path = core.fit_logistic(data.X_train, data.y_train, penalty, LAMS[1:])
    Z = data.X_test @ path.W[k - 1] + path.b[k - 1]
    told = TOPIC.picture(context_at(settings, {"validated_penalty": penalty, "rule": rule})).notes
    assert once(Z[None], data, rule, LAMS[k]) in told


def test_the_constant_answer_has_the_shares_of_the_training_rows_and_not_those_of_the_test_rows(cancer):
    data, one = core.load_dataset("breast_cancer"), cancer.validation
    uneven = replace(data, y_train=(np.arange(data.m) % 5 == 0).astype(int))
    assert uneven.y_train.mean() < 0.3 < 0.6 < data.y_test.mean()
    Z = cancer.on_test[one.k_1se]
    assert once(Z, uneven, "1se", one.lam_1se) in notes(cancer, uneven, "1se", 3, None)


@pytest.mark.parametrize(
    "settings", [PLACES[1], PLACES[3], SOFTMAX], ids=lambda one: f"{one.dataset}-{one.hidden}"
)
def test_of_networks_the_test_rows_say_what_they_say_of_the_one_at_rest(settings):
    data = settings.load()
    rows = data.X_train, data.y_train
    found = core.cross_validate(*rows, settings.hidden, "l2", epochs=settings.epochs)
    context = context_at(settings, {"model": "network", "validated_penalty": "l2", "rule": "min"})
    run, picture = context.networks.runs["L2"], TOPIC.picture(context)
    Z = run.layers(data.X_test)[-1][found.k_min]
    assert once(Z, data, "min", found.lam_min) in picture.notes
    zeros = sum(int((W[found.k_min] == 0).sum()) for W in run.W)
    weights = sum(W[0].size for W in run.W)
    assert picture.notes[0].startswith(
        f"Over 5 folds of the training rows the mean cost is lowest at **λₘᵢₙ = {found.lam_min:g}**: "
        f"{found.mean[found.k_min]:.3g}, with a standard error of {found.se[found.k_min]:.2g}; with "
        f"{weights - zeros:,} of {weights:,} weights not zero."
    )


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_rules_are_told_with_what_the_larger_lam_saves(penalty):
    X, y = core_rows()
    one = core.cross_validate(X, y, (), penalty)
    path = core.fit_logistic(X, y, penalty, [one.lam_min, one.lam_1se])
    sizes = [f"{np.count_nonzero(w)} of 30 weights not zero" for w in path.W]
    if penalty == "l2":
        each = zip(path.W, path.b, path.lams, strict=True)
        sizes = [f"{freedom_of(X, *at):.3g} degrees of freedom of 30" for at in each]
    assert one.lam_min < one.lam_1se
    more = one.costs[:, one.k_1se] - one.costs[:, one.k_min]
    mean, error = more.mean(), more.std(ddof=1) / np.sqrt(10)
    between = "Fold by fold the two cannot be told apart, and the larger λ is the simpler answer."
    if mean > 2 * error:
        between = (
            f"Fold by fold it costs {mean:.2g} more (± {error:.2g}), beyond two standard errors: the "
            "price of the simpler answer."
        )
    assert TOPIC.picture(context_at(choices={"validated_penalty": penalty})).notes[0] == (
        f"Over 10 folds of the training rows the mean cost is lowest at **λₘᵢₙ = {one.lam_min:g}**: "
        f"{one.mean[one.k_min]:.3g}, with a standard error of {one.se[one.k_min]:.2g}; with {sizes[0]}. "
        f"**λ₁ₛₑ = {one.lam_1se:g}** is the largest λ within that error of it, {one.mean[one.k_1se]:.3g}: "
        f"{sizes[1]}. {between}"
    )


def test_where_no_larger_lam_is_as_good_the_two_rules_are_said_to_be_one():
    data = CIRCLES.load()
    one = core.cross_validate(data.X_train, data.y_train, (), "l2")
    assert one.lam_min == one.lam_1se
    first, second, *_ = said(CIRCLES, validated_penalty="l2").splitlines()
    assert first.endswith("No larger λ is within that error, so λ₁ₛₑ is the same.")
    assert f"**λₘᵢₙ = {one.lam_min:g}**" in first
    assert f"at λ₁ₛₑ = {one.lam_min:g}: cost" in second


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_the_chosen_lam_is_told_with_its_cost_and_how_far_it_is_above_the_lowest(penalty):
    one = core.cross_validate(*core_rows(), (), penalty)
    lowest, error = one.mean[one.k_min], one.se[one.k_min]
    heard = set()
    for k in set(range(1, len(LAMS))) - {one.k_min, one.k_1se}:
        heard.add(where := "within" if one.mean[k] - lowest <= error else "beyond")
        assert (
            f"The chosen λ = {LAMS[k]:g} has a validated cost of {one.mean[k]:.3g}, "
            f"{one.mean[k] - lowest:.2g} above the lowest: {where} one standard error of it."
        ) in said(core.Settings(lam=LAMS[k]), validated_penalty=penalty).splitlines()
    assert heard == {"within", "beyond"}
    assert np.isnan(one.mean[0])
    without = said(core.Settings(lam=0.0), validated_penalty=penalty).splitlines()
    assert "At the chosen λ = 0 the fit of some fold has no end or diverged." in without


@pytest.mark.parametrize("penalty", ["l1", "l2"])
@pytest.mark.parametrize("settings", [MOONS, PLACES[2]], ids=lambda one: one.dataset)
def test_of_drawn_data_the_truth_is_told_at_both_rules_and_where_it_is_lowest(settings, penalty):
    data, rows = settings.load(), settings.load_fresh()
    one = core.cross_validate(data.X_train, data.y_train, (), penalty)
    path = core.fit_logistic(data.X_train, data.y_train, penalty, LAMS[1:])
    true = np.append(np.nan, costs_of(path.W, path.b, *rows).mean(axis=1))
    least = int(np.nanargmin(true))
    by_rule = {"λₘᵢₙ": one.k_min, "λ₁ₛₑ": one.k_1se}
    best = [name for name, k in by_rule.items() if true[k] <= true[least] + 1e-6]
    where = " and ".join(best) or f"λ = {LAMS[least]:g}, which no rule chose"
    for rule in ("min", "1se"):
        text = said(settings, validated_penalty=penalty, rule=rule)
        (note,) = [line for line in text.splitlines() if line.startswith("These data are drawn")]
        assert note.startswith(
            "These data are drawn, so the truth is known: on 20,000 rows that nobody has seen the cost is "
            f"{true[one.k_min]:.3g} at λₘᵢₙ, where {one.mean[one.k_min]:.3g} was expected and "
            f"{true[one.k_1se]:.3g} at λ₁ₛₑ, where {one.mean[one.k_1se]:.3g} was expected. The lowest there "
            f"is {true[least]:.3g}, at {where}."
        )
    assert len(rows[1]) == 20_000


def test_of_real_data_no_truth_is_told():
    for settings in (core.Settings(), PLACES[3]):
        assert "truth is known" not in said(settings)


def kept_text(kept: np.ndarray, decides: np.ndarray) -> str:
    """How many of the needles are kept, and how many other columns."""
    hits, others = int((kept & decides).sum()), int((kept & ~decides).sum())
    of = {0: "none of 5", 5: "all 5"}.get(hits, f"{hits} of 5")
    return f"{of} columns that decide and {others} other{'s' if others != 1 else ''}"


@pytest.mark.parametrize(
    ("n_samples", "noise", "seed"), [(50, 0.2, 1), (50, 0.2, 2), (200, 0.2, 0), (400, 0.5, 1), (200, 0.2, 2)]
)
def test_the_needles_that_each_rule_finds_are_counted(n_samples, noise, seed):
    settings = core.Settings(dataset="needles", hidden=(), n_samples=n_samples, noise=noise, seed=seed)
    data, rows = settings.load(), settings.load_fresh()
    decides = np.isin(np.arange(40), data.informative)
    one = core.cross_validate(data.X_train, data.y_train, (), "l1", seed=seed)
    path = core.fit_logistic(data.X_train, data.y_train, "l1", LAMS[1:])
    kept = np.concatenate([np.ones((1, 40), bool), path.W != 0])
    counts = [
        f"{RULE_TEXTS[rule]} keeps {kept_text(kept[one.k_by(rule)], decides)}" for rule in ("min", "1se")
    ]
    just = [k for k in range(len(LAMS)) if (kept[k] == decides).all()]
    assert not {one.k_min, one.k_1se} & set(just), "here the two aims want different λ"
    expected = f"{'; '.join(counts)}. " + (
        f"Those alone are kept at λ = {LAMS[just[0]]:g}, with a validated cost of {one.mean[just[0]]:.3g}: "
        "to predict well and to find the truth are two aims, and here they want different λ."
        if just
        else "No λ of the grid keeps those that decide and no other."
    )
    chosen = kept[one.k_1se]
    try:
        free = core.fit_logistic(data.X_train[:, chosen], data.y_train, "l1", [0.0])
    except ValueError:  # no column, or a plane that parts the classes
        pass
    else:
        again = costs_of(free.W, free.b, rows[0][:, chosen], rows[1]).mean()
        before = costs_of(path.W, path.b, *rows).mean(axis=1)[one.k_1se - 1]
        expected += (
            f" Fitted anew without a penalty, the columns that λ₁ₛₑ keeps cost {again:.3g} on the fresh "
            f"rows, {'less' if again < before else 'more'} than the {before:.3g} with it."
        )
    assert expected in said(settings).splitlines()


def test_of_columns_that_are_all_kept_or_of_which_nothing_is_known_no_needle_is_told():
    texts = [said(PLACES[2], validated_penalty="l2"), said(MOONS), said(core.Settings())]
    texts.append(said(replace(PLACES[2], hidden=(4,), epochs=50), model="network"))
    assert not [text for text in texts if "columns that decide" in text]


def test_the_evidence_is_told_with_its_degrees_of_freedom_and_where_it_settles_nowhere():
    X, y = core_rows()
    found = core.evidence(X, y)
    path = core.fit_logistic(X, y, "l2", [found.lam], 1e-12)
    gamma = freedom_of(X, path.W[0], path.b[0], found.lam)
    assert gamma / (path.W[0] @ path.W[0]) == pytest.approx(found.lam, rel=1e-5), "λ = γ/‖w‖²"
    assert said(core.Settings(), validated_penalty="l2").splitlines()[-1] == (
        f"Without a fold: the evidence for L2, λ = γ/‖w‖², settles at λ = {found.lam:.3g}, where the fit has "
        f"γ = {gamma:.3g} degrees of freedom of 30."
    )
    nowhere = Evidence(50.0, 0.1, 0.0, 0.7, False)
    *_, last = notes(fitted(context_at(), "l2"), core.load_dataset("breast_cancer"), "1se", 3, nowhere)
    assert last == "Without a fold: the evidence for L2 settles at no λ, as where no column helps."


def test_evidence_that_settles_nowhere_is_not_marked(monkeypatch):
    nowhere = Evidence(50.0, 0.1, 0.0, 0.7, False)
    monkeypatch.setattr("ui.topics.choosing._evidence", lambda context: nowhere)
    picture = TOPIC.draw(context_at(MOONS, {"validated_penalty": "l2"}))
    assert "evidence" not in set(picture.tables["rules"]["rule"])
    assert "settles at no λ" in picture.notes[-1]


@pytest.mark.parametrize("penalty", ["l1", "l2"])
@pytest.mark.parametrize("rule", ["min", "1se"])
def test_the_choice_and_the_test_rows_are_those_of_the_core(penalty, rule):
    text = said(core.Settings(), validated_penalty=penalty, rule=rule)
    data = core.load_dataset("breast_cancer")
    one = core.cross_validate(data.X_train, data.y_train, (), penalty)
    assert f"**λₘᵢₙ = {one.lam_min:g}**: {one.mean[one.k_min]:.3g}" in text
    assert f"standard error of {one.se[one.k_min]:.2g};" in text
    assert f"**λ₁ₛₑ = {one.lam_1se:g}** is the largest λ within that error of it" in text
    k = one.k_by(rule)
    path = core.fit_logistic(data.X_train, data.y_train, penalty, LAMS[1:])
    Z = data.X_test @ path.W[k - 1] + path.b[k - 1]
    mean = of_mean(np.logaddexp(0, np.where(data.y_test == 1, -Z, Z)))
    ends = f"95 % interval {mean.low:.3g} to {mean.high:.3g}"
    assert f"at {RULE_TEXTS[rule]} = {LAMS[k]:g}: cost **{mean.value:.3g}** ({ends})" in text
    assert f"**{100 * ((Z > 0) == data.y_test).mean():.1f} %** right" in text
    assert ("Without a fold: the evidence for L2" in text) == (penalty == "l2")
    full = core.fit_logistic(data.X_train, data.y_train, penalty, [one.lam_min])
    size = core.degrees_of_freedom(data.X_train, full)[0]
    words = "weights not zero" if penalty == "l1" else "degrees of freedom"
    assert re.search(rf"with {size:.3g} (of 30 )?{words}", text)


def test_the_chosen_lam_is_within_one_error_beyond_it_or_the_lowest():
    one = core.cross_validate(*core_rows(), (), "l1")
    for k in (one.k_min, one.k_1se - 1, one.k_1se, len(LAMS) - 1):
        text = said(core.Settings(lam=LAMS[k]))
        within = one.mean[k] <= one.mean[one.k_min] + one.se[one.k_min]
        end = {one.k_min: "is λₘᵢₙ.", one.k_1se: "is λ₁ₛₑ."}.get(
            k
        ) or f"{'within' if within else 'beyond'} one standard error of it."
        (note,) = [note for note in text.splitlines() if note.startswith(f"The chosen λ = {LAMS[k]:g} ")]
        assert note.endswith(end)


def core_rows() -> tuple[np.ndarray, np.ndarray]:
    data = core.load_dataset("breast_cancer")
    return data.X_train, data.y_train


def test_drawn_data_have_the_truth_and_their_network_is_that_of_the_panel():
    settings = PLACES[1]
    context = context_at(settings, {"model": "network"})
    found, run = fitted(context, "l1"), context.networks.runs["L1"]
    X, y = settings.load_fresh()
    np.testing.assert_allclose(found.fresh, run.cross_entropy(X, y), rtol=1e-6)
    np.testing.assert_allclose(found.training, run.data_cost[-1], rtol=1e-4)
    text, one = said(settings, model="network"), found.validation
    assert f"{found.fresh[one.k_1se]:.3g} at λ₁ₛₑ, where {one.mean[one.k_1se]:.3g} was expected" in text
    assert f"lowest there is {np.nanmin(found.fresh):.3g}" in text
    assert fitted(context_at(), "l1").fresh is None


def test_the_needles_are_counted_and_fitted_anew():
    settings = PLACES[2]
    data, (X, y) = settings.load(), settings.load_fresh()
    one = core.cross_validate(data.X_train, data.y_train, (), "l1")
    decides = np.isin(np.arange(40), data.informative)
    kept = core.fit_logistic(data.X_train, data.y_train, "l1", [one.lam_1se]).W[0] != 0
    text = said(settings)
    hits, others = (kept & decides).sum(), (kept & ~decides).sum()
    assert f"λ₁ₛₑ keeps {'all' if hits == 5 else hits} {'of ' if hits < 5 else ''}5 columns" in text
    assert f"columns that decide and {others} other" in text
    path = core.fit_logistic(data.X_train[:, kept], data.y_train, "l2", [0.0])
    Z = path.W @ X[:, kept].T + path.b[:, None]
    again = cross_entropy(Z[:, None], targets(y, 2, "float64"))[0]
    assert f"the columns that λ₁ₛₑ keeps cost {again:.3g} on the fresh rows" in text


def test_where_no_lam_can_be_chosen_the_page_says_so():
    found = fitted(context_at(), "l1")
    nothing = Validation(np.array(LAMS), *(np.full((10, len(LAMS)), np.nan),) * 2, 10)
    (note,) = notes(replace(found, validation=nothing), core.load_dataset("breast_cancer"), "1se", 3, None)
    assert note == "At every λ the fit of some fold has no end or diverged, so that no λ can be chosen."
    assert rule_table(nothing, np.nan).empty
    assert set(readout_table(replace(found, validation=nothing)).validated) == {"no fit in some fold"}
    by_label = {"L1": nothing, "L2": nothing}
    context = replace(context_at(), runner=lambda batch: [work.Validations(by_label)])
    assert chosen_by_rule(context) is None


def test_the_rules_lam_is_that_of_the_penalty_and_the_rule_that_are_chosen():
    for penalty, rule in product(("l1", "l2"), ("min", "1se")):
        one = core.cross_validate(*core_rows(), (), penalty)
        chosen = chosen_by_rule(context_at(choices={"validated_penalty": penalty, "rule": rule}))
        assert chosen == LAMS[one.k_by(rule)]
    text = TOPIC.mathematics(context_at(choices={"validated_penalty": "l2"}))
    assert "$K = 10$" in text
    assert rf"\text{{CV}}(\lambda) = {one.lam_min:g}," in text
    assert rf"\text{{SE}}(\lambda_{{\min}})\}} = {one.lam_1se:g}" in text


def test_the_rules_stand_on_the_grid_and_the_evidence_between():
    found = fitted(context_at(), "l1").validation
    table = rule_table(found, 10 ** (np.log10(2.0) / 2 + np.log10(3.0) / 2)).set_index("rule")
    assert table.k["min"] == found.k_min
    assert table.k["1se"] == found.k_1se
    assert table.k["evidence"] == pytest.approx(LAMS.index(2.0) + 0.5)


def test_the_rules_are_compared_on_ten_splits():
    settings = core.Settings(dataset="moons", hidden=(), n_samples=50)
    context = context_at(settings)
    picture = rules.rules_picture(context)
    found = [
        compare_rules(one.load(), (), "l1", seed=one.seed, fresh=one.load_fresh())
        for one in (replace(settings, seed=seed) for seed in range(10))
    ]
    means = picture.tables["means"].set_index("rule")
    for rule in ("min", "1se", PICKED):
        each = [one.by_rule[rule] for one in found]
        told, cost = (np.mean([getattr(one, name) for one in each]) for name in ("told", "cost"))
        assert means.told[rule] == pytest.approx(told)
        assert means.cost[rule] == pytest.approx(cost)
        (note,) = [note for note in picture.notes if f"told {told:.3g} and costs {cost:.3g}" in note]
        assert f"{abs(cost - told):.2g} {'more' if cost > told else 'less'}" in note
        away = [one.cost - one.told for one in each]
        error = np.std(away, ddof=1) / np.sqrt(10)
        assert ("10 splits do not tell from 0" in note) == (abs(np.mean(away)) <= 2 * error)
    assert picture.notes[-1].startswith("True is the cost on 20,000 rows")
    real = rules.rules_picture(context_at())
    assert "dealt into 5 parts: it is picked on all but one and measured on that one" in real.notes[-1]


def comparison(n_fresh: int = 0, **choices: tuple[int, float, float, int]) -> Comparison:
    """What the rules chose on one split; those that are not named found no λ."""
    none = Choice(-1, np.nan, np.nan, 0)
    by_rule = {rule: Choice(*choices[f"by_{rule}"]) if f"by_{rule}" in choices else none for rule in RULES}
    return Comparison(np.array(LAMS), by_rule, n_fresh)


def test_a_rule_that_told_too_much_is_said_to_cost_less_and_its_lams_and_weights_are_told():
    found = [
        comparison(by_min=(3, 0.5, 0.7, 4), by_1se=(12, 0.6, 0.51, 3)),
        comparison(by_min=(7, 0.4, 0.7, 2), by_1se=(12, 0.6, 0.50, 2)),
        comparison(by_min=(5, 0.3, 0.6, 1), by_1se=(12, 0.6, 0.52, 2)),
        comparison(by_min=(9, np.inf, 0.6, 1)),
    ]
    rows = rules.choice_table(found)
    low, simple, last = rules.notes(rows, found)
    error = np.std([0.2, 0.3, 0.3], ddof=1) / np.sqrt(3)
    assert low == (
        f"**λₘᵢₙ** told 0.4 and costs 0.667, **0.27 more** (± {error:.2g}, one standard error over the "
        f"splits); λ went from {LAMS[3]:g} to {LAMS[7]:g}, with 2.33 weights not zero on average."
    )
    assert simple == (
        f"**λ₁ₛₑ** told 0.6 and costs 0.51, **0.09 less** (± {0.01 / np.sqrt(3):.2g}, one standard error "
        f"over the splits); λ was {LAMS[12]:g}, with 2.33 weights not zero on average."
    )
    assert last.startswith("True is the cost on the test rows, of which λₘᵢₙ and λ₁ₛₑ know nothing.")
    assert rules.mean_table(rows).label.tolist() == [
        "λₘᵢₙ: told 0.4, true 0.667",
        "λ₁ₛₑ: told 0.6, true 0.51",
    ]
    assert rows[["rule", "row", "split"]].to_numpy().tolist() == [
        *(["min", 0, 0], ["1se", 1, 0], ["min", 0, 1], ["1se", 1, 1], ["min", 0, 2], ["1se", 1, 2])
    ]
    assert rows.lam.tolist() == [LAMS[k] for k in (3, 12, 7, 12, 5, 12)]


@pytest.mark.parametrize(("spread", "is_told"), [(0.01, True), (0.15, False), (0.3, False)])
def test_a_difference_within_two_errors_is_said_not_to_be_told_by_the_splits(spread, is_told):
    found = [comparison(100, by_test=(2, 0.5, 0.6 + away, 1)) for away in (-spread, spread)]
    note, last = rules.notes(rules.choice_table(found), found)
    assert note.startswith("**Picked on the test rows** told 0.5 and costs 0.6, **0.1 more** (± ")
    assert (", which 2 splits do not tell from 0)" in note) != is_told
    assert last == "True is the cost on 100 rows that nobody has seen, drawn anew for each split."


def test_the_labels_of_the_rules_hold_the_means_over_the_splits():
    picture = rules.rules_picture(context_at(MOONS, {"validated_penalty": "l2"}))
    found = [
        compare_rules(one.load(), (), "l2", seed=one.seed, fresh=one.load_fresh())
        for one in (replace(MOONS, seed=seed) for seed in range(10))
    ]
    expected = []
    for rule, name in {"min": "λₘᵢₙ", "1se": "λ₁ₛₑ", PICKED: "picked on the test rows"}.items():
        each = [one.by_rule[rule] for one in found]
        told, cost, size = np.mean([(one.told, one.cost, one.nonzero) for one in each], axis=0)
        expected.append(f"{name}: told {told:.3g}, true {cost:.3g}")
        lams = sorted(LAMS[one.k] for one in each)
        over = f"λ went from {lams[0]:g} to {lams[-1]:g}" if lams[0] < lams[-1] else f"λ was {lams[0]:g}"
        (note,) = [note for note in picture.notes if note[2:].lower().startswith(f"{name}**")]
        assert note.endswith(f"; {over}, with {size:.3g} weights not zero on average.")
        assert f"(± {np.std([one.flattery for one in each], ddof=1) / np.sqrt(10):.2g}, one" in note
    assert picture.tables["means"].label.tolist() == expected
    assert len(picture.tables["choices"]) == 30


def test_columns_are_sorted_by_how_often_they_are_kept():
    data = core.load_dataset("breast_cancer")
    halves = core.stability_selection(data.X_train, data.y_train, [10.0], work.HALVES, 0)
    picture = stable.stable_picture(context_at(lam=10.0))
    table = picture.tables["columns"]
    assert table.share.tolist() == sorted(halves.share[0], reverse=True)
    n = int((halves.share[0] >= stable.STABLE).sum())
    assert f"{n} of 30 columns are kept in 90 % of the halves or more" in picture.notes[0]
    assert f"at most {halves.false_bound(0.9)[0]:.2g} columns" in picture.notes[1]
    assert "At λ = 0.1," in stable.stable_picture(context_at(lam=0.0)).notes[0]
    assert stable.stable_picture(context_at(dataset="wine")).missing == stable.TWO_CLASSES


def halves(share: list[float]) -> Stability:
    """Halves at the smallest λ above 0 that keep each column so often."""
    return Stability(np.array(LAMS[1:2]), np.array([share]), 100)


@pytest.mark.parametrize(
    ("share", "which"),
    [
        ([0.1, 0.9, 0.2], "1 of 3 columns is kept in 90 % of the halves or more: `<b>`."),
        ([0.95, 0.2, 1.0], "2 of 3 columns are kept in 90 % of the halves or more: age and dose."),
        ([0.1, 0.899, 0.2], "none of 3 columns are kept in 90 % of the halves or more."),
        ([1.0] * 3, "all 3 columns are kept in 90 % of the halves or more: age, `<b>` and dose."),
    ],
)
def test_the_stable_columns_are_counted_and_named(share, which):
    first, second = stable.notes(halves(share), LAMS[1], ("age", "<b>", "dose"))
    assert first == f"At λ = 0.1, half of it for half of the rows, {which}"
    q = sum(share)
    bound = q**2 / ((2 * 0.9 - 1) * 3)
    assert second == (
        f"A half keeps {q:.3g} columns on average, so that at most {bound:.2g} columns are expected to be "
        "kept falsely in 90 % of the halves or more (Meinshausen and Bühlmann)."
        if bound < 3
        else f"A half keeps {q:.3g} of 3 columns on average, too many for a bound on false ones: choose a "
        "larger λ."
    )


def test_a_bound_on_false_columns_that_is_no_less_than_those_kept_is_none():
    for share, is_bound in (([1.0, 1.0, 0.2], False), ([1.0, 0.9, 0.1], True)):  # 2.02 and 1.67 of two
        _, second = stable.notes(halves(share), LAMS[1], ("age", "<b>", "dose"))
        assert ("are expected to be kept falsely" in second) == is_bound
        assert ("too many for a bound on false ones: choose a larger λ." in second) != is_bound


def test_more_stable_columns_than_are_soon_read_are_counted_and_not_named():
    names = tuple(f"column {i}" for i in range(64))
    for n, is_named in ((8, True), (9, False)):
        first, _ = stable.notes(halves([1.0] * n + [0.0] * (64 - n)), LAMS[1], names)
        assert f"{n} of 64 columns are kept" in first
        assert ("column 0, column 1" in first) == is_named
    table = stable.share_table(halves([i / 64 for i in range(64)]), 0, names, (63, 2))
    assert table.column.tolist() == [f"column {i}" for i in range(63, 23, -1)]
    assert table.place.tolist() == list(range(40))
    assert table.decides.tolist() == [True] + [False] * 39


def test_the_halves_are_shown_at_the_chosen_lam_or_the_smallest_above_0():
    data = PLACES[2].load()
    expected = core.stability_selection(data.X_train, data.y_train, LAMS[1:], work.HALVES, 0)
    for lam, k in ((20.0, LAMS.index(20.0) - 1), (0.1, 0), (0.0, 0)):
        picture = stable.stable_picture(context_at(replace(PLACES[2], lam=lam)))
        table, share = picture.tables["columns"], expected.share[k]
        assert table.share.tolist() == sorted(share, reverse=True)
        by_name = dict(zip(data.feature_names, share, strict=True))
        assert table.share.tolist() == [by_name[name] for name in table.column]
        assert set(table.column[table.decides]) == {data.feature_names[i] for i in data.informative}
        assert picture.notes == stable.notes(expected, lam or 0.1, data.feature_names, data.informative)
        decide = sum(i in data.informative for i in np.flatnonzero(share >= 0.9))
        assert f"Of these {decide} decide{'s' * (decide == 1)} the class" in picture.notes[0]
    assert "Strong: columns that decide the class" in str(picture.spec)
    assert "Strong" not in str(stable.stable_picture(context_at(lam=10.0)).spec)


def test_the_leak_is_told_as_it_was_measured():
    found, picture = leak(), leaks.leak_picture(context_at())
    mean = {way: accuracy.mean() for way, accuracy in found.accuracy.items()}
    error = {way: np.std(accuracy, ddof=1) / np.sqrt(20) for way, accuracy in found.accuracy.items()}
    inside, chosen, scaled = picture.notes
    for way, note in (("inside", inside), ("chosen", chosen)):
        assert f"**{share_text(mean[way])}**" in note
        assert f"± {share_text(error[way])})" in note
    assert f"{share_text(mean['scaled'])}. It looks at no class." in scaled
    assert abs(mean["inside"] - 0.5) < 2 * error["inside"], "chance"
    assert abs(mean["scaled"] - mean["inside"]) < error["inside"], "next to nothing"
    assert mean["chosen"] - 0.5 > 10 * error["chosen"]
    draws, means = picture.tables["draws"], picture.tables["means"]
    assert len(draws) == 60
    for i, way in enumerate(("inside", "scaled", "chosen")):
        assert draws[draws.way == way].accuracy.tolist() == found.accuracy[way].tolist()
        assert set(draws[draws.way == way].row) == {i}
        assert means.accuracy[i] == pytest.approx(mean[way])
        assert means.label[i] == f"{leaks.NAMES[way]}: {share_text(mean[way])}"
    other = leaks.leak_picture(context_at(MOONS, {"validated_penalty": "l2"}))
    assert other.notes == picture.notes, "the panel plays no part"


def test_the_page_has_its_parts_and_chooses_the_rules_lam():
    app = open_app(TOPIC)
    assert not app.exception
    headers = [header.value for header in app.header]
    assert headers == ["What to notice", rules.TITLE, stable.TITLE, leaks.TITLE]
    assert parts_shown(app) == 3
    lam = core.cross_validate(*core_rows(), (), "l1").lam_1se
    assert app.button(key="take_rule").label == f"Choose λ = {lam:g}"
    app.button(key="take_rule").click().run()
    assert not app.exception
    assert app.select_slider(key="lam").value == lam
    assert not [button for button in app.button if button.key == "take_rule"]
    assert chart(app)[1]["chosen"].k.tolist() == [LAMS.index(lam)]


def test_a_part_that_was_stopped_waits_for_its_button_and_the_others_come():
    app = open_app(TOPIC, seed="5", **OF_MOONS)
    key = rules.choices_of(context_at(replace(MOONS, seed=5))).key
    app.session_state["stopped"] = frozenset({key})
    SHARED.stores.clear()
    app.run()
    assert not app.exception
    assert parts_shown(app) == 2
    assert any("splits λ is still to be chosen by every rule" in info.value for info in app.info)
    app.button(key="train_themrules").click().run()
    assert parts_shown(app) == 3


def test_the_parts_come_after_what_screens_wait_for(monkeypatch):
    ranks = []
    real = work_run_shared()

    def watched(task, *args, rank=0, **more):
        ranks.append((task.depends_on[0], rank))
        return real(task, *args, rank=rank, **more)

    monkeypatch.setattr("ui.work.progress.run_shared", watched)
    open_app(TOPIC, seed="6", **OF_MOONS)
    by_work = dict(ranks)
    assert by_work["validation"] != SECOND
    assert by_work["rules"] == by_work["stability"] == SECOND


def work_run_shared():
    from ui.work.tasks import run_shared

    return run_shared

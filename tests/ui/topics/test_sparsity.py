"""L1 against L2: partners, λₘₐₓ, the matrix, the paths, bytes, needles, twins: tables, sentences, page."""

import re
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.penalties import Penalty
from core.selection import Validation
from core.settings import LAMS
from core.twins import first_to_enter, twins
from tests.app import QUICK, chart, context_at, open_app, retrained_to_rest, sentences, zeros_of
from tests.trained import LECTURE, trained_to_rest
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.base.words import how_many, joined
from ui.pictures.chart import charts_of
from ui.topics.sparsity import COMPARE, LAYER, TOPIC, contours, optima_of, second, validated, why_not
from ui.topics.sparsity.chart import chart as sparsity_chart
from ui.topics.sparsity.notes import _zero_range, notes, price, underflow
from ui.topics.sparsity.tables import (
    EQUAL_COST,
    MAX_PATHS,
    MAX_UNITS,
    SAME_LAM,
    grid_position,
    needles,
    partners,
    path_table,
    pixel_cells,
    weights_over_lam,
    zero_readout,
    zero_shares,
)
from ui.topics.sparsity.twins import TITLE, twin_notes, twins_picture

FEW_LAMS = (0.0, 1.0, 10.0, 1000.0)
TO_REST = {"method": "accelerated", "until_rest": True, "epochs": 6000}


def trained(
    data: core.Dataset, hidden: tuple[int, ...], lams: tuple[float, ...], **options
) -> dict[str, core.Run]:
    """A run of each penalty, by its label."""
    return {
        penalty.label: core.train(data.X_train, data.y_train, hidden, name, lams, **options)
        for name, penalty in LECTURE.items()
    }


def said(app: AppTest) -> str:
    """All sentences of the page."""
    return "\n".join(element.value for element in app.main.markdown)


def values(table: pd.DataFrame) -> np.ndarray:
    """The wide part: (n_rows, n_positions)."""
    return table[[name for name in table if name[0] == "v" and name[1:].isdigit()]].to_numpy()


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return core.load_dataset("needles", n_samples=200)


@pytest.fixture(scope="module")
def runs(data) -> dict[str, core.Run]:
    return trained(data, (), LAMS, learning_rate=0.3, epochs=200)


@pytest.fixture(scope="module")
def breast() -> core.Dataset:
    return core.load_dataset("breast_cancer")


@pytest.fixture(scope="module")
def deep(breast) -> dict[str, core.Run]:
    """Networks with hidden layers, at FEW_LAMS."""
    return trained(breast, (6, 4), FEW_LAMS, learning_rate=0.3, epochs=60, snapshots=7)


@pytest.fixture(scope="module")
def diverged() -> tuple[core.Dataset, dict[str, core.Run]]:
    """Wine, and networks of which L2's at the largest λ has diverged."""
    wine = core.load_dataset("wine")
    return wine, trained(wine, (), (0.0, 1.0, 1000.0), learning_rate=3.0, epochs=200)


def validation(costs: list[float]) -> Validation:
    """Two folds with these costs."""
    both = np.array([costs, costs])
    return Validation(np.array(LAMS[: len(costs)]), both, 1 - both, 2)


def test_partners_at_equal_cost_are_the_nearest_on_the_same_branch():
    L1, L2 = validation([0.5, 0.3, 0.2, 0.4, 0.6]), validation([0.4, 0.1, 0.33, 0.42, 0.61])
    found = {"L1": L1, "L2": L2}
    beside = partners(dict.fromkeys(found, None), found, EQUAL_COST)
    assert beside["L1"].tolist() == [0, 1, 2, 3, 4]
    # Too little under L1 (0.3) stands beside too little under L2 (0.4), though 0.33 is nearer to it.
    assert beside["L2"].tolist() == [0, 0, 1, 3, 4]


def test_partners_of_networks_are_nearest_among_those_on_their_side_of_the_lowest():
    context = context_at(dataset="spirals", noise=0.5, hidden=(8,), n_samples=100, epochs=200)
    context.run(second(context))
    found = validated(context)
    beside = partners(context.networks.runs, found, EQUAL_COST)["L2"]
    for k in range(len(LAMS)):
        right = k >= found["L1"].k_min
        side = [j for j in range(len(LAMS)) if (j >= found["L2"].k_min) == right]
        if side:
            away = np.abs(found["L2"].mean - found["L1"].mean[k])
            assert beside[k] in side
            assert away[beside[k]] <= np.nanmin(away[side]) + 1e-8


def test_a_partner_whose_folds_failed_is_never_chosen_and_without_any_the_lam_is_the_same():
    L1, L2 = validation([0.5, 0.3, 0.6]), validation([0.4, 0.2, np.nan])
    beside = partners(dict.fromkeys(("L1", "L2"), None), {"L1": L1, "L2": L2}, EQUAL_COST)
    assert 2 not in beside["L2"]
    beside = partners(dict.fromkeys(("L1", "L2"), None), {"L1": L2, "L2": L1}, EQUAL_COST)
    assert beside["L2"][2] == 2


def test_until_it_is_validated_the_same_lam_is_shown_and_the_page_says_so():
    context = context_at(choices={"compare": EQUAL_COST}, hidden=(4,), epochs=50, seed=61)
    picture = TOPIC.picture(context)
    assert "What the penalties cost on new rows is not validated yet." in picture.notes
    assert (picture.tables["readout"].at_L2 == np.arange(len(LAMS))).all()
    context.run(second(context))
    later = TOPIC.picture(context)
    assert not any("not validated" in note for note in later.notes)
    assert (later.tables["readout"].at_L2 != np.arange(len(LAMS))).any()


def test_where_validating_takes_too_long_the_page_says_what_to_lower():
    context = context_at(dataset="digits", hidden=(64, 64, 64), epochs=2000)
    assert not second(context).tasks
    assert "so it is not begun. Choose fewer epochs or hidden units." in why_not(context)
    assert price(None, 3, {}, why_not(context), 0.1) == [why_not(context)]


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_matrix_holds_each_weight_in_its_place(breast, deep, layer):
    n_out, n_in = deep["L1"].W[layer].shape[1:]
    names_in = breast.feature_names if layer == 0 else [f"u{i}" for i in range(n_in)]
    beside = partners(deep, None, SAME_LAM)
    table = weights_over_lam(deep, beside, layer, names_in, [f"out{i}" for i in range(n_out)], None)
    for label, run in deep.items():
        rows = table[table.penalty == label]
        back = np.full((len(FEW_LAMS), n_out, n_in), np.nan)
        back[:, rows.row, rows.column] = values(rows).T
        np.testing.assert_allclose(back, run.W[layer], atol=1e-4)
        np.testing.assert_array_equal(back == 0, run.W[layer] == 0)
        assert rows.input.tolist() == [names_in[c] for c in rows.column]
        (strongest,) = rows[rows.is_strongest].index
        assert abs(rows.v0[strongest]) == rows.v0.abs().max()
    assert table[table.is_strongest].groupby(["row", "column"]).ngroups == 1, "the same weight under each"


def test_the_matrix_shows_the_partners_weights():
    app = open_app(TOPIC, hidden="none", **QUICK)
    app.segmented_control(key="compare").set_value("cost").run()
    tables = chart(app)[1]
    at = tables["readout"].at_L2.to_numpy()
    rests = context_at(hidden=(), epochs=50).networks.runs["L1"].at_rest
    moved = int(np.flatnonzero((at != np.arange(len(LAMS))) & rests)[0])
    for label, k in (("L1", moved), ("L2", at[moved])):
        _, run = trained_to_rest(core.Settings(hidden=(), epochs=50), label.lower(), [LAMS[k]])
        rows = tables["weights"][tables["weights"].penalty == label]
        np.testing.assert_allclose(rows[f"v{moved}"], run.W[0][0, 0], atol=2e-3)
        np.testing.assert_array_equal(rows[f"v{moved}"] == 0, run.W[0][0, 0] == 0)
    assert f"L2 at λ = {LAMS[at[moved]]:g}" in tables["readout"].L2[moved]


def test_of_many_units_the_strongest_are_shown_and_the_caption_says_so():
    context = context_at(dataset="moons", hidden=(20,), epochs=50)
    picture = TOPIC.picture(context)
    assert picture.caption.startswith(
        "The matrix shows the 16 of 20 units with the largest weights at λ = 0."
    )
    size = np.square(context.networks.runs["L1"].W[0][0]).sum(axis=1)
    strongest = {f"unit {i + 1}" for i in np.argsort(-size)[:MAX_UNITS]}
    assert set(picture.tables["weights"].unit) == strongest
    assert TOPIC.picture(context_at(dataset="moons", hidden=(16,), epochs=50)).caption == ""


def test_paths_are_the_strongest_weights_without_a_penalty(deep):
    table = path_table(deep, 0)
    first = deep["L1"].W[0][0].ravel()
    strongest = sorted(range(first.size), key=lambda i: -abs(first[i]))[:MAX_PATHS]
    for label, run in deep.items():
        drawn = table[label].to_numpy().reshape(MAX_PATHS, len(FEW_LAMS) + 1)
        assert np.isnan(drawn[:, -1]).all(), "a gap keeps one path from the next"
        every = run.W[0].reshape(len(FEW_LAMS), -1)
        np.testing.assert_allclose(drawn[:, :-1], every[:, strongest].T, atol=1e-4)
    assert table.k[: len(FEW_LAMS)].tolist() == list(range(len(FEW_LAMS)))


def test_images_of_units_do_not_overlap():
    unit, pixel = (index.ravel() for index in np.indices((16, 64)))
    row, column = pixel_cells(unit, pixel, (8, 8), 16)
    assert len(set(zip(row.tolist(), column.tolist(), strict=True))) == 16 * 64
    inside = (row[unit == 11] - row[unit == 11].min(), column[unit == 11] - column[unit == 11].min())
    np.testing.assert_array_equal(inside[0] * 8 + inside[1], np.arange(64))


def test_networks_that_diverged_are_in_no_table(diverged):
    _, runs = diverged
    shares = zero_shares(runs)
    assert not ((shares.penalty == "L2") & (shares.k == 2)).any()
    beside = partners(runs, None, SAME_LAM)
    assert zero_readout(runs, beside, None)["L2"][2] == "L2: diverged"


def test_the_zeros_of_a_network_that_swings_are_not_counted(data, runs):
    k = LAMS.index(20.0)
    here = np.arange(len(LAMS)) == k
    swinging = replace(runs["L2"].rest, swings=here, at_rest=runs["L2"].at_rest & ~here)
    sound = set(np.flatnonzero(runs["L2"].sound))
    runs = {**runs, "L2": replace(runs["L2"], saved_rest=swinging)}
    assert zero_readout(runs, partners(runs, None, SAME_LAM), None).L2[k] == "L2: swings"
    table = needles(runs, data.informative)
    assert k in sound
    assert set(table.k[table.penalty == "L2"]) == sound - {k}
    assert set(table.k[table.penalty == "L1"]) == set(range(len(LAMS)))


def test_a_lam_has_its_place_between_its_neighbours():
    grid = np.array([0.0, 1.0, 10.0, 100.0])
    positions = [grid_position(lam, grid) for lam in (0.0, 0.5, 1.0, np.sqrt(10), 10.0, 100.0)]
    assert positions == pytest.approx([0, 0.5, 1, 1.5, 2, 3])


def test_needles_are_counted_as_found_and_false(data, runs):
    table = needles(runs, data.informative)
    counts = table[table.penalty == "L1"].pivot(index="k", columns="kind", values="n")
    for k in (0, 13, len(LAMS) - 1):
        used = set(np.flatnonzero(runs["L1"].W[0][k, 0]))
        assert counts.found[k] == len(used & set(data.informative))
        assert counts["false"][k] == len(used - set(data.informative))
    assert (table[(table.penalty == "L2") & (table.kind == "false")].n == 35).all()


def test_zeros_of_l2_are_said_to_be_underflow():
    moons = core.load_dataset("moons")
    run = core.train(moons.X_train, moons.y_train, (8, 8), "l2", [0.0, 1000.0], learning_rate=0.3, epochs=300)
    assert run.at_rest[1]
    zeros = sum(int((W[1] == 0).sum()) for W in run.W)
    assert zeros > 0, "this shape and λ are meant to underflow"
    note = underflow("L2", run)
    assert note.startswith(f"L2's zeros, up to {zeros:,} at λ = 1000")
    assert "within 300 epochs they fell below the smallest number that float32 can hold" in note
    away = replace(run, saved_rest=replace(run.rest, at_rest=np.array([True, False])))
    assert underflow("L2", away) is None, "of a network that is not at rest nothing is told"
    assert underflow("L2", run.select(slice(0, 1))) is None


def test_zeros_of_another_round_penalty_are_said_to_be_underflow_too(monkeypatch):
    double = Penalty("double", "Double", l1=0.0, l2=2.0)
    monkeypatch.setitem(core.PENALTIES, "double", double)
    monkeypatch.setitem(LECTURE, "double", double)
    moons = core.load_dataset("moons")
    runs = trained(moons, (8, 8), (0.0, 500.0), learning_rate=0.3, epochs=300)
    sentences = notes(runs, moons, 1, partners(runs, None, SAME_LAM), None, None)
    (note,) = [note for note in sentences if note.startswith("Double's zeros")]
    assert f"up to {zeros_of(runs['Double'].at(1)):,} at λ = 500, are not sparsity" in note


def test_the_elastic_net_has_the_sentences_of_l1(monkeypatch, data):
    monkeypatch.setitem(LECTURE, "elastic_net", core.PENALTIES["elastic_net"])
    runs = trained(data, (), (0.0, 1.0, 20.0), learning_rate=0.3, **TO_REST)
    assert zeros_of(runs["Elastic net"].select(slice(2, 3))) > 0, "this λ is meant to make zeros"
    assert zeros_of(runs["Elastic net"].select(slice(1, 2))) > 0
    sentences = notes(runs, data, 2, partners(runs, None, SAME_LAM), None, None)
    first = "Elastic net has its first exact zero on this grid at λ = 1."
    assert [note for note in sentences if note.startswith(first)]
    assert [note for note in sentences if "columns that decide the class, Elastic net at λ = 20 uses" in note]
    (zeros,) = [note for note in sentences if note.startswith("At λ = 20, Elastic net has set")]
    assert "smallest" not in zeros
    found = dict.fromkeys(runs, validation([0.1, 0.2, 0.3]))
    (note,) = price(found, 2, partners(runs, None, SAME_LAM), "", 0.625)
    assert note == (
        "Mean accuracy of 2 folds on rows kept aside: "
        f"{joined([f'{label} 70 % at λ = 0.15' for label in runs])}, 90 % without a penalty; a constant "
        "answer has 62.5 %."
    )


def test_twins_are_halved_by_every_penalty_with_a_square(breast):
    column = first_to_enter(breast.X_train, breast.y_train)
    pairs = [twins(breast.X_train, breast.y_train, column, name, 10.0) for name in core.PENALTIES]
    for pair, note in zip(pairs, twin_notes(pairs, 10.0), strict=True):
        penalty = core.PENALTIES[pair.penalty]
        assert note.startswith(f"At λ = 10, {penalty.label} ")
        assert ("leaves the split open" in note) == (penalty.l2 == 0)
        assert ("two small weights have the smaller squares" in note) == (penalty.l2 > 0)


def test_twins_of_many_classes_are_of_the_first_against_the_rest():
    context = context_at(dataset="wine", lam=5.0)
    picture = twins_picture(context, 3)
    wine = context.data
    pair = twins(wine.X_train, (wine.y_train == 0).astype(int), 3, "l2", 5.0)
    table = picture.tables["twins"].set_index("penalty")
    assert table.loc["L2", "first copy"] == pytest.approx(pair.first, abs=1e-6)
    assert picture.caption.startswith("The classes are ")
    assert picture.caption.endswith(" against the rest.")
    assert twins_picture(context_at(lam=5.0), 3).caption == ""


def test_the_last_layer_is_called_the_output_and_one_that_is_gone_is_not_chosen():
    context = context_at(hidden=(6, 3), choices={"layer": 2})
    assert [LAYER.shown(layer, context) for layer in LAYER.values_in(context)] == ["1", "2", "3 (output)"]
    assert context[LAYER] == 2
    assert context_at(hidden=(8,), choices={"layer": 2})[LAYER] == 0


def test_what_is_compared_is_the_same_lam_until_something_else_is_chosen():
    assert context_at()[COMPARE] == SAME_LAM
    assert context_at(choices={"compare": "cost"})[COMPARE] == EQUAL_COST
    assert context_at(choices={"compare": "nonsense"})[COMPARE] == SAME_LAM


def test_the_script_says_how_far_from_rest_a_network_is(tmp_path):
    context = context_at(dataset="wine", hidden=(4,), epochs=50, lam=0.5)
    picture = TOPIC.picture(context)
    printed = printed_by(picture.script, tmp_path)
    for label, run in context.networks.runs.items():
        assert not run.at_rest[context.k]
        assert f"{label} at λ = 0.5: {run.residual[-1, context.k]:.2g} from rest" in printed.splitlines()
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed


def test_l1_grows_from_no_zero_to_all_on_breast_cancer_and_l2_has_none():
    app = open_app(TOPIC, hidden="none")
    shares = chart(app)[1]["shares"]
    L1, L2 = (shares[shares.penalty == label].sort_values("k").share.to_numpy() for label in ("L1", "L2"))
    assert len(L1) == len(L2) == len(LAMS)
    assert L1[0] == 0
    assert L1[-1] == 1
    assert (np.diff(L1) >= 0).all()
    assert (L2 == 0).all()
    readout = chart(app)[1]["readout"]
    assert readout.L1.iloc[-1] == "L1: 30 of 30 weights exactly zero"
    assert readout.L2.iloc[-1] == "L2: 0 of 30 weights exactly zero"
    assert readout.rest.iloc[-1] == "at rest; L1's optimum: 30 zero"
    assert "optimum" not in readout.rest.iloc[0], "at λ = 0 it may be endless"


@pytest.mark.parametrize("lam", [5.0, 10.0, 100.0])
def test_the_zeros_in_the_sentences_are_those_of_a_network_trained_alone(lam):
    app = open_app(TOPIC, hidden="none", lam=f"{lam:g}", learning_rate="0.1", epochs="100")
    settings = core.Settings(hidden=(), lam=lam, learning_rate=0.1, epochs=100)
    data, run = retrained_to_rest(settings, "l1", lam)
    found = re.search(r"L1 has set \*\*(\w+) of 30 weights", sentences(app))[1]
    assert int(found.replace("none", "0")) == zeros_of(run)
    folds = core.cross_validate(data.X_train, data.y_train, (), "l1", [lam])
    found = re.search(r"of 10 folds on rows kept aside: L1 ([\d.]+) %", sentences(app))[1]
    assert float(found) == pytest.approx(100 * folds.accuracies.mean(), abs=0.06)
    assert "test rows" not in sentences(app)


def test_lam_max_stands_where_the_last_weight_leaves(data):
    app = open_app(TOPIC, dataset="needles", hidden="none", n_samples="200", epochs="1000")
    limit = core.lam_max(data.X_train, data.y_train)
    assert limit == pytest.approx(2 * np.abs(data.X_train.T @ (data.y_train - data.y_train.mean())).max())
    assert f"= {limit:.4g} is the λ from which on" in said(app)
    tables = chart(app)[1]
    shares = tables["shares"][tables["shares"].penalty == "L1"].set_index("k").share
    k = int(np.ceil(tables["marks"].k[0]))
    assert (shares[shares.index >= k] == 1).all()
    assert shares[k - 2] < 1


def test_networks_with_hidden_layers_have_no_lam_max_and_no_optimum():
    app = open_app(TOPIC, **QUICK)
    assert "λₘₐₓ" not in said(app)
    assert "optimum" not in sentences(app)
    tables = chart(app)[1]
    assert len(tables.get("marks", [])) == 0
    assert "optimum" not in tables
    assert not tables["readout"].rest.str.contains("optimum").any()


@pytest.mark.parametrize("lam", [0.3, 20.0])
def test_the_optimum_beside_is_the_exact_fit_whether_the_network_rests_or_not(breast, lam):
    context = context_at(hidden=(), lam=lam, epochs=50)
    assert context.networks.runs["L1"].at_rest[context.k] == (lam > 1)
    picture = TOPIC.picture(context)
    rings = picture.tables["optimum"]
    assert set(rings.penalty) == {"L1"}, "L2's optimum has no zeros"
    assert rings.k.tolist() == list(range(1, len(LAMS)))
    for name, penalty in LECTURE.items():
        best = core.fit_logistic(breast.X_train, breast.y_train, name, [lam])
        zeros = int((best.W == 0).sum())
        written = {0: "none of 30", 30: "all 30"}.get(zeros, f"{zeros} of 30")
        (note,) = [
            note for note in picture.notes if note.startswith(f"The exact optimum of {penalty.label} ")
        ]
        J = re.search(
            rf"at λ = {lam:g} has \*\*{written} weights\*\* exactly zero and J = ([\d.]+), proven to within "
            r"[\d.]+e-\d+; the network's J is ([\d.]+)\.$",
            note,
        )
        assert float(J[1]) == pytest.approx(best.cost[0], rel=1e-5)
        assert float(J[2]) == pytest.approx(
            context.networks.runs[penalty.label].cost[-1, context.k], rel=1e-5
        )
        if penalty.is_sparse:
            assert picture.tables["readout"].rest[context.k].endswith(f"; L1's optimum: {zeros} zero")
            assert rings.set_index("k").share[context.k] == pytest.approx(zeros / 30)
    path = core.fit_logistic(breast.X_train, breast.y_train, "l1", LAMS[1:])
    first = LAMS[1:][int(np.flatnonzero((path.W == 0).any(axis=1))[0])]
    every = LAMS[1:][int(np.flatnonzero((path.W == 0).all(axis=1))[0])]
    (note,) = [note for note in picture.notes if note.startswith("L1's optimum has its first exact zero")]
    assert f"on this grid at λ = {first:g}; from λ = {every:g} on all 30 weights are zero" in note


def test_the_optimum_of_a_partner_is_that_at_its_own_lam():
    context = context_at(hidden=(), lam=20.0, epochs=50, choices={"compare": EQUAL_COST})
    context.run(second(context))
    picture = TOPIC.picture(context)
    at = int(picture.tables["readout"].at_L2[context.k])
    assert at != context.k
    assert any(note.startswith(f"The exact optimum of L2 at λ = {LAMS[at]:g} ") for note in picture.notes)
    next_one = np.minimum(np.arange(len(LAMS)) + 1, len(LAMS) - 1)
    runs = context.networks.runs
    readout = zero_readout(runs, dict.fromkeys(runs, next_one), None, optima_of(context))
    for k in (0, context.k):
        W = core.fit_logistic(context.data.X_train, context.data.y_train, "l1", [LAMS[k + 1]]).W
        assert readout.rest[k].endswith(f"; L1's optimum: {(W == 0).sum()} zero")


def test_of_several_classes_a_proven_bound_stands_in_place_of_the_optimum():
    context = context_at(dataset="wine", hidden=(), lam=20.0, epochs=50)
    assert optima_of(context) is None
    picture = TOPIC.picture(context)
    assert "optimum" not in picture.tables
    for name, penalty in LECTURE.items():
        wine, run = retrained_to_rest(context.settings, name, 20.0)
        found = re.search(
            rf"{penalty.label}'s J = ([\d.]+) at λ = 20 is proven to be at most ([\d.e-]+) above the",
            "\n".join(picture.notes),
        )
        assert float(found[1]) == pytest.approx(run.cost[-1, 0], rel=1e-5)
        further = core.train(
            wine.X_train, wine.y_train, (), name, [20.0], 0.3, 4000, method="accelerated", dtype="float64"
        )
        assert float(found[1]) - further.cost[-1, 0] <= float(found[2]) + 1e-6
        assert float(found[2]) < 1e-3
    away = TOPIC.picture(context.at(replace(context.settings, lam=0.3)))
    assert not any("proven" in note for note in away.notes)


def test_the_bytes_in_the_sentence_are_those_of_the_weights():
    app = open_app(TOPIC, hidden="none", lam="20", **QUICK)
    found = re.search(r"takes ([\d,]+) dense, ([\d,]+) as index and value, ([\d,]+) deflated", said(app))
    dense, sparse, deflated = (int(text.replace(",", "")) for text in found.groups())
    _, run = retrained_to_rest(core.Settings(hidden=(), epochs=50), "l1", 20.0)
    weights = np.concatenate([run.W[0].ravel(), run.b[0].ravel()]).astype("<f4")
    nonzero = np.count_nonzero(run.W[0])
    assert dense == 4 * 31
    assert sparse == 4 + min(nonzero * (4 + 1 + 1), nonzero * (4 + 1) + 2)
    assert deflated == len(zlib.compress(weights.tobytes(), 9))


def test_the_needles_that_l1_misses_are_named():
    app = open_app(TOPIC, dataset="needles", hidden="none", lam="100", epochs="1000")
    settings = core.Settings(dataset="needles", hidden=(), epochs=1000)
    needles, run = retrained_to_rest(settings, "l1", 100.0)
    missed = [c for c in needles.informative if run.W[0][0, 0, c] == 0]
    assert missed, "λ = 100 is meant to be too much for some needles"
    sentence = re.search(r"Of the 5 columns.*", said(app))[0]
    assert f"**{5 - len(missed)}**" in sentence
    assert all(needles.feature_names[c] in sentence for c in missed)


def test_twins_on_the_page_are_the_exact_fits(breast):
    app = open_app(TOPIC, lam="10", **QUICK)
    assert [header.value for header in app.header] == ["What to notice", contours.TITLE, TITLE]
    pair = twins(breast.X_train, breast.y_train, first_to_enter(breast.X_train, breast.y_train), "l2", 10.0)
    shown = pd.DataFrame(app.dataframe[0].value).set_index("penalty")
    assert shown.loc["L2", "first copy"] == pytest.approx(pair.first, abs=1e-6)
    assert f"{pair.cost_alone:.7g} to {pair.cost:.7g}" in said(app)


def test_without_a_penalty_there_are_no_twins_to_compare():
    app = open_app(TOPIC, lam="0", **QUICK)
    assert not app.exception
    assert any("no penalty to share out" in info.value for info in app.info)


def test_the_step_is_shown_in_the_numbers_of_the_run(breast):
    text = TOPIC.mathematics(context_at(lam=10.0, epochs=50))
    assert f"multiplies each weight by {1 - 0.3 * 10 / breast.m:.6g}" in text
    assert f"±{0.3 * 10 / (2 * breast.m):.3g}" in text
    app = open_app(TOPIC, lam="10", **QUICK)
    assert text in said(app)


def test_where_plain_steps_diverge_the_shares_are_those_of_networks_at_rest():
    settings = core.Settings(dataset="wine", learning_rate=3.0, hidden=(4,), lam=1.0, epochs=50)
    wine = settings.load()
    plain = trained(wine, (4,), LAMS, learning_rate=3.0, epochs=50)
    assert (plain["L2"].diverged_at >= 0).any(), "this α is meant to be too large for some λ"
    shares = TOPIC.picture(context_at(settings)).tables["shares"]
    for name, penalty in LECTURE.items():
        _, run = trained_to_rest(settings, name)
        shown = shares[shares.penalty == penalty.label].set_index("k").share
        assert shown.index.tolist() == list(range(len(LAMS)))
        for k in np.flatnonzero(run.at_rest):
            zeros, n = zeros_of(run.at(k)), sum(W[0].size for W in run.W)
            assert shown[k] == zeros / n


def test_the_layer_can_be_chosen():
    app = open_app(TOPIC, hidden="6-3", **QUICK)
    for layer, (n_out, n_in) in enumerate([(6, 30), (3, 6), (1, 3)]):
        app.segmented_control(key="layer").set_value(layer).run()
        weights = chart(app)[1]["weights"]
        assert (weights.row_end.max(), weights.column_end.max()) == (n_out, n_in)


def test_a_layer_that_is_gone_is_not_chosen_any_more():
    app = open_app(TOPIC, hidden="6-3", **QUICK)
    app.segmented_control(key="layer").set_value(2).run()
    app.selectbox(key="hidden").set_value("8").run()
    assert not app.exception
    chart(app)


@pytest.mark.usefixtures("two_folds")
def test_pixels_are_drawn_as_images():
    app = open_app(TOPIC, dataset="digits", hidden="none", **QUICK)
    weights = chart(app)[1]["weights"]
    assert (weights.row_end.max(), weights.column_end.max()) == (2 * 10 - 1, 5 * 9 - 1), "five abreast"
    cells = [part for part in chart(app)[0]["vconcat"][1]["layer"] if part["mark"]["type"] == "rect"]
    for part in cells:
        ends = [part["encoding"][axis]["scale"]["range"][1]["expr"] for axis in "xy"]
        assert {end.split(" * ", 1)[1] for end in ends} == {"min(width / 44, 11)"}, "a cell is a square"
    assert sorted(chart(app)[1]["units"].unit) == list("0123456789")


@pytest.mark.parametrize(
    ("at_rest", "said"),
    [
        ([1, 1, 1, 1], "L1 has its first exact zero on this grid at λ = 10."),
        ([1, 1, 0, 1], "Of the networks at rest, L1's first exact zero is at λ = 10."),
        ([1, 0, 0, 1], "At λ = 10, the smallest λ at rest, L1 has 1 of 8 weights exactly zero."),
    ],
)
def test_a_first_zero_is_claimed_of_the_grid_only_where_the_network_before_it_rests(at_rest, said):
    X, y = np.random.default_rng(0).standard_normal((20, 3)), np.arange(20) % 2
    run = core.train(X, y, (2,), "l1", [0.0, 1.0, 3.0, 10.0], learning_rate=0.001, epochs=1, snapshots=2)
    W = [history.copy() for history in run.history_W]
    W[0][-1, 3, 0, 0] = 0
    run = replace(run, history_W=W, saved_rest=replace(run.rest, at_rest=np.array(at_rest, bool)))
    assert _zero_range("L1", run, None) == said


@pytest.mark.parametrize("lam", [10.0, 300.0])
def test_bytes_are_held_against_fewer_units_and_fewer_bits(lam):
    context = context_at(hidden=(6,), lam=lam)
    run, X = context.networks.runs["L1"].at(context.k), context.data.X_train
    W1, W2 = run.W[0][0], run.W[1][0]
    alive = int(((W1 != 0).any(axis=1) & (W2 != 0).any(axis=0)).sum())
    (said,) = [note for note in TOPIC.picture(context).notes if note.startswith("In bytes, L1's")]
    assert f"a dense network takes {4 * (31 * alive + alive + 1):,};" in said
    assert f"8 bits {W1.size + W2.size + 8 + 4 * 7:,}, which" in said
    rounded = [np.round(W / (s := max(np.abs(W).max(), 1e-30) / 127)) * s for W in (W1, W2)]
    logit = rounded[1] @ np.tanh(rounded[0] @ X.T + run.b[0][0]) + run.b[1][0]
    changed = int(((logit[0] > 0) != (run.predict_proba(X)[0] > 0.5)).sum())
    assert f"the class of {changed} of {len(X)} training rows" in said


@pytest.mark.parametrize("dataset", ["breast_cancer", "moons"])
def test_what_l1_keeps_it_shrinks_and_a_fit_without_a_penalty_tells_by_how_much(dataset):
    context = context_at(dataset=dataset, hidden=(), lam=10.0)
    data = context.data
    w = core.fit_logistic(data.X_train, data.y_train, "l1", [10.0]).W[0]
    kept = np.flatnonzero(w)
    free = core.fit_logistic(data.X_train[:, kept], data.y_train, "l1", [0.0]).W[0]
    (said,) = [note for note in TOPIC.picture(context).notes if note.startswith("What L1 keeps")]
    assert (
        f"at λ = 10 the mean size of its {how_many(kept.size, 'weight')} is {np.abs(w[kept]).mean():.3g}"
        in said
    )
    assert f", and {np.abs(free).mean():.3g} in a fit" in said
    assert np.abs(free).mean() > np.abs(w[kept]).mean()
    everything = context_at(dataset="breast_cancer", hidden=(), lam=0.1)
    (said,) = [note for note in TOPIC.picture(everything).notes if note.startswith("What L1 keeps")]
    assert said.endswith("without a penalty they would grow without end.")
    assert not [note for note in TOPIC.picture(context_at(hidden=(4,))).notes if "What L1 keeps" in note]


@pytest.mark.parametrize("has_needles", [True, False])
def test_the_weights_come_first_beside_their_zeros_and_paths_and_bytes_further_down(has_needles, theme):
    labels, n = tuple(map(str, LAMS)), len(LECTURE)
    spec = sparsity_chart(labels, 3, 2, ("<b>", "b"), ("L1", "L2"), has_needles, False, theme)
    (cells, zeros), paths, last = [[place for place, _ in row] for row in charts_of(spec)]
    assert cells["panels"] == list(range(1 + n)), (
        "a weight's path, a matrix for each penalty, under each other"
    )
    assert cells["width"] > zeros["width"]
    assert {"weights", "units"} <= set(cells["tables"])
    assert {"readout", "shares", "marks"} <= set(zeros["tables"])
    assert [place["tables"] for place in paths] == [["chosen", "frame", "paths", "readout"]] * n
    assert [name for place in last for name in place["tables"] if name in ("needles", "bytes")] == [
        *(["needles"] if has_needles else []),
        "bytes",
    ]
    own = [charts_of(spec)[0][0][1], charts_of(spec)[0][1][1]]
    assert ["\\u003cb>" in str(one) for one in own] == [True, False], "names stand under the matrix alone"


def test_it_is_said_of_which_weights_paths_are_drawn():
    few, many = (TOPIC.picture(context_at(dataset="moons", hidden=hidden)) for hidden in ((4,), (30,)))
    assert "Paths" not in few.caption
    assert "Paths are drawn of the 40 of this layer's 60 weights that are largest at λ = 0." in many.caption

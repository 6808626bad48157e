"""Tanh against its tangent: the units' z, R², agreement, boundaries, and networks without a tanh."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import core
from core.measures import agreement, linear_band, share_in_band, unit_states
from core.settings import LAMS, RESTS_FROM
from tests.app import QUICK, chart, context_at, open_app, retrained_to_rest, sentences, standing_in
from tests.trained import LECTURE, trained, trained_to_rest
from tests.ui.tour.truths import affine_r2_by_hand, living
from ui.base.theme import INKS
from ui.pictures.chart import charts_of
from ui.topics.linearity import TOPIC
from ui.topics.linearity.chart import chart as linearity_chart
from ui.topics.linearity.chart import strip_panel
from ui.topics.linearity.notes import agreement_notes, few_rows_note, notes
from ui.topics.linearity.straight import Exact, straight_of
from ui.topics.linearity.tables import (
    CELLS,
    FEW,
    GAP,
    alive_units,
    boundary_cells,
    boundary_points,
    linearity_table,
    plane_of,
    readout_table,
    strip_table,
    strips_shown,
    z_histograms,
)

MOONS = {"dataset": "moons", "hidden": "6-4", "epochs": "300", "learning_rate": "1"}
SOME_LAMS = (0.0, 1.0, 10.0, 1000.0)


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return core.load_dataset("breast_cancer")


@pytest.fixture(scope="module")
def runs(data) -> dict[str, core.Run]:
    return {
        penalty.label: core.train(
            data.X_train, data.y_train, (6, 4), name, SOME_LAMS, learning_rate=0.3, epochs=60, snapshots=7
        )
        for name, penalty in LECTURE.items()
    }


@pytest.fixture(scope="module")
def moons() -> core.Dataset:
    return core.load_dataset("moons")


@pytest.fixture(scope="module")
def network(moons) -> core.Run:
    return core.train(
        moons.X_train, moons.y_train, (6, 4), "l2", [0.0, 3.0, 200.0], learning_rate=1.0, epochs=300
    )


def values(table: pd.DataFrame) -> np.ndarray:
    """The wide part: (n_rows, n_positions)."""
    return table[[name for name in table if name[0] == "v" and name[1:].isdigit()]].to_numpy()


def linear(runs: dict[str, core.Run], data: core.Dataset, band: float) -> pd.DataFrame:
    """The table of how linear the networks are."""
    Z = {label: run.layers(data.X_train) for label, run in runs.items()}
    return linearity_table(runs, Z, {label: alive_units(run) for label, run in runs.items()}, data, band)


def share_by_counting(run: core.Run, X: np.ndarray, band: float, k: int) -> float:
    """Of the k-th network the share of z within the band, unit by unit of those that are alive."""
    inside, seen = 0, 0
    for z, units in zip(run.layers(X)[:-1], living(run, k), strict=True):
        for unit in np.flatnonzero(units):
            inside += int((np.abs(z[k, unit]) <= band).sum())
            seen += len(X)
    return inside / seen if seen else np.nan


def test_a_network_of_tangents_is_one_affine_map(moons, network):
    Z = network.layers(moons.X_test, tangent=True)[-1]
    for n in range(3):
        W = network.W[2][n] @ network.W[1][n] @ network.W[0][n]
        b = network.W[2][n] @ (network.W[1][n] @ network.b[0][n] + network.b[1][n]) + network.b[2][n]
        np.testing.assert_allclose(Z[n], W @ moons.X_test.T + b, rtol=1e-3, atol=1e-4)


def test_a_network_without_a_hidden_layer_is_its_own_tangent(moons):
    run = core.train(moons.X_train, moons.y_train, (), "l1", [0.0, 1.0], epochs=20)
    P = run.predict_proba(moons.X_test)
    np.testing.assert_array_equal(P, run.predict_proba(moons.X_test, tangent=True))
    assert (agreement(P, P) == 1).all()


def test_agreement_counts_the_same_classes():
    assert agreement(np.array([[0.9, 0.2, 0.6]]), np.array([[0.7, 0.8, 0.6]])) == pytest.approx([2 / 3])
    P = np.array([[[0.6, 0.1], [0.3, 0.2], [0.1, 0.7]]])
    Q = np.array([[[0.2, 0.1], [0.7, 0.2], [0.1, 0.7]]])
    assert agreement(P, Q) == pytest.approx([0.5])
    assert np.isnan(agreement(np.array([[np.nan, 0.2]]), np.array([[0.7, 0.8]]))).all()


def test_the_units_alive_are_those_that_a_column_reaches_and_that_reach_the_output(runs):
    for run in runs.values():
        for k in range(len(SOME_LAMS)):
            for units, expected in zip(alive_units(run), living(run, k), strict=True):
                assert units[k].tolist() == expected.tolist()
    run = runs["L2"]
    W = [layer.copy() for layer in run.W]
    W[0][1, 2], W[1][1, :, 4], W[2][1, :, 3] = 0, 0, 0  # one hears nothing, and two are not heard
    by_hand = SimpleNamespace(W=W)
    assert [np.flatnonzero(~units[1]).tolist() for units in alive_units(by_hand)] == [[2, 4], [3]]
    assert [np.flatnonzero(~units).tolist() for units in living(by_hand, 1)] == [[2, 4], [3]]


def test_z_beyond_the_picture_is_kept_at_its_ends(data, runs):
    Z = {label: run.layers(data.X_train)[:-1] for label, run in runs.items()}
    table = z_histograms(Z, {label: alive_units(run) for label, run in runs.items()})
    beyond_somewhere = False
    for (layer, label), rows in table.groupby(["layer", "penalty"]):
        for k, shares in enumerate(values(rows).T):
            z = Z[label][layer][k][living(runs[label], k)[layer]]
            if not len(z):
                assert np.isnan(shares).all()
                continue
            assert shares.sum() == pytest.approx(1, abs=0.01)
            assert shares[[0, -1]].sum() == pytest.approx((np.abs(z) > 4).mean(), abs=2e-4)
            within = (rows.low > -0.5) & (rows.high < 0.5)
            between = ((z >= rows.low[within].min()) & (z < rows.high[within].max())).mean()
            assert shares[within].sum() == pytest.approx(between, abs=2e-3)
            beyond_somewhere |= shares[0] > 0
    assert beyond_somewhere


def test_the_bars_of_each_layer_add_up_to_the_units_alive_and_a_layer_without_one_has_none():
    context = context_at(hidden=(6, 4), epochs=50)
    tables = TOPIC.picture(context).tables
    alive = tables["linearity"].set_index(["penalty", "k"]).n_alive
    lost = 0
    for label, run in context.networks.runs.items():
        layers = [np.array([units.sum() for units in living(run, k)]) for k in range(len(LAMS))]
        assert alive[label].tolist() == [counts.sum() for counts in layers]
        for l in range(2):
            rows = tables["z"][(tables["z"].layer == l) & (tables["z"].penalty == label)]
            n = np.array([counts[l] for counts in layers])
            assert values(rows).sum(axis=0)[n > 0] == pytest.approx(1, abs=0.01)
            assert np.isnan(values(rows)[:, n == 0]).all()
            lost += (n == 0).sum()
    assert lost > 0, "L1 is meant to cut all at some λ"


def test_linearity_is_that_of_the_units_alive_and_of_the_logit_on_rows_not_seen(data):
    band, training = linear_band(0.05), (data.X_train, data.y_train, (6, 4))
    runs = {
        penalty.label: core.train(*training, name, SOME_LAMS, 0.3, 60, method="accelerated")
        for name, penalty in LECTURE.items()
    }
    table = linear(runs, data, band).set_index(["penalty", "k"])
    for label, run in runs.items():
        for k in range(len(SOME_LAMS)):
            shown = table.loc[label, k]
            assert shown.n_alive == sum(units.sum() for units in living(run, k))
            assert shown.share == pytest.approx(share_by_counting(run, data.X_train, band, k), nan_ok=True)
            collapsed = run.state[k] == "collapsed"
            assert shown.state == ("collapsed" if collapsed else "ok")
            r2 = np.nan if collapsed else affine_r2_by_hand(run, data, k)
            assert shown.r2 == pytest.approx(r2, abs=1e-6, nan_ok=True)
        assert table.at_rest[label].tolist() == run.at_rest.tolist()
    assert table.state["L1", 3] == "collapsed"
    assert table.n_alive["L1", 3] == 0
    assert 0 < table.n_alive["L1", 2] < 10, "some units alone are meant to be alive"


def test_of_several_classes_the_linearity_is_that_of_all_logits_together():
    wine = core.load_dataset("wine")
    run = core.train(wine.X_train, wine.y_train, (5,), "l1", [0.0, 5.0], learning_rate=1.0, epochs=200)
    table = linear({"L1": run}, wine, 0.4)
    assert table.state.tolist() == ["ok", "ok"]
    for k in range(2):
        assert table.r2[k] == pytest.approx(affine_r2_by_hand(run, wine, k), abs=1e-6)


def test_what_the_lesson_says_of_l1_at_the_defaults_is_that_of_units_alive():
    settings = core.Settings()
    data, band = settings.load(), linear_band(0.05)
    shares = {
        ("proximal", 10.0): (0.268, 0.7255),
        ("proximal", 50.0): (0.1432, 0.893),
        ("accelerated", 10.0): (0.0905, None),
    }
    for method in ("proximal", "accelerated"):
        run = core.train_grid(data, settings, snapshots=2, method=method)["L1"]
        Z = run.layers(data.X_train)[:-1]
        alive = [states == "alive" for states in unit_states(run.W)]
        of_alive, of_all = share_in_band(Z, band, alive), share_in_band(Z, band)
        for lam in (10.0, 50.0):
            k = LAMS.index(lam)
            known, known_of_all = shares.get((method, lam), (None, None))
            assert of_alive[k] == pytest.approx(share_by_counting(run, data.X_train, band, k))
            assert known is None or of_alive[k] == pytest.approx(known, abs=5e-4)
            assert known_of_all is None or of_all[k] == pytest.approx(known_of_all, abs=5e-4)


def test_a_network_that_diverged_has_no_share_and_is_told():
    data = core.load_dataset("wine")
    lams = [0.0, 1000.0]
    runs = {
        penalty.label: core.train(
            data.X_train, data.y_train, (4,), name, lams, learning_rate=3.0, epochs=300, snapshots=4
        )
        for name, penalty in LECTURE.items()
    }
    assert runs["L2"].diverged_at[1] > 0
    table = linear(runs, data, 0.4)
    rows = table.set_index(["penalty", "k"])
    assert rows.state["L2", 1] == "diverged"
    assert np.isnan(rows.share["L2", 1])
    assert np.isnan(rows.r2["L2", 1])
    assert rows.n_alive["L2", 1] == 0
    Z = {label: run.layers(data.X_train)[:-1] for label, run in runs.items()}
    bars = z_histograms(Z, {label: alive_units(run) for label, run in runs.items()})
    assert bars.v1[bars.penalty == "L2"].isna().all()
    assert readout_table(table, runs)["L2"][1] == "L2: diverged"
    assert not any("under L2" in note for note in notes(table, lams, 1, 0.4))


def test_the_readout_ends_with_where_the_network_stands(data, runs):
    table = linear(runs, data, 0.4)
    readout = readout_table(table, runs)
    assert 0 < sum(run.at_rest.sum() for run in runs.values()) < 8, "some are meant to rest"
    for label, run in runs.items():
        for k, line in enumerate(readout[label]):
            where = "at rest" if run.at_rest[k] else f"{run.residual[-1, k]:.2g} from rest"
            assert line.startswith(f"{label}: ")
            assert standing_in(readout, label, k) == where
            assert ("collapsed" in line) == (run.state[k] == "collapsed")
            assert ("no unit alive" in line) == (not any(units.any() for units in living(run, k)))
            assert "nan" not in line


def told_of(**columns: object) -> pd.DataFrame:
    """How linear networks are; where not told otherwise they rest, and half of their z are in the band."""
    usual = {"penalty": "L1", "share": 0.5, "n_alive": 3, "r2": 0.9, "state": "ok", "at_rest": True}
    return pd.DataFrame({**usual, **columns})


def test_the_sentences_tell_where_a_network_collapsed():
    states = {"L1": ["ok", "ok", "collapsed", "collapsed"], "L2": ["ok", "collapsed", "ok", "ok"]}
    table = pd.concat([told_of(k=range(4), penalty=label, state=state) for label, state in states.items()])
    said = "\n".join(notes(table, SOME_LAMS, 1, 0.4))
    assert "From λ = 10 on L1 has collapsed" in said
    assert "At 1 λ, the first 1, L2 has collapsed" in said
    assert "At λ = 1 under L2 the network has collapsed, and what is left of its z says nothing" in said
    assert "Of the networks at rest, L1's R² on the test rows goes from 0.9 at λ = 0 to 0.9 at λ = 1." in said


def test_where_no_unit_is_alive_there_is_no_share_to_be_told():
    table = told_of(k=range(4), share=[0.5, 0.5, np.nan, np.nan], n_alive=[8, 1, 0, 0])
    table["state"] = ["ok", "ok", "collapsed", "collapsed"]
    here, *_ = notes(table, SOME_LAMS, 1, 0.4)
    assert "of the z of 1 hidden unit alive lie within" in here
    for k in (2, 3):
        here, _, collapse = notes(table, SOME_LAMS, k, 0.4)
        lam = f"{SOME_LAMS[k]:g}"
        assert here == f"At λ = {lam} under L1 no hidden unit is alive, so that there is no z to look at."
        assert collapse.startswith("From λ = 10 on L1 has collapsed")


def test_of_rows_so_few_that_any_logit_is_an_affine_map_it_is_said_that_there_is_no_r2(data):
    table = told_of(k=range(4), r2=np.nan, state=["fitted", "fitted", "fitted", "collapsed"])
    here, _ = notes(table, SOME_LAMS, 1, 0.4)
    assert here.endswith("of the z of 3 hidden units alive lie within ±0.400."), "of an R² nothing is told"
    (why,) = few_rows_note(table, data)
    assert why == (
        "With 398 training rows and 30 columns an affine map fits any logit, so that its R² would say "
        "nothing."
    )
    for state in ("ok", "collapsed", "diverged"):
        assert few_rows_note(told_of(k=range(4), state=state), data) == []


def test_what_is_told_of_the_grid_is_told_of_networks_at_rest():
    rows = {
        "r2": [0.5, 0.6, 0.7, 0.8, np.nan, np.nan],
        "state": [*["ok"] * 4, *["collapsed"] * 2],
    }
    lams = (0.0, 1.0, 3.0, 10.0, 100.0, 1000.0)

    def said(*at_rest: int, k: int = 0) -> list[str]:
        table = told_of(k=range(6), **rows, at_rest=[i in at_rest for i in range(6)])
        return notes(table, lams, k, 0.4)

    (change, collapse) = said(1, 2, 4, 5)
    assert "R² on the test rows goes from 0.6 at λ = 1 to 0.7 at λ = 3." in change
    assert collapse.startswith("From λ = 100 on L1 has collapsed")
    assert said(3, 5)[0].startswith("From λ = 1000 on L1 has collapsed"), "one R² goes nowhere"
    (collapse,) = said(3, 4)
    assert collapse.startswith("At 1 λ, the first 100, L1 has collapsed")
    (here,) = said(2, k=2)
    assert here == (
        "At λ = 3 under L1, **50 %** of the z of 3 hidden units alive lie within ±0.400, and the affine map "
        "that fits its logit best on the training rows has R² = **0.7** on the test rows."
    )
    assert said(4, k=4)[0] == (
        "At λ = 100 under L1 the network has collapsed, and what is left of its z says nothing of tanh."
    )
    assert said() == []


def test_the_agreement_is_told_where_network_and_logistic_regression_rest():
    rows = {
        "k": [2, 2, 3],
        "penalty": "L1",
        "other": ["logistic", "tangent", "tangent"],
        "share": [0.5, 1.0, 1.0],
    }
    linear = told_of(k=range(4))
    for rests, n in (((True, True, True), 1), ((False, True, True), 0), ((True, False, True), 0)):
        assert len(agreement_notes(pd.DataFrame({**rows, "at_rest": rests}), linear, SOME_LAMS, 2)) == n
    gone = linear.assign(state=["ok", "ok", "collapsed", "collapsed"])
    assert agreement_notes(pd.DataFrame({**rows, "at_rest": True}), gone, SOME_LAMS, 2) == []


def test_the_boundary_is_the_probability_at_each_cell(moons, network):
    cells = boundary_cells({"one": network, "two": network}, plane_of(moons.X_train))
    assert len(cells) == 2 * CELLS**2
    low, high = moons.X_train.min(axis=0), moons.X_train.max(axis=0)
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    one = cells[cells.x < 1].iloc[[3, 400, 700]]
    centres = low + (one[["x", "y"]].to_numpy() + 0.5 / CELLS) * (high - low)
    for n in range(3):
        assert one[f"v{n}"].to_numpy() / 100 == pytest.approx(network.predict_proba(centres)[n], abs=0.006)
    two = cells[cells.x >= 1]
    assert two.x.min() == pytest.approx(1 + GAP)


def test_the_boundary_beside_the_networks_is_that_of_the_optimum():
    context = context_at(dataset="moons", hidden=(4,), lam=5.0, epochs=50, choices={"drawn": "l1"})
    data, cells = context.data, TOPIC.picture(context).tables["cells"]
    low, high = data.X_train.min(axis=0), data.X_train.max(axis=0)
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    beside = cells[cells.x >= 1].iloc[[3, 400, 700]]
    centres = low + (beside[["x", "y"]].to_numpy() - [1 + GAP, 0] + 0.5 / CELLS) * (high - low)
    for lam in (0.1, 5.0, 100.0):
        best = core.fit_logistic(data.X_train, data.y_train, "l1", [lam])
        expected = 1 / (1 + np.exp(-(centres @ best.W[0] + best.b[0])))
        assert beside[f"v{LAMS.index(lam)}"].to_numpy() / 100 == pytest.approx(expected, abs=0.006)


def test_all_training_points_stand_within_their_square(moons):
    points = boundary_points(2, plane_of(moons.X_train), moons.X_train, moons.y_train)
    assert len(points) == 2 * moons.m
    assert points.y.between(0, 1).all()
    assert points.x.max() <= 2 + GAP
    assert (points.sign == "positive").sum() == 2 * (moons.y_train == 1).sum()


def strips_of(runs: dict[str, core.Run], data: core.Dataset) -> pd.DataFrame:
    """The table of strips of networks."""
    Z = {label: run.layers(data.X_train)[:-1] for label, run in runs.items()}
    return strip_table(Z, {label: alive_units(run) for label, run in runs.items()})


def test_a_strip_holds_nine_tenths_of_a_units_samples_and_its_strong_part_half(data, runs):
    table, cut = strips_of(runs, data), 0
    assert len(table) == len(LECTURE) * 10
    for row in table.itertuples():
        l, unit = row.layer, row.row - 6 * row.layer
        assert row.unit == f"unit {l + 1}.{unit + 1}"
        for k in range(len(SOME_LAMS)):
            z = runs[row.penalty].layers(data.X_train)[l][k, unit]
            a, b, c, d = (getattr(row, f"{letter}{k}") for letter in "abcd")
            assert -4 <= a <= b <= c <= d <= 4
            if np.ptp(z) < 1e-4:  # nothing reaches it, so that its z is the same for all samples
                assert (a, b, c, d) == pytest.approx((np.clip(z[0], -4, 4),) * 4, abs=1e-3)
                continue
            for low, high, beyond in ((a, d, 0.05), (b, c, 0.25)):
                for end, outside in ((low, (z < low).mean()), (high, (z > high).mean())):
                    at_the_edge = abs(end) == 4
                    assert outside == pytest.approx(beyond, abs=1.5 / data.m) or (
                        at_the_edge and outside > beyond
                    )
                    cut += at_the_edge
    assert cut > 0, "some z are meant to lie beyond what is drawn"


def test_a_strip_tells_whether_its_unit_is_alive(data, runs):
    rng = np.random.default_rng(0)
    Z = {label: run.layers(data.X_train)[:-1] for label, run in runs.items()}
    alive = {label: [rng.random(z.shape[:2]) < 0.5 for z in layers] for label, layers in Z.items()}
    for row in strip_table(Z, alive).itertuples():
        for k in range(len(SOME_LAMS)):
            expected = alive[row.penalty][row.layer][k, row.row - 6 * row.layer]
            assert getattr(row, f"o{k}") == expected


def test_a_network_that_diverged_has_no_unit_alive_and_no_strip_that_is_wide():
    wine, run = trained(core.Settings(dataset="wine", learning_rate=3.0, hidden=(4,), epochs=300), "l2", LAMS)
    gone = np.flatnonzero(~np.isfinite(run.layers(wine.X_train)[-1][:, 0, 0]))
    assert gone.size
    table = strips_of({"L2": run}, wine)
    for k in gone:
        assert not table[f"o{k}"].any()
        assert (table[[f"{letter}{k}" for letter in "abcd"]] == 0).all(axis=None)


def test_each_unit_has_a_row_in_which_the_strips_of_the_penalties_lie_under_each_other(data, runs):
    table = strips_of(runs, data)
    assert sorted(table.row.unique()) == list(range(10))
    for row, strips in table.groupby("row"):
        assert strips.penalty.tolist() == list(runs)
        ends = np.column_stack([strips.top, strips.bottom]).ravel()
        assert (np.diff(ends) > -1e-9).all(), "none on another"
        assert row < ends[0] < ends[-1] < row + 1, "and none on those of another unit"
        assert np.ptp(strips.bottom - strips.top) < 1e-9
    one_layer = {label: run.layers(data.X_train)[:1] for label, run in runs.items()}
    names = strip_table(one_layer, {label: alive_units(run)[:1] for label, run in runs.items()}).unit
    assert names.unique().tolist() == [f"unit {i}" for i in range(1, 7)], "of one layer none need be told"


@pytest.mark.parametrize(
    ("counts", "shown"),
    [((8,), [8]), ((24,), [24]), ((64,), [24]), ((6, 4), [6, 4]), ((16, 5), [12, 5]), ((64,) * 4, [6] * 4)],
)
def test_of_many_units_the_first_of_each_layer_have_a_strip(counts, shown):
    assert strips_shown(counts) == shown
    rng = np.random.default_rng(0)
    Z = {"L1": [rng.standard_normal((2, n, 50)) for n in counts]}
    table = strip_table(Z, {"L1": [np.ones((2, n), bool) for n in counts]})
    assert table.groupby("layer").size().tolist() == shown
    assert table.row.tolist() == list(range(sum(shown)))
    last = table.iloc[-1]
    z = Z["L1"][-1][1, shown[-1] - 1]
    assert (z < last.b1).mean() == pytest.approx(0.25, abs=0.02)


def strip_layers(n: int, theme: str) -> tuple[dict, list[dict]]:
    """The panel of n units' strips, and its layers on the table of these."""
    panel = strip_panel(n, INKS[theme]).to_dict()
    return panel, [part for part in panel["layer"] if part["data"] == {"name": "strips"}]


@pytest.mark.parametrize("n", [1, 8, 24])
def test_the_strips_have_room_enough_and_no_more_than_a_screen(n, theme):
    panel, layers = strip_layers(n, theme)
    assert 12 * n <= panel["height"] <= max(36 * n, 300)
    assert panel["height"] <= 300
    domains = [part["encoding"]["y"]["scale"]["domain"] for part in layers]
    assert domains == [[0, n]] * 4, "the last stands within as well"


def test_alive_units_have_the_penaltys_colour_and_others_are_grey(theme):
    _, (whole, half, others, names) = strip_layers(8, theme)
    for part, ends in ((whole, ("a", "d")), (half, ("b", "c"))):
        assert part["transform"][-1] == {"filter": "datum.o"}
        assert part["encoding"]["color"]["field"] == "penalty"
        assert (part["encoding"]["x"]["field"], part["encoding"]["x2"]["field"]) == ends
    assert half["mark"]["opacity"] > whole["mark"]["opacity"]
    assert others["transform"][-1] == {"filter": "!datum.o"}
    assert others["mark"]["color"] == INKS[theme].quiet
    for part in (whole, half, others):
        found = {one["as"]: one["calculate"] for one in part["transform"] if "as" in one}
        assert found == {letter: f"datum['{letter}' + k]" for letter in "abcdo"}
        assert part["encoding"]["x"]["scale"]["domain"] == [-4.4, 4.4], "z is the z of tanh above"
    assert names["encoding"]["text"]["field"] == "unit"
    assert f"datum.penalty == '{next(iter(LECTURE.values())).label}'" in str(names["transform"]), "once"


def test_boundaries_take_a_panel_of_their_own(theme):
    labels, titles = tuple(map(str, LAMS)), ("first", "second")
    with_them, without = (linearity_chart(labels, titles, 10, n, theme) for n in (2, 0))
    assert [len(spec["vconcat"]) for spec in (with_them, without)] == [9, 8]
    for spec, drawn in ((with_them, True), (without, False)):
        (on_curve, beside), *further = [[place["tables"] for place, _ in row] for row in charts_of(spec)]
        assert {"curve", "strips"} <= set(on_curve), "the z stand under the curve that they are put into"
        assert "readout" in beside
        assert ({"cells", "points", "names"} <= set(beside)) == drawn
        assert ("linearity" in beside) == (not drawn)
        assert all(len(row) <= 2 for row in further)
        read = {name for row in further for tables in row for name in tables}
        assert {"agreement", "z"} <= read
        assert not {"cells", "strips", "curve"} & read


def test_where_plain_steps_diverge_the_states_are_those_of_networks_trained_to_rest():
    settings = core.Settings(dataset="wine", learning_rate=3.0, hidden=(4,), lam=1.0, epochs=50)
    linear = TOPIC.picture(context_at(settings)).tables["linearity"]
    assert not trained(settings, "l2", [1000.0])[1].sound[0], (
        "this α is meant to be too large for plain steps"
    )
    for name, penalty in LECTURE.items():
        _, run = trained_to_rest(settings, name)
        shown = linear[linear.penalty == penalty.label].set_index("k")
        for k in np.flatnonzero(run.at_rest):
            assert shown.at_rest[k]
            assert shown.state[k] == {"trained": "ok", "collapsed": "collapsed"}[run.state[k]]
        assert "collapsed" in set(shown.state)


def test_the_linearity_in_the_caption_is_that_of_the_run():
    app = open_app(TOPIC, lam="30", **QUICK)
    for name, penalty in LECTURE.items():
        data, run = retrained_to_rest(core.Settings(lam=30.0, epochs=50), name, 30.0)
        share, n, r2 = re.search(
            rf"under {penalty.label}, \*\*([\d.]+) %\*\* of the z of (\d+) hidden units? alive .* "
            r"R² = \*\*([\d.]+)\*\* on the test rows",
            sentences(app),
        ).groups()
        assert int(n) == living(run)[0].sum()
        expected = share_by_counting(run, data.X_train, linear_band(0.05), 0)
        assert float(share) == pytest.approx(100 * expected, abs=0.15)
        assert float(r2) == pytest.approx(affine_r2_by_hand(run, data), abs=2e-4)


def test_a_wider_band_holds_more_z():
    app = open_app(TOPIC, **QUICK)
    narrow = chart(app)[1]["linearity"].share
    app.segmented_control(key="deviation").set_value(0.10).run()
    wide = chart(app)[1]["linearity"].share
    alive = chart(app)[1]["linearity"].n_alive > 0
    assert (wide >= narrow)[alive].all()
    assert (wide > narrow).any()
    assert wide[~alive].isna().all()
    assert narrow[~alive].isna().all()
    assert chart(app)[1]["band"].high[0] == pytest.approx(0.584, abs=5e-4)


def test_the_agreement_in_the_sentence_is_that_of_networks_trained_alone():
    app = open_app(TOPIC, lam="5", **MOONS)

    settings = core.Settings(dataset="moons", hidden=(6, 4), learning_rate=1.0, lam=5.0)
    moons, run = retrained_to_rest(settings, "l2", 5.0)
    best = core.fit_logistic(moons.X_train, moons.y_train, "l2", [5.0], tol=1e-12)
    said = "\n".join(element.value for element in app.main.markdown)
    shares = re.search(
        r"under L2, the network gives \*\*([\d.]+) %\*\* of .* the optimum of logistic regression under the "
        r"same λ, and \*\*([\d.]+) %\*\* the same as itself",
        said,
    ).groups()
    mine = run.predict_proba(moons.X_test)[0] > 0.5
    straight = moons.X_test @ best.W[0] + best.b[0] > 0
    tangents = run.predict_proba(moons.X_test, tangent=True)[0] > 0.5
    assert float(shares[0]) == pytest.approx(100 * (mine == straight).mean(), abs=0.9)
    assert float(shares[1]) == pytest.approx(100 * (mine == tangents).mean(), abs=0.9)


def test_networks_that_collapsed_agree_with_nothing():
    tables = chart(open_app(TOPIC, **MOONS))[1]
    state = tables["linearity"].set_index(["penalty", "k"]).state
    assert (state == "collapsed").any()
    shown = set(zip(tables["agreement"].penalty, tables["agreement"].k, strict=True))
    assert shown == {at for at, value in state.items() if value == "ok"}


def test_of_few_rows_there_is_an_agreement_and_no_r2_and_the_page_says_why():
    context = context_at(dataset="needles", n_samples=50, lam=10.0, epochs=50)
    picture = TOPIC.picture(context)
    table = picture.tables["linearity"].set_index(["penalty", "k"])
    assert (context.data.m, context.data.n_features) == (34, 40)
    assert table.r2.isna().all()
    for label, run in context.networks.runs.items():
        collapsed = run.state == "collapsed"
        assert table.state[label].tolist() == np.where(collapsed, "collapsed", "fitted").tolist()
    (why,) = [note for note in picture.notes if note.startswith("With 34 training rows and 40 columns")]
    assert why.endswith("an affine map fits any logit, so that its R² would say nothing.")
    assert not any("R² = " in note or "R² goes" in note for note in picture.notes)
    assert "no R²" in picture.tables["readout"]["L2"][context.k]
    assert any("under L2, the network gives" in note for note in picture.notes)
    more = TOPIC.picture(context_at(dataset="needles", n_samples=100, lam=10.0, epochs=50))
    assert not any("training rows and 40 columns" in note for note in more.notes)
    assert any("R² = " in note for note in more.notes)


def test_where_l1_leaves_no_unit_alive_the_page_says_so():
    context = context_at(dataset="wine", lam=100.0, epochs=50)
    picture = TOPIC.picture(context)
    assert not any(units.any() for units in living(context.networks.runs["L1"], context.k))
    assert "At λ = 100 under L1 no hidden unit is alive, so that there is no z to look at." in picture.notes
    (others,) = [note for note in picture.notes if note.startswith("At λ = 100 under L2, **")]
    assert "of the z of 8 hidden units alive" in others
    assert picture.tables["readout"]["L1"][context.k] == "L1: no unit alive, collapsed"
    assert any(note.startswith("From λ = 50 on L1 has collapsed") for note in picture.notes)


def test_of_two_classes_logistic_regression_is_the_optimum_of_each_lam_alone():
    context = context_at(dataset="moons", noise=0.4, hidden=(4,), epochs=50)
    data, straight = context.data, straight_of(context)
    assert set(straight) == {penalty.label for penalty in LECTURE.values()}
    for name, penalty in LECTURE.items():
        shown = straight[penalty.label]
        assert isinstance(shown, Exact)
        assert shown.at_rest.tolist() == [True] * len(LAMS), "no line parts these classes"
        P = shown.predict_proba(data.X_test)
        assert P.shape == (len(LAMS), len(data.X_test))
        for k, lam in enumerate(LAMS):
            best = core.fit_logistic(data.X_train, data.y_train, name, [lam], tol=1e-12)
            expected = 1 / (1 + np.exp(-(data.X_test @ best.W[0] + best.b[0])))
            np.testing.assert_allclose(P[k], expected, atol=2e-4)


def test_where_a_plane_parts_the_classes_logistic_regression_has_no_optimum_at_lam_0():
    context = context_at(epochs=50)
    data, straight = context.data, straight_of(context)
    with pytest.raises(ValueError, match="a hyperplane separates"):
        core.fit_logistic(data.X_train, data.y_train, "l2", [0.0])
    for name, penalty in LECTURE.items():
        shown = straight[penalty.label]
        assert shown.at_rest.tolist() == [False] + [True] * (len(LAMS) - 1)
        P = shown.predict_proba(data.X_test)
        assert np.isnan(P[0]).all()
        assert np.isfinite(P[1:]).all()
        for lam in (0.1, 10.0, 1000.0):
            best = core.fit_logistic(data.X_train, data.y_train, name, [lam], tol=1e-12)
            expected = 1 / (1 + np.exp(-(data.X_test @ best.W[0] + best.b[0])))
            np.testing.assert_allclose(P[LAMS.index(lam)], expected, atol=2e-4)
    agreed = TOPIC.picture(context).tables["agreement"]
    assert agreed[agreed.other == "logistic"].k.min() == 1
    assert agreed[agreed.other == "tangent"].k.min() == 0


def test_of_three_classes_softmax_regression_is_networks_that_come_to_rest():
    settings = core.Settings(dataset="wine", hidden=(5,), epochs=50)
    straight = straight_of(context_at(settings))
    for name, penalty in LECTURE.items():
        shown = straight[penalty.label]
        assert isinstance(shown, core.Run)
        assert shown.hidden == ()
        data, alone = trained_to_rest(replace(settings, hidden=()), name)
        assert shown.at_rest.tolist() == alone.at_rest.tolist()
        assert shown.at_rest[LAMS.index(RESTS_FROM) :].all()
        P, expected = (run.predict_proba(data.X_test)[shown.at_rest] for run in (shown, alone))
        np.testing.assert_allclose(P, expected, atol=1e-3)


def test_boundaries_are_drawn_in_a_plane_only():
    app = open_app(TOPIC, epochs="50")
    assert "cells" not in chart(app)[1]
    assert "drawn" not in {control.key for control in app.segmented_control}
    app = open_app(TOPIC, **MOONS)
    before = chart(app)[1]["cells"]
    app.segmented_control(key="drawn").set_value("l1").run()
    after = chart(app)[1]["cells"]
    wide = [f"v{k}" for k in range(len(LAMS))]
    assert not before[wide].equals(after[wide])


def test_the_mathematics_says_where_the_band_ends():
    text = TOPIC.mathematics(context_at(epochs=50, choices={"deviation": 0.10}))
    assert "the shortfall is 10%, at |z| = 0.584." in text


def test_the_script_of_other_choices_has_them_written_in():
    script = TOPIC.script(context_at(hidden=(5,), choices={"deviation": 0.10}))
    assert "\ndeviation = 0.1\n" in script
    assert "hidden=(5,)," in script


def test_every_state_has_its_name_and_few_test_rows_have_no_r2():
    collapsed = TOPIC.picture(context_at(lam=200.0))
    assert "From λ = 150 on L1 has collapsed" in "\n".join(collapsed.notes)
    assert "nan" not in " ".join(collapsed.tables["readout"].L1)
    linear = collapsed.tables["linearity"]
    assert set(linear.state) <= {"ok", "collapsed", "diverged"}
    data = core.load_dataset("moons", n_samples=20)
    small = replace(data, X_test=data.X_test[: FEW - 1], y_test=data.y_test[: FEW - 1])
    for one, state in ((data, "few"), (small, "few")):
        if len(one.y_test) >= FEW:
            continue
        runs = {"L2": core.train(one.X_train, one.y_train, (3,), "l2", [0.0, 1.0], epochs=20)}
        Z = {label: run.layers(one.X_train) for label, run in runs.items()}
        table = linearity_table(runs, Z, {label: alive_units(run) for label, run in runs.items()}, one, 0.4)
        assert set(table.state) == {state}
        assert few_rows_note(table, one) == [
            f"On {len(one.y_test)} test rows an R² is more chance than anything, so that none is told."
        ]


def test_each_living_unit_has_dots_on_the_curve_beside_it(theme):
    spec = linearity_chart(tuple(map(str, LAMS)), ("a",), 4, 0, theme)
    dots = [part for part in spec["vconcat"][0]["layer"] if part["mark"]["type"] == "circle"]
    assert len(dots) == 2 * 4, "of two penalties four ends"
    sides = {}
    for part in dots:
        (keep, z, a) = part["transform"]
        label = re.search(r"datum.penalty == '(\w+)'", keep["filter"])[1]
        assert keep["filter"].endswith("datum['o' + k]"), "of units that are alive"
        assert re.fullmatch(r"datum\['[abcd]' \+ k\]", z["calculate"])
        sides.setdefault(label, set()).add(part["mark"]["yOffset"])
        for at in (-4.0, -0.3, 0.0, 1.7, 4.0):
            value = eval(a["calculate"], {"exp": np.exp, "datum": SimpleNamespace(z=at)})
            assert value == pytest.approx(np.tanh(at)), "on the curve"
    assert all(len(one) == 1 for one in sides.values())
    assert len(set.union(*sides.values())) == 2, "one above it, the other below"

"""Tanh against its tangent: the units' z, R², agreement, boundaries, and networks without a tanh."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import core
from core import PENALTIES
from core.measures import affine_r2, agreement, linear_band, share_within
from core.settings import LAMS
from tests.app import QUICK, chart, context_at, open_app, retrained_to_rest, sentences, standing_in
from tests.trained import trained, trained_to_rest
from ui.data.shelf import Shelf
from ui.topics.linearity import TOPIC
from ui.topics.linearity.chart import chart as linearity_chart
from ui.topics.linearity.notes import agreement_notes, notes
from ui.topics.linearity.tables import (
    CELLS,
    GAP,
    boundary_cells,
    boundary_points,
    linearity_table,
    plane_of,
    readout_table,
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
        for name, penalty in PENALTIES.items()
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


def test_z_beyond_the_picture_is_kept_at_its_ends(data, runs):
    Z = {label: run.layers(data.X_train)[:-1] for label, run in runs.items()}
    table = z_histograms(Z)
    for (layer, label), rows in table.groupby(["layer", "penalty"]):
        assert values(rows).sum(axis=0) == pytest.approx(np.ones(len(SOME_LAMS)), abs=0.01)
        beyond = (np.abs(Z[label][layer]) > 4).mean(axis=(1, 2))
        ends = values(rows)[[0, -1]].sum(axis=0)
        assert ends == pytest.approx(beyond, abs=2e-4)


def test_linearity_is_that_of_the_units_and_the_logit(data, runs):
    band = linear_band(0.05)
    Z = {label: run.layers(data.X_train) for label, run in runs.items()}
    table = linearity_table(runs, Z, data.X_train, band).set_index(["penalty", "k"])
    z = np.concatenate([Z["L2"][0][1].ravel(), Z["L2"][1][1].ravel()])
    assert table.share["L2", 1] == pytest.approx((np.abs(z) <= band).mean())
    logit = Z["L2"][2][1, 0].astype(float)
    design = np.column_stack([np.ones(data.m), data.X_train])
    fitted = design @ np.linalg.lstsq(design, logit, rcond=None)[0]
    r2 = 1 - np.square(logit - fitted).sum() / np.square(logit - logit.mean()).sum()
    assert table.r2["L2", 1] == pytest.approx(r2, abs=1e-6)
    assert table.state["L1", 3] == "collapsed"
    assert np.isnan(table.r2["L1", 3])
    for label, run in runs.items():
        assert table.at_rest[label].tolist() == run.at_rest.tolist()


def test_a_network_that_diverged_has_no_share_and_is_told():
    data = core.load_dataset("wine")
    lams = [0.0, 1000.0]
    runs = {
        penalty.label: core.train(
            data.X_train, data.y_train, (4,), name, lams, learning_rate=3.0, epochs=300, snapshots=4
        )
        for name, penalty in PENALTIES.items()
    }
    assert runs["L2"].diverged_at[1] > 0
    Z = {label: run.layers(data.X_train) for label, run in runs.items()}
    table = linearity_table(runs, Z, data.X_train, 0.4)
    rows = table.set_index(["penalty", "k"])
    assert rows.state["L2", 1] == "diverged"
    assert np.isnan(rows.share["L2", 1])
    assert readout_table(table, runs)["L2"][1] == "L2: diverged"
    assert not any("under L2" in note for note in notes(table, lams, 1, 0.4))


def test_the_readout_ends_with_where_the_network_stands(data, runs):
    table = linearity_table(
        runs, {label: run.layers(data.X_train) for label, run in runs.items()}, data.X_train, 0.4
    )
    readout = readout_table(table, runs)
    assert 0 < sum(run.at_rest.sum() for run in runs.values()) < 8, "some are meant to rest"
    for label, run in runs.items():
        for k, line in enumerate(readout[label]):
            where = "at rest" if run.at_rest[k] else f"{run.residual[-1, k]:.2g} from rest"
            assert line.startswith(f"{label}: ")
            assert standing_in(readout, label, k) == where
            assert ("collapsed" in line) == (run.state[k] == "collapsed")


def test_the_sentences_tell_where_a_network_collapsed():
    states = {"L1": ["ok", "ok", "collapsed", "collapsed"], "L2": ["ok", "collapsed", "ok", "ok"]}
    frames = [
        pd.DataFrame(
            {"k": range(4), "penalty": label, "share": 0.5, "r2": 0.9, "state": state, "at_rest": True}
        )
        for label, state in states.items()
    ]
    said = "\n".join(notes(pd.concat(frames), SOME_LAMS, 1, 0.4))
    assert "From λ = 10 on L1 has collapsed" in said
    assert "At 1 λ, the first 1, L2 has collapsed" in said
    assert "At λ = 1 under L2, **50 %** of the hidden units' z lie within ±0.400.\n" in said
    assert "Of the networks at rest, L1's R² goes from 0.9 at λ = 0 to 0.9 at λ = 1." in said


def test_what_is_told_of_the_grid_is_told_of_networks_at_rest():
    rows = {
        "share": 0.5,
        "r2": [0.5, 0.6, 0.7, 0.8, np.nan, np.nan],
        "state": [*["ok"] * 4, *["collapsed"] * 2],
    }
    lams = (0.0, 1.0, 3.0, 10.0, 100.0, 1000.0)

    def said(*at_rest: int, k: int = 0) -> list[str]:
        table = pd.DataFrame(
            {"k": range(6), "penalty": "L1", **rows, "at_rest": [i in at_rest for i in range(6)]}
        )
        return notes(table, lams, k, 0.4)

    (change, collapse) = said(1, 2, 4, 5)
    assert "R² goes from 0.6 at λ = 1 to 0.7 at λ = 3." in change
    assert collapse.startswith("From λ = 100 on L1 has collapsed")
    assert said(3, 5)[0].startswith("From λ = 1000 on L1 has collapsed"), "one R² goes nowhere"
    (collapse,) = said(3, 4)
    assert collapse.startswith("At 1 λ, the first 100, L1 has collapsed")
    (here,) = said(2, k=2)
    assert here == (
        "At λ = 3 under L1, **50 %** of the hidden units' z lie within ±0.400, and the best affine map "
        "explains R² = **0.7** of the logit."
    )
    assert said(4, k=4)[0] == "At λ = 100 under L1, **50 %** of the hidden units' z lie within ±0.400."
    assert said() == []


def test_the_agreement_is_told_where_network_and_logistic_regression_rest():
    rows = {
        "k": [2, 2, 3],
        "penalty": "L1",
        "other": ["logistic", "tangent", "tangent"],
        "share": [0.5, 1.0, 1.0],
    }
    for rests, n in (((True, True, True), 1), ((False, True, True), 0), ((True, False, True), 0)):
        assert len(agreement_notes(pd.DataFrame({**rows, "at_rest": rests}), SOME_LAMS, 2)) == n


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


def test_all_training_points_stand_within_their_square(moons):
    points = boundary_points(2, plane_of(moons.X_train), moons.X_train, moons.y_train)
    assert len(points) == 2 * moons.m
    assert points.y.between(0, 1).all()
    assert points.x.max() <= 2 + GAP
    assert (points.sign == "positive").sum() == 2 * (moons.y_train == 1).sum()


def test_boundaries_take_a_panel_of_their_own(theme):
    labels, titles = tuple(map(str, LAMS)), ("first", "second")
    assert [len(linearity_chart(labels, titles, n, theme)["vconcat"]) for n in (2, 0)] == [8, 7]


def test_where_plain_steps_diverge_the_states_are_those_of_networks_trained_to_rest():
    settings = core.Settings(dataset="wine", learning_rate=3.0, hidden=(4,), lam=1.0, epochs=50)
    linear = TOPIC.picture(context_at(settings)).tables["linearity"]
    assert not trained(settings, "l2", [1000.0])[1].sound[0], (
        "this α is meant to be too large for plain steps"
    )
    for name, penalty in PENALTIES.items():
        _, run = trained_to_rest(settings, name)
        shown = linear[linear.penalty == penalty.label].set_index("k")
        for k in np.flatnonzero(run.at_rest):
            assert shown.at_rest[k]
            assert shown.state[k] == {"trained": "ok", "collapsed": "collapsed"}[run.state[k]]
        assert "collapsed" in set(shown.state)


def test_the_linearity_in_the_caption_is_that_of_the_run():
    app = open_app(TOPIC, lam="30", **QUICK)
    data, run = retrained_to_rest(core.Settings(lam=30.0, epochs=50), "l2", 30.0)
    Z = run.layers(data.X_train)
    share, r2 = re.search(r"under L2, \*\*([\d.]+) %\*\* .* R² = \*\*([\d.]+)\*\*", sentences(app)).groups()
    assert float(share) == pytest.approx(100 * share_within(Z[0], linear_band(0.05))[0], abs=0.15)
    assert float(r2) == pytest.approx(affine_r2(data.X_train, Z[-1])[0], abs=2e-4)


def test_a_wider_band_holds_more_z():
    app = open_app(TOPIC, **QUICK)
    narrow = chart(app)[1]["linearity"].share
    app.segmented_control(key="deviation").set_value(0.10).run()
    wide = chart(app)[1]["linearity"].share
    assert (wide >= narrow).all()
    assert (wide > narrow).any()
    assert chart(app)[1]["band"].high[0] == pytest.approx(0.584, abs=5e-4)


def test_the_agreement_in_the_sentence_is_that_of_networks_trained_alone():
    app = open_app(TOPIC, lam="5", **MOONS)

    def alone(hidden: tuple[int, ...]) -> tuple[core.Dataset, core.Run]:
        settings = core.Settings(dataset="moons", hidden=hidden, learning_rate=1.0, lam=5.0)
        return retrained_to_rest(settings, "l2", 5.0)

    (moons, run), (_, logistic) = alone((6, 4)), alone(())
    said = "\n".join(element.value for element in app.main.markdown)
    shares = re.search(
        r"under L2, the network gives \*\*([\d.]+) %\*\* .* and \*\*([\d.]+) %\*\* the same as itself", said
    ).groups()
    mine = run.predict_proba(moons.X_test)[0] > 0.5
    straight = logistic.predict_proba(moons.X_test)[0] > 0.5
    tangents = run.predict_proba(moons.X_test, tangent=True)[0] > 0.5
    assert float(shares[0]) == pytest.approx(100 * (mine == straight).mean(), abs=0.9)
    assert float(shares[1]) == pytest.approx(100 * (mine == tangents).mean(), abs=0.9)


def test_networks_that_collapsed_agree_with_nothing():
    tables = chart(open_app(TOPIC, **MOONS))[1]
    state = tables["linearity"].set_index(["penalty", "k"]).state
    assert (state == "collapsed").any()
    shown = set(zip(tables["agreement"].penalty, tables["agreement"].k, strict=True))
    assert shown == {at for at, value in state.items() if value == "ok"}


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


def test_a_third_penalty_has_its_sentences(monkeypatch):
    monkeypatch.setitem(PENALTIES, "elastic", core.Penalty("elastic", "Elastic net", l1=0.5, l2=0.5))
    context = replace(context_at(dataset="moons", hidden=(4,), lam=5.0, epochs=50), shelf=Shelf())
    said = "\n".join(TOPIC.picture(context).notes)
    assert "At λ = 5 under Elastic net, **" in said
    assert "under Elastic net, the network gives **" in said


def test_the_mathematics_says_where_the_band_ends():
    text = TOPIC.mathematics(context_at(epochs=50, choices={"deviation": 0.10}))
    assert "the shortfall is 10%, at |z| = 0.584." in text


def test_the_script_of_other_choices_has_them_written_in():
    script = TOPIC.script(context_at(hidden=(5,), choices={"deviation": 0.10}))
    assert "\ndeviation = 0.1\n" in script
    assert "hidden=(5,)," in script

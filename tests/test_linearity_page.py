"""Tanh against its tangent: agreement, boundaries, and networks without a tanh."""

import re

import numpy as np
import pytest

import core
from core.measures import agreement
from core.settings import LAMS
from tests.test_pages import PAGES, chart, open_app
from ui import linearity

TANH = PAGES[2]
MOONS = {"dataset": "moons", "hidden": "6-4", "epochs": "300", "learning_rate": "1"}


@pytest.fixture(scope="module")
def moons() -> core.Dataset:
    return core.load_dataset("moons")


@pytest.fixture(scope="module")
def network(moons) -> core.Run:
    return core.train(
        moons.X_train, moons.y_train, (6, 4), "l2", [0.0, 3.0, 200.0], learning_rate=1.0, epochs=300
    )


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


def test_the_agreement_in_the_sentence_is_that_of_networks_trained_alone():
    app = open_app(TANH, lam="2", **MOONS)
    moons = core.load_dataset("moons")

    def alone(hidden: tuple[int, ...]) -> core.Run:
        return core.train(moons.X_train, moons.y_train, hidden, "l2", [2.0], learning_rate=1.0, epochs=300)

    run, logistic = alone((6, 4)), alone(())
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
    tables = chart(open_app(TANH, **MOONS))[1]
    state = tables["linearity"].set_index(["penalty", "k"]).state
    assert (state == "collapsed").any()
    shown = set(zip(tables["agreement"].penalty, tables["agreement"].k, strict=True))
    assert shown == {at for at, value in state.items() if value == "ok"}


def test_the_boundary_is_the_probability_at_each_cell(moons, network):
    cells = linearity.boundaries({"one": network, "two": network}, moons.X_train)
    assert len(cells) == 2 * linearity.CELLS**2
    low, high = moons.X_train.min(axis=0), moons.X_train.max(axis=0)
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    one = cells[cells.x < 1].iloc[[3, 400, 700]]
    centres = low + (one[["x", "y"]].to_numpy() + 0.5 / linearity.CELLS) * (high - low)
    for n in range(3):
        assert one[f"v{n}"].to_numpy() / 100 == pytest.approx(network.predict_proba(centres)[n], abs=0.006)
    two = cells[cells.x >= 1]
    assert two.x.min() == pytest.approx(1 + linearity.GAP)


def test_all_training_points_stand_within_their_square(moons):
    points = linearity.boundary_points(2, moons.X_train, moons.y_train)
    assert len(points) == 2 * moons.m
    assert points.y.between(0, 1).all()
    assert points.x.max() <= 2 + linearity.GAP
    assert (points.side == "positive").sum() == 2 * (moons.y_train == 1).sum()


def test_boundaries_are_drawn_in_a_plane_only():
    assert "cells" not in chart(open_app(TANH, epochs="50"))[1]
    app = open_app(TANH, **MOONS)
    before = chart(app)[1]["cells"]
    app.segmented_control(key="drawn").set_value("L1").run()
    after = chart(app)[1]["cells"]
    wide = [f"v{k}" for k in range(len(LAMS))]
    assert not before[wide].equals(after[wide])

"""Exact fits with a column twice as work: what they depend on, and that they are core's."""

from dataclasses import replace

import numpy as np

import core
from core import PENALTIES, Settings
from core.settings import LAMS
from core.twins import twins
from ui.data.shelf import Shelf
from ui.work.optimum import first_class_or_second, optima, twin_fits
from ui.work.tasks import run_now

MOONS = Settings(dataset="moons", n_samples=50, hidden=(3,), lam=2.0)


def test_the_twins_of_every_penalty_are_those_of_core():
    (found,) = run_now(twin_fits(MOONS, Shelf(), 1))
    data = core.load_dataset("moons", 0, 50, 0.2)
    assert found.pairs == tuple(twins(data.X_train, data.y_train, 1, name, 2.0) for name in PENALTIES)
    assert found.nbytes > 0


def test_twins_depend_on_lam_and_their_column_and_not_on_a_network():
    shelf = Shelf()
    key = twin_fits(MOONS, shelf, 0).key
    assert twin_fits(replace(MOONS, hidden=(), learning_rate=1.0, epochs=50), shelf, 0).key == key
    assert twin_fits(MOONS, shelf, 1).key != key
    assert twin_fits(replace(MOONS, lam=3.0), shelf, 0).key != key


def test_of_many_classes_the_first_stands_against_the_rest():
    wine, moons = core.load_dataset("wine"), core.load_dataset("moons")
    np.testing.assert_array_equal(first_class_or_second(wine), wine.y_train == 0)
    np.testing.assert_array_equal(first_class_or_second(moons), moons.y_train)


def test_the_optima_of_the_grid_are_those_of_core_with_their_proof():
    (found,) = run_now(optima(replace(MOONS, hidden=()), Shelf()))
    data = MOONS.load()
    for name, penalty in PENALTIES.items():
        path = core.fit_logistic(data.X_train, data.y_train, name, [20.0])
        W, cost, gap = found.at(penalty.label, 20.0)
        np.testing.assert_allclose(W, path.W[0], atol=1e-4)
        assert abs(cost - path.cost[0]) <= gap + path.gap[0]
        assert found.zeros(penalty.label)[LAMS.index(20.0)] == (path.W[0] == 0).sum()
        assert len(found.zeros(penalty.label)) == len(LAMS)
    assert found.nbytes > 0


def test_optima_depend_on_the_data_alone():
    shelf = Shelf()
    key = optima(MOONS, shelf).key
    assert optima(replace(MOONS, lam=3.0, learning_rate=1.0, epochs=50, hidden=()), shelf).key == key
    assert optima(replace(MOONS, seed=1), shelf).key != key
    assert twin_fits(MOONS, shelf, 0).key != key

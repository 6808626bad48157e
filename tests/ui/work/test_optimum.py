"""Exact fits with a column twice as work: what they depend on, and that they are core's."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core import Settings
from core.settings import LAMS
from core.twins import twins
from tests.trained import LECTURE
from ui.data.shelf import Shelf
from ui.work.networks import networks, together
from ui.work.optimum import all_optima, first_class_or_second, optima, twin_fits
from ui.work.tasks import MAX_SECONDS, run_now
from ui.work.validation import by_label, validation

MOONS = Settings(dataset="moons", n_samples=50, hidden=(3,), lam=2.0)


def test_the_twins_of_every_penalty_are_those_of_core():
    (found,) = run_now(twin_fits(MOONS, Shelf(), 1))
    data = core.load_dataset("moons", 0, 50, 0.2)
    assert found.pairs == tuple(twins(data.X_train, data.y_train, 1, name, 2.0) for name in LECTURE)
    assert found.nbytes > 0


def test_a_further_penalty_is_work_of_its_own_and_the_lectures_stays_as_it_is():
    shelf, three = Shelf(), (*LECTURE, "elastic_net")
    for make in (optima, networks, validation):
        (lectured,), both = make(MOONS, shelf).tasks, make(MOONS, shelf, penalties=three).tasks
        assert both[0].key == lectured.key
        assert len({task.key for task in both}) == 2
    found = all_optima(run_now(optima(MOONS, shelf, three)))
    data = MOONS.load()
    assert list(found.paths) == ["L1", "L2", "Elastic net"]
    for name, path in zip(three, found.paths.values(), strict=True):
        one = core.fit_logistic(data.X_train, data.y_train, name, [20.0])
        assert path.cost[LAMS.index(20.0) - 1] == pytest.approx(one.cost[0], abs=1e-6)
    parts = run_now(networks(MOONS, shelf, penalties=three))
    runs = together(parts).runs
    assert [run.penalty[0] for run in runs.values()] == list(three)
    assert together(parts).pictures is parts[0].pictures
    folds = by_label(run_now(validation(replace(MOONS, hidden=()), shelf, three)))
    assert list(folds) == ["L1", "L2", "Elastic net"]
    assert folds["Elastic net"].mean[5] != folds["L1"].mean[5]


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
    for name, penalty in LECTURE.items():
        path = core.fit_logistic(data.X_train, data.y_train, name, [20.0])
        W, cost, gap = found.at(penalty.label, 20.0)
        np.testing.assert_allclose(W, path.W[0], atol=1e-4)
        assert abs(cost - path.cost[0]) <= gap + path.gap[0]
        assert gap == found.paths[penalty.label].gap[LAMS.index(20.0) - 1] < 1e-6
        zeros = found.zeros(penalty.label)
        assert zeros[LAMS.index(20.0)] == (path.W[0] == 0).sum()
        assert zeros[0] == 0
        assert len(zeros) == len(LAMS)
        for k in (1, len(LAMS) - 1):
            W, cost, _ = found.at(penalty.label, LAMS[k])
            assert zeros[k] == (W == 0).sum()
            one = core.fit_logistic(data.X_train, data.y_train, name, [LAMS[k]])
            assert cost == pytest.approx(one.cost[0], abs=1e-6)
    free = [] if found.free is None else [found.free]
    parts = [(path.W, path.b, path.cost) for path in (*found.paths.values(), *free)]
    assert found.nbytes == sum(array.nbytes for arrays in parts for array in arrays)


def test_optima_take_their_turn_by_the_numbers_of_their_data():
    small, large = (optima(Settings(dataset=name, n_samples=50), Shelf()) for name in ("moons", "digits"))
    assert 0 < small.tasks[0].seconds < large.tasks[0].seconds < MAX_SECONDS


def test_optima_depend_on_the_data_alone():
    shelf = Shelf()
    key = optima(MOONS, shelf).key
    assert optima(replace(MOONS, lam=3.0, learning_rate=1.0, epochs=50, hidden=()), shelf).key == key
    assert optima(replace(MOONS, seed=1), shelf).key != key
    assert twin_fits(MOONS, shelf, 0).key != key

"""The work that validates λ: what it depends on, what it gives, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core import Settings
from core.settings import LAMS
from ui.data.shelf import Shelf
from ui.work import validation as work
from ui.work.networks import networks
from ui.work.tasks import run_now
from ui.work.validation import (
    SPLITS,
    Truth,
    Validations,
    comparisons,
    expectation,
    stability,
    truth,
    validation,
)

SMALL = Settings(dataset="moons", hidden=(4,), n_samples=50, epochs=100)


def test_exact_folds_depend_on_no_training_and_those_of_networks_on_all_but_lam():
    shelf = Shelf()
    exact, trained = replace(SMALL, hidden=()), SMALL
    for changed, same in (({"lam": 3.0}, True), ({"learning_rate": 1.0}, False), ({"epochs": 50}, False)):
        assert validation(replace(exact, **changed), shelf).key == validation(exact, shelf).key
        assert (validation(replace(trained, **changed), shelf).key == validation(trained, shelf).key) == same
    assert validation(replace(exact, seed=1), shelf).key != validation(exact, shelf).key


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_every_penalty_is_validated_as_the_core_does_it(hidden):
    settings = replace(SMALL, hidden=hidden)
    (found,) = run_now(validation(settings, Shelf()))
    data, n = settings.load(), len(LAMS)
    whole = core.cross_validate(
        *(data.X_train, data.y_train, hidden, [name for name in core.PENALTIES for _ in LAMS]),
        *(LAMS * len(core.PENALTIES), None, 0, 1, settings.learning_rate, settings.epochs),
    )
    for i, penalty in enumerate(core.PENALTIES.values()):
        mine = found.by_label[penalty.label]
        np.testing.assert_array_equal(mine.costs, whole.costs[:, i * n : (i + 1) * n])
        assert mine.folds == (10 if hidden == () else 5)


def test_the_truth_is_that_of_fresh_rows_and_only_of_data_that_are_drawn():
    shelf = Shelf()
    (nets,) = run_now(networks(SMALL, shelf))
    found = run_now(expectation(SMALL, shelf, nets.runs))
    assert [type(one) for one in found] == [Validations, Truth]
    X, y = SMALL.load_fresh()
    for label, run in nets.runs.items():
        np.testing.assert_allclose(found[1].cost[label], run.cross_entropy(X, y), rtol=1e-9)
        np.testing.assert_allclose(found[1].accuracy[label], run.accuracy(X, y), rtol=1e-9)
    assert truth(Settings(), shelf, {}) == ()


def test_what_is_refused_is_left_out_and_the_truth_is_not(monkeypatch):
    monkeypatch.setattr(work, "MAX_SECONDS", 1e-9)
    batch = validation(SMALL, Shelf())
    assert "so it is not begun. Choose fewer epochs or hidden units." in batch.refused(batch.tasks)
    assert [task.depends_on for task in expectation(SMALL, Shelf(), {}).tasks] == [("truth",)]
    assert not batch.possible().tasks


def test_each_split_is_a_task_of_its_own_and_halves_know_nothing_of_networks():
    shelf = Shelf()
    tasks = comparisons(replace(SMALL, seed=998), shelf, "l1").tasks
    assert [task.settings.seed for task in tasks] == [998, 999, *range(SPLITS - 2)]
    assert len({task.key for task in tasks}) == SPLITS
    assert stability(SMALL, shelf).key == stability(replace(SMALL, hidden=(8,), lam=1.0), shelf).key

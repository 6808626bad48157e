"""Learning curves as work: what a seed's curves depend on, and what of them is made anew."""

import pytest

import core
from tests.app import SHELF
from ui.work import curves as work
from ui.work.curves import curves
from ui.work.tasks import run_now


def test_seeds_beyond_the_last_begin_again_and_share_their_sizes():
    settings = core.Settings(dataset="needles", seed=998)
    tasks = curves(settings, SHELF, "l1", 0.3, 5).tasks
    assert [task.settings.seed for task in tasks] == [998, 999, 0, 1, 2]
    (sizes,) = {study.sizes for task in tasks for study in task.depends_on}
    assert all(sizes[-1] <= SHELF.load(task.settings, 0.3).data.m for task in tasks)


def test_the_chosen_lam_is_no_part_of_what_the_curves_depend_on():
    keys = [curves(core.Settings(lam=lam), SHELF, "l2", 0.3, 3).key for lam in (0.0, 50.0)]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    "changed",
    [{"penalty": "l1"}, {"test_share": 0.5}, {"n_seeds": 5}, {"settings": core.Settings(epochs=50)}],
)
def test_everything_else_that_can_be_chosen_is(changed):
    chosen = {"settings": core.Settings(), "penalty": "l2", "test_share": 0.3, "n_seeds": 3}
    keys = [curves(shelf=SHELF, **choice).key for choice in (chosen, {**chosen, **changed})]
    assert keys[0] != keys[1]


def test_more_seeds_train_only_those_that_are_new(monkeypatch):
    trained = []
    real = work.learning_curves
    monkeypatch.setattr(work, "learning_curves", lambda *of: trained.append(of) or real(*of))
    settings = core.Settings(dataset="moons", n_samples=50, hidden=(), epochs=50, seed=70)
    few = run_now(curves(settings, SHELF, "l2", 0.3, 3))
    many = curves(settings, SHELF, "l2", 0.3, 5)
    assert len(many.missing()) == 2
    assert "2 of 5 seeds" in many.pending(many.missing())
    assert run_now(many)[:3] == few
    assert len(trained) == 5
    assert many.kept() is not None

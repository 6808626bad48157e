"""Races as work: what one depends on, and that every λ is ready where that is soon done."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core import Settings
from core.settings import LAMS
from core.solvers import SOLVERS
from tests.app import QUICK, chart, open_app, topic
from ui.data.shelf import Shelf
from ui.work import races as work
from ui.work.races import PENALIZED, race, race_settings
from ui.work.tasks import run_now

MOONS = Settings(dataset="moons", n_samples=50, hidden=(3,), lam=2.0)


def test_a_race_depends_on_no_hidden_layer_and_begins_above_zero():
    settings = race_settings(replace(MOONS, hidden=(8, 8), epochs=1000, lam=0.0))
    assert settings == race_settings(replace(MOONS, lam=0.1))
    assert settings.lam == LAMS[1]
    assert race_settings(MOONS).lam == 2.0


def test_all_lams_race_together_so_that_a_chosen_one_finds_its_race_made():
    shelf = Shelf()
    batch = race(race_settings(MOONS), shelf, 0, 20)
    (found,) = run_now(batch)
    assert tuple(found.by_lam) == PENALIZED == LAMS[1:]
    for lam in (0.1, 1000.0):
        assert race(race_settings(replace(MOONS, lam=lam)), shelf, 0, 20).kept() == [found]
    data = core.load_dataset("moons", 0, 50, 0.2)
    alone = core.solvers.race(
        data.X_train, (data.y_train == 0).astype(int), 2.0, MOONS.learning_rate, 20, MOONS.seed
    )
    for solver in SOLVERS:
        np.testing.assert_allclose(found.by_lam[2.0].W[solver], alone.W[solver], atol=1e-6)
    assert found.nbytes == sum(race.nbytes for race in found.by_lam.values())


def test_at_each_lam_its_own_race_is_shown_and_at_zero_that_of_the_smallest_above_it():
    (found,) = run_now(race(race_settings(MOONS), Shelf(), 0, 20))
    assert [one.lam for one in found.shown] == [LAMS[1], *LAMS[1:]]
    assert found.shown[0] is found.shown[1] is found.by_lam[LAMS[1]]


def test_where_that_takes_long_the_chosen_lam_races_alone(monkeypatch):
    monkeypatch.setattr(work, "TOGETHER_SECONDS", 0.0)
    shelf = Shelf()
    (found,) = run_now(race(race_settings(MOONS), shelf, 0, 20))
    assert list(found.by_lam) == [2.0]
    assert [one.lam for one in found.shown] == [2.0]
    assert race(race_settings(replace(MOONS, lam=3.0)), shelf, 0, 20).kept() is None


@pytest.mark.parametrize("changed", [{"target": 1}, {"steps": 30}, {"settings": race_settings(Settings())}])
def test_a_race_is_told_from_others_by_its_class_its_steps_and_its_data(changed):
    chosen = {"settings": race_settings(MOONS), "target": 0, "steps": 20}
    shelf = Shelf()
    assert race(shelf=shelf, **chosen).key != race(shelf=shelf, **{**chosen, **changed}).key


def test_a_race_tells_how_far_it_is_and_can_be_stopped(samples):
    heard = []
    core.solvers.race(*samples, lam=2.0, steps=50, on_progress=lambda *now: heard.append(now))
    assert heard == [(i + 1, 50 * len(SOLVERS)) for i in range(50 * len(SOLVERS))]

    def stop(done: int, total: int) -> None:
        if done == 60:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        core.solvers.race(*samples, lam=2.0, steps=50, on_progress=stop)


def test_a_race_counts_its_bytes(samples):
    result = core.solvers.race(*samples, lam=2.0, steps=50)
    arrays = [result.steps, result.optimum, *result.W.values(), *result.cost.values()]
    assert result.nbytes == sum(array.nbytes for array in arrays) > 0


def test_a_race_is_kept_for_the_next_look_at_its_page(monkeypatch):
    app = open_app(topic("solvers"), seed="301", dataset="moons", **QUICK)
    assert not app.exception
    monkeypatch.setattr(work, "races", lambda *args: pytest.fail("it was run again"))
    app.run()
    assert not app.exception
    chart(app)

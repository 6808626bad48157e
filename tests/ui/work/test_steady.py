"""The α that a page advises where a training did not settle: it does what is said of it."""

from dataclasses import replace

import pytest

from core import PENALTIES, Settings
from core.settings import LEARNING_RATES
from ui.data.shelf import Shelf
from ui.work.networks import PLAIN, networks
from ui.work.steady import steady
from ui.work.tasks import run_now

UNSETTLED = [
    Settings(dataset="moons", n_samples=200, hidden=(8, 8), learning_rate=3.0),
    Settings(dataset="needles", n_samples=200, learning_rate=1.0, epochs=200),
    Settings(dataset="wine", hidden=(), learning_rate=3.0),
    Settings(dataset="circles", n_samples=50, hidden=(4,), learning_rate=1.0),
    Settings(hidden=(4,), learning_rate=3.0, epochs=100),
]


@pytest.mark.parametrize("settings", UNSETTLED)
def test_with_the_alpha_that_is_advised_every_network_settles(settings):
    shelf = Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    failed = {label for label, run in found.runs.items() if not run.sound.all()}
    assert failed
    (rates,) = run_now(steady(settings, shelf, found.runs))
    assert set(rates.by_label) == failed
    for label, alpha in rates.by_label.items():
        assert alpha in LEARNING_RATES
        assert alpha < settings.learning_rate
        (calmer,) = run_now(networks(replace(settings, learning_rate=alpha), shelf, PLAIN))
        assert calmer.runs[label].sound.all(), (label, alpha)


def test_where_no_alpha_of_the_panel_is_small_enough_it_says_0():
    settings, shelf = Settings(dataset="moons", n_samples=50, hidden=(4,), learning_rate=3.0), Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.work.steady.LEARNING_RATES", (3.0,))
        (rates,) = run_now(steady(settings, shelf, found.runs))
    assert set(rates.by_label.values()) == {0.0}


def test_it_is_work_for_the_queue_and_one_answer_for_every_lam():
    settings, shelf = Settings(dataset="moons", n_samples=50, learning_rate=3.0), Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    (task,) = steady(settings, shelf, found.runs).tasks
    assert task.seconds > 0
    assert len(PENALTIES) * 0.01 < task.seconds < 20
    assert steady(replace(settings, lam=1000.0), shelf, found.runs).key == (task.key,)

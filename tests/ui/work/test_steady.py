"""The α that a page advises where a training did not settle: it does what is said of it."""

from dataclasses import replace

import numpy as np
import pytest

from core import Settings
from core.settings import LEARNING_RATES
from ui.data.shelf import Shelf
from ui.work import steady as work
from ui.work.networks import MAX_SECONDS, PLAIN, networks
from ui.work.steady import SteadyRates, steady
from ui.work.tasks import run_now

UNSETTLED = [
    Settings(dataset=dataset, n_samples=50, hidden=hidden, learning_rate=learning_rate, epochs=100)
    for dataset in ("moons", "needles", "wine")
    for hidden in ((), (4,), (8, 8), (4, 4, 4))
    for learning_rate in (1.0, 3.0)
]
BLOWN_UP = Settings(dataset="moons", n_samples=200, hidden=(8, 8), learning_rate=3.0)
# With the α that the curvature alone would advise, these swing at another λ.
DECEPTIVE = [
    Settings(dataset="moons", n_samples=100, hidden=(4, 4, 4), learning_rate=1.0, epochs=200),
    Settings(dataset="circles", n_samples=100, hidden=(8, 8), learning_rate=3.0, epochs=1000, seed=2),
    Settings(dataset="moons", n_samples=200, hidden=(8,) * 4, learning_rate=1.0),
]
STEEP = Settings(dataset="spirals", n_samples=200, hidden=(8,) * 4, learning_rate=1.0)  # at first


def advised(settings: Settings) -> tuple[set[str], SteadyRates]:
    """Penalties of which plain steps leave a network diverged or swinging, and what is advised for them."""
    shelf = Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    (rates,) = run_now(steady(settings, shelf, found.runs))
    return {label for label, run in found.runs.items() if not run.sound.all()}, rates


@pytest.mark.parametrize("settings", [*UNSETTLED, BLOWN_UP, *DECEPTIVE, STEEP])
def test_with_the_alpha_that_is_advised_every_network_settles(settings):
    failed, rates = advised(settings)
    assert failed
    assert set(rates.by_label) == failed
    for alpha in set(rates.by_label.values()):
        assert alpha in LEARNING_RATES
        assert alpha < settings.learning_rate
        (calmer,) = run_now(networks(replace(settings, learning_rate=alpha), Shelf(), PLAIN))
        for label, run in calmer.runs.items():
            if alpha <= rates.by_label.get(label, alpha):
                assert run.sound.all(), (label, alpha, run.lams[~run.sound])


@pytest.mark.parametrize("dataset", ["moons", "breast_cancer", "xor"])
def test_of_logistic_regression_it_is_the_largest_that_its_hessian_allows(dataset):
    """The largest eigenvalue of the Hessian is at most that of XᵀX/4m, and λ/m under L2 (p = ½)."""
    settings = Settings(dataset=dataset, n_samples=100, hidden=(), learning_rate=3.0, epochs=200)
    failed, rates = advised(settings)
    assert "L2" in failed
    data = settings.load()
    with_bias = np.column_stack([data.X_train, np.ones(data.m)])
    curvature = np.linalg.eigvalsh(with_bias.T @ with_bias)[-1] / (4 * data.m) + 1000 / data.m
    assert rates.by_label["L2"] == max(alpha for alpha in LEARNING_RATES if alpha * curvature < 2)


def test_the_curvature_spares_trainings_that_would_not_settle(monkeypatch):
    settings = Settings(dataset="moons", n_samples=50, hidden=(), learning_rate=3.0, epochs=50)
    tried = []

    def recorded(data, settings, *args, **kwargs):
        tried.append(settings.learning_rate)
        return train_grid(data, settings, *args, **kwargs)

    train_grid = work.train_grid
    monkeypatch.setattr(work, "train_grid", recorded)
    _, rates = advised(settings)
    assert tried == sorted(set(rates.by_label.values()), reverse=True)


def test_each_alpha_is_tried_once_for_all_penalties(monkeypatch):
    monkeypatch.setattr(work, "steady_rates", lambda *_, **__: np.array([0.5]))
    tried = []

    def unsettled(data, settings, *args, **kwargs):
        tried.append(settings.learning_rate)
        return runs

    settings, shelf = Settings(dataset="moons", n_samples=50, hidden=(4, 4, 4), learning_rate=3.0), Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    runs = found.runs
    assert not any(run.sound.all() for run in runs.values())
    monkeypatch.setattr(work, "train_grid", unsettled)
    (rates,) = run_now(steady(settings, shelf, runs))
    assert tried == [0.3, 0.1, 0.03, 0.01]
    assert rates.by_label == dict.fromkeys(runs, 0.0), "none settles, and no α is named"


def test_at_the_smallest_alpha_there_is_none_to_advise():
    settings, shelf = Settings(dataset="moons", n_samples=50, hidden=(4,), learning_rate=3.0), Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    failed = {label for label, run in found.runs.items() if not run.sound.all()}
    smallest = replace(settings, learning_rate=LEARNING_RATES[0])
    (rates,) = run_now(steady(smallest, shelf, found.runs))
    assert rates.by_label == dict.fromkeys(failed, 0.0)


def test_it_is_work_for_the_queue_that_can_be_stopped_and_one_answer_for_every_lam():
    settings, shelf = replace(UNSETTLED[0], epochs=200), Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    (task,) = steady(settings, shelf, found.runs).tasks
    (training,) = networks(settings, shelf, PLAIN).tasks
    assert training.seconds < task.seconds < MAX_SECONDS
    assert steady(replace(settings, lam=1000.0), shelf, found.runs).key == (task.key,)
    assert steady(replace(settings, seed=1), shelf, found.runs).key != (task.key,)
    totals = set()
    task.work(lambda done, total: totals.add(total))
    assert totals == {work.WAY[-1], 200}, "while it measures and while it tries"


def test_it_is_not_refused_where_the_training_was_not(monkeypatch):
    settings, shelf = UNSETTLED[0], Shelf()
    (found,) = run_now(networks(settings, shelf, PLAIN))
    monkeypatch.setattr(work, "seconds", lambda *_: MAX_SECONDS)
    (task,) = steady(settings, shelf, found.runs).tasks
    assert task.refused is None

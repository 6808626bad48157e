"""Nothing that a page can ask for escapes: each piece of work is estimated, and bounded or refused."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import product
from operator import attrgetter
from time import thread_time

import numpy as np
import pytest

from core import DATASETS, PENALTIES, Settings
from core.datasets import Source, Table
from core.settings import EPOCHS, HIDDEN_CHOICES, LAMS, MAX_LAYERS, MAX_WIDTH, SAMPLES, UPLOAD
from tests.app import open_app, topic
from tests.ui.work.pieces import batch_of, piece
from ui.base.session import Own
from ui.data.shelf import Shelf
from ui.data.upload import MAX_FEATURES, MAX_ROWS
from ui.topics import TOPICS
from ui.topics.bias_variance import SETS
from ui.topics.topic import Context, Need
from ui.work import tasks
from ui.work.checks import gradient_check
from ui.work.curves import curves, over_widths
from ui.work.networks import networks
from ui.work.optimum import twin_fits
from ui.work.races import race, race_settings
from ui.work.tasks import BATCH_SECONDS, MAX_SECONDS, Batch, Task, run_now

MOST_CLASSES = 10
FACTOR = 4  # what an estimate may be wrong by, on a machine of another speed
LARGEST = {"hidden": (MAX_WIDTH,) * MAX_LAYERS, "epochs": EPOCHS[-1], "n_samples": SAMPLES[-1]}


@pytest.fixture(scope="module")
def own() -> Shelf:
    """The shelf of the largest table that a person can bring."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((MAX_ROWS, MAX_FEATURES)), np.arange(MAX_ROWS) % MOST_CLASSES
    names = tuple(f"x{i}" for i in range(MAX_FEATURES)), tuple(f"c{i}" for i in range(MOST_CLASSES))
    table = Table(X, y, *names)
    source = Source("Your data", "Noise.", "mine.csv", "yours", lambda *_: table, False)
    return Shelf(Own(table, source, "largest"))


class RecordedError(Exception):
    """Ends a picture where it asks for its first work."""


class Recorder:
    """A way to have work done that only writes down what is asked for."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []

    def __call__(self, batch: Batch) -> list:
        self.batches.append(batch)
        raise RecordedError


def asked_for(context: Context) -> Iterator[Batch]:
    """What each topic asks for at these settings, with every value of each of its controls."""
    for one in TOPICS:
        values = [control.values_in(context) or (None,) for control in one.controls]
        for chosen in product(*values):
            choices = {control.key: value for control, value in zip(one.controls, chosen, strict=True)}
            recorder = Recorder()
            asking = replace(context, runner=recorder, choices=choices, made={})
            for part in (
                one.prepare,
                attrgetter("networks"),
                attrgetter("training"),
                attrgetter("without_hidden"),
            ):
                with suppress(RecordedError):
                    part(asking)
            assert recorder.batches, one.key
            yield from recorder.batches
    for column in (0, context.data.n_features - 1):
        yield twin_fits(context.settings, context.shelf, column)
    for penalty, n_sets in product(PENALTIES, SETS.values if context.settings.hidden else ()):
        yield over_widths(context.settings, context.shelf, penalty, n_sets)


def contexts(own: Shelf) -> Iterator[Context]:
    """The largest settings that each data set allows, and those of the panel's own choices."""
    for dataset in (*DATASETS, UPLOAD):
        shelf = own if dataset == UPLOAD else Shelf()
        for hidden in (LARGEST["hidden"], *HIDDEN_CHOICES):
            settings = Settings(dataset=dataset, **{**LARGEST, "hidden": hidden})
            yield Context(settings, shelf, "light", run_now)


def test_whatever_a_page_asks_for_is_bounded_or_refused(own):
    kinds, refused = set(), set()
    for context in contexts(own):
        for batch in asked_for(context):
            asked = batch.tasks  # also those whose results another test has left on the shared shelf
            kinds |= {task.kind.name for task in asked}
            assert all(task.seconds > 0 for task in asked)
            if sentence := batch.refused(asked):
                refused |= {task.kind.name for task in asked}
                assert "so it is not begun. Choose " in sentence
            else:
                assert max(task.seconds for task in asked) <= MAX_SECONDS
                assert sum(task.seconds for task in asked) <= BATCH_SECONDS
    assert kinds == {"networks", "curves", "races", "checks", "optima", "validations"}
    assert {"networks", "curves"} <= refused
    assert {one.needs for one in TOPICS} == set(Need)


def test_a_study_that_takes_too_long_is_refused_with_what_to_lower():
    """Some took a quarter of an hour."""
    settings = Settings(dataset="digits", hidden=(16, 8), epochs=1000)
    study = curves(settings, Shelf(), "l2", SETS.values[-1])
    sentence = study.refused(study.missing())
    assert "more than the 5 minutes" in sentence
    assert "Choose fewer epochs, hidden units or training sets." in sentence
    one = curves(replace(settings, **LARGEST), Shelf(), "l2", 1)
    assert "more than the 60 seconds" in one.refused(one.missing())
    usual = curves(Settings(), Shelf(), "l2", SETS.values[-1])
    assert usual.refused(usual.missing()) is None


def test_a_page_says_so_in_place_of_its_button(monkeypatch):
    monkeypatch.setattr(tasks, "BATCH_SECONDS", 0.05)
    app = open_app(
        topic("bias_variance"), dataset="moons", n_samples="50", hidden="4", epochs="50", seed="305"
    )
    assert not app.exception
    refused = "so it is not begun. Choose fewer epochs, hidden units or training sets."
    assert sum(refused in warning.value for warning in app.main.warning) == 1
    assert "Train them" not in [button.label for button in app.button]
    assert not app.get("vega_lite_chart")


def large(own: Shelf) -> dict[str, Batch]:
    """Work of each kind that takes a moment, near the sizes at which an estimate could be furthest off."""
    digits = Settings(dataset="digits", hidden=(16, 8), epochs=50)
    mine = Settings(dataset=UPLOAD, lam=LAMS[1])
    wide = replace(digits, hidden=LARGEST["hidden"])
    narrow = Settings(dataset="moons", hidden=(8, 8, 8, 8), epochs=100, n_samples=1000)
    widest = over_widths(replace(narrow, n_samples=400), Shelf(), next(iter(PENALTIES)), 1)
    return {
        "networks of digits": networks(digits, Shelf()),
        "networks of moons": networks(narrow, Shelf()),
        "curves": curves(replace(narrow, hidden=(8,)), Shelf(), next(iter(PENALTIES)), 1),
        "the widest": replace(widest, tasks=widest.tasks[-1:]),
        "race": race(race_settings(mine), own, 0, 1000),
        "check": gradient_check(replace(wide, dataset="moons", hidden=(MAX_WIDTH,) * 2), Shelf(), "l1", None),
        "twins": twin_fits(mine, own, 0),
    }


def measured(task: Task) -> float:
    """Seconds of this thread, which others on the same machine hardly count in."""
    began = thread_time()
    task.work(lambda done, total: None)
    return thread_time() - began


def test_estimates_are_honest(own):
    for name, batch in large(own).items():
        (task,) = batch.tasks
        assert measured(task) <= FACTOR * task.seconds + 0.2, name


def test_what_takes_too_long_is_refused_though_nobody_said_so(monkeypatch):
    assert "more than the 60 seconds" in batch_of(piece(seconds=MAX_SECONDS + 1)).refused([piece(seconds=61)])
    many = [piece(i, seconds=50.0) for i in range(7)]
    sentence = batch_of(*many).refused(many)
    assert "take about 6 minutes, more than the 5 minutes" in sentence
    assert batch_of(*many).refused(many[:6]) is None, "what is kept is not done again"
    monkeypatch.setattr(tasks, "BATCH_SECONDS", 1e9)
    assert batch_of(*many).refused(many) is None

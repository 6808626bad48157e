"""The networks of a page: trained together, told apart by what they depend on, refused before they begin."""

from threading import Lock
from types import SimpleNamespace

import numpy as np
import pytest

import core
from core import Settings, train_grid
from core.settings import EPOCHS, HIDDEN_CHOICES, LAMS, UPLOAD
from tests.trained import LECTURE
from tests.ui.data.own_tables import own_shelf
from tests.ui.work.pieces import Busy
from ui.data.shelf import Shelf
from ui.work import networks as work
from ui.work import tasks
from ui.work.curves import curves
from ui.work.networks import MAX_SECONDS, PLAIN, TO_REST, Shape, networks, refusal, seconds, too_long
from ui.work.tasks import RefusedError, deferred, run_now

SMALL = Settings(dataset="moons", n_samples=50, hidden=(3,), epochs=50)
N_NETWORKS = len(LAMS) * len(LECTURE)
DIGITS = Shape(64, 10, 1257)


def test_every_penalty_is_trained_over_the_grid_from_one_start():
    shelf = Shelf()
    (found,) = run_now(networks(SMALL, shelf))
    assert list(found.runs) == [penalty.label for penalty in LECTURE.values()]
    assert found.data is shelf.load(SMALL).data
    assert found.lams.tolist() == list(LAMS)
    data = core.load_dataset("moons", 0, 50, 0.2)
    expected = train_grid(data, SMALL, 2, method="accelerated")
    for label, run in found.runs.items():
        assert run.method == "accelerated"
        assert "rest" in run.__dict__, "measured with the training, beside the pages"
        assert len(run.epochs) == 2, "where it began and where it ended"
        for W, of_one in zip(run.W, expected[label].W, strict=True):
            np.testing.assert_array_equal(W, of_one)
    starts = [run.history_W[0][0] for run in found.runs.values()]
    assert all((start == starts[0][0]).all() for start in starts)


def test_the_lectures_step_is_there_too_with_its_history():
    (found,) = run_now(networks(SMALL, Shelf(), PLAIN))
    expected = train_grid(SMALL.load(), SMALL, work.MAX_SNAPSHOTS)
    for label, run in found.runs.items():
        assert run.epochs.tolist() == list(range(0, 51)) == expected[label].epochs.tolist()
        np.testing.assert_array_equal(run.history_W[0], expected[label].history_W[0])
    assert networks(SMALL, Shelf()).key != networks(SMALL, Shelf(), PLAIN).key


def test_the_chosen_lam_is_no_part_of_what_networks_depend_on():
    shelf = Shelf()
    keys = {networks(Settings(lam=lam), shelf).key for lam in LAMS}
    assert len(keys) == 1


@pytest.mark.parametrize("changed", [{"n_samples": 50}, {"noise": 0.4}])
def test_settings_for_drawn_data_count_there_alone(changed):
    shelf = Shelf()
    for dataset, counts in (("moons", True), ("wine", False)):
        keys = [networks(Settings(dataset=dataset, **more), shelf).key for more in ({}, changed)]
        assert (keys[0] != keys[1]) == counts, dataset
    own = own_shelf()
    keys = [networks(Settings(dataset=UPLOAD, **more), own).key for more in ({}, changed)]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    "changed", [{"hidden": (4,)}, {"learning_rate": 0.1}, {"epochs": 100}, {"seed": 1}, {"dataset": "xor"}]
)
def test_everything_else_that_can_be_set_counts(changed):
    shelf = Shelf()
    assert (
        networks(Settings(dataset="moons"), shelf).key
        != networks(Settings(**{"dataset": "moons", **changed}), shelf).key
    )


def test_the_bar_says_how_many_networks_there_are():
    (task,) = networks(SMALL, Shelf()).tasks
    assert task.label == f"Training {N_NETWORKS} networks"


def test_on_the_way_to_rest_there_are_more_epochs_and_dearer_ones():
    shelf = Shelf()
    plain, to_rest = (networks(SMALL, shelf, method).tasks[0].seconds for method in (PLAIN, TO_REST))
    long = Settings(dataset="moons", n_samples=50, hidden=(3,), epochs=2000)
    plain_long, to_rest_long = (networks(long, shelf, method).tasks[0].seconds for method in (PLAIN, TO_REST))
    assert 1 < to_rest_long / plain_long < to_rest / plain, "of many epochs fewer are added"


def test_networks_count_with_the_pictures_that_were_drawn_of_them():
    drawn = SimpleNamespace(packed={"table": b"x" * 1000})
    (found,) = run_now(networks(SMALL, Shelf()))
    before = found.nbytes
    assert before == found.data.nbytes + sum(run.nbytes for run in found.runs.values())
    found.pictures.put(0, drawn)
    assert found.nbytes == before + 1000


@pytest.mark.parametrize("method", [PLAIN, TO_REST])
def test_what_would_take_too_long_is_refused_with_what_would_not(method):
    settings = Settings(dataset="digits", hidden=(32,) * 4, epochs=2000)
    assert seconds(settings, DIGITS, method) > MAX_SECONDS
    sentence = refusal(settings, DIGITS, method)
    assert f"Training {N_NETWORKS} networks" in sentence
    most = int(sentence.split("at most ")[1].split(" epochs")[0].replace(",", ""))
    longer = [epochs for epochs in EPOCHS if epochs > most]
    for epochs, fits in ((most, True), (longer[0], False)):
        chosen = Settings(dataset="digits", hidden=settings.hidden, epochs=epochs)
        assert (refusal(chosen, DIGITS, method) is None) == fits
    assert too_long(settings, core.load_dataset("digits"), method) is not None
    assert too_long(SMALL, core.load_dataset("moons"), method) is None
    (task,) = networks(settings, Shelf(), method).tasks
    assert task.refusal == sentence


def test_a_person_with_many_rows_is_told_that_fewer_would_do():
    for dataset, told in (("digits", False), (UPLOAD, True)):
        sentence = refusal(Settings(dataset=dataset, epochs=50), Shape(64, 10, 10_000_000))
        assert ("or rows" in sentence) == told
        assert "Choose fewer epochs" in sentence, "no number of epochs is small enough"


def test_the_largest_table_that_is_promised_is_trained_at_the_defaults():
    settings = Settings(dataset=UPLOAD)
    assert refusal(settings, Shape(64, 10, 3500)) is None


@pytest.mark.parametrize("hidden", [*HIDDEN_CHOICES, (64,) * 4])
def test_wide_networks_keep_fewer_snapshots(monkeypatch, hidden):
    monkeypatch.setattr(work, "HISTORY_BYTES", 4_000_000)
    settings = Settings(dataset="moons", n_samples=50, hidden=hidden, epochs=100)
    (found,) = run_now(networks(settings, Shelf(), PLAIN))
    runs = found.runs.values()
    n = len(next(iter(runs)).epochs)
    assert 2 <= n <= work.MAX_SNAPSHOTS
    one_more = sum(run.nbytes for run in runs) * (n + 1) / n
    assert n == 2 or sum(run.nbytes for run in runs) <= 4_000_000
    assert n == work.MAX_SNAPSHOTS or one_more > 4_000_000


def test_a_download_is_refused_where_the_server_is_busy_or_another_one_is_under_way(monkeypatch):
    shelf, turn = Shelf(), Lock()
    download = deferred(turn)
    batch = networks(Settings(epochs=50, seed=304), shelf)
    with turn, pytest.raises(RefusedError, match="Another download of yours"):
        download(batch)
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "QUEUE", Busy())
        for wanted in (batch, curves(SMALL, shelf, "l2", 1)):
            with pytest.raises(RefusedError, match="The server is busy"):
                download(wanted)
    assert not turn.locked()
    (found,) = download(batch)
    assert list(found.runs) == [penalty.label for penalty in LECTURE.values()]

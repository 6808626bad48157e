"""Where results are kept: the program's for all, a person's with that person's table and nowhere else."""

import ast
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core
from core import Settings
from core.settings import UPLOAD
from tests.ui.data.own_tables import own_shelf, owned
from ui.data.shelf import SHARED, Kind, Shelf
from ui.work.checks import gradient_check
from ui.work.curves import aim, curves
from ui.work.networks import networks
from ui.work.optimum import twin_fits
from ui.work.races import race, race_settings
from ui.work.tasks import Batch, run_now

ROOT = Path(__file__).parents[3]
SMALL = Settings(dataset="moons", n_samples=50, hidden=(2,), epochs=50)
OWN = Settings(dataset=UPLOAD, hidden=(2,), epochs=50)


EVERY_KIND: dict[str, Callable[[Settings, Shelf], Batch]] = {
    "networks": networks,
    "curves": lambda settings, shelf: curves(settings, shelf, "l2", 2),
    "race": lambda settings, shelf: race(race_settings(settings), shelf, 0, 10),
    "check": lambda settings, shelf: gradient_check(settings, shelf, "l1", None),
    "twins": lambda settings, shelf: twin_fits(settings, shelf, 0),
}
every_kind_of_work = pytest.mark.parametrize("batch_of", EVERY_KIND.values(), ids=EVERY_KIND.keys())


def test_data_are_loaded_once_and_split_by_the_settings_that_name_them():
    shelf = Shelf()
    first = shelf.load(SMALL)
    assert shelf.load(replace(SMALL, lam=0.0, hidden=(3,), epochs=100, learning_rate=1.0)) is first
    expected = core.load_dataset("moons", 0, 50, 0.2)
    np.testing.assert_array_equal(first.data.X_train, expected.X_train)
    for other in (replace(SMALL, seed=1), replace(SMALL, noise=0.3), replace(SMALL, n_samples=100)):
        assert not np.array_equal(shelf.load(other).data.X_train, expected.X_train)
    assert len(shelf.load(SMALL, 0.5).data.y_test) > len(first.data.y_test)
    assert shelf.load(SMALL) is first, "the other shares are kept beside it"


def test_a_shelf_without_a_persons_data_says_where_to_bring_them():
    with pytest.raises(ValueError, match="bring a file on the page Your data"):
        Shelf().load(OWN)


def test_a_persons_table_is_split_by_the_seed():
    shelf = own_shelf()
    splits = [shelf.load(replace(OWN, seed=seed)).data for seed in (0, 1)]
    assert [len(split.y_train) + len(split.y_test) for split in splits] == [40, 40]
    assert not np.array_equal(splits[0].X_train, splits[1].X_train)
    assert splits[0].source.source == "mine.csv"


def test_each_kind_has_one_store_for_all_threads_bounded_for_those_who_share_it():
    kind = Kind("small", 3000, 100)
    for shelf, max_bytes in ((Shelf(), 3000), (own_shelf(), 100)):
        with ThreadPoolExecutor(8) as threads:
            stores = list(threads.map(lambda _, shelf=shelf: shelf.store(kind), range(50)))
        assert len({id(store) for store in stores}) == 1
        assert stores[0]._max_bytes == max_bytes
        assert shelf.store(Kind("other", 1, 1)) is not stores[0]


@every_kind_of_work
def test_no_result_of_a_persons_data_comes_to_the_shared_shelf(batch_of):
    shelf = own_shelf()
    before = {name: list(store._kept) for name, store in SHARED.stores.items()}
    batch = batch_of(OWN, shelf)
    run_now(batch)
    assert batch.kept() is not None
    assert all(task.shelf is shelf for task in batch.tasks)
    assert {name: list(store._kept) for name, store in SHARED.stores.items()} == before


@every_kind_of_work
def test_what_was_made_of_one_persons_table_is_not_found_for_another(batch_of):
    """Even where the stores are the same: the table's fingerprint is a part of every key."""
    stores = {}
    one, other, again = (Shelf(owned(seed), stores) for seed in (1, 2, 1))
    run_now(batch_of(OWN, one))
    assert batch_of(OWN, one).kept() is not None
    assert batch_of(OWN, other).kept() is None
    assert batch_of(OWN, again).kept() is not None, "the same table, brought again"
    assert not np.array_equal(one.load(OWN).data.X_train, other.load(OWN).data.X_train)


@every_kind_of_work
def test_every_kind_of_result_counts_its_bytes(batch_of):
    assert all(result.nbytes > 0 for result in run_now(batch_of(SMALL, Shelf())))


def test_no_cache_is_asked_for_what_may_be_a_persons_own():
    """A function's cache is everybody's; what a context, a shelf or settings lead to may be one person's."""
    cached = {
        node.name
        for path in (*(ROOT / "pages").rglob("*.py"), *(ROOT / "ui").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
        and any(of in ast.unparse(node.args) for of in ("Settings", "Shelf", "Context", "Dataset", "Own"))
    }
    assert cached == {"_true_shares"}, "keep it in a store of the shelf"


def test_the_truth_of_a_persons_data_is_not_asked_of_the_cache(monkeypatch):
    monkeypatch.setattr("ui.work.curves._true_shares", lambda *args: pytest.fail("it was asked"))
    shelf = own_shelf()
    assert aim(OWN, shelf.load(OWN).data).shape[1] == shelf.load(OWN).data.m

"""Pictures are kept as they travel: packed, once for all who ask, and tables that are alike once."""

import gc
import weakref

import numpy as np
import pandas as pd
import pytest

import core
import ui.memory
from core import Settings
from tests.test_pages import QUICK, open_app
from ui import gradient_check, sparsity
from ui.lesson import Lesson, Loaded, Trained
from ui.memory import Album, Store
from ui.picture import Picture, remembered

BIG = pd.DataFrame({"k": np.arange(1000), "v": np.linspace(0, 1, 1000)})


def picture(k: int, big: pd.DataFrame = BIG) -> Picture:
    """Two tables: a large one that does not depend on k, and a small one that does."""
    return Picture("p", {"mark": "point"}, {"big": big, "chosen": pd.DataFrame({"k": [k]})})


def test_a_table_comes_out_of_its_packing_as_it_went_in():
    table = pd.DataFrame({"λ": ["0", "1"], "x": [0.5, np.nan], "n": np.array([1, 2], np.int8)})
    tables = Picture("p", tables={"t": table}).tables
    assert list(tables) == ["t"]
    pd.testing.assert_frame_equal(tables["t"], table)


def test_pictures_that_differ_in_a_small_table_share_the_large_one():
    album = Album(10**6)
    for k in range(20):
        album.put(k, picture(k))
    kept = [album.get(k) for k in range(20)]
    assert len({id(one.packed["big"]) for one in kept}) == 1
    assert [one.tables["chosen"].k[0] for one in kept] == list(range(20))
    assert album.nbytes == len(kept[0].packed["big"]) + sum(len(one.packed["chosen"]) for one in kept)


def test_an_album_keeps_what_was_used_last_within_its_bytes():
    each = Album(1)
    each.put(0, picture(0))
    album = Album(3 * each.nbytes)
    for k in range(3):
        album.put(k, picture(k, BIG + k))
    assert album.get(0) is not None
    album.put(3, picture(3, BIG + 3))
    assert [k for k in range(4) if album.get(k)] == [0, 2, 3]
    assert album.nbytes <= 3 * each.nbytes
    assert each.get(0) is not None, "the newest always stays"


def test_pictures_count_where_their_networks_are_kept():
    data = core.load_dataset("moons", 0, 50)
    trained = Trained(data, {"L1": core.train(data.X_train, data.y_train, (2,), lams=[0.0], epochs=2)})
    before = trained.nbytes
    trained.pictures.put(0, picture(0))
    assert trained.nbytes == before + trained.pictures.nbytes > before


def test_a_new_picture_above_the_bound_of_memory_lets_go_of_what_is_older(monkeypatch):
    store = Store(10**9)
    for i in range(8):
        store.put(i, Loaded(core.load_dataset("moons", i, 50)))
    monkeypatch.setattr(ui.memory, "runs_short", lambda: True)
    store.get(7).pictures.put(0, picture(0))
    assert [i for i in range(8) if store.get(i)] == [4, 5, 6, 7]


def test_a_picture_is_made_once_for_each_choice_and_lam():
    made = []

    @remembered
    def drawn(lesson: Lesson, how: str = "a") -> Picture:
        made.append((lesson.settings.lam, how))
        return picture(0)

    trained = Trained(core.load_dataset("moons", 0, 50), {})
    for lam, how in ((1.0, "a"), (1.0, "b"), (2.0, "a"), (1.0, "a"), (1.0, "b")):
        drawn(Lesson(Settings(lam=lam), trained, "light"), how)
    assert made == [(1.0, "a"), (1.0, "b"), (2.0, "a")]


def test_pictures_are_told_apart_without_keeping_what_they_were_drawn_from():
    @remembered
    def drawn(lesson: Lesson, *choices: object) -> Picture:
        return picture(0)

    lesson = Lesson(Settings(), Trained(core.load_dataset("moons", 0, 50), {}), "light")
    one = core.train(np.eye(4), [0, 1, 0, 1], (), lams=[1.0], epochs=1)
    alive = weakref.ref(one)
    first = drawn(lesson, (one, one), "a")
    del one
    gc.collect()
    assert alive() is None
    assert drawn(lesson, (1, 2), "a") is first
    assert drawn(lesson, (1, 2, 3), "a") is not first, "of another number of seeds"
    checks = [
        gradient_check.measure(Settings(dataset="moons"), penalty, gradient_check.NONE)
        for penalty in ("l1", "l2", "l1")
    ]
    pictures = [drawn(lesson, check) for check in checks]
    assert pictures[0] is pictures[2]
    assert pictures[0] is not pictures[1]


def test_a_second_session_at_the_same_choices_draws_nothing_anew(monkeypatch):
    open_app(lam="10", seed="37", **QUICK)
    monkeypatch.setattr(sparsity, "weights_over_lam", lambda *args: pytest.fail("the tables were made anew"))
    assert not open_app(lam="10", seed="37", **QUICK).exception

"""What is kept of work already done: within its bytes, and less of it where memory runs short."""

from pathlib import Path

import pytest

from ui.base import cache
from ui.base.cache import PictureCache, Store


class Kept:
    """A result of so many bytes."""

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


class Drawn:
    """A picture with its tables as bytes."""

    def __init__(self, **packed: bytes) -> None:
        self.packed = packed


def fill(store: Store, n: int) -> None:
    for i in range(n):
        store.put(i, Kept(10))


def kept(store: Store | PictureCache, n: int) -> list[int]:
    return [i for i in range(n) if store.get(i) is not None]


def test_a_store_keeps_what_was_used_last_within_its_bytes():
    store = Store(50)
    fill(store, 5)
    assert store.get(0) is not None
    store.put(5, Kept(25))
    assert kept(store, 6) == [0, 4, 5]
    store.put(6, Kept(1000))
    assert kept(store, 7) == [6], "the newest always stays"


def test_pictures_share_the_tables_that_are_alike_and_the_rest_is_counted():
    pictures = PictureCache(10**6)
    for k in range(20):
        pictures.put(k, Drawn(big=bytes(bytearray(1000)), chosen=bytes([k])))
    found = [pictures.get(k) for k in range(20)]
    assert len({id(one.packed["big"]) for one in found}) == 1
    assert [one.packed["chosen"] for one in found] == [bytes([k]) for k in range(20)]
    assert pictures.nbytes == 1000 + 20


def test_pictures_are_kept_within_their_bytes():
    pictures = PictureCache(3000)
    for k in range(3):
        pictures.put(k, Drawn(t=bytes([k]) * 1000))
    assert pictures.get(0) is not None
    pictures.put(3, Drawn(t=bytes([3]) * 1000))
    assert kept(pictures, 4) == [0, 2, 3]
    assert pictures.nbytes == 3000
    pictures.put(4, Drawn(t=b"x" * 10_000))
    assert kept(pictures, 5) == [4], "the newest always stays"


def test_no_bound_on_memory_means_no_look_at_it(monkeypatch):
    monkeypatch.delenv("LAB_MEMORY_MB", raising=False)
    monkeypatch.setattr(cache, "resident", lambda: pytest.fail("it was asked for"))
    fill(Store(50), 3)


def test_above_the_bound_every_store_lets_go_of_its_older_half(monkeypatch):
    stores = [Store(1000), Store(1000)]
    for store in stores:
        fill(store, 8)
    monkeypatch.setenv("LAB_MEMORY_MB", "1")  # less than Python itself takes
    assert cache.resident() > 2**20
    stores[0].put(8, Kept(10))
    assert kept(stores[0], 9) == [4, 5, 6, 7, 8]
    assert kept(stores[1], 9) == [4, 5, 6, 7]
    monkeypatch.setenv("LAB_MEMORY_MB", "1000000")
    stores[0].put(9, Kept(10))
    assert kept(stores[0], 10) == [4, 5, 6, 7, 8, 9]


def test_a_new_picture_above_the_bound_makes_the_stores_let_go_too(monkeypatch):
    store = Store(1000)
    fill(store, 8)
    monkeypatch.setattr(cache, "runs_short", lambda: True)
    PictureCache(1000).put(0, Drawn(t=b"x"))
    assert kept(store, 8) == [4, 5, 6, 7]


@pytest.mark.parametrize(
    ("limit", "used", "files", "is_full"),
    [("1000", 950, 0, True), ("1000", 950, 100, False), ("1000", 500, 0, False), ("max", 10**9, 0, False)],
)
def test_a_container_near_its_limit_is_full_and_files_it_could_drop_do_not_count(
    monkeypatch, tmp_path, limit, used, files, is_full
):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {files}\n")
    monkeypatch.setattr(cache, "CGROUP", tmp_path)
    assert cache.container_is_full() == is_full


def test_a_system_that_tells_nothing_of_memory_is_no_fault(monkeypatch):
    nowhere = Path("/nowhere")
    monkeypatch.setattr(cache, "CGROUP", nowhere)
    monkeypatch.setattr(cache, "STATM", nowhere)
    monkeypatch.setenv("LAB_MEMORY_MB", "1")
    assert not cache.runs_short()

"""What is kept of work already done: within its bytes, and less of it where memory runs short."""

import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis.strategies import booleans, integers, lists, tuples

from ui.base import cache
from ui.base.cache import Account, PictureCache, Store


class Kept:
    """A result of so many bytes."""

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


class Pictured:
    """A result with pictures beside it, as networks have them."""

    def __init__(self, nbytes: int, account: Account) -> None:
        self._nbytes, self.pictures = nbytes, PictureCache(10**6, account)

    @property
    def nbytes(self) -> int:
        return self._nbytes + self.pictures.nbytes


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


BASELINE = 1000


def account_of(bound: int | None, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account of a process that takes BASELINE by itself; what is held does not show in it."""
    monkeypatch.setattr(cache, "resident", lambda: BASELINE)
    account = Account(None if bound is None else BASELINE + bound)
    account.note_baseline()
    return account


def test_no_bound_on_memory_means_no_look_at_it(monkeypatch):
    monkeypatch.setattr(cache, "resident", lambda: pytest.fail("it was asked for"))
    monkeypatch.setattr(Account, "held", lambda self: pytest.fail("it was counted"))
    fill(Store(50, Account(None)), 3)


def test_above_the_bound_the_oldest_of_all_stores_go_and_no_more_than_that(monkeypatch):
    account = account_of(160, monkeypatch)
    one, other = Store(1000, account), Store(1000, account)
    fill(one, 8)
    fill(other, 8)
    assert account.held() == 160
    assert one.get(0) is not None
    other.put(8, Kept(15))
    assert kept(one, 8) == [0, 3, 4, 5, 6, 7]
    assert kept(other, 9) == list(range(9))
    assert account.held() == 155


def test_a_revisit_right_after_finds_what_was_made_however_often_something_is_put(monkeypatch):
    account = account_of(100, monkeypatch)
    store = Store(1000, account)
    for i in range(50):
        store.put(i, Kept(40))
        assert kept(store, 50) == [i - 1, i][-min(i + 1, 2) :]


def test_one_result_beyond_the_bound_stays_as_long_as_it_is_the_newest(monkeypatch):
    account = account_of(100, monkeypatch)
    one, other = Store(1000, account), Store(1000, account)
    fill(one, 3)
    other.put(0, Kept(500))
    assert (kept(one, 3), kept(other, 1)) == ([], [0])
    one.put(3, Kept(10))
    assert (kept(one, 4), kept(other, 1)) == ([3], [])


def test_what_is_held_elsewhere_counts_and_takes_room_from_what_is_kept(monkeypatch):
    account, uploads = account_of(100, monkeypatch), [0]
    account.register_holder("uploads", lambda: uploads[0])
    store = Store(1000, account)
    fill(store, 10)
    uploads[0] = 60
    store.put(10, Kept(10))
    assert kept(store, 11) == [7, 8, 9, 10]
    assert account.held() == 100


def test_the_stores_of_a_session_count_and_go_with_it(monkeypatch):
    account = account_of(10**6, monkeypatch)
    shared, own = Store(1000, account), Store(1000, account)
    fill(shared, 3)
    fill(own, 4)
    assert account.held() == 70
    del own
    gc.collect()
    assert account.held() == 30


def test_pictures_count_once_where_they_lie_beside_what_is_kept(monkeypatch):
    account = account_of(10**6, monkeypatch)
    store = Store(10**6, account)
    value = Pictured(10, account)
    store.put(0, value)
    value.pictures.put(0, Drawn(t=b"x" * 1000))
    assert account.held() == value.nbytes == 1010


def test_what_the_process_takes_by_itself_is_measured_once_and_without_what_is_held(monkeypatch):
    monkeypatch.setattr(cache, "resident", lambda: 1000)
    account = Account(1200)
    store = Store(10**6, account)
    account.bound = None
    fill(store, 30)
    account.bound = 1200
    account.note_baseline()  # 700
    monkeypatch.setattr(cache, "resident", lambda: pytest.fail("it was asked for again"))
    fill(store, 30)
    assert account.held() == 300
    store.put(30, Kept(250))
    assert account.held() == 500


def test_the_system_is_asked_now_and_then_and_what_is_too_much_by_its_word_goes(monkeypatch):
    account, now, asked = account_of(10**6, monkeypatch), [0.0], []
    monkeypatch.setattr(cache, "monotonic", lambda: now[0])
    monkeypatch.setattr(cache, "container_is_full", lambda: False)
    monkeypatch.setattr(cache, "give_back", lambda: None)
    monkeypatch.setattr(cache, "resident", lambda: asked.append(1) or BASELINE + 10**6 + 35)
    account._looked_at = 0.0
    store = Store(1000, account)
    fill(store, 8)
    assert not asked
    now[0] = cache.LOOK_EVERY + 1
    store.put(8, Kept(10))
    assert asked
    assert kept(store, 9) == [4, 5, 6, 7, 8], "35 bytes are four results"
    asked.clear()
    fill(store, 8)
    assert not asked


@given(
    bound=integers(0, 300),
    steps=lists(tuples(integers(0, 2), integers(0, 5), integers(0, 120), booleans()), max_size=60),
)
def test_whatever_is_put_the_sum_stays_within_the_bound_and_what_was_used_last_stays(bound, steps):
    with pytest.MonkeyPatch.context() as patch:
        account = account_of(bound, patch)
        stores = [Store(10**6, account) for _ in range(3)]
        used: list[tuple[int, int]] = []  # oldest first
        for which, key, nbytes, puts in steps:
            store = stores[which]
            if not puts:
                if store.get(key) is not None:
                    used = [one for one in used if one != (which, key)] + [(which, key)]
                continue
            store.put(key, Kept(nbytes))
            used = [one for one in used if one != (which, key)] + [(which, key)]
            here = [(w, k) for w, k in used if k in stores[w]._kept]
            assert account.held() <= bound or here == [(which, key)]
            assert here == used[len(used) - len(here) :], "what is left was used last"
            used = here


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
    account = Account(100)
    account._looked_at = -cache.LOOK_EVERY
    store = Store(1000, account)
    fill(store, 20)
    assert account.held() == store.nbytes == 100


@pytest.mark.parametrize("error", [None, OSError, AttributeError, TypeError])
def test_the_system_takes_back_what_is_free_or_cannot(monkeypatch, error):
    if error:  # as on systems that have no such function, or no library without a name
        monkeypatch.setattr(cache.ctypes, "CDLL", Mock(side_effect=error))
    cache.give_back()


@pytest.mark.skipif(not cache.STATM.exists(), reason="the system does not tell how much memory is resident")
def test_a_process_knows_what_it_has():
    assert cache.resident() > 0


def test_threads_that_put_and_let_go_at_once_lose_no_count(monkeypatch):
    account = account_of(200, monkeypatch)
    stores = [Store(150, account) for _ in range(2)]

    def work(seed: int) -> None:
        for i in range(500):
            stores[(seed + i) % 2].put((seed * i) % 7, Kept(10 + i % 5))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    for store in stores:
        assert store.nbytes == sum(value.nbytes for value in store._kept.values())
    assert account.held() <= 200

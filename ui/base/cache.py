"""What is kept of work already done: each store within its bytes, and all of them within the process's.

A store's own bound says how much of one kind is worth keeping. What one process may take beyond that is one
account: all stores of all sessions, the pictures beside what they show, and what others report, such as
uploads. Where it is overdrawn, what was used longest ago goes, wherever it lies, and no more than that.
"""

import ctypes
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

from ui.base.environment import ENVIRONMENT

MB = 2**20
LOOK_EVERY = 30.0  # seconds between two looks at what the process really takes
STATM = Path("/proc/self/statm")  # Linux: this process; its second number is what is resident, in pages
CGROUP = Path("/sys/fs/cgroup")  # Linux: the container


class Sized(Protocol):
    """What a store can keep."""

    @property
    def nbytes(self) -> int: ...


class Packed(Protocol):
    """What a picture cache can keep: a picture with its tables as bytes, by name."""

    @property
    def packed(self) -> dict[str, bytes]: ...


Key = TypeVar("Key")
Value = TypeVar("Value", bound=Sized | Packed)
SizedValue = TypeVar("SizedValue", bound=Sized)


class Account:
    """The memory of one process: what it may take, what it takes by itself, and what is held beyond that."""

    def __init__(self, bound: int | None) -> None:
        """bound: bytes of the process; None for none, and then nothing is counted."""
        self.bound = bound
        self._baseline: int | None = None  # bytes that the process takes without what is held
        self._stores: WeakSet[Store] = WeakSet()
        self._pictures: WeakSet[PictureCache] = WeakSet()
        self._holders: dict[str, Callable[[], int]] = {}
        self._lock, self._looked_at = Lock(), monotonic()

    def add(self, keeper: "Store | PictureCache") -> None:
        """Count what it keeps, as long as it lives."""
        with self._lock:
            if isinstance(keeper, Store):
                self._stores.add(keeper)
            else:
                self._pictures.add(keeper)

    def register_holder(self, name: str, nbytes: Callable[[], int]) -> None:
        """Count what is held elsewhere and cannot be let go of; the last one of a name counts."""
        self._holders[name] = nbytes

    def note_baseline(self) -> None:
        """Take what the process has now, without what is held, for what it always takes."""
        self._baseline = max(0, resident() - self.held())

    def held(self) -> int:
        """Bytes of all that is kept and held."""
        elsewhere = sum(nbytes() for nbytes in tuple(self._holders.values()))
        with self._lock:
            stores = sum(store.nbytes for store in self._stores)
            return elsewhere + stores + sum(pictures.nbytes for pictures in self._pictures)

    def settle(self) -> None:
        """Let go of what was used longest ago, as much as is too much; of the newest never."""
        if self.bound is None:
            return
        if self._baseline is None:
            self.note_baseline()
        allowed = self.bound - (self._baseline or 0)
        self._let_go(max(self.held() - allowed, self._excess()))

    def _excess(self) -> int:
        """Bytes that the process has above its bound by the system's word, which is asked now and then."""
        with self._lock:
            if monotonic() - self._looked_at < LOOK_EVERY:
                return 0
            self._looked_at = monotonic()
        if resident() > (self.bound or 0) or container_is_full():
            give_back()
        if container_is_full():
            return self.held() // 2
        return resident() - (self.bound or 0)

    def _let_go(self, excess: int) -> None:
        gone = []  # their memory is freed once the lock is
        with self._lock:
            while excess > 0:
                stores = [store for store in self._stores if len(store)]
                if sum(map(len, stores)) <= 1:
                    return
                value, nbytes = min(stores, key=lambda store: store.oldest).pop_oldest()
                gone.append(value)
                excess -= nbytes


ACCOUNT = Account(None if ENVIRONMENT.memory_mb is None else int(ENVIRONMENT.memory_mb * MB))
_turn = count(1)  # grows with every use of anything kept


class _Recent(Generic[Key, Value]):
    """The most recently used values, bounded in bytes; safe to use from several threads."""

    def __init__(self, max_bytes: int, account: Account | None = None) -> None:
        self._max_bytes, self._lock, self._account = max_bytes, Lock(), account or ACCOUNT
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """What is kept for the key, or None."""
        with self._lock:
            if key in self._kept:
                self._use(key)
            return self._kept.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value; the oldest go until all fit, the newest always stays."""
        with self._lock:
            self._add(key, value)
            while self._bytes() > self._max_bytes and len(self._kept) > 1:
                self._pop()
        self._account.settle()

    def _add(self, key: Key, value: Value) -> None:
        self._kept[key] = value
        self._use(key)

    def _use(self, key: Key) -> None:
        self._kept.move_to_end(key)

    def _pop(self) -> Value:
        _, value = self._kept.popitem(last=False)
        return value

    def _bytes(self) -> int:
        """Memory of all that is kept."""
        raise NotImplementedError


class Store(_Recent[Key, SizedValue]):
    """The most recently used results."""

    def __init__(self, max_bytes: int, account: Account | None = None) -> None:
        super().__init__(max_bytes, account)
        self._used: dict[Key, int] = {}  # the turn at which each was used
        self._sizes: dict[Key, int] = {}  # bytes of each as it was put, without the pictures beside it
        self.nbytes = 0  # the sum of these; pictures are counted by themselves
        self._account.add(self)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def oldest(self) -> int:
        """The turn at which its oldest value was used last."""
        with self._lock:
            return next((self._used[key] for key in self._kept), 0)

    def pop_oldest(self) -> tuple[SizedValue | None, int]:
        """Let go of the value that was used longest ago; returns it, and how many bytes it has."""
        with self._lock:
            if not self._kept:
                return None, 0
            value = self._pop()
            return value, value.nbytes

    def _add(self, key: Key, value: SizedValue) -> None:
        super()._add(key, value)
        size = _without_pictures(value)
        self.nbytes += size - self._sizes.get(key, 0)
        self._sizes[key] = size

    def _use(self, key: Key) -> None:
        super()._use(key)
        self._used[key] = next(_turn)

    def _pop(self) -> SizedValue:
        key, value = self._kept.popitem(last=False)
        self.nbytes -= self._sizes.pop(key)
        del self._used[key]
        return value

    def _bytes(self) -> int:
        total = 0
        for kept in self._kept.values():
            total += kept.nbytes
        return total


class PictureCache(_Recent[Key, Packed]):
    """The last pictures of the same data, tables that are alike kept once."""

    def __init__(self, max_bytes: int, account: Account | None = None) -> None:
        super().__init__(max_bytes, account)
        self.nbytes = 0  # memory of the tables: counted at each put, asked for at each put into a store
        self._account.add(self)

    def put(self, key: Key, value: Packed) -> None:
        """Keep a picture, with the tables that are there already in place of its own."""
        with self._lock:
            known = {data: data for data in self._tables()}
        value.packed.update({name: known.get(data, data) for name, data in value.packed.items()})
        super().put(key, value)

    def _tables(self) -> Iterator[bytes]:
        return (data for kept in self._kept.values() for data in kept.packed.values())

    def _bytes(self) -> int:
        self.nbytes = sum(map(len, {id(data): data for data in self._tables()}.values()))
        return self.nbytes


def _without_pictures(value: Sized) -> int:
    pictures = getattr(value, "pictures", None)
    return value.nbytes - (pictures.nbytes if isinstance(pictures, PictureCache) else 0)


def register_holder(name: str, nbytes: Callable[[], int]) -> None:
    """Count in this process's account what is held elsewhere, such as uploads; nbytes: how much it is now."""
    ACCOUNT.register_holder(name, nbytes)


def note_baseline() -> None:
    """Take what this process has now for what it takes by itself; to be called once it is warm."""
    ACCOUNT.note_baseline()


def give_back() -> None:
    """Have the system take back what is free already, where its allocator can."""
    with suppress(OSError, AttributeError, TypeError):  # Windows knows no library without a name
        ctypes.CDLL(None).malloc_trim(0)


def resident() -> int:
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def container_is_full(share: float = 0.9) -> bool:
    """Whether the container's processes use more than this share of its limit; False without one."""
    try:
        limit = (CGROUP / "memory.max").read_text().strip()
        used = int((CGROUP / "memory.current").read_text())
        stat = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return False
    files = int(stat.get("inactive_file", 0))  # the system takes these back by itself
    return limit.isdigit() and used - files > share * int(limit)

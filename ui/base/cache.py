"""What is kept of work already done: bounded in bytes, and less of it where memory runs short."""

import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

MB = 2**20
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


class _Recent(Generic[Key, Value]):
    """The most recently used values, bounded in bytes; safe to use from several threads."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes, self._lock = max_bytes, Lock()
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        """What is kept for the key, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Keep a value; the oldest go until all fit, the newest always stays.

        Where memory runs short, every store lets go of the older half of what it keeps before.
        """
        if runs_short():
            relieve()
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while self._bytes() > self._max_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)

    def _bytes(self) -> int:
        """Memory of all that is kept."""
        raise NotImplementedError


class Store(_Recent[Key, SizedValue]):
    """The most recently used results."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        with _all_lock:
            _all_stores.add(self)

    def __len__(self) -> int:
        return len(self._kept)

    def halve(self) -> None:
        """Let go of the older half; of one result, of that."""
        with self._lock:
            for _ in range((len(self._kept) + 1) // 2):
                self._kept.popitem(last=False)

    def _bytes(self) -> int:
        total = 0
        for kept in self._kept.values():
            total += kept.nbytes
        return total


class PictureCache(_Recent[Key, Packed]):
    """The last pictures of the same data, tables that are alike kept once."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.nbytes = 0  # memory of the tables: counted at each put, asked for at each put into a store

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


_all_stores: WeakSet[Store] = WeakSet()
_all_lock = Lock()


def relieve() -> None:
    """Have every store let go of its older half, those of single sessions too."""
    with _all_lock:
        stores = list(_all_stores)
    for store in stores:
        store.halve()


def runs_short() -> bool:
    """Whether this process is above LAB_MEMORY_MB, or the container near its limit; False without a bound."""
    bound = os.environ.get("LAB_MEMORY_MB") or None
    return bound is not None and (resident() > float(bound) * MB or container_is_full())


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

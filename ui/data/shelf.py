"""Where a data set is taken from, and where all that is computed of it is kept.

What is computed of the program's data is kept for everybody. What is computed of a person's data is kept in
that session alone: under the table's fingerprint, in stores of its own, and it goes with the data. Who holds
a shelf needs nothing else of the session, so that a download can work with it in another thread.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from core import Dataset, Settings, edited
from core.datasets import TEST_SHARE, split
from core.edits import Edit, format_edits
from core.settings import UPLOAD
from ui.base.cache import PictureCache, Store
from ui.base.session import Own, session
from ui.data.edits import data_key, edits_of

PICTURES_BYTES = 10_000_000  # of the same data, or of the same networks: some two hundred


class Kind(NamedTuple):
    """A kind of result: its name, and how many bytes of it are kept for all, and for a person's own data."""

    name: str
    shared_bytes: int
    own_bytes: int


def new_pictures() -> PictureCache[Hashable]:
    """Room for the pictures that are drawn of the same data, or of the same networks."""
    return PictureCache(PICTURES_BYTES)


@dataclass(frozen=True, eq=False)
class Loaded:
    """A data set, and the pictures that were drawn of it."""

    data: Dataset
    pictures: PictureCache[Hashable] = field(default_factory=new_pictures, init=False, repr=False)

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return self.data.nbytes + self.pictures.nbytes


LOADED = Kind("loaded", 40_000_000, 10_000_000)


@dataclass(frozen=True, eq=False)
class Shelf:
    """The program's data, or with `own` those of a person, and the stores of what was computed of them.

    edits: what a person has changed of the training samples at the settings `edited_at`.
    """

    own: Own | None = None
    stores: dict[str, Store[Any, Any]] = field(default_factory=dict, repr=False)
    edits: tuple[Edit, ...] = ()
    edited_at: Hashable = None
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    @property
    def digest(self) -> str:
        """What tells a person's data from any other, "" for the program's: a part of every key."""
        return (self.own.digest if self.own else "") + format_edits(self.edits)

    @property
    def is_private(self) -> bool:
        """Whether the data are those of one session."""
        return bool(self.own or self.edits)

    def store(self, kind: Kind) -> Store[Any, Any]:
        """The results of one kind."""
        with self._lock:
            if kind.name not in self.stores:
                self.stores[kind.name] = Store(kind.own_bytes if self.is_private else kind.shared_bytes)
            return self.stores[kind.name]

    def load(self, settings: Settings, test_share: float = TEST_SHARE) -> Loaded:
        """The data that the settings name, split by their seed, with what was drawn of them; kept."""
        of = settings.dataset, settings.seed, settings.n_samples, settings.noise
        store, key = self.store(LOADED), (self.digest, *of, test_share)
        found: Loaded | None = store.get(key)
        if found is None:
            data = self._split(settings, test_share)
            is_edited = self.edits and test_share == TEST_SHARE and data_key(settings) == self.edited_at
            found = Loaded(edited(data, self.edits) if is_edited else data)
            store.put(key, found)
        return found

    def _split(self, settings: Settings, test_share: float) -> Dataset:
        if settings.dataset != UPLOAD:
            return settings.load(test_share)
        if self.own is None:
            raise ValueError(f"{UPLOAD} is no data of this session; bring a file on the page Your data")
        return split(UPLOAD, self.own.table, settings.seed, test_share, self.own.source)


SHARED = Shelf()


def shelf_of(settings: Settings) -> Shelf:
    """The shelf of these settings' data: everybody's, or the session's own."""
    edits, key = edits_of(settings), data_key(settings)
    if settings.dataset == UPLOAD:
        return Shelf(session.own, session.own_stores, edits, key)
    return Shelf(stores=session.edited_stores, edits=edits, edited_at=key) if edits else SHARED

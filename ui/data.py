"""The data that pages work with: the program's own, or what the person brought, which stays in the session.

What is computed of the program's data may be kept for all. What is computed of a person's data is kept in
that session alone: under the table's fingerprint, in a store of its own, never in a cache.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import streamlit as st

from core import DATASETS, Dataset, Settings, load_dataset
from core.datasets import FAR, TEST_SHARE, Source, Table, split
from core.settings import UPLOAD
from ui.lesson import Loaded
from ui.memory import Store
from ui.upload import Prepared, Raw, prepare, read

OWN = "own_data"  # in the session: the table in use
RESULTS = "own_results"  # in the session: what was computed of it
FILE = "own_file"  # in the session: the last file that could be read
STEPS = "own_steps"  # in the session: the last result of each step from file to table
ROUND = "own_round"  # in the session: how often a file was forgotten; a new uploader forgets it too
STORE_BYTES = 40_000_000
OWN_STORE_BYTES = 10_000_000  # of one session's own data


@dataclass(frozen=True, eq=False)
class File:
    """A file as it came."""

    name: str
    content: bytes
    digest: str


@dataclass(frozen=True, eq=False)
class Own:
    """The data that a person brought."""

    table: Table
    source: Source
    digest: str


def own() -> Own | None:
    """What this session's person brought, if anything."""
    return st.session_state.get(OWN)


def bring(prepared: Prepared, file_name: str) -> None:
    """A button's callback: every page works on this table from now on."""
    table = prepared.table
    rows, columns = table.X.shape
    about = f"{rows:,} rows, {columns} columns, {len(table.class_names)} classes."
    source = Source("Your data", about, file_name, "yours; it stays in this session", lambda *_: table, False)
    _clear()
    st.session_state[OWN] = Own(table, source, prepared.digest)
    st.session_state.dataset = UPLOAD


def forget(instead: str) -> None:
    """A button's callback: let go of the person's data and of all that was computed of it."""
    _clear()
    for name in (FILE, STEPS):
        st.session_state.pop(name, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    if st.session_state.get("dataset") == UPLOAD:
        st.session_state.dataset = instead


def _clear() -> None:
    for name in (OWN, RESULTS):
        st.session_state.pop(name, None)


def uploaded() -> tuple[File | None, str | None]:
    """Draw the uploader. Returns the last file that can be read, and what is wrong with a newer one."""
    state = st.session_state
    given = st.file_uploader("A table from your disk", key=f"own_upload_{state.get(ROUND, 0)}")
    if given is None:
        return state.get(FILE), None
    content = given.getvalue()
    file = File(given.name, content, sha256(content).hexdigest())
    if FILE in state and state[FILE].digest == file.digest:
        return state[FILE], None
    try:
        opened(file)
    except ValueError as error:
        return state.get(FILE), str(error)
    state[FILE] = file
    return file, None


def opened(file: File, has_header: bool | None = None) -> Raw:
    """The cells of a file. Raises ValueError with a sentence for the page."""
    return _step("read", (file.digest, has_header), lambda: read(file.content, file.name, has_header))


def prepared(raw: Raw, target: str, gaps: str, left_out: tuple[str, ...]) -> Prepared:
    """The table that these choices make. Raises ValueError with a sentence for the page."""
    return _step("prepare", (raw, target, gaps, left_out), lambda: prepare(raw, target, gaps, left_out))


def _step(name: str, key: tuple, make: Callable[[], Any]) -> Any:
    """make(), unless the key is still that of the last time: a rerun of the page does the same again."""
    steps = st.session_state.setdefault(STEPS, {})
    last, result = steps.get(name, (None, None))
    if last != key:
        result = make()
        steps[name] = key, result
    return result


def choices() -> list[str]:
    """The data sets that this session can choose from."""
    return [*DATASETS, *([UPLOAD] if own() else [])]


def source_of(name: str) -> Source:
    """Where a data set comes from; its texts may be foreign."""
    return _own().source if name == UPLOAD else DATASETS[name]


def load(settings: Settings, test_share: float = TEST_SHARE) -> Dataset:
    """The data that the settings name, split by their seed."""
    return loaded(settings, test_share).data


def loaded(settings: Settings, test_share: float = TEST_SHARE) -> Loaded:
    """The same, with what was drawn of the data; kept."""
    of = settings.dataset, settings.seed, settings.n_samples, settings.noise
    store, key = store_for(settings, "loaded", OWN_STORE_BYTES, _shared_store), (*of, test_share)
    found = store.get(key)
    if found is None:
        if settings.dataset == UPLOAD:
            data = split(UPLOAD, _own().table, settings.seed, test_share, _own().source)
        else:
            data = load_dataset(*of, test_share)
        found = Loaded(data)
        store.put(key, found)
    return found


@st.cache_resource
def _shared_store() -> Store[tuple, Loaded]:
    return Store(STORE_BYTES)


def fingerprint(settings: Settings) -> str:
    """What tells the person's data from any other, "" for the program's own: a part of every key."""
    return _own().digest if settings.dataset == UPLOAD else ""


def room() -> dict[str, Any]:
    """Where this session keeps what was computed of its own data; it goes with the data."""
    return st.session_state.setdefault(RESULTS, {})


def store_for(settings: Settings, name: str, own_bytes: int, shared: Callable[[], Store]) -> Store:
    """Where what was computed is kept: for the program's data by all, for a person's in their session."""
    if settings.dataset != UPLOAD:
        return shared()
    stores = room()
    if name not in stores:
        stores[name] = Store(own_bytes)
    return stores[name]


def far_out(data: Dataset) -> int:
    """How many numbers of the test rows `standardize` has cut at FAR deviations."""
    return int((abs(data.X_test) >= FAR).sum())


def _own() -> Own:
    found = own()
    if found is None:
        raise ValueError(f"{UPLOAD} is no data of this session; bring a file on the page Your data")
    return found

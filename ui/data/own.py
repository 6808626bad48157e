"""The person's own data: from a file to a table that every page works on, and away with it again."""

from collections.abc import Callable, Hashable
from hashlib import sha256
from typing import TypeVar

import streamlit as st

from core import DATASETS, Dataset
from core.datasets import FAR, Source
from core.settings import UPLOAD
from ui.base.session import File, Own, session
from ui.data.upload import Prepared, Raw, prepare, read

Result = TypeVar("Result")


def bring(prepared: Prepared, file_name: str) -> None:
    """A button's callback: every page works on this table from now on."""
    table = prepared.table
    rows, columns = table.X.shape
    about = f"{rows:,} rows, {columns} columns, {len(table.class_names)} classes."
    source = Source("Your data", about, file_name, "yours; it stays in this session", lambda *_: table, False)
    _clear()
    session.own = Own(table, source, prepared.digest)
    st.session_state.dataset = UPLOAD


def forget(instead: str) -> None:
    """A button's callback: let go of the person's data and of all that was computed of them."""
    _clear()
    del session.own_file, session.own_steps
    session.own_round += 1
    if st.session_state.get("dataset") == UPLOAD:
        st.session_state.dataset = instead


def _clear() -> None:
    del session.own, session.own_stores


def uploaded() -> tuple[File | None, str | None]:
    """Draw the uploader. Returns the last file that can be read, and what is wrong with a newer one."""
    given = st.file_uploader("A table from your disk", key=f"own_upload_{session.own_round}")
    if given is None:
        return session.own_file, None
    content = given.getvalue()
    file = File(given.name, content, sha256(content).hexdigest())
    known = session.own_file
    if known is not None and known.digest == file.digest:
        return known, None
    try:
        opened(file)
    except ValueError as error:
        return known, str(error)
    session.own_file = file
    return file, None


def opened(file: File, has_header: bool | None = None) -> Raw:
    """The cells of a file. Raises ValueError with a sentence for the page."""
    return _last("read", (file.digest, has_header), lambda: read(file.content, file.name, has_header))


def prepared(raw: Raw, target: str, gaps: str, left_out: tuple[str, ...]) -> Prepared:
    """The table that these choices make. Raises ValueError with a sentence for the page."""
    return _last("prepare", (raw, target, gaps, left_out), lambda: prepare(raw, target, gaps, left_out))


def _last(step: str, key: Hashable, make: Callable[[], Result]) -> Result:
    """make(), unless the key is still that of the last time: a rerun of the page does the same again."""
    last, result = session.own_steps.get(step, (None, None))
    if last != key:
        result = make()
        session.own_steps[step] = key, result
    found: Result = result
    return found


def choices() -> list[str]:
    """The data sets that this session can choose from."""
    return [*DATASETS, *([UPLOAD] if session.own else [])]


def source_of(name: str) -> Source:
    """Where a data set comes from; its texts may be foreign."""
    if name in DATASETS:
        return DATASETS[name]
    if session.own is None:
        raise ValueError(f"{name} is no data of this session; bring a file on the page Your data")
    return session.own.source


def far_out(data: Dataset) -> int:
    """How many numbers of the test rows `standardize` has cut at FAR deviations."""
    return int((abs(data.X_test) >= FAR).sum())

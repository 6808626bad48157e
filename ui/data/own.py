"""The person's own data: from a file to a table that every page works on, and away with it again."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar, cast
from weakref import WeakSet, ref

import streamlit as st

from core import DATASETS, Dataset
from core.datasets import FAR, Source
from core.settings import UPLOAD
from ui.base.cache import register_holder
from ui.base.session import File, Own, session
from ui.data.upload import DROP, Guess, Prepared, Raw, guess_target, prepare, read, row_numbers

Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class _Step(Generic[Result]):
    """What a step to a table came to with certain choices: its result, or the sentence that refuses it."""

    key: Hashable
    result: Result | None
    problem: str | None = None

    @property
    def nbytes(self) -> int:
        """Memory, in bytes; what is small is not counted."""
        if isinstance(self.result, Raw):
            return int(self.result.cells.memory_usage(deep=True).sum())
        if isinstance(self.result, Prepared):
            return int(self.result.table.X.nbytes)
        return 0


class Choices(NamedTuple):
    """What a person decides about a table, as `prepare` takes it."""

    gaps: str = DROP
    left_out: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    mark: str = ""
    words_are_classes: bool | None = None


_in_use: WeakSet[File | Own] = WeakSet()  # of all sessions: what cannot be made again without the person
register_holder("own data", lambda: sum(one.nbytes for one in tuple(_in_use)))


def bring(prepared: Prepared, file_name: str) -> None:
    """A button's callback: every page works on this table from now on."""
    table = prepared.table
    rows, columns = table.X.shape
    about = f"{rows:,} rows, {columns} columns, {len(table.class_names)} classes."
    source = Source("Your data", about, file_name, "yours; it stays in this session", lambda *_: table, False)
    _clear()
    session.own = Own(table, source, prepared.digest)
    _in_use.add(session.own)
    st.session_state.dataset = UPLOAD


def forget(instead: str) -> None:
    """A button's callback: let go of the person's data and of all that was computed of them."""
    _clear()
    del session.own_file, session.own_steps
    session.own_round += 1
    if st.session_state.get("dataset") == UPLOAD:
        st.session_state.dataset = instead


def _clear() -> None:
    del session.own, session.own_stores, session.landed


def uploaded() -> tuple[File | None, str | None]:
    """Draw the uploader. Returns the last file that can be read, and what is wrong with a newer one."""
    given = st.file_uploader("A table from your disk", key=f"own_upload_{session.own_round}")
    if given is None:
        return session.own_file, None
    try:
        session.own_file = _once("file", given.file_id, lambda: _looked_at(given.name, given.getvalue()))
    except ValueError as error:
        return session.own_file, str(error)
    return session.own_file, None


def _looked_at(name: str, content: bytes) -> File:
    """A file that can be read, its cells kept. Raises ValueError with a sentence for the page."""
    digest, known = sha256(content).hexdigest(), session.own_file
    if known is not None and known.digest == digest:
        return known
    raw = read(content, name)
    session.own_steps.put("cells", _Step((digest, raw.has_header, None, None), raw))
    file = File(name, content, digest, raw.has_header, raw.separator, raw.encoding)
    _in_use.add(file)
    return file


def opened(
    file: File, has_header: bool | None = None, separator: str | None = None, encoding: str | None = None
) -> Raw:
    """The cells of a file, each choice None to guess. Raises ValueError with a sentence for the page."""
    chosen = file.has_header if has_header is None else has_header
    guessed = None if (chosen, separator, encoding) == (file.has_header, None, None) else chosen
    key = file.digest, chosen, separator, encoding
    return _once("cells", key, lambda: read(file.content, file.name, guessed, separator, encoding))


def guessed_class(raw: Raw) -> Guess:
    """The column that probably names the class, looked for once."""
    return _once("class", ref(raw), lambda: guess_target(raw))


def numbering_columns(raw: Raw, target: str) -> list[str]:
    """The columns that seem to number or to name the rows, looked for once."""
    key = ref(raw), target
    return _once("numbering", key, lambda: [name for name in row_numbers(raw) if name != target])


def prepared(raw: Raw, target: str, choices: Choices) -> Prepared:
    """The table that these choices make. Raises ValueError with a sentence for the page."""
    key = ref(raw), target, choices  # the cells are not to live as long as the table
    return _once("table", key, lambda: prepare(raw, target, **choices._asdict()))


def _once(step: str, key: Hashable, make: Callable[[], Result]) -> Result:
    """make(), unless the key is still that of the last time: a rerun of the page does the same again.

    Raises ValueError where it did, without trying again.
    """
    last: _Step[Result] | None = session.own_steps.get(step)
    if last is None or last.key != key:
        try:
            last = _Step(key, make())
        except ValueError as error:
            last = _Step(key, None, str(error))
        session.own_steps.put(step, last)
    if last.problem is not None:
        raise ValueError(last.problem)
    return cast(Result, last.result)


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

"""What a session remembers beside its widgets: each thing once, with its type and its first value.

Streamlit keeps a session's memory as a dictionary of strings. Here it has one face, `session`, whose
attributes are the keys: what is not declared cannot be remembered, and what is remembered has a type.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from math import inf
from secrets import token_hex
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar, overload

import streamlit as st

from core import Settings
from core.datasets import Source, Table
from core.edits import Edit
from ui.base.cache import Store

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class File:
    """A file as it came."""

    name: str
    content: bytes
    digest: str
    has_header: bool | None = None  # whether its first row seems to hold names, once that was looked at
    separator: str = ","  # what seems to stand between its cells
    encoding: str = "utf-8"  # in which it seems to be written

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return len(self.content)


@dataclass(frozen=True, eq=False)
class Own:
    """The data that a person brought."""

    table: Table
    source: Source
    digest: str

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return int(self.table.X.nbytes + self.table.y.nbytes)


@dataclass(frozen=True)
class Trial:
    """What was tried: one penalty at one setting, measured; NaN where that diverged or swings."""

    number: int
    settings: Settings
    digest: str  # of a person's data
    data: str
    is_synthetic: bool
    penalty: str
    method: str  # one of core.training.METHODS
    at_rest: bool
    train_cost: float
    validated_cost: float  # NaN too where it is not validated, or not yet
    accuracy: float  # validated
    zeros: float
    edits: tuple[Edit, ...] = ()  # of its training samples


class Answer(NamedTuple):
    """Which option of a question is right, and why in numbers; None where these decide nothing."""

    right: int | None
    sentence: str


@dataclass(frozen=True)
class Beside:
    """Settings that are kept beside those of the panel."""

    settings: Settings
    choices: Mapping[str, str]  # at the controls of their page, by key, as the address has it


class LetGo(NamedTuple):
    """The λ at which the bar was let go, and that which the panel had before.

    until: when the browser has certainly heard of it, in seconds of the clock; inf while its page is drawn.
    """

    lam: float
    before: float | None
    until: float = inf


class Due(NamedTuple):
    """A look whose λ is still to be chosen, and the settings at which it was gone to."""

    topic: str
    number: int
    settings: Settings


class Move(NamedTuple):
    """A page still to be opened, and settings for its address."""

    file: str
    query: dict[str, str]


class Problem(NamedTuple):
    """What was wrong with an address, and the settings at which it is shown; None until these are known."""

    sentences: tuple[str, ...]
    at: Settings | None


STEPS_BYTES = 60_000_000  # the cells of the largest file that is read, and the table made of it
NO_PROBLEM = Problem((), None)


class Remembered(Generic[Value]):
    """One thing that a session remembers, under the attribute's name; `first` gives it its first value."""

    def __init__(self, first: Callable[[], Value]) -> None:
        self._first = first

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name

    @overload
    def __get__(self, session: None, owner: type) -> "Remembered[Value]": ...
    @overload
    def __get__(self, session: object, owner: type) -> Value: ...
    def __get__(self, session: object | None, owner: type) -> "Remembered[Value] | Value":
        if session is None:
            return self
        if self.key not in st.session_state:
            st.session_state[self.key] = self._first()
        value: Value = st.session_state[self.key]
        return value

    def __set__(self, session: object, value: Value) -> None:
        st.session_state[self.key] = value

    def __delete__(self, session: object) -> None:
        if self.key in st.session_state:
            del st.session_state[self.key]


def new_steps() -> Store[str, Any]:
    """Room for the steps to a table, which can be taken again: where memory is short they go like results."""
    return Store(STEPS_BYTES)


class Session:
    """The memory of the session whose page is running; a deleted attribute goes back to its first value."""

    settings = Remembered(Settings)  # what the panel says
    settings_problem = Remembered[Problem](lambda: NO_PROBLEM)
    last_hidden = Remembered[str | None](lambda: None)  # to go back to from text that is not a list of widths
    restore_hidden = Remembered(bool)  # go back to it before the box is drawn

    own = Remembered[Own | None](lambda: None)  # the table in use
    own_stores = Remembered[dict[str, Store[Any, Any]]](dict)  # what was computed of it
    own_file = Remembered[File | None](lambda: None)  # the last file that could be read
    own_steps = Remembered[Store[str, Any]](new_steps)  # the last result of each step to a table
    edits = Remembered[dict[Hashable, tuple[Edit, ...]]](dict)  # of samples, by the data that they are of
    edits_arrived = Remembered(bool)  # the address was looked at
    edited_stores = Remembered[dict[str, Store[Any, Any]]](dict)  # what was computed of edited data
    own_round = Remembered(int)  # how often a file was forgotten; a new uploader forgets it too

    stopped = Remembered[frozenset[Hashable]](frozenset)  # the work that the person stopped, by its key
    wanted = Remembered[Hashable](lambda: None)  # the long work that the person asked for
    lam_next = Remembered[float | None](lambda: None)  # at which the page is drawn anew
    lam_let_go = Remembered[LetGo | None](lambda: None)  # until the browser has heard of it
    landed = Remembered[tuple[Hashable, list[Any]] | None](lambda: None)  # the last that came after a picture
    download_turn = Remembered(Lock)  # held while a download trains

    trials = Remembered[dict[Hashable, Trial]](dict)  # what was tried, oldest first
    trial_count = Remembered(int)  # those that are gone too
    pinned = Remembered[tuple[int, ...]](tuple)  # the numbers of the trials to be compared

    beside = Remembered[Beside | None](lambda: None)
    look_due = Remembered[Due | None](lambda: None)

    tour_step = Remembered[str | None](lambda: None)  # the name of the step that is on
    tour_arrived = Remembered(bool)  # the address was looked at
    tour_problem = Remembered[Problem](lambda: NO_PROBLEM)
    tour_move = Remembered[Move | None](lambda: None)
    tour_predicted = Remembered[dict[str, int]](dict)  # by step: the position of the option that was chosen
    tour_drawn = Remembered[dict[str, tuple[float, ...]]](dict)  # by step: the prediction as it was drawn
    tour_shown = Remembered(bool)  # whether its answer is shown
    tour_led = Remembered(str)  # the step whose answer has led to its λ
    tour_results = Remembered[dict[str, bool]](dict)  # by step: was the prediction right at the first reveal
    name = Remembered[str](lambda: token_hex(8))  # by which the browser tells it from an earlier one
    kept_arrived = Remembered(bool)  # what the browser kept of an earlier one was taken over
    lost_file = Remembered[str | None](lambda: None)  # a person's file that an earlier one had

    voting_in = Remembered(str)  # the code of the room in which this phone is
    ballot_token = Remembered(str)  # under which its votes are kept
    ballot_problem = Remembered(str)  # why its last vote does not count
    room = Remembered(str)  # its key, as the address has it; "" where none is open
    room_problem = Remembered[Problem](lambda: NO_PROBLEM)  # what it refused last

    tour_answer = Remembered[tuple[Hashable, Answer] | None](lambda: None)  # the last, and what it is of


session = Session()


def allow_stop() -> None:
    """A place where Streamlit may end a run that is not wanted any more; it sends nothing."""
    _ = "stopped" in st.session_state

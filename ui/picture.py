"""A page's picture as a value, so that it can be shown, saved and put into a report alike."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from threading import RLock
from typing import Concatenate, ParamSpec

import pandas as pd
import pyarrow as pa  # comes with Streamlit, which sends every table in its format

from core import Settings
from ui.lesson import Lesson, Sheet

Spec = dict  # as ui.charts has it


class Tables(Mapping[str, pd.DataFrame]):
    """A picture's tables, packed as they travel to the browser; to read one is to unpack it."""

    def __init__(self, tables: Mapping[str, pd.DataFrame | bytes]) -> None:
        self.packed = {
            name: table if isinstance(table, bytes) else pack(table) for name, table in tables.items()
        }

    def __getitem__(self, name: str) -> pd.DataFrame:
        return pa.ipc.open_stream(self.packed[name]).read_pandas()

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)


def pack(table: pd.DataFrame) -> bytes:
    """A table in Arrow's format for streams, which Streamlit takes as it is."""
    arrow, sink = pa.Table.from_pandas(table), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    return sink.getvalue().to_pybytes()


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart with its tables, and what is told beside it.

    spec: constant for its shape of picture; None where the tables alone are the picture. missing: why there
    is nothing to see, in a sentence; then the other fields are empty.
    """

    key: str  # of the chart on the page, and part of file names
    spec: Spec | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    alt: str = ""  # what the chart shows, for those who do not see it
    notes: Sequence[str] = ()  # what to notice, in Markdown
    caption: str = ""
    script: str = field(default="", repr=False)  # Python that prints the same numbers with core alone
    missing: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", Tables(self.tables))

    @property
    def packed(self) -> dict[str, bytes]:
        """The tables as they travel to the browser, by name."""
        return self.tables.packed

    @cached_property
    def spoken(self) -> str:
        """What the readout says where its slider opens: λ or the epoch, and a line for each penalty."""
        readout = self.tables.get("readout")
        if readout is None or readout.empty:
            return ""
        k = self.tables["chosen"].k.iloc[0] if "chosen" in self.tables else readout.k.iloc[-1]
        row = readout[readout.k == k].select_dtypes(exclude="number")
        return ". ".join(row.iloc[0].dropna()) + "." if len(row) else ""


# Tables are made in Python: threads that make some at once only take turns, hundreds of times a second.
ONE_AT_A_TIME = RLock()
Choices = ParamSpec("Choices")
Make = Callable[Concatenate[Lesson | Sheet, Choices], Picture]


def remembered(make: Make[Choices]) -> Make[Choices]:
    """Keep the last pictures beside what they show, so that a page that is visited again has it.

    What `_told_apart` makes of the choices has to tell them apart, together with the settings.
    """

    return _kept(make, lambda settings: settings)


def at_any_lam(make: Make[Choices]) -> Make[Choices]:
    """The same for what the networks of all λ make together, whatever λ is chosen."""
    return _kept(make, lambda settings: replace(settings, lam=0.0))


def _kept(make: Make[Choices], deciding: Callable[[Settings], Settings]) -> Make[Choices]:
    @wraps(make)
    def picture(lesson: Lesson | Sheet, *args: Choices.args, **kwargs: Choices.kwargs) -> Picture:
        choices = map(_told_apart, (*args, *kwargs.values()))
        key = make.__module__, make.__qualname__, deciding(lesson.settings), lesson.theme, *choices
        album = lesson.pictures
        found = album.get(key)
        if found is None:
            with ONE_AT_A_TIME:
                found = album.get(key)  # it may have been made meanwhile
                if found is None:
                    found = make(lesson, *args, **kwargs)
                    album.put(key, found)
        return found

    return picture


def _told_apart(choice: object) -> Hashable:
    """What a choice adds to the key. Not the choice itself: runs and races would be kept as long as that."""
    if isinstance(choice, str | int | float):
        return choice
    if isinstance(choice, tuple):  # curves, one for each seed from the panel's on
        return len(choice)
    return getattr(choice, "key", None)

"""A page's picture as a value, so that it can be shown, saved and put into a report alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import count
from typing import Any

import pandas as pd
import pyarrow as pa  # comes with Streamlit, which sends every table in its format

from ui.pictures.chart import Spec, charts_of

Later = Callable[[], "pd.DataFrame | bytes"]  # makes a table that may never be asked for


class Tables(Mapping[str, pd.DataFrame]):
    """A picture's tables, packed as they travel to the browser; to read one is to unpack it.

    A function in place of a table makes it when it is asked for, once. packed: those that are made.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame | bytes | Later]) -> None:
        self._later = {name: table for name, table in tables.items() if callable(table)}
        self._names = tuple(tables)
        self.packed = {name: _packed(table) for name, table in tables.items() if not callable(table)}

    def pack(self, name: str) -> bytes:
        """One table as it travels."""
        if name not in self.packed:
            self.packed[name] = _packed(self._later[name]())
        return self.packed[name]

    @property
    def parts(self) -> dict[str, bytes | Later]:
        """The tables for another picture that has them too; what is made there is made here."""
        return {name: self.packed.get(name, partial(self.pack, name)) for name in self._names}

    def __getitem__(self, name: str) -> pd.DataFrame:
        return pa.ipc.open_stream(self.pack(name)).read_pandas()

    def __contains__(self, name: object) -> bool:
        return name in self._names  # without making it

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _packed(table: pd.DataFrame | bytes) -> bytes:
    return table if isinstance(table, bytes) else pack(table)


def pack(table: pd.DataFrame) -> bytes:
    """A table in Arrow's format for streams, which Streamlit takes as it is."""
    arrow, sink = pa.Table.from_pandas(table), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    return sink.getvalue().to_pybytes()


KEPT = "λ, kept"  # the name of a slider that stays where it is


@dataclass(frozen=True)
class Scrub:
    """What a picture is scrubbed over beside λ: the name of its slider, and a label for each position.

    opens: the position where it stands first; None: the last.
    """

    name: str
    labels: tuple[str, ...]
    opens: int | None = None


@dataclass(frozen=True, eq=False)
class Living:
    """What the browser computes by itself, from the networks, in place of a picture's first chart.

    networks: what is large and the same at every λ, in numbers of four bytes. told: what the script has to
    know beside them, as JSON has it. See ui/stage/assets/living.js.
    """

    networks: bytes = field(repr=False)
    told: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart with its tables, and what is said beside it.

    spec: constant for its shape of picture; None where the tables alone are the picture. missing: why there
    is nothing to see, in a sentence; then the other fields are empty. helpers: tables that hold a scale, a
    mark or a caption in its place, and no numbers to take away. positions: for a table with columns v0, v1, …
    the table whose titles say what each stands at, where that is not `readout`.
    """

    key: str  # of the chart on the page, and part of file names
    spec: Spec | None = None
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    alt: str = ""  # what the chart shows, for those who do not see it
    notes: Sequence[str] = ()  # what to notice, in Markdown
    caption: str = ""
    script: str = field(default="", repr=False)  # Python that prints the same numbers with core alone
    missing: str = ""
    helpers: frozenset[str] = frozenset()
    positions: Mapping[str, str] = field(default_factory=dict)
    scrub: Scrub | None = None
    living: Living | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", Tables(self.tables))

    @property
    def packed(self) -> dict[str, bytes]:
        """The tables as they travel to the browser, by name, as far as they are made."""
        assert isinstance(self.tables, Tables)  # see __post_init__
        return self.tables.packed

    @property
    def parts(self) -> "dict[str, bytes | Later]":
        """The tables for another picture that has them too."""
        assert isinstance(self.tables, Tables)  # see __post_init__
        return self.tables.parts

    @property
    def charts(self) -> list[list["Chart"]]:
        """What a page draws: rows of charts; the first row is what it shows first."""
        if self.spec is None:
            return []
        rows, n = [], count()
        for row in charts_of(self.spec):
            rows.append([self._chart(next(n), *one) for one in row])
        return rows

    def _chart(self, i: int, place: Mapping[str, Any], spec: Spec) -> "Chart":
        assert isinstance(self.tables, Tables)  # see __post_init__
        alt = ". ".join(filter(None, map(_title_of, spec["vconcat"])))
        return Chart(
            key=f"{self.key}_{i}" if i else self.key,
            width=place["width"],
            has_axis=place["has_axis"],
            plain=spec,
            tables=self.tables,
            names=tuple(name for name in place["tables"] if name in self.tables),
            alt=alt if i else self.alt,
            living=None if i else self.living,
        )

    @cached_property
    def spoken(self) -> str:
        """What the readout says where its slider opens: λ or the epoch, and a line for each penalty."""
        readout = self.tables.get("readout")
        if readout is None or readout.empty:
            return ""
        k = self.tables["chosen"].k.iloc[0] if "chosen" in self.tables else readout.k.iloc[-1]
        row = readout[readout.k == k].select_dtypes(
            exclude="number"
        )  # of several epochs it opens at the last
        return ". ".join(row.iloc[-1].dropna()) + "." if len(row) else ""


@dataclass(frozen=True, eq=False)
class Chart:
    """One of a picture's charts on a page.

    plain: its spec without the tables, of which `names` are its own. living: stands in its place on a page.
    """

    key: str
    width: float  # beside the others of its row
    has_axis: bool
    plain: Spec
    tables: Tables
    names: tuple[str, ...]
    alt: str
    living: Living | None = None

    @property
    def spec(self) -> Spec:
        """The spec, in which the tables travel under "datasets"."""
        return {**self.plain, "datasets": {name: self.tables.pack(name) for name in self.names}}

    def standing(self, at_its_own: bool) -> "Chart":
        """The same beside another; at_its_own: it stays at its own λ, whatever λ the page is moved to."""
        plain = self.plain
        if at_its_own:
            plain = {**plain, "params": [_of_its_own(param) for param in plain["params"]]}
        return replace(self, key=f"{self.key}_beside", plain=plain, living=None)


def _of_its_own(param: Spec) -> Spec:
    """A param whose slider over λ has another name, so that nothing moves it with the others."""
    bind = param.get("bind", {})
    return {**param, "bind": {**bind, "name": KEPT}} if bind.get("name") == "λ" else param


def _title_of(panel: Spec) -> str:
    """What stands over a panel."""
    title = panel.get("title", "")
    return str(title if isinstance(title, str) else title["text"])

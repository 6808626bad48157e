"""A page's picture as a value, so that it can be shown, saved and put into a report alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any

import pandas as pd
import pyarrow as pa  # comes with Streamlit, which sends every table in its format

from ui.pictures.chart import Spec, charts_of


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


KEPT = "λ, kept"  # the name of a slider that stays where it is


@dataclass(frozen=True)
class Scrub:
    """What a picture is scrubbed over beside λ: the name of its slider, and a label for each position."""

    name: str
    labels: tuple[str, ...]


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

    def __post_init__(self) -> None:
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", Tables(self.tables))

    @property
    def packed(self) -> dict[str, bytes]:
        """The tables as they travel to the browser, by name."""
        assert isinstance(self.tables, Tables)  # see __post_init__
        return self.tables.packed

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
        packed = {name: self.packed[name] for name in place["tables"] if name in self.packed}
        alt = ". ".join(filter(None, map(_title_of, spec["vconcat"])))
        return Chart(
            key=f"{self.key}_{i}" if i else self.key,
            width=place["width"],
            has_axis=place["has_axis"],
            spec={**spec, "datasets": packed},
            alt=alt if i else self.alt,
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
    """One of a picture's charts on a page; its tables travel in `spec`, under "datasets"."""

    key: str
    width: float  # beside the others of its row
    has_axis: bool
    spec: Spec
    alt: str

    def standing(self, at_its_own: bool) -> "Chart":
        """The same beside another; at_its_own: it stays at its own λ, whatever λ the page is moved to."""
        spec = self.spec
        if at_its_own:
            spec = {**spec, "params": [_of_its_own(param) for param in spec["params"]]}
        return replace(self, key=f"{self.key}_beside", spec=spec)


def _of_its_own(param: Spec) -> Spec:
    """A param whose slider over λ has another name, so that nothing moves it with the others."""
    bind = param.get("bind", {})
    return {**param, "bind": {**bind, "name": KEPT}} if bind.get("name") == "λ" else param


def _title_of(panel: Spec) -> str:
    """What stands over a panel."""
    title = panel.get("title", "")
    return str(title if isinstance(title, str) else title["text"])

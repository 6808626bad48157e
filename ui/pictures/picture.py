"""A page's picture as a value, so that it can be shown, saved and put into a report alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
import pyarrow as pa  # comes with Streamlit, which sends every table in its format

from ui.pictures.chart import Spec


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

    def __post_init__(self) -> None:
        if not isinstance(self.tables, Tables):
            object.__setattr__(self, "tables", Tables(self.tables))

    @property
    def packed(self) -> dict[str, bytes]:
        """The tables as they travel to the browser, by name."""
        assert isinstance(self.tables, Tables)  # see __post_init__
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

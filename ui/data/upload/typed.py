"""Step four: files that know their columns, or their kinds of cells: workbooks, Parquet and ARFF.

All become rows of text like those of a text file, so that one road leads on from here.
"""

import csv
import datetime
import io
import re
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from ui.data.upload.packed import MAX_BYTES, ZIP, repacked, too_large
from ui.data.upload.rows import Row, check_size, rectangular
from ui.data.upload.sentences import cell_in_sentence

PARQUET = b"PAR1"
ARFF = re.compile(r"(?:[ \t]*(?:%[^\n]*)?\r?\n)*[ \t]*@relation\b", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"[^"]*"|\S+)\s+\S""", re.IGNORECASE)


class Typed(NamedTuple):
    """The rows of such a file. names_first: whether the first one holds the names; None to guess."""

    rows: list[Row]
    names_first: bool | None
    note: str


def of_bytes(content: bytes) -> Typed | None:
    """The rows of a workbook or of Parquet; None for any other file. Raises ValueError for too much."""
    if content.startswith(PARQUET):
        return _of_parquet(content)
    if content.startswith(ZIP) and b"xl/" in content:
        return _of_workbook(content)
    return None


def of_text(text: str) -> Typed | None:
    """The rows of ARFF; None for any other text. Raises ValueError where they do not fit its columns."""
    if not ARFF.match(text):
        return None
    head, *data = re.split(r"(?im)^[ \t]*@data[^\n]*\n", text, maxsplit=1)
    names = [match[1].strip("'\"") for match in ATTRIBUTE.finditer(head)]
    lines = (data[0] if data else "").splitlines()
    if names and any(line.lstrip().startswith("{") for line in lines):
        raise ValueError(
            "The ARFF file is sparse: its rows name only what is not zero. Expected: rows with a cell for "
            "each column. Save it in the ordinary form, or as CSV."
        )
    if not names or not lines:
        raise ValueError(
            "The file begins like ARFF but has no columns or no rows. Expected: @attribute for each column, "
            "then @data and a row a sample. Save it again, or as CSV."
        )
    first = head.count("\n") + 2
    rows: list[Row] = [(1, names)]
    for i, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("%"):
            quote = "'" if "'" in line else '"'
            (row,) = csv.reader([line], quotechar=quote, skipinitialspace=True, escapechar="\\")
            rows.append((first + i, row))
            check_size(len(rows), len(names), len(rows) * len(names))
    return Typed(rectangular(rows), True, "The file was read as ARFF.")


def _of_parquet(content: bytes) -> Typed:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        about = file.metadata
        _check(about.num_rows, about.num_columns)
        if sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups)) > MAX_BYTES:
            raise ValueError(too_large("unpacks to more"))
        rows: list[Row] = [(1, list(file.schema_arrow.names))]
        for batch in file.iter_batches(batch_size=1000):
            columns = [[_text(cell) for cell in column.to_pylist()] for column in batch.columns]
            rows += [(len(rows) + i + 1, list(row)) for i, row in enumerate(zip(*columns, strict=True))]
            check_size(len(rows), about.num_columns, len(rows) * about.num_columns)
    except (pa.ArrowException, OSError):
        raise ValueError(
            "The file begins like Parquet but cannot be read: it is damaged or cut off. Expected: a table. "
            "Save it again, or as CSV."
        ) from None
    return Typed(rows, True, "The file was read as Parquet.")


def _of_workbook(content: bytes) -> Typed:
    try:
        book = CalamineWorkbook.from_filelike(repacked(content))
        name = book.sheet_names[0]
        sheet = book.get_sheet_by_index(0)
        _check(sheet.height, sheet.width)
        cells = sheet.to_python(skip_empty_area=True)
    except (CalamineError, IndexError):
        raise ValueError(
            "The workbook cannot be read. Expected: an .xlsx file whose first sheet is the table. Save it "
            "again, or save the sheet as CSV."
        ) from None
    rows = [(i, [_text(cell) for cell in row]) for i, row in enumerate(cells, start=1)]
    rows = [(i, row) for i, row in rows if any(row)]
    if not rows:
        raise ValueError(
            "The first sheet is empty. Expected: a row of names, then one row a sample. Put that sheet first."
        )
    which = f"the first of {len(book.sheet_names)} sheets" if len(book.sheet_names) > 1 else "its sheet"
    return Typed(rows, None, f"The file was read as a workbook: {which}, {cell_in_sentence(name)}.")


def _check(n_rows: int, n_columns: int) -> None:
    """Raise ValueError for more rows, columns or cells than are read, before any of them is."""
    check_size(n_rows, n_columns, n_rows * n_columns)


def _text(cell: object) -> str:
    """A cell as a text file would have it: whole numbers without a point, dates from the year down."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat(" ") if isinstance(cell, datetime.datetime) else cell.isoformat()
    return str(cell)

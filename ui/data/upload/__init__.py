"""A person's file as a data set: read, looked at and prepared; whatever is wrong with it ends in a sentence.

Two calls, because a person chooses between them. `read` turns bytes into cells of text under safe names.
`prepare` makes of them a table of numbers and classes, and says what became of each column and of each row
left out. Both raise ValueError with a message that is ready for the page: what is wrong and where, what was
expected, what to do; foreign text in it is escaped.

The steps stand in a file each, and imports run one way:
sentences ← packed ← decode ← cells ← rows ← typed ← names ← columns ← read ← prepare.
`read` and `prepare` as attributes of this package are the functions, not the files of the same names.
"""

from ui.data.upload.cells import MARKS
from ui.data.upload.columns import (
    MAX_CLASSES,
    MAX_VALUES,
    MIN_ROWS,
    Guess,
    Raw,
    gap_words,
    guess_target,
    likely_target,
    marks_of,
    row_numbers,
)
from ui.data.upload.decode import ENCODINGS
from ui.data.upload.packed import MAX_BYTES
from ui.data.upload.prepare import BOUNDS, DROP, FILL, GAPS, MAX_FEATURES, MAX_ROWS, Prepared, prepare
from ui.data.upload.read import read
from ui.data.upload.rows import MAX_CELLS, MAX_COLUMNS, MAX_LINES, SEPARATORS

__all__ = [
    "BOUNDS",
    "DROP",
    "ENCODINGS",
    "FILL",
    "GAPS",
    "MARKS",
    "MAX_BYTES",
    "MAX_CELLS",
    "MAX_CLASSES",
    "MAX_COLUMNS",
    "MAX_FEATURES",
    "MAX_LINES",
    "MAX_ROWS",
    "MAX_VALUES",
    "MIN_ROWS",
    "SEPARATORS",
    "Guess",
    "Prepared",
    "Raw",
    "gap_words",
    "guess_target",
    "likely_target",
    "marks_of",
    "prepare",
    "read",
    "row_numbers",
]

"""What a single cell is: a gap, a date, or a number, in whatever way people write numbers.

A number has a point or a comma before its decimals, may be in groups, and may have signs around it: 1.234,5,
1,234.5, 1 234 and 1'234, 12,34,567, −3, (3), 12 %, € 5. Most can be read in one way only. What cannot is a
single group of three behind a single mark: 2.155 is two thousand or two and a bit. Cells prove each other's
mark, within a column and within a file (`votes`); what nothing proves is in doubt, and both are shown.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

GAP_WORDS = {"", "na", "n/a", "nan", "null", "#n/a", "#na", "?", "-", "--", "."}
NO_NUMBER = {"none", "nil", "missing", "#div/0!", "#value!", "#ref!", "#num!", "#name?", "#null!"}
INFINITE = {sign + word for sign in ("", "+", "-") for word in ("inf", "infinity", "∞")}
DATE = r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,4}[./]\d{1,2}[./]\d{1,4}( .*)?"
MOSTLY = 0.9  # of the known cells of a column must be numbers in a column of numbers
POINT, COMMA = ".", ","
MARKS = {POINT: "decimal point", COMMA: "decimal comma"}
SPACES = "\u0020\u00a0\u2007\u2009\u202f"
MINUS = "\u2212\u2012\u2013\ufe63\uff0d"  # signs that people and programs write for -
CURRENCIES = "$€£¥₹₽₩₺¢₿"
_APART = f"[{SPACES}'\u2019]"  # between groups, whatever the mark
_AROUND = re.compile(f"[{SPACES}]*[{re.escape(CURRENCIES)}%‰][{SPACES}]*")
_BRACKETS = re.compile(r"\(([^()-]+)\)")
_TO_MINUS = str.maketrans(dict.fromkeys(MINUS, "-"))
FIRST_CELLS = 1000  # of a column, which are asked for its mark before all of them are


def _pattern(mark: str) -> re.Pattern[str]:
    other = re.escape(COMMA if mark == POINT else POINT)
    in_threes = rf"[1-9]\d{{0,2}}(?P<apart>{other}|{_APART})\d{{3}}(?:(?P=apart)\d{{3}})*"
    indian = rf"[1-9]\d?(?:{other}\d{{2}})+{other}\d{{3}}"
    whole, dot = rf"(?:\d+|{in_threes}|{indian})", re.escape(mark)
    return re.compile(rf"[+-]?(?:{whole}(?:{dot}\d*)?|{dot}\d+)(?:[eE][+-]?\d+)?")


_PATTERNS = {mark: _pattern(mark) for mark in MARKS}


class Votes(NamedTuple):
    """How many cells can be read under one mark alone, and an example of what both read, differently."""

    point: int
    comma: int
    either: str = ""

    @property
    def mark(self) -> str:
        """The mark of most cells; "" where none has one alone, or as many have the other."""
        return "" if self.point == self.comma else POINT if self.point > self.comma else COMMA


def bare(cell: str) -> str:
    """A cell without the signs around its number: a minus is -, brackets are one too."""
    text = cell.strip().translate(_TO_MINUS)
    text = _AROUND.sub("", text)
    if in_brackets := _BRACKETS.fullmatch(text):
        text = f"-{in_brackets[1]}"
    return re.sub(rf"^([+-])[{SPACES}]+", r"\1", text)


def value(cell: str, mark: str) -> float:
    """The number that a cell is under a mark, NaN where it is none."""
    text = bare(cell)
    if not _PATTERNS[mark].fullmatch(text):
        return np.nan
    other = COMMA if mark == POINT else POINT
    return float(re.sub(rf"{_APART}|{re.escape(other)}", "", text).replace(mark, "."))


def is_number(cell: str) -> bool:
    """Whether a cell is a number, under either mark."""
    return any(pattern.fullmatch(bare(cell)) for pattern in _PATTERNS.values())


def is_gap(cell: str) -> bool:
    """Whether a cell holds no value: empty, NA, NaN, null, a question mark and the like."""
    return cell.strip().lower() in GAP_WORDS


def is_date(cell: str) -> bool:
    """Whether a cell is a date."""
    return re.fullmatch(DATE, cell.strip()) is not None


def column_votes(cells: pd.Series) -> Votes:
    """What a column says about its mark: its first cells, or all where those leave it open."""
    first = votes(cells.iloc[:FIRST_CELLS])
    return first if first.mark or len(cells) <= FIRST_CELLS else votes(cells.unique())


def votes(cells: Iterable[str]) -> Votes:
    """What cells say about the mark."""
    counts, either = {POINT: 0, COMMA: 0}, ""
    for cell in cells:
        if POINT not in cell and COMMA not in cell:
            continue
        point, comma = (value(cell, mark) for mark in MARKS)
        if np.isnan(point) and np.isnan(comma):
            continue
        if np.isnan(comma):
            counts[POINT] += 1
        elif np.isnan(point):
            counts[COMMA] += 1
        elif point != comma:
            either = either or cell
    return Votes(counts[POINT], counts[COMMA], either)


def numbers(cells: pd.Series, mark: str) -> np.ndarray:
    """The cells as numbers under a mark, NaN where they are none; infinite words are infinite."""
    found = pd.to_numeric(cells, errors="coerce").to_numpy(float, copy=True)
    odd = np.isnan(found) if mark == POINT else np.isnan(found) | cells.str.contains(r"[.,]").to_numpy()
    if odd.any():
        texts, places = np.unique(cells.to_numpy(object)[odd].astype(str), return_inverse=True)
        found[odd] = np.array([value(text, mark) for text in texts])[places]
    return found

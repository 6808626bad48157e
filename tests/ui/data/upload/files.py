"""Files as people bring them, and what becomes of them: helpers for tests, of which none stands here."""

import csv
import io
from collections.abc import Sequence

import numpy as np
import pytest

from ui.data.upload import Prepared, likely_target, prepare, read

HOSTILE = (
    "<img src=http://example.com/x.png>",
    "![x](http://example.com/y.png)",
    "a.b[0]:Q",
    "n" * 10_000,
    "😀",
    "שלום",
    "\u202eevil",
    "bell\x07",
    ":red[hi] $x$ `tick`",
    "www.example.com",
)
# In the letters of each encoding two names and two classes.
WORDS = {
    "cp1250": ("Žofie Šťastná", "třída", "ano", "ne"),
    "cp1251": ("Иван Петров", "класс", "да", "нет"),
    "cp932": ("山田太郎", "分類", "はい", "いいえ"),
    "gb18030": ("张三李四", "类别", "是", "否"),
    "mac_roman": ("schön und größer", "Länge", "für", "wäre"),
    "cp1252": ("schön und größer", "Länge", "für", "wäre"),
    "cp1253": ("Μήκος φύλλου", "Πλάτος", "Πεύκο", "Ελιά δέντρο"),
    "cp1254": ("Yaprak uzunluğu", "Genişliği", "Çam ağacı", "Meşe ağacı"),
    "cp949": ("꽃잎의 길이", "꽃받침의 너비", "부채붓꽃", "참붓꽃"),
}


def file_of(rows: list[list], separator: str = ",", encoding: str = "utf-8", end: str = "\n") -> bytes:
    """The rows as a spreadsheet would save them."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding)


def two_classes(n: int = 12, names: tuple[str, ...] = ("a", "b"), y: str = "y") -> list[list]:
    """A header and n rows of numbers in two classes, "no" and "yes" in turns."""
    numbers = np.random.default_rng(0).standard_normal((n, len(names))).round(3)
    return [[*names, y], *([*row, ("no", "yes")[i % 2]] for i, row in enumerate(numbers.tolist()))]


def prepared(content: bytes, target: str | None = None, **choices: object) -> Prepared:
    """The table of a file, its class guessed where no target is named."""
    raw = read(content, "some.csv")
    return prepare(raw, target or likely_target(raw), **choices)


def refused(content: bytes, **choices: object) -> str:
    """The sentence that a file is refused with; that it is not refused is a failure."""
    with pytest.raises(ValueError) as caught:
        prepared(content, **choices)
    return str(caught.value)


def outcome(content: bytes, **choices: object) -> Prepared | str:
    """The table, or the sentence that a file is refused with; any other exception is a failure."""
    try:
        return prepared(content, **choices)
    except ValueError as error:
        return str(error)


def becomes(result: Prepared, column: str) -> str:
    """What a column of the file was read as, and what becomes of it."""
    table = result.columns.set_index("column")
    return f"{table.loc[column, 'read as']} → {table.loc[column, 'becomes']}"


def check_refusal(content: bytes, words: Sequence[str], target: str | None = None) -> None:
    """Assert that a file is refused with a sentence that holds these words, and one more that helps."""
    sentence = refused(content, target=target)
    for word in words:
        assert word.lower() in sentence.lower(), sentence
    assert sentence.count(". ") >= 1, "it also says what was expected or what to do"

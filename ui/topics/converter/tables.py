"""λ in each library as a table, of numbers and words."""

from collections.abc import Sequence
from math import isinf

import pandas as pd

from core.convert import Entry
from ui.base.words import number


def value_text(value: float | None) -> str:
    """A value as the table shows it."""
    if value is None:
        return "–"
    return "∞" if isinf(value) else number(value, 6)


def library_table(entries: Sequence[Entry]) -> pd.DataFrame:
    """A row a library: library, option, value, formula, beware; where λ goes there, and what it becomes."""
    rows = [(e.library, e.option, value_text(e.value), e.formula, e.caveat) for e in entries]
    return pd.DataFrame(rows, columns=["library", "option", "value", "formula", "beware"])

"""A page's picture as a value, so that it can be shown, saved and put into a report alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

Spec = dict  # as ui.charts has it


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

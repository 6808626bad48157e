"""A page's picture as a value, so that it can be shown, saved and put into a report alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from ui.lesson import Lesson

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

    @property
    def nbytes(self) -> int:
        """Memory of the tables, in bytes."""
        return sum(int(table.memory_usage().sum()) for table in self.tables.values())


Choices = ParamSpec("Choices")
Make = Callable[Concatenate[Lesson, Choices], Picture]
MAX_KEPT = 6  # pictures of one training


def remembered(make: Make[Choices]) -> Make[Choices]:
    """Keep the last pictures beside the networks they show, so that a page that is visited again has it.

    A choice that cannot be a key, such as other runs, has to follow from the lesson's settings.
    """

    @wraps(make)
    def picture(lesson: Lesson, *args: Choices.args, **kwargs: Choices.kwargs) -> Picture:
        choices = [value for value in (*args, *kwargs.values()) if isinstance(value, str | int | float)]
        key = make.__module__, lesson.settings, lesson.theme, *choices
        pictures = lesson.trained.pictures
        found = pictures.get(key)
        if found is None:
            found = pictures[key] = make(lesson, *args, **kwargs)
            for oldest in list(pictures)[:-MAX_KEPT]:
                pictures.pop(oldest, None)  # another session may have been faster
        return found

    return picture

"""The table of libraries as it stands on the page."""

from collections.abc import Sequence
from pathlib import Path

from core.convert import Entry
from ui.base.templates import filled, markup
from ui.base.theme import style
from ui.topics.converter.tables import library_table

HERE = Path(__file__).parent


def html_table(entries: Sequence[Entry]) -> str:
    """A row a library: where λ goes there, its value and formula, and what to beware of.

    Its lines take their colour from the page's style sheet.
    """
    table = library_table(entries)
    return filled(
        HERE / "table.html",
        head=[name.capitalize() for name in table.columns],
        rows=table.to_dict("records"),
        style=markup(style(HERE / "table.css")),
    )

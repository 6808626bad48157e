"""What the sentences about a file have in common: foreign names, and the advice for one that is cut off.

A message of this room goes onto the page as Markdown, and whatever a file holds is foreign text. It enters a
sentence through `cell_in_sentence` or `listed`, and a table, which shows text as it is, by `cell_in_table`.
"""

from collections.abc import Sequence

from ui.base.foreign import markdown, safe_name
from ui.base.words import joined

LISTED = 3  # names that a sentence mentions at most


def is_or_are(n: int) -> str:
    """The verb after a count."""
    return "is" if n == 1 else "are"


def listed(names: Sequence[str], word: str = "and") -> str:
    """The first names and how many more there are, with a word before the last."""
    shown = [markdown(name) for name in names[:LISTED]]
    more = [f"{len(names) - LISTED} more"] if len(names) > LISTED else []
    return joined([*shown, *more], word)


def cell_in_sentence(text: str) -> str:
    """A cell of the file, for a sentence."""
    return markdown(safe_name(text) or "(empty)")


def cell_in_table(text: str) -> str:
    """A cell of the file in quotes, for a table."""
    return f"“{safe_name(text)}”"


def cut_off(how: str) -> str:
    """The message for a file that ends too early; how: where it shows, as a clause."""
    return f"The file seems to be cut off: {how}. Save or download it again."

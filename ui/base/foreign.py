"""Foreign text made safe: names of columns, classes and files that this program did not write.

Each place where such text ends up has its own dangers, so there is one function for each: a Markdown
sentence, a name that is shown anywhere, a cell of a spreadsheet. HTML needs none: the templates escape.
"""

import re
import unicodedata

WORDS = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")  # letters and digits, joined by single spaces or hyphens
MAX_NAME = 40  # characters
JOINERS = "\u200c\u200d"  # join letters and emoji; of what else is invisible nothing is kept
RUNS_AS_A_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")


def markdown(text: str) -> str:
    """Foreign text for a Markdown sentence or label: words as they are, all else as code, which does nothing.

    Code holds what backslashes would not: addresses, which Markdown makes links of, and Streamlit's signs.
    """
    text = " ".join(text.split())
    if WORDS.fullmatch(text):
        return text
    return "`" + (text.replace("`", "ˋ") or "–") + "`"


def safe_name(text: str) -> str:
    """A name as it can be shown anywhere: signs that can be seen, in one line of at most MAX_NAME."""
    text = unicodedata.normalize("NFC", text[: 20 * MAX_NAME])
    seen = "".join(c if c.isprintable() or c in JOINERS else " " if c.isspace() else "" for c in text)
    name = " ".join(seen.split()).strip(JOINERS + " ")
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1].rstrip() + "…"


def spreadsheet_cell(cell: object) -> object:
    """Text with an apostrophe before it where a spreadsheet would take it for a formula; numbers stay."""
    return f"'{cell}" if isinstance(cell, str) and RUNS_AS_A_FORMULA.match(cell) else cell

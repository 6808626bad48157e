"""A table in every way to write it: it is read back equal, or said to be in doubt."""

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ui.data.upload.files import WORDS, file_of
from ui.data.upload import MARKS, Prepared, Raw, prepare, read


def grouped(apart: str, mark: str) -> Callable[[float, int], str]:
    """Numbers in groups of three, as 1.234,50."""
    return lambda number, digits: f"{number:,.{digits}f}".translate(str.maketrans({",": apart, ".": mark}))


def indian(number: float, digits: int) -> str:
    """12,34,567.50"""
    whole, _, rest = f"{abs(number):.{digits}f}".partition(".")
    groups = [whole[-3:]]
    whole = whole[:-3]
    while whole:
        groups.insert(0, whole[-2:])
        whole = whole[:-2]
    return ("-" if number < 0 else "") + ",".join(groups) + ("." + rest if rest else "")


FORMATS: dict[str, Callable[[float, int], str]] = {
    "plain": lambda number, digits: f"{number:.{digits}f}",
    "decimal comma": lambda number, digits: f"{number:.{digits}f}".replace(".", ","),
    "English": grouped(",", "."),
    "German": grouped(".", ","),
    "French": grouped("\u202f", ","),
    "SI": grouped("\u00a0", "."),
    "Swiss": grouped("\u2019", "."),
    "Indian": indian,
    "with a true minus": lambda number, digits: f"{number:.{digits}f}".replace("-", "\u2212"),
    "dollars": lambda number, digits: f"${number:,.{digits}f}" if number >= 0 else f"-${-number:,.{digits}f}",
    "percent": lambda number, digits: f"{number:.{digits}f} %",
    "accounts": lambda number, digits: f"({-number:,.{digits}f})" if number < 0 else f"{number:,.{digits}f}",
    "scientific": lambda number, digits: f"{number:.12e}",
}
HEADERS = ("names", "none", "comments", "units", "quoted")


def written(X: np.ndarray, digits: int, how: str, separator: str, encoding: str, header: str) -> bytes:
    """The table with a class "p" or "q" at its end, as some program would save it."""
    body = [[*(FORMATS[how](v, digits) for v in row), "pq"[i % 2]] for i, row in enumerate(X.tolist())]
    names = [*(f"n{i}" for i in range(X.shape[1])), "kind"]
    rows = {
        "none": body,
        "units": [names, *[["cm"] * X.shape[1] + [""]], *body],
    }.get(header, [names, *body])
    text = file_of(rows, separator).decode()
    if header == "comments":
        text = f"# made by hand{separator} twice\n# and checked\n{text}"
    if header == "quoted":
        text = "\n".join(
            separator.join(f' "{cell}"' if i else f'"{cell}"' for i, cell in enumerate(row)) for row in rows
        )
    return text.encode(encoding)


@settings(max_examples=150, deadline=None)
@given(
    numbers=st.lists(st.integers(-99_999_999, 99_999_999), min_size=24, max_size=24),
    digits=st.integers(0, 4),
    how=st.sampled_from(sorted(FORMATS)),
    separator=st.sampled_from([",", ";", "\t", "|", " "]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    header=st.sampled_from(HEADERS),
)
def test_a_table_is_read_back_equal_or_said_to_be_in_doubt(numbers, digits, how, separator, encoding, header):
    X = np.array(numbers, float).reshape(12, 2) / 10**digits
    if any(len(set(column)) < 3 or (np.diff(column) > 0).all() for column in X.T):
        return
    if (separator, header) == (" ", "units"):
        return  # a unit that is missing cannot be told from a blank
    raw = read(written(X, digits, how, separator, encoding, header), "some.csv")
    assert len(raw.cells) == len(X), "no row is taken for names, nor names for a row"
    found = prepare(raw, raw.columns[-1])
    if not is_equal(found, X):
        assert any("In doubt" in note for note in found.notes), (raw.cells.head(3), found.table.X[:3], X[:3])
        assert any(is_equal(outcome_of(raw, mark), X) for mark in MARKS), "a person can have it right"


def is_equal(found: Prepared | str, X: np.ndarray) -> bool:
    """Whether a table holds these numbers."""
    return not isinstance(found, str) and found.table.X.shape == X.shape and np.allclose(found.table.X, X)


def outcome_of(raw: Raw, mark: str) -> Prepared | str:
    """The table under a decimal mark, or the sentence that refuses it."""
    try:
        return prepare(raw, raw.columns[-1], mark=mark)
    except ValueError as error:
        return str(error)


# Formats in which no letter needs an encoding.
WITHOUT_LETTERS = (
    "plain",
    "decimal comma",
    "English",
    "German",
    "Indian",
    "dollars",
    "percent",
    "scientific",
)


@settings(max_examples=100, deadline=None)
@given(
    numbers=st.lists(st.integers(-99_999_999, 99_999_999), min_size=24, max_size=24),
    digits=st.integers(0, 4),
    how=st.sampled_from(WITHOUT_LETTERS),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(sorted(WORDS)),
)
def test_in_every_encoding_numbers_are_read_back_and_letters_too_or_as_another_was_chosen(
    numbers, digits, how, separator, encoding
):
    X = np.array(numbers, float).reshape(12, 2) / 10**digits
    if any(len(set(column)) < 3 or (np.diff(column) > 0).all() for column in X.T):
        return
    *names, one, other = WORDS[encoding]
    body = [
        [*(FORMATS[how](v, digits) for v in row), (one, other)[i % 2]] for i, row in enumerate(X.tolist())
    ]
    content = file_of([[*names, "kind"], *body], separator).decode().encode(encoding)
    raw = read(content, "some.csv")
    chosen = read(content, "some.csv", encoding=encoding)
    for found in (raw, chosen):
        assert any(is_equal(outcome_of(found, mark), X) for mark in MARKS)
        assert found.separator == separator
    assert (chosen.columns[:2], set(chosen.cells.kind)) == (names, {one, other})
    if list(raw.columns) != list(chosen.columns) or not raw.cells.equals(chosen.cells):
        assert any("If letters are wrong, choose another" in note for note in raw.notes)

"""From text to rows: separators, names distinguished from data, and a sentence with the line of a mistake."""

import numpy as np
import pytest

from tests.ui.data.upload.files import becomes, check_refusal, file_of, prepared, refused, two_classes
from ui.data.upload import MAX_LINES, read, rows


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_and_line_end_gives_the_same_table(separator, end):
    rows = two_classes()
    table = prepared(file_of(rows, separator, end=end)).table
    assert table.feature_names == ("a", "b")
    assert table.class_names == ("no", "yes")
    np.testing.assert_array_equal(table.X, [row[:2] for row in rows[1:]])
    assert table.y.tolist() == [0, 1] * 6


@pytest.mark.parametrize(
    "text",
    [
        "a b y\n1 2 no\n3 4 yes\n5 7 no\n",
        "  a   b y  \n 1   2 no \n 3   4 yes\n 5   7 no\n",
        "a\t b  y\n1 \t2 no\n3\t\t4 yes\n5 7\tno\n",
        '"a" "b" "y"\n"1" 1 2 "no"\n"2" 3 4 "yes"\n"4" 5 7 "no"\n',  # as R writes it
        "'a' 'b' 'y'\n1 2 no\n3 4 yes\n5 7 no\n",
        "a b y\r\n1 2 no\r\n3 4 yes\r\n5 7 no",
    ],
)
def test_blanks_separate_cells_where_no_sign_does(text):
    raw = read(text.encode(), "some.txt")
    assert raw.separator == " "
    assert raw.has_header
    cells = raw.cells[["a", "b", "y"]]
    assert cells.to_numpy().tolist() == [["1", "2", "no"], ["3", "4", "yes"], ["5", "7", "no"]]


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("two words\tb\nof text\t1\nto read\t2\n", "\t"),
        ("first name;last name\nA B;C D\nE F;G H\n", ";"),
        ("day,time\n2020-01-01 12:00,3\n2020-01-02 13:00,4\n", ","),
        ("1,5 2,3 x\n2,5 3,3 y\n4,5 6,3 x\n", " "),  # decimal commas between blanks
        ("12 345;1,5\n23 456;2,5\n", ";"),
    ],
)
def test_words_of_a_cell_are_not_taken_apart(text, separator):
    assert read(text.encode(), "some.txt").separator == separator


def test_prose_is_no_table():
    text = b"This is a letter\nwith lines of several words\nof which none counts.\n"
    check_refusal(text, ("one column", "blanks"))


@pytest.mark.parametrize(
    ("first_column", "names_first"),
    [
        (["", "a", "b", "c"], True),  # an empty corner over the names of rows
        (["", "1", "2", "3"], True),
        (["", "a", "b", "a"], False),  # values of a column, of which the first is missing
        (["", "a", "", "c"], False),
    ],
)
def test_numbers_are_names_beside_an_empty_corner_over_names_of_rows(first_column, names_first):
    numbers = [["9", "10", "11"], ["4", "0", "1"], ["7", "2", "5"], ["3", "8", "6"]]
    rows = [[cell, *more] for cell, more in zip(first_column, numbers, strict=True)]
    raw = read(file_of(rows), "some.csv")
    assert raw.has_header == names_first
    assert len(raw.cells) == (3 if names_first else 4)


def test_a_first_line_that_counts_rows_and_columns_is_no_row():
    rows = [["3", "2", "no", "yes"], ["1", "2", "0"], ["3", "4", "1"], ["5", "7", "0"]]
    raw = read(file_of(rows), "some.csv")
    assert raw.cells.to_numpy().tolist() == rows[1:]
    assert any("first line counts rows and columns" in note for note in raw.notes)
    short = [["3", "2", "no"], ["1", "2", "0"], ["3", "4", "1"], ["5", "7", "0"]]
    assert read(file_of(short), "some.csv", has_header=False).cells.to_numpy().tolist() == short[1:]
    data = [["4", "2", "0"], ["1", "2", "0"], ["3", "4", "1"], ["5", "7", "0"]]
    assert read(file_of(data), "some.csv", has_header=False).cells.to_numpy().tolist() == data


def test_a_file_without_names_keeps_its_first_row():
    rows = two_classes()[1:]
    result = prepared(file_of(rows))
    assert result.table.X.shape == (12, 2)
    assert result.table.feature_names == ("column 1", "column 2")
    raw = read(file_of(rows), "some.csv")
    assert "first row looks like data" in " ".join(raw.notes)
    assert read(file_of(rows), "some.csv", has_header=True).cells.shape == (11, 3)


@pytest.mark.parametrize("header", [["2019", "2020", "class"], ["a", "b", "y"], ["yes", "no", "maybe"]])
def test_names_are_distinguished_from_data(header):
    assert read(file_of([header, *two_classes()[1:]]), "some.csv").has_header


def test_a_line_that_tells_the_separator_is_not_a_row():
    table = prepared(b"sep=;\n" + file_of(two_classes(), ";")).table
    assert table.feature_names == ("a", "b")
    assert (
        "line 5" in refused(b"sep=;\n" + file_of([*two_classes()[:3], ["1"], ["1", "2", "3"]], ";")).lower()
    )


def test_row_names_as_r_writes_them_are_no_column_to_learn_from():
    rows = two_classes(30)
    content = file_of([rows[0], *([f"r{i}", *row] for i, row in enumerate(rows[1:]))])
    result = prepared(content)
    assert result.table.feature_names == ("a", "b")
    assert "left out" in becomes(result, "column 1")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a\n1\n2\n", ("one column", "semicolons")),
        (b"a,b,y\n1,2,x\n1,2,x,3\n1,2,z\n", ("line 3", "4 cells", "3")),
        (b"a,b,y\n1,2,x\n1,x\n1,2,z\n", ("line 3", "2 cells", "column 3")),
        (b"a,b,y\n1,2,x\n1,2", ("cut off", "line 3")),
        (b'a,b,y\n1,2,x\n1,"2,x\n1,2,z\n', ("quote", "line 3", "never closed")),
        (b'a,b,y\n1,"2"3,x\n', ("quotes", "line 2")),
        (b",".join([b"c"] * 1000) + b"\n" + b",".join([b"1"] * 1000), ("1,000 columns", "200")),
        (b"a,y\n" + b"1,x\n" * (MAX_LINES + 1), ("100,000 rows",)),
        (b"a,y\n1,x\n" + b"1," + b"x" * 200_000 + b"\n", ("line 3", "131,072")),
    ],
)
def test_a_broken_row_ends_in_a_sentence_that_says_what_and_where(content, words):
    check_refusal(content, words)


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b" \n", b'""\n', b"\x0b\x0c\n"])
def test_no_more_empty_lines_are_passed_over_than_a_table_may_have_rows(monkeypatch, line):
    seen = []
    real = rows._check_empty
    monkeypatch.setattr(rows, "_check_empty", lambda n: seen.append(n) or real(n))
    check_refusal(b"a,b,y\n1,2,x\n" + line * 3 * MAX_LINES, ["more than 100,000 empty lines"])
    assert len(seen) == MAX_LINES + 1
    table = file_of(two_classes())
    assert prepared(table + line * MAX_LINES).table.X.shape == prepared(table).table.X.shape

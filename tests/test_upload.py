"""A person's file: right tables from every way to write them, and a sentence for every way to get it "
"wrong."""

import csv
import io
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.datasets import fill_gaps, split, standardize
from ui import upload
from ui.upload import DROP, FILL, Prepared, likely_target, prepare, read, safe_name
from ui.words import plain

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
    raw = read(content, "some.csv")
    return prepare(raw, target or likely_target(raw), **choices)


def refused(content: bytes, **choices: object) -> str:
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
    table = result.columns.set_index("column")
    return f"{table.loc[column, 'read as']} → {table.loc[column, 'becomes']}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_and_line_end_gives_the_same_table(separator, end):
    rows = two_classes()
    table = prepared(file_of(rows, separator, end=end)).table
    assert table.feature_names == ("a", "b")
    assert table.class_names == ("no", "yes")
    np.testing.assert_array_equal(table.X, [row[:2] for row in rows[1:]])
    assert table.y.tolist() == [0, 1] * 6


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_every_encoding_gives_the_same_names(encoding):
    content = file_of(two_classes(names=("höhe", "Größe")), encoding=encoding)
    assert prepared(content).table.feature_names == ("höhe", "Größe")


def test_a_decimal_comma_is_understood_between_semicolons_and_within_quotes():
    rows = two_classes()
    with_comma = [rows[0], *([f"{v}".replace(".", ",") for v in row] for row in rows[1:])]
    for separator in (";", "\t", ","):
        table = prepared(file_of(with_comma, separator)).table
        np.testing.assert_allclose(table.X, [row[:2] for row in rows[1:]])


@pytest.mark.parametrize(
    ("separator", "cells", "value"),
    [(";", "1.234,5", 1234.5), (",", "1,234.5", 1234.5), (";", "1,234", 1.234), (",", "1,234", 1234.0)],
)
def test_thousands_are_told_from_decimals(separator, cells, value):
    rows = [["a", "y"], *([cells if i else "7", "xz"[i % 2]] for i in range(10))]
    assert prepared(file_of(rows, separator)).table.X[1:, 0].tolist() == [value] * 9


def test_a_file_without_names_keeps_its_first_row():
    rows = two_classes()[1:]
    result = prepared(file_of(rows))
    assert result.table.X.shape == (12, 2)
    assert result.table.feature_names == ("column 1", "column 2")
    raw = read(file_of(rows), "some.csv")
    assert "first row looks like data" in " ".join(raw.notes)
    assert read(file_of(rows), "some.csv", has_header=True).cells.shape == (11, 3)


@pytest.mark.parametrize("header", [["2019", "2020", "class"], ["a", "b", "y"], ["yes", "no", "maybe"]])
def test_names_are_told_from_data(header):
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
        (b"", ("empty",)),
        (b"\n \n\t\n", ("empty",)),
        (b"a,b,y\n", ("nothing under it",)),
        (b"a,b,y\n,,\n,,\n", ("empty",)),
        (b"a\n1\n2\n", ("one column", "semicolons")),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ("PNG",)),
        (b"PK\x03\x04" + b"\0" * 30, ("ZIP",)),
        (b"PK\x03\x04" + b"\0" * 30 + b"xl/workbook.xml", ("Excel", ".xlsx")),
        (b"%PDF-1.4\n1,2,3", ("PDF",)),
        (b"\x1f\x8b\x08" + b"\0" * 20, ("gzip",)),
        (bytes(range(256)) * 9, ("no text",)),
        (b"a,b,y\n1,\x00,x\n" * 9, ("no text",)),
        (b"<!DOCTYPE html><html>a,b</html>", ("web page",)),
        (b'[{"a": 1, "y": 2}]', ("JSON",)),
        (b"a,b,y\n1,2,x\n1,2,x,3\n1,2,z\n", ("line 3", "4 cells", "3")),
        (b"a,b,y\n1,2,x\n1,x\n1,2,z\n", ("line 3", "2 cells", "column 3")),
        (b"a,b,y\n1,2,x\n1,2", ("cut off", "line 3")),
        (b'a,b,y\n1,2,x\n1,"2,x\n1,2,z\n', ("quote", "line 3", "never closed")),
        (b'a,b,y\n1,"2"3,x\n', ("quotes", "line 2")),
        ("a,b,y\n1,2,ü".encode()[:-1], ("cut off", "incomplete")),
        ("a,b,y\n1,2,x".encode("utf-16")[:-1], ("cut off", "UTF-16")),
        (b"a" * (upload.MAX_BYTES + 1), ("10.0 MB", "10 MB")),
        (b",".join([b"c"] * 1000) + b"\n" + b",".join([b"1"] * 1000), ("1,000 columns", "200")),
        (b"a,y\n" + b"1,x\n" * (upload.MAX_LINES + 1), ("100,000 rows",)),
        (b"a,y\n1,x\n" + b"1," + b"x" * 200_000 + b"\n", ("line 3", "131,072")),
        (b"a,b,y\n" + b"1,2,x\n3,4,x\n" * 9, ("only one value, x", "a or b would do")),
        (b"a,b,y\n" + b"".join(b"t%d,u%d,v%d\n" % (i, i, i) for i in range(40)), ("40 different values",)),
        (b"a,y\n" + b"".join(b"t%d,%d\n" % (i, i % 2) for i in range(40)), ("No column is left",)),
        (b"a,y\n" + b"".join(b"7,%d\n" % (i % 2) for i in range(40)), ("No column is left", "same value")),
        (b"a,y\n" + b"".join(b",%d\n" % (i % 2) for i in range(40)), ("No column is left",)),
        (b"a,price\n" + b"".join(b"%d,%d.5\n" % (i, i) for i in range(40)), ("40 different numbers",)),
        (b"a,y\n" + b"1,x\n2,z\n" * 9 + b"1,w\n", ("w has 1 row", "4 rows")),
        (b"a,y\n" + b"1,x\n,z\n" * 9, ("only class x is left",)),
        (b"a,b,y\n" + b",2,x\n1,,z\n" * 9, ("Every row has a gap",)),
    ],
)
def test_a_bad_file_ends_in_a_sentence_that_says_what_and_where(content, words):
    sentence = refused(content)
    for word in words:
        assert word.lower() in sentence.lower(), sentence
    assert sentence.count(". ") >= 1, "it also says what was expected or what to do"


def test_too_many_columns_to_learn_from_are_counted():
    rows = two_classes(names=tuple(f"c{i}" for i in range(upload.MAX_FEATURES + 1)))
    assert f"{upload.MAX_FEATURES + 1} columns" in refused(file_of(rows))
    result = prepared(file_of(rows), left_out=("c0",))
    assert result.table.X.shape[1] == upload.MAX_FEATURES
    assert "you said so" in becomes(result, "c0")


def test_hostile_names_become_names_that_can_be_shown_and_told_apart():
    names = (*HOSTILE, "", "dup", "dup", "dup (2)", "  ")
    table = prepared(file_of(two_classes(names=names))).table
    assert len(set(table.feature_names)) == len(names)
    for name in table.feature_names:
        assert 0 < len(name) <= upload.MAX_NAME
        assert name.isprintable()
    assert {"evil", "bell", "😀", "שלום", "dup", "dup (2)", "column 11"} <= set(table.feature_names)


def test_what_was_changed_about_names_is_told():
    raw = read(file_of(two_classes(names=("", "dup", "dup", "n" * 50))), "some.csv")
    told = " ".join(raw.notes)
    assert "1 column without a name" in told
    assert "1 column with a name that is there already" in told
    assert "1 column with a name too long" in told


@given(st.text(max_size=60))
@example("`")
@example("``` ```")
@example("www.example.com")
@example("http://example.com ![x](y)")
def test_plain_text_is_words_or_one_stretch_of_code(text):
    shown = plain(text)
    if shown.startswith("`"):
        assert shown.endswith("`")
        assert "`" not in shown[1:-1]
        assert len(shown) > 2
        assert "\n" not in shown
    else:
        assert re.fullmatch(r"[\w -]+", shown)
        assert "_" not in shown
        assert not re.match(r"\W", shown)


def test_text_of_few_values_becomes_indicators_and_of_many_is_left_out():
    rows = [["color", "size", "id", "x", "y"]]
    rows += [
        [("red", "blue", "green")[i % 3], "SL"[i // 4 % 2], f"k{i}", i % 7, "no" if i % 2 else "yes"]
        for i in range(24)
    ]
    result = prepared(file_of(rows))
    names = ("color = blue", "color = green", "color = red", "size = S", "x")
    assert result.table.feature_names == names
    np.testing.assert_array_equal(result.table.X[:3, :3], [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    assert "24 different values" in becomes(result, "id")
    assert "3 columns of 0 and 1" in becomes(result, "color")


def test_dates_row_numbers_and_constants_are_left_out_with_a_reason():
    rows = [["id", "day", "k", "x", "y"]]
    rows += [[i, f"2024-01-{i + 1:02}", 3, i * i % 11, i % 2] for i in range(24)]
    result = prepared(file_of(rows))
    assert result.table.feature_names == ("x",)
    assert "count the rows" in becomes(result, "id")
    assert "dates" in becomes(result, "day")
    assert "same value" in becomes(result, "k")
    assert any("3 columns of the file are left out" in note for note in result.notes)


GAPPY = [
    ["a", "c", "y"],
    *(
        [v, "ab"[i % 2], "no" if i % 3 else "yes"]
        for i, v in enumerate([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    ),
    ["", "a", "no"],
    ["NaN", "b", "yes"],
    ["inf", "a", "no"],
    ["-Infinity", "b", "yes"],
    ["1e999", "a", "no"],
    ["3", "?", "no"],
    ["4", "b", ""],
    ["", "", ""],
]


def test_rows_with_gaps_are_dropped_and_counted():
    result = prepared(file_of(GAPPY), gaps=DROP)
    assert result.table.X[:, 0].tolist() == list(range(1, 13))
    told = " ".join(result.notes)
    assert "1 row without a class is left out" in told
    assert "6 rows with gaps are left out, of 18" in told
    assert "3 infinite" in becomes(result, "a")
    assert "1 row without any value" in " ".join(read(file_of(GAPPY), "some.csv").notes)


def test_gaps_are_filled_with_the_median_of_the_training_rows_alone():
    result = prepared(file_of(GAPPY), gaps=FILL)
    table = result.table
    assert table.X.shape == (18, 4)
    assert np.isnan(table.X[:, 0]).sum() == 5
    assert table.feature_names == ("a", "c = (gap)", "c = a", "c = b")
    assert "6 gaps in 6 rows are filled" in " ".join(result.notes)
    X_train, X_test = np.array([[1.0], [2.0], [9.0], [np.nan]]), np.array([[np.nan], [50.0]])
    filled, tested = fill_gaps(X_train, X_test)
    assert filled.ravel().tolist() == [1, 2, 9, 2]
    assert tested.ravel().tolist() == [2, 50]
    data = split("mine", table, seed=3)
    assert np.isfinite(data.X_train).all()
    assert np.isfinite(data.X_test).all()


def test_a_word_in_a_column_of_numbers_is_a_gap_that_is_told_with_its_line():
    rows = [["a", "y"], *([i * i % 17 + 0.5, i % 2] for i in range(30)), ["oops", 1]]
    result = prepared(file_of(rows))
    assert result.table.X.shape == (30, 1)
    assert "oops" in becomes(result, "a")
    assert "line 32" in becomes(result, "a")


def test_huge_and_tiny_numbers_are_standardized_like_any_others():
    z = np.random.default_rng(1).standard_normal(40).round(6)
    rows = [["huge", "tiny", "plain", "y"]]
    rows += [[f"{v}e300", f"{v}e-300", v, i % 2] for i, v in enumerate(z.tolist())]
    data = split("mine", prepared(file_of(rows)).table)
    for column in (0, 1):
        np.testing.assert_allclose(data.X_train[:, column], data.X_train[:, 2], atol=1e-6)
        np.testing.assert_allclose(data.X_test[:, column], data.X_test[:, 2], atol=1e-6)


def test_a_test_value_out_of_all_proportion_still_fits_float32():
    X_train, X_test = standardize(np.array([[0.0], [1e-3], [2e-3]]), np.array([[1e300], [1e-3]]))
    assert np.isfinite(X_test.astype(np.float32)).all()
    assert X_test[1, 0] == pytest.approx(0)
    assert X_train.std() == pytest.approx(1)


def test_numbers_as_classes_stand_in_their_order():
    rows = [["a", "y"], *([i % 5, (10, 9, 2)[i % 3]] for i in range(30))]
    assert prepared(file_of(rows)).table.class_names == ("2", "9", "10")


def test_the_class_is_guessed_by_its_name_or_is_the_last_that_can_be_one():
    rows = two_classes(names=("a", "Label"), y="b")
    assert likely_target(read(file_of(rows), "x")) == "Label"
    rows = [["kind", "a", "b"], *(["no" if i % 2 else "yes", i * 1.5, i * i] for i in range(30))]
    assert likely_target(read(file_of(rows), "x")) == "kind"


def test_more_rows_than_the_limit_are_sampled_with_the_classes_shares():
    n = upload.MAX_ROWS * 2
    rows = [["a", "y"], *([i * 0.5, "rare" if i % 10 == 0 else "often"] for i in range(n))]
    result = prepared(file_of(rows))
    assert len(result.table.y) == upload.MAX_ROWS
    assert (result.table.y == result.table.class_names.index("rare")).mean() == pytest.approx(0.1, abs=0.001)
    assert "5,000 of 10,000 rows are used" in " ".join(result.notes)


def test_the_largest_table_that_is_promised_is_accepted():
    n, k = 5000, 50
    X = np.random.default_rng(2).standard_normal((n, k)).round(4)
    rows = [[*(f"c{i}" for i in range(k)), "y"], *([*row, i % 2] for i, row in enumerate(X.tolist()))]
    table = prepared(file_of(rows)).table
    np.testing.assert_array_equal(table.X, X)


def test_the_digest_tells_tables_apart():
    rows = two_classes()
    one, same = prepared(file_of(rows)), prepared(file_of(rows, ";"))
    rows[3][0] += 0.001
    assert one.digest == same.digest != prepared(file_of(rows)).digest


names = st.text(st.characters(codec="latin-1", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@settings(max_examples=25)
@given(
    numbers=st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 4)), min_size=16, max_size=16),
    names=st.lists(names, min_size=3, max_size=3, unique_by=safe_name),
    separator=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"]),
    decimal_comma=st.booleans(),
)
def test_a_table_comes_back_from_each_way_to_write_it(numbers, names, separator, encoding, decimal_comma):
    X = np.array(numbers).reshape(8, 2)
    cells = [[f"{v:.4f}".replace(".", ",") if decimal_comma else f"{v:.4f}" for v in row] for row in X]
    content = file_of(
        [names, *([*row, ("p", "q")[i % 2]] for i, row in enumerate(cells))], separator, encoding
    )
    raw = read(content, "some.csv", has_header=True)
    assert raw.columns == [safe_name(name) for name in names]
    varied = [i for i in range(2) if len(set(X[:, i])) > 1]
    if not varied:
        return
    table = prepare(raw, raw.columns[2]).table
    assert table.class_names == ("p", "q")
    assert table.feature_names == tuple(raw.columns[i] for i in varied)
    np.testing.assert_allclose(table.X, X[:, varied])


text_like = st.text(st.sampled_from("ab1.,;\t\n\r\"' éx-0e|?<é\u202e😀"), max_size=300).map(str.encode)
grids = st.lists(
    st.lists(st.text(max_size=5) | st.floats().map(str) | st.sampled_from("ab"), min_size=3, max_size=3),
    min_size=1,
    max_size=40,
).map(file_of)


@given(content=st.binary(max_size=300) | text_like | grids, fill=st.booleans())
def test_any_bytes_end_in_a_finite_table_or_in_a_sentence(content, fill):
    result = outcome(content, gaps=FILL if fill else DROP)
    if isinstance(result, str):
        assert re.fullmatch(r"(?s)[A-Z].{30,}\.", result), result
        return
    data = split("mine", result.table)
    assert np.isfinite(data.X_train).all()
    assert np.isfinite(data.X_test.astype(np.float32)).all()
    assert set(data.y_train) == set(data.y_test) == set(range(len(data.class_names)))
    assert len(result.columns) == len(set(result.columns["column"]))


@given(cut=st.integers(1, 400))
def test_a_file_cut_anywhere_is_read_or_refused_with_a_sentence(cut):
    content = file_of(two_classes(30, names=("größe", 'a "quoted" name')))[:-cut]
    result = outcome(content)
    if isinstance(result, str):
        assert re.fullmatch(r"(?s)[A-Z].{30,}\.", result), result
    else:
        assert np.isfinite(result.table.X).all()

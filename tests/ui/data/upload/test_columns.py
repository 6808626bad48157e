"""What a column holds: its name, its gaps, numbers in every notation, text, dates, and the likely class."""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ui.data.upload.files import HOSTILE, becomes, file_of, prepared, two_classes
from ui.base.foreign import MAX_NAME, markdown
from ui.data.upload import likely_target, read


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
def test_thousands_are_distinguished_from_decimals(separator, cells, value):
    rows = [["a", "y"], *([cells if i else "7", "xz"[i % 2]] for i in range(10))]
    assert prepared(file_of(rows, separator)).table.X[1:, 0].tolist() == [value] * 9


def test_hostile_names_become_names_that_can_be_shown_and_told_apart():
    names = (*HOSTILE, "", "dup", "dup", "dup (2)", "  ")
    table = prepared(file_of(two_classes(names=names))).table
    assert len(set(table.feature_names)) == len(names)
    for name in table.feature_names:
        assert 0 < len(name) <= MAX_NAME
        assert name.isprintable()
    assert {"evil", "bell", "😀", "שלום", "dup", "dup (2)", "column 11"} <= set(table.feature_names)


def test_what_was_changed_about_names_is_noted():
    raw = read(file_of(two_classes(names=("", "dup", "dup", "n" * 50))), "some.csv")
    notes = " ".join(raw.notes)
    assert "1 column without a name" in notes
    assert "1 column with a name that is there already" in notes
    assert "1 column with a name too long" in notes


@given(st.text(max_size=60))
@example("`")
@example("``` ```")
@example("www.example.com")
@example("http://example.com ![x](y)")
def test_foreign_text_in_markdown_is_words_or_one_stretch_of_code(text):
    shown = markdown(text)
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


def test_a_word_in_a_column_of_numbers_is_a_gap_that_is_noted_with_its_line():
    rows = [["a", "y"], *([i * i % 17 + 0.5, i % 2] for i in range(30)), ["oops", 1]]
    result = prepared(file_of(rows))
    assert result.table.X.shape == (30, 1)
    assert "oops" in becomes(result, "a")
    assert "line 32" in becomes(result, "a")


def test_the_class_is_guessed_by_its_name_or_is_the_last_that_can_be_one():
    rows = two_classes(names=("a", "Label"), y="b")
    assert likely_target(read(file_of(rows), "x")) == "b", "of 12 numbers none is a class, whatever its name"
    rows = [["a", "Label", "b"], *([i * 1.5, "no" if i % 2 else "yes", i % 2] for i in range(30))]
    assert likely_target(read(file_of(rows), "x")) == "Label"
    rows = [["kind", "a", "b"], *(["no" if i % 2 else "yes", i * 1.5, i * i] for i in range(30))]
    assert likely_target(read(file_of(rows), "x")) == "kind"

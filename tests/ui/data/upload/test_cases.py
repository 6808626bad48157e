"""Small tables that were once read wrong, each with what is right, and the kinds that they are of."""

from pathlib import Path

import numpy as np
import pytest

from tests.ui.data.upload.files import becomes, file_of, prepared
from ui.data.upload import FILL, Prepared, Raw, guess_target, likely_target, prepare, read

CASES = Path(__file__).parent / "cases"


def raw_of(name: str) -> Raw:
    """A case as it was read."""
    (path,) = CASES.glob(f"{name}_*.csv")
    return read(path.read_bytes(), path.name)


def case(name: str, target: str | None = None, **choices: object) -> Prepared:
    """A case, prepared."""
    raw = raw_of(name)
    return prepare(raw, target or likely_target(raw), **choices)


def sizes(found: Prepared) -> dict[str, int]:
    """The rows of each class."""
    return dict(zip(found.table.class_names, np.bincount(found.table.y).tolist(), strict=True))


def test_a_gap_word_over_numbers_does_not_make_a_name_of_a_row():
    raw = raw_of("01")
    assert (raw.has_header, len(raw.cells)) == (False, 13)
    found = prepare(raw, "column 4")
    assert sizes(found) == {"2": 7, "4": 5}
    assert found.table.X.shape == (12, 3)


@pytest.mark.parametrize("odd", ["?", "NA", "-", "2020-01-31", ""])
def test_odd_cells_in_columns_of_numbers_leave_the_first_row_a_row(odd):
    rows = [[i % 7 + 0.5, odd if i == 4 else i % 5, f"unique {i}", "ab"[i % 2]] for i in range(20)]
    assert not read(file_of(rows), "x.csv").has_header
    assert read(file_of([["p", "q", "r", "s"], *rows]), "x.csv").has_header


def test_plus_and_minus_are_two_classes_and_a_person_can_choose_otherwise():
    raw = raw_of("02")
    assert guess_target(raw).name == "A16"
    found = prepare(raw, "A16")
    assert sizes(found) == {"+": 6, "-": 6}
    assert any("stands in 6 rows and counts as a class" in note for note in found.notes)
    with pytest.raises(ValueError, match="only one value"):
        prepare(raw, "A16", words_are_classes=False)


def test_a_gap_word_beside_other_classes_is_a_gap_unless_a_person_says_so():
    rows = [["x", "y"], *([i * i % 11, ("a", "b", "NA")[i % 3]] for i in range(30))]
    found = prepared(file_of(rows), "y")
    assert sizes(found) == {"a": 10, "b": 10}
    assert any("NA stands in 10 rows and counts as no value" in note for note in found.notes)
    assert sizes(prepared(file_of(rows), "y", words_are_classes=True)) == {"NA": 10, "a": 10, "b": 10}


def test_semicolons_are_seen_where_commas_make_as_many_columns():
    raw = raw_of("03")
    assert (raw.separator, raw.has_header, raw.cells.shape) == (";", False, (24, 5))
    found = prepare(raw, likely_target(raw))
    assert found.table.class_names == ("a", "b")
    assert found.table.X.shape == (24, 4)
    assert found.table.X[:2, 0].tolist() == [5.0, 5.1]
    by_hand = read(file_of([["a;b", "c;d"]] * 9), "x.csv", has_header=True, separator=";")
    assert by_hand.columns == ["a", "b,c", "d"]


def test_columns_prove_each_others_decimal_mark():
    found = case("05", "Klasse", left_out=("Land",))
    assert found.table.X[:6, 0].tolist() == [2155, 546, 12345, 987, 3100, 801]
    assert found.table.X[0, 1] == 19.47
    assert not any("doubt" in note for note in found.notes)


def test_what_nothing_proves_is_in_doubt_with_both_readings_and_a_person_decides():
    rows = [["x", "y"], *([f"{2 + i % 5}.{155 + i}", "ab"[i % 2]] for i in range(12))]
    for separator in (",", ";"):
        found = prepared(file_of(rows, separator), "y")
        (note,) = (note for note in found.notes if "In doubt" in note)
        assert "read as 2.155 (decimal point); with a decimal comma it is 2155" in note
        assert "in doubt" in becomes(found, "x")
        assert found.table.X[0, 0] == 2.155
    sure = prepared(file_of(rows, ";"), "y", mark=",")
    assert sure.table.X[0, 0] == 2155
    assert not any("doubt" in note for note in sure.notes)
    rows[5][0] = "0.25"
    assert not any("doubt" in note for note in prepared(file_of(rows), "y").notes)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("2\u202f155,50", 2155.5),
        ("2\u00a0155,50", 2155.5),
        ("2 155,50", 2155.5),
        ("2'155.50", 2155.5),
        ("2\u2019155.50", 2155.5),
        ("12,34,567", 1234567),
        ("\u22123.5", -3.5),
        ("(3.5)", -3.5),
        ("12.5 %", 12.5),
        ("12,5%", 12.5),
        ("€ 5.25", 5.25),
        ("$1,234.50", 1234.5),
        ("1.234,50 €", 1234.5),
        ("1.5e3", 1500),
    ],
)
def test_numbers_are_read_in_whatever_way_people_write_them(written, number):
    rows = [["x", "y"], *([written if i % 3 else i + 1, "ab"[i % 2]] for i in range(12))]
    found = prepared(file_of(rows, ";"), "y")
    assert found.table.X[1, 0] == number
    assert len(found.table.X) == 12, "no row goes for its sign"


def test_an_unnamed_first_column_that_counts_with_holes_is_left_out():
    found = case("07")
    assert found.table.feature_names == ("x",)
    assert "count the rows" in becomes(found, "column 1")
    assert case("07", kept=("column 1",)).table.feature_names == ("column 1", "x")


@pytest.mark.parametrize("name", ["PassengerId", "ID", "X", "customer_id", "Sample code number"])
def test_numbers_that_only_rise_number_the_rows_whatever_they_are_called(name):
    rows = [[name, "v", "y"], *([3 * i + i % 2, i * i % 11, "ab"[i % 2]] for i in range(20))]
    found = prepared(file_of(rows), "y")
    assert found.table.feature_names == ("v",)
    rng = np.random.default_rng(0)
    shuffled = [rows[0], *(rows[1:][i] for i in rng.permutation(20))]
    is_id = name != "X"
    assert (prepared(file_of(shuffled), "y").table.feature_names == ("v",)) == is_id


def test_an_unnamed_column_of_shuffled_numbers_names_the_rows_and_an_acid_does_not():
    order = np.random.default_rng(0).permutation(20)
    body = [[order[i], order[-i - 1], "ab"[i % 2]] for i in range(20)]
    assert prepared(file_of([["", "acid", "y"], *body]), "y").table.feature_names == ("acid",)


def test_a_column_that_tells_the_classes_apart_alone_is_pointed_at():
    rows = [["paid", "v", "y"], *([100 * (i % 2) + i % 7, i * i % 11, "ab"[i % 2]] for i in range(20))]
    assert any(
        note.startswith("paid tells all classes apart alone") for note in prepared(file_of(rows), "y").notes
    )
    rows[1][0] = 100
    assert not any("apart alone" in note for note in prepared(file_of(rows), "y").notes)


def test_a_constant_comment_with_gaps_costs_no_rows():
    found = case("09")
    assert len(found.table.y) == 40
    assert found.table.feature_names == ("x",)
    assert "same value" in becomes(found, "comment")


def test_a_nearly_empty_column_goes_before_the_rows_do_and_each_columns_cost_is_told():
    rows = [
        ["v", "w", "rare", "y"],
        *(
            [i * i % 11, "" if i % 10 == 0 else i % 6, i % 3 if i % 4 == 0 else "", "ab"[i % 2]]
            for i in range(40)
        ),
    ]
    found = prepared(file_of(rows), "y")
    assert len(found.table.y) == 36
    assert "no value in 30 of 40 rows" in becomes(found, "rare")
    cost = found.columns.set_index("column")["rows it costs"]
    assert cost.to_dict() == {"v": 0, "w": 4, "rare": 0, "y": 0}
    assert len(prepared(file_of(rows), "y", left_out=("w",)).table.y) == 40
    assert "rare" in str(prepared(file_of(rows), "y", gaps=FILL).table.feature_names)


def test_a_sample_has_as_many_rows_as_every_place_says():
    found = case("10")
    assert len(found.table.y) == 5000
    assert sum("5,000 of 6,366 rows" in note for note in found.notes) == 1
    assert any("**5,000 rows**" in note for note in found.notes)


def test_no_break_spaces_stand_between_thousands():
    found = case("11")
    assert found.table.X[:3, 0].tolist() == [2155.5, 546.5, 12345.5]


def test_a_space_before_a_quote_is_none_of_the_cell():
    raw = raw_of("12")
    assert raw.columns == ["x", "name", "class"]
    assert raw.cells.name.iloc[0] == "v, 0"


def test_a_year_is_no_class():
    assert guess_target(raw_of("15")).name == "species"


def test_columns_that_are_only_numbered_have_these_names():
    raw = raw_of("16")
    assert raw.columns == ["0", "1", "2", "3"]
    assert len(raw.cells) == 24


@pytest.mark.parametrize("sign", ["# ", "% ", "// "])
def test_comments_at_the_top_are_passed_over(sign):
    table = file_of([["a", "b", "y"], *([i * i % 7, i % 5, "pq"[i % 2]] for i in range(12))])
    raw = read(f"{sign}Made in 2020, by hand\n{sign}twice\n".encode() + table, "x.csv")
    assert raw.columns == ["a", "b", "y"]
    assert raw.cells.index[0] == 4, "lines are counted as they are in the file"
    named = read(f"{sign}a,b,y\n".encode() + table.split(b"\n", 1)[1], "x.csv")
    assert named.columns == ["a", "b", "y"]


def test_units_and_groups_belong_to_the_names():
    body = [[i * i % 7 + 0.5, i % 5 + 0.25, "pq"[i % 2]] for i in range(12)]
    raw = read(file_of([["length", "mass", "kind"], ["cm", "kg", ""], *body]), "x.csv")
    assert raw.columns == ["length cm", "mass kg", "kind"]
    assert len(raw.cells) == 12
    assert any("The first 2 rows hold names" in note for note in raw.notes)
    assert read(file_of([["length", "mass", "kind"], *body]), "x.csv").columns == ["length", "mass", "kind"]


@pytest.mark.parametrize(
    ("names", "rows", "target"),
    [
        (("survived", "sex", "age"), lambda i: (i % 2, "mf"[i // 2 % 2], i * 7 % 50), "survived"),
        (("a", "default", "b"), lambda i: (i * 7 % 50, ("no", "yes")[i % 2], i % 3), "default"),
        (("diagnosis", "radius", "texture"), lambda i: ("MB"[i % 2], i * 7 % 50, i * 3 % 40), "diagnosis"),
        (("x", "Outcome", "z"), lambda i: (i * 7 % 50, i % 2, i * 3 % 40), "Outcome"),
        (("x", "z", "w"), lambda i: (i * 7 % 50, i * 3 % 40, "ab"[i % 2]), "w"),
    ],
)
def test_the_class_is_guessed_as_people_name_it(names, rows, target):
    content = file_of([list(names), *(list(rows(i)) for i in range(40))])
    guess = guess_target(read(content, "x.csv"))
    assert (guess.name, guess.rivals) == (target, ())


def test_of_two_columns_that_are_as_likely_both_are_told():
    rows = [
        ["x", "p", "q", "z"],
        *([i * 7 % 50, "ab"[i % 2], "cd"[i // 2 % 2], i * 3 % 40] for i in range(40)),
    ]
    guess = guess_target(read(file_of(rows), "x.csv"))
    assert {guess.name, *guess.rivals} == {"p", "q"}

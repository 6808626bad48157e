"""The table to learn from: gaps, classes, sizes and scales, and a sentence where nothing can be learned."""

import numpy as np
import pytest

from core.datasets import fill_gaps, split, standardize
from tests.ui.data.upload.files import becomes, check_refusal, file_of, prepared, refused, two_classes
from ui.data.upload import DROP, FILL, MAX_FEATURES, MAX_ROWS, read

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
    notes = " ".join(result.notes)
    assert "1 row without a class is left out" in notes
    assert "6 rows with gaps are left out, of 18" in notes
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


def test_too_many_columns_to_learn_from_are_counted():
    rows = two_classes(names=tuple(f"c{i}" for i in range(MAX_FEATURES + 1)))
    assert f"{MAX_FEATURES + 1} columns" in refused(file_of(rows))
    result = prepared(file_of(rows), left_out=("c0",))
    assert result.table.X.shape[1] == MAX_FEATURES
    assert "you said so" in becomes(result, "c0")


def test_more_rows_than_the_limit_are_sampled_with_the_classes_shares():
    n = MAX_ROWS * 2
    rows = [["a", "y"], *([i * 0.5, "rare" if i % 10 == 0 else "often"] for i in range(n))]
    result = prepared(file_of(rows))
    assert len(result.table.y) == MAX_ROWS
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b,y\n" + b"1,2,x\n3,4,x\n" * 9, ("only one value, x", "a or b would do")),
        (b"a,b,y\n" + b"".join(b"t%d,u%d,v%d\n" % (i, i, i) for i in range(40)), ("40 different values",)),
        (b"a,y\n" + b"".join(b"t%d,%d\n" % (i, i % 2) for i in range(40)), ("No column is left",)),
        (b"a,y\n" + b"".join(b"7,%d\n" % (i % 2) for i in range(40)), ("No column is left", "same value")),
        (b"a,y\n" + b"".join(b",%d\n" % (i % 2) for i in range(40)), ("No column is left",)),
        (b"a,price\n" + b"".join(b"%d,%d.5\n" % (i, i) for i in range(40)), ("40 different numbers",)),
        (b"a,y\n" + b"1,x\n2,z\n" * 9 + b"1,w\n", ("w has 1 row", "4 rows")),
        (b"a,y\n" + b"1,x\n,z\n2,x\n" * 9, ("only class x is left",)),
        (b"a,b,y\n" + b",2,x\n1,,z\n,3,x\n4,,z\n" * 9, ("Every row has a gap",)),
    ],
)
def test_a_table_without_anything_to_learn_ends_in_a_sentence_that_says_why(content, words):
    check_refusal(content, words, target=content.split(b"\n")[0].split(b",")[-1].decode())

"""Bad arguments are refused with what was expected, what came and what to do; odd good ones are taken."""

import numpy as np
import pytest

import core
from core import measures, validation

X = np.random.default_rng(0).standard_normal((12, 3))
Y = np.arange(12) % 2


def spoilt(value):
    rows = X.copy()
    rows[4, 1] = value
    return rows


BAD = {
    "NaN in X": ({"X": spoilt(np.nan)}, "X must be finite, got nan in row 4, column 1; drop or fill"),
    "inf in X": ({"X": spoilt(-np.inf)}, "X must be finite, got -inf in row 4, column 1"),
    "text in X": ({"X": X.astype(str) + "m"}, "X must hold numbers, got <U.* values; turn text columns"),
    "None in X": ({"X": np.where(X > 2, X, None)}, "X must "),
    "complex X": ({"X": X + 1j}, "X must hold numbers, got complex128 values"),
    "X too large for float32": ({"X": spoilt(1e39)}, "X must fit float32, got 1e\\+39"),
    "X of one dimension": ({"X": X[:, 0]}, r"X must be a table .* got shape \(12,\); reshape"),
    "X of three dimensions": ({"X": X[None]}, r"X must be a table .* got shape \(1, 12, 3\)"),
    "X without a column": ({"X": X[:, :0]}, r"at least one column, got shape \(12, 0\)"),
    "X without a row": ({"X": X[:0], "y": Y[:0]}, "y must hold at least two classes"),
    "y too short": ({"y": Y[:11]}, r"one class for each of the 12 rows of X, got shape \(11,\)"),
    "y as a column": ({"y": Y[:, None]}, r"got shape \(12, 1\)"),
    "one class": ({"y": np.ones(12, int)}, r"y must hold at least two classes, got only \[1\]"),
    "fractions as classes": ({"y": Y + 0.5}, "y must hold whole numbers as classes, got float64 values"),
    "NaN as a class": ({"y": np.where(Y == 1, np.nan, 0)}, "y must hold whole numbers as classes"),
    "text as classes": ({"y": np.where(Y == 1, "yes", "no")}, "y must hold whole numbers .* np.unique"),
    "λ below 0": ({"lams": [1.0, -2.0]}, "every λ must be a finite number of at least 0, got -2"),
    "λ NaN": ({"lams": [np.nan]}, "every λ must be a finite number of at least 0, got nan"),
    "λ infinite": ({"lams": [np.inf]}, "every λ must be a finite number of at least 0, got inf"),
    "no λ": ({"lams": []}, "lams must be a list of at least one λ"),
    "a table of λ": ({"lams": [[1.0], [2.0]]}, r"lams must be a list of at least one λ, got shape \(2, 1\)"),
    "text as λ": ({"lams": ["much"]}, "lams must be a list of numbers"),
    "α = 0": ({"learning_rate": 0}, "learning_rate must be a finite number above 0, got 0"),
    "α below 0": ({"learning_rate": -0.1}, "learning_rate must be a finite number above 0, got -0.1"),
    "α NaN": ({"learning_rate": np.nan}, "learning_rate must be a finite number above 0, got nan"),
    "text as α": ({"learning_rate": "0.1"}, "learning_rate must be a finite number above 0, got '0.1'"),
    "no epochs": ({"epochs": 0}, "epochs must be a whole number of at least 1, got 0"),
    "half an epoch": ({"epochs": 1.5}, "epochs must be a whole number of at least 1, got 1.5"),
    "seed below 0": ({"seed": -1}, "seed must be a whole number of at least 0, got -1"),
    "seed True": ({"seed": True}, "seed must be a whole number of at least 0, got True"),
    "one snapshot": ({"snapshots": 1}, "snapshots must be a whole number of at least 2, got 1"),
    "hidden as a number": ({"hidden": 8}, r"hidden must be a tuple of widths, got 8; write \(8,\)"),
    "a width of 0": ({"hidden": (8, 0)}, "the width of a hidden layer must be .* at least 1, got 0"),
    "text as widths": ({"hidden": "88"}, "the width of a hidden layer must be .* got '8'"),
    "unknown penalty": ({"penalty": "l3"}, "penalty must be 'l1'.* or '.*', got 'l3'"),
    "one unknown penalty": ({"penalty": ["l1", "L2", "l2"]}, "penalty must be 'l1'.* or '.*', got 'L2'"),
    "too few penalties": ({"penalty": ["l1", "l2"]}, "one for each of the 3 λ, got 2 names"),
    "unknown method": (
        {"method": "adam"},
        "method must be 'proximal', 'subgradient', 'clip', 'decreasing' or 'accelerated', got 'adam'",
    ),
    "unknown dtype": ({"dtype": "float16"}, "dtype must be 'float32' or 'float64', got 'float16'"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_train_refuses_a_bad_argument_and_says_why(arguments, message):
    with pytest.raises(ValueError, match=message):
        core.train(**{"X": X, "y": Y, "epochs": 2, **arguments})


@pytest.mark.parametrize("y", [Y.astype(bool), Y.astype(float), Y.astype("uint8"), Y.tolist()])
def test_classes_may_be_any_whole_numbers(y):
    run = core.train(X, y, epochs=2)
    assert run.classes.tolist() == [0, 1]
    np.testing.assert_array_equal(run.W[0], core.train(X, Y, epochs=2).W[0])


def test_three_labels_with_gaps_are_three_classes():
    run = core.train(X, np.array([3, 7, 40] * 4), epochs=2)
    assert run.classes.tolist() == [3, 7, 40]
    assert run.predict_proba(X).shape == (3, 3, 12)


def test_lists_whole_numbers_and_single_precision_are_taken_as_rows():
    whole = np.round(3 * X)
    runs = [core.train(rows, Y, epochs=2) for rows in (whole, whole.tolist(), whole.astype("int8"))]
    assert all(np.array_equal(run.W[0], runs[0].W[0]) for run in runs)


def test_a_single_lam_need_not_be_a_list():
    assert core.train(X, Y, lams=2, epochs=2).lams.tolist() == [2]


def test_a_constant_column_does_no_harm():
    rows = np.column_stack([X, np.full(12, 5.0)])
    run = core.train(rows, Y, epochs=200)
    assert (run.diverged_at == -1).all()
    assert np.isfinite(run.cost).all()


def test_two_samples_are_enough():
    run = core.train([[-1.0], [1.0]], [0, 1], (), "l2", [0.1], 1.0, 200)
    assert measures.accuracy(run.predict_proba([[-1.0], [1.0]]), np.array([0, 1])).tolist() == [1]


@pytest.mark.parametrize("given", [[0, 5], [1, 10], [0, 4, 4, 10], [0.0, 10.0], [10], [[0, 10]], [0, 10, 5]])
def test_snapshots_that_do_not_rise_from_zero_to_the_last_epoch_are_refused(given):
    with pytest.raises(ValueError, match="whole epochs that rise from 0 to 10"):
        validation.check_snapshots(given, 10)


def test_snapshots_are_so_many_or_those_given():
    np.testing.assert_array_equal(validation.check_snapshots(3, 10), [0, 5, 10])
    np.testing.assert_array_equal(validation.check_snapshots(range(11), 10), range(11))
    np.testing.assert_array_equal(validation.check_snapshots((0, 1, 10), 10), [0, 1, 10])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "'plain'"),
        (12, "'12'"),
        ("x" * 31, f"'{'x' * 30}…'"),
        ("[a](http://b.c)", "'·a··http·//b.c·'"),
        ("a\nb\x00c\u202ed", "'a·b·c·d'"),
        ("", "''"),
    ],
)
def test_foreign_text_is_shown_short_and_without_markup(value, text):
    assert validation.shown(value) == text

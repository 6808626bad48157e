"""Samples edited by hand: the text that carries them, and the data that they make."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.edits import FARTHEST, FEWEST, Edit, edited, format_edits, numbers, parse_edits

MOONS = core.load_dataset("moons", n_samples=50)
PLACES = st.tuples(*[st.integers(-999, 999).map(lambda hundredths: hundredths / 100)] * 2)
EDITS = st.one_of(
    st.builds(Edit, st.just("add"), place=PLACES, label=st.integers(0, 1)),
    st.builds(Edit, st.just("move"), st.integers(0, 999_999), PLACES),
    st.builds(Edit, st.just("remove"), st.integers(0, 999_999)),
)


@given(st.lists(EDITS, max_size=40))
def test_edits_survive_their_text(edits):
    text = format_edits(edits)
    assert parse_edits(text) == tuple(edits)
    assert len(text) <= 20 * len(edits)


@pytest.mark.parametrize(
    "text",
    ["a", "a1_2", "a1_2_2", "m1_2", "r", "r-1", "r1~", "~r1", "a10_0_1", "a1.234_0_1", "anan_0_1", "r٣", "x"],
)
def test_what_is_no_edit_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"^edits must be such as .*got "):
        parse_edits(text)


def test_each_kind_does_what_it_says_and_nothing_else():
    found = edited(MOONS, "a0.5_-1.25_1~m3_1_2~r0")
    assert found.m == MOONS.m
    np.testing.assert_array_equal(found.X_train[:2], MOONS.X_train[1:3])
    np.testing.assert_allclose(found.X_train[2], [1, 2])
    np.testing.assert_array_equal(found.X_train[3:-1], MOONS.X_train[4:])
    np.testing.assert_allclose(found.X_train[-1], [0.5, -1.25])
    np.testing.assert_array_equal(found.y_train, [*MOONS.y_train[1:], 1])
    assert found.X_test is MOONS.X_test
    assert found.X_train.dtype == MOONS.X_train.dtype
    assert found.source.label == "Moons, edited"
    assert MOONS.source.label == "Moons"
    assert numbers(MOONS.m, parse_edits("a0.5_-1.25_1~m3_1_2~r0")) == [*range(1, MOONS.m + 1)]


def test_a_sample_that_was_added_can_be_moved_and_taken_away():
    m = MOONS.m
    found = edited(MOONS, f"a0_0_1~a1_1_0~m{m}_2_2~r{m + 1}")
    assert found.m == m + 1
    np.testing.assert_allclose(found.X_train[-1], [2, 2])
    assert found.y_train[-1] == 1
    assert edited(MOONS, "") is MOONS


@pytest.mark.parametrize("text", ["r99", "r1~r1", "r1~m1_0_0", f"m{MOONS.m}_0_0~a0_0_1"])
def test_a_row_that_is_not_there_is_refused(text):
    with pytest.raises(ValueError, match=r"^edits must be of training samples that are there, got row \d+"):
        edited(MOONS, text)


def test_some_of_each_class_stay():
    ones = np.flatnonzero(MOONS.y_train == 1)
    edits = [Edit("remove", int(row)) for row in ones[: len(ones) - FEWEST]]
    assert (edited(MOONS, edits).y_train == 1).sum() == FEWEST
    with pytest.raises(ValueError, match=f"at least {FEWEST} samples of each class, got {FEWEST - 1} of 1"):
        edited(MOONS, [*edits, Edit("remove", int(ones[-1]))])


def test_other_data_are_not_edited():
    with pytest.raises(ValueError, match="must be of data in a plane with two classes, got Wine"):
        edited(core.load_dataset("wine"), "r1")


def test_a_place_is_as_far_as_it_can_be_written():
    assert parse_edits(f"a{FARTHEST}_-{FARTHEST}_0")[0].place == (FARTHEST, -FARTHEST)


def test_nothing_is_asked_of_data_that_are_not_edited():
    few = replace(MOONS, X_train=MOONS.X_train[:3], y_train=MOONS.y_train[:3])
    assert edited(few, ()) is few

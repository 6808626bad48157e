"""Numbers in sentences: never rounder than they are."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core import PENALTIES, Penalty
from ui.base import words

ELASTIC = Penalty("elastic", "Elastic net", l1=0.5, l2=0.5)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.5, "50 %"),
        (0.4333, "43.3 %"),
        (0.99996, "over 99.9 %"),
        (1e-5, "under 0.1 %"),
    ],
)
def test_all_and_nothing_are_only_said_where_they_are_exact(share, text):
    assert words.percent(share) == text


def test_counts_have_words_for_none_and_all():
    assert words.counted(0, 30, "weights") == "none of 30 weights"
    assert words.counted(30, 30, "weights") == "all 30 weights"
    assert words.counted(1234, 2000, "weights") == "1,234 of 2,000 weights"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 second"), (8.4, "8 seconds"), (100, "2 minutes"), (7200, "120 minutes")]
)
def test_durations_are_said_as_a_person_would(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("parts", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_parts_are_joined_as_in_a_sentence(parts, text):
    assert words.joined(parts) == text
    assert words.joined(parts, "or") == text.replace("and", "or")


def test_numbers_keep_their_leading_digits():
    assert words.number(0.03124) == "0.0312"
    assert words.number(np.float32(0.25), 2) == "0.25"


def test_lam_is_written_as_one_says_it():
    assert [words.lam_text(lam) for lam in (0.0, 0.15, 10.0, 1000.0)] == [
        "λ = 0",
        "λ = 0.15",
        "λ = 10",
        "λ = 1000",
    ]


def test_a_sentence_speaks_of_both_penalties_only_where_there_are_two(monkeypatch):
    for name in list(PENALTIES)[2:]:
        monkeypatch.delitem(PENALTIES, name)
    assert words.both_penalties() == "both penalties"
    assert words.penalty_labels() == "L1 and L2"
    monkeypatch.setitem(PENALTIES, "third", Penalty("third", "Third", l1=1.0, l2=1.0))
    assert words.both_penalties() == "all penalties"
    assert words.penalty_labels() == "L1, L2 and Third"


def test_zeros_are_counted_over_all_layers():
    run = core.train(np.eye(4), [0, 1, 0, 1], (3,), "l2", [0.0], epochs=1)
    zeros, n = 0, sum(W[0].size for W in run.W)
    assert words.zeros_at(run, 0) == f"none of {n} weights"
    for W in run.W:
        W[0, 0, 0], zeros = 0.0, zeros + 1
    assert words.zeros_at(run, 0) == f"{zeros} of {n} weights ({words.percent(zeros / n)})"
    for W in run.W:
        W[:] = 0.0
    assert words.zeros_at(run, 0) == f"all {n} weights"


def on_wine(penalty: str, lams: list[float], learning_rate: float = 3.0) -> core.Run:
    """Networks without a hidden layer, at a learning rate at which a strong penalty makes weights grow."""
    data = core.load_dataset("wine")
    return core.train(data.X_train, data.y_train, (), penalty, lams, learning_rate=learning_rate, epochs=200)


@pytest.fixture(scope="module")
def diverged() -> core.Run:
    return on_wine("l2", [0.0, 100.0, 1000.0])


def limit_in(sentence: str) -> float:
    """The learning rate that a sentence says to stay below."""
    return float(sentence.split("the learning rate α below ")[1].split(" = ")[1].split(",")[0])


def test_divergence_names_the_epoch_and_a_learning_rate_that_does_not_diverge(diverged):
    (sentence,) = words.divergence({"L2": diverged})
    first = diverged.diverged_at[diverged.diverged_at >= 0].min()
    assert f"at epoch {first}" in sentence
    limit = float(sentence.split("2m/λ = ")[1].split(",")[0])
    assert limit == limit_in(sentence) == pytest.approx(2 * diverged.m / 1000, rel=0.005)
    assert on_wine("l2", [1000.0], 0.9 * limit).diverged_at[0] == -1


def test_a_mixture_overshoots_by_its_share_of_the_square(monkeypatch):
    monkeypatch.setitem(PENALTIES, "elastic", ELASTIC)
    run = on_wine("elastic", [0.0, 1000.0])
    (sentence,) = words.divergence({"Elastic net": run})
    assert sentence.startswith("Elastic net diverged at λ = 1000")
    assert f"1 − 0.5·αλ/m = {1 - 0.5 * 3.0 * 1000 / run.m:.2f}" in sentence
    assert limit_in(sentence) == pytest.approx(2 * run.m / (0.5 * 1000), rel=0.005)
    assert on_wine("elastic", [1000.0], 0.9 * limit_in(sentence)).diverged_at[0] == -1


def test_a_divergence_that_is_not_the_penaltys_is_not_laid_on_it(diverged):
    without_penalty = replace(diverged.select(slice(0, 1)), diverged_at=np.array([7]))
    (sentence,) = words.divergence({"L2": without_penalty})
    assert "at λ = 0; the first, λ = 0, stopped being finite at epoch 7" in sentence
    assert "Lower the learning rate α, now 3." in sentence
    assert "Each step multiplies" not in sentence


def test_a_penalty_without_a_square_does_not_overshoot():
    at_1000 = replace(on_wine("l1", [1000.0]), diverged_at=np.array([3]))
    assert at_1000.learning_rate * 1000 / at_1000.m > 2
    (sentence,) = words.divergence({"L1": at_1000})
    assert "Lower the learning rate α, now 3." in sentence
    assert "Each step multiplies" not in sentence


def test_a_run_that_did_not_diverge_gets_no_sentence(diverged):
    assert words.divergence({"L2": diverged.select(slice(0, 1))}) == []


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 steps"), (1, "1 step"), (2, "2 steps"), (2000, "2,000 steps")]
)
def test_a_count_has_its_noun_in_the_form_that_goes_with_it(n, said):
    assert words.how_many(n, "step") == said


def test_several_that_diverged_are_named_from_the_smallest_lam_to_the_largest_and_the_first_by_its_epoch():
    run = replace(on_wine("l2", [0.0, 100.0, 1000.0]), diverged_at=np.array([9, -1, 4]))
    (sentence,) = words.divergence({"L2": run})
    assert sentence.startswith("L2 diverged at 2 values of λ, from 0 to 1000; the first, λ = 1000, ")
    assert "at epoch 4" in sentence
    assert "Each step multiplies a weight" in sentence, "at the largest of them"


@pytest.mark.parametrize(("seconds", "text"), [(89.4, "89 seconds"), (90, "2 minutes")])
def test_up_to_a_minute_and_a_half_is_said_in_seconds(seconds, text):
    assert words.duration(seconds) == text

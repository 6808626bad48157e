"""Numbers in sentences: never rounder than they are."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import core
from ui.base import words


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


def test_a_standard_error_of_rounding_is_none():
    assert [words.spread(error) for error in (1.9e-15, 0.99e-6, 1e-6, 0.0123)] == ["0", "0", "1e-06", "0.012"]


def test_lam_is_written_as_one_says_it():
    assert [words.lam_text(lam) for lam in (0.0, 0.15, 10.0, 1000.0)] == [
        "λ = 0",
        "λ = 0.15",
        "λ = 10",
        "λ = 1000",
    ]


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


def test_what_failed_is_named_with_its_first_epoch_and_the_alpha_that_settles_it(diverged):
    (sentence,) = words.failures({"L2": diverged}, {"L2": 0.1})
    gone = np.flatnonzero(diverged.diverged_at >= 0)
    first = gone[diverged.diverged_at[gone].argmin()]
    assert sentence.startswith("L2 diverged at 2 values of λ, from 100 to 1000; the first, ")
    assert (
        f"λ = {diverged.lams[first]:g}, stopped being finite at epoch {diverged.diverged_at[first]}."
        in sentence
    )
    assert "With 0.1 in place of the learning rate α, now 3, all of these settle" in sentence
    factor = 1 - 3.0 * 1000 / diverged.m
    assert f"Each step multiplies a weight by 1 − αλ/m = {words.number(factor)} at λ = 1000" in sentence


def test_a_single_network_that_failed_is_it_and_of_several_the_first_is_named():
    one = on_wine("l2", [0.0, 1000.0])
    (sentence,) = words.failures({"L2": one}, {"L2": 0.1})
    assert sentence.startswith(
        f"L2 diverged at λ = 1000; it stopped being finite at epoch {one.diverged_at[1]}."
    )
    which = SimpleNamespace(lams=np.array([0.0, 100.0, 1000.0]), diverged_at=np.array([-1, -1, 104]))
    of_two = "; the first, λ = 1000, stopped being finite at epoch 104"
    assert words._since(which, np.array([1, 2])) == of_two, "the other has blown up, and is finite"


def test_a_mixture_overshoots_by_its_share_of_the_square():
    run = on_wine("elastic_net", [0.0, 1000.0])
    (sentence,) = words.failures({"Elastic net": run}, {"Elastic net": 0.1})
    assert sentence.startswith("Elastic net diverged at λ = 1000")
    assert f"1 − 0.5·αλ/m = {words.number(1 - 0.5 * 3.0 * 1000 / run.m)}" in sentence


@pytest.fixture(scope="module")
def swinging() -> core.Run:
    data = core.load_dataset("moons", n_samples=200)
    return core.train(data.X_train, data.y_train, (8, 8), "l1", [0.0, 1.0, 100.0], 3.0, 300)


def test_what_swings_is_told_from_what_diverged_and_is_not_laid_on_the_penalty(swinging):
    assert swinging.state.tolist()[:2] == ["swinging"] * 2
    (sentence,) = words.failures({"L1": swinging}, {"L1": 0.3})
    assert sentence.startswith("L1 swings at 2 values of λ, from 0 to 1. With 0.3 in place of")
    assert "Each step multiplies" not in sentence


def test_a_square_whose_step_stays_above_minus_one_is_not_to_blame():
    lam = 1.5 * core.load_dataset("wine").m / 3.0  # αλ/m = 1.5
    run = on_wine("l2", [lam])
    assert run.state.tolist() == ["swinging"]
    (sentence,) = words.failures({"L2": run}, {"L2": 0.1})
    assert sentence.startswith(f"L2 swings at {words.lam_text(lam)}. With 0.1 in place of")


def test_where_no_alpha_helps_it_says_so(diverged):
    (sentence,) = words.failures({"L2": diverged}, {"L2": 0.0})
    assert "No α that can be chosen is small enough" in sentence
    assert "in place of" not in sentence


def test_a_run_that_settled_gets_no_sentence(diverged):
    assert words.failures({"L2": diverged.select(slice(0, 1))}, {}) == []


@pytest.fixture(scope="module")
def rested() -> core.Run:
    data = core.load_dataset("moons", n_samples=50)
    return core.train(data.X_train, data.y_train, (3,), "l1", [0.0, 0.5, 20.0], 0.3, 60, method="accelerated")


def test_a_readout_says_at_rest_or_how_far(rested, diverged):
    assert rested.at_rest.tolist() == [False, False, True]
    distance = words.number(rested.residual[-1, 1], 2)
    assert words.standing(rested)[1:] == [f"{distance} from rest", "at rest"]
    assert words.standing(diverged)[1:] == ["diverged", "diverged"]


def test_a_readout_says_that_a_network_swings(swinging):
    assert words.standing(swinging)[:2] == ["swings", "swings"]


def test_a_remark_names_the_penalties_where_they_differ(rested, diverged):
    assert words.standings({"L1": rested, "L2": rested})[2] == "at rest"
    turned = {"L1": np.array([0, 1, 2]), "L2": np.array([2, 2, 2])}
    distance = words.standing(rested)[1]
    assert words.standings({"L1": rested, "L2": rested}, turned)[1] == f"L1 {distance}, L2 at rest"


def test_who_is_not_at_rest_is_said_with_the_epochs_and_what_is_left_out(rested):
    assert words.unrest({"L1": rested}, 2) == ""
    sentence = words.unrest({"L1": rested, "L2": rested}, 1)
    distance = words.standing(rested)[1]
    assert sentence.startswith(f"At λ = 0.5 L1 is {distance} and L2 is {distance} after 60 epochs, so what")
    assert words.unrest({"L1": rested}, 0).startswith(
        "At λ = 0 no penalty holds the weights: after 60 epochs"
    )


def test_the_epochs_are_the_most_that_one_took_that_is_not_at_rest(rested):
    few, many = (replace(rested, stopped_at=np.array([7, epochs, 9])) for epochs in (50, 1200))
    calm = replace(rested.select([2, 2, 2]), stopped_at=np.array([7, 5000, 9]))
    for runs in ({"L1": few, "L2": many, "Calm": calm}, {"L1": many, "L2": few, "Calm": calm}):
        said = words.unrest(runs, 1)
        assert " after 1,200 epochs, so " in said
        assert "Calm" not in said
    turned = rested.select([2, 0])
    far = words.standing(rested)[0]
    assert words.unrest({"L1": turned}, 1).startswith(
        f"At λ = 0 no penalty holds the weights: after 60 epochs they are {far}. "
    )


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.04, "1.0 times"), (1.894, "1.9 times"), (99.6, "100 times"), (123_456, "120,000 times")],
)
def test_times_as_much_is_said_to_two_digits(ratio, text):
    assert words.times(ratio) == text


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 steps"), (1, "1 step"), (2, "2 steps"), (2000, "2,000 steps")]
)
def test_a_count_has_its_noun_in_the_form_that_goes_with_it(n, said):
    assert words.how_many(n, "step") == said


@pytest.mark.parametrize(("seconds", "text"), [(89.4, "89 seconds"), (90, "2 minutes")])
def test_up_to_a_minute_and_a_half_is_said_in_seconds(seconds, text):
    assert words.duration(seconds) == text

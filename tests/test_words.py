"""Numbers in sentences: never rounder than they are."""

import numpy as np
import pytest

import core
from ui import histograms, sparsity, words


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


@pytest.fixture(scope="module")
def diverged() -> core.Run:
    data = core.load_dataset("wine")
    return core.train(
        data.X_train, data.y_train, (), "l2", [0.0, 100.0, 1000.0], learning_rate=3.0, epochs=200
    )


def test_divergence_names_the_epoch_and_a_learning_rate_that_does_not_diverge(diverged):
    (sentence,) = words.divergence({"L2": diverged})
    first = diverged.diverged_at[diverged.diverged_at >= 0].min()
    assert f"at epoch {first}" in sentence
    limit = float(sentence.split("2m/λ = ")[1].split(",")[0])
    assert limit == pytest.approx(2 * diverged.m / 1000, rel=0.005)
    data = core.load_dataset("wine")
    calm = core.train(data.X_train, data.y_train, (), "l2", [1000.0], learning_rate=0.9 * limit, epochs=200)
    assert calm.diverged_at[0] == -1


def test_a_run_that_did_not_diverge_gets_no_sentence(diverged):
    assert words.divergence({"L2": diverged.select(slice(0, 1))}) == []


def test_zeros_of_l2_are_told_as_underflow():
    data = core.load_dataset("moons")
    run = core.train(data.X_train, data.y_train, (8, 8), "l2", [0.0, 1000.0], learning_rate=0.3, epochs=300)
    zeros = sum(int((W[1] == 0).sum()) for W in run.W)
    assert zeros > 0, "this shape and λ are meant to underflow"
    note = sparsity.underflow(run)
    assert f"up to {zeros:,} at λ = 1000" in note
    assert f"{1 - 0.3 * 1000 / data.m:.2f}" in note


def test_a_training_cut_short_is_told():
    data = core.load_dataset("moons")
    run = core.train(data.X_train, data.y_train, (8,), "l2", [0.0], learning_rate=0.3, epochs=20)
    assert any("still on its way" in note for note in histograms.notes({"L2": run}, 0))
    J = run.cost[:, 0]
    assert J[-3] - J[-1] > 0.01 * J[-1]
    settled = core.train(data.X_train, data.y_train, (), "l2", [10.0], learning_rate=1.0, epochs=2000)
    assert not any("still on its way" in note for note in histograms.notes({"L2": settled}, 0))


def test_numbers_keep_their_leading_digits():
    assert words.number(0.03124) == "0.0312"
    assert words.number(np.float32(0.25), 2) == "0.25"

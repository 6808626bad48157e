"""The tour's answers: each against networks trained alone and arithmetic of the tests' own."""

from dataclasses import replace

import numpy as np
import pytest

from core.selection import FOLDS_OF_NETWORKS
from tests.ui.tour.truths import QUICK, TRUTHS, holds_to, opened, truth_of
from ui.base.words import percent
from ui.data.shelf import Shelf
from ui.tour.answers import option_at
from ui.tour.steps import STEPS, TOUR
from ui.work.validation import validation

NAMES = [step.name for step in TOUR]
ELSEWHERE = {
    "too-much-variance": {"dataset": "circles", "seed": 2, "hidden": (6,), **QUICK},
    "a-little-or-a-lot": {"dataset": "xor", "seed": 1, "n_samples": 100, "hidden": (6,), **QUICK},
    "zeros-over-lambda": {"seed": 3, "noise": 0.5},
    "exact-zeros": {"dataset": "wine", "seed": 3},
    "fewer-bytes": {"dataset": "needles", "hidden": (4,), **QUICK},
    "all-layers": {"dataset": "breast_cancer", "hidden": (5, 5, 3), "lam": 50.0, **QUICK},
    "the-gradient": {"dataset": "wine", "lam": 1.0},
    "weight-decay": {"dataset": "wine", "lam": 15.0, "hidden": (4,), **QUICK},
    "cancelled-units": {"dataset": "breast_cancer", "hidden": (6, 3), "seed": 4, "lam": 15.0},
    "linear-part": {"dataset": "moons", "hidden": (4, 4), "lam": 5.0, **QUICK},
    "linear-model": {"dataset": "circles", "hidden": (6,), "lam": 5.0},
    "more-data-or-lambda": {"dataset": "wine", "epochs": 100},
    "where-zeros-come-from": {"dataset": "wine", "lam": 7.0, "learning_rate": 0.1},
}


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_is_what_networks_trained_alone_say(name):
    holds_to(STEPS[name].answer(opened(name)), truth_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_follows_other_data(name):
    context = opened(name, **ELSEWHERE[name])
    holds_to(STEPS[name].answer(context), TRUTHS[name](context))


@pytest.mark.parametrize(("name", "labels"), [("exact-zeros", ("L1", "L2")), ("cancelled-units", ("L1",))])
def test_what_the_folds_get_right_is_told_once_they_are_validated(name, labels):
    context = opened(name, dataset="wine", hidden=(5,), seed=432, lam=10.0, **QUICK)  # a seed of this test
    assert "kept aside" not in STEPS[name].answer(context).sentence
    (found,) = context.run(validation(context.settings, context.shelf))
    said = STEPS[name].answer(context).sentence
    right = {label: found.by_label[label].accuracies.mean(axis=0)[context.k] for label in labels}
    assert f" Right on rows kept aside in {FOLDS_OF_NETWORKS} folds is " in said
    for label, share in right.items():
        assert f"{label} for {percent(share)}" in said
    assert ("L2 for" in said) == ("L2" in labels)


def test_every_step_has_a_truth_of_its_own():
    assert list(TRUTHS) == list(ELSEWHERE) == NAMES


def test_a_value_on_a_bound_belongs_to_the_option_above():
    assert [option_at(v, (1.0, 2.0)) for v in (0.9, 1.0, 1.9, 2.0, np.inf)] == [0, 1, 1, 2, 2]


NO_HIDDEN = {"hidden": (), **QUICK}
ON_ITS_WAY = {"dataset": "wine", "hidden": (4,), "lam": 0.1, **QUICK}
UNANSWERABLE = [
    ("zeros-over-lambda", ON_ITS_WAY, "are not both at rest"),
    ("exact-zeros", {"lam": 0.0, **QUICK}, "no penalty"),
    ("exact-zeros", ON_ITS_WAY, "from rest after 50 epochs, so what the penalty does cannot be told"),
    ("fewer-bytes", ON_ITS_WAY, "from rest after 50 epochs"),
    ("all-layers", {"lam": 0.1, **QUICK}, "from rest after 50 epochs"),
    ("cancelled-units", {"lam": 0.1, **QUICK}, "from rest after 50 epochs"),
    ("linear-part", {"lam": 0.1, **QUICK}, "from rest after 50 epochs"),
    ("linear-model", {"lam": 0.1, **QUICK}, "from rest after 50 epochs"),
    ("exact-zeros", {**ON_ITS_WAY, "hidden": (4, 4, 4), "lam": 3.0}, "from rest after 1,000 epochs"),
    ("all-layers", NO_HIDDEN, "no hidden layer"),
    ("all-layers", {"lam": 0.0, **QUICK}, "no penalty"),
    ("the-gradient", {"lam": 0.0}, "no penalty"),
    ("weight-decay", {"lam": 0.0, **QUICK}, "no penalty"),
    (
        "weight-decay",
        {"dataset": "wine", "hidden": (4,), "lam": 1.0, "learning_rate": 0.3, **QUICK},
        "the data's gradient adds more than that takes",
    ),
    ("cancelled-units", NO_HIDDEN, "no hidden layer"),
    ("linear-part", NO_HIDDEN, "no hidden layer"),
    ("linear-model", NO_HIDDEN, "no hidden layer"),
    (
        "linear-model",
        {"dataset": "breast_cancer", "hidden": (8, 8, 8), "lam": 300.0, "epochs": 100},
        "collapsed",
    ),
    (
        "linear-part",
        {"dataset": "breast_cancer", "hidden": (8, 8, 8), "lam": 300.0, "epochs": 100},
        "has collapsed, and what is left of its z says nothing of tanh",
    ),
    (
        "more-data-or-lambda",
        {"dataset": "circles", "hidden": (), "n_samples": 100, "noise": 0.1, **QUICK},
        "no λ beats a constant answer",
    ),
    ("where-zeros-come-from", {"lam": 0.0}, "no penalty"),
    ("where-zeros-come-from", {"lam": 0.1, "dataset": "moons"}, "no zero weight"),
]


@pytest.mark.parametrize(("name", "changed", "why"), UNANSWERABLE)
def test_a_question_without_an_answer_says_why(name, changed, why):
    answer = STEPS[name].answer(opened(name, **changed))
    assert answer.right is None
    assert why in answer.sentence


def test_the_question_on_samples_waits_for_its_curves():
    name = "more-data-or-lambda"
    answer = STEPS[name].answer(replace(opened(name), shelf=Shelf()))
    assert answer.right is None
    assert "not all trained" in answer.sentence


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({"lam": 20.0}, 0),
        ({"dataset": "xor", "hidden": (), "lam": 100.0, "learning_rate": 3.0}, 1),
        ({"lam": 500.0}, None),  # its steps jump about
        ({"lam": 1000.0, "learning_rate": 3.0}, 2),
    ],
)
def test_decay_tells_its_three_regimes_apart(changed, right):
    context = opened("weight-decay", **changed, **QUICK)
    assert STEPS["weight-decay"].answer(context).right == right


def test_an_answer_goes_by_what_is_chosen_on_the_page():
    units, linear_part = STEPS["cancelled-units"], STEPS["linear-part"]
    assert "up to 1 % of the largest" in units.answer(opened(units.name)).sentence
    assert "exact zeros alone" in units.answer(opened(units.name, {"tolerance": 0.0})).sentence
    assert "±0.399" in linear_part.answer(opened(linear_part.name)).sentence
    assert "±0.584" in linear_part.answer(opened(linear_part.name, {"deviation": 0.1})).sentence


def test_the_question_on_samples_is_of_the_penalty_that_is_chosen():
    name = "more-data-or-lambda"
    sentences = {
        STEPS[name].answer(opened(name, {"variance_penalty": penalty})).sentence for penalty in ("l1", "l2")
    }
    assert len(sentences) == 2

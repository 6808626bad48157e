"""What is told of a penalty is told of networks at rest alone; and of those that rest, it is told."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import core
from core.grid import epochs_to_rest
from core.settings import LAMS
from tests.app import context_at, standing_in
from tests.trained import LECTURE
from tests.ui.tour.truths import living
from ui.pictures.picture import Picture
from ui.topics import TOPICS
from ui.topics.sparsity import second, validated
from ui.topics.sparsity.tables import EQUAL_COST, partners
from ui.topics.topic import Context, Need, Topic
from ui.work.networks import Networks
from ui.work.tasks import run_now

ABOUT_REST = [topic for topic in TOPICS if topic.needs is Need.REST]
LABELS = [penalty.label for penalty in LECTURE.values()]
PLACES = {
    "moons": core.Settings(dataset="moons", hidden=(), n_samples=200, epochs=50),
    "moons-4": core.Settings(
        dataset="moons", hidden=(4,), learning_rate=3.0
    ),  # of L2, λ = 2 rests after λ = 3
    "xor-8-8": core.Settings(dataset="xor", hidden=(8, 8), n_samples=200, epochs=50),
    "needles": core.Settings(dataset="needles", hidden=(), n_samples=200, epochs=50),
    "needles-5-3": core.Settings(dataset="needles", hidden=(5, 3), n_samples=200, epochs=50),
    "wine": core.Settings(dataset="wine", hidden=(), epochs=50),
    "wine-6": core.Settings(dataset="wine", hidden=(6,), epochs=50),
    "breast_cancer-6-3": core.Settings(hidden=(6, 3), epochs=50),
}
A_LAM = re.compile(r"λ(?: =|, the first) ([\d.]*\d)")
OF_NEW_ROWS = re.compile("rows kept aside|cross-validation in|test rows are used once")
FROM_A_LAM_ON = re.compile(r"[Ff]rom λ = ([\d.]*\d) on\b")
# Up to which size a weight counts as none is a choice; the optimum and λₘₐₓ are no trained network's.
NOT_OF_A_NETWORK = re.compile(r"largest at λ = 0\b|.*(?:exact optimum of|'s optimum|λₘₐₓ|What L1 keeps).*")


def some_away(networks: Networks) -> Networks:
    """The same, of which about a third, drawn by chance, are not at rest."""
    runs, rng = {}, np.random.default_rng(len(next(iter(networks.runs.values())).hidden))
    for label, run in networks.runs.items():
        at_rest = run.at_rest & (rng.random(run.lams.size) < 2 / 3)
        runs[label] = replace(run, saved_rest=replace(run.rest, at_rest=at_rest))
    return Networks(networks.data, runs)


def all_at_rest_but_some(batch: Any) -> list[Any]:
    """Work done at once, and of the networks that it makes some are not at rest."""
    return [some_away(made) if isinstance(made, Networks) else made for made in run_now(batch)]


def contexts(settings: core.Settings, choices: dict[str, Any] | None = None) -> Iterator[Context]:
    """The place at every λ, as it is and where some more of the networks are not at rest."""
    for runner in (run_now, all_at_rest_but_some):
        context = replace(context_at(settings, choices), runner=runner, made={})
        for lam in LAMS:
            yield context.at(replace(settings, lam=lam))


def shows(topic: Topic, context: Context) -> bool:
    """Whether the topic has something to show of this context."""
    return not topic.lacks_hidden(context)


def told(note: str, lam: float) -> Iterator[tuple[str, float]]:
    """Of which penalty's networks, at which λ, a note tells; lam: the chosen one, which need not be named."""
    note = NOT_OF_A_NETWORK.sub("", note)
    labels = [label for label in LABELS if re.search(rf"\b{label}\b", note)]
    lams = {float(found) for found in A_LAM.findall(note)} or {lam}
    if len(labels) == 1 or len(lams) == 1:
        yield from ((label, each) for label in labels for each in lams)
        return
    for label in labels:
        yield label, float(re.search(rf"\b{label}\b[^,]*? at λ = ([\d.]*\d)", note)[1])


def position(lam: float) -> int:
    """Where a λ is in the grid."""
    return LAMS.index(lam)


def shown_at(topic: Topic, context: Context) -> dict[str, int]:
    """By penalty the position of the λ at which its network is shown."""
    if topic.key != "sparsity":
        return dict.fromkeys(LABELS, context.k)
    how = context.choices.get("compare", "lam")
    at = partners(context.networks.runs, validated(context), how)
    return {label: int(at[label][context.k]) for label in at}


def main_sentence(topic: Topic, label: str, k: int) -> str:
    """What the topic is there to tell of a network at rest, as a pattern."""
    here = re.escape(f"At λ = {LAMS[k]:g}")
    return {
        "overview": rf"^At the chosen λ = {LAMS[k]:g} the \w+ cost is, under .*\b{label} [\d.e+-]+",
        "sparsity": rf"^{here}, {label} has set \*\*.*\*\* to exactly zero",
        "hidden_units": rf"^{here} under {label}, \*\*\d+ of \d+\*\* hidden units are alive",
        "linearity": rf"^{here} under {label}(?:, \*\*.* %\*\* of the z of| no hidden unit is alive"
        "| the network has collapsed)",
    }[topic.key]


def other_sentences(topic: Topic, context: Context, label: str, k: int) -> list[tuple[str, bool]]:
    """What else is told of a network at rest, as patterns, and whether it applies here."""
    lam, run = rf"λ = {LAMS[k]:g}", context.networks.runs[label]
    is_sparse = core.PENALTIES[run.penalty[0]].is_sparse
    if topic.key == "sparsity":
        is_softmax = not run.hidden and len(run.classes) > 2
        return [
            (rf"^In bytes, {label}'s network at {lam} takes", is_sparse),
            (
                rf"columns that decide the class, {label} at {lam} uses",
                is_sparse and context.data.informative,
            ),
            (rf"network at rest, and {label}'s J = [\d.]+ at {lam} is proven", is_softmax and LAMS[k] > 0),
        ]
    if topic.key == "hidden_units":
        is_left = run.state[k] != "collapsed"
        return [(rf"changes the predicted class of .* under {label}\b", is_left)]
    if topic.key == "linearity":
        n, varies = sum(int(units.sum()) for units in living(run, k)), run.state[k] == "trained"
        assert context.data.m > context.data.n_features + 1, "else there is no R²"
        alive = rf"of the z of {n} hidden units? alive lie within"
        return [
            (rf"^At {lam} under {label} no hidden unit is alive", n == 0),
            (rf"^At {lam} under {label}, \*\*.* %\*\* {alive}", n > 0 and varies),
            (rf"^At {lam} under {label} the network has collapsed", n > 0 and not varies),
            (rf"^At {lam} under {label}, .* R² = .* on the test rows", varies),
            (rf"^At {lam} under {label}, the network gives", varies and is_straight_known(context, label, k)),
        ]
    return []


def is_straight_known(context: Context, label: str, k: int) -> bool:
    """Whether the network is held against an optimum of two classes, of more against a network at rest."""
    if len(context.data.class_names) > 2:
        return bool(context.without_hidden.runs[label].at_rest[k])
    return k > 0 or has_free_optimum(replace(context.settings, hidden=(), lam=0.0))


@cache
def has_free_optimum(settings: core.Settings) -> bool:
    """Whether no plane parts the two classes of the training rows."""
    data = settings.load()
    try:
        core.fit_logistic(data.X_train, data.y_train, "l2", [0.0])
    except ValueError:
        return False
    return True


def assert_nothing_is_told_of_others(topic: Topic, context: Context, picture: Picture) -> None:
    """No note tells of a network that is not at rest; of costs some do, but they say how far from it."""
    runs = context.networks.runs
    for note in picture.notes:
        if OF_NEW_ROWS.search(note):
            continue  # what to expect of new rows is no sentence about a penalty
        for label, lam in told(note, context.lam):
            run, k = runs[label], position(lam)
            if run.at_rest[k] or (topic.key == "overview" and k == 0):
                continue
            assert topic.key == "overview", note
            assert " cost" in note
            assert f"{run.residual[-1, k]:.2g} from rest" in note, note
        for lam in FROM_A_LAM_ON.findall(NOT_OF_A_NETWORK.sub("", note)):
            (label,) = {label for label, _ in told(note, context.lam)}
            assert runs[label].at_rest[position(float(lam)) :].all(), note


def assert_all_is_told_of_these(topic: Topic, context: Context, picture: Picture) -> None:
    """Each network at rest has the topic's sentences, its readout says so, and the page names the others."""
    unrest = topic.unrest(context)
    away = {label for label, run in context.networks.runs.items() if not run.at_rest[context.k]}
    assert bool(unrest) == bool(away)
    assert {label for label in LABELS if re.search(rf"\b{label} is", unrest)} == (
        away if context.lam else set()
    )
    for label, k in shown_at(topic, context).items():
        at_rest = context.networks.runs[label].at_rest[k]
        is_told = any(re.search(main_sentence(topic, label, k), note) for note in picture.notes)
        assert is_told == (at_rest or topic.key == "overview"), (label, LAMS[k], picture.notes)
        where = standing_in(picture.tables["readout"], label, context.k)
        assert where == (
            "at rest" if at_rest else f"{context.networks.runs[label].residual[-1, k]:.2g} from rest"
        )
        for sentence, applies in other_sentences(topic, context, label, k):
            is_told = any(re.search(sentence, note) for note in picture.notes)
            assert is_told == bool(at_rest and applies), (sentence, LAMS[k], picture.notes)


@pytest.mark.parametrize(
    ("topic", "place"),
    [(topic, place) for place in PLACES for topic in ABOUT_REST if shows(topic, context_at(PLACES[place]))],
    ids=lambda part: part if isinstance(part, str) else part.key,
)
def test_a_penalty_is_told_of_by_networks_at_rest_and_by_no_others(topic, place):
    for context in contexts(PLACES[place]):
        picture = topic.picture(context)
        assert_nothing_is_told_of_others(topic, context, picture)
        assert_all_is_told_of_these(topic, context, picture)


@pytest.mark.parametrize("place", ["needles", "breast_cancer-6-3"])
def test_a_partner_of_equal_cost_is_told_of_where_it_is_at_rest(place):
    (topic,) = [topic for topic in ABOUT_REST if topic.key == "sparsity"]
    for context in contexts(PLACES[place], {"compare": EQUAL_COST}):
        context.run(second(context))
        picture = topic.picture(context)
        assert_nothing_is_told_of_others(topic, context, picture)
        assert_all_is_told_of_these(topic, context, picture)


@pytest.mark.parametrize("place", ["xor-8-8", "wine"])
def test_the_networks_that_are_told_of_are_those_trained_alone_until_they_rest(place):
    settings = PLACES[place]
    data = settings.load()
    for name, penalty in LECTURE.items():
        run = core.train(
            *(data.X_train, data.y_train, settings.hidden, name, LAMS, settings.learning_rate),
            epochs=[epochs_to_rest(settings.epochs, lam) for lam in LAMS],
            method="accelerated",
            snapshots=2,
            until_rest=True,
        )
        shown = context_at(settings).networks.runs[penalty.label]
        assert (shown.at_rest == run.at_rest).all()
        np.testing.assert_allclose(shown.cost[-1], run.cost[-1], rtol=1e-6)
        for W, by_itself in zip(shown.W, run.W, strict=True):
            np.testing.assert_array_equal(W == 0, by_itself == 0)

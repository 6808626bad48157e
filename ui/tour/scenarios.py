"""Presets worth seeing, some of which go wrong on purpose: each a link with what to look for.

A scenario's sentence is a promise, and `holds` measures it: the tests ask it of the networks that the link
opens, at several seeds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import PENALTIES, cross_validate, fit_logistic
from core.decay import regime
from core.measures import (
    accuracy,
    agreement,
    count_units,
    count_weights,
    count_zeros,
    predicted,
    unit_states,
)
from core.twins import first_to_enter, twins
from ui.topics.hidden_units import TOPIC as HIDDEN_UNITS
from ui.topics.histograms import TOPIC as HISTOGRAMS
from ui.topics.linearity import TOPIC as LINEARITY
from ui.topics.linearity.straight import straight_of
from ui.topics.overview import TOPIC as OVERVIEW
from ui.topics.overview.scores import scores_of, settled
from ui.topics.sparsity import TOPIC as SPARSITY
from ui.topics.topic import Context, Topic
from ui.topics.weight_decay import TOPIC as WEIGHT_DECAY
from ui.tour.measured import has_collapsed


@dataclass(frozen=True, eq=False)
class Scenario:
    """A preset: its topic, what differs from the default settings, and the sentence that it shows.

    question: what to look for, without the answer, which is `look`. holds: whether that is true in a context
    of the topic. wrong: it goes wrong on purpose. part: of the page, where it is not its picture.
    """

    name: str
    question: str
    look: str
    topic: Topic
    settings: Mapping[str, Any]
    holds: Callable[[Context], bool]
    wrong: bool = False
    part: str = ""


def _zeros(context: Context, label: str) -> int:
    """How many weights of this penalty's network are exactly zero at the chosen λ."""
    return int(count_zeros(context.networks.runs[label].W)[context.k])


def _accuracy(context: Context, penalty: str, hidden: tuple[int, ...] | None = None) -> float:
    """Share of rows kept aside in folds that are right at the chosen λ. hidden: in place of the panel's."""
    settings, data = context.settings, context.data
    found = cross_validate(
        data.X_train,
        data.y_train,
        settings.hidden if hidden is None else hidden,
        penalty,
        [context.lam],
        seed=settings.seed,
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
    )
    return float(found.accuracies.mean())


def overfits(context: Context) -> bool:
    """Nearly all training rows right at λ = 0, twice their cost on new rows, and a λ₁ₛₑ that halves it."""
    scores = scores_of(context.networks.runs["L2"], context.data, "L2", settled(context))
    fit, true, k = scores.training, scores.true, scores.k_1se
    if true is None or k < 0:
        return False
    return bool(
        fit.accuracy[0] > 0.95 and true.cost[0] > 2 * fit.cost[0] and true.cost[k] < 0.5 * true.cost[0]
    )


def few_columns_do(context: Context) -> bool:
    """L1 keeps at most 7 of the columns, is right for 9 of 10 rows kept aside, and L2 keeps all."""
    kept = count_weights(context.networks.runs["L1"].W) - _zeros(context, "L1")
    return 0 < kept <= 7 and _accuracy(context, "l1") > 0.9 and _zeros(context, "L2") == 0


def pixels_matter(context: Context) -> bool:
    """L1 empties more than half of the cells, and still reads 9 of 10 digits; L2 empties none."""
    emptied = _zeros(context, "L1") / count_weights(context.networks.runs["L1"].W)
    return emptied > 0.5 and _accuracy(context, "l1") > 0.9 and _zeros(context, "L2") == 0


def collapses(context: Context) -> bool:
    """All networks tell every sample the same, where logistic regression is 9 in 10 times right."""
    data, k = context.data, context.k
    collapsed = all(has_collapsed(run, data, k) for run in context.networks.runs.values())
    return collapsed and _accuracy(context, "l2", hidden=()) > 0.9


def twins_share(context: Context) -> bool:
    """L2 gives the twins the same weight; for L1 one of them alone costs the same J as two halves."""
    X, y = context.data.X_train, context.data.y_train
    l1, l2 = (twins(X, y, first_to_enter(X, y), name, context.lam) for name in ("l1", "l2"))
    alike = np.isclose(l2.first, l2.second, rtol=1e-4) and l2.cost_one > l2.cost_halves + 1e-4
    return bool(alike and np.isclose(l1.cost_one, l1.cost_halves, rtol=1e-9))


def finds_needles(context: Context) -> bool:
    """L1's nonzero weights are those of the columns that carry the truth, and no others."""
    kept = np.flatnonzero(context.networks.runs["L1"].W[0][context.k, 0])
    return set(kept.tolist()) == set(context.data.informative) and _zeros(context, "L2") == 0


def units_fall_out(context: Context) -> bool:
    """L1 cuts at least half of the hidden units and is right for 9 of 10 rows kept aside; L2 cuts none."""
    cut_1, cut_2 = (
        int(count_units(unit_states(context.networks.runs[label].W), "cut")[:, context.k].sum())
        for label in ("L1", "L2")
    )
    return cut_1 >= sum(context.settings.hidden) / 2 and cut_2 == 0 and _accuracy(context, "l1") > 0.9


def draws_a_line(context: Context) -> bool:
    """Under L2 the network answers as logistic regression does, at λ = 0 it did not."""
    run, X = context.networks.runs["L2"], context.data.X_test
    straight = straight_of(context)["L2"].predict_proba(X)[[context.k]]
    here, free = (float(agreement(run.at(k).predict_proba(X), straight)[0]) for k in (context.k, 0))
    return here > 0.98 and here > free


def no_lam_helps(context: Context) -> bool:
    """At every λ not even two thirds of the training rows are right."""
    X, y = context.data.X_train, context.data.y_train
    return all(np.nanmax(accuracy(run.predict_proba(X), y)) < 2 / 3 for run in context.networks.runs.values())


def diverges(context: Context) -> bool:
    """αλ/m is beyond 2, and the L2 network stopped being finite; the L1 network did not."""
    settings, runs, k = context.settings, context.training.runs, context.k
    ratio = PENALTIES["l2"].decay_ratio(settings.lam, context.data.m, settings.learning_rate)
    beyond = regime(ratio) == "diverges"
    return bool(beyond and runs["L2"].diverged_at[k] > 0 and runs["L1"].diverged_at[k] < 0)


def too_short(context: Context) -> bool:
    """L1 has emptied at most one weight, where its optimum has at least 15 zeros."""
    data = context.data
    best = fit_logistic(data.X_train, data.y_train, "l1", [context.lam]).W[0]
    so_far = int(count_zeros(context.training.runs["L1"].W)[context.k])
    return so_far <= 1 and int((best == 0).sum()) >= 15


def all_constant(context: Context) -> bool:
    """L1 has no weight left, and all networks name the larger class for every sample."""
    X, y, runs = context.data.X_train, context.data.y_train, context.networks.runs
    emptied = _zeros(context, "L1") == count_weights(runs["L1"].W)
    named = [predicted(run.at(context.k).predict_proba(X))[0] for run in runs.values()]
    return emptied and all((classes == np.bincount(y).argmax()).all() for classes in named)


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "Overfit the moons",
        "Fifty noisy samples and a wide network: how far apart are the costs on training and on new "
        "rows, and what does the λ that cross-validation chooses take off?",
        "Without a penalty nearly all training rows are right, and the cost on new rows is more than twice "
        "theirs. The λ that cross-validation chooses takes off more than half of it.",
        OVERVIEW,
        {
            "dataset": "moons",
            "hidden": (16, 16),
            "n_samples": 50,
            "noise": 0.4,
            "learning_rate": 1.0,
            "epochs": 500,
            "lam": 0.0,
        },
        overfits,
    ),
    Scenario(
        "Which of the 30 measurements matter?",
        "How many of the 30 columns does each penalty keep, and is its network still right?",
        "L1 keeps at most 7 of the 30 and is right for more than 9 of 10 rows kept aside; L2 keeps all 30.",
        SPARSITY,
        {"hidden": (), "lam": 50.0, "epochs": 500},
        few_columns_do,
    ),
    Scenario(
        "Pixels that matter",
        "Each digit's weights as a picture: under which penalty are cells empty?",
        "Each digit's weights as a picture: L1 empties more than half of the cells and still reads 9 of 10 "
        "digits that were kept aside, L2 empties none.",
        SPARSITY,
        {"dataset": "digits", "hidden": (), "lam": 20.0, "epochs": 100},
        pixels_matter,
    ),
    Scenario(
        "Needles found",
        "Five of 40 columns carry the truth. Which penalty finds them?",
        "Five of 40 columns carry the truth. L1 keeps these five and no other; L2 keeps all 40.",
        SPARSITY,
        {"dataset": "needles", "hidden": (), "n_samples": 1000, "lam": 50.0},
        finds_needles,
    ),
    Scenario(
        "The correlated twins",
        "One column stands there twice. How does each penalty split its weight between the copies?",
        "One column stands there twice: L2 gives both copies the same weight, L1 does not care "
        "how the weight is split.",
        SPARSITY,
        {"hidden": ()},
        twins_share,
        part="twins",
    ),
    Scenario(
        "Units fall out",
        "Of 24 hidden units, how many does each penalty cut?",
        "L1 cuts at least half of the 24 hidden units and is right for more than 9 of 10 rows kept aside; "
        "L2 cuts none.",
        HIDDEN_UNITS,
        {"dataset": "wine", "hidden": (16, 8), "learning_rate": 0.1, "epochs": 500},
        units_fall_out,
    ),
    Scenario(
        "A network that draws a line",
        "The network's boundary beside logistic regression's: how far apart are they, and were they at λ "
        "= 0?",
        "Beside each other: under L2 the network's boundary has become logistic regression's, which at λ = 0 "
        "it was not.",
        LINEARITY,
        {"dataset": "moons", "lam": 50.0},
        draws_a_line,
    ),
    Scenario(
        "Collapse: λ too large for a deep network",
        "Three hidden layers and a large λ: what does the network still tell apart?",
        "Three hidden layers tell every sample the same, where logistic regression with the same λ is right "
        "for 9 of 10 rows kept aside.",
        LINEARITY,
        {"hidden": (8, 8, 8), "lam": 200.0, "epochs": 100},
        collapses,
        wrong=True,
    ),
    Scenario(
        "Beyond two",
        "αλ/m is above 2: what do the steps do to the weights, under each penalty?",
        "αλ/m is above 2: each L2 step turns the weights' signs and makes them larger, until nothing is "
        "finite. L1 stays.",
        WEIGHT_DECAY,
        {"learning_rate": 1.0, "lam": 1000.0},
        diverges,
        wrong=True,
    ),
    Scenario(
        "Stopped too early",
        "After 50 small steps, how many weights has L1 made zero, and how many are zero in its optimum?",
        "After 50 small steps L1 has made at most one weight zero, where its optimum has at least 15. Zeros "
        "take time: raise α and the epochs.",
        HISTOGRAMS,
        {"hidden": (), "lam": 20.0, "learning_rate": 0.01, "epochs": 50},
        too_short,
        wrong=True,
    ),
    Scenario(
        "Nothing left",
        "At the largest λ: what do the networks still say?",
        "λ is far too large: L1 has no weight left, and either penalty puts every sample into the larger "
        "class.",
        HIDDEN_UNITS,
        {"lam": 1000.0, "epochs": 200},
        all_constant,
        wrong=True,
    ),
    Scenario(
        "A ring and a line",
        "A ring around a ring, and no hidden layer: does any λ help?",
        "Too simple a model: without a hidden layer fewer than two thirds of the training rows are right, at "
        "every λ. This is bias, and no penalty helps.",
        OVERVIEW,
        {"dataset": "circles", "hidden": (), "noise": 0.1, "epochs": 200, "lam": 1.0},
        no_lam_helps,
        wrong=True,
    ),
)

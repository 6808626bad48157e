"""Presets worth seeing, some of which go wrong on purpose: each a link with what to look for.

A scenario's sentence is a promise, and `holds` measures it: the tests ask it of the networks that the link
opens, at several seeds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import Run, fit_logistic
from core.decay import regime
from core.measures import (
    COLLAPSED,
    accuracy,
    agreement,
    count_units,
    count_weights,
    count_zeros,
    logit_deviation,
    unit_states,
)
from core.training import train
from core.twins import first_to_enter, twins
from core.variance import cost_on
from ui.tour import Scene


@dataclass(frozen=True)
class Scenario:
    """A preset: its page, what differs from the default settings, and the sentence that it shows.

    holds: whether the sentence is true of a Scene. wrong: it goes wrong on purpose.
    """

    name: str
    look: str
    page: str
    settings: Mapping[str, Any]
    holds: Callable[[Scene], bool]
    wrong: bool = False


def _at(run: Run, k: int) -> Run:
    return run.select(slice(k, k + 1))


def _test_accuracy(run: Run, scene: Scene, k: int | None = None) -> float:
    one = _at(run, scene.k if k is None else k)
    return float(accuracy(one.predict_proba(scene.data.X_test), scene.data.y_test)[0])


def _zeros(scene: Scene, label: str) -> int:
    return int(count_zeros(scene.runs[label].W)[scene.k])


def _logistic(scene: Scene, label: str) -> Run:
    """The same training without a hidden layer, at the chosen λ."""
    s, data = scene.settings, scene.data
    return train(
        data.X_train, data.y_train, (), label.lower(), [s.lam], s.learning_rate, s.epochs, s.seed, snapshots=2
    )


def _one_answer(run: Run, scene: Scene) -> bool:
    """Whether the network tells every sample the same."""
    return bool(logit_deviation(run.layers(scene.data.X_train)[-1])[scene.k] < COLLAPSED)


def overfits(scene: Scene) -> bool:
    """Nearly all training rows right at λ = 0, twice their cost on test rows, and a λ that halves it."""
    run, data = scene.runs["L2"], scene.data
    fit = accuracy(run.predict_proba(data.X_train), data.y_train)[0]
    test = cost_on(run, data.X_test, data.y_test)
    return fit > 0.95 and test[0] > 2 * run.data_cost[-1, 0] and np.nanmin(test) < 0.5 * test[0]


def few_columns_do(scene: Scene) -> bool:
    """L1 keeps at most 7 of the columns, is right for 9 of 10 test rows, and L2 keeps all."""
    kept = count_weights(scene.runs["L1"].W) - _zeros(scene, "L1")
    return 0 < kept <= 7 and _test_accuracy(scene.runs["L1"], scene) > 0.9 and _zeros(scene, "L2") == 0


def pixels_matter(scene: Scene) -> bool:
    """L1 empties more than half of the cells, and still reads 9 of 10 digits; L2 empties none."""
    emptied = _zeros(scene, "L1") / count_weights(scene.runs["L1"].W)
    return emptied > 0.5 and _test_accuracy(scene.runs["L1"], scene) > 0.9 and _zeros(scene, "L2") == 0


def collapses(scene: Scene) -> bool:
    """Both networks tell every sample the same, where logistic regression is 9 in 10 times right."""
    straight = _logistic(scene, "L2")
    return all(_one_answer(run, scene) for run in scene.runs.values()) and (
        _test_accuracy(straight, scene, 0) > 0.9
    )


def twins_share(scene: Scene) -> bool:
    """L2 gives the twins the same weight; for L1 one of them alone costs the same J as two halves."""
    X, y = scene.data.X_train, scene.data.y_train
    l1, l2 = (twins(X, y, first_to_enter(X, y), name, scene.settings.lam) for name in ("l1", "l2"))
    alike = np.isclose(l2.first, l2.second, rtol=1e-4) and l2.cost_one > l2.cost_halves + 1e-4
    return bool(alike and np.isclose(l1.cost_one, l1.cost_halves, rtol=1e-9))


def finds_needles(scene: Scene) -> bool:
    """L1's nonzero weights are those of the columns that carry the truth, and no others."""
    kept = np.flatnonzero(scene.runs["L1"].W[0][scene.k, 0])
    return set(kept.tolist()) == set(scene.data.informative) and _zeros(scene, "L2") == 0


def units_fall_out(scene: Scene) -> bool:
    """L1 cuts at least half of the hidden units and is right for 9 of 10 test rows; L2 cuts none."""
    cut = {
        label: int(count_units(unit_states(run.W), "cut")[:, scene.k].sum())
        for label, run in scene.runs.items()
    }
    half = sum(scene.settings.hidden) / 2
    return cut["L1"] >= half and cut["L2"] == 0 and _test_accuracy(scene.runs["L1"], scene) > 0.9


def draws_a_line(scene: Scene) -> bool:
    """Under L2 the network answers as logistic regression does, at λ = 0 it did not."""
    run, X = scene.runs["L2"], scene.data.X_test
    straight = _logistic(scene, "L2").predict_proba(X)
    here, free = (float(agreement(_at(run, k).predict_proba(X), straight)[0]) for k in (scene.k, 0))
    return here > 0.98 and here > free


def no_lam_helps(scene: Scene) -> bool:
    """At every λ not even two thirds of the training rows are right."""
    return all(
        np.nanmax(accuracy(run.predict_proba(scene.data.X_train), scene.data.y_train)) < 2 / 3
        for run in scene.runs.values()
    )


def diverges(scene: Scene) -> bool:
    """αλ/m is beyond 2, and the L2 network stopped being finite; the L1 network did not."""
    s = scene.settings
    beyond = regime(s.learning_rate * s.lam / scene.data.m) == "diverges"
    return beyond and scene.runs["L2"].diverged_at[scene.k] > 0 and scene.runs["L1"].diverged_at[scene.k] < 0


def too_short(scene: Scene) -> bool:
    """L1 has emptied at most one weight, where its optimum has at least 15 zeros."""
    data = scene.data
    best = fit_logistic(data.X_train, data.y_train, "l1", [scene.settings.lam]).W[0]
    return _zeros(scene, "L1") <= 1 and int((best == 0).sum()) >= 15


def all_constant(scene: Scene) -> bool:
    """L1 has no weight left, and both networks name the larger class for every sample."""
    run = scene.runs["L1"]
    most = np.bincount(scene.data.y_test).max() / len(scene.data.y_test)
    emptied = _zeros(scene, "L1") == count_weights(run.W)
    return emptied and all(np.isclose(_test_accuracy(run, scene), most) for run in scene.runs.values())


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "Overfit the moons",
        "Without a penalty nearly all training rows are right, and the cost on test rows is more than twice "
        "theirs. The best λ takes off more than half of it.",
        "pages/overview.py",
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
        "L1 keeps at most 7 of the 30 and is right for more than 9 of 10 test rows; L2 keeps all 30.",
        "pages/sparsity.py",
        {"hidden": (), "lam": 50.0, "epochs": 500},
        few_columns_do,
    ),
    Scenario(
        "Pixels that matter",
        "Each digit's weights as a picture: L1 empties more than half of the cells and still reads 9 of 10 "
        "test digits, L2 empties none.",
        "pages/sparsity.py",
        {"dataset": "digits", "hidden": (), "lam": 20.0, "epochs": 100},
        pixels_matter,
    ),
    Scenario(
        "Needles found",
        "Five of 40 columns carry the truth. L1 keeps these five and no other; L2 keeps all 40.",
        "pages/sparsity.py",
        {"dataset": "needles", "hidden": (), "n_samples": 1000, "lam": 50.0},
        finds_needles,
    ),
    Scenario(
        "The correlated twins",
        "Further down, one column stands there twice: L2 gives both copies the same weight, L1 does not care "
        "how the weight is split.",
        "pages/sparsity.py",
        {"hidden": ()},
        twins_share,
    ),
    Scenario(
        "Units fall out",
        "L1 cuts at least half of the 24 hidden units and is right for more than 9 of 10 test rows; L2 cuts "
        "none.",
        "pages/hidden_units.py",
        {"dataset": "wine", "hidden": (16, 8), "learning_rate": 0.1, "epochs": 500},
        units_fall_out,
    ),
    Scenario(
        "A network that draws a line",
        "Beside each other: under L2 the network's boundary has become logistic regression's, which at λ = 0 "
        "it was not.",
        "pages/linearity.py",
        {"dataset": "moons", "lam": 30.0},
        draws_a_line,
    ),
    Scenario(
        "Collapse: λ too large for a deep network",
        "Three hidden layers tell every sample the same, where logistic regression with the same λ is right "
        "for 9 of 10 test rows.",
        "pages/linearity.py",
        {"hidden": (8, 8, 8), "lam": 200.0, "epochs": 100},
        collapses,
        wrong=True,
    ),
    Scenario(
        "Beyond two",
        "αλ/m is above 2: each L2 step turns the weights' signs and makes them larger, until nothing is "
        "finite. L1 stays.",
        "pages/weight_decay.py",
        {"learning_rate": 1.0, "lam": 1000.0},
        diverges,
        wrong=True,
    ),
    Scenario(
        "Stopped too early",
        "After 50 small steps L1 has made at most one weight zero, where its optimum has at least 15. Zeros "
        "take time: raise α and the epochs.",
        "pages/sparsity.py",
        {"hidden": (), "lam": 20.0, "learning_rate": 0.01, "epochs": 50},
        too_short,
        wrong=True,
    ),
    Scenario(
        "Nothing left",
        "λ is far too large: L1 has no weight left, and either penalty puts every sample into the larger "
        "class.",
        "pages/hidden_units.py",
        {"lam": 1000.0, "epochs": 200},
        all_constant,
        wrong=True,
    ),
    Scenario(
        "A ring and a line",
        "Too simple a model: without a hidden layer fewer than two thirds of the training rows are right, at "
        "every λ. This is bias, and no penalty helps.",
        "pages/overview.py",
        {"dataset": "circles", "hidden": (), "noise": 0.1, "epochs": 200, "lam": 1.0},
        no_lam_helps,
        wrong=True,
    ),
)

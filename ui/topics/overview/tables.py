"""Tidy tables of the boundaries at three λ, and of cost and accuracy over the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core import Dataset, Run
from core.measures import accuracy
from core.variance import best_lams
from ui.base.tables import Runs, integer_table
from ui.base.words import lam_text, number, standing, standings
from ui.pictures.boundary import Plane, points_in_squares

CELLS = 40  # of a side of a boundary's square
GAP = 2  # cells between two squares
MARGIN = 0.25  # around the samples, in standard deviations
LEVELS = 10  # of probability; more are not told apart, and make the table longer


@dataclass(frozen=True, eq=False)
class Scores:
    """One penalty's networks, measured, (n_lams,) each; NaN where a network diverged or swings."""

    train_cost: np.ndarray
    test_cost: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray

    @property
    def best(self) -> int:
        """Position of the λ with the lowest test cost, −1 where there is none."""
        return int(best_lams(self.test_cost[None])[0])


def scores_of(run: Run, data: Dataset) -> Scores:
    """Cross-entropy and accuracy on the training and on the test rows."""
    sides = ((data.X_train, data.y_train), (data.X_test, data.y_test))
    measured = (
        *(run.cross_entropy(X, y) for X, y in sides),
        *(accuracy(run.predict_proba(X), y) for X, y in sides),
    )
    return Scores(*(np.where(run.sound, values, np.nan) for values in measured))


def three_lams(scores: Scores) -> tuple[list[int], list[str]]:
    """Positions in the grid, increasing, and what each is: λ = 0, the best, and one too large.

    Too large is the first λ beyond the best that loses half of what the best one has over the largest λ.
    Where λ = 0 is the best there are two; a λ whose network diverged is left out.
    """
    cost, best = scores.test_cost, scores.best
    if best < 0:
        return [], []
    last = int(np.flatnonzero(np.isfinite(cost))[-1])
    half = (cost[best] + cost[last]) / 2
    beyond = np.flatnonzero(cost >= half)
    beyond = beyond[beyond > best]
    roles = {best: "the best" if best > 0 else "the best here"}
    if best > 0 and np.isfinite(cost[0]):
        roles[0] = "no penalty"
    if beyond.size:
        roles[int(beyond[0])] = "too large"
    ks = sorted(roles)
    return ks, [roles[k] for k in ks]


def plane_of(data: Dataset) -> Plane:
    """The part of the plane that is drawn: the training samples and a margin."""
    return Plane.around(data.X_train, MARGIN)


def boundary_cells(run: Run, ks: Sequence[int], plane: Plane) -> pd.DataFrame:
    """row, row_end, column, column_end, p: P of class 1 over the plane, one square beside the other.

    p is the middle of one of LEVELS; neighbours in a row that share a level are one long cell.
    """
    P = run.select(np.array(ks, int)).predict_proba(plane.middles(CELLS)).reshape(len(ks), CELLS, CELLS)
    level = np.minimum((P * LEVELS).astype(int), LEVELS - 1)
    starts = np.diff(level, axis=2, prepend=-1) != 0
    square, row, column = np.nonzero(starts)
    end = np.append(column[1:], 0)
    end[end == 0] = CELLS  # the next one begins a row, so this one runs to its row's end
    offset = square * (CELLS + GAP)
    cells = integer_table(row=row, row_end=row + 1, column=offset + column, column_end=offset + end)
    return cells.assign(p=((level[starts] + 0.5) / LEVELS).astype(np.float32))


def boundary_points(n_squares: int, plane: Plane, data: Dataset) -> pd.DataFrame:
    """x, y, sign: training samples, once in each square, in its cells."""
    lefts = [i * (CELLS + GAP) for i in range(n_squares)]
    return points_in_squares(plane, data.X_train, data.y_train, lefts, side=CELLS)


def boundary_labels(
    ks: Sequence[int], roles: Sequence[str], lams: Sequence[float], scores: Scores, n_test: int
) -> pd.DataFrame:
    """x, lam, role, wrong, short: what stands over each square; lam and short where there is little room."""
    wrong = [round((1 - scores.test_accuracy[k]) * n_test) for k in ks]
    return pd.DataFrame(
        {
            "x": [i * (CELLS + GAP) for i in range(len(ks))],
            "lam": [lam_text(lams[k]) for k in ks],
            "role": [f"{lam_text(lams[k])}, {role}" for k, role in zip(ks, roles, strict=True)],
            "wrong": [
                f"test cost {number(scores.test_cost[k])}, {n} of {n_test} wrong"
                for k, n in zip(ks, wrong, strict=True)
            ],
            "short": [f"{n}/{n_test} wrong" for n in wrong],
        }
    )


def score_table(scores: Mapping[str, Scores]) -> pd.DataFrame:
    """k, penalty, rows ("training" or "test"), cost, accuracy; networks that diverged have no row."""
    frames = [
        integer_table(k=range(one.test_cost.size)).assign(penalty=label, rows=rows, cost=cost, accuracy=share)
        for label, one in scores.items()
        for rows, cost, share in (
            ("training", one.train_cost, one.train_accuracy),
            ("test", one.test_cost, one.test_accuracy),
        )
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def best_table(scores: Mapping[str, Scores], lams: Sequence[float]) -> pd.DataFrame:
    """k, penalty, cost, accuracy, label: each penalty's best λ, where it has one."""
    rows = [
        (
            one.best,
            label,
            one.test_cost[one.best],
            one.test_accuracy[one.best],
            f"{label} best: {lam_text(lams[one.best])}",
        )
        for label, one in scores.items()
        if one.best >= 0
    ]
    return pd.DataFrame(rows, columns=["k", "penalty", "cost", "accuracy", "label"]).astype({"k": "int32"})


def score_readout(scores: Mapping[str, Scores], runs: Runs) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the costs of each penalty and where it stands."""
    lams = next(iter(runs.values())).lams
    lines = {"title": [lam_text(lam) for lam in lams]}
    for label, one in scores.items():
        measured = zip(one.test_cost, one.train_cost, standing(runs[label]), strict=True)
        lines[label] = [
            f"{label}: test cost {number(test)}, training {number(train)}"
            if np.isfinite(test)
            else f"{label}: {where}"
            for test, train, where in measured
        ]
    lines["rest"] = standings(runs)
    return integer_table(k=range(len(lams))).assign(**lines)

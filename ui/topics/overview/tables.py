"""Tidy tables of the boundaries at three λ, and of cost and accuracy over the grid."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core import Dataset, Run
from ui.base.tables import Runs, integer_table
from ui.base.words import lam_text, number, percent, standing, standings
from ui.pictures.boundary import Plane, points_in_squares
from ui.topics.overview.scores import Scores

CELLS = 40  # of a side of a boundary's square
GAP = 2  # cells between two squares
MARGIN = 0.25  # around the samples, in standard deviations
LEVELS = 10  # of probability; more are not told apart, and make the table longer


def three_lams(scores: Scores, chosen: int) -> tuple[list[int], list[str]]:
    """Positions in the grid, increasing, and what each is: λ = 0, λ_1se, and one too large.

    chosen: position of the chosen λ, which stands in for λ_1se until that is known. Too large is the first
    λ beyond the middle one that loses half of what that one has over the largest λ, by the cost that is best
    known of new rows. Where λ = 0 is the middle one there are two; a λ whose network diverged is left out.
    """
    _, measured = scores.new
    cost = np.where(np.isfinite(scores.training.cost), measured.cost, np.nan)
    middle = scores.k_1se if scores.k_1se >= 0 else chosen
    finite = np.flatnonzero(np.isfinite(cost))
    if not finite.size:
        return [], []
    name = "λ_1se" if scores.k_1se >= 0 else "chosen"
    roles = {0: "no penalty"} | {middle: name if middle > 0 else f"no penalty, {name}"}
    if np.isfinite(cost[middle]):
        half = (cost[middle] + cost[finite[-1]]) / 2
        beyond = np.flatnonzero((cost >= half) & (np.arange(cost.size) > middle))
        roles |= {int(k): "too large" for k in beyond[:1]}
    ks = sorted(k for k in roles if np.isfinite(cost[k]))
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
    ks: Sequence[int], roles: Sequence[str], lams: Sequence[float], scores: Scores
) -> pd.DataFrame:
    """x, lam, role, wrong, short: what stands over each square; lam and short where there is little room."""
    rows, measured = scores.new
    wrong = [percent(1 - measured.accuracy[k]) for k in ks]
    return pd.DataFrame(
        {
            "x": [i * (CELLS + GAP) for i in range(len(ks))],
            "lam": [lam_text(lams[k]) for k in ks],
            "role": [f"{lam_text(lams[k])}, {role}" for k, role in zip(ks, roles, strict=True)],
            "wrong": [
                f"{rows} cost {number(measured.cost[k])}, {share} wrong"
                for k, share in zip(ks, wrong, strict=True)
            ],
            "short": [f"{share} wrong" for share in wrong],
        }
    )


def score_table(scores: Mapping[str, Scores]) -> pd.DataFrame:
    """k, penalty, rows, cost, low, high, accuracy; networks that diverged have no row.

    rows: "training", "validated" or "true", as far as they are known. low, high: one standard error of the
    folds to both sides, else the cost itself.
    """
    frames = []
    for label, one in scores.items():
        for rows, measured in one.by_rows.items():
            se = one.validation.se if rows == "validated" and one.validation is not None else 0.0
            ends = {"low": measured.cost - se, "high": measured.cost + se}
            frames.append(
                integer_table(k=range(measured.cost.size)).assign(
                    penalty=label, rows=rows, cost=measured.cost, **ends, accuracy=measured.accuracy
                )
            )
    return pd.concat(frames, ignore_index=True).dropna()


def rule_table(scores: Mapping[str, Scores], lams: Sequence[float]) -> pd.DataFrame:
    """k, penalty, cost, accuracy, label: each penalty's λ_1se, where it is known."""
    rows = [
        (k, label, *(values[k] for values in (found.cost, found.accuracy)), f"{label}: λ_1se = {lams[k]:g}")
        for label, one in scores.items()
        if (k := one.k_1se) >= 0 and (found := one.validated) is not None
    ]
    return pd.DataFrame(rows, columns=["k", "penalty", "cost", "accuracy", "label"]).astype({"k": "int32"})


def score_readout(scores: Mapping[str, Scores], runs: Runs) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the costs of each penalty and where it stands."""
    lams = next(iter(runs.values())).lams
    lines = {"title": [lam_text(lam) for lam in lams]}
    for label, one in scores.items():
        where = standing(runs[label])
        lines[label] = [
            f"{label}: {_costs(one, k)}" if np.isfinite(one.training.cost[k]) else f"{label}: {where[k]}"
            for k in range(len(lams))
        ]
    lines["rest"] = standings(runs)
    return integer_table(k=range(len(lams))).assign(**lines)


def _costs(scores: Scores, k: int) -> str:
    """What is known of new rows at the k-th λ, else the cost on the training rows."""
    known = {rows: measured.cost[k] for rows, measured in scores.by_rows.items()}
    if len(known) > 1:
        del known["training"]
    (first, cost), *others = reversed(known.items())
    return ", ".join([f"{first} cost {number(cost)}", *(f"{rows} {number(c)}" for rows, c in others)])

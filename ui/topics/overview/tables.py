"""Tidy tables of what networks answer in a plane, and of cost and accuracy over the grid."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core import Dataset, Run
from ui.base.tables import Runs, integer_table
from ui.base.words import lam_text, number, percent, standing, standings
from ui.pictures.boundary import Plane, points_in_squares
from ui.pictures.ends import Upright, line_ends, named
from ui.pictures.field import SIDE, field_images
from ui.topics.overview.scores import Scores

COSTS, ACCURACY = Upright(230, "sqrt"), Upright(280)
ROW_TEXTS = {"validated": "validated", "training": "training", "true": "new rows"}
BETWEEN = 0.05  # two fields, in sides
MARGIN = 0.25  # around the samples, in standard deviations


def three_lams(scores: Scores, chosen: int) -> tuple[list[int], list[str]]:
    """Positions in the grid, increasing, and what each is: λ = 0, λ₁ₛₑ, and one too large.

    chosen: position of the chosen λ, which stands in for λ₁ₛₑ until that is known. Too large is the first
    λ beyond the middle one that loses half of what that one has over the largest λ, by the cost that is best
    known of new rows. Where λ = 0 is the middle one there are two; a λ whose network diverged is left out.
    """
    _, measured = scores.new
    cost = np.where(np.isfinite(scores.training.cost), measured.cost, np.nan)
    middle = scores.k_1se if scores.k_1se >= 0 else chosen
    finite = np.flatnonzero(np.isfinite(cost))
    if not finite.size:
        return [], []
    name = "λ₁ₛₑ" if scores.k_1se >= 0 else "chosen"
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


def lefts_of(n: int) -> list[float]:
    """Where n squares of side 1 begin, side by side."""
    return [i * (1 + BETWEEN) for i in range(n)]


def field_table(runs: Runs, plane: Plane, page: str) -> pd.DataFrame:
    """k, penalty, x, url: the plane as each penalty's network sees it at each λ, an image each."""
    middles = plane.middles(SIDE)
    frames = [
        integer_table(k=range(run.lams.size)).assign(
            penalty=label, x=left, url=field_images(_answers(run, middles), page)
        )
        for left, (label, run) in zip(lefts_of(len(runs)), runs.items(), strict=True)
    ]
    return pd.concat(frames, ignore_index=True)


def _answers(run: Run, X: np.ndarray) -> np.ndarray:
    """P of class 1 for samples X, (n_lams, m); NaN of a network that diverged or swings, which has none."""
    return np.where(run.sound[:, None], run.predict_proba(X), np.nan)


def sample_table(n_squares: int, plane: Plane, data: Dataset) -> pd.DataFrame:
    """x, y, sign: training samples, once in each square."""
    return points_in_squares(plane, data.X_train, data.y_train, lefts_of(n_squares))


def field_heads(scores: Mapping[str, Scores]) -> pd.DataFrame:
    """k, penalty, x, wrong, short: what stands over each penalty's square at each λ, in two lengths."""
    frames = []
    for i, (label, one) in enumerate(scores.items()):
        rows, measured = one.new
        told = [
            (f"{rows} cost {number(cost)}, {percent(1 - share)} wrong", f"{percent(1 - share)} wrong")
            if np.isfinite(cost)
            else ("no answer", "no answer")
            for cost, share in zip(measured.cost, measured.accuracy, strict=True)
        ]
        words, short = zip(*told, strict=True)
        heads = integer_table(k=range(len(told)))
        frames.append(heads.assign(penalty=label, x=i * (1 + BETWEEN), wrong=words, short=short))
    return pd.concat(frames, ignore_index=True)


def words_of(heads: pd.DataFrame) -> list[list[list[str]]]:
    """The same from `field_heads` by penalty and λ, each in a list of its own."""
    return [[[words] for words in rows.wrong] for _, rows in heads.groupby("penalty", sort=False)]


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


def end_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Where the names of the costs and of the accuracies stand. scores: from `score_table`."""
    rows = named(scores, scores.rows.map(ROW_TEXTS))
    frames = [
        line_ends("costs", rows, "k", "cost", COSTS, "start", ("low", "high")),
        line_ends("accuracy", rows, "k", "accuracy", ACCURACY, "start"),
    ]
    return pd.concat(frames, ignore_index=True)


def rule_table(scores: Mapping[str, Scores], lams: Sequence[float]) -> pd.DataFrame:
    """k, penalty, cost, accuracy, label: each penalty's λ₁ₛₑ, where it is known."""
    rows = [
        (k, label, *(values[k] for values in (found.cost, found.accuracy)), f"{label}: λ₁ₛₑ = {lams[k]:g}")
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

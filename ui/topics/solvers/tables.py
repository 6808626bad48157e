"""Tidy tables of a race: the solvers over their steps, and their weights beside those of the optimum."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.solvers import SOLVERS, Race
from ui.base.tables import integer_table, wide
from ui.base.words import number

ROWS = (*SOLVERS, "optimum")  # of the matrix
GLYPHS = {"subgradient": "●", "decreasing": "◆", "clip": "■", "proximal": "▲"}


def step_labels(race: Race) -> tuple[str, ...]:
    """The steps that are kept, as they are written."""
    return tuple(f"{step:,}" for step in race.steps)


def curve_table(race: Race) -> pd.DataFrame:
    """k, solver, excess, zeros: J − J* and the exact zeros of each solver at each step kept."""
    frames = [
        integer_table(k=range(race.steps.size), zeros=race.zeros(name)).assign(
            solver=name, excess=race.excess(name)
        )
        for name in SOLVERS
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def readout_table(race: Race) -> pd.DataFrame:
    """k and the lines to be read at each step: the step, then zeros and J of each solver."""
    lines = {"title": [f"step {label}" for label in step_labels(race)]}
    for name in SOLVERS:
        lines[name] = [
            f"{GLYPHS[name]} {name}: {zeros} zeros, " + _above(excess, race.floor)
            for zeros, excess in zip(race.zeros(name), race.excess(name), strict=True)
        ]
    return integer_table(k=range(race.steps.size)).assign(**lines)


def _above(excess: float, floor: float) -> str:
    """How far a J is from the optimum's."""
    if np.isnan(excess):
        return "diverged"
    return f"J* to {number(floor, 2)}" if excess <= floor else f"J* + {number(excess, 2)}"


def optimum_table(race: Race) -> pd.DataFrame:
    """zeros, text: the count of zeros to be reached."""
    zeros = int((race.optimum == 0).sum())
    return integer_table(zeros=[zeros]).assign(text=f"the optimum: {zeros}")


def weight_table(race: Race, inputs: Sequence[str], image: tuple[int, int] | None) -> pd.DataFrame:
    """One row a weight of each solver and of the optimum, wide over the steps, with its cell.

    Columns: solver, input, row, column, row_end, column_end, best (the optimum's weight is nonzero), top
    (the largest weight of all), then v0, v1, … A solver has a row of cells; where the inputs are the pixels
    of an image (height, width), an image.
    """
    n, frames = len(inputs), []
    top = max(np.abs(race.optimum).max(), 1e-9, *(np.nanmax(np.abs(W)) for W in race.W.values()))
    for i, name in enumerate(ROWS):
        row, column = cells(i, np.arange(n), image)
        values = race.W[name] if name in race.W else np.tile(race.optimum, (race.steps.size, 1))
        corners = integer_table(row=row, column=column, row_end=row + 1, column_end=column + 1)
        about = {"solver": name, "input": inputs, "best": race.optimum != 0, "top": top}
        frames.append(pd.concat([corners, pd.DataFrame(about), pd.DataFrame(wide(values.T))], axis=1))
    return pd.concat(frames, ignore_index=True)


def cells(i: int, inputs: np.ndarray, image: tuple[int, int] | None) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the inputs' cells for the i-th of ROWS: a row under its name, or images two by two.

    inputs: their positions, (n,).
    """
    if image is None:
        return np.full(inputs.size, 2 * i + 1), inputs
    height, width = image
    return (i // 2) * (height + 2) + 1 + inputs // width, (i % 2) * (width + 1) + inputs % width


def name_table(weights: pd.DataFrame) -> pd.DataFrame:
    """solver, row, column: where the name of each stands, above its cells."""
    return weights.groupby("solver", sort=False)[["row", "column"]].min().reset_index()

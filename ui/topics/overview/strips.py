"""Data that are not in a plane: the rows along what a network gives their class, a strip for each class.

A row stands by its log-odds: of the second of two classes, or of its own class where there are more. Equal
steps in the middle become equal factors further out, by asinh, so that sure answers have their place too.
Coordinates are shares of the side of a square, as in `ui.pictures.boundary`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core import Dataset, Run
from ui.base.tables import Runs, evenly, wide
from ui.pictures.boundary import MAX_POINTS

LEAST_TOP = 3.0  # log-odds at the sides of a square, at the least
TICKS = {
    0.0001: "0.01 %",
    0.01: "1 %",
    0.1: "10 %",
    0.5: "50 %",
    0.9: "90 %",
    0.99: "99 %",
    0.9999: "99.99 %",
}
CLOSE = 0.15  # of a side: of ticks that are no further apart the outer one is left out
TURN = (5**0.5 - 1) / 2  # rows one after the other lie apart in their strip: the golden section
FILLED = 0.66  # of a strip's height that rows lie in


@dataclass(frozen=True, eq=False)
class Strips:
    """The training rows that are drawn, and their log-odds under the networks of each penalty."""

    y: np.ndarray  # (n,)
    names: tuple[str, ...]  # of the classes
    odds: dict[str, np.ndarray]  # by label, (n_lams, n)
    top: float  # the log-odds at the sides of all squares

    @classmethod
    def of(cls, runs: Runs, data: Dataset) -> "Strips":
        """Those of a data set."""
        rows = evenly(data.m, MAX_POINTS)
        X, y = data.X_train[rows], data.y_train[rows]
        odds = {label: log_odds(run, X, y) for label, run in runs.items()}
        known = [np.abs(z[np.isfinite(z)]).max(initial=LEAST_TOP) for z in odds.values()]
        return cls(y, data.class_names, odds, float(max(known)))

    @property
    def said(self) -> str:
        """What is told from left to right."""
        return f"sure of {self.names[1] if len(self.names) == 2 else 'their own class'}"

    @property
    def heights(self) -> np.ndarray:
        """How high in a square each row stands: class 0 on top, each row at a place of its own."""
        is_mine = self.y[:, None] == np.arange(len(self.names))
        place = (is_mine.cumsum(axis=0) * is_mine).sum(axis=1)  # among the rows of its class
        within = 0.5 + FILLED * (TURN * place % 1 - 0.5)
        return 1 - (self.y + within) / len(self.names)

    def points(self, lefts: Sequence[float]) -> pd.DataFrame:
        """left, y, sign, v0, v1, …: the rows in a square for each penalty, wide over λ."""
        sign = np.where((self.y == 1) | (len(self.names) > 2), "positive", "negative")
        rows = pd.DataFrame({"y": self.heights.astype(np.float32), "sign": sign})
        frames = [
            rows.assign(left=np.float32(left), **wide(across(z.T, self.top)))
            for left, z in zip(lefts, self.odds.values(), strict=True)
        ]
        return pd.concat(frames, ignore_index=True)

    def guides(self, lefts: Sequence[float]) -> pd.DataFrame:
        """x, label, y, name: in each square the shares of the answer under it, and the names of the strips.

        A tick has a label and no name, a strip a name.
        """
        n = len(self.names)
        ticks = pd.DataFrame(ticks_of(self.top), columns=["x", "label"]).assign(y=0.0, name="")
        strips = pd.DataFrame({"x": 0.0, "label": "", "y": 1 - np.arange(n) / n, "name": self.names})
        each = pd.concat([ticks, strips])
        return pd.concat([each.assign(x=each.x + left) for left in lefts], ignore_index=True)


def log_odds(run: Run, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The log-odds of rows X (m, n_features) of classes y (m,), (n_lams, m); NaN where a network has none.

    Of class 1 where there are two, else of the row's own class: z_c − log Σ exp z over the other classes.
    """
    Z = np.where(run.sound[:, None, None], run.layers(X)[-1], 0.0).astype(float)
    if Z.shape[1] == 1:
        return np.where(run.sound[:, None], Z[:, 0], np.nan)
    is_own = np.arange(Z.shape[1])[:, None] == y
    own = np.where(is_own, Z, -np.inf).max(axis=1)
    others = np.logaddexp.reduce(np.where(is_own, -np.inf, Z), axis=1)
    return np.where(run.sound[:, None], own - others, np.nan)


def across(z: np.ndarray, top: float) -> np.ndarray:
    """How far across its square something of log-odds z stands, from 0 to 1."""
    share: np.ndarray = (1 + np.arcsinh(z) / np.arcsinh(top)) / 2
    return share


def ticks_of(top: float) -> list[tuple[float, str]]:
    """Where shares of the answer stand, and how they are written: 50 %, and those with room beside it."""
    shares = np.array(list(TICKS))
    places = across(np.log(shares / (1 - shares)), top)
    kept = [0.5]
    for place in places[places > 0.5]:
        if place - max(kept) > CLOSE and place < 1:
            kept += [1 - place, place]
    return [
        (float(x), words)
        for x, words in zip(places, TICKS.values(), strict=True)
        if np.isclose(x, kept).any()
    ]

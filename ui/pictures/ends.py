"""Where the names of lines stand: at an end of each, pushed apart so that none covers another.

A name has its place in pixels before anything is drawn, so the scale that it goes by is known here as well:
an `Upright` says what the vertical axis of a panel spans, to the chart and to the table of names alike.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

Side = Literal["start", "end"]  # of the lines: where they are furthest apart
NAME_GAP = 18  # pixels from one name to the next
MARGIN = 0.04  # of a panel's height, over and under what is drawn
Transform = Callable[[np.ndarray], np.ndarray]
FORWARD: dict[str, Transform] = {
    "linear": lambda v: v,
    "sqrt": lambda v: np.sign(v) * np.sqrt(np.abs(v)),
    "log": np.log10,
}
BACKWARD: dict[str, Transform] = {
    "linear": lambda v: v,
    "sqrt": lambda v: np.sign(v) * np.square(v),
    "log": lambda v: np.power(10.0, v),
}


@dataclass(frozen=True)
class Upright:
    """The vertical axis of a panel: its height in pixels, its transform, and what it spans.

    domain: what it spans whatever is drawn; else that is what is drawn, with 0 where it `has_zero`, and a
    margin, or on a logarithmic axis the powers of ten around.
    """

    height: int
    kind: Literal["linear", "sqrt", "log"] = "linear"
    has_zero: bool = False
    domain: tuple[float, float] | None = None

    def span(self, values: np.ndarray) -> tuple[float, float]:
        """The lowest and the highest value on the axis, where these are drawn; (0, 1) where none is."""
        if self.domain is not None:
            return self.domain
        drawn = values[np.isfinite(values)]
        if not drawn.size:
            return 0.0, 1.0
        low, high = FORWARD[self.kind](np.array([drawn.min(), drawn.max()], float)).tolist()
        if self.kind == "log":
            low = math.floor(low)
            high = max(math.ceil(high), low + 1)
        else:
            least = 0.0 if self.kind == "sqrt" and low >= 0 else -math.inf
            low = min(low, 0.0) if self.has_zero else low
            margin = MARGIN * (high - low)
            low, high = low if self.has_zero else max(low - margin, least), high + margin
        ends = BACKWARD[self.kind](np.array([low, high], float))
        return float(ends[0]), float(ends[1])

    def pixels(self, values: np.ndarray, span: tuple[float, float]) -> np.ndarray:
        """How far from the top values are drawn: height · (f(high) − f(v)) / (f(high) − f(low))."""
        low, high = FORWARD[self.kind](np.array(span))
        if low == high:  # where the axis is one value, it is drawn in the middle
            return np.full(np.shape(values), self.height / 2)
        return self.height * (high - FORWARD[self.kind](np.asarray(values, float))) / (high - low)

    @property
    def scale(self) -> alt.Scale:
        """The same for the chart; its domain is what is drawn, among that an unseen mark over the span."""
        more: dict[str, Any] = {} if self.kind == "log" else {"zero": False}
        if self.domain is not None:
            more["domain"] = list(self.domain)
        return alt.Scale(type=self.kind, nice=False, **more)


def line_ends(
    panel: str,
    rows: pd.DataFrame,
    x: str,
    y: str,
    upright: Upright,
    side: Side = "end",
    drawn: Sequence[str] = (),
) -> pd.DataFrame:
    """panel, x, at, y, hue, text, low, high: an end of each line, and where its name stands.

    rows: of the lines, with a column `text`, the name of a row's line, and `hue`, whose colour it has; drawn:
    further columns that the axis has room for. at: the pixels of the line's last or first point, y: of its
    name; low, high: what the axis spans.
    """
    span = upright.span(rows[[y, *drawn]].to_numpy(float))
    points = rows[np.isfinite(rows[y].to_numpy(float))].sort_values(x, kind="stable")
    ends = points.groupby("text", sort=False).nth(0 if side == "start" else -1)
    at = upright.pixels(ends[y].to_numpy(float), span)
    return pd.DataFrame(
        {
            "panel": panel,
            "x": ends[x].to_numpy("float32"),
            "at": at.astype("float32"),
            "y": apart(at, upright.height).astype("float32"),
            "hue": ends.hue.to_numpy(object),
            "text": ends.text.to_numpy(object),
            "low": span[0],
            "high": span[1],
        }
    )


def line_name(penalty: str, kind: str) -> str:
    """The name of a line of which each penalty has one of each kind."""
    return f"{penalty}, {kind}"


def named(rows: pd.DataFrame, kinds: pd.Series) -> pd.DataFrame:
    """The rows with `text` and `hue` for `line_ends`. kinds: of each row, in words."""
    text = [line_name(penalty, kind) for penalty, kind in zip(rows.penalty, kinds, strict=True)]
    return rows.assign(text=text, hue=rows.penalty)


def penalty_ends(panel: str, rows: pd.DataFrame, y: str, upright: Upright) -> pd.DataFrame:
    """The same of a line for each penalty over λ. rows: k, penalty, and y."""
    return line_ends(panel, rows.assign(text=rows.penalty, hue=rows.penalty), "k", y, upright)


def apart(at: np.ndarray, height: float, gap: float = NAME_GAP) -> np.ndarray:
    """The places nearest to these, in squares, in the same order, a gap apart and from 0 to the height.

    That is the isotonic regression of at − i·gap. Where there are too many for the gap, it is smaller.
    """
    if not at.size:
        return at
    gap = min(gap, height / max(1, at.size - 1))
    order, steps = np.argsort(at.round(1), kind="stable"), gap * np.arange(at.size)
    blocks: list[tuple[float, int]] = []  # of equal level: it, and how many have it
    for level in at[order] - steps:
        n = 1
        while blocks and blocks[-1][0] > level:
            before, m = blocks.pop()
            level, n = (before * m + level * n) / (m + n), m + n
        blocks.append((level, n))
    levels = np.repeat([level for level, _ in blocks], [n for _, n in blocks])
    placed = np.empty(at.size)
    placed[order] = np.clip(levels, 0, height - steps[-1]) + steps
    return placed

"""Tidy tables of a gradient check: a row a parameter, and a row a layer."""

import numpy as np
import pandas as pd

from core import PENALTIES
from core.gradient import STEP, THRESHOLD, Check
from ui.base.tables import integer_table
from ui.base.words import number

VISIBLE = 0.004  # of the axis; a shorter gap is covered by its mark
LOWEST = 1e-13  # where the axis of the errors begins
STEP_TEXT, THRESHOLD_TEXT = (f"{value:g}".replace("e-0", "e-") for value in (STEP, THRESHOLD))


def layer_names(n: int) -> tuple[str, ...]:
    """Layer 1, Layer 2, … and the output's last."""
    return (*(f"Layer {l + 1}" for l in range(n - 1)), "Output")


def names_of(check: Check) -> tuple[str, ...]:
    """The layers of the network that was checked, first to last."""
    return layer_names(len(check.gradients.numeric))


def point_table(check: Check) -> pd.DataFrame:
    """One row a parameter that was checked: layer, name, numeric, backpropagated, missing, off.

    missing: the penalty's label where the penalty was forgotten, "slope" otherwise: what a gap to the
    diagonal is. off: whether the eye can tell it from the diagonal.
    """
    g = check.gradients
    missing = PENALTIES[check.penalty].label if check.mistake == "no_penalty" else "slope"
    frames = []
    for l, layer in enumerate(names_of(check)):
        weights = _checked("W", l, g.numeric[l], g.backpropagated[l])
        biases = _checked("b", l, g.numeric_b[l], g.backpropagated_b[l])
        for parameters in (weights, biases):
            parameters.insert(0, "layer", layer)
            frames.append(parameters.assign(missing=missing))
    points = pd.concat(frames, ignore_index=True)
    gap = np.abs(points.numeric - points.backpropagated)
    return points.assign(off=gap > VISIBLE * max(np.ptp(points.numeric), np.ptp(points.backpropagated)))


def _checked(letter: str, l: int, numeric: np.ndarray, backpropagated: np.ndarray) -> pd.DataFrame:
    """name, numeric, backpropagated of those parameters of one array that were checked."""
    at = np.argwhere(~np.isnan(numeric))
    return pd.DataFrame(
        {
            "name": [_name(letter, l, i, j) for i, j in at.tolist()],
            "numeric": numeric[tuple(at.T)],
            "backpropagated": backpropagated[tuple(at.T)],
        }
    )


def _name(letter: str, l: int, i: int, j: int) -> str:
    """A parameter in words, counted from 1 as in the lesson."""
    return f"{letter}[{l + 1}] {i + 1}, {j + 1}" if letter == "W" else f"b[{l + 1}] {i + 1}"


def error_table(check: Check) -> pd.DataFrame:
    """row, layer, error, drawn, passes, text: the relative error of each layer, and whether it will do.

    drawn: the error, but at least LOWEST, where the axis begins.
    """
    error = check.gradients.relative_error
    return integer_table(row=range(len(error))).assign(
        layer=names_of(check),
        error=error,
        drawn=np.maximum(error, LOWEST),
        passes=check.passes,
        text=[
            f"{number(e, 2)}, {'passes' if passes else 'fails'}"
            for e, passes in zip(error, check.passes, strict=True)
        ],
    )


def end_table(points: pd.DataFrame) -> pd.DataFrame:
    """at: the two ends of the diagonal, around all points."""
    values = points[["numeric", "backpropagated"]].to_numpy()
    low, high = values.min(), values.max()
    room = 0.04 * (high - low) or 1.0
    return pd.DataFrame({"at": [low - room, high + room]})


def steepest_weight(check: Check) -> tuple[str, float, float]:
    """The first layer's weight with the largest gradient: name as TeX, numeric, backpropagated gradient."""
    numeric, backpropagated = check.gradients.numeric[0], check.gradients.backpropagated[0]
    i, j = np.unravel_index(np.nanargmax(np.abs(numeric)), numeric.shape)
    return rf"W^{{[1]}}_{{{i + 1},{j + 1}}}", float(numeric[i, j]), float(backpropagated[i, j])

"""Tidy tables of gradient checks, one for each λ: a row a parameter, and a row a layer."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core import PENALTIES
from core.gradient import STEP, THRESHOLD, Check, Gradients
from ui.base.tables import integer_table
from ui.base.words import lam_text, number

VISIBLE = 0.004  # of the axis; a shorter gap is covered by its mark
LOWEST = 1e-13  # where the axis of the errors begins
STEP_TEXT, THRESHOLD_TEXT = (f"{value:g}".replace("e-0", "e-") for value in (STEP, THRESHOLD))


def layer_names(n: int) -> tuple[str, ...]:
    """Layer 1, Layer 2, … and the output's last."""
    return (*(f"Layer {l + 1}" for l in range(n - 1)), "Output")


def names_of(check: Check) -> tuple[str, ...]:
    """The layers of the network that was checked, first to last."""
    return layer_names(len(check.gradients.numeric))


def point_table(checks: Sequence[Check]) -> pd.DataFrame:
    """One row a parameter that was checked, wide over λ: layer, name, missing, n0, …, b0, …, o0, ….

    n: the numeric gradient at each λ; b: the backpropagated one; o: whether the eye can tell it from the
    diagonal. missing: the penalty's label where the penalty was forgotten, "slope" otherwise: what a gap to
    the diagonal is.
    """
    first, frames = checks[0], []
    missing = PENALTIES[first.penalty].label if first.mistake == "no_penalty" else "slope"
    for l, layer in enumerate(names_of(first)):
        for letter, at in (
            ("W", _checked(first.gradients.numeric[l])),
            ("b", _checked(first.gradients.numeric_b[l])),
        ):
            names = [_name(letter, l, i, j) for i, j in at.tolist()]
            frames.append(pd.DataFrame({"layer": layer, "name": names, "missing": missing}))
    numeric, backpropagated = (both.T for both in _gradients(checks))
    spans = np.maximum(np.ptp(numeric, axis=0), np.ptp(backpropagated, axis=0))
    off = np.abs(numeric - backpropagated) > VISIBLE * spans
    columns = {
        f"{letter}{k}": values[:, k]
        for letter, values in (("n", numeric), ("b", backpropagated), ("o", off))
        for k in range(len(checks))
    }
    return pd.concat([pd.concat(frames, ignore_index=True), pd.DataFrame(columns)], axis=1)


def _checked(numeric: np.ndarray) -> np.ndarray:
    """Row and column of the parameters of an array that were checked, (n, 2)."""
    return np.argwhere(~np.isnan(numeric))


def _gradients(checks: Sequence[Check]) -> tuple[np.ndarray, np.ndarray]:
    """The numeric and the backpropagated gradient of the parameters that were checked, (n_lams, n) each."""
    found = [_flat(check.gradients) for check in checks]
    return np.array([numeric for numeric, _ in found]), np.array([back for _, back in found])


def _flat(g: Gradients) -> tuple[np.ndarray, np.ndarray]:
    """Both gradients of one network as (n,), layer by layer, W before b, without what was not checked."""
    layers = zip(g.numeric, g.numeric_b, strict=True), zip(g.backpropagated, g.backpropagated_b, strict=True)
    numeric, back = (np.concatenate([theta.ravel() for layer in side for theta in layer]) for side in layers)
    checked = ~np.isnan(numeric)
    return numeric[checked], back[checked]


def _name(letter: str, l: int, i: int, j: int) -> str:
    """A parameter in words, counted from 1 as in the lesson."""
    return f"{letter}[{l + 1}] {i + 1}, {j + 1}" if letter == "W" else f"b[{l + 1}] {i + 1}"


def error_table(checks: Sequence[Check]) -> pd.DataFrame:
    """k, row, layer, error, drawn, passes, text: at each λ the relative error of each layer.

    drawn: the error, but at least LOWEST, where the axis begins.
    """
    errors = np.array([check.gradients.relative_error for check in checks])
    passes = np.array([check.passes for check in checks]).ravel()
    n_lams, n_layers = errors.shape
    places = integer_table(k=np.repeat(range(n_lams), n_layers), row=np.tile(range(n_layers), n_lams))
    return places.assign(
        layer=names_of(checks[0]) * n_lams,
        error=errors.ravel(),
        drawn=np.maximum(errors, LOWEST).ravel(),
        passes=passes,
        text=[
            f"{number(e, 2)}, {'passes' if good else 'fails'}"
            for e, good in zip(errors.ravel(), passes, strict=True)
        ],
    )


def readout_table(checks: Sequence[Check]) -> pd.DataFrame:
    """k, title, line: what is read at each λ: λ, and what the check comes to."""
    return integer_table(k=range(len(checks))).assign(
        title=[lam_text(check.lam) for check in checks], line=[_verdict(check) for check in checks]
    )


def _verdict(check: Check) -> str:
    """The largest relative error of a layer, and whether all of them pass."""
    error, n_failed = number(check.gradients.relative_error.max(), 2), int((~check.passes).sum())
    label = PENALTIES[check.penalty].label
    if n_failed == 0:
        return f"{label}: the gradients agree to {error}"
    return f"{label}: off by {error}, {n_failed} of {len(check.passes)} layers fail"


def end_table(checks: Sequence[Check]) -> pd.DataFrame:
    """v0, …: the two ends of the diagonal at each λ, around all points."""
    both = np.hstack(_gradients(checks))
    low, high = both.min(axis=1), both.max(axis=1)
    room = np.where(high > low, 0.04 * (high - low), 1.0)
    return pd.DataFrame({f"v{k}": ends for k, ends in enumerate(zip(low - room, high + room, strict=True))})


def steepest_weight(check: Check) -> tuple[str, float, float]:
    """The first layer's weight with the largest gradient: name as TeX, numeric, backpropagated gradient."""
    numeric, backpropagated = check.gradients.numeric[0], check.gradients.backpropagated[0]
    i, j = np.unravel_index(np.nanargmax(np.abs(numeric)), numeric.shape)
    return rf"W^{{[1]}}_{{{i + 1},{j + 1}}}", float(numeric[i, j]), float(backpropagated[i, j])

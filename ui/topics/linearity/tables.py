"""Tidy tables: tanh and its band, the units' z, how linear the network is, and its boundary in a plane."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core import Dataset, Run
from core.measures import (
    affine_r2,
    agreement,
    fits_anything,
    histogram,
    share_in_band,
    tells_apart,
    unit_states,
)
from ui.base.tables import Runs, integer_table, wide
from ui.base.words import lam_text, number, percent, standing, standings
from ui.pictures.boundary import Plane, points_in_squares
from ui.pictures.ends import Upright, line_ends, named, penalty_ends
from ui.topics.linearity.straight import Straight

Layers = Mapping[str, Sequence[np.ndarray]]  # by the penalty's label: each layer's z, (n_lams, n_units, m)
Lams = Sequence[float] | np.ndarray

IN_BAND, AFFINE, AGREEMENT = Upright(180, domain=(0.0, 1.0)), Upright(180), Upright(180)
OTHER_TEXTS = {"logistic": "logistic", "tangent": "tangents"}  # with what a network agrees
FEW = 10  # test rows below which an R² on them is more chance than anything
Z_END = 4.0  # the lesson draws tanh over (−4, 4)
Z_BINS = 64
BEYOND = (0.05, 0.35)  # where the bins of what lies beyond begin and end, from Z_END on
QUANTILES = (0.05, 0.25, 0.75, 0.95)
MAX_STRIPS = 24  # units that have one
STRIP_MARGIN = 0.1  # above and below a unit's strips, in rows
CELLS = 28  # a side of a model's square in the plane
GAP = 0.06  # between two squares, in sides
MARGIN = 0.05  # around the samples, in sides of the rectangle that they fill


def curve_table(band: float) -> pd.DataFrame:
    """part, z, a: tanh over (−Z_END, Z_END), its part within the band, and its tangent at 0."""
    z = {
        "tanh": np.linspace(-Z_END, Z_END, 161),
        "band": np.linspace(-band, band, 25),
        "tangent": np.array([-1.15, 1.15]),
    }
    frames = [
        pd.DataFrame({"part": part, "z": values, "a": values if part == "tangent" else np.tanh(values)})
        for part, values in z.items()
    ]
    return pd.concat(frames, ignore_index=True)


def alive_units(run: Run) -> list[np.ndarray]:
    """The units that vary with the input and reach the output, by exact zeros: [l] (n_lams, n_units)."""
    return [states == "alive" for states in unit_states(run.W)]


def z_histograms(Z: Layers, alive: Layers) -> pd.DataFrame:
    """One row a bin of a hidden layer and penalty, wide over λ: the share of the z of units that are alive.

    Z, alive: of the hidden layers. Columns: layer, penalty, low, high, then v0, v1, … What lies beyond ±Z_END
    has a bin of its own on either side.
    """
    edges = np.linspace(-Z_END, Z_END, Z_BINS + 1)
    near, far = BEYOND
    low = [-Z_END - far, *edges[:-1], Z_END + near]
    high = [-Z_END - near, *edges[1:], Z_END + far]
    frames = []
    for label, layers in Z.items():
        for l, z in enumerate(layers):
            rows = {"layer": np.full(len(low), l, np.int32), "penalty": label, "low": low, "high": high}
            frames.append(pd.DataFrame({**rows, **wide(_shares(z, edges, alive[label][l]))}))
    return pd.concat(frames, ignore_index=True)


def _shares(z: np.ndarray, edges: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Shares of z below, between and above the edges, (n_bins + 2, n_lams), of the units that are alive.

    NaN where diverged, or where no unit is alive.
    """
    kept = np.where(alive[:, :, None], z, np.nan)
    below, above = ((kept < edges[0]).sum(axis=(1, 2)), (kept > edges[-1]).sum(axis=(1, 2)))
    with np.errstate(invalid="ignore"):
        shares = np.vstack([below, histogram(kept, edges).T, above]) / (alive.sum(axis=1) * z.shape[2])
    shares[:, ~np.isfinite(z[:, 0, 0])] = np.nan
    return shares


def strip_table(Z: Layers, alive: Layers) -> pd.DataFrame:
    """One row a unit and penalty, wide over λ: between which z its samples lie, cut at ±Z_END.

    Z, alive: of the hidden layers. Columns: layer, row, top, bottom, unit, penalty; a0, … and d0, … 5 % and
    95 % of the samples, b0, … and c0, … a quarter and three quarters; o0, … whether the unit is alive.
    """
    frames, counts = [], [z.shape[1] for z in next(iter(Z.values()))]
    shown = strips_shown(counts)
    thick = (1 - 2 * STRIP_MARGIN) / len(Z)
    for i, (label, layers) in enumerate(Z.items()):
        for l, z in enumerate(layers):
            n = shown[l]
            quantiles = np.quantile(np.nan_to_num(z[:, :n], nan=0.0), QUANTILES, axis=2).clip(-Z_END, Z_END)
            row = np.arange(n, dtype=np.int32) + sum(shown[:l])
            top = row + STRIP_MARGIN + i * thick
            rows = {"layer": np.int32(l), "row": row, "top": top, "bottom": top + thick, "penalty": label}
            names = [f"unit {u + 1}" if len(counts) == 1 else f"unit {l + 1}.{u + 1}" for u in range(n)]
            ends = {
                f"{letter}{k}": one.astype(np.float32)
                for letter, part in zip("abcd", quantiles, strict=True)
                for k, one in enumerate(part)
            }
            living = {f"o{k}": one for k, one in enumerate(alive[label][l][:, :n])}
            frames.append(pd.DataFrame({**rows, "unit": names, **ends, **living}))
    return pd.concat(frames, ignore_index=True)


def strips_shown(counts: Sequence[int]) -> list[int]:
    """How many units of each layer have a strip: the first of each, where there are many."""
    return [min(n, MAX_STRIPS // len(counts)) for n in counts]


def linearity_table(runs: Runs, Z: Layers, alive: Layers, data: Dataset, band: float) -> pd.DataFrame:
    """k, penalty, share, n_alive, r2, state, at_rest: how linear the units and the logit are at each λ.

    Z: of all layers, the logit last. share: of |z| within the band, over the n_alive hidden units that are
    alive and the training samples; r2: on the test rows, of the affine map that is best on the training rows.
    state: "ok"; "fitted" where any logit is an affine map of so few training rows, "few" where there are
    fewer than FEW test rows, or the logit is constant on these: no R²; "collapsed" where the logit is
    constant (R² would be 0/0) or has faded; or "diverged".
    """
    frames, lams = [], next(iter(runs.values())).lams
    for label, layers in Z.items():
        shares = share_in_band(layers[:-1], band, alive[label])
        n_alive = sum(units.sum(axis=1) for units in alive[label])
        at_rest = runs[label].at_rest
        finite = np.isfinite(layers[-1]).all(axis=(1, 2))
        r2 = np.full(len(lams), np.nan)
        on_test = runs[label].layers(data.X_test)[-1]
        if len(data.X_test) >= FEW:
            r2[finite] = affine_r2(data.X_train, layers[-1][finite], data.X_test, on_test[finite])
        untold = "fitted" if fits_anything(data.X_train) else "few"
        state = np.where(np.isnan(r2), untold, "ok").astype("<U9")
        state[finite] = np.where(tells_apart(layers[-1][finite]), state[finite], "collapsed")
        state[~finite] = "diverged"
        rows = integer_table(k=range(len(lams)), n_alive=n_alive)
        frames.append(rows.assign(penalty=label, share=shares, r2=r2, state=state, at_rest=at_rest))
    return pd.concat(frames, ignore_index=True)


def readout_table(linear: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then share and R² of each penalty and where it stands.

    linear: from `linearity_table`.
    """
    lams = next(iter(runs.values())).lams
    lines = {"title": [lam_text(lam) for lam in lams]}
    for label, rows in linear.groupby("penalty", sort=False):
        measured = zip(rows.share, rows.r2, rows.state, standing(runs[str(label)]), strict=True)
        lines[str(label)] = [f"{label}: {_line(*numbers)}" for numbers in measured]
    lines["rest"] = standings(runs)
    return integer_table(k=range(len(lams))).assign(**lines)


def _line(share: float, r2: float, state: str, where: str) -> str:
    """Share and R² of one network in words; where: it stands."""
    if state == "diverged":
        return where
    affine = {"collapsed": "collapsed", "fitted": "no R²", "few": "no R²"}.get(state, f"R² = {number(r2, 4)}")
    return (
        f"{percent(share)} of z in the band, {affine}" if np.isfinite(share) else f"no unit alive, {affine}"
    )


def agreements(
    runs: Runs, straight: Mapping[str, Straight], X: np.ndarray, linear: pd.DataFrame
) -> pd.DataFrame:
    """k, penalty, other, share, at_rest: of the samples X, how many get the same class from two models.

    other: "logistic", logistic regression with the same penalty and λ (`straight`), or "tangent", the network
    itself with every tanh replaced by its tangent. Networks that collapsed (`linear`, from linearity_table)
    give one class to all and are left out.
    """
    frames = []
    for label, run in runs.items():
        P = run.predict_proba(X)
        others = {"logistic": straight[label].predict_proba(X), "tangent": run.predict_proba(X, tangent=True)}
        rests = {"logistic": run.at_rest & straight[label].at_rest, "tangent": run.at_rest}
        for other, Q in others.items():
            rows = integer_table(k=range(run.lams.size))
            shares = agreement(P, Q)
            frames.append(rows.assign(penalty=label, other=other, share=shares, at_rest=rests[other]))
    table = pd.concat(frames, ignore_index=True).dropna()
    varies = linear.state.isin(["ok", "fitted", "few"])
    return table.merge(linear.loc[varies, ["k", "penalty"]], on=["k", "penalty"])


def end_table(linear: pd.DataFrame, agreed: pd.DataFrame) -> pd.DataFrame:
    """Where the names of lines stand. linear, agreed: from `linearity_table` and `agreements`."""
    both = named(agreed, agreed.other.map(OTHER_TEXTS))
    frames = [
        penalty_ends("share", linear, "share", IN_BAND),
        penalty_ends("r2", linear, "r2", AFFINE),
        line_ends("agreement", both, "k", "share", AGREEMENT, "start"),
    ]
    return pd.concat(frames, ignore_index=True)


def plane_of(X: np.ndarray) -> Plane:
    """The part of the plane that is drawn: the samples X (m, 2) with a margin."""
    return Plane.around(X, MARGIN * (X.max(axis=0) - X.min(axis=0)))


def boundary_cells(models: Mapping[str, Run | Straight], plane: Plane) -> pd.DataFrame:
    """One row a cell of the plane and model, wide over λ: the probability of class 1, in percent.

    Columns: x, x_end, y, y_end, then v0, v1, … The models' squares stand side by side, each of side 1,
    GAP apart.
    """
    steps = np.arange(CELLS) / CELLS
    x, y = (part.ravel() for part in np.meshgrid(steps, steps))
    middles = plane.middles(CELLS)
    frames = []
    for i, run in enumerate(models.values()):
        P = np.nan_to_num(run.predict_proba(middles), nan=0.5)
        percents = {f"v{k}": np.round(100 * p).astype(np.int8) for k, p in enumerate(P)}
        left = _left(i)
        cells = {"x": x + left, "x_end": x + left + 1 / CELLS, "y": y, "y_end": y + 1 / CELLS}
        frames.append(pd.DataFrame({**{name: c.astype(np.float32) for name, c in cells.items()}, **percents}))
    return pd.concat(frames, ignore_index=True)


def boundary_names(models: Sequence[str]) -> pd.DataFrame:
    """x, name: what stands over each model's square."""
    return pd.DataFrame({"x": [_left(i) for i in range(len(models))], "name": list(models)})


def boundary_points(n_models: int, plane: Plane, X: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """x, y, sign: the samples in each model's square."""
    return points_in_squares(plane, X, y, [_left(i) for i in range(n_models)])


def _left(i: int) -> float:
    """Where the i-th square begins."""
    return i * (1 + GAP)

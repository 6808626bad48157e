"""Tidy tables from runs: what the charts draw, column by column.

A curve is either long (k, penalty, value) or, where a slider picks one position in the browser, wide: one
row a weight or a bin, with the columns v0, v1, … for the λ of the grid or the snapshots.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.measures import (
    affine_r2,
    count_weights,
    count_zeros,
    histogram,
    share_within,
    sparsity,
)
from core.training import Run
from ui.words import lam_label, number, percent

MAX_PATHS = 40  # lines in one panel; more are a tangle
MAX_UNITS = 16  # units in the matrix of weights
N_BINS = 41  # odd, so that the middle bin holds what is nearly, not exactly, zero
Z_END = 4.0  # the lesson draws tanh over (−4, 4)
Z_BINS = 64

Runs = Mapping[str, Run]  # by the penalty's label


def wide(values: np.ndarray, decimals: int = 4) -> dict[str, np.ndarray]:
    """Columns v0, v1, … of an array (n_rows, n_positions), rounded to what a screen can show.

    What is not exactly zero stays so: rounding moves it to the smallest step, not to zero.
    """
    step = 10.0**-decimals
    rounded = values.round(decimals)
    rounded = np.where((rounded == 0) & (values != 0), np.copysign(step, values), rounded)
    return {f"v{k}": rounded[:, k].astype(np.float32) for k in range(values.shape[1])}


def whole(**columns: Sequence[int]) -> pd.DataFrame:
    """A table of small whole numbers; the browser counts 64-bit ones in another type."""
    return pd.DataFrame(columns, dtype="int32")


def zero_shares(runs: Runs) -> pd.DataFrame:
    """k, penalty, share: share of exact zeros at each λ; networks that diverged have no row."""
    frames = [
        whole(k=range(run.lams.size)).assign(penalty=label, share=sparsity(run.W))
        for label, run in runs.items()
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def zero_readout(runs: Runs) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the zeros of each penalty."""
    lams = next(iter(runs.values())).lams
    lines = {"title": [f"λ = {lam_label(lam)}" for lam in lams]}
    for label, run in runs.items():
        n = count_weights(run.W)
        lines[label] = [
            f"{label}: diverged" if gone >= 0 else f"{label}: {zeros:,} of {n:,} weights exactly zero"
            for zeros, gone in zip(count_zeros(run.W), run.diverged_at, strict=True)
        ]
    return whole(k=range(lams.size)).assign(**lines)


def strongest_units(W: np.ndarray) -> np.ndarray:
    """The units (rows of W) with the largest weights, at most MAX_UNITS, in their own order."""
    return np.sort(np.argsort(-np.square(W).sum(axis=1), kind="stable")[:MAX_UNITS])


def weights_over_lam(
    runs: Runs, layer: int, inputs: Sequence[str], units: Sequence[str], picture: tuple[int, int] | None
) -> pd.DataFrame:
    """One row a weight of the layer and penalty, wide over λ, with its place in the matrix.

    Columns: penalty, unit, input, row, column, row_end, column_end, is_path, then v0, v1, … A matrix has
    a row a unit and a column an input; where the inputs are a picture (height, width), each unit is one of
    a row of pictures. The MAX_PATHS strongest weights at the first λ are paths.
    """
    W_first = next(iter(runs.values())).W[layer][0]
    kept = strongest_units(W_first)
    unit, column = (index.ravel() for index in np.indices(W_first[kept].shape))
    row = unit
    if picture is not None:
        row, column = picture_place(unit, column, picture, len(kept))
    strength = np.abs(W_first[kept]).ravel()
    is_path = np.zeros(strength.size, bool)
    is_path[np.argsort(-strength, kind="stable")[:MAX_PATHS]] = True
    place = whole(row=row, column=column, row_end=row + 1, column_end=column + 1)
    names = pd.DataFrame(
        {
            "unit": np.array(units, object)[kept].repeat(W_first.shape[1]),
            "input": np.tile(np.array(inputs, object), len(kept)),
            "is_path": is_path,
        }
    )
    frames = [
        pd.concat(
            [
                place,
                names.assign(penalty=label),
                pd.DataFrame(wide(run.W[layer][:, kept].reshape(run.lams.size, -1).T)),
            ],
            axis=1,
        )
        for label, run in runs.items()
    ]
    return pd.concat(frames, ignore_index=True)


def picture_place(
    unit: np.ndarray, pixel: np.ndarray, picture: tuple[int, int], n_units: int
) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each pixel, the units' pictures side by side: up to ten in a line, more by eights."""
    height, width = picture
    per_line = n_units if n_units <= 10 else 8
    row = (unit // per_line) * (height + 2) + pixel // width + 1
    return row, (unit % per_line) * (width + 1) + pixel % width


def unit_labels(weights: pd.DataFrame, is_picture: bool) -> pd.DataFrame:
    """unit, row, column: where the name of each unit stands, beside its row or above its picture."""
    places = weights.groupby("unit", sort=False)[["row", "column"]].min().reset_index()
    return places if is_picture else places.assign(row=places.row + 0.5)


def frame_of(weights: pd.DataFrame) -> pd.DataFrame:
    """w, top: the smallest and the largest weight of the table, and the largest size."""
    values = weights.filter(regex=r"^v\d+$").to_numpy()
    low, high = np.nanmin(values), np.nanmax(values)
    return pd.DataFrame({"w": [low, high], "top": max(abs(low), abs(high), 1e-9)})


def weight_histograms(runs: Runs, k: int) -> pd.DataFrame:
    """One row a bin of a layer and penalty, wide over the snapshots: the share of the layer's weights.

    Columns: layer, penalty, low, high, is_zero, one, then v0, v1, … Exact zeros are left out of the bins
    and have a row of their own (is_zero), placed beyond the largest weight. The edges are the same for
    both penalties and all snapshots. A network that diverged has no rows.
    """
    frames = []
    for l in range(len(next(iter(runs.values())).W)):
        history = {label: run.history_W[l][:, k] for label, run in runs.items() if run.diverged_at[k] < 0}
        top = max((np.abs(W).max() for W in history.values()), default=1.0)
        edges = np.linspace(-top, top, N_BINS + 1)
        for label, W in history.items():
            zeros = (W == 0).reshape(len(W), -1).mean(axis=1)
            bins = histogram(np.where(W == 0, np.nan, W), edges) / W[0].size
            frames.append(
                pd.DataFrame(
                    {
                        "layer": np.full(N_BINS + 1, l, np.int32),
                        "penalty": label,
                        "low": [*edges[:-1], top * (1.08 if label == "L1" else 1.18)],
                        "high": [*edges[1:], top * (1.16 if label == "L1" else 1.26)],
                        "is_zero": [False] * N_BINS + [True],
                        "one": np.ones(N_BINS + 1, np.int32),
                        **wide(np.vstack([bins.T, zeros])),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def histogram_frame(bins: pd.DataFrame) -> pd.DataFrame:
    """layer, end, share, top, zero: what holds the picture still, two rows a layer.

    end: the two ends of the weight axis; share: the tallest bin of all snapshots; top: the largest weight;
    zero: where the zeros' bars stand.
    """
    inside = bins[~bins.is_zero]
    tallest = inside.filter(regex=r"^v\d+$").max(axis=1).groupby(inside.layer).max()
    top = inside.groupby("layer").high.max()
    frames = [pd.DataFrame({"end": end * top, "share": tallest, "top": top}) for end in (-1.02, 1.28)]
    frame = pd.concat(frames).assign(zero=lambda rows: 1.17 * rows.top).sort_index(kind="stable")
    return frame.reset_index().astype({"layer": "int32"})


def tanh_curve(band: float) -> pd.DataFrame:
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


def epoch_readout(runs: Runs, k: int) -> pd.DataFrame:
    """k (the snapshot), and the lines to be read at each: the epoch, then zeros and J of each penalty."""
    first = next(iter(runs.values()))
    lines = {"title": [f"epoch {epoch}" for epoch in first.epochs]}
    for label, run in runs.items():
        n = count_weights(run.W)
        zeros = sum((W[:, k] == 0).sum(axis=(1, 2)) for W in run.history_W)
        lines[label] = [
            f"{label}: diverged" if np.isnan(J) else f"{label}: {z:,} of {n:,} exactly zero, J = {J:.4f}"
            for z, J in zip(zeros, run.cost[:, k], strict=True)
        ]
    return whole(k=range(len(first.epochs))).assign(**lines)


def z_histograms(Z: Mapping[str, Sequence[np.ndarray]]) -> pd.DataFrame:
    """One row a bin of a hidden layer and penalty, wide over λ: the share of the layer's z.

    Z: for each penalty the hidden layers' pre-activations, [l] (n_lams, n_units, m). Columns: layer,
    penalty, low, high, then v0, v1, … What lies beyond ±Z_END has a bin of its own on either side.
    """
    edges = np.linspace(-Z_END, Z_END, Z_BINS + 1)
    step = 0.35
    low = [-Z_END - step, *edges[:-1], Z_END + 0.05]
    high = [-Z_END - 0.05, *edges[1:], Z_END + step]
    frames = []
    for label, layers in Z.items():
        for l, z in enumerate(layers):
            with np.errstate(invalid="ignore"):
                below = (z < -Z_END).mean(axis=(1, 2))
                above = (z > Z_END).mean(axis=(1, 2))
            shares = np.vstack([below, histogram(z, edges).T / z[0].size, above])
            shares[:, ~np.isfinite(z[:, 0, 0])] = np.nan
            frames.append(
                pd.DataFrame(
                    {
                        "layer": np.full(len(low), l, np.int32),
                        "penalty": label,
                        "low": low,
                        "high": high,
                        **wide(shares),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def linearity(
    Z: Mapping[str, Sequence[np.ndarray]], X: np.ndarray, band: float, lams: Sequence[float]
) -> pd.DataFrame:
    """k, penalty, share, r2, state: how linear the units and the logit are at each λ.

    share: of |z| within the band, over all hidden units and samples; r2: of the best affine map of X to
    the logit. state: "ok", "collapsed" where the logit is constant (R² would be 0/0), or "diverged".
    """
    frames = []
    for label, layers in Z.items():
        sizes = [z.shape[1] for z in layers[:-1]]
        shares = np.average([share_within(z, band) for z in layers[:-1]], axis=0, weights=sizes)
        finite = np.isfinite(layers[-1]).all(axis=(1, 2))
        r2 = np.full(len(lams), np.nan)
        r2[finite] = affine_r2(X, layers[-1][finite])
        state = np.where(finite, np.where(np.isnan(r2), "collapsed", "ok"), "diverged")
        frames.append(whole(k=range(len(lams))).assign(penalty=label, share=shares, r2=r2, state=state))
    return pd.concat(frames, ignore_index=True)


def linearity_readout(table: pd.DataFrame, lams: Sequence[float]) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then share and R² of each penalty."""
    lines = {"title": [f"λ = {lam_label(lam)}" for lam in lams]}
    for label, rows in table.groupby("penalty", sort=False):
        lines[label] = [
            f"{label}: {percent(row.share)} of z in the band, "
            + ("collapsed" if row.state == "collapsed" else f"R² = {number(row.r2, 4)}")
            if row.state != "diverged"
            else f"{label}: diverged"
            for row in rows.itertuples()
        ]
    return whole(k=range(len(lams))).assign(**lines)

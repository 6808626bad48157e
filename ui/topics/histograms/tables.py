"""Tidy tables of the weights over the epochs."""

import numpy as np
import pandas as pd

from core import Run
from core.measures import count_weights, histogram
from ui.base.tables import Runs, integer_table, wide
from ui.base.words import standing

N_BINS = 41  # odd, so that the middle bin holds what is nearly, not exactly, zero
# The bars of exact zeros stand beyond the largest weight, side by side, in units of it.
ZEROS_BEGIN, ZEROS_STEP, ZEROS_WIDTH = 1.08, 0.1, 0.08
MARGIN = 0.02


def weight_histograms(runs: Runs, k: int) -> pd.DataFrame:
    """One row a bin of a layer and penalty, wide over the snapshots: the share of the layer's weights.

    Columns: layer, penalty, low, high, is_zero, one, then v0, v1, … Exact zeros are left out of the bins
    and have a row of their own (is_zero), placed beyond the largest weight. The edges are the same for
    all penalties and all snapshots. A network that diverged or swings has no rows.
    """
    first = next(iter(runs.values()))
    frames = []
    for l in range(len(first.W)):
        history = {label: run.history_W[l][:, k] for label, run in runs.items() if run.sound[k]}
        top = max((float(np.abs(W).max()) for W in history.values()), default=1.0)
        for place, label in enumerate(runs):
            if label in history:
                frames.append(
                    _layer_bins(history[label], top, place).assign(layer=np.int32(l), penalty=label)
                )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _layer_bins(W: np.ndarray, top: float, place: int) -> pd.DataFrame:
    """The bins of one layer (n_snapshots, n_out, n_in), and its zeros' bar, the `place`-th on the right."""
    edges = np.linspace(-top, top, N_BINS + 1)
    zeros = (W == 0).reshape(len(W), -1).mean(axis=1)
    bins = histogram(np.where(W == 0, np.nan, W), edges) / W[0].size
    begin = ZEROS_BEGIN + ZEROS_STEP * place
    return pd.DataFrame(
        {
            "low": [*edges[:-1], top * begin],
            "high": [*edges[1:], top * (begin + ZEROS_WIDTH)],
            "is_zero": [False] * N_BINS + [True],
            "one": np.ones(N_BINS + 1, np.int32),
            **wide(np.vstack([bins.T, zeros])),
        }
    )


def zeros_end(n_penalties: int) -> float:
    """Where the last of the zeros' bars ends, in largest weights."""
    return ZEROS_BEGIN + ZEROS_STEP * (n_penalties - 1) + ZEROS_WIDTH


def frame_of(bins: pd.DataFrame, n_penalties: int) -> pd.DataFrame:
    """layer, end, share, top, zero: what holds the picture still, two rows a layer.

    end: the two ends of the weight axis; share: the tallest bin of all snapshots; top: the largest weight;
    zero: where the zeros' bars stand.
    """
    inside = bins[~bins.is_zero]
    tallest = inside.filter(regex=r"^v\d+$").max(axis=1).groupby(inside.layer).max()
    top = inside.groupby("layer").high.max()
    last = zeros_end(n_penalties)
    ends = (-1 - MARGIN, last + MARGIN)
    frames = [pd.DataFrame({"end": end * top, "share": tallest, "top": top}) for end in ends]
    middle = (ZEROS_BEGIN + last) / 2
    frame = pd.concat(frames).assign(zero=lambda rows: middle * rows.top).sort_index(kind="stable")
    return frame.reset_index().astype({"layer": "int32"})


def epoch_readout(runs: Runs, k: int) -> pd.DataFrame:
    """k (the snapshot), and the lines to be read at each: the epoch, then zeros and J of each penalty."""
    first = next(iter(runs.values()))
    lines = {"title": [f"epoch {epoch}" for epoch in first.epochs]}
    lines |= {label: _lines(label, run, k) for label, run in runs.items()}
    return integer_table(k=range(len(first.epochs))).assign(**lines)


def _lines(label: str, run: Run, k: int) -> list[str]:
    """Zeros and J at each snapshot."""
    if not run.sound[k]:
        return [f"{label}: {standing(run)[k]}"] * len(run.epochs)
    n = count_weights(run.W)
    zeros = np.sum([(W[:, k] == 0).sum(axis=(1, 2)) for W in run.history_W], axis=0)
    return [
        f"{label}: {z:,} of {n:,} exactly zero, J = {J:.4f}"
        for z, J in zip(zeros, run.cost[:, k], strict=True)
    ]

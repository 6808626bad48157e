"""Tidy tables of the weights over λ and over the epochs."""

import numpy as np
import pandas as pd

from core import Run
from core.measures import count_weights, histogram
from ui.base.tables import Runs, evenly, integer_table, wide
from ui.base.words import lam_text, standing

N_BINS = 41  # odd, so that the middle bin holds what is nearly, not exactly, zero
MAX_SHOWN, MIN_SHOWN = 20, 5  # snapshots
MOST_COUNTED = 2_500_000  # weights in all bins; wide networks have fewer snapshots
# The bars of exact zeros stand beyond the largest weight, side by side, in units of it.
ZEROS_BEGIN, ZEROS_STEP, ZEROS_WIDTH = 1.08, 0.1, 0.08
MARGIN = 0.02


def shown_snapshots(runs: Runs) -> np.ndarray:
    """Positions of the snapshots that are shown, at every λ: the first, the last, and evenly between."""
    first = next(iter(runs.values()))
    n_each = len(runs) * first.lams.size * count_weights(first.W)
    return evenly(len(first.epochs), int(np.clip(MOST_COUNTED // n_each, MIN_SHOWN, MAX_SHOWN)))


def weight_histograms(runs: Runs, shown: np.ndarray) -> pd.DataFrame:
    """One row a bin of a layer, penalty and snapshot, wide over λ: the share of the layer's weights.

    Columns: layer, penalty, e (position among the snapshots shown), low, high, is_zero, one, then v0, v1, …
    Exact zeros are left out of the bins and have a row of their own (is_zero), placed beyond the largest
    weight. The edges are the same for all penalties, snapshots and λ. A network that diverged or swings has
    NaN; bins that are empty at every λ have no row.
    """
    first = next(iter(runs.values()))
    frames = []
    for l in range(len(first.W)):
        history = {label: _sound_weights(run, l, shown) for label, run in runs.items()}
        tops = [np.nanmax(np.abs(W)) for W in history.values() if np.isfinite(W).any()]
        top = float(max(tops, default=1.0))
        for place, (label, W) in enumerate(history.items()):
            frames.append(_layer_bins(W, top, place).assign(layer=np.int32(l), penalty=label))
    return pd.concat(frames, ignore_index=True)


def _sound_weights(run: Run, l: int, shown: np.ndarray) -> np.ndarray:
    """The weights of a layer at the snapshots shown, (n_shown, n_lams, n); NaN where diverged or swinging."""
    W = run.history_W[l][shown].reshape(len(shown), run.lams.size, -1)
    return np.where(run.sound[:, None], W, np.nan)


def _layer_bins(W: np.ndarray, top: float, place: int) -> pd.DataFrame:
    """The bins of one layer (n_shown, n_lams, n), and its zeros' bar, the `place`-th on the right."""
    n_shown, n_lams, n = W.shape
    edges = np.linspace(-top, top, N_BINS + 1)
    counts = histogram(np.where(W == 0, np.nan, W).reshape(n_shown * n_lams, n), edges)
    zeros = (W == 0).sum(axis=2)
    shares = np.dstack([counts.reshape(n_shown, n_lams, N_BINS), zeros]) / n
    shares[~np.isfinite(W[:, :, 0])] = np.nan
    begin = ZEROS_BEGIN + ZEROS_STEP * place
    bins = pd.DataFrame(
        {
            "e": np.repeat(np.arange(n_shown, dtype=np.int32), N_BINS + 1),
            "low": np.tile([*edges[:-1], top * begin], n_shown),
            "high": np.tile([*edges[1:], top * (begin + ZEROS_WIDTH)], n_shown),
            "is_zero": np.tile([False] * N_BINS + [True], n_shown),
            "one": np.ones(n_shown * (N_BINS + 1), np.int32),
            **wide(shares.transpose(0, 2, 1).reshape(-1, n_lams)),
        }
    )
    is_empty = (np.nan_to_num(shares) == 0).all(axis=1).ravel()
    return bins[bins.is_zero | ~is_empty]


def zeros_end(n_penalties: int) -> float:
    """Where the last of the zeros' bars ends, in largest weights."""
    return ZEROS_BEGIN + ZEROS_STEP * (n_penalties - 1) + ZEROS_WIDTH


def frame_of(bins: pd.DataFrame, n_penalties: int) -> pd.DataFrame:
    """layer, end, share, top, zero: what holds the picture still, two rows a layer.

    end: the two ends of the weight axis; share: the tallest bin of all; top: the largest weight; zero: where
    the zeros' bars stand.
    """
    inside = bins[~bins.is_zero]
    tallest = inside.filter(regex=r"^v\d+$").max(axis=1).groupby(inside.layer).max()
    last = zeros_end(n_penalties)
    zeros = bins[bins.is_zero].groupby("layer").high.max()
    top = zeros / last
    ends = (-1 - MARGIN, last + MARGIN)
    frames = [pd.DataFrame({"end": end * top, "share": tallest, "top": top}) for end in ends]
    middle = (ZEROS_BEGIN + last) / 2
    frame = pd.concat(frames).assign(zero=lambda rows: middle * rows.top).sort_index(kind="stable")
    return frame.rename_axis("layer").reset_index().astype({"layer": "int32"})


def training_readout(runs: Runs, shown: np.ndarray) -> pd.DataFrame:
    """k, e, and the lines to be read at each λ and snapshot: both, then zeros and J of each penalty."""
    first = next(iter(runs.values()))
    ks, es = (part.ravel() for part in np.meshgrid(range(first.lams.size), range(len(shown)), indexing="ij"))
    titles = [
        f"{lam_text(first.lams[k])}, epoch {first.epochs[shown[e]]:,}" for k, e in zip(ks, es, strict=True)
    ]
    lines = {
        label: np.ravel([_lines(label, run, k, shown) for k in range(run.lams.size)])
        for label, run in runs.items()
    }
    return integer_table(k=ks, e=es).assign(title=titles, **lines)


def _lines(label: str, run: Run, k: int, shown: np.ndarray) -> list[str]:
    """Zeros and J at each snapshot shown."""
    if not run.sound[k]:
        return [f"{label}: {standing(run)[k]}"] * len(shown)
    n = count_weights(run.W)
    zeros = np.sum([(W[shown, k] == 0).sum(axis=(1, 2)) for W in run.history_W], axis=0)
    return [
        f"{label}: {z:,} of {n:,} exactly zero, J = {J:.4f}"
        for z, J in zip(zeros, run.cost[shown, k], strict=True)
    ]

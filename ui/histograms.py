"""Weights over the epochs: histograms of both penalties; tables, chart and sentences."""

from collections.abc import Mapping
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import Run
from core.measures import count_weights, histogram, layer_penalty
from ui import scripts
from ui.charts import BARS, PENALTY_SCALE, Spec, finish, percent_axis, playing_slider, readout, table
from ui.lesson import Lesson
from ui.picture import Picture, remembered
from ui.tables import Runs, whole, wide
from ui.theme import INKS, Ink
from ui.words import lam_label, number, zeros_at

N_BINS = 41  # odd, so that the middle bin holds what is nearly, not exactly, zero


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


def frame_of(bins: pd.DataFrame) -> pd.DataFrame:
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


@lru_cache(maxsize=64)
def chart(layers: tuple[str, ...], n_snapshots: int, theme: str) -> Spec:
    """Histograms of both penalties over each other, one panel a layer, scrubbed over the snapshots.

    Tables: readout, bins, frame.
    """
    ink = INKS[theme]
    panels = [readout(ink), *(layer_histogram(l, title, ink) for l, title in enumerate(layers))]
    params, events = playing_slider(n_snapshots, "Epoch")
    return finish(panels, theme, params=params, events=events)


def layer_histogram(l: int, title: str, ink: Ink) -> alt.LayerChart:
    """The weights of one layer in bins, and the exact zeros as bars of their own, to the right.

    The bins' scale ends at their maximum over all snapshots (`frame`), the zeros' bars at 100 %, so that
    nothing but the bars moves.
    """
    rows = table("bins").transform_filter(f"datum.layer == {l}")
    rows = rows.transform_calculate(share="datum['v' + k]")
    row = f"data('frame')[{2 * l}]"
    x = alt.X(
        "low:Q",
        title="weight",
        scale=alt.Scale(nice=False, zero=False),
        axis=alt.Axis(
            grid=False, tickCount=8, labelExpr=f"{row} && datum.value > {row}.top ? '' : datum.label"
        ),
    )
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    stroke = alt.Stroke("penalty:N", scale=PENALTY_SCALE, legend=None)
    y = percent_axis("share", domainMin=0)
    frame = table("frame").transform_filter(f"datum.layer == {l}")
    bins = rows.transform_filter("!datum.is_zero && datum.share > 0").mark_rect(**BARS)
    inside = alt.layer(
        frame.mark_point(opacity=0).encode(x=alt.X("end:Q"), y=y),
        bins.encode(x=x, x2="high:Q", y=y, y2=alt.datum(0), color=color, stroke=stroke),
    )
    zeros = rows.transform_filter("datum.is_zero")
    full = alt.Y("share:Q", axis=None, scale=alt.Scale(domain=[0, 1.25]))
    label = zeros.transform_calculate(
        middle="(datum.low + datum.high) / 2", text="format(datum.share, '.0%')"
    )
    bars = alt.layer(
        zeros.mark_rect(fillOpacity=0.12).encode(
            x=x, x2="high:Q", y=alt.Y("one:Q", axis=None), y2=alt.datum(0)
        ),
        zeros.mark_rect(fillOpacity=0.9).encode(x=x, x2="high:Q", y=full, y2=alt.datum(0)),
        label.mark_text(baseline="bottom", dy=-4, fontSize=16, fontWeight=600).encode(
            x="middle:Q", y=full, text="text:N"
        ),
    ).encode(color=color)
    caption = (
        frame.transform_filter("datum.end > 0")
        .mark_text(baseline="top", dy=8, fontSize=16, color=ink.quiet)
        .encode(x="zero:Q", y=alt.value(190), text=alt.value("exactly 0"))
    )
    return alt.layer(inside, bars, caption).resolve_scale(y="independent").properties(height=190, title=title)


def notes(runs: Mapping[str, Run], k: int) -> list[str]:
    """How the weights moved from the first to the last epoch at the chosen λ."""
    first = next(iter(runs.values()))
    here = f"At λ = {lam_label(first.lams[k])}"
    notes = []
    for label, run in runs.items():
        if run.diverged_at[k] >= 0:
            continue
        start, end = (np.concatenate([W[s, k].ravel() for W in run.history_W]) for s in (0, -1))
        median = [number(np.median(np.abs(w)), 2) for w in (start, end)]
        notes.append(
            f"{here}, {label} takes the median size of a weight from {median[0]} to **{median[1]}** in "
            f"{run.epochs[-1]:,} epochs; exactly zero at the end: {zeros_at(run, k)}."
        )
        notes.append(
            f"{label}'s J there is {number(run.cost[-1, k], 4)}: {number(run.data_cost[-1, k], 4)} of "
            f"cross-entropy and {number(run.penalty_cost[-1, k], 4)} of penalty{_by_layer(run, k)}."
        )
    settled = [_still_moving(label, run, k) for label, run in runs.items() if run.diverged_at[k] < 0]
    return notes + [note for note in settled if note]


def _by_layer(run: Run, k: int) -> str:
    """The penalty as the sum over the layers that it is."""
    if len(run.W) == 1:
        return ""
    parts = layer_penalty([W[k : k + 1] for W in run.W], run.penalty[k : k + 1], run.lams[k : k + 1], run.m)
    return ", layer by layer " + " + ".join(number(part, 3) for part in parts[:, 0])


def _still_moving(label: str, run: Run, k: int) -> str | None:
    """A training that was cut short is told, since a picture of it is not that of the optimum."""
    J = run.cost[:, k]
    late = J[-1 - max(1, len(J) // 10)]
    if late - J[-1] > 0.01 * J[-1]:
        return (
            f"{label} is still on its way: over the last tenth of the epochs J fell from {number(late, 4)} "
            f"to {number(J[-1], 4)}. More epochs would change this picture."
        )
    return None


@remembered
def picture(lesson: Lesson) -> Picture:
    """The page's picture."""
    runs, k = lesson.trained.runs, lesson.k
    bins = weight_histograms(runs, k)
    if bins.empty:
        return Picture(
            "histograms",
            missing=f"At {lesson.lam} both penalties diverged, so there is no training to play. Choose a "
            "smaller λ or α.",
        )
    layers = runs["L1"].W
    names = [f"Layer {l + 1}" for l in range(len(layers) - 1)] + [f"Layer {len(layers)}, the output"]
    titles = tuple(f"{name}: {W[0].size:,} weights" for name, W in zip(names, layers, strict=True))
    return Picture(
        "histograms",
        chart(titles, len(runs["L1"].epochs), lesson.theme),
        {"readout": epoch_readout(runs, k), "bins": bins, "frame": frame_of(bins)},
        "Histograms of the weights of each layer for L1 and L2 at the epoch of the slider, with bars of "
        "their own for weights that are exactly zero.",
        notes(runs, k),
        script=scripts.histograms(lesson),
    )

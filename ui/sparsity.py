"""L1 against L2: zeros against λ, the weights as a matrix, their paths; tables, chart and sentences."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import Dataset, Run
from core.measures import accuracy, count_weights, count_zeros, sparsity
from ui.charts import (
    SIGN_SCALE,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    over_lam,
    percent_axis,
    readout,
    table,
)
from ui.tables import Runs, whole, wide
from ui.theme import INKS, PENALTY_COLORS, Ink
from ui.words import joined, lam_label, number, percent, zeros_at

MAX_PATHS = 40  # lines in one panel; more are a tangle
MAX_UNITS = 16  # units in the matrix of weights


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


@lru_cache(maxsize=64)
def chart(
    labels: tuple[str, ...],
    n_rows: int,
    n_columns: int,
    inputs: tuple[str, ...],
    theme: str,
) -> Spec:
    """Zeros against λ, the weights at λ as a matrix or as pictures, and the path of each weight.

    inputs: names for the columns of a matrix, () for pictures. Tables: readout, chosen, shares, weights,
    units, frame.
    """
    ink, x = INKS[theme], lam_axis(labels)
    shares = over_lam("shares", ink, x, percent_axis("share", domain=[0, 1]))
    paths = [weight_paths(penalty, labels, ink, x) for penalty in PENALTY_COLORS]
    axes = [None] * (len(PENALTY_COLORS) - 1) + [input_axis(inputs) if inputs else None]
    matrices = [
        weight_matrix(penalty, n_rows, n_columns, axis, not inputs, ink)
        for penalty, axis in zip(PENALTY_COLORS, axes, strict=True)
    ]
    params, events = chosen_slider(len(labels), "λ")
    panels = (
        alt.vconcat(
            readout(ink),
            shares.properties(height=230, title="Share of weights exactly zero"),
            *matrices,
            *paths,
        )
        .resolve_scale(color="independent", x="independent", y="independent", opacity="independent")
        .add_params(*params)
    )
    return finish(panels, theme, events)


def weight_paths(penalty: str, labels: Sequence[str], ink: Ink, x: alt.X) -> alt.LayerChart:
    """A line over λ for each weight of the table `weights` that is a path."""
    base = table("weights").transform_filter(f"datum.penalty == '{penalty}' && datum.is_path")
    lines = (
        base.transform_fold([f"v{k}" for k in range(len(labels))], as_=["at", "w"])
        .transform_calculate(k="toNumber(slice(datum.at, 1))")
        .mark_line(color=PENALTY_COLORS[penalty], opacity=0.6, strokeWidth=1.5)
        .encode(x=x, y=alt.Y("w:Q", title=None, axis=alt.Axis(tickCount=5)), detail=["row:Q", "column:Q"])
    )
    frame = table("frame").mark_point(opacity=0).encode(x=alt.value(0), y="w:Q")
    return alt.layer(lam_rules(ink, x), frame, lines).properties(
        height=200, title=f"{penalty}: each weight over λ"
    )


def input_axis(inputs: Sequence[str]) -> alt.Axis:
    """The names of the inputs, upright, under the columns of a matrix."""
    return alt.Axis(
        values=[i + 0.5 for i in range(len(inputs))],
        labelExpr=f"{json.dumps(inputs)}[floor(datum.value)]",
        labelAngle=-90,
        labelLimit=190,
        labelOverlap=True,
        grid=False,
        ticks=False,
        domain=False,
    )


def weight_matrix(
    penalty: str, n_rows: int, n_columns: int, axis: alt.Axis | None, is_picture: bool, ink: Ink
) -> alt.LayerChart:
    """The weights at k as cells: hue by sign, strength by size; an exact zero is an empty cell."""
    cells = table("weights").transform_filter(f"datum.penalty == '{penalty}'")
    cells = cells.transform_calculate(w="datum['v' + k]")
    place = {
        "x": alt.X(
            "column:Q",
            title=None,
            axis=axis,
            scale=alt.Scale(domain=[0, n_columns], nice=False),
        ),
        "y": alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, n_rows], nice=False, reverse=True)),
        "x2": alt.X2("column_end:Q"),
        "y2": alt.Y2("row_end:Q"),
    }
    words = [
        alt.Tooltip("unit:N", title="unit"),
        alt.Tooltip("input:N", title="input"),
        alt.Tooltip("w:Q", title="weight", format=".4f"),
    ]
    empty = cells.mark_rect(fill="transparent", stroke=ink.grid, strokeWidth=1)
    filled = (
        cells.transform_filter("datum.w != 0 && isValid(datum.w)")
        .transform_calculate(
            strength="0.15 + 0.85 * sqrt(min(1, abs(datum.w) / data('frame')[0].top))",
            sign="datum.w < 0 ? 'negative' : 'positive'",
        )
        .mark_rect(stroke=ink.page, strokeWidth=1)
        .encode(
            color=alt.Color("sign:N", scale=SIGN_SCALE, legend=None),
            opacity=alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
        )
    )
    layers = [layer.encode(**place, tooltip=words) for layer in (empty, filled)]
    names = table("units").encode(y=alt.Y("row:Q", axis=None), text="unit:N")
    if is_picture:
        mark = names.mark_text(align="left", baseline="bottom", dy=-2, fontSize=16, color=ink.quiet)
        layers.append(mark.encode(x="column:Q"))
    else:
        mark = names.mark_text(align="right", dx=-8, fontSize=16, color=ink.quiet)
        layers.append(mark.encode(x=alt.value(0)))
    return alt.layer(*layers).properties(
        height=max(44, (16 if is_picture else 20) * n_rows), title=f"{penalty}: the weights at this λ"
    )


def notes(runs: Mapping[str, Run], data: Dataset, k: int) -> list[str]:
    """What the zeros of both penalties show, at the chosen λ and over the grid."""
    L1, L2 = runs["L1"], runs["L2"]
    here = f"At λ = {lam_label(L1.lams[k])}"
    notes = []
    if L1.diverged_at[k] < 0:
        notes.append(f"{here}, L1 has set **{zeros_at(L1, k)}** to exactly zero.")
    if L2.diverged_at[k] < 0:
        note = f"{here}, L2 has set **{zeros_at(L2, k)}** to exactly zero"
        sizes = np.concatenate([np.abs(W[k]).ravel() for W in L2.W])
        if (sizes > 0).any():
            note += f"; the smallest that is left has the size {number(sizes[sizes > 0].min(), 2)}"
        notes.append(note + ".")
    notes += _zero_range(L1)
    if note := underflow(L2):
        notes.append(note)
    if k > 0:
        parts = [
            f"{label} {percent(accuracy(run.predict_proba(data.X_test), data.y_test)[k])}"
            for label, run in runs.items()
            if run.diverged_at[k] < 0
        ]
        free = accuracy(L1.predict_proba(data.X_test), data.y_test)[0]
        if parts and np.isfinite(free):
            notes.append(
                f"The price, as accuracy on the {len(data.y_test):,} test rows: {joined(parts)} at this λ, "
                f"{percent(free)} without a penalty."
            )
    return notes


def _zero_range(run: Run) -> list[str]:
    """From which λ on L1 makes zeros, and from which on nothing else."""
    n = count_weights(run.W)
    zeros = count_zeros(run.W)
    some = np.flatnonzero(zeros > 0)
    if some.size == 0:
        return ["At none of these λ has L1 set a weight to exactly zero; more epochs may show some."]
    notes = [f"L1's first exact zero on this grid comes at λ = {lam_label(run.lams[some[0]])}."]
    full = zeros == n
    first = len(full) - int(np.argmin(full[::-1])) if not full.all() else 0
    if first < len(full):
        notes[0] = notes[0][:-1] + (
            f"; from λ = {lam_label(run.lams[first])} on all {n:,} weights are zero, "
            "and the output is the same for every input."
        )
    return notes


def underflow(run: Run) -> str | None:
    """L2 has zeros only where the numbers end: say so, lest they be taken for sparsity."""
    zeros = count_zeros(run.W) * (run.lams > 0)
    where = np.flatnonzero(zeros > 0)
    if where.size == 0:
        return None
    k = where[zeros[where].argmax()]
    factor = 1 - run.learning_rate * run.lams[k] / run.m
    return (
        f"L2's zeros, up to {zeros[k]:,} at λ = {lam_label(run.lams[k])}, are not sparsity: with no signal "
        f"left, {run.epochs[-1]:,} steps have each multiplied these weights by 1 − αλ/m = {factor:.2f}, "
        "until they fell below the smallest number that float32 can hold."
    )

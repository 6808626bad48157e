"""L1 against L2: zeros against λ, the weights as a matrix, their paths; tables, chart and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import Dataset, Run
from core.logistic import lam_max
from core.measures import accuracy, count_weights, count_zeros, model_bytes, sparsity
from core.penalties import PENALTIES
from core.twins import Twins, twins
from ui import scripts
from ui.charts import (
    NAMES,
    PENALTY_SCALE,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    named,
    over_lam,
    percent_axis,
    readout,
    table,
    weight_cells,
)
from ui.lesson import Lesson
from ui.picture import Picture, at_any_lam, remembered
from ui.tables import Runs, whole, wide
from ui.theme import INKS, PENALTY_COLORS, Ink
from ui.words import joined, lam_label, number, percent, plain, zeros_at

MAX_PATHS = 40  # lines in one panel; more are a tangle
MAX_UNITS = 16  # units in the matrix of weights


def zero_shares(runs: Runs) -> pd.DataFrame:
    """k, penalty, share: share of exact zeros at each λ; networks that diverged have no row."""
    frames = [
        whole(k=range(run.lams.size)).assign(penalty=label, share=sparsity(run.W))
        for label, run in runs.items()
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def partners(runs: Runs, data: Dataset, how: str) -> dict[str, np.ndarray]:
    """For each penalty the position in the grid that is shown beside L1's k-th λ, (n_lams,).

    how: "lam" for the same λ, or "cost" for the λ whose cost on the test rows is nearest to L1's. Where L1
    diverged, or all others did, the λ is the same.
    """
    same = np.arange(runs["L1"].lams.size)
    if how == "lam":
        return dict.fromkeys(runs, same)
    costs = {label: run.cross_entropy(data.X_test, data.y_test) for label, run in runs.items()}
    return {label: _nearest(costs["L1"], costs[label]) if label != "L1" else same for label in runs}


def _nearest(wanted: np.ndarray, offered: np.ndarray) -> np.ndarray:
    """For each wanted value the index of the nearest offered one, of equals the nearest index."""
    index = np.arange(len(wanted))
    distance = np.abs(wanted[:, None] - offered)
    distance[~np.isfinite(distance)] = np.inf
    apart = np.abs(index[:, None] - index) / (1e9 * len(index))
    return np.where(np.isfinite(distance).any(axis=1), (distance + apart).argmin(axis=1), index)


def zero_readout(runs: Runs, beside: Mapping[str, np.ndarray], lam_max: float | None) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the zeros of each penalty at its partner.

    at_L1, at_L2: the partners. lam_max: told as the unit of λ, where there is one.
    """
    lams = runs["L1"].lams
    unit = (lambda lam: f", {number(lam / lam_max, 2)} of λ_max") if lam_max else (lambda lam: "")
    lines = {"title": [f"λ = {lam_label(lam)}{unit(lam)}" for lam in lams]}
    for label, run in runs.items():
        n, zeros, at = count_weights(run.W), count_zeros(run.W), beside[label]
        lines[label] = [
            f"{label}{'' if j == k else f' at λ = {lam_label(lams[j])}'}: "
            + ("diverged" if run.diverged_at[j] >= 0 else f"{zeros[j]:,} of {n:,} weights exactly zero")
            for k, j in enumerate(at)
        ]
    places = {f"at_{label}": at for label, at in beside.items()}
    return whole(k=range(lams.size), **places).assign(**lines)


def grid_position(lam: float, lams: np.ndarray) -> float:
    """Where a λ stands on the axis: its place in the grid, logarithmic between two positive neighbours."""
    if lam <= lams[1]:
        return float(lam / lams[1])
    return float(np.interp(np.log(lam), np.log(lams[1:]), np.arange(1, lams.size)))


def lam_max_mark(lam_max: float | None, lams: np.ndarray) -> pd.DataFrame:
    """k, label: where λ_max stands on the axis; empty where there is none, or where it is off the grid."""
    if lam_max is None or lam_max > lams[-1]:
        return pd.DataFrame({"k": np.array([], float), "label": np.array([], object)})
    return pd.DataFrame({"k": [grid_position(lam_max, lams)], "label": [f"λ_max = {number(lam_max, 4)}"]})


def byte_sizes(runs: Runs) -> pd.DataFrame:
    """k, penalty, form, bytes: the size of each network, dense, as index and value, and deflated."""
    forms, frames = ("dense", "sparse", "deflated"), []
    for label, run in runs.items():
        n, sizes = run.lams.size, model_bytes(run.W, run.b)
        values = np.concatenate([getattr(sizes, form) for form in forms])
        rows = whole(k=np.tile(np.arange(n), len(forms)))
        frames.append(rows.assign(penalty=label, form=np.repeat(forms, n), bytes=values))
    return pd.concat(frames, ignore_index=True).dropna()


def needles(runs: Runs, informative: Sequence[int]) -> pd.DataFrame:
    """k, penalty, kind, n: how many columns with a weight in the first layer are "found" and "false"."""
    truth = np.zeros(runs["L1"].W[0].shape[2], bool)
    truth[list(informative)] = True
    frames = []
    for label, run in runs.items():
        used = (run.W[0] != 0).any(axis=1)  # (n_lams, n_features)
        finite = run.diverged_at < 0
        for kind, columns in (("found", truth), ("false", ~truth)):
            n = (used & columns).sum(axis=1)
            rows = whole(k=range(run.lams.size), n=n).assign(penalty=label, kind=kind)
            frames.append(rows[finite])
    return pd.concat(frames, ignore_index=True)


def strongest_units(W: np.ndarray) -> np.ndarray:
    """The units (rows of W) with the largest weights, at most MAX_UNITS, in their own order."""
    return np.sort(np.argsort(-np.square(W).sum(axis=1), kind="stable")[:MAX_UNITS])


def weights_over_lam(
    runs: Runs,
    beside: Mapping[str, np.ndarray],
    layer: int,
    inputs: Sequence[str],
    units: Sequence[str],
    picture: tuple[int, int] | None,
) -> pd.DataFrame:
    """One row a weight of the layer and penalty, wide over λ, with its place in the matrix.

    Columns: penalty, unit, input, row, column, row_end, column_end, top (the largest size of all), then v0,
    v1, …: the weight shown at each λ, which is that of its partner (`partners`). A matrix has a row a unit
    and a column an input; where the inputs are a picture (height, width), each unit is one of a row of
    pictures.
    """
    W_first = next(iter(runs.values())).W[layer][0]
    kept = strongest_units(W_first)
    unit, column = (index.ravel() for index in np.indices(W_first[kept].shape))
    row = unit
    if picture is not None:
        row, column = picture_place(unit, column, picture, len(kept))
    place = whole(row=row, column=column, row_end=row + 1, column_end=column + 1)
    names = pd.DataFrame(
        {
            "unit": np.array(units, object)[kept].repeat(W_first.shape[1]),
            "input": np.tile(np.array(inputs, object), len(kept)),
        }
    )
    frames = [
        pd.concat(
            [
                place,
                names.assign(penalty=label),
                pd.DataFrame(wide(run.W[layer][beside[label]][:, kept].reshape(run.lams.size, -1).T)),
            ],
            axis=1,
        )
        for label, run in runs.items()
    ]
    weights = pd.concat(frames, ignore_index=True)
    top = np.nanmax(np.abs(weights.filter(regex=r"^v\d+$").to_numpy()))
    return weights.assign(top=np.float32(max(top, 1e-9)))


def path_table(runs: Runs, layer: int) -> pd.DataFrame:
    """k, L1, L2: the MAX_PATHS strongest weights at the first λ, each over all λ and then a row without.

    The empty rows keep one path from the next.
    """
    first, *_ = runs.values()
    n = first.lams.size
    kept = np.argsort(-np.abs(first.W[layer][0]).ravel(), kind="stable")[:MAX_PATHS]
    ends = ((0, 0), (0, 1))
    paths = {
        label: np.pad(run.W[layer].reshape(n, -1).T[kept].round(4), ends, constant_values=np.nan).ravel()
        for label, run in runs.items()
    }
    return whole(k=np.tile(np.arange(n + 1), kept.size)).assign(**paths)


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


def frame_of(paths: pd.DataFrame) -> pd.DataFrame:
    """w: the smallest and the largest weight of all paths."""
    values = paths.drop(columns="k").to_numpy()
    return pd.DataFrame({"w": [np.nanmin(values), np.nanmax(values)]})


def chart(
    labels: tuple[str, ...],
    n_rows: int,
    n_columns: int,
    inputs: tuple[str, ...],
    has_needles: bool,
    theme: str,
) -> Spec:
    """Zeros against λ, the weights at λ as a matrix or as pictures, the path of each weight, and bytes.

    inputs: names for the columns of a matrix, () for pictures. Tables: readout, chosen, marks, shares,
    weights, units, paths, frame, bytes and, where it has them, needles.
    """
    return named(_chart(labels, n_rows, n_columns, len(inputs), has_needles, theme), inputs)


@lru_cache(maxsize=64)
def _chart(
    labels: tuple[str, ...], n_rows: int, n_columns: int, n_names: int, has_needles: bool, theme: str
) -> Spec:
    """The chart before it has names: these may be a person's own, and are not kept for others."""
    ink, x = INKS[theme], lam_axis(labels)
    shares = zero_panel(ink, x)
    found = [needle_panel(ink, x)] if has_needles else []
    paths = [weight_paths(penalty, ink, x) for penalty in PENALTY_COLORS]
    axes = [None] * (len(PENALTY_COLORS) - 1) + [input_axis(n_names) if n_names else None]
    matrices = [
        weight_matrix(penalty, n_rows, n_columns, axis, not n_names, ink)
        for penalty, axis in zip(PENALTY_COLORS, axes, strict=True)
    ]
    params, events = chosen_slider(len(labels), "λ")
    panels = [
        readout(ink),
        shares,
        *found,
        *matrices,
        *paths,
        byte_panel(ink, x),
    ]
    return finish(panels, theme, ("color", "x", "y", "opacity", "strokeDash"), params, events)


def zero_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """Share of exact zeros against λ, with λ_max, and L2's partner where it is another λ."""
    lines = over_lam("shares", ink, x, percent_axis("share", domain=[0, 1]))
    marks = table("marks")
    limit = marks.mark_rule(color=PENALTY_COLORS["L1"], strokeDash=[2, 3], strokeWidth=2).encode(x=x)
    name = marks.mark_text(align="right", dx=-6, fontSize=16, color=PENALTY_COLORS["L1"])
    name = name.encode(x=x, y=alt.value(215), text="label:N")
    partner = table("readout").transform_filter("datum.k == k && datum.at_L2 != datum.k")
    partner = partner.mark_rule(color=PENALTY_COLORS["L2"], strokeWidth=2)
    partner = partner.encode(x="at_L2:Q")
    return alt.layer(limit, name, partner, lines).properties(
        height=230, title="Share of weights exactly zero"
    )


def needle_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """How many of the columns in use are informative, and how many are not (dashed)."""
    lines = (
        table("needles")
        .mark_line(strokeWidth=3)
        .encode(
            x=x,
            y=alt.Y("n:Q", title=None, axis=alt.Axis(tickCount=5)),
            color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=["found", "false"], range=[[1, 0], [6, 5]]), legend=None
            ),
        )
    )
    return alt.layer(lam_rules(ink, x), lines).properties(
        height=180, title=alt.TitleParams("Columns used", subtitle=["Solid: found; dashed: false"])
    )


def byte_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """Bytes of the model against λ: sparse in full lines, deflated in dashes, dense in grey."""
    y = alt.Y("bytes:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=4, format="~s"))
    rows = table("bytes")
    dense = rows.transform_filter("datum.form == 'dense'").mark_line(color=ink.quiet, strokeWidth=2)
    packed = rows.transform_filter("datum.form != 'dense'").mark_line(strokeWidth=3)
    packed = packed.encode(
        color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
        strokeDash=alt.StrokeDash(
            "form:N", scale=alt.Scale(domain=["sparse", "deflated"], range=[[1, 0], [6, 5]]), legend=None
        ),
    )
    return alt.layer(lam_rules(ink, x), dense.encode(x=x, y=y), packed.encode(x=x, y=y)).properties(
        height=180,
        title=alt.TitleParams(
            "Bytes of the model", subtitle=["Solid: index and value; dashed: deflated", "Grey: dense"]
        ),
    )


def weight_paths(penalty: str, ink: Ink, x: alt.X) -> alt.LayerChart:
    """A line over λ for each path: one mark for all, which is much faster, broken where the next begins."""
    y = alt.Y(f"{penalty}:Q", title=None, axis=alt.Axis(tickCount=5))
    lines = table("paths").mark_line(color=PENALTY_COLORS[penalty], opacity=0.7, strokeWidth=1.5, order=False)
    frame = table("frame").mark_point(opacity=0).encode(x=alt.value(0), y="w:Q")
    return alt.layer(lam_rules(ink, x), frame, lines.encode(x=x, y=y)).properties(
        height=200, title=f"{penalty}: each weight over λ"
    )


def input_axis(n: int) -> alt.Axis:
    """The names of the inputs, upright, under the columns of a matrix; `named` writes them in."""
    return alt.Axis(
        values=[i + 0.5 for i in range(n)],
        labelExpr=f"{NAMES}[floor(datum.value)]",
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
    told = {"unit": "unit", "input": "input"}
    layers = [layer.encode(**place) for layer in weight_cells(cells, "datum['v' + k]", told, ink)]
    names = table("units").encode(y=alt.Y("row:Q", axis=None), text="unit:N")
    if is_picture:
        mark = names.mark_text(align="left", baseline="bottom", dy=-2, fontSize=16, color=ink.quiet)
        layers.append(mark.encode(x="column:Q"))
    else:
        mark = names.mark_text(align="right", dx=-8, fontSize=16, color=ink.quiet)
        layers.append(mark.encode(x=alt.value(0)))
    return alt.layer(*layers).properties(
        height=max(44, (16 if is_picture else 20) * n_rows), title=f"{penalty}: the weights"
    )


def notes(
    runs: Mapping[str, Run], data: Dataset, k: int, beside: Mapping[str, np.ndarray], lam_max: float | None
) -> list[str]:
    """What the zeros of both penalties show, at the chosen λ and over the grid."""
    L1, L2, j = runs["L1"], runs["L2"], int(beside["L2"][k])
    sentences = []
    if L1.diverged_at[k] < 0:
        sentences.append(f"At λ = {lam_label(L1.lams[k])}, L1 has set **{zeros_at(L1, k)}** to exactly zero.")
    if L2.diverged_at[j] < 0:
        note = f"At λ = {lam_label(L2.lams[j])}, L2 has set **{zeros_at(L2, j)}** to exactly zero"
        sizes = np.concatenate([np.abs(W[j]).ravel() for W in L2.W])
        if (sizes > 0).any():
            note += f"; the smallest that is left has the size {number(sizes[sizes > 0].min(), 2)}"
        sentences.append(note + ".")
    sentences += _zero_range(L1)
    if lam_max is not None:
        sentences.append(
            f"For this network without a hidden layer λ_max = 2·max|Xᵀ(y − ȳ)| = {number(lam_max, 4)} is the "
            "λ from which on the best L1 fit has no weight left."
        )
    if note := underflow(L2):
        sentences.append(note)
    sentences += _price(runs, data, {"L1": k, "L2": j})
    sentences += _size_note(L1, k)
    if data.informative:
        sentences.append(_needle_note(L1, data, k))
    return sentences


def _price(runs: Mapping[str, Run], data: Dataset, at: Mapping[str, int]) -> list[str]:
    """What the penalties cost in accuracy on the test rows."""
    free = accuracy(runs["L1"].predict_proba(data.X_test), data.y_test)[0]
    parts = [
        f"{label} {percent(accuracy(run.predict_proba(data.X_test), data.y_test)[at[label]])} at λ = "
        f"{lam_label(run.lams[at[label]])}"
        for label, run in runs.items()
        if run.diverged_at[at[label]] < 0
    ]
    if at["L1"] == 0 or not parts or not np.isfinite(free):
        return []
    return [
        f"Accuracy on the {len(data.y_test):,} test rows: {joined(parts)}, {percent(free)} without a penalty."
    ]


def _size_note(L1: Run, k: int) -> list[str]:
    """How much smaller the model becomes in bytes."""
    if L1.diverged_at[k] >= 0:
        return []
    one = L1.select(slice(k, k + 1))
    sizes = model_bytes(one.W, one.b)
    dense, sparse, deflated = (int(form[0]) for form in (sizes.dense, sizes.sparse, sizes.deflated))
    best = min(sparse, deflated)
    saved = (
        f"{percent(1 - best / dense)} less than dense." if best < dense else "no saving over the dense form."
    )
    return [
        f"In bytes, L1's network at λ = {lam_label(L1.lams[k])} takes {dense:,} dense, {sparse:,} as index "
        f"and value, {deflated:,} deflated: {saved}"
    ]


def _needle_note(L1: Run, data: Dataset, k: int) -> str:
    """Which of the informative columns L1 found."""
    used = set(np.flatnonzero((L1.W[0][k] != 0).any(axis=0)).tolist())
    truth = set(data.informative)
    missed = [plain(data.feature_names[c]) for c in sorted(truth - used)]
    return (
        f"Of the {len(truth)} columns that decide the class, L1 at λ = {lam_label(L1.lams[k])} uses "
        f"**{len(truth & used)}**"
        + (f", missing {joined(missed)}" if missed else "")
        + f"; it also uses {len(used - truth)} of the {data.n_features - len(truth)} that decide nothing."
    )


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


def twin_table(pairs: Sequence[Twins]) -> pd.DataFrame:
    """One row a penalty: the weights of the column alone and of its two copies, and J of both fits."""
    return pd.DataFrame(
        {
            "penalty": [PENALTIES[pair.penalty].label for pair in pairs],
            "weight alone": [round(pair.alone, 6) for pair in pairs],
            "first copy": [round(pair.first, 6) for pair in pairs],
            "second copy": [round(pair.second, 6) for pair in pairs],
            "J alone": [round(pair.cost_alone, 8) for pair in pairs],
            "J with the copy": [round(pair.cost, 8) for pair in pairs],
        }
    )


def twin_notes(pairs: Sequence[Twins], lam: float) -> list[str]:
    """How each penalty shares a weight out between two equal columns, in the numbers of the fits."""
    sentences = []
    for pair in pairs:
        label, here = PENALTIES[pair.penalty].label, f"At λ = {lam_label(lam)}"
        if pair.first == pair.second == 0:
            sentences.append(f"{here}, {label} uses neither copy.")
        elif pair.penalty == "l2":
            sentences.append(
                f"{here}, L2 gives the copies {number(pair.first, 4)} and {number(pair.second, 4)}, "
                f"instead of {number(pair.alone, 4)} to the one alone: two small weights have the smaller "
                f"squares, and J falls from {number(pair.cost_alone, 7)} to {number(pair.cost, 7)}."
            )
        else:
            sentences.append(
                f"{here}, {label} leaves the split open: with all of it on one copy J = "
                f"{pair.cost_one:.8f}, in halves {pair.cost_halves:.8f}, without the copy "
                f"{pair.cost_alone:.8f}. Compare J, not w."
            )
    return sentences


@remembered
def twins_picture(lesson: Lesson, column: int) -> Picture:
    """The exact fits with a column once and twice, at the chosen λ > 0; of many classes, the first's."""
    data, lam = lesson.trained.data, lesson.settings.lam
    y = binary(data)
    pairs = [twins(data.X_train, y, column, name, lam) for name in PENALTIES]
    return Picture("twins", tables={"twins": twin_table(pairs)}, notes=twin_notes(pairs, lam))


def binary(data: Dataset) -> np.ndarray:
    """The training classes, of more than two the first against the rest, (m,) of 0 and 1."""
    return data.y_train if len(data.class_names) == 2 else (data.y_train == 0).astype(int)


def step_in_numbers(runs: Mapping[str, Run], k: int) -> str:
    """Shrink and threshold of one step at the chosen λ."""
    run = runs["L1"]
    reach = run.learning_rate * run.lams[k] / run.m
    return (
        f"Here α = {number(run.learning_rate)}, λ = {lam_label(run.lams[k])} and m = {run.m:,}: L2 "
        f"multiplies each weight by {number(1 - reach, 6)}, which alone never gives 0. L1 sets to "
        f"exactly 0 whatever lands within ±{number(reach / 2)}."
    )


@remembered
def picture(lesson: Lesson, how: str = "lam", layer: int = 0) -> Picture:
    """The page's picture. how: as in `partners`; layer: whose weights are shown."""
    data, runs = lesson.trained.data, lesson.trained.runs
    grid = whole_grid(lesson, how, layer)
    return replace(
        grid,
        tables=grid.packed | {"chosen": whole(k=[lesson.k])},
        notes=notes(runs, data, lesson.k, partners(runs, data, how), _limit(lesson)),
        script=scripts.sparsity(lesson),
    )


def _limit(lesson: Lesson) -> float | None:
    """λ_max, where the network is a logistic regression."""
    data = lesson.trained.data
    return None if lesson.settings.hidden else lam_max(data.X_train, data.y_train)


@at_any_lam
def whole_grid(lesson: Lesson, how: str, layer: int) -> Picture:
    """The picture without what depends on the chosen λ."""
    data, runs = lesson.trained.data, lesson.trained.runs
    beside, limit = partners(runs, data, how), _limit(lesson)
    n_out, n_in = runs["L1"].W[layer].shape[1:]
    shape = data.source.picture if layer == 0 else None
    inputs = data.feature_names if layer == 0 else tuple(f"unit {i + 1}" for i in range(n_in))
    units = tuple(f"{i + 1}" if shape else f"unit {i + 1}" for i in range(n_out))
    if layer == len(runs["L1"].W) - 1:
        units = data.class_names if n_out > 1 else (f"to {data.class_names[1]}",)
    weights, paths = weights_over_lam(runs, beside, layer, inputs, units, shape), path_table(runs, layer)
    tables = {
        "readout": zero_readout(runs, beside, limit),
        "marks": lam_max_mark(limit, lesson.trained.lams),
        "shares": zero_shares(runs),
        "weights": weights,
        "units": unit_labels(weights, shape is not None),
        "paths": paths,
        "frame": frame_of(paths),
        "bytes": byte_sizes(runs),
    }
    if data.informative:
        tables["needles"] = needles(runs, data.informative)
    size = int(weights.row_end.max()), int(weights.column_end.max())
    return Picture(
        "sparsity",
        chart(lesson.labels, *size, () if shape else inputs, bool(data.informative), lesson.theme),
        tables,
        "Share of weights that are exactly zero against λ for L1 and L2, the weights at the λ of the "
        "slider as a matrix, the path of each weight over λ, and the size of the model in bytes.",
        caption=f"The matrix shows the {MAX_UNITS} of {n_out} units with the largest weights at λ = 0."
        if n_out > MAX_UNITS
        else "",
    )

"""Three L1 solvers on their way to the optimum; tables, chart and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core import Dataset, Settings
from core.settings import LAMS
from core.solvers import SOLVERS, Race
from ui import scripts
from ui.charts import Spec, finish, named, playing_slider, readout, table, weight_cells
from ui.lesson import Sheet
from ui.picture import Picture, remembered
from ui.sparsity import input_axis
from ui.tables import whole, wide
from ui.theme import INKS, PENALTY_COLORS, Ink
from ui.words import counted, joined, lam_label, number, plain

ROWS = (*SOLVERS, "optimum")  # of the matrix
GLYPHS = {"subgradient": "●", "clip": "■", "proximal": "▲"}
SHAPES = {"subgradient": "circle", "clip": "square", "proximal": "triangle-up"}
DASHES = {"subgradient": [1, 0], "clip": [7, 4], "proximal": [1, 0]}
STEPS = 3000  # until told otherwise
MAX_NAMES = 4  # weights named in one sentence


def deciding(settings: Settings) -> Settings:
    """The settings without those that play no part; λ = 0 has nothing to show and becomes the next one."""
    default = Settings()
    return replace(settings, hidden=(), epochs=default.epochs, lam=settings.lam or LAMS[1])


def step_labels(race: Race) -> tuple[str, ...]:
    """The steps that are kept, as they are written."""
    return tuple(f"{step:,}" for step in race.steps)


def curve_table(race: Race) -> pd.DataFrame:
    """k, solver, excess, zeros: J − J* and the exact zeros of each solver at each step kept."""
    frames = [
        whole(k=range(race.steps.size), zeros=race.zeros(name)).assign(solver=name, excess=race.excess(name))
        for name in SOLVERS
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def readout_table(race: Race) -> pd.DataFrame:
    """k and the lines to be read at each step: the step, then zeros and J of each solver."""
    lines = {"title": [f"step {label}" for label in step_labels(race)]}
    for name in SOLVERS:
        lines[name] = [
            f"{GLYPHS[name]} {name}: {zeros} zeros, " + _above(excess, race.floor)
            for zeros, excess in zip(race.zeros(name), race.excess(name), strict=True)
        ]
    return whole(k=range(race.steps.size)).assign(**lines)


def _above(excess: float, floor: float) -> str:
    if np.isnan(excess):
        return "diverged"
    return f"J* to {number(floor, 2)}" if excess <= floor else f"J* + {number(excess, 2)}"


def optimum_table(race: Race) -> pd.DataFrame:
    """zeros, text: the count of zeros to be reached."""
    zeros = int((race.optimum == 0).sum())
    return whole(zeros=[zeros]).assign(text=f"the optimum: {zeros}")


def weight_table(race: Race, inputs: Sequence[str], picture: tuple[int, int] | None) -> pd.DataFrame:
    """One row a weight of each solver and of the optimum, wide over the steps, with its place.

    Columns: solver, input, row, column, row_end, column_end, best (the optimum's weight is nonzero), top
    (the largest weight of all), then v0, v1, … A solver has a row of cells; where the inputs are a picture
    (height, width), a picture.
    """
    n, frames = len(inputs), []
    top = max(np.abs(race.optimum).max(), 1e-9, *(np.nanmax(np.abs(W)) for W in race.W.values()))
    for i, name in enumerate(ROWS):
        row, column = place(i, np.arange(n), picture)
        values = race.W[name] if name in race.W else np.tile(race.optimum, (race.steps.size, 1))
        frames.append(
            pd.concat(
                [
                    whole(row=row, column=column, row_end=row + 1, column_end=column + 1),
                    pd.DataFrame({"solver": name, "input": inputs, "best": race.optimum != 0, "top": top}),
                    pd.DataFrame(wide(values.T)),
                ],
                axis=1,
            )
        )
    return pd.concat(frames, ignore_index=True)


def place(i: int, pixel: np.ndarray, picture: tuple[int, int] | None) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each cell of the i-th of ROWS: a row under its name, or pictures two by two."""
    if picture is None:
        return np.full(pixel.size, 2 * i + 1), pixel
    height, width = picture
    return (i // 2) * (height + 2) + 1 + pixel // width, (i % 2) * (width + 1) + pixel % width


def name_table(weights: pd.DataFrame) -> pd.DataFrame:
    """solver, row, column: where the name of each stands, above its cells."""
    return weights.groupby("solver", sort=False)[["row", "column"]].min().reset_index()


def chart(
    labels: tuple[str, ...], n_weights: int, n_rows: int, n_columns: int, inputs: tuple[str, ...], theme: str
) -> Spec:
    """J − J* and the count of exact zeros against steps, and the weights at one step beside the optimum's.

    inputs: names for the columns of the weights, () for pictures. Tables: readout, curves, optimum,
    weights, names.
    """
    return named(_chart(labels, n_weights, n_rows, n_columns, len(inputs), theme), inputs)


def chosen(data: Dataset, choices: Mapping[str, Any]) -> tuple[int, int]:
    """The page's own controls, by key: the class that is told from the rest, of two the second; the steps."""
    target = 1 if len(data.class_names) == 2 else choices.get("solver_target", 0)
    return target, choices.get("solver_steps", STEPS)


@lru_cache(maxsize=64)
def _chart(
    labels: tuple[str, ...], n_weights: int, n_rows: int, n_columns: int, n_names: int, theme: str
) -> Spec:
    """The chart before it has names: these may be a person's own, and are not kept for others."""
    ink, x = INKS[theme], step_axis(labels)
    params, events = playing_slider(len(labels), "Step")
    panels = [
        readout(ink, colors(ink)),
        excess_panel(ink, x),
        zeros_panel(n_weights, ink, x),
        weight_panel(n_rows, n_columns, n_names, ink),
    ]
    return finish(panels, theme, ("color", "shape", "strokeDash", "opacity", "x", "y"), params, events)


def colors(ink: Ink) -> dict[str, str]:
    """The proximal step wears L1's colour, since it is how the dashboard trains L1; the others stay grey."""
    return {"subgradient": ink.text, "clip": ink.quiet, "proximal": PENALTY_COLORS["L1"]}


def step_axis(labels: Sequence[str]) -> alt.X:
    """The steps: 0 first, then near logarithmic; labelled at 0 and at the powers of ten."""
    marked = [k for k, label in enumerate(labels) if label.replace(",", "").strip("0") in ("", "1")]
    names = " : ".join(f"datum.value == {k} ? '{labels[k]}'" for k in marked)
    return alt.X(
        "k:Q",
        title="step",
        scale=alt.Scale(domain=[0, len(labels) - 1], nice=False, padding=8),
        axis=alt.Axis(values=marked, labelExpr=f"{names} : ''", grid=False),
    )


def over_steps(ink: Ink, x: alt.X, y: alt.Y) -> alt.LayerChart:
    """A line for each solver over the steps, and where the slider stands."""
    rule = table("readout").transform_filter("datum.k == k").mark_rule(color=ink.text, strokeWidth=1.5)
    curves = table("curves").encode(
        x=x,
        y=y,
        color=alt.Color(
            "solver:N", scale=alt.Scale(domain=list(SOLVERS), range=list(colors(ink).values())), legend=None
        ),
    )
    dash = alt.StrokeDash(
        "solver:N", scale=alt.Scale(domain=list(SOLVERS), range=list(DASHES.values())), legend=None
    )
    shape = alt.Shape(
        "solver:N", scale=alt.Scale(domain=list(SOLVERS), range=list(SHAPES.values())), legend=None
    )
    lines = curves.mark_line(strokeWidth=2.5).encode(strokeDash=dash)
    marks = curves.transform_filter("datum.k == k").mark_point(size=130, filled=True, opacity=1)
    return alt.layer(rule.encode(x=x), lines, marks.encode(shape=shape))


def excess_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """J − J* on a logarithmic axis, never below what the certificate can tell."""
    y = alt.Y(
        "excess:Q",
        title=None,
        scale=alt.Scale(type="log", nice=True),
        axis=alt.Axis(format="~e", tickCount=5, grid=False),
    )
    return over_steps(ink, x, y).properties(height=240, title="J − J*, how far above the optimum")


def zeros_panel(n_weights: int, ink: Ink, x: alt.X) -> alt.LayerChart:
    """The count of exact zeros, and a dashed line at that of the optimum."""
    y = alt.Y(
        "zeros:Q",
        title=None,
        scale=alt.Scale(domain=[0, n_weights * 1.12], nice=False),
        axis=alt.Axis(tickCount=4, format="d"),
    )
    best = table("optimum").mark_rule(color=ink.text, strokeDash=[3, 4], strokeWidth=1.5).encode(y=y)
    label = table("optimum").mark_text(align="left", baseline="bottom", dx=6, dy=-4, fontSize=16)
    return alt.layer(
        best, label.encode(x=alt.value(0), y=y, text="text:N"), over_steps(ink, x, y)
    ).properties(height=200, title="Weights exactly zero")


def weight_panel(n_rows: int, n_columns: int, n_names: int, ink: Ink) -> alt.LayerChart:
    """The weights at k as cells, an exact zero empty; a cross where the optimum says otherwise."""
    cells, weight = table("weights"), "datum['v' + k]"

    def across(field: str) -> alt.X:
        axis = input_axis(n_names) if n_names else None
        return alt.X(field, title=None, axis=axis, scale=alt.Scale(domain=[0, n_columns], nice=False))

    def down(field: str) -> alt.Y:
        return alt.Y(field, axis=None, scale=alt.Scale(domain=[0, n_rows], nice=False, reverse=True))

    x, y = across("column:Q"), down("row:Q")
    spot = {"x": x, "y": y, "x2": alt.X2("column_end:Q"), "y2": alt.Y2("row_end:Q")}
    words = [
        alt.Tooltip("solver:N"),
        alt.Tooltip("input:N"),
        alt.Tooltip("w:Q", title="weight", format=".4f"),
    ]
    wrong = (
        cells.transform_calculate(w=weight)
        .transform_filter("(datum.w != 0) != datum.best")
        .transform_calculate(x="datum.column + 0.5", y="datum.row + 0.5")
        .mark_text(text="×", baseline="middle", fontSize=20, fontWeight=600)
        .encode(x=across("x:Q"), y=down("y:Q"), tooltip=words)
    )
    names = (
        table("names")
        .mark_text(align="left", baseline="bottom", dy=-2, fontSize=16, color=ink.quiet)
        .encode(x=x, y=y, text="solver:N")
    )
    told = {"solver": "solver", "input": "input"}
    rects = [layer.encode(**spot) for layer in weight_cells(cells, weight, told, ink)]
    return alt.layer(*rects, wrong, names).properties(
        height=(22 if n_names else 16) * n_rows, title="The weights, × where wrong"
    )


def notes(race: Race, inputs: Sequence[str], classes: str) -> list[str]:
    """What each solver has reached, held against the certified optimum.

    classes: which classes the regression tells apart, in words.
    """
    n, best = len(inputs), race.optimum == 0
    notes = [
        f"At λ = {lam_label(race.lam)}, for {classes}, the optimum has "
        f"**{counted(int(best.sum()), n, 'weights')}** exactly zero and J = {number(race.optimum_cost, 6)}. "
        f"A bound from below proves that no weights have a J smaller by more than {number(race.gap, 2)}. "
        f"J − J* is drawn down to {number(race.floor, 2)}."
    ]
    notes += [_about(race, name, inputs) for name in reversed(SOLVERS)]
    left = np.abs(race.W["subgradient"][-1][best])
    if best.any() and np.isfinite(left).all() and (left > 0).all():
        notes.append(
            "Under the subgradient none of the weights that should be zero is; their median size is "
            f"{number(np.median(left), 2)}. However near zero it is, the penalty moves a weight by αλ/2m = "
            f"{number(race.threshold, 2)} a step."
        )
    reach = race.learning_rate * race.lipschitz
    limit = number(2 / race.lipschitz)
    late = race.excess("proximal")[-1]
    if reach > 2:
        notes.append(
            f"α·L = {number(reach)} is above 2, where L = {number(race.lipschitz)} bounds the curvature of "
            f"the cross-entropy: a step may overshoot. With α below 2/L = {limit} the proximal step is sure "
            "to settle."
        )
    if late > 1e-6:
        advice = f"lower α below {limit}" if reach > 2 else "take more steps, or a larger α,"
        notes.append(
            f"The proximal step is itself still {number(late, 2)} above J*: {advice} to see where it ends."
        )
    return notes


def _about(race: Race, name: str, inputs: Sequence[str]) -> str:
    """How many zeros a solver has at its last step, how many are right, and how far its J is."""
    zeros, excess = int(race.zeros(name)[-1]), race.excess(name)[-1]
    start = f"After {race.steps[-1]:,} steps **{name}** has {zeros} exact zero{'s' * (zeros != 1)}"
    if np.isnan(excess):
        return f"**{name}** diverged: lower the learning rate α."
    too_many, too_few = race.wrong(name)
    J = f"J is {number(excess, 2)} above J*"
    if excess <= race.floor:
        J = f"J is within {number(race.floor, 2)} of J*"
    if not too_many.any() and not too_few.any():
        return f"{start}, just those of the optimum; its {J}."
    parts = []
    if too_few.any():
        parts.append(f"{too_few.sum()} not zero that should be")
    if too_many.any():
        parts.append(f"{too_many.sum()} zero that should not be{_names(too_many, inputs)}")
    wrong = int(too_many.sum() + too_few.sum())
    return f"{start}; **{wrong} of {len(inputs)}** weights are on the wrong side: {joined(parts)}. Its {J}."


def _names(which: np.ndarray, inputs: Sequence[str]) -> str:
    found = [plain(inputs[i]) for i in np.flatnonzero(which)]
    return f" ({joined(found)})" if len(found) <= MAX_NAMES else ""


@remembered
def picture(sheet: Sheet, race: Race, target: int, steps: int) -> Picture:
    """The page's picture of a race of so many steps that tells the class `target` from the rest."""
    data, theme = sheet.data, sheet.theme
    inputs, names = data.feature_names, data.class_names
    weights = weight_table(race, inputs, data.source.picture)
    size = int(weights.row_end.max()), int(weights.column_end.max())
    told = [plain(name) for name in names]
    classes = f"{told[target]} against the rest" if len(told) > 2 else f"{told[1]} against {told[0]}"
    return Picture(
        "solvers",
        chart(step_labels(race), len(inputs), *size, () if data.source.picture else inputs, theme),
        {
            "readout": readout_table(race),
            "curves": curve_table(race),
            "optimum": optimum_table(race),
            "weights": weights,
            "names": name_table(weights),
        },
        "For the subgradient, clip and proximal solvers: J minus the optimum's J against steps on a "
        "logarithmic axis, the count of weights exactly zero, and the weights at the step of the slider "
        "beside those of the optimum.",
        notes(race, inputs, classes),
        script=scripts.solvers(deciding(sheet.settings), target, steps),
    )

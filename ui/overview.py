"""Memorized noise and the λ that stops it: boundaries, cost and accuracy; tables, chart and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import Dataset, Run, Settings
from core.measures import accuracy
from core.variance import best_lams, cost_on, descended
from ui import scripts
from ui.charts import (
    PENALTY_SCALE,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    percent_axis,
    readout,
    table,
)
from ui.lesson import Lesson
from ui.picture import Picture, remembered
from ui.tables import whole
from ui.theme import INKS, PENALTY_COLORS, SIGN_COLORS, Ink
from ui.words import counted, joined, lam_label, number, percent

CELLS = 40  # of a side of a boundary's picture
GAP = 2  # cells between two pictures
MARGIN = 0.25  # around the samples, in standard deviations
MAX_POINTS = 700  # samples in one picture; all that the synthetic data have
LEVELS = 10  # of probability; more are not told apart, and make the table longer
EXAMPLE = {
    "dataset": "moons",
    "hidden": (16, 16),
    "learning_rate": 1.0,
    "epochs": 1000,
    "noise": 0.5,
    "n_samples": 100,
}


@dataclass(frozen=True, eq=False)
class Scores:
    """One penalty's networks, measured, (n_lams,) each; NaN where a network diverged or J has not fallen."""

    train_cost: np.ndarray
    test_cost: np.ndarray
    train_accuracy: np.ndarray
    test_accuracy: np.ndarray

    @property
    def best(self) -> int:
        """Position of the λ with the lowest test cost, −1 where there is none."""
        return int(best_lams(self.test_cost[None])[0])


def shown_settings(settings: Settings, data: Dataset) -> Settings:
    """The panel's settings where its data lie in a plane, else the page's example with its seed and λ."""
    if data.in_a_plane:
        return settings
    return Settings(**EXAMPLE, seed=settings.seed, lam=settings.lam)


def why_not_drawn(data: Dataset) -> str:
    """What keeps the panel's data from being drawn in a plane."""
    if data.n_features == 2:
        return f"{data.source.label} has more than two classes"
    many = "too many columns" if data.n_features > 2 else "too few columns"
    return f"{data.source.label} has {many} to draw"


def scores_of(run: Run, data: Dataset) -> Scores:
    """Cross-entropy and accuracy on the training and on the test rows."""
    sides = ((data.X_train, data.y_train), (data.X_test, data.y_test))
    columns = [
        *(cost_on(run, X, y) for X, y in sides),
        *(accuracy(run.predict_proba(X), y) for X, y in sides),
    ]
    return Scores(*(np.where(descended(run), values, np.nan) for values in columns))


def three_lams(scores: Scores) -> tuple[list[int], list[str]]:
    """Positions in the grid, increasing, and what each is: λ = 0, the best, and one too large.

    Too large is the first λ beyond the best that loses half of what the best one has over the largest λ.
    Where λ = 0 is the best there are two; a λ whose network diverged is left out.
    """
    cost, best = scores.test_cost, scores.best
    if best < 0:
        return [], []
    last = int(np.flatnonzero(np.isfinite(cost))[-1])
    half = (cost[best] + cost[last]) / 2
    beyond = np.flatnonzero(cost >= half)
    beyond = beyond[beyond > best]
    picked = {best: "the best" if best > 0 else "the best here"}
    if best > 0 and np.isfinite(cost[0]):
        picked[0] = "no penalty"
    if beyond.size:
        picked[int(beyond[0])] = "too large"
    ks = sorted(picked)
    return ks, [picked[k] for k in ks]


def box_of(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Lower left corner and size of the part of the plane that is drawn, (2,) each."""
    low, high = data.X_train.min(axis=0) - MARGIN, data.X_train.max(axis=0) + MARGIN
    return low, high - low


def boundary_cells(run: Run, ks: Sequence[int], data: Dataset) -> pd.DataFrame:
    """row, row_end, column, column_end, p: P of class 1 over the plane, one picture beside the other.

    p is the middle of one of LEVELS; neighbours in a row that share a level are one long cell.
    """
    low, size = box_of(data)
    middle = (np.arange(CELLS) + 0.5) / CELLS
    x, y = np.meshgrid(middle, middle)
    X = low + size * np.column_stack([x.ravel(), y.ravel()])
    P = run.select(np.array(ks, int)).predict_proba(X).reshape(len(ks), CELLS, CELLS)
    level = np.minimum((P * LEVELS).astype(int), LEVELS - 1)
    starts = np.diff(level, axis=2, prepend=-1) != 0
    picture, row, column = np.nonzero(starts)
    end = np.append(column[1:], 0)
    end[end == 0] = CELLS  # the next one begins a row, so this one runs to its row's end
    offset = picture * (CELLS + GAP)
    place = whole(row=row, row_end=row + 1, column=offset + column, column_end=offset + end)
    return place.assign(p=((level[starts] + 0.5) / LEVELS).astype(np.float32))


def boundary_points(n_pictures: int, data: Dataset) -> pd.DataFrame:
    """x, y, sign: training samples, once in each picture, in its cells; class 1 is "positive".

    Of more than MAX_POINTS samples so many are shown, evenly through the rows.
    """
    low, size = box_of(data)
    shown = np.unique(np.linspace(0, data.m - 1, MAX_POINTS).astype(int))
    place = (data.X_train[shown] - low) / size * CELLS
    offset = np.repeat(np.arange(n_pictures) * (CELLS + GAP), len(shown))
    x, y = np.tile(place, (n_pictures, 1)).T
    sign = np.where(np.tile(data.y_train[shown], n_pictures) == 1, "positive", "negative")
    return pd.DataFrame({"x": (offset + x).astype(np.float32), "y": y.astype(np.float32), "sign": sign})


def boundary_labels(
    ks: Sequence[int], roles: Sequence[str], lams: np.ndarray, scores: Scores, n_test: int
) -> pd.DataFrame:
    """x, lam, role, wrong, short: what stands over each picture."""
    wrong = [round((1 - scores.test_accuracy[k]) * n_test) for k in ks]
    return pd.DataFrame(
        {
            "x": [i * (CELLS + GAP) for i in range(len(ks))],
            "lam": [f"λ = {lam_label(lams[k])}" for k in ks],
            "role": [f"λ = {lam_label(lams[k])}, {role}" for k, role in zip(ks, roles, strict=True)],
            "wrong": [
                f"test cost {number(scores.test_cost[k])}, {n} of {n_test} wrong"
                for k, n in zip(ks, wrong, strict=True)
            ],
            "short": [f"{n}/{n_test} wrong" for n in wrong],
        }
    )


def score_table(scores: dict[str, Scores]) -> pd.DataFrame:
    """k, penalty, rows ("training" or "test"), cost, accuracy; networks that diverged have no row."""
    frames = [
        whole(k=range(one.test_cost.size)).assign(penalty=label, rows=rows, cost=cost, accuracy=share)
        for label, one in scores.items()
        for rows, cost, share in (
            ("training", one.train_cost, one.train_accuracy),
            ("test", one.test_cost, one.test_accuracy),
        )
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def best_table(scores: dict[str, Scores], lams: np.ndarray) -> pd.DataFrame:
    """k, penalty, cost, accuracy, label: each penalty's best λ, where it has one."""
    rows = [
        (
            one.best,
            label,
            one.test_cost[one.best],
            one.test_accuracy[one.best],
            f"{label} best: λ = {lam_label(lams[one.best])}",
        )
        for label, one in scores.items()
        if one.best >= 0
    ]
    return pd.DataFrame(rows, columns=["k", "penalty", "cost", "accuracy", "label"]).astype({"k": "int32"})


def score_readout(scores: dict[str, Scores], lams: np.ndarray) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the costs of each penalty."""
    lines = {"title": [f"λ = {lam_label(lam)}" for lam in lams]}
    for label, one in scores.items():
        lines[label] = [
            f"{label}: test cost {number(test)}, training {number(train)}"
            if np.isfinite(test)
            else f"{label}: diverged"
            for test, train in zip(one.test_cost, one.train_cost, strict=True)
        ]
    return whole(k=range(lams.size)).assign(**lines)


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], n_pictures: int, penalty: str, theme: str) -> Spec:
    """Decision boundaries side by side, and cost and accuracy of both penalties against λ.

    penalty: whose boundaries. Tables: cells, points, pictures, readout, chosen, scores, best.
    """
    ink, x = INKS[theme], lam_axis(labels)
    params, events = chosen_slider(len(labels), "λ")
    cost = alt.Y("cost:Q", title=None, scale=alt.Scale(type="sqrt"), axis=alt.Axis(tickCount=4))
    key = alt.TitleParams(
        "Cost against λ",
        subtitle=["Test solid, training dashed", "A ring: the best λ"],
        subtitleColor=ink.quiet,
    )
    panels = [
        boundaries(n_pictures, penalty, ink),
        readout(ink),
        alt.layer(curve(x, cost, ink), *best_labels()).properties(height=200, title=key),
        curve(x, percent_axis("accuracy", zero=False), ink).properties(
            height=160, title="Accuracy against λ"
        ),
    ]
    return finish(panels, theme, ("x", "y", "color"), params, events)


def boundaries(n_pictures: int, penalty: str, ink: Ink) -> alt.LayerChart:
    """P of class 1 as cells, purple to green, with the training samples on it; the numbers stand above."""
    width = n_pictures * (CELLS + GAP) - GAP
    x_scale = alt.Scale(domain=[0, width], nice=False)
    y_scale = alt.Scale(domain=[0, CELLS], nice=False)
    shades = alt.Scale(
        domain=[-0.3, 0.5, 1.3],
        range=[SIGN_COLORS["negative"], ink.page, SIGN_COLORS["positive"]],
        interpolate="rgb",
    )
    signs = alt.Scale(domain=list(SIGN_COLORS), range=list(SIGN_COLORS.values()))
    shade = alt.Color("p:Q", scale=shades, legend=None)
    cells = (
        table("cells")
        .mark_rect(strokeWidth=0.6)
        .encode(
            x=alt.X("column:Q", scale=x_scale, axis=None),
            x2="column_end:Q",
            y=alt.Y("row:Q", scale=y_scale, axis=None),
            y2="row_end:Q",
            color=shade,
            stroke=alt.Stroke("p:Q", scale=shades, legend=None),
        )
    )
    points = (
        table("points")
        .mark_circle(size=60, opacity=1, stroke=ink.page, strokeWidth=1)
        .encode(
            x=alt.X("x:Q", scale=x_scale, axis=None),
            y=alt.Y("y:Q", scale=y_scale, axis=None),
            color=alt.Color("sign:N", scale=signs, legend=None),
        )
    )

    def line(long: str, short: str, above: int, **mark: object) -> alt.Chart:
        text = alt.ExprRef(f"width < 800 ? datum.{short} : datum.{long}")
        written = table("pictures").mark_text(align="left", baseline="bottom", text=text, **mark)
        return written.encode(x=alt.X("x:Q", scale=x_scale, axis=None), y=alt.value(-above))

    words = [
        line("role", "lam", 34, fontSize=18, fontWeight=600),
        line("wrong", "short", 10, fontSize=16, color=ink.quiet),
    ]
    title = alt.TitleParams(
        f"What {penalty} leaves of the boundary",
        subtitle=["Purple and green: the two classes", f"Points: training samples, up to {MAX_POINTS}"],
        subtitleColor=ink.quiet,
    )
    return (
        alt.layer(cells, points, *words)
        .resolve_scale(color="independent", stroke="independent")
        .properties(height=280, title=title)
    )


def curve(x: alt.X, y: alt.Y, ink: Ink) -> alt.LayerChart:
    """Test and training of both penalties over λ, a ring at each best λ."""
    color = alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None)
    dash = alt.StrokeDash(
        "rows:N", scale=alt.Scale(domain=["test", "training"], range=[[1, 0], [6, 4]]), legend=None
    )
    lines = table("scores").mark_line(strokeWidth=3).encode(x=x, y=y, color=color, strokeDash=dash)
    rings = table("best").mark_point(size=260, strokeWidth=3, opacity=1, filled=False)
    return alt.layer(lam_rules(ink, x), lines, rings.encode(x=x, y=y, color=color))


def best_labels() -> list[alt.Chart]:
    """Each penalty's best λ in words, at the lower right, where the curves do not come."""
    return [
        table("best")
        .transform_filter(f"datum.penalty == '{label}'")
        .mark_text(align="right", baseline="bottom", fontSize=16, fontWeight=600, color=color)
        .encode(x=alt.value("width"), y=alt.value(190 - 24 * i), text="label:N")
        for i, (label, color) in enumerate(reversed(PENALTY_COLORS.items()))
    ]


def left_out(run: Run, label: str) -> str | None:
    """Which networks of the page's example have diverged; the panel cannot lower its α."""
    gone = np.flatnonzero(~descended(run))
    if gone.size == 0:
        return None
    return (
        f"{label} is left out at {counted(gone.size, run.lams.size, 'values of λ')}, the first "
        f"{lam_label(run.lams[gone[0]])}: at α = {number(run.learning_rate)} these diverged."
    )


def notes(
    scores: dict[str, Scores], ks: Sequence[int], penalty: str, lams: np.ndarray, k: int, data: Dataset
) -> list[str]:
    """Whether the penalty stopped the memorizing, and at what λ."""
    n_test, notes = len(data.y_test), []
    free = next(iter(scores.values()))
    if np.isfinite(free.test_cost[0]):
        right = round(free.train_accuracy[0] * data.m)
        note = (
            f"At λ = 0 the network gets {counted(right, data.m, 'training samples')} right at a cost of "
            f"{number(free.train_cost[0])}; on the {n_test} test points its cost is "
            f"**{number(free.test_cost[0])}**"
        )
        if free.test_cost[0] > free.train_cost[0]:
            note += f", {number(free.test_cost[0] / free.train_cost[0], 2)} times as much"
        notes.append(note + ".")
    for label, one in scores.items():
        if one.best > 0:
            note = (
                f"{label} is best at **λ = {lam_label(lams[one.best])}**: test cost "
                f"**{number(one.test_cost[one.best])}**"
            )
            if np.isfinite(one.test_cost[0]):
                note += f" in place of {number(one.test_cost[0])} without a penalty"
            notes.append(
                note + f", training cost {number(one.train_cost[one.best])}, test accuracy "
                f"{percent(one.test_accuracy[one.best])}."
            )
        elif one.best == 0:
            notes.append(
                f"Under {label}, λ = 0 has the lowest test cost of the grid on this run, "
                f"{number(one.test_cost[0])}: there is little noise here that the network could memorize."
            )
    one = scores[penalty]
    if ks and ks[-1] > one.best:
        large = ks[-1]
        notes.append(
            f"Too much of it and the signal goes too: at λ = {lam_label(lams[large])} {penalty}'s test "
            f"cost is {number(one.test_cost[large])}, and its training cost {number(one.train_cost[large])}."
        )
    parts = [
        f"{label} {number(one.test_cost[k])}"
        for label, one in scores.items()
        if np.isfinite(one.test_cost[k])
    ]
    if parts:
        notes.append(f"At the chosen λ = {lam_label(lams[k])} the test cost is, under {joined(parts)}.")
    return notes


def about_example(settings: Settings, data: Dataset) -> str:
    """What the page trains in place of the panel's data, and why."""
    return (
        f"{why_not_drawn(data)}, so this page trains its own example: {settings.n_samples} noisy moons, "
        f"{joined([str(n) for n in settings.hidden])} hidden units, α = {settings.learning_rate:g}, "
        f"{settings.epochs:,} epochs. Seed and λ are the panel's; choose moons, circles, xor or spirals "
        "there to set the rest."
    )


@remembered
def picture(lesson: Lesson, penalty: str = "L2", is_example: bool = False) -> Picture:
    """The page's picture, of `shown_settings`.

    penalty: whose boundaries; is_example: whether the settings are the page's own.
    """
    data, runs, lams = lesson.trained.data, lesson.trained.runs, lesson.trained.lams
    scores = {label: scores_of(run, data) for label, run in runs.items()}
    ks, roles = three_lams(scores[penalty])
    if not ks:
        return Picture(
            "overview",
            missing=f"At every λ {penalty} diverged, so there is no boundary to draw. Choose a smaller α in "
            "the panel.",
        )
    told = [left_out(run, label) for label, run in runs.items()] if is_example else []
    return Picture(
        "overview",
        chart(lesson.labels, len(ks), penalty, lesson.theme),
        {
            "cells": boundary_cells(runs[penalty], ks, data),
            "points": boundary_points(len(ks), data),
            "pictures": boundary_labels(ks, roles, lams, scores[penalty], len(data.y_test)),
            "readout": score_readout(scores, lams),
            "chosen": whole(k=[lesson.k]),
            "scores": score_table(scores),
            "best": best_table(scores, lams),
        },
        "The plane coloured by the network's answer at λ = 0, at the best λ and at one too large, with "
        "the training samples; and the cost and the accuracy on training and test rows against λ.",
        [*notes(scores, ks, penalty, lams, lesson.k, data), *(sentence for sentence in told if sentence)],
        script=scripts.overview(lesson),
    )

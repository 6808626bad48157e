"""How linear tanh units and their network are against λ; tables, chart and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import Run
from core.measures import affine_r2, agreement, histogram, linear_band, share_within
from ui import scripts
from ui.charts import (
    BARS,
    PENALTY_SCALE,
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
from ui.lesson import Lesson
from ui.picture import Picture, at_any_lam, remembered
from ui.tables import Runs, whole, wide
from ui.theme import BAND_COLOR, INKS, Ink
from ui.words import lam_label, number, percent

NO_HIDDEN_LAYER = (
    "This network has no hidden layer, so no tanh: its logit is an affine map of the input as it is."
)
Z_END = 4.0  # the lesson draws tanh over (−4, 4)
Z_BINS = 64
CELLS = 28  # a side of a model's square in the plane
GAP = 0.06  # between two squares, in sides
MAX_POINTS = 700  # samples in one picture; all that the synthetic data have
Z_SCALE = alt.Scale(domain=[-4.4, 4.4], nice=False)
Z_AXIS = alt.Axis(grid=False, values=list(range(-4, 5)), format="d")


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


def linearity_table(
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


def readout_table(table: pd.DataFrame, lams: Sequence[float]) -> pd.DataFrame:
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


def agreements(runs: Runs, logistic: Runs, X: np.ndarray, linear: pd.DataFrame) -> pd.DataFrame:
    """k, penalty, other, share: of the samples X, how many get the same class from two models.

    other: "logistic", logistic regression trained with the same penalty and λ, or "tangent", the network
    itself with every tanh replaced by its tangent. Networks that collapsed (`linear`, from
    linearity_table) give one class to all and are left out.
    """
    frames = []
    for label, run in runs.items():
        P = run.predict_proba(X)
        others = {"logistic": logistic[label].predict_proba(X), "tangent": run.predict_proba(X, tangent=True)}
        for other, Q in others.items():
            rows = whole(k=range(run.lams.size)).assign(penalty=label, other=other, share=agreement(P, Q))
            frames.append(rows)
    table = pd.concat(frames, ignore_index=True).dropna()
    return table.merge(linear.loc[linear.state == "ok", ["k", "penalty"]], on=["k", "penalty"])


def boundaries(models: Mapping[str, Run], X: np.ndarray) -> pd.DataFrame:
    """One row a cell of the plane and model, wide over λ: the probability of class 1, in percent.

    Columns: x, x_end, y, y_end, then v0, v1, … The models' squares stand side by side, each of side 1,
    GAP apart; X (m, 2) sets their extent.
    """
    steps = np.arange(CELLS) / CELLS
    x, y = (part.ravel() for part in np.meshgrid(steps, steps))
    low, high = _extent(X)
    centres = low + (np.column_stack([x, y]) + 0.5 / CELLS) * (high - low)
    frames = []
    for place, run in enumerate(models.values()):
        P = np.nan_to_num(run.predict_proba(centres), nan=0.5)
        percents = {f"v{k}": np.round(100 * p).astype(np.int8) for k, p in enumerate(P)}
        at = place * (1 + GAP)
        cells = {"x": x + at, "x_end": x + at + 1 / CELLS, "y": y, "y_end": y + 1 / CELLS}
        frames.append(pd.DataFrame({**{name: c.astype(np.float32) for name, c in cells.items()}, **percents}))
    return pd.concat(frames, ignore_index=True)


def boundary_names(models: Sequence[str]) -> pd.DataFrame:
    """x, name: what stands over each model's square."""
    return pd.DataFrame({"x": [place * (1 + GAP) for place in range(len(models))], "name": list(models)})


def boundary_points(n_models: int, X: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """x, y, side: the samples in each model's square; side is that of their class, as for weights.

    Of more than MAX_POINTS samples so many are shown, evenly through the rows.
    """
    low, high = _extent(X)
    shown = np.unique(np.linspace(0, len(X) - 1, MAX_POINTS).astype(int))
    X, y = X[shown], y[shown]
    inside = (X - low) / (high - low)
    frames = [
        pd.DataFrame(
            {
                "x": inside[:, 0] + place * (1 + GAP),
                "y": inside[:, 1],
                "side": np.where(y == 1, "positive", "negative"),
            }
        )
        for place in range(n_models)
    ]
    return pd.concat(frames, ignore_index=True)


def _extent(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper corner of the samples, with a margin of a twentieth."""
    low, high = X.min(axis=0), X.max(axis=0)
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], layers: tuple[str, ...], n_models: int, theme: str) -> Spec:
    """tanh and its linear band, the z that units take at λ, and how linear it all is against λ.

    n_models: how many boundaries to draw, 0 where the data are not in a plane. Tables: readout, chosen,
    curve, band, z, linearity, agreement and, for boundaries, cells, points and names.
    """
    ink, x = INKS[theme], lam_axis(labels)
    share = over_lam("linearity", ink, x, percent_axis("share", domain=[0, 1]))
    params, events = chosen_slider(len(labels), "λ")
    panels = [
        readout(ink),
        curve_panel(ink),
        *(z_distribution(l, title) for l, title in enumerate(layers)),
        share.properties(height=180, title="Share of z within the band"),
        affine_panel(ink, x),
        agreement_panel(ink, x),
        *([boundary_panel(n_models, ink)] if n_models else []),
    ]
    return finish(panels, theme, ("x", "y", "color", "opacity"), params, events)


def band_rect() -> alt.Chart:
    """The linear band, top to bottom."""
    x = alt.X("low:Q", scale=Z_SCALE)
    return table("band").mark_rect(color=BAND_COLOR, opacity=0.2).encode(x=x, x2="high:Q")


def curve_panel(ink: Ink) -> alt.LayerChart:
    """tanh z over (−4, 4), its tangent a = z, and the part within the band in bold."""
    x = alt.X("z:Q", title="z", scale=Z_SCALE, axis=Z_AXIS)
    y = alt.Y("a:Q", title=None, scale=alt.Scale(domain=[-1.15, 1.15]), axis=alt.Axis(values=[-1, 0, 1]))

    def line(part: str, **mark: object) -> alt.Chart:
        return table("curve").transform_filter(f"datum.part == '{part}'").mark_line(**mark).encode(x=x, y=y)

    return alt.layer(
        band_rect(),
        line("tangent", color=ink.quiet, strokeDash=[5, 5], strokeWidth=1.5),
        line("tanh", color=ink.text, strokeWidth=2.5),
        line("band", color=BAND_COLOR, strokeWidth=6),
    ).properties(height=220, title="tanh z, its tangent, and the band")


def z_distribution(l: int, title: str) -> alt.LayerChart:
    """The z of one hidden layer at k, over units and training samples; beyond ±4 at the two ends."""
    rows = table("z").transform_filter(f"datum.layer == {l}").transform_calculate(share="datum['v' + k]")
    bars = (
        rows.transform_filter("datum.share > 0")
        .mark_rect(**BARS)
        .encode(
            x=alt.X("low:Q", title="z, beyond ±4 at the ends", scale=Z_SCALE, axis=Z_AXIS),
            x2="high:Q",
            y=alt.Y(
                "share:Q",
                title=None,
                scale=alt.Scale(type="sqrt", domain=[0, 1]),
                axis=alt.Axis(format="%", values=[0, 0.04, 0.25, 1]),
            ),
            y2=alt.datum(0),
            color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
            stroke=alt.Stroke("penalty:N", scale=PENALTY_SCALE, legend=None),
        )
    )
    return alt.layer(band_rect(), bars).properties(height=150, title=title)


def affine_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """R² of the best affine map against λ; a network that collapsed has none and gets a cross instead."""
    lines = over_lam("linearity", ink, x, alt.Y("r2:Q", title=None, scale=alt.Scale(zero=False)))
    crosses = (
        table("linearity")
        .transform_filter("datum.state == 'collapsed'")
        .mark_point(shape="cross", angle=45, size=90, filled=True)
        .encode(x=x, y=alt.value(170), color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None))
    )
    return alt.layer(lines, crosses).properties(height=180, title="R² of the best affine map")


def agreement_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """Agreement with logistic regression in full lines, with the network's own tangents in dashes."""
    dash = alt.Scale(domain=["logistic", "tangent"], range=[[1, 0], [6, 5]])
    lines = (
        table("agreement")
        .mark_line(strokeWidth=3)
        .encode(
            x=x,
            y=percent_axis("share", zero=False),
            color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None),
            strokeDash=alt.StrokeDash("other:N", scale=dash, legend=None),
        )
    )
    title = alt.TitleParams(
        "Test rows given the same class",
        subtitle=["Solid: as by logistic regression", "Dashed: as by its own tangents"],
    )
    return alt.layer(lam_rules(ink, x), lines).properties(height=180, title=title)


def boundary_panel(n_models: int, ink: Ink) -> alt.LayerChart:
    """The plane as each model sees it at k, side by side: hue by class, strength by certainty."""
    width = n_models * (1 + GAP) - GAP
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, 1.12], nice=False))
    cells = (
        table("cells")
        .transform_calculate(P="datum['v' + k] / 100")
        .transform_calculate(
            side="datum.P > 0.5 ? 'positive' : 'negative'", certainty="0.08 + 1.2 * abs(datum.P - 0.5)"
        )
        .mark_rect()
        .encode(
            x=x,
            x2="x_end:Q",
            y=y,
            y2="y_end:Q",
            color=alt.Color("side:N", scale=SIGN_SCALE, legend=None),
            opacity=alt.Opacity("certainty:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
        )
    )
    points = table("points").mark_circle(size=30, opacity=1, stroke=ink.page, strokeWidth=0.7)
    points = points.encode(x=x, y=y, color=alt.Color("side:N", scale=SIGN_SCALE, legend=None))
    names = table("names").mark_text(align="left", baseline="bottom", dy=-4, fontSize=16, color=ink.text)
    names = names.encode(x=x, y=alt.datum(1.0), text="name:N")
    return alt.layer(cells, points, names).properties(height=360, title="The boundary at this λ")


def notes(table: pd.DataFrame, lams: Sequence[float], k: int, band: float) -> list[str]:
    """How linear units and logit are, at the chosen λ and at the ends of the grid."""
    notes = []
    for label, rows in table.groupby("penalty", sort=False):
        rows = rows.reset_index(drop=True)
        row = rows.loc[k]
        if row.state != "diverged":
            note = (
                f"At λ = {lam_label(lams[k])} under {label}, **{percent(row.share)}** of the hidden units' "
                f"z lie within ±{band:.3f}"
            )
            if row.state == "ok":
                note += f", and the best affine map explains R² = **{number(row.r2, 4)}** of the logit"
            notes.append(note + ".")
        steady = rows[rows.state == "ok"]
        if len(steady) > 1:
            low, high = steady.iloc[0], steady.iloc[-1]
            notes.append(
                f"Over the grid {label}'s R² goes from {number(low.r2, 4)} at λ = {lam_label(lams[low.k])} "
                f"to {number(high.r2, 4)} at λ = {lam_label(lams[high.k])}."
            )
        collapsed = rows.index[rows.state == "collapsed"]
        if len(collapsed):
            first = lam_label(lams[collapsed[0]])
            to_the_end = len(collapsed) == len(rows) - collapsed[0]
            notes.append(
                (f"From λ = {first} on" if to_the_end else f"At {len(collapsed)} λ, the first {first},")
                + f" {label} has collapsed: the logit is the same for every sample. That is not a linear "
                "model but a constant one, and its R² would be 0/0."
            )
    return notes


def agreement_notes(table: pd.DataFrame, lams: Sequence[float], k: int) -> list[str]:
    """How often network, logistic regression and tangents give the same class at the chosen λ.

    table: from `agreements`.
    """
    sentences = []
    for label, rows in table[table.k == k].groupby("penalty", sort=False):
        share = rows.set_index("other").share
        if {"logistic", "tangent"} <= set(share.index):
            sentences.append(
                f"At λ = {lam_label(lams[k])} under {label}, the network gives "
                f"**{percent(share['logistic'])}** of the test rows the same class as logistic regression "
                f"with the same λ, and **{percent(share['tangent'])}** the same as itself with every tanh "
                "replaced by its tangent."
            )
    return sentences


@remembered
def picture(lesson: Lesson, logistic: Runs, deviation: float = 0.05, drawn: str = "L2") -> Picture:
    """The page's picture.

    logistic: the same training without hidden layers; deviation: where the band ends; drawn: whose boundary.
    """
    if not lesson.settings.hidden:
        return Picture(
            "linearity",
            missing=NO_HIDDEN_LAYER,
        )
    grid, lams = whole_grid(lesson, logistic, deviation, drawn), lesson.trained.lams
    measured, agreed = (grid.tables[name] for name in ("linearity", "agreement"))
    return replace(
        grid,
        tables=grid.packed | {"chosen": whole(k=[lesson.k])},
        notes=[
            *notes(measured, lams, lesson.k, linear_band(deviation)),
            *agreement_notes(agreed, lams, lesson.k),
        ],
        script=scripts.linearity(lesson, deviation),
    )


@at_any_lam
def whole_grid(lesson: Lesson, logistic: Runs, deviation: float, drawn: str) -> Picture:
    """The picture without what depends on the chosen λ."""
    data, runs, lams = lesson.trained.data, lesson.trained.runs, lesson.trained.lams
    band = linear_band(deviation)
    Z = {label: run.layers(data.X_train) for label, run in runs.items()}
    measured = linearity_table(Z, data.X_train, band, lams)
    agreed = agreements(runs, logistic, data.X_test, measured)
    tables = {
        "readout": readout_table(measured, lams),
        "curve": curve_table(band),
        "band": pd.DataFrame({"low": [-band], "high": [band]}),
        "z": z_histograms({label: layers[:-1] for label, layers in Z.items()}),
        "linearity": measured,
        "agreement": agreed,
    }
    models = {}
    if data.in_a_plane:
        models = {f"the network under {drawn}": runs[drawn], "logistic regression": logistic[drawn]}
        tables |= {
            "cells": boundaries(models, data.X_train),
            "points": boundary_points(len(models), data.X_train, data.y_train),
            "names": boundary_names(list(models)),
        }
    titles = tuple(
        f"z of hidden layer {l + 1}: {n} units × {data.m:,} samples"
        for l, n in enumerate(lesson.settings.hidden)
    )
    return Picture(
        "linearity",
        chart(lesson.labels, titles, len(models), lesson.theme),
        tables,
        "tanh with its linear band, the distribution of z in each hidden layer at the λ of the slider, and "
        "against λ the share of z within the band, the R² of the best affine map and the agreement with "
        "logistic regression and with the network's own tangents.",
    )

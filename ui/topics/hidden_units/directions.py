"""L1 cancels units, L2 cancels directions: the singular values of the first layer against λ."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import PENALTIES, Run
from core.directions import NOTHING, activation_size, rank, singular_values, units_in_use
from core.measures import tells_apart
from ui.base.tables import Runs, integer_table
from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.base.words import how_many, lam_text, number, standing, standings
from ui.pictures.chart import (
    PENALTY_SCALE,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    layer,
    over_lam,
    rest_readout,
    table,
    titled,
)
from ui.pictures.picture import Picture, Tables
from ui.topics.topic import Context, at_any_lam

TITLE = "Units, or directions"
IDEA = (
    "A layer can have all its units and yet look at its input along few directions, where units say the "
    "same up to a factor. How many there are is the rank of its weights; how much each counts is a "
    "singular value. L1 takes units out. What L2 takes out, which the lecture draws units for, is measured "
    "here."
)
NO_LAYER = "There is no hidden layer, so no unit that could share a direction. Choose one in the panel."
ROUND_FIRST = sorted(PENALTIES.values(), key=lambda penalty: penalty.is_sparse)  # the lecture's is L2


def directions_picture(context: Context) -> Picture:
    """Singular values, rank and units in use against λ, and the size of activations."""
    if not context.settings.hidden:
        return Picture("directions", missing=NO_LAYER)
    runs, grid = context.networks.runs, _grid(context)
    return Picture(
        "directions",
        grid.spec,
        Tables(grid.packed | {"chosen": integer_table(k=[context.k])}),
        grid.alt,
        notes(runs, grid.tables["counts"], grid.tables["sizes"], context.k),
        helpers=frozenset({"chosen"}),
    )


@at_any_lam
def _grid(context: Context) -> Picture:
    """What does not depend on the chosen λ."""
    runs = context.networks.runs
    counted = count_table(runs)
    labels = tuple(penalty.label for penalty in ROUND_FIRST)
    return Picture(
        "directions",
        chart(context.labels, labels, context.theme),
        {
            "readout": readout_table(runs, counted),
            "values": value_table(runs),
            "counts": counted,
            "sizes": size_table(runs, context.data.X_train),
        },
        "For each penalty the singular values of the first layer's weights against λ; then how many of them "
        "count, the rank, beside how many of its units are in use; and the mean size of an activation.",
    )


def value_table(runs: Runs) -> pd.DataFrame:
    """k, penalty, i, size: the singular values of the first layer that are not nothing, the i-th largest."""
    frames = []
    for label, run in runs.items():
        S = singular_values(run.W[0])
        k, i = np.nonzero(np.nan_to_num(S) > NOTHING)
        frames.append(integer_table(k=k, i=i).assign(penalty=label, size=S[k, i]))
    return pd.concat(frames, ignore_index=True)


def count_table(runs: Runs) -> pd.DataFrame:
    """k, penalty, rank, units, at_rest: of the first hidden layer; networks that diverged have no row.

    units: those in use, whose weights, in times out, are above a thousandth of the largest. Of a network that
    has collapsed neither counts: what is left is small and fades.
    """
    frames = []
    for label, run in runs.items():
        units = units_in_use(run.W[0], run.W[1])
        counts = np.array([rank(singular_values(run.W[0])), units]) * has_answers(run)
        rows = integer_table(k=range(run.lams.size), rank=counts[0], units=counts[1])
        frames.append(rows.assign(penalty=label, at_rest=run.at_rest)[np.isfinite(run.W[0]).all(axis=(1, 2))])
    return pd.concat(frames, ignore_index=True)


def has_answers(run: Run) -> np.ndarray:
    """At which λ a network tells samples apart, so that what its weights look at is more than a remainder."""
    if run.samples is None:
        return np.ones(run.lams.size, bool)
    return tells_apart(run.layers(run.samples[0])[-1])


def size_table(runs: Runs, X: np.ndarray) -> pd.DataFrame:
    """k, penalty, size: the mean |a| of the hidden units on the training rows."""
    frames = [
        integer_table(k=range(run.lams.size)).assign(penalty=label, size=activation_size(run.layers(X)[:-1]))
        for label, run in runs.items()
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def readout_table(runs: Runs, counted: pd.DataFrame) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then rank and units of each penalty."""
    lams = next(iter(runs.values())).lams
    lines = {"title": [lam_text(lam) for lam in lams]}
    for label, run in runs.items():
        at = counted[counted.penalty == label].set_index("k").to_dict("index")
        line = {
            k: f"{how_many(row['rank'], 'direction')}, {how_many(row['units'], 'unit')} in use"
            for k, row in at.items()
        }
        lines[label] = [f"{label}: {line.get(k, where)}" for k, where in enumerate(standing(run))]
    lines["rest"] = standings(runs)
    return integer_table(k=range(lams.size)).assign(**lines)


def notes(runs: Runs, counted: pd.DataFrame, sizes: pd.DataFrame, k: int) -> list[str]:
    """What each penalty takes out of the first layer, by networks at rest alone."""
    sentences: list[str] = []
    for penalty in ROUND_FIRST:
        label, run = penalty.label, runs[penalty.label]
        rows = counted[(counted.penalty == label) & counted.at_rest & (run.lams[counted.k] > 0)].set_index(
            "k"
        )
        sentences += [*_here(label, run, rows, k), *_end(label, run, rows), *_sizes(label, run, rows, sizes)]
    return sentences


def _here(label: str, run: Run, rows: pd.DataFrame, k: int) -> list[str]:
    """How many directions and units are left at the chosen λ."""
    if k not in rows.index:
        return []
    n_units, n_inputs = run.W[0].shape[1:]
    here = rows.to_dict("index")[k]
    directions, units = here["rank"], here["units"]
    note = (
        f"At {lam_text(run.lams[k])} under {label} the first layer looks at its {n_inputs:,} inputs along "
        f"**{how_many(directions, 'direction')}** of {min(n_units, n_inputs)}, with **{units} of {n_units} "
        "units in use**"
    )
    if 0 < directions < units:
        note += f": the {units} units share {how_many(directions, 'direction')}"
    return [note + "."]


def _end(label: str, run: Run, rows: pd.DataFrame) -> list[str]:
    """Where the last unit goes, and how many go with it."""
    none = rows.index[rows.units == 0]
    if none.size == 0 or none[0] - 1 not in rows.index:
        return []
    last = int(none[0]) - 1
    before = rows.to_dict("index")[last]["units"]
    return [
        f"Under {label} the last {how_many(before, 'unit')} in use of the first layer "
        f"{'go' if before > 1 else 'goes'} between {lam_text(run.lams[last])} and "
        f"{lam_text(run.lams[last + 1])}{', all at once' if before > 1 else ''}."
    ]


def _sizes(label: str, run: Run, rows: pd.DataFrame, sizes: pd.DataFrame) -> list[str]:
    """How the activations' size goes with λ."""
    left = rows.index[rows.units > 0]  # where none is, biases stand where the training left them
    known = sizes[(sizes.penalty == label) & sizes.k.isin(left)].sort_values("k")
    if len(known) < 2:
        return []
    first, last = known.iloc[0], known.iloc[-1]
    return [
        f"The mean |a| of the hidden units under {label} goes from {number(first['size'])} at "
        f"{lam_text(run.lams[first.k])} to {number(last['size'])} at {lam_text(run.lams[last.k])}."
    ]


@lru_cache(maxsize=32)
def chart(labels: tuple[str, ...], penalties: tuple[str, ...], theme: str) -> Spec:
    """Singular values for each penalty, rank and units in use, and the size of activations, against λ.

    labels: the grid's; penalties: by their labels, in the order of the panels. Tables: readout, chosen,
    values, counts, sizes.
    """
    ink, x = INKS[theme], lam_axis(labels)
    params, events = chosen_slider(len(labels), "λ")
    panels = [
        rest_readout(ink),
        *(value_panel(label, ink, x) for label in penalties),
        count_panel(ink, x),
        over_lam("sizes", ink, x, alt.Y("size:Q", title=None, axis=alt.Axis(tickCount=4))).properties(
            height=140, title="Mean size |a| of an activation"
        ),
    ]
    return finish(panels, theme, ("x", "color"), params, events)


def value_panel(label: str, ink: Ink, x: alt.X) -> alt.LayerChart:
    """The singular values of one penalty's first layer, each a line."""
    axis = alt.Axis(values=[1e-6, 1e-4, 0.01, 1], format="~g")
    y = alt.Y("size:Q", title=None, scale=alt.Scale(type="log"), axis=axis)
    color = PENALTY_COLORS[label]
    lines = table("values").transform_filter(f"datum.penalty == '{label}'")
    mark = lines.mark_line(strokeWidth=2, color=color, point=alt.OverlayMarkDef(size=30, color=color))
    return layer(lam_rules(ink, x), mark.encode(x=x, y=y, detail="i:N")).properties(
        height=190, title=titled(f"Singular values of layer 1, {label}", [], ink)
    )


def count_panel(ink: Ink, x: alt.X) -> alt.LayerChart:
    """Rank in full lines, units in use in dashes."""
    base = table("counts").encode(x=x, color=alt.Color("penalty:N", scale=PENALTY_SCALE, legend=None))
    axis = alt.Axis(tickCount=4, format="d", tickMinStep=1)
    return layer(
        lam_rules(ink, x),
        base.mark_line(strokeWidth=3).encode(y=alt.Y("rank:Q", title=None, axis=axis)),
        base.mark_line(strokeWidth=3, strokeDash=[6, 5]).encode(y=alt.Y("units:Q", title=None, axis=axis)),
    ).properties(
        height=150,
        title=titled(
            "Directions and units", ["Solid: rank of the first layer", "Dashed: its units in use"], ink
        ),
    )

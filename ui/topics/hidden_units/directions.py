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
    Room,
    Spec,
    chosen_slider,
    finish,
    lam_axis,
    lam_rules,
    layer,
    over_lam,
    power_axis,
    rest_readout,
    table,
)
from ui.pictures.ends import Upright, penalty_ends
from ui.pictures.panel import Panel
from ui.pictures.picture import Picture, Tables
from ui.topics.topic import Context, at_any_lam, compared_runs

TITLE = "Units, or directions"
IDEA = (
    "A layer can have all its units and yet look at its input along few directions, where units say the "
    "same up to a factor. How many there are is the rank of its weights; how much each counts is a "
    "singular value. L1 takes units out. What L2 takes out, which the lecture draws units for, is measured "
    "here."
)
SIZES = Upright(140, has_zero=True)
COUNTS = {"rank": "Directions: the rank of layer 1", "units": "Units of layer 1 in use"}
NO_LAYER = "There is no hidden layer, so no unit that could share a direction. Choose one in the panel."


def directions_picture(context: Context) -> Picture:
    """Singular values, rank and units in use against λ, and the size of activations."""
    if not context.settings.hidden:
        return Picture("directions", missing=NO_LAYER)
    runs = round_first(context)
    grid = _grid(context, tuple(runs))
    return Picture(
        "directions",
        grid.spec,
        Tables(grid.packed | {"chosen": integer_table(k=[context.k])}),
        grid.alt,
        notes(runs, grid.tables["counts"], grid.tables["sizes"], context.k),
        helpers=frozenset({"chosen", "line_names"}),
    )


def round_first(context: Context) -> dict[str, Run]:
    """The networks by the penalty's label, those without a corner first: the lecture's is L2."""
    runs = compared_runs(context)
    return dict(sorted(runs.items(), key=lambda item: PENALTIES[item[1].penalty[0]].is_sparse))


@at_any_lam
def _grid(context: Context, penalties: tuple[str, ...]) -> Picture:
    """What does not depend on the chosen λ. penalties: by their labels."""
    runs = round_first(context)
    counted = count_table(runs)
    sizes, n_units = size_table(runs, context.data.X_train), context.settings.hidden[0]
    return Picture(
        "directions",
        chart(context.labels, penalties, n_units, context.theme),
        {
            "readout": readout_table(runs, counted),
            "values": value_table(runs),
            "counts": counted,
            "sizes": sizes,
            "line_names": end_table(counted, sizes, n_units),
        },
        "For each penalty the singular values of the first layer's weights against λ; then how many of them "
        "count, the rank, and under it how many of its units are in use; and the mean size of an activation.",
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


def count_upright(n_units: int) -> Upright:
    """The axis of a count of directions or of units."""
    return Upright(130, domain=(0.0, float(n_units)))


def end_table(counted: pd.DataFrame, sizes: pd.DataFrame, n_units: int) -> pd.DataFrame:
    """Where the names of the penalties stand. counted, sizes: from `count_table` and `size_table`."""
    frames = [penalty_ends(count, counted, count, count_upright(n_units)) for count in COUNTS]
    return pd.concat([*frames, penalty_ends("sizes", sizes, "size", SIZES)], ignore_index=True)


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
    for label, run in runs.items():
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
def chart(labels: tuple[str, ...], penalties: tuple[str, ...], n_units: int, theme: str) -> Spec:
    """Singular values for each penalty, rank and units in use, and the size of activations, against λ.

    labels: the grid's; penalties: by their labels, in the order of the panels; n_units: of the first hidden
    layer. Tables: readout, chosen, values, counts, sizes, line_names.
    """
    ink, room = INKS[theme], Room(penalties)
    x = lam_axis(labels, room)
    params, events = chosen_slider(len(labels), "λ")
    y = alt.Y("size:Q", title=None, scale=SIZES.scale, axis=alt.Axis(tickCount=4))
    panels = [
        rest_readout(ink, penalties),
        *(value_panel(label, ink, x) for label in penalties),
        *(count_panel(count, title, n_units, ink, x, room) for count, title in COUNTS.items()),
        over_lam("sizes", "sizes", ink, x, y, room).properties(
            height=SIZES.height, title="Mean size |a| of an activation"
        ),
    ]
    return finish(panels, theme, ("x", "color"), params, events)


def value_panel(label: str, ink: Ink, x: alt.X) -> Panel:
    """The singular values of one penalty's first layer, each a line."""
    axis = power_axis(values=[1e-6, 1e-4, 0.01, 1])
    y = alt.Y("size:Q", title=None, scale=alt.Scale(type="log"), axis=axis)
    color = PENALTY_COLORS[label]
    lines = table("values").transform_filter(f"datum.penalty == '{label}'")
    mark = lines.mark_line(strokeWidth=2, color=color, point=alt.OverlayMarkDef(size=30, color=color))
    return layer(lam_rules(ink, x), mark.encode(x=x, y=y, detail=alt.Detail("i:N"))).properties(
        height=190, title=f"Singular values of layer 1, {label}"
    )


def count_panel(count: str, title: str, n_units: int, ink: Ink, x: alt.X, room: Room) -> Panel:
    """How many directions or units are left, against λ."""
    upright, axis = count_upright(n_units), alt.Axis(tickCount=4, format="d", tickMinStep=1)
    y = alt.Y(f"{count}:Q", title=None, scale=upright.scale, axis=axis)
    return over_lam("counts", count, ink, x, y, room).properties(height=upright.height, title=title)

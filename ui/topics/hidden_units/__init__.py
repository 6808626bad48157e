"""A large λ cancels hidden units: the network drawn, and what became of its units against λ."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core import PENALTIES
from core.measures import count_units, count_weights
from ui.base.tables import integer_table
from ui.base.words import number
from ui.pictures.picture import Picture, Tables
from ui.topics.hidden_units.chart import chart
from ui.topics.hidden_units.layout import MAX_LABELS, sizes_of
from ui.topics.hidden_units.notes import notes
from ui.topics.hidden_units.states import all_states, tolerance
from ui.topics.hidden_units.tables import (
    column_heads,
    count_ends,
    drawn_table,
    link_table,
    unit_counts,
    unit_readout,
    unit_table,
)
from ui.topics.looks import L1, first, largest, no_penalty
from ui.topics.topic import (
    FURTHER,
    Context,
    Control,
    Look,
    Remedy,
    Topic,
    at_any_lam,
    compared,
    compared_runs,
    penalty_control,
)

DRAWN = penalty_control("drawn_penalty", "The network drawn is trained with", "l2", compared)
TOLERANCE = Control(
    "tolerance",
    "None is a weight up to",
    (0.0, 0.001, 0.01, 0.05),
    0.01,
    lambda share, context: f"{share:.1%}".replace(".0%", "%") if share else "exactly 0",
)


def draw(context: Context) -> Picture:
    """The network of one penalty at the chosen λ, and the units by their state against λ for every one."""
    runs, share = compared_runs(context), context[TOLERANCE]
    grid = grid_picture(context, PENALTIES[context[DRAWN]].label, share, tuple(runs))
    return replace(
        grid,
        tables=Tables(grid.packed | {"chosen": integer_table(k=[context.k])}),
        notes=notes(runs, context.data, tolerance(runs, share), context.k),
    )


@at_any_lam
def grid_picture(context: Context, drawn: str, share: float, penalties: tuple[str, ...]) -> Picture:
    """The picture without what depends on the chosen λ. drawn: whose network, by its label, as penalties."""
    data, runs = context.data, compared_runs(context)
    run, tol = runs[drawn], tolerance(runs, share)
    sizes, counts, links = sizes_of(run), unit_counts(runs, tol), link_table(run, data, tol)
    n_links = count_weights(run.W)
    return Picture(
        "hidden_units",
        chart(context.labels, sizes, sizes[0] <= MAX_LABELS, penalties, context.theme),
        {
            "readout": unit_readout(runs, counts),
            "drawn": drawn_table(drawn, tol),
            "heads": column_heads(sizes),
            "units": unit_table(run, data, tol),
            "links": links,
            "counts": counts,
            "line_names": count_ends(counts, sum(sizes[1:-1])),
        },
        "The network of one penalty at the λ of the slider: inputs, hidden units and outputs as columns of "
        "circles with their links; then, against λ, how many hidden units are alive, constant and cut.",
        caption=f"The picture shows the {len(links):,} strongest of {n_links:,} links by mean size over all "
        "λ. The units' states go by all of them."
        if len(links) < n_links
        else "",
        helpers=frozenset({"chosen", "line_names", "heads"}),
    )


def formulas(context: Context) -> Mapping[str, Any]:
    """Up to which size a weight counts as none, layer by layer."""
    tol = tolerance(compared_runs(context), context[TOLERANCE])
    return {
        "share": f"{tol.share:g}",
        "reference": tol.reference,
        "layers": [
            {"largest": number(largest), "size": number(size)}
            for largest, size in zip(tol.largest, tol.sizes, strict=True)
        ],
    }


def constants(context: Context) -> Mapping[str, Any]:
    """What is chosen on the page, for the script."""
    return {"share": context[TOLERANCE], "penalties": compared(context)}


def unit_lost(context: Context) -> float | None:
    """The first λ at which the picture has a unit of L1 that is not alive, the largest where all are."""
    runs = context.known_runs
    if not runs:
        return None
    states = all_states(runs[L1], tolerance(runs, context[TOLERANCE]))[1:-1]
    return first(count_units(states, "alive").sum(axis=0) < sum(context.settings.hidden))


LOOKS = (
    Look("Go to λ = 0: which inputs and which units does the network use?", no_penalty, {DRAWN.key: "l2"}),
    Look(
        "Draw L1's network at the first λ at which it has lost a unit: what became of that unit's links?",
        unit_lost,
        {DRAWN.key: "l1"},
        "l1",
    ),
    Look("Draw L2's network there: have its links gone, or only faded?", unit_lost, {DRAWN.key: "l2"}, "l2"),
    Look("Go to the largest λ: which units are cut, and which are constant?", largest, {DRAWN.key: "l1"}),
)


TOPIC = Topic(
    key="hidden_units",
    title="Hidden units",
    address="cancelled-units",
    sentence="A large λ cancels hidden units.",
    todo="Move λ: which links fade, and which units fall out of the network?",
    idea="Inputs on the left, the output on the right; a link is as wide as its weight is large. Move λ: "
    "links fade, and units fall out of the network. A unit is **cut** when no path leads from it to the "
    "output. It is **constant** when no path leads to it from the input: it then hands on the same tanh(b) "
    "for every sample.",
    draw=draw,
    penalties=compared,
    controls=(FURTHER, DRAWN, TOLERANCE),
    remedy=Remedy(
        "This network has no hidden layer, so no hidden unit that a penalty could cancel.",
        "Give it two hidden layers, 16 and 8 units",
        (16, 8),
    ),
    formulas=formulas,
    constants=constants,
    looks=LOOKS,
)

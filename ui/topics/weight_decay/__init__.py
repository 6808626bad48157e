"""One L2 step is a shrink and a gradient step: why L2 is weight decay, and where that stops being true."""

from dataclasses import replace
from typing import Any

import numpy as np

from core import Run
from core.decay import take_apart
from ui.base.tables import integer_table, lam_titles
from ui.base.words import lam_label, number
from ui.pictures.picture import Picture, Scrub, Tables
from ui.topics.looks import no_penalty, shrink_by
from ui.topics.topic import Context, Look, Need, Topic, at_any_lam_of_training
from ui.topics.weight_decay.chart import chart
from ui.topics.weight_decay.notes import L2, divergence_remark, notes
from ui.topics.weight_decay.tables import (
    ADAM_DECAY,
    ADAM_RATE,
    ADAM_STEPS,
    MAX_ROWS,
    Steps,
    constant_tables,
    decay_table,
    end_table,
    epoch_lines,
    layer_lines,
    ratio_table,
    reach_table,
    shown_snapshots,
    size_table,
    step_table,
)

ALT = (
    "For each layer the next L2 step at the epoch of the slider as a shrink and a gradient step; the "
    "size of both over the epochs; what the factor 1 − αλ/m does alone in its three regimes; and a "
    "weight under Adam with L2 and under AdamW."
)
EARLY = 1  # the position from the start at which a network that diverges is seen to grow
CAPTION = (
    f"Drawn are the {MAX_ROWS} weights of each layer strongest over all λ and epochs, or "
    "all of a small one; on the left of the bars stands the weight before the step. Last picture: one weight "
    f"from 1, its gradient alternating between −g and +g, learning rate {number(ADAM_RATE)}, decay "
    f"{number(ADAM_DECAY)}."
)


def draw(context: Context) -> Picture:
    """The next L2 step at every λ, opened at the chosen one, αλ/m alone, and Adam's two ways."""
    data, run, k = context.data, l2_run(context), context.k
    moving = at_every_lam(context)
    tables = Tables(moving.packed | {"chosen": integer_table(k=[k])})
    update = take_apart(run, data.X_train, data.y_train, k)
    assert moving.scrub is not None, "its epochs play"
    scrub = replace(moving.scrub, opens=opening(run, k))
    return replace(moving, tables=tables, notes=notes(run, update, data, k), scrub=scrub)


def opening(run: Run, k: int) -> int | None:
    """The position of the epoch that is shown first: of a network that diverged one at which it had not."""
    if run.diverged_at[k] < 0:
        return None
    shown = run.epochs[shown_snapshots(run)]
    return min(EARLY, max(int(np.searchsorted(shown, run.diverged_at[k])) - 1, 0))


@at_any_lam_of_training
def at_every_lam(context: Context) -> Picture:
    """What does not depend on the chosen λ."""
    data, run = context.data, l2_run(context)
    steps = Steps.of(run, data)
    table, ratios, sizes = step_table(steps, data), ratio_table(steps), size_table(steps)
    decays = decay_table(ratios.ratio.to_numpy())
    rows = tuple(table[table.e == 0].groupby("layer").size())
    titles = tuple(
        f"Layer {l + 1}: {shown} of {W[0].size:,} weights"
        for l, (W, shown) in enumerate(zip(run.W, rows, strict=True))
    )
    return Picture(
        "weight_decay",
        chart(context.labels, titles, rows, len(steps.epochs), context.theme),
        Tables(
            {
                "readout": epoch_lines(steps, run),
                "steps": table,
                "reach": reach_table(table),
                "lines": layer_lines(steps),
                "sizes": sizes,
                "decays": decays,
                "line_names": end_table(sizes, decays, len(steps.lams)),
                "current": ratios,
                "lams": lam_titles(),
                **constant_tables(),
            }
        ),
        ALT,
        caption=CAPTION,
        helpers=frozenset({"chosen", "current", "reach", "lams", "line_names", "adam_names"}),
        positions={"steps": "lams", "sizes": "lams", "decays": "lams", "paths": "dial", "adam": "adam_lines"},
        scrub=Scrub("Epoch", tuple(f"{epoch:,}" for epoch in steps.epochs)),
    )


def l2_run(context: Context) -> Run:
    """The networks that the page is about."""
    return context.training.runs[L2.label]


def remark(context: Context) -> str:
    """What a network that diverged leaves to be shown."""
    return divergence_remark(l2_run(context), context.k)


def formulas(context: Context) -> dict[str, Any]:
    """The numbers of 1 − αλ/m."""
    run = l2_run(context)
    factor = L2.decay(context.lam, run.m, run.learning_rate)
    return {
        "alpha": number(run.learning_rate),
        "lam": lam_label(context.lam),
        "m": run.m,
        "factor": number(factor, 4),
    }


def constants(context: Context) -> dict[str, Any]:
    """What the script takes over: as many snapshots, since the last finite one depends on it, and Adam's."""
    n_snapshots = len(l2_run(context).epochs)
    return {"snapshots": n_snapshots, "steps": ADAM_STEPS, "decay": ADAM_DECAY, "rate": ADAM_RATE}


LOOKS = (
    Look("Go to λ = 0: what is left of the shrink?", no_penalty),
    Look(
        "Go to the λ at which αλ/m is nearest to 0.1, and play from the start: which part of a step is the "
        "larger one there, and which at the end?",
        shrink_by(0.1),
        second=0,
    ),
    Look(
        "Go to the λ at which αλ/m is nearest to 1, and to the first step: what does the shrink leave of W?",
        shrink_by(1.0),
        second=0,
    ),
)


TOPIC = Topic(
    key="weight_decay",
    title="Weight decay",
    address="shrink-and-step",
    sentence="One L2 step is a shrink and a gradient step.",
    todo="Play the epochs: each bar is the next real step of a weight.",
    idea="Each step of the training takes the gradient of the cross-entropy at W, multiplies W by 1 − αλ/m, "
    "and moves it against that gradient. The bars are the next real step of this network, weight by weight: "
    "what shrinking changes, what the gradient step adds from there, and a tick where both end. Play the "
    "epochs.",
    draw=draw,
    needs=Need.TRAINING,
    remark=remark,
    formulas=formulas,
    constants=constants,
    looks=LOOKS,
)

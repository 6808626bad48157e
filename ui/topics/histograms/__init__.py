"""Training with a penalty pulls weights to zero, epoch by epoch: the histograms of every penalty, played."""

from dataclasses import replace

from ui.base.tables import integer_table, lam_titles
from ui.base.words import joined
from ui.pictures.picture import Picture, Scrub, Tables
from ui.topics.histograms.chart import chart
from ui.topics.histograms.notes import notes
from ui.topics.histograms.tables import frame_of, shown_snapshots, training_readout, weight_histograms
from ui.topics.looks import half_zero_in_training, largest, no_penalty
from ui.topics.topic import Context, Look, Need, Topic, at_any_lam_of_training


def draw(context: Context) -> Picture:
    """The weights in training at every λ, every penalty over the other, opened at the chosen one."""
    runs, k = context.training.runs, context.k
    if not any(run.sound[k] for run in runs.values()):
        return Picture(
            "histograms",
            missing=f"At {context.lam_text} no training of {joined(list(runs), 'or')} settles, so there is "
            "none to play. Choose a smaller λ or α.",
        )
    moving = at_every_lam(context)
    tables = Tables(moving.packed | {"chosen": integer_table(k=[k])})
    return replace(moving, tables=tables, notes=notes(runs, k))


@at_any_lam_of_training
def at_every_lam(context: Context) -> Picture:
    """What does not depend on the chosen λ."""
    runs = context.training.runs
    first, shown = next(iter(runs.values())), shown_snapshots(runs)
    names = [f"Layer {l + 1}" for l in range(len(first.W) - 1)] + [f"Layer {len(first.W)}, the output"]
    titles = tuple(f"{name}: {W[0].size:,} weights" for name, W in zip(names, first.W, strict=True))
    bins = weight_histograms(runs, shown)
    return Picture(
        "histograms",
        chart(context.labels, titles, len(shown), context.theme),
        {
            "readout": training_readout(runs, shown),
            "bins": bins,
            "frame": frame_of(bins, len(runs)),
            "lams": lam_titles(),
        },
        f"Histograms of the weights of each layer for {joined(list(runs))} at λ and the epoch of the "
        "sliders, with bars of their own for weights that are exactly zero.",
        helpers=frozenset({"chosen", "frame", "lams"}),
        positions={"bins": "lams"},
        scrub=Scrub("Epoch", tuple(f"{epoch:,}" for epoch in first.epochs[shown])),
    )


LOOKS = (
    Look("Go to λ = 0 and play the epochs: where does the cross-entropy alone move the weights?", no_penalty),
    Look(
        "Go to the first λ at which half of L1's weights are at zero after these epochs, and play: when do "
        "they reach it?",
        half_zero_in_training,
        penalty="l1",
    ),
    Look(
        "Stay there, play again and look at L2: does any weight arrive at exactly zero?",
        half_zero_in_training,
        penalty="l2",
    ),
    Look(
        "Go to the largest λ and the start, then one step on: what is left of the weights by then?",
        largest,
        second=0,
    ),
)


TOPIC = Topic(
    key="histograms",
    title="Weight histograms",
    address="weight-histograms",
    sentence="Where the weights go, epoch by epoch.",
    todo="Play the training, then move λ and play it again.",
    idea="The same start, two penalties. Play the training: the cross-entropy pulls some weights outwards, "
    "the penalty pulls all of them in, and what becomes of their size is told beside what it is without a "
    "penalty. A weight that is exactly zero leaves the histogram for the bars on the right.",
    draw=draw,
    needs=Need.TRAINING,
    looks=LOOKS,
)

"""Training with a penalty pulls weights to zero, epoch by epoch: the histograms of every penalty, played."""

from ui.base.words import both_penalties, penalty_labels
from ui.pictures.picture import Picture
from ui.topics.histograms.chart import chart
from ui.topics.histograms.notes import notes
from ui.topics.histograms.tables import epoch_readout, frame_of, weight_histograms
from ui.topics.topic import Context, Need, Topic


def draw(context: Context) -> Picture:
    """The weights in training at the chosen λ, every penalty over the other."""
    runs, k = context.training.runs, context.k
    bins = weight_histograms(runs, k)
    if bins.empty:
        return Picture(
            "histograms",
            missing=f"At {context.lam_text} no training of {both_penalties()} settles, so there is none to "
            "play. Choose a smaller λ or α.",
        )
    first = next(iter(runs.values()))
    names = [f"Layer {l + 1}" for l in range(len(first.W) - 1)] + [f"Layer {len(first.W)}, the output"]
    titles = tuple(f"{name}: {W[0].size:,} weights" for name, W in zip(names, first.W, strict=True))
    return Picture(
        "histograms",
        chart(titles, len(first.epochs), context.theme),
        {"readout": epoch_readout(runs, k), "bins": bins, "frame": frame_of(bins, len(runs))},
        f"Histograms of the weights of each layer for {penalty_labels()} at the epoch of the slider, with "
        "bars of their own for weights that are exactly zero.",
        notes(runs, k),
        helpers=frozenset({"frame"}),
    )


TOPIC = Topic(
    key="histograms",
    title="Weight histograms",
    address="weight-histograms",
    sentence="Where the weights go, epoch by epoch.",
    idea="The same start, two penalties. Play the training: the cross-entropy pulls some weights outwards, "
    "the penalty pulls all of them in, and what becomes of their size is told beside what it is without a "
    "penalty. A weight that is exactly zero leaves the histogram for the bars on the right.",
    draw=draw,
    needs=Need.TRAINING,
)

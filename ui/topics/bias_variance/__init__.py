"""Too much variance: more data, or more λ. Cost and accuracy against both, with several seeds as a band."""

from typing import Any

from core import PENALTIES
from core.datasets import TEST_SHARE
from core.variance import Curves
from ui.base.tables import integer_table
from ui.base.words import lam_label
from ui.pictures.picture import Picture
from ui.topics.bias_variance.chart import chart
from ui.topics.bias_variance.notes import caption, notes
from ui.topics.bias_variance.tables import bridges, curve_table, frame_of, readout_table, worth_table
from ui.topics.topic import Context, Control, Need, Topic, penalty_control
from ui.work.curves import curves, seeds_from
from ui.work.tasks import Batch

PENALTY = penalty_control("variance_penalty")
SEEDS = Control("variance_seeds", "Seeds", (3, 5, 10), 3)
TEST_SHARE_CONTROL = Control(
    "variance_test_share",
    "Share of the rows kept for the test",
    (0.2, TEST_SHARE, 0.5),
    TEST_SHARE,
    lambda share, context: f"{share:.0%}",
)
ALT = (
    "Training and test cost and accuracy against λ and against the number of training samples, with the "
    "spread of several seeds as a band; and the test cost without a penalty beside that at the best λ, "
    "against the number of samples."
)


def curves_of(context: Context) -> Batch[Curves]:
    """The curves that the page shows: of the panel's seed and those after it."""
    return curves(
        context.settings, context.shelf, context[PENALTY], context[TEST_SHARE_CONTROL], context[SEEDS]
    )


def draw(context: Context) -> Picture:
    """Cost and accuracy of one penalty against λ and against the number of samples."""
    found = context.run(curves_of(context))
    penalty, rows = PENALTIES[context[PENALTY]].label, curve_table(found)
    if rows.empty:
        return Picture(
            "bias_variance",
            missing="At every λ a network of some seed diverged, so there is no mean to show. Choose a "
            "smaller α in the panel.",
        )
    worth = worth_table(found)
    return Picture(
        "bias_variance",
        chart(context.labels, found[0].sizes, penalty, context.theme),
        {
            "readout": readout_table(rows, found[0].lams),
            "chosen": integer_table(k=[context.k]),
            "curves": rows,
            "frame": frame_of(rows),
            "worth": worth,
            "bridges": bridges(worth),
        },
        ALT,
        notes(found, penalty, context.k),
        caption(len(found), len(found[0].sizes)),
        helpers=frozenset({"chosen", "frame"}),
    )


def formulas(context: Context) -> dict[str, Any]:
    """The λ, the m and the norm of the J that was trained."""
    sizes = context.run(curves_of(context))[0].sizes
    norm = PENALTIES[context[PENALTY]].norm_of("W^{[l]}")
    return {"lam": lam_label(context.lam), "m": sizes[-1], "norm": norm}


def constants(context: Context) -> dict[str, Any]:
    """What the script takes over: the choices, and which seeds they mean."""
    return {
        "penalty": context[PENALTY],
        "test_share": context[TEST_SHARE_CONTROL],
        "seeds": seeds_from(context.settings.seed, context[SEEDS]),
    }


TOPIC = Topic(
    key="bias_variance",
    title="Bias and variance",
    address="more-data-or-more-lambda",
    sentence="Too much variance: get more data, or regularize.",
    idea="A network that fits its training samples better than new ones has too much variance. Two things "
    "help: more samples, or a penalty. Here both are measured, each with several seeds, since one split and "
    "one start may be luck.",
    draw=draw,
    prepare=lambda context: context.run(curves_of(context)),
    needs=Need.CURVES,
    controls=(PENALTY, SEEDS, TEST_SHARE_CONTROL),
    columns=True,
    formulas=formulas,
    constants=constants,
)

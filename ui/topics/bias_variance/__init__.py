"""Too much variance: more data, or more λ. What training sets that are drawn again and again say of both."""

from typing import Any

import numpy as np

from core import PENALTIES
from core.decomposition import Parts, decompose
from core.variance import Curves
from ui.base.tables import integer_table
from ui.base.words import lam_label
from ui.pictures.picture import Picture
from ui.topics.bias_variance.chart import chart
from ui.topics.bias_variance.notes import caption, notes
from ui.topics.bias_variance.tables import (
    bridges,
    curve_table,
    end_table,
    frame_of,
    part_table,
    readout_table,
    worth_table,
)
from ui.topics.looks import largest, no_penalty
from ui.topics.topic import Context, Control, Look, Need, Topic, penalty_control
from ui.work.curves import aim, curves
from ui.work.tasks import Batch

PENALTY = penalty_control("variance_penalty", names=tuple(PENALTIES))
SETS = Control("variance_seeds", "Training sets", (3, 5, 10, 20), 5)
ALT = (
    "Cost on rows aside and on training rows, and the parts of the error, against λ and against the number "
    "of training samples, over several training sets; and the cost without a penalty beside that where it "
    "is lowest, against the number of samples."
)


def curves_of(context: Context) -> Batch[Curves]:
    """The curves that the page shows, of every training set."""
    return curves(context.settings, context.shelf, context[PENALTY], context[SETS])


def parts_of(context: Context, found: list[Curves]) -> Parts:
    """The parts of their error."""
    settings = context.settings
    answers = [one.answers for one in found]
    return decompose(answers, aim(settings, context.data), settings.is_synthetic)


def draw(context: Context) -> Picture:
    """Cost and the error's parts for one penalty, against λ and against the number of samples."""
    found, is_truth = context.run(curves_of(context)), context.settings.is_synthetic
    penalty, rows = PENALTIES[context[PENALTY]].label, curve_table(found)
    if rows.empty:
        return Picture(
            "bias_variance",
            missing="At every λ a network of some training set diverged, so there is no mean to show. Choose "
            "a smaller α in the panel.",
        )
    worth, parts, sizes = worth_table(found), parts_of(context, found), found[0].sizes
    if not np.isfinite(parts.error).any():
        return Picture(
            "bias_variance",
            missing=f"Of {context.data.m} training rows none is left out by two of {len(found)} training "
            "sets, so that no variance can be told. Choose more training sets, or bring more rows.",
        )
    part_rows = part_table(parts, sizes, is_truth)
    return Picture(
        "bias_variance",
        chart(context.labels, sizes, penalty, is_truth, context.theme),
        {
            "readout": readout_table(found, parts),
            "chosen": integer_table(k=[context.k]),
            "curves": rows,
            "parts": part_rows,
            "line_names": end_table(rows, part_rows, worth),
            "frame": frame_of(rows, part_rows),
            "worth": worth,
            "bridges": bridges(worth),
        },
        ALT,
        notes(found, parts, is_truth, penalty, context.k),
        caption(len(found), len(sizes), context.settings.epochs, is_truth),
        helpers=frozenset({"chosen", "line_names", "frame"}),
    )


def formulas(context: Context) -> dict[str, Any]:
    """The λ, the m and the norm of the J that was trained."""
    sizes = context.run(curves_of(context))[0].sizes
    norm = PENALTIES[context[PENALTY]].norm_of("W^{[l]}")
    return {"lam": lam_label(context.lam), "m": sizes[-1], "norm": norm, "sets": context[SETS]}


def remark(context: Context) -> str:
    """What the training sets lack that the other pages have."""
    if not (context.shelf.edits and context.settings.is_synthetic):
        return ""
    return (
        "The samples that you edited are on the other pages: here each training set is drawn anew, without "
        "them."
    )


def constants(context: Context) -> dict[str, Any]:
    """What the script takes over."""
    return {"penalty": context[PENALTY], "n_sets": context[SETS]}


LOOKS = (
    Look(
        "Go to λ = 0: how far does the cost on rows aside stand above that on the training rows?", no_penalty
    ),
    Look("Move λ up until the cost on rows aside is lowest: what has become of that distance?"),
    Look("Go to the largest λ: how far apart are both costs now, and how high?", largest),
)


TOPIC = Topic(
    key="bias_variance",
    title="Bias and variance",
    address="more-data-or-more-lambda",
    sentence="Too much variance: get more data, or regularize.",
    todo="Move λ: what becomes of the variance, and what of the bias?",
    idea="Train on other samples, and another network comes out: how far their answers lie apart is "
    "variance. What they get wrong even on average is bias, and what no model can know is noise. More "
    "samples mostly take variance, and so does a penalty, which may pay for it in bias. Here training sets "
    "are drawn again and again, and all of it is measured.",
    draw=draw,
    prepare=lambda context: context.run(curves_of(context)),
    needs=Need.CURVES,
    controls=(PENALTY, SETS),
    remark=remark,
    formulas=formulas,
    constants=constants,
    looks=LOOKS,
)

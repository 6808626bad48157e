"""What to notice in a step taken apart: its parts in numbers, how they are checked, and αλ/m."""

import numpy as np

from core import PENALTIES, Dataset, Run
from core.decay import Update, first_step_error, regime
from ui.base.words import how_many, joined, lam_text, number
from ui.topics.weight_decay.tables import GRADIENTS, adam_paths, norms

L2 = PENALTIES["l2"]
NAMED_GRADIENTS = (0.1, 1.0, 10.0)  # of GRADIENTS


def notes(run: Run, update: Update, data: Dataset, k: int) -> list[str]:
    """The parts of the last step in numbers, how they are checked, and what αλ/m is at these settings.

    Of a training that did not settle no part is a result.
    """
    measured = [*_part_notes(update), *_check_notes(run, update, data, k)] if run.sound[k] else []
    return [_ratio_note(float(run.lams[k]), run.learning_rate, run.m), *measured, _adam_note()]


def _ratio_note(lam: float, alpha: float, m: int) -> str:
    """αλ/m at these settings, its regime, and where the next one begins."""
    ratio = L2.decay_ratio(lam, m, alpha)
    here = f"At {lam_text(lam)}, with α = {number(alpha)} and m = {m:,}, αλ/m = **{number(ratio)}**"
    kind = regime(ratio)
    if kind == "nothing":
        return f"{here}: nothing shrinks, and the step is the gradient step alone. Choose a larger λ."
    factor = f"1 − αλ/m = {number(1 - ratio, 4)}"
    says = {
        "decays": f"each step first multiplies every weight by {factor}",
        "vanishes": f"{factor}, so each step forgets the weights and keeps the gradient step alone",
        "flips": f"{factor} is negative, so shrinking alone flips every weight's sign at each step",
        "swings": f"{factor}, so shrinking alone flips every weight's sign and leaves its size",
        "diverges": f"{factor} lies below −1, so shrinking alone makes every weight grow, its sign flipping",
    }[kind]
    sentence = f"{here}: {says}."
    if kind == "decays":
        halved = int(np.ceil(np.log(0.5) / np.log1p(-ratio)))
        sentence += (
            f" Alone that takes a weight to half its size within {how_many(halved, 'step')}. Signs would "
            f"flip from λ = m/α = {number(m / alpha, 4)} on, and weights would grow above 2m/α = "
            f"{number(2 * m / alpha, 4)}."
        )
    return sentence


def _part_notes(update: Update) -> list[str]:
    """How long the parts of the last step are, layer by layer, and whether they cancel."""
    epoch = int(update.epochs[-1])
    notes = []
    for l in range(len(update.W)):
        shrink, step, together = (size[-1] for size in norms(update, l).values())
        notes.append(
            f"In the step after epoch {epoch:,}, the penalty moves layer {l + 1} by {number(shrink)} and "
            f"its gradient step is {number(step)} long; together they change it by **{number(together)}**."
        )
    shrink, step, together = (size[-1] for size in norms(update).values())
    if 0 < together < 0.5 * min(shrink, step):
        notes.append(
            f"The two parts pull against each other: the whole step is {number(together / step, 2)} of its "
            "gradient step. Where they cancel, J is at rest although neither part is zero."
        )
    return notes


def _check_notes(run: Run, update: Update, data: Dataset, k: int) -> list[str]:
    """That the parts are the step: their sum at every epoch, and the first against a training's own."""
    notes = []
    if update.mismatch < 1e-12:
        notes.append(
            f"Taken apart or not, the step is the same: at every epoch the sum of its parts differs from "
            f"W − α·dW by at most {number(update.mismatch, 2)} of the largest weight."
        )
    error = first_step_error(run, update, data.X_train, data.y_train, k)
    if error < 1e-5:
        notes.append(
            f"The training's own first step, from the same start, agrees with the parts to "
            f"{number(error, 2)} of the largest weight."
        )
    return notes


def _adam_note() -> str:
    """Where Adam + L2 and AdamW end; AdamW's end is one number only where all gradients give the same."""
    with_l2, decoupled = (path[-1] for path in adam_paths())
    at = [GRADIENTS.index(g) for g in NAMED_GRADIENTS]
    sentence = (
        "Adam + L2 is no weight decay: from the same 1 it ends at "
        f"{joined([f'{with_l2[j]:.4f}' for j in at])} where the gradient is "
        f"{joined([f'±{number(g)}' for g in NAMED_GRADIENTS])}"
    )
    if np.ptp(decoupled) < 5e-5:
        sentence += f"; AdamW ends at {decoupled[at[1]]:.4f} for all of them"
    return sentence + "."


def divergence_remark(run: Run, k: int) -> str:
    """What became of the k-th network where it did not settle, and what is shown of it; "" where it did."""
    here = f"At {lam_text(run.lams[k])} the L2 network"
    if run.sound[k]:
        return ""
    if run.diverged_at[k] < 0:
        start, end = run.cost[[0, -1], k]
        what = "swings" if run.state[k] == "swinging" else "has blown up"
        return (
            f"{here} {what}: J began at {number(start)} and is {number(end)} after {run.epochs[-1]:,} "
            "epochs. Its steps are shown for what they are, and nothing is told of them."
        )
    return (
        f"{here} stopped being finite at epoch {run.diverged_at[k]:,}: "
        "only the steps before it can be taken apart."
    )

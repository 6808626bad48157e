"""What the gradient check found, in sentences."""

import numpy as np

from core import PENALTIES
from core.gradient import Check
from ui.base.words import joined, lam_text, number
from ui.topics.gradient_check.tables import STEP_TEXT, THRESHOLD_TEXT


def notes(check: Check) -> list[str]:
    """What the check found, what was broken, and on how much of the data and the network it looked."""
    return [_verdict(check), *_about_the_mistake(check), _where_j_is_taken(check), _how_much_was_moved(check)]


def _verdict(check: Check) -> str:
    """Whether the two gradients agree, and if not in which layers."""
    error = check.gradients.relative_error
    largest = number(error.max(), 2)
    here = f"At {lam_text(check.lam)} under {PENALTIES[check.penalty].label}"
    if check.passes.all():
        return (
            f"{here}, the two gradients agree: the largest relative error of a layer is "
            f"**{largest}**, below the threshold of {THRESHOLD_TEXT}."
        )
    spoken = [*(f"layer {l + 1}" for l in range(len(error) - 1)), "the output"]
    failed = [name for name, passes in zip(spoken, check.passes, strict=True) if not passes]
    return (
        f"{here}, the check **fails** in {joined(failed)}: the "
        f"largest relative error is **{largest}**, the threshold {THRESHOLD_TEXT}."
    )


def _where_j_is_taken(check: Check) -> str:
    """How many rows J is the mean over, and what λ is by their number."""
    penalty = PENALTIES[check.penalty]
    rows = (
        f"{check.rows:,} of {check.m:,} training rows, spread over the classes, with λ less by as much"
        if check.rows < check.m
        else f"all {check.m:,} training rows"
    )
    return (
        f"J is taken on {rows}: {penalty.rate_text} is {number(penalty.rate(check.lam, check.m))}, as in the "
        "training. The weights are those that it starts from."
    )


def _how_much_was_moved(check: Check) -> str:
    """How many parameters were moved, and how many passes that took."""
    g = check.gradients
    seen = "all " if g.n_checked == g.n_parameters else f"{g.n_checked:,} of "
    drawn = "" if g.n_checked == g.n_parameters else ", drawn by the seed,"
    return (
        f"The numeric side moved {seen}{g.n_parameters:,} weights and biases{drawn} one at a time, each up "
        f"and down by {STEP_TEXT}: {2 * g.n_checked:,} forward passes. Backpropagation took one each way."
    )


def _about_the_mistake(check: Check) -> list[str]:
    """Whether the mistake that was made on purpose was caught, or why it cannot be; nothing without one."""
    if check.mistake == "no_penalty":
        return [_about_the_penalty(check)]
    return [_about_the_slope(check)] if check.mistake == "no_slope" else []


def _about_the_penalty(check: Check) -> str:
    """What forgetting the penalty's part of dW did."""
    if check.lam == 0:
        return (
            "At λ = 0 the penalty's gradient is 0: forgetting it changes nothing, and there is nothing to "
            "catch. Choose a larger λ."
        )
    term = PENALTIES[check.penalty].gradient_text
    if check.passes.all():
        return f"Without {term} the gradient is too little changed here to fall above the threshold."
    g = check.gradients
    biases = max(_gap(n, b) for n, b in zip(g.numeric_b, g.backpropagated_b, strict=True))
    note = f"Forgetting {term} is caught. Each thread is as long as the term that is missing."
    return note + (" The biases stay on the diagonal: they are not penalized." if biases < 1e-6 else "")


def _about_the_slope(check: Check) -> str:
    """What forgetting tanh's slope on the way down did."""
    passes = check.passes
    if len(passes) == 1:
        return (
            "Without a hidden layer there is no tanh, so no slope to forget. Choose hidden layers in the "
            "panel."
        )
    if passes.all():
        return "Without the slope the gradient is too little changed here to fall above the threshold."
    note = "Forgetting 1 − a² is caught"
    if passes[-1] and not passes[:-1].any():
        note += (
            ", in every layer but the output: its own dZ passes through no tanh, so its gradient stays "
            "right. The error enters on the way down"
        )
    return note + "."


def _gap(numeric: np.ndarray, backpropagated: np.ndarray) -> float:
    """The largest difference of those that were checked, 0 where none was."""
    gap = np.abs(numeric - backpropagated)
    return float(np.nanmax(gap)) if not np.isnan(gap).all() else 0.0

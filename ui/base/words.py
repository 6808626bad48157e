"""Measured numbers as words: the one place where a number, a share or a λ gets its form."""

from collections.abc import Mapping, Sequence

import numpy as np

from core import PENALTIES, Penalty, Run
from core.measures import count_weights, count_zeros


def number(value: float, digits: int = 3) -> str:
    """A number in as few characters as its leading digits need: 0.0312, 12, 1.2e-07."""
    return f"{value:.{digits}g}"


def lam_label(lam: float) -> str:
    """A λ as it is written everywhere: 0.15, 10, 1000."""
    return f"{lam:g}"


def lam_text(lam: float) -> str:
    """A λ as a title or as a part of a sentence: λ = 10."""
    return f"λ = {lam_label(lam)}"


def percent(share: float) -> str:
    """A share in percent; 100 % and 0 % are only said where they are exact."""
    if 0.9995 <= share < 1 or 0 < share < 0.0005:
        return "over 99.9 %" if share > 0.5 else "under 0.1 %"
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def counted(n: int, of: int, what: str) -> str:
    """n of so many, with "none" and "all" where they are meant."""
    if n == 0:
        return f"none of {of:,} {what}"
    return f"all {of:,} {what}" if n == of else f"{n:,} of {of:,} {what}"


def how_many(n: int, noun: str) -> str:
    """A count and its noun: 1 step, 2,000 steps."""
    return f"{n:,} {noun}{'s' * (n != 1)}"


def joined(parts: Sequence[str], word: str = "and") -> str:
    """a, b and c, or with another word before the last."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" {word} " + parts[-1]


def both_penalties() -> str:
    """All of the registry in a sentence: "both penalties" as long as there are two."""
    return "both penalties" if len(PENALTIES) == 2 else "all penalties"


def penalty_labels() -> str:
    """Their labels: L1 and L2."""
    return joined([penalty.label for penalty in PENALTIES.values()])


def divergence(runs: Mapping[str, Run]) -> list[str]:
    """For each penalty with networks that diverged: which, at what epoch, and what to lower."""
    return [_diverged(label, run) for label, run in runs.items() if (run.diverged_at >= 0).any()]


def _diverged(label: str, run: Run) -> str:
    gone = np.flatnonzero(run.diverged_at >= 0)
    at, lams = run.diverged_at[gone], run.lams[gone]
    which = (
        f"at {lam_text(lams[0])}"
        if gone.size == 1
        else f"at {gone.size} values of λ, from {lam_label(lams.min())} to {lam_label(lams.max())}"
    )
    first = lams[at.argmin()]
    penalty = PENALTIES[run.penalty[0]]
    remedy = f"Lower the learning rate α, now {number(run.learning_rate)}."
    if penalty.decay_ratio(float(lams.max()), run.m, run.learning_rate) >= 2:
        remedy = _overshoot(penalty, run, float(lams.max()))
    return (
        f"{label} diverged {which}; the first, {lam_text(first)}, stopped being finite at epoch {at.min()}. "
        f"{remedy} The other networks are shown."
    )


def _overshoot(penalty: Penalty, run: Run, lam: float) -> str:
    """Why the shrink alone makes weights grow, and below which α or λ it does not."""
    under = "" if penalty.l2 == 1 else f"{penalty.l2:g}"
    return (
        f"Each step multiplies a weight by {penalty.decay_text} = "
        f"{penalty.decay(lam, run.m, run.learning_rate):.2f} at {lam_text(lam)}: beyond −1 it grows. "
        f"Lower the learning rate α below 2m/{under}λ = {number(2 * run.m / (penalty.l2 * lam))}, or λ below "
        f"2m/{under}α = {number(2 * run.m / (penalty.l2 * run.learning_rate))}."
    )


def duration(seconds: float) -> str:
    """A length of time as a person says it: 3 seconds, 2 minutes."""
    if seconds < 90:
        return how_many(max(1, round(seconds)), "second")
    return how_many(round(seconds / 60), "minute")


def zeros_at(run: Run, k: int) -> str:
    """How many weights of the k-th network are exactly zero."""
    n = count_weights(run.W)
    zeros = int(count_zeros(run.W)[k])
    return counted(zeros, n, "weights") + (f" ({percent(zeros / n)})" if 0 < zeros < n else "")

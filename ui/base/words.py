"""Measured numbers as words: the one place where a number, a share or a λ gets its form."""

from collections.abc import Mapping, Sequence

import numpy as np

from core import PENALTIES, Run
from core.intervals import Interval
from core.measures import count_weights, count_zeros
from core.selection import EQUAL


def number(value: float, digits: int = 3) -> str:
    """A number in as few characters as its leading digits need: 0.0312, 12, 1.2e-07."""
    return f"{value:.{digits}g}"


def spread(error: float) -> str:
    """A standard error; 0 where it is no more than the rounding of costs that are all the same."""
    return number(error, 2) if error >= EQUAL else "0"


def times(ratio: float) -> str:
    """How many times as much, to two digits: 1.9 times, 120,000 times."""
    if ratio < 10:
        return f"{ratio:.1f} times"
    return f"{float(number(ratio, 2)):,.0f} times"


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


def interval(found: Interval) -> str:
    """The ends of a 95 % interval of a number."""
    if np.isnan(found.low):
        return "too few rows for an interval"
    return f"95 % interval {number(found.low)} to {number(found.high)}"


def shares(found: Interval) -> str:
    """The same of a share, in percent."""
    return f"{percent(found.low)} to {percent(found.high)}"


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


STEPS_OF = {"proximal": "plain", "accelerated": "accelerated"}  # the words for the ways of training


def standing(run: Run) -> list[str]:
    """For each λ where its network stands: at rest or how far from it, or what went wrong.

    How far is the residual of `core.rest`, in nats for each unit of weight.
    """
    wrong = {"diverged": "diverged", "swinging": "swings"}
    distances = zip(run.state, run.at_rest, run.rest.residual, strict=True)
    return [
        wrong.get(state) or ("at rest" if at_rest else f"{number(residual, 2)} from rest")
        for state, at_rest, residual in distances
    ]


def standings(runs: Mapping[str, Run], beside: Mapping[str, np.ndarray] | None = None) -> list[str]:
    """The same for all penalties together, as a remark under a readout.

    beside: by the penalty's label the positions at which it is shown, where those are not the λ themselves.
    """
    each = {label: np.array(standing(run), object) for label, run in runs.items()}
    if beside is not None:
        each = {label: words[beside[label]] for label, words in each.items()}
    return [_together(dict(zip(each, at_one, strict=True))) for at_one in zip(*each.values(), strict=True)]


def _together(standing: Mapping[str, str]) -> str:
    if len(set(standing.values())) == 1:
        return next(iter(standing.values()))
    return ", ".join(f"{label} {where}" for label, where in standing.items())


def unrest(runs: Mapping[str, Run], k: int) -> str:
    """Which networks at the k-th λ are not at rest, and what is left out for it; "" where all are."""
    first = next(iter(runs.values()))
    away = {label: run for label, run in runs.items() if not run.at_rest[k]}
    if not away:
        return ""
    epochs = f"{max(int(run.stopped_at[k]) for run in away.values()):,} epochs"
    at = lam_text(first.lams[k])
    if first.lams[k] == 0:
        return (
            f"At {at} no penalty holds the weights: after {epochs} they are {standing(first)[k]}. What a "
            "penalty does is said at larger λ."
        )
    where = joined([f"{label} is {standing(run)[k]}" for label, run in away.items()])
    return (
        f"At {at} {where} after {epochs}, so what a penalty does there is not told. A larger λ rests sooner."
    )


def failures(runs: Mapping[str, Run], steady: Mapping[str, float]) -> list[str]:
    """For each penalty with networks that diverged or swing: which, since when, and the α that settles them.

    steady: by the penalty's label an α at which they do, 0 where none that can be chosen is small enough.
    """
    return [_failed(label, run, steady[label]) for label, run in runs.items() if not run.sound.all()]


def _failed(label: str, run: Run, steady: float) -> str:
    """What became of the networks of one penalty that did not settle, and what to do."""
    sentences = []
    for state, verb in (("diverged", "diverged"), ("swinging", "swings")):
        at = np.flatnonzero(run.state == state)
        if at.size:
            sentences.append(f"{label} {verb} {_which(run.lams[at])}{_since(run, at)}.")
    penalty, lam = PENALTIES[run.penalty[0]], float(run.lams[~run.sound].max())
    ratio = penalty.decay_ratio(lam, run.m, run.learning_rate)
    if ratio >= 2:
        sentences.append(
            f"Each step multiplies a weight by {penalty.decay_text} = {number(1 - ratio)} at "
            f"{lam_text(lam)}: beyond −1 it grows."
        )
    alpha = f"the learning rate α, now {number(run.learning_rate)}"
    sentences.append(
        f"With {number(steady)} in place of {alpha}, all of these settle: that was tried."
        if steady
        else f"No α that can be chosen is small enough: choose a smaller λ with {alpha}."
    )
    return " ".join(sentences) + " The other networks are shown."


def _which(lams: np.ndarray) -> str:
    """Some λ of the grid."""
    if lams.size == 1:
        return f"at {lam_text(lams[0])}"
    return f"at {lams.size} values of λ, from {lam_label(lams.min())} to {lam_label(lams.max())}"


def _since(run: Run, at: np.ndarray) -> str:
    """Of networks that stopped being finite the first, and when."""
    gone = at[run.diverged_at[at] >= 0]
    if gone.size == 0:
        return ""
    first = gone[run.diverged_at[gone].argmin()]
    which = f"the first, {lam_text(run.lams[first])}," if at.size > 1 else "it"
    return f"; {which} stopped being finite at epoch {run.diverged_at[first]:,}"


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

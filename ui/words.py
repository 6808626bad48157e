"""Sentences made of measured numbers, and foreign text made safe for them."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from core import Run
from core.measures import count_weights, count_zeros

WORDS = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")  # letters and digits, joined by single spaces or hyphens


def number(value: float, digits: int = 3) -> str:
    """A number in as few characters as its leading digits need: 0.0312, 12, 1.2e-07."""
    return f"{value:.{digits}g}"


def lam_label(lam: float) -> str:
    """A λ as it is written everywhere: 0.15, 10, 1000."""
    return f"{lam:g}"


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


def joined(parts: Sequence[str], word: str = "and") -> str:
    """a, b and c, or with another word before the last."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" {word} " + parts[-1]


def plain(text: str) -> str:
    """Foreign text for a Markdown sentence or label: words as they are, all else as code, which does nothing.

    Names of columns, classes and files are foreign. Code holds what backslashes would not: addresses, which
    Markdown makes links of, and Streamlit's own signs.
    """
    text = " ".join(text.split())
    if WORDS.fullmatch(text):
        return text
    return "`" + (text.replace("`", "ˋ") or "–") + "`"


def divergence(runs: Mapping[str, Run]) -> list[str]:
    """For each penalty with networks that diverged: which, at what epoch, and what to lower."""
    sentences = []
    for label, run in runs.items():
        gone = np.flatnonzero(run.diverged_at >= 0)
        if gone.size == 0:
            continue
        at, lams = run.diverged_at[gone], run.lams[gone]
        which = (
            f"at λ = {lam_label(lams[0])}"
            if gone.size == 1
            else f"at {gone.size} values of λ, from {lam_label(lams.min())} to {lam_label(lams.max())}"
        )
        first = lams[at.argmin()]
        sentence = (
            f"{label} diverged {which}; the first, λ = {lam_label(first)}, stopped being finite "
            f"at epoch {at.min()}. "
        )
        reach = run.learning_rate * lams.max() / run.m
        if label == "L2" and reach >= 2:
            largest = lam_label(lams.max())
            sentence += (
                f"Each step multiplies a weight by 1 − αλ/m = {1 - reach:.2f} at λ = {largest}: "
                f"beyond −1 it grows. Lower the learning rate α below 2m/λ = "
                f"{number(2 * run.m / lams.max())}, or λ below 2m/α = "
                f"{number(2 * run.m / run.learning_rate)}. "
            )
        else:
            sentence += f"Lower the learning rate α, now {number(run.learning_rate)}. "
        sentences.append(sentence + "The other networks are shown.")
    return sentences


def duration(seconds: float) -> str:
    """A length of time as a person says it: 3 seconds, 2 minutes."""
    if seconds < 90:
        n, unit = max(1, round(seconds)), "second"
    else:
        n, unit = round(seconds / 60), "minute"
    return f"{n:,} {unit}" + ("" if n == 1 else "s")


def zeros_at(run: Run, k: int) -> str:
    """How many weights of the k-th network are exactly zero."""
    n = count_weights(run.W)
    zeros = int(count_zeros(run.W)[k])
    return counted(zeros, n, "weights") + (f" ({percent(zeros / n)})" if 0 < zeros < n else "")

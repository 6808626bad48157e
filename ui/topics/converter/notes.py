"""How far apart the numbers for one and the same penalty lie, in sentences."""

from collections.abc import Sequence

from core.convert import Entry, Problem, per_sample
from ui.base.words import how_many, lam_text, number


def notes(problem: Problem, entries: Sequence[Entry]) -> list[str]:
    """How far apart the numbers for one and the same penalty lie, and what more data does to them."""
    here = lam_text(problem.lam)
    if problem.lam == 0:
        return [
            f"At {here} there is no penalty: every rate is 0, and C, the inverse of a strength, is infinite."
        ]
    values = [entry.value for entry in entries if entry.value is not None]
    low, high = min(values), max(values)
    notes = [
        f"For {problem.shares.label} and m = {problem.m:,}, one and the same {here} is written as anything "
        f"from **{number(low)}** to **{number(high)}**: not larger and smaller, but other things. Compare "
        "penalties by their formula, never by their number.",
        _with_more_data(problem),
    ]
    if problem.hidden:
        notes.append(
            "LogisticRegression and glmnet have no hidden layers: they match the panel's network without its "
            f"{how_many(len(problem.hidden), 'hidden layer')}."
        )
    return notes


def _with_more_data(problem: Problem) -> str:
    """Which numbers change with the samples; alpha is that of a library that has no L1."""
    now = per_sample(problem)
    same = "C does not change." if problem.shares.is_sparse else "C and alpha do not change."
    return (
        f"With twice the samples the same λ would be λ/2m = {number(now / 2)} in place of {number(now)}: "
        f"what is divided by m weakens as data are added, {same}"
    )

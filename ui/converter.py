"""The same λ in other libraries, as a table and as sentences."""

from collections.abc import Sequence
from html import escape
from math import isinf

import pandas as pd

from core import Dataset, Settings
from core.convert import Entry, Problem
from ui import scripts
from ui.picture import Picture
from ui.theme import INKS
from ui.words import lam_label, number

STYLE = """
<style>
  .lab-converter { border-collapse: collapse; width: 100%; }
  .lab-converter th, .lab-converter td {
    text-align: left; vertical-align: top; font-weight: 400; padding: 0.5rem 1.25rem 0.5rem 0;
    border-bottom: 1px solid LINE;
  }
  .lab-converter th { font-weight: 600; }
  .lab-converter tbody th, .lab-converter td:not(:last-child) { white-space: nowrap; }
  .lab-converter code { font-size: 1rem; }
  @media (max-width: 1100px) {
    .lab-converter thead { display: none; }
    .lab-converter tr { display: block; padding: 0.75rem 0; border-bottom: 1px solid LINE; }
    .lab-converter tbody th { display: block; white-space: normal; }
    .lab-converter tbody th, .lab-converter td { border: 0; padding: 0 1rem 0.25rem 0; }
    .lab-converter td { display: inline-block; }
    .lab-converter td:last-child { display: block; }
  }
</style>
"""


def problem_of(settings: Settings, data: Dataset, penalty: str) -> Problem:
    """What the panel asks for, as a problem for other libraries."""
    return Problem(
        lam=settings.lam,
        penalty=penalty,
        m=data.m,
        learning_rate=settings.learning_rate,
        hidden=settings.hidden,
        n_features=data.n_features,
        n_classes=len(data.class_names),
        epochs=settings.epochs,
    )


def value_text(value: float | None) -> str:
    """A value as the table shows it."""
    if value is None:
        return "–"
    return "∞" if isinf(value) else number(value, 6)


def html_table(entries: Sequence[Entry], theme: str) -> str:
    """A row a library: where λ goes there, its value and formula, and what to beware of.

    On a narrow screen each row becomes a block of lines.
    """
    head = "".join(f"<th>{name}</th>" for name in ("Library", "Option", "Value", "Formula", "Beware"))
    rows = "".join(
        f"<tr><th scope='row'>{escape(e.library)}</th><td><code>{escape(e.option)}</code></td>"
        f"<td><strong>{value_text(e.value)}</strong></td><td>{escape(e.formula)}</td>"
        f"<td>{escape(e.caveat)}</td></tr>"
        for e in entries
    )
    return f"<table class='lab-converter'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" + (
        STYLE.replace("LINE", INKS[theme].grid)
    )


def notes(problem: Problem, entries: Sequence[Entry]) -> list[str]:
    """How far apart the numbers for one and the same penalty lie."""
    here = f"λ = {lam_label(problem.lam)}"
    if problem.lam == 0:
        return [
            f"At {here} there is no penalty: every rate is 0, and C, the inverse of a strength, is infinite."
        ]
    name = "L1" if problem.penalty == "l1" else "L2"
    values = [e.value for e in entries if e.value is not None]
    low, high = min(values), max(values)
    notes = [
        f"For {name} and m = {problem.m:,}, one and the same {here} is written as anything from "
        f"**{number(low)}** to **{number(high)}**, a factor of {high / low:,.0f}. Compare penalties by "
        "their formula, never by their number."
    ]
    twice = problem.lam / (2 * problem.m)
    notes.append(
        f"With twice the samples the same λ would be λ/2m = {number(twice / 2)} in place of {number(twice)}: "
        "what is divided by m weakens as data are added, "
        + ("C does not change." if problem.penalty == "l1" else "C and alpha do not change.")
    )
    if problem.hidden:
        notes.append(
            "LogisticRegression and glmnet have no hidden layers: they match the panel's network without its "
            f"{len(problem.hidden)} hidden layer{'s' * (len(problem.hidden) > 1)}."
        )
    return notes


def picture(problem: Problem, entries: Sequence[Entry]) -> Picture:
    """The page's table, as numbers and words."""
    rows = [(e.library, e.option, value_text(e.value), e.formula, e.caveat) for e in entries]
    table = pd.DataFrame(rows, columns=["library", "option", "value", "formula", "beware"])
    return Picture(
        "converter",
        tables={"libraries": table},
        alt=f"What λ = {lam_label(problem.lam)} is called in each library, and its value there.",
        notes=notes(problem, entries),
        script=scripts.converter(problem),
    )

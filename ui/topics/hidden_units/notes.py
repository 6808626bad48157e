"""What to notice: which units are left at the chosen λ and over the grid, and how the tolerance matters."""

from dataclasses import replace

import numpy as np
import pandas as pd

from core import Dataset, Run
from core.measures import count_weights, predicted
from ui.base.tables import Runs
from ui.base.words import counted, joined, lam_text, number, percent
from ui.topics.hidden_units.directions import has_answers
from ui.topics.hidden_units.states import Tolerance, all_states
from ui.topics.hidden_units.tables import unit_counts


def notes(runs: Runs, data: Dataset, tol: Tolerance, k: int) -> list[str]:
    """What became of the units at the chosen λ and over the grid, and how the tolerance matters.

    Of networks at rest alone.
    """
    counts = unit_counts(runs, tol)
    rests = {label: run for label, run in runs.items() if run.at_rest[k]}
    sentences = []
    for label, run in rests.items():
        here = counts[(counts.penalty == label) & (counts.k == k)].iloc[0]
        sentences.append(_at_the_chosen(run, label, here, data, tol, k))
        sentences += _constant_units(run, label, tol, k)
    for label, run in runs.items():
        rows = counts[counts.penalty == label].set_index("k")
        rows = rows[run.at_rest[rows.index]]
        if len(rows):
            sentences.append(_over_the_grid(run, label, rows))
    if tol.share > 0:
        for label, run in rests.items():
            sentences += _by_zeros_alone(run, label, tol, k)
        say = {label: run for label, run in rests.items() if has_answers(run.at(k))[0]}
        if say:
            sentences.append(_does_it_matter(say, data, tol, k))
    return sentences


def _at_the_chosen(run: Run, label: str, here: pd.Series, data: Dataset, tol: Tolerance, k: int) -> str:
    """Units by their state, and the links and inputs that count. here: the row of `unit_counts`."""
    inputs = int((all_states(run, tol)[0][k] == "alive").sum())
    return (
        f"At {lam_text(run.lams[k])} under {label}, **{here.alive} of {sum(run.hidden)}** hidden units are "
        f"alive, {here.constant} constant and {here.cut} cut; "
        f"{counted(here.links, count_weights(run.W), 'links')} count, and "
        f"{counted(inputs, data.n_features, 'inputs')} reach the output."
    )


def _constant_units(run: Run, label: str, tol: Tolerance, k: int) -> list[str]:
    """A constant unit is not a silent one: what it hands on."""
    hidden = all_states(run, tol)[1:-1]
    at = [(l, i) for l, states in enumerate(hidden) for i in np.flatnonzero(states[k] == "constant")]
    if not at:
        return []
    a = [np.tanh(run.b[l][k, i, 0]) for l, i in at]
    strongest = int(np.abs(a).argmax())
    l, i = at[strongest]
    many = f"{len(at)} constant units hand" if len(at) > 1 else "one constant unit hands"
    which = f"unit {i + 1} of layer {l + 1}"
    return [
        f"{label}'s {many} on tanh(b) whatever the sample"
        + (", the largest " if len(at) > 1 else ": ")
        + f"{which} with a = {number(a[strongest])}. Biases are not penalized, so constant need not be zero."
    ]


def _over_the_grid(run: Run, label: str, rows: pd.DataFrame) -> str:
    """From which λ on units are lost, and from which on none is alive.

    rows: of `unit_counts`, by k, where the network rests.
    """
    n = sum(run.hidden)
    lost = rows.index[rows.alive < n]
    first, last = rows.index[[0, -1]]
    if len(lost) == 0:
        grid = f"from {lam_text(run.lams[first])}, the smallest at rest, to {lam_text(run.lams[last])}"
        return f"{label} keeps all {n} units alive {grid}."
    sentence = f"On this grid {label} first has fewer than {n} units alive at {lam_text(run.lams[lost[0]])}"
    if run.lams[lost[0]] == 0:
        sentence = (
            f"Of {label}'s {n} units {rows.alive.iloc[0]} count as alive at λ = 0, where no penalty acts: it "
            "is the tolerance that counts the others out"
        )
    elif lost[0] == first > 0:
        sentence = (
            f"At {lam_text(run.lams[lost[0]])}, the smallest λ at rest, {label} has {rows.alive.iloc[0]} of "
            f"{n} units alive"
        )
    elif lost[0] > first and lost[0] - 1 not in rows.index:  # of the λ just before nothing is known
        sentence = (
            f"Of the networks at rest, {label} first has fewer than {n} units alive at "
            f"{lam_text(run.lams[lost[0]])}"
        )
    some = rows.index[rows.alive > 0]
    none = rows.index[rows.index > (some[-1] if len(some) else -1)]
    end = run.lams.size
    if len(none) and len(none) == end - none[0]:  # all from there on are at rest
        return f"{sentence}; from {lam_text(run.lams[none[0]])} on none is left."
    largest = f"the largest{'' if last == end - 1 else ' at rest'}, {lam_text(run.lams[last])}"
    left = rows.alive.iloc[-1]
    return f"{sentence}; at {largest}, {left or 'none'} {'are' if left > 1 else 'is'} left."


def _by_zeros_alone(run: Run, label: str, tol: Tolerance, k: int) -> list[str]:
    """Where the tolerance, and not an exact zero, took units away."""
    alive, by_zeros = (
        int(sum((states[k] == "alive").sum() for states in all_states(run, t)[1:-1]))
        for t in (tol, replace(tol, share=0.0))
    )
    if alive == by_zeros:
        return []
    return [
        f"Counted by exact zeros alone, {label} has {by_zeros} units alive at this λ and not {alive}: "
        f"the rest hang on weights that are small, up to {percent(tol.share)} of their layer's largest "
        f"{tol.reference}, but not zero."
    ]


def _does_it_matter(runs: Runs, data: Dataset, tol: Tolerance, k: int) -> str:
    """How many predictions change when weights that count as none are set to zero."""
    parts = [f"{_without_small(run, data, tol, k)} under {label}" for label, run in runs.items()]
    return (
        "Does it matter that small weights count as none? Setting them to exactly zero at this λ changes the "
        f"predicted class of {joined(parts)}."
    )


def _without_small(run: Run, data: Dataset, tol: Tolerance, k: int) -> str:
    """What changes on the training rows when weights that count as none are set to zero: classes, cost."""
    one, (X, y) = run.at(k), (data.X_train, data.y_train)
    asked = one, one.with_weights(tol.clean(one.W))
    before, after = (predicted(each.predict_proba(X))[0] for each in asked)
    cost, bare = (float(each.cross_entropy(X, y)[0]) for each in asked)
    changed = counted(int((before != after).sum()), len(y), "training rows")
    return f"{changed} and takes their cost from {number(cost)} to {number(bare)}"

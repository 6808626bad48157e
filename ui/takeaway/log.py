"""What was tried in this session: each setting that was trained, and what came of it, to be compared.

A row is one penalty at the chosen λ. The rows stay in the session alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from math import isnan, nan

import pandas as pd

from core import DATASETS, Run, Settings
from core.edits import Edit
from core.measures import sparsity
from core.settings import SETTINGS, format_value
from ui.base.foreign import markdown
from ui.base.session import Trial, session
from ui.base.tables import Runs
from ui.base.words import STEPS_OF, joined, number, percent
from ui.controls.panel import choose
from ui.data.edits import put_edits
from ui.topics.sparsity import validated as folds_of
from ui.topics.topic import Context
from ui.work.networks import TO_REST

MAX_ROWS = 200
PINS = 2
NUMBER = "no."
DATA, PENALTY, LAM = SETTINGS["dataset"].short, "penalty", SETTINGS["lam"].short
STEPS, REST = "steps", "at rest"
OTHERS = {name: setting for name, setting in SETTINGS.items() if name not in ("dataset", "lam")}
CHOSEN = (DATA, *(setting.short for setting in OTHERS.values()), PENALTY, LAM, STEPS)
COSTS = ("training cost", "validated cost")
SHARES = ("validated accuracy", "exact zeros")
RESULTS = (REST, *COSTS, *SHARES)
DEFAULT = Settings()
DECIMALS = (
    *(setting.short for name, setting in SETTINGS.items() if isinstance(getattr(DEFAULT, name), float)),
    *COSTS,
)
TYPES_WITH_GAPS = {  # columns that are empty where the data are not drawn; Int64 is pandas' own
    setting.short: "Int64" if isinstance(getattr(DEFAULT, name), int) else "float64"
    for name, setting in OTHERS.items()
    if setting.synthetic
}


def note(context: Context, runs: Runs) -> None:
    """Remember what this page has trained, once for each setting, λ and way of training; the oldest give way.

    runs: the networks of the page. What is validated since an earlier visit is added.
    """
    kept, digest, settings = session.trials, context.shelf.digest, context.settings.reduced()
    for label, run in runs.items():
        key = (digest, settings, label, run.method)
        if key not in kept:
            session.trial_count += 1
            kept[key] = measured(session.trial_count, context, label, run)
        elif isnan(kept[key].validated_cost):
            cost, share = validated(context, label, run)
            kept[key] = replace(kept[key], validated_cost=cost, accuracy=share)
    while len(kept) > MAX_ROWS:
        del kept[next(iter(kept))]


def measured(n: int, context: Context, label: str, run: Run) -> Trial:
    """The network at the chosen λ, on the training rows and in the folds, as far as they are there."""
    one, data = run.at(context.k), context.data
    sound = bool(one.sound[0])
    cost, share = validated(context, label, run)
    is_own = context.settings.dataset not in DATASETS
    return Trial(
        number=n,
        settings=context.settings.reduced(),
        digest=context.shelf.own.digest if context.shelf.own else "",
        data=f"{data.source.label}: {data.source.source}" if is_own else data.source.label,
        is_synthetic=context.settings.is_synthetic,
        penalty=label,
        method=run.method,
        at_rest=bool(one.at_rest[0]),
        train_cost=float(one.data_cost[-1, 0]) if sound else nan,
        validated_cost=cost,
        accuracy=share,
        zeros=float(sparsity(one.W)[0]) if sound else nan,
        edits=context.shelf.edits,
    )


def validated(context: Context, label: str, run: Run) -> tuple[float, float]:
    """Cost and accuracy in the folds at the chosen λ, of networks at rest; NaN where they are not known."""
    found = folds_of(context) if run.method == TO_REST else None
    if found is None:
        return nan, nan
    one = found[label]
    return float(one.mean[context.k]), float(one.accuracies.mean(axis=0)[context.k])


def trials() -> list[Trial]:
    """What was tried, oldest first."""
    return list(session.trials.values())


def table(tried: Sequence[Trial]) -> pd.DataFrame:
    """One row a trial: its number, CHOSEN and RESULTS; a gap where a setting plays no part for the data."""
    columns = [NUMBER, *CHOSEN, *RESULTS]
    return pd.DataFrame(map(_row, tried), columns=columns).astype(TYPES_WITH_GAPS)


def _row(trial: Trial) -> dict[str, object]:
    """The cells of a trial by the heads of their columns."""
    chosen = {DATA: trial.data, PENALTY: trial.penalty, LAM: trial.settings.lam}
    chosen |= {setting.short: _cell(trial, name) for name, setting in OTHERS.items()}
    chosen[STEPS] = STEPS_OF[trial.method]
    rest = "yes" if trial.at_rest else "no"
    results = (rest, trial.train_cost, trial.validated_cost, trial.accuracy, trial.zeros)
    return {NUMBER: trial.number, **chosen, **dict(zip(RESULTS, results, strict=True))}


def _cell(trial: Trial, name: str) -> object:
    """A setting as the list has it: a number stays one, to be sorted by; None where it plays no part."""
    if SETTINGS[name].synthetic and not trial.is_synthetic:
        return None
    value = getattr(trial.settings, name)
    return value if isinstance(value, int | float) else format_value(value)


def comparison(first: Trial, second: Trial) -> pd.DataFrame:
    """what, then a column for each trial: the settings in which they differ, and all results."""
    both = table([first, second])
    names = [*differing(first, second), *RESULTS]
    columns = {
        f"no. {trial.number}": [written(both[name].iloc[i], name in SHARES) for name in names]
        for i, trial in enumerate((first, second))
    }
    return pd.DataFrame({"what": names, **columns})


def differing(first: Trial, second: Trial) -> list[str]:
    """The columns of CHOSEN in which two trials differ."""
    both = table([first, second])
    return [name for name in CHOSEN if written(both[name].iloc[0]) != written(both[name].iloc[1])]


def written(value: str | float | None, is_share: bool = False) -> str:
    """A cell of a comparison: a number to four digits or in percent, "–" where there is none."""
    if pd.isna(value):
        return "–"
    if isinstance(value, float):
        return percent(value) if is_share else number(value, 4)
    return str(value)


def sentences(first: Trial, second: Trial) -> list[str]:
    """What differs between two trials, and which has the lower validated cost, if they saw the same rows."""
    names = differing(first, second)
    a, b = f"no. {first.number}", f"no. {second.number}"
    notes = [f"{a} and {b} differ in {joined([f'**{name}**' for name in names])}."] if names else []
    if first.data != second.data:
        return [
            *notes,
            f"Costs on {markdown(first.data)} and on {markdown(second.data)} are not to be compared.",
        ]
    if _rows_of(first) != _rows_of(second):
        return [*notes, "They were trained on other rows, so that their costs are not to be compared."]
    low, high = sorted((first, second), key=lambda trial: trial.validated_cost)
    if low.validated_cost < high.validated_cost:  # not where one is NaN
        notes.append(
            f"no. {low.number} has the lower validated cost, **{number(low.validated_cost)}** against "
            f"{number(high.validated_cost)}; exactly zero are {percent(low.zeros)} of its weights against "
            f"{percent(high.zeros)}."
        )
    return notes


def _rows_of(trial: Trial) -> tuple[Settings, tuple[Edit, ...]]:
    """What decides its rows and its folds: not λ, nor how the network was made."""
    return trial.settings.reduced("lam", "hidden", "learning_rate", "epochs"), trial.edits


def pinned(tried: Sequence[Trial]) -> list[int]:
    """Positions in the table of the trials that were pinned, at most PINS, where they are still there."""
    return [i for i, trial in enumerate(tried) if trial.number in session.pinned][:PINS]


def pin(tried: Sequence[Trial]) -> None:
    """Remember which trials are compared, by their number."""
    session.pinned = tuple(trial.number for trial in tried)


def can_return(trial: Trial) -> bool:
    """Whether the panel can go back to this trial: a person's data may be gone, or others in their place."""
    if trial.settings.dataset in DATASETS:
        return True
    return session.own is not None and session.own.digest == trial.digest


def go_back(trial: Trial) -> None:
    """A button's callback: set the panel to its settings, and the samples to what they were."""
    choose(asdict(trial.settings))
    put_edits(trial.settings, trial.edits)

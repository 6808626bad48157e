"""What was tried in this session: each setting that was trained, and what came of it, to be compared.

A row is one penalty at the chosen λ. The rows stay in the session alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd
import streamlit as st

from core import DATASETS, Run, Settings
from core.measures import accuracy, sparsity
from core.settings import format_value
from core.variance import cost_on
from ui.data import own
from ui.lesson import Lesson, Trained
from ui.panel import choose
from ui.words import joined, number, percent, plain

TRIED = "tried"  # in the session: what was tried, oldest first, by setting
COUNT = "tried_count"  # in the session: how many settings were tried, those that are gone too
PINNED = "tried_pinned"  # in the session: the keys of the rows to be compared
MAX_ROWS = 200
PINS = 2
SETTINGS = ("data", "hidden layers", "α", "epochs", "seed", "samples", "noise", "penalty", "λ")
SHARES = ("test accuracy", "exact zeros")
RESULTS = ("training cost", "test cost", *SHARES)
Key = tuple[str, Settings, str]  # whose data, the settings, the penalty's label


@dataclass(frozen=True)
class Trial:
    """One penalty at one setting; NaN where the network diverged."""

    number: int
    settings: Settings
    digest: str  # of a person's data
    data: str
    is_synthetic: bool
    penalty: str
    train_cost: float
    test_cost: float
    accuracy: float
    zeros: float


def note(lesson: Lesson) -> None:
    """Remember what this page has trained, once for each setting and λ; the oldest rows give way."""
    trials: dict[Key, Trial] = st.session_state.setdefault(TRIED, {})
    digest = "" if lesson.settings.dataset in DATASETS or own() is None else own().digest
    settings = deciding(lesson.settings, lesson.trained.data.source.synthetic)
    for label, run in lesson.trained.runs.items():
        key = (digest, settings, label)
        if key not in trials:
            n = st.session_state[COUNT] = st.session_state.get(COUNT, 0) + 1
            trials[key] = measured(n, settings, digest, label, run, lesson.trained, lesson.k)
    while len(trials) > MAX_ROWS:
        del trials[next(iter(trials))]


def deciding(settings: Settings, is_synthetic: bool) -> Settings:
    """The settings without those that the data set has no use for."""
    if is_synthetic:
        return settings
    default = Settings()
    return Settings(**asdict(settings) | {"noise": default.noise, "n_samples": default.n_samples})


def measured(
    n: int, settings: Settings, digest: str, label: str, run: Run, trained: Trained, k: int
) -> Trial:
    """The k-th network of a run, on the training and on the test rows."""
    one, data = run.select(slice(k, k + 1)), trained.data
    name = data.source.label if settings.dataset in DATASETS else f"{data.source.label}: {data.source.source}"
    return Trial(
        number=n,
        settings=settings,
        digest=digest,
        data=name,
        is_synthetic=data.source.synthetic,
        penalty=label,
        train_cost=float(one.data_cost[-1, 0]),
        test_cost=float(cost_on(one, data.X_test, data.y_test)[0]),
        accuracy=float(accuracy(one.predict_proba(data.X_test), data.y_test)[0]),
        zeros=float(sparsity(one.W)[0]),
    )


def trials() -> list[Trial]:
    """What was tried, oldest first."""
    return list(st.session_state.get(TRIED, {}).values())


def table(tried: Sequence[Trial]) -> pd.DataFrame:
    """One row a trial: its number, SETTINGS and RESULTS; samples and noise where the data are drawn."""
    rows = [
        (
            t.number,
            t.data,
            format_value(t.settings.hidden),
            t.settings.learning_rate,
            t.settings.epochs,
            t.settings.seed,
            t.settings.n_samples if t.is_synthetic else None,
            t.settings.noise if t.is_synthetic else None,
            t.penalty,
            t.settings.lam,
            t.train_cost,
            t.test_cost,
            t.accuracy,
            t.zeros,
        )
        for t in tried
    ]
    return pd.DataFrame(rows, columns=["no.", *SETTINGS, *RESULTS]).astype(
        {"samples": "Int64", "noise": float}
    )


def comparison(first: Trial, second: Trial) -> pd.DataFrame:
    """what, then a column for each trial: the settings in which they differ, and all results."""
    both = table([first, second])
    kept = [name for name in SETTINGS if written(both[name].iloc[0]) != written(both[name].iloc[1])]
    columns = {
        f"no. {t.number}": [written(both[name].iloc[i], name in SHARES) for name in (*kept, *RESULTS)]
        for i, t in enumerate((first, second))
    }
    return pd.DataFrame({"what": [*kept, *RESULTS], **columns})


def written(value: object, is_share: bool = False) -> str:
    """A cell of a comparison: a number to four digits or in percent, "–" where there is none."""
    if pd.isna(value):
        return "–"
    if is_share:
        return percent(value)
    return number(value, 4) if isinstance(value, float) else str(value)


def sentences(first: Trial, second: Trial) -> list[str]:
    """What differs between two trials, and which has the lower test cost."""
    both = comparison(first, second)
    names = [name for name in both.what if name in SETTINGS]
    a, b = f"no. {first.number}", f"no. {second.number}"
    notes = [f"{a} and {b} differ in {joined([f'**{name}**' for name in names])}."] if names else []
    if first.data == second.data and first.test_cost != second.test_cost:
        low, high = sorted((first, second), key=lambda t: t.test_cost)
        if low.test_cost < high.test_cost:
            notes.append(
                f"no. {low.number} has the lower test cost, **{number(low.test_cost)}** against "
                f"{number(high.test_cost)}; exactly zero are {percent(low.zeros)} of its weights against "
                f"{percent(high.zeros)}."
            )
    elif first.data != second.data:
        notes.append(f"Costs on {plain(first.data)} and on {plain(second.data)} are not to be compared.")
    return notes


def pinned(tried: Sequence[Trial]) -> list[int]:
    """Positions in the table of the trials that were pinned, at most PINS, where they are still there."""
    kept = st.session_state.get(PINNED, ())
    return [i for i, t in enumerate(tried) if t.number in kept][:PINS]


def pin(numbers: Sequence[int]) -> None:
    """Remember which trials are compared, by their number."""
    st.session_state[PINNED] = tuple(numbers)


def can_return(trial: Trial) -> bool:
    """Whether the panel can go back to this trial: a person's data may be gone, or others in their place."""
    return trial.settings.dataset in DATASETS or (own() is not None and own().digest == trial.digest)


def go_back(settings: Settings) -> None:
    """A button's callback: set the panel to these settings."""
    choose(asdict(settings))

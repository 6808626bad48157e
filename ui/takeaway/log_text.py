"""What was tried as plain values, such as a browser can keep, and back again; what cannot be is left out."""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import replace
from math import isfinite, isnan, nan
from typing import Any
from urllib.parse import parse_qsl, urlencode

from core import DATASETS, PENALTIES, Settings
from core.edits import format_edits, parse_edits
from core.settings import UPLOAD
from core.training import METHODS
from ui.base.session import Trial, session
from ui.takeaway.log import MAX_ROWS

DIGITS = 9
LONGEST = 20_000  # characters of a text
LABELS = {penalty.label for penalty in PENALTIES.values()}
Row = list[Any]


def rows() -> list[Row]:
    """What was tried in this session, oldest first."""
    return [_row(trial) for trial in session.trials.values()]


def _row(trial: Trial) -> Row:
    costs = (trial.train_cost, trial.validated_cost, trial.accuracy, trial.zeros)
    return [
        trial.number,
        urlencode(trial.settings.to_query()),
        trial.digest,
        trial.data if trial.settings.dataset == UPLOAD else "",
        trial.penalty,
        trial.method,
        int(trial.at_rest),
        *(float(f"{cost:.{DIGITS}g}") if isfinite(cost) else None for cost in costs),
        format_edits(trial.edits),
    ]


def take_back(given: object) -> None:
    """Put what an earlier session tried before what this one did, whose numbers follow."""
    found: dict[Hashable, Trial] = {}
    for row in given[-MAX_ROWS:] if isinstance(given, list) else ():
        with suppress(ValueError, TypeError):
            trial = _trial(*row)
            found[_key(trial)] = trial
    last = max((trial.number for trial in found.values()), default=0)
    for key, trial in session.trials.items():
        if key in found:
            number = found[key].number
            found[key] = trial if isnan(found[key].validated_cost) else found[key]
        else:
            last = number = last + 1
            found[key] = trial
        found[key] = replace(found[key], number=number)
    session.trials, session.trial_count = found, max(last, session.trial_count)


def _key(trial: Trial) -> Hashable:
    """As the log tells what was tried apart."""
    return trial.digest, trial.settings, trial.penalty, trial.method


def _trial(
    number: int,
    query: str,
    digest: str,
    data: str,
    penalty: str,
    method: str,
    at_rest: int,
    train_cost: float | None,
    validated_cost: float | None,
    accuracy: float | None,
    zeros: float | None,
    edits: str,
) -> Trial:
    """A row as it was tried. Raises ValueError or TypeError where it is none."""
    texts = (query, digest, data, edits)
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
        raise ValueError("these are no texts")
    settings, problems = Settings.from_query(dict(parse_qsl(query)))
    if problems or penalty not in LABELS or method not in METHODS:
        raise ValueError("this was never tried")
    source = DATASETS.get(settings.dataset)
    return Trial(
        number=_count(number),
        settings=settings.reduced(),
        digest=digest,
        data=source.label if source else data,
        is_synthetic=settings.is_synthetic,
        penalty=penalty,
        method=method,
        at_rest=bool(at_rest),
        train_cost=_cost(train_cost),
        validated_cost=_cost(validated_cost),
        accuracy=_cost(accuracy, 1),
        zeros=_cost(zeros, 1),
        edits=parse_edits(edits),
    )


def _count(number: object) -> int:
    if type(number) is not int or not 0 < number < 10**9:
        raise ValueError("this is no number of a row")
    return number


def _cost(value: float | None, most: float = 1e12) -> float:
    """A measured value that is not negative, NaN for none."""
    if value is None:
        return nan
    if not 0 <= value <= most:
        raise ValueError("this was never measured")
    return float(value)


def pins(given: object) -> tuple[int, ...]:
    """The numbers of the rows that were compared."""
    numbers: Sequence[object] = given if isinstance(given, list) else ()
    return tuple(one for one in numbers[:MAX_ROWS] if type(one) is int)

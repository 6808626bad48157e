"""What each penalty's networks come to: on the training rows, validated, and where it is known in truth."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core import Dataset, Run
from core.measures import accuracy
from core.selection import Validation
from ui.topics.topic import Context
from ui.work.tasks import Batch
from ui.work.validation import Truth, Validations, expectation, validation

YET = "not validated yet"


@dataclass(frozen=True, eq=False)
class Measured:
    """Cost and accuracy at each λ, (n_lams,); NaN where a network diverged or swings."""

    cost: np.ndarray
    accuracy: np.ndarray


@dataclass(frozen=True, eq=False)
class Scores:
    """One penalty's networks, measured."""

    training: Measured
    validation: Validation | None = None  # None until it is there, or where it is refused
    true: Measured | None = None  # on rows that nobody has seen; None where they cannot be drawn, or yet

    @property
    def validated(self) -> Measured | None:
        """Means over the folds."""
        found = self.validation
        return None if found is None else Measured(found.mean, found.accuracies.mean(axis=0))

    @property
    def new(self) -> tuple[str, Measured]:
        """What is best known of new rows, and its name: the truth, else the folds, else the training rows."""
        if self.true is not None:
            return "true", self.true
        return ("training", self.training) if self.validated is None else ("validated", self.validated)

    @property
    def by_rows(self) -> dict[str, Measured]:
        """All that is known, by its name."""
        found = {"training": self.training, "validated": self.validated, "true": self.true}
        return {rows: measured for rows, measured in found.items() if measured is not None}

    @property
    def k_1se(self) -> int:
        """Position of λ₁ₛₑ, −1 where there is none."""
        return -1 if self.validation is None else self.validation.k_1se


def second(context: Context) -> Batch[Validations | Truth]:
    """What to expect of new rows: no picture waits for it."""
    return expectation(context.settings, context.shelf, context.networks.runs)


@dataclass(frozen=True, eq=False)
class Expected:
    """What is known of new rows, and why the rest is not."""

    validations: Mapping[str, Validation] = field(default_factory=dict)  # by the penalty's label
    truth: Truth | None = None
    missing: str = ""  # why λ is not validated, in a sentence


def expected(context: Context) -> Expected:
    """What is known in this context; nothing is begun for it."""
    found = context.known(second(context)) or []
    validations = [one for one in found if isinstance(one, Validations)]
    truth = [one for one in found if isinstance(one, Truth)]
    refused = [task.refused for task in validation(context.settings, context.shelf).tasks if task.refused]
    missing = "" if validations else " ".join(refused) or f"Which λ is right is {YET}."
    return Expected(validations[0].by_label if validations else {}, truth[0] if truth else None, missing)


def scores_of(run: Run, data: Dataset, label: str = "", known: Expected | None = None) -> Scores:
    """One penalty's networks on the training rows, and what is known of new ones."""
    known = known or Expected()
    cost = run.cross_entropy(data.X_train, data.y_train)
    share = accuracy(run.predict_proba(data.X_train), data.y_train)
    training = Measured(*(np.where(run.sound, values, np.nan) for values in (cost, share)))
    truth = known.truth
    true = None if truth is None else Measured(truth.cost[label], truth.accuracy[label])
    return Scores(training, known.validations.get(label), true)


def settled(context: Context) -> Expected:
    """The same, waited for."""
    context.run(second(context))
    return expected(context)

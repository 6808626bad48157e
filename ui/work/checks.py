"""The gradient check at every λ together: as the trainings, once for each setting, in the queue and kept.

λ only weighs the penalty's part of J, so all λ take as long as one, and λ plays no part in what is asked for.
"""

from dataclasses import dataclass
from functools import partial

from core import Dataset, Settings
from core.gradient import Check, checks
from core.settings import LAMS
from ui.base.queue import OnProgress
from ui.data.shelf import Kind, Shelf
from ui.work.tasks import Batch, Task

KIND = Kind("checks", 8_000_000, 1_000_000)


@dataclass(frozen=True, eq=False)
class ChecksByLam:
    """Checks that were made together, of every λ of the grid."""

    by_lam: dict[float, Check]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return sum(check.nbytes for check in self.by_lam.values())


def check_settings(settings: Settings) -> Settings:
    """The settings that the checks depend on."""
    return settings.reduced("lam", "learning_rate", "epochs")


def gradient_check(settings: Settings, shelf: Shelf, penalty: str, mistake: str | None) -> Batch[ChecksByLam]:
    """The checks of a penalty's gradient; mistake: what backpropagation forgets on purpose, or None."""
    settings = check_settings(settings)
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(penalty, mistake),
        work=partial(_check, settings, shelf.load(settings).data, penalty, mistake),
        seconds=1.0,
        label="Moving each weight up and down",
    )
    return Batch((task,))


def _check(
    settings: Settings, data: Dataset, penalty: str, mistake: str | None, on_progress: OnProgress
) -> ChecksByLam:
    found = checks(data, settings.hidden, penalty, LAMS, settings.seed, mistake)
    return ChecksByLam(dict(zip(LAMS, found, strict=True)))

"""The gradient check: as the trainings, once for each setting, in the queue and kept."""

from functools import partial

from core import Dataset, Settings
from core.gradient import Check, check
from ui.base.queue import OnProgress
from ui.data.shelf import Kind, Shelf
from ui.work.tasks import Batch, Task

KIND = Kind("checks", 8_000_000, 1_000_000)


def gradient_check(settings: Settings, shelf: Shelf, penalty: str, mistake: str | None) -> Batch[Check]:
    """The check of a penalty's gradient; mistake: what backpropagation forgets on purpose, or None."""
    settings = settings.reduced("learning_rate", "epochs")
    data = shelf.load(settings).data
    task = Task(
        kind=KIND,
        shelf=shelf,
        settings=settings,
        depends_on=(penalty, mistake),
        work=partial(_check, settings, data, penalty, mistake),
        seconds=1.0,
        label="Moving each weight up and down",
    )
    return Batch((task,))


def _check(
    settings: Settings, data: Dataset, penalty: str, mistake: str | None, on_progress: OnProgress
) -> Check:
    return check(data, settings.hidden, penalty, settings.lam, settings.seed, mistake)

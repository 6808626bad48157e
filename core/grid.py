"""Every penalty at every λ in one training: what the dashboard shows is read off these networks."""

from core.datasets import Dataset
from core.penalties import PENALTIES
from core.run import Run
from core.settings import LAMS, Settings
from core.training import OnProgress, train


def train_grid(
    data: Dataset,
    settings: Settings,
    snapshots: int = 60,
    on_progress: OnProgress | None = None,
    hidden: tuple[int, ...] | None = None,
) -> dict[str, Run]:
    """Every penalty of the registry over LAMS, by the penalty's label; one stack, all from the same start.

    settings: of which hidden, learning_rate, epochs and seed count; hidden: in place of the settings' own.
    snapshots, on_progress: as for `train`.
    """
    n = len(LAMS)
    run = train(
        data.X_train,
        data.y_train,
        hidden=settings.hidden if hidden is None else hidden,
        penalty=[name for name in PENALTIES for _ in LAMS],
        lams=LAMS * len(PENALTIES),
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        seed=settings.seed,
        snapshots=snapshots,
        on_progress=on_progress,
    )
    return {
        penalty.label: run.select(slice(i * n, (i + 1) * n)) for i, penalty in enumerate(PENALTIES.values())
    }

"""Where a picture has to hold: every data set, with and without hidden layers, at both ends of the grid."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import core
from core.settings import LAMS
from tests.app import context_at
from ui.topics.topic import Context

ENDS = LAMS[0], LAMS[-1]
SEED = 90  # of these tests alone, so that what they make quickly is nobody else's
HIDDEN = ((), (6,), (5, 4, 3, 2))


def written(hidden: tuple[int, ...]) -> str:
    """Layers as an address has them."""
    return "-".join(map(str, hidden)) or "none"


def settings_at(dataset: str, hidden: tuple[int, ...], lam: float) -> core.Settings:
    """One of these places, quickly trained."""
    return core.Settings(dataset=dataset, hidden=hidden, lam=lam, epochs=50, seed=SEED)


def at_both_ends(
    hidden: Sequence[tuple[int, ...]] = HIDDEN, choices: Mapping[str, Any] | None = None
) -> Iterator[Context]:
    """All places, one after the other."""
    for dataset in core.DATASETS:
        for layers in hidden:
            for lam in ENDS:
                yield context_at(settings_at(dataset, layers, lam), choices)

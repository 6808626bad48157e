"""What a page works with: the settings, and the networks or the data that belong to them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core import Dataset, Run, Settings
from ui import words


class RefusedError(ValueError):
    """A training that would take too long and is not begun, with a sentence that says what to lower."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A data set and the networks trained on it: for each penalty the whole grid of λ."""

    data: Dataset
    runs: dict[str, Run]  # by the penalty's label, "L1" and "L2"
    pictures: dict[Any, Any] = field(default_factory=dict, repr=False)  # see ui.picture.remembered

    @property
    def lams(self) -> np.ndarray:
        """The grid, (n_lams,)."""
        return next(iter(self.runs.values())).lams

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return sum(each.nbytes for each in (*self.runs.values(), *list(self.pictures.values())))


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a page works with: the settings, and the networks trained for them."""

    settings: Settings
    trained: Trained
    theme: str  # "light" or "dark"

    @property
    def k(self) -> int:
        """Position of the chosen λ in the grid."""
        return self.trained.lams.tolist().index(self.settings.lam)

    @property
    def labels(self) -> tuple[str, ...]:
        """The grid as it is written on axes."""
        return tuple(words.lam_label(lam) for lam in self.trained.lams)

    @property
    def lam(self) -> str:
        """The chosen λ, in words."""
        return f"λ = {words.lam_label(self.settings.lam)}"


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a page works with that needs none of the trained networks: the settings and their data."""

    settings: Settings
    data: Dataset
    theme: str  # "light" or "dark"

    @property
    def lam(self) -> str:
        """The chosen λ, in words."""
        return f"λ = {words.lam_label(self.settings.lam)}"

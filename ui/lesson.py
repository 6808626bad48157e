"""What a page works with: the settings, and the networks or the data that belong to them."""

from dataclasses import dataclass, field

import numpy as np

from core import Dataset, Run, Settings
from ui import words
from ui.memory import Album

PICTURES_BYTES = 10_000_000  # of the same data, or of the same networks: some two hundred


class RefusedError(ValueError):
    """A training that would take too long and is not begun, with a sentence that says what to lower."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A data set, and the pictures that were drawn of it."""

    data: Dataset
    pictures: Album = field(default_factory=lambda: Album(PICTURES_BYTES), init=False, repr=False)

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return self.data.nbytes + self.pictures.nbytes


@dataclass(frozen=True, eq=False)
class Trained(Loaded):
    """A data set and the networks trained on it: for each penalty the whole grid of λ."""

    runs: dict[str, Run]  # by the penalty's label, "L1" and "L2"

    @property
    def lams(self) -> np.ndarray:
        """The grid, (n_lams,)."""
        return next(iter(self.runs.values())).lams

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return super().nbytes + sum(run.nbytes for run in self.runs.values())


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a page works with: the settings, and the networks trained for them."""

    settings: Settings
    trained: Trained
    theme: str  # "light" or "dark"

    @property
    def pictures(self) -> Album:
        """What was drawn of these networks."""
        return self.trained.pictures

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
    loaded: Loaded
    theme: str  # "light" or "dark"

    @property
    def data(self) -> Dataset:
        """The data set that the settings name."""
        return self.loaded.data

    @property
    def pictures(self) -> Album:
        """What was drawn of these data."""
        return self.loaded.pictures

    @property
    def lam(self) -> str:
        """The chosen λ, in words."""
        return f"λ = {words.lam_label(self.settings.lam)}"

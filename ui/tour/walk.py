"""The walk through the tour: each step is asked, then its answer is shown, then the next one is asked.

One key goes on and one goes back, whatever is due.
"""

from dataclasses import dataclass

from ui.tour.steps import TOUR, Step


@dataclass(frozen=True)
class Stage:
    """Where a tour stands: at which step, and whether its answer is shown."""

    step: Step
    shown: bool = False

    @property
    def _number(self) -> int:
        return 2 * TOUR.index(self.step) + self.shown

    def on(self) -> "Stage | None":
        """What comes next: the answer, or the next question; None at the end."""
        return _stage(self._number + 1)

    def back(self) -> "Stage | None":
        """What came before: the question, or the answer of the step before; None at the start."""
        return _stage(self._number - 1)


def _stage(number: int) -> Stage | None:
    return Stage(TOUR[number // 2], bool(number % 2)) if 0 <= number < 2 * len(TOUR) else None

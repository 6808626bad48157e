"""Taking times in turns, so that a busy minute of the machine falls on all contenders alike."""

from collections.abc import Callable, Hashable
from time import perf_counter, sleep
from typing import TypeVar

import numpy as np

Name = TypeVar("Name", bound=Hashable)

REST = 0.05  # seconds between two contenders, for thread pools to go to sleep


def seconds(run: Callable[[], object]) -> float:
    """Time of one call."""
    start = perf_counter()
    run()
    return perf_counter() - start


def in_turns(runs: dict[Name, Callable[[], object]], rounds: int) -> dict[Name, np.ndarray]:
    """Seconds of each contender in each round, (rounds,); the order turns by one every round."""
    names = list(runs)
    times = {name: np.empty(rounds) for name in names}
    for i in range(rounds):
        turn = i % len(names)
        for name in names[turn:] + names[:turn]:
            sleep(REST)
            times[name][i] = seconds(runs[name])
    return times


def ratio(times: np.ndarray, ours: np.ndarray) -> float:
    """Median over the rounds of a contender's time in units of ours in the same round."""
    return float(np.median(times / ours))


def short(value: float, digits: int = 3) -> str:
    """A number of a table: rounded to some digits, and never 1e+02."""
    return f"{float(f'{value:.{digits}g}'):,g}"

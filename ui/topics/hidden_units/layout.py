"""How the network is laid out: columns of units, where each stands, and what it is called."""

from collections.abc import Sequence

import numpy as np

from core import Dataset, Run

MAX_LABELS = 30  # names in one column; more would stand on each other
ROW = 20  # pixels of one named input
HIGHEST = 460  # pixels of all units, so that the network stands in one window
HEAD = 62  # pixels over the units: the penalty, and how many units each column has
NARROW = 700  # pixels of page under which names give way to the network


def sizes_of(run: Run) -> tuple[int, ...]:
    """Units of every column, inputs first."""
    return (run.W[0].shape[2], *(W.shape[1] for W in run.W))


def network_height(sizes: Sequence[int]) -> int:
    """Height of the network in pixels: a row for each named input, and room enough to see units apart."""
    wanted = max(ROW * min(sizes[0], MAX_LABELS), 15 * max(sizes[1:]), 240)
    return HEAD + min(HIGHEST, wanted)


def positions(sizes: Sequence[int]) -> list[np.ndarray]:
    """How far down the units of each column stand, from 0 at the top to 1, evenly."""
    height = network_height(sizes)
    return [(HEAD + (np.arange(n) + 0.5) / n * (height - HEAD)) / height for n in sizes]


def names_of(data: Dataset, sizes: Sequence[int]) -> list[list[str]]:
    """What each unit of each column is called; a single output is that of the second class."""
    hidden = [[f"unit {i + 1} of layer {l + 1}" for i in range(n)] for l, n in enumerate(sizes[1:-1])]
    outputs = list(data.class_names) if sizes[-1] > 1 else [data.class_names[1]]
    return [list(data.feature_names), *hidden, outputs]

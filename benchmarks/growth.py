"""How the core's time and memory grow with the number of λ, with the rows and with the hidden units."""

import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

import core
from benchmarks.jobs import LEARNING_RATE, grid
from benchmarks.timing import in_turns, short

NOTES = """\
L1, 2 features, two hidden layers of equal width; where it is not what grows: 50 λ, 400 rows, 8 units.
Median of {rounds} rounds in turns. An epoch's time and the size are multiples of the smallest of the group.
Peak memory while training with up to 60 snapshots, as tracemalloc saw it in a run of its own; kept is what
the returned run holds."""

WORK = 32_000_000  # rows × networks × epochs × units of a measurement, about


@dataclass(frozen=True)
class Size:
    """A job on drawn data, as large as it says."""

    group: str
    n_lams: int = 50
    m: int = 400
    units: int = 8

    @property
    def value(self) -> int:
        """The size of what grows."""
        return {"λ": self.n_lams, "rows": self.m, "hidden units": self.units}[self.group]

    @property
    def epochs(self) -> int:
        """Few where an epoch is long."""
        return max(2, min(200, WORK // (self.units * self.m * self.n_lams)))

    def prepare(self, snapshots: int = 2) -> Callable[[], core.Run]:
        """A training of that size."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((self.m, 2))
        y = (X[:, 0] * X[:, 1] > 0).astype(int)
        hidden, lams = (self.units, self.units), grid(max(2, self.n_lams))[: self.n_lams]
        return lambda: core.train(
            X, y, hidden, "l1", lams, LEARNING_RATE, epochs=self.epochs, snapshots=snapshots
        )


@dataclass(frozen=True)
class Row:
    """Time and memory at one size."""

    group: str
    value: int
    microseconds: float  # for one network and epoch
    growth: float  # time of an epoch against the smallest of the group
    larger: float  # size against the smallest of the group
    peak_bytes: int
    kept_bytes: int

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return asdict(self)


def sizes(quick: bool) -> list[Size]:
    """What to measure; quick leaves the largest out."""
    lams, rows, units = (
        (1, 2, 5, 10, 20, 50, 100, 200),
        (100, 1_000, 10_000, 100_000),
        (4, 8, 16, 32, 64, 128, 256),
    )
    if quick:
        lams, rows, units = (1, 10, 50, 200), (100, 1_000, 10_000), (4, 16, 64)
    return [
        *(Size("λ", n_lams=n) for n in lams),
        *(Size("rows", m=m) for m in rows),
        *(Size("hidden units", units=n) for n in units),
    ]


def measure(quick: bool) -> list[Row]:
    """Time, in turns within a group, and memory, afterwards."""
    rows = []
    for group in ("λ", "rows", "hidden units"):
        print(f"Growth with {group} …", flush=True)
        rows += _measure_group([size for size in sizes(quick) if size.group == group], rounds_of(quick))
    return rows


def rounds_of(quick: bool) -> int:
    """Rounds to take the median of."""
    return 3 if quick else 5


def _measure_group(group: list[Size], rounds: int) -> list[Row]:
    times = in_turns({str(size.value): size.prepare() for size in group}, rounds)
    epoch = {size: float(np.median(times[str(size.value)])) / size.epochs for size in group}
    first = group[0]
    return [
        Row(
            group=size.group,
            value=size.value,
            microseconds=epoch[size] / size.n_lams * 1e6,
            growth=epoch[size] / epoch[first],
            larger=size.value / first.value,
            **_memory(size),
        )
        for size in group
    ]


def _memory(size: Size) -> dict[str, int]:
    """Peak and kept bytes of a training with 60 snapshots."""
    run = size.prepare(snapshots=60)
    tracemalloc.start()
    try:
        trained = run()
        return {"peak_bytes": tracemalloc.get_traced_memory()[1], "kept_bytes": trained.nbytes}
    finally:
        tracemalloc.stop()


def table(rows: list[Row], rounds: int) -> str:
    """Markdown: one line a size."""
    lines = [
        "| | size | µs for a network and epoch | an epoch's time | size | peak MB | kept MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.group} | {row.value:,} | {short(row.microseconds)} "
        f"| × {short(row.growth)} | × {short(row.larger)} "
        f"| {short(row.peak_bytes / 1e6)} | {short(row.kept_bytes / 1e6)} |"
        for row in rows
    ]
    return "\n".join([*lines, "", NOTES.format(rounds=rounds)])

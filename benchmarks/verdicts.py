"""How often the accelerated steps end above the plain ones, and how often `Run.at_rest` errs either way."""

from dataclasses import asdict, astuple, dataclass
from itertools import product

import numpy as np

import core
from core.measures import count_zeros
from core.penalties import LECTURED, PENALTIES

LAMS = (0.0, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
EPOCHS = 300  # after which a run is asked whether it is at rest
LATER = 4 * EPOCHS
COUNTS = (30, 100, EPOCHS, LATER)  # at which J is compared
WORSE = 1e-3  # relative difference of J that counts
ROWS = 150  # training samples, at most
METHODS = ("proximal", "accelerated")


@dataclass(frozen=True)
class Product:
    """What is measured: every data set at every α and depth."""

    datasets: tuple[str, ...]
    rates: tuple[float, ...]
    depths: tuple[tuple[int, ...], ...]


FULL = Product(tuple(core.DATASETS), (0.1, 0.3, 1.0, 3.0), tuple((8,) * n for n in range(5)))
QUICK = Product(("moons", "breast_cancer"), (0.3, 3.0), ((), (8,), (8, 8)))

NOTES = """\
{data}; α of {rates}; both penalties over {n} λ from 0 to 1,000; at most {m} training samples, float32,
seed 0. Above plain: of the comparisons of an accelerated with a plain network after {counts} epochs,
where the plain one is finite, those whose J is higher by more than 1 ‰, mostly in another minimum; and
the largest such difference. At rest: of the networks of both methods that Run.at_rest calls so after
{epochs} epochs, those that are wrong: J to four digits, the count of exact zeros or the accuracy on the
training samples is another after {later}. Not told: of the networks in which none of these changes, those
that are not called at rest. Networks that are not finite after {epochs} epochs are left out there."""


@dataclass(frozen=True)
class Row:
    """What was counted on all data sets and α, for one depth."""

    hidden: str
    compared: int  # networks × counts
    above: int
    worst: float  # the largest relative difference, 0 where accelerated is never above
    not_finite: int  # comparisons in which accelerated is not finite and plain is
    called: int  # at rest
    wrong: int
    unchanged: int
    missed: int

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {"table": "verdicts", **asdict(self)}


def measure(quick: bool) -> list[Row]:
    """A row for each depth."""
    chosen, rows = QUICK if quick else FULL, []
    for hidden in chosen.depths:
        print(f"Verdicts, {depth(hidden)} …", flush=True)
        parts = [measure_one(name, hidden, rate) for name, rate in product(chosen.datasets, chosen.rates)]
        rows.append(total(depth(hidden), parts))
    return rows


def depth(hidden: tuple[int, ...]) -> str:
    """Hidden layers in words."""
    return f"hidden {'-'.join(map(str, hidden))}" if hidden else "no hidden layer"


def total(hidden: str, rows: list[Row]) -> Row:
    """The sums of rows, and the worst of them."""
    columns = list(zip(*(astuple(row)[1:] for row in rows), strict=True))
    sums = [sum(column) for column in columns]
    sums[2] = max(columns[2], default=0.0)
    return Row(hidden, *sums)


def measure_one(dataset: str, hidden: tuple[int, ...], learning_rate: float) -> Row:
    """Both methods on one data set, for EPOCHS and for LATER."""
    data = core.load_dataset(dataset, seed=0, n_samples=ROWS)
    X, y = data.X_train[:ROWS], data.y_train[:ROWS]
    names = [name for name in LECTURED for _ in LAMS]

    def train(method: str, counts: tuple[int, ...]) -> core.Run:
        lams = np.tile(LAMS, len(LECTURED))
        return core.train(
            X, y, hidden, names, lams, learning_rate, counts[-1], method=method, snapshots=(0, *counts)
        )

    runs = {method: (train(method, (EPOCHS,)), train(method, COUNTS)) for method in METHODS}
    plain, fast = (runs[method][1].cost[1:] for method in METHODS)
    judged = np.sum([judge(*pair, X, y) for pair in runs.values()], axis=0)
    return Row(depth(hidden), *compare(plain, fast), *judged.tolist())


def compare(plain: np.ndarray, fast: np.ndarray) -> tuple[int, int, float, int]:
    """Comparisons of J, those above by more than WORSE, the worst, and those not finite in fast alone."""
    finite = np.isfinite(plain)
    with np.errstate(invalid="ignore"):
        excess = (fast / np.maximum(plain, 1e-6) - 1)[finite]  # a J of 0 has no relative difference
    broken = ~np.isfinite(excess)
    worse = excess[~broken & (excess > WORSE)]
    return int(finite.sum()), len(worse), float(worse.max(initial=0.0)), int(broken.sum())


def judge(now: core.Run, later: core.Run, X: np.ndarray, y: np.ndarray) -> tuple[int, int, int, int]:
    """Networks called at rest, those of them that change; networks that do not, those not called at rest."""
    finite = np.isfinite(now.cost[-1])
    same = unchanged(figures(now, X, y), figures(later, X, y)) & finite
    said = now.at_rest & finite
    return int(said.sum()), int((said & ~same).sum()), int(same.sum()), int((same & ~said).sum())


def figures(run: core.Run, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What is shown of each network, (3, n_lams): J, exact zeros where the penalty makes them, accuracy."""
    sparse = np.array([PENALTIES[name].is_sparse for name in run.penalty])
    return np.array([run.cost[-1], np.where(sparse, count_zeros(run.W), 0), run.accuracy(X, y)])


def unchanged(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Whether J differs by less than half a unit of its fourth digit, and the others not at all."""
    size = np.where(before[0] > 0, before[0], 1)
    digit = 10.0 ** (np.floor(np.log10(size)) - 3)
    same: np.ndarray = (np.abs(before[0] - after[0]) <= digit / 2) & (before[1:] == after[1:]).all(axis=0)
    return same


def table(rows: list[Row], quick: bool) -> str:
    """Markdown: one line a depth, and all of them."""
    chosen = QUICK if quick else FULL
    lines = [
        "| | compared | above plain | the worst | not finite | at rest | wrong | unchanged | not told |",
        "|---|" + "---:|" * 8,
        *(_line(row) for row in [*rows, total("all", rows)]),
    ]
    notes = NOTES.format(
        data=", ".join(core.DATASETS[name].label for name in chosen.datasets) if quick else "All data sets",
        rates=", ".join(f"{rate:g}" for rate in chosen.rates),
        n=len(LAMS),
        m=ROWS,
        counts=", ".join(f"{n:,}" for n in COUNTS[:-1]) + f" and {COUNTS[-1]:,}",
        epochs=EPOCHS,
        later=f"{LATER:,}",
    )
    return "\n".join([*lines, "", notes])


def _line(row: Row) -> str:
    above = f"{row.above:,} ({row.above / max(1, row.compared):.2%})"
    wrong = f"{row.wrong:,} ({row.wrong / max(1, row.called):.1%})"
    missed = f"{row.missed:,} ({row.missed / max(1, row.unchanged):.1%})"
    cells = (row.hidden, f"{row.compared:,}", above, f"{row.worst:.1%}", row.not_finite)
    return f"| {' | '.join(map(str, (*cells, f'{row.called:,}', wrong, f'{row.unchanged:,}', missed)))} |"

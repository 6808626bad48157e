"""How long it takes until a grid of networks is at rest, this core against its peers.

`python -m benchmarks.rest` prints two tables: the time to rest, and how often the accelerated steps and
`Run.at_rest` err (`benchmarks.verdicts`).
"""

import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.util import find_spec

import numpy as np

import core
from benchmarks import verdicts
from benchmarks.jobs import Job, Params, objective, training_jobs
from benchmarks.momentum import (
    Prepared,
    Solve,
    Train,
    jax_accelerated,
    sklearn_lbfgs,
    this_core,
    torch_accelerated,
)
from benchmarks.peers import CORE, JAX, SKLEARN, TORCH
from benchmarks.timing import in_turns, ratio, seconds, short

WITHIN, TINY = 1e-3, 1e-6  # at rest where J ≤ (1 + WITHIN)·rest + TINY
LAM_FROM = 3.0  # the networks that count have at least this λ
SHARE = 0.9  # and so many of them must be at rest
OTHER = 0.01  # a rest so much above the lowest is another minimum
LEARNING_RATE = core.Settings().learning_rate
LONG = 4000  # epochs of the long run
SEEDS = (3, 3, 1, 1)  # for the larger shape, and the convex one, one will do
SHORTER = 2  # times, in a quick run
TRIAL = 20  # epochs, to choose the number of threads by
UNTIL_REST, ACCELERATED, PLAIN = f"{CORE}, until rest", f"{CORE}, accelerated", f"{CORE}, plain steps"
LBFGS = "scikit-learn, L-BFGS"
BOTH, ALONE = "L1 and L2", f"L2, λ ≥ {LAM_FROM:g}"

NOTES = """\
{n} networks a shape: each penalty over the dashboard's 26 λ, full batch, float32, from the same start,
with steps of α = {rate:g} or, accelerated, at most that. The rest of a network is the lowest J that it
comes to in a long run by the same contender ({long} epochs). It is there from the first of some epochs,
each 15 % more than the one before, from which on J ≤ 1.001·rest + 1e-6; where that comes only in the
second half of the long run it counts as not there, since its rest is then not known. The time is that of
a training of just as many epochs as it takes until {share} of the networks with λ ≥ {lam:g} are there,
over {seeds} seeds in the order of the columns; below that λ they hardly rest in float32, and how many of
all λ are there at that time is told as “of all”. Median of {rounds} rounds in turns, for one seed. Ratios
are times in units of this core's, so above 1 this core is faster.
This core, until rest, is train(…, method="accelerated", until_rest=True): a network that is at rest by
Run.at_rest stops; it looks for those now and then, and that is timed. The other contenders train all
networks to the last epoch, as this core does in the next row. The plain steps have no rest of their own
after so few epochs: theirs is the lower of their lowest J and the accelerated core's. JAX and PyTorch
train all networks at once, by one kind of acceleration: a proximal gradient with momentum, restart and
step size for each network, see benchmarks/momentum.py. Compiling is not timed. NumPy's products run on
one thread, PyTorch on one or two, whichever is faster; JAX as it likes.
scikit-learn's L-BFGS knows L2. It trains in float64, one network after the other, each for just the
iterations that it needs: LogisticRegression without a hidden layer, else MLPClassifier from a start of
its own; both penalize the weights alone. In these two rows this core, too, trains those networks alone
that count. All of L-BFGS's come to rest.
Networks of tanh have many minima, and who ends in a high one may be there early. “Other minimum” is the
share of networks with λ ≥ {lam:g} whose rest is more than 1 % above the lowest that a contender on the
same grid knows."""


@dataclass(frozen=True)
class Contender:
    """A way to train the grid for any number of epochs."""

    name: str
    prepares: tuple[Callable[[Job], Prepared], ...]  # settings to try; the fastest counts
    needs: str | None = None  # a module, which pip installs under the name `install`
    install: str = ""

    def prepare(self, job: Job) -> Prepared:
        """The setting that is fastest over a few epochs, ready to train."""
        prepared = [prepare(job) for prepare in self.prepares]
        if len(prepared) == 1:
            return prepared[0]
        trials = [min(seconds(partial(each.train, [TRIAL])) for _ in range(2)) for each in prepared]
        return prepared[int(np.argmin(trials))]


def contenders() -> list[Contender]:
    """Those that train a whole grid at once, this core first."""
    threads = [partial(torch_accelerated, threads=n) for n in (1, 2)]
    return [
        Contender(UNTIL_REST, (partial(this_core, method="accelerated", until_rest=True),)),
        Contender(ACCELERATED, (partial(this_core, method="accelerated"),)),
        Contender(PLAIN, (partial(this_core, method="proximal"),)),
        Contender("JAX, accelerated", (jax_accelerated,), "jax", JAX),
        Contender("PyTorch, accelerated", tuple(threads), "torch", TORCH),
    ]


@dataclass(frozen=True)
class Row:
    """One contender on one shape."""

    job: str
    grid: str  # BOTH or ALONE
    contender: str
    latest: int  # epochs within which it counts
    epochs: int | None  # until enough networks are there; None: not within them, or each for itself
    there: float  # share of the networks that count which are there within the latest
    of_all: float  # share of all λ that are there after `epochs`
    other: float  # share of the networks that count whose rest is another minimum
    compiling: float  # seconds, not timed
    seconds: float | None = None  # of a training of `epochs`; None: not enough come to rest
    ratio: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {"table": "time", **asdict(self)}


@dataclass(frozen=True, eq=False)
class Descent:
    """What the long runs of a contender found, one for each seed."""

    trains: list[Train]
    compiling: float
    J: np.ndarray  # (n_seeds, n_counts, n_lams)

    @property
    def lowest(self) -> np.ndarray:
        """(n_seeds, n_lams)."""
        lowest: np.ndarray = self.J.min(axis=1)
        return lowest


def rest_jobs(quick: bool) -> list[list[Job]]:
    """The shapes with the dashboard's grid under both penalties, for each seed.

    Quick leaves out the largest.
    """
    shapes = list(zip(training_jobs(), SEEDS, strict=True))
    if quick:
        shapes = [(job, 1) for job, _ in shapes if job.n_classes == 2]
    return [[_with_grid(job, seed) for seed in range(seeds)] for job, seeds in shapes]


def long_of(quick: bool) -> int:
    """Epochs of the long run."""
    return LONG // SHORTER if quick else LONG


def _with_grid(job: Job, seed: int) -> Job:
    """The job over the dashboard's λ, under each penalty."""
    n, names = len(core.LAMS), list(core.LECTURED)
    return replace(
        job,
        lams=np.tile(core.LAMS, len(names)),
        penalties=tuple(name for name in names for _ in range(n)),
        learning_rate=LEARNING_RATE,
        seed=seed,
    )


def counts_to(long: int) -> list[int]:
    """Epochs from 10 to `long`, each 15 % more than the one before."""
    n = int(np.log(long / 10) / np.log(1.15))
    return np.unique([*np.round(10 * 1.15 ** np.arange(n + 1)).astype(int), long]).tolist()


def measure(quick: bool) -> list[Row | verdicts.Row]:
    """Time to rest on every shape, then the verdicts; says which contenders are missing."""
    present = [
        contender
        for contender in contenders()
        if _present(contender.name, contender.needs, contender.install)
    ]
    lbfgs = _present(LBFGS, "sklearn", SKLEARN)
    rows: list[Row | verdicts.Row] = []
    long = long_of(quick)
    for jobs in rest_jobs(quick):
        print(f"{jobs[0].name}: to rest, {len(jobs)} × {long:,} epochs …", flush=True)
        rows += measure_grid(jobs, long, present, BOTH, rounds_of(quick))
        rows += measure_alone(jobs, long, lbfgs, rounds_of(quick))
    return rows + verdicts.measure(quick)


def rounds_of(quick: bool) -> int:
    """Rounds to take the median of."""
    return 2 if quick else 3


def _present(name: str, needs: str | None, install: str) -> bool:
    missing = needs is not None and find_spec(needs) is None
    if missing:
        print(f"{name}: skipped, since {needs} is not installed; pip install {install}")
    return not missing


def measure_grid(
    jobs: Sequence[Job], long: int, present: list[Contender], grid: str, rounds: int
) -> list[Row]:
    """The contenders on one shape: how many epochs they need, and then what these take, in turns."""
    counts = counts_to(long)
    found = {contender.name: descend(contender, jobs, counts) for contender in present}
    lowest = np.min([descent.lowest for descent in found.values()], axis=0)
    rows: list[Row] = []
    runs: dict[str, Callable[[], object]] = {}
    for name, descent in found.items():
        own = name != PLAIN
        rest = descent.lowest if own else np.minimum(descent.lowest, found[ACCELERATED].lowest)
        latest = long // 2 if own else long
        first = settled(descent.J, rest, counts, latest)
        row = _row(jobs[0], grid, name, latest, first, is_other(rest, lowest), descent)
        rows.append(row)
        if row.epochs:
            runs[name] = partial(_train_all, descent.trains, row.epochs)
    return _timed(rows, runs, rounds, len(jobs))


def _train_all(trains: Sequence[Train], epochs: int) -> None:
    for train in trains:
        train([epochs])


def descend(contender: Contender, jobs: Sequence[Job], counts: Sequence[int]) -> Descent:
    """The long runs of a contender."""
    prepared = [contender.prepare(job) for job in jobs]
    J = [
        [costs(job, params) for params in each.train(counts)]
        for job, each in zip(jobs, prepared, strict=True)
    ]
    return Descent([each.train for each in prepared], prepared[0].compiling, np.array(J))


def costs(job: Job, params: Params) -> np.ndarray:
    """J of each network, (n_lams,), infinite where it diverged."""
    with np.errstate(over="ignore", invalid="ignore"):
        J = objective(job, params)
    return np.where(np.isfinite(J), J, np.inf)


def settled(J: np.ndarray, rest: np.ndarray, counts: Sequence[int], latest: float) -> np.ndarray:
    """The first of the counts from which on each network is at rest, infinite where that is after `latest`.

    J: (n_seeds, n_counts, n_lams); rest and what is returned: (n_seeds, n_lams).
    """
    there = is_there(J, rest[:, None])
    stays = np.logical_and.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    first = np.where(stays.any(axis=1), np.array(counts)[stays.argmax(axis=1)], np.inf)
    return np.where(first <= latest, first, np.inf)


def is_there(J: np.ndarray | float, rest: np.ndarray | float) -> np.ndarray:
    """Whether J is so close to its rest that it counts; one that is infinite is not."""
    return (np.multiply(rest, 1 + WITHIN) + TINY >= J) & np.isfinite(J)


def is_other(rest: np.ndarray, lowest: np.ndarray) -> np.ndarray:
    """Whether a rest is another minimum than the lowest that is known."""
    other: np.ndarray = rest > lowest * (1 + OTHER) + TINY
    return other


def needed(first: np.ndarray) -> int | None:
    """Epochs until SHARE of these networks are there; None where fewer ever are."""
    k = int(np.ceil(SHARE * first.size)) - 1
    epochs = np.sort(first, axis=None)[k]
    return int(epochs) if np.isfinite(epochs) else None


def _row(
    job: Job, grid: str, name: str, latest: int, first: np.ndarray, other: np.ndarray, descent: Descent
) -> Row:
    """What is known of a contender before the clock runs; first and other: (n_seeds, n_lams)."""
    counted = job.lams >= LAM_FROM
    epochs = needed(first[:, counted])
    return Row(
        job=job.name,
        grid=grid,
        contender=name,
        latest=latest,
        epochs=epochs,
        there=float(np.isfinite(first[:, counted]).mean()),
        of_all=float((first <= (epochs or latest)).mean()),
        other=float(other[:, counted].mean()),
        compiling=descent.compiling,
    )


def _timed(rows: list[Row], runs: dict[str, Callable[[], object]], rounds: int, n_seeds: int) -> list[Row]:
    """The rows with the times of those that come to rest, and ratios to this core's where it does."""
    times = in_turns(runs, rounds) if runs else {}
    ours = times.get(UNTIL_REST)
    timed = []
    for row in rows:
        taken = times.get(row.contender)
        if taken is not None:
            took = float(np.median(taken)) / n_seeds
            row = replace(row, seconds=took, ratio=None if ours is None else ratio(taken, ours))
        timed.append(row)
    return timed


def measure_alone(jobs: Sequence[Job], long: int, lbfgs: bool, rounds: int) -> list[Row]:
    """The networks of L2 that count and no others: this core, and scikit-learn one after the other."""
    counted = np.equal(jobs[0].penalties, "l2") & (jobs[0].lams >= LAM_FROM)
    part = [job.select(np.flatnonzero(counted)) for job in jobs]
    if not lbfgs:
        return measure_grid(part, long, contenders()[:1], ALONE, rounds)
    counts, descent = counts_to(long), descend(contenders()[0], part, counts_to(long))
    solved = [_solved(job, long) for job in part]
    theirs = np.array([each.rests for each in solved])
    lowest = np.minimum(descent.lowest, theirs)
    first = settled(descent.J, descent.lowest, counts, long // 2)
    row = _row(part[0], ALONE, UNTIL_REST, long // 2, first, is_other(descent.lowest, lowest), descent)
    peer = Row(row.job, ALONE, LBFGS, long, None, 1.0, 1.0, float(is_other(theirs, lowest).mean()), 0.0)
    runs: dict[str, Callable[[], object]] = {LBFGS: partial(_solve_all, solved)}
    if row.epochs:
        runs[UNTIL_REST] = partial(_train_all, descent.trains, row.epochs)
    return _timed([row, peer], runs, rounds, len(jobs))


@dataclass(frozen=True)
class Solved:
    """The networks that L-BFGS trained one after the other, for one seed."""

    solve: Solve
    rests: list[float]
    iterations: list[int]  # until within reach of the rest


def _solved(job: Job, long: int) -> Solved:
    """The rest of each network of a job, and the iterations that lead there."""
    solve = sklearn_lbfgs(job)

    def cost_after(i: int, iterations: int) -> float:
        return float(costs(job.select(np.array([i])), solve(i, iterations))[0])

    rests = [cost_after(i, long) for i in range(len(job.lams))]
    counts = counts_to(long)
    return Solved(
        solve, rests, [fewest(partial(cost_after, i), rest, counts) for i, rest in enumerate(rests)]
    )


def _solve_all(solved: Sequence[Solved]) -> None:
    for each in solved:
        for i, iterations in enumerate(each.iterations):
            each.solve(i, iterations)


def fewest(cost_after: Callable[[int], float], rest: float, counts: Sequence[int]) -> int:
    """The first of the counts at which a J that never rises is at rest, by bisection."""
    return counts[
        bisect_left(counts, True, key=lambda n: bool(is_there(cost_after(n), rest)), hi=len(counts) - 1)
    ]


def table(rows: list[Row | verdicts.Row], rounds: int) -> str:
    """Markdown: the time to rest, one line a contender, and the verdicts."""
    times = [row for row in rows if isinstance(row, Row)]
    judged = [row for row in rows if isinstance(row, verdicts.Row)]
    jobs = list(dict.fromkeys(row.job for row in times))
    lines = [
        "| | " + " | ".join(jobs) + " | compiling, s | other minimum |",
        "|---|" + "---:|" * (len(jobs) + 2),
    ]
    for grid, name in dict.fromkeys((row.grid, row.contender) for row in times):
        own = {row.job: row for row in times if (row.grid, row.contender) == (grid, name)}
        cells = [_cell(own[job]) if job in own else "–" for job in jobs]
        compiling = max(row.compiling for row in own.values())
        other = np.mean([row.other for row in own.values()])
        told = short(compiling, 2) if compiling else "–"
        lines.append(f"| {grid}: {name} | {' | '.join(cells)} | {told} | {other:.0%} |")
    quick = rounds == rounds_of(quick=True)
    return "\n\n".join(["\n".join(lines), _notes(quick), verdicts.table(judged, quick)])


def _cell(row: Row) -> str:
    if row.seconds is None:
        return f"not within {row.latest:,} epochs ({row.there:.0%} are)"
    times = "" if row.ratio is None else f"{short(row.ratio)} "
    steps = "" if row.epochs is None else f", {row.epochs:,} epochs, {row.of_all:.0%} of all"
    return f"{times}({short(row.seconds)} s{steps})"


def _notes(quick: bool) -> str:
    return NOTES.format(
        n=len(core.LAMS) * len(core.LECTURED),
        rate=LEARNING_RATE,
        long=f"{long_of(quick):,}",
        share=f"{SHARE:.0%}",
        lam=LAM_FROM,
        seeds=", ".join(str(len(jobs)) for jobs in rest_jobs(quick)),
        rounds=rounds_of(quick),
    )


if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["rest", *sys.argv[1:]])

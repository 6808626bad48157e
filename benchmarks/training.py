"""The training of 50 networks, this core against its peers."""

from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.jobs import Agreement, Job, Params, agreement, training_jobs
from benchmarks.peers import CORE, Peer, all_peers
from benchmarks.timing import in_turns, ratio, short

NOTES = """\
{n} networks a shape: L1 and L2 over 25 λ, full batch, float32, from the same start; median of {rounds} rounds
in turns. Ratios are times in units of this core's, so above 1 this core is faster. µs: for one network and
epoch. Contenders that train one network after the other were timed on a few networks (networks timed), times
the number of networks; MLPClassifier knows L2 alone. NumPy's products run on one thread, as in the
dashboard; PyTorch on one or two, whichever was faster; JAX as it likes.
ΔJ: largest relative difference of the final J from this core's; Δ zeros: largest difference of the count of
exactly zero weights under L1 (under L2 they are underflows, which JAX flushes to zero earlier). ✗ marks a
contender that did not train the same thing and does not count."""


@dataclass(frozen=True)
class Row:
    """One contender on one shape."""

    job: str
    peer: str
    ratio: float
    microseconds: float  # for one network and epoch
    timed: int  # networks
    agreement: Agreement | None  # None: nothing to compare

    @property
    def counts(self) -> bool:
        """Whether it trained the same thing, as far as that can be told."""
        return self.agreement is None or self.agreement.same

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {**asdict(self), "counts": self.counts}


def measure(quick: bool) -> list[Row]:
    """All available contenders on all shapes; says which are missing."""
    peers = [peer for peer in all_peers() if _present(peer)]
    return [row for job in training_jobs(quick) for row in measure_job(job, peers, rounds_of(quick))]


def rounds_of(quick: bool) -> int:
    """Rounds to take the median of."""
    return 3 if quick else 5


def _present(peer: Peer) -> bool:
    if not peer.available:
        print(f"{peer.name}: skipped, since {peer.needs} is not installed; pip install {peer.install}")
    return peer.available


def measure_job(job: Job, peers: list[Peer], rounds: int) -> list[Row]:
    """The contenders on one shape, each run once before the clock runs."""
    print(f"{job.name}: {job.m:,} rows, {job.epochs} epochs …", flush=True)
    shares = {peer.name: peer.share_of(job) for peer in peers}
    runs = {
        (peer.name, i): run
        for peer in peers
        for i, run in enumerate(peer.runs(job.select(shares[peer.name])))
    }
    results = {name: run() for (name, _), run in runs.items()}
    times = _best_setting(in_turns(runs, rounds))
    per_network = {name: times[name] / len(shares[name]) for name in times}
    return [
        Row(
            job=job.name,
            peer=peer.name,
            ratio=ratio(per_network[peer.name], per_network[CORE]),
            microseconds=float(np.median(per_network[peer.name])) * 1e6 / job.epochs,
            timed=len(shares[peer.name]),
            agreement=_agreement(job, peer, shares[peer.name], results),
        )
        for peer in peers
    ]


def _best_setting(times: dict[tuple[str, int], np.ndarray]) -> dict[str, np.ndarray]:
    """Of each contender the times of the setting with the smallest median."""
    best: dict[str, np.ndarray] = {}
    for (name, _), taken in times.items():
        if name not in best or np.median(taken) < np.median(best[name]):
            best[name] = taken
    return best


def _agreement(job: Job, peer: Peer, share: np.ndarray, results: dict[str, Params]) -> Agreement | None:
    if not peer.trains or peer.name == CORE:
        return None
    ours = Params(*([array[share] for array in arrays] for arrays in results[CORE]))
    return agreement(job.select(share), ours, results[peer.name])


def table(rows: list[Row], rounds: int) -> str:
    """Markdown: one line a contender, one column a shape, and the agreement over all shapes."""
    jobs = list(dict.fromkeys(row.job for row in rows))
    lines = [
        "| | " + " | ".join(jobs) + " | networks timed | ΔJ | Δ zeros |",
        "|---|" + "---:|" * (len(jobs) + 3),
    ]
    for peer in dict.fromkeys(row.peer for row in rows):
        own = {row.job: row for row in rows if row.peer == peer}
        cells = [_cell(own[job]) if job in own else "–" for job in jobs]
        lines.append(f"| {peer} | {' | '.join(cells)} | {_timed(own)} | {_worst(own)} |")
    n = max(row.timed for row in rows)
    return "\n".join([*lines, "", NOTES.format(n=n, rounds=rounds)])


def _cell(row: Row) -> str:
    mark = "" if row.counts else " ✗"
    return f"{short(row.ratio)}{mark} ({short(row.microseconds)} µs)"


def _timed(own: dict[str, Row]) -> int:
    return next(iter(own.values())).timed


def _worst(own: dict[str, Row]) -> str:
    compared = [row.agreement for row in own.values() if row.agreement is not None]
    if not compared:
        return "– | –"
    return f"{max(a.cost for a in compared):.0e} | {max(a.zeros for a in compared)}"

"""What to notice on L1 against L2: zeros, where they begin, and what they cost and save."""

from collections.abc import Mapping

import numpy as np

from core import PENALTIES, Dataset, Penalty, Run
from core.measures import accuracy, count_weights, count_zeros, model_bytes
from ui.base.foreign import markdown
from ui.base.tables import Runs
from ui.base.words import joined, lam_text, number, percent, zeros_at


def notes(
    runs: Runs, data: Dataset, k: int, beside: Mapping[str, np.ndarray], limit: float | None
) -> list[str]:
    """What the zeros of the penalties show, at the chosen λ and over the grid.

    beside: as `partners` has it; limit: λ_max, where there is one.
    """
    at = {label: int(beside[label][k]) for label in runs}
    sparse = {label: run for label, run in runs.items() if _penalty_of(run).is_sparse}
    sentences = [
        *(_zeros(label, run, at[label]) for label, run in runs.items()),
        *(_zero_range(label, run) for label, run in sparse.items()),
        _limit_note(limit),
        *(underflow(label, run) for label, run in runs.items() if _penalty_of(run).is_round),
        _price(runs, data, k, at),
        *(_size_note(label, run, at[label]) for label, run in sparse.items()),
        *(_needle_note(label, run, data, at[label]) for label, run in sparse.items() if data.informative),
    ]
    return [sentence for sentence in sentences if sentence]


def _penalty_of(run: Run) -> Penalty:
    """The penalty of all networks of a run."""
    return PENALTIES[run.penalty[0]]


def _zeros(label: str, run: Run, k: int) -> str | None:
    """How many weights are zero at a λ; of a penalty that only shrinks them, how small they have become."""
    if run.diverged_at[k] >= 0:
        return None
    note = f"At {lam_text(run.lams[k])}, {label} has set **{zeros_at(run, k)}** to exactly zero"
    sizes = np.concatenate([np.abs(W[k]).ravel() for W in run.W])
    if not _penalty_of(run).is_sparse and (sizes > 0).any():
        note += f"; the smallest that is left has the size {number(sizes[sizes > 0].min(), 2)}"
    return note + "."


def _zero_range(label: str, run: Run) -> str:
    """From which λ on a penalty makes zeros, and from which on nothing else."""
    n, zeros = count_weights(run.W), count_zeros(run.W)
    some = np.flatnonzero(zeros > 0)
    if some.size == 0:
        return f"At none of these λ has {label} set a weight to exactly zero; more epochs may show some."
    note = f"{label}'s first exact zero on this grid comes at {lam_text(run.lams[some[0]])}"
    partial = np.flatnonzero(zeros < n)
    first = int(partial[-1]) + 1 if partial.size else 0
    if first < len(zeros):
        note += (
            f"; from {lam_text(run.lams[first])} on all {n:,} weights are zero, and the output is the same "
            "for every input"
        )
    return note + "."


def _limit_note(limit: float | None) -> str | None:
    """What λ_max is."""
    if limit is None:
        return None
    return (
        f"For this network without a hidden layer λ_max = 2·max|Xᵀ(y − ȳ)| = {number(limit, 4)} is the λ "
        "from which on the best L1 fit has no weight left."
    )


def underflow(label: str, run: Run) -> str | None:
    """A square alone has zeros only where the numbers end: say so, lest they be taken for sparsity."""
    zeros = count_zeros(run.W) * (run.lams > 0)
    where = np.flatnonzero(zeros > 0)
    if where.size == 0:
        return None
    k = where[zeros[where].argmax()]
    penalty = _penalty_of(run)
    factor = penalty.decay(run.lams[k], run.m, run.learning_rate)
    return (
        f"{label}'s zeros, up to {zeros[k]:,} at {lam_text(run.lams[k])}, are not sparsity: with no signal "
        f"left, {run.epochs[-1]:,} steps have each multiplied these weights by {penalty.decay_text} = "
        f"{factor:.2f}, until they fell below the smallest number that float32 can hold."
    )


def _price(runs: Runs, data: Dataset, k: int, at: Mapping[str, int]) -> str | None:
    """What the penalties cost in accuracy on the test rows. at: the λ at which each is shown."""
    shares = {
        label: accuracy(run.predict_proba(data.X_test), data.y_test) for label, run in runs.items()
    }  # (n_lams,) each
    free = next(iter(shares.values()))[0]  # at λ = 0 all penalties have the same network
    parts = [
        f"{label} {percent(shares[label][at[label]])} at {lam_text(run.lams[at[label]])}"
        for label, run in runs.items()
        if run.diverged_at[at[label]] < 0
    ]
    if k == 0 or not parts or not np.isfinite(free):
        return None
    return (
        f"Accuracy on the {len(data.y_test):,} test rows: {joined(parts)}, {percent(free)} without a penalty."
    )


def _size_note(label: str, run: Run, k: int) -> str | None:
    """How much smaller the model becomes in bytes."""
    if run.diverged_at[k] >= 0:
        return None
    one = run.at(k)
    sizes = model_bytes(one.W, one.b)
    dense, sparse, deflated = (int(form[0]) for form in (sizes.dense, sizes.sparse, sizes.deflated))
    best = min(sparse, deflated)
    saved = (
        f"{percent(1 - best / dense)} less than dense." if best < dense else "no saving over the dense form."
    )
    return (
        f"In bytes, {label}'s network at {lam_text(run.lams[k])} takes {dense:,} dense, {sparse:,} as index "
        f"and value, {deflated:,} deflated: {saved}"
    )


def _needle_note(label: str, run: Run, data: Dataset, k: int) -> str:
    """Which of the informative columns a sparse penalty found."""
    used = set(np.flatnonzero((run.W[0][k] != 0).any(axis=0)).tolist())
    truth = set(data.informative)
    missed = [markdown(data.feature_names[c]) for c in sorted(truth - used)]
    return (
        f"Of the {len(truth)} columns that decide the class, {label} at {lam_text(run.lams[k])} uses "
        f"**{len(truth & used)}**"
        + (f", missing {joined(missed)}" if missed else "")
        + f"; it also uses {len(used - truth)} of the {data.n_features - len(truth)} that decide nothing."
    )

"""What to notice on L1 against L2: zeros, where they begin, and what they cost and save."""

from collections.abc import Mapping

import numpy as np

from core import PENALTIES, Dataset, Penalty, Run
from core.measures import count_weights, count_zeros, in_eight_bits, model_bytes, predicted
from core.selection import Validation
from core.settings import LAMS
from ui.base.foreign import markdown
from ui.base.tables import Runs
from ui.base.words import counted, how_many, joined, lam_text, number, percent, zeros_at
from ui.work.optimum import Optima, free_optimum


def notes(
    runs: Runs,
    data: Dataset,
    k: int,
    beside: Mapping[str, np.ndarray],
    limit: float | None,
    optima: Optima | None,
) -> list[str]:
    """What the zeros of the penalties show, at the chosen λ and over the grid, by networks at rest alone.

    beside: as `partners` has it; limit, optima: λₘₐₓ and the exact optima, where there are any.
    """
    at = {label: int(beside[label][k]) for label in runs}
    sparse = {label: run for label, run in runs.items() if _penalty_of(run).is_sparse}
    sentences = [
        *(_zeros(label, run, at[label]) for label, run in runs.items()),
        *(_optimum(label, run, at[label], optima) for label, run in runs.items()),
        *(_zero_range(label, run, optima) for label, run in sparse.items()),
        _limit_note(limit),
        *(underflow(label, run) for label, run in runs.items() if _penalty_of(run).is_round),
        *(_shrinkage(label, data, at[label], optima) for label in sparse),
        *(_size_note(label, run, data.X_train, at[label]) for label, run in sparse.items()),
        *(_needle_note(label, run, data, at[label]) for label, run in sparse.items() if data.informative),
    ]
    return [sentence for sentence in sentences if sentence]


def _penalty_of(run: Run) -> Penalty:
    """The penalty of all networks of a run."""
    return PENALTIES[run.penalty[0]]


def _zeros(label: str, run: Run, k: int) -> str | None:
    """How many weights are zero at a λ; of a penalty that only shrinks them, how small they have become."""
    if not run.at_rest[k]:
        return None
    note = f"At {lam_text(run.lams[k])}, {label} has set **{zeros_at(run, k)}** to exactly zero"
    sizes = np.concatenate([np.abs(W[k]).ravel() for W in run.W])
    if not _penalty_of(run).is_sparse and (sizes > 0).any():
        note += f"; the smallest that is left has the size {number(sizes[sizes > 0].min(), 2)}"
    return note + "."


def _optimum(label: str, run: Run, k: int, optima: Optima | None) -> str | None:
    """The exact optimum at a λ, or how far from it the network is proven to be at most."""
    lam, gap = run.lams[k], run.gap
    if lam == 0 or gap is None:
        return None
    if optima is not None:
        W, cost, proven = optima.at(label, lam)
        zeros = counted(int((W == 0).sum()), W.size, "weights")
        return (
            f"The exact optimum of {label} at {lam_text(lam)} has **{zeros}** exactly zero and J = "
            f"{number(cost, 6)}, proven to within {number(max(proven, 1e-12), 1)}; the network's J is "
            f"{number(run.cost[-1, k], 6)}."
        )
    if not run.at_rest[k] or not np.isfinite(gap[k]):
        return None
    return (
        f"With more than two classes the optimum is not computed exactly; what stands here is the network at "
        f"rest, and {label}'s J = {number(run.cost[-1, k], 6)} at {lam_text(lam)} is proven to be at most "
        f"{number(gap[k], 2)} above the smallest."
    )


def _zero_range(label: str, run: Run, optima: Optima | None) -> str | None:
    """From which λ on a penalty makes zeros, and from which on nothing else: at rest, or of exact optima."""
    n, zeros, rests = count_weights(run.W), count_zeros(run.W), run.at_rest & (run.lams > 0)
    whose = label
    if optima is not None:
        zeros, rests, whose = optima.zeros(label), run.lams > 0, f"{label}'s optimum"
    at = np.flatnonzero(rests)
    if at.size == 0:
        return None
    some = at[zeros[at] > 0]
    if some.size == 0:
        return f"At none of the {at.size} λ at rest has {whose} a weight that is exactly zero."
    first_zero, smaller = run.lams[some[0]], at[at < some[0]]
    beginning = f"{whose} has its first exact zero on this grid at {lam_text(first_zero)}"
    if smaller.size == 0 and first_zero > run.lams[1]:
        beginning = (
            f"At {lam_text(first_zero)}, the smallest λ at rest, {whose} has {zeros[some[0]]:,} of {n:,} "
            "weights exactly zero"
        )
    elif smaller.size and smaller[-1] != some[0] - 1:  # of the λ just before nothing is known
        beginning = f"Of the networks at rest, {label}'s first exact zero is at {lam_text(first_zero)}"
    note = beginning
    partial = at[zeros[at] < n]
    after = at[at > partial[-1]] if partial.size else at
    if after.size and after.size == len(zeros) - after[0]:  # all from there on are at rest
        note += (
            f"; from {lam_text(run.lams[after[0]])} on all {n:,} weights are zero, and the output is the "
            "same for every input"
        )
    return note + "."


def _limit_note(limit: float | None) -> str | None:
    """What λₘₐₓ is."""
    if limit is None:
        return None
    return (
        f"For this network without a hidden layer λₘₐₓ = 2·max|Xᵀ(y − ȳ)| = {number(limit, 4)} is the λ "
        "from which on the best L1 fit has no weight left."
    )


def underflow(label: str, run: Run) -> str | None:
    """A square alone has zeros only where the numbers end: say so, lest they be taken for sparsity."""
    zeros = count_zeros(run.W) * (run.at_rest & (run.lams > 0))
    where = np.flatnonzero(zeros > 0)
    if where.size == 0:
        return None
    k = where[zeros[where].argmax()]
    return (
        f"{label}'s zeros, up to {zeros[k]:,} at {lam_text(run.lams[k])}, are not sparsity: with no signal "
        f"left, the steps made these weights smaller and smaller, until within {run.stopped_at[k]:,} epochs "
        "they fell below the smallest number that float32 can hold."
    )


def price(
    validations: Mapping[str, Validation] | None,
    k: int,
    at: Mapping[str, np.ndarray],
    refused: str,
    constant: float,
) -> list[str]:
    """What the penalties cost in accuracy on new rows, by the folds.

    at: as `partners` has it; refused: why nothing is validated, where that is not begun; constant: the share
    that a constant answer gets right.
    """
    if validations is None:
        return [refused or "What the penalties cost on new rows is not validated yet."]
    shares = {label: one.accuracies.mean(axis=0) for label, one in validations.items()}
    shown = {label: int(at[label][k]) for label in shares}
    parts = [
        f"{label} {percent(share[shown[label]])} at {lam_text(validations[label].lams[shown[label]])}"
        for label, share in shares.items()
        if np.isfinite(share[shown[label]])
    ]
    free, one = next(iter(shares.values()))[0], next(iter(validations.values()))
    if k == 0 or not parts:
        return []
    without = f", {percent(free)} without a penalty" if np.isfinite(free) else ""
    return [
        f"Mean accuracy of {one.folds} folds on rows kept aside: {joined(parts)}{without}; a constant "
        f"answer has {percent(constant)}."
    ]


def _size_note(label: str, run: Run, X: np.ndarray, k: int) -> str | None:
    """How much smaller the model becomes in bytes."""
    if not run.at_rest[k]:
        return None
    one = run.at(k)
    sizes = model_bytes(one.W, one.b)
    dense, sparse, deflated = (int(form[0]) for form in (sizes.dense, sizes.sparse, sizes.deflated))
    best = min(sparse, deflated)
    saved = (
        f"{percent(1 - best / dense)} less than dense." if best < dense else "no saving over the dense form."
    )
    fewer, eight = int(sizes.smaller[0]), int(sizes.eight_bit[0])
    asked = one, one.with_weights(in_eight_bits(one.W))
    before, after = (predicted(each.predict_proba(X)) for each in asked)
    changed = int((before != after).sum())
    return (
        f"In bytes, {label}'s network at {lam_text(run.lams[k])} takes {dense:,} dense, {sparse:,} as index "
        f"and value, {deflated:,} deflated: {saved} Without units that are not alive a dense network takes "
        f"{fewer:,}; with all weights rounded to 8 bits {eight:,}, which changes the class of {changed:,} of "
        f"{len(X):,} training rows."
    )


def _shrinkage(label: str, data: Dataset, k: int, optima: Optima | None) -> str | None:
    """How far a sparse penalty shrinks what it keeps, where there is an exact optimum."""
    if optima is None or k == 0:
        return None
    w, _, _ = optima.at(label, LAMS[k])
    kept = np.flatnonzero(w)
    if kept.size == 0:
        return None
    start = (
        f"What {label} keeps it shrinks as well: at {lam_text(LAMS[k])} the mean size of its "
        f"{how_many(kept.size, 'weight')} is {number(np.abs(w[kept]).mean())}"
    )
    free = free_optimum(data.X_train[:, kept], data.y_train)
    if free is None:
        return f"{start}; fitted to these columns without a penalty they would grow without end."
    return f"{start}, and {number(np.abs(free.W[0]).mean())} in a fit to these columns without a penalty."


def _needle_note(label: str, run: Run, data: Dataset, k: int) -> str | None:
    """Which of the informative columns a sparse penalty found."""
    if not run.at_rest[k]:
        return None
    used = set(np.flatnonzero((run.W[0][k] != 0).any(axis=0)).tolist())
    truth = set(data.informative)
    missed = [markdown(data.feature_names[c]) for c in sorted(truth - used)]
    return (
        f"Of the {len(truth)} columns that decide the class, {label} at {lam_text(run.lams[k])} uses "
        f"**{len(truth & used)}**"
        + (f", missing {joined(missed)}" if missed else "")
        + f"; it also uses {len(used - truth)} of the {data.n_features - len(truth)} that decide nothing."
    )

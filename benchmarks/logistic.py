"""Logistic regression to its optimum over a path of λ: this core against scikit-learn and skglm.

Solvers stop by rules of their own, so each is first tightened, by its own tolerance, until its J is
within TARGET of the best J known at every λ; then it is timed at that tolerance. A solver that takes
longer than PATIENCE for one path without getting there is left out.
"""

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np

from benchmarks.jobs import all_rows
from benchmarks.timing import in_turns, ratio, seconds, short
from core.penalties import PENALTIES

TARGET = 1e-8  # J − J* that counts as solved
TOLERANCES = tuple(10.0**-e for e in range(2, 15))
PATIENCE = 20.0  # seconds for one path, above which tightening ends
CORE = "This core"

NOTES = """\
Breast cancer, {m} rows, all standardized; {n} λ from λ_max to λ_max/1000; median of {rounds} rounds in turns.
Ratios are times in units of this core's. This core runs at tol = 1e-8, which bounds its J − J*; each other
solver at the loosest of its tolerances at which J − J* ≤ 1e-8 was measured at every λ. J* is the smaller J of
two solvers at a tolerance of 1e-12. All start from their last solution down the path, where they can.
Compiling (skglm) is not timed. Δ zeros: largest difference of the count of exactly zero weights."""

Path = tuple[np.ndarray, np.ndarray]  # W (n_lams, n_features), b (n_lams,)
Solve = Callable[[np.ndarray, np.ndarray, np.ndarray, float], Path]


@dataclass(frozen=True)
class Solver:
    """A way to solve the path at a tolerance."""

    name: str
    penalty: str
    solve: Solve
    needs: str | None = None

    @property
    def available(self) -> bool:
        """Whether the module it needs is installed."""
        return self.needs is None or find_spec(self.needs) is not None


@dataclass(frozen=True)
class Row:
    """One solver on one penalty's path."""

    penalty: str
    solver: str
    ratio: float | None  # None: it did not come within the target
    milliseconds: float
    tolerance: float
    excess: float  # largest J − J* over the path
    zeros: int  # largest difference of the count of zeros from this core's

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return asdict(self)


def core_path(penalty: str, X: np.ndarray, y: np.ndarray, lams: np.ndarray, tol: float) -> Path:
    """core.fit_logistic, whose tolerance is a certified bound on J − J*."""
    from core.logistic import fit_logistic

    path = fit_logistic(X, y, penalty=penalty, lams=lams, tol=tol)
    return path.W, path.b


def sklearn_path(
    solver: str, penalty: str, X: np.ndarray, y: np.ndarray, lams: np.ndarray, tol: float
) -> Path:
    """scikit-learn's LogisticRegression; C·Σ loss + penalty is J at C = 1/λ for L2 and 2/λ for L1."""
    from sklearn.linear_model import LogisticRegression

    shares = PENALTIES[penalty]
    model = LogisticRegression(
        solver=solver, l1_ratio=shares.l1_ratio, tol=tol, max_iter=100_000, warm_start=True, random_state=0
    )
    W, b = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for lam in lams:
            model.set_params(C=1 / (shares.strength * lam)).fit(X, y)
            W.append(model.coef_[0].copy())
            b.append(model.intercept_[0])
    return np.array(W), np.array(b)


def skglm_path(X: np.ndarray, y: np.ndarray, lams: np.ndarray, tol: float) -> Path:
    """skglm's SparseLogisticRegression; its α is λ/2m."""
    from skglm import SparseLogisticRegression

    model = SparseLogisticRegression(tol=tol, warm_start=True, max_iter=100, max_epochs=100_000)
    W, b = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for lam in lams:
            model.set_params(alpha=lam / (2 * len(y))).fit(X, y)
            W.append(np.ravel(model.coef_).copy())
            b.append(float(np.ravel(model.intercept_)[0]))
    return np.array(W), np.array(b)


def solvers() -> list[Solver]:
    """The solvers of both penalties, this core first."""
    return [
        Solver(CORE, "l1", partial(core_path, "l1")),
        Solver("skglm", "l1", skglm_path, "skglm"),
        Solver("scikit-learn, saga", "l1", partial(sklearn_path, "saga", "l1"), "sklearn"),
        Solver(CORE, "l2", partial(core_path, "l2")),
        *(
            Solver(f"scikit-learn, {name}", "l2", partial(sklearn_path, name, "l2"), "sklearn")
            for name in ("newton-cholesky", "lbfgs", "newton-cg", "saga")
        ),
    ]


def objective(X: np.ndarray, y: np.ndarray, lams: np.ndarray, penalty: str, path: Path) -> np.ndarray:
    """J at every λ, (n_lams,): mean log loss + λ/2m·(l1·Σ|w| + l2·Σw²)."""
    (W, b), shares = path, PENALTIES[penalty]
    Z = X @ W.T + b
    size = shares.l1 * np.abs(W).sum(axis=1) + shares.l2 * np.square(W).sum(axis=1)
    return (np.logaddexp(0, Z) - y[:, None] * Z).mean(axis=0) + lams / (2 * len(y)) * size


def path_lams(X: np.ndarray, y: np.ndarray, n: int = 40) -> np.ndarray:
    """From λ_max = 2·max|Xᵀ(y − mean y)|, where L1 leaves every weight zero, to a thousandth of it."""
    lam_max = 2 * np.abs(X.T @ (y - y.mean())).max()
    return lam_max * np.geomspace(1, 1e-3, n)


@dataclass(frozen=True, eq=False)
class Tightened:
    """A solver at the tolerance it needs for the target, or the best it got."""

    solver: Solver
    tolerance: float
    path: Path
    excess: float

    @property
    def solved(self) -> bool:
        """Whether it came within the target."""
        return self.excess <= TARGET


def measure(quick: bool) -> list[Row]:
    """Both penalties; says which solvers are missing."""
    X, y = all_rows("breast_cancer")
    X = X.astype(float)
    lams = path_lams(X, y)
    rows = []
    for penalty in ("l1", "l2"):
        print(f"Logistic regression, {penalty.upper()} …", flush=True)
        rows += _measure_penalty(penalty, X, y, lams, quick)
    return rows


def rounds_of(quick: bool) -> int:
    """Rounds to take the median of."""
    return 3 if quick else 5


def _measure_penalty(penalty: str, X: np.ndarray, y: np.ndarray, lams: np.ndarray, quick: bool) -> list[Row]:
    present = [solver for solver in solvers() if solver.penalty == penalty and _present(solver)]
    best = np.min([objective(X, y, lams, penalty, s.solve(X, y, lams, 1e-12)) for s in present[:2]], axis=0)
    patience = PATIENCE / 10 if quick else PATIENCE
    tightened = [_tighten(solver, X, y, lams, best, patience) for solver in present]
    runs = {t.solver.name: partial(t.solver.solve, X, y, lams, t.tolerance) for t in tightened if t.solved}
    times = in_turns(runs, rounds_of(quick))
    return [_row(t, tightened[0], times) for t in tightened]


def _present(solver: Solver) -> bool:
    if not solver.available:
        print(f"{solver.name}: skipped, since {solver.needs} is not installed; pip install {solver.needs}")
    return solver.available


def _tighten(
    solver: Solver, X: np.ndarray, y: np.ndarray, lams: np.ndarray, best: np.ndarray, patience: float
) -> Tightened:
    """Lower the tolerance tenfold until the target is met everywhere or patience ends.

    This core certifies J − J* ≤ tol, so its tolerance is the target.
    """
    for tol in [TARGET] if solver.name == CORE else TOLERANCES:
        result: list[Path] = []
        took = seconds(lambda tol=tol, result=result: result.append(solver.solve(X, y, lams, tol)))
        excess = float((objective(X, y, lams, solver.penalty, result[0]) - best).max())
        tightened = Tightened(solver, tol, result[0], excess)
        if tightened.solved or took > patience:
            break
    return tightened


def _row(tightened: Tightened, ours: Tightened, times: dict[str, np.ndarray]) -> Row:
    solver = tightened.solver
    taken = times.get(solver.name)
    zeros = (tightened.path[0] == 0).sum(axis=1) - (ours.path[0] == 0).sum(axis=1)
    return Row(
        penalty=solver.penalty,
        solver=solver.name,
        ratio=None if taken is None else ratio(taken, times[CORE]),
        milliseconds=float("nan") if taken is None else float(np.median(taken)) * 1e3,
        tolerance=tightened.tolerance,
        excess=max(0.0, tightened.excess),
        zeros=int(np.abs(zeros).max()),
    )


def table(rows: list[Row], rounds: int) -> str:
    """Markdown: one line a solver."""
    lines = [
        "| | solver | ratio | ms for the path | its tolerance | largest J − J* | Δ zeros |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        time = (
            "not solved in time | –"
            if row.ratio is None
            else f"{short(row.ratio)} | {short(row.milliseconds)}"
        )
        cells = (
            row.penalty.upper(),
            row.solver,
            time,
            f"{row.tolerance:.0e}",
            f"{row.excess:.0e}",
            row.zeros,
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, "", NOTES.format(m=569, n=40, rounds=rounds)])

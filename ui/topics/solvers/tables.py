"""Tidy tables of races: the solvers over their steps at every λ, and their weights beside the optimum's.

What the sliders move is wide, with the columns v0, v1, … over the races that are shown, a race a λ.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.solvers import PER_DECADE, SOLVERS, Race, kept_steps
from ui.base.tables import integer_table, wide
from ui.base.words import counted, lam_text, number

ROWS = (*SOLVERS, "optimum")  # of the matrix
GLYPHS = {"subgradient": "●", "decreasing": "◆", "clip": "■", "proximal": "▲"}
IN_PLACE = "in place of λ = 0"
RATES = tuple(n for n in range(PER_DECADE, 0, -1) if PER_DECADE % n == 0)  # steps shown a decade
MOST_SHOWN = 90_000  # weights of all solvers at all λ and steps


def step_labels(race: Race) -> tuple[str, ...]:
    """The steps that are kept, as they are written."""
    return tuple(f"{step:,}" for step in race.steps)


def shown_steps(races: Sequence[Race]) -> np.ndarray:
    """Positions of the kept steps at which all can be seen: the powers of ten, and as many between as travel.

    Of one λ that is every step kept, at which the curves have their points; of all λ at most every other.
    """
    first = races[0]
    n_each = len(races) * len(SOLVERS) * first.optimum.size
    steps = [kept_steps(int(first.steps[-1]), rate) for rate in RATES[len(races) > 1 :]]
    found = next((some for some in steps if some.size * n_each <= MOST_SHOWN), steps[-1])
    return np.searchsorted(first.steps, found)


def curve_table(races: Sequence[Race], shown: np.ndarray, what: str) -> pd.DataFrame:
    """at, e, step, solver, v0, …: `what` of each solver at each step kept, "excess" (J − J*) or "zeros".

    at: the position of the step; e: that among the steps shown, or −1. NaN where the solver diverged.
    """
    steps, n = races[0].steps, len(SOLVERS)
    e = np.full(steps.size, -1)
    e[shown] = range(len(shown))
    values = np.array([[race.excess(name) for name in SOLVERS] for race in races])
    if what == "zeros":
        zeros = np.array([[race.zeros(name) for name in SOLVERS] for race in races])
        values = np.where(np.isnan(values), np.nan, zeros)
    rows = integer_table(at=np.tile(range(steps.size), n), e=np.tile(e, n), step=np.tile(steps, n))
    columns = {f"v{k}": one.ravel().astype(np.float32) for k, one in enumerate(values)}
    solvers = np.repeat(SOLVERS, steps.size)
    return pd.concat([rows, pd.DataFrame({"solver": solvers, **columns})], axis=1)


def span_table(excess: pd.DataFrame) -> pd.DataFrame:
    """value: between which J − J* lies, over all λ, so that its axis stands still."""
    values = excess.filter(regex=r"^v\d+$").to_numpy()
    return pd.DataFrame({"value": [np.nanmin(values), np.nanmax(values)]})


def step_table(race: Race, shown: np.ndarray) -> pd.DataFrame:
    """e, at: for each step shown its position among those that are kept."""
    return integer_table(e=range(len(shown)), at=shown)


def readout_table(races: Sequence[Race], shown: np.ndarray) -> pd.DataFrame:
    """k, e, and the lines to be read at each λ and step: both, the optimum, zeros and J of each solver."""
    labels = np.array(step_labels(races[0]))[shown]
    lines: dict[str, list[str]] = {name: [] for name in ("title", *ROWS[::-1])}
    for k, race in enumerate(races):
        lines["title"] += [f"{lam_text(race.lam)}, step {label}" for label in labels]
        lines["optimum"] += [_about_the_optimum(race, _is_in_place(races, k))] * len(shown)
        for name in SOLVERS:
            reached = zip(race.zeros(name)[shown], race.excess(name)[shown], strict=True)
            lines[name] += [
                f"{GLYPHS[name]} {name}: {zeros} zeros, " + _above(excess, race.floor)
                for zeros, excess in reached
            ]
    ks, es = np.indices((len(races), len(shown))).reshape(2, -1)
    return pd.concat([integer_table(k=ks, e=es), pd.DataFrame(lines)], axis=1).astype({"optimum": "category"})


def _about_the_optimum(race: Race, is_in_place: bool) -> str:
    """What the solvers are after; in one short line, which at λ = 0 also says that another λ is shown."""
    zeros = counted(int((race.optimum == 0).sum()), race.optimum.size, "zero")
    if is_in_place:
        return f"{IN_PLACE}; the optimum: {zeros}"
    return f"the optimum: {zeros}, J* = {number(race.optimum_cost, 4)}"


def _is_in_place(races: Sequence[Race], k: int) -> bool:
    """Whether it is λ = 0, for which the race of the next λ stands."""
    return k + 1 < len(races) and races[k] is races[k + 1]


def _above(excess: float, floor: float) -> str:
    """How far a J is from the optimum's."""
    if np.isnan(excess):
        return "diverged"
    return f"J* to {number(floor, 2)}" if excess <= floor else f"J* + {number(excess, 2)}"


def lam_table(races: Sequence[Race]) -> pd.DataFrame:
    """k, title: the λ of the columns v0, v1, …, of which the first may stand in place of 0."""
    titles = [
        lam_text(race.lam) + (f", {IN_PLACE}" if _is_in_place(races, k) else "")
        for k, race in enumerate(races)
    ]
    return integer_table(k=range(len(races))).assign(title=titles)


def goal_table(races: Sequence[Race]) -> pd.DataFrame:
    """k, zeros, text: the count of zeros to be reached at each λ."""
    zeros = [int((race.optimum == 0).sum()) for race in races]
    return integer_table(k=range(len(races)), zeros=zeros).assign(
        text=[f"the optimum: {count}" for count in zeros]
    )


def cell_table(inputs: Sequence[str], image: tuple[int, int] | None) -> pd.DataFrame:
    """solver, input, row, column, row_end, column_end: a cell for each weight of each of ROWS.

    A solver has a row of cells; where the inputs are the pixels of an image (height, width), an image.
    """
    frames = []
    for i, name in enumerate(ROWS):
        row, column = cells(i, np.arange(len(inputs)), image)
        corners = {"row": row, "column": column, "row_end": row + 1, "column_end": column + 1}
        frames.append(pd.DataFrame({"solver": name, "input": inputs, **corners}))
    # There are many rows of weights: as a category a name travels once, however many of them have it.
    small = dict.fromkeys(("row", "column", "row_end", "column_end"), "int16")
    return pd.concat(frames, ignore_index=True).astype({"solver": "category", "input": "category", **small})


def weight_table(races: Sequence[Race], shown: np.ndarray, places: pd.DataFrame) -> pd.DataFrame:
    """One row a weight of each solver at each step shown, wide over λ: where it lies, and what it is.

    Columns: those of `cell_table`, which gives `places`, then e, step, top (`strongest`), v0, …, and x0, …:
    whether it is zero where the optimum's is not, or the other way round.
    """
    W = np.array([[race.W[name][shown] for name in SOLVERS] for race in races])
    n_lams, n_solvers, n_shown, n = W.shape
    best = np.array([race.optimum for race in races])
    is_wrong = (W != 0) != (best != 0)[:, None, None]
    values, wrong = (one.transpose(1, 2, 3, 0).reshape(-1, n_lams) for one in (W, is_wrong))
    at = np.arange(n_solvers * n).reshape(n_solvers, 1, n).repeat(n_shown, axis=1).ravel()
    e = np.tile(np.repeat(np.arange(n_shown), n), n_solvers)
    columns = {
        "e": e.astype(np.int16),
        "step": races[0].steps[shown][e].astype(np.int32),
        "top": strongest(races),
        **wide(values),
        **{f"x{k}": wrong[:, k] for k in range(n_lams)},
    }
    return pd.concat([places.iloc[at].reset_index(drop=True), pd.DataFrame(columns)], axis=1)


def optimum_table(races: Sequence[Race], places: pd.DataFrame) -> pd.DataFrame:
    """The same for the optimum, which knows no steps and is never wrong."""
    best = np.array([race.optimum for race in races])
    columns = {"top": strongest(races), **wide(best.T)}
    own = places[places.solver == ROWS[-1]].reset_index(drop=True)
    return pd.concat([own, pd.DataFrame(columns, index=own.index)], axis=1)


def strongest(races: Sequence[Race]) -> np.float32:
    """The size that is drawn in full strength: the largest weight of a solver at whatever λ and step.

    Without much of a penalty the optimum's may be far larger, and would leave all others pale.
    """
    return np.float32(max(1e-9, *(np.nanmax(np.abs(W)) for race in races for W in race.W.values())))


def cells(i: int, inputs: np.ndarray, image: tuple[int, int] | None) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the inputs' cells for the i-th of ROWS: a row under its name, or images two by two.

    inputs: their positions, (n,).
    """
    if image is None:
        return np.full(inputs.size, 2 * i + 1), inputs
    height, width = image
    return (i // 2) * (height + 2) + 1 + inputs // width, (i % 2) * (width + 1) + inputs % width


def name_table(places: pd.DataFrame) -> pd.DataFrame:
    """solver, row, column: where the name of each stands, above its cells."""
    named = places.astype({"solver": str}).groupby("solver", sort=False)
    return named[["row", "column"]].min().reset_index()

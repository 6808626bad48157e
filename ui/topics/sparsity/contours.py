"""Diamond and disc: two weights as a plane, lines of equal data cost, and each penalty's level set."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core import PENALTIES, Dataset, Settings, fit_logistic
from core.contours import contour_lines, data_costs, first_two_to_enter, level_set
from core.settings import LAMS
from ui.base.foreign import markdown
from ui.base.queue import OnProgress
from ui.base.tables import integer_table
from ui.base.theme import INKS, PENALTY_COLORS, Ink
from ui.base.words import joined, lam_text, number
from ui.data.shelf import Kind, Shelf
from ui.pictures.chart import NAME_SIZES, Column, Spec, chosen_slider, finish, haloed, layer, readout, table
from ui.pictures.panel import Panel
from ui.pictures.picture import Picture, Tables
from ui.topics.topic import Context, at_any_lam, compared
from ui.work.optimum import first_class_or_second, free_optimum
from ui.work.tasks import Batch, Task, Value

TITLE = "Diamond and disc: why zeros are exact"
IDEA = (
    "A logistic regression on two columns alone, fitted exactly. The plane is its two weights; gray lines "
    "join weights of equal data cost. The filled shape holds all weights whose penalty is no more than that "
    "of the optimum, the dot: there the heavy line of equal cost only touches it. L1's diamond has its "
    "corners on the axes, and lines of many slopes touch it first at a corner, where a weight is exactly "
    "zero. L2's disc is touched on an axis by lines of one slope alone."
)
TOO_FEW = "These data have a single column, and one weight spans no plane. Choose other data in the panel."
TWICE = "Choose two different columns: the plane has an axis for each."
NO_OPTIMUM = "no optimum"
KIND = Kind("contours", 6_000_000, 2_000_000)
N_CELLS = 40  # along each side of the window
N_LEVELS = 12
MARGIN = 0.5  # of the path's longer side, around it
FAR = 1.5  # times the largest weight at λ > 0, beyond which the optimum at λ = 0 is outside the window
TOL = 1e-12  # of J, so that the weights that are shown hold to their digits
SECONDS, SECONDS_EACH = 0.3, 5e-4  # of the work, and for each sample
PAIR_EACH = 1e-6  # for each number of X
HEIGHT = 330  # pixels of a square, where there is room
ENDS = ("low", "high")  # of an axis
SIZE = f"min(width, {HEIGHT})"


@dataclass(frozen=True)
class Pair:
    """Two columns, by position."""

    columns: tuple[int, int]
    nbytes: int = 200


@dataclass(frozen=True, eq=False)
class Window:
    """A square of the plane of weights."""

    low: tuple[float, float]
    side: float

    @property
    def ends(self) -> dict[str, float]:
        """low1, high1, low2, high2."""
        return {
            f"{end}{axis + 1}": low + i * self.side
            for axis, low in enumerate(self.low)
            for i, end in enumerate(ENDS)
        }

    def along(self, axis: int, n: int = N_CELLS) -> np.ndarray:
        """The corners of its cells along an axis, (n + 1,)."""
        return self.low[axis] + self.side * np.arange(n + 1) / n

    def holds(self, w: np.ndarray) -> bool:
        """Whether it has a point w (2,) in it."""
        return bool((w >= self.low).all() and (w <= np.add(self.low, self.side)).all())


@dataclass(frozen=True, eq=False)
class Planes:
    """The exact optima on two columns, and what is drawn around them.

    W: by the penalty's label (n_lams, 2), NaN where there is no optimum. lines: of equal data cost;
    touching: by label and position of λ those through the optimum; none where it fits into a cell.
    """

    W: dict[str, np.ndarray]
    window: Window
    lines: list[np.ndarray]
    touching: dict[str, list[list[np.ndarray]]]

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        touching = [line for each in self.touching.values() for lines in each for line in lines]
        return sum(array.nbytes for array in (*self.W.values(), *self.lines, *touching))


# --- the work -------------------------------------------------------------------------------------


def first_pair(settings: Settings, shelf: Shelf) -> Batch[Pair]:
    """The columns that are shown until others are chosen: the two that L1 lets in first."""
    data = shelf.load(settings).data

    def work(on_progress: OnProgress) -> Pair:
        return Pair(first_two_to_enter(data.X_train, first_class_or_second(data)))

    seconds = SECONDS + PAIR_EACH * data.m * data.n_features
    return Batch((_task(settings, shelf, ("pair",), work, seconds, "Looking for two columns"),))


def planes(
    settings: Settings, shelf: Shelf, columns: tuple[int, int], penalties: tuple[str, ...]
) -> Batch[Planes]:
    """Optima, window and lines of two columns for these penalties."""
    data = shelf.load(settings).data
    work = partial(_planes, data, columns, penalties)
    seconds = SECONDS + SECONDS_EACH * data.m
    return Batch((_task(settings, shelf, (columns, penalties), work, seconds, "Drawing lines of cost"),))


def _task(
    settings: Settings,
    shelf: Shelf,
    depends_on: tuple[Hashable, ...],
    work: Callable[[OnProgress], Value],
    seconds: float,
    label: str,
) -> Task[Value]:
    settings = settings.reduced("lam", "hidden", "learning_rate", "epochs")
    return Task(KIND, shelf, settings, depends_on, work, seconds, label)


def _planes(
    data: Dataset, columns: tuple[int, int], penalties: Sequence[str], on_progress: OnProgress
) -> Planes:
    X, y = data.X_train[:, columns], first_class_or_second(data)
    free, W, costs = free_optimum(X, y), {}, {}
    at_zero = (np.full((1, 2), np.nan), np.full(1, np.nan)) if free is None else (free.W, free.cost)
    for penalty in map(PENALTIES.__getitem__, penalties):
        path = fit_logistic(X, y, penalty.name, LAMS[1:], tol=TOL)
        paid = [penalty.value(w, lam, len(y)) for w, lam in zip(path.W, path.lams, strict=True)]
        W[penalty.label] = np.concatenate([at_zero[0], path.W])
        costs[penalty.label] = np.concatenate([at_zero[1], path.cost - paid])
    window = window_of(list(W.values()))
    grid = window.along(0), window.along(1)
    C = data_costs(X, y, *grid)
    levels = C.min() + np.ptp(C) * (np.arange(1, N_LEVELS) / N_LEVELS) ** 2
    return Planes(
        W,
        window,
        [line for level in levels for line in contour_lines(C, *grid, float(level))],
        {label: [contour_lines(C, *grid, cost) for cost in each.tolist()] for label, each in costs.items()},
    )


def window_of(paths: Sequence[np.ndarray]) -> Window:
    """A square around 0 and the optima (n_lams, 2), without those at λ = 0 that lie far out."""
    points = np.concatenate([[[0.0, 0.0]], *(W[1:] for W in paths)])
    at_zero = np.stack([W[0] for W in paths])
    near = np.abs(at_zero).max(axis=1) <= FAR * np.abs(points).max()
    points = np.concatenate([points, at_zero[near]])
    low, high = points.min(axis=0), points.max(axis=0)
    side = float(f"{(1 + MARGIN) * (high - low).max() or 1.0:.3g}")
    corner = (low + high - side) / 2
    return Window((float(f"{corner[0]:.3g}"), float(f"{corner[1]:.3g}")), side)


# --- the picture ----------------------------------------------------------------------------------


def contours_picture(context: Context, columns: tuple[int, int]) -> Picture:
    """The plane of two columns' weights for each penalty, at any λ."""
    if columns[0] == columns[1]:
        return Picture("contours", missing=TWICE)
    penalties = compared(context)
    found = context.get(planes(context.settings, context.shelf, columns, penalties))  # see Topic.picture
    grid = _grid(context, columns, penalties)
    names = tuple(context.data.feature_names[column] for column in columns)
    return replace(
        grid,
        tables=Tables(grid.packed | {"chosen": integer_table(k=[context.k])}),
        notes=[_named(names, context.data.class_names), *notes(found.W, context.k)],
    )


@at_any_lam
def _grid(context: Context, columns: tuple[int, int], penalties: tuple[str, ...]) -> Picture:
    """What does not depend on the chosen λ."""
    found = context.get(planes(context.settings, context.shelf, columns, penalties))
    labels = tuple(found.W)
    return Picture(
        "contours",
        chart(len(LAMS), labels, context.theme),
        {
            "window": pd.DataFrame([found.window.ends]),
            "readout": readout_table(found.W, found.window),
            "path": path_table(found.W),
            "lines": line_table(found.lines),
            "touching": lines_at(found.touching),
            "shapes": lines_at(shapes(found.W)),
        },
        f"For {joined(labels)} the plane of two weights: lines of equal data cost, the penalty's level set "
        "through the optimum at the λ of the slider, and the path of the optimum over λ.",
        helpers=frozenset({"chosen", "window", "lines", "touching", "shapes"}),
    )


def path_table(W: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """k, penalty, w1, w2: the optima; where there is none, no row."""
    frames = []
    for label, path in W.items():
        k = np.flatnonzero(np.isfinite(path).all(axis=1))
        frames.append(integer_table(k=k).assign(penalty=label, w1=path[k, 0], w2=path[k, 1]))
    return pd.concat(frames, ignore_index=True)


def line_table(lines: Sequence[np.ndarray]) -> pd.DataFrame:
    """line, i, w1, w2: lines of points, the i-th of each."""
    lengths = [len(line) for line in lines]
    points = np.concatenate([np.empty((0, 2)), *lines]).astype(np.float32)
    i = np.concatenate([np.empty(0, int), *map(np.arange, lengths)])
    table = integer_table(line=np.repeat(range(len(lines)), lengths), i=i)
    return table.assign(w1=points[:, 0], w2=points[:, 1])


def lines_at(each: Mapping[str, Sequence[Sequence[np.ndarray]]]) -> pd.DataFrame:
    """The same with at: where the lines belong, the position of their penalty · n_lams + that of λ."""
    places = [lines for by_lam in each.values() for lines in by_lam]
    table = line_table([line for lines in places for line in lines])
    at = np.repeat(range(len(places)), [len(lines) for lines in places])
    return table.assign(at=at.astype(np.int32)[table.line])


def shapes(W: Mapping[str, np.ndarray]) -> dict[str, list[list[np.ndarray]]]:
    """Each penalty's level set through its optimum at each λ; none where there is no optimum."""
    return {
        penalty.label: [[level_set(name, w)] if np.isfinite(w).all() else [] for w in W[penalty.label]]
        for name, penalty in PENALTIES.items()
        if penalty.label in W
    }


def readout_table(W: Mapping[str, np.ndarray], window: Window) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then each penalty's optimum."""
    lines = {"title": [lam_text(lam) for lam in LAMS]}
    for label, path in W.items():
        lines[label] = [f"{label}: {_point(w, window)}" for w in path]
    return integer_table(k=range(len(LAMS))).assign(**lines)


def _point(w: np.ndarray, window: Window) -> str:
    """An optimum as it is read: (1.2, 0), on an axis."""
    if not np.isfinite(w).all():
        return NO_OPTIMUM
    where = ("", ", on an axis", ", both zero")[int((w == 0).sum())]
    return f"({number(w[0])}, {number(w[1])}){where}{'' if window.holds(w) else ', outside'}"


# --- the sentences --------------------------------------------------------------------------------


def _named(names: Sequence[str], classes: Sequence[str]) -> str:
    """Whose weights these are, and of which classes."""
    first, second = map(markdown, names)
    against = f"{markdown(classes[0])} against the rest" if len(classes) > 2 else "the two classes"
    return f"w₁ is the weight of {first}, w₂ that of {second}, in telling apart {against}."


def notes(optima: Mapping[str, np.ndarray], k: int) -> list[str]:
    """What is exactly zero at the k-th λ, and from which λ on. optima: by label, as `Planes.W`."""
    if not all(np.isfinite(W[k]).all() for W in optima.values()):
        here = [
            f"At {lam_text(LAMS[k])} there is no optimum: a line parts the two classes, wholly or all but, "
            "and the data cost falls on and on while the weights grow. Any λ > 0 has one."
        ]
    else:
        here = [_here(label, W[k], LAMS[k]) for label, W in optima.items()]
    return here + [_over_the_grid(label, W) for label, W in optima.items()]


def _here(label: str, w: np.ndarray, lam: float) -> str:
    """Which weights are exactly zero at one λ."""
    zero = [name for name, value in zip(("w₁", "w₂"), w, strict=True) if value == 0]
    which = (
        "no weight is exactly zero",
        f"**{joined(zero)} is exactly zero**" if zero else "",
        "**both weights are exactly zero**",
    )[len(zero)]
    return f"At {lam_text(lam)} under {label}, {which}: w = ({number(w[0])}, {number(w[1])})."


def _over_the_grid(label: str, W: np.ndarray) -> str:
    """From which λ of the grid on weights are exactly zero, at λ > 0. W: (n_lams, 2)."""
    zeros = (W[1:] == 0).sum(axis=1)
    if not zeros.any():
        return f"Under {label} neither weight is exactly zero at any λ > 0 of the grid."
    axis, both = (_since(zeros >= least) for least in (1, 2))
    parts = []
    if axis is not None and axis != both:
        parts.append(f"its optimum lies on an axis from {lam_text(LAMS[1:][axis])} on")
    if both is not None:
        alone = "" if (zeros == 1).any() else ", and never one alone"
        parts.append(f"both weights are exactly zero from {lam_text(LAMS[1:][both])} on{alone}")
    if not parts:
        return f"Under {label} the optimum lies on an axis at some λ of the grid, and off it at larger ones."
    return f"Under {label}, on the grid, {joined(parts)}."


def _since(holds: np.ndarray) -> int | None:
    """The first position from which on it holds to the end, None where it does not at the end."""
    not_yet = np.flatnonzero(~holds)
    start = int(not_yet[-1]) + 1 if not_yet.size else 0
    return start if start < len(holds) else None


# --- the chart ------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def chart(n: int, penalties: tuple[str, ...], theme: str) -> Spec:
    """A square of the plane of weights for each penalty, by label, in twos; n: λ of the grid.

    Tables: readout, chosen, window, path, lines, touching, shapes.
    """
    ink = INKS[theme]
    params, events = chosen_slider(n, "λ")
    columns = []
    for i, label in enumerate(penalties):
        lines = readout({"title": ink.text, label: PENALTY_COLORS[label]})
        columns.append(Column([lines, plane_panel(label, f"{i * n} + k", ink)]))
    rows = [columns[i : i + 2] for i in range(0, len(columns), 2)]
    return finish(rows, theme, ("x", "y"), params, events)


def plane_panel(label: str, at: str, ink: Ink) -> Panel:
    """One penalty's square: lines of cost, axes, its level set, the line that touches it, and the path.

    at: an expression for what is shown of the tables of `lines_at`.
    """
    color, mine = PENALTY_COLORS[label], f"datum.penalty == '{label}'"
    foot = alt.Axis(tickCount=5, grid=False, zindex=1, offset=alt.expr(f"{SIZE} - {HEIGHT}"))
    x = alt.X("w1:Q", title=None, scale=_scale(1, [0, alt.expr(SIZE)]), axis=foot)
    upright = _scale(2, [alt.expr(SIZE), 0])
    y = alt.Y("w2:Q", title=None, scale=upright, axis=alt.Axis(tickCount=5, grid=False))
    at_zero = alt.Chart(alt.Data(values=[{"w1": 0, "w2": 0}]))
    zero = at_zero.mark_rule(color=ink.quiet, strokeWidth=1.5)
    path = table("path").transform_filter(mine)
    dots = path.mark_point(color=color, filled=True, size=28, opacity=1, clip=True)
    large = alt.MarkDef(
        "point", color=color, filled=True, size=260, opacity=1, stroke=ink.page, strokeWidth=2, clip=True
    )
    dot = path.transform_filter("datum.k == k").properties(mark=large)
    shape, touching = (table(name).transform_filter(f"datum.at == {at}") for name in ("shapes", "touching"))
    dashed = path.mark_line(color=color, strokeWidth=1.5, strokeDash=[3, 3], clip=True)
    return layer(
        _curves(table("lines").mark_line(color=ink.quiet, opacity=0.55, strokeWidth=1, clip=True), x, y),
        zero.encode(x=x),
        zero.encode(y=y),
        _curves(shape.mark_line(color=color, fill=color, fillOpacity=0.22, strokeWidth=2.5, clip=True), x, y),
        _curves(touching.mark_line(color=ink.text, strokeWidth=2.5, clip=True), x, y),
        dashed.encode(x=x, y=y, order=alt.Order("k:Q")),
        dots.encode(x=x, y=y),
        dot.encode(x=x, y=y),
        *_surroundings(ink),
        *_names(at_zero, x, y, ink),
    ).properties(height=HEIGHT, title=f"{label}: where cost and penalty touch")


def _scale(axis: int, ends: list[Any]) -> alt.Scale:
    """The window along an axis, from the table `window`. ends: its range."""
    domain = [f"length(data('window')) ? data('window')[0].{end}{axis} : {i}" for i, end in enumerate(ENDS)]
    return alt.Scale(domain=[*map(alt.expr, domain)], range=ends, nice=False, zero=False)


def _curves(lines: alt.Chart, x: alt.X, y: alt.Y) -> alt.Chart:
    """Lines of points in their order."""
    return lines.encode(x=x, y=y, order=alt.Order("i:Q"), detail=alt.Detail("line:N"))


def _names(at_zero: alt.Chart, x: alt.X, y: alt.Y, ink: Ink) -> list[alt.Chart]:
    """The names of the axes, beside the ends of their lines."""
    kind = {"fontSize": NAME_SIZES[1], "fontWeight": 600, "color": ink.text}
    along = haloed(at_zero, ink, align="right", baseline="bottom", dy=-4, **kind)
    up = haloed(at_zero, ink, align="left", baseline="top", dx=6, **kind)
    end = alt.value(alt.expr(f"{SIZE} - 5"))
    return [
        *(words.encode(x=end, y=y, text=alt.value("w₁")) for words in along),
        *(words.encode(x=x, y=alt.value(5), text=alt.value("w₂")) for words in up),
    ]


def _surroundings(ink: Ink) -> list[alt.Chart]:
    """What hides the panel beside and under the square, where shapes reach out of it; its frame."""
    one, edge = alt.Chart(alt.Data(values=[{}])), alt.value(alt.expr(SIZE))
    end, foot, zero = alt.value(alt.expr("width + 4")), alt.value(HEIGHT), alt.value(0)
    cover = one.mark_rect(color=ink.page, opacity=1)
    frame = one.mark_rect(fill=None, stroke=ink.grid, strokeWidth=1)
    return [
        cover.encode(x=edge, x2=end, y=zero, y2=foot),
        cover.encode(x=zero, x2=end, y=edge, y2=foot),
        frame.encode(x=zero, x2=edge, y=zero, y2=edge),
    ]

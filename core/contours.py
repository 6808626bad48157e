"""Logistic regression on two columns, seen from above: lines of equal cost, and of equal penalty.

Where the two weights are the plane, a penalty at λ is a budget: its optimum w* is the cheapest point of the
level set through w*, and there the line of equal data cost only touches it. Which shape touches where tells
why L1's zeros are exact: a diamond has its corners on the axes.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from core.logistic import fit_logistic
from core.penalties import PENALTIES, TINY

Edge = tuple[int, int, int]  # 0 along a row or 1 along a column, and the row and column where it starts
MAX_STEPS = 80  # as many halvings reach float64's end from any bracket
HALVINGS = 30
CLOSE = 1e-8  # of the mean of σ to the share of class 1; what is left of the cost is its square
N_DIRECTIONS = 64  # of a level set, those along the axes among them, where a diamond has its corners


def data_costs(X: np.ndarray, y: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """min over b of 1/m·Σ log(1 + exp(−t_i(w₁x_i1 + w₂x_i2 + b))) over a grid, (n_second, n_first).

    X: (m, 2); y: (m,) of 0 and 1, both there; first, second: the values of w₁ and of w₂. ValueError else.
    """
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"X must have 2 columns, got shape {X.shape}; choose two with X[:, [i, j]]")
    if set(np.unique(y)) != {0, 1}:
        raise ValueError(f"y must hold 0 and 1, both of them, got {np.unique(y)}")
    across, costs, b = np.outer(X[:, 0], first), [], np.zeros(len(first))
    for w in second:
        Z = across + w * X[:, 1, None]  # (m, n_first)
        b = best_intercepts(Z, float(y.mean()), b)
        Z += b
        losses = np.log1p(np.exp(-np.abs(Z))) + np.maximum(Z, 0.0) - y[:, None] * Z
        costs.append(losses.mean(axis=0))
    return np.array(costs)


def best_intercepts(Z: np.ndarray, share: float, b: np.ndarray) -> np.ndarray:
    """The b at which the mean of σ(z + b) is the share of class 1, for each column of log-odds; (n,).

    Z: (m, n) without intercept; b: (n,) where to start. Newton's steps, halving the bracket where they leave
    it: with the largest z in place of each the mean is too large, with the smallest too small.
    """
    middle = float(np.log(share / (1 - share)))
    low, high = middle - Z.max(axis=0), middle - Z.min(axis=0)
    b = np.clip(b, low, high)
    for _ in range(MAX_STEPS):
        shifted = Z + b
        e = np.exp(-np.abs(shifted))
        P = np.where(shifted > 0, 1.0, e) / (1 + e)
        slope, curvature = P.mean(axis=0) - share, (P * (1 - P)).mean(axis=0)
        if np.abs(slope).max() <= CLOSE:
            break
        low, high = np.where(slope < 0, b, low), np.where(slope > 0, b, high)
        newton = b - slope / np.maximum(curvature, TINY)
        b = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
    return b


def level_set(penalty: str, w: np.ndarray) -> np.ndarray:
    """The points whose penalty is that of w, around 0 and back to the first, (N_DIRECTIONS + 1, 2).

    Along a direction u at the distance r with l1·r·‖u‖₁ + l2·r² = l1·‖w‖₁ + l2·‖w‖²; penalty: a name of
    PENALTIES. L1 has a diamond, L2 a circle.
    """
    found = PENALTIES[penalty]
    angles = 2 * np.pi * np.arange(N_DIRECTIONS + 1) / N_DIRECTIONS
    U = np.column_stack([np.cos(angles), np.sin(angles)]).round(15)  # exact zeros along the axes
    value = found.of_norms(float(np.abs(w).sum()), float(w @ w))
    norm = found.l1 * np.abs(U).sum(axis=1)
    r = 2 * value / np.maximum(norm + np.sqrt(norm**2 + 4 * found.l2 * value), TINY)
    points: np.ndarray = r[:, None] * U
    return points


def first_two_to_enter(X: np.ndarray, y: np.ndarray) -> tuple[int, int]:
    """The two columns that L1 lets in first as λ falls; X: (m, n_features ≥ 2), y: (m,) of 0 and 1.

    The first is argmax |Xᵀ(y − ȳ)|. The second is the first other one with 2|xᵀ(y − p)| > λ, p being the
    probabilities of the fit with the first alone; that λ is found by halving, so what enters at the same λ
    to nine digits is told apart by size.
    """
    if X.shape[1] < 2:
        raise ValueError(f"X must have at least 2 columns, got {X.shape[1]}; one weight spans no plane")
    pulls = 2 * np.abs(X.T @ (y - y.mean()))
    first = int(pulls.argmax())
    low, high = 0.0, float(pulls[first])
    second = int(np.where(np.arange(len(pulls)) == first, -1.0, pulls).argmax())
    for _ in range(HALVINGS if high > 0 else 0):
        lam = (low + high) / 2
        fit = fit_logistic(X[:, [first]], y, "l1", [lam])
        z = X[:, first] * fit.W[0, 0] + fit.b[0]
        pulls = 2 * np.abs(X.T @ (y - 1 / (1 + np.exp(-np.clip(z, -500, 500)))))
        pulls[first] = -1.0
        if pulls.max() > lam:
            low, second = lam, int(pulls.argmax())
        else:
            high = lam
    return first, second


# --- lines of equal height ------------------------------------------------------------------------


def contour_lines(C: np.ndarray, x: np.ndarray, y: np.ndarray, level: float) -> list[np.ndarray]:
    """Where a surface has this height: lines of points (n_points, 2), straight inside each cell.

    C: (len(y), len(x)) heights at the corners; a line that closes ends where it begins. Marching squares.
    """
    above = level < C
    crossed = [np.argwhere(above[:, 1:] != above[:, :-1]), np.argwhere(above[1:] != above[:-1])]
    points: dict[Edge, np.ndarray] = {}
    for along, edges in enumerate(crossed):
        for i, j in edges.tolist():
            down, right = (i + along, j + 1 - along)
            share = (level - C[i, j]) / (C[down, right] - C[i, j])
            points[along, i, j] = np.array(
                [x[j] + share * (x[right] - x[j]), y[i] + share * (y[down] - y[i])]
            )
    return [np.array([points[edge] for edge in line]) for line in _joined(_neighbours(points, C, level))]


def _neighbours(points: Mapping[Edge, np.ndarray], C: np.ndarray, level: float) -> dict[Edge, list[Edge]]:
    """For each edge that is crossed those where the line goes on, through the cells on its two sides."""
    cells = {
        (i - (1 - along) * back, j - along * back) for along, i, j in points for back in (0, 1)
    }  # an edge along a row has its cells above and below, one along a column left and right
    found: dict[Edge, list[Edge]] = {edge: [] for edge in points}
    for i, j in sorted(cells):
        around: Sequence[Edge] = ((0, i, j), (1, i, j + 1), (0, i + 1, j), (1, i, j))
        edges = [edge for edge in around if edge in found]
        if len(edges) == 4 and (C[i, j] > level) != (C[i : i + 2, j : j + 2].mean() > level):
            edges = [*edges[1:], edges[0]]  # a saddle whose middle is not the first corner's
        for one, other in zip(edges[::2], edges[1::2], strict=False):
            found[one].append(other)
            found[other].append(one)
    return found


def _joined(neighbours: Mapping[Edge, Sequence[Edge]]) -> list[list[Edge]]:
    """The lines that edges form: open ones from end to end, closed ones back to where they begin."""
    lines, seen = [], set[Edge]()
    for start in sorted(neighbours, key=lambda edge: len(neighbours[edge])):  # ends first
        if start in seen:
            continue
        line, edge = [start], start
        seen.add(start)
        while following := [other for other in neighbours[edge] if other not in seen]:
            edge = following[0]
            seen.add(edge)
            line.append(edge)
        if len(line) > 2 and start in neighbours[edge]:
            line.append(start)
        lines.append(line)
    return lines

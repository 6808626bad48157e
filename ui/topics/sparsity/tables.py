"""Tidy tables of zeros, weights, bytes and columns in use over λ.

L1 is the penalty that the others are compared with: they are shown at the same λ, or at the λ of about the
same validated cost, their partner of L1's.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core import PENALTIES
from core.measures import count_weights, count_zeros, model_bytes, sparsity
from core.selection import Validation
from ui.base.tables import Runs, integer_table, wide
from ui.base.words import lam_text, number, standing, standings
from ui.pictures.ends import Upright, line_ends, named, penalty_ends
from ui.work.optimum import Optima

COMPARED = PENALTIES["l1"].label  # with which the others are compared
SAME_LAM, EQUAL_COST = "lam", "cost"  # how the partners are chosen
MAX_PATHS = 40  # lines in one panel; more are a tangle
MAX_UNITS = 16  # units in the matrix of weights
ABREAST = {8: 4, 10: 5}  # images in one line, by the most units for which it is so many
MANY_ABREAST = 8  # of more units
ZEROS, NEEDLES, BYTES = (
    Upright(230, domain=(0.0, 1.0)),
    Upright(180, has_zero=True),
    Upright(180, has_zero=True),
)
NEEDLE_KINDS = ("found", "false")
DENSE = "dense"  # one size whatever the penalty
FORMS = (DENSE, "sparse", "deflated")


def zero_shares(runs: Runs) -> pd.DataFrame:
    """k, penalty, share: share of exact zeros at each λ; networks that diverged have no row."""
    frames = [
        integer_table(k=range(run.lams.size)).assign(penalty=label, share=sparsity(run.W))
        for label, run in runs.items()
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def partners(runs: Runs, validations: Mapping[str, Validation] | None, how: str) -> dict[str, np.ndarray]:
    """For each penalty the position in the grid that is shown beside L1's k-th λ, (n_lams,).

    how: SAME_LAM, or EQUAL_COST for the λ whose validated cost is nearest to L1's, on the same side of the
    lowest: a cost stands on both branches of its U, and too little is not as good as too much. Where nothing
    is validated the λ is the same.
    """
    if how == SAME_LAM or validations is None:
        return dict.fromkeys(runs, np.arange(runs[COMPARED].lams.size))
    return {label: _nearest(validations[COMPARED], one) for label, one in validations.items()}


def _nearest(wanted: Validation, offered: Validation) -> np.ndarray:
    """For each λ the position of the nearest cost on the same branch, of equals the nearest position."""
    index = np.arange(wanted.lams.size)
    distance = np.abs(wanted.mean[:, None] - offered.mean)
    same_branch = (index >= wanted.k_min)[:, None] == (index >= offered.k_min)
    distance[~(np.isfinite(distance) & same_branch)] = np.inf
    apart = np.abs(index[:, None] - index) / (1e9 * len(index))
    return np.where(np.isfinite(distance).any(axis=1), (distance + apart).argmin(axis=1), index)


def optimum_shares(runs: Runs, optima: Optima) -> pd.DataFrame:
    """k, penalty, share: share of exact zeros of the exact optimum at each λ > 0, where there are any."""
    frames = [
        integer_table(k=range(1, run.lams.size)).assign(
            penalty=label, share=optima.zeros(label)[1:] / count_weights(run.W)
        )
        for label, run in runs.items()
        if PENALTIES[run.penalty[0]].is_sparse
    ]
    return pd.concat(frames, ignore_index=True)


def zero_readout(
    runs: Runs, beside: Mapping[str, np.ndarray], limit: float | None, optima: Optima | None = None
) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the zeros of each penalty at its partner.

    at_ and a penalty's label: the position of its partner. limit: λₘₐₓ, where there is one, as a unit for λ.
    optima: whose zeros stand beside, where they are known.
    """
    lams = runs[COMPARED].lams
    lines = {
        "title": [lam_text(lam) + (f", {number(lam / limit, 2)} of λₘₐₓ" if limit else "") for lam in lams]
    }
    for label, run in runs.items():
        n, zeros, at, where = count_weights(run.W), count_zeros(run.W), beside[label], standing(run)
        lines[label] = [
            f"{label}{'' if j == k else f' at {lam_text(lams[j])}'}: "
            + (f"{zeros[j]:,} of {n:,} weights exactly zero" if run.sound[j] else where[j])
            for k, j in enumerate(at)
        ]
    lines["rest"] = standings(runs, beside)
    if optima is not None:
        zeros = optima.zeros(COMPARED)
        lines["rest"] = [
            f"{rest}; {COMPARED}'s optimum: {zeros[j]:,} zero" if j else rest
            for rest, j in zip(lines["rest"], beside[COMPARED], strict=True)
        ]
    positions = {f"at_{label}": at for label, at in beside.items()}
    return integer_table(k=range(lams.size), **positions).assign(**lines)


def grid_position(lam: float, lams: np.ndarray) -> float:
    """Where a λ stands on the axis: its place in the grid, logarithmic between two positive neighbours."""
    if lam <= lams[1]:
        return float(lam / lams[1])
    return float(np.interp(np.log(lam), np.log(lams[1:]), np.arange(1, lams.size)))


def lam_max_mark(limit: float | None, lams: np.ndarray) -> pd.DataFrame:
    """k, label: where λₘₐₓ stands on the axis; empty where there is none, or where it is off the grid."""
    if limit is None or limit > lams[-1]:
        return pd.DataFrame({"k": np.array([], float), "label": np.array([], object)})
    return pd.DataFrame({"k": [grid_position(limit, lams)], "label": [f"λₘₐₓ = {number(limit, 4)}"]})


def byte_sizes(runs: Runs) -> pd.DataFrame:
    """k, penalty, form, bytes: the size of each network, dense, as index and value, and deflated."""
    frames = []
    for label, run in runs.items():
        n, sizes = run.lams.size, model_bytes(run.W, run.b)
        values = np.concatenate([getattr(sizes, form) for form in FORMS])
        rows = integer_table(k=np.tile(np.arange(n), len(FORMS)))
        frames.append(rows.assign(penalty=label, form=np.repeat(FORMS, n), bytes=values))
    return pd.concat(frames, ignore_index=True).dropna()


def needles(runs: Runs, informative: Sequence[int]) -> pd.DataFrame:
    """k, penalty, kind, n: how many columns with a weight in the first layer are "found" and "false"."""
    truth = np.zeros(runs[COMPARED].W[0].shape[2], bool)
    truth[list(informative)] = True
    frames = []
    for label, run in runs.items():
        used = (run.W[0] != 0).any(axis=1)  # (n_lams, n_features)
        finite = run.sound
        for kind, columns in zip(NEEDLE_KINDS, (truth, ~truth), strict=True):
            n = (used & columns).sum(axis=1)
            rows = integer_table(k=range(run.lams.size), n=n).assign(penalty=label, kind=kind)
            frames.append(rows[finite])
    return pd.concat(frames, ignore_index=True)


def end_table(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Where the names of the lines of `shares`, `bytes` and, where it is there, `needles` stand."""
    frames, sizes = [penalty_ends("shares", tables["shares"], "share", ZEROS)], tables["bytes"]
    lines = named(sizes, sizes.form)
    lines.loc[sizes.form == DENSE, ["text", "hue"]] = DENSE
    frames.append(line_ends("bytes", lines, "k", "bytes", BYTES, "start"))
    if "needles" in tables:
        lines = named(tables["needles"], tables["needles"].kind)
        frames.append(line_ends("needles", lines, "k", "n", NEEDLES, "start"))
    return pd.concat(frames, ignore_index=True)


def strongest_units(W: np.ndarray) -> np.ndarray:
    """The units (rows of W) with the largest weights, at most MAX_UNITS, in their own order."""
    return np.sort(np.argsort(-np.square(W).sum(axis=1), kind="stable")[:MAX_UNITS])


def weights_over_lam(
    runs: Runs,
    beside: Mapping[str, np.ndarray],
    layer: int,
    inputs: Sequence[str],
    units: Sequence[str],
    image: tuple[int, int] | None,
) -> pd.DataFrame:
    """One row a weight of the layer and penalty, wide over λ, with its cell in the matrix.

    Columns: penalty, unit, input, row, column, row_end, column_end, is_strongest (the largest at λ = 0 under
    L1, and what is in its place), top (the largest size of all), then v0, v1, …: the weight shown at each λ,
    which is that of its partner (`partners`). A matrix has a row a unit and a column an input; where the
    inputs are an image (height, width), each unit is one of a row of images.
    """
    W_first = runs[COMPARED].W[layer][0]
    kept, n_in = strongest_units(W_first), W_first.shape[1]
    cells = matrix_cells(len(kept), n_in, image)
    names = pd.DataFrame(
        {
            "unit": np.array(units, object)[kept].repeat(n_in),
            "input": np.tile(np.array(inputs, object), len(kept)),
        }
    )
    frames = []
    for label, run in runs.items():
        W = run.W[layer][beside[label]][:, kept]  # (n_lams, n_kept, n_in)
        values = pd.DataFrame(wide(W.reshape(run.lams.size, -1).T))
        frames.append(pd.concat([cells, names.assign(penalty=label), values], axis=1))
    weights = pd.concat(frames, ignore_index=True)
    top = np.nanmax(np.abs(weights.filter(regex=r"^v\d+$").to_numpy()))
    strongest = np.arange(len(cells)) == np.argmax(np.abs(weights.v0.to_numpy()[: len(cells)]))
    return weights.assign(is_strongest=np.tile(strongest, len(runs)), top=np.float32(max(top, 1e-9)))


def matrix_cells(n_units: int, n_in: int, image: tuple[int, int] | None) -> pd.DataFrame:
    """row, column, row_end, column_end: the cell of each weight, unit by unit."""
    row, column = (index.ravel() for index in np.indices((n_units, n_in)))
    if image is not None:
        row, column = pixel_cells(row, column, image, n_units)
    return integer_table(row=row, column=column, row_end=row + 1, column_end=column + 1)


def pixel_cells(
    unit: np.ndarray, pixel: np.ndarray, image: tuple[int, int], n_units: int
) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each pixel, the units' images (height, width) side by side in one line or more."""
    height, width = image
    per_line = next((n for most, n in ABREAST.items() if n_units <= most), MANY_ABREAST)
    row = (unit // per_line) * (height + 2) + pixel // width + 1
    return row, (unit % per_line) * (width + 1) + pixel % width


def unit_labels(weights: pd.DataFrame, is_image: bool) -> pd.DataFrame:
    """unit, row, column: where the name of each unit stands, beside its row or above its image."""
    corners = weights.groupby("unit", sort=False)[["row", "column"]].min().reset_index()
    return corners if is_image else corners.assign(row=corners.row + 0.5)


def path_table(runs: Runs, layer: int) -> pd.DataFrame:
    """k and a column for each penalty: its MAX_PATHS strongest weights at the first λ, one after the other.

    Each runs over all λ and then has a row without, which keeps one path from the next.
    """
    first = runs[COMPARED]
    n = first.lams.size
    kept = np.argsort(-np.abs(first.W[layer][0]).ravel(), kind="stable")[:MAX_PATHS]
    ends = ((0, 0), (0, 1))
    paths = {
        label: np.pad(run.W[layer].reshape(n, -1).T[kept].round(4), ends, constant_values=np.nan).ravel()
        for label, run in runs.items()
    }
    return integer_table(k=np.tile(np.arange(n + 1), kept.size)).assign(**paths)


def frame_of(paths: pd.DataFrame) -> pd.DataFrame:
    """w: the smallest and the largest weight of all paths."""
    values = paths.drop(columns="k").to_numpy()
    return pd.DataFrame({"w": [np.nanmin(values), np.nanmax(values)]})

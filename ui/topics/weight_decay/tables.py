"""Tidy tables of one L2 step taken apart, of what αλ/m does alone, and of Adam's two ways."""

from functools import lru_cache

import numpy as np
import pandas as pd

from core import Dataset
from core.decay import Update, adam_l2, adamw, decay_paths, regime
from core.measures import weight_length
from ui.base.tables import integer_table
from ui.base.words import number
from ui.pictures.picture import Tables

MAX_ROWS = 10  # weights of a layer that are drawn
RATIOS = tuple(i / 20 for i in range(51))  # αλ/m from 0 to 2.5
OPEN_RATIO = RATIOS.index(0.5)
N_STEPS = 30
GRADIENTS = tuple(round(10 ** (i / 10), 3) for i in range(-10, 11))  # g, from 0.1 to 10
OPEN_GRADIENT = GRADIENTS.index(0.1)
ADAM_STEPS, ADAM_DECAY, ADAM_RATE = 3000, 0.1, 0.001
ADAM_EVERY = 30  # steps between two points of a path that is drawn
PARTS = ("shrink", "gradient", "together")
OPTIMIZERS = ("Adam + L2", "AdamW")
LARGEST = 1e6  # a path that has grown beyond is not drawn


def norms(update: Update, l: int | None = None) -> dict[str, np.ndarray]:
    """Size of each of PARTS over the snapshots, (n_snapshots,): of layer l, or of all layers together."""
    layers = range(len(update.W)) if l is None else [l]
    change = [after - W for after, W in zip(update.after, update.W, strict=True)]
    with np.errstate(over="ignore"):
        return {
            name: weight_length([part[i] for i in layers])
            for name, part in zip(PARTS, (update.shrink, update.step, change), strict=True)
        }


def weight_names(data: Dataset, update: Update, l: int) -> list[str]:
    """What each weight of layer l joins, row by row of W."""
    n_out, n_in = update.W[l].shape[1:]
    sources = data.feature_names if l == 0 else [f"unit {i + 1}" for i in range(n_in)]
    is_last = l == len(update.W) - 1
    outputs = list(data.class_names) if n_out > 1 else [data.class_names[1]]
    targets = outputs if is_last else [f"unit {i + 1}" for i in range(n_out)]
    return [f"{source} → {target}" for target in targets for source in sources]


def step_table(update: Update, data: Dataset) -> pd.DataFrame:
    """One row for each of the strongest weights of each layer, wide over the snapshots.

    Columns: layer, row, row_middle, row_end, name; w0, … the weight before the step, s0, … what shrinking
    changes, c0, … what both parts change. Strongest: the largest mean |w| over the snapshots.
    """
    frames = []
    for l, W in enumerate(update.W):
        flat = W.reshape(len(W), -1)
        kept = np.argsort(-np.abs(flat).mean(axis=0), kind="stable")[:MAX_ROWS]
        row = np.arange(len(kept), dtype=np.int32)
        parts = {"w": W, "s": update.shrink[l], "c": update.after[l] - W}
        values = {
            f"{letter}{k}": part.reshape(len(W), -1)[k, kept]
            for letter, part in parts.items()
            for k in range(len(W))
        }
        rows = {"layer": np.int32(l), "row": row, "row_middle": row + 0.5, "row_end": row + 1}
        names = np.array(weight_names(data, update, l), object)[kept]
        frames.append(pd.DataFrame({**rows, "name": names, **values}))
    return pd.concat(frames, ignore_index=True)


def reach_table(steps: pd.DataFrame) -> pd.DataFrame:
    """layer, end, t0, …: how far the bars of a layer reach at each snapshot, on either side."""
    frames = []
    for layer in steps.layer.unique():
        rows = steps[steps.layer == layer]
        reaches = [rows.filter(regex=rf"^{part}\d+$").abs().to_numpy().max(axis=0) for part in "sc"]
        reach = {f"t{k}": top for k, top in enumerate(np.maximum(*reaches).clip(1e-12))}
        frames.append(pd.DataFrame({"layer": np.int32(layer), "end": [-1.05, 1.05], **reach}))
    return pd.concat(frames, ignore_index=True)


def layer_lines(update: Update) -> pd.DataFrame:
    """k, layer, and what is read over each layer: weights, shrink, gradient, together."""
    frames = []
    for l, W in enumerate(update.W):
        sizes = norms(update, l)
        frames.append(
            integer_table(k=range(len(W)), layer=[l] * len(W)).assign(
                weights=[f"‖W‖ {number(size)}" for size in weight_length([W])],
                **{name: [f"{name} {number(size)}" for size in sizes[name]] for name in PARTS},
            )
        )
    return pd.concat(frames, ignore_index=True)


def epoch_lines(update: Update, ratio: float) -> pd.DataFrame:
    """k, epoch, title, line: what is read over the picture at each snapshot. ratio: αλ/m."""
    line = f"αλ/m = {number(ratio)}, 1 − αλ/m = {number(update.factor, 4)}"
    lines = integer_table(k=range(len(update.epochs)), epoch=update.epochs)
    return lines.assign(title=[f"epoch {epoch}" for epoch in update.epochs], line=line)


def size_table(update: Update) -> pd.DataFrame:
    """epoch, part, size: the norm of each part over all layers; a log axis has no place for a 0."""
    frames = [
        integer_table(epoch=update.epochs).assign(part=name, size=size)
        for name, size in norms(update).items()
    ]
    sizes = pd.concat(frames, ignore_index=True)
    return sizes[(sizes["size"] > 0) & np.isfinite(sizes["size"])]


def dial_table() -> pd.DataFrame:
    """r, ratio, factor, title, line, end: the dial's positions and what is read at each."""
    end = decay_paths(RATIOS, N_STEPS)[:, -1]
    words = {
        "nothing": "the weight stays",
        "decays": "it decays",
        "vanishes": "it is zero at once",
        "flips": "it flips and decays",
        "swings": "it flips for ever",
        "diverges": "it flips and grows",
    }
    return integer_table(r=range(len(RATIOS))).assign(
        ratio=RATIOS,
        factor=1 - np.array(RATIOS),
        title=[f"αλ/m = {ratio:.2f}" for ratio in RATIOS],
        line=[words[regime(ratio)] for ratio in RATIOS],
        end=[f"from 1 to {number(w)} in {N_STEPS} steps" for w in end],
    )


def path_table(ratio: float) -> pd.DataFrame:
    """t, now, v0, …: a weight from 1 on under decay alone, at the settings' αλ/m and at the dial's."""
    paths = decay_paths(RATIOS, N_STEPS)
    with np.errstate(over="ignore"):
        now = decay_paths([ratio], N_STEPS)[0]
    columns = {f"v{r}": path for r, path in enumerate(paths)}
    found = pd.DataFrame({"now": np.where(np.abs(now) < LARGEST, now, np.nan), **columns})
    return pd.concat([integer_table(t=range(N_STEPS + 1)), found], axis=1)


def adam_table() -> pd.DataFrame:
    """optimizer, step, v0, …: a weight on an alternating gradient ±g, for each g of GRADIENTS."""
    shown = np.arange(0, ADAM_STEPS + 1, ADAM_EVERY)
    frames = []
    for name, path in zip(OPTIMIZERS, adam_paths(), strict=True):
        columns = {f"v{j}": path[shown, j].astype(np.float32) for j in range(len(GRADIENTS))}
        frames.append(integer_table(step=shown).assign(optimizer=name, **columns))
    return pd.concat(frames, ignore_index=True)


def adam_lines() -> pd.DataFrame:
    """j, title, and where each optimizer ends: coupled (Adam + L2), decoupled (AdamW)."""
    ends = [
        [f"{name} ends at {w:.4f}" for w in path[-1]]
        for name, path in zip(OPTIMIZERS, adam_paths(), strict=True)
    ]
    return integer_table(j=range(len(GRADIENTS))).assign(
        title=[f"gradient ±{number(g)}" for g in GRADIENTS], coupled=ends[0], decoupled=ends[1]
    )


@lru_cache(maxsize=1)
def adam_paths() -> tuple[np.ndarray, np.ndarray]:
    """Paths of Adam + L2 and of AdamW, (ADAM_STEPS + 1, n_gradients) each; they depend on no setting."""
    g = np.array(GRADIENTS)
    arguments = g, ADAM_STEPS, 1.0, ADAM_DECAY, ADAM_RATE
    return adam_l2(*arguments), adamw(*arguments)


@lru_cache(maxsize=1)
def constant_tables() -> dict[str, bytes]:
    """The tables that depend on no setting, packed once."""
    return Tables({"dial": dial_table(), "adam": adam_table(), "adam_lines": adam_lines()}).packed

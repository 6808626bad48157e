"""Tidy tables of one L2 step taken apart, of what αλ/m does alone, and of Adam's two ways."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pandas as pd

from core import Dataset, Run
from core.decay import Update, adam_l2, adamw, decay_paths, regime, take_apart
from core.measures import count_weights, weight_length
from ui.base.tables import evenly, integer_table
from ui.base.words import lam_text, number
from ui.pictures.ends import Upright, line_ends
from ui.pictures.picture import Tables

MAX_SHOWN, MIN_SHOWN = 20, 4  # snapshots
MOST_MULTIPLIED = 60_000_000  # weights by samples in all gradients; large networks have fewer snapshots
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
SIZES = Upright(200, "log")
FARTHEST = 2.0  # up to which a path is seen, on either side of 0
DECAYS = Upright(220, domain=(-FARTHEST, FARTHEST))
ADAM = Upright(220, domain=(0.0, 1.05))
AT_LAM_TEXT = "at λ"  # the name of what stands at the panel's αλ/m beside the dial's


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


def shown_snapshots(run: Run) -> np.ndarray:
    """Positions of the snapshots that are shown, at every λ: the first, the last, and evenly between."""
    n_each = run.lams.size * run.m * count_weights(run.W)
    return evenly(len(run.epochs), int(np.clip(MOST_MULTIPLIED // n_each, MIN_SHOWN, MAX_SHOWN)))


@dataclass(frozen=True, eq=False)
class Steps:
    """The next step from each snapshot that is shown of the network of each λ, taken apart."""

    lams: np.ndarray
    epochs: np.ndarray  # (n_shown,)
    updates: Sequence[Update]  # for each λ, of those snapshots that are finite

    @classmethod
    def of(cls, run: Run, data: Dataset) -> "Steps":
        """All that is shown of an L2 run on these data."""
        shown = shown_snapshots(run)
        parts = [take_apart(run, data.X_train, data.y_train, k, shown) for k in range(run.lams.size)]
        return cls(run.lams, run.epochs[shown], parts)

    def each(self, value: Callable[[Update], np.ndarray]) -> np.ndarray:
        """Something of every snapshot, (n_shown, n_lams, …); NaN where the training was finite no more."""
        first = value(self.updates[0])
        found = np.full((len(self.epochs), len(self.updates), *first.shape[1:]), np.nan)
        for k, update in enumerate(self.updates):
            found[np.searchsorted(self.epochs, update.epochs), k] = value(update)
        return found

    def state(self, run: Run, k: int, e: int) -> str:
        """What became of the k-th training, where it has come to that: at its end, or once not finite."""
        has_ended = e == len(self.epochs) - 1 or self.epochs[e] not in self.updates[k].epochs
        return f" ({run.state[k]})" if has_ended and run.state[k] != "trained" else ""

    @property
    def positions(self) -> pd.DataFrame:
        """e, k: each snapshot at each λ, in the order in which `each` is raveled."""
        es, ks = np.indices((len(self.epochs), len(self.updates)))
        return integer_table(e=es.ravel(), k=ks.ravel())


def step_table(steps: Steps, data: Dataset) -> pd.DataFrame:
    """One row for each of the strongest weights of each layer at each snapshot, wide over λ.

    Columns: layer, e, row, row_middle, row_end, name; w0, … the weight before the step, s0, … what shrinking
    changes, c0, … what both parts change. Strongest: the largest mean |w| over the snapshots and λ.
    """
    frames = []
    for l in range(len(steps.updates[0].W)):
        W, shrink, change = (steps.each(partial(_part, name, l)) for name in ("before", "shrink", "together"))
        with np.errstate(over="ignore"):
            kept = np.argsort(-np.nanmean(np.abs(W), axis=(0, 1)), kind="stable")[:MAX_ROWS]
        values = {
            f"{letter}{k}": part[:, k, kept].ravel()
            for letter, part in (("w", W), ("s", shrink), ("c", change))
            for k in range(len(steps.lams))
        }
        row = np.tile(np.arange(len(kept), dtype=np.int32), len(steps.epochs))
        e = np.repeat(np.arange(len(steps.epochs), dtype=np.int32), len(kept))
        names = np.array(weight_names(data, steps.updates[0], l), object)[kept]
        rows = {"layer": np.int32(l), "e": e, "row": row, "row_middle": row + 0.5, "row_end": row + 1}
        frames.append(pd.DataFrame({**rows, "name": np.tile(names, len(steps.epochs)), **values}))
    return pd.concat(frames, ignore_index=True)


def _part(name: str, l: int, update: Update) -> np.ndarray:
    """Of layer l the weights before the step, or what the shrink or both parts change, (n_snapshots, n)."""
    part = {
        "before": update.W[l],
        "shrink": update.shrink[l],
        "together": update.after[l] - update.W[l],
    }[name]
    return part.reshape(len(part), part.shape[1] * part.shape[2])


def _norms(l: int | None, update: Update) -> np.ndarray:
    """Size of each of PARTS of layer l, or of all layers together, (n_snapshots, n_parts)."""
    return np.stack(list(norms(update, l).values()), axis=1)


def _length(l: int, update: Update) -> np.ndarray:
    """Length of the weights of layer l, (n_snapshots,)."""
    return weight_length([update.W[l]])


def reach_table(table: pd.DataFrame) -> pd.DataFrame:
    """layer, e, end, t0, …: how far the bars of a layer reach at each snapshot and λ, on either side.

    table: from `step_table`.
    """
    n_lams = table.columns.str.fullmatch(r"w\d+").sum()
    sizes = {f"t{k}": table[[f"s{k}", f"c{k}"]].abs().max(axis=1) for k in range(n_lams)}
    tops = table[["layer", "e"]].assign(**sizes).groupby(["layer", "e"], as_index=False).max()
    tops[list(sizes)] = tops[list(sizes)].fillna(0.0).clip(lower=1e-12)
    return pd.concat([tops.assign(end=end) for end in (-1.05, 1.05)], ignore_index=True)


def layer_lines(steps: Steps) -> pd.DataFrame:
    """k, e, layer, and what is read over each layer: weights, shrink, gradient, together."""
    frames = []
    for l in range(len(steps.updates[0].W)):
        lengths = steps.each(partial(_length, l)).ravel()
        sizes = dict(zip(PARTS, steps.each(partial(_norms, l)).reshape(-1, len(PARTS)).T, strict=True))
        frames.append(
            steps.positions.assign(
                layer=np.int32(l),
                weights=[f"‖W‖ {_size(size)}" for size in lengths],
                **{name: [f"{name} {_size(size)}" for size in found] for name, found in sizes.items()},
            )
        )
    return pd.concat(frames, ignore_index=True)


def _size(size: float) -> str:
    return number(size) if np.isfinite(size) else "not finite"


def epoch_lines(steps: Steps, run: Run) -> pd.DataFrame:
    """k, e, epoch, title, line: what is read over the picture at each λ and snapshot."""
    at, factors = steps.positions, [update.factor for update in steps.updates]
    lines = [
        f"αλ/m = {number(1 - factor)}, 1 − αλ/m = {number(factor, 4)}".replace("-", "−") for factor in factors
    ]
    return at.assign(
        epoch=steps.epochs[at.e].astype(np.int32),
        title=[
            f"{lam_text(steps.lams[k])}, epoch {steps.epochs[e]:,}{steps.state(run, k, e)}"
            for e, k in zip(at.e, at.k, strict=True)
        ],
        line=[lines[k] for k in at.k],
    )


def size_table(steps: Steps) -> pd.DataFrame:
    """epoch, part, v0, …: the norm of each part over all layers, wide over λ.

    NaN where a log axis has no place for it.
    """
    frames, sizes = [], steps.each(partial(_norms, None))
    sizes = np.where((sizes > 0) & np.isfinite(sizes), sizes, np.nan)
    for i, name in enumerate(PARTS):
        rows = {"epoch": steps.epochs.astype(np.int32), "part": name}
        frames.append(pd.DataFrame({**rows, **{f"v{k}": size for k, size in enumerate(sizes[:, :, i].T)}}))
    return pd.concat(frames, ignore_index=True)


def end_table(sizes: pd.DataFrame, decays: pd.DataFrame, n_lams: int) -> pd.DataFrame:
    """k, and where the names of lines stand at each λ, see `line_ends`: the parts' sizes, and decay at λ.

    sizes, decays: from `size_table` and `decay_table`.
    """
    frames = []
    for k in range(n_lams):
        parts = sizes.assign(size=sizes[f"v{k}"], text=sizes.part, hue=sizes.part).dropna(subset="size")
        decay = decays.assign(w=decays[f"v{k}"], text=AT_LAM_TEXT, hue=AT_LAM_TEXT)
        inside = decay[decay.w.abs() <= FARTHEST]
        frames.append(line_ends("sizes", parts, "epoch", "size", SIZES).assign(k=k))
        frames.append(line_ends("decays", inside, "t", "w", DECAYS).assign(k=k))
    return pd.concat(frames, ignore_index=True).astype({"k": "int32"})


def ratio_table(steps: Steps) -> pd.DataFrame:
    """k, ratio: αλ/m at each λ."""
    return integer_table(k=range(len(steps.lams))).assign(
        ratio=[1 - update.factor for update in steps.updates]
    )


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


def decay_table(ratios: Sequence[float] | np.ndarray) -> pd.DataFrame:
    """t, v0, …: a weight from 1 on under decay alone, at each of these αλ/m; NaN once it is too large."""
    with np.errstate(over="ignore"):
        paths = decay_paths(ratios, N_STEPS)
    columns = {f"v{k}": np.where(np.abs(path) < LARGEST, path, np.nan) for k, path in enumerate(paths)}
    return pd.concat([integer_table(t=range(N_STEPS + 1)), pd.DataFrame(columns)], axis=1)


def adam_table() -> pd.DataFrame:
    """optimizer, step, v0, …: a weight on an alternating gradient ±g, for each g of GRADIENTS."""
    shown = np.arange(0, ADAM_STEPS + 1, ADAM_EVERY)
    frames = []
    for name, path in zip(OPTIMIZERS, adam_paths(), strict=True):
        columns = {f"v{j}": path[shown, j].astype(np.float32) for j in range(len(GRADIENTS))}
        frames.append(integer_table(step=shown).assign(optimizer=name, **columns))
    return pd.concat(frames, ignore_index=True)


def adam_ends() -> pd.DataFrame:
    """j, and where the names of the optimizers stand at each gradient, see `line_ends`."""
    paths, frames = adam_table(), []
    for j in range(len(GRADIENTS)):
        rows = paths.assign(w=paths[f"v{j}"], text=paths.optimizer, hue=paths.optimizer)
        frames.append(line_ends("adam", rows, "step", "w", ADAM).assign(j=j))
    return pd.concat(frames, ignore_index=True).astype({"j": "int32"})


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
    return Tables(
        {
            "dial": dial_table(),
            "paths": decay_table(RATIOS),
            "adam": adam_table(),
            "adam_names": adam_ends(),
            "adam_lines": adam_lines(),
        }
    ).packed

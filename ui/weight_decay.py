"""One L2 step taken apart, what αλ/m does alone, Adam against AdamW; tables, chart and sentences."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import Dataset, Run
from core.decay import Update, adam_l2, adamw, decay_paths, first_step_error, regime, take_apart
from core.penalties import PENALTIES
from ui import scripts
from ui.charts import Spec, finish, playing_slider, table
from ui.lesson import Lesson
from ui.picture import Picture, Tables, remembered
from ui.tables import whole
from ui.theme import INKS, PENALTY_COLORS, Ink
from ui.words import joined, lam_label, number

MAX_ROWS = 10  # weights of a layer that are drawn
ROW = 26  # pixels
NARROW = 700  # pixels of page under which names give way to the picture
NAMES = 270  # pixels for the names of weights, where there is room
RATIOS = tuple(i / 20 for i in range(51))  # αλ/m from 0 to 2.5
OPEN_RATIO = RATIOS.index(0.5)
N_STEPS = 30
GRADIENTS = tuple(round(10 ** (i / 10), 3) for i in range(-10, 11))  # g, from 0.1 to 10
ADAM_STEPS, ADAM_DECAY, ADAM_RATE = 3000, 0.1, 0.001
PARTS = ("shrink", "gradient", "together")
OPTIMIZERS = ("Adam + L2", "AdamW")


def norms(update: Update, l: int | None = None) -> dict[str, np.ndarray]:
    """Size of each part of the step over the snapshots: of layer l, or of all layers together."""
    layers = range(len(update.W)) if l is None else [l]
    change = [after - W for after, W in zip(update.after, update.W, strict=True)]
    with np.errstate(over="ignore"):
        return {
            name: np.sqrt(sum(np.square(part[i]).sum(axis=(1, 2)) for i in layers))
            for name, part in zip(PARTS, (update.shrink, update.step, change), strict=True)
        }


def weight_names(data: Dataset, update: Update, l: int) -> list[str]:
    """What each weight of layer l joins, row by row of W."""
    n_out, n_in = update.W[l].shape[1:]
    sources = data.feature_names if l == 0 else [f"unit {i + 1}" for i in range(n_in)]
    last = l == len(update.W) - 1
    outputs = list(data.class_names) if n_out > 1 else [data.class_names[1]]
    targets = outputs if last else [f"unit {i + 1}" for i in range(n_out)]
    return [f"{source} → {target}" for target in targets for source in sources]


def step_table(update: Update, data: Dataset) -> pd.DataFrame:
    """One row for each of the strongest weights of each layer, wide over the snapshots.

    Columns: layer, row, row_middle, row_end, name; w0, … the weight before the step, s0, … what shrinking
    changes, c0, … what the whole step changes. Strongest: the largest mean |w| over the snapshots.
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
        place = {"layer": np.int32(l), "row": row, "row_middle": row + 0.5, "row_end": row + 1}
        names = np.array(weight_names(data, update, l), object)[kept]
        frames.append(pd.DataFrame({**place, "name": names, **values}))
    return pd.concat(frames, ignore_index=True)


def reach_table(steps: pd.DataFrame) -> pd.DataFrame:
    """layer, end, t0, …: how far the bars of a layer reach at each snapshot, on either side."""
    frames = []
    for layer, rows in steps.groupby("layer"):
        reaches = [rows.filter(regex=rf"^{part}\d+$").abs().to_numpy().max(axis=0) for part in "sc"]
        reach = {f"t{k}": top for k, top in enumerate(np.maximum(*reaches).clip(1e-12))}
        frames.append(pd.DataFrame({"layer": np.int32(layer), "end": [-1.05, 1.05], **reach}))
    return pd.concat(frames, ignore_index=True)


def layer_lines(update: Update) -> pd.DataFrame:
    """k, layer, and what is read over each layer: weights, shrink, step, together."""
    frames = []
    for l, W in enumerate(update.W):
        sizes = norms(update, l)
        frames.append(
            whole(k=range(len(W)), layer=[l] * len(W)).assign(
                weights=[f"‖W‖ {number(size)}" for size in np.sqrt(np.square(W).sum(axis=(1, 2)))],
                **{name: [f"{name} {number(size)}" for size in sizes[name]] for name in PARTS},
            )
        )
    return pd.concat(frames, ignore_index=True)


def epoch_lines(update: Update, ratio: float) -> pd.DataFrame:
    """k, epoch, title, line: what is read over the picture at each snapshot."""
    line = f"αλ/m = {number(ratio)}, 1 − αλ/m = {number(update.factor, 4)}"
    lines = whole(k=range(len(update.epochs)), epoch=update.epochs)
    return lines.assign(title=[f"epoch {epoch}" for epoch in update.epochs], line=line)


def size_table(update: Update) -> pd.DataFrame:
    """epoch, part, size: the norm of each part over all layers; a log axis has no place for a 0."""
    frames = [whole(epoch=update.epochs).assign(part=name, size=size) for name, size in norms(update).items()]
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
    return whole(r=range(len(RATIOS))).assign(
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
    found = pd.DataFrame({"now": np.where(np.abs(now) < 1e6, now, np.nan), **columns})
    return pd.concat([whole(t=range(N_STEPS + 1)), found], axis=1)


def adam_table() -> pd.DataFrame:
    """optimizer, step, v0, …: a weight on an alternating gradient ±g, for each g of GRADIENTS."""
    every = np.arange(0, ADAM_STEPS + 1, 30)
    frames = []
    for name, path in zip(OPTIMIZERS, _adam_paths(), strict=True):
        columns = {f"v{j}": path[every, j].astype(np.float32) for j in range(len(GRADIENTS))}
        frames.append(whole(step=every).assign(optimizer=name, **columns))
    return pd.concat(frames, ignore_index=True)


def adam_lines() -> pd.DataFrame:
    """j, title, and where each optimizer ends."""
    ends = [
        [f"{name} ends at {w:.4f}" for w in path[-1]]
        for name, path in zip(OPTIMIZERS, _adam_paths(), strict=True)
    ]
    return whole(j=range(len(GRADIENTS))).assign(
        title=[f"gradient ±{number(g)}" for g in GRADIENTS], l2=ends[0], decoupled=ends[1]
    )


@lru_cache(maxsize=1)
def _adam_paths() -> tuple[np.ndarray, np.ndarray]:
    """(steps + 1, n_g) of Adam + L2 and of AdamW; they depend on no setting."""
    g = np.array(GRADIENTS)
    return tuple(optimizer(g, ADAM_STEPS, 1.0, ADAM_DECAY, ADAM_RATE) for optimizer in (adam_l2, adamw))


@lru_cache(maxsize=64)
def chart(layers: tuple[str, ...], rows: tuple[int, ...], n_snapshots: int, theme: str) -> Spec:
    """The next step of each layer in its two parts, αλ/m alone, and Adam's two ways.

    layers: their titles; rows: how many weights of each are drawn.
    Tables: epochs, steps, reach, lines, sizes, dial, paths, current, adam, adam_lines.
    """
    ink = INKS[theme]
    params, events = playing_slider(n_snapshots, "Epoch")
    dial = alt.param(
        name="r",
        value=OPEN_RATIO,
        bind=alt.binding_range(min=0, max=len(RATIOS) - 1, step=1, name="αλ/m"),
    )
    gradient = alt.param(
        name="j",
        value=GRADIENTS.index(0.1),
        bind=alt.binding_range(min=0, max=len(GRADIENTS) - 1, step=1, name="Gradient ±g"),
    )
    room = alt.param(name="room", value=0)  # narrow until measured: what stands out is never taken back
    events["room"] = [{"events": {"type": "timer", "throttle": 300}, "update": "containerSize()[0]"}]
    panels = [
        heading("epochs", "k", (("title", 28, ink.text), ("line", 18, PENALTY_COLORS["L2"]))),
        *(layer_step(l, title, n, ink) for l, (title, n) in enumerate(zip(layers, rows, strict=True))),
        sizes_panel(ink),
        heading(
            "dial",
            "r",
            (("title", 28, ink.text), ("line", 18, PENALTY_COLORS["L2"]), ("end", 18, ink.text)),
        ),
        dial_panel(ink),
        path_panel(ink),
        heading(
            "adam_lines",
            "j",
            (("title", 28, ink.text), ("l2", 18, PENALTY_COLORS["L2"]), ("decoupled", 18, ink.text)),
        ),
        adam_panel(ink),
    ]
    return finish(panels, theme, ("x", "y", "color"), [*params, dial, gradient, room], events)


def heading(source: str, param: str, lines: Sequence[tuple[str, int, str]]) -> alt.LayerChart:
    """Lines of text from the row at the param: field, size and colour of each."""
    here = table(source).transform_filter(f"datum.{param} == {param}")
    tops = [0, 38, 64]
    marks = [
        here.mark_text(align="left", baseline="top", fontSize=size, fontWeight=600, color=color).encode(
            text=f"{field}:N", x=alt.value(0), y=alt.value(top)
        )
        for (field, size, color), top in zip(lines, tops, strict=False)
    ]
    return alt.layer(*marks).properties(height=tops[len(lines) - 1] + 20)


def layer_step(l: int, title: str, n_rows: int, ink: Ink) -> alt.LayerChart:
    """For each weight: the shrink from 0, the gradient step from there, and a tick where both end."""
    head = 58  # pixels for the lines over the bars
    height = head + ROW * n_rows
    names_end = alt.expr(f"room > {NARROW} ? {NAMES} : 0")
    y_scale = alt.Scale(domain=[0, n_rows], nice=False, range=[head, height])

    def x(field: str) -> alt.X:
        axis = alt.Axis(tickCount=5, grid=True, labelOverlap=True, format="~g")
        return alt.X(f"{field}:Q", title="change in this step", axis=axis)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", axis=None, scale=y_scale)

    rows = (
        table("steps")
        .transform_filter(f"datum.layer == {l}")
        .transform_calculate(
            w="datum['w' + k]",
            shrink="datum['s' + k]",
            change="datum['c' + k]",
            gradient="datum['c' + k] - datum['s' + k]",
            after="datum['w' + k] + datum['c' + k]",
            top="datum.row + 0.14",
            bottom="datum.row + 0.86",
        )
    )
    words = [
        alt.Tooltip("name:N", title="weight"),
        alt.Tooltip("w:Q", title="before", format=".5f"),
        alt.Tooltip("shrink:Q", title="shrink", format=".5f"),
        alt.Tooltip("gradient:Q", title="gradient step", format=".5f"),
        alt.Tooltip("after:Q", title="after", format=".5f"),
    ]
    reach = (
        table("reach")
        .transform_filter(f"datum.layer == {l}")
        .transform_calculate(edge="datum.end * datum['t' + k]")
    )
    zero = reach.mark_rule(color=ink.quiet).encode(x=alt.X(datum=0), y=alt.value(head), y2=alt.value(height))
    shrink = rows.mark_rect(color=PENALTY_COLORS["L2"]).encode(
        x="zero:Q", x2="shrink:Q", y=y("top"), y2="row_middle:Q", tooltip=words
    )
    step = rows.mark_rect(color=ink.quiet).encode(
        x=x("shrink"), x2="change:Q", y=y("row_middle"), y2="bottom:Q", tooltip=words
    )
    both = rows.mark_rule(color=ink.text, strokeWidth=4).encode(
        x=x("change"), y=y("row"), y2="row_end:Q", tooltip=words
    )
    values = rows.transform_calculate(
        text="format(datum.w, abs(datum.w) < 0.01 || abs(datum.w) >= 1000 ? '.1e' : '.3g')"
    ).mark_text(align="right", dx=-8, fontSize=16, color=ink.quiet)
    names = rows.transform_filter(f"room > {NARROW}").mark_text(
        align="left", dx=4, fontSize=16, color=ink.text, limit=NAMES - 16
    )
    lines = table("lines").transform_filter(f"datum.layer == {l} && datum.k == k")

    def line(field: str, left: int, top: int, color: str) -> alt.Chart:
        mark = lines.mark_text(align="left", baseline="top", fontSize=16, fontWeight=600, color=color)
        return mark.encode(text=f"{field}:N", x=alt.value(left), y=alt.value(top))

    return alt.layer(
        reach.mark_point(opacity=0).encode(
            x=x("edge").scale(nice=False, rangeMin=names_end), y=alt.value(head)
        ),
        zero,
        shrink.transform_calculate(zero="0"),
        step,
        both,
        values.encode(x=alt.value(0), y=y("row_middle"), text="text:N"),
        names.encode(x=alt.value(0), y=y("row_middle"), text="name:N"),
        line("weights", 0, 0, ink.text),
        line("shrink", 168, 0, PENALTY_COLORS["L2"]),
        line("together", 0, 26, ink.text),
        line("gradient", 168, 26, ink.quiet),
    ).properties(height=height, title=title)


def sizes_panel(ink: Ink) -> alt.LayerChart:
    """The norm of each part over the epochs, on a log axis, with the epoch of the slider."""
    colors = [PENALTY_COLORS["L2"], ink.quiet, ink.text]
    lines = table("sizes").mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=30))
    here = table("epochs").transform_filter("datum.k == k").mark_rule(color=ink.text, strokeWidth=1.5)
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(grid=False, tickCount=6), scale=alt.Scale(nice=False))
    return alt.layer(
        here.encode(x=x),
        lines.encode(
            x=x,
            y=alt.Y(
                "size:Q",
                title=None,
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format="~g", values=[10.0**i for i in range(-12, 7)], labelOverlap=True),
            ),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=list(PARTS), range=colors),
                legend=alt.Legend(orient="top", title=None),
            ),
        ),
    ).properties(height=200, title="Size of each part, all layers")


def dial_panel(ink: Ink) -> alt.LayerChart:
    """1 − αλ/m against αλ/m in its three regimes, at the dial and, dashed, at the settings."""
    x_scale = alt.Scale(domain=[0, RATIOS[-1]], nice=False)
    x = alt.X(
        "ratio:Q", title="αλ/m", scale=x_scale, axis=alt.Axis(grid=False, values=[0, 0.5, 1, 1.5, 2, 2.5])
    )
    y = alt.Y("factor:Q", title=None, scale=alt.Scale(domain=[-1.6, 1.4]), axis=alt.Axis(values=[-1, 0, 1]))
    dial, here = table("dial"), table("dial").transform_filter("datum.r == r")
    walls = [
        table("current").mark_rule(color=ink.quiet, strokeWidth=1).encode(x=alt.X(datum=at, scale=x_scale))
        for at in (1, 2)
    ]
    names = [
        table("current")
        .mark_text(align="left", baseline="top", dx=8, fontSize=16, color=ink.text)
        .encode(x=alt.X(datum=at, scale=x_scale), y=alt.value(0), text=alt.value(name))
        for at, name in ((0, "decays"), (1, "flips"), (2, "grows"))
    ]
    current = table("current").transform_filter(f"datum.ratio <= {RATIOS[-1]}")
    return alt.layer(
        *walls,
        *names,
        dial.mark_line(color=PENALTY_COLORS["L2"], strokeWidth=3).encode(x=x, y=y),
        current.mark_rule(color=ink.quiet, strokeDash=[4, 4], strokeWidth=2).encode(x=x),
        here.mark_rule(color=ink.text, strokeWidth=1.5).encode(x=x),
        here.mark_point(filled=True, size=140, opacity=1, color=PENALTY_COLORS["L2"]).encode(x=x, y=y),
    ).properties(height=180, title="1 − αλ/m, the factor of one step")


def path_panel(ink: Ink) -> alt.LayerChart:
    """One weight under decay alone, at the dial; dashed at the settings' αλ/m."""
    x = alt.X("t:Q", title="step", axis=alt.Axis(grid=False, tickCount=6), scale=alt.Scale(nice=False))
    y_scale = alt.Scale(domain=[-2, 2])

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", title=None, scale=y_scale, axis=alt.Axis(values=[-2, -1, 0, 1, 2]))

    paths = table("paths").transform_calculate(w="datum['v' + r]")
    shown = paths.transform_filter("abs(datum.w) <= 2")
    return alt.layer(
        table("paths")
        .transform_filter("isValid(datum.now)")
        .mark_line(color=ink.quiet, strokeDash=[4, 4], strokeWidth=2, clip=True)
        .encode(x=x, y=y("now")),
        paths.mark_line(color=PENALTY_COLORS["L2"], strokeWidth=2.5, clip=True).encode(x=x, y=y("w")),
        shown.mark_point(filled=True, size=60, opacity=1, color=PENALTY_COLORS["L2"]).encode(x=x, y=y("w")),
    ).properties(height=220, title="A weight under decay alone")


def adam_panel(ink: Ink) -> alt.LayerChart:
    """A weight under Adam + L2 and under AdamW, on a gradient that alternates between ±g."""
    lines = table("adam").transform_calculate(w="datum['v' + j]")
    x = alt.X("step:Q", title="step", axis=alt.Axis(grid=False, tickCount=6), scale=alt.Scale(nice=False))
    y = alt.Y("w:Q", title=None, scale=alt.Scale(domain=[0, 1.05]), axis=alt.Axis(tickCount=5))

    def line(name: str, **mark: object) -> alt.Chart:
        rows = lines.transform_filter(f"datum.optimizer == '{name}'")
        return rows.mark_line(strokeWidth=3, **mark).encode(x=x, y=y)

    return alt.layer(
        line("Adam + L2", color=PENALTY_COLORS["L2"]), line("AdamW", color=ink.text, strokeDash=[8, 5])
    ).properties(height=220, title="Adam + L2 against AdamW")


def notes(run: Run, update: Update, data: Dataset, k: int) -> list[str]:
    """The parts of the last step in numbers, how they are checked, and what αλ/m is at these settings."""
    lam, alpha, m = float(run.lams[k]), run.learning_rate, run.m
    notes = [_ratio_note(lam, alpha, m)]
    epoch = int(update.epochs[-1])
    for l in range(len(update.W)):
        shrink, step, together = (size[-1] for size in norms(update, l).values())
        notes.append(
            f"In the step after epoch {epoch:,}, layer {l + 1} shrinks by {number(shrink)} and its gradient "
            f"step is {number(step)} long; together they change it by **{number(together)}**."
        )
    shrink, step, together = (size[-1] for size in norms(update).values())
    if 0 < together < 0.5 * min(shrink, step):
        notes.append(
            f"The two parts pull against each other: the whole step is {number(together / step, 2)} of its "
            "gradient step. Where they cancel, J is at rest although neither part is zero."
        )
    checks = []
    if update.mismatch < 1e-12:
        checks.append(
            f"Taken apart or not, the step is the same: at every epoch the sum of its parts differs from "
            f"W − α·dW by at most {number(update.mismatch, 2)} of the largest weight."
        )
    error = first_step_error(run, update, data.X_train, data.y_train, k)
    if error < 1e-5:
        checks.append(
            f"The training's own first step, from the same start, agrees with the parts to "
            f"{number(error, 2)} of the largest weight."
        )
    ends = [path[-1] for path in _adam_paths()]
    at = [GRADIENTS.index(g) for g in (0.1, 1.0, 10.0)]
    spread = np.ptp(ends[1])
    adam = (
        f"Adam + L2 is no weight decay: from the same 1 it ends at "
        f"{joined([f'{ends[0][j]:.4f}' for j in at])} where the gradient is ±0.1, ±1 and ±10"
    )
    if spread < 5e-5:
        adam += f"; AdamW ends at {ends[1][at[1]]:.4f} for all of them"
    return [*notes, *checks, adam + "."]


def _ratio_note(lam: float, alpha: float, m: int) -> str:
    """αλ/m at these settings, its regime, and where the next one begins."""
    ratio = alpha * lam / m
    here = f"At λ = {lam_label(lam)}, with α = {number(alpha)} and m = {m:,}, αλ/m = **{number(ratio)}**"
    kind = regime(ratio)
    if kind == "nothing":
        return f"{here}: nothing shrinks, and the step is the gradient step alone. Choose a larger λ."
    factor = f"1 − αλ/m = {number(1 - ratio, 4)}"
    says = {
        "decays": f"each step first multiplies every weight by {factor}",
        "vanishes": f"{factor}, so each step forgets the weights and keeps the gradient step alone",
        "flips": f"{factor} is negative, so shrinking alone flips every weight's sign at each step",
        "swings": f"{factor}, so shrinking alone flips every weight's sign and leaves its size",
        "diverges": f"{factor} lies below −1, so shrinking alone makes every weight grow, its sign flipping",
    }[kind]
    sentence = f"{here}: {says}."
    if kind == "decays":
        halved = int(np.ceil(np.log(0.5) / np.log1p(-ratio)))
        plural = "s" if halved > 1 else ""
        sentence += (
            f" Alone that takes a weight to half its size within {halved:,} step{plural}. Signs would flip "
            f"from λ = m/α = {number(m / alpha, 4)} on, and weights would grow above 2m/α = "
            f"{number(2 * m / alpha, 4)}."
        )
    return sentence


def shrink_factor(run: Run, k: int) -> float:
    """1 − αλ/m of the k-th network."""
    return PENALTIES["l2"].decay(float(run.lams[k]), run.m, run.learning_rate)


@lru_cache(maxsize=1)
def constant_tables() -> dict[str, bytes]:
    """What depends on no setting, packed once."""
    return Tables({"dial": dial_table(), "adam": adam_table(), "adam_lines": adam_lines()}).packed


@remembered
def picture(lesson: Lesson) -> Picture:
    """The page's picture."""
    data, run, k = lesson.trained.data, lesson.trained.runs["L2"], lesson.k
    update = take_apart(run, data.X_train, data.y_train, k)
    ratio = run.learning_rate * float(run.lams[k]) / run.m
    steps = step_table(update, data)
    rows = tuple(steps.groupby("layer").size())
    layers = tuple(
        f"Layer {l + 1}: {shown} of {W[0].size:,} weights"
        for l, (W, shown) in enumerate(zip(update.W, rows, strict=True))
    )
    return Picture(
        "weight_decay",
        chart(layers, rows, len(update.epochs), lesson.theme),
        {
            "epochs": epoch_lines(update, ratio),
            "steps": steps,
            "reach": reach_table(steps),
            "lines": layer_lines(update),
            "sizes": size_table(update),
            "paths": path_table(ratio),
            "current": pd.DataFrame({"ratio": [ratio]}),
            **constant_tables(),
        },
        "For each layer the next L2 step at the epoch of the slider as a shrink and a gradient step; the "
        "size of both over the epochs; what the factor 1 − αλ/m does alone in its three regimes; and a "
        "weight under Adam with L2 and under AdamW.",
        notes(run, update, data, k),
        f"Drawn are the {MAX_ROWS} weights of each layer strongest over the epochs, or all "
        "of a small one; on the left of the bars stands the weight before the step. Dashed: αλ/m at the "
        "panel's settings. Last picture: one weight from 1, its gradient alternating between −g and +g, "
        f"learning rate {number(ADAM_RATE)}, decay {number(ADAM_DECAY)}.",
        scripts.weight_decay(lesson),
    )

"""The gradient asked from J itself beside the backpropagated one; tables, chart and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd

from core import Dataset, Settings, load_dataset
from core.datasets import stratified_split
from core.gradient import STEP, Gradients, gradients
from core.network import layer_sizes
from core.penalties import PENALTIES
from ui import scripts
from ui.charts import Spec, finish, table
from ui.lesson import Sheet
from ui.picture import Picture, remembered
from ui.tables import whole
from ui.theme import INKS, PENALTY_COLORS, Ink
from ui.words import joined, lam_label, number

THRESHOLD = 1e-6  # relative error below which a layer passes
MAX_ROWS = 50
MAX_CHECKED = 900  # parameters; each is a mark, and beyond 2,000 marks a chart loses its words for the blind
BUDGET = 7_000_000  # parameters checked × parameters of the network, about a second
NONE = "nothing"
STEP_TEXT = f"{STEP:g}".replace("e-0", "e-")
FORGOTTEN = {NONE: "nothing", "no_penalty": "the penalty", "no_slope": "1 − a²"}
TERMS = {  # the penalty's part of dW, as TeX
    "l1": r"\frac{\lambda}{2m}\operatorname{sign} W^{[l]}",
    "l2": r"\frac{\lambda}{m} W^{[l]}",
}
SHAPES = ("circle", "triangle-up", "square", "diamond", "cross")
VISIBLE = 0.004  # of the axis; a shorter gap is covered by its mark
LOWEST = 1e-13  # where the axis of the errors begins


@dataclass(frozen=True, eq=False)
class Check:
    """One gradient check: both gradients, and on how many of the m training rows J was taken."""

    gradients: Gradients
    penalty: str  # "l1" or "l2"
    lam: float
    mistake: str  # a key of FORGOTTEN
    rows: int
    m: int

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others at the same settings."""
        return self.penalty, self.mistake

    @property
    def nbytes(self) -> int:
        """Memory, in bytes."""
        return self.gradients.nbytes

    @property
    def names(self) -> tuple[str, ...]:
        """The layers, first to last."""
        return layer_names(len(self.gradients.numeric))

    @property
    def passes(self) -> np.ndarray:
        """Which layers pass, (n_layers,)."""
        return self.gradients.relative_error < THRESHOLD


def layer_names(n: int) -> tuple[str, ...]:
    """Layer 1, Layer 2, … and the output's last."""
    return (*(f"Layer {l + 1}" for l in range(n - 1)), "Output")


def deciding(settings: Settings) -> Settings:
    """The settings without those that the check does not depend on."""
    default = Settings()
    return replace(settings, learning_rate=default.learning_rate, epochs=default.epochs)


def measure(settings: Settings, penalty: str, mistake: str, data: Dataset | None = None) -> Check:
    """The gradient check for these settings, on as many rows and parameters as a page can wait for.

    Where that is not all, the seed draws them. penalty: "l1" or "l2"; mistake: a key of FORGOTTEN; data: what
    the settings name, where that is not one of the program's own data sets.
    """
    if data is None:
        data = load_dataset(settings.dataset, settings.seed, settings.n_samples, settings.noise)
    kept = np.ones(data.m, bool)
    if data.m > MAX_ROWS:
        rng = np.random.default_rng(settings.seed)
        kept = stratified_split(data.y_train, 1 - MAX_ROWS / data.m, rng)
    checked = gradients(
        data.X_train[kept],
        data.y_train[kept],
        settings.hidden,
        penalty,
        settings.lam,
        settings.seed,
        mistake=None if mistake == NONE else mistake,
        at_most=most_checked(data, settings.hidden),
    )
    return Check(checked, penalty, settings.lam, mistake, int(kept.sum()), data.m)


def most_checked(data: Dataset, hidden: tuple[int, ...]) -> int:
    """How many weights and biases of this network are checked at most."""
    sizes = layer_sizes(data.n_features, hidden, len(data.class_names))
    n = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    return min(n, MAX_CHECKED, BUDGET // n)


def point_table(check: Check) -> pd.DataFrame:
    """One row a parameter that was checked: layer, name, numeric, backpropagated, missing, off.

    missing: "L1" or "L2" where the penalty was forgotten, "slope" otherwise: what a gap to the diagonal is.
    off: whether the eye can tell it from the diagonal.
    """
    g = check.gradients
    missing = PENALTIES[check.penalty].label if check.mistake == "no_penalty" else "slope"
    frames = []
    for l, layer in enumerate(check.names):
        for letter, numeric, back in (
            ("W", g.numeric[l], g.backpropagated[l]),
            ("b", g.numeric_b[l], g.backpropagated_b[l]),
        ):
            at = np.argwhere(~np.isnan(numeric))
            frames.append(
                pd.DataFrame(
                    {
                        "layer": layer,
                        "name": [_name(letter, l, *place) for place in at.tolist()],
                        "numeric": numeric[tuple(at.T)],
                        "backpropagated": back[tuple(at.T)],
                        "missing": missing,
                    }
                )
            )
    points = pd.concat(frames, ignore_index=True)
    gap = np.abs(points.numeric - points.backpropagated)
    return points.assign(off=gap > VISIBLE * max(np.ptp(points.numeric), np.ptp(points.backpropagated)))


def _name(letter: str, l: int, i: int, j: int) -> str:
    """A parameter in words, counted from 1 as in the lesson."""
    return f"{letter}[{l + 1}] {i + 1}, {j + 1}" if letter == "W" else f"b[{l + 1}] {i + 1}"


def error_table(check: Check) -> pd.DataFrame:
    """row, layer, error, drawn, passes, text: the relative error of each layer, and whether it will do.

    drawn: the error, but at least LOWEST, where the axis begins.
    """
    error = check.gradients.relative_error
    return whole(row=range(len(error))).assign(
        layer=check.names,
        error=error,
        drawn=np.maximum(error, LOWEST),
        passes=check.passes,
        text=[
            f"{number(e, 2)}, {'passes' if ok else 'fails'}"
            for e, ok in zip(error, check.passes, strict=True)
        ],
    )


def end_table(points: pd.DataFrame) -> pd.DataFrame:
    """at: the two ends of the diagonal, around all points."""
    values = points[["numeric", "backpropagated"]].to_numpy()
    low, high = values.min(), values.max()
    room = 0.04 * (high - low) or 1.0
    return pd.DataFrame({"at": [low - room, high + room]})


@lru_cache(maxsize=64)
def chart(names: tuple[str, ...], theme: str) -> Spec:
    """Backpropagated against numeric, a mark a parameter, and the relative error of each layer.

    Tables: points, ends, errors.
    """
    ink = INKS[theme]
    panels = [diagonal_panel(names, ink), error_panel(len(names), ink)]
    return finish(panels, theme, ("color", "shape", "x", "y"))


def diagonal_panel(names: Sequence[str], ink: Ink) -> alt.LayerChart:
    """A mark a parameter; what is off the diagonal hangs on a thread from it, as long as the mistake."""
    scale = alt.Scale(nice=False, zero=False)
    x = alt.X("at:Q", title="∂J/∂θ, numeric", scale=scale, axis=alt.Axis(tickCount=6))
    y = alt.Y("at:Q", title=None, scale=scale, axis=alt.Axis(tickCount=6))
    line = table("ends").mark_line(color=ink.quiet, strokeWidth=1.5, strokeDash=[5, 5]).encode(x=x, y=y)
    threads = (
        table("points")
        .transform_filter("datum.off")
        .mark_rule(opacity=0.55)
        .encode(
            x="numeric:Q",
            y="numeric:Q",
            y2="backpropagated:Q",
            color=alt.Color(
                "missing:N",
                scale=alt.Scale(
                    domain=[*PENALTY_COLORS, "slope"], range=[*PENALTY_COLORS.values(), ink.quiet]
                ),
                legend=None,
            ),
        )
    )
    shape = alt.Shape(
        "layer:N",
        title=None,
        scale=alt.Scale(domain=list(names), range=list(SHAPES[: len(names)])),
        legend=alt.Legend(orient="top", columns=3, symbolStrokeColor=ink.text, symbolFillColor="transparent"),
    )
    marks = (
        table("points")
        .mark_point(size=70, strokeWidth=1.5, color=ink.text, opacity=0.75)
        .encode(
            x="numeric:Q",
            y="backpropagated:Q",
            shape=shape,
            tooltip=[
                alt.Tooltip("name:N", title="parameter"),
                alt.Tooltip("numeric:Q", format=".8f"),
                alt.Tooltip("backpropagated:Q", format=".8f"),
            ],
        )
    )
    return alt.layer(line, threads, marks).properties(height=420, title="Backpropagated against numeric")


def error_panel(n_layers: int, ink: Ink) -> alt.LayerChart:
    """The relative error of each layer on a logarithmic axis, beside the threshold."""
    x = alt.X(
        "drawn:Q",
        title="relative error; passes below 1e-6",
        scale=alt.Scale(type="log", domain=[LOWEST, 1.0], clamp=True),
        axis=alt.Axis(values=[1e-12, 1e-9, 1e-6, 1e-3, 1], format="~e", grid=False),
    )
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[-0.6, n_layers - 0.4], reverse=True, nice=False))
    errors = table("errors")
    limit = errors.transform_filter("datum.row == 0").transform_calculate(drawn=f"{THRESHOLD}")
    rule = limit.mark_rule(color=ink.quiet, strokeDash=[5, 5], strokeWidth=1.5).encode(x=x)
    names = errors.mark_text(align="right", dx=-6, fontSize=16, color=ink.quiet)
    mark = errors.mark_point(size=140, filled=True, color=ink.text, opacity=1)
    shape = alt.Shape(
        "passes:N", scale=alt.Scale(domain=[True, False], range=["circle", "cross"]), legend=None
    )
    far = "datum.drawn > 1e-5"
    text = {"x": x, "y": y, "text": "text:N"}
    return alt.layer(
        rule,
        names.encode(x=alt.value(0), y=y, text="layer:N"),
        mark.encode(x=x, y=y, shape=shape),
        *(
            errors.transform_filter(where).mark_text(align=align, dx=dx, **halo).encode(**text)
            for halo in ({"stroke": ink.page, "strokeWidth": 5}, {})
            for where, align, dx in ((f"!({far})", "left", 12), (far, "right", -12))
        ),
    ).properties(height=max(70, 34 * n_layers), title="Relative error of each layer")


def notes(check: Check) -> list[str]:
    """What the check found, what was broken, and on how much of the data and the network it looked."""
    g = check.gradients
    error = g.relative_error
    label = PENALTIES[check.penalty].label
    here = f"At λ = {lam_label(check.lam)} under {label}"
    spoken = [*(f"layer {l + 1}" for l in range(len(error) - 1)), "the output"]
    failed = [name for name, ok in zip(spoken, check.passes, strict=True) if not ok]
    if check.passes.all():
        notes = [
            f"{here}, the two gradients agree: the largest relative error of a layer is "
            f"**{number(error.max(), 2)}**, below the threshold of 1e-6."
        ]
    else:
        notes = [
            f"{here}, the check **fails** in {joined(failed)}: the "
            f"largest relative error is **{number(error.max(), 2)}**, the threshold 1e-6."
        ]
    notes += _about_the_mistake(check)
    rows = (
        f"{check.rows} of {check.m:,} training rows, spread over the classes"
        if check.rows < check.m
        else f"all {check.m} training rows"
    )
    half = "" if check.penalty == "l2" else "2"
    strength = check.lam / check.rows / (2 if half else 1)
    notes.append(
        f"J is taken on {rows}; so m is {check.rows} here and λ/{half}m is {number(strength)}. "
        "The weights are those that training starts from."
    )
    seen = "all " if g.n_checked == g.n_parameters else f"{g.n_checked:,} of "
    drawn = "" if g.n_checked == g.n_parameters else ", drawn by the seed,"
    notes.append(
        f"The numeric side moved {seen}{g.n_parameters:,} weights and biases{drawn} one at a time, each up "
        f"and down by {STEP_TEXT}: {2 * g.n_checked:,} forward passes. Backpropagation took one each way."
    )
    return notes


def _about_the_mistake(check: Check) -> list[str]:
    """Whether the mistake that was made on purpose was caught, and where it cannot be."""
    if check.mistake == NONE:
        return []
    caught = ~check.passes
    if check.mistake == "no_penalty" and check.lam == 0:
        return [
            "At λ = 0 the penalty's gradient is 0: forgetting it changes nothing, and there is nothing to "
            "catch. Choose a larger λ."
        ]
    if check.mistake == "no_slope" and len(caught) == 1:
        return [
            "Without a hidden layer there is no tanh, so no slope to forget. Choose hidden layers in the "
            "panel."
        ]
    if check.mistake == "no_penalty":
        term = "λ/m·W" if check.penalty == "l2" else "λ/2m·sign(W)"
        if not caught.any():
            return [f"Without {term} the gradient is too little changed here to fall above the threshold."]
        biases = max(
            _gap(n, b)
            for n, b in zip(check.gradients.numeric_b, check.gradients.backpropagated_b, strict=True)
        )
        note = f"Forgetting {term} is caught. Each thread is as long as the term that is missing."
        return [note + (" The biases stay on the diagonal: they are not penalized." if biases < 1e-6 else "")]
    if not caught.any():
        return ["Without the slope the gradient is too little changed here to fall above the threshold."]
    note = "Forgetting 1 − a² is caught"
    if not caught[-1] and caught[:-1].all():
        note += (
            ", in every layer but the output: its own dZ passes through no tanh, so its gradient stays "
            "right. The error enters on the way down"
        )
    return [note + "."]


def _gap(numeric: np.ndarray, backpropagated: np.ndarray) -> float:
    gap = np.abs(numeric - backpropagated)
    return float(np.nanmax(gap)) if not np.isnan(gap).all() else 0.0


def largest_weight(check: Check) -> tuple[str, float, float]:
    """Name, numeric and backpropagated gradient of the first layer's weight with the largest gradient."""
    numeric, back = check.gradients.numeric[0], check.gradients.backpropagated[0]
    i, j = np.unravel_index(np.nanargmax(np.abs(numeric)), numeric.shape)
    return rf"W^{{[1]}}_{{{i + 1},{j + 1}}}", float(numeric[i, j]), float(back[i, j])


@remembered
def picture(sheet: Sheet, check: Check) -> Picture:
    """The page's picture."""
    mistake = None if check.mistake == NONE else check.mistake
    points = point_table(check)
    return Picture(
        "gradient_check",
        chart(check.names, sheet.theme),
        {"points": points, "ends": end_table(points), "errors": error_table(check)},
        "The backpropagated gradient of each weight and bias against the numeric one, with the diagonal on "
        "which they agree, and the relative error of each layer beside the threshold of 1e-6.",
        notes(check),
        script=scripts.gradient_check(
            sheet.settings, check.penalty, mistake, MAX_ROWS, most_checked(sheet.data, sheet.settings.hidden)
        ),
    )

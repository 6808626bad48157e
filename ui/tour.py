"""The lecture as a tour: at each step a question to predict, and the answer read off the run on screen.

No answer is written down. A step's `answer` measures which option is right for the networks that are shown,
so it stays true when other data, another λ or another network is chosen; where the question makes no sense
any more, it says why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from core import Dataset, Run, Settings, train
from core.decay import regime
from core.measures import (
    COLLAPSED,
    accuracy,
    affine_r2,
    agreement,
    count_units,
    count_weights,
    count_zeros,
    layer_penalty,
    linear_band,
    logit_deviation,
    model_bytes,
    predicted,
    share_within,
)
from core.settings import LAMS, format_value
from core.solvers import Race
from core.variance import Curves
from ui import bias_variance, gradient_check, hidden_units, overview
from ui.words import counted, joined, lam_label, number, percent

TOLERANCE, DEVIATION = 0.01, 0.05  # where the pages' own controls begin


@dataclass(frozen=True, eq=False)
class Scene:
    """What is on screen, and what a question is answered from.

    runs: by the penalty's label, where the page trains any. curves: those of the page on bias and variance,
    None where they are not there. race: that of the page on solvers, where it is asked for. controls: the
    page's own, by key, as far as they were moved.
    """

    settings: Settings
    data: Dataset
    runs: Mapping[str, Run] = field(default_factory=dict)
    curves: Sequence[Curves] | None = None
    race: Race | None = None
    controls: Mapping[str, Any] = field(default_factory=dict)

    @property
    def k(self) -> int:
        """Position of the chosen λ in the grid."""
        return LAMS.index(self.settings.lam)

    @property
    def lam(self) -> str:
        """The chosen λ, in words."""
        return f"λ = {lam_label(self.settings.lam)}"


class Answer(NamedTuple):
    """Which option is right, and the numbers that make it so; None where they decide nothing, and why."""

    right: int | None
    sentence: str


class UnanswerableError(Exception):
    """The question makes no sense for what is on screen; the message says why, and what to change."""


@dataclass(frozen=True)
class Step:
    """A step of the tour. In the texts {lam} and {alpha} stand for what is chosen, as λ = 10 and α = 0.3.

    settings: what differs from the defaults. needs: "networks", "data", "curves" or "race", what `measure`
    reads of a Scene; it returns the position of the right option and a sentence with numbers, or raises
    UnanswerableError.
    """

    title: str
    page: str
    settings: Mapping[str, Any]
    lead_in: str
    question: str
    options: tuple[str, ...]
    measure: Callable[[Scene], tuple[int, str]]
    needs: str = "networks"

    def answer(self, scene: Scene) -> Answer:
        """The answer for what is on screen."""
        try:
            return Answer(*self.measure(scene))
        except UnanswerableError as why:
            return Answer(None, str(why))

    def said(self, text: str, settings: Settings) -> str:
        """One of the step's texts, with the numbers chosen."""
        return text.format(
            lam=f"λ = {lam_label(settings.lam)}", alpha=f"α = {format_value(settings.learning_rate)}"
        )


def place(value: float, bounds: Sequence[float]) -> int:
    """How many of the bounds the value has reached: the position of its option."""
    return int(np.searchsorted(bounds, value, side="right"))


def query(settings: Mapping[str, Any]) -> dict[str, str]:
    """A step's or scenario's settings as they stand in the address, page controls among them."""
    return {name: format_value(value) for name, value in settings.items()}


def _finite(scene: Scene, *labels: str) -> tuple[Run, ...]:
    """The runs of these penalties. Raises UnanswerableError where one diverged at the chosen λ."""
    for label in labels:
        run = scene.runs[label]
        if run.diverged_at[scene.k] >= 0:
            raise UnanswerableError(
                f"At {scene.lam} the {label} network stopped being finite at epoch "
                f"{run.diverged_at[scene.k]:,}, so there is nothing to measure. Choose a smaller α or λ."
            )
    return tuple(scene.runs[label] for label in labels)


def _penalized(scene: Scene) -> None:
    if scene.settings.lam == 0:
        raise UnanswerableError(
            "At λ = 0 there is no penalty, so there is nothing to tell. Choose a larger λ."
        )


def _hidden(scene: Scene) -> None:
    if not scene.settings.hidden:
        raise UnanswerableError(
            "This network has no hidden layer, so the question has no answer here. Choose hidden layers in "
            "the panel."
        )


OVERFIT = (1.5, 3.0, 10.0)


def overfit(scene: Scene) -> tuple[int, str]:
    """How much larger the test cost is than the training cost without a penalty."""
    scores = overview.scores_of(scene.runs["L2"], scene.data)
    train_cost, test_cost = scores.train_cost[0], scores.test_cost[0]
    if not np.isfinite(train_cost + test_cost):
        raise UnanswerableError("At λ = 0 the training did not settle. Choose a smaller α in the panel.")
    ratio = test_cost / train_cost if train_cost > 0 else np.inf
    right = place(ratio, OVERFIT)
    end = (
        "That gap is variance: the network has fitted samples that are not there again."
        if right
        else "That is no large gap: here the network has not memorized its samples."
    )
    return right, (
        f"At λ = 0 the cost is {number(train_cost)} on the training rows and {number(test_cost)} on the test "
        f"rows, **{number(ratio, 2)} times** as much. {end}"
    )


BEST = (0.05, 1.0, 10.0)


def best_lam(scene: Scene) -> tuple[int, str]:
    """Which λ of L2 has the lowest cost on the test rows."""
    cost = overview.scores_of(scene.runs["L2"], scene.data).test_cost
    if not np.isfinite(cost).any():
        raise UnanswerableError("At every λ the L2 network diverged. Choose a smaller α in the panel.")
    best, last = int(np.nanargmin(cost)), int(np.flatnonzero(np.isfinite(cost))[-1])
    ends = [
        f"{number(cost[k])} at λ = {lam_label(LAMS[k])}"
        for k in dict.fromkeys((0, last))
        if k != best and np.isfinite(cost[k])
    ]
    also = f"; it is {joined(ends)}" if ends else ""
    return place(LAMS[best], BEST), (
        f"Under L2 the lowest test cost, {number(cost[best])}, is at **λ = {lam_label(LAMS[best])}**{also}."
    )


def zeros(scene: Scene) -> tuple[int, str]:
    """Which penalty leaves more weights exactly zero at the same λ."""
    _penalized(scene)
    l1, l2 = _finite(scene, "L1", "L2")
    n, n_1, n_2 = count_weights(l1.W), int(count_zeros(l1.W)[scene.k]), int(count_zeros(l2.W)[scene.k])
    right = (1 if n_2 else 0) if n_1 > n_2 else 2 if n_1 == n_2 else 3
    wrong = [
        int((predicted(run.predict_proba(scene.data.X_test))[scene.k] != scene.data.y_test).sum())
        for run in (l1, l2)
    ]
    return right, (
        f"At {scene.lam} exactly zero are **{counted(n_1, n, 'weights')}** under L1 and "
        f"**{counted(n_2, n, 'weights')}** under L2. Of {len(scene.data.y_test):,} test rows L1 gets "
        f"{wrong[0]} wrong and L2 {wrong[1]}."
    )


BYTES = (0.25, 0.5, 0.9)


def compression(scene: Scene) -> tuple[int, str]:
    """What share of its bytes L1's model needs where its zeros are packed away."""
    l1, l2 = _finite(scene, "L1", "L2")
    (dense, packed), (_, packed_2) = (_bytes(run, scene.k) for run in (l1, l2))
    return place(packed / dense, BYTES), (
        f"At {scene.lam} the L1 model takes {dense:,} bytes as plain numbers and {packed:,} packed, "
        f"**{percent(packed / dense)}**; the L2 model {percent(packed_2 / dense)}. In bytes L1 saves "
        f"{max(dense - packed, 0):,}: decide whether that is a small effect."
    )


def _bytes(run: Run, k: int) -> tuple[int, int]:
    """Bytes of the k-th network as float32, and in the smaller of the sparse and the deflated form."""
    size = model_bytes([W[k : k + 1] for W in run.W], [b[k : k + 1] for b in run.b])
    return int(size.dense[0]), int(min(size.sparse[0], size.deflated[0]))


def layers(scene: Scene) -> tuple[int, str]:
    """Which layer's weights make up the largest part of L2's penalty."""
    _hidden(scene)
    _penalized(scene)
    (run,) = _finite(scene, "L2")
    parts = layer_penalty(run.W, run.penalty, run.lams, run.m)[:, scene.k]
    if parts.max() < 1e-9:
        raise UnanswerableError(
            f"At {scene.lam} no layer has any weight left to pay for. Choose a smaller λ."
        )
    largest, last = int(parts.argmax()), len(parts) - 1
    terms = [
        f"{number(part)} for the {W[0].size:,} weights of layer {l + 1}"
        for l, (part, W) in enumerate(zip(parts, run.W, strict=True))
    ]
    return {0: 0, last: 2}.get(largest, 1), (
        f"At {scene.lam} the penalty in L2's J is {joined(terms)}. "
        f"**{'The output layer' if largest == last else f'Layer {largest + 1}'}** pays most, "
        f"{percent(parts[largest] / parts.sum())} of {number(parts.sum())}."
    )


ERRORS = (gradient_check.THRESHOLD, 0.01, 0.2)


def gradient(scene: Scene) -> tuple[int, str]:
    """How far the gradient is off when its penalty part is forgotten."""
    _penalized(scene)
    whole, broken = (
        gradient_check.measure(scene.settings, "l2", mistake, scene.data)
        for mistake in (gradient_check.NONE, "no_penalty")
    )
    error, without = (float(check.gradients.relative_error.max()) for check in (whole, broken))
    held = "agree to" if error < gradient_check.THRESHOLD else "differ by"
    return place(without, ERRORS), (
        f"Here λ/m is {number(scene.settings.lam / scene.data.m)}. Without its term the worst layer is "
        f"off by **{percent(without)}**; with it, backpropagation and J {held} {error:.0e}."
    )


def decay(scene: Scene) -> tuple[int, str]:
    """What repeated shrinking by 1 − αλ/m does to the weights of the L2 network."""
    _penalized(scene)
    run, k = scene.runs["L2"], scene.k
    ratio = run.learning_rate * scene.settings.lam / run.m
    about, gone = regime(ratio), int(run.diverged_at[k])
    if about in ("vanishes", "swings"):
        raise UnanswerableError(
            f"Here αλ/m is exactly {ratio:g}, the border between two answers. Move α or λ."
        )
    factor = f"1 − αλ/m = {1 - ratio:.4g}".replace("-", "−")
    if gone < 0:
        start, end = (_length(run, s, k) for s in (0, -1))
        length = f"in {run.epochs[-1]:,} epochs the length of all weights went from {start:.3g} to {end:.3g}"
        if about == "diverges" and end <= start:
            raise UnanswerableError(
                f"{factor} is beyond −1, yet {length}: the gradient has held it. Raise λ."
            )
        return {"decays": 0, "flips": 1, "diverges": 2}[about], f"{factor}, and {length}."
    if about != "diverges":
        raise UnanswerableError(
            f"{factor} alone would not do it, yet the network stopped being finite at epoch {gone:,}: α = "
            f"{run.learning_rate:g} is too large for the cross-entropy. Lower it."
        )
    return 2, (
        f"{factor}: at each step it turns every weight's sign and makes it {abs(1 - ratio):.3g} times as "
        f"large. "
        f"**At epoch {gone:,}** of {run.epochs[-1]:,} nothing was finite any more."
    )


def _length(run: Run, s: int, k: int) -> float:
    """√Σw² over all weights of the k-th network at a snapshot."""
    return float(np.sqrt(sum(np.square(history[s, k].astype(float)).sum() for history in run.history_W)))


def units(scene: Scene) -> tuple[int, str]:
    """What becomes of most hidden units under L1."""
    _hidden(scene)
    (run,) = _finite(scene, "L1")
    share = scene.controls.get("tolerance", TOLERANCE)
    tol = hidden_units.tolerance(scene.runs, share)
    states = hidden_units.all_states(run, tol)[1:-1]
    alive, constant, cut = (
        int(count_units(states, s)[:, scene.k].sum()) for s in ("alive", "constant", "cut")
    )
    n = alive + constant + cut
    groups = (alive, constant, cut)
    most = next((i for i, size in enumerate(groups) if 2 * size > n), 3)
    counts = "exact zeros alone count as none" if share == 0 else f"up to {share:.1%} of the largest is none"
    return most, (
        f"At {scene.lam} under L1, of {n} hidden units **{alive} are alive, {constant} constant and {cut} "
        f"cut** ({counts.replace('.0%', ' %')}). "
        f"On the test rows it is right for {percent(_accuracy(run, scene))}."
    )


def _accuracy(run: Run, scene: Scene) -> float:
    return float(accuracy(run.predict_proba(scene.data.X_test), scene.data.y_test)[scene.k])


BAND = (0.2, 0.5, 0.9)


def linear_part(scene: Scene) -> tuple[int, str]:
    """What share of the hidden units' z stays in tanh's linear band under L2."""
    _hidden(scene)
    (run,) = _finite(scene, "L2")
    band = linear_band(scene.controls.get("deviation", DEVIATION))
    share = _shares(run, scene, band)
    here, free = share[scene.k], share[0]
    before = f", {percent(free)} at λ = 0" if scene.k and np.isfinite(free) else ""
    return place(here, BAND), (
        f"At {scene.lam} under L2 **{percent(here)}** of the z of all hidden units and samples lie within "
        f"±{band:.3f}{before}. Biases are not penalized, so a z can stay large while its weights shrink."
    )


def _shares(run: Run, scene: Scene, band: float) -> np.ndarray:
    """Share of |z| within the band, over all hidden units and samples, (n_lams,)."""
    hidden = run.layers(scene.data.X_train)[:-1]
    return np.average([share_within(z, band) for z in hidden], axis=0, weights=[z.shape[1] for z in hidden])


DISAGREE = (1e-9, 0.05)


def linear_model(scene: Scene) -> tuple[int, str]:
    """How often the L2 network and logistic regression with the same λ tell different classes."""
    _hidden(scene)
    (run,) = _finite(scene, "L2")
    data, k, settings = scene.data, scene.k, scene.settings
    Z = run.layers(data.X_train)[-1][k : k + 1]
    if logit_deviation(Z)[0] < COLLAPSED:
        raise UnanswerableError(
            f"At {scene.lam} the network has collapsed: it answers the same to every sample, which makes it "
            "constant and not linear. Choose a smaller λ."
        )
    straight = train(
        data.X_train,
        data.y_train,
        (),
        "l2",
        [settings.lam],
        settings.learning_rate,
        settings.epochs,
        settings.seed,
        snapshots=2,
    )
    P, Q = run.select(slice(k, k + 1)).predict_proba(data.X_test), straight.predict_proba(data.X_test)
    same = float(agreement(P, Q)[0])
    if not np.isfinite(same):
        raise UnanswerableError(f"At {scene.lam} logistic regression diverged. Choose a smaller α or λ.")
    n = len(data.y_test)
    kind = "logistic" if len(data.class_names) == 2 else "softmax"
    return place(1 - same, DISAGREE), (
        f"At {scene.lam} under L2 the network and {kind} regression differ on "
        f"**{counted(round((1 - same) * n), n, 'test rows')}**. The best affine map explains "
        f"R² = {number(float(affine_r2(data.X_train, Z)[0]), 4)} of the network's logit."
    )


WORTH = (1.25, 2.0)


def worth(scene: Scene) -> tuple[int, str]:
    """How many more samples no penalty needs to be as good as the best λ with about a quarter of them."""
    if scene.curves is None:
        raise UnanswerableError(
            "The curves on this page are not all trained yet. Wait for them, or press Train."
        )
    table = bias_variance.worth_table(scene.curves)
    best = table[(table.kind == "best") & (table.m < scene.curves[0].sizes[-1])]
    if best.empty:
        raise UnanswerableError("At every λ some network diverged, or there are too few samples to compare.")
    here = best.loc[(np.log(best.m) - np.log(scene.curves[0].sizes[-1] / 4)).abs().idxmin()]
    zero = table[(table.kind == "zero") & (table.m == here.m)]
    if zero.empty:
        raise UnanswerableError("Without a penalty some network diverged. Choose a smaller α in the panel.")
    start = (
        f"With {here.m:,} samples the mean test cost is {number(zero.cost.iloc[0])} at λ = 0 and "
        f"{number(here.cost)} at the best, λ = {lam_label(here.lam)}."
    )
    if here.lam == 0:
        return 0, f"{start} There no λ of the grid is better than none."
    if np.isinf(here.needed):
        return 3, f"{start} Without a penalty even all {table.m.max():,} samples do not reach that."
    return place(here.needed / here.m, WORTH), (
        f"{start} Without a penalty that takes about **{here.needed:,.0f} samples**, "
        f"{number(here.needed / here.m, 2)} times as many."
    )


def solver_zeros(scene: Scene) -> tuple[int, str]:
    """How many zeros plain subgradient steps reach, beside those of the optimum."""
    _penalized(scene)
    result = scene.race
    if not np.isfinite(result.W["subgradient"][-1]).all():
        raise UnanswerableError("With this α the steps diverge. Choose a smaller α in the panel.")
    ends = {name: int(result.zeros(name)[-1]) for name in result.W}
    best, n = int((result.optimum == 0).sum()), result.optimum.size
    if best == 0:
        raise UnanswerableError(f"At {scene.lam} the optimum itself has no zero weight. Choose a larger λ.")
    found = ends["subgradient"]
    right = 0 if found == 0 else 1 if found < best else 2 if found == best else 3
    return right, (
        f"At {scene.lam}, after {result.steps[-1]:,} steps, exactly zero are "
        f"**{counted(found, n, 'weights')}** by the subgradient, {ends['clip']} by clipping and "
        f"{ends['proximal']} by the proximal step; in the certified optimum {best}."
    )


TOUR: tuple[Step, ...] = (
    Step(
        "Too much variance",
        "pages/overview.py",
        {"lam": 0.0},
        "A network with many weights learns a few noisy samples. There is no penalty yet.",
        "At λ = 0, how much larger will the cost be on test rows than on the training rows?",
        ("Less than 1.5 times", "1.5 to 3 times", "3 to 10 times", "More than 10 times"),
        overfit,
    ),
    Step(
        "A little λ, or a lot",
        "pages/overview.py",
        {},
        "A penalty adds λ/2m·‖W‖² to J. Too little leaves the noise in, too much takes the signal out.",
        "Where will the lowest test cost be under L2?",
        ("λ = 0", "λ below 1", "λ from 1 to below 10", "λ = 10 or more"),
        best_lam,
    ),
    Step(
        "Exactly zero, or only small",
        "pages/sparsity.py",
        {"hidden": (), "lam": 20.0},
        "The same model from the same start, once with λ/2m·‖w‖₁ and once with λ/2m·‖w‖².",
        "Which will have more weights exactly zero at {lam}?",
        ("L1, and L2 has none", "L1, but L2 has some", "Both the same", "L2"),
        zeros,
    ),
    Step(
        "Fewer bytes?",
        "pages/sparsity.py",
        {"lam": 20.0},
        "Zeros need not be stored, so a sparse model can be packed. The lecture calls that a small effect.",
        "How much of its plain size will the L1 model need at {lam}, packed?",
        ("Less than a quarter", "A quarter to a half", "A half to 90 %", "90 % or more"),
        compression,
    ),
    Step(
        "The sum over all layers",
        "pages/histograms.py",
        {"dataset": "wine", "hidden": (16, 8), "learning_rate": 0.1, "epochs": 500},
        "In a network the penalty sums ‖W‖² over all layers, and the first ones often have most weights.",
        "Which layer will pay most of L2's penalty at {lam}, once trained?",
        ("The first layer", "A layer between", "The output layer"),
        layers,
    ),
    Step(
        "The gradient's second part",
        "pages/gradient.py",
        {},
        "The penalty adds its part to what backpropagation gives: dW = dW_bp + λ/m·W. Measuring J tells.",
        "Forget λ/m·W at {lam}: how far off will the worst layer's gradient be?",
        ("Below one millionth", "Below 1 %", "1 to 20 %", "20 % or more"),
        gradient,
        needs="data",
    ),
    Step(
        "Weight decay, and beyond",
        "pages/weight_decay.py",
        {"learning_rate": 1.0, "lam": 1000.0},
        "Each L2 step multiplies W by 1 − αλ/m. Called weight decay, for a factor between 0 and 1.",
        "With {alpha} and {lam}, what will the steps do to the weights?",
        (
            "Shrink them a little each time",
            "Turn their signs, but shrink them",
            "Turn their signs and let them grow without end",
        ),
        decay,
    ),
    Step(
        "Cancelled units",
        "pages/hidden_units.py",
        {"dataset": "wine", "hidden": (16, 8), "learning_rate": 0.1, "epochs": 500},
        "A unit is cut when nothing leads on from it, constant when nothing leads to it: then it hands on "
        "tanh(b), not 0.",
        "What will most hidden units be under L1 at {lam}?",
        ("Alive", "Constant", "Cut", "None of these is more than half"),
        units,
    ),
    Step(
        "tanh's linear part",
        "pages/linearity.py",
        {"lam": 300.0},
        "Small weights keep z near 0, where tanh is nearly a straight line: within ±0.399 it is 5 % off at "
        "most.",
        "At {lam} under L2, how many of the z will lie in the page's linear band?",
        ("Less than 20 %", "20 to 50 %", "50 to 90 %", "90 % or more"),
        linear_part,
    ),
    Step(
        "Linear units, linear model",
        "pages/linearity.py",
        {"dataset": "moons", "lam": 20.0},
        "Linear units on linear units make one linear model, whatever their number.",
        "On how many test rows will network and logistic regression differ at {lam}?",
        ("On none", "On up to 5 %", "On more than 5 %"),
        linear_model,
    ),
    Step(
        "More data, or more λ",
        "pages/bias_variance.py",
        {"dataset": "needles", "hidden": (), "noise": 0.5, "epochs": 200},
        "Against variance help more samples, or a penalty. So a penalty is worth samples.",
        "How many samples will no penalty need, to be as good as the best λ with a quarter?",
        ("Less than 1.25 times as many", "Up to twice as many", "Twice as many or more", "All are too few"),
        worth,
        needs="curves",
    ),
    Step(
        "Where zeros come from",
        "pages/solvers.py",
        {"lam": 20.0},
        "Three solvers lower the same J with an L1 penalty. Only one of them takes the plain subgradient.",
        "How many weights will the subgradient's steps leave exactly zero at {lam}?",
        ("None", "Fewer than the optimum has", "As many as the optimum", "More than the optimum has"),
        solver_zeros,
        needs="race",
    ),
)

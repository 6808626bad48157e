"""The answers of the tour: each function measures which option of its question is right.

No answer is written down. A function reads the context of its step's topic and returns the position of the
right option and a sentence with the numbers that make it so. It stays true when other data, another λ or
another network is chosen; where the question makes no sense any more, it raises UnanswerableError.
"""

from collections.abc import Sequence

import numpy as np

from core import PENALTIES, Run
from core.decay import regime
from core.gradient import THRESHOLD
from core.measures import (
    affine_r2,
    agreement,
    constant_answer,
    count_units,
    count_weights,
    count_zeros,
    layer_penalty,
    linear_band,
    model_bytes,
    share_in_band,
    sparsity,
    weight_length,
)
from core.settings import LAMS
from ui.base.words import counted, joined, lam_label, number, percent, standing, times
from ui.topics.bias_variance import curves_of
from ui.topics.bias_variance.notes import constant_of, is_vain
from ui.topics.bias_variance.tables import lowest_at_a_quarter, worth_table
from ui.topics.hidden_units import TOLERANCE
from ui.topics.hidden_units.states import all_states, tolerance
from ui.topics.linearity import DEVIATION
from ui.topics.linearity.straight import straight_of
from ui.topics.linearity.tables import alive_units
from ui.topics.overview.notes import NEW_ROWS
from ui.topics.overview.scores import Scores, scores_of, settled
from ui.topics.solvers import race_of
from ui.topics.sparsity import validated
from ui.topics.topic import Context
from ui.tour.measured import has_collapsed
from ui.work.checks import gradient_check

# From which value on an option's successor is right: the first option lies below the first bound.
OVERFIT = (1.5, 3.0, 10.0)  # cost of new rows in training costs
CHOSEN = (0.05, 1.0, 10.0)  # λ
HALF = (1.0, 10.0)  # λ
BYTES = (0.25, 0.5, 0.9)  # share of the plain size
ERRORS = (THRESHOLD, 0.01, 0.2)  # relative error
BAND = (0.2, 0.5, 0.9)  # share of z
DISAGREE = (1e-9, 0.05)  # share of test rows
WORTH = (1.25, 2.0)  # samples in place of so many with a penalty

NO_WEIGHT = 1e-9  # of J: a penalty below it is that of rounding alone


class UnanswerableError(Exception):
    """The question makes no sense for what is on screen; the message says why, and what to change."""


def option_at(value: float, bounds: Sequence[float]) -> int:
    """How many of the bounds the value has reached: the position of its option."""
    return int(np.searchsorted(bounds, value, side="right"))


def _at_rest(context: Context, *labels: str) -> tuple[Run, ...]:
    """The runs of these penalties. Raises UnanswerableError where one is not at rest at the chosen λ."""
    runs = tuple(context.networks.runs[label] for label in labels)
    for label, run in zip(labels, runs, strict=True):
        if not run.at_rest[context.k]:
            raise UnanswerableError(
                f"At {context.lam_text} the {label} network is {standing(run)[context.k]} after "
                f"{run.stopped_at[context.k]:,} epochs, so what the penalty does cannot be told. Choose more "
                "epochs or a larger λ."
            )
    return runs


def _require_penalty(context: Context) -> None:
    if context.lam == 0:
        raise UnanswerableError(
            "At λ = 0 there is no penalty, so there is nothing to tell. Choose a larger λ."
        )


def _require_hidden(context: Context) -> None:
    if not context.settings.hidden:
        raise UnanswerableError(
            "This network has no hidden layer, so the question has no answer here. Choose hidden layers in "
            "the panel."
        )


def overfit(context: Context) -> tuple[int, str]:
    """How much larger the cost is on new rows than on the training rows, without a penalty."""
    scores = _scores(context, "L2")
    rows, new = scores.new
    cost, elsewhere = scores.training.cost[0], new.cost[0]
    if not np.isfinite(cost + elsewhere):
        raise UnanswerableError("At λ = 0 the training did not settle. Choose a smaller α in the panel.")
    ratio = elsewhere / cost if cost > 0 else np.inf
    right = option_at(ratio, OVERFIT)
    end = (
        "That gap is variance: the network has fitted samples that are not there again."
        if right
        else "That is no large gap: here the network has not memorized its samples."
    )
    return right, (
        f"At λ = 0 the cost is {number(cost)} on the training rows and {number(elsewhere)} {NEW_ROWS[rows]}, "
        f"**{times(ratio)}** as much. {end}"
    )


def _scores(context: Context, label: str) -> Scores:
    """What a penalty's networks come to, on new rows too."""
    known = settled(context)
    scores = scores_of(context.networks.runs[label], context.data, label, known)
    if scores.new[0] == "training":
        raise UnanswerableError(known.missing)
    return scores


def best_lam(context: Context) -> tuple[int, str]:
    """Which λ of L2 cross-validation chooses."""
    scores = _scores(context, "L2")
    one = scores.validation
    if one is None or one.k_1se < 0:
        raise UnanswerableError(
            "At no λ was every fold of the L2 network trained. Choose a smaller α, or more rows, in the "
            "panel."
        )
    others = [
        f"{number(one.mean[k])} at λ = {lam_label(LAMS[k])}"
        for k in dict.fromkeys((0, len(LAMS) - 1))
        if k not in (one.k_min, one.k_1se) and np.isfinite(one.mean[k])
    ]
    also = f"; the cost is {joined(others)}" if others else ""
    return option_at(one.lam_1se, CHOSEN), (
        f"Over {one.folds} folds the validated cost of L2 is lowest, {number(one.mean[one.k_min])}, at "
        f"λₘᵢₙ = {lam_label(one.lam_min)}. The largest λ within one standard error, "
        f"{number(one.se[one.k_min], 2)}, is **λ₁ₛₑ = {lam_label(one.lam_1se)}**{also}."
    )


def zeros(context: Context) -> tuple[int, str]:
    """Which penalty leaves more weights exactly zero at the same λ."""
    _require_penalty(context)
    runs = _at_rest(context, "L1", "L2")
    n = count_weights(runs[0].W)
    n_1, n_2 = (int(count_zeros(run.W)[context.k]) for run in runs)
    right = (1 if n_2 else 0) if n_1 > n_2 else 2 if n_1 == n_2 else 3
    return right, (
        f"At {context.lam_text} exactly zero are **{counted(n_1, n, 'weights')}** under L1 and "
        f"**{counted(n_2, n, 'weights')}** under L2.{_aside(context, 'L1', 'L2')}"
    )


def half_option(shares: np.ndarray) -> int:
    """The position of the option for shares of zeros over λ: nowhere half, or from which λ on first."""
    k = np.flatnonzero(shares >= 0.5)
    return 1 + option_at(LAMS[k[0]], HALF) if k.size else 0


def half(context: Context) -> tuple[int, str]:
    """At which λ half of L1's weights are exactly zero."""
    run = context.networks.runs["L1"]
    zeros, n = count_zeros(run.W), count_weights(run.W)
    right = half_option(sparsity(run.W))
    k = int(np.flatnonzero(zeros >= n / 2)[0]) if right else len(LAMS) - 1
    if not run.at_rest[[max(k - 1, 0), k]].all():
        raise UnanswerableError(
            f"The L1 networks at and just below λ = {lam_label(LAMS[k])} are not both at rest, so where half "
            "of the weights are zero cannot be told. Choose more epochs, or another network."
        )
    if not right:
        return right, (
            f"Nowhere on this grid: at λ = {lam_label(LAMS[k])} it is {counted(int(zeros[k]), n, 'weights')}."
        )
    before = f", at λ = {lam_label(LAMS[k - 1])} it was {int(zeros[k - 1]):,}" if k else ""
    return right, (
        f"Half are first reached at **λ = {lam_label(LAMS[k])}**: exactly zero there are "
        f"{counted(int(zeros[k]), n, 'weights')} of L1{before}."
    )


def _aside(context: Context, *labels: str) -> str:
    """What share of the rows kept aside in the folds these penalties get right, if it is validated."""
    found = validated(context)
    if found is None:
        return ""
    shares = {label: found[label].accuracies.mean(axis=0)[context.k] for label in labels}
    if not np.isfinite(list(shares.values())).all():
        return ""
    right = joined([f"{label} for {percent(share)}" for label, share in shares.items()])
    return (
        f" Right on rows kept aside in {found[labels[0]].folds} folds is {right}; a "
        f"constant answer is so for {percent(constant_answer(context.data.y_train).accuracy)}."
    )


def compression(context: Context) -> tuple[int, str]:
    """What share of its bytes L1's model needs where its zeros are packed away."""
    l1, l2 = _at_rest(context, "L1", "L2")
    (dense, packed), (_, packed_2) = (_bytes(run, context.k) for run in (l1, l2))
    return option_at(packed / dense, BYTES), (
        f"At {context.lam_text} the L1 model takes {dense:,} bytes as plain numbers and {packed:,} packed, "
        f"**{percent(packed / dense)}**; the L2 model {percent(packed_2 / dense)}. In bytes L1 saves "
        f"{max(dense - packed, 0):,}: decide whether that is a small effect."
    )


def _bytes(run: Run, k: int) -> tuple[int, int]:
    """Bytes of the k-th network as float32, and in the smaller of the sparse and the deflated form."""
    one = run.at(k)
    size = model_bytes(one.W, one.b)
    return int(size.dense[0]), int(min(size.sparse[0], size.deflated[0]))


def layers(context: Context) -> tuple[int, str]:
    """Which layer's weights make up the largest part of L2's penalty."""
    _require_hidden(context)
    _require_penalty(context)
    (run,) = _at_rest(context, "L2")
    one = run.at(context.k)
    parts = layer_penalty(one.W, one.penalty, one.lams, one.m)[:, 0]
    if parts.max() < NO_WEIGHT:
        raise UnanswerableError(
            f"At {context.lam_text} no layer has any weight left to pay for. Choose a smaller λ."
        )
    largest, last = int(parts.argmax()), len(parts) - 1
    terms = [
        f"{number(part)} for the {W[0].size:,} weights of layer {l + 1}"
        for l, (part, W) in enumerate(zip(parts, run.W, strict=True))
    ]
    return {0: 0, last: 2}.get(largest, 1), (
        f"At {context.lam_text} the penalty in L2's J is {joined(terms)}. "
        f"**{'The output layer' if largest == last else f'Layer {largest + 1}'}** pays most, "
        f"{percent(parts[largest] / parts.sum())} of {number(parts.sum())}."
    )


def gradient(context: Context) -> tuple[int, str]:
    """How far the gradient is off when its penalty part is forgotten."""
    _require_penalty(context)
    error, without = (_worst_error(context, mistake) for mistake in (None, "no_penalty"))
    held = "agree to" if error < THRESHOLD else "differ by"
    return option_at(without, ERRORS), (
        f"Here λ/m is {number(context.lam / context.data.m)}. Without its term the worst layer's relative "
        f"error, ‖difference‖ over the sum of both lengths, is **{percent(without)}**; with it, "
        f"backpropagation and J {held} {error:.0e}."
    )


def _worst_error(context: Context, mistake: str | None) -> float:
    """The largest relative error of a layer of the L2 network's gradient, with this mistake in it."""
    checks = context.get(gradient_check(context.settings, context.shelf, "l2", mistake))
    return float(checks.by_lam[context.lam].gradients.relative_error.max())


def decay(context: Context) -> tuple[int, str]:
    """What repeated shrinking by 1 − αλ/m does to the weights of the L2 network."""
    _require_penalty(context)
    run, k = context.training.runs["L2"], context.k
    ratio = PENALTIES["l2"].decay_ratio(context.lam, run.m, run.learning_rate)
    effect = regime(ratio)
    if effect in ("vanishes", "swings"):
        raise UnanswerableError(
            f"Here αλ/m is exactly {ratio:g}, the border between two answers. Move α or λ."
        )
    factor = f"1 − αλ/m = {1 - ratio:.4g}".replace("-", "−")
    if run.state[k] == "swinging":
        raise UnanswerableError(
            f"{factor}, but the network swings: its steps take each other back, so that where they end tells "
            "nothing. Choose another λ or α."
        )
    if run.diverged_at[k] < 0:
        return _decay_of_finite(run, k, effect, factor)
    gone = int(run.diverged_at[k])
    if effect != "diverges":
        raise UnanswerableError(
            f"{factor} alone would not do it, yet the network stopped being finite at epoch {gone:,}: α = "
            f"{run.learning_rate:g} is too large for the cross-entropy. Lower it."
        )
    return 2, (
        f"{factor}: at each step it turns every weight's sign and makes it {abs(1 - ratio):.3g} times as "
        f"large. **At epoch {gone:,}** of {run.epochs[-1]:,} nothing was finite any more."
    )


def _decay_of_finite(run: Run, k: int, effect: str, factor: str) -> tuple[int, str]:
    """What shrinking does where the k-th network stayed finite; effect: its regime, factor: in words."""
    start, end = weight_length([history[[0, -1], k] for history in run.history_W])
    length = f"in {run.epochs[-1]:,} epochs the length of all weights went from {start:.3g} to {end:.3g}"
    if effect == "diverges" and end <= start:
        raise UnanswerableError(f"{factor} is beyond −1, yet {length}: the gradient has held it. Raise λ.")
    if effect != "diverges" and end >= start:
        raise UnanswerableError(
            f"{factor} alone would shrink the weights, yet {length}: the data's gradient adds more than that "
            "takes. Choose another λ or α."
        )
    return {"decays": 0, "flips": 1, "diverges": 2}[effect], f"{factor}, and {length}."


def units(context: Context) -> tuple[int, str]:
    """What becomes of most hidden units under L1."""
    _require_hidden(context)
    (run,) = _at_rest(context, "L1")
    share = context[TOLERANCE]
    states = all_states(run, tolerance(context.networks.runs, share))[1:-1]
    groups = [int(count_units(states, s)[:, context.k].sum()) for s in ("alive", "constant", "cut")]
    alive, constant, cut = groups
    n = sum(groups)
    most = next((i for i, size in enumerate(groups) if 2 * size > n), 3)
    counts = "exact zeros alone count as none" if share == 0 else f"up to {share:.1%} of the largest is none"
    return most, (
        f"At {context.lam_text} under L1, of {n} hidden units **{alive} are alive, {constant} constant and "
        f"{cut} cut** ({counts.replace('.0%', ' %')}).{_aside(context, 'L1')}"
    )


def linear_part(context: Context) -> tuple[int, str]:
    """What share of the hidden units' z stays in tanh's linear band under L2."""
    _require_hidden(context)
    (run,) = _at_rest(context, "L2")
    band = linear_band(context[DEVIATION])
    share = share_in_band(run.layers(context.data.X_train)[:-1], band, alive_units(run))
    here, free = share[context.k], share[0]
    if not np.isfinite(here):
        raise UnanswerableError(f"At {context.lam_text} no hidden unit is alive. Choose a smaller λ.")
    if has_collapsed(run, context.data, context.k):
        raise UnanswerableError(
            f"At {context.lam_text} the network has collapsed, and what is left of its z says nothing of "
            "tanh. Choose a smaller λ."
        )
    before = f", {percent(free)} at λ = 0" if context.k and np.isfinite(free) else ""
    return option_at(here, BAND), (
        f"At {context.lam_text} under L2 **{percent(here)}** of the z of the hidden units that are alive lie "
        f"within ±{band:.3f}{before}. Biases are not penalized, so a z can stay large while its weights "
        "shrink."
    )


def linear_model(context: Context) -> tuple[int, str]:
    """How often the L2 network and logistic regression with the same λ tell different classes."""
    _require_hidden(context)
    (run,) = _at_rest(context, "L2")
    data, k = context.data, context.k
    if has_collapsed(run, data, k):
        raise UnanswerableError(
            f"At {context.lam_text} the network has collapsed: it answers the same to every sample, which "
            "makes it constant and not linear. Choose a smaller λ."
        )
    straight = straight_of(context)["L2"]
    same = float(agreement(run.predict_proba(data.X_test), straight.predict_proba(data.X_test))[k])
    if not (np.isfinite(same) and straight.at_rest[k]):
        raise UnanswerableError(
            f"At {context.lam_text} logistic regression has no optimum, or has not come to it. Choose "
            "another λ."
        )
    n = len(data.y_test)
    kind = "logistic" if len(data.class_names) == 2 else "softmax"
    logits = (run.layers(X)[-1][[k]] for X in (data.X_train, data.X_test))
    r2 = float(affine_r2(data.X_train, next(logits), data.X_test, next(logits))[0])
    explained = f" An affine map to its logit has R² = {number(r2, 4)} there." if np.isfinite(r2) else ""
    return option_at(1 - same, DISAGREE), (
        f"At {context.lam_text} under L2 the network and {kind} regression differ on "
        f"**{counted(round((1 - same) * n), n, 'test rows')}**, whose classes are not looked at.{explained}"
    )


def worth(context: Context) -> tuple[int, str]:
    """How many more samples no penalty needs to cost as little as some λ with about a quarter of them."""
    curves = curves_of(context).kept()
    if curves is None:
        raise UnanswerableError(
            "The curves on this page are not all trained yet. Wait for them, or press Train."
        )
    table = worth_table(curves)
    here = lowest_at_a_quarter(table, curves[0].sizes[-1])
    if here is None:
        raise UnanswerableError("At every λ some network diverged, or there are too few samples to compare.")
    zero = table[(table.kind == "zero") & (table.m == here.m)]
    if zero.empty:
        raise UnanswerableError("Without a penalty some network diverged. Choose a smaller α in the panel.")
    i = curves[0].sizes.index(here.m)
    if is_vain(curves, i, here.k):
        constant = number(constant_of(curves, i).cost)
        raise UnanswerableError(
            f"With {here.m:,} samples no λ beats a constant answer, {constant}, by more than chance, so that "
            "none is worth any. Choose other data, or more samples."
        )
    start = (
        f"With {here.m:,} samples the mean cost on rows aside is {number(zero.cost.iloc[0])} at λ = 0, and "
        f"lowest, {number(here.cost)}, at λ = {lam_label(here.lam)}."
    )
    if here.lam == 0:
        return 0, f"{start} There no λ of the grid costs less than none."
    if np.isinf(here.needed):
        return 3, f"{start} Without a penalty even all {table.m.max():,} samples do not reach that."
    return option_at(here.needed / here.m, WORTH), (
        f"{start} Without a penalty that takes about **{here.needed:,.0f} samples**, "
        f"{number(here.needed / here.m, 2)} times as many."
    )


def solver_zeros(context: Context) -> tuple[int, str]:
    """How many zeros plain subgradient steps reach, beside those of the optimum."""
    _require_penalty(context)
    race = race_of(context)
    if not np.isfinite(race.W["subgradient"][-1]).all():
        raise UnanswerableError("With this α the steps diverge. Choose a smaller α in the panel.")
    best, n = int((race.optimum == 0).sum()), race.optimum.size
    if best == 0:
        raise UnanswerableError(
            f"At {context.lam_text} the optimum itself has no zero weight. Choose a larger λ."
        )
    found, clipped, proximal = (int(race.zeros(solver)[-1]) for solver in ("subgradient", "clip", "proximal"))
    right = 0 if found == 0 else 1 if found < best else 2 if found == best else 3
    return right, (
        f"At {context.lam_text}, after {race.steps[-1]:,} steps, exactly zero are "
        f"**{counted(found, n, 'weights')}** by the subgradient, {clipped} by clipping and "
        f"{proximal} by the proximal step; in the certified optimum {best}."
    )

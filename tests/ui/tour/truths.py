"""What the tour's answers are held to: networks trained alone, and arithmetic of the tests' own."""

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import core
from core.datasets import standardize
from core.decomposition import bootstrap, fresh_set
from core.gradient import check
from core.grid import epochs_to_rest
from core.selection import splits
from core.settings import LAMS
from core.variance import Curves, learning_curves, sample_sizes
from tests.app import context_at
from tests.trained import trained, trained_to_rest
from ui.base.session import Answer
from ui.topics.bias_variance import curves_of
from ui.topics.topic import Context, Need
from ui.tour.steps import STEPS

QUICK = {"epochs": 50}


def opened(name: str, choices: dict[str, Any] | None = None, **changed: Any) -> Context:
    """What the page of a step of this name shows at the step's settings, or with some of them changed."""
    step = STEPS[name]
    context = context_at(choices=choices, **{**step.settings, **changed})
    if step.topic.needs is Need.CURVES:
        context.run(curves_of(context))
    return context


def alone(
    context: Context, penalty: str, lam: float | None = None, hidden: tuple[int, ...] | None = None
) -> core.Run:
    """One network of the context, trained by itself until it rests, or as far as it comes."""
    s = context.settings
    changed = replace(s, hidden=s.hidden if hidden is None else hidden)
    return trained_to_rest(changed, penalty, [s.lam if lam is None else lam])[1]


def forward(run: core.Run, X: np.ndarray, k: int = 0) -> list[np.ndarray]:
    """Z of every layer of one network, in float64, by the lecture's own equation."""
    A, Z = X.T, []
    for W, b in zip(run.W, run.b, strict=True):
        Z.append(W[k].astype(float) @ A + b[k])
        A = np.tanh(Z[-1])
    return Z


def classes(Z: np.ndarray) -> np.ndarray:
    """The class of each sample, by the logits."""
    return (Z[0] > 0).astype(int) if len(Z) == 1 else Z.argmax(axis=0)


def entropy(Z: np.ndarray, y: np.ndarray) -> float:
    """Mean cross-entropy, by the logits."""
    if len(Z) == 1:
        return float(np.logaddexp(0, np.where(y == 1, -Z[0], Z[0])).mean())
    return float((np.log(np.exp(Z).sum(axis=0)) - Z[y, range(len(y))]).mean())


class Truth(NamedTuple):
    """What an answer must say: the option, and numbers that stand in its sentence."""

    right: int
    numbers: tuple[float, ...]


def true_overfit(context: Context) -> Truth:
    run, data, fresh = alone(context, "l2", 0.0), context.data, context.settings.load_fresh()
    train = entropy(forward(run, data.X_train)[-1], data.y_train)
    new = entropy(forward(run, fresh[0])[-1], fresh[1])
    ratio = new / train
    # Far from rest the last digits of a network depend on the stack that it is trained in.
    settled = (train, new, ratio) if ratio < 100 else ()
    return Truth(sum(ratio >= bound for bound in (1.5, 3, 10)), (0, *settled))


def true_best_lam(context: Context) -> Truth:
    data, settings, n = context.data, context.settings, len(LAMS)
    folds = list(splits(data.y_train, 5, np.random.default_rng(settings.seed)))
    costs = np.empty((5, n))
    for i, (kept, aside) in enumerate(folds):
        X, other = standardize(data.X_train[kept], data.X_train[aside])
        run = core.train(
            *(X, data.y_train[kept], settings.hidden, ["l1"] * n + ["l2"] * n),
            np.array(LAMS * 2) * len(kept) / data.m,
            *(settings.learning_rate, [epochs_to_rest(settings.epochs, lam) for lam in LAMS * 2]),
            settings.seed,
            method="accelerated",
            until_rest=True,
        )
        for k in range(n):
            costs[i, k] = entropy(forward(run, other, n + k)[-1], data.y_train[aside])
    mean = costs.mean(axis=0)
    low = mean.argmin()
    error = costs[:, low].std(ddof=1) / np.sqrt(5)
    lam = max(lam for lam, cost in zip(LAMS, mean, strict=True) if cost <= mean[low] + error)
    right = 0 if lam == 0 else 1 if lam < 1 else 2 if lam < 10 else 3
    return Truth(right, (mean[low], lam))


def true_half(context: Context) -> Truth:
    zeros = []
    for lam in LAMS:
        run = alone(context, "l1", lam)
        zeros.append(sum(int((W == 0).sum()) for W in run.W))
        n = sum(W.size for W in run.W)
        if 2 * zeros[-1] >= n:
            return Truth(1 if lam < 1 else 2 if lam < 10 else 3, (lam, n, *zeros[-2:]))
    return Truth(0, (lam, n, zeros[-1]))


def true_zeros(context: Context) -> Truth:
    n = [sum(int((W == 0).sum()) for W in alone(context, penalty).W) for penalty in ("l1", "l2")]
    assert n[0] > n[1] == 0, "the settings of this test are those of the lecture"
    return Truth(0, (context.lam, n[0]))


def true_compression(context: Context) -> Truth:
    run = alone(context, "l1")
    flat = [part[0].ravel() for part in (*run.W, *run.b)]
    dense = 4 * sum(part.size for part in flat)
    deflated = len(zlib.compress((np.concatenate(flat) + np.float32(0)).astype("<f4").tobytes(), 9))
    sparse = 4 * sum(b.size for b in run.b)
    for W in run.W:  # all indices of these small layers fit one byte
        nonzero = int((W != 0).sum())
        assert max(W.shape) <= 256
        sparse += min(6 * nonzero, 5 * nonzero + (W.shape[1] + 1) * (1 if nonzero < 256 else 2))
    packed = min(deflated, sparse)
    return Truth(
        sum(packed / dense >= bound for bound in (0.25, 0.5, 0.9)),
        (context.lam, dense, packed, round(100 * packed / dense, 1)),
    )


def true_layers(context: Context) -> Truth:
    run = alone(context, "l2")
    parts = [context.lam / (2 * context.data.m) * float(np.square(W).sum()) for W in run.W]
    largest = int(np.argmax(parts))
    right = 0 if largest == 0 else 2 if largest == len(parts) - 1 else 1
    return Truth(right, (context.lam, parts[0]))


def true_gradient(context: Context) -> Truth:
    s = context.settings
    checked = check(context.data, s.hidden, "l2", s.lam, s.seed, "no_penalty").gradients
    worst = 0.0
    for W, b, dW, db in zip(
        checked.numeric, checked.numeric_b, checked.backpropagated, checked.backpropagated_b, strict=True
    ):
        numeric, back = np.r_[W.ravel(), b.ravel()], np.r_[dW.ravel(), db.ravel()]
        error = np.linalg.norm(numeric - back) / (np.linalg.norm(numeric) + np.linalg.norm(back))
        worst = max(worst, float(error))
    ratio = s.lam / context.data.m
    return Truth(sum(worst >= bound for bound in (1e-6, 0.01, 0.2)), (ratio, round(100 * worst, 1)))


def true_decay(context: Context) -> Truth:
    _, run = trained(context.settings, "l2", [context.lam])
    factor = 1 - context.settings.learning_rate * context.lam / context.data.m
    gone = int(run.diverged_at[0])
    if gone >= 0:
        assert factor < -1
        return Truth(2, (1, factor, -factor, gone))
    lengths = [float(np.linalg.norm(np.concatenate([W[s].ravel() for W in run.history_W]))) for s in (0, -1)]
    return Truth(0 if factor > 0 else 1 if factor > -1 else 2, (1, factor, *lengths))


def true_units(context: Context) -> Truth:
    run, free = alone(context, "l1"), alone(context, "l1", 0.0)
    links = [np.abs(W[0]) > 0.01 * np.abs(F[0]).max() for W, F in zip(run.W, free.W, strict=True)]
    reached = [np.ones(links[0].shape[1], bool)]
    for link in links:
        reached.append(np.array([(row & reached[-1]).any() for row in link]))
    heard = [np.ones(links[-1].shape[0], bool)]
    for link in links[::-1]:
        heard.insert(0, np.array([(column & heard[0]).any() for column in link.T]))
    into, out = np.concatenate(reached[1:-1]), np.concatenate(heard[1:-1])
    groups = [int((into & out).sum()), int((~into & out).sum()), int((~out).sum())]
    n = len(into)
    right = next((i for i, size in enumerate(groups) if size > n / 2), 3)
    return Truth(right, (context.lam, 1, n, *groups))


def living(run: core.Run, k: int = 0) -> list[np.ndarray]:
    """Per hidden layer of one network which units some column reaches, and which reach some output."""
    links = [(W[k] != 0).astype(float) for W in run.W]
    into, out = [np.ones(links[0].shape[1])], [np.ones(len(links[-1]))]
    for link in links:
        into.append(np.sign(link @ into[-1]))
    for link in links[::-1]:
        out.insert(0, np.sign(out[0] @ link))
    return [reached * heard > 0 for reached, heard in zip(into[1:-1], out[1:-1], strict=True)]


def true_linear_part(context: Context) -> Truth:
    run = alone(context, "l2")
    Z = forward(run, context.data.X_train)[:-1]
    near = np.concatenate(
        [np.abs(z[units]).ravel() <= 0.39903 for z, units in zip(Z, living(run), strict=True)]
    )
    share = float(near.mean())
    return Truth(sum(share >= bound for bound in (0.2, 0.5, 0.9)), (context.lam, 2, round(100 * share, 1)))


def affine_r2_by_hand(run: core.Run, data: core.Dataset, k: int = 0) -> float:
    """R² on the test rows of the affine map by which least squares tell the logits of the training rows."""
    (X, Z), (X_new, Z_new) = (
        (np.column_stack([np.ones(len(rows)), rows]), forward(run, rows, k)[-1].T)
        for rows in (data.X_train, data.X_test)
    )
    if Z.shape[1] > 1:  # the softmax sees no more than this
        Z, Z_new = (logits - logits.mean(axis=1, keepdims=True) for logits in (Z, Z_new))
    told = X_new @ np.linalg.lstsq(X, Z, rcond=None)[0]
    return float(1 - np.square(Z_new - told).sum() / np.square(Z_new - Z_new.mean(axis=0)).sum())


def true_linear_model(context: Context) -> Truth:
    data, run = context.data, alone(context, "l2")
    if len(data.class_names) == 2:
        best = core.fit_logistic(data.X_train, data.y_train, "l2", [context.lam], tol=1e-12)
        straight = best.W @ data.X_test.T + best.b
    else:
        straight = forward(alone(context, "l2", hidden=()), data.X_test)[-1]
    differ = classes(forward(run, data.X_test)[-1]) != classes(straight)
    share, counted = float(differ.mean()), (int(differ.sum()),) if differ.any() else ()
    return Truth(
        0 if share == 0 else 1 if share < 0.05 else 2,
        (context.lam, 2, *counted, len(differ), affine_r2_by_hand(run, data)),
    )


def curves_alone(context: Context) -> list[Curves]:
    """The curves of the five training sets that the page takes at first, one after the other."""
    s, data, found = context.settings, context.settings.load(), []
    for i in range(5):
        if s.is_synthetic:
            again = fresh_set(data, s.seed, s.n_samples, s.noise, i).data
        else:
            again = bootstrap(data, s.seed, i).data
        sizes = sample_sizes(data.m, len(data.class_names))
        options = s.learning_rate, s.epochs, s.seed + i
        found.append(learning_curves(again, sizes, s.hidden, "l2", LAMS, *options))
    return found


def true_worth(context: Context) -> Truth:
    curves = curves_alone(context)
    cost, sizes = np.mean([one.test_cost for one in curves], axis=0), curves[0].sizes
    i = int(np.abs(np.log(sizes[:-1]) - np.log(sizes[-1] / 4)).argmin())
    best = int(np.nanargmin(cost[i]))
    if best == 0:
        return Truth(0, (sizes[i],))
    target, needed = cost[i, best], np.inf
    for (m, above), (more, below) in pairwise(zip(sizes[i:], cost[i:, 0], strict=True)):
        if above > target >= below:
            share = (above - target) / (above - below)
            needed = np.exp(np.log(m) + share * (np.log(more) - np.log(m)))
            break
    ratio = needed / sizes[i]
    right = 3 if np.isinf(ratio) else sum(ratio >= bound for bound in (1.25, 2))
    return Truth(right, (sizes[i], cost[i, 0], 0, target, LAMS[best]))


def true_solver_zeros(context: Context) -> Truth:
    s, data = context.settings, context.data
    y = (data.y_train == (0 if len(data.class_names) > 2 else 1)).astype(int)
    run = core.train(
        data.X_train, y, (), "l1", [s.lam], s.learning_rate, 3000, s.seed, "subgradient", dtype="float64"
    )
    found = int((run.W[0] == 0).sum())
    best = int((core.fit_logistic(data.X_train, y, "l1", [s.lam], tol=1e-10).W == 0).sum())
    right = 0 if found == 0 else 1 if found < best else 2 if found == best else 3
    return Truth(right, (s.lam, 3000, best))


TRUTHS: dict[str, Callable[[Context], Truth]] = {
    "too-much-variance": true_overfit,
    "a-little-or-a-lot": true_best_lam,
    "zeros-over-lambda": true_half,
    "exact-zeros": true_zeros,
    "fewer-bytes": true_compression,
    "all-layers": true_layers,
    "the-gradient": true_gradient,
    "weight-decay": true_decay,
    "cancelled-units": true_units,
    "linear-part": true_linear_part,
    "linear-model": true_linear_model,
    "more-data-or-lambda": true_worth,
    "where-zeros-come-from": true_solver_zeros,
}


@cache
def truth_of(name: str) -> Truth:
    """The truth at the step's own settings."""
    return TRUTHS[name](opened(name))


def numbers_in(sentence: str) -> list[str]:
    """The numbers of a sentence as they are written, in their order; those glued to a letter (L1) as well."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", sentence).replace("−", "-")
    return re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?|(?<=L)\d", text)


def is_written(number: float, text: str) -> bool:
    """Whether the text is the number, up to what its last digit leaves open."""
    mantissa, _, exponent = text.partition("e")
    last_digit = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return abs(float(text) - number) <= max(0.501 * last_digit if "." in mantissa else 0, 6e-3 * abs(number))


def holds_to(answer: Answer, truth: Truth) -> None:
    """The option is the true one, and each true number stands in the sentence, to its digits."""
    assert answer.right == truth.right, answer.sentence
    written = numbers_in(answer.sentence)
    for number in truth.numbers:
        assert any(is_written(number, text) for text in written), (number, answer.sentence)

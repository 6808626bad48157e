"""What pages say of trainings, races, checks, folds and training sets."""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from core import PENALTIES
from core.settings import LAMS
from tests.sweep import oracle
from tests.sweep.claims_at_rest import position
from tests.sweep.oracle import Net
from tests.sweep.reading import LABEL, LABEL_OF, NAMES, NUMBER, Said, World, claim, listed, unless
from ui.topics import bias_variance, choosing, converter, gradient_check, solvers
from ui.topics.choosing.fitted import Fitted, fitted, is_fitted_exactly
from ui.topics.topic import Context
from ui.work.curves import training_set


def snapshot(world: World, label: str, k: int, s: int) -> Net:
    """A network of a training at one of its snapshots."""
    run = world.runs[label]
    return Net.of(run.history_W, run.history_b, s, k)


def sizes(net: Net) -> np.ndarray:
    """|w| of all weights."""
    return np.abs(np.concatenate([W.ravel() for W in net.W]))


# Weight histograms


@claim(
    "histograms",
    rf"At λ = <lam> under {LABEL}, the median size of a weight goes from <start> to \*\*<end>\*\* in <epochs> epochs"
    r"(?:, without a penalty to <free>)?; exactly zero at the end: <zeros:count> weights(?: \(<share:share>\))?"
    r"(?P<faded>, too small for float32, which is no sparsity)?\.",
)
def medians(world: World, said: Said) -> Iterator[str]:
    label, k = said["label"], position(said)
    first, last, free = (snapshot(world, label, at, s) for at, s in ((k, 0), (k, -1), (0, -1)))
    yield from said.wrong("start", np.median(sizes(first)), rel=0.06)
    yield from said.wrong("end", np.median(sizes(last)), rel=0.06)
    if "free" in said:
        yield from said.wrong("free", np.median(sizes(free)), rel=0.06)
    yield from said.wrong_count("zeros", last.zeros, last.size)
    yield from said.wrong("epochs", world.context.settings.epochs)
    if "share" in said:
        yield from said.wrong_share("share", last.zeros / last.size)
    yield from unless(
        ("faded" in said) == bool(label == "L2" and last.zeros and LAMS[k]), "zeros of a square are none"
    )


@claim(
    "histograms",
    rf"{LABEL}'s J there is <J>: <data> of cross-entropy and <penalty> of penalty(?:, layer by layer <layers:text>)?\.",
)
def parts_of_j(world: World, said: Said) -> Iterator[str]:
    label, net, (X, y) = said["label"], snapshot(world, said["label"], world.k, -1), world.train
    data, layers = net.cost(X, y), net.penalty(label, world.context.lam, len(y))
    yield from said.wrong("J", data + sum(layers), rel=1e-3, tol=1e-6)
    yield from said.wrong("data", data, rel=1e-3, tol=1e-6)
    yield from said.wrong("penalty", sum(layers), rel=1e-3, tol=1e-9)
    if "layers" in said:
        told = [float(part) for part in said["layers"].split(" + ")]
        yield from unless(np.allclose(told, layers, rtol=6e-3, atol=1e-9), f"the layers' parts are {layers}")


@claim(
    "histograms",
    *(
        rf"After <epochs> plain steps {who} (?P<verb>is|are) at rest: more of them leave J at the digits shown\."
        for who in listed("(?P<{name}>{label})")
    ),
)
def rest_of_a_training(world: World, said: Said) -> Iterator[str]:
    yield from said.wrong("epochs", world.context.settings.epochs)
    who = [label for label, name in NAMES.items() if name in said]
    yield from unless((said["verb"] == "is") == (len(who) == 1), "the verb is the other one")
    for label in who:
        yield from world.not_at_rest(label, world.k)


@claim(
    "histograms",
    *(
        rf"After <epochs> plain steps {who}: this is the training so far, and not yet what the penalty comes to\."
        for who in listed("{label} is still .* from rest")
    ),
)
def away_from_rest(world: World, said: Said) -> Iterator[str]:
    yield from unless(not all(world.at_rest(label)[world.k] for label in world.runs), "all are at rest")


# Weight decay


def ratio(context: Context) -> float:
    """αλ/m."""
    return context.settings.learning_rate * context.lam / context.data.m


@claim("weight_decay", r"At λ = <lam>, with α = <alpha> and m = <m>, αλ/m = \*\*<ratio>\*\*: (?P<says>.*)")
def decay(world: World, said: Said) -> Iterator[str]:
    r, says = ratio(world.context), said["says"]
    yield from said.wrong("ratio", r)
    yield from said.wrong("alpha", world.context.settings.learning_rate)
    yield from said.wrong("m", world.context.data.m)
    kind = (
        "nothing shrinks"
        if r == 0
        else "each step first multiplies every weight by 1"
        if 0 < r < 1
        else "forgets the weights"
        if r == 1
        else "is negative"
        if r < 2
        else "leaves its size"
        if r == 2
        else "lies below −1"
    )
    yield from unless(kind in says, f"1 − αλ/m = {1 - r:g}")
    if 0 < r < 1:
        steps = int(says.split("within ")[1].split(" step")[0].replace(",", ""))
        m, alpha = world.context.data.m, world.context.settings.learning_rate
        for end, name in (
            (m / alpha, "from λ = m/α = "),
            (2 * m / alpha, "above 2m/α = "),
            (1 - r, "1 − αλ/m = "),
        ):
            told_end = float(says.split(name)[1].split()[0].rstrip("."))
            yield from unless(abs(told_end / end - 1) < 1e-3, f"{name}{end:g}")
        yield from unless(
            (1 - r) ** steps <= 0.5 < (1 - r) ** (steps - 1), f"half is not reached in {steps} steps"
        )


@claim(
    "weight_decay",
    r"In the step after epoch <epoch>, the penalty moves layer <layer> by <shrink> and its gradient step is <step> long; together they "
    r"change it by \*\*<together>\*\*\.",
)
def parts_of_a_step(world: World, said: Said) -> Iterator[str]:
    run, alpha = world.runs["L2"], world.context.settings.learning_rate
    (s,) = np.flatnonzero(run.epochs == said.number("epoch"))
    net, l = snapshot(world, "L2", world.k, int(s)), int(said.number("layer")) - 1
    shrink, step = ratio(world.context) * net.W[l], alpha * net.gradient(*world.train)[0][l]
    for name, part in (("shrink", shrink), ("step", step), ("together", shrink + step)):
        yield from said.wrong(
            name, float(np.linalg.norm(part)), rel=0.01, tol=2e-6 * float(np.linalg.norm(net.W[l]))
        )


@claim(
    "weight_decay",
    r"The two parts pull against each other: the whole step is <share> of its gradient step\. Where they cancel, J is at "
    r"rest although neither part is zero\.",
)
def against_each_other(world: World, said: Said) -> Iterator[str]:
    yield from unless(said.number("share") < 0.5, "they do not")


@claim(
    "weight_decay",
    r"Taken apart or not, the step is the same: at every epoch the sum of its parts differs from W − α·dW by at most "
    r"<mismatch> of the largest weight\.",
    r"The training's own first step, from the same start, agrees with the parts to <error> of the largest weight\.",
)
def same_step(world: World, said: Said) -> Iterator[str]:
    told = said.found.groupdict()
    least = 1e-12 if told.get("mismatch") else 1e-5
    yield from unless(float(told.get("mismatch") or told["error"]) < least, "that is not the same")


@claim(
    "weight_decay",
    r"Adam \+ L2 is no weight decay: from the same 1 it ends at <a>, <b> and <c> where the gradient is ±0.1, ±1 and ±10; "
    r"AdamW ends at <w> for all of them\.",
)
def adam(world: World, said: Said) -> Iterator[str]:
    for name, truth in {"a": 0.0734, "b": 0.7429, "c": 0.9722, "w": 0.7421}.items():
        yield from said.wrong(name, truth, rel=0, tol=5e-5)


# Solvers


def race_data(context: Context) -> tuple[np.ndarray, np.ndarray, float]:
    """X, the target against the rest, and λ, which at 0 is the smallest above it."""
    data = context.data
    return (
        data.X_train.astype(float),
        (data.y_train == context[solvers.TARGET]).astype(int),
        context.lam or LAMS[1],
    )


def ran(context: Context, solver: str) -> np.ndarray:
    """Where a solver ends, by the formulas of the page, weights alone."""
    X, y, lam = race_data(context)
    race = solvers.race_of(context)
    alpha, m, w, b = context.settings.learning_rate, len(y), race.W[solver][0].copy(), 0.0
    for t in range(1, context[solvers.STEPS] + 1):
        rate = alpha / np.sqrt(t) if solver == "decreasing" else alpha
        error = 1 / (1 + np.exp(-(X @ w + b))) - y
        g, cut = X.T @ error / m, rate * lam / (2 * m)
        b -= rate * error.mean()
        if solver == "proximal":
            v = w - rate * g
            w = np.sign(v) * np.maximum(np.abs(v) - cut, 0)
        else:
            after = w - rate * g - cut * np.sign(w)
            w = np.where(np.sign(after) != np.sign(w), 0, after) if solver == "clip" else after
    return w


@claim(
    "solvers",
    r"At λ = <lam>, for .*, the optimum has \*\*<zeros:count> weights\*\* exactly zero and J = <J>\. A bound from below "
    r"proves that no weights have a J smaller by more than <gap>\. J − J\* is drawn down to <floor>\.",
)
def race_optimum(world: World, said: Said) -> Iterator[str]:
    X, y, lam = race_data(world.context)
    w = solvers.race_of(world.context).optimum
    yield from said.wrong_count("zeros", int((w == 0).sum()), w.size)
    fitted_b = _intercept(X @ w, y)
    yield from unless(oracle.is_optimum(w, fitted_b, X, y, "L1", lam, 2e-5), "its conditions do not hold")
    net = Net([w[None]], [np.array([[fitted_b]])])
    yield from said.wrong("J", net.cost(X, y) + sum(net.penalty("L1", lam, len(y))), rel=1e-5)


def _intercept(z: np.ndarray, y: np.ndarray) -> float:
    """b at which the logits z + b are right on average."""
    low, high = -60.0 - np.abs(z).max(), 60.0 + np.abs(z).max()
    for _ in range(200):
        b = (low + high) / 2
        low, high = (low, b) if (1 / (1 + np.exp(-(z + b)))).mean() > y.mean() else (b, high)
    return b


@claim(
    "solvers",
    r"After <steps> steps \*\*(?P<solver>\w+)\*\* has <zeros> exact zeros?, just those of the optimum; its J is (?P<J>.*)\.",
    r"After <steps> steps \*\*(?P<solver>\w+)\*\* has <zeros> exact zeros?; \*\*<wrong> of <n>\*\* weights are on the wrong "
    r"side: (?P<parts>.*)\. Its J is (?P<J>.*)\.",
)
def solver(world: World, said: Said) -> Iterator[str]:
    context, name = world.context, said["solver"]
    best, w = solvers.race_of(context).optimum == 0, ran(context, name)
    yield from said.wrong("steps", context[solvers.STEPS])
    yield from said.wrong("zeros", int((w == 0).sum()))
    wrong = int(((w == 0) != best).sum())
    told = said.found.groupdict().get("wrong")
    yield from unless(int(told or 0) == wrong, f"{wrong} are on the wrong side")
    if told:
        yield from said.wrong("n", w.size)
        parts = {"should be": int(((w != 0) & best).sum()), "should not be": int(((w == 0) & ~best).sum())}
        for words, n in parts.items():
            found = re.search(rf"([\d,]+) (?:not )?zero that {words}(?! not)", said["parts"])
            yield from unless(int(found[1].replace(",", "")) == n if found else n == 0, f"{n} {words}")
    excess = solvers.race_of(context).cost[name][-1] - solvers.race_of(context).optimum_cost
    value = float(re.search(r"[\d.]+(?:e[-+]?\d+)?", said["J"])[0])
    if "above" in said["J"]:
        yield from unless(abs(value - excess) <= 0.06 * value + 1e-10, f"J − J* is {excess:g}")
    else:
        yield from unless(excess <= value <= 1e-6, f"J − J* is {excess:g}")


@claim("solvers", r"\*\*\w+\*\* diverged: lower the learning rate α\.")
def solver_diverged(world: World, said: Said) -> Iterator[str]:
    race = solvers.race_of(world.context)
    yield from unless(any(not np.isfinite(cost[-1]) for cost in race.cost.values()), "none did")


@claim(
    "solvers",
    r"Of the <n> weights? that the proximal step has rightly brought to zero none is so under \*\*(?P<solver>\w+)\*\*; their median size is <size>\. However near zero "
    r"one is, the penalty moves it by αλ/2m(?:√t, by now)?(?: =)? <move> a step\.",
)
def never_zero(world: World, said: Said) -> Iterator[str]:
    context, name = world.context, said["solver"]
    _, y, lam = race_data(context)
    landed = (solvers.race_of(context).optimum == 0) & (ran(context, "proximal") == 0)
    left = ran(context, name)[landed]
    yield from said.wrong("n", int(landed.sum()))
    yield from unless((left != 0).all(), "some are")
    yield from said.wrong("size", np.median(np.abs(left)), rel=0.06)
    move = context.settings.learning_rate * lam / (2 * len(y))
    yield from said.wrong(
        "move", move / (context[solvers.STEPS] ** 0.5 if name == "decreasing" else 1), rel=0.06
    )


@claim(
    "solvers",
    r"α·L = <reach> is above 2, where L = <L> bounds the curvature of the cross-entropy: a step may overshoot\. With α below "
    r"2/L = <limit> the proximal step is sure to settle\.",
    r"The proximal step is itself still <late> above J\*: .* to see where it ends\.",
)
def overshoots(world: World, said: Said) -> Iterator[str]:
    if said.found.groupdict().get("L"):
        X, y, _ = race_data(world.context)
        L = np.linalg.eigvalsh(np.cov(np.column_stack([X, np.ones(len(y))]).T, ddof=0)).max() / 4
        yield from unless(said.number("L") >= 0.99 * L, f"the curvature reaches {L:g} at w = 0")


# Gradient check


@claim(
    "gradient_check",
    rf"At λ = <lam> under {LABEL}, the two gradients agree: the largest relative error of a layer is \*\*<error>\*\*, below the "
    r"threshold of <threshold:text>\.",
    rf"At λ = <lam> under {LABEL}, the check \*\*fails\*\* in .*: the largest relative error is \*\*<error>\*\*, the threshold "
    r"<threshold:text>\.",
)
def verdict(world: World, said: Said) -> Iterator[str]:
    mistake = gradient_check.mistake_in(world.context)
    agree = "agree" in said.found[0]
    yield from unless((said.number("error") < 1e-6) == agree, "the error says else")
    if mistake is None:
        yield from unless(agree, "no mistake was made")


@claim(
    "gradient_check",
    r"J is taken on (?:all <all> training rows|<some> of <m> training rows, spread over the classes, with λ less by as much): "
    r"λ/(?P<two>2?)m is <rate>, as in the training\. The weights are those that it starts from\.",
)
def rows_of_the_check(world: World, said: Said) -> Iterator[str]:
    m, is_square = world.context.data.m, world.context[gradient_check.PENALTY] == "l2"
    yield from said.wrong("all" if "all" in said else "m", m)
    yield from unless(said["two"] == ("" if is_square else "2"), "the term of dW has the other rate")
    yield from said.wrong("rate", world.context.lam / m / (2 if said["two"] else 1))


@claim(
    "gradient_check",
    r"The numeric side moved (?:all|<some> of) <n> weights and biases(?:, drawn by the seed,)? one at a time, each up and down "
    r"by <h:text>: <passes> forward passes\. Backpropagation took one each way\.",
)
def moved(world: World, said: Said) -> Iterator[str]:
    data, hidden = world.context.data, world.context.settings.hidden
    n_classes = len(data.class_names)
    widths = [data.n_features, *hidden, n_classes if n_classes > 2 else 1]
    n = sum(b * (a + 1) for a, b in pairwise(widths))
    yield from said.wrong("n", n)
    yield from said.wrong("passes", 2 * (said.number("some") if "some" in said else n))


@claim(
    "gradient_check",
    r"At λ = 0 the penalty's gradient is 0: .*",
    r"Without (?:λ/m·W|λ/2m·sign\(W\)|.*) the gradient is too little changed here to fall above the threshold\.",
    r"Forgetting .* is caught.*",
    r"Without a hidden layer there is no tanh, so no slope to forget\. Choose hidden layers in the panel\.",
)
def mistakes(world: World, said: Said) -> Iterator[str]:
    text, check = said.found[0], gradient_check.check_of(world.context)
    caught = bool((check.gradients.relative_error >= 1e-6).any())
    yield from unless(("is caught" in text) == caught, "caught or not, the errors say else")


# Converter


def written(label: str, lam: float, m: int, alpha: float) -> dict[str, tuple[float | None, ...]]:
    """What λ is called by each library, and the second number that it needs; None where it has no such penalty."""
    return {
        "L1": {
            "logistic_regression": (2 / lam,),
            "mlp_classifier": (None,),
            "glmnet": (lam / (2 * m),),
            "keras": (lam / (2 * m),),
            "torch_sgd": (alpha * lam / (2 * m),),
            "torch_adamw": (None,),
            "playground": (lam / (2 * m),),
        },
        "L2": {
            "logistic_regression": (1 / lam,),
            "mlp_classifier": (lam,),
            "glmnet": (lam / m,),
            "keras": (lam / (2 * m),),
            "torch_sgd": (lam / m,),
            "torch_adamw": (lam / m,),
            "playground": (lam / m,),
        },
        "Elastic net": {
            "logistic_regression": (4 / (3 * lam), 1 / 3),
            "mlp_classifier": (None,),
            "glmnet": (3 * lam / (4 * m), 1 / 3),
            "keras": (lam / (4 * m), lam / (4 * m)),
            "torch_sgd": (lam / (2 * m), alpha * lam / (4 * m)),
            "torch_adamw": (None,),
            "playground": (None,),
        },
    }[label]


@claim(
    "converter",
    rf"For {LABEL} and m = <m>, one and the same λ = <lam> is written as anything from \*\*<low>\*\* to \*\*<high>\*\*: not "
    r"larger and smaller, but other things\. Compare penalties by their formula, never by their number\.",
)
def anything(world: World, said: Said) -> Iterator[str]:
    lam, m, alpha = world.context.lam, world.context.data.m, world.context.settings.learning_rate
    truth = written(said["label"], lam, m, alpha)
    numbers = [number for number, *_ in truth.values() if number is not None]
    yield from said.wrong("low", min(numbers))
    yield from said.wrong("high", max(numbers))
    yield from said.wrong("m", m, rel=0)
    yield from said.wrong("lam", lam)
    yield from unless(
        said["label"] == LABEL_OF[world.context[converter.PENALTY]], "another penalty is chosen"
    )
    entries = {entry.key: entry for entry in converter.entries_of(world.context)}
    yield from unless(set(entries) == set(truth), "the libraries are others")
    for key, (first, *second) in truth.items():
        value, caveat = entries[key].value, entries[key].caveat
        is_right = value == first if None in (value, first) else np.isclose(value, first, rtol=1e-9)
        yield from unless(bool(is_right), f"{key} has {value} and not {first}")
        told = [float(number) for number in re.findall(rf"= ({NUMBER})", caveat)]
        is_told = not second or bool(told and np.isclose(told[-1], second[0], rtol=1e-5))
        yield from unless(is_told, f"{key} needs {second} as well: {caveat}")


@claim(
    "converter",
    r"With twice the samples the same λ would be λ/2m = <half> in place of <now>: what is divided by m weakens as data are added, "
    r"C (?P<alpha>and alpha do|does) not change\.",
)
def twice(world: World, said: Said) -> Iterator[str]:
    now = world.context.lam / (2 * world.context.data.m)
    yield from said.wrong("now", now)
    yield from said.wrong("half", now / 2)
    has_alpha = world.context[converter.PENALTY] == "l2"  # that of MLPClassifier, which has no L1
    yield from unless((said["alpha"] != "does") == has_alpha, "alpha is another library's")


@claim(
    "converter",
    r"LogisticRegression and glmnet have no hidden layers: they match the panel's network without its <n> hidden layers?\.",
    r"At λ = 0 there is no penalty: every rate is 0, and C, the inverse of a strength, is infinite\.",
)
def without_layers(world: World, said: Said) -> Iterator[str]:
    if said.found.groupdict().get("n"):
        yield from said.wrong("n", len(world.context.settings.hidden))
    else:
        yield from unless(world.context.lam == 0, "there is one")


# Choosing λ


def found_of(world: World) -> tuple[Fitted, oracle.Folds]:
    """The fits of the page, and the folds for the oracle."""
    one = fitted(world.context, world.context[choosing.PENALTY])
    return one, oracle.Folds(np.array(LAMS), one.validation.costs)


def validated_label(world: World) -> str:
    """The penalty that is validated."""
    return LABEL_OF[world.context[choosing.PENALTY]]


def wrong_size(world: World, found: Fitted, told: str, k: int) -> Iterator[str]:
    """A problem where the size of the fit to all training rows is told otherwise."""
    label, (X, y) = validated_label(world), world.train
    if told == "no fit to all training rows":
        yield from unless(not np.isfinite(found.on_test[k]).all(), f"there is one at λ = {LAMS[k]:g}")
        return
    if not is_fitted_exactly(world.context):
        run = choosing.networks_of(world.context).runs[label]
        net = Net.of(run.W, run.b, k)
        kept, n = net.size - net.zeros, net.size
    else:
        w, n = found.columns[k], X.shape[1]
        b, kept = _intercept(X @ w, y), int((w != 0).sum())
        is_best = oracle.is_optimum(w, b, X, y, label, LAMS[k], 1e-4)
        yield from unless(is_best, f"the conditions at λ = {LAMS[k]:g} do not hold")
        if m := re.fullmatch(rf"({NUMBER}) degrees of freedom of (\d+)", told):
            freedom = oracle.freedom(w, b, X, label, LAMS[k])
            yield from unless(
                abs(float(m[1]) - freedom) <= 6e-3 * freedom + 1e-9 and int(m[2]) == n,
                f"there are {freedom:.6g} degrees of freedom of {n} at λ = {LAMS[k]:g}",
            )
            return
    yield from unless(
        told == f"{kept:,} of {n:,} weights not zero",
        f"{kept} of {n} weights at λ = {LAMS[k]:g} are not zero",
    )


@claim(
    "choosing",
    r"Over <folds> folds of the training rows the mean cost is lowest at \*\*λₘᵢₙ = <min>\*\*: <mean>, with a standard error of "
    r"<error>; with (?P<size>.*?)\. (?:No larger λ is within that error, so λ₁ₛₑ is the same\.|\*\*λ₁ₛₑ = <simple>\*\* is the largest λ "
    r"within that error of it, <higher>: (?P<smaller>.*?)\. (?:Fold by fold the two (?P<same>cannot) be told apart, and the larger λ is the simpler answer\.|Fold by fold it costs <more> more \(± <spread>\), beyond two standard errors: the price of the simpler answer\.))",
)
def rules(world: World, said: Said) -> Iterator[str]:
    found, folds = found_of(world)
    low, simple = folds.k_min, folds.k_1se
    yield from said.wrong("folds", len(folds.costs))
    yield from said.wrong("min", LAMS[low])
    yield from said.wrong("mean", folds.mean[low])
    yield from said.wrong("error", folds.error[low], rel=0.06, tol=1e-6)
    yield from wrong_size(world, found, said["size"], low)
    if "simple" in said:
        yield from wrong_size(world, found, said["smaller"], simple)
        yield from said.wrong("simple", LAMS[simple])
        yield from said.wrong("higher", folds.mean[simple])
        more = folds.costs[:, simple] - folds.costs[:, low]
        error = more.std(ddof=1) / np.sqrt(len(more))
        yield from unless(("same" in said) == (more.mean() <= max(2 * error, 1e-6)), "the folds say else")
        if "more" in said:
            yield from said.wrong("more", more.mean(), rel=0.06)
            yield from said.wrong("spread", error, rel=0.06)
    else:
        yield from unless(simple == low, f"λ₁ₛₑ is {LAMS[simple]:g}")


@claim(
    "choosing",
    r"The <n> test rows are used once, for what was fitted to all <m> training rows at (?P<rule>λₘᵢₙ|λ₁ₛₑ) = <lam>: cost "
    r"\*\*<cost>\*\* \((?:95 % interval <low> to <high>|too few rows for an interval)\), \*\*<right:share>\*\* right \(<from:share> to "
    r"<to:share>\)\. A constant answer, the classes' shares in the training rows, costs <constant> and is right for "
    r"<common:share>\.",
)
def test_rows(world: World, said: Said) -> Iterator[str]:
    found, _ = found_of(world)
    k, (X, y), (X_train, y_train) = position(said), world.test, world.train
    Z = found.on_test[k]
    costs = oracle.entropies(Z, y)
    yield from said.wrong("n", len(y))
    yield from said.wrong("m", len(y_train))
    if "low" in said:
        low, high = oracle.t_interval(costs)
        yield from said.wrong("low", max(0.0, low), rel=0.01, tol=1e-4)
        yield from said.wrong("high", high, rel=0.01, tol=1e-4)
    yield from said.wrong("cost", costs.mean(), tol=1e-7)
    yield from said.wrong_share("right", oracle.right(Z, y) / len(y))
    yield from said.wrong("constant", oracle.constant_cost(y_train, y))
    yield from said.wrong_share("common", oracle.constant_right(y_train, y))
    for name, truth in zip(("from", "to"), oracle.wilson(oracle.right(Z, y), len(y)), strict=True):
        yield from said.wrong_share(name, truth, tol=1e-3)
    if is_fitted_exactly(world.context) and LAMS[k] > 0:
        own = oracle.straight(X_train, y_train, validated_label(world), LAMS[k], X)
        yield from said.wrong("cost", oracle.entropies(own, y).mean(), rel=0.01, tol=1e-6)


@claim(
    "choosing",
    r"The chosen λ = <lam> is (?P<which>λₘᵢₙ|λ₁ₛₑ|λₘᵢₙ and λ₁ₛₑ)\.",
    r"At the chosen λ = <lam> the validated cost is as low as at λₘᵢₙ\.",
    r"The chosen λ = <lam> has a validated cost of <cost>, <above> above the lowest: (?P<side>within|beyond) one standard error of it\.",
    r"At the chosen λ = <lam> the fit of some fold has no end or diverged\.",
)
def chosen(world: World, said: Said) -> Iterator[str]:
    _, folds = found_of(world)
    told, k = said.found.groupdict(), world.k
    yield from said.wrong("lam", world.context.lam)
    if told.get("which"):
        names = [name for name, at in (("λₘᵢₙ", folds.k_min), ("λ₁ₛₑ", folds.k_1se)) if at == k]
        yield from unless(said["which"] == " and ".join(names), f"it is {names}")
    elif told.get("cost"):
        above = folds.mean[k] - folds.mean[folds.k_min]
        yield from said.wrong("cost", folds.mean[k])
        yield from said.wrong("above", above, rel=0.06)
        yield from unless(
            (said["side"] == "within") == (above <= folds.error[folds.k_min]), "it is on the other side"
        )


@claim(
    "choosing",
    r"These data are drawn, so the truth is known: on 20,000 rows that nobody has seen the cost is <first> at λ(?:ₘᵢₙ|₁ₛₑ), where "
    r"<expected> was expected(?: and <second> at λ₁ₛₑ, where <other> was expected)?\. The lowest there is <least>, at "
    r"(?:λ = <lam>, which no rule chose|(?P<rule>λₘᵢₙ|λ₁ₛₑ|λₘᵢₙ and λ₁ₛₑ))\.",
)
def truth(world: World, said: Said) -> Iterator[str]:
    found, folds = found_of(world)
    assert found.fresh is not None
    yield from said.wrong("least", np.nanmin(found.fresh))
    rules = {"λₘᵢₙ": folds.k_min, "λ₁ₛₑ": folds.k_1se}
    best = [name for name, k in rules.items() if found.fresh[k] <= np.nanmin(found.fresh) + 1e-6]
    yield from unless((said["rule"] or "").split(" and ") == (best or [""]), f"lowest at {best}")
    if "second" in said:
        yield from said.wrong("second", found.fresh[folds.k_1se])
        yield from said.wrong("other", folds.mean[folds.k_1se])
    yield from said.wrong("first", found.fresh[folds.k_min])
    yield from said.wrong("expected", folds.mean[folds.k_min])
    if is_fitted_exactly(world.context):
        X, y = world.context.settings.load_fresh()
        for name, k in (("first", folds.k_min), ("second", folds.k_1se)):
            if name in said and LAMS[k] > 0:
                own = oracle.straight(*world.train, validated_label(world), LAMS[k], X)
                yield from said.wrong(name, oracle.entropies(own, y).mean(), rel=0.02)


@claim(
    "choosing",
    r"λₘᵢₙ keeps .*",
    r"Without a fold: the evidence for L2.*",
    r"At every λ the fit of some fold .*",
)
def other_rules(world: World, said: Said) -> Iterator[str]:
    found, folds = found_of(world)
    text = said.found[0]
    if text.startswith("At every"):
        yield from unless(not np.isfinite(folds.mean).any(), "some have an end")
    elif text.startswith("λₘᵢₙ keeps") and found.kept is not None:
        informative = set(world.context.data.informative)
        used = [set(np.flatnonzero(found.kept[k]).tolist()) for k in range(len(LAMS))]
        is_none = "No λ of the grid keeps those that decide and no other" in text
        yield from unless(is_none == (informative not in used), "some λ keeps just those, or none")
        for rule, k in (("λₘᵢₙ", folds.k_min), ("λ₁ₛₑ", folds.k_1se)):
            kept, n = len(used[k] & informative), len(informative)
            those = {0: f"none of {n}", n: f"all {n}"}.get(kept, f"{kept} of {n}")
            others = f"{rule} keeps {those} columns that decide and {len(used[k]) - kept} other"
            yield from unless(re.search(rf"{others}s?\b", text) is not None, f"{others}s")


# Bias and variance


@claim(
    "bias_variance",
    rf"At λ = <lam> under {LABEL}, <m> training samples, the mean over <sets> training sets is a cost of \*\*<cost>\*\* on rows "
    r"aside \(from <low> to <high>\) beside <train> on the training rows, and <right:share> right\. There the classes' shares alone, a "
    r"constant answer, come to <constant> and <common:share>\.",
    rf"At λ = <lam> under {LABEL} a network of some training set diverged, so there is no mean to tell\.",
)
def mean_of_sets(world: World, said: Said) -> Iterator[str]:
    curves = world.context.run(bias_variance.curves_of(world.context))
    costs = np.array([one.test_cost[-1, world.k] for one in curves])
    chosen = LABEL_OF[world.context[bias_variance.PENALTY]]
    yield from unless(said["label"] == chosen, f"{chosen} is chosen")
    if "no mean" in said.found[0]:
        yield from unless(not np.isfinite(costs).all(), "there is one")
        return
    yield from said.wrong("sets", len(curves))
    yield from said.wrong("cost", costs.sum() / len(costs))
    yield from said.wrong("low", costs.min())
    yield from said.wrong("high", costs.max())
    yield from said.wrong("train", np.mean([one.train_cost[-1, world.k] for one in curves]))
    yield from said.wrong("m", curves[0].sizes[-1])
    constant = constants_aside(world, len(curves))
    yield from said.wrong("constant", constant[0])
    yield from said.wrong_share("common", constant[1])


def constants_aside(world: World, n_sets: int) -> np.ndarray:
    """Cost and share right of each training set's shares on its rows aside, in the mean."""
    sets = [training_set(world.context.settings, world.context.data, i).data for i in range(n_sets)]
    each = [
        (oracle.constant_cost(one.y_train, one.y_test), oracle.constant_right(one.y_train, one.y_test))
        for one in sets
    ]
    return np.mean(each, axis=0)


@claim(
    "bias_variance",
    r"The squared error of the probability is there \*\*<error>\*\*: noise <noise>, which no model is spared, bias² <bias>, and "
    r"\*\*variance <variance>\*\*\.",
    r"The squared error of the probability is there \*\*<error>\*\*: \*\*variance <variance>\*\*, and <rest> that is noise and bias² "
    r"together\. Where the truth is not known, nobody can tell these two apart\.",
)
def parts(world: World, said: Said) -> Iterator[str]:
    told = said.found.groupdict()
    found = bias_variance.parts_of(world.context, world.context.run(bias_variance.curves_of(world.context)))
    bias = float(found.bias[-1, world.k])  # may be estimated below 0, and is then told as 0
    rest = (
        said.number("rest")
        if told.get("rest")
        else said.number("noise") + said.number("bias") + min(0.0, bias)
    )
    total = rest + said.number("variance")
    yield from said.wrong("error", total, rel=0.012, tol=1e-5)
    yield from unless(
        told.get("rest") is None or not world.context.settings.is_synthetic, "the truth is known"
    )


@claim(
    "bias_variance",
    r"More λ: from λ = 0 to <lam>, with all samples, variance goes from <v0> to <v1> and (?P<what>.*) from <b0> to <b1>: the error "
    r"(?P<way>stays|falls|rises), <e0> to <e1>\.",
    r"More data: from <few> samples to <many>, at λ = <lam>, variance goes from <v0> to <v1> and (?P<what>.*) from <b0> to <b1>: the "
    r"error (?P<way>stays|falls|rises), <e0> to <e1>\.",
)
def more(world: World, said: Said) -> Iterator[str]:
    before, after = said.number("e0"), said.number("e1")
    way = "stays" if before == after else "falls" if after < before else "rises"
    yield from unless(said["way"] == way, f"it {way}")


@claim(
    "bias_variance",
    r"With all samples the networks at (?:λ = <one>|<n> λ, from <low> to <high>,) were not all at rest when their epochs were over: .*",
)
def on_their_way(world: World, said: Said) -> Iterator[str]:
    curves = world.context.run(bias_variance.curves_of(world.context))
    away = [k for k in range(len(LAMS)) if not all(one.at_rest[-1, k] for one in curves)]
    away = [k for k in away if all(np.isfinite(one.test_cost[-1, k]) for one in curves)]
    yield from said.wrong("one", LAMS[away[0]]) if "one" in said else said.wrong("n", len(away))


@claim(
    "bias_variance",
    r"(?:With <m> samples|What λ is worth: with <n> samples) .*",
    r"<gone> of these <all> networks diverged or swing; .*",
)
def worth(world: World, said: Said) -> Iterator[str]:
    curves = world.context.run(bias_variance.curves_of(world.context))
    text, mean = said.found[0], np.mean([one.test_cost for one in curves], axis=0)
    if "is lowest, **" in text:
        k = int(np.nanargmin(mean[-1]))
        told = float(text.split("**λ = ")[1].split("**")[0])
        yield from unless(
            mean[-1, LAMS.index(told)] <= mean[-1, k] + 2e-6, f"it is lowest at λ = {LAMS[k]:g}"
        )
    if said.found.groupdict().get("gone"):
        yield from said.wrong("gone", int(np.isnan([one.test_cost for one in curves]).sum()))


assert {name: one.label for name, one in PENALTIES.items()} == LABEL_OF, (
    "another penalty needs another oracle"
)

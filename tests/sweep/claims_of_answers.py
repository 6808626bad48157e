"""What the tour answers, by the step's name: the option that is right, and the sentence with its numbers."""

from collections.abc import Iterator
from itertools import pairwise
from zlib import compress

import numpy as np

from core.settings import LAMS
from tests.sweep import oracle
from tests.sweep.claims_at_rest import band_of, disagreed, folds_of, new_cost, sizes_of, wrong_r2
from tests.sweep.claims_elsewhere import ran, ratio, snapshot
from tests.sweep.oracle import Net
from tests.sweep.reading import Said, World, claim, unless
from ui.topics import bias_variance, solvers
from ui.work.validation import validation

ASIDE = (
    r"(?: Right on rows kept aside in <folds> folds is (?:L1 for <L1:share>)?(?: and )?(?:L2 for <L2:share>)?; a constant "
    r"answer is so for <common:share>\.)?"
)


def option(said: Said, value: float, *bounds: float) -> Iterator[str]:
    """A problem where the option is not the one that so many bounds below the value say."""
    n = sum(value >= bound for bound in bounds)
    near = any(abs(value - bound) <= 1e-3 * bound for bound in bounds)
    yield from unless(near or said.right == n, f"{value:g} is option {n} and not {said.right}")


def aside(world: World, said: Said) -> Iterator[str]:
    """What stands in ASIDE."""
    if "folds" not in said:
        return
    (found,) = world.context.run(validation(world.context.settings, world.context.shelf))
    for label in ("L1", "L2"):
        if said.found.groupdict().get(label):
            shares = found.by_label[label].accuracies[:, world.k]
            yield from said.wrong_share(label, shares.sum() / len(shares))
            yield from said.wrong("folds", len(shares))
    yield from said.wrong_share("common", oracle.constant_right(world.train[1], world.train[1]))


@claim(
    "too-much-variance",
    r"At λ = 0 the cost is <cost> on the training rows and <new> (?P<rows>on 20,000 rows that nobody has seen|on rows kept aside "
    r"in folds), \*\*<times> times\*\* as much\. (?:That gap is variance: the network has fitted samples that are not there "
    r"again|That is no large gap: here the network has not memorized its samples)\.",
)
def overfit(world: World, said: Said) -> Iterator[str]:
    cost, new = world.net("L2", 0).cost(*world.train), new_cost(world, "L2", 0, said["rows"])
    yield from said.wrong("cost", cost, tol=1e-7)
    yield from said.wrong("new", new, rel=0.02)
    yield from said.wrong("times", new / cost, rel=0.06)
    yield from option(said, new / cost, 1.5, 3, 10)
    yield from unless(("That gap" in said.found[0]) == bool(said.right), "the end says else")


@claim(
    "a-little-or-a-lot",
    r"Over <folds> folds the validated cost of L2 is lowest, <mean>, at λₘᵢₙ = <min>\. The largest λ within one standard error, "
    r"<error>, is \*\*λ₁ₛₑ = <simple>\*\*(?P<others>; the cost is .*)?\.",
)
def best(world: World, said: Said) -> Iterator[str]:
    folds = folds_of(world, "L2")
    yield from said.wrong("folds", len(folds.costs))
    yield from said.wrong("mean", folds.mean[folds.k_min])
    yield from said.wrong("min", LAMS[folds.k_min])
    yield from said.wrong("error", folds.error[folds.k_min], rel=0.06, tol=1e-6)
    yield from said.wrong("simple", LAMS[folds.k_1se])
    yield from option(said, LAMS[folds.k_1se], 0.05, 1, 10)


@claim(
    "zeros-over-lambda",
    r"Half are first reached at \*\*λ = <lam>\*\*: exactly zero there are <a:count> weights of L1(?:, at λ = <less> it was <b>)?\.",
    r"Nowhere on this grid: at λ = <lam> it is <a:count> weights\.",
)
def half(world: World, said: Said) -> Iterator[str]:
    nets = [world.net("L1", k) for k in range(len(LAMS))]
    k = next((k for k, net in enumerate(nets) if 2 * net.zeros >= net.size), len(LAMS) - 1)
    reached = 2 * nets[k].zeros >= nets[k].size
    yield from said.wrong("lam", LAMS[k])
    yield from said.wrong_count("a", nets[k].zeros, nets[k].size)
    if said.found.groupdict().get("b"):
        yield from said.wrong("less", LAMS[k - 1])
        yield from said.wrong("b", nets[k - 1].zeros, rel=0)
    yield from unless(reached == said.found[0].startswith("Half"), "half are reached, or are not")
    yield from option(said, LAMS[k] if reached else -1.0, 0, 1, 10)


@claim(
    "exact-zeros",
    r"At λ = <lam> exactly zero are \*\*<a:count> weights\*\* under L1 and \*\*<b:count> weights\*\* under L2\."
    + ASIDE,
)
def zeros(world: World, said: Said) -> Iterator[str]:
    a, b = world.net("L1", world.k), world.net("L2", world.k)
    yield from said.wrong("lam", world.context.lam)
    yield from said.wrong_count("a", a.zeros, a.size)
    yield from said.wrong_count("b", b.zeros, b.size)
    right = (1 if b.zeros else 0) if a.zeros > b.zeros else 2 if a.zeros == b.zeros else 3
    yield from unless(said.right == right, f"option {right} is right")
    yield from aside(world, said)


def packed(net: Net) -> tuple[int, int]:
    """Bytes as plain numbers, and of the smaller of index and value or deflated."""
    parts = [part.ravel() for part in (*net.W, *net.b)]
    sparse = 4 * sum(b.size for b in net.b)
    for W in net.W:
        n_out, n_in = W.shape
        assert max(n_in, n_out) <= 256, "an index is a byte"
        n = int((W != 0).sum())
        sparse += min(6 * n, 5 * n + (n_out + 1) * (1 if n < 256 else 2))
    deflated = len(compress((np.concatenate(parts) + 0.0).astype("<f4").tobytes(), 9))
    return 4 * sum(part.size for part in parts), min(sparse, deflated)


@claim(
    "fewer-bytes",
    r"At λ = <lam> the L1 model takes <dense> bytes as plain numbers and <packed> packed, \*\*<share:share>\*\*; the L2 model "
    r"<other:share>\. In bytes L1 saves <saved>: decide whether that is a small effect\.",
)
def compression(world: World, said: Said) -> Iterator[str]:
    (dense, small), (_, other) = (packed(world.net(label, world.k)) for label in ("L1", "L2"))
    yield from said.wrong("dense", dense, rel=0)
    yield from said.wrong("packed", small, rel=0)
    yield from said.wrong_share("share", small / dense)
    yield from said.wrong_share("other", other / dense)
    yield from said.wrong("saved", max(dense - small, 0), rel=0)
    yield from option(said, small / dense, 0.25, 0.5, 0.9)


@claim(
    "all-layers",
    r"At λ = <lam> the penalty in L2's J is (?P<terms>.*)\. \*\*(?P<which>The output layer|Layer <layer>)\*\* pays most, "
    r"<share:share> of <sum>\.",
)
def layers(world: World, said: Said) -> Iterator[str]:
    run, k = world.context.networks.runs["L2"], world.k  # at rest, on a page of trainings
    net = Net.of(run.W, run.b, k)
    parts = np.array(net.penalty("L2", world.context.lam, len(world.train[1])))
    largest, last = int(parts.argmax()), len(parts) - 1
    yield from said.wrong("sum", parts.sum())
    yield from said.wrong_share("share", parts[largest] / parts.sum(), tol=2e-3)
    told = last if said["which"].startswith("The output") else int(said.number("layer")) - 1
    yield from unless(told == largest, f"layer {largest + 1} pays most")
    right = 0 if largest == 0 else 2 if largest == last else 1
    yield from unless(said.right == right, f"option {right} is right")


@claim(
    "the-gradient",
    r"Here λ/m is <rate>\. Without its term the worst layer's relative error, ‖difference‖ over the sum of both lengths, is "
    r"\*\*<error:share>\*\*; with it, backpropagation and J (?P<held>agree to|differ by) <held_by>\.",
)
def gradient(world: World, said: Said) -> Iterator[str]:
    yield from said.wrong("rate", world.context.lam / len(world.train[1]))
    yield from unless(
        (said["held"] == "agree to") == (said.number("held_by") < 1e-6), "the threshold says else"
    )
    if said["error"][0].isdigit():
        yield from option(said, float(said["error"]) / 100, 1e-6, 0.01, 0.2)


@claim(
    "weight-decay",
    r"1 − αλ/m = (?P<factor>−?[\d.e-]+), and in <epochs> epochs the length of all weights went from <start> to <end>\.",
    r"1 − αλ/m = (?P<factor>−?[\d.e-]+): at each step it turns every weight's sign and makes it <times> times as large\. \*\*At "
    r"epoch <gone>\*\* of <of> nothing was finite any more\.",
)
def decay(world: World, said: Said) -> Iterator[str]:
    factor = 1 - ratio(world.context)
    told = float(said["factor"].replace("−", "-"))
    yield from unless(abs(told - factor) <= 1e-3 * abs(factor) + 1e-12, f"the factor is {factor:g}")
    right = 0 if factor > 0 else 1 if factor > -1 else 2
    yield from unless(said.right == right, f"option {right} is right")
    if said.found.groupdict().get("start"):
        for name, s in (("start", 0), ("end", -1)):
            net = snapshot(world, "L2", world.k, s)
            yield from said.wrong(name, float(np.sqrt(sum(np.square(W).sum() for W in net.W))))


@claim(
    "cancelled-units",
    r"At λ = <lam> under L1, of <n> hidden units \*\*<alive> are alive, <constant> constant and <cut> cut\*\* \(.*?\)\."
    + ASIDE,
)
def units(world: World, said: Said) -> Iterator[str]:
    states = [state for units in world.net("L1", world.k).states(sizes_of(world)) for state in units]
    groups = [states.count(name) for name in ("alive", "constant", "cut")]
    yield from said.wrong("n", len(states))
    for name, n in zip(("alive", "constant", "cut"), groups, strict=True):
        yield from said.wrong(name, n)
    right = next((i for i, n in enumerate(groups) if 2 * n > len(states)), 3)
    yield from unless(said.right == right, f"option {right} is right")
    yield from aside(world, said)


@claim(
    "linear-part",
    r"At λ = <lam> under L2 \*\*<here:share>\*\* of the z of the hidden units that are alive lie within ±<band>(?:, <free:share> at "
    r"λ = 0)?\. Biases are not penalized, so a z can stay large while its weights shrink\.",
)
def linear_part(world: World, said: Said) -> Iterator[str]:
    shares = {}
    for name, k in (("here", world.k), ("free", 0)):
        if name in said:
            net = world.net("L2", k)
            alive = [np.array([state == "alive" for state in units]) for units in net.states()]
            Z = net.layers(world.train[0])
            z = np.concatenate([layer[one].ravel() for layer, one in zip(Z, alive, strict=False)])
            shares[name] = float((np.abs(z) <= band_of(world)).mean())
            yield from said.wrong_share(name, shares[name], tol=2e-3)
    yield from said.wrong("band", band_of(world), rel=2e-3)
    yield from option(said, shares["here"], 0.2, 0.5, 0.9)


@claim(
    "linear-model",
    r"At λ = <lam> under L2 the network and (?:logistic|softmax) regression differ on \*\*<differ:count> test rows\*\*, whose classes "
    r"are not looked at\.(?: An affine map to its logit has R² = <r2> there\.)?",
)
def linear_model(world: World, said: Said) -> Iterator[str]:
    net, (X, y) = world.net("L2", world.k), world.test
    if len(world.context.data.class_names) == 2 and world.context.lam > 0:
        differ = disagreed(net.logits(X), oracle.straight(*world.train, "L2", world.context.lam, X))
        if abs(differ - said.count("differ")) > 1:  # a row may lie on the boundary
            yield from said.wrong_count("differ", differ, len(y))
    if "r2" in said:
        yield from wrong_r2(world, said, "r2", net)
    share = said.count("differ") / len(y)
    yield from unless(said.right == (0 if share == 0 else 1 if share < 0.05 else 2), "the option is another")


@claim(
    "more-data-or-lambda",
    r"With <m> samples the mean cost on rows aside is <zero> at λ = 0, and lowest, <low>, at λ = <lam>\. (?:There no λ of the grid "
    r"costs less than none|Without a penalty even all <all> samples do not reach that|Without a penalty that takes about "
    r"\*\*<needed> samples\*\*, <times> times as many)\.",
)
def worth(world: World, said: Said) -> Iterator[str]:
    curves = world.context.run(bias_variance.curves_of(world.context))
    sizes, mean = curves[0].sizes, np.mean([one.test_cost for one in curves], axis=0)
    i = sizes.index(int(said.number("m")))
    yield from unless(
        i == int(np.abs(np.log(np.array(sizes[:-1]) * 4 / sizes[-1])).argmin()), "that is no quarter"
    )
    k = int(np.nanargmin(mean[i]))
    yield from said.wrong("zero", mean[i, 0])
    yield from said.wrong("low", mean[i, k])
    needed = np.inf
    for (m, above), (more, below) in pairwise(zip(sizes[i:], mean[i:, 0], strict=True)):
        if above > mean[i, k] >= below:
            needed = float(np.exp(np.log(m) + (above - mean[i, k]) / (above - below) * np.log(more / m)))
            break
    if "needed" in said:
        yield from said.wrong("needed", needed, rel=0.01, tol=1)
        yield from said.wrong("times", needed / sizes[i], rel=0.06)
        yield from option(said, needed / sizes[i], 1.25, 2)
    elif "all" in said:
        yield from unless(np.isinf(needed) and said.right == 3, f"{needed:g} samples do")


@claim(
    "where-zeros-come-from",
    r"At λ = <lam>, after <steps> steps, exactly zero are \*\*<found:count> weights\*\* by the subgradient, <clipped> by clipping and "
    r"<proximal> by the proximal step; in the certified optimum <best>\.",
)
def solver_zeros(world: World, said: Said) -> Iterator[str]:
    ends = {name: ran(world.context, name) for name in ("subgradient", "clip", "proximal")}
    found, clipped, proximal = (int((w == 0).sum()) for w in ends.values())
    best = int((solvers.race_of(world.context).optimum == 0).sum())
    yield from said.wrong_count("found", found, ends["clip"].size)
    yield from said.wrong("clipped", clipped)
    yield from said.wrong("proximal", proximal)
    yield from said.wrong("best", best)
    right = 0 if found == 0 else 1 if found < best else 2 if found == best else 3
    yield from unless(said.right == right, f"option {right} is right")

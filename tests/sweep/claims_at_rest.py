"""What pages say of networks at rest: Overview, L1 vs L2, Tanh, Hidden units."""

import zlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression

from core.selection import Validation
from core.settings import LAMS
from tests.sweep import oracle
from tests.sweep.oracle import Net
from tests.sweep.reading import LABEL, LABEL_OF, NAMES, Said, World, claim, listed, unless
from ui.topics import linearity
from ui.topics.overview.scores import expected
from ui.work.validation import validation


def position(said: Said, name: str = "lam") -> int:
    """Position of a λ that is told."""
    return LAMS.index(said.number(name))


def validations_of(world: World) -> dict[str, Validation]:
    """What the folds came to under each of the page's penalties, by its label."""
    names = [name for name, label in LABEL_OF.items() if label in world.runs]
    found = world.context.run(validation(world.context.settings, world.context.shelf, names))
    return {label: one for each in found for label, one in each.by_label.items()}


def folds_of(world: World, label: str) -> oracle.Folds:
    """The folds' costs at each λ."""
    return oracle.Folds(np.array(LAMS), validations_of(world)[label].costs)


def new_cost(world: World, label: str, k: int, rows: str) -> float:
    """The cost on new rows: of the folds, or on rows drawn from the truth."""
    if rows.startswith(("validated", "on rows kept aside")):
        return float(folds_of(world, label).mean[k])
    return world.net(label, k).cost(*world.context.settings.load_fresh())


# Overview


@claim(
    "overview",
    r"(?P<when>At λ = 0|After <epochs> epochs at λ = 0) the network gets <right:count> training samples right "
    r"at a cost of <cost>(?:; (?P<rows>on 20,000 rows that nobody has seen|on rows kept aside in folds) its cost "
    r"is \*\*<new>\*\*(?:, <times> times as much)?)?\.",
)
def memorized(world: World, said: Said) -> Iterator[str]:
    net, (X, y) = world.net("L1", 0), world.train
    cost = net.cost(X, y)
    yield from said.wrong_count("right", oracle.right(net.logits(X), y), len(y))
    yield from said.wrong("cost", cost, tol=1e-7)
    if said["when"] == "At λ = 0":
        yield from world.not_at_rest("L1", 0)
    if "new" in said:
        new = new_cost(world, "L1", 0, said["rows"])
        yield from said.wrong("new", new, rel=0.02)
        if "times" in said:
            yield from said.wrong("times", new / cost, rel=0.06)


@claim(
    "overview",
    rf"Under {LABEL}, cross-validation in <folds> folds finds no larger λ as good as λ = 0, <none>; on the training "
    r"rows that network costs <cost>, and a constant answer <constant>\.",
)
def ruled_none(world: World, said: Said) -> Iterator[str]:
    folds = folds_of(world, said["label"])
    yield from unless(folds.k_1se == 0, f"λ₁ₛₑ is {LAMS[folds.k_1se]:g}")
    yield from said.wrong("folds", len(folds.costs))
    yield from said.wrong("none", folds.mean[0])
    yield from said.wrong("cost", world.net(said["label"], 0).cost(*world.train), tol=1e-7)
    yield from said.wrong("constant", oracle.constant_cost(world.train[1], world.train[1]))


@claim(
    "overview",
    rf"Under {LABEL}, cross-validation in <folds> folds has its lowest cost at λₘᵢₙ = <min>, and chooses \*\*λ₁ₛₑ = "
    r"<lam>\*\*: a validated cost of \*\*<mean>\*\* \(± <error>\)(?: in place of <none> without a penalty)?"
    r"(?:, and in truth <true>(?: in place of <free>)?)?; on the training rows <cost>"
    r"(?P<away>; the network there is .* after [\d,]+ epochs)?\."
    r"(?P<even> That is not told from a constant answer, <constant>(?:, and neither is λₘᵢₙ's cost: the folds find (?P<nothing>nothing) to predict by\.|; λₘᵢₙ's cost is, <least>\.))?",
)
def ruled(world: World, said: Said) -> Iterator[str]:
    label, folds = said["label"], folds_of(world, said["label"])
    k = folds.k_1se
    yield from said.wrong("min", LAMS[folds.k_min])
    yield from said.wrong("lam", LAMS[k])
    yield from said.wrong("mean", folds.mean[k])
    yield from said.wrong("error", folds.error[k], rel=0.06, tol=1e-6)
    if "none" in said:
        yield from said.wrong("none", folds.mean[0])
    if "true" in said:
        yield from said.wrong("true", new_cost(world, label, k, "true"), rel=0.02)
        if "free" in said:
            yield from said.wrong("free", new_cost(world, label, 0, "true"), rel=0.02)
    yield from said.wrong("cost", world.net(label, k).cost(*world.train), tol=1e-7)
    if "away" not in said:
        yield from world.not_at_rest(label, k)
    constant = oracle.constant_cost(world.train[1], world.train[1])
    yield from unless(
        ("even" in said) == (folds.mean[k] + folds.error[k] >= constant),
        "praise, or none, is not as chance has it",
    )
    yield from said.wrong("folds", len(folds.costs))
    if "even" in said:
        low = folds.k_min
        yield from said.wrong("constant", constant)
        yield from unless(
            ("nothing" in said) == (folds.mean[low] + folds.error[low] >= constant), "λₘᵢₙ says else"
        )
        if "least" in said:
            yield from said.wrong("least", folds.mean[low])


@claim(
    "overview", r"Which λ is right is not validated yet\.", r"Validating in .* so it is not begun\.(?: .*)?"
)
def not_validated(world: World, said: Said) -> Iterator[str]:
    yield from unless(not expected(world.context).validations, "it is")


PART = r"{0} costs <{0}_cost> \((?:95 % interval <{0}_low> to <{0}_high>|too few rows for an interval)\) and is right "
PART += r"for <{0}_right:share> \(<{0}_from:share> to <{0}_to:share>\)"


@claim(
    "overview",
    r"The <n> test rows are used once, at λ₁ₛₑ: "
    + rf"(?:{PART.format('L1')})?(?:, )?(?:{PART.format('L2')})?; a constant answer costs <constant> and is right for "
    r"<share:share>\.(?: Row by row L1 costs <between> (?P<way>more|less) than L2 \(95 % interval <low> to <high>\), "
    r"(?P<told>which the rows do not tell from 0|an interval that leaves 0 out, as chance alone does about once in twenty times)\.)?",
)
def once(world: World, said: Said) -> Iterator[str]:
    X, y = world.test
    yield from said.wrong("n", len(y))
    yield from said.wrong("constant", oracle.constant_cost(world.train[1], y))
    yield from said.wrong_share("share", oracle.constant_right(world.train[1], y))
    costs = {}
    for label in ("L1", "L2"):
        if f"{label}_cost" not in said:
            continue
        Z = world.net(label, folds_of(world, label).k_1se).logits(X)
        costs[label], hits = oracle.entropies(Z, y), oracle.right(Z, y)
        yield from said.wrong(f"{label}_cost", costs[label].mean(), tol=1e-7)
        if f"{label}_low" in said:
            low, high = oracle.t_interval(costs[label])
            yield from said.wrong(f"{label}_low", max(0.0, low), rel=0.01, tol=1e-4)
            yield from said.wrong(f"{label}_high", high, rel=0.01, tol=1e-4)
        yield from said.wrong_share(f"{label}_right", hits / len(y))
        for name, truth in zip(("from", "to"), oracle.wilson(hits, len(y)), strict=True):
            yield from said.wrong_share(f"{label}_{name}", truth, tol=1e-3)
    if "between" in said:
        between = costs["L1"] - costs["L2"]
        low, high = oracle.t_interval(between)
        yield from said.wrong("between", abs(between.mean()), rel=0.06, tol=1e-6)
        yield from unless((said["way"] == "more") == (between.mean() > 0), "the sign is the other one")
        yield from said.wrong("low", low, rel=0.01, tol=1e-4)
        yield from said.wrong("high", high, rel=0.01, tol=1e-4)
        yield from unless(
            said["told"].startswith("an interval") == (not low <= 0 <= high), "the interval says else"
        )
        for label in ("L1", "L2"):
            yield from world.not_at_rest(label, folds_of(world, label).k_1se)


@claim(
    "overview",
    rf"(?P<much>Too much of it and the signal goes too: a|A)t λ = <lam> {LABEL}'s (?P<rows>true|validated|training) "
    r"cost is <new>, and its training cost <cost>(?:; without a penalty it is <free>)?\.",
)
def too_large(world: World, said: Said) -> Iterator[str]:
    label, k = said["label"], position(said)
    yield from said.wrong("new", new_cost(world, label, k, said["rows"]), rel=0.02)
    yield from said.wrong("cost", world.net(label, k).cost(*world.train), tol=1e-7)
    yield from world.not_at_rest(label, k)
    if not said["much"].startswith("Too"):
        return
    folds = folds_of(world, label)
    for other in (folds.k_1se, 0):
        if np.isfinite(folds.costs[:, other]).all():
            more = folds.costs[:, k] - folds.costs[:, other]
            error = more.std(ddof=1) / np.sqrt(len(more))
            yield from unless(more.mean() > 2 * error, f"the folds do not tell it from λ = {LAMS[other]:g}")
    constant = oracle.constant_cost(world.train[1], world.train[1])
    yield from unless(folds.mean[folds.k_1se] < constant, "there was no signal")
    if "free" in said:
        yield from unless(said.number("new") > said.number("free"), "it costs less than no penalty")
        yield from said.wrong("free", new_cost(world, label, 0, said["rows"]), rel=0.02)


@claim(
    "overview",
    *(
        rf"At the chosen λ = <lam> the (?P<rows>true|validated|training) cost is, under {parts}; a constant answer costs "
        r"<constant>\."
        for parts in listed(r"{label} <{name}>(?: \([^)]*\))?")
    ),
)
def at_the_chosen(world: World, said: Said) -> Iterator[str]:
    yield from said.wrong("lam", world.context.lam)
    y = world.train[1]
    on = world.context.settings.load_fresh()[1] if said["rows"] == "true" else y
    yield from said.wrong("constant", oracle.constant_cost(y, on))
    for label, name in NAMES.items():
        if name in said:
            if said["rows"] == "training":
                truth = world.net(label, world.k).cost(*world.train)
            else:
                truth = new_cost(world, label, world.k, said["rows"])
            yield from said.wrong(name, truth, rel=0.02)


# L1 vs L2


@claim(
    "sparsity",
    rf"At λ = <lam>, {LABEL} has set \*\*<zeros:count> weights(?: \(<share:share>\))?\*\* to exactly zero"
    r"(?:; the smallest that is left has the size <left>)?\.",
)
def zeros(world: World, said: Said) -> Iterator[str]:
    label, net = said["label"], world.net(said["label"], position(said))
    yield from said.wrong_count("zeros", net.zeros, net.size)
    if "share" in said:
        yield from said.wrong_share("share", net.zeros / net.size)
    if "left" in said:
        sizes = np.concatenate([np.abs(W).ravel() for W in net.W])
        yield from said.wrong("left", sizes[sizes > 0].min(), rel=0.06)
    if position(said):
        yield from world.not_at_rest(label, position(said))


@claim(
    "sparsity",
    rf"The exact optimum of {LABEL} at λ = <lam> has \*\*<zeros:count> weights\*\* exactly zero and J = <J>, proven to "
    r"within <gap>; the network's J is <own>\.",
)
def optimum(world: World, said: Said) -> Iterator[str]:
    label, k = said["label"], position(said)
    X, y = world.train
    w, b = _optimum(world, label, k)
    yield from unless(oracle.is_optimum(w, b, X, y, label, LAMS[k], 1e-4), "its conditions do not hold")
    yield from said.wrong_count("zeros", int((w == 0).sum()), w.size)
    best = Net([w[None]], [np.array([[b]])])
    J = best.cost(X, y) + sum(best.penalty(label, LAMS[k], len(y)))
    yield from said.wrong("J", J, rel=2e-5)
    net = world.net(label, k)
    own = net.cost(X, y) + sum(net.penalty(label, LAMS[k], len(y)))
    yield from said.wrong("own", own, rel=2e-5)
    yield from unless(own >= J - 1e-6, "the network is below the optimum")


def _optimum(world: World, label: str, k: int) -> tuple[np.ndarray, float]:
    from ui.topics.sparsity import optima_of

    path = optima_of(world.context).paths[label]
    return path.W[k - 1], float(path.b[k - 1])


@claim(
    "sparsity",
    r"With more than two classes the optimum is not computed exactly; what stands here is the network at rest, and "
    rf"{LABEL}'s J = <J> at λ = <lam> is proven to be at most <gap> above the smallest\.",
)
def proven(world: World, said: Said) -> Iterator[str]:
    label, k = said["label"], position(said)
    net, (X, y) = world.net(label, k), world.train
    J = net.cost(X, y) + sum(net.penalty(label, LAMS[k], len(y)))
    yield from said.wrong("J", J, rel=2e-5)
    _, before, after = net.fallen(X, y, label, LAMS[k], 100)
    yield from unless(before - after <= 1.1 * said.number("gap") + 1e-6, f"J still falls to {after:.6g}")


@claim(
    "sparsity",
    rf"{LABEL}(?P<exact>'s optimum)? has its first exact zero on this grid at λ = <first>"
    r"(?:; from λ = <all> on all <n> weights are zero, and the output is the same for every input)?\.",
    rf"At λ = <first>, the smallest λ at rest, {LABEL}(?P<exact>'s optimum)? has <zeros> of <n> weights exactly "
    r"zero(?:; from λ = <all> on all [\d,]+ weights are zero, and the output is the same for every input)?\.",
    rf"Of the networks at rest, {LABEL}(?P<exact>)'s first exact zero is at λ = <first>"
    r"(?:; from λ = <all> on all <n> weights are zero, and the output is the same for every input)?\.",
)
def zero_range(world: World, said: Said) -> Iterator[str]:
    label, n = said["label"], world.net(said["label"], 1).size
    exact = said.found.groupdict().get("exact")
    count = np.array(
        [
            int((_optimum(world, label, k)[0] == 0).sum()) if exact else world.net(label, k).zeros
            for k in range(1, len(LAMS))
        ]
    )
    rests = np.ones(len(count), bool) if exact else world.at_rest(label)[1:]
    some = [k for k in range(len(count)) if rests[k] and count[k]]
    yield from said.wrong("first", LAMS[some[0] + 1])
    if said.found.groupdict().get("n"):
        yield from said.wrong("n", n)
    if said.found.groupdict().get("zeros"):
        yield from said.wrong("zeros", count[some[0]])
        yield from unless(not rests[: some[0]].any(), "a smaller λ rests")
    if "all" in said:
        k = position(said, "all") - 1
        yield from unless(
            (count[k:] == n).all() and rests[k:].all(), "somewhere from there on weights are left"
        )
        yield from unless(k == 0 or not (count[k - 1] == n and rests[k - 1]), "it begins before")
    if exact:
        most = oracle.lam_max(*world.train, label)
        least = LAMS[position(said, "all")] if "all" in said else np.inf
        first = min((lam for lam in LAMS if lam >= most), default=np.inf)
        yield from unless(least == first, f"the corner holds all weights from λ = {most:.6g} on")


@claim(
    "sparsity",
    rf"At none of the <n> λ at rest has {LABEL}(?P<exact>'s optimum)? a weight that is exactly zero\.",
)
def no_zeros(world: World, said: Said) -> Iterator[str]:
    label, at = said["label"], range(1, len(LAMS))
    if "exact" in said:
        zeros = [k for k in at if (_optimum(world, label, k)[0] == 0).any()]
    else:
        at = [k for k in at if world.at_rest(label)[k]]
        zeros = [k for k in at if world.net(label, k).zeros]
    yield from said.wrong("n", len(at), rel=0)
    yield from unless(not zeros, "some are")


@claim(
    "sparsity",
    r"For this network without a hidden layer λₘₐₓ = 2·max\|Xᵀ\(y − ȳ\)\| = <max> is the λ from which on the best L1 fit "
    r"has no weight left\.",
)
def largest(world: World, said: Said) -> Iterator[str]:
    yield from said.wrong("max", oracle.lam_max(*world.train, "L1"), rel=6e-4)


@claim(
    "sparsity",
    r"(?P<label>L2)'s zeros, up to <most> at λ = <lam>, are not sparsity: with no signal left, the steps made these "
    r"weights smaller and smaller, until within <epochs> epochs they fell below the smallest number that float32 can hold\.",
)
def underflow(world: World, said: Said) -> Iterator[str]:
    rests = np.flatnonzero(world.at_rest("L2")[1:]) + 1
    counts = {int(k): world.net("L2", int(k)).zeros for k in rests}
    yield from said.wrong("most", max(counts.values()))
    yield from unless(counts[position(said)] == max(counts.values()), "the most are elsewhere")
    net = world.net("L2", position(said))
    left = np.concatenate([np.abs(W).ravel() for W in net.W])
    yield from unless(left.max() < 1e-6, "a signal is left")


@claim(
    "sparsity",
    r"What the penalties cost on new rows is not validated yet\.",
    r"Validating in .* it is not begun\.(?: .*)?",
)
def price_unknown(world: World, said: Said) -> Iterator[str]:
    yield from ()


@claim(
    "sparsity",
    *(
        rf"Mean accuracy of <folds> folds on rows kept aside: {parts}(?:, <free:share> without a penalty)?; a constant answer "
        r"has <constant:share>\."
        for parts in listed("{label} <{name}:share> at λ = <{name}_lam>")
    ),
)
def price(world: World, said: Said) -> Iterator[str]:
    for label, found in validations_of(world).items():
        shares, name = found.accuracies, NAMES[label]
        if name in said:
            yield from said.wrong_share(name, shares[:, position(said, f"{name}_lam")].sum() / len(shares))
        yield from said.wrong("folds", len(shares))
        if "free" in said and label in ("L1", "L2"):  # a further one is trained apart, and rounds apart
            yield from said.wrong_share("free", shares[:, 0].sum() / len(shares))
    yield from said.wrong_share("constant", oracle.constant_right(world.train[1], world.train[1]))


@claim(
    "sparsity",
    rf"What {LABEL} keeps it shrinks as well: at λ = <lam> the mean size of its <n> weights? is <size>"
    r"(?:, and <free> in a fit to these columns without a penalty\.|; fitted to these columns without a penalty they would "
    r"grow without end\.)",
)
def shrinkage(world: World, said: Said) -> Iterator[str]:
    w, _ = _optimum(world, said["label"], position(said))
    kept = w != 0
    yield from said.wrong("n", int(kept.sum()))
    yield from said.wrong("size", np.abs(w[kept]).mean())
    X, y = world.train
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000).fit(X[:, kept], y)
    if "free" in said:
        yield from said.wrong("free", np.abs(fit.coef_).mean(), rel=0.02)
    else:
        yield from unless(fit.score(X[:, kept], y) > 0.97, "no plane parts these classes")


@claim(
    "sparsity",
    rf"In bytes, {LABEL}'s network at λ = <lam> takes <dense> dense, <sparse> as index and value, <deflated> "
    r"deflated: (?:<saved:share> less than dense\.|no saving over the dense form\.) Without units that are not alive a "
    r"dense network takes <fewer>; with all weights rounded to 8 bits <eight>, which changes the class of <changed> of <n> "
    r"training rows\.",
)
def size(world: World, said: Said) -> Iterator[str]:
    net = world.net(said["label"], position(said))
    parts = [p.ravel() for p in (*net.W, *net.b)]
    dense = 4 * sum(p.size for p in parts)
    deflated = len(zlib.compress((np.concatenate(parts) + 0.0).astype("<f4").tobytes(), 9))
    yield from said.wrong("dense", dense, rel=0)
    yield from said.wrong("deflated", deflated, rel=0)
    best = min(said.number("sparse"), deflated)
    if "saved" in said:
        yield from said.wrong_share("saved", 1 - best / dense)
    else:
        yield from unless(best >= dense, "there is a saving")
    alive = [units.count("alive") for units in net.states()]
    widths = [net.W[0].shape[1], *alive, len(net.W[-1])]
    yield from said.wrong("fewer", 4 * sum(b * (a + 1) for a, b in pairwise(widths)), rel=0)
    yield from said.wrong("eight", net.size + 4 * sum(b.size + 1 for b in net.b), rel=0)
    scales = [max(np.abs(W).max(), 1e-300) / 127 for W in net.W]
    rounded = Net([np.round(W / s) * s for W, s in zip(net.W, scales, strict=True)], net.b)
    X, y = world.train
    yield from said.wrong("n", len(y))
    yield from said.wrong("changed", disagreed(net.logits(X), rounded.logits(X)), rel=0, tol=1)


def disagreed(Z: np.ndarray, other: np.ndarray) -> int:
    """How many rows two sets of logits (n_out, n) give another class."""
    of = [(z[0] > 0) if len(z) == 1 else z.argmax(axis=0) for z in (Z, other)]
    return int((of[0] != of[1]).sum())


@claim(
    "sparsity",
    rf"Of the <n> columns that decide the class, {LABEL} at λ = <lam> uses \*\*<found>\*\*(?:, missing .*)?; it "
    r"also uses <others> of the <rest> that decide nothing\.",
)
def needle(world: World, said: Said) -> Iterator[str]:
    used = set(np.flatnonzero(np.abs(world.net(said["label"], position(said)).W[0]).sum(axis=0)).tolist())
    truth = set(world.context.data.informative)
    yield from said.wrong("found", len(used & truth))
    yield from said.wrong("others", len(used - truth))


# Tanh


@claim(
    "linearity",
    rf"At λ = <lam> under {LABEL} no hidden unit is alive, so that there is no z to look at\.",
    rf"At λ = <lam> under {LABEL} the network has (?P<gone>collapsed), and what is left of its z says nothing of tanh\.",
    rf"At λ = <lam> under {LABEL}, \*\*<share:share>\*\* of the z of <n> hidden units? alive lie within ±<band>(?:, and the "
    r"affine map that fits its logit best on the training rows has R² = \*\*<r2>\*\* on the test rows)?\.",
)
def within(world: World, said: Said) -> Iterator[str]:
    net, (X, _) = world.net(said["label"], position(said)), world.train
    yield from world.not_at_rest(said["label"], position(said))
    alive = [np.array([state == "alive" for state in units]) for units in net.states()]
    if said.found.groupdict().get("gone"):
        yield from unless(bool(is_constant(net.logits(X))), "it answers samples each in its way")
        return
    if not said.found.groupdict().get("n"):
        yield from unless(not any(units.any() for units in alive), "some are")
        return
    yield from said.wrong("band", band_of(world), rel=2e-3)
    Z = net.layers(X)
    z = np.concatenate([layer[units].ravel() for layer, units in zip(Z, alive, strict=False)])
    inside = np.abs(z) <= band_of(world)
    yield from said.wrong("n", sum(int(units.sum()) for units in alive))
    yield from said.wrong_share("share", float(inside.mean()), tol=2e-3)
    if "r2" in said:
        yield from wrong_r2(world, said, "r2", net)


def band_of(world: World) -> float:
    """Up to which z the tangent is off by no more than the page's share."""
    share = world.context[linearity.DEVIATION]
    return float(brentq(lambda z: z - np.tanh(z) - share * z, 1e-6, 20))


def is_constant(Z: np.ndarray) -> bool:
    """Whether logits (n_out, n) are the same for every sample, up to what nobody could read."""
    Z = centred(Z)
    mean = Z.mean(axis=1, keepdims=True)
    deviation, intercept = np.sqrt(np.square(Z - mean).mean()), np.sqrt(np.square(mean).mean())
    return bool(deviation <= max(1.001e-3 * intercept, 1.001e-4))


def wrong_r2(world: World, said: Said, name: str, net: Net) -> Iterator[str]:
    """A problem where the R² on the test rows is told otherwise."""
    X, X_new = world.train[0], world.test[0]
    Z, Z_new = (centred(net.logits(rows)) for rows in (X, X_new))
    yield from said.wrong(name, oracle.affine_r2(X, Z, X_new, Z_new), rel=2e-3, tol=2e-3)


def centred(Z: np.ndarray) -> np.ndarray:
    """The softmax's logits, up to what it does not see."""
    return Z if len(Z) == 1 else Z - Z.mean(axis=0)


@claim(
    "linearity",
    rf"Of the networks at rest, {LABEL}'s R² on the test rows goes from <low> at λ = <first> to <high> at λ = "
    r"<last>\.",
)
def r2_over_the_grid(world: World, said: Said) -> Iterator[str]:
    for value, at in (("low", "first"), ("high", "last")):
        yield from wrong_r2(world, said, value, world.net(said["label"], position(said, at)))


@claim(
    "linearity",
    rf"(?:From λ = <first> on|At <n> λ, the first <some>,) {LABEL} has collapsed: to four digits every "
    r"sample gets the same answer\. That is not a linear model but a constant one, and its R² would be 0/0, or that of a remainder\.",
)
def collapsed(world: World, said: Said) -> Iterator[str]:
    spread = [is_constant(world.net(said["label"], k).logits(world.train[0])) for k in range(len(LAMS))]
    gone = np.array(spread) & world.at_rest(said["label"])
    if "first" in said:
        k = position(said, "first")
        yield from unless(gone[k:].all(), "somewhere from there on it is not")
        yield from unless(k == 0 or not gone[k - 1], "it begins before")
    else:
        yield from said.wrong("n", int(gone.sum()))
        yield from said.wrong("some", LAMS[int(np.flatnonzero(gone)[0])])


@claim(
    "linearity",
    rf"At λ = <lam> under {LABEL}, the network gives \*\*<straight:share>\*\* of the test rows, whose own classes are not "
    r"looked at, the same class as the optimum of logistic regression under the same λ, and \*\*<tangent:share>\*\* the same "
    r"as itself with every tanh replaced by its tangent\.",
)
def agreement(world: World, said: Said) -> Iterator[str]:
    label, k = said["label"], position(said)
    net, (X, _) = world.net(label, k), world.test
    linear, b = net.W[0], net.b[0]
    for W, c in zip(net.W[1:], net.b[1:], strict=True):
        linear, b = W @ linear, W @ b + c
    Z = net.logits(X)
    yield from said.wrong_share("tangent", 1 - disagreed(Z, linear @ X.T + b) / len(X), tol=1.1 / len(X))
    if LAMS[k] > 0 and len(world.context.data.class_names) == 2:
        straight = oracle.straight(*world.train, label, LAMS[k], X)
        yield from said.wrong_share("straight", 1 - disagreed(Z, straight) / len(X), tol=1.1 / len(X))


@claim(
    "linearity",
    r"With <m> training rows and <n> columns an affine map fits any logit, so that its R² would say nothing\.",
    r"On <few> test rows an R² is more chance than anything, so that none is told\.",
)
def no_r2(world: World, said: Said) -> Iterator[str]:
    X = world.train[0]
    if said.found.groupdict().get("few"):
        yield from unless(len(world.test[0]) < 10, "there are enough")
    else:
        yield from unless(len(X) <= np.linalg.matrix_rank(X - X.mean(axis=0)) + 1, "there are rows enough")


# Hidden units


def sizes_of(world: World) -> list[float]:
    """Up to which size a weight of each layer counts as none."""
    from ui.topics.hidden_units import TOLERANCE

    share = world.context[TOLERANCE]
    return [share * float(np.abs(W).max()) for W in world.net("L1", 0).W]


@claim(
    "hidden_units",
    rf"At λ = <lam> under {LABEL}, \*\*<alive> of <n>\*\* hidden units are alive, <constant> constant and <cut> cut; "
    r"<links:count> links count, and <inputs:count> inputs reach the output\.",
)
def units(world: World, said: Said) -> Iterator[str]:
    label, k, sizes = said["label"], position(said), sizes_of(world)
    net = world.net(label, k)
    yield from world.not_at_rest(label, k)
    states = [state for units in net.states(sizes) for state in units]
    yield from said.wrong("n", len(states))
    for name in ("alive", "constant", "cut"):
        yield from said.wrong(name, states.count(name))
    ends = Net([np.eye(net.W[0].shape[1]), *net.W, np.eye(len(net.W[-1]))], [])
    inputs, *_ = ends.states([0.5, *sizes, 0.5])
    told = said.number("links_of")
    yield from unless(told == net.size, f"there are {net.size} links")
    links = sum(int((np.abs(W) > size).sum()) for W, size in zip(net.W, sizes, strict=True))
    yield from said.wrong_count("links", links, net.size)
    yield from said.wrong_count("inputs", inputs.count("alive"), len(inputs))


@claim(
    "hidden_units",
    rf"{LABEL}'s (?:<n> constant units hand|one constant unit hands) on tanh\(b\) whatever the sample(?:, the largest "
    r"|: )unit <unit> of layer <layer> with a = <a>\. Biases are not penalized, so constant need not be zero\.",
)
def constant_units(world: World, said: Said) -> Iterator[str]:
    net = world.net(said["label"], world.k)
    states = net.states(sizes_of(world))
    at = {(l, i) for l, units in enumerate(states) for i, s in enumerate(units) if s == "constant"}
    told = int(said.number("layer")) - 1, int(said.number("unit")) - 1
    yield from unless(told in at, "it is not constant")
    yield from said.wrong("a", float(np.tanh(net.b[told[0]][told[1], 0])), tol=1e-6)
    yield from said.wrong("n", len(at)) if "n" in said else unless(len(at) == 1, "there are more")


@claim(
    "hidden_units",
    rf"{LABEL} keeps all <n> units alive from λ = <first>, the smallest at rest, to λ = <last>\.",
    rf"Of {LABEL}'s <n> units <free> count as alive at λ = 0, where no penalty acts: it is the tolerance that counts the others out; <end:text>\.",
    rf"On this grid {LABEL} first has fewer than <n> units alive at λ = <fewer>; <end:text>\.",
    rf"At λ = <fewer>, the smallest λ at rest, {LABEL} has <left> of <n> units alive; <end:text>\.",
    rf"Of the networks at rest, {LABEL} first has fewer than <n> units alive at λ = <fewer>; <end:text>\.",
)
def over_the_grid(world: World, said: Said) -> Iterator[str]:
    label, sizes, told = said["label"], sizes_of(world), said.found.groupdict()
    rests = [int(k) for k in np.flatnonzero(world.at_rest(label))]
    alive = {k: sum(u.count("alive") for u in world.net(label, k).states(sizes)) for k in rests}
    n = int(said.number("n"))
    yield from unless(n == sum(map(len, world.net(label, 0).states())), "there are not so many units")
    if told.get("first"):
        yield from unless(set(alive.values()) == {n}, "some units are lost")
        return
    lost = [k for k in rests if alive[k] < n]
    if told.get("free"):
        yield from said.wrong("free", alive[0])
    else:
        yield from unless(lost[0] > 0, "no penalty acts at λ = 0")
        yield from said.wrong("fewer", LAMS[lost[0]])
    if told.get("left"):
        yield from said.wrong("left", alive[lost[0]])
    if none := re_from(said["end"]):
        k = LAMS.index(none)
        yield from unless(all(alive.get(j, 1) == 0 for j in range(k, len(LAMS))), "some are left")
        yield from unless(k == 0 or alive.get(k - 1, 1) > 0, "it begins before")


def re_from(text: str) -> float | None:
    """λ from "from λ = … on none is left"."""
    words = text.split()
    return float(words[3]) if text.startswith("from λ = ") else None


@claim(
    "hidden_units",
    rf"Counted by exact zeros alone, {LABEL} has <zeros> units alive at this λ and not <alive>: the rest hang on "
    r"weights that are small, up to <share:share> of their layer's largest .*, but not zero\.",
)
def by_zeros(world: World, said: Said) -> Iterator[str]:
    net = world.net(said["label"], world.k)
    yield from said.wrong("zeros", sum(u.count("alive") for u in net.states()))
    yield from said.wrong("alive", sum(u.count("alive") for u in net.states(sizes_of(world))))


@claim(
    "hidden_units",
    *(
        r"Does it matter that small weights count as none\? Setting them to exactly zero at this λ changes the predicted class "
        rf"of {parts}\."
        for parts in listed(
            "<{name}:count> training rows and takes their cost from <{name}_cost> to <{name}_bare> under {label}"
        )
    ),
)
def matters(world: World, said: Said) -> Iterator[str]:
    X, y = world.train
    for label, name in NAMES.items():
        if name in said:
            net = world.net(label, world.k)
            bare = Net(
                [np.where(np.abs(W) <= s, 0, W) for W, s in zip(net.W, sizes_of(world), strict=True)], net.b
            )
            changed = disagreed(net.logits(X), bare.logits(X))
            if abs(changed - said.count(name)) > 1:  # a row may lie on the boundary
                yield from said.wrong_count(name, changed, len(y))
            yield from said.wrong(f"{name}_cost", net.cost(X, y), tol=1e-7)
            yield from said.wrong(f"{name}_bare", bare.cost(X, y), tol=1e-7)

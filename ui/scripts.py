"""For each picture a short script that computes its numbers again, with `core` alone."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from core import DATASETS, Settings
from ui.lesson import Lesson

HEAD = '''"""{title}: the numbers of this page of Regularization Lab, computed again with its core alone.

Run it where the core lies:  PYTHONPATH=path/to/regularization-lab python {file}
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
{imports}
'''
DATA_OF_YOURS = """# Your own data are in the run (.npz) of "Take away": put that file beside this script.
data = core.load_run("{file}").data
"""
TRAINED = """
n = len(LAMS)
both = core.train(  # one network for each λ and each penalty, all from the same start
    data.X_train,
    data.y_train,
    hidden={hidden},
    penalty=["l1"] * n + ["l2"] * n,
    lams=[*LAMS, *LAMS],
    learning_rate={learning_rate},
    epochs={epochs},
    seed={seed},
    snapshots={snapshots},
)
{name} = {{"L1": both.select(slice(0, n)), "L2": both.select(slice(n, 2 * n))}}
"""
CHOSEN = """k = LAMS.index({lam})  # the chosen λ
"""


def run_file(settings: Settings) -> str:
    """How the file of the run is called, which a script may have to find."""
    return f"regularization-lab-{settings.dataset}.npz"


def script_file(key: str) -> str:
    """How the script of a picture is called."""
    return f"regularization-lab-{key.replace('_', '-')}.py"


def head(key: str, title: str, imports: Sequence[str] = ()) -> str:
    """What every script begins with. imports: lines beyond NumPy's and core's own."""
    return HEAD.format(title=title, file=script_file(key), imports="\n".join(sorted(imports)))


def filled(body: str, settings: Settings, **more: object) -> str:
    """A template with the settings written in by their names, and what else it asks for."""
    return body.format(**asdict(settings), **more)


def load(settings: Settings) -> str:
    """The lines that load the data."""
    if settings.dataset not in DATASETS:
        return DATA_OF_YOURS.format(file=run_file(settings))
    more = ""
    if DATASETS[settings.dataset].synthetic:
        more = f", n_samples={settings.n_samples}, noise={settings.noise}"
    return f'data = core.load_dataset("{settings.dataset}", seed={settings.seed}{more})\n'


def train(lesson: Lesson, hidden: tuple[int, ...] | None = None, name: str = "runs") -> str:
    """The lines that train both penalties over the grid, as the dashboard does."""
    settings = lesson.settings if hidden is None else replace(lesson.settings, hidden=hidden)
    return filled(TRAINED, settings, name=name, snapshots=len(lesson.trained.runs["L1"].epochs))


def of_lesson(lesson: Lesson, key: str, title: str, imports: Sequence[str], body: str) -> str:
    """A script that loads, trains and then says what the page says."""
    begin = head(key, title, ["from core.settings import LAMS", *imports])
    chosen = CHOSEN.format(lam=lesson.settings.lam)
    return begin + "\n" + load(lesson.settings) + train(lesson) + chosen + body


OVERVIEW = """
for label, run in runs.items():
    fell = descended(run)  # networks whose J ended above its start are left out
    train_cost = np.where(fell, cost_on(run, data.X_train, data.y_train), np.nan)
    test_cost = np.where(fell, cost_on(run, data.X_test, data.y_test), np.nan)
    share = accuracy(run.predict_proba(data.X_test), data.y_test)
    best = best_lams(test_cost[None])[0]
    print(f"{label} at λ = {LAMS[k]:g}: test cost {test_cost[k]:.3g}, training cost {train_cost[k]:.3g}")
    print(f"{label} at λ = 0: test cost {test_cost[0]:.3g}, training cost {train_cost[0]:.3g}")
    if best > 0:
        print(f"{label} is best at λ = {LAMS[best]:g}: test cost {test_cost[best]:.3g}, ", end="")
        print(f"training cost {train_cost[best]:.3g}, test accuracy {100 * share[best]:.1f} %")
"""
OVERVIEW_IMPORTS = (
    "from core.measures import accuracy",
    "from core.variance import best_lams, cost_on, descended",
)


def overview(lesson: Lesson) -> str:
    """The overview's costs, and each penalty's best λ."""
    title = "With the right λ a network stops memorizing noise"
    return of_lesson(lesson, "overview", title, OVERVIEW_IMPORTS, OVERVIEW)


SPARSITY = """
for label, run in runs.items():
    zeros, n_weights = count_zeros(run.W), count_weights(run.W)
    share = accuracy(run.predict_proba(data.X_test), data.y_test)
    sizes = model_bytes(run.W, run.b)
    if run.diverged_at[k] >= 0:
        print(f"{label} at λ = {LAMS[k]:g}: diverged")
        continue
    print(f"{label} at λ = {LAMS[k]:g}: {zeros[k]:,} of {n_weights:,} weights exactly zero")
    print(f"{label} at λ = {LAMS[k]:g}: {100 * share[k]:.1f} % of the test rows right")
    if label == "L1":
        if zeros.any():
            print(f"L1's first exact zero on the grid: λ = {LAMS[np.flatnonzero(zeros)[0]]:g}")
        dense, sparse, deflated = (int(form[k]) for form in (sizes.dense, sizes.sparse, sizes.deflated))
        print(f"L1 in bytes: {dense:,} dense, {sparse:,} as index and value, {deflated:,} deflated")
"""


def sparsity(lesson: Lesson) -> str:
    """Zeros, accuracy and bytes at the chosen λ."""
    imports = ["from core.measures import accuracy, count_weights, count_zeros, model_bytes"]
    return of_lesson(lesson, "sparsity", "L1 makes weights exactly zero, L2 only small", imports, SPARSITY)


HISTOGRAMS = """
for label, run in runs.items():
    if run.diverged_at[k] >= 0:
        print(f"{label}: diverged")
        continue
    start, end = (np.concatenate([W[s, k].ravel() for W in run.history_W]) for s in (0, -1))
    print(f"{label}: median size of a weight {np.median(abs(start)):.2g} at the start, ", end="")
    print(f"{np.median(abs(end)):.2g} after {run.epochs[-1]:,} epochs")
    print(f"{label}: {(end == 0).sum():,} of {end.size:,} weights exactly zero")
    print(f"{label}: J = {run.cost[-1, k]:.4g} = {run.data_cost[-1, k]:.4g} + {run.penalty_cost[-1, k]:.4g}")
"""


def histograms(lesson: Lesson) -> str:
    """The weights' median size, the zeros, and J in its two parts."""
    title = "A penalty pulls the weights to zero, epoch by epoch"
    return of_lesson(lesson, "histograms", title, (), HISTOGRAMS)


LINEARITY = """
band = linear_band({deviation})
for label, run in runs.items():
    if run.diverged_at[k] >= 0:
        print(f"{{label}} at λ = {{LAMS[k]:g}}: diverged")
        continue
    Z = run.layers(data.X_train)
    units = [z.shape[1] for z in Z[:-1]]
    share = np.average([share_within(z, band) for z in Z[:-1]], axis=0, weights=units)[k]
    print(f"{{label}} at λ = {{LAMS[k]:g}}: {{100 * share:.1f}} % of z within ±{{band:.3f}}")
    r2 = affine_r2(data.X_train, Z[-1][[k]])[0]
    if np.isnan(r2):
        print(f"{{label}} at λ = {{LAMS[k]:g}}: collapsed, the logit is the same for every sample")
        continue
    P = run.predict_proba(data.X_test)
    same = agreement(P, logistic[label].predict_proba(data.X_test))[k]
    tangent = agreement(P, run.predict_proba(data.X_test, tangent=True))[k]
    print(f"{{label}} at λ = {{LAMS[k]:g}}: R² of the best affine map {{r2:.4g}}")
    print(f"{{label}} at λ = {{LAMS[k]:g}}: {{100 * same:.1f}} % as logistic regression, ", end="")
    print(f"{{100 * tangent:.1f}} % as with tangents")
"""


def linearity(lesson: Lesson, deviation: float) -> str:
    """How linear units and network are at the chosen λ."""
    begin = head(
        "linearity",
        "Small weights keep tanh in its linear part",
        [
            "from core.measures import affine_r2, agreement, linear_band, share_within",
            "from core.settings import LAMS",
        ],
    )
    trained = train(lesson) + train(lesson, (), "logistic") + CHOSEN.format(lam=lesson.settings.lam)
    return begin + "\n" + load(lesson.settings) + trained + LINEARITY.format(deviation=deviation)


HIDDEN_UNITS = """
free = [W[0] for W in runs["L1"].W]  # the weights at λ = 0, or at the start where that diverged
if not all(np.isfinite(W).all() for W in free):
    free = [W[0, 0] for W in runs["L1"].history_W]
sizes = [{share} * float(abs(W).max()) for W in free]  # up to where a weight counts as none
for label, run in runs.items():
    if run.diverged_at[k] >= 0:
        print(f"{{label}} at λ = {{LAMS[k]:g}}: diverged")
        continue
    W = [np.where(abs(layer) <= size, 0, layer) for layer, size in zip(run.W, sizes)]
    ends = [np.broadcast_to(np.eye(n), (len(LAMS), n, n)) for n in (W[0].shape[2], W[-1].shape[1])]
    states = unit_states([ends[0], *W, ends[1]])
    alive, constant, cut = (
        count_units(states[1:-1], state).sum(axis=0)[k] for state in ("alive", "constant", "cut")
    )
    print(f"{{label}} at λ = {{LAMS[k]:g}}: {{alive}} of {{sum(run.hidden)}} hidden units alive, ", end="")
    print(f"{{constant}} constant, {{cut}} cut")
    print(f"{{label}} at λ = {{LAMS[k]:g}}: {{(states[0][k] == 'alive').sum()}} inputs reach the output")
"""


def hidden_units(lesson: Lesson, share: float) -> str:
    """Hidden units and inputs by their state at the chosen λ."""
    imports = ["from core.measures import count_units, unit_states"]
    title = "A large λ cancels hidden units"
    return of_lesson(lesson, "hidden_units", title, imports, HIDDEN_UNITS.format(share=share))


WEIGHT_DECAY = """
run = runs["L2"]
update = take_apart(run, data.X_train, data.y_train, k)
ratio = run.learning_rate * LAMS[k] / run.m
print(f"λ = {LAMS[k]:g}: αλ/m = {ratio:.3g}, and 1 − αλ/m = {1 - ratio:.4g}")
print(f"The step after epoch {update.epochs[-1]:,}:")
for l, W in enumerate(update.W):
    together = update.after[l][-1] - W[-1]
    shrink, step = np.linalg.norm(update.shrink[l][-1]), np.linalg.norm(update.step[l][-1])
    print(f"layer {l + 1}: shrink {shrink:.3g}, gradient step {step:.3g}, ", end="")
    print(f"together {np.linalg.norm(together):.3g}")
for g in (0.1, 1.0, 10.0):
    ends = [f(np.array([g]), 3000, 1.0, 0.1, 0.001)[-1, 0] for f in (adam_l2, adamw)]
    print(f"Adam + L2 on a gradient of ±{g:g}: {ends[0]:.4f}; AdamW: {ends[1]:.4f}")
"""


def weight_decay(lesson: Lesson) -> str:
    """The last step in its two parts, and Adam's two ways."""
    imports = ["from core.decay import adam_l2, adamw, take_apart"]
    title = "One L2 step is a shrink and a gradient step"
    return of_lesson(lesson, "weight_decay", title, imports, WEIGHT_DECAY)


BIAS_VARIANCE = """
sizes = {sizes}
curves = []
for seed in {seeds}:
    # a seed draws the split, the samples and the first weights
    {load}
    curves.append(
        learning_curves(data, sizes, {hidden}, "{penalty}", LAMS, {learning_rate}, {epochs}, seed)
    )
k = LAMS.index({lam})  # the chosen λ
test, train = band(curves, "test_cost").mean, band(curves, "train_cost").mean
share = band(curves, "test_accuracy").mean
print(f"At λ = {{LAMS[k]:g}} under {{label}}, {{sizes[-1]:,}} samples:")
print(f"test cost {{test[-1, k]:.3g}}, training cost {{train[-1, k]:.3g}}, ", end="")
print(f"test accuracy {{100 * share[-1, k]:.1f}} %")
best = best_lams(test)[-1]
if best >= 0:
    print(f"The lowest mean test cost, {{test[-1, best]:.3g}}, is at λ = {{LAMS[best]:g}}")
    print(f"Without a penalty it is {{test[-1, 0]:.3g}}")
"""
ONE_SPLIT = "# Your data: the file holds the split of one seed, so all seeds share it; the page splits anew."


def bias_variance(
    settings: Settings, penalty: str, sizes: Sequence[int], seeds: Sequence[int], test_share: float
) -> str:
    """Mean costs over the seeds at the chosen λ and at the best one."""
    begin = head(
        "bias_variance",
        "Too much variance: get more data, or regularize",
        ["from core.settings import LAMS", "from core.variance import band, best_lams, learning_curves"],
    )
    if settings.dataset in DATASETS:
        lines = load(replace(settings, seed=0)).strip().replace("seed=0", "seed=seed")
        lines = f"{lines[:-1]}, test_share={test_share})"
    else:
        lines = "\n    ".join([ONE_SPLIT, *load(settings).strip().split("\n")])
    study = {"sizes": tuple(sizes), "seeds": tuple(seeds), "penalty": penalty}
    body = filled(BIAS_VARIANCE, settings, load=lines, **study)
    return begin + body.replace("{label}", penalty.upper())


GRADIENT_CHECK = """
X, y = data.X_train, data.y_train
if len(y) > {max_rows}:  # the page takes so many rows, of each class the same share
    kept = stratified_split(y, 1 - {max_rows} / len(y), np.random.default_rng({seed}))
    X, y = X[kept], y[kept]
g = gradients(
    X, y, {hidden}, "{penalty}", {lam}, {seed}, mistake={mistake!r}, at_most={at_most}
)
print(f"λ = {lam:g}, {{len(y)}} rows, {{g.n_checked:,}} of {{g.n_parameters:,}} weights and biases moved")
print(f"largest relative error of a layer: {{g.relative_error.max():.2g}}")
"""


def gradient_check(settings: Settings, penalty: str, mistake: str | None, max_rows: int, at_most: int) -> str:
    """The largest relative error of a layer."""
    begin = head(
        "gradient_check",
        "The penalty's gradient, checked against J itself",
        ["from core.datasets import stratified_split", "from core.gradient import gradients"],
    )
    bounds = {"max_rows": max_rows, "at_most": at_most}
    body = filled(GRADIENT_CHECK, settings, penalty=penalty, mistake=mistake, **bounds)
    return begin + "\n" + load(settings) + body


SOLVERS = """
y = (data.y_train == {target}).astype(int)
result = race(data.X_train, y, {lam}, {learning_rate}, {steps}, {seed})
zeros = (result.optimum == 0).sum()
print(f"λ = {lam:g}: the optimum has {{zeros}} of {{result.optimum.size}} weights exactly zero ", end="")
print(f"and J = {{result.optimum_cost:.6g}}")
for name in SOLVERS:
    excess = result.excess(name)[-1]
    if np.isnan(excess):
        print(f"{{name}} diverged")
        continue
    print(f"after {{result.steps[-1]:,}} steps {{name}} has {{result.zeros(name)[-1]}} zeros, ", end="")
    print(f"J within {{excess:.2g}} of J*")
"""


def solvers(settings: Settings, target: int, steps: int) -> str:
    """Zeros and J of each solver and of the optimum."""
    imports = ["from core.solvers import SOLVERS, race"]
    body = filled(SOLVERS, settings, target=target, steps=steps)
    return head("solvers", "Where exact zeros come from", imports) + "\n" + load(settings) + body


CONVERTER = """
problem = Problem(
    lam={lam},
    penalty="{penalty}",
    m={m},
    learning_rate={learning_rate},
    hidden={hidden},
    n_features={n_features},
    n_classes={n_classes},
    epochs={epochs},
)
for entry in converted(problem):
    value = "none" if entry.value is None else f"{{entry.value:.6g}}"
    print(f"{{entry.library}}, {{entry.option}}: {{value}}")
"""


def converter(problem: object) -> str:
    """λ's value in each library. problem: a `core.convert.Problem`."""
    begin = head(
        "converter", "The same λ in other libraries", ["from core.convert import Problem, converted"]
    )
    return begin + CONVERTER.format(**vars(problem))

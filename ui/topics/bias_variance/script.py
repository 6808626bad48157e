"""Too much variance, more data or more λ: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-bias-variance.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.decomposition import bootstrap, decompose, fresh_set, true_shares
from core.network import targets
from core.variance import band, best_lams, learning_curves, sample_sizes

settings = core.Settings()
data = settings.load()
penalty = "l2"
n_sets = 5

# Training sets are drawn from the truth where that can be done, else from the training rows with replacement.
# Each is measured on rows aside; of some of these, the same for all sets, the probabilities are kept.
n_classes, has_truth = len(data.class_names), settings.is_synthetic
sizes, n_kept = sample_sizes(data.m, n_classes), 500 if n_classes == 2 else 100
drawn = settings.seed, settings.n_samples, settings.noise
if has_truth:
    rows = np.arange(n_kept)
    aim = true_shares(data, *drawn, n_kept)
else:
    rows = np.sort(np.random.default_rng(settings.seed).permutation(data.m)[:n_kept])
    aim = targets(data.y_train[rows], n_classes, "float64")

curves, answers = [], []
for i in range(n_sets):
    again = fresh_set(data, *drawn, i) if has_truth else bootstrap(data, settings.seed, i)
    keep = np.flatnonzero(np.isin(again.rows, rows))
    one = learning_curves(
        again.data,
        sizes,
        settings.hidden,
        penalty,
        core.LAMS,
        settings.learning_rate,
        settings.epochs,
        settings.seed + i,
        keep=keep,
    )
    kept = np.full((*one.answers.shape[:3], len(rows)), np.nan, np.float32)
    kept[..., np.searchsorted(rows, again.rows[keep])] = one.answers
    curves.append(one)
    answers.append(kept)
k = core.LAMS.index(settings.lam)  # the chosen λ

aside, train = band(curves, "test_cost").mean, band(curves, "train_cost").mean
share = band(curves, "test_accuracy").mean
label = core.PENALTIES[penalty].label
print(f"At λ = {settings.lam:g} under {label}, {sizes[-1]:,} samples:")
print(
    f"cost {aside[-1, k]:.3g} aside, {train[-1, k]:.3g} in training, {100 * share[-1, k]:.1f} % right aside"
)
parts = decompose(answers, aim, has_truth)
print(
    f"error of the probability {parts.error[-1, k]:.3g}, of which variance {parts.variance[-1, k]:.3g}, ",
    end="",
)
if has_truth:
    print(f"noise {parts.noise[-1, k]:.3g}, bias² {parts.bias[-1, k]:.3g}")
else:
    print(f"noise and bias² together {parts.bias[-1, k]:.3g}")
lowest = best_lams(aside)[-1]
if lowest >= 0:
    print(f"The lowest mean cost aside, {aside[-1, lowest]:.3g}, is at λ = {core.LAMS[lowest]:g}")
    print(f"Without a penalty it is {aside[-1, 0]:.3g}")

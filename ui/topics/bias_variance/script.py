"""Too much variance, more data or more λ: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-bias-variance.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

from dataclasses import replace

import core
from core.variance import band, best_lams, learning_curves, sample_sizes

settings = core.Settings()
data = settings.load()
penalty = "l2"
test_share = 0.3
seeds = [0, 1, 2]

# A seed draws the split, the samples and the first weights. Of your own data the file holds the split of one
# seed, so all seeds share it; the page splits anew.
is_own = settings.dataset not in core.DATASETS
drawn = [data if is_own else replace(settings, seed=seed).load(test_share) for seed in seeds]
sizes = sample_sizes(min(one.m for one in drawn), len(data.class_names))
curves = [
    learning_curves(
        one,
        sizes,
        settings.hidden,
        penalty,
        core.LAMS,
        settings.learning_rate,
        settings.epochs,
        seed,
    )
    for one, seed in zip(drawn, seeds, strict=True)
]
k = core.LAMS.index(settings.lam)  # the chosen λ

test, train = band(curves, "test_cost").mean, band(curves, "train_cost").mean
share = band(curves, "test_accuracy").mean
label = core.PENALTIES[penalty].label
print(f"At λ = {settings.lam:g} under {label}, {sizes[-1]:,} samples:")
print(f"test cost {test[-1, k]:.3g}, training cost {train[-1, k]:.3g}, ", end="")
print(f"test accuracy {100 * share[-1, k]:.1f} %")
best = best_lams(test)[-1]
if best >= 0:
    print(f"The lowest mean test cost, {test[-1, best]:.3g}, is at λ = {core.LAMS[best]:g}")
    print(f"Without a penalty it is {test[-1, 0]:.3g}")

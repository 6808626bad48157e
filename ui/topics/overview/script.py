"""With the right λ a network stops memorizing noise: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-overview.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.measures import accuracy
from core.variance import best_lams

settings = core.Settings()
data = settings.load()
# Every penalty at every λ, all from the same start, by accelerated steps until they rest.
runs = core.train_grid(data, settings, snapshots=2, method="accelerated")
k = core.LAMS.index(settings.lam)  # the chosen λ

for label, run in runs.items():
    # networks that diverged or swing are left out
    train_cost = np.where(run.sound, run.cross_entropy(data.X_train, data.y_train), np.nan)
    test_cost = np.where(run.sound, run.cross_entropy(data.X_test, data.y_test), np.nan)
    share = accuracy(run.predict_proba(data.X_test), data.y_test)
    best = best_lams(test_cost[None])[0]
    for j in (k, 0):
        print(f"{label} at λ = {run.lams[j]:g}: test cost {test_cost[j]:.3g}, ", end="")
        print(f"training cost {train_cost[j]:.3g}")
    if best > 0:
        print(f"{label} is best at λ = {run.lams[best]:g}: test cost {test_cost[best]:.3g}, ", end="")
        print(f"training cost {train_cost[best]:.3g}, test accuracy {100 * share[best]:.1f} %")

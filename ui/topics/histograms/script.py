"""Where the weights go, epoch by epoch: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-histograms.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core

settings = core.Settings()
data = settings.load()
runs = core.train_grid(data, settings, snapshots=2)  # every penalty at every λ, all from the same start
k = core.LAMS.index(settings.lam)  # the chosen λ

for label, run in runs.items():
    if not run.sound[k]:
        print(f"{label}: {run.state[k]}")
        continue
    start, end = (np.concatenate([W[s, k].ravel() for W in run.history_W]) for s in (0, -1))
    print(f"{label}: median size of a weight {np.median(abs(start)):.2g} at the start, ", end="")
    print(f"{np.median(abs(end)):.2g} after {run.epochs[-1]:,} epochs")
    print(f"{label}: {(end == 0).sum():,} of {end.size:,} weights exactly zero")
    print(f"{label}: J = {run.cost[-1, k]:.4g} = {run.data_cost[-1, k]:.4g} + {run.penalty_cost[-1, k]:.4g}")

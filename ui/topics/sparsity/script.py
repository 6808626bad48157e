"""L1 makes weights exactly zero, L2 only small: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-sparsity.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.measures import count_weights, count_zeros, model_bytes

settings = core.Settings()
data = settings.load()
# Which penalties stand beside each other.
penalties = ("l1", "l2")
# Every penalty at every λ, all from the same start, by accelerated steps until they rest.
runs = core.train_grid(data, settings, snapshots=2, method="accelerated", penalties=penalties)
k = core.LAMS.index(settings.lam)  # the chosen λ

for label, run in runs.items():
    at = f"{label} at λ = {run.lams[k]:g}"
    if not run.at_rest[k]:
        print(f"{at}: {run.rest.residual[k]:.2g} from rest")
        continue
    zeros, n_weights = count_zeros(run.W), count_weights(run.W)
    print(f"{at}: {zeros[k]:,} of {n_weights:,} weights exactly zero")
    if core.PENALTIES[run.penalty[k]].is_sparse:
        found = np.flatnonzero(run.at_rest & (run.lams > 0) & (zeros > 0))
        if found.size:
            print(f"{label}'s first exact zero at rest on the grid: λ = {run.lams[found[0]]:g}")
        sizes = model_bytes(run.W, run.b)
        dense, sparse, deflated = (int(form[k]) for form in (sizes.dense, sizes.sparse, sizes.deflated))
        print(f"{label} in bytes: {dense:,} dense, {sparse:,} as index and value, {deflated:,} deflated")

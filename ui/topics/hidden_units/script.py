"""A large λ cancels hidden units: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-hidden-units.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.measures import count_units, unit_states

settings = core.Settings()
# Up to this share of its layer's largest weight, a weight counts as none.
share = 0.01
# Which penalties stand beside each other.
penalties = ("l1", "l2")
data = settings.load()
# Every penalty at every λ, all from the same start, by accelerated steps until they rest.
runs = core.train_grid(data, settings, snapshots=2, method="accelerated", penalties=penalties)
k = core.LAMS.index(settings.lam)  # the chosen λ

first = next(iter(runs.values()))
free = [W[0] for W in first.W]  # the weights at λ = 0, or at the start where that diverged
if not all(np.isfinite(W).all() for W in free):
    free = [W[0, 0] for W in first.history_W]
sizes = [share * float(abs(W).max()) for W in free]  # up to where a weight counts as none

for label, run in runs.items():
    if not run.at_rest[k]:
        print(f"{label} at λ = {settings.lam:g}: {run.rest.residual[k]:.2g} from rest")
        continue
    W = [np.where(abs(layer) <= size, 0, layer) for layer, size in zip(run.W, sizes, strict=True)]
    ends = [np.broadcast_to(np.eye(n), (len(core.LAMS), n, n)) for n in (W[0].shape[2], W[-1].shape[1])]
    states = unit_states([ends[0], *W, ends[1]])
    alive, constant, cut = (
        count_units(states[1:-1], state).sum(axis=0)[k] for state in ("alive", "constant", "cut")
    )
    print(f"{label} at λ = {settings.lam:g}: {alive} of {sum(run.hidden)} hidden units alive, ", end="")
    print(f"{constant} constant, {cut} cut")
    print(f"{label} at λ = {settings.lam:g}: {(states[0][k] == 'alive').sum()} inputs reach the output")

"""Where exact zeros come from: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-solvers.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.solvers import SOLVERS, race

settings = core.Settings()
data = settings.load()
# The class that is held against the rest, and how many steps each solver takes.
target = 1
steps = 3000

# At λ = 0 there is nothing to compare, and the page shows the smallest λ above it.
lam = settings.lam or core.LAMS[1]
y = (data.y_train == target).astype(int)
result = race(data.X_train, y, lam, settings.learning_rate, steps, settings.seed)
zeros = (result.optimum == 0).sum()
print(f"λ = {lam:g}: the optimum has {zeros} of {result.optimum.size} weights exactly zero ", end="")
print(f"and J = {result.optimum_cost:.6g}")
for name in SOLVERS:
    excess = result.excess(name)[-1]
    if np.isnan(excess):
        print(f"{name} diverged")
        continue
    print(f"after {result.steps[-1]:,} steps {name} has {result.zeros(name)[-1]} zeros, ", end="")
    print(f"J within {excess:.2g} of J*")

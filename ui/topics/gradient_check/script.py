"""The penalty's gradient, checked against J itself: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-gradient-check.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import core
from core.gradient import check

settings = core.Settings()
data = settings.load()
penalty = "l2"
# What backpropagation forgets on purpose: "no_penalty", "no_slope", or None for nothing.
mistake = None

# Of many rows it takes some, the same share of each class, with λ less by as much; of many weights and biases
# some: the seed draws.
found = check(data, settings.hidden, penalty, settings.lam, settings.seed, mistake)
g = found.gradients
print(f"λ = {found.lam:g}, {found.rows} rows, {g.n_checked:,} of {g.n_parameters:,} weights and biases moved")
print(f"largest relative error of a layer: {g.relative_error.max():.2g}")

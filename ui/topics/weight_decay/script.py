"""One L2 step is a shrink and a gradient step: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-weight-decay.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.decay import adam_l2, adamw, take_apart

settings = core.Settings()
data = settings.load()
# Epochs that are kept. Of a network that diverges, the last of them before that is taken apart.
snapshots = 60
runs = core.train_grid(data, settings, snapshots)  # every penalty at every λ, all from the same start
k = core.LAMS.index(settings.lam)  # the chosen λ

penalty = core.PENALTIES["l2"]
run = runs[penalty.label]
update = take_apart(run, data.X_train, data.y_train, k)
ratio = penalty.decay_ratio(settings.lam, run.m, run.learning_rate)
print(f"λ = {settings.lam:g}: αλ/m = {ratio:.3g}, and 1 − αλ/m = {1 - ratio:.4g}")
print(f"The step after epoch {update.epochs[-1]:,}:")
for l, W in enumerate(update.W):
    together = update.after[l][-1] - W[-1]
    shrink, step = np.linalg.norm(update.shrink[l][-1]), np.linalg.norm(update.step[l][-1])
    print(f"layer {l + 1}: shrink {shrink:.3g}, gradient step {step:.3g}, ", end="")
    print(f"together {np.linalg.norm(together):.3g}")

# Adam's two ways: a weight from 1, its gradient alternating between −g and +g
steps = 3000
decay = 0.1
rate = 0.001
for g in (0.1, 1.0, 10.0):
    ends = [float(optimizer(g, steps, 1.0, decay, rate)[-1]) for optimizer in (adam_l2, adamw)]
    print(f"Adam + L2 on a gradient of ±{g:g}: {ends[0]:.4f}; AdamW: {ends[1]:.4f}")

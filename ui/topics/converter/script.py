"""The same λ in other libraries: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-converter.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import core
from core.convert import Problem, converted

settings = core.Settings()
data = settings.load()
penalty = "l2"

problem = Problem(
    lam=settings.lam,
    penalty=penalty,
    m=data.m,
    learning_rate=settings.learning_rate,
    hidden=settings.hidden,
    n_features=data.n_features,
    n_classes=len(data.class_names),
    epochs=settings.epochs,
)
for entry in converted(problem):
    value = "none" if entry.value is None else f"{entry.value:.6g}"
    print(f"{entry.library}, {entry.option}: {value}")

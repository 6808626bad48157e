"""Choosing λ on the training rows: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-choosing.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import core
from core.intervals import on_test_rows
from core.selection import Fit

settings = core.Settings()
data = settings.load()
# What is validated, under which penalty, and the rule that chooses: "min" or "1se".
hidden = ()
penalty = "l1"
rule = "1se"

fit = Fit(hidden, settings.learning_rate, settings.epochs, settings.seed)
found = core.cross_validate(
    data.X_train,
    data.y_train,
    hidden,
    penalty,
    seed=settings.seed,
    learning_rate=settings.learning_rate,
    epochs=settings.epochs,
)
print(f"{found.folds} folds: λₘᵢₙ = {found.lam_min:g}, λ₁ₛₑ = {found.lam_1se:g}")
k = found.k_by(rule)
if k < 0:
    raise SystemExit("at every λ the fit of some fold has no end or diverged")
print(f"the rule {rule} chooses λ = {found.lams[k]:g}: ", end="")
print(f"validated cost {found.mean[k]:.3g}, standard error {found.se[k]:.2g}")

rows, lams = (data.X_train, data.y_train), found.lams
answers = fit.answers(rows, data.X_test, (penalty,) * lams.size, lams)
used = on_test_rows(answers.Z[k], data.y_test, data.y_train)
print(f"on the test rows, used once: cost {used.cost.value:.3g} ({used.cost.low:.3g} to ", end="")
print(f"{used.cost.high:.3g}), {100 * used.accuracy.value:.1f} % right; ", end="")
print(f"a constant answer costs {used.constant_cost.value:.3g}")

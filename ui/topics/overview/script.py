"""With the right λ a network stops memorizing noise: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-overview.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import core

settings = core.Settings()
data = settings.load()
# Every penalty at every λ, all from the same start, by accelerated steps until they rest.
runs = core.train_grid(data, settings, snapshots=2, method="accelerated")
# The same, each in turn without a part of the training rows, and measured on that part.
validated = core.cross_validate(
    data.X_train,
    data.y_train,
    settings.hidden,
    penalty=[name for name in core.LECTURED for _ in core.LAMS],
    lams=core.LAMS * len(core.LECTURED),
    seed=settings.seed,
    learning_rate=settings.learning_rate,
    epochs=settings.epochs,
)
fresh = settings.load_fresh()  # rows that nobody has seen, where they can be drawn
k = core.LAMS.index(settings.lam)  # the chosen λ

for i, (label, run) in enumerate(runs.items()):
    found = validated.select(slice(i * len(core.LAMS), (i + 1) * len(core.LAMS)))
    rule = found.k_1se
    cost = run.cross_entropy(data.X_train, data.y_train)
    print(
        f"{label}: λₘᵢₙ = {found.lam_min:g}, λ₁ₛₑ = {found.lam_1se:g}; there the validated cost is ", end=""
    )
    print(f"{found.mean[rule]:.3g} (± {found.se[rule]:.2g}), and the training cost {cost[rule]:.3g}")
    if fresh is not None:
        true = run.cross_entropy(*fresh)
        for j in (k, 0, rule):
            if run.sound[j]:
                print(f"{label} at λ = {run.lams[j]:g}: true cost {true[j]:.3g}")

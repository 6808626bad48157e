"""Small weights keep tanh in its linear part: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-linearity.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.measures import affine_r2, agreement, linear_band, share_in_band

settings = core.Settings()
# The band ends where tanh z falls short of z by this share.
deviation = 0.05
data = settings.load()
# Every penalty at every λ, all from the same start, by accelerated steps until they rest.
runs = core.train_grid(data, settings, snapshots=2, method="accelerated")
straight = core.train_grid(data, settings, snapshots=2, hidden=(), method="accelerated")
k = core.LAMS.index(settings.lam)  # the chosen λ

band = linear_band(deviation)
for label, run in runs.items():
    if not run.at_rest[k]:
        print(f"{label} at λ = {settings.lam:g}: {run.rest.residual[k]:.2g} from rest")
        continue
    Z = run.layers(data.X_train)
    share = share_in_band(Z[:-1], band)[k]
    print(f"{label} at λ = {settings.lam:g}: {100 * share:.1f} % of z within ±{band:.3f}")
    r2 = affine_r2(data.X_train, Z[-1][[k]])[0]
    if np.isnan(r2):
        print(f"{label} at λ = {settings.lam:g}: collapsed, the logit is the same for every sample")
        continue
    print(f"{label} at λ = {settings.lam:g}: R² of the best affine map {r2:.4g}")
    if not straight[label].at_rest[k]:
        continue
    P = run.predict_proba(data.X_test)
    same = agreement(P, straight[label].predict_proba(data.X_test))[k]
    tangent = agreement(P, run.predict_proba(data.X_test, tangent=True))[k]
    print(f"{label} at λ = {settings.lam:g}: {100 * same:.1f} % as logistic regression, ", end="")
    print(f"{100 * tangent:.1f} % as with tangents")

"""Small weights keep tanh in its linear part: the numbers of this page of Regularization Lab.

They are computed again with its core alone. Run it where the core lies:
PYTHONPATH=path/to/regularization-lab python regularization-lab-linearity.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the dashboard, so that sums round alike

import numpy as np

import core
from core.measures import affine_r2, agreement, linear_band, share_in_band, tells_apart, unit_states

settings = core.Settings()
# The band ends where tanh z falls short of z by this share.
deviation = 0.05
data = settings.load()
# Every penalty at every λ, all from the same start, by accelerated steps until they rest.
runs = core.train_grid(data, settings, snapshots=2, method="accelerated")
k = core.LAMS.index(settings.lam)  # the chosen λ

# Logistic regression at the chosen λ: its exact optimum of two classes, else a network without hidden layer.
logistic = dict.fromkeys(runs)
if len(data.class_names) > 2:
    for label, run in core.train_grid(data, settings, 2, hidden=(), method="accelerated").items():
        if run.at_rest[k]:
            logistic[label] = run.predict_proba(data.X_test)[k]
else:
    for name in core.LECTURED:
        try:
            path = core.fit_logistic(data.X_train, data.y_train, name, [settings.lam])
        except ValueError:  # at λ = 0 where a hyperplane parts the classes
            continue
        logistic[core.PENALTIES[name].label] = 1 / (1 + np.exp(-(data.X_test @ path.W[0] + path.b[0])))

band = linear_band(deviation)
for label, run in runs.items():
    if not run.at_rest[k]:
        print(f"{label} at λ = {settings.lam:g}: {run.rest.residual[k]:.2g} from rest")
        continue
    Z = run.layers(data.X_train)
    if not tells_apart(Z[-1])[k]:
        print(f"{label} at λ = {settings.lam:g}: collapsed, every sample gets the same answer")
        continue
    alive = [states == "alive" for states in unit_states(run.W)]
    n_alive = sum(units[k].sum() for units in alive)
    share = share_in_band(Z[:-1], band, alive)[k]
    inside = f"{100 * share:.1f} % within ±{band:.3f}" if n_alive else "none to look at"
    print(f"{label} at λ = {settings.lam:g}: of the z of {n_alive} units alive {inside}")
    r2 = affine_r2(data.X_train, Z[-1][[k]], data.X_test, run.layers(data.X_test)[-1][[k]])[0]
    if np.isfinite(r2) and len(data.y_test) >= 10:
        print(f"{label} at λ = {settings.lam:g}: R² of an affine map {r2:.4g} on the test rows")
    P = run.predict_proba(data.X_test)
    straight = logistic[label]
    if straight is None:
        continue
    same = agreement(P, np.repeat(straight[None], len(P), axis=0))[k]
    tangent = agreement(P, run.predict_proba(data.X_test, tangent=True))[k]
    print(f"{label} at λ = {settings.lam:g}: {100 * same:.1f} % as logistic regression, ", end="")
    print(f"{100 * tangent:.1f} % as with tangents")

"""The learning rate that is named to whose training swings or blows up works, and one well above does not."""

import numpy as np
import pytest

import core
from core.rest import curvatures
from core.steady import steady_rates

TOO_LONG = [
    ("moons", (8, 8), "l2", 3.0, 100.0),
    ("needles", (8,), "l2", 0.3, 1000.0),
    ("needles", (8,), "l1", 3.0, 10.0),
    ("wine", (), "l2", 1.0, 700.0),
    ("wine", (8, 8), "l2", 3.0, 100.0),
]


@pytest.mark.parametrize(("dataset", "hidden", "penalty", "learning_rate", "lam"), TOO_LONG)
def test_below_the_rate_that_is_named_the_training_settles(dataset, hidden, penalty, learning_rate, lam):
    data = core.load_dataset(dataset, seed=0, n_samples=200)
    rate = steady_rates(data.X_train, data.y_train, hidden, penalty, [lam], learning_rate, 0)[0]
    assert rate < learning_rate

    def state(alpha):
        options = {"lams": [lam], "learning_rate": alpha, "epochs": 300, "snapshots": 2}
        return core.train(data.X_train, data.y_train, hidden, penalty, **options).state[0]

    assert state(learning_rate) in ("swinging", "diverged")
    assert state(0.95 * rate) in ("trained", "collapsed")


@pytest.mark.parametrize("penalty", ["l1", "l2"])
def test_without_a_hidden_layer_it_is_2_over_the_largest_eigenvalue_and_lam_over_m(samples, penalty):
    X, y = samples
    run = core.train(X, y, (), penalty, [5.0], 0.1, 50, dtype="float64")
    P = run.predict_proba(X)[0]
    X1 = np.column_stack([X, np.ones(len(X))])
    H = (X1 * (P * (1 - P))[:, None]).T @ X1 / len(X)
    if penalty == "l2":
        H[:-1, :-1] += 5.0 / len(X) * np.eye(X.shape[1])
    found = curvatures(run._networks(), run.W, run.b)
    assert found == pytest.approx([np.linalg.eigvalsh(H)[-1]], rel=1e-3)


def test_a_network_that_diverged_has_no_curvature(samples):
    run = core.train(*samples, (), "l2", [1e6], 3.0, 300)
    assert run.state.tolist() == ["diverged"]
    assert np.isnan(curvatures(run._networks(), run.W, run.b)).all()

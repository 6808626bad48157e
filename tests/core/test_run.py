"""A run: what is read off its networks, and which of them are left out."""

import re

import numpy as np
import pytest

import core
from core import measures, network
from core.run import Run

MIXED = {"penalty": ["l1", "l2", "l1", "l2", "l2"], "lams": [0.0, 1.0, 5.0, 5.0, 20.0]}


def test_two_classes_give_one_probability_and_more_give_rows_that_sum_to_one(samples, three_classes):
    two = core.train(*samples, lams=[0.0, 1.0], epochs=5)
    three = core.train(*three_classes, lams=[0.0, 1.0], epochs=5)
    assert two.predict_proba(samples[0]).shape == (2, 40)
    P = three.predict_proba(three_classes[0])
    assert P.shape == (2, 3, 45)
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-5)
    assert two.predict_proba(samples[0][:1]).shape == (2, 1)


@pytest.mark.parametrize("X", [np.zeros((3, 4)), np.zeros(5), np.zeros((2, 6))])
def test_predicting_on_another_number_of_features_is_refused(samples, X):
    run = core.train(*samples, epochs=2)
    with pytest.raises(ValueError, match="X must have the 5 features of the training"):
        run.predict_proba(X)


def test_the_layers_end_with_the_logits_of_the_prediction(samples):
    run = core.train(*samples, hidden=(4, 3), lams=[0.0, 1.0], epochs=20, dtype="float64")
    Z = run.layers(samples[0])
    assert [z.shape for z in Z] == [(2, 4, 40), (2, 3, 40), (2, 1, 40)]
    np.testing.assert_allclose(1 / (1 + np.exp(-Z[-1][:, 0])), run.predict_proba(samples[0]))


def test_select_keeps_some_networks_and_all_that_belongs_to_them(samples):
    run = core.train(*samples, **MIXED, epochs=10)
    kept = run.select(np.array(run.penalty) == "l2")
    assert kept.lams.tolist() == [1, 5, 20]
    assert kept.penalty == ("l2", "l2", "l2")
    np.testing.assert_array_equal(kept.cost, run.cost[:, [1, 3, 4]])
    np.testing.assert_array_equal(kept.predict_proba(samples[0]), run.predict_proba(samples[0])[[1, 3, 4]])
    assert kept.diverged_at.shape == (3,)
    assert kept.m == run.m == 40


def test_one_network_of_a_run_stands_alone(samples):
    run = core.train(*samples, **MIXED, epochs=10)
    for k, lam in enumerate(run.lams):
        one = run.at(k)
        assert (one.lams.tolist(), one.penalty) == ([lam], run.penalty[k : k + 1])
        np.testing.assert_array_equal(one.cost, run.cost[:, k : k + 1])


def test_the_final_weights_are_the_last_snapshot(samples):
    run = core.train(*samples, epochs=10)
    for W, b, history_W, history_b in zip(run.W, run.b, run.history_W, run.history_b, strict=True):
        np.testing.assert_array_equal(W, history_W[-1])
        np.testing.assert_array_equal(b, history_b[-1])


def test_a_run_knows_its_memory(samples):
    run = core.train(*samples, (4,), lams=[0.0, 1.0], epochs=9, snapshots=10)
    assert run.nbytes == 10 * 2 * 4 * (4 * 5 + 4 + 4 + 1)


def test_cross_entropy_on_the_training_samples_is_the_last_data_cost(samples, three_classes):
    for X, y in (samples, three_classes):
        run = core.train(X, y, (4,), "l2", [0.0, 3.0], epochs=20, snapshots=2)
        assert run.cross_entropy(X, y) == pytest.approx(run.data_cost[-1], rel=1e-6)


def test_cross_entropy_on_other_samples_is_that_of_their_probabilities(samples):
    X, y = samples
    run = core.train(X[:30], y[:30], (4,), "l1", [0.0, 1.0], epochs=50)
    P = run.predict_proba(X[30:])
    by_hand = -np.log(np.where(y[30:] == 1, P, 1 - P)).mean(axis=1)
    assert run.cross_entropy(X[30:], y[30:]) == pytest.approx(by_hand, rel=1e-5)


def test_a_network_that_is_sure_and_wrong_costs_much_and_not_infinity():
    X, y = np.array([[-1.0], [1.0]]), np.array([0, 1])
    run = with_weights(core.train(X, y, (), "l2", [0.0], epochs=1), [[[1e4]]])
    assert run.W[0].dtype == "float32"
    assert run.cross_entropy(X, 1 - y).tolist() == [1e4]
    assert run.cross_entropy(X, 1 - y).dtype == "float64"


def test_the_cost_of_a_network_is_computed_in_float64_from_its_logits(samples):
    X, y = samples
    run = core.train(X, y, (4,), "l1", [0.0, 1.0], epochs=50)
    Z = run.layers(X)[-1].astype(float)
    np.testing.assert_array_equal(
        run.cross_entropy(X, y), network.cross_entropy(Z, network.targets(y, 2, "float64"))
    )


def test_a_network_that_diverged_has_no_cost_and_has_not_descended(samples):
    run = core.train(*samples, (4,), "l2", [0.0, 10_000.0], learning_rate=3.0, epochs=60)
    assert (run.diverged_at >= 0).tolist() == [False, True]
    assert np.isnan(run.cross_entropy(*samples)).tolist() == [False, True]
    assert run.descended.tolist() == [True, False]


def test_a_network_that_grows_too_slowly_to_overflow_has_not_descended(samples):
    run = core.train(*samples, (), "l2", [39.0, 84.0], learning_rate=1.0, epochs=50)
    assert (run.diverged_at == -1).all()
    assert run.descended.tolist() == [True, False], "αλ/m = 2.1 flips a weight and makes it grow"


LABELS = [
    np.array([1, 2]),
    np.array([-1, 1]),
    np.array([0, 1]),
    np.array([7.0, 3.0]),
    np.array([False, True]),
]


@pytest.mark.parametrize("labels", LABELS, ids=str)
def test_labels_of_any_kind_are_scored_as_class_indices_are(samples, labels):
    X, indices = samples
    y = labels[indices]
    options = {"hidden": (4,), "penalty": "l2", "lams": [0.0, 3.0], "epochs": 20}
    plain_y = np.searchsorted(np.sort(labels), y)
    plain, run = core.train(X, plain_y, **options), core.train(X, y, **options)
    np.testing.assert_array_equal(run.cross_entropy(X, y), plain.cross_entropy(X, plain_y))
    assert run.cross_entropy(X, y) == pytest.approx(run.data_cost[-1], rel=1e-6)
    right = [(run.classes[measures.predicted(run.predict_proba(X))[k]] == y).mean() for k in range(2)]
    assert run.accuracy(X, y) == pytest.approx(right)
    assert run.accuracy(X, y)[0] > 0.5


def test_several_classes_may_have_any_labels(three_classes):
    X, indices = three_classes
    y = np.array([-4, 9, 11])[indices]
    run, plain = (core.train(X, each, (4,), "l2", [1.0], epochs=30) for each in (y, indices))
    np.testing.assert_array_equal(run.cross_entropy(X, y), plain.cross_entropy(X, indices))
    np.testing.assert_array_equal(run.accuracy(X, y), plain.accuracy(X, indices))
    assert run.cross_entropy(X[:1], y[:1]) != run.cross_entropy(X[:1], y[1:2])


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (np.full(40, 3), "y must hold labels of the training, 1, 2, got 3"),
        (np.arange(40) % 2, "y must hold labels of the training, 1, 2, got 0"),
        (np.full(40, 1.5), "1, 2, got 1.5"),
        (np.full(40, np.nan), "1, 2, got nan"),
        (np.full(40, "<b>1"), "1, 2, got '·b·1'"),
        (np.arange(40), "got 0, 3, 4, 5, 6, 7, 8, 9, 10, 11 …"),
        (np.ones(39), "y must hold one label for each of the 40 rows of X, got shape"),
    ],
)
@pytest.mark.parametrize("ask", ["cross_entropy", "accuracy", "with_samples"])
def test_labels_that_the_training_had_not_are_refused(samples, ask, y, says):
    X, indices = samples
    run = core.train(X, indices + 1, (2,), epochs=2)
    with pytest.raises(ValueError, match=re.escape(says)):
        getattr(run, ask)(X, y)


def test_samples_of_another_shape_are_refused(samples):
    X, y = samples
    with pytest.raises(ValueError, match=r"X must be the \(40, 5\) training samples, got shape \(40, 4\)"):
        core.train(X, y, epochs=2).with_samples(X[:, :4], y)


def with_weights(run: Run, W: list) -> Run:
    """The run with other last weights in its only layer."""
    run.history_W[0][-1] = W
    return run

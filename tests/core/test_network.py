"""The stacked network against one plain network, sample by sample."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, log_softmax, softmax

from core import network

SIZES = [(3, 1), (3, 4), (3, 5, 1), (4, 6, 2, 3), (2, 3, 3, 3, 1)]
each_shape = pytest.mark.parametrize("sizes", SIZES, ids=str)


def stack(sizes, n_lams, seed=0):
    """Random parameters of n_lams networks, biases too."""
    rng = np.random.default_rng(seed)
    W = [rng.standard_normal((n_lams, n_out, n_in)) for n_in, n_out in pairwise(sizes)]
    return W, [rng.standard_normal((n_lams, n, 1)) for n in sizes[1:]]


def run_forward(W, b, X):
    A = [X.T, *(np.empty((len(w), w.shape[1], len(X))) for w in W)]
    return network.forward(W, b, A), A


def plain_logits(W, b, x):
    """One sample through one network, unit by unit."""
    a = list(x)
    for l, (layer, bias) in enumerate(zip(W, b, strict=True)):
        z = [
            sum(w * v for w, v in zip(row, a, strict=True)) + c[0] for row, c in zip(layer, bias, strict=True)
        ]
        a = z if l == len(W) - 1 else [np.tanh(value) for value in z]
    return a


@each_shape
def test_forward_equals_a_plain_loop_over_units_and_samples(sizes):
    W, b = stack(sizes, n_lams=3)
    X = np.random.default_rng(1).standard_normal((7, sizes[0]))
    Z, _ = run_forward(W, b, X)
    for i in range(3):
        plain = [plain_logits([w[i] for w in W], [c[i] for c in b], x) for x in X]
        np.testing.assert_allclose(Z[i].T, plain, rtol=1e-12, atol=1e-12)


def test_affine_gives_the_same_with_one_input_for_all_and_with_one_for_each():
    W, b = stack((4, 3), n_lams=5)
    A = np.random.default_rng(2).standard_normal((4, 6))
    shared = network.affine(W[0], b[0], A)
    each = network.affine(W[0], b[0], np.repeat(A[None], 5, axis=0))
    np.testing.assert_allclose(shared, each, rtol=1e-12)


@each_shape
def test_backward_gives_each_network_of_a_stack_its_own_gradient(sizes):
    W, b = stack(sizes, n_lams=4)
    X = np.random.default_rng(3).standard_normal((6, sizes[0]))

    def gradients(W, b):
        _, A = run_forward(W, b, X)
        dW, db = [np.empty_like(w) for w in W], [np.empty_like(c) for c in b]
        A[-1] = A[-1] / 6
        network.backward(W, A, [np.empty_like(a) for a in A], dW, db, np.ones((6, 1)))
        return [*dW, *db]

    for i in range(4):
        alone = gradients([w[i : i + 1] for w in W], [c[i : i + 1] for c in b])
        for together, one in zip(gradients(W, b), alone, strict=True):
            np.testing.assert_allclose(together[i : i + 1], one, rtol=1e-10, atol=1e-12)


def test_permuting_hidden_units_changes_nothing():
    W, b = stack((3, 6, 5, 2), n_lams=2)
    X = np.random.default_rng(4).standard_normal((9, 3))
    before, _ = run_forward(W, b, X)
    order = np.random.default_rng(5).permutation(6)
    W[0], b[0], W[1] = W[0][:, order], b[0][:, order], W[1][:, :, order]
    after, _ = run_forward(W, b, X)
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)


def test_flipping_the_signs_around_a_hidden_unit_changes_nothing():
    W, b = stack((3, 4, 1), n_lams=2)
    X = np.random.default_rng(6).standard_normal((9, 3))
    before, _ = run_forward(W, b, X)
    W[0][:, 2], b[0][:, 2], W[1][:, :, 2] = -W[0][:, 2], -b[0][:, 2], -W[1][:, :, 2]
    after, _ = run_forward(W, b, X)
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("hidden", "n_classes", "sizes"),
    [((), 2, (30, 1)), ((), 10, (30, 10)), ((8, 4), 2, (30, 8, 4, 1)), ((8,), 3, (30, 8, 3))],
)
def test_two_classes_share_one_output_and_more_have_one_each(hidden, n_classes, sizes):
    assert network.layer_sizes(30, hidden, n_classes) == sizes


def test_the_start_is_drawn_layer_by_layer_from_one_generator():
    W, b = network.init_params((5, 4, 3), np.random.default_rng(11))
    rng = np.random.default_rng(11)
    np.testing.assert_array_equal(W[0], rng.standard_normal((4, 5)) / np.sqrt(5))
    np.testing.assert_array_equal(W[1], rng.standard_normal((3, 4)) / np.sqrt(4))
    assert [c.tolist() for c in b] == [[[0.0]] * 4, [[0.0]] * 3]
    assert {array.dtype for array in (*W, *b)} == {np.dtype("float64")}


def test_the_start_has_mean_zero_and_variance_one_over_n_in():
    W, _ = network.init_params((400, 100), np.random.default_rng(12))
    assert abs(W[0].mean()) < 4 / np.sqrt(400 * W[0].size)
    assert W[0].var() == pytest.approx(1 / 400, rel=0.05)


@given(st.floats(-40, 40))
def test_one_output_gives_the_sigmoid(z):
    assert network.probabilities(np.full((1, 1, 1), z)).item() == pytest.approx(expit(z), abs=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_sigmoid_saturates_without_overflow(dtype):
    Z = np.array([[[-1e30, -1000, 0, 1000, 1e30]]], dtype)
    P = network.probabilities(Z)
    assert P.dtype == dtype
    assert P.ravel().tolist() == [0, 0, 0.5, 1, 1]


@given(st.lists(st.floats(-300, 300), min_size=2, max_size=6))
def test_several_outputs_give_the_softmax(z):
    Z = np.array(z)[None, :, None]
    P = network.probabilities(Z)[0, :, 0]
    np.testing.assert_allclose(P, softmax(z), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_softmax_saturates_without_overflow(dtype):
    Z = np.array([[[1e30], [0], [-1e30]], [[1000], [1000], [-1000]]], dtype)
    P = network.probabilities(Z)
    assert P[:, :, 0].tolist() == [[1, 0, 0], [0.5, 0.5, 0]]


def test_probabilities_can_be_written_over_the_logits():
    for n_out in (1, 3):
        Z = np.random.default_rng(0).standard_normal((2, n_out, 5))
        fresh = network.probabilities(Z)
        written = network.probabilities(Z, out=Z)
        assert written is Z
        np.testing.assert_array_equal(written, fresh)


def test_cross_entropy_is_minus_the_log_of_the_true_class():
    rng = np.random.default_rng(9)
    Z, y = 5 * rng.standard_normal((3, 4, 20)), rng.integers(0, 4, 20)
    expected = [-log_softmax(one, axis=0)[y, np.arange(20)].mean() for one in Z]
    np.testing.assert_allclose(network.cross_entropy(Z, network.targets(y, 4, "float64")), expected)
    Z, y = 5 * rng.standard_normal((3, 1, 20)), rng.integers(0, 2, 20)
    expected = [-np.log(np.where(y == 1, expit(one[0]), expit(-one[0]))).mean() for one in Z]
    np.testing.assert_allclose(network.cross_entropy(Z, network.targets(y, 2, "float64")), expected)


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
def test_cross_entropy_of_a_confident_mistake_is_large_and_finite(z):
    wrong = np.array([[float(z < 0)]])
    assert network.cross_entropy(np.array([[[z]]]), wrong).tolist() == [1000]
    several, true = np.array([[[z], [0.0]]]), np.array([[z < 0], [z > 0]])
    assert network.cross_entropy(several, true).tolist() == [1000]


def test_targets_are_one_row_of_01_for_two_classes_and_one_hot_for_more():
    y = np.array([0, 1, 1])
    assert network.targets(y, 2, "float32").tolist() == [[0, 1, 1]]
    assert network.targets(y, 3, "float32").tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]
    assert network.targets(y, 3, "float32").dtype == "float32"

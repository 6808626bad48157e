"""Directions of a layer: singular values, rank, units in use, and what L2 does to two linear layers."""

import numpy as np
import pytest

import core
from core.directions import activation_size, rank, shrunk, singular_values, units_in_use


def test_singular_values_are_those_of_each_networks_layer_and_nan_where_it_diverged():
    W = np.random.default_rng(0).standard_normal((3, 4, 6)).astype(np.float32)
    W[1, 2, 3] = np.inf
    S = singular_values(W)
    for k in (0, 2):
        np.testing.assert_allclose(S[k], np.linalg.svd(W[k].astype(float), compute_uv=False))
    assert np.isnan(S[1]).all()


@pytest.mark.parametrize(
    ("values", "n"),
    [((2.0, 1.0, 0.0021), 3), ((2.0, 1.0, 0.0019), 2), ((2e-6, 1e-6, 0.0), 2), ((9e-7, 9e-7, 0.0), 0)],
)
def test_the_rank_counts_what_is_above_a_thousandth_of_the_largest_if_there_is_any(values, n):
    assert rank(np.array([values])).tolist() == [n]
    assert rank(np.full((1, 3), np.nan)).tolist() == [0]


def test_a_unit_is_in_use_by_its_weights_in_times_out():
    W = np.array([[[3.0, 4.0], [0.0, 0.006], [5.0, 0.0]]])
    out = np.array([[[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]])
    assert units_in_use(W, out).tolist() == [2], "5, 0.006 and 0: the last hands on nothing"
    assert units_in_use(W, out, share=0.01).tolist() == [1]


def test_units_that_say_the_same_share_a_direction():
    row = np.random.default_rng(1).standard_normal(5)
    W = (np.arange(1.0, 5)[:, None] * row)[None]
    assert rank(singular_values(W)).tolist() == [1]
    assert units_in_use(W, np.ones((1, 1, 4))).tolist() == [4]


def test_l2_on_two_linear_layers_shrinks_the_products_singular_values_by_lam():
    """Plain gradient descent on both layers, from a random start, against the soft threshold."""
    rng, n, lam = np.random.default_rng(0), 400, 1.2
    X = np.linalg.qr(rng.standard_normal((n, 6)))[0].T * np.sqrt(n)  # XXᵀ/n = I
    B = rng.standard_normal((4, 6))
    W1, W2 = rng.standard_normal((8, 6)) * 0.3, rng.standard_normal((4, 8)) * 0.3
    for _ in range(8000):
        E = (W2 @ W1 @ X - B @ X) / n
        d2, d1 = E @ (W1 @ X).T + lam * W2, W2.T @ E @ X.T + lam * W1
        W1, W2 = W1 - 0.05 * d1, W2 - 0.05 * d2
    found = np.linalg.svd(W2 @ W1, compute_uv=False)
    np.testing.assert_allclose(found, shrunk(np.linalg.svd(B, compute_uv=False), lam), atol=1e-4)
    np.testing.assert_allclose(
        shrunk(np.array([4.2207, 1.8494, 1.5304, 1.3961]), 1.2), [3.0207, 0.6494, 0.3304, 0.1961]
    )
    assert shrunk(np.array([1.0]), 1.2).tolist() == [0]


def test_the_size_of_activations_is_the_mean_over_units_and_rows_of_all_hidden_layers():
    rng = np.random.default_rng(2)
    Z = [rng.standard_normal((2, 3, 5)), rng.standard_normal((2, 4, 5))]
    by_hand = [np.mean([abs(np.tanh(z)) for layer in Z for z in layer[k].ravel()]) for k in range(2)]
    np.testing.assert_allclose(activation_size(Z), by_hand)


def test_on_wine_l1_takes_units_and_l2_takes_directions():
    """The reference, 13-16-3: L2 has all 16 units, at λ = 100 along 2 directions; L1 has 3 of both."""
    settings = core.Settings(dataset="wine", hidden=(16,), epochs=2000)
    runs = core.train_grid(settings.load(), settings, 2, method="accelerated")
    at = {
        (label, lam): (int(rank(singular_values(run.W[0]))[k]), int(units_in_use(run.W[0], run.W[1])[k]))
        for label, run in runs.items()
        for lam in (3.0, 100.0)
        for k in [core.LAMS.index(lam)]
    }
    assert at["L2", 100.0] == (2, 16)
    assert at["L2", 3.0][1] == 16
    assert at["L1", 3.0] == (3, 3)

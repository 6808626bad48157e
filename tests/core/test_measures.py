"""What is read off a network, against scikit-learn, scipy and the network itself."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, r2_score

import core
from core import measures, network

SIZES = (3, 4, 4, 3, 2)


def column(weights):
    """A layer of one network, from its rows."""
    return np.array([weights], dtype=float)


def sparse_network(seed, share, sizes=SIZES):
    """One random network with about a share of its weights zero; biases are random."""
    rng = np.random.default_rng(seed)
    W, _ = network.init_params(sizes, rng)
    W = [np.where(rng.random(w.shape) < share, 0, w)[None] for w in W]
    return W, [rng.standard_normal((1, n, 1)) for n in sizes[1:]]


def activations(W, b, X):
    A = [X.T, *(np.empty((len(w), w.shape[1], len(X))) for w in W)]
    network.forward(W, b, A)
    return A


# Zeros


def test_only_exact_zeros_are_counted():
    W = [np.array([[[0.0, -0.0, 1e-30]], [[1, 2, 3]]]), np.array([[[0.0], [1]], [[0], [0]]])]
    assert measures.count_zeros(W).tolist() == [3, 2]
    assert measures.count_weights(W) == 5
    assert measures.sparsity(W).tolist() == [3 / 5, 2 / 5]
    assert measures.count_zeros(W[:1]).tolist() == [2, 0]


def test_a_diverged_network_has_no_sparsity():
    W = [np.array([[[np.nan]], [[0.0]]])]
    np.testing.assert_array_equal(measures.sparsity(W), [np.nan, 1])


# Accuracy


@given(st.integers(0, 10_000), st.sampled_from([2, 3, 10]))
def test_accuracy_is_scikit_learns(seed, n_classes):
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((2, 1 if n_classes == 2 else n_classes, 30))
    P, y = network.probabilities(Z), rng.integers(0, n_classes, 30)
    P = P[:, 0] if n_classes == 2 else P
    predicted = P > 0.5 if n_classes == 2 else P.argmax(axis=1)
    expected = [accuracy_score(y, one.astype(int)) for one in predicted]
    assert measures.accuracy(P, y) == pytest.approx(expected)


def test_a_diverged_network_has_no_accuracy():
    y = np.array([0, 1])
    two = np.array([[0.1, 0.9], [np.nan, 0.9]])
    three = np.array([np.eye(3)[:, :2], np.full((3, 2), np.nan)])
    for P in (two, three):
        np.testing.assert_array_equal(measures.accuracy(P, y), [1, np.nan])


def test_accuracy_of_probabilities_alone_wants_class_indices():
    P = np.array([[0.1, 0.9]])
    with pytest.raises(ValueError, match="y must hold labels of the training, 0, 1, got 2"):
        measures.accuracy(P, np.array([1, 2]))
    assert measures.accuracy(np.eye(3)[None, :, 1:], np.array([1, 2])).tolist() == [1]


# Linearity


@pytest.mark.parametrize(("deviation", "z"), [(0.01, 0.174), (0.05, 0.399), (0.10, 0.584)])
def test_the_linear_band_is_where_tanh_falls_short_by_the_share(deviation, z):
    band = measures.linear_band(deviation)
    assert band == pytest.approx(z, abs=5e-4)
    assert np.tanh(band) / band == pytest.approx(1 - deviation)


@given(st.floats(1e-6, 0.999))
def test_the_linear_band_solves_its_equation_for_any_share(deviation):
    band = measures.linear_band(deviation)
    assert 1 - np.tanh(band) / band == pytest.approx(deviation, rel=1e-6)


@pytest.mark.parametrize("deviation", [0, 1, -0.1, 5, np.nan])
def test_a_deviation_that_is_no_share_is_refused(deviation):
    with pytest.raises(ValueError, match="deviation must be a share between 0 and 1, got"):
        measures.linear_band(deviation)


def test_the_share_within_counts_units_and_samples():
    Z = np.array([[[-0.4, 0.4, 0.5], [0, 3, -3]], [[np.nan] * 3, [np.nan] * 3]])
    np.testing.assert_array_equal(measures.share_within(Z, 0.4), [3 / 6, np.nan])


def test_the_affine_r2_is_that_of_scikit_learns_linear_regression():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 4)) + 3
    Z = np.tanh(rng.standard_normal((3, 1, 4)) @ X.T) + 0.1 * rng.standard_normal((3, 1, 50))
    expected = [LinearRegression().fit(X, z[0]).score(X, z[0]) for z in Z]
    assert measures.affine_r2(X, Z) == pytest.approx(expected)


def test_a_network_without_a_hidden_layer_is_affine(three_classes):
    X, y = three_classes
    run = core.train(X, y, (), "l2", [0.1], 0.5, 300, dtype="float64")
    assert measures.affine_r2(X, run.layers(X)[-1]) == pytest.approx([1])


def test_a_product_of_two_columns_is_not_affine():
    X = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)], float)
    Z = (X[:, 0] * X[:, 1])[None, None, :]
    assert measures.affine_r2(X, Z) == pytest.approx([0], abs=1e-12)


def test_columns_that_repeat_or_stand_still_leave_the_affine_r2_as_it_is():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((40, 3))
    Z = np.tanh(2 * rng.standard_normal((2, 1, 3)) @ X.T)
    wider = np.column_stack([X, X[:, 0], np.ones(40), X[:, 1] - X[:, 2]])
    assert measures.affine_r2(wider, Z) == pytest.approx(measures.affine_r2(X, Z))


def test_what_the_softmax_does_not_see_does_not_count_as_curved():
    rng = np.random.default_rng(2)
    X = rng.standard_normal((40, 3))
    Z = rng.standard_normal((1, 4, 3)) @ X.T
    shifted = Z + np.sin(5 * X[:, 0])  # the same for every class
    assert measures.affine_r2(X, shifted) == pytest.approx([1])
    assert measures.is_constant(np.zeros_like(Z) + np.sin(5 * X[:, 0])).all()


def test_an_answer_is_constant_by_its_intercept_and_not_by_its_size():
    wave = np.sin(np.arange(20.0))[None, :]
    wave -= wave.mean()
    Z = np.stack([0.52 + 3e-4 * wave, 3e-4 * wave, 1e-5 + 3e-4 * wave, 0.52 + 1e-2 * wave, 0 * wave])
    assert measures.is_constant(Z).tolist() == [True, False, False, False, True]
    assert measures.is_constant(np.float32(Z)).tolist() == [True, False, False, False, True]


def test_answers_that_no_digit_shows_have_faded_whether_they_are_constant_or_not():
    wave = np.sin(np.arange(20.0))[None, :]
    wave -= wave.mean()
    wave /= wave.std()
    Z = np.stack([0.52 + 0.99e-4 * wave, 0.99e-4 * wave, 1.01e-4 * wave, 0.52 + 1.01e-4 * wave])
    assert measures.has_faded(Z).tolist() == [True, True, False, False]
    assert measures.has_faded(np.concatenate([Z, Z + 7, Z - 7], axis=1)).tolist() == [True] * 4, "a softmax"
    assert measures.tells_apart(Z).tolist() == [False, False, True, False], "the last one is constant"


def test_a_collapsed_or_diverged_network_has_no_affine_r2():
    X = np.random.default_rng(3).standard_normal((20, 2))
    Z = np.stack([np.full((1, 20), 0.52), np.full((1, 20), np.nan), X[:, :1].T])
    Z[0] += 1e-5 * X[:, 0]
    np.testing.assert_allclose(measures.affine_r2(X, Z), [np.nan, np.nan, 1])


def curved(n_out, m, seed=4):
    """Rows m + 30 of 4 columns, and logits of three networks of so many outputs that are not quite affine."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((m + 30, 4)) + 3
    Z = np.tanh(rng.standard_normal((3, n_out, 4)) @ X.T / 3) + 0.1 * rng.standard_normal((3, n_out, m + 30))
    return (X[:m], Z[:, :, :m]), (X[m:], Z[:, :, m:])


@pytest.mark.parametrize("n_out", [1, 2, 4])
def test_on_new_rows_the_affine_r2_is_that_of_a_regression_that_has_not_seen_them(n_out):
    (X, Z), (X_new, Z_new) = curved(n_out, 50)
    R2 = measures.affine_r2(X, Z, X_new, Z_new)
    for found, z, z_new in zip(R2, Z, Z_new, strict=True):
        if n_out > 1:
            z, z_new = z - z.mean(axis=0), z_new - z_new.mean(axis=0)
        told = LinearRegression().fit(X, z.T).predict(X_new)
        assert found == pytest.approx(r2_score(z_new.T, told, multioutput="variance_weighted"))
    seen = measures.affine_r2(X, Z)
    assert measures.affine_r2(X, Z, X, Z) == pytest.approx(seen)
    assert (seen > R2).any(), "rows that were seen are told better"


def test_what_the_softmax_does_not_see_leaves_the_affine_r2_on_new_rows_as_it_is():
    (X, Z), (X_new, Z_new) = curved(3, 50)
    shifted = Z + np.sin(5 * X[:, 0]), Z_new + np.cos(7 * X_new[:, 1])  # the same for every class
    told = measures.affine_r2(X, Z, X_new, Z_new)
    assert measures.affine_r2(X, shifted[0], X_new, shifted[1]) == pytest.approx(told)


def test_the_affine_r2_on_new_rows_falls_below_0_where_the_map_is_worse_than_their_mean():
    X = np.linspace(-1, 1, 20)[:, None]
    Z, X_new = X.T[None], X[::2] + 0.05
    Z_new = -3 * X_new.T[None]
    expected = r2_score(Z_new[0, 0], LinearRegression().fit(X, Z[0, 0]).predict(X_new))
    assert measures.affine_r2(X, Z, X_new, Z_new) == pytest.approx([expected])
    assert expected < -0.5


@pytest.mark.parametrize("n_out", [1, 3])
def test_where_any_logit_is_an_affine_map_of_the_rows_there_is_no_affine_r2(n_out):
    for m, is_told in ((2, False), (4, False), (5, False), (6, True)):  # columns + 1 = 5
        (X, Z), new = curved(n_out, m)
        assert np.isfinite(measures.affine_r2(X, Z, *new)).tolist() == [is_told] * 3
        assert np.isfinite(measures.affine_r2(X, Z)).tolist() == [is_told] * 3
    (X, Z), (X_new, Z_new) = curved(n_out, 5)
    fewer, fewer_new = np.delete(X, 1, axis=1), np.delete(X_new, 1, axis=1)
    twice, twice_new = np.repeat(fewer, 2, axis=1), np.repeat(fewer_new, 2, axis=1)
    told = measures.affine_r2(fewer, Z, fewer_new, Z_new)
    assert np.isfinite(told).all(), "with a column less there is one"
    assert measures.affine_r2(twice, Z, twice_new, Z_new) == pytest.approx(told), "it goes by the rank"


def test_a_logit_that_is_constant_on_either_rows_has_no_affine_r2_on_new_ones():
    (X, Z), (X_new, Z_new) = curved(1, 50)
    Z[0], Z_new[1] = 0.52 + 1e-5 * X[:, 0], 0.52
    assert np.isnan(measures.affine_r2(X, Z, X_new, Z_new)).tolist() == [True, True, False]
    Z[2] = np.nan
    assert np.isnan(measures.affine_r2(X, Z, X_new, Z_new)).all()


def test_columns_that_repeat_or_stand_still_leave_the_affine_r2_on_new_rows_as_it_is():
    (X, Z), (X_new, Z_new) = curved(2, 50)
    wide, wide_new = (
        np.column_stack([rows, rows[:, 0], np.ones(len(rows)), rows[:, 1] - rows[:, 2]])
        for rows in (X, X_new)
    )
    wide_new[:, 5] = 7.0  # what never moved in training tells nothing
    told = measures.affine_r2(X, Z, X_new, Z_new)
    assert measures.affine_r2(wide, Z, wide_new, Z_new) == pytest.approx(told)


# Histograms


@given(
    values=st.lists(st.floats(-3, 3), min_size=1, max_size=40),
    half_width=st.floats(0.1, 2.5),
    n_bins=st.integers(1, 60),
)
def test_the_histogram_is_numpys_also_for_values_on_an_edge(values, half_width, n_bins):
    edges = np.linspace(-half_width, half_width, n_bins + 1)
    rows = np.stack([np.append(values, edges), np.append(np.zeros(len(values)), edges)])
    expected = [np.histogram(row, edges)[0] for row in rows]
    assert measures.histogram(rows, edges).tolist() == np.array(expected).tolist()


def test_the_histogram_leaves_out_nan_and_what_lies_outside():
    values = np.array([[[np.nan, -1.5, 0.5], [1, 1.5, np.inf]]])
    assert measures.histogram(values, np.array([-1.0, 0, 1])).tolist() == [[0, 2]]


# Bytes


def test_the_dense_bytes_are_four_for_each_weight_and_bias():
    W, b = sparse_network(0, 0.5, (30, 8, 1))
    assert measures.model_bytes(W, b).dense.tolist() == [4 * (30 * 8 + 8 + 8 + 1)]


def smallest(indices, largest):
    return indices.astype(next(t for t in ("u1", "u2", "u4") if largest <= np.iinfo(t).max)).nbytes


@given(
    seed=st.integers(0, 999),
    share=st.sampled_from([0, 0.3, 0.9, 0.99, 1]),
    sizes=st.sampled_from([(30, 8, 1), (300, 5), (2, 300, 3), (64, 16, 10)]),
)
def test_the_sparse_bytes_are_the_cheaper_of_scipys_coo_and_csr(seed, share, sizes):
    W, b = sparse_network(seed, share, sizes)
    expected = sum(c.size for c in b) * 4
    for (layer,) in W:
        coo, csr = sparse.coo_array(layer), sparse.csr_array(layer)
        values = coo.nnz * 4
        (rows, columns), (n_out, n_in) = coo.coords, layer.shape
        expected += values + min(
            smallest(rows, n_out - 1) + smallest(columns, n_in - 1),
            smallest(csr.indices, n_in - 1) + smallest(csr.indptr, csr.nnz),
        )
    assert measures.model_bytes(W, b).sparse.tolist() == [expected]


def test_a_dense_network_is_larger_in_the_sparse_form_and_an_empty_one_smaller():
    full, b = sparse_network(0, 0, (30, 8, 1))
    empty = [np.zeros_like(w) for w in full]
    assert measures.model_bytes(full, b).sparse > measures.model_bytes(full, b).dense
    assert measures.model_bytes(empty, b).sparse.tolist() == [4 * 9]


def test_the_deflated_bytes_can_be_inflated_to_the_dense_ones():
    (W,), (b,) = sparse_network(0, 0.9, (30, 8))
    dense = np.concatenate([W.ravel(), b.ravel()]).astype("<f4").tobytes()
    packed = zlib.compress(dense, 9)
    assert zlib.decompress(packed) == dense
    assert measures.model_bytes([W], [b]).deflated.tolist() == [len(packed)]


def test_zeros_deflate_and_noise_does_not():
    W, b = sparse_network(0, 0, (64, 32, 10))
    noise = measures.model_bytes(W, b)
    zeros = measures.model_bytes([0 * w for w in W], [0 * c for c in b])
    assert noise.deflated > 0.85 * noise.dense
    assert zeros.deflated < 0.02 * zeros.dense


def test_each_network_of_a_run_has_its_own_bytes(samples):
    run = core.train(*samples, (6,), "l1", [0.0, 3.0, 1000.0], 0.3, 300)
    together = measures.model_bytes(run.W, run.b)
    assert (np.diff(together.sparse) < 0).all()
    for i in range(3):
        alone = measures.model_bytes(run.select(slice(i, i + 1)).W, run.select(slice(i, i + 1)).b)
        assert [alone.dense[0], alone.sparse[0], alone.deflated[0]] == [
            together.dense[i],
            together.sparse[i],
            together.deflated[i],
        ]


def test_a_diverged_network_has_no_bytes():
    W = [np.array([[[np.nan, np.nan]], [[1.0, 0.0]]])]
    b = [np.array([[[np.nan]], [[0.0]]])]
    size = measures.model_bytes(W, b)
    for array in (size.dense, size.sparse, size.deflated):
        assert np.isnan(array).tolist() == [True, False]


# Penalty by layer


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_layers_penalties_add_up_to_the_runs(samples, dtype):
    run = core.train(*samples, (4, 3), ["l1", "l2", "l1"], [3.0, 8.0, 0.0], epochs=20, dtype=dtype)
    parts = measures.layer_penalty(run.W, run.penalty, run.lams, run.m)
    assert parts.shape == (3, 3)
    np.testing.assert_allclose(parts.sum(axis=0), run.penalty_cost[-1], rtol=1e-6)
    assert parts[1, 0] == pytest.approx(3 / 80 * np.abs(run.W[1][0]).sum(), rel=1e-6)
    assert parts[2, 1] == pytest.approx(8 / 80 * np.square(run.W[2][1]).sum(), rel=1e-6)


def test_a_diverged_network_has_no_penalty():
    parts = measures.layer_penalty([np.array([[[np.nan]], [[2.0]]])], ("l2", "l2"), np.array([1.0, 1.0]), 10)
    np.testing.assert_allclose(parts, [[np.nan, 0.2]])


# The length of all weights, and the share of z in a band


@st.composite
def stacks(draw: st.DrawFn) -> tuple[list[np.ndarray], np.ndarray]:
    """Arrays of one to three layers, [l] (n, n_l, 4), of which some networks diverged, and which, (n,)."""
    rng = np.random.default_rng(draw(st.integers(0, 9999)))
    n = draw(st.integers(1, 5))
    units = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    dtype = draw(st.sampled_from(["float32", "float64"]))
    layers = [(draw(st.floats(0.1, 10)) * rng.standard_normal((n, u, 4))).astype(dtype) for u in units]
    diverged = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    for layer in layers:
        layer[diverged] = np.nan
    return layers, diverged


@given(stacks())
def test_the_length_of_the_weights_is_that_of_one_long_vector(stack):
    W, diverged = stack
    length = measures.weight_length(W)
    assert length.shape == diverged.shape
    assert length.dtype == np.float64, "float32 would overflow at weights of 1e20"
    assert np.isnan(length).tolist() == diverged.tolist()
    for k in np.flatnonzero(~diverged):
        flat = np.concatenate([layer[k].ravel() for layer in W]).astype(float)
        assert length[k] == pytest.approx(np.sqrt((flat**2).sum()), rel=1e-12)


@given(stacks(), st.floats(0.01, 20))
def test_the_share_in_the_band_counts_the_z_of_all_layers_alike(stack, band):
    Z, diverged = stack
    share = measures.share_in_band(Z, band)
    assert share.shape == diverged.shape
    assert np.isnan(share).tolist() == diverged.tolist()
    for k in np.flatnonzero(~diverged):
        flat = np.concatenate([layer[k].ravel() for layer in Z])
        assert share[k] == pytest.approx((np.abs(flat) <= band).mean(), abs=1e-12)


def share_by_counting(Z, counted, k, band):
    """Of the k-th network: one z after the other, of the units that count; NaN where none does."""
    inside = seen = 0
    for layer, units in zip(Z, counted, strict=True):
        for unit, counts in zip(layer[k], units[k], strict=True):
            for z in unit if counts else ():
                inside, seen = inside + (abs(z) <= band), seen + 1
    return inside / seen if seen else np.nan


@given(stacks(), st.floats(0.01, 20), st.integers(0, 9999), st.sampled_from([0.1, 0.5, 0.9]))
def test_the_share_of_units_that_count_is_found_by_counting(stack, band, seed, of_all):
    Z, diverged = stack
    rng = np.random.default_rng(seed)
    counted = [rng.random(layer.shape[:2]) < of_all for layer in Z]
    together = measures.share_in_band(Z, band, counted)
    apart = [measures.share_within(layer, band, units) for layer, units in zip(Z, counted, strict=True)]
    for k in range(len(diverged)):
        expected = np.nan if diverged[k] else share_by_counting(Z, counted, k, band)
        assert together[k] == pytest.approx(expected, nan_ok=True)
        for share, layer, units in zip(apart, Z, counted, strict=True):
            expected = np.nan if diverged[k] else share_by_counting([layer], [units], k, band)
            assert share[k] == pytest.approx(expected, nan_ok=True)


@given(stacks(), st.floats(0.01, 20))
def test_without_a_word_on_it_every_unit_counts(stack, band):
    Z, _ = stack
    counted = [np.ones(layer.shape[:2], bool) for layer in Z]
    np.testing.assert_array_equal(measures.share_in_band(Z, band), measures.share_in_band(Z, band, counted))
    np.testing.assert_array_equal(
        measures.share_within(Z[0], band), measures.share_within(Z[0], band, counted[0])
    )


def test_where_no_unit_counts_there_is_no_share():
    Z = np.zeros((2, 3, 4))
    counted = np.array([[False, False, False], [False, True, False]])
    np.testing.assert_array_equal(measures.share_within(Z, 0.4, counted), [np.nan, 1])
    np.testing.assert_array_equal(measures.share_in_band([Z, Z], 0.4, [counted, counted]), [np.nan, 1])


def test_the_edges_belong_to_the_band():
    Z = [np.array([[[-0.5, 0.5, 0.500001, 0.0]]])]
    assert measures.share_in_band(Z, 0.5).tolist() == [0.75]


# Hidden units


def test_a_unit_without_a_weight_out_is_cut_and_one_without_a_weight_in_is_constant():
    W = [column([[1, 0], [0, 0], [0, 1], [0, 0]]), column([[1, 1, 0, 0]])]
    assert measures.unit_states(W)[0].tolist() == [["alive", "constant", "cut", "cut"]]


def test_a_unit_is_cut_when_all_it_speaks_to_are_cut():
    W = [column([[1], [1]]), column([[1, 0], [0, 1]]), column([[0, 1]])]
    assert [states.tolist() for states in measures.unit_states(W)] == [[["cut", "alive"]], [["cut", "alive"]]]


def test_a_unit_is_constant_when_all_it_hears_are_constant():
    W = [column([[0], [1]]), column([[1, 0], [1, 1]]), column([[1, 1]])]
    first, second = measures.unit_states(W)
    assert first.tolist() == [["constant", "alive"]]
    assert second.tolist() == [["constant", "alive"]]


def test_a_tolerance_lets_small_weights_count_as_none():
    W = [column([[0.5], [0.01]]), column([[0.5, 0.5]])]
    assert measures.unit_states(W)[0].tolist() == [["alive", "alive"]]
    assert measures.unit_states(W, tol=0.01)[0].tolist() == [["alive", "constant"]]
    assert measures.unit_states(W, tol=0.6)[0].tolist() == [["cut", "cut"]]


@given(seed=st.integers(0, 9999), share=st.floats(0.2, 0.95))
def test_a_cut_unit_changes_nothing_and_any_other_does(seed, share):
    W, b = sparse_network(seed, share)
    X = np.random.default_rng(1).standard_normal((6, SIZES[0]))
    before = activations(W, b, X)[-1].copy()
    for l, states in enumerate(measures.unit_states(W)):
        for unit, state in enumerate(states[0]):
            moved = [c.copy() for c in b]
            moved[l][0, unit] += 1
            same = np.array_equal(activations(W, moved, X)[-1], before)
            assert same == (state == "cut")


@given(seed=st.integers(0, 9999), share=st.floats(0.2, 0.95))
def test_a_constant_units_activation_stands_still_and_a_living_ones_does_not(seed, share):
    W, b = sparse_network(seed, share)
    A = activations(W, b, np.random.default_rng(1).standard_normal((6, SIZES[0])))
    for l, states in enumerate(measures.unit_states(W)):
        spread = np.ptp(A[l + 1][0], axis=1)
        assert (spread[states[0] == "constant"] == 0).all()
        assert (spread[states[0] == "alive"] > 0).all()


def test_units_are_counted_for_each_layer_and_network():
    W = [np.array([[[1.0], [0]], [[0], [0]]]), np.array([[[1.0, 1]], [[1, 0]]])]
    states = measures.unit_states(W)
    counts = {state: measures.count_units(states, state).tolist() for state in measures.UNIT_STATES}
    assert counts == {"alive": [[1, 0]], "constant": [[1, 1]], "cut": [[0, 1]], "diverged": [[0, 0]]}


def test_the_units_of_a_diverged_network_are_neither_alive_nor_cut():
    W = [np.full((1, 2, 3), np.nan), np.full((1, 1, 2), np.nan)]
    assert measures.unit_states(W)[0].tolist() == [["diverged", "diverged"]]


def test_a_network_without_a_hidden_layer_has_no_units():
    assert measures.unit_states([column([[1, 0]])]) == []


def test_l1_cuts_every_unit_when_lam_is_large_enough(samples):
    run = core.train(*samples, (4, 3), "l1", [0.0, 1000.0], 0.3, 200)
    states = measures.unit_states(run.W)
    assert measures.count_units(states, "alive").tolist() == [[4, 0], [3, 0]]
    assert measures.count_units(states, "cut").tolist() == [[0, 4], [0, 3]]

"""The two layouts of many networks' parameters: views of one array, a row for each network."""

from itertools import pairwise

import numpy as np
import pytest

from core import network, parameters
from core.penalties import PENALTIES

SIZES = (3, 2, 1)


@pytest.mark.parametrize("layout", [parameters.flat, parameters.rows])
def test_the_parameters_are_views_of_one_array(layout):
    array, W, b = layout(SIZES, 4, "float32")
    assert array.dtype == "float32"
    assert [w.shape for w in W] == [(4, n_out, n_in) for n_in, n_out in pairwise(SIZES)]
    assert [c.shape for c in b] == [(4, n_out, 1) for n_out in SIZES[1:]]
    for i, part in enumerate((*W, *b), start=1):
        part[:] = i
    values, counts = np.unique(array, return_counts=True)
    assert values.tolist() == [1, 2, 3, 4]
    assert (counts / 4).tolist() == [6, 2, 2, 1]


def test_flat_matrices_are_contiguous():
    _, W, _ = parameters.flat(SIZES, 4, "float64")
    assert all(w.flags.c_contiguous for w in W)


def test_a_row_holds_one_network():
    rows, W, b = parameters.rows(SIZES, 4, "float64")
    for part in (*W, *b):
        part[2] = 1
    assert rows.tolist() == [[0] * 11, [0] * 11, [1] * 11, [0] * 11]


def test_the_rates_are_those_of_the_penalties_and_leave_biases_alone(mixture):
    x, W, _ = parameters.rows(SIZES, 3, "float64")
    x[:] = np.random.default_rng(0).standard_normal(x.shape)
    names, lams, m = ("l1", mixture, "l2"), np.array([2.0, 3.0, 5.0]), 40
    corner, ridge = parameters.Stack(names, lams, SIZES, m, 0.3, "float64").rates()
    cost = parameters.dot(corner, np.abs(x)) + parameters.dot(ridge * x, x) / 2
    for k, (name, lam) in enumerate(zip(names, lams, strict=True)):
        assert cost[k] == pytest.approx(sum(PENALTIES[name].value(w[k], lam, m) for w in W))


def test_a_rate_too_large_for_the_precision_is_its_largest_number():
    stack = parameters.Stack(("l1", "l2"), np.array([1e300, 1e300]), SIZES, 2, 0.3, "float32")
    corner, ridge = stack.rates()
    assert corner.max() == ridge.max() == np.finfo("float32").max


def test_a_product_goes_by_rows():
    A = np.arange(6.0).reshape(2, 3)
    assert parameters.dot(A, A).tolist() == [5, 50]


def test_a_forward_pass_on_rows_is_that_on_flat_parameters():
    X, rng = np.random.default_rng(1).standard_normal((3, 7)), np.random.default_rng(2)
    outputs = []
    (_, W, b), (_, W_rows, b_rows) = (
        make(SIZES, 4, "float64") for make in (parameters.flat, parameters.rows)
    )
    for one, other in zip((*W, *b), (*W_rows, *b_rows), strict=True):
        one[:] = other[:] = rng.standard_normal(one.shape)
    for layers in ((W, b), (W_rows, b_rows)):
        outputs.append(network.forward(*layers, [X, np.empty((4, 2, 7)), np.empty((4, 1, 7))]))
    np.testing.assert_allclose(*outputs, rtol=1e-12)

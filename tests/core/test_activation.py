"""tanh and its slope belong together, and both can be written over what they are computed from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import activation


@given(st.floats(-20, 20))
def test_the_slope_is_the_derivative_of_tanh_seen_from_its_value(z):
    h = 1e-6
    above, below = (activation.tanh(np.array([z + step])) for step in (h, -h))
    slope = activation.slope(activation.tanh(np.array([z])))
    np.testing.assert_allclose(slope, (above - below) / (2 * h), atol=1e-9)


@pytest.mark.parametrize("function", [activation.tanh, activation.slope])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_written_in_place_is_what_a_new_array_would_hold(function, dtype):
    given_ = np.random.default_rng(0).uniform(-1, 1, (2, 3, 4)).astype(dtype)
    before = given_.copy()
    new = function(given_)
    np.testing.assert_array_equal(given_, before)
    assert function(given_, out=given_) is given_
    assert given_.dtype == dtype
    np.testing.assert_array_equal(given_, new)

"""What storing a network takes beside zeros: fewer units, and fewer bits."""

import numpy as np
import pytest

from core import measures


def test_a_smaller_network_has_the_units_that_are_alive_and_no_others():
    W = [np.zeros((2, 4, 3), np.float32), np.zeros((2, 2, 4), np.float32), np.zeros((2, 1, 2), np.float32)]
    b = [np.zeros((2, 4, 1), np.float32), np.zeros((2, 2, 1), np.float32), np.zeros((2, 1, 1), np.float32)]
    W[0][1, :3] = 1  # units 0, 1 and 2 hear the input
    W[1][1, 0, :2] = 1  # of which 0 and 1 are heard by the next layer's unit 0
    W[2][1, 0, :] = 1  # the output hears both: unit 1 hands on a constant
    found = measures.model_bytes(W, b)
    assert found.smaller.tolist() == [4 * 1, 4 * ((3 + 1) * 2 + (2 + 1) * 1 + (1 + 1) * 1)]
    assert found.dense.tolist() == [4 * (12 + 4 + 8 + 2 + 2 + 1)] * 2
    W[0][0, 0, 0] = np.nan
    assert np.isnan(measures.model_bytes(W, b).smaller[0])


def test_eight_bits_take_a_byte_a_weight_and_a_scale_a_layer():
    W, b = [np.ones((1, 8, 30)), np.ones((1, 1, 8))], [np.ones((1, 8, 1)), np.ones((1, 1, 1))]
    assert measures.model_bytes(W, b).eight_bit.tolist() == [240 + 8 + 2 * 4 + 4 * 9]


def test_rounded_weights_are_whole_steps_of_a_127th_of_their_layers_largest():
    layer = np.random.default_rng(0).standard_normal((3, 4, 5))
    layer[1] = 0
    (rounded,) = measures.in_eight_bits([layer])
    for before, after in zip(layer, rounded, strict=True):
        step = np.abs(before).max() / 127
        assert np.abs(after - before).max() <= step / 2 + 1e-12
        if step:
            steps = after / step
            np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)
            assert np.abs(steps).max() == pytest.approx(127)
    assert (rounded[1] == 0).all()

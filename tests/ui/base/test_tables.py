"""Tables as the browser gets them: rounded, but never to a zero that is none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ui.base import tables


def test_wide_keeps_the_difference_between_small_and_zero():
    table = pd.DataFrame(tables.wide(np.array([[1e-9, -1e-9, 0.0, 0.12344]])))
    assert table.iloc[0].tolist() == pytest.approx([1e-4, -1e-4, 0.0, 0.1234])
    assert table["v2"][0] == 0


@given(arrays(np.float64, (3, 4), elements=st.floats(-1e3, 1e3)), st.integers(0, 6))
def test_wide_holds_each_position_in_its_column_with_its_sign(values, decimals):
    columns = tables.wide(values, decimals)
    assert list(columns) == ["v0", "v1", "v2", "v3"]
    for k, column in enumerate(columns.values()):
        assert column.dtype == np.float32
        np.testing.assert_array_equal(np.sign(column), np.sign(values[:, k]))
        np.testing.assert_allclose(column, values[:, k], atol=1.01 * 10.0**-decimals, rtol=1e-6)


def test_whole_numbers_are_of_the_type_that_a_browser_counts_in():
    table = tables.integer_table(k=range(3), n=np.array([5, 6, 7]))
    assert table.k.tolist() == [0, 1, 2]
    assert set(table.dtypes.astype(str)) == {"int32"}

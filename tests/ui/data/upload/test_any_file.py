"""From bytes to the table: what is written comes back, and any other bytes end in a sentence."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import split
from tests.ui.data.upload.files import check_refusal, file_of, outcome, two_classes
from ui.base.foreign import safe_name
from ui.data.upload import DROP, FILL, prepare, read


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b,y\n", ("nothing under it",)),
        (b"a,b,y\n,,\n,,\n", ("empty",)),
    ],
)
def test_a_file_without_values_is_refused(content, words):
    check_refusal(content, words)


names = st.text(st.characters(codec="latin-1", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@settings(max_examples=25)
@given(
    numbers=st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 4)), min_size=16, max_size=16),
    names=st.lists(names, min_size=3, max_size=3, unique_by=safe_name),
    separator=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"]),
    decimal_comma=st.booleans(),
)
def test_a_table_comes_back_from_each_way_to_write_it(numbers, names, separator, encoding, decimal_comma):
    X = np.array(numbers).reshape(8, 2)
    cells = [[f"{v:.4f}".replace(".", ",") if decimal_comma else f"{v:.4f}" for v in row] for row in X]
    content = file_of(
        [names, *([*row, ("p", "q")[i % 2]] for i, row in enumerate(cells))], separator, encoding
    )
    told = "cp1252" if encoding == "latin-1" else None  # three odd names are no language to guess it by
    raw = read(content, "some.csv", has_header=True, encoding=told)
    assert raw.columns == [safe_name(name) for name in names]
    varied = [i for i in range(2) if len(set(X[:, i])) > 1]
    if not varied:
        return
    table = prepare(raw, raw.columns[2]).table
    assert table.class_names == ("p", "q")
    assert table.feature_names == tuple(raw.columns[i] for i in varied)
    np.testing.assert_allclose(table.X, X[:, varied])


text_like = st.text(st.sampled_from("ab1.,;\t\n\r\"' éx-0e|?<é\u202e😀"), max_size=300).map(str.encode)
grids = st.lists(
    st.lists(st.text(max_size=5) | st.floats().map(str) | st.sampled_from("ab"), min_size=3, max_size=3),
    min_size=1,
    max_size=40,
).map(file_of)


@given(content=st.binary(max_size=300) | text_like | grids, fill=st.booleans())
def test_any_bytes_end_in_a_finite_table_or_in_a_sentence(content, fill):
    result = outcome(content, gaps=FILL if fill else DROP)
    if isinstance(result, str):
        assert re.fullmatch(r"(?s)[A-Z].{30,}\.", result), result
        return
    data = split("mine", result.table)
    assert np.isfinite(data.X_train).all()
    assert np.isfinite(data.X_test.astype(np.float32)).all()
    assert set(data.y_train) == set(data.y_test) == set(range(len(data.class_names)))
    assert len(result.columns) == len(set(result.columns["column"]))


@given(cut=st.integers(1, 400))
def test_a_file_cut_anywhere_is_read_or_refused_with_a_sentence(cut):
    content = file_of(two_classes(30, names=("größe", 'a "quoted" name')))[:-cut]
    result = outcome(content)
    if isinstance(result, str):
        assert re.fullmatch(r"(?s)[A-Z].{30,}\.", result), result
    else:
        assert np.isfinite(result.table.X).all()

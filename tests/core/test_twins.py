"""A column and its copy: a square splits the weight in halves, a corner alone does not care how."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from core.penalties import PENALTIES
from core.twins import first_to_enter, twins


def test_twins_under_l2_halve_the_weight_as_in_the_reference(breast_cancer):
    X, y = breast_cancer
    column = 20  # worst radius
    pair = twins(X, y, column, "l2", 10.0)
    assert f"{pair.alone:.6f}" == "-0.538755"
    assert f"{pair.first:.6f}" == f"{pair.second:.6f}" == "-0.485660"
    oracle = LogisticRegression(C=1 / 10.0, tol=1e-12, max_iter=10_000)
    oracle.fit(np.column_stack([X, X[:, column]]), y)
    assert pair.first == pytest.approx(oracle.coef_[0, column], abs=1e-5)


def test_twins_under_l1_may_split_in_any_way(breast_cancer):
    X, y = breast_cancer
    pair = twins(X, y, first_to_enter(X, y), "l1", 10.0)
    assert pair.first + pair.second != 0
    assert pair.cost == pytest.approx(pair.cost_alone, abs=1e-10)
    assert pair.cost_one == pytest.approx(pair.cost, abs=1e-10)
    assert pair.cost_halves == pytest.approx(pair.cost, abs=1e-10)


def test_the_first_column_to_enter_is_the_reference(breast_cancer):
    assert first_to_enter(*breast_cancer) == 27  # worst concave points


@pytest.mark.parametrize("column", [-1, 30])
def test_a_column_that_is_not_there_is_refused(breast_cancer, column):
    with pytest.raises(ValueError, match="column must be from 0 to 29"):
        twins(*breast_cancer, column, "l1", 1.0)


@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_equal_halves_are_cheaper_where_there_is_a_square_and_only_there(samples, penalty):
    pair = twins(*samples, first_to_enter(*samples), penalty, 2.0)
    if PENALTIES[penalty].l2 > 0:
        assert pair.first == pytest.approx(pair.second, abs=1e-5)
        assert pair.cost == pytest.approx(pair.cost_halves, abs=1e-10)
        assert pair.cost < min(pair.cost_one, pair.cost_alone) - 1e-6
    else:
        assert pair.cost_one == pytest.approx(pair.cost_halves, abs=1e-12)

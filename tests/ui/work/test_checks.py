"""The gradient check as work: what it depends on, and that it is core's."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core import PENALTIES, Settings
from core.gradient import check
from ui.data.shelf import Shelf
from ui.work.checks import gradient_check
from ui.work.tasks import run_now

MOONS = Settings(dataset="moons", n_samples=50, hidden=(3,), lam=2.0)


@pytest.mark.parametrize("mistake", [None, "no_penalty"])
@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_a_check_is_that_of_core(penalty, mistake):
    (found,) = run_now(gradient_check(MOONS, Shelf(), penalty, mistake))
    data = core.load_dataset("moons", 0, 50, 0.2)
    expected = check(data, MOONS.hidden, penalty, MOONS.lam, MOONS.seed, mistake)
    np.testing.assert_array_equal(found.gradients.relative_error, expected.gradients.relative_error)
    assert (found.penalty, found.lam, found.mistake) == (penalty, MOONS.lam, mistake)
    assert found.passes.all() == (mistake is None)


def test_a_check_does_not_depend_on_what_only_training_knows():
    shelf = Shelf()
    key = gradient_check(MOONS, shelf, "l1", None).key
    assert gradient_check(replace(MOONS, learning_rate=1.0, epochs=50), shelf, "l1", None).key == key
    for other in (replace(MOONS, lam=3.0), replace(MOONS, hidden=(4,)), replace(MOONS, seed=1)):
        assert gradient_check(other, shelf, "l1", None).key != key
    assert gradient_check(MOONS, shelf, "l2", None).key != key
    assert gradient_check(MOONS, shelf, "l1", "no_slope").key != key

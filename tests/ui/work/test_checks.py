"""The gradient check as work: what it depends on, that it is core's, and of every λ at once."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core import PENALTIES, Settings
from core.gradient import check
from core.settings import LAMS
from ui.data.shelf import Shelf
from ui.work.checks import gradient_check
from ui.work.tasks import run_now

MOONS = Settings(dataset="moons", n_samples=50, hidden=(3,), lam=2.0)


@pytest.mark.parametrize("mistake", [None, "no_penalty"])
@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_a_check_is_that_of_core(penalty, mistake):
    (together,) = run_now(gradient_check(MOONS, Shelf(), penalty, mistake))
    assert tuple(together.by_lam) == LAMS
    data = core.load_dataset("moons", 0, 50, 0.2)
    for lam in (0.0, 0.1, MOONS.lam, 1000.0):
        found = together.by_lam[lam]
        expected = check(data, MOONS.hidden, penalty, lam, MOONS.seed, mistake)
        np.testing.assert_array_equal(found.gradients.relative_error, expected.gradients.relative_error)
        assert (found.penalty, found.lam, found.mistake) == (penalty, lam, mistake)
        assert found.passes.all() == (mistake is None or lam == 0)
    assert together.nbytes == sum(found.nbytes for found in together.by_lam.values())


def test_a_check_depends_on_no_lam_since_it_is_of_all_and_not_on_what_only_training_knows():
    shelf = Shelf()
    key = gradient_check(MOONS, shelf, "l1", None).key
    same = replace(MOONS, lam=3.0, learning_rate=1.0, epochs=50)
    assert gradient_check(same, shelf, "l1", None).key == key
    for other in (replace(MOONS, hidden=(4,)), replace(MOONS, seed=1), replace(MOONS, noise=0.3)):
        assert gradient_check(other, shelf, "l1", None).key != key
    assert gradient_check(MOONS, shelf, "l2", None).key != key
    assert gradient_check(MOONS, shelf, "l1", "no_slope").key != key

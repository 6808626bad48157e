"""The work that validates λ: what it depends on, what it gives, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core import Settings
from core.choosing import compare_rules, leak
from core.datasets import Source, Table
from core.settings import LAMS, UPLOAD
from tests.trained import LECTURE
from ui.base.session import Own
from ui.base.words import duration
from ui.data.shelf import Shelf
from ui.work import validation as work
from ui.work.networks import networks
from ui.work.tasks import run_now
from ui.work.validation import (
    HALVES,
    SPLITS,
    Truth,
    Validations,
    comparisons,
    expectation,
    leaks,
    stability,
    truth,
    validation,
)

SMALL = Settings(dataset="moons", hidden=(4,), n_samples=50, epochs=100)
EXACT = replace(SMALL, hidden=())
OWN = Settings(dataset=UPLOAD, hidden=(), epochs=50)


def shelf_with(n_rows: list[int], names: tuple[str, ...]) -> Shelf:
    """The shelf of a person whose classes have so many rows; three columns, of which one tells them apart."""
    y = np.repeat(np.arange(len(n_rows)), n_rows)
    X = np.random.default_rng(3).standard_normal((len(y), 3))
    table = Table(X + y[:, None] * np.array([1, 0, 0]), y, ("a", "b", "c"), names)
    return Shelf(Own(table, Source("Mine", "", "", "", lambda *_: table, False), f"rows {n_rows}"))


def test_exact_folds_depend_on_no_training_and_those_of_networks_on_all_but_lam():
    shelf = Shelf()
    exact, trained = replace(SMALL, hidden=()), SMALL
    for changed, same in (({"lam": 3.0}, True), ({"learning_rate": 1.0}, False), ({"epochs": 50}, False)):
        assert validation(replace(exact, **changed), shelf).key == validation(exact, shelf).key
        assert (validation(replace(trained, **changed), shelf).key == validation(trained, shelf).key) == same
    assert validation(replace(exact, seed=1), shelf).key != validation(exact, shelf).key


@pytest.mark.parametrize("hidden", [(), (4,)])
def test_every_penalty_is_validated_as_the_core_does_it(hidden):
    settings = replace(SMALL, hidden=hidden)
    (found,) = run_now(validation(settings, Shelf()))
    data, n = settings.load(), len(LAMS)
    whole = core.cross_validate(
        *(data.X_train, data.y_train, hidden, [name for name in LECTURE for _ in LAMS]),
        *(LAMS * len(LECTURE), None, 0, 1, settings.learning_rate, settings.epochs),
    )
    for i, penalty in enumerate(LECTURE.values()):
        mine = found.by_label[penalty.label]
        np.testing.assert_array_equal(mine.costs, whole.costs[:, i * n : (i + 1) * n])
        assert mine.folds == (10 if hidden == () else 5)


def test_the_truth_is_that_of_fresh_rows_and_only_of_data_that_are_drawn():
    shelf = Shelf()
    (nets,) = run_now(networks(SMALL, shelf))
    found = run_now(expectation(SMALL, shelf, nets.runs))
    assert [type(one) for one in found] == [Validations, Truth]
    X, y = SMALL.load_fresh()
    for label, run in nets.runs.items():
        np.testing.assert_allclose(found[1].cost[label], run.cross_entropy(X, y), rtol=1e-9)
        np.testing.assert_allclose(found[1].accuracy[label], run.accuracy(X, y), rtol=1e-9)
    assert truth(Settings(), shelf, {}) == ()


def test_what_is_refused_is_left_out_and_the_truth_is_not(monkeypatch):
    monkeypatch.setattr(work, "MAX_SECONDS", 1e-9)
    batch = validation(SMALL, Shelf())
    assert "so it is not begun. Choose fewer epochs or hidden units." in batch.refused(batch.tasks)
    assert [task.depends_on for task in expectation(SMALL, Shelf(), {}).tasks] == [("truth",)]
    assert not batch.possible().tasks


def test_each_split_is_a_task_of_its_own_and_halves_know_nothing_of_networks():
    shelf = Shelf()
    tasks = comparisons(replace(SMALL, seed=998), shelf, "l1").tasks
    assert [task.settings.seed for task in tasks] == [998, 999, *range(SPLITS - 2)]
    assert len({task.key for task in tasks}) == SPLITS
    assert stability(SMALL, shelf).key == stability(replace(SMALL, hidden=(8,), lam=1.0), shelf).key


def test_softmax_regression_of_three_classes_is_trained_in_five_folds_and_two_classes_are_fitted_in_ten():
    wine = Settings(dataset="wine", hidden=())
    assert validation(wine, Shelf()).key != validation(replace(wine, epochs=50), Shelf()).key
    labels = [validation(one, Shelf()).tasks[0].label for one in (wine, Settings(hidden=()), Settings())]
    assert labels == [f"Validating every λ in {folds} folds" for folds in (5, 10, 5)]


def test_of_few_rows_each_is_a_fold():
    shelf = shelf_with([4, 4], ("no", "yes"))
    m = shelf.load(OWN).data.m
    (task,) = validation(OWN, shelf).tasks
    (found,) = run_now(validation(OWN, shelf))
    assert m < 10
    assert task.label == f"Validating every λ in {m} folds"
    assert found.by_label["L1"].costs.shape == (m, len(LAMS))


def test_a_validation_says_how_far_it_is_and_how_much_memory_it_takes():
    reports: list[tuple[int, int]] = []
    (task,) = validation(EXACT, Shelf()).tasks
    found = task.work(lambda done, total: reports.append((done, total)))
    assert len(reports) >= 10
    assert [done for done, _ in reports] == sorted(done for done, _ in reports)
    assert reports[-1][0] == reports[-1][1]
    numbers = sum(one.lams.size + one.costs.size + one.accuracies.size for one in found.by_label.values())
    assert found.nbytes == 8 * numbers
    assert list(found.by_label) == [penalty.label for penalty in LECTURE.values()]


def test_one_penalty_is_estimated_to_take_its_share_of_the_time_of_all():
    for settings in (EXACT, SMALL):
        shape = work.Shape.of(settings.load())
        one, all_of_them = (work.seconds(settings, shape, n) for n in (1, len(LECTURE)))
        assert len(LECTURE) * one == pytest.approx(all_of_them)
        assert validation(settings, Shelf()).tasks[0].seconds == pytest.approx(all_of_them)


def test_a_class_of_a_single_training_row_is_named_and_nothing_of_it_is_begun():
    shelf = shelf_with([20, 2, 20], ("no", "rare", "yes"))
    assert np.bincount(shelf.load(OWN).data.y_train).tolist() == [14, 1, 14]
    sentence = (
        "Each class must have two training rows to be validated, and 'rare' has 1. Bring more rows of it, or "
        "leave it out."
    )
    for batch in (validation(OWN, shelf), stability(OWN, shelf), comparisons(OWN, shelf, "l1")):
        assert {task.refused for task in batch.tasks} == {sentence}
    with pytest.raises(ValueError, match="each class must have two rows or more"):
        run_now(validation(OWN, shelf))
    enough = shelf_with([20, 3, 20], ("no", "rare", "yes"))
    assert validation(OWN, enough).tasks[0].refused is None


def test_large_networks_on_many_images_take_too_long_to_be_validated():
    settings, shelf = Settings(dataset="digits", hidden=(64, 64, 64), epochs=2000), Shelf()
    (task,) = validation(settings, shelf).tasks
    assert task.refusal == (
        f"Validating in 5 folds with these settings would take about {duration(task.seconds)}, more than the "
        "60 seconds that this server gives, so it is not begun. Choose fewer epochs or hidden units."
    )
    assert task.seconds > 60
    assert validation(replace(settings, hidden=(4,), epochs=50), shelf).tasks[0].refused is None


@pytest.mark.parametrize(("settings", "penalty"), [(EXACT, "l2"), (replace(SMALL, epochs=50, seed=3), "l1")])
def test_a_split_is_compared_as_the_core_does_it_at_its_own_seed(settings, penalty):
    batch, at = comparisons(settings, Shelf(), penalty), replace(settings, seed=settings.seed + 1)
    (found,) = run_now(replace(batch, tasks=batch.tasks[1:2]))
    expected = compare_rules(
        at.load(), at.hidden, penalty, seed=at.seed, epochs=at.epochs, fresh=at.load_fresh()
    )
    assert found.by_rule == expected.by_rule
    assert found.n_fresh == 20_000


def test_comparisons_depend_on_their_penalty_and_on_a_training_only_where_there_is_one():
    shelf = Shelf()
    assert len({comparisons(EXACT, shelf, penalty).key for penalty in LECTURE}) == len(LECTURE)
    for changed, same in (({"lam": 3.0}, True), ({"learning_rate": 1.0}, False), ({"epochs": 50}, False)):
        for settings, is_same in ((EXACT, True), (SMALL, same)):
            other = comparisons(replace(settings, **changed), shelf, "l1").key
            assert (other == comparisons(settings, shelf, "l1").key) == is_same


def test_long_comparisons_wait_for_a_button_that_says_how_many_are_missing_and_how_long_they_take():
    batch = comparisons(EXACT, Shelf(), "l1")
    assert sum(task.seconds for task in batch.tasks) < batch.asks_above, "these come unasked"
    run_now(replace(batch, tasks=batch.tasks[2:5]))
    missing = batch.missing()
    assert batch.pending(missing).startswith("On 7 of 10 splits λ is still to be chosen by every rule. That")
    assert f"about {duration(sum(task.seconds for task in missing))};" in batch.pending(missing)
    large = comparisons(Settings(dataset="digits", hidden=(16,)), Shelf(), "l1")
    assert sum(task.seconds for task in large.tasks) > large.asks_above
    assert [task.label for task in batch.tasks][::9] == [f"Choosing λ on split {i} of 10" for i in (1, 10)]


def test_halves_are_those_of_the_core_at_every_lam_but_zero_and_their_seed_counts():
    settings, shelf = replace(EXACT, seed=1), Shelf()
    assert stability(settings, shelf).key != stability(EXACT, shelf).key
    data, (found,) = settings.load(), run_now(stability(settings, shelf))
    expected = core.stability_selection(data.X_train, data.y_train, LAMS[1:], HALVES, 1)
    np.testing.assert_array_equal(found.lams, LAMS[1:])
    np.testing.assert_array_equal(found.share, expected.share)


def test_the_leak_is_that_of_the_core_and_the_same_for_everybody():
    (found,) = run_now(leaks())
    for way, accuracy in leak().accuracy.items():
        np.testing.assert_array_equal(found.accuracy[way], accuracy)
    assert leaks().tasks[0].kept() is found

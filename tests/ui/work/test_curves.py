"""Learning curves as work: what a training set's curves depend on, what is made anew, and what is kept."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core.datasets import DATASETS
from core.decomposition import N_ASIDE, bootstrap, fresh_set
from core.grid import train_to_rest
from core.network import targets
from core.settings import LAMS, UPLOAD
from core.variance import learning_curves, sample_sizes, subset_order
from tests.app import SHELF
from tests.ui.data.own_tables import own_shelf
from ui.data.shelf import Loaded, Shelf
from ui.work import curves as work
from ui.work.curves import WIDTHS, aim, curves, n_networks, over_widths, rows_kept, seeds_from, training_set
from ui.work.tasks import run_now

MOONS = core.Settings(dataset="moons", n_samples=50, hidden=(), epochs=50, seed=70)
WINE = core.Settings(dataset="wine", hidden=(), epochs=50, seed=71)
OWN = core.Settings(dataset=UPLOAD, hidden=(), epochs=50)


def test_all_sets_share_their_settings_and_sizes_up_to_all_samples():
    settings = core.Settings(dataset="needles", seed=999)
    batch = curves(settings, SHELF, "l1", 5)
    assert [study.i for task in batch.tasks for study in task.depends_on] == [0, 1, 2, 3, 4]
    assert {task.settings for task in batch.tasks} == {settings.reduced("lam")}
    (sizes,) = {study.sizes for task in batch.tasks for study in task.depends_on}
    assert sizes == sample_sizes(SHELF.load(settings).data.m, 2)
    assert [task.label for task in batch.tasks][0::4] == ["Training set 1 of 5", "Training set 5 of 5"]


def test_seeds_beyond_the_last_begin_again():
    assert seeds_from(998, 5) == [998, 999, 0, 1, 2]


@pytest.mark.parametrize("of", [curves, over_widths])
def test_the_chosen_lam_is_no_part_of_what_the_curves_depend_on(of):
    keys = [of(core.Settings(lam=lam), SHELF, "l2", 3).key for lam in (0.0, 50.0)]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("of", [curves, over_widths])
@pytest.mark.parametrize(
    "changed",
    [
        {"penalty": "l1"},
        {"n_sets": 5},
        *(
            {"settings": core.Settings(dataset="moons", **one)}
            for one in (
                {"epochs": 50},
                {"seed": 1},
                {"noise": 0.3},
                {"learning_rate": 0.1},
                {"n_samples": 50},
            )
        ),
        {"settings": core.Settings(dataset="moons", hidden=(8, 8))},
    ],
    ids=str,
)
def test_everything_else_that_can_be_chosen_is(of, changed):
    chosen = {"settings": core.Settings(dataset="moons"), "penalty": "l2", "n_sets": 3}
    keys = [of(shelf=SHELF, **choice).key for choice in (chosen, {**chosen, **changed})]
    assert keys[0] != keys[1]


@pytest.mark.parametrize("settings", [MOONS, WINE], ids=lambda one: one.dataset)
def test_the_test_rows_play_no_part(settings, monkeypatch):
    before = run_now(curves(settings, Shelf(), "l2", 2))
    expected, load = aim(settings, settings.load()), Shelf.load

    def spoilt(shelf: Shelf, of: core.Settings) -> Loaded:
        data = load(shelf, of).data
        return Loaded(replace(data, X_test=np.full_like(data.X_test, np.nan), y_test=0 * data.y_test))

    monkeypatch.setattr(Shelf, "load", spoilt)
    after = run_now(curves(settings, Shelf(), "l2", 2))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.test_cost, other.test_cost)
        np.testing.assert_array_equal(one.answers, other.answers)
    np.testing.assert_array_equal(aim(settings, Shelf().load(settings).data), expected)


def test_more_sets_train_only_those_that_are_new(monkeypatch):
    trained = []
    monkeypatch.setattr(work, "learning_curves", lambda *of: trained.append(of) or learning_curves(*of))
    few = run_now(curves(MOONS, SHELF, "l2", 3))
    many = curves(MOONS, SHELF, "l2", 5)
    assert len(many.missing()) == 2
    said = many.pending(many.missing())
    assert f"{2 * 6 * 26} networks are still to be trained: 2 of 5 trainings" in said
    assert "each with 6 numbers of samples and 26 values of λ" in said
    assert n_networks(2, 6) == 2 * 6 * 26
    assert run_now(many)[:3] == few
    assert len(trained) == 5
    assert many.kept() is not None


@pytest.mark.parametrize("settings", [MOONS, WINE], ids=lambda one: one.dataset)
def test_each_set_is_drawn_again_and_trained_from_a_start_of_its_own(settings):
    data, found = settings.load(), run_now(curves(settings, SHELF, "l2", 3))
    for i, one in enumerate(found):
        again = bootstrap(data, settings.seed, i)
        if settings.is_synthetic:
            again = fresh_set(data, settings.seed, settings.n_samples, settings.noise, i)
        sizes = sample_sizes(data.m, len(data.class_names))
        expected = learning_curves(again.data, sizes, (), "l2", LAMS, 0.3, 50, settings.seed + i)
        np.testing.assert_array_equal(one.test_cost, expected.test_cost)
        np.testing.assert_array_equal(one.train_accuracy, expected.train_accuracy)
        np.testing.assert_array_equal(training_set(settings, data, i).data.X_train, again.data.X_train)
    assert not np.array_equal(found[0].test_cost, found[1].test_cost)


# The rows whose probabilities are kept.


@pytest.mark.parametrize(
    ("settings", "n"),
    [
        (MOONS, 500),
        (core.Settings(dataset="needles", n_samples=1000), 500),
        (core.Settings(), 398),
        (WINE, 100),
        (core.Settings(dataset="digits"), 100),
        (OWN, 28),
    ],
    ids=lambda one: getattr(one, "dataset", one),
)
def test_the_rows_kept_are_in_order_and_each_there_once(settings, n):
    data = own_shelf().load(settings).data
    rows = rows_kept(settings, data)
    assert rows.tolist() == sorted(set(rows.tolist()))
    assert len(rows) == n
    assert rows[0] >= 0
    assert rows[-1] < (N_ASIDE if settings.is_synthetic else data.m)
    if n < data.m and not settings.is_synthetic:
        assert not np.array_equal(rows, np.arange(n)), "any of the training rows"
        others = rows_kept(replace(settings, seed=settings.seed + 1), data)
        assert not np.array_equal(rows, others)


def test_the_aim_of_drawn_data_is_the_true_share_of_the_rows_kept():
    data = MOONS.load()
    X = fresh_set(data, 70, 50, 0.2, 3).data.X_test[:500]
    target = aim(MOONS, data)
    assert target.shape == (1, 500)
    np.testing.assert_array_equal(target[0], DATASETS["moons"].truth(70, X, 0.2))
    np.testing.assert_array_equal(aim(replace(MOONS, lam=0.0, hidden=(4,), epochs=100), data), target)
    for changed in ({"noise": 0.4}, {"seed": 1}):
        other = replace(MOONS, **changed)
        assert not np.array_equal(aim(other, other.load()), target)


@pytest.mark.parametrize(("settings", "n_out"), [(core.Settings(seed=2), 1), (WINE, 3), (OWN, 1)])
def test_the_aim_of_other_data_is_the_class_of_the_rows_kept(settings, n_out):
    data = own_shelf().load(settings).data
    rows, target = rows_kept(settings, data), aim(settings, data)
    assert target.shape == (n_out, len(rows))
    assert target.dtype == float
    if n_out == 1:
        assert target[0].tolist() == data.y_train[rows].tolist()
    else:
        assert target.argmax(axis=0).tolist() == data.y_train[rows].tolist()
        assert (np.sort(target, axis=0) == [[0], [0], [1]]).all()
    np.testing.assert_array_equal(target, targets(data.y_train[rows], len(data.class_names), "float64"))


def test_answers_stand_at_the_rows_that_they_are_of_and_nothing_where_a_row_was_not_aside():
    data, found = WINE.load(), run_now(curves(WINE, SHELF, "l2", 3))
    rows, k = rows_kept(WINE, data), LAMS.index(10.0)
    for i, one in enumerate(found):
        again = bootstrap(data, WINE.seed, i)
        assert one.answers.shape == (len(one.sizes), len(LAMS), 3, len(rows))
        there = np.isin(rows, again.rows)
        assert 0.2 < there.mean() < 0.6
        assert (np.isfinite(one.answers) == there).all(), "of all networks alike"
        order = subset_order(again.data.y_train, np.random.default_rng((WINE.seed + i, data.m)))
        X, y = again.data.X_train[order], again.data.y_train[order]
        mean, deviation = X.mean(axis=0), X.std(axis=0)
        run = train_to_rest((X - mean) / deviation, y, (), "l2", [10.0], 0.3, 50, WINE.seed + i)
        expected = run.predict_proba((data.X_train[rows[there]] - mean) / deviation)[0]
        np.testing.assert_allclose(one.answers[-1, k][:, there], expected, atol=1e-3)


def test_of_drawn_data_every_set_answers_for_every_row_kept():
    data, found = MOONS.load(), run_now(curves(MOONS, SHELF, "l2", 3))
    for i, one in enumerate(found):
        assert one.answers.shape == (len(one.sizes), len(LAMS), 1, 500)
        again = fresh_set(data, 70, 50, 0.2, i).data
        expected = learning_curves(again, one.sizes, (), "l2", LAMS, 0.3, 50, 70 + i, keep=range(500))
        np.testing.assert_array_equal(one.answers, expected.answers)


# The widths.


def test_each_width_is_trained_in_every_hidden_layer_on_all_samples_of_every_set():
    settings = replace(MOONS, hidden=(3, 5))
    batch = over_widths(settings, SHELF, "l1", 3)
    assert [task.settings.hidden for task in batch.tasks] == [(w, w) for w in WIDTHS for _ in range(3)]
    assert [task.depends_on[0].i for task in batch.tasks] == [0, 1, 2] * len(WIDTHS)
    assert {task.depends_on[0].sizes for task in batch.tasks} == {(SHELF.load(settings).data.m,)}
    assert {task.depends_on[0].penalty for task in batch.tasks} == {"l1"}
    said = batch.pending(batch.missing())
    assert f"{18 * 26} networks are still to be trained: 18 of 18 trainings, each with 26 values of λ" in said
    assert over_widths(replace(settings, hidden=(9, 9)), SHELF, "l1", 3).key == batch.key
    assert over_widths(replace(settings, hidden=(9,)), SHELF, "l1", 3).key != batch.key


def test_a_width_is_trained_on_the_same_sets_as_the_curves():
    settings = replace(MOONS, hidden=(2,))
    found = run_now(over_widths(settings, SHELF, "l2", 2))
    widths = {width: found[2 * i : 2 * i + 2] for i, width in enumerate(WIDTHS)}
    for i, one in enumerate(run_now(curves(settings, SHELF, "l2", 2))):
        np.testing.assert_array_equal(widths[2][i].answers[0], one.answers[-1])
        np.testing.assert_array_equal(widths[2][i].test_cost[0], one.test_cost[-1])
        assert not np.array_equal(widths[4][i].test_cost[0], one.test_cost[-1])


def test_what_takes_long_waits_for_a_button_and_wider_takes_longer():
    for batch in (curves(MOONS, SHELF, "l2", 3), over_widths(replace(MOONS, hidden=(2,)), SHELF, "l2", 3)):
        assert batch.asks_above == work.AUTO_SECONDS
    seconds = [task.seconds for task in over_widths(replace(MOONS, hidden=(2,)), SHELF, "l2", 1).tasks]
    assert seconds == sorted(set(seconds))

"""Rows along their log-odds: where each stands, and what is written beside them."""

from functools import cache

import numpy as np
import pytest

import core
from core.measures import accuracy
from core.settings import LAMS
from tests.app import context_at
from tests.trained import trained
from ui.topics.overview.strips import CLOSE, Strips, across, log_odds, ticks_of
from ui.topics.overview.tables import lefts_of


@cache
def place(dataset: str) -> tuple[core.Dataset, dict[str, core.Run]]:
    context = context_at(core.Settings(dataset=dataset, hidden=(4,), epochs=50))
    return context.data, dict(context.networks.runs)


@pytest.mark.parametrize("dataset", ["breast_cancer", "wine", "needles"])
def test_log_odds_are_those_of_the_share_that_a_network_gives(dataset):
    data, runs = place(dataset)
    X, y = data.X_train, data.y_train
    for run in runs.values():
        P = run.predict_proba(X).astype(float)
        if P.ndim == 3:
            P = P[:, y, np.arange(len(y))]
        found = log_odds(run, X, y)
        is_unsure = (P > 1e-3) & (P < 1 - 1e-3)
        assert is_unsure.any()
        np.testing.assert_allclose(found[is_unsure], np.log(P / (1 - P))[is_unsure], atol=1e-3)
        assert ((found > 0) == (P > 0.5))[is_unsure & (np.abs(P - 0.5) > 1e-6)].all()


def test_a_network_without_an_answer_has_no_place_for_a_row():
    settings = core.Settings(dataset="moons", n_samples=50, learning_rate=3.0, epochs=50, hidden=())
    data, run = trained(settings, "l2", LAMS)
    found = log_odds(run, data.X_train, data.y_train)
    assert not run.sound.all()
    np.testing.assert_array_equal(np.isnan(found), ~run.sound[:, None] & np.ones(data.m, bool))
    assert np.isfinite(Strips.of({"L2": run}, data).top)


def test_a_square_spans_the_largest_log_odds_of_all():
    data, runs = place("breast_cancer")
    strips = Strips.of(runs, data)
    sizes = [np.abs(one) for one in strips.odds.values()]
    assert strips.top == max(one.max() for one in sizes)
    z = np.array([-strips.top, 0, strips.top])
    np.testing.assert_allclose(across(z, strips.top), [0, 0.5, 1])
    assert across(np.array(2.0), 9.0) == pytest.approx(0.5 + 0.5 * np.arcsinh(2) / np.arcsinh(9))


@pytest.mark.parametrize("dataset", ["breast_cancer", "wine", "digits"])
def test_each_row_stands_in_the_strip_of_its_class_in_every_square(dataset):
    data, runs = place(dataset)
    strips, lefts = Strips.of(runs, data), lefts_of(2)
    points, n, n_classes = strips.points(lefts), len(strips.y), len(data.class_names)
    assert len(points) == 2 * n
    for i, (label, left) in enumerate(zip(runs, lefts, strict=True)):
        mine = points.iloc[i * n : (i + 1) * n]
        assert (mine.left == np.float32(left)).all()
        np.testing.assert_array_equal(np.floor((1 - mine.y) * n_classes), strips.y)
        for k in (0, 10, len(LAMS) - 1):
            np.testing.assert_allclose(
                mine[f"v{k}"], across(strips.odds[label][k], strips.top), atol=1e-4, err_msg=label
            )
    if n_classes == 2:
        assert ((points.sign == "positive") == np.tile(strips.y == 1, 2)).all()
    neighbours = np.diff(strips.heights[strips.y == 0])
    assert (np.abs(neighbours) > 0.05 / n_classes).all(), "rows one after the other lie apart"


def test_guides_name_the_strips_from_the_top_and_tell_the_shares():
    data, runs = place("wine")
    strips = Strips.of(runs, data)
    guides = strips.guides([0.0, 1.05])
    names = guides[guides.name != ""]
    assert names.name.tolist() == 2 * list(data.class_names)
    np.testing.assert_allclose(names.y, [1, 2 / 3, 1 / 3] * 2)
    assert names.x.unique().tolist() == [0.0, 1.05]
    ticks = guides[(guides.label != "") & (guides.x <= 1)]
    assert dict(zip(ticks.label, ticks.x, strict=True)) == {words: x for x, words in ticks_of(strips.top)}
    assert strips.said == "sure of their own class"
    assert Strips.of(place("breast_cancer")[1], place("breast_cancer")[0]).said == "sure of benign"


@pytest.mark.parametrize("top", [3.0, 6.0, 12.0, 40.0, 400.0])
def test_shares_are_written_where_they_stand_with_room_between(top):
    ticks = ticks_of(top)
    assert "50 %" in [words for _, words in ticks]
    assert len(ticks) >= 3
    xs = np.array([x for x, _ in ticks])
    assert (np.diff(xs) > CLOSE).all()
    assert ((xs > 0) & (xs < 1)).all()
    for x, words in ticks:
        share = float(words.removesuffix(" %")) / 100
        assert x == pytest.approx(0.5 + 0.5 * np.arcsinh(np.log(share / (1 - share))) / np.arcsinh(top))


def test_in_a_strip_of_more_classes_the_middle_is_no_boundary_but_half():
    """A row right of 50 % is told right; one left of it may be too, where three share the answer."""
    data, runs = place("wine")
    run = runs["L2"]
    odds, P = log_odds(run, data.X_train, data.y_train), run.predict_proba(data.X_train)
    right = P.argmax(axis=1) == data.y_train
    assert right[odds > 0].all()
    assert (accuracy(P, data.y_train) >= (odds > 0).mean(axis=1)).all()

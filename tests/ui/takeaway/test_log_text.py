"""The log as plain values: it comes back as it was, and nothing comes back that was never tried."""

import json
from dataclasses import replace
from math import isnan, nan

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from core import Settings
from core.edits import parse_edits
from core.settings import EPOCHS, LAMS, UPLOAD
from core.training import METHODS
from ui.base.session import Trial, session
from ui.takeaway import log_text

costs = some.one_of(some.just(nan), some.floats(0, 1e6), some.sampled_from([0.0, 1e-300, 1 / 3]))
shares = some.one_of(some.just(nan), some.floats(0, 1))


@some.composite
def trials(draw) -> Trial:
    dataset = draw(some.sampled_from(["moons", "wine", UPLOAD]))
    settings = Settings(
        dataset=dataset,
        lam=draw(some.sampled_from(LAMS)),
        epochs=draw(some.sampled_from(EPOCHS)),
        seed=draw(some.integers(0, 999)),
        hidden=draw(some.sampled_from([(), (4,), (8, 8)])),
    ).reduced()
    return Trial(
        number=draw(some.integers(1, 10**6)),
        settings=settings,
        digest="ab12" if dataset == UPLOAD else "",
        data="Your data: ä & b.csv" if dataset == UPLOAD else {"moons": "Moons", "wine": "Wine"}[dataset],
        is_synthetic=dataset == "moons",
        penalty=draw(some.sampled_from(sorted(log_text.LABELS))),
        method=draw(some.sampled_from(METHODS)),
        at_rest=draw(some.booleans()),
        train_cost=draw(costs),
        validated_cost=draw(costs),
        accuracy=draw(shares),
        zeros=draw(shares),
        edits=parse_edits(draw(some.sampled_from(["", "r7", "a0.5_-1.25_1~m12_0_2"]))),
    )


def key(trial: Trial) -> object:
    return trial.digest, trial.settings, trial.penalty, trial.method


def having(monkeypatch, *tried: Trial) -> None:
    """A session in which this was tried."""
    monkeypatch.setattr(st, "session_state", {})
    session.trials = {key(trial): trial for trial in tried}
    session.trial_count = max((trial.number for trial in tried), default=0)


@given(some.lists(trials(), max_size=4, unique_by=(key, lambda trial: trial.number)))
def test_what_was_tried_comes_back_to_an_empty_session_as_it_was(tried):
    with pytest.MonkeyPatch.context() as patch:
        having(patch, *tried)
        kept = json.loads(json.dumps(log_text.rows(), allow_nan=False))
        having(patch)
        log_text.take_back(kept)
        for before, after in zip(tried, session.trials.values(), strict=True):
            for name in ("train_cost", "validated_cost", "accuracy", "zeros"):
                expected = getattr(before, name)
                assert getattr(after, name) == pytest.approx(expected, rel=1e-8, abs=0, nan_ok=True)
                after = replace(after, **{name: expected})
            assert repr(after) == repr(before)
        assert session.trial_count == max((trial.number for trial in tried), default=0)


ONE = Trial(
    5, Settings(dataset="wine").reduced(), "", "Wine", False, "L1", METHODS[0], True, 0.1, nan, nan, 0.5
)


def test_what_this_session_tried_follows_and_the_same_setting_is_one_row(monkeypatch):
    having(monkeypatch, ONE)
    kept = log_text.rows()
    validated = replace(ONE, number=1, validated_cost=0.2, accuracy=0.9)
    other = replace(ONE, number=2, penalty="L2")
    having(monkeypatch, validated, other)
    log_text.take_back(kept)
    assert [trial.number for trial in session.trials.values()] == [5, 6]
    first, second = session.trials.values()
    assert first == replace(validated, number=5)
    assert second == replace(other, number=6)
    assert session.trial_count == 6


def test_at_most_as_many_rows_as_the_log_has(monkeypatch):
    having(monkeypatch, ONE)
    (row,) = log_text.rows()
    having(monkeypatch)
    log_text.take_back([[n, f"dataset=wine&seed={n}", *row[2:]] for n in range(1, 500)])
    assert [trial.number for trial in session.trials.values()] == list(range(300, 500))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 0),
        (0, -1),
        (0, True),
        (0, 1.5),
        (0, "7"),
        (1, "dataset=nothing"),
        (1, "lam=3.14"),
        (1, 7),
        (1, "hidden=9999"),
        (2, None),
        (2, "x" * 20_001),
        (3, ["x"]),
        (4, "L3"),
        (5, "guessing"),
        (7, -1),
        (7, "1"),
        (7, 1e300),
        (9, 1.5),
        (10, -0.1),
        (11, "r7~nothing"),
    ],
)
def test_a_row_that_cannot_have_been_tried_is_left_out_and_the_others_stay(monkeypatch, place, value):
    having(monkeypatch, ONE)
    (row,) = log_text.rows()
    having(monkeypatch)
    forged = [value if i == place else one for i, one in enumerate(row)]
    log_text.take_back([forged, row])
    assert [trial.number for trial in session.trials.values()] == [5]
    assert isnan(next(iter(session.trials.values())).validated_cost)


@pytest.mark.parametrize("given", [None, 3, "x", {}, [1, 2], [[]], [["a"] * 12], [None]])
def test_what_is_no_list_of_rows_leaves_the_log_as_it_is(monkeypatch, given):
    having(monkeypatch, ONE)
    log_text.take_back(given)
    assert len(session.trials) == 1
    assert log_text.pins(given) == ((1, 2) if given == [1, 2] else ())

"""What was predicted as plain values: it comes back, and nothing that nobody can have predicted."""

import json

import pytest
import streamlit as st

from core.settings import LAMS
from ui.base.session import session
from ui.tour import predictions
from ui.tour.steps import TOUR

FIRST, SECOND = TOUR[:2]
CURVE = next(step for step in TOUR if step.drawing and step.drawing.kind == "curve")
PLACE = next(step for step in TOUR if step.drawing and step.drawing.kind == "place")


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    """A session in which nothing was predicted."""
    monkeypatch.setattr(st, "session_state", {})


def test_predictions_drawings_and_results_come_back(monkeypatch):
    session.tour_predicted = {FIRST.name: 1, CURVE.name: 0, PLACE.name: 2}
    session.tour_drawn = {CURVE.name: tuple(i / len(LAMS) for i in range(len(LAMS))), PLACE.name: (3,)}
    session.tour_results = {FIRST.name: True, CURVE.name: False}
    session.tour_step, session.tour_shown = CURVE.name, True
    before = session.tour_predicted, session.tour_drawn, session.tour_results
    kept = json.loads(json.dumps(predictions.to_keep()))
    monkeypatch.setattr(st, "session_state", {"tour_step": CURVE.name})
    predictions.take_back(kept)
    assert (session.tour_predicted, session.tour_drawn, session.tour_results) == before
    assert session.tour_shown
    assert session.tour_led == CURVE.name, "its answer does not lead to a λ again"
    assert st.session_state[predictions.prediction_key(FIRST)] == 1


def test_on_another_step_its_answer_stays_hidden():
    session.tour_step = SECOND.name
    predictions.take_back({"shown": FIRST.name})
    assert not session.tour_shown


def test_what_was_predicted_meanwhile_stays():
    session.tour_predicted = {FIRST.name: 0}
    predictions.take_back({"predicted": {FIRST.name: 1, SECOND.name: 1}})
    assert session.tour_predicted == {FIRST.name: 0, SECOND.name: 1}
    assert st.session_state[predictions.prediction_key(FIRST)] == 0


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"predicted": 3, "drawn": "x", "results": []},
        {"predicted": {"no-such-step": 0, FIRST.name: 99}},
        {"predicted": {FIRST.name: -1, SECOND.name: True}},
        {"predicted": {FIRST.name: "0"}, "results": {FIRST.name: "yes"}},
        {"drawn": {PLACE.name: [3]}},
        {"drawn": {FIRST.name: [3]}, "shown": 7},
    ],
)
def test_what_nobody_can_have_predicted_is_left_out(given):
    predictions.take_back(given)
    assert session.tour_predicted == session.tour_drawn == session.tour_results == {}
    assert not session.tour_shown


@pytest.mark.parametrize("drawn", [[], [99], [0.5], ["3"], [3, 4], 3, None])
def test_a_drawing_that_no_hand_can_draw_is_left_out(drawn):
    predictions.take_back({"predicted": {PLACE.name: 0}, "drawn": {PLACE.name: drawn}})
    assert session.tour_drawn == {}

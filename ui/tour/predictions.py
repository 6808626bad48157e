"""What was predicted in the tour as plain values, such as a browser can keep, and back again."""

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from ui.base.session import session
from ui.stage.drawing import is_drawn
from ui.tour.steps import STEPS, Step


def prediction_key(step: Step) -> str:
    """Under which the session has the options of a step to be chosen from."""
    return f"tour_prediction_{step.name}"


def to_keep() -> dict[str, Any]:
    """By the steps' names the options chosen, what was drawn, which were right; the step that is answered."""
    return {
        "predicted": session.tour_predicted,
        "drawn": {name: list(drawn) for name, drawn in session.tour_drawn.items()},
        "results": session.tour_results,
        "shown": session.tour_step if session.tour_shown else None,
    }


def take_back(given: Mapping[str, Any]) -> None:
    """Add what an earlier session predicted, where this one did not; what no session can have is left out."""
    for step, option in _by_step(given, "predicted"):
        if type(option) is int and 0 <= option < len(step.options):
            chosen = session.tour_predicted.setdefault(step.name, option)
            st.session_state[prediction_key(step)] = chosen
    for step, values in _by_step(given, "drawn"):
        if step.drawing and step.name in session.tour_predicted and is_drawn(values, step.drawing.kind):
            session.tour_drawn.setdefault(step.name, tuple(values))
    for step, right in _by_step(given, "results"):
        if isinstance(right, bool):
            session.tour_results.setdefault(step.name, right)
    if session.tour_step is not None and given.get("shown") == session.tour_step:
        session.tour_shown, session.tour_led = True, session.tour_step


def _by_step(given: Mapping[str, Any], name: str) -> Iterator[tuple[Step, Any]]:
    found = given.get(name)
    for key, value in found.items() if isinstance(found, Mapping) else ():
        if key in STEPS:
            yield STEPS[key], value

"""Rows that lead somewhere: a button that goes there within the session, and a link to hand on.

Streamlit's own page links change the address but not the widgets bound to it, so a button sets the widgets,
and the link, a plain one, opens a session of its own, which takes its settings from the address.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from ui.base.address import query_of, relative_link
from ui.base.templates import filled
from ui.topics import path_of
from ui.topics.topic import Topic
from ui.tour import bar
from ui.tour.scenarios import SCENARIOS, Scenario
from ui.tour.steps import IN_ADDRESS, TOUR, Step, settings_of, with_values

LINK = Path(__file__).parent / "link.html"


def step_rows() -> None:
    """Every step of the tour with its question."""
    for number, step in enumerate(TOUR, start=1):
        _row(
            f"{number}. {step.title}",
            with_values(step.question, settings_of(step.settings)),
            step_link(step),
            f"open_step_{step.name}",
            bar.go,
            (step.name,),
        )


def scenario_rows(wrong: bool) -> None:
    """The scenarios that go wrong on purpose, or those that do not, with what to look for."""
    for i, scenario in enumerate(SCENARIOS):
        if scenario.wrong == wrong:
            _row(
                scenario.name,
                scenario.look,
                scenario_link(scenario),
                f"open_scenario_{i}",
                bar.go_to,
                (scenario.topic, scenario.settings),
            )


def step_link(step: Step) -> str:
    """The address of a step with its settings, relative to any page."""
    return _link(step.topic, {**step.settings, IN_ADDRESS: step.name})


def scenario_link(scenario: Scenario) -> str:
    """The address of a scenario, relative to any page."""
    return _link(scenario.topic, scenario.settings)


def _link(topic: Topic, values: Mapping[str, Any]) -> str:
    return relative_link(path_of(topic), query_of(values))


def _row(
    name: str, text: str, address: str, key: str, on_click: Callable[..., None], args: tuple[Any, ...]
) -> None:
    """A button that goes there within the session, what it is about, and a link to hand on."""
    button, words = st.columns([1, 3], vertical_alignment="center", gap="small")
    button.button(name, on_click=on_click, args=args, key=key, width="stretch")
    words.html(filled(LINK, name=name, text=text, address=address))

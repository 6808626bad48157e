"""Cards that lead somewhere: a button that goes there within the session, and a link to hand on.

Streamlit's own page links change the address but not the widgets bound to it, so a button sets the widgets,
and the link, a plain one, opens a session of its own, which takes its settings from the address.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ui.base.address import PART, query_of, relative_link
from ui.base.templates import filled
from ui.base.theme import style
from ui.topics import path_of
from ui.topics.topic import Topic
from ui.tour import bar
from ui.tour.scenarios import SCENARIOS, Scenario
from ui.tour.steps import IN_ADDRESS, TOUR, Step, settings_of, with_values

CARD = Path(__file__).parent / "card.html"
PICTURES = Path(__file__).parent / "cards"


@dataclass(frozen=True)
class Card:
    """A picture, what it is about, and where it leads."""

    name: str
    file: str  # of its picture, without theme and ending
    text: str
    address: str
    look: str = ""  # what there is to see, for who opens it


def show_steps(theme: str) -> None:
    """Every step of the tour with its question."""
    with st.container(key="cards_steps"):
        for number, step in enumerate(TOUR, start=1):
            question = with_values(step.question, settings_of(step.settings))
            card = Card(f"{number}. {step.title}", step.name, question, step_link(step))
            _show(card, theme, f"open_step_{step.name}", bar.go, (step.name,))


def show_scenarios(wrong: bool, theme: str) -> None:
    """The scenarios that go wrong on purpose, or those that do not, with what to look for."""
    with st.container(key=f"cards_{'wrong' if wrong else 'right'}"):
        for i, one in enumerate(SCENARIOS):
            if one.wrong == wrong:
                card = Card(one.name, file_of(one), one.question, scenario_link(one), one.look)
                args = (one.topic, one.settings, one.part)
                _show(card, theme, f"open_scenario_{i}", bar.go_to, args)


def file_of(scenario: Scenario) -> str:
    """How its picture is called: few-words-like-these."""
    return "-".join(re.findall(r"[a-z0-9]+", scenario.name.lower()))


def step_link(step: Step) -> str:
    """The address of a step with its settings, relative to any page."""
    return _link(step.topic, {**step.settings, IN_ADDRESS: step.name})


def scenario_link(scenario: Scenario) -> str:
    """The address of a scenario, relative to any page."""
    return _link(scenario.topic, {**scenario.settings, **({PART: scenario.part} if scenario.part else {})})


def _link(topic: Topic, values: Mapping[str, Any]) -> str:
    return relative_link(path_of(topic), query_of(values))


def style_of_cards() -> str:
    """The style sheet of the cards."""
    return style(Path(__file__).parent / "cards.css")


@cache
def picture_of(file: str, theme: str) -> str:
    """The card's picture as an address that holds it; python -m tests.pictures takes it."""
    path = PICTURES / f"{file}-{theme}.webp"
    return f"data:image/webp;base64,{b64encode(path.read_bytes()).decode('ascii')}" if path.exists() else ""


def _show(card: Card, theme: str, key: str, on_click: Callable[..., None], args: tuple[Any, ...]) -> None:
    """A button that goes there within the session, what it is about, and a link to hand on."""
    with st.container(key=f"card_{key}", border=True, gap="small"):
        st.html(filled(CARD, **vars(card), picture=picture_of(card.file, theme)))
        st.button(card.name, on_click=on_click, args=args, key=key, width="stretch")

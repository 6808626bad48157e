"""For the front of a classroom: the tour's steps and the scenarios, each a button and a link to hand on."""

import streamlit as st

from ui import guide
from ui.offers import href, offer, settings_of
from ui.scenarios import SCENARIOS
from ui.tour import TOUR, query

st.title("A tour to predict, and scenarios to look for", anchor=False)
st.markdown(
    "1. **Present** in the bar above gives the page to the picture; the keys of a presenter's remote turn "
    "the steps.\n"
    "2. Read the question, let the class choose, then **Reveal**: the answer is measured on the networks of "
    "the page, so it follows every change in the panel.\n"
    "3. Each link opens its step or scenario with its settings, in a new tab or on a student's phone."
)
st.header("The tour", anchor=False)
for n, step in enumerate(TOUR, start=1):
    offer(
        f"{n}. {step.title}",
        step.said(step.question, settings_of(step.settings)),
        href(step.page, query(step.settings) | {guide.PLACE: str(n)}),
        key=f"open_step_{n}",
        on_click=guide.go,
        args=(n,),
    )
for title, wrong in (("Worth seeing", False), ("Wrong on purpose", True)):
    st.header(title, anchor=False)
    for i, scenario in enumerate(SCENARIOS):
        if scenario.wrong == wrong:
            offer(
                scenario.name,
                scenario.look,
                href(scenario.page, query(scenario.settings)),
                key=f"open_scenario_{i}",
                on_click=guide.go_to,
                args=(scenario.page, scenario.settings),
            )

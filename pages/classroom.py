"""For the front of a classroom: the tour's steps and the scenarios, each a button and a link to hand on."""

import streamlit as st

from ui.frame.page import current_theme
from ui.tour.links import show_scenarios, show_steps, style_of_cards

theme = current_theme()
st.html(style_of_cards())
st.title("A tour to predict, and scenarios to look for", anchor=False)
st.markdown(
    "1. **Present** in the bar above gives the page to the picture; the keys of a presenter's remote walk "
    "the tour: one goes on, to the answer and to the next question, the other goes back.\n"
    "2. Read the question, let the class choose, then **Reveal**: the answer is measured on the networks of "
    "the page, so it follows every change in the panel.\n"
    "3. Each link opens its step or scenario with its settings, in a new tab or on a student's phone."
)
st.header("The tour", anchor=False)
show_steps(theme)
st.header("Worth seeing", anchor=False)
show_scenarios(wrong=False, theme=theme)
st.header("Wrong on purpose", anchor=False)
show_scenarios(wrong=True, theme=theme)

"""What was tried in this session."""

import streamlit as st

from ui.takeaway.log import trials
from ui.takeaway.log_page import choose_trials, compare, offer_return, say_nothing_was_tried

st.title("What was tried", anchor=False)
st.markdown(
    "Each setting that a page has trained in this session, at the λ that was chosen, with what came of it. "
    "A click on a column sorts; tick two rows to see them side by side. The list ends with the session: "
    "download it to keep it."
)
tried = trials()
if not tried:
    say_nothing_was_tried()
    st.stop()
ticked = choose_trials(tried)
compare(ticked)
offer_return(ticked)

"""Regularization Lab: the frame around the pages."""

import streamlit as st

from ui.page import current_theme
from ui.panel import settings_panel, show_problems
from ui.theme import INKS, css

st.set_page_config(page_title="Regularization Lab", page_icon="🎯", layout="wide")

# Each address differs from its file's name: on a fresh server Streamlit would otherwise open the file
# itself, without this frame.
PAGES = [
    st.Page("pages/sparsity.py", title="L1 vs L2", url_path="l1-vs-l2", default=True),
    st.Page("pages/histograms.py", title="Weight histograms", url_path="weight-histograms"),
    st.Page("pages/linearity.py", title="Tanh", url_path="tanh"),
]

page = st.navigation(PAGES)
st.html(css(INKS[current_theme()]))
settings = st.session_state.settings = settings_panel()
show_problems(settings)
page.run()

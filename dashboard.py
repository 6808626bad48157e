"""Regularization Lab: the frame around the pages."""

import streamlit as st

from ui import guide
from ui.menu import MENU, TOOLS
from ui.page import current_theme
from ui.panel import settings_panel, show_problems
from ui.sockets import send_at_once
from ui.theme import INKS, css
from ui.toolbar import toolbar

st.set_page_config(page_title="Regularization Lab", page_icon="🎯", layout="wide")

PAGES = [
    st.Page(e.file, title=e.title, url_path=e.url_path, default=e.default, visibility=visibility)
    for entries, visibility in ((MENU, "visible"), (TOOLS, "hidden"))
    for e in entries
]

send_at_once()
page = st.navigation(PAGES)
guide.arrive(page)
settings = st.session_state.settings = settings_panel()
st.html(css(INKS[current_theme()], present=toolbar(page)))
show_problems(settings)
guide.show(page)
page.run()

"""Regularization Lab: the frame around the pages."""

import streamlit as st

from ui.base.session import session
from ui.controls import beside, edits, looks
from ui.controls.panel import settings_panel, show_problems
from ui.frame import ballot
from ui.frame.kept import keep
from ui.frame.menu import MENU, TOOLS
from ui.frame.page import page_style, panel_context
from ui.frame.sockets import send_at_once
from ui.frame.toolbar import toolbar
from ui.stage import lam_bar
from ui.topics import topic_of
from ui.tour import bar
from ui.work.owner import owner
from ui.work.tasks import SCREENS

st.set_page_config(page_title="Regularization Lab", page_icon="🎯", layout="wide")

if ballot.is_asked_for():  # a phone of a class
    st.navigation([st.Page(ballot.page, title="Vote")], position="hidden").run()
    st.stop()

PAGES = [
    st.Page(e.file, title=e.title, url_path=e.address, default=e.default, visibility=visibility)
    for entries, visibility in ((MENU, "visible"), (TOOLS, "hidden"))
    for e in entries
]

send_at_once()
with SCREENS.turn(owner()):
    page = st.navigation(PAGES)
    bar.arrive(page)
    topic = topic_of(page.title)
    looks.arrive(topic)
    lam_bar.arrive()
    session.settings = settings_panel()
    beside.arrive()
    edits.arrive()
    presented = toolbar(page)
    st.html(page_style(presented))
    lam_bar.show(session.settings.lam, presented, looks.look_on(topic))
    show_problems(session.settings)
    bar.show(page, panel_context)
    with lam_bar.on_its_way(), keep():
        page.run()

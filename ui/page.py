"""The skeleton that every page shares: idea, picture, what to notice."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from core import Dataset, Settings
from ui import log, words
from ui.data import loaded
from ui.lesson import Lesson, Sheet
from ui.picture import Picture
from ui.store import trained
from ui.takeaway import take_away
from ui.theme import INKS


def current_theme() -> str:
    """The theme the browser shows, light until it is known."""
    theme = st.context.theme.type
    return theme if theme in INKS else "light"


def introduce(title: str, idea: str) -> None:
    """The page's sentence, and its idea, which is left to the speaker where the page is presented."""
    st.title(title, anchor=False)
    with st.container(key="idea"):
        st.markdown(idea)


def open_lesson(title: str, idea: str) -> Lesson:
    """Write the page's sentence and its idea, then train what the settings ask for."""
    introduce(title, idea)
    settings: Settings = st.session_state.settings
    result = trained(settings)
    with st.container():  # there even when empty, so that what follows keeps its place
        for sentence in words.divergence(result.runs):
            st.warning(sentence)
    lesson = Lesson(settings, result, current_theme())
    log.note(lesson)
    return lesson


def open_sheet(title: str, idea: str) -> Sheet:
    """Write the page's sentence and its idea, and load the data; nothing is trained."""
    introduce(title, idea)
    settings: Settings = st.session_state.settings
    return Sheet(settings, loaded(settings), current_theme())


def draw(picture: Picture) -> None:
    """Show a chart; the tables travel beside the spec, which stays the same when they change.

    What it shows at the chosen λ stands before it, for screen readers alone: its alternative text is part
    of the spec, and so a constant.
    """
    st.html(f'<p class="for-screen-readers">{escape(picture.spoken)}</p>')
    spec = {**picture.spec, "datasets": picture.packed}
    st.vega_lite_chart(None, spec, key=picture.key, alt=picture.alt, width="stretch")


def show(picture: Picture, data: Dataset | None = None, of: Settings | None = None) -> None:
    """A page's picture with what can be taken away of it, or a sentence where there is none.

    data, of: as in `take_away`.
    """
    with st.container():  # there even when empty, so that what follows keeps its place
        if picture.missing:
            st.info(picture.missing)
            return
    draw(picture)
    if picture.caption:
        st.caption(picture.caption)
    take_away(picture, current_theme(), data, of)
    notice(picture.notes)


def notice(sentences: Sequence[str]) -> None:
    """What to notice, each a sentence with numbers of this run."""
    st.header("What to notice", anchor=False)
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))

"""The bar over every page: the tools, a link to exactly this state, and the switch to the projector.

To present is to give the page to the picture: larger type and marks, no panel, the next step at hand. It
stands in the address as `?present=1`, so that a teacher's bookmark opens ready.
"""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.base.address import ON, PRESENT, keep_in_address, with_query
from ui.base.qr import qr_code
from ui.base.session import session
from ui.controls import looks
from ui.controls.edits import too_many
from ui.frame.menu import TOOLS
from ui.topics import TOPICS, topic_of
from ui.topics.topic import Topic
from ui.tour.room import IN_ADDRESS as ROOM

LONGEST = 2000  # characters of an address; a QR code holds 2,331 bytes at most, and cameras read far fewer


def toolbar(page: StreamlitPage) -> bool:
    """Draw the bar and return whether the page is presented."""
    state = st.session_state
    if PRESENT not in state:
        state[PRESENT] = st.query_params.get(PRESENT, "0").lower() in ON
    with st.container(key="toolbar", horizontal=True, horizontal_alignment="right", gap="small"):
        with st.container(key="toolbar_ways", horizontal=True, width="content", gap="small"):
            if state[PRESENT] and not session.tour_step:  # a tour has its own way on
                _steps(page)
            elif not state[PRESENT]:
                for tool in TOOLS:
                    st.page_link(tool.file, label=tool.title, icon=tool.icon)
        present = st.toggle("Present", key=PRESENT)
        keep_in_address(PRESENT, "1" if present else None)
        share = st.popover("Share", icon=":material/qr_code_2:", key="share", on_change="rerun")
        if share.open:  # a QR code takes longer to make than all else here
            with share:
                _share()
    return present


def _steps(page: StreamlitPage) -> None:
    """The page before and the page after, also on the keys of a presenter's remote.

    Where a page is looked at in steps, its looks come first, and the walk goes on through the other pages.
    """
    topic = topic_of(page.title) or TOPICS[0]
    number = looks.number_on(topic_of(page.title))
    _step("arrow_back", topic, number, -1, "PageUp")
    _step("arrow_forward", topic, number, 1, "PageDown")


def _step(icon: str, topic: Topic, number: int, by: int, key: str) -> None:
    """A button to the look, or the page, before or after; number: of the look that is on, 0 for none."""
    at, to_look = TOPICS.index(topic) + by, bool(number) and 1 <= number + by <= len(topic.looks)
    other = TOPICS[at] if 0 <= at < len(TOPICS) else None
    label = f"Look {number + by}" if to_look else other.title if other else " "
    clicked = st.button(
        label,
        icon=f":material/{icon}:",
        disabled=not to_look and other is None,
        shortcut=key,
        key=f"step_{icon}",
    )
    if clicked and to_look:
        looks.go(topic, number + by)
        st.rerun()  # the λ of a look is chosen before the panel is drawn
    elif clicked and other:
        query = {PRESENT: "1"}  # the panel writes its own values again
        if number:
            query |= looks.due(other, 1 if by > 0 else len(other.looks))
        st.switch_page(other.file, query_params=query)


def _share() -> None:
    """The address of this state, to be copied and to be photographed."""
    here = {name: value for name, value in st.query_params.to_dict().items() if name != ROOM}
    address = with_query(st.context.url or "", here)  # who is given it is no teacher of the room
    st.markdown("Opens exactly this: the page, the settings and the chosen λ.")
    if lacking := too_many(session.settings):
        st.caption(lacking)
    st.code(address, language=None, wrap_lines=True)
    if len(address) > LONGEST:
        st.caption("This address is too long for a QR code.")
        return
    st.image(qr_code(address), caption="For a phone's camera", width=260)

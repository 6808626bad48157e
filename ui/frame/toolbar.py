"""The bar over every page: the tools, a link to exactly this state, and the switch to the projector.

To present is to give the page to the picture: larger type and marks, no panel, the next step at hand. It
stands in the address as `?present=1`, so that a teacher's bookmark opens ready.
"""

from functools import lru_cache

import segno
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.base.address import ON, PRESENT, keep_in_address, with_query
from ui.base.session import session
from ui.controls.edits import too_many
from ui.frame.menu import MENU, TOOLS, Entry

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
    """The page before and the page after, also on the keys of a presenter's remote."""
    paths = [entry.path for entry in MENU]
    at = paths.index(page.url_path) if page.url_path in paths else 0
    _step("arrow_back", MENU[at - 1] if at else None, "PageUp")
    _step("arrow_forward", MENU[at + 1] if at + 1 < len(MENU) else None, "PageDown")


def _step(icon: str, entry: Entry | None, key: str) -> None:
    label = entry.title if entry else " "
    clicked = st.button(
        label, icon=f":material/{icon}:", disabled=not entry, shortcut=key, key=f"step_{icon}"
    )
    if clicked and entry:
        st.switch_page(entry.file, query_params={PRESENT: "1"})  # the panel writes its own values again


def _share() -> None:
    """The address of this state, to be copied and to be photographed."""
    address = with_query(st.context.url or "", st.query_params.to_dict())
    st.markdown("Opens exactly this: the page, the settings and the chosen λ.")
    if lacking := too_many(session.settings):
        st.caption(lacking)
    st.code(address, language=None, wrap_lines=True)
    if len(address) > LONGEST:
        st.caption("This address is too long for a QR code.")
        return
    st.image(qr_code(address), caption="For a phone's camera", width=260)


@lru_cache(maxsize=128)
def qr_code(text: str) -> str:
    """A QR code as SVG: black on white in both themes, as cameras want it."""
    svg: str = segno.make(text, error="m").svg_inline(scale=8, border=4, dark="#000", light="#fff")
    return svg

"""What the browser keeps of a session, and hands to the next one: what was tried and predicted.

A session lies in the server's memory and ends when that starts again, or the page is loaded anew. A person's
own data are kept nowhere else: of them the browser knows the file's name, so that the truth can be said.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from ui.base.foreign import markdown
from ui.base.session import session
from ui.controls.panel import say_own_is_gone
from ui.stage.component import component
from ui.takeaway import log_text
from ui.tour import predictions

KEY, GIVEN = "kept", "given"
LONGEST_NAME = 200  # characters of a file's name


@contextmanager
def keep() -> Iterator[None]:
    """Around a page: when all of it is drawn, the browser is told what to keep."""
    place = st.container(key="keeper")
    try:
        yield
    except StopException:  # a page that ends early is a whole page
        _tell(place)
        raise
    _tell(place)


def _tell(place: Any) -> None:
    with place:
        component("kept")(
            key=KEY,
            data={"session": session.name, "received": session.kept_arrived, "kept": _to_keep()},
            on_given_change=_take_back,
        )


def _to_keep() -> dict[str, Any]:
    own = session.own
    return {
        "log": log_text.rows(),
        "pinned": list(session.pinned),
        "tour": predictions.to_keep(),
        "file": own.source.source[:LONGEST_NAME] if own else session.lost_file,
    }


def _take_back() -> None:
    """The browser has handed over what an earlier session left; whatever is none of that is left out."""
    state = st.session_state.get(KEY)
    given = state.get(GIVEN) if isinstance(state, Mapping) else None
    if session.kept_arrived or not isinstance(given, Mapping):
        return
    session.kept_arrived = True
    log_text.take_back(given.get("log"))
    session.pinned = session.pinned or log_text.pins(given.get("pinned"))
    tour, name = given.get("tour"), given.get("file")
    if isinstance(tour, Mapping):
        predictions.take_back(tour)
    if isinstance(name, str) and name and session.own is None:
        session.lost_file = name[:LONGEST_NAME]
        say_own_is_gone(markdown(session.lost_file))

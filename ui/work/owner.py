"""Whose work it is: what tells one person who asks from another, for the turns in the queue."""

import re
from collections.abc import Callable, Hashable, Mapping
from functools import partial

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

LAB_COOKIE = "lab"  # as the hosted server passes it on, see deploy/browsers.py
LAB_VALUE = re.compile("[0-9a-f]{32}")
STREAMLIT_COOKIE = "_streamlit_xsrf"


def owner() -> Hashable:
    """The browser, by its cookie, so that all its tabs are one; else the address; else the session.

    A class shares one address, so that comes second. None outside a page.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return None
    browser = browser_of(st.context.cookies)
    return browser or st.context.ip_address or context.session_id


def presence() -> Callable[[], bool]:
    """Whether the visitor of the page that is being drawn is still there, for any thread to ask later."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or not runtime.exists():
        return lambda: True
    return partial(runtime.get_instance().is_active_session, context.session_id)


def browser_of(cookies: Mapping[str, str]) -> str:
    """What is the same in all tabs of a browser; "" without a cookie that says it.

    Streamlit writes its token anew at each visit, covered by another mask: 2|mask|token ⊕ mask|time.
    """
    lab, streamlit = (str(cookies.get(name, "")) for name in (LAB_COOKIE, STREAMLIT_COOKIE))
    if LAB_VALUE.fullmatch(lab):
        return lab
    try:
        _, mask, covered, _ = streamlit.strip("\"'").split("|")
        bits, token = bytes.fromhex(mask), bytes.fromhex(covered)
    except ValueError:
        return ""
    return bytes(byte ^ bits[i % len(bits)] for i, byte in enumerate(token)).hex() if bits else ""

"""The controls of a page's own: kept for the session, and in the address while they are not at their default.

The panel's widgets are bound to the address by Streamlit. A page's own come and go with it, and Streamlit
would write what is shown ("the same λ"), so these are written here, by their value.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from core import PENALTIES

Choice = TypeVar("Choice", str, int, float)


def choose(
    label: str,
    options: Sequence[Choice],
    default: Choice,
    key: str,
    shown: Callable[[Choice], str] = str,
    help: str | None = None,
) -> Choice:
    """One of a few options, side by side; key: its name in the session and in the address."""
    state, query = st.session_state, st.query_params
    if state.get(key) not in options:
        named = {str(option): option for option in options}
        state[key] = named.get(query.get(key), default)
    value = st.segmented_control(
        label,
        options,
        format_func=shown,
        required=True,
        key=key,
        persist_state="session",
        help=help,
        on_change=_write,  # before the page is drawn, since the link to share stands above it
        args=(key, default),
    )
    _write(key, default)
    return value


def _write(key: str, default: Choice) -> None:
    """Put a choice into the address, or take it out where it is the default."""
    value = st.session_state.get(key, default)
    if value == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = str(value)


def choose_penalty(key: str) -> str:
    """Which penalty a page shows, "l1" or "l2"."""
    return choose("Penalty", list(PENALTIES), "l2", key, shown=lambda name: PENALTIES[name].label)

"""The controls of a page's own: kept for the session, and in the address while they are not at their default.

The panel's widgets are bound to the address by Streamlit. A page's own come and go with it, and Streamlit
would write what is shown ("the same λ"), so these are written here, by their value.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.validation import shown
from ui.base.address import keep_in_address
from ui.base.session import session
from ui.controls.forged import never_empty
from ui.controls.panel import add_problems
from ui.topics import TOPICS
from ui.topics.topic import Choice, Context, Control, Topic

never_empty.update(control.key for topic in TOPICS for control in topic.controls)


def draw_controls(topic: Topic, context: Context) -> Context:
    """Draw the topic's controls that apply here, and return the context with what is chosen."""
    drawn = [control for control in topic.controls if control.applies(context)]
    if not drawn:
        return context
    _check_address(drawn, context)
    with st.container(key="controls", horizontal=True, gap="large"):
        for control in drawn:  # what one offers may hang on those before it
            context = _with(context, control, _draw(control, context))
    return context


def _with(context: Context, control: Control, value: Choice) -> Context:
    """The context in which this is chosen at a control."""
    return replace(context, choices={**context.choices, control.key: value})


def _draw(control: Control, context: Context) -> Choice:
    """One of a few values, side by side."""
    state, query, key = st.session_state, st.query_params, control.key
    values, default = control.values_in(context), control.default_in(context)
    # Made beforehand: Streamlit keeps what formats them in the session, and networks must not hang on it.
    words = {value: control.shown(value, context) for value in values}
    if state.get(key) not in values:
        found = control.parse(query.get(key, ""), context)
        state[key] = default if found is None else found
    chosen: Any = st.segmented_control(
        control.label,
        values,
        format_func=words.__getitem__,
        required=True,
        key=key,
        persist_state="session",
        help=control.help,
        on_change=_write,  # before the page is drawn, since the link to share stands above it
        args=(key, default),
    )
    _write(key, default)
    value: Choice = chosen
    return value


def _check_address(drawn: Sequence[Control], context: Context) -> None:
    """Look at what the address has for controls that hold nothing yet; say what cannot be chosen.

    The page begins anew since the sentence stands at its top.
    """
    wrong = []
    for control in drawn:
        text, values = st.query_params.get(control.key), control.values_in(context)
        if text is None or control.key in st.session_state:
            continue
        if (found := control.parse(text, context)) is not None:
            context = _with(context, control, found)
            continue
        default = st.session_state[control.key] = control.default_in(context)
        listed = ", ".join(map(str, values))
        wrong.append(f"“{control.label}” must be one of {listed}, got {shown(text)}; {default} is used")
    if wrong:
        add_problems(wrong, session.settings)
        st.rerun()


def _write(key: str, default: Choice) -> None:
    """Put a choice into the address, or take it out where it is the default."""
    value = st.session_state.get(key, default)
    keep_in_address(key, None if value == default else str(value))


def chosen_controls() -> dict[str, Choice]:
    """What this session has chosen at the controls of all pages, by key."""
    known = set(st.session_state)  # once: to ask the session for each key takes as long as for all
    keys = [control.key for topic in TOPICS for control in topic.controls]
    return {key: st.session_state[key] for key in keys if key in known}

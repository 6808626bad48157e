"""The walk through what there is to look at on a page: each look with its λ, its choices and its marks.

Which one is on stands in the address, `?look=2`; a change of page by the menu drops it. Its λ may hang on
networks or folds that are not there yet: then it is chosen once they are, unless the panel was moved
meanwhile.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from ui.base.address import keep_in_address
from ui.base.session import Due, session
from ui.controls.choices import chosen_controls
from ui.controls.panel import choose_lam, draw_anew_at
from ui.data.shelf import shelf_of
from ui.topics.topic import Context, Look, Topic
from ui.work.progress import UnfinishedError
from ui.work.tasks import Batch, Value

IN_ADDRESS = "look"


def number_on(topic: Topic | None) -> int:
    """The number of the look that is on, from 1; 0 where none is."""
    numbers = {str(n): n for n in range(1, 1 + len(topic.looks))} if topic else {}
    return numbers.get(st.query_params.get(IN_ADDRESS, ""), 0)


def look_on(topic: Topic | None) -> Look | None:
    """The look that is on."""
    number = number_on(topic)
    return topic.looks[number - 1] if topic and number else None


def go(topic: Topic, number: int) -> None:
    """A button's callback: to a look of the page that is open, from 1."""
    for name, text in due(topic, number).items():
        keep_in_address(name, text)


def leave() -> None:
    """A button's callback: the walk ends, and all stays as it is."""
    keep_in_address(IN_ADDRESS, None)
    session.look_due = None


def due(topic: Topic, number: int) -> dict[str, str]:
    """Have a look's λ chosen when its page is drawn, and what goes with it now; what its address has."""
    st.session_state.update(topic.looks[number - 1].chosen)
    session.look_due = Due(topic.key, number, session.settings)
    return {IN_ADDRESS: str(number)}


def arrive(topic: Topic | None) -> None:
    """Before the panel is drawn: choose the λ of a look that was gone to, where it is known."""
    due = session.look_due
    if due is None:
        return
    if topic is None or (topic.key, session.settings) != (due.topic, due.settings):
        session.look_due = None
        return
    shelf = shelf_of(session.settings)
    lam = _lam_of(topic, due, Context(session.settings, shelf, "light", _kept, chosen_controls()))
    if lam is not None:
        choose_lam(lam)
        session.look_due = None


def settle(topic: Topic, context: Context) -> None:
    """After the picture: what the λ of a look hangs on may be there now; the page is drawn anew at it."""
    due = session.look_due
    if due is not None and (lam := _lam_of(topic, due, context)) is not None:
        session.look_due = None
        draw_anew_at(lam)


def show(topic: Topic) -> None:
    """What to do, or the look that is on, and the ways on, back and out."""
    number, n = number_on(topic), len(topic.looks)
    look = look_on(topic)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{number} of {n}.** {look.words}" if look else topic.todo)
        if not number:
            _way("first", "Guide me", "route", False, go, topic, 1)
            return
        _way("back", f"Look {number - 1}", "chevron_left", number == 1, go, topic, number - 1)
        _way("on", f"Look {number + 1}", "chevron_right", number == n, go, topic, number + 1)
        _way("leave", "Leave the guide", "close", False, leave)


def _way(name: str, label: str, icon: str, disabled: bool, do: Callable[..., None], *args: Any) -> None:
    """A small button beside the words; those that are an icon alone say their label to screen readers."""
    st.button(
        label,
        icon=f":material/{icon}:",
        on_click=do,
        args=args,
        disabled=disabled,
        type="tertiary",
        key=f"look_{name}",
    )


def _lam_of(topic: Topic, due: Due, context: Context) -> float | None:
    """The λ of a look, None while what decides about it is not there."""
    look = topic.looks[due.number - 1]
    try:
        return look.lam(replace(context, choices={**context.choices, **look.chosen}))
    except UnfinishedError:
        return None


def _kept(batch: Batch[Value]) -> list[Value]:
    """The results of a batch that is done; nothing is begun for a λ."""
    found = batch.kept()
    if found is None:
        raise UnfinishedError
    return found

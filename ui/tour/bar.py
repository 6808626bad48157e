"""The bar of the tour: a question over the page, a prediction, and the answer measured on what is shown.

The step stands in the address, `?tour=exact-zeros`. Streamlit drops it when a page is left, so the session
keeps it too and writes it back; an address that has no settings beside it is led to the step's own.
"""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.settings import SETTINGS
from ui.base import problems
from ui.base.address import PRESENT, keep_in_address, query_of
from ui.base.session import NO_PROBLEM, Answer, Move, Problem, session
from ui.base.theme import style
from ui.controls.panel import choose
from ui.topics import TOPICS
from ui.topics.topic import Context, Topic
from ui.tour.steps import IN_ADDRESS, STEPS, TOUR, Step, step_of, with_values

HERE = Path(__file__).parent
PRESENTED_SIZE = 1.25  # of the bar's type, for a projector


def arrive(page: StreamlitPage) -> None:
    """Before the panel is drawn: find the step, lead a bare address to its own settings, and turn pages."""
    step, first = _find_step(), not session.tour_arrived
    session.tour_arrived = True
    address = st.query_params.to_dict()
    if move := session.tour_move:
        session.tour_move = None
        if move.query or not _is_open(move.file, page):  # the panel writes its own values again
            kept = {name: address[name] for name in (IN_ADDRESS, PRESENT) if name in address}
            st.switch_page(move.file, query_params=kept | move.query)
    if first and step and not SETTINGS.keys() & address.keys():
        st.switch_page(step.topic.file, query_params=query_of(step.settings) | address)


def show(page: StreamlitPage, panel_context: Callable[[], Context]) -> None:
    """Draw the bar over the page where a tour is on; its place is there even when there is none.

    panel_context: makes the context of what the panel asks for.
    """
    with st.container(key="tour"):
        session.tour_problem = problems.say(session.tour_problem, session.settings)
        if session.tour_step:
            _show_step(STEPS[session.tour_step], page, panel_context())


def go(name: str) -> None:
    """A button's callback: to a step of the tour, its page and its settings."""
    step = STEPS[name]
    go_to(step.topic, step.settings)
    session.tour_step = name
    keep_in_address(IN_ADDRESS, name)


def go_to(topic: Topic, settings: Mapping[str, Any]) -> None:
    """A button's callback: to a page with these settings, defaults for the others; the tour is left."""
    _leave()
    session.tour_move = Move(topic.file, query_of(choose(settings)))


def _find_step() -> Step | None:
    """The step that is on, from the address, or where a change of page has dropped it there, the session."""
    in_address = st.query_params.get(IN_ADDRESS)
    text = session.tour_step if in_address is None else in_address
    if text is None:
        return None
    try:
        step = step_of(text)
    except ValueError as error:
        session.tour_step, session.tour_problem = None, Problem((f"{error}; no tour is on",), None)
        keep_in_address(IN_ADDRESS, None)
        return None
    session.tour_step, session.tour_problem = step.name, NO_PROBLEM
    if in_address != step.name:  # it is not there, or is a number
        keep_in_address(IN_ADDRESS, step.name)
    return step


def _is_open(file: str, page: StreamlitPage) -> bool:
    return any(topic.file == file and topic.title == page.title for topic in TOPICS)


def _show_step(step: Step, page: StreamlitPage, context: Context) -> None:
    is_shown = step.name in session.tour_shown
    size = PRESENTED_SIZE if st.session_state.get(PRESENT) else 1
    rules = [HERE / "tour.css", *([] if is_shown else [HERE / "veil.css"])]
    st.html(style(*rules, variables={"--tour-size": str(size)}))
    with st.container(key="tour_step", gap="small"):
        with st.container(key="tour_head", horizontal=True, vertical_alignment="center", gap="small"):
            _show_ways(step, page)
        _show_line("lead", with_values(step.lead_in, context.settings))
        _show_line("question", with_values(step.question, context.settings))
        with st.container(key="tour_choice", horizontal=True, vertical_alignment="center"):
            with st.container(key="tour_options", width="content"):
                predicted = _predict(step)
            st.button(
                "Hide the answer" if is_shown else "Reveal",
                type="primary",
                disabled=predicted is None,
                on_click=_turn,
                args=(step.name,),
                key="tour_reveal",
            )
        with st.container(key="tour_answer"):
            if is_shown:
                _show_answer(step, context, predicted)
            else:
                st.markdown("Predict, then reveal: the answer is measured on the networks of this page.")


def _show_ways(step: Step, page: StreamlitPage) -> None:
    """Where the tour is, and the ways on; presented, also on the keys of a presenter's remote."""
    keys = ("PageUp", "PageDown") if st.session_state.get(PRESENT) else (None, None)
    at, last = TOUR.index(step), len(TOUR) - 1
    before, after = TOUR[max(at - 1, 0)].name, TOUR[min(at + 1, last)].name
    _show_line("place", f"Tour, step {at + 1} of {len(TOUR)}: {step.title}")
    if not _is_open(step.topic.file, page):
        st.page_link(step.topic.file, label="To this step's page", icon=":material/arrow_forward:")
    st.button(
        "Previous", on_click=go, args=(before,), disabled=at == 0, key="tour_previous", shortcut=keys[0]
    )
    st.button("Next", on_click=go, args=(after,), disabled=at == last, key="tour_next", shortcut=keys[1])
    st.button("Leave the tour", on_click=_leave, key="tour_leave")


def _show_line(kind: str, text: str) -> None:
    """A line of the bar; kind: by which tour.css knows it."""
    st.html(f'<p class="tour-{kind}">{escape(text)}</p>', width="stretch")


def _predict(step: Step) -> int | None:
    """The options, to be chosen from; the position of the one predicted."""
    kept, key = session.tour_predicted, _prediction_key(step)
    if key not in st.session_state and step.name in kept:  # Streamlit forgets what is not drawn
        st.session_state[key] = kept[step.name]
    predicted = st.segmented_control(
        "Your prediction",
        range(len(step.options)),
        format_func=step.options.__getitem__,
        key=key,
        label_visibility="collapsed",
    )
    if predicted is not None:
        kept[step.name] = predicted
    return kept.get(step.name)


def _prediction_key(step: Step) -> str:
    return f"tour_prediction_{step.name}"


def _show_answer(step: Step, context: Context, predicted: int | None) -> None:
    """The answer, and after the last one how many predictions were right."""
    answer = _measured(step, step.topic.adapted(context))
    st.markdown(verdict(step, answer, predicted))
    results = session.tour_results
    if answer.right is not None and predicted is not None:
        results.setdefault(step.name, predicted == answer.right)
    if step is TOUR[-1]:
        st.markdown(summary(results))
        st.button("Start again", on_click=_start_again, key="tour_again")


def verdict(step: Step, answer: Answer, predicted: int | None) -> str:
    """Whether the prediction was right, and the sentence with the numbers."""
    if answer.right is None:
        return f"No answer here. {answer.sentence}"
    right = step.options[answer.right]
    if predicted is None:
        return f"**{right}.** {answer.sentence}"
    if predicted == answer.right:
        return f":material/check_circle: Right, **{right}**. {answer.sentence}"
    return (
        f":material/cancel: You predicted “{step.options[predicted]}”; it is **{right}**. {answer.sentence}"
    )


def summary(results: Mapping[str, bool]) -> str:
    """How many of the predictions were right."""
    return (
        f"That was the tour: **{sum(results.values())} of {len(results)}** predictions were right, "
        f"of {len(TOUR)} questions."
    )


def _measured(step: Step, context: Context) -> Answer:
    """The step's answer in a context of its topic, measured once.

    Where there is none it is asked anew: what was missing, such as curves, may have been made meanwhile.
    """
    choices = [context[control] for control in step.topic.controls]
    key = (step.name, context.settings, context.shelf.digest, *choices)
    if session.tour_answer and session.tour_answer[0] == key:
        return session.tour_answer[1]
    answer = step.answer(context)
    if answer.right is not None:
        session.tour_answer = key, answer
    return answer


def _turn(name: str) -> None:
    """A button's callback: show the step's answer, or hide it."""
    session.tour_shown ^= {name}


def _leave() -> None:
    """A button's callback: no tour any more; settings and predictions stay."""
    session.tour_step, session.tour_problem = None, NO_PROBLEM
    keep_in_address(IN_ADDRESS, None)


def _start_again() -> None:
    """A button's callback: the first step, nothing predicted."""
    del session.tour_predicted, session.tour_shown, session.tour_results
    for step in TOUR:
        st.session_state.pop(_prediction_key(step), None)
    go(TOUR[0].name)

"""The bar of the tour: a question over the page, a prediction, and the answer measured on what is shown.

The tour's place stands in the address, `?tour=5`. Streamlit drops it when a page is left, so the session
keeps it too and writes it back; an address that has no settings beside it is led to the step's own.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core import Settings
from ui import overview, panel, solvers, study
from ui.data import fingerprint, load
from ui.offers import entry_of
from ui.racing import raced
from ui.store import trained
from ui.toolbar import PRESENT, TOUR_AT
from ui.tour import TOUR, Answer, Scene, Step, query

PLACE = "tour"  # in the address
ARRIVED = "tour_arrived"  # in the session: the address was looked at
MOVE = "tour_move"  # in the session: the page still to be opened, and settings for its address
PROBLEM = "tour_problem"  # in the session: what was wrong with the address, and the settings it is told at
PREDICTED = "tour_predicted"  # in the session, by step: the position of the option that was chosen
SHOWN = "tour_shown"  # in the session: steps whose answer is shown
RESULTS = "tour_results"  # in the session, by step: whether the prediction was right at the first reveal
ANSWER = "tour_answer"  # in the session: the last answer, and what it was measured on
CONTROLS = ("tolerance", "deviation", "solver_steps", "solver_target")  # page controls an answer depends on


# Type for the back row, options for a thumb, a place kept for the answer; larger where it is presented.
CSS = """
<style>
  .st-key-tour { --size: %(size)s; }
  .st-key-tour:has(.st-key-tour_step) {
    padding: 0.6rem 1.25rem 0.8rem;
    border: 2px solid var(--st-primary-color, #5b4b8a); border-radius: 0.75rem;
  }
  .st-key-tour_step .tour-place { font-weight: 600; font-size: calc(1.05rem * var(--size)); margin: 0; }
  .st-key-tour_step .tour-lead { font-size: calc(1.1rem * var(--size)); line-height: 1.4; margin: 0; }
  .st-key-tour_step .tour-question {
    font-size: calc(1.4rem * var(--size)); font-weight: 650; line-height: 1.3; margin: 0.3rem 0 0;
  }
  .st-key-tour_choice button { min-height: 3rem; }
  .st-key-tour_options [role="radiogroup"] button p {
    font-size: calc(1.1rem * var(--size)); white-space: normal; overflow: visible; line-height: 1.25;
  }
  .st-key-tour_reveal button p { font-size: calc(1.05rem * var(--size)); }
  .st-key-tour_answer { min-height: calc(3.6rem * var(--size)); }
  .st-key-tour_answer p { font-size: calc(1.15rem * var(--size)); line-height: 1.4; }
  @media (max-width: 640px) {
    .st-key-tour:has(.st-key-tour_step) { padding: 0.5rem 0.75rem 0.75rem; }
    .st-key-tour { --size: 1; }
    .st-key-tour .tour-question { font-size: 1.25rem; }
    .st-key-tour_options [role="radiogroup"] { flex-direction: column; width: 100%%; }
    .st-key-tour_options [role="radiogroup"] button {
      width: 100%%; height: auto; margin: 0 0 0.3rem; border-radius: 0.5rem;
    }
    .st-key-tour_choice > *, .st-key-tour_options, .st-key-tour_options > *, .st-key-tour_reveal * {
      width: 100%% !important;
    }
    .st-key-tour_head button { min-height: 3rem; }
    .st-key-tour_answer { min-height: 7rem; }
  }
</style>
"""
# Until the answer is shown the page under the bar is veiled, or there would be nothing to predict.
VEIL = """
<style>
  .stMain :has(> .st-key-tour) ~ *, .stMain .st-key-tour ~ * { filter: blur(14px); opacity: 0.35; }
</style>
"""


def parse_place(text: str) -> int:
    """The step in an address, from 1. Raises ValueError where there is no such step."""
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= len(TOUR):
        return int(text)
    raise ValueError(
        f"The tour has steps 1 to {len(TOUR)}; the address asks for another one, so no tour is on."
    )


def arrive(page: StreamlitPage) -> None:
    """Before the panel is drawn: find the step, lead a bare address to its own settings, and turn pages."""
    n, first = _find_place(), ARRIVED not in st.session_state
    st.session_state[ARRIVED] = True
    address = st.query_params.to_dict()
    if move := st.session_state.pop(MOVE, None):
        file, new = move
        if new or not _is_open(file, page):  # the panel writes its own values again
            kept = {name: address[name] for name in (PLACE, PRESENT) if name in address}
            st.switch_page(file, query_params=kept | new)
    if first and n is not None and not {field.name for field in fields(Settings)} & set(address):
        step = TOUR[n - 1]
        st.switch_page(step.page, query_params=query(step.settings) | address)


def show(page: StreamlitPage) -> None:
    """Draw the bar over the page where a tour is on; its place is there even when there is none."""
    state = st.session_state
    with st.container(key="tour"):
        problem, told_at = state.get(PROBLEM, (None, None))
        if problem and told_at in (None, state.settings):  # until something else is chosen
            state[PROBLEM] = problem, state.settings
            st.warning(problem)
        if n := state.get(TOUR_AT):
            _bar(n, TOUR[n - 1], page)


def _find_place() -> int | None:
    """The step that is on, from the address, or where a change of page has dropped it there, the session."""
    state = st.session_state
    text = st.query_params.get(PLACE)
    if text is None:
        if state.get(TOUR_AT):
            st.query_params[PLACE] = str(state[TOUR_AT])
        return state.get(TOUR_AT)
    try:
        state[TOUR_AT], state[PROBLEM] = parse_place(text), (None, None)
    except ValueError as problem:
        state[TOUR_AT], state[PROBLEM] = None, (str(problem), None)
        del st.query_params[PLACE]
    return state[TOUR_AT]


def _is_open(file: str, page: StreamlitPage) -> bool:
    return page.title == entry_of(file).title


def _bar(n: int, step: Step, page: StreamlitPage) -> None:
    settings: Settings = st.session_state.settings
    shown = n in st.session_state.setdefault(SHOWN, set())
    st.html(CSS % {"size": 1.25 if st.session_state.get(PRESENT) else 1} + ("" if shown else VEIL))
    with st.container(key="tour_step", gap="small"):
        with st.container(key="tour_head", horizontal=True, vertical_alignment="center", gap="small"):
            _ways(n, step, page)
        st.html(f'<p class="tour-lead">{step.said(step.lead_in, settings)}</p>')
        st.html(f'<p class="tour-question">{step.said(step.question, settings)}</p>')
        with st.container(key="tour_choice", horizontal=True, vertical_alignment="center"):
            with st.container(key="tour_options", width="content"):
                predicted = _options(n, step)
            st.button(
                "Hide the answer" if shown else "Reveal",
                type="primary",
                disabled=predicted is None,
                on_click=_turn,
                args=(n,),
                key="tour_reveal",
            )
        with st.container(key="tour_answer"):
            _answer(n, step, settings, predicted)


def _options(n: int, step: Step) -> int | None:
    """The options, to be chosen from; the position of the one predicted."""
    kept: dict[int, int] = st.session_state.setdefault(PREDICTED, {})
    key = f"tour_prediction_{n}"
    if key not in st.session_state and n in kept:
        st.session_state[key] = kept[n]
    predicted = st.segmented_control(
        "Your prediction",
        range(len(step.options)),
        format_func=step.options.__getitem__,
        key=key,
        label_visibility="collapsed",
    )
    if predicted is not None:
        kept[n] = predicted
    return kept.get(n)


def _ways(n: int, step: Step, page: StreamlitPage) -> None:
    """Where the tour is, and the ways on; presented, also on the keys of a presenter's remote."""
    keys = ("PageUp", "PageDown") if st.session_state.get(PRESENT) else (None, None)
    st.html(f'<p class="tour-place">Tour, step {n} of {len(TOUR)}: {step.title}</p>', width="stretch")
    if not _is_open(step.page, page):
        st.page_link(step.page, label="To this step's page", icon=":material/arrow_forward:")
    st.button("Previous", on_click=go, args=(n - 1,), disabled=n == 1, key="tour_previous", shortcut=keys[0])
    last = n == len(TOUR)
    st.button("Next", on_click=go, args=(n + 1,), disabled=last, key="tour_next", shortcut=keys[1])
    st.button("Leave the tour", on_click=_leave, key="tour_leave")


def _answer(n: int, step: Step, settings: Settings, predicted: int | None) -> None:
    """The answer where it is asked for, and after the last one how many predictions were right."""
    state = st.session_state
    if n not in state[SHOWN]:
        st.markdown("Predict, then reveal: the answer is measured on the networks of this page.")
        return
    answer = _measured(n, step, settings)
    st.markdown(verdict(step, answer, predicted))
    results: dict[int, bool] = state.setdefault(RESULTS, {})
    if answer.right is not None and predicted is not None:
        results.setdefault(n, predicted == answer.right)
    if n == len(TOUR):
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


def summary(results: Mapping[int, bool]) -> str:
    """How many of the predictions were right."""
    return (
        f"That was the tour: **{sum(results.values())} of {len(results)}** predictions were right, "
        f"of {len(TOUR)} questions."
    )


def _measured(n: int, step: Step, settings: Settings) -> Answer:
    """The step's answer for what is on screen, measured once."""
    state = st.session_state
    scene = scene_of(step, settings, {key: state[key] for key in CONTROLS if key in state})
    key = n, scene.settings, fingerprint(scene.settings), *scene.controls.items(), scene.curves is None
    if state.get(ANSWER, (None,))[0] != key:
        state[ANSWER] = key, step.answer(scene)
    return state[ANSWER][1]


def scene_of(step: Step, settings: Settings, controls: Mapping[str, Any]) -> Scene:
    """What the step's page shows at these settings; networks are taken from the store, or trained."""
    if step.page == "pages/overview.py":
        settings = overview.shown_settings(settings, load(settings))
    if step.needs == "networks":
        result = trained(settings)
        return Scene(settings, result.data, result.runs, controls=controls)
    data, curves, race = load(settings), None, None
    if step.needs == "curves":
        curves = _curves(settings)
    if step.needs == "race":
        race = raced(solvers.deciding(settings), data, *solvers.chosen(data, controls))
    return Scene(settings, data, curves=curves, race=race, controls=controls)


def _curves(settings: Settings) -> list[study.Curves] | None:
    """The curves that the page on bias and variance shows, None where they are not all there."""
    return study.known(study.plans_for(settings, *study.chosen(st.session_state)))


def go(n: int) -> None:
    """A button's callback: to a step of the tour, its page and its settings."""
    step = TOUR[n - 1]
    go_to(step.page, step.settings)
    st.session_state[TOUR_AT] = n
    st.query_params[PLACE] = str(n)


def go_to(file: str, settings: Mapping[str, Any]) -> None:
    """A button's callback: to a page with these settings, defaults for the others; the tour is left."""
    _leave()
    st.session_state[MOVE] = file, query(panel.choose(settings))


def _turn(n: int) -> None:
    """A button's callback: show the answer, or hide it."""
    st.session_state[SHOWN] ^= {n}


def _leave() -> None:
    """A button's callback: no tour any more; settings and predictions stay."""
    st.session_state[TOUR_AT], st.session_state[PROBLEM] = None, (None, None)
    st.query_params.pop(PLACE, None)


def _start_again() -> None:
    """A button's callback: the first step, nothing predicted."""
    state = st.session_state
    for name in (PREDICTED, SHOWN, RESULTS, *(f"tour_prediction_{n + 1}" for n in range(len(TOUR)))):
        state.pop(name, None)
    go(1)

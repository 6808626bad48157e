"""The strip of the tour: a question over the page, a prediction, and the answer measured on what is shown.

The step stands in the address, `?tour=exact-zeros`. Streamlit drops it when a page is left, so the session
keeps it too and writes it back; an address that has no settings beside it is led to the step's own.
"""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core import PENALTIES
from core.settings import SETTINGS
from ui.base import problems
from ui.base.address import PART, PRESENT, keep_in_address, query_of
from ui.base.session import NO_PROBLEM, Answer, Move, Problem, session
from ui.base.theme import style
from ui.controls.panel import choose, draw_anew_at
from ui.stage import drawing
from ui.stage.component import component
from ui.stage.drawing import Measured
from ui.topics import TOPICS
from ui.topics.topic import Context, Topic
from ui.tour import room
from ui.tour.drawings import Drawing
from ui.tour.predictions import prediction_key
from ui.tour.room import Vote
from ui.tour.steps import IN_ADDRESS, STEPS, TOUR, Step, step_of, with_values
from ui.tour.walk import Stage
from ui.votes import phones_at
from ui.votes.rooms import Phase

HERE = Path(__file__).parent
DRAWING_WIDTH = 340  # pixels
ENDED = "That was the tour."  # where a class predicts aloud, that is all that can be said
NOTHING_MEASURED = Measured(PENALTIES["l1"].label)  # of a question without an answer


def arrive(page: StreamlitPage) -> None:
    """Before the panel is drawn: find the step, lead a bare address to its own settings, and turn pages."""
    room.arrive()
    step, first = _find_step(), not session.tour_arrived
    session.tour_arrived = True
    address = st.query_params.to_dict()
    if move := session.tour_move:
        session.tour_move = None
        if move.query or not _is_open(move.file, page):  # the panel writes its own values again
            kept = {name: address[name] for name in (IN_ADDRESS, PRESENT, room.IN_ADDRESS) if name in address}
            st.switch_page(move.file, query_params=kept | move.query)
    if first and step and not SETTINGS.keys() & address.keys():
        st.switch_page(step.topic.file, query_params=query_of(step.settings) | address)


def show(page: StreamlitPage, panel_context: Callable[[], Context]) -> None:
    """Draw the bar over the page where a tour is on; its place is there even when there is none.

    panel_context: makes the context of what the panel asks for.
    """
    context = panel_context() if session.tour_step else None
    vote = room.vote_on(STEPS[session.tour_step], context) if session.tour_step and context else None
    with st.container(key="room"):
        _show_room(vote)
    with st.container(key="tour"):
        session.tour_problem = problems.say(session.tour_problem, session.settings)
        if session.tour_step and context:
            session.tour_shown |= vote is not None and vote.phase == Phase.SHOWN
            _show_step(Stage(STEPS[session.tour_step], session.tour_shown), page, context, vote)


def _show_room(vote: Vote | None) -> None:
    """What a room has refused; before the first question the way in, for the back row."""
    session.room_problem = problems.say(session.room_problem, session.settings)
    if vote is not None and room.is_new(vote):
        room.show_way_in(vote.key, is_large=True)


def go(name: str) -> None:
    """A button's callback: to a step of the tour, its page and its settings."""
    step = STEPS[name]
    go_to(step.topic, step.settings)
    session.tour_step, session.tour_shown = name, False
    keep_in_address(IN_ADDRESS, name)


def go_to(topic: Topic, settings: Mapping[str, Any], part: str = "") -> None:
    """A button's callback: to a page with these settings, defaults for the others; the tour is left.

    part: of the page, to which it is scrolled.
    """
    _leave()
    to = {PART: part} if part else {}
    session.tour_move = Move(topic.file, query_of(choose(settings)) | to)


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
    if step.name != session.tour_step:
        session.tour_step, session.tour_shown = step.name, False
    session.tour_problem = NO_PROBLEM
    if in_address != step.name:  # it is not there, or is a number
        keep_in_address(IN_ADDRESS, step.name)
    return step


def _is_open(file: str, page: StreamlitPage) -> bool:
    return any(topic.file == file and topic.title == page.title for topic in TOPICS)


def _show_step(stage: Stage, page: StreamlitPage, context: Context, vote: Vote | None) -> None:
    """The strip: the question, then its options or its answer, and the ways on and back.

    Presented it has a height of its own, whatever is in it: so the answer takes the place of the options.
    """
    step, presented = stage.step, bool(st.session_state.get(PRESENT))
    if vote is not None and stage.shown:
        vote = room.tell(vote, _measured(step, context))
    rules = [HERE / "tour.css", drawing.RULES, room.RULES, *([HERE / "presented.css"] if presented else [])]
    st.html(style(*rules, *([] if stage.shown else [HERE / "veil.css"])))
    component("veil")(key="tour_veil", data={"veiled": not stage.shown, "step": step.name})
    with st.container(key="tour_step", horizontal=True, gap="medium"):
        with st.container(key="tour_words", gap=None):
            _show_line("place", f"Tour, step {TOUR.index(step) + 1} of {len(TOUR)}: {step.title}")
            if not presented:
                _show_line("lead", with_values(step.lead_in, context.settings))
            _show_line("question", with_values(step.question, context.settings))
            predicted = session.tour_predicted.get(step.name)
            if vote is not None:
                _show_vote(vote)
            elif not (presented and stage.shown):
                with st.container(key="tour_options"):
                    predicted = _predict(step)
                    if not presented:
                        _show_drawing(stage, context)
            with st.container(key="tour_answer"):
                if stage.shown:
                    _show_answer(step, context, predicted, vote)
                elif vote is None and not presented:
                    st.markdown("Predict, then reveal: the answer is measured on the networks of this page.")
        if presented and vote is None:
            _show_drawing(stage, context)
        with st.container(key="tour_ways", width="content", gap="small"):
            _show_ways(stage, page, context, vote, is_open=presented or bool(vote) or predicted is not None)
    if stage.shown:
        _lead(step, context)


def _show_vote(vote: Vote) -> None:
    """The class in place of one person: how many have voted, and once that is closed, for what."""
    with st.container(key="tour_options", gap=None):
        room.show_line(vote)
        room.show_options(vote)


def _lead(step: Step, context: Context) -> None:
    """Go to the λ that an answer speaks of, once: from then on λ is the person's again."""
    if step.leads is None or session.tour_led == step.name:
        return
    lam = step.leads(context)
    if lam is None:
        return
    session.tour_led = step.name
    if lam != context.lam:
        draw_anew_at(lam)


def _show_ways(stage: Stage, page: StreamlitPage, context: Context, vote: Vote | None, is_open: bool) -> None:
    """The ways on and back; presented, also on the keys of a presenter's remote.

    is_open: whether the answer may be asked for. A class predicts aloud, so there it always may; where it
    votes, its vote is opened and closed before.
    """
    keys = ("PageUp", "PageDown") if st.session_state.get(PRESENT) else (None, None)
    has_answer = vote is not None and vote.phase == Phase.SHOWN  # which is not taken back from phones
    before, after = (Stage(stage.step) if has_answer else stage).back(), stage.on()
    if not _is_open(stage.step.topic.file, page):
        st.page_link(stage.step.topic.file, label="To this step's page", icon=":material/arrow_forward:")
    voting = _voting(stage, context, vote)
    if voting is not None:
        label, act, args = voting
        st.button(label, type="primary", on_click=act, args=args, key="tour_on", shortcut=keys[1])
    elif after is None:
        st.button("Start again", type="primary", on_click=_start_again, key="tour_again")
    else:
        st.button(
            "Next question" if stage.shown else "Reveal",
            type="primary",
            disabled=not (stage.shown or is_open),
            on_click=_walk,
            args=(after,),
            key="tour_on",
            shortcut=keys[1],
        )
    with st.container(key="tour_other_ways", horizontal=True, gap="small"):
        st.button(
            "Back", on_click=_walk, args=(before,), disabled=not before, key="tour_back", shortcut=keys[0]
        )
        _show_ways_of_the_room(vote)
        if vote is None and not (stage.shown or is_open) and stage.step is not TOUR[-1]:
            skipped = TOUR[TOUR.index(stage.step) + 1]
            st.button("Skip", on_click=_walk, args=(Stage(skipped),), key="tour_skip")
        st.button("Leave", on_click=_leave, key="tour_leave")


def _voting(
    stage: Stage, context: Context, vote: Vote | None
) -> tuple[str, Callable[..., None], tuple[Any, ...]] | None:
    """What is due in a room before the answer: a button's label, and what it does; None where nothing is."""
    if vote is None or stage.shown or vote.phase == Phase.CLOSED:
        return None
    if vote.phase == Phase.OPEN:
        return "Close the vote", room.close, ()
    return "Open the vote", room.ask, (stage.step, context)


def _show_ways_of_the_room(vote: Vote | None) -> None:
    """To open a room, where phones find one; and in it another round, the way in, and its end."""
    if vote is None:
        if phones_at("") is not None:
            st.button("Room", icon=":material/how_to_vote:", on_click=room.open_room, key="room_open")
        return
    if vote.phase == Phase.CLOSED and not session.tour_shown:
        st.button("Vote again", on_click=room.again, key="room_again")
    way_in = st.popover(vote.key.code, icon=":material/qr_code_2:", key="room_way_in", on_change="rerun")
    if way_in.open:
        with way_in:
            room.show_way_in(vote.key, is_large=False)
            room.show_record(vote.key)
            st.button("End the room", on_click=room.end_room, key="room_end")


def _show_line(kind: str, text: str) -> None:
    """A line of the bar; kind: by which tour.css knows it."""
    st.html(f'<p class="tour-{kind}">{escape(text)}</p>', width="stretch")


def _predict(step: Step) -> int | None:
    """The options, to be chosen from; the position of the one predicted."""
    kept, key = session.tour_predicted, prediction_key(step)
    if key not in st.session_state and step.name in kept:  # Streamlit forgets what is not drawn
        st.session_state[key] = kept[step.name]
    predicted = st.segmented_control(
        "Your prediction",
        range(len(step.options)),
        format_func=step.options.__getitem__,
        key=key,
        label_visibility="collapsed",
        disabled=session.tour_shown,  # what was predicted stays predicted
    )
    if predicted is not None:
        kept[step.name] = predicted
    return kept.get(step.name)


def _show_drawing(stage: Stage, context: Context) -> None:
    """The plot for a prediction that can be drawn, and over it what was measured, once that is shown.

    Presented it makes room for the answer where nobody has drawn: the picture has what was measured as well.
    """
    step, plan, measured = stage.step, stage.step.drawing, None
    drawn = session.tour_drawn.get(step.name, ())
    if plan is None or (stage.shown and not drawn and st.session_state.get(PRESENT)):
        return
    if stage.shown:
        has_answer = _measured(step, context).right is not None
        measured = plan.measured(context) if has_answer else NOTHING_MEASURED
    with st.container(key="tour_drawing", width=DRAWING_WIDTH):
        drawing.show(step.name, plan.kind, plan.label, drawn, measured, partial(_take_drawing, step, plan))


def _take_drawing(step: Step, plan: Drawing) -> None:
    """A prediction was drawn: keep it, and predict the option that it means."""
    drawn = drawing.sent(step.name, plan.kind)
    if drawn and not session.tour_shown:
        session.tour_drawn[step.name] = drawn
        session.tour_predicted[step.name] = st.session_state[prediction_key(step)] = plan.option(drawn)


def _show_answer(step: Step, context: Context, predicted: int | None, vote: Vote | None) -> None:
    """The answer, and after the last one how many predictions were right; in a room the class has its own."""
    answer = _measured(step, context)
    results, drawn = session.tour_results, session.tour_drawn.get(step.name)
    if vote is not None:
        st.markdown(verdict(step, answer, None))
        return
    if answer.right is not None and predicted is not None:
        results.setdefault(step.name, predicted == answer.right)
    end = f" {ENDED if st.session_state.get(PRESENT) else summary(results)}" if step is TOUR[-1] else ""
    if step.drawing and drawn and answer.right is not None:
        end += f" {step.drawing.beside(drawn, step.drawing.measured(context))}"
    st.markdown(verdict(step, answer, predicted) + end)


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
    """How many of the predictions were right, where any were made."""
    if not results:
        return ENDED
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


def _walk(stage: Stage) -> None:
    """A button's callback: to another stage; only a step that is not on has its page and settings opened."""
    if stage.step.name != session.tour_step:
        go(stage.step.name)
    if stage.shown and not session.tour_shown:
        st.session_state.update(stage.step.reveals)
    session.tour_shown = stage.shown
    if not stage.shown:
        session.tour_led = ""


def _leave() -> None:
    """A button's callback: no tour any more; settings and predictions stay."""
    session.tour_step, session.tour_shown, session.tour_problem = None, False, NO_PROBLEM
    keep_in_address(IN_ADDRESS, None)


def _start_again() -> None:
    """A button's callback: the first step, nothing predicted."""
    del session.tour_predicted, session.tour_results, session.tour_drawn
    for step in TOUR:
        st.session_state.pop(prediction_key(step), None)
    go(TOUR[0].name)

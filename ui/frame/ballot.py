"""The page on which a phone votes where Streamlit is all there is, `?vote=CODE`: nothing trained or drawn."""

from hashlib import sha256

import streamlit as st

from ui.base.session import session
from ui.votes import IN_ADDRESS, rooms
from ui.votes.guesses import GUESSES, TOO_MANY
from ui.votes.page import shares_by_option, status
from ui.votes.rooms import LateError, NoRoomError, Phase, Poll, RoomError, tidy_code
from ui.work.owner import browser_of

LOOK_SECONDS = 2.0
TOKEN_CHARACTERS = 24


def is_asked_for() -> bool:
    """Whether the address is that of a phone."""
    return IN_ADDRESS in st.query_params


def page() -> None:
    """The question of the room, its options, and what has become of the vote."""
    typed = st.query_params.get(IN_ADDRESS, "")
    code, address = tidy_code(typed), st.context.ip_address or ""
    is_in = session.voting_in == code != ""
    try:
        if not is_in and GUESSES.left(address) < 1:
            raise RoomError(TOO_MANY)
        rooms().join(code, token())
    except RoomError as error:
        if isinstance(error, NoRoomError):
            GUESSES.note(address)
        if typed:
            st.warning(str(error))
        _ask_for_code()
        return
    session.voting_in = code
    _ballot(code)


def token() -> str:
    """What is the same in all tabs of a phone, and says nothing of it."""
    if not session.ballot_token:
        phone = browser_of(st.context.cookies) or session.name  # not its address: a class shares one
        session.ballot_token = sha256(f"vote {phone}".encode()).hexdigest()[:TOKEN_CHARACTERS]
    return session.ballot_token


def _ask_for_code() -> None:
    typed = st.text_input("The four letters on the screen", max_chars=4, key="ballot_code")
    if typed:
        st.query_params[IN_ADDRESS] = typed
        st.rerun()


@st.fragment(run_every=LOOK_SECONDS)
def _ballot(code: str) -> None:
    try:
        poll = rooms().poll(code)
        if poll is None:
            st.subheader(f"You are in room {code}.", anchor=False)
            st.write("The first question comes here by itself.")
            return
        _show(code, poll)
    except RoomError as error:
        st.warning(str(error))


def _show(code: str, poll: Poll) -> None:
    asked = poll.question
    st.caption(asked.about + (f", round {poll.round}" if poll.round > 1 else ""))
    st.subheader(asked.text, anchor=False)
    own = rooms().own(code, token())
    if poll.phase == Phase.OPEN:
        _options(code, poll, own.get(poll.round))
        own = rooms().own(code, token())
    elif poll.phase == Phase.SHOWN:
        right = "" if poll.right is None else f"**{asked.options[poll.right]}**. "
        st.markdown(f"{right}{poll.sentence}")
    st.write(session.ballot_problem or status(poll, own))
    if poll.phase == Phase.SHOWN:
        shares = shares_by_option(poll, rooms().shares(code))
        st.markdown("\n".join(f"- {option}: {', then '.join(parts)}" for option, parts in shares))


def _options(code: str, poll: Poll, mine: int | None) -> None:
    """Buttons, or where it is a place a slider and one button."""
    asked, key = poll.question, f"ballot_{poll.question.step}_{poll.round}"
    if asked.marks:
        places = range(len(asked.marks))
        at = len(places) // 2 if mine is None else mine
        place = st.select_slider(
            asked.label, places, value=at, format_func=asked.marks.__getitem__, key=f"{key}_place"
        )
        st.button("Vote", type="primary", on_click=_vote, args=(code, poll, place), key=key)
        return
    for position, option in enumerate(asked.options):
        st.button(
            option,
            type="primary" if position == mine else "secondary",
            width="stretch",
            on_click=_vote,
            args=(code, poll, position),
            key=f"{key}_{position}",
        )


def _vote(code: str, poll: Poll, choice: int) -> None:
    """A button's callback."""
    session.ballot_problem = ""
    try:
        rooms().vote(code, token(), poll.question.step, poll.round, choice)
    except LateError as error:
        session.ballot_problem = str(error)
    except RoomError as error:
        session.ballot_problem = f"{error} Your vote is not in."

"""The room that a teacher opens from the tour: its key in the address, and what the class has voted.

Who has the key is the teacher, on this laptop or on another, before a reload and after it. What a round has
come to stands in the room; here it is only read, so nothing is opened again that was closed.
"""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from core.settings import LAMS
from ui.base.address import keep_in_address, with_query
from ui.base.foreign import markdown
from ui.base.qr import qr_code
from ui.base.session import NO_PROBLEM, Answer, Problem, session
from ui.base.words import lam_label, lam_text, percent
from ui.pictures.export import csv
from ui.stage.component import component
from ui.stage.lam_bar import about
from ui.topics.topic import Context, Need
from ui.tour.steps import IN_ADDRESS as STEP_IN_ADDRESS
from ui.tour.steps import Step, with_values
from ui.votes import is_counted_by_browsers, phones_at, rooms
from ui.votes.page import share_in_words, votes_for
from ui.votes.record import hard, table
from ui.votes.rooms import (
    Key,
    NoRoomError,
    Phase,
    Poll,
    Question,
    RoomError,
    Tally,
    UnkeptError,
    gain,
    read_key,
    right_share,
)

IN_ADDRESS = "room"
COUNT_SECONDS = 1.0  # between two counts
RULES = Path(__file__).parent / "room.css"
HERE = ("localhost", "127.0.0.1", "::1")  # as a machine calls itself
NOWHERE = ("192.0.2.1", 9)  # an address kept for examples: nothing is sent there


@dataclass(frozen=True)
class Vote:
    """What the class has made of a step.

    poll: where it was asked. tallies: of its rounds, once the last one is closed.
    """

    key: Key
    poll: Poll | None
    tallies: tuple[Tally, ...] = ()

    @property
    def phase(self) -> Phase | None:
        """What its last round has come to, None where it was not asked."""
        return self.poll.phase if self.poll else None


def arrive() -> None:
    """Take over the room of the address, and keep it there; one that is not there, or not his, is said."""
    text = st.query_params.get(IN_ADDRESS)
    if text is not None and text != session.room:
        session.room, session.room_problem = "", NO_PROBLEM
        key = read_key(text)
        try:
            if key is None or phones_at(key.code) is None:
                raise RoomError("This address names a room that cannot be here.")
            session.room = text  # which also an hour without Redis does not change
            rooms().check(key)
        except UnkeptError as error:
            session.room_problem = Problem((str(error),), None)
        except RoomError as error:
            session.room = ""
            session.room_problem = Problem((f"{error} No room is open.",), None)
    keep_in_address(IN_ADDRESS, session.room or None)


def key_of() -> Key | None:
    """The key of the room that is open."""
    return read_key(session.room)


def open_room() -> None:
    """A button's callback."""
    session.room_problem = NO_PROBLEM
    with _said():
        session.room = str(rooms().open_room())
        keep_in_address(IN_ADDRESS, session.room)


def end_room() -> None:
    """A button's callback: the room and its votes go."""
    key = key_of()
    if key is not None:
        with suppress(RoomError):  # it has ended by itself
            rooms().end_room(key)
    session.room = ""
    keep_in_address(IN_ADDRESS, None)


@contextmanager
def _said() -> Iterator[None]:
    """What a room refuses is said on the page, until something else is chosen, and does not end it."""
    try:
        yield
    except RoomError as error:
        session.room_problem = Problem((str(error),), None)


def vote_on(step: Step, context: Context) -> Vote | None:
    """The class's vote on a step, None where no room is open.

    What was asked has the words of the settings of now, and is what phones show.
    """
    key = key_of()
    if key is None:
        return None
    try:
        return _vote_on(key, step, context)
    except NoRoomError as error:
        session.room, session.room_problem = "", Problem((str(error),), None)
        return None
    except RoomError as error:
        session.room_problem = Problem((str(error),), None)
        return Vote(key, None)


def _vote_on(key: Key, step: Step, context: Context) -> Vote:
    poll, question = rooms().poll(key.code, step.name), question_of(step, context)
    if poll is None:
        return Vote(key, None)
    on_phones = rooms().poll(key.code)
    if on_phones is None or on_phones.question != question:  # they follow, back too
        rooms().ask(key, question)
        poll = replace(poll, question=question)
    return Vote(key, poll, () if poll.phase == Phase.OPEN else tuple(rooms().tallies(key)))


def is_new(vote: Vote) -> bool:
    """Whether nothing was asked in the room yet."""
    with _said():
        return rooms().poll(vote.key.code) is None
    return False


def question_of(step: Step, context: Context) -> Question:
    """A step as a class is asked it, for the settings of a context; the place of a λ is one on a slider."""
    settings = context.settings
    where = f"{about(context, step.topic.needs is Need.RACE)}, {lam_text(settings.lam)}"
    text = with_values(step.question, settings)
    if step.drawing is None or step.drawing.kind != "place":
        return Question(step.name, text, where, step.options)
    places = range(len(LAMS))
    meant = tuple(step.drawing.option((k,)) for k in places)
    return Question(
        step.name, text, where, step.options, step.drawing.label, tuple(map(lam_label, LAMS)), meant
    )


def ask(step: Step, context: Context) -> None:
    """A button's callback: open the vote on a step."""
    _do(lambda key: rooms().ask(key, question_of(step, context)))


def close() -> None:
    """A button's callback: take no more votes."""
    _do(rooms().close)


def again() -> None:
    """A button's callback: another round."""
    _do(rooms().again)


def _do(act: Callable[[Key], None]) -> None:
    key = key_of()
    if key is not None:
        session.room_problem = NO_PROBLEM
        with _said():
            act(key)


def tell(vote: Vote, answer: Answer) -> Vote:
    """Show the class the answer, measured now; what it is shown already is left as it is."""
    sentence = re.sub(r"\*\*|:material/\w+: ?", "", answer.sentence)
    poll = vote.poll
    if poll is None or (poll.phase, poll.right, poll.sentence) == (Phase.SHOWN, answer.right, sentence):
        return vote
    with _said():
        rooms().show(vote.key, answer.right, sentence)
        return Vote(vote.key, rooms().poll(vote.key.code), tuple(rooms().tallies(vote.key)))
    return vote


def show_line(vote: Vote) -> None:
    """The code, and how many are in or have voted; once it is known in their place how many were right.

    A count is fetched by the browser, where it can be asked for.
    """
    if text := result(vote):
        st.html(f'<p class="room-line">{escape(text)}</p>')
        return
    if not is_counted_by_browsers():
        _counted(vote.key.code, vote.phase is not None)
        return
    component("room")(
        key="room_line",
        data={
            "code": vote.key.code,
            "secret": vote.key.secret,
            "path": phones_at(vote.key.code),
            "phase": vote.phase or "",
        },
    )


@st.fragment(run_every=COUNT_SECONDS)
def _counted(code: str, asked: bool) -> None:
    """The same, told by the server."""
    with _said():
        voted, present = rooms().presence(code)
        said = f"{voted} of {max(present, voted)} have voted" if asked else f"{present} in"
        st.html(f'<p class="room-line"><b>{code}</b>{said}</p>')


def show_options(vote: Vote) -> None:
    """The options, with what the class has voted once the round is closed, and which is right once shown."""
    poll = vote.poll
    if poll is None:
        return
    right = poll.right if poll.phase == Phase.SHOWN else None
    items = "".join(_option(vote, poll, position, right) for position in range(len(poll.question.options)))
    st.html(f'<ol class="room-options">{items}</ol>')


def _option(vote: Vote, poll: Poll, position: int, right: int | None) -> str:
    bars = "".join(_bar(poll, tally, position) for tally in vote.tallies)
    said = ", then ".join(share_in_words(poll, tally, position) for tally in vote.tallies)
    words = escape(poll.question.options[position])
    mark = ' class="is-right"' if position == right else ""
    return f"<li{mark}><span>{words}</span>{bars}<b>{escape(said)}</b></li>"


def _bar(poll: Poll, tally: Tally, position: int) -> str:
    share = votes_for(poll, tally, position) / max(1, tally.votes.total())
    return f'<i style="width: {100 * share:.1f}%" data-round="{tally.round}"></i>'


def result(vote: Vote) -> str:
    """How many of the class were right, and what a second round has gained; "" without votes or an answer."""
    poll = vote.poll
    if poll is None or poll.right is None:
        return ""
    rounds = [(tally.votes.total(), right_share(poll, tally)) for tally in vote.tallies]
    known = [(n, share) for n, share in rounds if share is not None]
    if not known:
        return ""
    said = ", then ".join(f"{round(share * n)} of {n} ({percent(share)})" for n, share in known)
    text = f"Right in the class: {said}."
    if len(known) > 1 and (gained := gain(known[0][1], known[-1][1])) is not None:
        text += f" Gain (post − pre)/(1 − pre): {gained:.2f}.".replace("-", "−")
    return text


def show_record(key: Key) -> None:
    """What the class found hard, the counts to take along, and the same questions as homework."""
    with _said():
        record = rooms().record(key)
        if sentences := hard(record):
            st.markdown("**What this class found hard**, the hardest first; right were:")
            st.markdown("\n".join(f"1. {markdown(sentence)}" for sentence in sentences))
        if record:
            st.download_button(
                "Counts (CSV)", csv(table(record)), f"votes-{key.code}.csv", "text/csv", key="room_csv"
            )
            asked = record[0][0].question.step
            homework = with_query(st.context.url or "", {STEP_IN_ADDRESS: asked})
            st.markdown("Homework: this link asks the same questions, each alone.")
            st.code(homework, language=None, wrap_lines=True)


def show_way_in(key: Key, is_large: bool) -> None:
    """The code, its QR code, and the address that they mean."""
    address, remark = address_for_phones(st.context.url or "", key.code)
    with st.container(key="room_large" if is_large else "room_small", horizontal=True, gap="large"):
        st.image(qr_code(address), width=320 if is_large else 220)
        with st.container(gap="small"):
            st.html(
                f'<p class="room-code" aria-label="{" ".join(key.code)}">{key.code}</p>'
                f'<p class="room-address">{escape(address)}</p>'
            )
            if remark:
                st.warning(remark)


def address_for_phones(url: str, code: str) -> tuple[str, str]:
    """Where phones find a room, and what stands in the way; url: of the teacher's page.

    A machine's name for itself means another machine on a phone, so that its address in the network is taken.
    """
    parts = urlsplit(url)
    path = phones_at(code)
    if parts.hostname not in HERE:
        return f"{parts.scheme}://{parts.netloc}{path}", ""
    own = own_address()
    if own is None:
        return f"{parts.scheme}://{parts.netloc}{path}", (
            "Phones do not find “localhost”, and this machine is in no network. Connect it to the one of the "
            "class."
        )
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{own}{port}{path}", (
        "You opened the lab as “localhost”, which phones do not find. This is the machine's own address; it "
        "works where the server was started with --server.address 0.0.0.0 and the network lets phones in."
    )


def own_address() -> str | None:
    """This machine's address in its network, None where it is in none. Nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(NOWHERE)
        found: str = probe.getsockname()[0]
        return found if found not in HERE else None
    return None

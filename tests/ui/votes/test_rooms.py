"""Rooms: codes, rounds that are never opened again, one vote a phone, counts that are counted."""

import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import settings as how
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from benchmarks.servers import ROOT
from ui.votes import folder, sqlite
from ui.votes.rooms import (
    LETTERS,
    LIFE_SECONDS,
    Key,
    LateError,
    NoRoomError,
    Phase,
    Poll,
    Question,
    RoomError,
    Rooms,
    Tally,
    UnkeptError,
    gain,
    new_code,
    read_key,
    right_share,
    tidy_code,
)
from ui.votes.sqlite import SqliteRooms

ASKED = Question("exact-zeros", "Which has more?", "Wine, λ = 10", ("L1", "L2", "both"))
PLACE = Question("best", "Where?", "Wine", ("small", "large"), "λ", ("0", "1", "10"), (0, 0, 1))


@pytest.fixture
def in_file(tmp_path) -> SqliteRooms:
    return SqliteRooms(tmp_path / "rooms.sqlite")


@pytest.fixture(params=["sqlite", "redis"])
def rooms(request) -> Rooms:
    """The same rooms, wherever they are kept."""
    return request.getfixturevalue("in_file" if request.param == "sqlite" else "in_redis")


def asked(rooms: Rooms, question: Question = ASKED) -> Key:
    key = rooms.open_room()
    rooms.ask(key, question)
    return key


def test_a_code_is_four_letters_that_nobody_misreads_and_is_typed_as_people_do():
    assert not set(LETTERS) & set("ILOQ0156")
    for code in {new_code() for _ in range(200)}:
        assert tidy_code(f" {code.lower()} ") == code
    for wrong in ("", "ABC", "ABCDE", "AB1D", "ÄBCD", "A CD", "IIII"):
        assert tidy_code(wrong) == ""


def test_a_key_goes_through_an_address_and_nothing_else_is_one(rooms):
    key = rooms.open_room()
    assert read_key(str(key)) == key
    for wrong in (
        "",
        key.code,
        f"{key.code}.",
        f"{key.code.lower()}.{key.secret}",
        f"{key}{'x' * 99}",
        "a.b",
    ):
        assert read_key(wrong) is None


def test_only_the_teacher_asks_closes_shows_and_ends(rooms):
    key, other = asked(rooms), rooms.open_room()
    for forged in (Key(key.code, other.secret), Key(key.code, ""), Key("WXYA", key.secret)):
        for act in (rooms.check, rooms.close, rooms.again, rooms.end_room, rooms.tallies):
            with pytest.raises(NoRoomError):
                act(forged)
        with pytest.raises(NoRoomError):
            rooms.ask(forged, ASKED)
        with pytest.raises(NoRoomError):
            rooms.show(forged, 0, "")
    assert rooms.poll(key.code) == Poll(ASKED, 1, Phase.OPEN)


def test_a_vote_takes_the_place_of_the_phones_earlier_one(rooms):
    key = asked(rooms)
    for choice in (0, 2, 1):
        rooms.vote(key.code, "me", "exact-zeros", 1, choice)
    rooms.vote(key.code, "you", "exact-zeros", 1, 1)
    rooms.close(key)
    assert rooms.tallies(key) == [Tally(1, Counter({1: 2}))]
    assert rooms.own(key.code, "me") == {1: 1}
    assert rooms.own(key.code, "nobody") == {}


def test_a_vote_for_another_question_round_or_phase_is_late_and_for_no_option_is_none(rooms):
    key = asked(rooms)
    for step, number in (("exact-zeros", 2), ("exact-zeros", 0), ("best", 1)):
        with pytest.raises(LateError):
            rooms.vote(key.code, "me", step, number, 0)
    for choice in (-1, 3, 10**6):
        with pytest.raises(RoomError, match="none of the options"):
            rooms.vote(key.code, "me", "exact-zeros", 1, choice)
    rooms.close(key)
    for act in (lambda: None, lambda: rooms.show(key, 0, "")):
        act()
        with pytest.raises(LateError):
            rooms.vote(key.code, "me", "exact-zeros", 1, 0)
    assert rooms.presence(key.code) == (0, 0)


def test_nobody_sees_votes_while_they_are_cast(rooms):
    key = asked(rooms)
    rooms.vote(key.code, "me", "exact-zeros", 1, 0)
    with pytest.raises(RoomError, match="while they are cast"):
        rooms.tallies(key)
    assert rooms.shares(key.code) == []
    rooms.close(key)
    assert rooms.shares(key.code) == [], "phones see them with the answer"
    rooms.again(key)
    with pytest.raises(RoomError, match="while they are cast"):
        rooms.tallies(key)
    rooms.show(key, 0, "So it is.")
    assert rooms.shares(key.code) == rooms.tallies(key) == [Tally(1, Counter({0: 1})), Tally(2, Counter())]


def test_what_is_asked_again_is_where_it_was_with_the_words_of_now(rooms):
    key = asked(rooms)
    rooms.vote(key.code, "me", "exact-zeros", 1, 0)
    rooms.show(key, 1, "So it is.")
    rooms.ask(key, PLACE)
    assert rooms.poll(key.code) == Poll(PLACE, 1, Phase.OPEN)
    assert rooms.poll(key.code, "exact-zeros") == Poll(ASKED, 1, Phase.SHOWN, 1, "So it is.")
    assert rooms.poll(key.code, "no-such-step") is None
    now = replace(ASKED, about="Moons")
    rooms.ask(key, now)
    assert rooms.poll(key.code) == Poll(now, 1, Phase.SHOWN, 1, "So it is.")
    assert rooms.own(key.code, "me") == {1: 0}
    with pytest.raises(RoomError, match="Another round"):
        rooms.again(key)
    rooms.close(key)
    assert rooms.poll(key.code).phase == Phase.SHOWN, "closing takes no answer away"


def test_before_the_first_question_there_is_nothing_to_close(rooms):
    key = rooms.open_room()
    assert rooms.poll(key.code) is None
    assert rooms.presence(key.code) == (0, 0)
    for act in (rooms.close, rooms.again, rooms.tallies):
        with pytest.raises(RoomError, match="Nothing was asked"):
            act(key)


def test_two_rooms_know_nothing_of_each_other(rooms):
    one, two = asked(rooms), asked(rooms)
    assert one.code != two.code
    rooms.vote(one.code, "me", "exact-zeros", 1, 0)
    rooms.join(one.code, "me")
    assert (rooms.presence(one.code), rooms.presence(two.code)) == ((1, 1), (0, 0))
    rooms.end_room(one)
    with pytest.raises(NoRoomError):
        rooms.poll(one.code)
    assert rooms.poll(two.code).phase == Phase.OPEN


def test_a_token_is_signed_by_its_room_alone(rooms):
    one, two = rooms.open_room(), rooms.open_room()
    token = rooms.new_token(one.code)
    assert rooms.is_token(one.code, token)
    assert token != rooms.new_token(one.code)
    for code, forged in ((two.code, token), (one.code, token[:-1]), (one.code, ""), (one.code, "x" * 9000)):
        assert not rooms.is_token(code, forged)


def test_a_room_ends_after_twelve_hours_and_its_rows_go(in_file, tmp_path, monkeypatch):
    key = asked(in_file)
    in_file.vote(key.code, "me", "exact-zeros", 1, 0)
    in_file.join(key.code, "me")
    now = sqlite.time()
    monkeypatch.setattr(sqlite, "time", lambda: now + LIFE_SECONDS - 60)
    in_file.check(key)
    monkeypatch.setattr(sqlite, "time", lambda: now + LIFE_SECONDS + 60)
    with pytest.raises(NoRoomError):
        in_file.check(key)
    with pytest.raises(NoRoomError):
        in_file.vote(key.code, "me", "exact-zeros", 1, 0)
    in_file.open_room()
    with sqlite3.connect(tmp_path / "rooms.sqlite") as base:
        left = [base.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("rooms", "votes", "phones")]
    base.close()
    assert left == [1, 0, 0]


def test_votes_of_many_threads_and_two_processes_are_all_there_once(in_file, tmp_path):
    many_vote_at_once(in_file, SqliteRooms(tmp_path / "rooms.sqlite"))


def many_vote_at_once(one: Rooms, other: Rooms) -> None:
    """Ninety phones at two places where the same rooms are kept: each vote is there, once."""
    key = asked(one)

    def vote(number: int) -> None:
        for store, choice in ((one, 0), (other, number % 3)):
            store.vote(key.code, f"phone {number}", "exact-zeros", 1, choice)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(vote, range(90)))
    one.close(key)
    assert other.tallies(key) == [Tally(1, Counter({0: 30, 1: 30, 2: 30}))]


def test_a_vote_that_comes_while_the_round_is_closed_is_counted_or_late_and_never_neither(rooms):
    key, said = asked(rooms), {}

    def vote(number: int) -> None:
        try:
            rooms.vote(key.code, f"phone {number}", "exact-zeros", 1, 0)
            said[number] = True
        except LateError:
            said[number] = False

    threads = [threading.Thread(target=vote, args=(number,)) for number in range(40)]
    for thread in threads[:20]:
        thread.start()
    rooms.close(key)
    for thread in threads[20:]:
        thread.start()
    for thread in threads:
        thread.join()
    ((_, votes),) = rooms.tallies(key)
    assert votes.total() == sum(said.values())
    assert len(said) == 40
    assert not any(said[number] for number in range(20, 40))


def test_a_file_that_is_locked_full_or_none_is_said_and_nothing_is_half_there(in_file, tmp_path, monkeypatch):
    key = asked(in_file)
    monkeypatch.setattr(sqlite, "WAIT_SECONDS", 0.1)
    with sqlite3.connect(tmp_path / "rooms.sqlite", isolation_level=None) as base:
        base.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnkeptError, match="Try again"):
            in_file.vote(key.code, "me", "exact-zeros", 1, 0)
        assert in_file.poll(key.code).phase == Phase.OPEN, "it can be read meanwhile"
        base.execute("ROLLBACK")
    base.close()
    in_file.vote(key.code, "me", "exact-zeros", 1, 0)
    (tmp_path / "broken.sqlite").write_bytes(b"this is no database" * 99)
    with pytest.raises(UnkeptError):
        SqliteRooms(tmp_path / "broken.sqlite")
    with pytest.raises(UnkeptError):
        SqliteRooms(tmp_path / "nowhere" / "rooms.sqlite")


FILL = """
import resource, signal, sys
from pathlib import Path
from ui.votes.rooms import Key, UnkeptError
from ui.votes.sqlite import SqliteRooms
rooms, key = SqliteRooms(Path(sys.argv[1])), Key(*sys.argv[2].split("."))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
taken = 0
try:
    for number in range(100_000):
        rooms.vote(key.code, f"phone {number}", "exact-zeros", 1, 0)
        taken += 1
except UnkeptError:
    print(taken)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
def test_where_the_disk_is_full_the_vote_is_refused_and_those_before_are_there(in_file, tmp_path):
    key = asked(in_file)
    command = [sys.executable, "-c", FILL, str(tmp_path / "rooms.sqlite"), str(key)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    taken = int(ended.stdout)
    assert taken > 10
    assert in_file.presence(key.code)[0] == taken
    in_file.vote(key.code, "one more", "exact-zeros", 1, 1)
    in_file.close(key)
    assert in_file.tallies(key) == [Tally(1, Counter({0: taken, 1: 1}))]


def test_a_file_of_another_version_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "rooms.sqlite") as base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(UnkeptError, match="another version"):
        SqliteRooms(tmp_path / "rooms.sqlite")


def test_votes_lie_in_a_folder_that_nobody_else_reads(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr("ui.votes.getuser", mock.Mock(side_effect=KeyError("a container's user has no name")))
    own = folder("")
    assert own.parent == tmp_path
    assert own.stat().st_mode & 0o077 == 0
    assert folder("") == own
    assert folder(str(tmp_path / "a" / "b")).is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UnkeptError, match="LAB_ROOMS"):
        folder(str(tmp_path / "file"))


def test_the_gain_is_the_share_of_what_could_be_gained():
    assert gain(0.52, 0.68) == pytest.approx(1 / 3)
    assert gain(0.5, 0.25) == pytest.approx(-0.5)
    assert gain(1, 1) is None


def test_the_share_that_is_right_counts_places_by_the_option_that_they_mean():
    poll = Poll(PLACE, 1, Phase.SHOWN, right=0)
    assert right_share(poll, Tally(1, Counter({0: 1, 1: 2, 2: 1}))) == 0.75
    assert right_share(poll, Tally(1, Counter())) is None
    assert right_share(replace(poll, right=None), Tally(1, Counter({0: 1}))) is None


class AnyOrder(RuleBasedStateMachine):
    """Whatever a teacher and phones do in whatever order, against what a list of votes would say."""

    @initialize()
    def begin(self) -> None:
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.rooms = SqliteRooms(Path(self.folder.name) / "rooms.sqlite")
        self.key = asked(self.rooms)
        self.rounds: list[dict[str, int]] = [{}]
        self.phase, self.phases = Phase.OPEN, [Phase.OPEN]

    @rule(phone=some.sampled_from("abc"), number=some.integers(0, 3), choice=some.integers(-1, 3))
    def vote(self, phone: str, number: int, choice: int) -> None:
        taken = self.phase == Phase.OPEN and number == len(self.rounds) and 0 <= choice <= 2
        try:
            self.rooms.vote(self.key.code, phone, "exact-zeros", number, choice)
            assert taken
            self.rounds[-1][phone] = choice
        except RoomError:
            assert not taken

    @rule()
    def close(self) -> None:
        self.rooms.close(self.key)
        self.phase = Phase.CLOSED if self.phase == Phase.OPEN else self.phase
        self.phases.append(self.phase)

    @rule()
    def show(self) -> None:
        self.rooms.show(self.key, 0, "So.")
        self.phase = Phase.SHOWN
        self.phases.append(self.phase)

    @precondition(lambda self: len(self.rounds) < 3)
    @rule()
    def again(self) -> None:
        if self.phase == Phase.CLOSED:
            self.rooms.again(self.key)
            self.rounds.append({})
            self.phase, self.phases = Phase.OPEN, [Phase.OPEN]
        else:
            with pytest.raises(RoomError):
                self.rooms.again(self.key)

    @rule()
    def ask_anew(self) -> None:
        self.rooms.ask(self.key, ASKED)

    @invariant()
    def counts_are_those_of_the_votes(self) -> None:
        poll = self.rooms.poll(self.key.code)
        assert (poll.round, poll.phase) == (len(self.rounds), self.phase)
        assert self.rooms.presence(self.key.code)[0] == len(self.rounds[-1])
        order = [Phase.OPEN, Phase.CLOSED, Phase.SHOWN]
        assert all(order.index(a) <= order.index(b) for a, b in pairwise(self.phases)), "never opened again"
        if self.phase != Phase.OPEN:
            found = [tally.votes for tally in self.rooms.tallies(self.key)]
            assert found == [Counter(votes.values()) for votes in self.rounds]

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


AnyOrder.TestCase.settings = how(max_examples=25, stateful_step_count=20, deadline=None)
TestAnyOrder = AnyOrder.TestCase

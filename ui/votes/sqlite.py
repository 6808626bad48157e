"""Rooms in an SQLite file, which all processes of one machine share.

Write-ahead logging lets them read while one writes, and what was committed is there although a process is
killed. A connection lives as long as one call: none goes from thread to thread. Not for a disk that lies on a
network, where locks do not hold.
"""

import json
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hmac import compare_digest
from pathlib import Path
from time import time
from typing import Any

from ui.votes.rooms import (
    LIFE_SECONDS,
    NO_ROOM,
    Key,
    LateError,
    NoRoomError,
    Phase,
    Poll,
    Question,
    RoomError,
    Tally,
    UnkeptError,
    digest_of,
    is_signed,
    new_code,
    sign_token,
)

WAIT_SECONDS = 5.0  # for another's lock
VERSION = 1  # of the tables
TABLES = """
CREATE TABLE IF NOT EXISTS rooms (
    code TEXT PRIMARY KEY, secret TEXT NOT NULL, salt TEXT NOT NULL, ends REAL NOT NULL, step TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS rounds (
    room TEXT, step TEXT, round INTEGER, phase TEXT NOT NULL, question TEXT NOT NULL,
    "right" INTEGER, sentence TEXT NOT NULL DEFAULT '', PRIMARY KEY (room, step, round)
) STRICT;
CREATE TABLE IF NOT EXISTS votes (
    room TEXT, step TEXT, round INTEGER, token TEXT, choice INTEGER NOT NULL,
    PRIMARY KEY (room, step, round, token)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS phones (room TEXT, token TEXT, PRIMARY KEY (room, token)) STRICT, WITHOUT ROWID;
"""


class SqliteRooms:
    """See `ui.votes.rooms.Rooms`."""

    def __init__(self, path: Path) -> None:
        """path: of the file, whose folder is there. Raises UnkeptError where it cannot be used."""
        self._path = path
        with self._connection() as base:
            base.execute("PRAGMA journal_mode = WAL")
            if base.execute("PRAGMA user_version").fetchone()[0] not in (0, VERSION):
                raise UnkeptError(f"{path.name} is of another version of the lab. Choose another folder.")
            base.executescript(f"{TABLES} PRAGMA user_version = {VERSION};")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for one call; what it changes is there when the call ends, all of it or nothing."""
        try:
            with closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS, isolation_level=None)) as base:
                base.execute("PRAGMA synchronous = NORMAL")
                yield base
        except sqlite3.Error as error:
            raise UnkeptError(f"Votes cannot be kept at the moment ({error}). Try again.") from error

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as base:
            base.execute("BEGIN IMMEDIATE")  # what is read here nobody changes before it is written
            try:
                yield base
            except BaseException:
                base.execute("ROLLBACK")
                raise
            base.execute("COMMIT")

    def open_room(self) -> Key:
        """A new room, and what makes one its teacher. Rooms that have ended go, with their votes."""
        secret = secrets.token_urlsafe(24)
        with self._change() as base:
            ended = base.execute("SELECT code FROM rooms WHERE ends <= ?", [time()]).fetchall()
            for (code,) in ended:
                _forget(base, code)
            taken = {code for (code,) in base.execute("SELECT code FROM rooms")}
            code = next(code for code in iter(new_code, "") if code not in taken)
            row = [code, digest_of(secret), secrets.token_hex(), time() + LIFE_SECONDS]
            base.execute("INSERT INTO rooms (code, secret, salt, ends) VALUES (?, ?, ?, ?)", row)
        return Key(code, secret)

    def end_room(self, key: Key) -> None:
        """Close it, and forget its votes."""
        with self._change() as base:
            _check(base, key)
            _forget(base, key.code)

    def check(self, key: Key) -> None:
        """Raise NoRoomError where this is no teacher's key."""
        with self._connection() as base:
            _check(base, key)

    def poll(self, code: str, step: str = "") -> Poll | None:
        """What is asked now, or what this step has come to; None where it was not asked."""
        with self._connection() as base:
            now = _room(base, code)["step"]
            return _last_round(base, code, step or now)

    def ask(self, key: Key, question: Question) -> None:
        """Ask it; one that was asked before is where it was, and not opened again. Its words become these."""
        words = json.dumps(question.to_plain())
        with self._change() as base:
            _check(base, key)
            base.execute("UPDATE rooms SET step = ? WHERE code = ?", [question.step, key.code])
            base.execute(
                "INSERT OR IGNORE INTO rounds (room, step, round, phase, question) VALUES (?, ?, 1, ?, ?)",
                [key.code, question.step, Phase.OPEN, words],
            )
            base.execute(
                "UPDATE rounds SET question = ? WHERE room = ? AND step = ?", [words, key.code, question.step]
            )

    def close(self, key: Key) -> None:
        """Take no more votes in the round that is open."""
        with self._change() as base:
            _check(base, key)
            _set_phase(base, key.code, _asked(base, key.code), Phase.CLOSED, only_from=Phase.OPEN)

    def again(self, key: Key) -> None:
        """After a closed round another one of the same question."""
        with self._change() as base:
            _check(base, key)
            poll = _asked(base, key.code)
            if poll.phase != Phase.CLOSED:
                raise RoomError("Another round begins after one that is closed and not yet answered.")
            words = json.dumps(poll.question.to_plain())
            row = [key.code, poll.question.step, poll.round + 1, Phase.OPEN, words]
            base.execute(
                "INSERT INTO rounds (room, step, round, phase, question) VALUES (?, ?, ?, ?, ?)", row
            )

    def show(self, key: Key, right: int | None, sentence: str) -> None:
        """Close the round and show the answer."""
        with self._change() as base:
            _check(base, key)
            poll = _asked(base, key.code)
            _set_phase(base, key.code, poll, Phase.SHOWN)
            base.execute(
                'UPDATE rounds SET "right" = ?, sentence = ? WHERE room = ? AND step = ? AND round = ?',
                [right, sentence, key.code, poll.question.step, poll.round],
            )

    def tallies(self, key: Key) -> list[Tally]:
        """The votes in each round of what is asked now. Raises RoomError while one is open."""
        with self._connection() as base:
            _check(base, key)
            poll = _asked(base, key.code)
            if poll.phase == Phase.OPEN:
                raise RoomError("Nobody sees votes while they are cast.")
            return _tallies(base, key.code, poll)

    def shares(self, code: str) -> list[Tally]:
        """The votes in each round of what is asked now, for everybody: [] unless the answer is shown."""
        with self._connection() as base:
            poll = _poll(base, code)
            return _tallies(base, code, poll) if poll and poll.phase == Phase.SHOWN else []

    def record(self, key: Key) -> list[tuple[Poll, list[Tally]]]:
        """What was asked so far and is closed, in its order, with the votes of each round."""
        with self._connection() as base:
            _check(base, key)
            steps = base.execute(
                "SELECT step FROM rounds WHERE room = ? AND round = 1 ORDER BY rowid", [key.code]
            ).fetchall()
            polls = [_last_round(base, key.code, step) for (step,) in steps]
            closed = [poll for poll in polls if poll and poll.phase != Phase.OPEN]
            return [(poll, _tallies(base, key.code, poll)) for poll in closed]

    def join(self, code: str, token: str) -> None:
        """Count this phone in."""
        with self._change() as base:
            _room(base, code)
            base.execute("INSERT OR IGNORE INTO phones VALUES (?, ?)", [code, token])

    def presence(self, code: str) -> tuple[int, int]:
        """How many have voted in the round that is on, and how many are in."""
        with self._connection() as base:
            poll = _poll(base, code)
            (present,) = base.execute("SELECT count(*) FROM phones WHERE room = ?", [code]).fetchone()
            if poll is None:
                return 0, present
            (voted,) = base.execute(
                "SELECT count(*) FROM votes WHERE room = ? AND step = ? AND round = ?",
                [code, poll.question.step, poll.round],
            ).fetchone()
            return voted, present

    def vote(self, code: str, token: str, step: str, round: int, choice: int) -> None:
        """Take a vote in place of the phone's earlier one. Raises LateError, and RoomError for no choice."""
        with self._change() as base:
            poll = _poll(base, code)
            if poll is None or (poll.question.step, poll.round, poll.phase) != (step, round, Phase.OPEN):
                raise LateError("The vote on this question is closed; what you chose now is not counted.")
            if not 0 <= choice < poll.question.places:
                raise RoomError("This is none of the options. Reload the page.")
            base.execute(
                "INSERT INTO votes VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET choice = excluded.choice",
                [code, step, round, token, choice],
            )

    def own(self, code: str, token: str) -> dict[int, int]:
        """The phone's votes on what is asked now, by round."""
        with self._connection() as base:
            poll = _poll(base, code)
            found = base.execute(
                "SELECT round, choice FROM votes WHERE room = ? AND step = ? AND token = ?",
                [code, poll.question.step if poll else "", token],
            )
            return dict(found.fetchall())

    def new_token(self, code: str) -> str:
        """One that only this room can have signed."""
        with self._connection() as base:
            return sign_token(_room(base, code)["salt"])

    def is_token(self, code: str, token: str) -> bool:
        """Whether the room has signed it."""
        with self._connection() as base:
            return is_signed(_room(base, code)["salt"], token)


def _room(base: sqlite3.Connection, code: str) -> dict[str, Any]:
    """The room's row. Raises NoRoomError."""
    found = base.execute("SELECT secret, salt, step, ends FROM rooms WHERE code = ?", [code]).fetchone()
    if found is None or found[3] <= time():
        raise NoRoomError(NO_ROOM)
    return dict(zip(("secret", "salt", "step"), found, strict=False))


def _check(base: sqlite3.Connection, key: Key) -> None:
    if not compare_digest(_room(base, key.code)["secret"], digest_of(key.secret)):
        raise NoRoomError("This address is not that of the room's teacher.")


def _poll(base: sqlite3.Connection, code: str) -> Poll | None:
    """What is asked now: the last round of the room's question."""
    return _last_round(base, code, _room(base, code)["step"])


def _last_round(base: sqlite3.Connection, code: str, step: str | None) -> Poll | None:
    row = base.execute(
        'SELECT question, round, phase, "right", sentence FROM rounds WHERE room = ? AND step = ? '
        "ORDER BY round DESC LIMIT 1",
        [code, step],
    ).fetchone()
    if row is None:
        return None
    question, number, phase, right, sentence = row
    return Poll(Question.from_plain(json.loads(question)), number, Phase(phase), right, sentence)


def _asked(base: sqlite3.Connection, code: str) -> Poll:
    poll = _poll(base, code)
    if poll is None:
        raise RoomError("Nothing was asked yet.")
    return poll


def _set_phase(
    base: sqlite3.Connection, code: str, poll: Poll, phase: Phase, only_from: Phase | None = None
) -> None:
    base.execute(
        "UPDATE rounds SET phase = ? WHERE room = ? AND step = ? AND round = ? AND phase = ifnull(?, phase)",
        [phase, code, poll.question.step, poll.round, only_from],
    )


def _tallies(base: sqlite3.Connection, code: str, poll: Poll) -> list[Tally]:
    found: dict[int, Counter[int]] = {number: Counter() for number in range(1, poll.round + 1)}
    for number, choice, n in base.execute(
        "SELECT round, choice, count(*) FROM votes WHERE room = ? AND step = ? GROUP BY round, choice",
        [code, poll.question.step],
    ):
        found[number][choice] = n
    return [Tally(number, votes) for number, votes in found.items()]


def _forget(base: sqlite3.Connection, code: str) -> None:
    base.execute("DELETE FROM rooms WHERE code = ?", [code])
    for table in ("rounds", "votes", "phones"):
        base.execute(f"DELETE FROM {table} WHERE room = ?", [code])

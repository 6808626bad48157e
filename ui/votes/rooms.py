"""Rooms in which a class votes: a code to come in by, questions in rounds, one vote for each phone.

Nothing here knows who a person is. A phone has a token, which the room has signed; a teacher has a secret. A
round is open, then closed, and is never opened again; votes are rows, and counts are counted from them.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from itsdangerous import BadSignature, Signer

LETTERS = "ABCDEFGHJKMNPRSTUWXY"  # none that is taken for another one, or for a digit
CODE_LENGTH = 4
LIFE_SECONDS = 12 * 3600.0
TOKEN_BYTES = 12
NO_ROOM = "There is no such room. Look at the code again; a room ends after twelve hours."


class RoomError(ValueError):
    """What was asked of a room cannot be; the message is a sentence for who asked."""


class NoRoomError(RoomError):
    """There is no room of this code, or it has ended."""


class LateError(RoomError):
    """The vote came after its round was closed."""


class UnkeptError(RoomError):
    """What was sent could not be kept: a full disk, a lock that lasts."""


class Phase(StrEnum):
    """What a round has come to."""

    OPEN = "open"
    CLOSED = "closed"
    SHOWN = "shown"  # the answer is


class Key(NamedTuple):
    """What makes a person the teacher of a room, as an address has it: CODE.secret."""

    code: str
    secret: str

    def __str__(self) -> str:
        return f"{self.code}.{self.secret}"


@dataclass(frozen=True)
class Question:
    """What is asked.

    step: the name of the tour's. about: for which data and settings, in words. Where it is the place on a
    slider, label: what lies there, marks: what its places are called, and meant: which option each means.
    """

    step: str
    text: str
    about: str
    options: tuple[str, ...]
    label: str = ""
    marks: tuple[str, ...] = ()
    meant: tuple[int, ...] = ()

    @property
    def places(self) -> int:
        """How many different votes there are."""
        return len(self.marks or self.options)

    def option(self, choice: int) -> int:
        """The position of the option that a vote means."""
        return self.meant[choice] if self.marks else choice

    def words(self, choice: int) -> str:
        """What a vote says."""
        return (self.marks or self.options)[choice]

    def to_plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Question":
        """From what `to_plain` gave."""
        tuples = {name: tuple(plain[name]) for name in ("options", "marks", "meant")}
        return cls(plain["step"], plain["text"], plain["about"], label=plain["label"], **tuples)


@dataclass(frozen=True)
class Poll:
    """A question in one of its rounds, and what it has come to."""

    question: Question
    round: int  # from 1
    phase: Phase
    right: int | None = None  # the position of the right option, once it is shown and there is one
    sentence: str = ""  # what was measured


class Tally(NamedTuple):
    """The votes of a round, by choice."""

    round: int
    votes: Counter[int]


class Rooms(Protocol):
    """Where rooms are kept. Methods raise UnkeptError where that does not work, NoRoomError for no room."""

    def open_room(self) -> Key:
        """A new room, and what makes one its teacher."""

    def end_room(self, key: Key) -> None:
        """Close it, and forget its votes."""

    def check(self, key: Key) -> None:
        """Raise NoRoomError where this is no teacher's key."""

    def poll(self, code: str, step: str = "") -> Poll | None:
        """What is asked now, or what this step has come to; None where it was not asked."""

    def ask(self, key: Key, question: Question) -> None:
        """Ask it; one that was asked before is where it was, and not opened again. Its words become these."""

    def close(self, key: Key) -> None:
        """Take no more votes in the round that is open."""

    def again(self, key: Key) -> None:
        """After a closed round another one of the same question."""

    def show(self, key: Key, right: int | None, sentence: str) -> None:
        """Close the round and show the answer."""

    def tallies(self, key: Key) -> list[Tally]:
        """The votes in each round of what is asked now. Raises RoomError while one is open."""

    def record(self, key: Key) -> list[tuple[Poll, list[Tally]]]:
        """What was asked so far and is closed, in its order, with the votes of each round."""

    def join(self, code: str, token: str) -> None:
        """Count this phone in."""

    def presence(self, code: str) -> tuple[int, int]:
        """How many have voted in the round that is on, and how many are in."""

    def vote(self, code: str, token: str, step: str, round: int, choice: int) -> None:
        """Take a vote in place of the phone's earlier one. Raises LateError, and RoomError for no choice."""

    def own(self, code: str, token: str) -> dict[int, int]:
        """The phone's votes on what is asked now, by round."""

    def shares(self, code: str) -> list[Tally]:
        """The votes in each round of what is asked now, for everybody: [] unless the answer is shown."""

    def new_token(self, code: str) -> str:
        """One that only this room can have signed."""

    def is_token(self, code: str, token: str) -> bool:
        """Whether the room has signed it."""


def new_code() -> str:
    """Four letters."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def tidy_code(text: str) -> str:
    """A code as a person may type it; "" where it cannot be one."""
    code = text.strip().upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(LETTERS) else ""


def read_key(text: str) -> Key | None:
    """The key in an address, None where it is none."""
    code, dot, secret = text.partition(".")
    return Key(code, secret) if dot and tidy_code(code) == code and 20 <= len(secret) <= 60 else None


def digest_of(secret: str) -> str:
    """As a room keeps its teacher's secret."""
    return sha256(secret.encode()).hexdigest()


def sign_token(salt: str) -> str:
    """A new token, signed with the room's salt."""
    return _signer(salt).sign(secrets.token_hex(TOKEN_BYTES)).decode()


def is_signed(salt: str, token: str) -> bool:
    """Whether a token was signed with the room's salt."""
    try:
        return len(_signer(salt).unsign(token)) == 2 * TOKEN_BYTES
    except BadSignature:
        return False


def _signer(salt: str) -> Signer:
    return Signer(salt, salt="lab.vote", digest_method=sha256)


def gain(before: float, after: float) -> float | None:
    """How much of what could be gained was: (post − pre) / (1 − pre), None where all were right before."""
    return (after - before) / (1 - before) if before < 1 else None


def right_share(poll: Poll, tally: Tally) -> float | None:
    """The share of a round's votes that mean the right option, None where there is none, or no vote."""
    total = tally.votes.total()
    if poll.right is None or not total:
        return None
    return sum(n for choice, n in tally.votes.items() if poll.question.option(choice) == poll.right) / total

"""Rooms in Redis, for processes on several hosts, which share no disk.

What depends on what was read is written in one transaction, which Redis refuses where that has changed
meanwhile and which is then tried again: so a vote is taken, or late, and never both.
"""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hmac import compare_digest
from typing import Any, TypeVar

import redis
from redis.client import Pipeline

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

WAIT_SECONDS = 2.0  # for Redis
Found = TypeVar("Found")
Base = Any  # redis.Redis, or a pipeline of it: what they answer has the types of their asynchronous twins too


class RedisRooms:
    """See `ui.votes.rooms.Rooms`."""

    def __init__(self, url: str) -> None:
        """url: redis://host:6379/0, or rediss:// over TLS."""
        self._redis: Base = redis.Redis.from_url(
            url, decode_responses=True, socket_timeout=WAIT_SECONDS, socket_connect_timeout=WAIT_SECONDS
        )

    def forget_connections(self) -> None:
        """Close those that are kept."""
        self._redis.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            raise UnkeptError("Votes cannot be kept at the moment. Try again.") from error

    def _change(self, code: str, act: Callable[[Pipeline], Found]) -> Found:
        """act reads first, then calls `multi` and writes: all of it, on what it read, or again."""
        with self._said():
            found: Found = self._redis.transaction(
                act, _room_key(code), _rounds_key(code), value_from_callable=True
            )
            return found

    def open_room(self) -> Key:
        """A new room, and what makes one its teacher."""
        secret = secrets.token_urlsafe(24)
        with self._said():
            for code in iter(new_code, ""):
                if self._redis.hsetnx(_room_key(code), "secret", digest_of(secret)):
                    self._redis.hset(_room_key(code), "salt", secrets.token_hex())
                    self._redis.expire(_room_key(code), int(LIFE_SECONDS))
                    return Key(code, secret)
        raise UnkeptError("All codes are taken.")

    def end_room(self, key: Key) -> None:
        """Close it, and forget its votes."""
        self.check(key)
        with self._said():
            steps = self._redis.hkeys(_rounds_key(key.code))
            votes = [_votes_key(key.code, *_split(one)) for one in steps if "\n" in one]
            kinds = (_room_key, _rounds_key, _phones_key, _asked_key)
            self._redis.delete(*(key_of(key.code) for key_of in kinds), *votes)

    def check(self, key: Key) -> None:
        """Raise NoRoomError where this is no teacher's key."""
        with self._said():
            _check(self._redis, key)

    def poll(self, code: str, step: str = "") -> Poll | None:
        """What is asked now, or what this step has come to; None where it was not asked."""
        with self._said():
            now = _room(self._redis, code).get("step", "")
            return _last_round(self._redis, code, step or now)

    def ask(self, key: Key, question: Question) -> None:
        """Ask it; one that was asked before is where it was, and not opened again. Its words become these."""

        def act(pipe: Pipeline) -> None:
            _check(pipe, key)
            poll = _last_round(pipe, key.code, question.step)
            number = poll.round if poll else 1
            was = (poll.phase, poll.right, poll.sentence) if poll else (Phase.OPEN,)
            row = _row(question, *was)
            pipe.multi()
            pipe.hset(_room_key(key.code), "step", question.step)
            if poll is None:
                pipe.rpush(_asked_key(key.code), question.step)
            _write(pipe, key.code, question.step, number, row)

        self._change(key.code, act)

    def close(self, key: Key) -> None:
        """Take no more votes in the round that is open."""

        def act(pipe: Pipeline) -> None:
            _check(pipe, key)
            poll = _asked(pipe, key.code)
            pipe.multi()
            if poll.phase == Phase.OPEN:
                _write(pipe, key.code, poll.question.step, poll.round, _row(poll.question, Phase.CLOSED))

        self._change(key.code, act)

    def again(self, key: Key) -> None:
        """After a closed round another one of the same question."""

        def act(pipe: Pipeline) -> None:
            _check(pipe, key)
            poll = _asked(pipe, key.code)
            if poll.phase != Phase.CLOSED:
                raise RoomError("Another round begins after one that is closed and not yet answered.")
            pipe.multi()
            _write(pipe, key.code, poll.question.step, poll.round + 1, _row(poll.question, Phase.OPEN))

        self._change(key.code, act)

    def show(self, key: Key, right: int | None, sentence: str) -> None:
        """Close the round and show the answer."""

        def act(pipe: Pipeline) -> None:
            _check(pipe, key)
            poll = _asked(pipe, key.code)
            row = _row(poll.question, Phase.SHOWN, right, sentence)
            pipe.multi()
            _write(pipe, key.code, poll.question.step, poll.round, row)

        self._change(key.code, act)

    def tallies(self, key: Key) -> list[Tally]:
        """The votes in each round of what is asked now. Raises RoomError while one is open."""
        with self._said():
            _check(self._redis, key)
            poll = _asked(self._redis, key.code)
            if poll.phase == Phase.OPEN:
                raise RoomError("Nobody sees votes while they are cast.")
            return self._tallies(key.code, poll)

    def shares(self, code: str) -> list[Tally]:
        """The votes in each round of what is asked now, for everybody: [] unless the answer is shown."""
        poll = self.poll(code)
        with self._said():
            return self._tallies(code, poll) if poll and poll.phase == Phase.SHOWN else []

    def record(self, key: Key) -> list[tuple[Poll, list[Tally]]]:
        """What was asked so far and is closed, in its order, with the votes of each round."""
        with self._said():
            _check(self._redis, key)
            steps = self._redis.lrange(_asked_key(key.code), 0, -1)
            polls = [_last_round(self._redis, key.code, step) for step in steps]
            closed = [poll for poll in polls if poll and poll.phase != Phase.OPEN]
            return [(poll, self._tallies(key.code, poll)) for poll in closed]

    def _tallies(self, code: str, poll: Poll) -> list[Tally]:
        return [
            Tally(
                number,
                Counter(map(int, self._redis.hvals(_votes_key(code, poll.question.step, number)))),
            )
            for number in range(1, poll.round + 1)
        ]

    def join(self, code: str, token: str) -> None:
        """Count this phone in."""
        with self._said():
            _room(self._redis, code)
            self._redis.sadd(_phones_key(code), token)
            self._redis.expire(_phones_key(code), int(LIFE_SECONDS))

    def presence(self, code: str) -> tuple[int, int]:
        """How many have voted in the round that is on, and how many are in."""
        poll = self.poll(code)
        with self._said():
            present: int = self._redis.scard(_phones_key(code))
            if poll is None:
                return 0, present
            voted: int = self._redis.hlen(_votes_key(code, poll.question.step, poll.round))
            return voted, present

    def vote(self, code: str, token: str, step: str, round: int, choice: int) -> None:
        """Take a vote in place of the phone's earlier one. Raises LateError, and RoomError for no choice."""

        def act(pipe: Pipeline) -> None:
            now = _room(pipe, code).get("step", "")
            poll = _last_round(pipe, code, now)
            if poll is None or (now, poll.round, poll.phase) != (step, round, Phase.OPEN):
                raise LateError("The vote on this question is closed; what you chose now is not counted.")
            if not 0 <= choice < poll.question.places:
                raise RoomError("This is none of the options. Reload the page.")
            pipe.multi()
            pipe.hset(_votes_key(code, step, round), token, choice)
            pipe.expire(_votes_key(code, step, round), int(LIFE_SECONDS))

        self._change(code, act)

    def own(self, code: str, token: str) -> dict[int, int]:
        """The phone's votes on what is asked now, by round."""
        poll = self.poll(code)
        if poll is None:
            return {}
        with self._said():
            rounds = range(1, poll.round + 1)
            found = {n: self._redis.hget(_votes_key(code, poll.question.step, n), token) for n in rounds}
        return {number: int(choice) for number, choice in found.items() if choice is not None}

    def new_token(self, code: str) -> str:
        """One that only this room can have signed."""
        with self._said():
            return sign_token(_room(self._redis, code)["salt"])

    def is_token(self, code: str, token: str) -> bool:
        """Whether the room has signed it."""
        with self._said():
            return is_signed(_room(self._redis, code)["salt"], token)


def _room_key(code: str) -> str:
    return f"lab:{{{code}}}:room"  # in braces: what Redis' cluster keeps in one place


def _asked_key(code: str) -> str:
    return f"lab:{{{code}}}:asked"


def _rounds_key(code: str) -> str:
    return f"lab:{{{code}}}:rounds"


def _phones_key(code: str) -> str:
    return f"lab:{{{code}}}:phones"


def _votes_key(code: str, step: str, number: int) -> str:
    return f"lab:{{{code}}}:votes:{step}:{number}"


def _split(name: str) -> tuple[str, int]:
    step, _, number = name.partition("\n")
    return step, int(number)


def _row(question: Question, phase: Phase, right: int | None = None, sentence: str = "") -> str:
    return json.dumps({"question": question.to_plain(), "phase": phase, "right": right, "sentence": sentence})


def _write(pipe: Pipeline, code: str, step: str, number: int, row: str) -> None:
    """A round's row, under its step and number; under the step alone the number of its last round."""
    pipe.hset(_rounds_key(code), mapping={f"{step}\n{number}": row, step: number})
    for key in (_rounds_key(code), _asked_key(code)):
        pipe.expire(key, int(LIFE_SECONDS))


def _room(base: Base, code: str) -> dict[str, Any]:
    """What is known of a room. Raises NoRoomError."""
    found: dict[str, Any] = base.hgetall(_room_key(code))
    if "salt" not in found:
        raise NoRoomError(NO_ROOM)
    return found


def _check(base: Base, key: Key) -> None:
    if not compare_digest(_room(base, key.code)["secret"], digest_of(key.secret)):
        raise NoRoomError("This address is not that of the room's teacher.")


def _last_round(base: Base, code: str, step: str) -> Poll | None:
    number = base.hget(_rounds_key(code), step) if step else None
    if number is None:
        return None
    row = json.loads(base.hget(_rounds_key(code), f"{step}\n{number}"))
    question = Question.from_plain(row["question"])
    return Poll(question, int(number), Phase(row["phase"]), row["right"], row["sentence"])


def _asked(base: Base, code: str) -> Poll:
    poll = _last_round(base, code, _room(base, code).get("step", ""))
    if poll is None:
        raise RoomError("Nothing was asked yet.")
    return poll

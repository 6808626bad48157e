"""A class that votes: python -m benchmarks.room

Two hosted processes of our own behind nginx on 127.0.0.1. Three hundred phones come in within ten seconds,
and then all vote within the same second, three rounds, while one visitor moves λ on a light page and another
trains what was never trained. Prints how long a vote took, whether one was lost or counted twice, when the
projector's count was right, and what the visitors had to wait: with votes in a file that the processes share,
and in Redis. --save keeps it in benchmarks/results/room.md.
"""

import argparse
import asyncio
import os
import random
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from benchmarks.load import FAULTS, LIGHT_PAGE, percentile, table
from benchmarks.report import machine
from benchmarks.servers import Pair, free_port, redis_server
from benchmarks.visitor import Visitor, end
from core.settings import LAMS, format_value
from ui.votes import FILE
from ui.votes.redis import RedisRooms
from ui.votes.rooms import Key, Question, Rooms
from ui.votes.sqlite import SqliteRooms

RESULTS = Path(__file__).parent / "results" / "room.md"
PHONES, JOIN_SECONDS, VOTE_SECONDS, ROUNDS = 300, 10.0, 1.0, 3
LOOK_SECONDS = 2.0  # between two looks of a phone, as vote.js has it on average
KINDS = {
    "sqlite": "In a file that both processes share",
    "redis": "In Redis, the processes without a file in common",
}
COUNT_SECONDS = 1.0  # between two counts of the projector, as room.js has it
ASKED = Question(
    "exact-zeros", "Which will have more weights exactly zero?", "Wine, λ = 10", ("L1", "L2", "both")
)


class Got(NamedTuple):
    """What came back for one request."""

    status: int
    text: str
    seconds: float


@dataclass
class Client:
    """A browser that asks and keeps cookies."""

    address: str
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    async def ask(self, method: str, path: str, form: dict[str, object] | None = None, **headers: str) -> Got:
        """One request over a connection of its own."""
        url, body, started = urlsplit(self.address), urlencode(form or {}), perf_counter()
        headers |= {"Host": url.netloc, "Connection": "close", "Content-Length": str(len(body))}
        headers["Cookie"] = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        async with asyncio.timeout(30):
            reader, writer = await asyncio.open_connection(url.hostname, url.port)
            writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n{body}".encode())
            answer = (await reader.read()).decode()
            writer.close()
        top, _, text = answer.partition("\r\n\r\n")
        status, *lines = top.split("\r\n")
        for name, _, value in (line.partition(": ") for line in lines):
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        return Got(int(status.split()[1]), text, perf_counter() - started)


@dataclass
class Seen:
    """What was measured."""

    joins: list[float] = field(default_factory=list)
    votes: list[float] = field(default_factory=list)  # seconds of each vote's answer
    looks: list[float] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)  # seconds from the last vote to a count of all
    light: list[float] = field(default_factory=list)  # seconds of λ on a light page
    trained: int = 0
    wrong: Counter[str] = field(
        default_factory=Counter
    )  # answers that should not be, and votes lost or doubled


async def phone(room: "Room", number: int) -> None:
    """Come in, look now and then, and vote in each round at a moment of its second."""
    rng, client, seen = random.Random(number), Client(room.address), room.seen
    await asyncio.sleep(rng.uniform(0, JOIN_SECONDS))
    got = await client.ask("GET", room.path)
    seen.joins.append(got.seconds)
    if got.status != 200:
        seen.wrong[f"joining: {got.status}"] += 1
    for number_of_round in range(1, ROUNDS + 1):
        while not room.begun[number_of_round].is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS * rng.uniform(0.75, 1.25)):
                    await room.begun[number_of_round].wait()
            if not room.begun[number_of_round].is_set():
                seen.looks.append((await client.ask("GET", f"{room.path}?part")).seconds)
        await asyncio.sleep(rng.uniform(0, VOTE_SECONDS))
        form = {"step": ASKED.step, "round": number_of_round, "choice": (number + number_of_round) % 3}
        got = await client.ask("POST", f"{room.path}?part", form)
        seen.votes.append(got.seconds)
        if got.status != 200 or "Your vote is in" not in got.text:
            seen.wrong[f"a vote: {got.status}"] += 1
        room.voted[number_of_round].append(perf_counter())


class Room:
    """The room, its teacher, and when its rounds begin."""

    def __init__(self, address: str, rooms: Rooms, phones: int, seen: Seen) -> None:
        self.address, self.rooms, self.phones, self.seen = address, rooms, phones, seen
        self.key: Key = rooms.open_room()
        self.path = f"/vote/{self.key.code}"
        self.begun = {number: asyncio.Event() for number in range(1, ROUNDS + 1)}
        self.voted: dict[int, list[float]] = {number: [] for number in range(1, ROUNDS + 1)}

    async def teach(self) -> None:
        """Ask, wait for the projector's count to be that of all, close, and ask again."""
        await asyncio.sleep(JOIN_SECONDS + 2)
        projector = Client(self.address)
        for number in range(1, ROUNDS + 1):
            await asyncio.to_thread(self._begin, number)
            self.begun[number].set()
            while f'"voted":{self.phones},' not in (await self._count(projector)).text.replace(" ", ""):
                await asyncio.sleep(COUNT_SECONDS)
            self.seen.counts.append(perf_counter() - max(self.voted[number]))
            await asyncio.to_thread(self.rooms.close, self.key)
            await asyncio.sleep(3)
        self._check()

    def _begin(self, number: int) -> None:
        if number == 1:
            self.rooms.ask(self.key, ASKED)
        else:
            self.rooms.again(self.key)

    async def _count(self, projector: Client) -> Got:
        return await projector.ask("GET", f"{self.path}/count", **{"X-Secret": self.key.secret})

    def _check(self) -> None:
        """Each phone's vote of each round is there, once."""
        for tally in self.rooms.tallies(self.key):
            sent = Counter((number + tally.round) % 3 for number in range(self.phones))
            if sent != tally.votes:
                self.seen.wrong[f"round {tally.round}: sent {dict(sent)}, counted {dict(tally.votes)}"] += 1


async def read(room: Room) -> None:
    """λ on a light page, a few times a second."""
    rng = random.Random(0)
    async with Visitor(room.address) as visitor:
        await visitor.open(epochs=50, hidden="4")
        await visitor.visit(LIGHT_PAGE)
        while True:
            answer = await visitor.change("lam", format_value(rng.choice(LAMS)))
            room.seen.light.append(answer.seconds)
            room.seen.wrong.update(answer.errors)
            await asyncio.sleep(0.3)


async def train(room: Room) -> None:
    """One training after the other."""
    async with Visitor(room.address) as visitor:
        await visitor.open(epochs=50)
        await visitor.visit("l1-vs-l2")
        for seed in range(100, 1000):
            await visitor.change("seed", seed)
            room.seen.trained += 1


async def measure(address: str, rooms: Rooms, phones: int) -> Seen:
    """The whole lesson."""
    seen = Seen()
    room = Room(address, rooms, phones, seen)
    beside = [asyncio.create_task(read(room)), asyncio.create_task(train(room))]
    try:
        async with asyncio.timeout(300):
            await asyncio.gather(room.teach(), *(phone(room, number) for number in range(phones)))
    except FAULTS as error:
        seen.wrong[f"{type(error).__name__}: {error}"[:200]] += 1
    await end(beside)
    return seen


def told(seen: Seen, phones: int) -> str:
    """The table, and what went wrong."""
    kinds = {
        "coming in": seen.joins,
        "a vote": seen.votes,
        "a look": seen.looks,
        "λ on a light page": seen.light,
    }
    rows = [
        [kind, f"{len(found):,}", *(f"{1000 * percentile(found, share):,.0f}" for share in (0.5, 0.95, 1.0))]
        for kind, found in kinds.items()
    ]
    wrong = (
        "; ".join(f"{n} × {what}" for what, n in seen.wrong.items()) or "None lost, none doubled, no error"
    )
    counts = ", ".join(f"{seconds:.2f}" for seconds in seen.counts)
    return (
        f"{phones} phones in {JOIN_SECONDS:.0f} s, {ROUNDS} rounds, each within the same second, beside "
        f"{seen.trained} trainings. {wrong}. The projector's count was right {counts} s after the last vote."
        "\n\n" + table(("", "times", "p50, ms", "p95, ms", "longest, ms"), rows)
    )


def main() -> None:
    """Hold a lesson of each kind, print and perhaps keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--phones", type=int, default=PHONES)
    parser.add_argument(
        "--kinds", nargs="+", default=list(KINDS), choices=list(KINDS), help="where votes are kept"
    )
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/room.md too")
    options = parser.parse_args()
    texts = []
    for kind in options.kinds:
        texts.append(f"## {KINDS[kind]}\n\n{lesson(kind, options.phones)}")
        print(texts[-1], end="\n\n", flush=True)
    if options.save:
        about = "Two hosted processes behind nginx, on the same cores as the phones."
        text = "\n\n".join(("# A class that votes", about, *texts, str(machine())))
        RESULTS.write_text(f"{text}\n", encoding="utf-8")


def lesson(kind: str, phones: int) -> str:
    """Start the servers, hold the lesson, and say what was measured."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-rooms-")))
        if kind == "redis":
            port = free_port()
            stack.enter_context(redis_server(folder, port))
            os.environ["LAB_ROOMS"] = f"redis://127.0.0.1:{port}/0"
        else:
            os.environ["LAB_ROOMS"] = str(folder)
        pair = Pair(stack, warm=True)
        rooms = RedisRooms(os.environ["LAB_ROOMS"]) if kind == "redis" else SqliteRooms(folder / FILE)
        return told(asyncio.run(measure(pair.address, rooms, phones)), phones)


if __name__ == "__main__":
    main()

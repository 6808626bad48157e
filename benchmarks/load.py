"""A class on one server: python -m benchmarks.load

Starts servers of its own and sends visitors who open the link within ten seconds and then each change λ, the
epochs, the page or the data set every eight. Prints tables in Markdown, with the machine's cores; --save
keeps them in benchmarks/results/load.md.
"""

import argparse
import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from time import perf_counter

import psutil
from websockets.exceptions import WebSocketException

from benchmarks.report import machine
from benchmarks.servers import DEFAULT, HOSTED, Served, served
from benchmarks.visitor import Answer, Visitor
from core import DATASETS
from core.settings import LAMS, format_value


@dataclass(frozen=True)
class Pace:
    """When students act, in seconds."""

    ramp: float = 10.0  # all arrive within
    pause: float = 8.0  # between two changes of one student, on average
    lasts: float = 60.0  # after the last arrival


CLASS_EPOCHS = ("100", "200", "300")
KINDS = {"λ": 5, "page": 2, "epochs": 1, "data set": 1}  # how often each is changed
SESSIONS = (1, 10, 50, 100, 200)
OPENING = "opening the link"
FILES = ("Numbers", "Picture", "Report")  # to take away, by their buttons
LIGHT_PAGE = "same-lambda-elsewhere"  # trains nothing
QUICK_PAGES = ("", LIGHT_PAGE)
SCRIPTS = {"default": DEFAULT, "hosted": HOSTED}
MB = 2**20
FAULTS = (OSError, TimeoutError, WebSocketException, LookupError)  # the last: a page without its controls


@dataclass
class Log:
    """What the visitors saw: seconds by kind of change, and everything that went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    nbytes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    def add(self, kind: str, answer: Answer) -> None:
        """One answer."""
        self.seconds[kind].append(answer.seconds)
        self.nbytes[kind].append(answer.nbytes)
        self.errors += [f"{kind}: {error}" for error in answer.errors]

    def fail(self, kind: str, error: BaseException) -> None:
        """An answer that did not come."""
        self.errors.append(f"{kind}: {type(error).__name__} {error}"[:200])


@dataclass
class Load:
    """What the server's processes used meanwhile."""

    cpu: list[float]  # of each process, share of one core
    peak: list[int]  # bytes resident, of each process
    seconds: float


class Meter:
    """Watches processes once a second while its block runs."""

    def __init__(self, processes: Iterable[psutil.Process]) -> None:
        self._processes = list(processes)

    async def __aenter__(self) -> "Meter":
        self._started, self._cpu = perf_counter(), [cpu_seconds(p) for p in self._processes]
        self._peak = [resident(p) for p in self._processes]
        self._watch = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watch.cancel()
        with suppress(asyncio.CancelledError):
            await self._watch
        self._look_once()
        seconds = perf_counter() - self._started
        used = [cpu_seconds(p) - before for p, before in zip(self._processes, self._cpu, strict=True)]
        self.load = Load([u / seconds for u in used], self._peak, seconds)

    async def _look(self) -> None:
        while True:
            self._look_once()
            await asyncio.sleep(1)

    def _look_once(self) -> None:
        self._peak = [max(m, resident(p)) for m, p in zip(self._peak, self._processes, strict=True)]


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time of a process and its children so far."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def resident(process: psutil.Process) -> int:
    """Memory of a process, in bytes."""
    return process.memory_info().rss


def family_resident(process: psutil.Process) -> int:
    """Memory of a process and its children, in bytes."""
    total = resident(process)
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it may end meanwhile
            total += resident(child)
    return total


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else float("nan")


async def act(visitor: Visitor, rng: random.Random, pages: tuple[str, ...]) -> tuple[str, Answer]:
    """One change such as a student makes."""
    (kind,) = rng.choices(list(KINDS), KINDS.values())
    if kind == "page":
        return kind, await visitor.visit(rng.choice(pages))
    key, choices = {
        "λ": ("lam", [format_value(lam) for lam in LAMS]),
        "epochs": ("epochs", CLASS_EPOCHS),
        "data set": ("dataset", class_datasets()),
    }[kind]
    now = visitor.values.get(key)
    return kind, await visitor.change(key, rng.choice([choice for choice in choices if choice != now]))


def class_datasets() -> tuple[str, ...]:
    """What a class moves between: one measured data set and two drawn ones."""
    return tuple(name for name in ("breast_cancer", "moons", "xor") if name in DATASETS)


async def student(
    address: str, log: Log, rng: random.Random, arrives: float, pace: Pace, pages: tuple[str, ...]
) -> None:
    """Open the link at one moment and go on changing things until the class is over."""
    kind, leaves = OPENING, pace.ramp + pace.lasts
    try:
        await asyncio.sleep(arrives)
        started = perf_counter()
        async with Visitor(address) as visitor:
            answer = await visitor.open()
            log.add(kind, Answer(perf_counter() - started, answer.nbytes, answer.messages, answer.errors))
            while arrives + perf_counter() - started < leaves:
                await asyncio.sleep(rng.uniform(0.5, 1.5) * pace.pause)
                kind = "a change"
                log.add(*await act(visitor, rng, pages))
    except FAULTS as error:
        log.fail(kind, error)


async def visit_everything(address: str, pages: tuple[str, ...]) -> None:
    """Have every setting trained and every page computed that the class will ask for."""
    for name in class_datasets():
        for epochs in CLASS_EPOCHS:
            async with Visitor(address) as visitor:
                await visitor.open(dataset=name, epochs=epochs)
                for page in pages:
                    await visitor.visit(page)


async def menu_of(address: str) -> tuple[str, ...]:
    """The addresses of all pages."""
    async with Visitor(address) as visitor:
        await visitor.open()
        return tuple(visitor.pages)


async def classroom(server: Served, n: int, pace: Pace, pages: tuple[str, ...]) -> tuple[Log, Load]:
    """n students for so long."""
    log, rng = Log(), random.Random(n)
    async with Meter(server.processes) as meter:
        await asyncio.gather(
            *(
                student(server.address, log, random.Random(i), rng.uniform(0, pace.ramp), pace, pages)
                for i in range(n)
            )
        )
    return log, meter.load


async def flash(server: Served, n: int) -> tuple[Log, Load]:
    """n students open the link at the same instant."""
    log = Log()
    async with Meter(server.processes) as meter:
        await asyncio.gather(
            *(student(server.address, log, random.Random(i), 0, Pace(0, 0, 0), ()) for i in range(n))
        )
    return log, meter.load


async def storm(server: Served, n: int) -> tuple[Log, Load]:
    """n visitors ask for n settings never trained, at once, while one reads a light page."""
    log, over = Log(), asyncio.Event()

    async def ask(visitor: Visitor, seed: int) -> None:
        await _logged(log, "a setting never trained", lambda: visitor.change("seed", seed))

    async def read(visitor: Visitor) -> None:
        rng = random.Random(0)
        while not over.is_set():
            lam = format_value(rng.choice(LAMS))
            await _logged(log, "λ on a light page", lambda lam=lam: visitor.change("lam", lam))
            await asyncio.sleep(0.2)

    visitors = [Visitor(server.address) for _ in range(n + 1)]
    for visitor in visitors:
        await visitor.__aenter__()
        await visitor.open()
    *asking, reader = visitors
    await reader.visit(LIGHT_PAGE)
    async with Meter(server.processes) as meter:
        reading = asyncio.create_task(read(reader))
        await asyncio.gather(*(ask(visitor, 500 + i) for i, visitor in enumerate(asking)))
        over.set()
        await reading
    for visitor in visitors:
        await visitor.__aexit__()
    return log, meter.load


async def _logged(log: Log, kind: str, request: Callable[[], Awaitable[Answer]]) -> None:
    try:
        log.add(kind, await request())
    except FAULTS as error:
        log.fail(kind, error)


async def soak(
    server: Served, reruns: int, sessions: int, pages: tuple[str, ...]
) -> tuple[Log, list[tuple[int, list[int]]]]:
    """So many reruns by sessions that come and go, twenty at a time; memory at every tenth of the way.

    Each takes a file along before it leaves: numbers, one in ten a picture, one in fifty the report.
    """
    log, memory = Log(), []
    each, done, started = ceil(reruns / sessions), 0, iter(range(sessions))

    async def guests() -> None:
        nonlocal done
        for seed in started:
            rng = random.Random(seed)
            try:
                async with Visitor(server.address) as visitor:  # one in ten brings one of ten other settings
                    log.add(
                        OPENING, await visitor.open(**({} if seed % 10 else {"seed": 1 + seed // 10 % 10}))
                    )
                    for _ in range(each - 1):
                        log.add(*await act(visitor, rng, pages))
                    await take_along(visitor, log, seed)
            except FAULTS as error:
                log.fail("a visit", error)
            done += each
            if done // (reruns // 10) > len(memory):
                memory.append((done, [family_resident(process) for process in server.processes]))

    await asyncio.gather(*(guests() for _ in range(20)))
    return log, memory


async def take_along(visitor: Visitor, log: Log, seed: int) -> None:
    """Ask for one of the files that the page offers, if it offers any, and wait for it."""
    label = "Report" if seed % 50 == 49 else "Picture" if seed % 10 == 9 else "Numbers"
    if label in visitor.offered:
        started = perf_counter()
        await visitor.click(label)
        answer = await visitor.answer()
        errors = (answer.error_msg,) if answer.error_msg else ()
        nbytes = answer.ByteSize()  # of its address; the file itself is fetched by another request
        log.add(label, Answer(perf_counter() - started, nbytes, 1, errors))


def latencies(log: Log) -> list[list[str]]:
    """A row for each kind of change: how often, p50, p95, the longest, and the size of an answer."""
    return [
        [
            kind,
            f"{len(seconds):,}",
            *(f"{1000 * percentile(seconds, share):,.0f}" for share in (0.5, 0.95, 1.0)),
            f"{percentile(log.nbytes[kind], 0.5) / 1000:,.0f}",
        ]
        for kind, seconds in sorted(log.seconds.items(), key=lambda item: list(ORDER).index(item[0]))
    ]


ORDER = (OPENING, *KINDS, "a setting never trained", "λ on a light page")
LATENCY_COLUMNS = ("", "times", "p50, ms", "p95, ms", "longest, ms", "kB")


def table(columns: tuple[str, ...], rows: list[list[str]]) -> str:
    """Markdown, the first column to the left and the others to the right."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def used(load: Load) -> str:
    """Processor and memory of each process in words."""
    cpu = " + ".join(f"{100 * share:.0f} %" for share in load.cpu)
    memory = " + ".join(f"{peak / MB:.0f}" for peak in load.peak)
    return f"{cpu} of a core over {load.seconds:.0f} s, at most {memory} MB"


def told(log: Log) -> str:
    """The errors in words, three of them at length."""
    return "No error." if not log.errors else f"**{len(log.errors)} errors**: " + "; ".join(log.errors[:3])


def class_table(results: dict[int, tuple[Log, Load]]) -> str:
    """A row for each number of students: p50/p95 of each kind, errors, processor and memory."""
    kinds = (OPENING, *KINDS)
    rows = []
    for n, (log, load) in results.items():
        both = [
            "/".join(f"{1000 * percentile(log.seconds[kind], share):,.0f}" for share in (0.5, 0.95))
            if log.seconds.get(kind)
            else "–"
            for kind in kinds
        ]
        cpu = " + ".join(f"{100 * share:.0f}" for share in load.cpu)
        memory = " + ".join(f"{peak / MB:.0f}" for peak in load.peak)
        rows.append([str(n), *both, f"{len(log.errors)}", cpu, memory])
    return table(("students", *kinds, "errors", "CPU, % of a core", "memory, MB"), rows)


def run(kind: str, processes: int, options: argparse.Namespace) -> list[str]:
    """All parts that were asked for, on one kind of server. Returns paragraphs of Markdown."""
    title = f"{kind} settings, " + ("one process" if processes == 1 else f"{processes} processes, nginx")
    parts = [f"## {title[0].upper()}{title[1:]}"]

    def say(text: str) -> None:
        print(text, end="\n\n", flush=True)
        parts.append(text)

    print(parts[0], end="\n\n", flush=True)
    with served(SCRIPTS[kind], processes, warm=not options.quick) as server:
        pages = QUICK_PAGES if options.quick else asyncio.run(menu_of(server.addresses[0]))
        if options.flash:
            log, load = asyncio.run(flash(server, options.flash))
            say(f"{options.flash} open the link at the same instant. {told(log)} {used(load)}.")
            say(table(LATENCY_COLUMNS, latencies(log)))
        if options.storm:
            log, load = asyncio.run(storm(server, options.storm))
            say(f"{options.storm} settings never trained, asked for at once. {told(log)} {used(load)}.")
            say(table(LATENCY_COLUMNS, latencies(log)))
        if (options.sessions or options.soak) and not options.quick:
            for address in server.addresses:
                asyncio.run(visit_everything(address, pages))
        if options.sessions:
            results = {n: asyncio.run(classroom(server, n, options.pace, pages)) for n in options.sessions}
            say(class_table(results))
            say("p50/p95 in ms. " + told(merged(log for log, _ in results.values())))
        if options.soak:
            log, memory = asyncio.run(soak(server, options.soak, options.soak // 10, pages))
            taken = ", ".join(f"{len(log.seconds[label])} {label}" for label in FILES)
            say(
                f"{options.soak:,} reruns by {options.soak // 10} sessions that come and go, and files that "
                f"they take along: {taken}. {told(log)}"
            )
            rows = [[f"{n:,}", " + ".join(f"{m / MB:.0f}" for m in each)] for n, each in memory]
            say(table(("reruns", "memory with what draws, MB"), rows))
    return parts


def merged(logs: Iterable[Log]) -> Log:
    """Several logs as one."""
    whole = Log()
    for log in logs:
        whole.errors += log.errors
        for kind, seconds in log.seconds.items():
            whole.seconds[kind] += seconds
            whole.nbytes[kind] += log.nbytes[kind]
    return whole


def main() -> None:
    """Run what the options ask for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "-n", "--sessions", type=int, nargs="*", default=SESSIONS, help="students, each in turn"
    )
    parser.add_argument("--seconds", type=float, default=Pace.lasts, help="how long each class goes on")
    parser.add_argument("--kinds", nargs="+", default=["hosted"], choices=list(SCRIPTS))
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], choices=[1, 2])
    parser.add_argument("--flash", type=int, nargs="?", const=100, help="so many at one instant (100)")
    parser.add_argument("--storm", type=int, nargs="?", const=30, help="so many new settings at once (30)")
    parser.add_argument(
        "--soak", type=int, nargs="?", const=5000, help="so many reruns in fast motion (5000)"
    )
    parser.add_argument("--only", action="store_true", help="no class, only what the last three ask for")
    parser.add_argument("--quick", action="store_true", help="the short form, under a minute: one process")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/load.md too")
    options = parser.parse_args()
    options.pace = Pace(lasts=options.seconds)
    if options.quick:
        options.sessions, options.pace, options.processes = [5], Pace(1, 1, 4), [1]
        options.flash, options.storm, options.soak = 5, 2, 60
    if options.only:
        options.sessions = []
    about = machine()
    parts = [
        f"{about['cpu']}, {about['cores']} cores, which the visitors of this test share with the server."
    ]
    print(parts[0], end="\n\n", flush=True)
    for kind in options.kinds:
        for processes in options.processes:
            parts += run(kind, processes, options)
    if options.save:
        target = Path(__file__).parent / "results" / "load.md"
        target.write_text("# A class on one server\n\n" + "\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

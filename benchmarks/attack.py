"""What one dishonest or merely heavy visitor can do to a class: python -m benchmarks.attack

Two hosted processes of our own behind nginx on 127.0.0.1 serve ten honest visitors, who move λ about once a
second, while one attack after the other goes on beside them, each bounded in number and time. Prints a table:
how long a step of λ took the honest ones, what they saw go wrong, the longest that a health check waited,
memory, and what nginx kept in files. --save keeps it in benchmarks/results/attack.md; --quick is the short
form for CI.
"""

import argparse
import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed

from benchmarks.load import FAULTS, MB, percentile, resident
from benchmarks.report import machine
from benchmarks.servers import Pair
from benchmarks.visitor import Visitor, end
from core.settings import LAMS, format_value

RESULTS = Path(__file__).parent / "results" / "attack.md"
MEMORY_MB = 600  # the bound that the server is given, as deploy/serve.py has it
PAUSE = 1.0  # seconds between two steps of an honest visitor, on average
TRIED_AGAIN = 11.0  # seconds after which nginx tries a process again that was down
PATIENCE = 60.0  # seconds more at most until they have taken two steps each, on average
CLASS = ("breast_cancer", "moons", "xor")
HEAVY = {"dataset": "digits", "hidden": "16-8", "epochs": 2000}
CHUNK = 2**16  # bytes sent at once: the honest visitors share this process, and are not to wait for it
RUBBISH = ("inf", "1e309", "9" * 309, "nan", "-1", "٣", "<b>", "")


@dataclass(frozen=True)
class Scale:
    """How much of each attack, how many are honest, and how long these are watched at least."""

    honest: int = 10
    seconds: float = 20.0
    messages: int = 20
    uploads: int = 200
    tabs: int = 8
    links: int = 40
    files: int = 3
    clicks: int = 50
    bodies: int = 60
    windows: int = 300


QUICK = Scale(
    4, seconds=3.0, messages=3, uploads=20, tabs=4, links=4, files=1, clicks=5, bodies=20, windows=8
)


@dataclass
class Seen:
    """What the honest visitors and the health check saw during one attack."""

    steps: list[float] = field(default_factory=list)  # seconds of each step of λ
    trainings: list[float] = field(default_factory=list)  # seconds until a new, small training was there
    errors: list[str] = field(default_factory=list)
    stall: float = 0.0  # the longest wait for the health endpoint
    peak: int = 0  # bytes resident, of the larger process
    kept: int = 0  # bytes in nginx's files, but for the packed ones of Streamlit's


@dataclass
class Scene:
    """The servers under attack, and what is seen of them at the moment."""

    pair: Pair
    scale: Scale
    seen: Seen = field(default_factory=Seen)
    seed: int = 0
    killed: bool = False  # a process was ended: lines to it are cut, and browsers open others

    @property
    def address(self) -> str:
        """Where nginx listens."""
        return self.pair.address

    def new_seed(self) -> int:
        """One that nobody has trained yet."""
        self.seed += 1
        return self.seed % 1000


Attack = Callable[[Scene], Awaitable[str]]  # returns what became of it, in a few words


# --- the honest ------------------------------------------------------------------------------------


async def honest(scene: Scene, number: int) -> None:
    """Open the page L1 vs L2, move λ, and now and then ask for a small training of one's own."""
    rng = random.Random(number)
    query = {"dataset": CLASS[number % len(CLASS)], "epochs": 50, "hidden": "4"}
    async with Visitor(scene.address) as visitor:
        await visitor.open(**query)
        await visitor.visit("l1-vs-l2")
        for step in range(10**6):
            await asyncio.sleep(rng.uniform(0.5, 1.5) * PAUSE)
            seen = scene.seen
            try:
                if step % 8 == 7:
                    answer = await visitor.change("seed", scene.new_seed())
                    seen.trainings.append(answer.seconds)
                else:
                    answer = await visitor.change("lam", format_value(rng.choice(LAMS)))
                    seen.steps.append(answer.seconds)
                seen.errors += answer.errors
            except ConnectionClosed as error:
                if not (scene.killed and await comes_back(visitor)):
                    seen.errors.append(f"{type(error).__name__}: {error}"[:200])
                    return
            except FAULTS as error:
                seen.errors.append(f"{type(error).__name__}: {error}"[:200])
                return


async def comes_back(visitor: Visitor) -> bool:
    """Whether a new line was opened for one that was cut, within half a minute, as a browser tries to."""
    for _ in range(60):
        with suppress(*FAULTS):
            await visitor.connect()
            return True
        await asyncio.sleep(0.5)
    return False


async def watch(scene: Scene) -> None:
    """Ask for the servers' health, and look at memory and files, four times a second."""
    while True:
        started = perf_counter()
        with suppress(OSError, TimeoutError):
            await request(scene.address, "GET", "/_stcore/health")
        scene.seen.stall = max(scene.seen.stall, perf_counter() - started)
        scene.seen.peak = max(scene.seen.peak, *map(resident, scene.pair.processes()))
        scene.seen.kept = max(scene.seen.kept, kept_in(scene.pair.folder))
        await asyncio.sleep(0.25)


def kept_in(folder: Path) -> int:
    """Bytes of nginx's files; those of Streamlit's that it keeps packed are the same for all, and bounded."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # it may be gone again
            total += path.stat().st_size if path.is_file() and "lab-cache" not in path.parts else 0
    return total


# --- the attacks -----------------------------------------------------------------------------------


async def nothing(scene: Scene) -> str:
    """No attack: what the honest see otherwise."""
    await asyncio.sleep(scene.scale.seconds)
    return "–"


async def many_names(scene: Scene) -> str:
    """Messages that ask for the addresses of 900,000 uploads."""
    message = BackMsg()
    message.file_urls_request.file_names.extend([""] * 900_000)
    return await flood(scene, message)


async def cleared_caches(scene: Scene) -> str:
    """Messages that ask for everybody's caches to be emptied."""
    return await flood(scene, BackMsg(clear_cache=True))


async def flood(scene: Scene, message: BackMsg) -> str:
    """Send a message again and again, over a new connection where one is closed."""
    sent = closed = 0
    for _ in range(scene.scale.messages):
        try:
            async with Visitor(scene.address) as attacker:
                await attacker.send(message)
                sent += 1
                async with asyncio.timeout(1):
                    while True:
                        await attacker.receive()
        except TimeoutError:
            pass
        except FAULTS:
            closed += 1
    return f"{sent} sent, {closed} connections closed"


async def invented_uploads(scene: Scene) -> str:
    """Files of 10 MB for ids that were never given out, twenty at a time."""
    body, answers = multipart(bytes(10_000_000)), {}

    async def put() -> None:
        path = f"/_stcore/upload_file/{uuid4()}/{uuid4()}"
        try:
            status = await request(scene.address, "PUT", path, body)
        except (OSError, TimeoutError):
            status = 0  # the line was closed before all of it was there
        answers[status] = answers.get(status, 0) + 1

    for _ in range(scene.scale.uploads // 20 + 1):
        await asyncio.gather(*(put() for _ in range(20)))
    return ", ".join(f"{n} × {status or 'closed'}" for status, n in sorted(answers.items()))


async def heavy_tabs(scene: Scene) -> str:
    """Tabs of one browser, each with a long training of its own."""
    async with AsyncExitStack() as stack:
        cookie, tabs = "", []
        for _ in range(scene.scale.tabs):
            tab = await stack.enter_async_context(Visitor(scene.address, cookie=cookie))
            cookie = tab.cookie
            tabs.append(tab)
        running = [asyncio.create_task(train_long(tab, scene)) for tab in tabs]
        await asyncio.sleep(scene.scale.seconds)
        await end(running)
    return f"{len(tabs)} tabs"


async def train_long(tab: Visitor, scene: Scene) -> None:
    await tab.open(**HEAVY, seed=scene.new_seed())
    await tab.visit("l1-vs-l2")
    while True:
        await tab.change("seed", scene.new_seed())


async def broken_links(scene: Scene) -> str:
    """Links with rubbish in them, and values of the wrong type for the panel's widgets."""
    failed = 0
    for i in range(scene.scale.links):
        async with Visitor(scene.address) as visitor:
            answer = await visitor.open(epochs=50, hidden="4", seed=RUBBISH[i % len(RUBBISH)])
            if answer.errors or "seed" not in visitor.widgets:
                failed += 1
                continue
            forged = visitor._request()
            seed = WidgetState(id=visitor.widgets["seed"].id, string_value="x")
            forged.rerun_script.widget_states.widgets.append(seed)
            await visitor.send(forged)
            await visitor.change("lam", "1")
            failed += bool((await visitor.change("seed", 1)).errors)
    return f"{failed} of {scene.scale.links} sessions were lost"


async def blank_files(scene: Scene) -> str:
    """A person's page with 10 MB of blank lines, run again and again."""
    answers = []
    for _ in range(scene.scale.files):
        async with Visitor(scene.address) as visitor:
            await visitor.open(epochs=50)
            await visitor.visit("bring-your-own")
            await upload(scene, visitor, b"x,class\n1,a\n" + b"\n" * 9_900_000)
            for _ in range(4):
                answers.append((await visitor.change("lam", format_value(random.choice(LAMS)))).seconds)
    return f"its own reruns p95 {percentile(answers, 0.95):.2f} s"


async def many_reports(scene: Scene) -> str:
    """Clicks on a report in one tab, one after the other without waiting."""
    return await clicks(scene, "Report")


async def many_pictures(scene: Scene) -> str:
    """The same on a picture."""
    return await clicks(scene, "Picture")


async def clicks(scene: Scene, label: str) -> str:
    async with Visitor(scene.address, patient=True) as visitor:
        await visitor.open(epochs=50, hidden="4", seed=scene.new_seed())
        await visitor.visit("l1-vs-l2")
        made = refused = 0
        with suppress(ConnectionClosed):  # so many at once count as a flood
            for number in range(scene.scale.clicks):
                await visitor.click(label, number)
            for _ in range(scene.scale.clicks):
                wrong = (await visitor.answer()).error_msg
                made, refused = made + (not wrong), refused + bool(wrong)
    closed = scene.scale.clicks - made - refused
    return f"{made} made, {refused} refused" + (f", {closed} cut off with the line" if closed else "")


async def killed_process(scene: Scene) -> str:
    """A process is killed and begun again; who was moved meanwhile sends a file, and takes one along."""
    async with Visitor(scene.address) as first:
        home = SimpleCookie(first.cookie)["lab_at"].value
    scene.killed, number = True, int(home.removeprefix("lab-"))
    scene.pair.kill(number)
    async with Visitor(scene.address, cookie=first.cookie, patient=True) as moved:
        await asyncio.to_thread(scene.pair.begin, number)
        await asyncio.sleep(TRIED_AGAIN)
        await moved.open(epochs=50, hidden="4", seed=scene.new_seed())
        await moved.visit("l1-vs-l2")
        await moved.click("Numbers")
        url = (await moved.answer()).deferred_file.url
        down = await request(scene.address, "GET", url, cookie=moved.cookie)
        await moved.visit("bring-your-own")
        up = await upload(scene, moved, b"x,class\n" + b"1,a\n2,b\n" * 20)
    scene.killed = False
    there = SimpleCookie(moved.cookie)["lab_at"].value
    return f"{'not ' * (there == home)}moved; file down {down}, up {up}"


async def stalled_bodies(scene: Scene) -> str:
    """Bodies of 10.9 MB for a path that is none, for an upload that is none, and heads, all half sent."""
    asked = ("POST /x", "PUT /_stcore/upload_file/a/b", "GET /")
    body = f"Content-Length: 10900000\r\n\r\n{60_000 * 'x'}"
    url, closed = urlsplit(scene.address), 0

    async def hold(text: str) -> None:
        nonlocal closed
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        try:
            writer.write(text.encode())
            async with asyncio.timeout(scene.scale.seconds):
                with suppress(ConnectionError):
                    await reader.read()
            closed += 1
        except TimeoutError:
            pass
        finally:
            writer.close()

    texts = [f"{one} HTTP/1.1\r\nHost: x\r\n{'X-A: ' if one == asked[-1] else body}" for one in asked]
    texts *= scene.scale.bodies
    await asyncio.gather(*map(hold, texts))
    return f"{closed} of {len(texts)} closed by the server"


async def made_up_cookies(scene: Scene) -> str:
    """Windows, each with a cookie that nobody signed and a page to open."""
    opened = refused = 0

    async def window(number: int) -> None:
        nonlocal opened, refused
        cookie = f"lab={number:032x}.{43 * 'x'}; _streamlit_xsrf=2|00000000|{number:032x}|1"
        try:
            async with asyncio.timeout(scene.scale.seconds), Visitor(scene.address, cookie=cookie) as visitor:
                await visitor.open(epochs=50, hidden="4", seed=number % 1000)
                opened += 1
                await asyncio.sleep(scene.scale.seconds)
        except TimeoutError:
            pass  # it is over
        except FAULTS:
            refused += 1

    await asyncio.gather(*map(window, range(scene.scale.windows)))
    waiting = scene.scale.windows - opened - refused
    return f"{opened} of {scene.scale.windows} opened, {refused} refused, {waiting} waiting to the end"


async def upload(scene: Scene, visitor: Visitor, content: bytes) -> int:
    """Give the page a file as a browser does: ask for an address, send it there, and say so. Its status."""
    message = BackMsg()
    message.file_urls_request.request_id = "1"
    message.file_urls_request.file_names.append("table.csv")
    message.file_urls_request.session_id = visitor.session
    await visitor.send(message)
    (urls,) = (await visitor.answer("file_urls_response")).file_urls
    status = await request(scene.address, "PUT", urls.upload_url, multipart(content), visitor.cookie)
    visitor.upload_to("own_upload_0", urls, "table.csv", len(content))
    return status


ATTACKS: dict[str, Attack] = {
    "none": nothing,
    "900,000 names in a message": many_names,
    "uploads to invented ids": invented_uploads,
    "tabs with long trainings": heavy_tabs,
    "clear_cache": cleared_caches,
    "rubbish in links, forged values": broken_links,
    "10 MB of blank lines": blank_files,
    "reports of one tab": many_reports,
    "pictures of one tab": many_pictures,
    "stalled bodies and heads": stalled_bodies,
    "made-up cookies": made_up_cookies,
    "a process is killed": killed_process,
}


# --- the wire --------------------------------------------------------------------------------------


def multipart(content: bytes) -> bytes:
    """A file as a form carries it, with the boundary that `request` names."""
    head = b'--lab\r\nContent-Disposition: form-data; name="file"; filename="table.csv"\r\n\r\n'
    return head + content + b"\r\n--lab--\r\n"


async def request(address: str, method: str, path: str, body: bytes = b"", cookie: str = "") -> int:
    """One HTTP request over a connection of its own; the status of the answer, 0 where there is none."""
    url = urlsplit(address)
    token = next((c.partition("=")[2] for c in cookie.split("; ") if c.startswith("_streamlit_xsrf=")), "")
    head = (
        f"{method} {path if path.startswith('/') else '/' + path} HTTP/1.1\r\nHost: {url.netloc}\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\nCookie: {cookie}\r\nX-Xsrftoken: {token}\r\n"
        "Content-Type: multipart/form-data; boundary=lab\r\n\r\n"
    )
    async with asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        try:
            writer.write(head.encode())
            with suppress(ConnectionError):  # an answer may come before all was sent
                for start in range(0, len(body), CHUNK):
                    writer.write(memoryview(body)[start : start + CHUNK])
                    await writer.drain()
            line = await reader.readline()
        finally:
            writer.close()
    return int(line.split()[1]) if line else 0


# --- the table -------------------------------------------------------------------------------------


@asynccontextmanager
async def beside(scene: Scene) -> AsyncIterator[None]:
    """The honest visitors and the watch, as long as the block runs."""
    tasks = [asyncio.create_task(honest(scene, number)) for number in range(scene.scale.honest)]
    tasks.append(asyncio.create_task(watch(scene)))
    try:
        yield
    finally:
        await end(tasks)


async def measure(scene: Scene, attack: Attack) -> str:
    """Run an attack and say what became of it; the honest are watched a while, and until they have moved."""
    scene.seen, started = Seen(), perf_counter()
    outcome = await attack(scene)
    await asyncio.sleep(max(0.0, scene.scale.seconds - (perf_counter() - started)))
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while len(scene.seen.steps) < 2 * scene.scale.honest and not scene.seen.errors:
                await asyncio.sleep(0.25)
    return outcome


Rows = dict[str, tuple[Seen, str]]  # by the attack's name: what was seen, and what became of it


async def run(pair: Pair, scale: Scale, names: list[str]) -> Rows:
    """Every attack of these names beside the honest visitors, one after the other."""
    scene = Scene(pair, scale)
    rows: Rows = {}
    async with beside(scene):
        await asyncio.sleep(5)  # until all have their first page
        for name in names:
            outcome = await measure(scene, ATTACKS[name])
            rows[name] = replace(scene.seen), outcome
            print(row(name, *rows[name]), flush=True)
    return rows


HEAD = (
    "| attack | λ step p50/p95, ms | new small training p95, ms | errors | longest health check, ms "
    "| memory, MB | nginx's files, MB | what became of it |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
)


def row(name: str, seen: Seen, outcome: str) -> str:
    """A line of the table."""
    p50, p95, training = (
        f"{1000 * percentile(values, share):.0f}"
        for values, share in ((seen.steps, 0.5), (seen.steps, 0.95), (seen.trainings, 0.95))
    )
    return (
        f"| {name} | {p50}/{p95} | {training} | {len(seen.errors)} | {1000 * seen.stall:.0f} "
        f"| {seen.peak / MB:.0f} | {seen.kept / MB:.1f} | {outcome} |"
    )


def main() -> None:
    """Start the server, attack it, print and perhaps keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the short form")
    parser.add_argument("--only", nargs="*", choices=list(ATTACKS), help="these attacks alone")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/attack.md too")
    options = parser.parse_args()
    os.environ["LAB_MEMORY_MB"] = str(MEMORY_MB)
    print(HEAD)
    with ExitStack() as stack:
        pair = Pair(stack, warm=True)
        scale = QUICK if options.quick else Scale()
        rows = asyncio.run(run(pair, scale, options.only or list(ATTACKS)))
    if options.save:
        lines = [HEAD, *(row(name, *found) for name, found in rows.items())]
        about = (
            f"\nTwo hosted processes behind nginx, each with LAB_MEMORY_MB={MEMORY_MB}; {Scale().honest} "
            "honest visitors, who move λ about once a second; all on the same cores as the attacker. "
            f"Memory: of the larger process.\n\n{machine()}\n"
        )
        RESULTS.write_text("# Attacks\n\n" + "\n".join(lines) + "\n" + about, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Files that browsers send: only where one was announced, one for each session, within a budget for all.

Streamlit takes any file for any session that is connected, as often as it comes, and keeps it until the
session has ended. Here a file is taken at an address that the session was given and has not used yet, its
length is known and reserved before a byte of it is read, and the one before it goes when it is there.
"""

import asyncio
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from streamlit import config
from streamlit.runtime import get_instance

from deploy.browsers import caller_of
from deploy.headers import Application, Message, Receive, Send
from ui.base.environment import ENVIRONMENT

ADDRESS = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)/?$")
FORM_BYTES = 64 * 1024  # that a form may take beside its file
EXPECTED = 8  # addresses of a session that are not used yet; older ones are forgotten
SHARE = 1 / 3  # of the budget for one browser, or one file where that is more
STALL_SECONDS = 20.0  # without a byte, after which a file is not waited for
ARRIVAL_SECONDS = 300.0  # for a file
DRAIN_SECONDS, DRAIN_STALL_SECONDS = 15.0, 3.0  # for reading past a file that is refused
DRAIN_RATE = 50_000_000  # bytes a second of all that is read past, so that pages are answered meanwhile
DRAIN_BYTES = 12_000_000  # more than nginx lets through; what says that it is longer is not read at all
RETRY_SECONDS = 30
MB = 1_000_000


class RefusedError(ValueError):
    """A file that is not taken: the response's status, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass
class _Session:
    """What is known of a session's files."""

    browser: str | None
    expected: deque[str] = field(default_factory=lambda: deque(maxlen=EXPECTED))
    file: str = ""  # the one that is held
    nbytes: int = 0  # of it
    arriving: int = 0  # bytes reserved for the one that comes


class Uploads:
    """The account of all files in the process; used by the server's thread alone, but for `held_bytes`."""

    def __init__(self, max_bytes: float, browser_bytes: float) -> None:
        """max_bytes: of all files; browser_bytes: of those of one browser."""
        self._max_bytes, self._browser_bytes = max_bytes, browser_bytes
        self._total = 0
        self._sessions: dict[str, _Session] = {}

    def held_bytes(self) -> int:
        """Bytes of the files that are held, and of those on their way."""
        return self._total

    def sessions(self) -> list[str]:
        """Those that have a file, or were given an address for one."""
        return list(self._sessions)

    def announce(self, session: str, file: str, browser: str | None) -> None:
        """The session was given this address for a file."""
        known = self._sessions.setdefault(session, _Session(browser))
        known.browser = browser
        known.expected.append(file)

    @contextmanager
    def arriving(self, session: str, file: str, browser: str | None, nbytes: int) -> Iterator[None]:
        """While a file arrives, its length is reserved. Raises RefusedError."""
        known = self._expecting(session, file, browser)
        known.browser = browser
        if known.arriving:
            raise RefusedError(409, "Another file of this page is still on its way.")
        others = [one for one in self._sessions.values() if one.browser == browser and one is not known]
        of_browser = sum(one.nbytes + one.arriving for one in others)
        full = self._total + nbytes > self._max_bytes
        if full or of_browser + nbytes > self._browser_bytes:
            raise RefusedError(503, "The server holds as many files as it can. Try again in a minute.")
        known.arriving = nbytes
        self._total += nbytes
        try:
            yield
        finally:
            self._total -= known.arriving
            known.arriving = 0

    def _expecting(self, session: str, file: str, browser: str | None) -> _Session:
        known = self._sessions.get(session)
        if known is None or file not in known.expected or not get_instance().is_active_session(session):
            raise RefusedError(404, "No file is expected here. Reload the page and choose the file again.")
        if browser is None or (known.browser and known.browser != browser):
            raise RefusedError(403, "Another browser was given this address. Reload the page.")
        return known

    def keep(self, session: str, file: str) -> None:
        """The file is there: its address is used up, and the session's earlier file goes."""
        files = get_instance().uploaded_file_mgr
        known = self._sessions.get(session)
        if known is None or not get_instance().is_active_session(session):  # it ended meanwhile
            return self.forget(session)
        if file in known.expected:
            known.expected.remove(file)
        if known.file:
            files.remove_file(session, known.file)
        nbytes = sum(len(record.data) for record in files.get_files(session, [file]))
        self._total += nbytes - known.nbytes
        known.file, known.nbytes = file, nbytes
        return None

    def remove(self, session: str, file: str, browser: str | None) -> None:
        """The session lets go of its file. Raises RefusedError where it is none of its own."""
        known = self._sessions.get(session)
        if known is None or (known.browser and known.browser != browser):
            raise RefusedError(404, "This page has no such file.")
        if file == known.file:
            self._total -= known.nbytes
            known.file, known.nbytes = "", 0
        elif file in known.expected:
            known.expected.remove(file)

    def forget(self, session: str) -> None:
        """The session has ended: its files go."""
        get_instance().uploaded_file_mgr.remove_session_files(session)
        known = self._sessions.pop(session, None)
        if known is not None:
            self._total -= known.nbytes  # what still arrives ends by itself


BUDGET = ENVIRONMENT.uploads_mb * MB
UPLOADS = Uploads(BUDGET, max(SHARE * BUDGET, 11 * MB))


class Gate:
    """Lets a file pass to Streamlit where it is expected."""

    def __init__(self, app: Application, uploads: Uploads = UPLOADS) -> None:
        self._app, self._uploads = app, uploads

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        found = ADDRESS.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] not in ("PUT", "DELETE"):
            return await self._app(scope, receive, send)
        session, file = found.groups()
        try:
            if scope["method"] == "PUT":
                return await self._put(session, file, scope, receive, send)
            self._uploads.remove(session, file, caller_of(scope).browser)
        except RefusedError as refused:
            return await _refuse(refused, scope, receive, send)
        return await self._app(scope, receive, send)

    async def _put(self, session: str, file: str, scope: Message, receive: Receive, send: Send) -> None:
        length = _declared_length(scope)
        body = _Body(receive, length)
        status = 0

        async def note_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if message["type"] == "http.response.start" and status == 204:
                self._uploads.keep(session, file)
            elif message["type"] == "http.response.start" and body.more:  # refused by Streamlit
                await _read_past(receive)
            await send(message)

        with self._uploads.arriving(session, file, caller_of(scope).browser, length):
            try:
                async with asyncio.timeout(ARRIVAL_SECONDS):
                    await self._app(scope, body, note_status)
            except (ClientDisconnect, TimeoutError):
                if not status:
                    raise RefusedError(408, "The file did not arrive.") from None


class _Body:
    """A request's body, cut where it is longer than was said, or where nothing more comes."""

    def __init__(self, receive: Receive, length: int) -> None:
        self._receive, self._left = receive, length
        self.more = True  # it has not come to its end

    async def __call__(self) -> Message:
        async with asyncio.timeout(STALL_SECONDS):
            message = await self._receive()
        self._left -= len(message.get("body", b""))
        self.more = message.get("more_body", False)
        return message if self._left >= 0 else {"type": "http.disconnect"}


def _declared_length(scope: Message) -> int:
    """What the request says of its length. Raises RefusedError where it says nothing, or too much."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    if not said.isdigit():
        raise RefusedError(411, "The length of a file has to be said before it is sent.")
    most = config.get_option("server.maxUploadSize")
    if int(said) > most * 2**20 + FORM_BYTES:
        raise RefusedError(413, f"A file has at most {most} MB.")
    return int(said)


async def _refuse(refused: RefusedError, scope: Message, receive: Receive, send: Send) -> None:
    """Say why, once what was on its way has been read past."""
    said = dict(scope["headers"]).get(b"content-length", b"0")
    if not said.isdigit() or int(said) <= DRAIN_BYTES:
        await _read_past(receive)
    headers = {"Connection": "close"}
    if refused.status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    await PlainTextResponse(f"{refused}\n", refused.status, headers)(scope, receive, send)


class _Drain:
    """How fast what is refused is read past, of all browsers together."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free_at = rate, 0.0

    def wait(self, nbytes: int) -> float:
        """Seconds to wait after so many more bytes, to stay within the rate."""
        self._free_at = max(self._free_at, monotonic()) + nbytes / self._rate
        return self._free_at - monotonic()


_drained = _Drain(DRAIN_RATE)


async def _read_past(receive: Receive) -> None:
    """Take what still comes of a body, and keep nothing of it.

    A browser reads an answer only when it has sent all, and nginx takes a process that closes a line on which
    it is still sending for one that is down, for everybody.
    """
    left, more = DRAIN_BYTES, True
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while more and left > 0:
                message = await asyncio.wait_for(receive(), DRAIN_STALL_SECONDS)
                nbytes = len(message.get("body", b""))
                left -= nbytes
                more = message.get("more_body", False)
                await asyncio.sleep(_drained.wait(nbytes))

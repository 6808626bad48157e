"""The line to each browser: how many it opens, what comes over it, and what becomes of who has left.

Streamlit takes as many connections as come and whatever they send; it parts from a session whose browser is
hundreds of messages behind, but leaves that connection open: the page would look well, and answer to nothing.
And it lets a session whose visitor has left go only when another visitor comes.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from time import monotonic
from weakref import WeakValueDictionary

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket
from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance

from deploy.browsers import caller_of
from deploy.headers import Application, Message, Receive, Send
from deploy.messages import Pace, RefusedError, check
from deploy.uploads import UPLOADS, Uploads
from ui.base.cache import give_back

WINDOWS = 20  # of one browser, as nginx has it
ADDRESS_WINDOWS = 500  # of one address, from browsers without our cookie: a class shares one
ADDRESS_RATE, ADDRESS_BURST = 100.0, 2_000.0  # messages of these: a second for long, and at once
ALL_WINDOWS = 1_000  # of the process
UNREAD_SECONDS = 60.0  # after which a browser that takes nothing any more is let go
CLOSE_SECONDS = 5.0  # for saying why
TRY_AGAIN = 1013  # the websocket's code


class Line:
    """One connection, between the server and Streamlit."""

    def __init__(
        self, receive: Receive, send: Send, browser: str | None, pace: Pace, uploads: Uploads
    ) -> None:
        self.session = ""  # known from the first words to the browser on
        self._receive, self._send = receive, send
        self._browser, self._pace, self._uploads = browser, pace, uploads
        self._asked_for_files = 0
        self._closed = False
        self._flows = asyncio.Event()  # what is sent is taken
        self._flows.set()

    async def receive(self) -> Message:
        """The next message that Streamlit is to see; the end of the connection where one is refused."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            if self.session and not get_instance().is_active_session(self.session):
                return await self._close(TRY_AGAIN, "This page was given up. Reload it.")
            try:
                checked = check(message.get("bytes"))
                await asyncio.sleep(self._pace.wait(checked.cost))
                if not self._flows.is_set():
                    await asyncio.wait_for(self._flows.wait(), UNREAD_SECONDS)
            except RefusedError as refused:
                return await self._close(refused.code, str(refused))
            except TimeoutError:
                return await self._close(TRY_AGAIN, "Nothing was read for too long. Reload the page.")
            if checked.passed is not None:
                self._asked_for_files += checked.asks_for_file
                return {"type": "websocket.receive", "bytes": checked.passed}

    async def send(self, message: Message) -> None:
        """Send on; learn the session, and which files it may send."""
        if self._closed:
            raise OSError("This connection is closed.")
        data = message.get("bytes")
        if data and (not self.session or (self._asked_for_files and len(data) < 4096)):
            self._learn(ForwardMsg.FromString(data))
        self._flows.clear()
        try:
            await self._send(message)
        finally:
            self._flows.set()

    def _learn(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
        elif kind == "file_urls_response" and self._asked_for_files:
            self._asked_for_files -= 1
            for urls in message.file_urls_response.file_urls:
                self._uploads.announce(urls.upload_url.split("/")[-2], urls.file_id, self._browser)

    async def _close(self, code: int, reason: str) -> Message:
        self._closed = True
        with suppress(TimeoutError):  # a browser that does not read does not hear why
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code}


class Lines:
    """Every connection of the process; refuses more than a browser has windows for."""

    def __init__(self, app: Application, uploads: Uploads = UPLOADS) -> None:
        self._app, self._uploads = app, uploads
        self._open: Counter[str] = Counter()
        self._paces: WeakValueDictionary[str, Pace] = WeakValueDictionary()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        caller = caller_of(scope)
        browser, key = caller.browser, caller.name
        if self._open[key] >= (WINDOWS if browser else ADDRESS_WINDOWS) or self._open.total() >= ALL_WINDOWS:
            full = PlainTextResponse("Too many windows are open. Close some, and reload this one.\n", 429)
            return await WebSocket(scope, receive, send).send_denial_response(full)
        pace = self._paces.setdefault(key, Pace() if browser else Pace(ADDRESS_RATE, ADDRESS_BURST))
        line = Line(receive, send, browser, pace, self._uploads)
        self._open[key] += 1
        try:
            return await self._app(scope, line.receive, line.send)
        finally:
            self._open -= Counter({key: 1})
            returns_to = scope.get("subprotocols", [])[2:3]  # a session that was not named in what was sent
            LEFT.note(line.session, *returns_to)


class Left:
    """Sessions whose visitor has left, and who has not come back yet."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def note(self, *sessions: str) -> None:
        """The connection to these has ended."""
        for session in filter(None, sessions):
            self._since[session] = monotonic()

    def let_go(self, seconds: float, uploads: Uploads = UPLOADS) -> int:
        """End the sessions that nobody has come back to for so long; how many bytes of files went."""
        before = uploads.held_bytes()
        runtime = get_instance()
        for session in uploads.sessions():  # Streamlit parts from some whose connection is still open
            if not runtime.is_active_session(session):
                self._since.setdefault(session, monotonic())
        for session, since in list(self._since.items()):
            if runtime.is_active_session(session):
                del self._since[session]
            elif monotonic() - since >= seconds:
                del self._since[session]
                runtime.close_session(session)
                uploads.forget(session)
        return before - uploads.held_bytes()


LEFT = Left()


async def let_go_of_who_left() -> None:
    """For as long as the server runs: end what nobody comes back to.

    Streamlit keeps a session for disconnectedSessionTTL seconds and then does not find it any more, but has
    it in memory until another one is put away; so this comes a little before.
    """
    seconds = config.get_option("server.disconnectedSessionTTL")
    while True:
        await asyncio.sleep(0.05 * seconds)
        if LEFT.let_go(0.9 * seconds) > 0:
            await asyncio.to_thread(give_back)

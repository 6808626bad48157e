"""A visitor of the dashboard, who speaks Streamlit's protocol: opens a page, moves a control, waits.

A page is waited for until it is complete. What the server goes on with after that, see
`ui.frame.page.follow`, is not: it comes, or the next request ends it.

A browser asks for the page, with which a load balancer may give it a cookie, and then sends protobuf
messages over one websocket; so does this. It draws nothing.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urlsplit

from google.protobuf.message import Message
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, FileURLs, UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from ui.frame.page import AFTER

ARRIVED = 0.001  # seconds in which a message is read that has arrived
TIMEOUT = 120  # seconds to wait for one answer; a class has given up long before
WIDGETS = ("slider", "selectbox", "number_input", "button_group", "file_uploader", "bidi_component")


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    seconds: float
    nbytes: int
    messages: int
    errors: tuple[str, ...]  # what the page shows as an exception or in a red box


@dataclass
class Visitor:
    """One browser with the dashboard open. Use it as an asynchronous context manager."""

    address: str  # http://127.0.0.1:8501
    theme: str = "light"
    patient: bool = False  # waits also for what a page goes on with once it is complete
    cookie: str = ""
    pages: dict[str, str] = field(default_factory=dict)  # address of a page → its hash; "" is the first
    page: str = ""  # hash of the page that is open
    query: dict[str, str] = field(default_factory=dict)
    widgets: dict[str, Message] = field(default_factory=dict)  # by key, as the server described them
    values: dict[str, object] = field(default_factory=dict)  # by key, what was chosen
    cached: set[str] = field(default_factory=set)  # hashes of messages that need not be sent again
    session: str = ""  # its id
    files: dict[str, Message] = field(default_factory=dict)  # by key, the state of an uploader
    offered: dict[str, str] = field(default_factory=dict)  # files to take away, by the label's first word
    _late: list[str] = field(default_factory=list)  # errors of what came after a page was complete
    _socket: ClientConnection | None = None

    async def __aenter__(self) -> "Visitor":
        """Ask for the page, keep its cookie unless it has one already, and open the websocket."""
        self.cookie = self.cookie or await _cookie_of(self.address)
        await self.connect()
        return self

    async def connect(self) -> None:
        """Open the websocket, again where it was cut, and keep the cookies that come with it."""
        self._socket = await connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers={"Cookie": self.cookie} if self.cookie else {},
            origin=self.address,
            compression=None,
            max_size=None,
            open_timeout=TIMEOUT,
            ping_interval=None,
        )
        jar = SimpleCookie(self.cookie)
        for header in self._socket.response.headers.get_all("Set-Cookie"):
            jar.load(header)
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())

    async def __aexit__(self, *_: object) -> None:
        """Close the websocket."""
        with suppress(OSError, TimeoutError):
            await self._socket.close()

    async def open(self, **query: object) -> Answer:
        """The first run, of the link with these settings in its address."""
        self.query = {name: str(value) for name, value in query.items()}
        return await self._run()

    async def change(self, key: str, value: object) -> Answer:
        """Move one control and wait for the page."""
        if key not in self.widgets:
            raise LookupError(f"the page has no control {key!r}; it has {', '.join(sorted(self.widgets))}")
        self.values[key] = value
        if self.widgets[key].query_param_key:
            self.query[self.widgets[key].query_param_key] = str(value)
        return await self._run()

    async def visit(self, page: str) -> Answer:
        """Choose a page of the menu by its address, as "l1-vs-l2"."""
        self.page = self.pages[page]
        return await self._run()

    async def send(self, request: BackMsg) -> None:
        """Any message, as it is."""
        await self._socket.send(request.SerializeToString())

    async def receive(self) -> tuple[ForwardMsg, int]:
        """The next message of the server, and its size."""
        raw = await asyncio.wait_for(self._socket.recv(), TIMEOUT)
        return ForwardMsg.FromString(raw), len(raw)

    async def click(self, label: str, number: int = 0) -> None:
        """Ask for a file to take away: Numbers, Picture or Report."""
        asked = {"request_id": str(number), "session_id": self.session}
        asked["deferred_file"] = {"file_id": self.offered[label]}
        await self.send(BackMsg(backend_operation_request=asked))

    async def answer(self, kind: str = "backend_operation_response") -> Message:
        """The next message of this kind, by default what comes of a click on a file."""
        while True:
            message, _ = await self.receive()
            if message.WhichOneof("type") == kind:
                return getattr(message, kind)

    async def _run(self) -> Answer:
        await self._catch_up()
        started, nbytes, messages = perf_counter(), 0, 0
        errors, self._late = self._late, []
        await self.send(self._request())
        while True:
            message, size = await self.receive()
            nbytes, messages = nbytes + size, messages + 1
            if self._read(message, errors):
                return Answer(perf_counter() - started, nbytes, messages, tuple(errors))

    async def _catch_up(self) -> None:
        """Read what came since the page was complete, so that it is not taken for the next answer."""
        with suppress(TimeoutError):
            while True:
                raw = await asyncio.wait_for(self._socket.recv(), ARRIVED)
                self._read(ForwardMsg.FromString(raw), self._late)

    def _request(self) -> BackMsg:
        request = BackMsg()
        run = request.rerun_script
        run.query_string, run.page_script_hash = urlencode(self.query), self.page
        run.context_info.color_scheme = self.theme
        run.cached_message_hashes.extend(self.cached)
        run.widget_states.widgets.extend(
            state_of(self.widgets[key], value) for key, value in self.values.items() if key in self.widgets
        )
        run.widget_states.widgets.extend(
            WidgetState(id=self.widgets[key].id, file_uploader_state_value=state)
            for key, state in self.files.items()
            if key in self.widgets
        )
        return request

    def upload_to(self, key: str, urls: FileURLs, name: str, size: int) -> None:
        """From now on the uploader of this key says that it has the file that was sent to these addresses."""
        info = UploadedFileInfo(file_id=urls.file_id, name=name, size=size, file_urls=urls)
        self.files[key] = FileUploaderState(uploaded_file_info=[info])

    def _read(self, message: ForwardMsg, errors: list[str]) -> bool:
        """Learn from a message; whether the page is complete with it."""
        kind = message.WhichOneof("type")
        if kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                errors.append("the script does not compile")
            return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if kind == "new_session":
            self.page, self.offered = message.new_session.page_script_hash, {}
            self.session = message.new_session.initialize.session_id
        elif kind == "navigation":
            pages = message.navigation.app_pages
            self.pages = {"" if p.is_default else p.url_pathname: p.page_script_hash for p in pages}
        elif kind == "delta" and message.delta.WhichOneof("type") == "add_block":
            return not self.patient and message.delta.add_block.id.endswith(f"-{AFTER}")
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            if message.metadata.cacheable:
                self.cached.add(message.hash)
            self._read_element(message.delta.new_element, errors)
        return False

    def _read_element(self, element: Element, errors: list[str]) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            errors.append(element.alert.body)
        elif kind == "download_button":
            label, _, _ = element.download_button.label.partition(" ")
            self.offered[label] = element.download_button.deferred_file_id
        elif kind in WIDGETS:
            widget = getattr(element, kind)
            self.widgets[widget.id.split("-", 2)[2]] = widget  # $$ID-hash-key


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End these, each cancelled again until it is: one that hears it just as a message comes goes on."""
    given = left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=1)
    await asyncio.gather(*given, return_exceptions=True)


def state_of(widget: Message, value: object) -> WidgetState:
    """A control's value as a browser sends it: the option's label, or a number."""
    state = WidgetState(id=widget.id)
    kind = widget.DESCRIPTOR.name
    if kind == "NumberInput":
        state.int_value = int(value)
    elif kind == "Selectbox":
        state.string_value = str(value)
    else:
        state.string_array_value.data.append(str(value))
    return state


async def _cookie_of(address: str) -> str:
    """What a browser has after its first requests: a load balancer's cookie, and Streamlit's own."""
    cookie = await _cookies_set(address, "/", "")
    return "; ".join(filter(None, (cookie, await _cookies_set(address, "/_stcore/health", cookie))))


async def _cookies_set(address: str, path: str, cookie: str) -> str:
    """Ask for a page; the cookies that came with it, or nothing."""
    url = urlsplit(address)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    answer = await asyncio.wait_for(reader.read(), TIMEOUT)
    writer.close()
    top, _, _ = answer.partition(b"\r\n\r\n")
    status, *lines = top.decode("latin-1").split("\r\n")
    if " 200 " not in status:
        raise OSError(f"{address} answered {status}")
    fields = [line.partition(":") for line in lines]
    cookies = [text.partition(";")[0].strip() for name, _, text in fields if name.lower() == "set-cookie"]
    return "; ".join(cookies)

"""Who asks, and who answers: which browser a request comes from, and which process has its session.

A browser is known by a cookie that a process signed. One that somebody made up is nobody's: its requests are
counted by their address, as those without any. A process that has a name (LAB_NAME) tells it to whoever
stands before several: by a cookie, for a line that is cut, and in the addresses of its files, which no other
process has.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple

from itsdangerous import BadSignature, Signer
from starlette.requests import HTTPConnection
from streamlit import config
from streamlit.runtime import Runtime

from deploy.headers import Application, Message, Receive, Send
from ui.base.environment import ENVIRONMENT
from ui.work.owner import LAB_COOKIE, LAB_VALUE

PROCESS_COOKIE = "lab_at"
FILES = re.compile(r"/at/([^/]+)(/(?:media|_stcore/upload_file)/.*)")
CALLER = "lab.caller"  # where a request's scope has it
ADDRESS_CHARACTERS = len(token_hex(16))


class Caller(NamedTuple):
    """Whom a request comes from."""

    address: str
    browser: str | None  # None without a cookie that this server signed

    @property
    def name(self) -> str:
        """The browser, else its address, in the characters of a cookie."""
        return self.browser or sha256(self.address.encode()).hexdigest()[:ADDRESS_CHARACTERS]


def caller_of(scope: Message) -> Caller:
    """Whom a request comes from that has passed `Browsers`; else one without a cookie."""
    found: Caller | None = scope.get(CALLER)
    return found or Caller(_address(scope), None)


def _address(scope: Message) -> str:
    return str((scope.get("client") or ("",))[0])


class Browsers:
    """Tells the application who asks, whatever the request says of it, and gives cookies to browsers.

    Pages read a request's cookies: there the browser's stands without its signature, and for nobody's the
    address in its place.
    """

    def __init__(self, app: Application, process: str | None = None) -> None:
        """process: this one's name, LAB_NAME if left out."""
        self._app = app
        self._process = ENVIRONMENT.name if process is None else process
        secret = config.get_option("server.cookieSecret") or token_hex()  # an empty one would be anybody's
        self._signer = Signer(secret, salt="lab.browser", digest_method=sha256)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        cookies = HTTPConnection(scope).cookies
        caller = Caller(_address(scope), self._signed_browser(cookies.get(LAB_COOKIE, "")))
        scope = self._at_home(scope) | {CALLER: caller, "headers": list(_with_name(scope, caller.name))}
        return await self._app(scope, receive, self._with_cookies(scope, cookies, caller, send))

    def _signed_browser(self, cookie: str) -> str | None:
        """The browser that a cookie names, None where this server did not sign it."""
        try:
            name = self._signer.unsign(cookie).decode()
        except BadSignature:
            return None
        return name if LAB_VALUE.fullmatch(name) else None

    def _at_home(self, scope: Message) -> Message:
        """A request for a file of this process, without the process's name in its path."""
        found = FILES.fullmatch(scope["path"])
        if found is None or found[1] != self._process:
            return dict(scope)
        return dict(scope) | {"path": found[2], "raw_path": found[2].encode()}

    def _with_cookies(self, scope: Message, cookies: dict[str, str], caller: Caller, send: Send) -> Send:
        """Sends on; a page, and a websocket that is accepted, bring the cookies that the browser lacks."""

        async def send_with_cookies(message: Message) -> None:
            if _is_welcome(message):
                lacking = self._lacking(cookies, caller, scope["scheme"] in ("https", "wss"))
                message["headers"] = [*message.get("headers", ()), *lacking]
            await send(message)

        return send_with_cookies

    def _lacking(
        self, cookies: dict[str, str], caller: Caller, is_secure: bool
    ) -> Iterator[tuple[bytes, bytes]]:
        about = "; Path=/; HttpOnly; SameSite=Lax" + "; Secure" * is_secure
        if caller.browser is None:
            signed = self._signer.sign(token_hex(16)).decode()
            yield b"set-cookie", f"{LAB_COOKIE}={signed}{about}".encode()
        if self._process and cookies.get(PROCESS_COOKIE) != self._process:
            yield b"set-cookie", f"{PROCESS_COOKIE}={self._process}{about}".encode()


def _is_welcome(message: Message) -> bool:
    """Whether a browser comes with this: to a page, to a websocket, or to what it asks before it opens one.

    That is where Streamlit sets its own cookie. Other answers are kept by proxies, and bring none.
    """
    if message["type"] == "websocket.accept":
        return True
    headers = dict(message.get("headers", ()))
    comes = b"text/html" in headers.get(b"content-type", b"") or b"set-cookie" in headers
    return message["type"] == "http.response.start" and message["status"] == 200 and comes


def _with_name(scope: Message, name: str) -> Iterator[tuple[bytes, bytes]]:
    """A request's headers, in whose cookies this name stands for the browser, and no other."""
    kept = [f"{LAB_COOKIE}={name}"]
    for header, value in scope["headers"]:
        if header != b"cookie":
            yield header, value
            continue
        parts = (part.strip() for part in value.decode("latin-1").split(";"))
        kept += [part for part in parts if part and part.partition("=")[0].strip() != LAB_COOKIE]
    yield b"cookie", "; ".join(kept).encode("latin-1")


def name_addresses(runtime: Runtime, process: str = ENVIRONMENT.name) -> None:
    """From now on files go up and down at addresses that name this process, if it has a name."""
    if process:
        files, storage = runtime.uploaded_file_mgr, runtime.media_file_mgr._storage
        files.endpoint = f"/at/{process}{files.endpoint}"  # type: ignore[attr-defined]
        storage._media_endpoint = f"/at/{process}{storage._media_endpoint}"  # type: ignore[attr-defined]

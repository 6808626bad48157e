"""Response headers that a browser enforces: what a page of ours may load, run, and be framed by."""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def script_hashes(html: str) -> list[str]:
    """The scripts written inside a page, as a policy names them: 'sha256-…'."""
    digests = (sha256(script.encode()).digest() for script in INLINE_SCRIPT.findall(html))
    return [f"'sha256-{b64encode(digest).decode()}'" for digest in digests]


def content_policy(html: str) -> str:
    """The Content-Security-Policy under which Streamlit's page runs: our own host, and no foreign script.

    The hash is taken from the installed Streamlit, so that an upgrade cannot leave it behind.
    """
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", *script_hashes(html)]),  # protobuf's integers
        "style-src": "'self' 'unsafe-inline'",  # Streamlit writes its styles from scripts
        "img-src": "'self' data: blob:",
        "media-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",  # add a course page's host here to show the dashboard inside it
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


HEADERS = {
    "content-security-policy": content_policy(INDEX.read_text(encoding="utf-8")),
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class SecurityHeaders:
    """Sends HEADERS with every HTTP response of the application it wraps."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message.get("headers", ())}
                new = [header for header in self._headers if header[0] not in given]
                message["headers"] = [*message.get("headers", ()), *new]
            await send(message)

        await self._app(scope, receive, send_with_headers)

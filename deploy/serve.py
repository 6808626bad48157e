"""The dashboard for many visitors: streamlit run deploy/serve.py

The settings are those of deploy/.streamlit/config.toml. Before the first visitor is let in, each page is
opened once in each theme: imports, chart specs and the first training are then behind us, and a deep link
finds its page. Until then every answer is 503, that of /_stcore/health too, which so means ready.

The environment bounds the work of one process:
    LAB_STORE_MB         megabytes of trained networks kept for all (200 here, 400 on a person's machine)
    LAB_MEMORY_MB        megabytes of the process above which half of them go (600 here, else no bound)
    LAB_WORKERS          trainings at the same moment (2); others wait in a queue
    LAB_QUEUE_SECONDS    what would wait longer is refused, with a sentence (120)
    LAB_WARM_UP_SECONDS  for opening every page before the first visitor (180; 0 for none)
"""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("LAB_STORE_MB", "200")
os.environ.setdefault("LAB_MEMORY_MB", "600")
sys.path.insert(0, str(ROOT))  # for ui, core and deploy; Streamlit itself adds this file's folder alone

import ui  # noqa: E402, F401, I001 -- before NumPy: one thread for each matrix product

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.responses import HTMLResponse  # noqa: E402
from starlette.websockets import WebSocket  # noqa: E402
from streamlit.logger import get_logger  # noqa: E402
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: E402
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: E402
from streamlit.runtime import Runtime, SessionClient, get_instance  # noqa: E402

from deploy.connections import LetGo  # noqa: E402
from deploy.headers import Application, Message, Receive, SecurityHeaders, Send  # noqa: E402
from ui.frame.sockets import send_at_once  # noqa: E402

WARM_UP_SECONDS = float(os.environ.get("LAB_WARM_UP_SECONDS", "180"))  # at most; 0 for none
STARTING = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Starting</title>'
    "<p>The dashboard is starting. This page tries again by itself."
)
log = get_logger(__name__)


class Guest(SessionClient):
    """A visitor without a browser, who notes which pages there are and when a run has ended."""

    def __init__(self, runtime: Runtime, theme: str) -> None:
        self.pages: list[str] = []  # the hash of each page, the default first
        self._runtime, self._theme = runtime, theme
        self._finished = asyncio.Event()
        self._session = runtime.connect_session(self, {})

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """What the server would send to a browser."""
        kind = msg.WhichOneof("type")
        if kind == "navigation":
            self.pages = [page.page_script_hash for page in msg.navigation.app_pages]
        elif kind == "script_finished" and msg.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._finished.set()

    async def visit(self, page: str = "") -> None:
        """Open a page and wait until it has run."""
        request = BackMsg()
        request.rerun_script.page_script_hash = page
        request.rerun_script.context_info.color_scheme = self._theme
        self._finished.clear()
        self._runtime.handle_backmsg(self._session, request)
        await self._finished.wait()

    def leave(self) -> None:
        """End the session."""
        self._runtime.close_session(self._session)


async def warm_up(runtime: Runtime) -> None:
    """Open every page in both themes, then take what that left in memory out of the collector's rounds."""
    for theme in ("light", "dark"):
        guest = Guest(runtime, theme)
        await guest.visit()
        for page in guest.pages:
            await guest.visit(page)
        guest.leave()
    gc.collect()
    gc.freeze()


class Door:
    """Asks who comes before the pages are warm to come again; a proxy then tries another process."""

    is_open = False

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if Door.is_open or scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        later = HTMLResponse(STARTING, 503, {"Retry-After": "3"})
        if scope["type"] == "websocket":
            return await WebSocket(scope, receive, send).send_denial_response(later)
        return await later(scope, receive, send)


async def open_when_warm() -> None:
    """Warm up, then open the door. A page that hangs delays that, and does not prevent it."""
    started = monotonic()
    try:
        if WARM_UP_SECONDS:
            async with asyncio.timeout(WARM_UP_SECONDS):
                await warm_up(get_instance())
    except TimeoutError:
        log.warning("Not every page was opened within %g seconds; open all the same", WARM_UP_SECONDS)
    finally:
        Door.is_open = True
    log.info("Open after %.1f seconds", monotonic() - started)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Warm up while the server already answers that it does."""
    send_at_once()
    opening = asyncio.create_task(open_when_warm())
    yield
    opening.cancel()


def tell(error: Exception) -> bool:
    """A sentence for the visitor of a page that failed; for the log the settings that made it, and where."""
    log.error("A page failed at %s", st.session_state.get("settings"), exc_info=error)
    st.error(
        "This page failed, and the fault was noted. What you chose is kept: another page, or other settings, "
        "will work."
    )
    return True  # nothing of Streamlit's own beside it


app = st.App(
    ROOT / "dashboard.py",
    lifespan=lifespan,
    middleware=[Middleware(SecurityHeaders), Middleware(Door), Middleware(LetGo)],
    on_script_error=tell,
)

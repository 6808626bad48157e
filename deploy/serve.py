"""The dashboard for many visitors: streamlit run deploy/serve.py

The settings are those of deploy/.streamlit/config.toml. Before the first visitor is let in, each page is
opened once in each theme: imports, chart specs and the first training are then behind us, and a deep link
finds its page. Until then every answer is 503, that of /_stcore/health too, which so means ready. A server
one of whose pages fails, or does not end in time, ends itself with the reason: whoever runs it starts it
again, or keeps the old one. So does one whose environment is wrong.

The environment bounds the work of one process:
    LAB_STORE_MB         megabytes of trained networks kept for all (200 here, 400 on a person's machine)
    LAB_MEMORY_MB        megabytes of the process above which the oldest of them go (600 here, else no bound)
    LAB_UPLOADS_MB       megabytes of the files that all visitors have sent (100); further ones are refused
    LAB_WORKERS          trainings at the same moment (2); others wait in a queue
    LAB_QUEUE_SECONDS    what would wait longer is refused, with a sentence (120)
    LAB_WARM_UP_SECONDS  in which every page has to open before the first visitor (180; 0 for none)
    LAB_ROOMS            a folder for the votes of classes, the same for all processes (one of this user's),
                         or redis://host:6379/0 where these share no disk; none, and no class can vote
    LAB_NAME             of this process, where several stand behind one proxy that sends by it
"""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
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
from streamlit.proto.Alert_pb2 import Alert  # noqa: E402
from streamlit.proto.BackMsg_pb2 import BackMsg  # noqa: E402
from streamlit.proto.Element_pb2 import Element  # noqa: E402
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg  # noqa: E402
from streamlit.runtime import Runtime, SessionClient, get_instance  # noqa: E402

from deploy.browsers import Browsers, name_addresses  # noqa: E402
from deploy.connections import Lines, let_go_of_who_left  # noqa: E402
from deploy.downloads import hand_out_in_turn  # noqa: E402
from deploy.headers import Application, Message, Receive, SecurityHeaders, Send  # noqa: E402
from deploy.messages import bound_frames  # noqa: E402
from deploy.uploads import UPLOADS, Gate  # noqa: E402
from deploy.votes import ROUTES  # noqa: E402
from ui.base.cache import note_baseline, register_holder  # noqa: E402
from ui.base.environment import ENVIRONMENT, PROBLEMS  # noqa: E402
from ui.frame.sockets import send_at_once  # noqa: E402
from ui.votes import phones_at, serve_phones  # noqa: E402

STARTING = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Starting</title>'
    "<p>The dashboard is starting. This page tries again by itself."
)
log = get_logger(__name__)

if PROBLEMS:  # each was logged as it was read
    sys.exit(f"The server does not start: {len(PROBLEMS)} wrong in its environment, as said above.")


class Guest(SessionClient):
    """A visitor without a browser, who notes which pages there are, when a run has ended, and what failed."""

    def __init__(self, runtime: Runtime, theme: str) -> None:
        self.pages: dict[str, str] = {}  # by the hash of each page its address; the default first
        self.failures: list[str] = []
        self._runtime, self._theme, self._page = runtime, theme, ""
        self._finished = asyncio.Event()
        self._session = runtime.connect_session(self, {})

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """What the server would send to a browser."""
        kind = msg.WhichOneof("type")
        if kind == "navigation":
            self.pages = {page.page_script_hash: page.url_pathname for page in msg.navigation.app_pages}
        elif kind == "delta" and msg.delta.WhichOneof("type") == "new_element":
            self._look(msg.delta.new_element)
        elif kind == "script_finished" and msg.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            if msg.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                self._fail("its script does not compile")
            self._finished.set()

    def _look(self, element: Element) -> None:
        if element.WhichOneof("type") == "exception":
            self._fail(f"{element.exception.type}: {element.exception.message}")
        elif element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
            self._fail(element.alert.body)

    def _fail(self, why: str) -> None:
        page = self.pages.get(self._page, self._page) or "the first page"
        self.failures.append(f"{page}, {self._theme}: {why}")

    async def visit(self, page: str = "") -> None:
        """Open a page and wait until it has run."""
        request = BackMsg()
        request.rerun_script.page_script_hash = self._page = page
        request.rerun_script.context_info.color_scheme = self._theme
        self._finished.clear()
        self._runtime.handle_backmsg(self._session, request)
        try:
            await self._finished.wait()
        except asyncio.CancelledError:
            self._fail("it had not ended when the time was over")
            raise

    def leave(self) -> None:
        """End the session."""
        self._runtime.close_session(self._session)


async def warm_up(runtime: Runtime) -> list[str]:
    """Open every page in both themes; a sentence for each failure.

    Then take what that left in memory out of the collector's rounds.
    """
    failures: list[str] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(ENVIRONMENT.warm_up_seconds):
            for theme in ("light", "dark"):
                guest = Guest(runtime, theme)
                failures = guest.failures = [*failures]
                await guest.visit()
                for page in guest.pages:
                    await guest.visit(page)
                guest.leave()
    gc.collect()
    gc.freeze()
    return failures


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
    """Warm up, then open the door; or end the process, with the reason."""
    started = monotonic()
    name_addresses(get_instance())
    failures = await warm_up(get_instance()) if ENVIRONMENT.warm_up_seconds else []
    for failure in failures:
        log.critical("A page failed before the first visitor: %s", failure)
    if failures:
        log.critical("The server ends. Mend the page, or on a slow machine raise LAB_WARM_UP_SECONDS.")
        logging.shutdown()
        os._exit(1)  # nobody is connected, and a server that is asked to stop says that all is well
    note_baseline()
    Door.is_open = True
    log.info("Open after %.1f seconds", monotonic() - started)


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Warm up while the server already answers that it does."""
    send_at_once()
    bound_frames()
    allow_many_files()
    hand_out_in_turn()
    serve_phones("/vote/")
    register_holder("uploads", UPLOADS.held_bytes)
    tasks = [asyncio.create_task(open_when_warm()), asyncio.create_task(let_go_of_who_left())]
    yield
    for task in tasks:
        task.cancel()


def allow_many_files() -> None:
    """As many open files as the system lets us: a visitor takes one, and Streamlit three for the session."""
    with suppress(ImportError, ValueError, OSError):  # not every system has such a limit, or lets us
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


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
    routes=ROUTES if phones_at("") is not None else [],
    middleware=[Middleware(one) for one in (SecurityHeaders, Browsers, Door, Gate, Lines)],
    on_script_error=tell,
)

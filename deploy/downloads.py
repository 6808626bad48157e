"""Files that are made on a click: in turn, by threads of their own, one at a time for a session.

Streamlit makes each in one of the few threads in which it serves everything else, however long that takes:
fifty reports of one tab leave none for another visitor's numbers. Here a click waits in no thread at all.
Files that have to be drawn, and reports, have a thread of their own, so that numbers pass them by.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath

from streamlit.proto.BackMsg_pb2 import BackendOperationRequest
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, DeferredFileResponsePayload
from streamlit.runtime import get_instance
from streamlit.runtime.backend_operation_handler import DeferredFileHandler

DRAWN = (".html", ".png", ".svg")
NUMBERS_THREADS = 2
PLACES = 60  # clicks that may wait: more than a class has visitors who click at once
log = logging.getLogger(__name__)


class RefusedError(Exception):
    """A file is not made now; the message says why, and what to do."""


class Desk:
    """Hands out files: each click waits for its turn, and is forgotten where its visitor has left."""

    def __init__(self, is_here: Callable[[str], bool], places: int = PLACES) -> None:
        """is_here: whether the visitor of a session is connected; places: for clicks that wait."""
        self._is_here, self._places = is_here, places
        self._asking: set[str] = set()  # sessions
        self._drawn = ThreadPoolExecutor(1, "lab-drawn")
        self._numbers = ThreadPoolExecutor(NUMBERS_THREADS, "lab-numbers")

    async def hand_out(self, session: str, name: str, make: Callable[[], str]) -> str:
        """What make returns, once it is this click's turn. name: of the file, whose ending tells how long.

        Raises RefusedError while the session has another file made, where too many wait, and where the
        visitor has left; and what make raises.
        """
        if session in self._asking:
            raise RefusedError("Another file of yours is being made. Try again once it is there.")
        if len(self._asking) >= self._places:
            raise RefusedError("Too many files are being made. Try again in a minute.")
        line = self._drawn if PurePath(name).suffix in DRAWN else self._numbers
        self._asking.add(session)
        try:
            return await asyncio.get_running_loop().run_in_executor(line, self._make, session, make)
        finally:
            self._asking.discard(session)

    def _make(self, session: str, make: Callable[[], str]) -> str:
        if not self._is_here(session):
            raise RefusedError("The visitor has left.")
        return make()


def hand_out_in_turn() -> None:
    """From now on all files of this process are handed out by one desk."""
    desk = Desk(lambda session: get_instance().is_active_session(session))

    async def handle(
        self: DeferredFileHandler, request: BackendOperationRequest, session_id: str
    ) -> BackendOperationResponse:
        """A click on a file, answered with its address or with why there is none."""
        file, wanted, files = request.deferred_file.file_id, request.request_id, get_instance().media_file_mgr
        name = (files._deferred_callables.get(file) or {}).get("filename") or ""
        try:
            url = await desk.hand_out(session_id, name, lambda: files.execute_deferred(file))
        except RefusedError as refused:
            return BackendOperationResponse(request_id=wanted, error_msg=str(refused))
        except Exception:  # whatever a page's function raises must not end the server's task
            log.exception("The file %s could not be made", name or file)
            return BackendOperationResponse(request_id=wanted, error_msg="The file could not be made.")
        payload = DeferredFileResponsePayload(url=url)
        return BackendOperationResponse(request_id=wanted, deferred_file=payload)

    DeferredFileHandler.handle = handle  # type: ignore[method-assign]

"""Files that are made on a click: in turn, by threads of their own, one at a time for a session.

Streamlit makes each in one of the few threads in which it serves everything else, however long that takes:
fifty reports of one tab leave none for another visitor's numbers. Here a click waits in no thread at all.
Reports, which train and draw, have a thread of their own, and so have single charts; numbers pass both by.

Streamlit also forgets what was clicked on when its page is drawn anew, and takes a file that is made for
litter at the second end of anybody's run, which in a class may come before the browser has fetched it.
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
from streamlit.runtime.media_file_manager import MediaFileManager

THREADS = {".html": 1, ".png": 1, ".csv": 2}  # by the kind of file that a line is for
LINES = {".svg": ".png"}  # the line of what has none of its own; of all others that of numbers
HELD, HELD_SECONDS = "clicked", 60.0  # under which files stay that were made, and how long
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
        self._lines = {kind: ThreadPoolExecutor(n, f"lab-{kind[1:]}") for kind, n in THREADS.items()}

    async def hand_out(self, session: str, name: str, make: Callable[[], str]) -> str:
        """What make returns, once it is this click's turn. name: of the file, whose ending tells how long.

        Raises RefusedError while the session has another file made, where too many wait, and where the
        visitor has left; and what make raises.
        """
        if session in self._asking:
            raise RefusedError("Another file of yours is being made. Try again once it is there.")
        if len(self._asking) >= self._places:
            raise RefusedError("Too many files are being made. Try again in a minute.")
        kind = PurePath(name).suffix
        line = self._lines.get(LINES.get(kind, kind), self._lines[".csv"])
        self._asking.add(session)
        try:
            return await asyncio.get_running_loop().run_in_executor(line, self._make, session, make)
        finally:
            self._asking.discard(session)

    def _make(self, session: str, make: Callable[[], str]) -> str:
        if not self._is_here(session):
            raise RefusedError("The visitor has left.")
        return make()


class Clicked:
    """A file that was clicked on: it is made, and stays for a while, although its page is drawn anew."""

    def __init__(self, files: MediaFileManager, file: str) -> None:
        """file: by which the page has offered it."""
        self._files, self._file = files, file
        with files._lock:
            self._offer = files._deferred_callables.get(file)

    @property
    def name(self) -> str:
        """The file's name, "" where nothing is known of it."""
        return (self._offer["filename"] if self._offer else None) or ""

    def make(self) -> str:
        """Its address, once it is there. Raises RefusedError where it was not offered; and what it raises."""
        if self._offer is None:
            raise RefusedError("The page was drawn anew. Click again.")
        with self._files._lock:
            self._files._deferred_callables.setdefault(self._file, self._offer)
        url = self._files.execute_deferred(self._file)
        with self._files._lock:
            self._files._files_by_session_and_coord[HELD][self._file] = PurePath(url).stem
        return url

    def let_go(self) -> None:
        """From now on it may go."""
        with self._files._lock:
            self._files._files_by_session_and_coord[HELD].pop(self._file, None)


def hand_out_in_turn() -> None:
    """From now on all files of this process are handed out by one desk."""
    desk = Desk(lambda session: get_instance().is_active_session(session))

    async def handle(
        self: DeferredFileHandler, request: BackendOperationRequest, session_id: str
    ) -> BackendOperationResponse:
        """A click on a file, answered with its address or with why there is none."""
        wanted = request.request_id
        clicked = Clicked(get_instance().media_file_mgr, request.deferred_file.file_id)
        try:
            url = await desk.hand_out(session_id, clicked.name, clicked.make)
        except RefusedError as refused:
            return BackendOperationResponse(request_id=wanted, error_msg=str(refused))
        except Exception:  # whatever a page's function raises must not end the server's task
            log.exception("The file %s could not be made", clicked.name)
            return BackendOperationResponse(request_id=wanted, error_msg="The file could not be made.")
        asyncio.get_running_loop().call_later(HELD_SECONDS, clicked.let_go)
        payload = DeferredFileResponsePayload(url=url)
        return BackendOperationResponse(request_id=wanted, deferred_file=payload)

    DeferredFileHandler.handle = handle  # type: ignore[method-assign]

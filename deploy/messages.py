"""What a browser may say: its messages are looked at before Streamlit sees them.

Streamlit takes whatever fits into a frame, and answers some of it at length while everybody waits. Here only
the kinds that the pages use pass, each within bounds that honest use does not come near, and as fast as one
person can act. What can be left out without harm is (hashes of messages that a browser has kept, the end of
an endless address); anything else beyond its bound ends the connection, with a reason.
"""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

import uvicorn
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState

MAX_BYTES = 256 * 1024  # of a message; one of an hour's session has some 30 kB, most of it hashes
MAX_WIDGETS = 300  # a page has about 40
MAX_VALUES = 1_000  # in one widget's list
MAX_NAME = 1_000  # characters of a page's, a widget's or a file's name, or of an id
MAX_ADDRESS = 8_192  # characters; what comes after is left out
MAX_HASHES = 4_000  # those of the messages that a browser keeps; what comes after is sent to it again

RATE = 10.0  # messages a second, of one browser for as long as it likes
BURST = 100.0  # so many at once, as while a slider is dragged
PATIENCE = 20.0  # seconds that a browser may be ahead of its rate before its connection is closed
BYTES_EACH = 16 * 1024  # a message of more bytes counts as several
FILE_COST = 10.0  # a file to take away is drawn anew for it: it counts as so many messages

POLICY, TOO_LARGE, NO_MESSAGE, NO_BYTES = 1008, 1009, 1002, 1003  # codes with which a websocket is closed


class RefusedError(ValueError):
    """A message that ends its connection: the websocket's code, and the reason in a sentence."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Checked(NamedTuple):
    """What became of a message."""

    passed: bytes | None  # None: it is dropped
    cost: float  # in messages
    asks_for_file: bool = False  # it asks where a file can be sent to


def check(data: bytes | None) -> Checked:
    """A message as Streamlit may see it. Raises RefusedError."""
    if data is None:
        raise RefusedError(NO_BYTES, "Messages of this server are binary.")
    if len(data) > MAX_BYTES:
        raise RefusedError(TOO_LARGE, f"A message has at most {MAX_BYTES:,} bytes.")
    try:
        message = BackMsg.FromString(data)
    except DecodeError as error:
        raise RefusedError(NO_MESSAGE, "This is no message of Streamlit's.") from error
    cost = 1 + len(data) / BYTES_EACH
    kind = message.WhichOneof("type")
    if kind == "rerun_script":
        changed = _check_rerun(message.rerun_script)
        return Checked(message.SerializeToString() if changed else data, cost)
    if kind in ("stop_script", "app_heartbeat"):
        return Checked(data, cost)
    if kind == "file_urls_request":
        request = message.file_urls_request
        _check_names(request.request_id, request.session_id, *request.file_names[:1])
        return Checked(data if len(request.file_names) == 1 else None, cost, asks_for_file=True)
    if kind == "backend_operation_request":
        # A file to take away. The others are Streamlit's own tools, and tables larger than any of ours.
        wanted = message.backend_operation_request
        _check_names(wanted.request_id, wanted.session_id, wanted.deferred_file.file_id)
        return Checked(data if wanted.WhichOneof("payload") == "deferred_file" else None, cost + FILE_COST)
    return Checked(None, cost)  # clear_cache, load_git_info, set_run_on_save, what is for debugging, or new


def _check_rerun(run: ClientState) -> bool:
    """Raise RefusedError where a request to run a page is out of bounds; whether something was left out."""
    states = run.widget_states.widgets
    if len(states) > MAX_WIDGETS:
        raise RefusedError(POLICY, f"A page has at most {MAX_WIDGETS} controls.")
    for state in states:
        _check_names(state.id)
        if _length(state) > MAX_VALUES:
            raise RefusedError(POLICY, f"A control has at most {MAX_VALUES:,} values.")
    about = run.context_info
    _check_names(
        run.page_script_hash, run.page_name, run.fragment_id, about.timezone, about.locale, about.color_scheme
    )
    changed = False
    if len(run.query_string) > MAX_ADDRESS:
        run.query_string, changed = run.query_string[:MAX_ADDRESS], True
    if len(about.url) > 2 * MAX_ADDRESS:
        about.url, changed = about.url[: 2 * MAX_ADDRESS], True
    if len(run.cached_message_hashes) > MAX_HASHES:
        del run.cached_message_hashes[MAX_HASHES:]
        changed = True
    return changed


def _check_names(*names: str) -> None:
    if any(len(name) > MAX_NAME for name in names):
        raise RefusedError(POLICY, f"A name has at most {MAX_NAME:,} characters.")


def _length(state: WidgetState) -> int:
    """How many values a control's state holds."""
    kind = state.WhichOneof("value") or ""
    if kind.endswith("_array_value"):
        return len(getattr(state, kind).data)
    if kind == "file_uploader_state_value":
        return len(state.file_uploader_state_value.uploaded_file_info)
    if kind == "chat_input_value":
        return len(state.chat_input_value.file_uploader_state.uploaded_file_info)
    return 1


@dataclass
class Pace:
    """How fast messages of one browser pass: a burst at once, then at a steady rate.

    A message that comes too early waits for its turn, and all behind it with it: so nothing of an honest
    person's is lost. Who is ahead of the rate for longer than the patience is refused.
    """

    rate: float = RATE
    burst: float = BURST
    patience: float = PATIENCE
    clock: Callable[[], float] = monotonic
    _ahead_since: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._left, self._at = self.burst, self.clock()

    def wait(self, cost: float = 1.0) -> float:
        """Seconds until a message of this cost may pass; it counts from now on. Raises RefusedError."""
        now = self.clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate) - cost
        self._at = now
        if self._left > self.burst / 4:
            self._ahead_since = None
        if self._left >= 0:
            return 0.0
        self._ahead_since = self._ahead_since if self._ahead_since is not None else now
        if now - self._ahead_since > self.patience:
            raise RefusedError(POLICY, "Too many messages for too long. Wait a moment and reload the page.")
        return -self._left / self.rate


def bound_frames() -> None:
    """Have the server refuse a longer frame at its header, before it is kept in memory.

    Streamlit gives one bound for what is received and for what is sent, and a page's tables are larger than
    anything that a browser has to say. The server's settings are made before this program is read: they are
    found among the objects that there are.
    """
    for thing in gc.get_objects():
        if type(thing) is uvicorn.Config:
            thing.ws_max_size = MAX_BYTES

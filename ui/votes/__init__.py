"""The class votes: rooms, where they are kept, and the page that phones see."""

import os
import tempfile
from functools import lru_cache
from getpass import getuser
from pathlib import Path

from ui.base.environment import ENVIRONMENT
from ui.votes.rooms import Rooms, UnkeptError
from ui.votes.sqlite import SqliteRooms

FILE = "rooms.sqlite"
REDIS = ("redis://", "rediss://")
NONE = "none"  # in the environment: no class can vote
IN_ADDRESS = "vote"  # the code of a room, on the page for phones where Streamlit is all there is
_pages = [f"/?{IN_ADDRESS}="]  # what stands before a code in the address of its page


@lru_cache(maxsize=1)
def rooms() -> Rooms:
    """The rooms that LAB_ROOMS names, in Redis or in a folder; else those in a folder of this user's own.

    Raises UnkeptError where they cannot be kept there.
    """
    if ENVIRONMENT.rooms.startswith(REDIS):
        return _in_redis(ENVIRONMENT.rooms)
    return SqliteRooms(folder(ENVIRONMENT.rooms) / FILE)


def _in_redis(url: str) -> Rooms:
    try:
        from ui.votes.redis import RedisRooms  # a library that one machine does not need
    except ImportError as error:
        sentence = "Votes cannot be kept in Redis without its library: install requirements-rooms.txt."
        raise UnkeptError(sentence) from error
    return RedisRooms(url)


def serve_phones(before_code: str) -> None:
    """From now on this process has a page for phones at this path, which is not Streamlit's."""
    _pages[:] = [before_code]


def phones_at(code: str) -> str | None:
    """The path of the page for phones in a room, None where there is none."""
    return None if ENVIRONMENT.rooms == NONE else _pages[0] + code


def is_counted_by_browsers() -> bool:
    """Whether a projector can ask for the count by itself: where phones need no Streamlit."""
    return not _pages[0].startswith("/?")


def folder(named: str) -> Path:
    """The folder, made if it is not there; "" for the user's own. Raises UnkeptError."""
    user = os.getuid() if hasattr(os, "getuid") else getuser()  # in a container nobody has a name
    path = Path(named or Path(tempfile.gettempdir()) / f"regularization-lab-{user}")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not named and isinstance(user, int) and path.lstat().st_uid != user:
            raise OSError(f"{path.name} is another user's")
    except OSError as error:
        raise UnkeptError(
            f"Votes cannot be kept here: {error}. Set LAB_ROOMS to a folder of yours."
        ) from error
    return path

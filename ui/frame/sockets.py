"""How the server's connections send."""

import gc
import socket
from contextlib import suppress
from functools import cache


@cache
def send_at_once() -> None:
    """Have every connection, and those to come, send what it has without word of what it sent before; once.

    A run of a page sends dozens of small messages, and with Nagle's algorithm the last of them waits for the
    browser to acknowledge the others, which it puts off for 40 ms and more. asyncio switches that off for a
    socket that names TCP; Streamlit's listening one does not, and what it accepts inherits from it.
    """
    for thing in gc.get_objects():
        if type(thing) is socket.socket and thing.family in (socket.AF_INET, socket.AF_INET6):
            with suppress(OSError):  # one that is closed, or sends no stream
                thing.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

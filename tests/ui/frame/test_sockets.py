"""A page's last message does not wait for word of those before it."""

import asyncio
import socket

from ui.frame.sockets import send_at_once


def test_connections_that_come_later_send_at_once():
    async def journey() -> int:
        came: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = writer.get_extra_info("socket")
            came.set_result(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = socket.socket()  # as Streamlit makes its own: no word of TCP
        listening.bind(("127.0.0.1", 0))
        send_at_once.__wrapped__()
        async with await asyncio.start_server(serve, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            writer.close()
            return await asyncio.wait_for(came, 10)

    assert asyncio.run(journey()) == 1

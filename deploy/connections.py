"""What becomes of a browser that reads more slowly than its page is answered."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import get_instance

from deploy.headers import Application, Message, Receive, Send


class LetGo:
    """Closes a connection whose session is given up, so that the browser connects anew and goes on.

    Streamlit parts from a session whose browser is hundreds of messages behind, but leaves its connection
    open: the page would look well, and answer to nothing.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        session = ""

        async def send_and_learn(message: Message) -> None:
            nonlocal session
            if not session and message.get("bytes"):
                session = ForwardMsg.FromString(message["bytes"]).new_session.initialize.session_id
            await send(message)

        async def receive_while_it_lives() -> Message:
            message = await receive()
            if session and not get_instance().is_active_session(session):
                return {"type": "websocket.disconnect", "code": 1013}  # try again later
            return message

        return await self._app(scope, receive_while_it_lives, send_and_learn)

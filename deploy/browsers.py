"""Which browser a request comes from: a class shares one address, so browsers are told apart by a cookie."""

import re

from starlette.requests import HTTPConnection
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

from deploy.headers import Message

NGINX_COOKIE = re.compile("[0-9a-f]{32}")


def browser_of(scope: Message) -> str | None:
    """What tells a browser from others: nginx's cookie, else Streamlit's; None without either."""
    cookies = HTTPConnection(scope).cookies
    if NGINX_COOKIE.fullmatch(cookies.get("lab", "")):
        return f"lab {cookies['lab']}"
    if "_streamlit_xsrf" in cookies:
        token, _ = decode_xsrf_token_string(cookies["_streamlit_xsrf"])  # its text changes at every page
        return f"streamlit {token.hex()}" if token else None
    return None

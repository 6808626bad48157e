"""Whom a request comes from: what this server signed, and for all else the address."""

import asyncio
from http.cookies import SimpleCookie
from types import SimpleNamespace

import pytest
from starlette.requests import HTTPConnection
from streamlit import config

from deploy.browsers import Browsers, Caller, caller_of, name_addresses
from ui.work.owner import browser_of

ME = "0123456789abcdef" * 2


async def _nothing(*_: object) -> None:
    return None


def asked(
    cookie: str = "",
    process: str = "",
    kind: str = "websocket",
    path: str = "/",
    answer: dict | None = None,
    scheme: str = "ws",
) -> SimpleNamespace:
    """A request with these cookies: what the application sees of it, and those that the answer brings."""
    seen = SimpleNamespace(cookies=SimpleCookie())

    async def app(scope, receive, send):
        seen.caller, seen.path, seen.passed = caller_of(scope), scope["path"], HTTPConnection(scope).cookies
        await send(answer or {"type": "websocket.accept"})

    async def send(message):
        for name, value in message.get("headers", ()):
            if name == b"set-cookie":
                seen.cookies.load(value.decode())

    scope = {"type": kind, "scheme": scheme, "path": path, "client": ("10.0.0.1", 5)}
    scope["headers"] = [(b"host", b"x"), *([(b"cookie", cookie.encode())] if cookie else [])]
    asyncio.run(Browsers(app, process)(scope, _nothing, send))
    return seen


def page(status: int = 200, kind: str = "text/html; charset=utf-8", *more: tuple[bytes, bytes]) -> dict:
    """The head of an answer."""
    headers = [(b"content-type", kind.encode()), *more]
    return {"type": "http.response.start", "status": status, "headers": headers}


def test_a_browser_is_known_by_the_cookie_that_it_was_given_and_gets_no_other():
    first = asked()
    assert first.caller == Caller("10.0.0.1", None)
    given = first.cookies["lab"]
    assert given["httponly"]
    assert (given["samesite"], given["path"]) == ("Lax", "/")
    again = asked(f"lab={given.value}; other=1")
    assert again.caller.browser == given.value.partition(".")[0]
    assert not again.cookies
    assert again.passed == {"other": "1", "lab": again.caller.browser}
    assert browser_of(again.passed) == again.caller.browser, "as pages tell their visitors apart"


def test_two_browsers_get_two_names():
    assert asked().cookies["lab"].value != asked().cookies["lab"].value


@pytest.mark.parametrize(
    "forged",
    ["", ME, f"{ME}.", f"{ME}.{43 * 'x'}", f".{ME}", "x" * 9000, "é", f"{ME}.{43 * 'x'}; lab={ME}", "a.b.c"],
)
def test_a_cookie_that_nobody_signed_counts_as_its_address(forged):
    seen = asked(f"lab={forged}; _streamlit_xsrf=2|00|00ff|1")
    assert seen.caller == Caller("10.0.0.1", None)
    assert seen.cookies["lab"].value
    assert browser_of(seen.passed) == seen.caller.name == Caller("10.0.0.1", None).name
    assert seen.caller.name != Caller("10.0.0.2", None).name


def test_a_name_signed_with_another_secret_or_changed_is_nobodys(monkeypatch):
    value = asked().cookies["lab"].value
    changed = ("1" if value[0] == "0" else "0") + value[1:]
    assert asked(f"lab={changed}").caller.browser is None
    get = config.get_option
    monkeypatch.setattr(
        config, "get_option", lambda name: "s" if name == "server.cookieSecret" else get(name)
    )
    assert asked(f"lab={value}").caller.browser is None
    assert asked(f"lab={asked().cookies['lab'].value}").caller.browser is not None


def test_an_empty_secret_is_not_used(monkeypatch):
    monkeypatch.setattr(config, "get_option", lambda name: "")
    value = asked().cookies["lab"].value
    assert asked(f"lab={value}").caller.browser is None, "each server has made one of its own"


@pytest.mark.parametrize(
    ("answer", "brings"),
    [
        (page(), True),
        (page(kind="text/plain"), False),
        (page(404), False),
        (page(200, "text/plain", (b"set-cookie", b"_streamlit_xsrf=x")), True),
        (page(200, "text/javascript"), False),
    ],
)
def test_pages_and_what_is_asked_before_a_websocket_bring_cookies_and_files_that_are_kept_do_not(
    answer, brings
):
    seen = asked(kind="http", answer=answer, process="lab-1", scheme="http")
    assert {"lab", "lab_at"} & set(seen.cookies) == ({"lab", "lab_at"} if brings else set())


def test_where_tls_ends_before_it_cookies_are_for_tls_alone():
    assert asked(scheme="wss").cookies["lab"]["secure"]
    assert not asked(scheme="ws").cookies["lab"]["secure"]


def test_a_process_with_a_name_says_it_until_the_browser_knows_and_no_other_does():
    assert asked(process="lab-2").cookies["lab_at"].value == "lab-2"
    assert asked("lab_at=lab-1", process="lab-2").cookies["lab_at"].value == "lab-2"
    assert "lab_at" not in asked("lab_at=lab-2", process="lab-2").cookies
    assert "lab_at" not in asked().cookies


@pytest.mark.parametrize(
    ("path", "seen_as"),
    [
        ("/at/lab-1/media/a.png", "/media/a.png"),
        ("/at/lab-1/_stcore/upload_file/s/f", "/_stcore/upload_file/s/f"),
        ("/at/lab-2/media/a.png", "/at/lab-2/media/a.png"),
        ("/at/lab-1/_stcore/stream", "/at/lab-1/_stcore/stream"),
        ("/at/lab-1/at/lab-1/media/a", "/at/lab-1/at/lab-1/media/a"),
        ("/media/a.png", "/media/a.png"),
    ],
)
def test_a_file_is_found_under_its_own_process_name_alone(path, seen_as):
    assert asked(kind="http", path=path, process="lab-1", answer=page()).path == seen_as


def test_files_go_up_and_down_at_addresses_that_name_the_process():
    def runtime() -> SimpleNamespace:
        storage = SimpleNamespace(_media_endpoint="/media")
        files = SimpleNamespace(endpoint="/_stcore/upload_file")
        return SimpleNamespace(uploaded_file_mgr=files, media_file_mgr=SimpleNamespace(_storage=storage))

    named, nameless = runtime(), runtime()
    name_addresses(named, "lab-1")
    name_addresses(nameless, "")
    assert named.uploaded_file_mgr.endpoint == "/at/lab-1/_stcore/upload_file"
    assert named.media_file_mgr._storage._media_endpoint == "/at/lab-1/media"
    assert nameless == runtime()

"""Who asks: one browser is one, whatever its tabs; a class behind one address is many."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from ui.work import owner as module
from ui.work.owner import owner

LAB = "0123456789abcdef" * 2


@pytest.fixture
def asked_from(monkeypatch):
    """Who asks with these cookies, from this address, in this session."""

    def who(
        cookies: dict[str, str] | None = None, address: str | None = "10.0.0.1", session: str = "s"
    ) -> object:
        context = SimpleNamespace(cookies=cookies or {}, ip_address=address)
        monkeypatch.setattr(module, "st", SimpleNamespace(context=context))
        monkeypatch.setattr(
            module, "get_script_run_ctx", lambda suppress_warning: SimpleNamespace(session_id=session)
        )
        return owner()

    return who


def streamlit_cookie(token: bytes) -> dict[str, str]:
    """As Streamlit writes it: another text at each visit."""
    return {"_streamlit_xsrf": generate_xsrf_token_string(token)}


def test_all_tabs_of_a_browser_are_one_though_streamlit_writes_its_cookie_anew(asked_from):
    one, other = b"0123456789abcdef", b"fedcba9876543210"
    tabs = [streamlit_cookie(one) for _ in range(4)]
    assert len({cookies["_streamlit_xsrf"] for cookies in tabs}) == 4
    assert len({asked_from(cookies, session=f"s{i}") for i, cookies in enumerate(tabs)}) == 1
    assert asked_from(tabs[0]) != asked_from(streamlit_cookie(other))


def test_the_hosted_servers_cookie_comes_first(asked_from):
    both = {"lab": LAB} | streamlit_cookie(b"0123456789abcdef")
    assert asked_from(both) == asked_from({"lab": LAB}, address="10.0.0.2") == LAB
    assert asked_from({"lab": "anything"}) == "10.0.0.1", "the hosted server passes no such cookie on"


@pytest.mark.parametrize(
    "text", ["", "2|", "2|00|zz|1", "2||00|1", "2|00||1", "x" * 5000, "2|00|00", '"', "2|é|00|1"]
)
def test_without_a_cookie_that_says_who_it_is_the_address_counts_and_then_the_session(asked_from, text):
    cookies = {"_streamlit_xsrf": text}
    assert asked_from(cookies) == "10.0.0.1"
    assert asked_from(cookies, address=None, session="mine") == "mine"


def test_outside_a_page_nobody_asks():
    assert owner() is None


def test_a_page_asks_as_its_session_where_there_is_no_browser():
    def page() -> None:
        import streamlit as st

        from ui.work.owner import owner

        st.title(repr(owner()))

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert app.title[0].value not in ("None", "''")

"""What stands behind the question mark: written and read back as the same."""

from dataclasses import asdict
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core import Settings
from ui.base.address import query_of, relative_link, with_query

queries = st.dictionaries(st.text("abcdef_", min_size=1), st.text(min_size=1, max_size=20), max_size=4)


@given(queries)
def test_a_link_carries_any_query_through_its_address(query):
    url = urlsplit(with_query("http://127.0.0.1:8501/tanh?lam=3", query))
    assert (url.netloc, url.path) == ("127.0.0.1:8501", "/tanh")
    assert dict(parse_qsl(url.query)) == query, "what stood there before is replaced"


@given(queries, st.sampled_from(["", "tanh"]))
def test_a_relative_link_leads_to_its_page_from_any_other(query, path):
    link = relative_link(path, query)
    assert link.startswith(f"{path or './'}?")
    assert dict(parse_qsl(link.split("?", 1)[1])) == query


@pytest.mark.parametrize("url", ["http://127.0.0.1:8501", "http://127.0.0.1:8501/"])
def test_a_link_to_the_first_page_has_its_slash(url):
    assert with_query(url, {"lam": "20", "dataset": "digits"}) == (
        "http://127.0.0.1:8501/?lam=20&dataset=digits"
    )
    assert with_query(url, {}) == "http://127.0.0.1:8501/"


def test_settings_and_controls_are_written_as_they_are_read():
    settings = Settings(dataset="moons", hidden=(16, 8), learning_rate=0.03, n_samples=50, seed=7, lam=0.15)
    query = query_of({**asdict(settings), "layer": 1, "compare": "cost"})
    assert (query["hidden"], query["lam"], query["layer"], query["compare"]) == ("16-8", "0.15", "1", "cost")
    assert Settings.from_query(query) == (settings, [])
    assert query_of({"hidden": ()}) == {"hidden": "none"}


def page() -> None:
    """Write what the test asks for into the address."""
    import streamlit as st

    from ui.base.address import keep_in_address

    keep_in_address("layer", st.session_state.get("layer"))


def test_a_value_is_kept_in_the_address_and_none_takes_it_out():
    app = AppTest.from_function(page)
    app.query_params["lam"] = "20"
    for value in ("1", "2", None, None):
        app.session_state["layer"] = value
        app.run()
        assert not app.exception
        assert app.query_params.get("layer") in (value, [value])
        assert app.query_params["lam"] in ("20", ["20"])

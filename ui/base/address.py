"""Addresses: what stands behind the question mark, written and read in one place."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.settings import format_value

PRESENT = "present"  # whether the page is on a projector: the switch's key, and its name in the address
PART = "at"  # the part of a page to which it is scrolled when it opens
ON, OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")  # how an address may say it


def query_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Settings and controls by name as they stand in the address."""
    return {name: format_value(value) for name, value in values.items()}


def with_query(url: str, query: Mapping[str, str]) -> str:
    """An address with its query."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path or "/", query=urlencode(query)).geturl()


def relative_link(path: str, query: Mapping[str, str]) -> str:
    """The address of a page with its query, relative to any page of the dashboard; path: "" for the first."""
    return (path or "./") + "?" + urlencode(query)


def keep_in_address(name: str, value: str | None) -> None:
    """Write a value into the address of the page that is open, or with None take it out."""
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def correct_address(values: Mapping[str, str | None]) -> None:
    """Write values into the address, or with None take them out, before the widgets bound to them are drawn.

    A bound widget does not read `st.query_params` but what the browser sent at the start of the run, which is
    therefore corrected too; and it must be possible for a name that is bound already.
    """
    context = get_script_run_ctx()
    if context is None or not values:
        return
    with context.session_state.query_params() as query:
        for name, value in values.items():
            if value is None:
                query.remove_param(name)
            elif not query.stored_param_matches_corrected_value(name, value, "string_value"):
                query.set_corrected_value(name, value, "string_value")
        query.set_initial_query_params_from_current()

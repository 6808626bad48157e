"""Rows that lead somewhere: a button that goes there within the session, and a link to hand on.

Streamlit's own page links change the address but not the widgets bound to it, so a button sets the widgets,
and the link, a plain one, opens a session of its own, which takes its settings from the address.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core import Settings
from ui.menu import MENU, Entry


def entry_of(file: str) -> Entry:
    """A page's entry in the menu."""
    return next(entry for entry in MENU if entry.file == file)


def settings_of(values: Mapping[str, Any]) -> Settings:
    """The settings of a step or scenario: these, and defaults else; page controls are left out."""
    return Settings(**{field.name: values[field.name] for field in fields(Settings) if field.name in values})


def href(file: str, address: Mapping[str, str]) -> str:
    """The address of a page with its query, relative to any page of the app."""
    return (entry_of(file).path or "./") + "?" + urlencode(address)


def offer(
    name: str, text: str, link: str, key: str, on_click: Callable[..., None], args: tuple[Any, ...]
) -> None:
    """A row: a button that goes there within the session, what it is about, and a link to hand on."""
    button, words = st.columns([1, 3], vertical_alignment="center", gap="small")
    button.button(name, on_click=on_click, args=args, key=key, width="stretch")
    words.html(
        f'<p style="margin: 0">{escape(text)} <a href="{escape(link)}" target="_blank" '
        f'style="color: inherit" aria-label="{escape(name)}, as a link">Link</a></p>'
    )

"""Samples that are edited by hand in the picture: what the browser sends, undoing it, and the address.

As many as IN_LINK edits travel in the address, `?edits=a0.5_-1_1~r7`; of more the session alone knows.
"""

import streamlit as st

from core import Dataset, Settings, edited
from core.edits import Edit, format_edits, parse_edits
from core.settings import UPLOAD
from ui.base.address import keep_in_address
from ui.base.session import session
from ui.controls.panel import add_problems
from ui.data.edits import edits_of, put_edits
from ui.data.shelf import SHARED, Shelf

IN_ADDRESS = "edits"
IN_LINK, MOST = 40, 400
UNDO, NONE = "undo", "none"  # what the browser sends beside edits


def arrive() -> None:
    """Take over the edits of the address, once; then write there what is edited of the panel's data."""
    text = st.query_params.get(IN_ADDRESS)
    if text is not None and not session.edits_arrived:
        _take_over(text, session.settings)
    session.edits_arrived = True
    keep_in_address(IN_ADDRESS, in_link(session.settings) or None)


def _take_over(text: str, settings: Settings) -> None:
    _add(text, settings, (), IN_LINK, " in a link", "the samples are left as they are")


def _add(
    text: str, settings: Settings, before: tuple[Edit, ...], most: int, where: str, instead: str
) -> None:
    """Put edits after those before, or say why not. where: `most` counts; instead: what is done then."""
    try:
        found = (*before, *parse_edits(text))
        if len(found) > most:
            raise ValueError(f"edits must be at most {most}{where}, got {len(found)}")
        edited(_untouched(settings), found)
    except ValueError as error:
        add_problems([f"{error}; {instead}"])
    else:
        put_edits(settings, found)


def _untouched(settings: Settings) -> Dataset:
    """The data before any edit."""
    shelf = Shelf(session.own, session.own_stores) if settings.dataset == UPLOAD else SHARED
    return shelf.load(settings).data


def in_link(settings: Settings) -> str:
    """The edits as a link has them, "" for none, or where they are too many for it."""
    edits = edits_of(settings)
    return format_edits(edits) if len(edits) <= IN_LINK else ""


def too_many(settings: Settings) -> str:
    """Why a link lacks the edits, "" where it has them."""
    n = len(edits_of(settings))
    if n <= IN_LINK:
        return ""
    return f"{n} samples were edited by hand; a link carries {IN_LINK} at most, so this one has none of them."


def change(sent: object) -> None:
    """What the browser sent: an edit, or to undo the last, or all. What no hand can send is left alone."""
    settings, edits = session.settings, edits_of(session.settings)
    if sent == UNDO:
        put_edits(settings, edits[:-1])
    elif sent == NONE:
        put_edits(settings, ())
    elif isinstance(sent, str) and len(sent) <= 40:
        _add(sent, settings, edits, MOST, "", "that edit was left out")

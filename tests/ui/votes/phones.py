"""Votes of a test's own, in a folder of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import ui.votes
from ui.base.environment import ENVIRONMENT
from ui.votes.guesses import Guesses


def own_rooms(folder: Path, monkeypatch: pytest.MonkeyPatch, before_code: str) -> Iterator[None]:
    """While a test runs, rooms are kept in this folder, and phones find theirs at this path."""
    monkeypatch.setattr(ui.votes, "ENVIRONMENT", replace(ENVIRONMENT, rooms=str(folder)))
    monkeypatch.setattr(ui.votes, "_pages", [before_code])
    monkeypatch.setattr("ui.frame.ballot.GUESSES", Guesses(lambda: 0.0))
    ui.votes.rooms.cache_clear()
    yield
    ui.votes.rooms.cache_clear()

"""What was wrong with an address: said at the top of the page, until something else is chosen."""

import streamlit as st

from core import Settings
from core.settings import SETTINGS
from ui.base.session import NO_PROBLEM, Problem


def say(problem: Problem, settings: Settings) -> Problem:
    """Say it as long as these are the settings at which it was first said; return what remains."""
    if not problem.sentences or problem.at not in (None, settings):
        return NO_PROBLEM
    for sentence in problem.sentences:
        st.warning(in_words(sentence))
    return problem._replace(at=settings)


def in_words(sentence: str) -> str:
    """A sentence about a setting that names it as the panel does, and not as the address."""
    name, must, rest = sentence.partition(" must be ")
    return f"{SETTINGS[name].label}{must}{rest}" if name in SETTINGS else sentence

"""The skeleton that every page shares: idea, picture, what to notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core import PENALTIES, Dataset, Settings, load_dataset
from ui import words
from ui.charts import Spec
from ui.store import Trained, trained
from ui.theme import INKS


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a page works with: the settings, the networks trained for them, and where λ stands."""

    settings: Settings
    trained: Trained
    k: int  # position of the chosen λ in the grid
    theme: str  # "light" or "dark"

    @property
    def labels(self) -> tuple[str, ...]:
        """The grid as it is written on axes."""
        return tuple(words.lam_label(lam) for lam in self.trained.lams)

    @property
    def lam(self) -> str:
        """The chosen λ, in words."""
        return f"λ = {words.lam_label(self.settings.lam)}"


def current_theme() -> str:
    """The theme the browser shows, light until it is known."""
    theme = st.context.theme.type
    return theme if theme in INKS else "light"


def open_lesson(title: str, idea: str) -> Lesson:
    """Write the page's sentence and its idea, then train what the settings ask for."""
    st.title(title, anchor=False)
    st.markdown(idea)
    settings: Settings = st.session_state.settings
    result = trained(settings)
    with st.container():  # there even when empty, so that what follows keeps its place
        for sentence in words.divergence(result.runs):
            st.warning(sentence)
    k = result.lams.tolist().index(settings.lam)
    return Lesson(settings, result, k, current_theme())


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a page works with that needs none of the trained networks: the settings and their data."""

    settings: Settings
    data: Dataset
    theme: str  # "light" or "dark"

    @property
    def lam(self) -> str:
        """The chosen λ, in words."""
        return f"λ = {words.lam_label(self.settings.lam)}"


def open_sheet(title: str, idea: str) -> Sheet:
    """Write the page's sentence and its idea, and load the data; nothing is trained."""
    st.title(title, anchor=False)
    st.markdown(idea)
    settings: Settings = st.session_state.settings
    data = load_dataset(settings.dataset, settings.seed, settings.n_samples, settings.noise)
    return Sheet(settings, data, current_theme())


def choose_penalty(key: str) -> str:
    """A control that names a penalty, "l1" or "l2", and keeps it for the session."""
    return st.segmented_control(
        "Penalty",
        list(PENALTIES),
        format_func=lambda name: PENALTIES[name].label,
        default="l2",
        required=True,
        key=key,
        persist_state="session",
    )


def draw(spec: Spec, tables: Mapping[str, pd.DataFrame], key: str, alt: str) -> None:
    """Show a chart; the tables travel beside the spec, which stays the same when they change.

    alt: what the chart shows, for those who do not see it. A constant: it is part of the spec.
    """
    st.vega_lite_chart(None, {**spec, "datasets": dict(tables)}, key=key, alt=alt, width="stretch")


def notice(sentences: Sequence[str]) -> None:
    """What to notice, each a sentence with numbers of this run."""
    st.subheader("What to notice", anchor=False)
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))

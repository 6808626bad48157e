"""The settings panel: one widget for each field of Settings, kept in the address by the field's name.

The widgets are made in the entry file, so every page shares them. Streamlit binds each to the address; what
it would drop in silence, a value that is not allowed, is looked at first, and told.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import streamlit as st

from core import Settings
from core.settings import (
    EPOCHS,
    LAMS,
    LEARNING_RATES,
    MAX_SEED,
    NOISES,
    SAMPLES,
    UPLOAD,
    format_value,
    parse_hidden,
)
from ui.data import choices, own, source_of
from ui.words import plain

DEFAULT = Settings()
HIDDEN_CHOICES = ("none", "4", "8", "16", "8-8", "16-8", "8-8-8", "8-8-8-8")
PROBLEMS = "settings_problems"  # in the session: sentences, and the settings at which they are shown
LAST_HIDDEN = "last_hidden"  # in the session: what to go back to from text that is not a list of widths
RESTORE_HIDDEN = "restore_hidden"  # in the session: go back to it before the box is drawn


def settings_panel() -> Settings:
    """Draw the panel in the sidebar and return what is chosen; tell what was wrong in the address."""
    _check_address()
    with st.sidebar:
        st.select_slider(
            "Penalty strength λ",
            LAMS,
            value=DEFAULT.lam,
            format_func=format_value,
            key="lam",
            bind="query-params",
            help="The chosen λ: every page opens at it. 0 switches the penalty off.",
        )
        dataset = st.selectbox(
            "Data set",
            choices(),
            index=choices().index(DEFAULT.dataset),
            key="dataset",
            bind="query-params",
        )
        st.selectbox(
            "Hidden layers",
            dict.fromkeys((*HIDDEN_CHOICES, st.session_state[LAST_HIDDEN])),
            index=HIDDEN_CHOICES.index(format_value(DEFAULT.hidden)),
            key="hidden",
            bind="query-params",
            accept_new_options=True,
            help="Units of each tanh layer, first to last. Choose, or type your own, such as 12-6.",
        )
        st.select_slider(
            "Learning rate α",
            LEARNING_RATES,
            value=DEFAULT.learning_rate,
            format_func=format_value,
            key="learning_rate",
            bind="query-params",
        )
        st.select_slider("Epochs", EPOCHS, value=DEFAULT.epochs, key="epochs", bind="query-params")
        if source_of(dataset).synthetic:
            st.select_slider(
                "Samples", SAMPLES, value=DEFAULT.n_samples, key="n_samples", bind="query-params"
            )
            st.select_slider(
                "Noise",
                NOISES,
                value=DEFAULT.noise,
                format_func=format_value,
                key="noise",
                bind="query-params",
            )
        st.number_input(
            "Seed",
            min_value=0,
            max_value=MAX_SEED,
            value=DEFAULT.seed,
            key="seed",
            bind="query-params",
            help="Draws the split, the first weights and, for synthetic data, the samples.",
        )
        source = source_of(dataset)
        origin = plain(source.source) if dataset == UPLOAD else source.source
        st.caption(f"**{source.label}.** {source.about} Source: {origin}. Licence: {source.licence}.")
    state = st.session_state
    return Settings(
        dataset=dataset,
        hidden=_hidden_or_rerun(),
        learning_rate=state.learning_rate,
        epochs=state.epochs,
        seed=state.seed,
        lam=state.lam,
        noise=state.get("noise", DEFAULT.noise),
        n_samples=state.get("n_samples", DEFAULT.n_samples),
    )


def choose_hidden(hidden: tuple[int, ...]) -> None:
    """Set the panel's hidden layers from elsewhere, as a button's callback."""
    st.session_state.hidden = st.session_state[LAST_HIDDEN] = format_value(hidden)


def choose(values: Mapping[str, Any]) -> dict[str, Any]:
    """Set the panel from elsewhere, as a button's callback: these fields of Settings, and defaults else.

    Names that are no field are controls of a page, which are set as well. Returns the values of widgets that
    this session has never drawn: set here, they would not come into the address, so they belong into it.
    """
    state = st.session_state
    given = {field.name: values.get(field.name, field.default) for field in fields(Settings)}
    new = {name: given[name] for name in values if name in given and name not in state}
    for name, value in {**values, **given}.items():
        if name in state or name not in given:
            state[name] = format_value(value) if name == "hidden" else value
    state[LAST_HIDDEN] = state.hidden
    return new


def show_problems(settings: Settings) -> None:
    """Say what was refused and what is used instead, as long as nothing else is chosen."""
    problems, told_at = st.session_state.get(PROBLEMS, ((), settings))
    if problems and told_at is None:
        told_at = settings
        st.session_state[PROBLEMS] = problems, told_at
    if told_at != settings:
        st.session_state[PROBLEMS] = (), None
        problems = ()
    with st.container():  # there even when empty, so that the page under it keeps its place
        for sentence in problems:
            st.warning(sentence)


def _check_address() -> None:
    """On the first run of a session leave in the address what is allowed, and keep why the rest was not."""
    state = st.session_state
    if state.get("dataset") == UPLOAD and own() is None:  # a browser that comes back to a new server
        state.dataset = DEFAULT.dataset
    if LAST_HIDDEN in state:
        if state.pop(RESTORE_HIDDEN, False):
            state.hidden = state[LAST_HIDDEN]
        return
    settings, problems = Settings.from_query(st.query_params)
    if settings.dataset == UPLOAD and own() is None:
        settings = replace(settings, dataset=DEFAULT.dataset)
        problems.append(
            "This link was made with a file of its maker's, which it does not carry; load yours under Your "
            f"data. {DEFAULT.dataset} is used"
        )
    state[PROBLEMS] = problems, None
    state[LAST_HIDDEN] = format_value(settings.hidden)
    names = [field.name for field in fields(Settings)]
    others = {name: value for name, value in st.query_params.items() if name not in names}
    st.query_params.from_dict(settings.to_query() | others)


def _hidden_or_rerun() -> tuple[int, ...]:
    """The widths in the box. Where it holds something else, put back the last good ones and start over."""
    state = st.session_state
    try:
        hidden = parse_hidden(state.hidden or "")
    except ValueError as error:
        told, _ = state[PROBLEMS]
        state[PROBLEMS] = list(dict.fromkeys([*told, f"{error}; {state[LAST_HIDDEN]} is used"])), None
    else:
        state[LAST_HIDDEN] = format_value(hidden)
    if state.hidden != state[LAST_HIDDEN]:
        state[RESTORE_HIDDEN] = True
        st.rerun()
    return hidden

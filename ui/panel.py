"""The settings panel: one widget for each field of Settings, kept in the address by the field's name.

The widgets are made in the entry file, so every page shares them. Streamlit binds each to the address; what
it would drop in silence, a value that is not allowed, is looked at first, and told.
"""

import streamlit as st

from core import DATASETS, Settings
from core.settings import (
    EPOCHS,
    LAMS,
    LEARNING_RATES,
    MAX_SEED,
    NOISES,
    SAMPLES,
    format_value,
    parse_hidden,
)

DEFAULT = Settings()
HIDDEN_CHOICES = ("none", "4", "8", "16", "8-8", "16-8", "8-8-8", "8-8-8-8")
PROBLEMS = "settings_problems"  # in the session: sentences still to be shown
LAST_HIDDEN = "last_hidden"  # in the session: what to go back to from text that is not a list of widths


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
            list(DATASETS),
            index=list(DATASETS).index(DEFAULT.dataset),
            key="dataset",
            bind="query-params",
        )
        st.selectbox(
            "Hidden layers",
            HIDDEN_CHOICES,
            index=HIDDEN_CHOICES.index(format_value(DEFAULT.hidden)),
            key="hidden",
            bind="query-params",
            accept_new_options=True,
            on_change=_check_hidden,
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
        if DATASETS[dataset].synthetic:
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
        source = DATASETS[dataset]
        st.caption(f"**{source.label}.** {source.about} Source: {source.source}. Licence: {source.licence}.")
    state = st.session_state
    return Settings(
        dataset=dataset,
        hidden=parse_hidden(state.hidden),
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


def show_problems() -> None:
    """Say what was refused and what is used instead, until the next change."""
    for sentence in st.session_state.pop(PROBLEMS, ()):
        st.warning(sentence)


def _check_address() -> None:
    """On the first run of a session take out of the address what is not allowed, and keep why."""
    if LAST_HIDDEN in st.session_state:
        return
    settings, problems = Settings.from_query(st.query_params)
    st.session_state[PROBLEMS] = problems
    st.session_state[LAST_HIDDEN] = format_value(settings.hidden)
    if problems:
        st.query_params.from_dict(settings.to_query())


def _check_hidden() -> None:
    """Put the last good widths back where something else was typed, and say so."""
    try:
        hidden = parse_hidden(st.session_state.hidden or "")
    except ValueError as error:
        st.session_state.setdefault(PROBLEMS, []).append(f"{error}; {st.session_state[LAST_HIDDEN]} is kept")
        st.session_state.hidden = st.session_state[LAST_HIDDEN]
    else:
        st.session_state.hidden = st.session_state[LAST_HIDDEN] = format_value(hidden)

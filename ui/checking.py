"""The gradient check for its page: as the trainings, once for each setting, in sight and kept."""

import streamlit as st

from core import Dataset, Settings
from ui.data import fingerprint, store_for
from ui.gradient_check import Check, measure
from ui.memory import Store
from ui.store import Task, in_sight

STORE_BYTES = 8_000_000
OWN_STORE_BYTES = 1_000_000  # of one session's own data


def checked(settings: Settings, penalty: str, mistake: str, data: Dataset) -> Check:
    """The check of `gradient_check.measure`: see `ui.store.in_sight`. settings: those that play a part."""
    key = "check", settings, fingerprint(settings), penalty, mistake
    store = store_for(settings, "checks", OWN_STORE_BYTES, _shared_store)

    def work(_: object) -> Check:
        return measure(settings, penalty, mistake, data)

    return in_sight(store, key, lambda: Task(key, work, 1.0, "Moving each weight up and down"))


@st.cache_resource
def _shared_store() -> Store[tuple, Check]:
    return Store(STORE_BYTES)

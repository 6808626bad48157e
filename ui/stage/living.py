"""The living picture on a page: the browser gets the networks and draws what they answer."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from ui.controls import edits
from ui.pictures.picture import Chart
from ui.stage.component import component

KEY = "living"
RULES = Path(__file__).parent / "living.css"


def show(chart: Chart) -> None:
    """Draw what stands in a chart's place."""
    assert chart.living is not None
    networks = b64encode(chart.living.networks).decode("ascii")
    component("living")(
        key=KEY,
        data={**chart.living.told, "alt": chart.alt, "networks": networks},
        on_edit_change=_edit,
    )


def _edit() -> None:
    """A sample was added, moved or taken away."""
    state = st.session_state.get(KEY)
    edits.change(state.get("edit") if isinstance(state, Mapping) else None)

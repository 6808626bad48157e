"""Components of our own: their scripts lie in files, which the server hands out like any other of its own.

Streamlit takes a component's script as text, which a browser then loads from an address that a policy against
foreign scripts forbids, or as a file of an installed package. The lab is not installed, so its folder of
scripts is told to Streamlit as a package would tell it: one way of loading, on a person's machine and hosted.
"""

from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent
PACKAGE, ASSETS = "lab", "assets"


def component(name: str) -> ComponentRenderer:
    """The component of that name: assets/<name>.js within <name>.html; its style is the page's."""
    return _component(name, get_bidi_component_manager())


@lru_cache(maxsize=8)  # a server has one manager; in tests each app has its own
def _component(name: str, manager: BidiComponentManager) -> ComponentRenderer:
    package = ComponentManifest(PACKAGE, "1", [ComponentConfig(name, ASSETS)])
    manager.register_from_manifest(package, HERE)
    html = (HERE / f"{name}.html").read_text(encoding="utf-8")
    return st.components.v2.component(f"{PACKAGE}.{name}", html=html, js=f"{name}.js", isolate_styles=False)

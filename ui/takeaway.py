"""What a person takes along from a page: picture, numbers, run, script and report, made when asked for.

Each button holds a function and no file: it is called on the click, in a thread beside the pages.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock

import streamlit as st

from core import DATASETS, Dataset, Settings, save_run
from core.variance import Curves
from ui import export, racing, report, solvers, study
from ui.data import load
from ui.lesson import Trained
from ui.picture import Picture
from ui.scripts import run_file, script_file
from ui.store import later, too_long
from ui.toolbar import link

REPORT = "regularization-lab.html"
LABELS = {
    "png": "Picture (PNG)",
    "svg": "Picture (SVG)",
    "csv": "Numbers (CSV)",
    "zip": "Numbers (CSV, zipped)",
    "npz": "Run: settings, weights, history (.npz)",
    "py": "Script for the same numbers (.py)",
    "html": "Report of all pages (.html), takes a moment",
}
MIMES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "csv": "text/csv",
    "zip": "application/zip",
    "npz": "application/octet-stream",
    "py": "text/x-python",
    "html": "text/html",
}
ONE_AT_A_TIME = Lock()  # a report is the work of ten pages: those of a whole class wait for each other


def take_away(picture: Picture, theme: str, data: Dataset | None, of: Settings | None = None) -> None:
    """A button that opens the list of files; none of them is made before it is asked for.

    data: those of the panel, needed where they are a person's own. of: the settings of the picture, where
    they are not the panel's.
    """
    panel: Settings = st.session_state.settings
    settings = of or panel
    own = data if settings.dataset not in DATASETS else None
    recall = later(settings, own)
    name = f"regularization-lab-{picture.key.replace('_', '-')}"
    files: dict[str, Callable[[], bytes | str]] = {}
    if picture.spec is not None:
        files |= {
            f"{name}.png": lambda: export.png(picture, theme),
            f"{name}.svg": lambda: export.svg(picture, theme),
        }
    files |= {
        f"{name}.{export.numbers_ending(picture)}": lambda: export.numbers(picture),
        script_file(picture.key): lambda: picture.script,
        REPORT: reporter(panel, data),
    }
    if data is None or settings != panel or not too_long(settings, data):
        files[run_file(settings)] = lambda: run_bytes(settings, recall())
    with (
        st.container(key="take_away"),
        st.popover("Take away", icon=":material/download:", key=f"take_{picture.key}"),
    ):
        for file_name, make in files.items():
            ending = file_name.rsplit(".", 1)[1]
            st.download_button(
                LABELS[ending],
                make,
                file_name,
                MIMES[ending],
                key=f"take_{picture.key}_{ending}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )


def run_bytes(settings: Settings, trained: Trained) -> bytes:
    """The run as a file; data that the program does not have come along."""
    file = io.BytesIO()
    save_run(file, settings, trained.runs, None if settings.dataset in DATASETS else trained.data)
    return file.getvalue()


def reporter(settings: Settings, data: Dataset | None) -> Callable[[], str]:
    """A function that writes the report for these settings; what only the page's thread knows is read now."""
    own = {}
    if settings.dataset not in DATASETS:
        own = {one: later(one, data) for one in (settings, replace(settings, hidden=()))}
    choices = {key: st.session_state[key] for key in report.CHOICES if st.session_state.get(key) is not None}
    where, seen = address(settings), study.last(settings)
    found = data or load(settings)
    race = racing.later(solvers.deciding(settings), found, *solvers.chosen(found, choices))

    def train(one: Settings) -> Trained:
        return (own.get(one) or later(one))()

    def curves() -> Sequence[Curves] | str:
        return seen or study.later(settings, *study.chosen(choices))

    def write() -> str:
        with ONE_AT_A_TIME:
            return report.html(report.Desk(settings, found, train, curves, race, choices), where)

    return write


def address(settings: Settings) -> str:
    """Where the dashboard opens at these settings, "" where that is not known."""
    url = st.context.url
    return link(url, settings.to_query()) if url else ""

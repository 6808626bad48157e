"""What a person takes along from a page: picture, numbers, run, script and report, made when asked for.

Each button holds a function and no file: it is called on the click, in a thread beside the pages that knows
nothing of the session. So everything that the function needs is taken from the session before.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Lock

import streamlit as st

from core import DATASETS, Settings, save_run
from ui.base.address import with_query
from ui.base.session import session
from ui.controls.edits import IN_ADDRESS, in_link
from ui.pictures import export
from ui.pictures.picture import Picture
from ui.takeaway import report
from ui.topics.script import run_file, script_file
from ui.topics.topic import Context, Topic
from ui.work.networks import too_long
from ui.work.tasks import deferred

Make = Callable[[], bytes | str]

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
ONE_AT_A_TIME = Lock()  # a report is the work of every page: those of a whole class wait for each other


def take_away(picture: Picture, topic: Topic, context: Context) -> None:
    """A button that opens the list of files; none of them is made before it is asked for.

    context: of the picture, whose settings may differ from the panel's.
    """
    with (
        st.container(key="take_away"),
        st.popover("Take away", icon=":material/download:", key=f"take_{topic.key}"),
    ):
        for file_name, make in files(picture, topic, context).items():
            ending = file_name.rsplit(".", 1)[1]
            st.download_button(
                LABELS[ending],
                make,
                file_name,
                MIMES[ending],
                key=f"take_{topic.key}_{ending}",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )


def files(picture: Picture, topic: Topic, context: Context) -> dict[str, Make]:
    """By the name of each file the function that makes it; what only the page's thread knows is read now."""
    name = f"regularization-lab-{topic.key.replace('_', '-')}"
    for_report = replace(context, theme="light", choices=context.choices)
    found: dict[str, Make] = {}
    if picture.spec is not None:
        found |= {
            f"{name}.png": partial(export.png, picture, context.theme),
            f"{name}.svg": partial(export.svg, picture, context.theme),
        }
    found |= {
        f"{name}.{export.numbers_ending(picture)}": partial(export.numbers, picture),
        script_file(topic.key): lambda: picture.script,
        REPORT: detached(for_report, partial(one_report, link=address(context.settings))),
    }
    if not too_long(context.settings, context.data, topic.method):
        found[run_file(context.settings)] = detached(context, partial(run_bytes, topic))
    return found


def detached(context: Context, make: Callable[[Context], bytes | str]) -> Make:
    """A function that makes a file of the context in another thread.

    Its work waits in the queue without a page. It raises RefusedError where the file needs work that cannot
    be done now. The button lives as long as the page: it holds neither the page's results nor a click's.
    """
    alone = replace(context, runner=deferred(session.download_turn), made={})
    return lambda: make(replace(alone, made={}))


def one_report(context: Context, link: str) -> str:
    """The report, when it is its turn."""
    with ONE_AT_A_TIME:
        return report.html(context, link)


def run_bytes(topic: Topic, context: Context) -> bytes:
    """The networks of a topic as a file; data that the program does not have come along."""
    file = io.BytesIO()
    own = None if context.settings.dataset in DATASETS else context.data
    save_run(file, context.settings, topic.networks(context).runs, own)
    return file.getvalue()


def address(settings: Settings) -> str:
    """Where the dashboard opens at these settings and edits, "" where that is not known."""
    url, edits = st.context.url, in_link(settings)
    return with_query(url, settings.to_query() | ({IN_ADDRESS: edits} if edits else {})) if url else ""

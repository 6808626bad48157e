"""The dashboard for the tests: whole pages through the entry file, and contexts without a page."""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
from streamlit.testing.v1 import AppTest

import core
import ui.frame.menu
from tests.trained import trained, trained_to_rest
from ui.base.session import Session
from ui.data.shelf import Shelf
from ui.pictures.picture import Picture
from ui.topics import TOPICS
from ui.topics.topic import Context, Topic
from ui.work.tasks import run_now

ROOT = Path(__file__).parents[1]
QUICK = {"epochs": "50"}
SHELF = Shelf()  # of the program's data; results are kept for all tests of a process


def open_app(page: str | Topic, **query: str) -> AppTest:
    """The dashboard at an address, on one of its pages, without drawing the menu's first page before."""
    file = page if isinstance(page, str) else page.file
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    first = {
        name: tuple(entry._replace(default=entry.file == file) for entry in getattr(ui.frame.menu, name))
        for name in ("MENU", "TOOLS")
    }
    with mock.patch.multiple("ui.frame.menu", **first):
        app.run()
    return app.switch_page(file)  # where the next run goes


def has_chart(topic: Topic) -> bool:
    """Whether its picture is a chart; the converter's is a table."""
    return topic.key != "converter"


def settled_picture(topic: Topic, context: Context) -> Picture:
    """The picture of a page once the work has come that no picture waits for."""
    batch = None if topic.lacks_hidden(context) else topic.second(context)
    if batch is not None:
        context.run(batch)
    return topic.picture(context)


def own_charts(app: AppTest) -> list[Any]:
    """The charts of the page's own picture, as they are sent; those of its parts come after them."""
    elements = [element.proto for element in app.get("vega_lite_chart")]
    places = json.loads(elements[0].spec)["usermeta"]
    n = sum(map(len, places["places"]))
    assert all(json.loads(element.spec)["usermeta"] == places for element in elements[:n])
    return elements[:n]


def tables_as_sent(app: AppTest) -> dict[str, bytes]:
    """The tables of the page's own picture as they travel to the browser, by name."""
    return {dataset.name: dataset.data.data for one in own_charts(app) for dataset in one.datasets}


def page_of_task() -> None:
    """A page that does what the test put under `task`."""
    import streamlit as st

    from ui.base.session import session

    st.session_state["task"](session)


def run_task(task: Callable[[Session], object], app: AppTest | None = None) -> AppTest:
    """Do this with the session while a page runs: of a new session, or of the one at hand."""
    app = AppTest.from_function(page_of_task) if app is None else app
    app.session_state["task"] = task
    app.run()
    assert not app.exception
    return app


def chart(app: AppTest) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Spec and tables of the page's own picture: all its panels, as a file has them."""
    specs = [json.loads(one.spec) for one in own_charts(app)]
    tables = {
        name: pa.ipc.open_stream(io.BytesIO(sent)).read_all().to_pandas()
        for name, sent in tables_as_sent(app).items()
    }
    return specs[0] | {"vconcat": [panel for spec in specs for panel in spec["vconcat"]]}, tables


def living(app: AppTest) -> dict[str, Any]:
    """What the browser is told for the picture that it draws by itself."""
    (sent,) = [one.proto for one in app.get("bidi_component") if one.proto.component_name == "lab.living"]
    return json.loads(sent.json)


def sentences(app: AppTest) -> str:
    """Everything that the page says under the chart."""
    return next(m.value for m in app.main.markdown if m.value.startswith("- "))


def context_at(
    settings: core.Settings | None = None, choices: Mapping[str, Any] | None = None, **changed: Any
) -> Context:
    """What a page would show at these settings, with its work done here and now."""
    return Context(settings or core.Settings(**changed), SHELF, "light", run_now, choices or {})


def topic(key: str) -> Topic:
    """A topic by its key."""
    return next(topic for topic in TOPICS if topic.key == key)


def standing_in(readout: pd.DataFrame, label: str, k: int) -> str:
    """Where a readout says that a penalty's network stands."""
    rest = readout.rest[k].split(";")[0]
    return next((part.removeprefix(f"{label} ") for part in rest.split(", ") if part.startswith(label)), rest)


def retrained(settings: core.Settings, penalty: str, lam: float) -> tuple[core.Dataset, core.Run]:
    """The one network that a caption speaks of, trained alone by plain steps."""
    return trained(settings, penalty, [lam])


def retrained_to_rest(settings: core.Settings, penalty: str, lam: float) -> tuple[core.Dataset, core.Run]:
    """The one network that a sentence about a penalty speaks of, trained alone until it rests."""
    data, run = trained_to_rest(settings, penalty, [lam])
    assert run.at_rest[0], "of others nothing is told"
    return data, run


def zeros_of(run: core.Run) -> int:
    """Weights that are exactly zero, over all layers and λ."""
    return sum(int((W == 0).sum()) for W in run.W)

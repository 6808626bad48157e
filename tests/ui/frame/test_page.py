"""The skeleton of a page: its sentence, its picture in words too, and what hangs on a session afterwards."""

import gc
import json
import weakref
from unittest import mock

import pytest
from streamlit.testing.v1 import AppTest

from core.settings import LAMS
from tests.app import QUICK, chart, has_chart, open_app, own_charts, topic
from tests.ui.work.pieces import Busy
from ui.data.shelf import SHARED
from ui.frame import page
from ui.frame.menu import MENU, TOOLS
from ui.topics import TOPICS
from ui.work import tasks
from ui.work.networks import KIND as NETWORKS

pytestmark = pytest.mark.usefixtures("two_folds")
SMALL = {"dataset": "moons", "n_samples": "50", "hidden": "4-3", **QUICK}


def spoken_by(app: AppTest) -> str:
    """What the page says to screen readers alone of its own picture; those of its parts come after it."""
    texts = [html.proto.body for html in app.get("html")]
    return next(text for text in texts if text.startswith('<p class="for-screen-readers"'))


def test_the_picture_is_told_in_words_with_its_numbers():
    app = open_app(topic("sparsity"), lam="20", epochs="50")
    _, tables = chart(app)
    readout = tables["readout"].set_index("k").loc[tables["chosen"].k[0]]
    assert "λ = 20" in spoken_by(app)
    assert readout.L1 in spoken_by(app)
    assert readout.L2 in spoken_by(app)


def picture_of_foreign_text() -> None:
    """A picture whose readout holds markup, and sentences with it."""
    import pandas as pd

    from ui.frame import page
    from ui.pictures.chart import finish, layer, table
    from ui.pictures.picture import Picture

    readout = pd.DataFrame({"k": [0], "line": ["<img src=x onerror=alert(1)>"]})
    spec = finish([layer(table("readout").mark_point().encode(x="k:Q"))], "light")
    page.draw(Picture("p", spec, {"readout": readout}, alt="What it shows."))
    page.notice(["First.", "Second."])


def test_foreign_text_in_a_readout_is_told_as_text():
    app = AppTest.from_function(picture_of_foreign_text).run()
    assert not app.exception
    assert "<img" not in spoken_by(app)
    assert "&lt;img src=x onerror=alert(1)&gt;" in spoken_by(app)
    assert app.get("vega_lite_chart")[0].proto.alt == "What it shows."
    assert app.header[0].value == "What to notice"
    assert app.markdown[0].value == "- First.\n- Second."


@pytest.mark.parametrize("each", TOPICS, ids=lambda each: each.key)
def test_a_page_says_its_sentence_what_to_do_its_idea_and_its_mathematics(each):
    app = open_app(each, **SMALL)
    assert not app.exception
    assert [title.value for title in app.title] == [each.page_heading]
    told = [text.value for text in app.main.markdown]
    assert told.count(each.todo) == told.count(each.idea) == 1
    assert [expander.label for expander in app.expander] == ["The mathematics"]
    assert "$" in app.expander[0].markdown[0].value
    assert "<<" not in app.expander[0].markdown[0].value
    assert "What to notice" in [header.value for header in app.header]
    entry = next(entry for entry in MENU if entry.file == each.file)
    assert (entry.title, entry.address, entry.sentence) == (each.title, each.address, each.sentence)


def in_order(app: AppTest) -> list[str]:
    """What stands on the page from the top: texts and labels as they are, a chart as "chart"."""
    kinds = ("title", "header", "markdown", "button_group", "expander", "vega_lite_chart")
    found = [node for node in app.main if node.type in kinds]
    return [
        "chart" if node.type == "vega_lite_chart" else getattr(node, "label", "") or node.value
        for node in found
    ]


@pytest.mark.parametrize("each", list(filter(has_chart, TOPICS)), ids=lambda each: each.key)
def test_what_to_do_and_the_first_charts_come_before_the_idea_and_further_ones_after_what_to_notice(each):
    app = open_app(each, **SMALL)
    order = in_order(app)
    sizes = list(map(len, json.loads(own_charts(app)[0].spec)["usermeta"]["places"]))
    at = [i for i, text in enumerate(order) if text == "chart"]
    first, further = at[: sizes[0]], at[sizes[0] : sum(sizes)]
    controls = [order.index(control.label) for control in app.main.segmented_control]
    title, todo, idea, notice, mathematics = map(
        order.index, (each.page_heading, each.todo, each.idea, "What to notice", "The mathematics")
    )
    for here in (*controls, *first):
        assert title < todo < here < idea
    assert max(controls, default=0) < first[0], "what is chosen is chosen over the picture"
    assert max(first) < idea < notice < mathematics
    assert order[notice + 1].startswith("- ")
    assert all(notice + 1 < here < mathematics for here in further)
    assert [order[i] for i in range(idea, notice)].count("chart") == 0


def test_charts_of_a_row_stand_side_by_side_as_wide_as_their_columns_say():
    app = open_app(topic("sparsity"), **SMALL)
    first, *_ = json.loads(own_charts(app)[0].spec)["usermeta"]["places"]
    weights = [column.weight for column in app.main.columns][: len(first)]
    widths = [place["width"] for place in first]
    assert weights == pytest.approx([width / sum(widths) for width in widths])
    for column, one in zip(app.main.columns, own_charts(app), strict=False):
        assert [element.proto for element in column.get("vega_lite_chart")] == [one]


WITH_REMEDY = [each for each in TOPICS if each.remedy]


@pytest.mark.parametrize("each", WITH_REMEDY, ids=lambda each: each.key)
def test_where_there_is_nothing_to_show_a_button_makes_something(each):
    app = open_app(each, **SMALL | {"hidden": "none"})
    assert not app.exception
    assert [info.value for info in app.info].count(each.remedy.sentence) == 1
    assert not app.get("vega_lite_chart")
    assert not app.expander
    assert not app.segmented_control, "nor anything to choose"
    (button,) = [button for button in app.button if button.label == each.remedy.label]
    button.click().run()
    assert not app.exception
    assert app.session_state["settings"].hidden == each.remedy.hidden
    assert app.get("vega_lite_chart")


def page_without_a_picture() -> None:
    """A topic that has nothing to show at these settings."""
    from dataclasses import replace

    from core import Settings
    from ui.base.session import session
    from ui.frame import page
    from ui.pictures.picture import Picture
    from ui.topics.histograms import TOPIC

    session.settings = Settings(dataset="moons", n_samples=50, hidden=(2,), epochs=50)
    nothing = Picture("histograms", missing="There is nothing to see.")
    page.present(replace(TOPIC, key="empty", draw=lambda context: nothing))


def test_where_there_is_no_picture_the_page_ends_with_the_reason():
    app = AppTest.from_function(page_without_a_picture, default_timeout=60).run()
    assert not app.exception
    assert [info.value for info in app.info] == ["There is nothing to see."]
    assert not app.expander
    assert not app.header, "there is nothing to notice"
    assert not app.get("download_button")


def test_a_page_is_styled_by_the_frame_and_presented_for_a_projector():
    app = open_app(topic("converter"), **SMALL)
    (sheet,) = [html.proto.body for html in app.get("html") if html.proto.body.startswith("<style>")]
    assert ".for-screen-readers" in sheet
    assert ".st-key-toolbar" in sheet
    assert "zoom" not in sheet
    plain, presented = page.page_style(present=False), page.page_style(present=True)
    assert plain == sheet
    assert "zoom: 1.3" in presented


def test_every_page_has_an_address_that_is_not_its_files_name():
    """A fresh server would open the file itself, without the frame."""
    entries = [*MENU, *TOOLS]
    stems = {entry.file.removeprefix("pages/").removesuffix(".py") for entry in entries}
    assert not stems & {entry.address for entry in entries}
    assert (
        len({entry.address for entry in entries}) == len({entry.title for entry in entries}) == len(entries)
    )
    assert [entry.path for entry in MENU] == ["", *(entry.address for entry in MENU[1:])]
    assert [entry.default for entry in entries].count(True) == 1


@pytest.mark.parametrize("key", ["sparsity", "solvers"])
def test_a_busy_server_says_how_long_and_offers_to_try_again(monkeypatch, key):
    quiet = tasks.QUEUE
    monkeypatch.setattr(tasks, "QUEUE", Busy())
    app = open_app(topic(key), seed="302", lam="7", **QUICK)
    assert not app.exception
    assert "takes about 5 minutes, more than the 2 minutes" in app.warning[0].value
    assert not app.get("vega_lite_chart")
    monkeypatch.setattr(tasks, "QUEUE", quiet)
    next(button for button in app.button if button.label == "Try again").click().run()
    chart(app)
    assert not app.warning
    assert app.session_state["settings"].lam == 7


def test_a_study_on_a_busy_server_says_so_too(monkeypatch):
    app = open_app(topic("bias_variance"), seed="303", dataset="moons", **QUICK)
    chart(app)
    monkeypatch.setattr(tasks, "QUEUE", Busy())
    app.segmented_control(key="variance_penalty").set_value("l1").run()
    assert not app.exception
    assert "The server is busy" in app.warning[0].value


def test_a_session_keeps_no_networks_alive_that_the_stores_have_let_go():
    with mock.patch.dict(SHARED.stores, clear=True):
        app = open_app(topic("overview"), **SMALL)
        for entry in (*MENU[1:], TOOLS[0]):
            app.switch_page(entry.file).run()
            assert not app.exception, entry.title
        app.select_slider(key="lam").set_value(LAMS[-1]).run()
        kept = [weakref.ref(found) for found in SHARED.store(NETWORKS)._kept.values()]
        assert kept
    gc.collect()
    assert [found() for found in kept] == [None] * len(kept)

"""Samples edited by hand: what the browser sends, what the address carries, and what is made of it."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.edits import parse_edits
from tests.app import QUICK, context_at, living, open_app, topic
from ui.controls import edits
from ui.controls.edits import IN_LINK, MOST
from ui.data.edits import data_key
from ui.data.shelf import SHARED, Shelf
from ui.topics import TOPICS

pytestmark = pytest.mark.usefixtures("two_folds")
SETTINGS = core.Settings(dataset="moons", n_samples=50, hidden=(4,), epochs=50)
MOONS = SETTINGS.to_query()
TWO = "a0.5_-1.25_1~r3"


def page() -> None:
    """The panel and the edits, a button that sends what the picture would, and what is trained with then."""
    import streamlit as st

    from ui.base.session import session
    from ui.controls import edits, panel
    from ui.data.shelf import shelf_of

    session.settings = panel.settings_panel()
    edits.arrive()
    panel.show_problems(session.settings)
    st.button("send", on_click=lambda: edits.change(st.session_state["sent"]))
    shelf = shelf_of(session.settings)
    st.session_state["shelf"] = shelf
    st.session_state["data"] = shelf.load(session.settings).data
    st.session_state["lacking"] = edits.too_many(session.settings)


def open_panel(**query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=30)
    for name, value in (MOONS | query).items():
        app.query_params[name] = value
    return app.run()


def send(app: AppTest, value: object) -> AppTest:
    app.session_state["sent"] = value
    app.button[0].click().run()
    assert not app.exception
    return app


def count(app: AppTest) -> int:
    """How many edits there are."""
    return len(app.session_state["shelf"].edits)


def in_address(app: AppTest) -> str:
    found = app.query_params.get("edits", "")
    return found if isinstance(found, str) else found[0]


def said(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.main.warning, *app.main.error, *app.main.info))


def test_a_link_opens_with_its_edits_and_every_page_has_them():
    data = SETTINGS.load()
    app = open_app(topic("overview"), **MOONS, edits=TWO)
    assert not app.exception
    told = living(app)
    assert told["rows"] == data.m
    assert told["edited"] == {
        "count": 2,
        "numbers": [0, 1, 2, *range(4, data.m + 1)],
        "farthest": 9.99,
        "classes": ["0", "1"],
    }
    assert in_address(app) == TWO
    app.switch_page(topic("sparsity").file).run()
    assert not app.exception
    assert "Moons, edited" in " ".join(one.proto.body for one in app.get("html"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "edits must be such as"),
        ("r999", "edits must be of training samples that are there, got row 999"),
        ("~".join(["a0_0_1"] * (IN_LINK + 1)), f"at most {IN_LINK} in a link, got {IN_LINK + 1}"),
        ("~".join(f"r{i}" for i in range(34)), "edits must leave at least 5 samples of each class"),
    ],
)
def test_a_link_with_edits_that_cannot_be_is_refused_in_words(text, why):
    app = open_panel(edits=text)
    assert why in said(app)
    assert "the samples are left as they are" in said(app)
    assert count(app) == 0
    assert in_address(app) == ""


def test_data_that_are_not_in_a_plane_have_no_edits():
    app = open_app(topic("overview"), **QUICK, edits="r1")
    assert "edits must be of data in a plane" in said(app)
    assert living(app)["edited"] is None


def test_an_edit_is_trained_with_undone_and_kept_with_its_data():
    app = open_panel()
    seen = [app.session_state["data"]]
    for text in ("a0.5_-1.25_1", "m0_1_1"):
        seen.append(send(app, text).session_state["data"])
    assert in_address(app) == "a0.5_-1.25_1~m0_1_1"
    np.testing.assert_array_equal(seen[2].X_train, core.edited(seen[0], in_address(app)).X_train)
    app.sidebar.number_input(key="seed").set_value(1).run()
    assert count(app) == 0, "of another seed they are other samples"
    assert in_address(app) == ""
    app.sidebar.number_input(key="seed").set_value(0).run()
    assert in_address(app) == "a0.5_-1.25_1~m0_1_1", "and nothing is lost"
    np.testing.assert_array_equal(send(app, "undo").session_state["data"].X_train, seen[1].X_train)
    assert send(app, "none").session_state["shelf"] is SHARED
    assert app.session_state["data"].source.label == "Moons"


@pytest.mark.parametrize("sent", [None, 7, ["r1"], {"a": 1}, "r1" * 40, b"r1"])
def test_what_no_hand_can_send_is_left_alone(sent):
    app = send(open_panel(), sent)
    assert count(app) == 0
    assert said(app) == ""


@pytest.mark.parametrize("sent", ["r999", "a11_0_1", "x"])
def test_an_edit_that_cannot_be_is_left_out_and_said(sent):
    app = send(open_panel(edits=TWO), sent)
    assert "that edit was left out" in said(app)
    assert count(app) == 2


def test_more_edits_than_a_link_carries_stay_in_the_session_and_share_says_so(monkeypatch):
    monkeypatch.setattr(edits, "IN_LINK", 2)
    app = open_panel(edits=TWO)
    assert app.session_state["lacking"] == ""
    assert count(send(app, "a0_0_0")) == 3
    assert in_address(app) == ""
    assert app.session_state["lacking"] == (
        "3 samples were edited by hand; a link carries 2 at most, so this one has none of them."
    )
    monkeypatch.setattr(edits, "MOST", 3)
    assert "edits must be at most 3, got 4" in said(send(app, "a0_0_0"))
    assert MOST > IN_LINK


def test_what_is_computed_of_edited_data_is_apart_from_all_else():
    shelf = Shelf(edits=parse_edits(TWO), edited_at=data_key(SETTINGS))
    context = replace(context_at(SETTINGS), shelf=shelf)
    assert context.data.source.label == "Moons, edited"
    assert shelf.digest != SHARED.digest
    assert context.networks is not context_at(SETTINGS).networks
    assert context.networks.data.m == core.edited(SETTINGS.load(), TWO).m
    assert context.at(replace(SETTINGS, lam=0.5)).data.source.label == "Moons, edited"
    assert context.at(replace(SETTINGS, seed=1)).data.source.label == "Moons"
    assert shelf.load(SETTINGS, test_share=0.5).data.source.label == "Moons"


def test_the_scripts_make_the_same_edits():
    shelf = Shelf(edits=parse_edits(TWO), edited_at=data_key(SETTINGS))
    context = replace(context_at(SETTINGS), shelf=shelf)
    for one in TOPICS:
        assert f'core.edited(settings.load(), "{TWO}")' in one.script(context), one.key


def test_where_training_sets_are_drawn_anew_the_page_says_that_they_lack_the_edits():
    bias = topic("bias_variance")
    shelf = Shelf(edits=parse_edits(TWO), edited_at=data_key(SETTINGS))
    assert "drawn anew, without them" in bias.remark(replace(context_at(SETTINGS), shelf=shelf))
    assert bias.remark(context_at(SETTINGS)) == ""

"""Phones where Streamlit is all there is: a light page, the same rooms, the same words."""

from collections import Counter

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import ui.votes
from tests.app import ROOT
from tests.ui.votes.phones import own_rooms
from ui.votes.guesses import WRONG_CODES
from ui.votes.rooms import Question, Tally

ASKED = Question("exact-zeros", "Which has more?", "Wine, λ = 10", ("L1 *and* more", "L2", "both"))
PLACE = Question("best", "Where?", "Wine", ("small", "large"), "λ", ("0", "1", "10"), (0, 0, 1))


@pytest.fixture(autouse=True)
def votes(tmp_path, monkeypatch):
    """Rooms of this test alone, in a lab without a page for phones of its own."""
    yield from own_rooms(tmp_path, monkeypatch, "/?vote=")


def phone(code: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)
    app.query_params["vote"] = code
    return ran(app)


def ran(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(one.value for one in (*app.subheader, *app.markdown, *app.warning, *app.caption))


def asked(question: Question = ASKED):
    key = ui.votes.rooms().open_room()
    ui.votes.rooms().ask(key, question)
    return key


def test_a_phone_votes_changes_it_and_reads_the_answer_and_no_page_is_drawn():
    key = ui.votes.rooms().open_room()
    app = phone(key.code.lower())
    assert f"You are in room {key.code}." in said(app)
    ui.votes.rooms().ask(key, ASKED)
    ran(app)
    assert "You have not voted yet." in said(app)
    assert not app.get("vega_lite_chart")
    assert not app.select_slider, "the panel is not there"
    app.button(key="ballot_exact-zeros_1_0").click().run()
    app.button(key="ballot_exact-zeros_1_1").click().run()
    assert "Your vote is in: L2." in said(app)
    assert ui.votes.rooms().presence(key.code) == (1, 1)
    ui.votes.rooms().close(key)
    assert "The vote is closed. You chose: L2." in said(ran(app))
    assert not app.button
    ui.votes.rooms().again(key)
    assert "round 2" in said(ran(app))
    app.button(key="ballot_exact-zeros_2_0").click().run()
    ui.votes.rooms().show(key, 1, "L2 has 3.")
    text = said(ran(app))
    assert "**L2**. L2 has 3." in text
    assert "L2: 100 %, then 0 %" in text


def test_a_place_is_a_slider():
    key = asked(PLACE)
    app = phone(key.code)
    app.select_slider(key="ballot_best_1_place").set_value(2).run()
    app.button(key="ballot_best_1").click().run()
    assert "Your vote is in: 10." in said(app)
    ui.votes.rooms().close(key)
    assert ui.votes.rooms().tallies(key) == [Tally(1, Counter({2: 1}))]


def test_a_vote_that_comes_too_late_is_refused_with_a_word():
    key = asked()
    app = phone(key.code)
    ui.votes.rooms().close(key)
    app.button(key="ballot_exact-zeros_1_0").click().run()
    assert "is closed; what you chose now is not counted" in said(app)
    assert ui.votes.rooms().presence(key.code) == (0, 1)


@pytest.mark.parametrize("code", ["WXYW", "x", "", "<b>"])
def test_a_wrong_code_asks_for_another(code):
    key = asked()
    app = phone(code)
    assert ("There is no such room" in said(app)) == bool(code)
    app.text_input(key="ballot_code").set_value(key.code).run()
    assert "Which has more?" in said(app)


def test_codes_are_not_guessed(monkeypatch):
    monkeypatch.setattr(type(st.context), "ip_address", "10.0.0.9")
    key = asked()
    inside = phone(key.code)
    for _ in range(int(WRONG_CODES)):
        phone("WXYW")
    assert "Too many wrong codes" in said(phone(key.code))
    inside.button(key="ballot_exact-zeros_1_0").click().run()
    assert "Your vote is in" in said(inside)

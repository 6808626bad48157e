"""A room from the tour: one key walks it, a reload opens nothing again, and the truth is that of the page."""

import re
from collections import Counter
from dataclasses import replace
from unittest import mock

import pytest

import ui.votes
from core.settings import LAMS
from tests.app import QUICK, open_app, topic
from tests.ui.votes.phones import own_rooms
from ui.base.environment import ENVIRONMENT
from ui.tour import room
from ui.tour.steps import STEPS, TOUR
from ui.votes.rooms import Key, NoRoomError, Phase, Poll, Question, Tally, read_key

pytestmark = pytest.mark.usefixtures("two_folds", "phones")
STEP, PLACE = STEPS["exact-zeros"], STEPS["a-little-or-a-lot"]
HERE = {"dataset": "wine", "hidden": "none", "lam": "20", **QUICK}


@pytest.fixture
def phones(tmp_path, monkeypatch):
    """A server that phones find, and a folder of its own for the votes."""
    yield from own_rooms(tmp_path, monkeypatch, "/vote/")


def at(step: str = STEP.name, **query: str):
    return open_app(STEPS[step].topic, tour=step, **HERE | query).run()


def press(app, key: str = "tour_on"):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def labels(app) -> str:
    return app.button(key="tour_on").label


def address(app) -> dict[str, str]:
    """The address, each name with its value."""
    query = {name: app.query_params[name] for name in app.query_params}
    return {name: value if isinstance(value, str) else value[0] for name, value in query.items()}


def key_in(app) -> Key:
    return read_key(address(app)["room"])


def html(app) -> str:
    return "\n".join(one.proto.body for one in app.get("html"))


def vote(key: Key, *choices: int, step: str = STEP.name, round: int = 1) -> None:
    for number, choice in enumerate(choices):
        ui.votes.rooms().vote(key.code, f"phone {number}", step, round, choice)


def test_without_a_page_for_phones_no_room_is_offered(monkeypatch):
    monkeypatch.setattr(ui.votes, "ENVIRONMENT", replace(ENVIRONMENT, rooms="none"))
    assert not [one for one in at().button if one.key == "room_open"]


def test_one_key_opens_closes_reveals_and_goes_on_and_shares_come_after_the_close():
    app = press(at(), "room_open")
    key = key_in(app)
    assert key.code in html(app)
    assert labels(app) == "Open the vote"
    press(app)
    assert labels(app) == "Close the vote"
    assert ui.votes.rooms().poll(key.code) == Poll(
        Question(
            STEP.name,
            "Which will have more weights exactly zero at λ = 20?",
            "Wine, 13-3, λ = 20",
            STEP.options,
        ),
        1,
        Phase.OPEN,
    )
    vote(key, 0, 1, 1, 2)
    app.run()
    assert "%" not in html(app).split("room-options")[1].split("</ol>")[0], (
        "nobody sees shares while it is open"
    )
    press(app)
    assert labels(app) == "Reveal"
    assert re.findall(r"<b>(.*?)</b>", html(app)) == ["25 %", "50 %", "25 %", "0 %"]
    press(app, "room_again")
    assert labels(app) == "Close the vote"
    vote(key, 0, 0, 0, 2, round=2)
    press(app)
    assert "25 %, then 75 %" in html(app)
    assert 'class="is-right"' not in html(app)
    press(app)
    assert labels(app) == "Next question"
    poll = ui.votes.rooms().poll(key.code)
    assert (poll.phase, poll.right) == (Phase.SHOWN, 0)
    assert "*" not in poll.sentence
    (said,) = [one.value for one in app.markdown if one.value.startswith(f"**{STEP.options[0]}.**")]
    assert said.replace("*", "").endswith(poll.sentence)
    assert (
        "Right in the class: 1 of 4 (25 %), then 3 of 4 (75 %). Gain (post − pre)/(1 − pre): 0.67."
        in html(app)
    )
    press(app)
    assert labels(app) == "Open the vote"
    assert address(app)["tour"] == "fewer-bytes"
    assert ui.votes.rooms().poll(key.code).question.step == STEP.name, "phones keep the answer until then"


@pytest.mark.parametrize("phase", ["new", *Phase])
def test_a_reload_or_another_laptop_goes_on_where_the_room_is(phase):
    app = press(at(), "room_open")
    key = key_in(app)
    for _ in range(["new", *Phase].index(phase)):
        press(app)
    before = labels(app), app.session_state.tour_shown
    again = at(room=str(key))
    assert (labels(again), again.session_state.tour_shown) == before
    poll = ui.votes.rooms().poll(key.code)
    assert (poll and poll.phase) == (None if phase == "new" else phase)


def test_going_back_to_a_question_does_not_open_it_again():
    app = press(at(), "room_open")
    key = key_in(app)
    for _ in range(5):
        press(app)
    assert ui.votes.rooms().poll(key.code) == replace(ui.votes.rooms().poll(key.code), phase=Phase.OPEN)
    while address(app)["tour"] != STEP.name:
        press(app, "tour_back")
    if labels(app) == "Open the vote":
        press(app)
    poll = ui.votes.rooms().poll(key.code)
    assert (poll.question.step, poll.phase, poll.round) == (STEP.name, Phase.SHOWN, 1)
    assert labels(app) == "Next question"
    press(app, "tour_back")
    assert address(app)["tour"] == TOUR[TOUR.index(STEP) - 1].name, "an answer does not hold up the way back"


def test_other_settings_are_named_and_the_truth_is_measured_anew():
    app = press(at(), "room_open")
    key = key_in(app)
    press(app)
    vote(key, 0)
    app.select_slider(key="lam").set_value(0.0).run()
    asked = ui.votes.rooms().poll(key.code)
    assert asked.question.about == "Wine, 13-3, λ = 0"
    assert asked.question.text.endswith("at λ = 0?")
    assert asked.phase == Phase.OPEN
    press(press(app))
    first = ui.votes.rooms().poll(key.code)
    assert "λ = 0" in first.sentence
    app.select_slider(key="lam").set_value(20.0).run()
    second = ui.votes.rooms().poll(key.code)
    assert "λ = 20" in second.sentence
    assert (second.right, first.right) == (0, None), "without a penalty nothing is to be compared"
    assert ui.votes.rooms().tallies(key) == [Tally(1, Counter({0: 1}))]


def test_the_place_of_a_lam_is_one_on_a_slider():
    app = press(at(PLACE.name, dataset="moons"), "room_open")
    press(app)
    question = ui.votes.rooms().poll(key_in(app).code).question
    assert question.places == len(LAMS)
    assert question.words(LAMS.index(10.0)) == "10"
    assert [question.option(LAMS.index(lam)) for lam in (0.0, 0.1, 1.0, 10.0)] == [0, 1, 2, 3]


def test_counts_what_was_hard_and_homework_stand_beside_the_way_in():
    app = press(at(), "room_open")
    key = key_in(app)
    press(app)
    vote(key, 0, 1)
    press(press(app))
    app.session_state["room_way_in"] = True
    app.run()
    assert not app.exception
    texts = [one.value for one in app.markdown]
    assert any(text.startswith("1. ") and "1 of 2 (50 %)" in text for text in texts)
    (homework,) = [one.value for one in app.code if "tour=" in one.value]
    assert homework.endswith(f"tour={STEP.name}")
    assert key.secret not in homework
    press(app, "room_end")
    assert "room" not in app.query_params
    with pytest.raises(NoRoomError):
        ui.votes.rooms().check(key)


@pytest.mark.parametrize(
    "text", ["x", "ABCD.", "ABCD.0123456789012345678901234", "<b>.0123456789012345678901234"]
)
def test_an_address_with_no_room_is_said_and_the_tour_goes_on(text):
    app = at(room=text)
    assert not app.exception
    assert any("No room is open." in one.value for one in app.warning)
    assert "room" not in app.query_params
    assert labels(app) == "Reveal"


def test_a_room_that_has_ended_leaves_the_tour_as_it_was():
    app = press(at(), "room_open")
    ui.votes.rooms().end_room(key_in(app))
    app.run()
    assert not app.exception
    assert any("no such room" in one.value for one in app.warning)
    app.run()
    assert "room" not in app.query_params
    assert labels(app) == "Reveal"


def test_where_votes_cannot_be_kept_it_is_said():
    app = at()
    with mock.patch("ui.tour.room.rooms", side_effect=ui.votes.UnkeptError("The disk is full.")):
        press(app, "room_open")
    assert any("The disk is full." in one.value for one in app.warning)
    assert "room" not in app.query_params


def test_while_votes_cannot_be_reached_the_room_stays_and_goes_on_when_they_can():
    app = press(at(), "room_open")
    key = key_in(app)
    press(app)
    gone = mock.patch("ui.tour.room.rooms", side_effect=ui.votes.UnkeptError("It is gone. Try again."))
    with gone:
        app.run()
        assert not app.exception
        again = at(room=str(key))
    for one in (app, again):
        assert any("It is gone." in said.value for said in one.warning)
        assert key_in(one) == key
        assert labels(one.run()) == "Close the vote"


def test_the_room_stays_while_pages_are_turned_and_is_not_shared():
    app = press(at(), "room_open")
    key = key_in(app)
    app.switch_page(topic("linearity").file).run()
    assert key_in(app) == key
    app.session_state["share"] = True
    assert str(key) not in "\n".join(one.value for one in app.code)


@pytest.mark.parametrize(
    ("url", "own", "expected", "remark"),
    [
        ("https://lab.example/l1-vs-l2?x=1", "10.0.0.7", "https://lab.example/vote/ABCD", ""),
        ("http://10.1.2.3:8501/", "10.0.0.7", "http://10.1.2.3:8501/vote/ABCD", ""),
        ("http://localhost:8501/", "10.0.0.7", "http://10.0.0.7:8501/vote/ABCD", "--server.address 0.0.0.0"),
        ("http://127.0.0.1:8501/", "10.0.0.7", "http://10.0.0.7:8501/vote/ABCD", "--server.address 0.0.0.0"),
        ("http://[::1]:8501/", "10.0.0.7", "http://10.0.0.7:8501/vote/ABCD", "--server.address 0.0.0.0"),
        ("http://localhost:8501/", None, "http://localhost:8501/vote/ABCD", "in no network"),
    ],
)
def test_an_address_that_phones_do_not_find_is_said_and_the_machines_own_is_offered(
    monkeypatch, url, own, expected, remark
):
    monkeypatch.setattr(room, "own_address", lambda: own)
    found, said = room.address_for_phones(url, "ABCD")
    assert found == expected
    assert (remark in said) if remark else said == ""


def test_without_a_page_of_their_own_phones_are_sent_to_one_of_streamlits_and_the_server_counts(monkeypatch):
    monkeypatch.setattr(ui.votes, "_pages", ["/?vote="])
    app = press(at(), "room_open")
    key = key_in(app)
    assert (
        room.address_for_phones("http://10.1.2.3:8501/x", key.code)[0]
        == f"http://10.1.2.3:8501/?vote={key.code}"
    )
    press(app)
    vote(key, 0, 1)
    assert "2 of 2 have voted" in html(app.run())

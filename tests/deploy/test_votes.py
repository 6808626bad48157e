"""The page on which phones vote, on a real server: what a phone sees, what counts, and who is sent away."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from benchmarks.servers import HOSTED, Pair, Served, served
from tests.deploy.test_deploy import needs_nginx
from ui.votes import FILE, guesses
from ui.votes.guesses import Guesses
from ui.votes.rooms import Key, Phase, Question
from ui.votes.sqlite import SqliteRooms

ASKED = Question("exact-zeros", "Which has more <zeros>?", "Wine, λ = 10", ("L1 & co", "L2", "both"))
PLACE = Question("best", "Where will it lie?", "Wine", ("small", "large"), "λ", ("0", "1", "10"), (0, 0, 1))


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("rooms")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_ROOMS", str(folder))
        with served(HOSTED, warm=False) as running:
            requests.get(f"{running.address}/vote/ABCD", timeout=20)  # which makes the file
            yield running


@pytest.fixture(scope="module")
def rooms(server, tmp_path_factory) -> SqliteRooms:
    """The same rooms, as a teacher's page has them in another process."""
    return SqliteRooms(next(Path(tmp_path_factory.getbasetemp()).glob(f"rooms*/{FILE}")))


@pytest.fixture
def key(rooms) -> Iterator[Key]:
    opened = rooms.open_room()
    yield opened
    rooms.end_room(opened)


class Phone:
    """A browser on the page of a room."""

    def __init__(self, server: Served | Pair, key: Key) -> None:
        self.http = requests.Session()
        self.address = f"{server.address}/vote/{key.code}"
        self.answer = self.look()

    def look(self, part: bool = False) -> requests.Response:
        """Open the page, or what of it changes."""
        self.answer = self.http.get(self.address, params={"part": ""} if part else {}, timeout=20)
        return self.answer

    def vote(self, choice: object, step: str = "exact-zeros", round: object = 1) -> requests.Response:
        """Press a button."""
        form = {"step": step, "round": round, "choice": choice}
        self.answer = self.http.post(self.address, form, timeout=20)
        return self.answer

    @property
    def says(self) -> str:
        """The text of the page, without its markup."""
        text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", self.answer.text, flags=re.DOTALL)
        return " ".join(text.split())


def test_the_page_is_small_whole_and_brings_nothing_of_others(server, rooms, key):
    rooms.ask(key, ASKED)
    answer = Phone(server, key).answer
    assert answer.status_code == 200
    assert len(answer.content) < 5_000
    assert "Which has more &lt;zeros&gt;?" in answer.text
    assert "L1 &amp; co" in answer.text
    assert not re.search(r"(src|href)=", answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    cookies = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookies.split(f"lab_vote_{key.code}=")[1].split(",")[0]


def test_a_phone_votes_changes_it_and_reads_the_answer(server, rooms, key):
    phone = Phone(server, key)
    assert "The first question comes here by itself" in phone.says
    rooms.ask(key, ASKED)
    phone.look()
    assert "You have not voted yet" in phone.says
    phone.vote(0)
    phone.vote(1)
    assert "Your vote is in: L2. You can change it" in phone.says
    assert 'value="1" aria-pressed="true"' in phone.answer.text
    rooms.close(key)
    phone.look()
    assert "The vote is closed. You chose: L2." in phone.says
    assert "<form" not in phone.answer.text
    rooms.again(key)
    phone.look()
    assert "round 2" in phone.says
    phone.vote(0, round=2)
    rooms.show(key, 0, "L1 has 90 %, L2 none.")
    phone.look()
    assert "Right: L1 &amp; co . L1 has 90 %, L2 none." in phone.says
    assert "You chose: L2, then L1 &amp; co." in phone.says
    assert "L1 &amp; co: 0 %, then 100 %" in phone.says
    assert rooms.tallies(key)[1].votes == Counter({0: 1})


def test_a_place_is_a_slider_whose_places_are_named(server, rooms, key):
    rooms.ask(key, PLACE)
    phone = Phone(server, key)
    assert 'type="range"' in phone.answer.text
    assert 'max="2"' in phone.answer.text
    phone.vote(2, step="best")
    assert "Your vote is in: 10" in phone.says
    rooms.show(key, 1, "It lies at 10.")
    phone.look()
    assert "Right: large . It lies at 10." in phone.says


def test_shares_are_not_on_the_page_before_the_answer(server, rooms, key):
    rooms.ask(key, ASKED)
    one, other = Phone(server, key), Phone(server, key)
    one.vote(0)
    for act in (lambda: None, lambda: rooms.close(key)):
        act()
        other.look()
        assert "%" not in other.says
        assert "100" not in other.says


def test_what_has_not_changed_is_not_sent_again(server, rooms, key):
    rooms.ask(key, ASKED)
    phone = Phone(server, key)
    first = phone.look(part=True)
    assert f'data-v="{first.headers["ETag"]}"'.replace('""', '"&#34;').count("data-v") == 1
    again = phone.http.get(
        phone.address, params={"part": ""}, headers={"If-None-Match": first.headers["ETag"]}, timeout=20
    )
    assert (again.status_code, again.content) == (304, b"")
    phone.vote(0)
    assert phone.look(part=True).headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"choice": 3}, 400),
        ({"choice": -1}, 400),
        ({"choice": "x"}, 400),
        ({"choice": 10**30}, 400),
        ({"choice": 0, "round": 2}, 409),
        ({"choice": 0, "round": "x"}, 400),
        ({"choice": 0, "step": "no-such-step"}, 409),
        ({"choice": 0, "step": "'; DROP TABLE votes; --"}, 409),
        ({"choice": "0" * 5000}, 400),
    ],
)
def test_a_forged_vote_is_refused_and_nothing_is_counted(server, rooms, key, form, status):
    rooms.ask(key, ASKED)
    phone = Phone(server, key)
    assert phone.vote(**form).status_code == status
    assert 'role="status"' in phone.answer.text
    assert rooms.presence(key.code)[0] == 0


def test_a_late_vote_is_refused_with_a_word(server, rooms, key):
    rooms.ask(key, ASKED)
    phone = Phone(server, key)
    rooms.close(key)
    assert phone.vote(0).status_code == 409
    assert "closed; what you chose now is not counted" in phone.says


@pytest.mark.parametrize("forged", ["x", "0" * 24, f"{'0' * 24}.{43 * 'x'}", "", "é"])
def test_a_token_that_the_room_has_not_signed_votes_for_nobody(server, rooms, key, forged):
    rooms.ask(key, ASKED)
    phone = Phone(server, key)
    phone.http.cookies.clear()
    phone.http.headers["Cookie"] = f"lab_vote_{key.code}={forged}".encode().decode("latin-1")
    assert phone.vote(0).status_code == 403
    assert rooms.presence(key.code) == (0, 0)


def test_two_tabs_of_a_phone_are_one_and_another_rooms_token_is_nothing(server, rooms, key):
    rooms.ask(key, ASKED)
    phone = Phone(server, key)
    phone.vote(0)
    phone.look()
    phone.vote(1)
    assert rooms.presence(key.code) == (1, 1)
    other = rooms.open_room()
    rooms.ask(other, ASKED)
    stranger = Phone(server, other)
    token = stranger.http.cookies[f"lab_vote_{other.code}"]
    stranger.http.cookies.set(f"lab_vote_{key.code}", token)
    stranger.address = phone.address
    assert stranger.vote(0).status_code == 403
    rooms.end_room(other)


def test_who_only_looks_once_is_not_counted_in_and_who_comes_back_is_once(server, rooms, key):
    requests.get(f"{server.address}/vote/{key.code}", timeout=20)  # a preview of a link
    assert rooms.presence(key.code) == (0, 0)
    phone = Phone(server, key)
    for _ in range(3):
        phone.look(part=True)
    assert rooms.presence(key.code) == (0, 1)


def test_the_count_is_for_the_teacher_alone(server, rooms, key):
    rooms.ask(key, ASKED)
    Phone(server, key).vote(0)
    address = f"{server.address}/vote/{key.code}/count"
    assert requests.get(address, headers={"X-Secret": key.secret}, timeout=20).json() == {
        "voted": 1,
        "present": 1,
    }
    for headers in ({}, {"X-Secret": "x"}):
        answer = requests.get(address, headers=headers, timeout=20)
        assert (answer.status_code, answer.json()) == (404, {})


def test_a_typed_code_leads_to_its_room_and_a_wrong_one_is_said(server, rooms, key):
    door = f"{server.address}/vote"
    assert "The four letters on the screen" in requests.get(door, timeout=20).text
    found = requests.get(door, params={"code": f" {key.code.lower()} "}, timeout=20)
    assert found.url.endswith(f"/vote/{key.code}")
    assert "has four letters" in requests.get(door, params={"code": "<b>"}, timeout=20).text
    for wrong in ("WXYW", "no", "IIII", "<script>x"):
        answer = requests.get(f"{server.address}/vote/{wrong}", timeout=20)
        assert answer.status_code == 404, wrong
        assert "<script>x" not in answer.text


def test_ten_thousand_codes_are_not_guessed_and_a_class_comes_in_beside_it():
    now = [0.0]
    counted, tried = Guesses(lambda: now[0]), 0
    for _ in range(45 * 60 * 10):  # ten a second, a lesson long
        now[0] += 0.1
        if counted.left("attacker") >= 1:
            counted.note("attacker")
            tried += 1
    assert tried < 3_000, "of 160,000 codes"
    assert counted.left("another") == guesses.WRONG_CODES
    for _ in range(500):
        counted.note("a class whose room has ended")
    now[0] += 15
    assert counted.left("a class whose room has ended") >= 1
    for number in range(3 * guesses.ADDRESSES):
        counted.note(f"{number}")
    assert len(counted._left) == guesses.ADDRESSES


def test_while_codes_are_guessed_nobody_new_comes_in_from_there_and_who_is_in_votes_on(rooms, key, server):
    rooms.ask(key, ASKED)
    phone = Phone(server, key)
    codes = [f"{a}{b}WX" for a in "ABCDEFGH" for b in "ABCDEFGHJK" if f"{a}{b}WX" != key.code]
    answers = Counter(requests.get(f"{server.address}/vote/{code}", timeout=20).status_code for code in codes)
    assert answers[404] <= guesses.WRONG_CODES + 15
    assert answers[429] > 0
    assert requests.get(f"{server.address}/vote/{key.code}", timeout=20).status_code == 429, "right or wrong"
    assert phone.vote(0).status_code == 200


@needs_nginx
def test_a_process_killed_in_the_middle_of_a_round_loses_no_vote_and_doubles_none(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_ROOMS", str(tmp_path))
    with ExitStack() as stack:
        pair, rooms = Pair(stack), SqliteRooms(tmp_path / FILE)
        key = rooms.open_room()
        rooms.ask(key, ASKED)
        phones = [Phone(pair, key) for _ in range(12)]
        for phone in phones:
            assert phone.vote(0).status_code == 200
        pair.kill(1)
        for number, phone in enumerate(phones[:6]):
            assert phone.vote(1).status_code == 200, number
        pair.begin(1)
        for phone in phones:
            phone.look()
            assert "Your vote is in" in phone.says
        rooms.close(key)
        ((_, found),) = rooms.tallies(key)
        assert found == Counter({0: 6, 1: 6})
        assert rooms.poll(key.code).phase == Phase.CLOSED

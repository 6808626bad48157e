"""A class votes: a teacher on a projector, three phones, one key; every number is that of the votes sent."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Browser, Page, expect

from benchmarks.servers import HOSTED, served
from tests.browser import new_page, wait_until_drawn
from tests.thorough import some
from tests.ui.tour.test_tour_browser import PHONE, plain
from tests.ui.tour.truths import opened
from ui.base.words import percent
from ui.tour.steps import TOUR, Step

pytestmark = pytest.mark.browser
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
PHONES = 3
# In the suite the questions of each kind; THOROUGH asks all.
ASKED = some(TOUR, of=len(TOUR) // 2, at=1)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_ROOMS", str(tmp_path_factory.mktemp("votes")))
        with served(HOSTED, warm=False) as server:
            yield server.address


@pytest.fixture
def room(browser: Browser, hosted: str) -> Iterator[tuple[Page, list[Page]]]:
    """The teacher's page with a room that is open, and phones that are in it."""
    with ExitStack() as stack:
        teacher = stack.enter_context(new_page(browser, **PROJECTOR))
        teacher.goto(hosted)  # a deep link is not yet known to a new server
        wait_until_drawn(teacher)
        teacher.goto(f"{hosted}/?tour={ASKED[0].name}&present=1")
        teacher.get_by_role("button", name="Room").click()
        code = teacher.locator(".room-code").inner_text()
        assert re.fullmatch("[A-Y]{4}", code)
        phones = [stack.enter_context(new_page(browser, **PHONE)) for _ in range(PHONES)]
        for phone in phones:
            phone.goto(f"{hosted}/vote/{code}")
            expect(phone.get_by_text(f"You are in room {code}.")).to_be_visible()
        expect(teacher.locator(".room-line").first).to_contain_text(f"{PHONES} are in")
        yield teacher, phones


def press(teacher: Page, expected: str) -> None:
    """The presenter's key; expected: what it will do next."""
    teacher.keyboard.press("PageDown")
    expect(teacher.locator(".st-key-tour_on")).to_contain_text(expected, timeout=30_000)


def vote(phone: Page, step: Step, option: int) -> None:
    """Press an option, or move the slider to a place that means it."""
    if step.drawing is not None and step.drawing.kind == "place":
        slider = phone.get_by_role("slider")
        last = int(slider.get_attribute("max"))
        place = next(k for k in range(last + 1) if step.drawing.option((k,)) == option)
        slider.fill(str(place))
        phone.get_by_role("button", name=re.compile("Vote")).click()
    else:
        phone.get_by_role("button", name=step.options[option], exact=True).click()
    expect(phone.get_by_role("status")).to_contain_text("Your vote is in")


def everybody_votes(teacher: Page, phones: list[Page], step: Step, options: list[int]) -> None:
    for phone, option in zip(phones, options, strict=True):
        vote(phone, step, option)
    expect(teacher.locator(".room-line").first).to_contain_text(f"{PHONES} of {PHONES} have voted")
    assert set(shares(teacher)) == {""}, "nobody sees shares while it is open"


def shares(teacher: Page) -> list[str]:
    return teacher.locator(".room-options li b").all_inner_texts()


def in_words(step: Step, *rounds: list[int]) -> list[str]:
    """Each option's share of the votes, as the projector should have it."""
    counts = [Counter(options) for options in rounds]
    return [
        ", then ".join(percent(count[option] / PHONES) for count in counts)
        for option in range(len(step.options))
    ]


def test_a_class_votes_on_question_after_question_with_one_key_and_a_revote(hosted, room):
    teacher, phones = room
    key = re.search(r"room=([\w.-]+)", teacher.url)[1]
    press(teacher, "Close the vote")
    for number, step in enumerate(ASKED):
        right = step.answer(opened(step.name)).right  # which test_answers holds to networks trained alone
        n = len(step.options)
        first = [(right + phone) % n for phone in range(PHONES)]  # one is right
        if number:
            teacher.goto(f"{hosted}/?tour={step.name}&present=1&room={key}")
            expect(teacher.locator(".st-key-tour_on")).to_contain_text("Open the vote", timeout=30_000)
            press(teacher, "Close the vote")
        everybody_votes(teacher, phones, step, first)
        press(teacher, "Reveal")
        assert shares(teacher) == in_words(step, first)
        rounds = [first]
        if number == 0:
            teacher.get_by_role("button", name="Vote again").click()
            expect(teacher.locator(".st-key-tour_on")).to_contain_text("Close the vote")
            rounds.append([right, right, (right + 1) % n])
            for phone in phones:
                expect(phone.get_by_text("round 2")).to_be_visible()
            everybody_votes(teacher, phones, step, rounds[-1])
            press(teacher, "Reveal")
            assert shares(teacher) == in_words(step, *rounds)
        teacher.keyboard.press("PageDown")
        due = "Next question" if step is not TOUR[-1] else "Start again"
        expect(teacher.get_by_role("button", name=due)).to_be_visible(timeout=30_000)
        assert plain(teacher.locator(".room-options .is-right span").inner_text()) == step.options[right]
        result = teacher.locator(".room-line")
        expect(result).to_have_count(1, timeout=30_000)  # the count gives way to it
        expect(result).to_contain_text(f"1 of {PHONES} ({percent(1 / PHONES)})")
        if number == 0:
            expect(result).to_contain_text("then 2 of 3 (66.7 %). Gain (post − pre)/(1 − pre): 0.50.")
        for phone in phones:
            expect(phone.get_by_text(re.compile("Right:|The answer:"))).to_contain_text(step.options[right])
    assert teacher.trouble == []
    assert all(phone.trouble == [] for phone in phones)


def test_a_phone_without_a_script_votes_too(browser, hosted, room):
    teacher, _ = room
    press(teacher, "Close the vote")
    code = teacher.locator(".room-line b").first.inner_text()
    with ExitStack() as stack:
        context = browser.new_context(java_script_enabled=False, **PHONE)
        stack.callback(context.close)
        phone = context.new_page()
        phone.goto(f"{hosted}/vote/{code}")
        expect(phone.get_by_role("heading")).to_have_text(ASKED[0].question)
        phone.get_by_role("button").first.click()
        expect(phone.get_by_role("status")).to_contain_text("Your vote is in")

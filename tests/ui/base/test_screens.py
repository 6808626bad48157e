"""Pages take turns: a few at once, owner by owner, and none waits for one that waits itself."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.base.screens import Screens

WAIT = 20  # seconds after which a test has failed


class Page:
    """A page that is drawn in a thread of its own until it is let go."""

    def __init__(self, screens: Screens, owner: str) -> None:
        self.owner, self.drawn, self.go = owner, Event(), Event()
        self.outcome: Future[None] = ThreadPoolExecutor(1).submit(self._draw, screens)

    def _draw(self, screens: Screens) -> None:
        with screens.turn(self.owner):
            self.drawn.set()
            assert self.go.wait(WAIT)

    def end(self) -> None:
        self.go.set()
        self.outcome.result(WAIT)


def pages(screens: Screens, owners: str) -> list[Page]:
    """They come one after the other."""
    found = []
    for owner in owners:
        n_waiting = sum(map(len, screens._waiting.values()))
        found.append(Page(screens, owner))
        while not (found[-1].drawn.is_set() or sum(map(len, screens._waiting.values())) > n_waiting):
            assert not Event().wait(0.001)
    return found


def drawn(pages: list[Page]) -> str:
    """Whose pages are being drawn, once all that have a turn know it."""
    Event().wait(0.2)
    return "".join(page.owner for page in pages if page.drawn.is_set() and not page.go.is_set())


def test_a_few_are_drawn_at_once_and_fewer_of_one_owner():
    screens = Screens(3, 2, WAIT)
    waiting = pages(screens, "aaaabc")
    assert screens.is_busy()
    assert drawn(waiting) == "aab"
    waiting[4].end()
    assert drawn(waiting) == "aac"
    for page in (*waiting[:2], waiting[5], *waiting[2:4]):
        page.end()
    assert not screens.is_busy()
    assert not screens._waiting


def drawn_of(pages: list[Page]) -> Page:
    """The page that is drawn, once one is."""
    end = monotonic() + WAIT
    while monotonic() < end:
        for page in pages:
            if page.drawn.wait(0.005):
                return page
    raise AssertionError("no page is drawn")


def test_owners_take_turns():
    screens = Screens(1, 1, WAIT)
    waiting = pages(screens, "xaaabbc")
    order = []
    while left := [page for page in waiting if not page.go.is_set()]:
        now = drawn_of(left)
        order.append(now.owner)
        now.end()
    assert "".join(order) == "xabcaba"


def test_who_waits_for_work_gives_the_place_away_and_comes_back_at_once():
    screens, away, back = Screens(1, 1, WAIT), Event(), Event()

    def draw() -> None:
        with screens.turn("a"):
            with screens.away():
                away.set()
                assert back.wait(WAIT)
            assert screens._drawn == {"a": 1, "b": 1}, "it goes on beside the other"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(draw)
        assert away.wait(WAIT)
        (other,) = pages(screens, "b")
        assert other.drawn.wait(WAIT)
        back.set()
        first.result(WAIT)
        other.end()
    assert not screens._drawn


def test_outside_a_page_there_is_no_place_to_give_away():
    screens = Screens(1, 1, WAIT)
    with screens.away():
        assert not screens._drawn
    assert not screens._drawn


def test_a_page_that_hangs_blocks_the_others_for_a_while_only():
    screens = Screens(1, 1, patience=0.05)
    hangs, waits = pages(screens, "ab")
    assert waits.drawn.wait(WAIT)
    waits.end()
    assert not screens._waiting
    hangs.end()
    assert not screens._drawn


def test_a_page_that_ends_with_an_error_gives_its_place_back():
    screens = Screens(1, 1, WAIT)
    with pytest.raises(ValueError, match="ended"), screens.turn("a"), screens.away():
        raise ValueError("ended")
    assert not screens._drawn


@given(st.lists(st.sampled_from("abc"), max_size=12), st.integers(1, 3), st.integers(1, 3), st.data())
def test_a_page_waits_for_at_most_one_of_each_other_owner(owners, at_once, of_one, data):
    screens = Screens(at_once, of_one)
    turns = [(owner, ask(screens, owner)) for owner in [*owners, "me"]]
    before, mine = {turn for _, turn in turns if turn.is_set()}, turns[-1][1]
    under_way = [owner for owner, turn in turns if turn in before]
    while not mine.is_set():
        ends = data.draw(st.sampled_from(under_way))
        screens._leave(ends)
        under_way = list(screens._drawn.elements())
        assert len(under_way) <= at_once
        assert max(screens._drawn.values()) <= of_one
    between = [owner for owner, turn in turns[:-1] if turn.is_set() and turn not in before]
    assert all(between.count(owner) <= 1 for owner in "abc")


def ask(screens: Screens, owner: str) -> Event:
    """Ask for a turn without a thread that waits for it."""
    turn = Event()
    screens._waiting.setdefault(owner, deque()).append(turn)
    screens._admit()
    return turn

"""Pictures that are kept: each made once, for all who ask for the same, and for nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import pytest

from core import Settings
from tests.app import context_at
from ui.data.shelf import Shelf
from ui.pictures.picture import Picture
from ui.topics.topic import ONE_AT_A_TIME, Context, Need, Topic, at_any_lam, remembered

WAIT = 20  # seconds after which a test has failed
SMALL = Settings(dataset="moons", n_samples=50, hidden=(3,), epochs=50, lam=1.0)


def own_context(**changed: object) -> Context:
    """A context of which nothing is kept yet."""
    return replace(context_at(replace(SMALL, **changed)), shelf=Shelf())


def topic_of(draw: Callable[[Context], Picture], **fields: object) -> Topic:
    """A topic of the data alone."""
    return Topic("made_up", "T", "t", "S.", "I.", draw, needs=Need.DATA, **fields)


def missing(text: str = "Nothing to see.") -> Picture:
    """A picture that needs no script."""
    return Picture("made_up", missing=text)


def test_what_a_picture_needs_is_made_before_its_turn_to_be_drawn_and_only_once():
    order, prepared = [], Event()

    def prepare(context: Context) -> None:
        order.append("prepared")
        prepared.set()

    def draw(context: Context) -> Picture:
        order.append("drawn")
        return missing()

    topic, context = topic_of(draw, prepare=prepare), own_context()
    with ThreadPoolExecutor(1) as pool, ONE_AT_A_TIME:
        asked = pool.submit(topic.picture, context)
        assert prepared.wait(WAIT)
        assert order == ["prepared"], "others draw meanwhile"
    picture = asked.result(WAIT)
    assert order == ["prepared", "drawn"]
    assert topic.picture(context) is picture
    assert len(order) == 2


def test_those_who_ask_at_once_get_one_picture():
    both, drawn = Barrier(2), []

    def draw(context: Context) -> Picture:
        drawn.append(context)
        Event().wait(0.2)  # until the other one waits for its turn
        return missing()

    topic, context = topic_of(draw, prepare=lambda context: both.wait(WAIT)), own_context()
    assert context.loaded, "the data are there, and with them the place where their pictures are kept"
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(topic.picture, [context, context])
    assert first is second
    assert len(drawn) == 1


@pytest.mark.parametrize(("keep", "whatever_lam"), [(remembered, False), (at_any_lam, True)])
def test_a_part_of_a_page_is_kept_by_all_that_tells_it_from_others(keep, whatever_lam):
    @keep
    def part(context: Context, column: int, shown: str = "all") -> Picture:
        return missing(f"{context.lam_text}, {context.theme}, {column}, {shown}")

    @keep
    def other_part(context: Context, column: int, shown: str = "all") -> Picture:
        return missing("another")

    context = own_context()
    found = part(context, 1)
    assert part(context, 1) is found
    assert (part(context.at(replace(SMALL, lam=50.0)), 1) is found) == whatever_lam
    others = [
        part(context, 2),
        part(context, 1, shown="some"),
        part(replace(context, theme="dark"), 1),
        part(context.at(replace(SMALL, seed=1)), 1),
        other_part(context, 1),
    ]
    assert all(other is not found for other in others)
    assert len({other.missing for other in others}) >= 4, "each is made of its own values"

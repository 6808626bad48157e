"""Every sentence of every topic at 300 places drawn at random, against independent oracles."""

import re
from collections import Counter

import pytest

from tests.sweep.places import Place, pages, places
from tests.sweep.reading import World, problems
from tests.sweep.sweep import Found, swept
from ui.topics import TOPICS

PLACES, PARTS, SEED = 300, 20, 17
DRAWN = places(PLACES, SEED)
NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")

pytestmark = pytest.mark.usefixtures("two_folds")


def part(i: int) -> list[Place]:
    """Every PARTS-th place."""
    return DRAWN[i::PARTS]


@pytest.mark.parametrize("i", range(PARTS))
def test_every_sentence_is_known_to_an_oracle_and_true(i):
    total = Found()
    for _, found in swept(part(i)):
        total.add(found)
    assert total.false == []
    assert sum(total.sentences.values()) > 2 * len(part(i))
    assert sum(total.withheld.values()) <= max(2, 0.25 * sum(total.asked.values())), "silence is no way out"


def test_the_places_are_of_every_topic_data_set_and_depth():
    assert {topic for place in DRAWN for topic in TOPICS if topic.needs is place.need} == set(TOPICS)
    seen = Counter(place.settings.dataset for place in DRAWN)
    assert len(seen) == 9, "eight of the program's, and a person's own"
    assert {len(place.settings.hidden) for place in DRAWN} == {0, 1, 2, 3, 4}
    assert len({place.settings.seed for place in DRAWN}) > PLACES / 2


def test_a_number_that_is_changed_is_mostly_caught():
    """The oracles look: of the numbers in the sentences at some places four fifths are held against one."""
    looked = caught = 0
    for place in DRAWN[: PLACES // 12]:
        for topic, context, notes in pages(place):
            world = World(topic, context)
            for note in notes:
                for m in NUMBER.finditer(note):
                    value = float(m[0].replace(",", ""))
                    other = f"{note[: m.start()]}{1.31 * value or 1:.3g}{note[m.end() :]}"
                    looked += 1
                    caught += any(True for _ in _safely(world, other))
    assert caught > 0.8 * looked > 300


def _safely(world: World, sentence: str) -> list[str]:
    """The problems of a sentence, or that it names what there is not."""
    try:
        return list(problems(world, [sentence]))
    except (ValueError, IndexError, KeyError) as error:
        return [repr(error)]

"""Every sentence of every topic at places drawn at random, against independent oracles."""

import re
from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tests.sweep import oracle
from tests.sweep.places import Place, pages, places
from tests.sweep.reading import LABEL_OF, World, problems
from tests.sweep.sweep import Found, swept
from tests.thorough import THOROUGH
from ui.topics import TOPICS, bias_variance, choosing, converter
from ui.topics.topic import FURTHER

PLACES, PARTS, SEED = (200, 20, 17) if THOROUGH else (80, 10, 7)
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


def test_the_places_have_every_penalty_wherever_it_can_be_chosen():
    for control in (choosing.PENALTY, bias_variance.PENALTY, converter.PENALTY):
        assert {place.choices.get(control.key) for place in DRAWN} >= set(LABEL_OF), control.key
    beside = [place for place in DRAWN if place.choices.get(FURTHER.key) == "elastic_net"]
    assert sum(bool(place.settings.hidden) for place in beside) > 2, "for Hidden units"
    assert sum(not place.settings.hidden for place in beside) > 2, "for exact optima"


@pytest.mark.parametrize(
    ("label", "ratio", "inverse"), [("L1", 1, 2), ("L2", 0, 1), ("Elastic net", 1 / 3, 4 / 3)]
)
@pytest.mark.parametrize("lam", [0.5, 10])
def test_the_oracles_optimum_is_that_of_scikit_learn(samples, label, ratio, inverse, lam):
    X, y = samples
    fit = LogisticRegression(
        C=inverse / lam, l1_ratio=ratio, solver="saga", tol=1e-9, max_iter=100_000, random_state=0
    ).fit(X, y)
    w, b = oracle.optimum(X, y, label, lam)
    np.testing.assert_allclose(w, fit.coef_[0], atol=1e-4)
    assert b == pytest.approx(fit.intercept_[0], abs=1e-4)
    assert oracle.is_optimum(fit.coef_[0], fit.intercept_[0], X, y, label, lam, 1e-4)
    assert not oracle.is_optimum(1.05 * w + 0.01, b, X, y, label, lam, 1e-4)


def test_a_number_that_is_changed_is_mostly_caught():
    """The oracles look: of the numbers in the sentences at some places four fifths are held against one."""
    looked = caught = 0
    for place in DRAWN[:10]:
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

"""The sweep itself: every sentence at many places, held against the oracles."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.settings import RESTS_FROM
from tests.sweep import (  # noqa: F401 -- they register what they know
    claims_at_rest,
    claims_elsewhere,
    claims_of_answers,
)
from tests.sweep.places import Place, pages
from tests.sweep.reading import LABEL_OF, World, problems, unless
from ui.topics.topic import FURTHER, Need
from ui.tour.steps import TOUR


@dataclass(eq=False)
class Found:
    """What a sweep has come to."""

    false: list[str] = field(default_factory=list)  # the problem, the sentence, the place
    sentences: Counter[str] = field(default_factory=Counter)  # by topic, and by step of the tour
    asked: Counter[str] = field(default_factory=Counter)  # topics about a penalty at λ from RESTS_FROM on
    withheld: Counter[str] = field(default_factory=Counter)  # where that said nothing of a penalty at that λ

    def add(self, other: "Found") -> None:
        """Count what another one has found."""
        self.false += other.false
        for mine, its in zip(self._counts(), other._counts(), strict=True):
            mine.update(its)

    def _counts(self) -> tuple[Counter[str], ...]:
        return self.sentences, self.asked, self.withheld


def swept(places: Sequence[Place]) -> Iterator[tuple[Place, Found]]:
    """Each place, and what was found there."""
    for place in places:
        found = Found()
        for topic, context, notes in pages(place):
            found.sentences[topic.key] += len(notes)
            world = World(topic, context)
            false = list(problems(world, notes))
            if FURTHER in topic.controls and not topic.lacks_hidden(context):
                false += unheard(world, notes, place.choices.get(FURTHER.key))
            for step in TOUR:
                if step.topic is topic and (answer := step.answer(context)).right is not None:
                    found.sentences[step.name] += 1
                    false += problems(world, [answer.sentence], step.name, answer.right)
            found.false += [f"{problem} [{place}]" for problem in false]
            if place.need is Need.REST and context.lam >= RESTS_FROM and not topic.lacks_hidden(context):
                found.asked[topic.key] += 1
                found.withheld[topic.key] += not any(f"At λ = {context.lam:g}" in note for note in notes)
        yield place, found


def unheard(world: World, notes: Sequence[str], asked: object) -> Iterator[str]:
    """A problem where not just L1, L2 and the penalty asked for beside them are there, or it goes unsaid."""
    further = {label for name, label in LABEL_OF.items() if name == asked}
    yield from unless(set(world.runs) == {"L1", "L2"} | further, f"shown are {', '.join(world.runs)}")
    for label in further:
        is_told = any(label in note for note in notes)
        yield from unless(is_told or not world.at_rest(label)[1:].any(), f"nothing is said of {label}")

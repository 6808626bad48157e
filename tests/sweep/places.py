"""Settings drawn at random from all that a person can choose, and what the pages say there."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

import core
from core.datasets import Source, Table
from core.settings import LAMS, LEARNING_RATES, NOISES, UPLOAD
from tests.app import settled_picture
from ui.base.session import Own
from ui.data.shelf import Shelf
from ui.topics import TOPICS
from ui.topics.topic import Context, Need, Topic
from ui.work.tasks import run_now

HIDDEN = ((), (), (4,), (8,), (5, 3), (4, 4, 4), (4, 4, 4, 4))
EPOCHS = (50, 50, 100, 200)
OF_NEED = {need: [topic for topic in TOPICS if topic.needs is need] for need in Need}
# How often a need is drawn: what is soon made more often, and what shares its networks by several pages.
TURNS = (
    *[Need.REST] * 3,
    *[Need.TRAINING] * 4,
    *[Need.RACE] * 6,
    *[Need.CHECK] * 4,
    *[Need.VALIDATION] * 3,
    *[Need.DATA] * 2,
    Need.CURVES,
)


@dataclass(frozen=True)
class Place:
    """Settings, the topics that are asked there, and what is chosen on their pages."""

    settings: core.Settings
    need: Need
    choices: dict[str, object]

    def __str__(self) -> str:
        return f"{self.need.name} {self.settings.to_query()} {self.choices}"


def places(n: int, seed: int) -> list[Place]:
    """So many of them."""
    rng = random.Random(seed)
    return [_drawn(rng, TURNS[i % len(TURNS)]) for i in range(n)]


def _drawn(rng: random.Random, need: Need) -> Place:
    small = [*(name for name in core.DATASETS if name != "digits"), UPLOAD]
    hidden = rng.choice(HIDDEN)
    light = need in (Need.REST, Need.VALIDATION, Need.CURVES)
    settings = core.Settings(
        dataset=rng.choice(small if light or rng.random() < 0.8 else [*core.DATASETS]),
        hidden=hidden if need is not Need.VALIDATION or rng.random() < 0.4 else (),
        lam=rng.choice(LAMS),
        learning_rate=rng.choice(LEARNING_RATES),
        epochs=rng.choice(EPOCHS),
        seed=rng.randrange(1000),
        noise=rng.choice(NOISES),
        n_samples=rng.choice((50, 100, 200)),
    )
    choices: dict[str, object] = {"variance_seeds": 3, "solver_steps": 300}
    for topic in OF_NEED[need]:
        for control in topic.controls:
            if control.key in choices or not isinstance(control.values, tuple):
                continue
            if set(control.values) & set(core.PENALTIES) or rng.random() < 0.5:  # of penalties all as often
                choices[control.key] = rng.choice(control.values)
    return Place(settings, need, choices)


def own_data(rng: np.random.Generator) -> Shelf:
    """A person's table: some columns, two to four classes, of which some may be rare; perhaps all noise."""
    m, n, n_classes = int(rng.integers(40, 150)), int(rng.integers(2, 8)), int(rng.integers(2, 5))
    X = rng.standard_normal((m, n)) * 10.0 ** rng.integers(-3, 4, n)
    score = X[:, 0] / X[:, 0].std() * rng.integers(0, 3) + rng.standard_normal(m)
    ends = np.quantile(score, np.sort(rng.uniform(0.1, 0.95, n_classes - 1)))
    y = np.searchsorted(ends, score)
    y[: 4 * n_classes] = np.arange(4 * n_classes) % n_classes  # of each there are some
    table = Table(X, y, tuple(f"c{i}" for i in range(n)), tuple(f"k{i}" for i in range(n_classes)))
    return Shelf(
        Own(table, Source("own", "own", "own", "own", lambda *_: table, False), f"{m}-{n}-{n_classes}")
    )


def pages(place: Place) -> Iterator[tuple[Topic, Context, list[str]]]:
    """Each topic of the place, the context that it shows, and all sentences that it says there."""
    is_own = place.settings.dataset == UPLOAD
    shelf = own_data(np.random.default_rng(place.settings.seed)) if is_own else Shelf()
    for topic in OF_NEED[place.need]:
        context = Context(place.settings, shelf, "light", run_now, place.choices)
        picture = settled_picture(topic, context)
        yield topic, context, list(picture.notes)

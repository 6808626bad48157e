"""Sentences are read by patterns: what each says is turned back into numbers and held against an oracle.

In a pattern `<name>` stands for a number, `<name:share>` for a share in percent and `<name:count>` for what
`counted` writes: "none of 5", "all 5", "2 of 5". The rest is a regular expression.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import numpy as np

from core.settings import LAMS
from tests.sweep.oracle import SHARES, Net
from ui.topics.topic import Context, Topic

NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
KINDS = {
    "": rf"(?P<{{0}}>{NUMBER}|inf)",
    "share": r"(?P<{0}>over 99\.9|under 0\.1|\d+(?:\.\d)?) %",
    "count": r"(?P<{0}>none of|all|\d[\d,]* of) (?P<{0}_of>\d[\d,]*)",
    "text": r"(?P<{0}>.+?)",
}
LABEL_OF = {"l1": "L1", "l2": "L2", "elastic_net": "Elastic net"}  # by the name in an address
LABEL = rf"(?P<label>{'|'.join(SHARES)})"
NAMES = {label: label.replace(" ", "_") for label in SHARES}  # what its numbers are called in a pattern


def listed(part: str) -> list[str]:
    """Patterns of an enumeration, "a, b and c", with a part for each of some penalties, whichever they are.

    part: the pattern of one, where {label} is the penalty's label and {name} that of NAMES. The numbers of
    those that are left out are there and have no value.
    """
    parts = [part.format(label=label, name=name) for label, name in NAMES.items()]
    patterns = []
    for n in range(1, len(parts) + 1):
        for *before, last in combinations(parts, n):
            start = f"{', '.join(before)} and " if before else ""
            left_out = [one for one in parts if one not in (*before, last)]
            patterns.append(start + last + "".join(f"(?:(?!){one})?" for one in left_out))
    return patterns


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern with its numbers' places filled."""
    return re.compile(re.sub(r"(?<!\?P)<(\w+):?(\w*)>", lambda m: KINDS[m[2]].format(m[1]), pattern))


@dataclass(frozen=True, eq=False)
class Said:
    """What a sentence says."""

    found: re.Match[str]
    right: int | None = None  # of an answer, the option that it calls right

    def __contains__(self, name: str) -> bool:
        return self.found[name] is not None

    def __getitem__(self, name: str) -> str:
        return self.found[name]

    def number(self, name: str) -> float:
        """A number."""
        return float(self.found[name].replace(",", ""))

    def count(self, name: str) -> int:
        """How many "none of", "all" or "2 of" are."""
        word = self.found[name]
        of = int(self.found[f"{name}_of"].replace(",", ""))
        return (
            {"none of": 0, "all": of}.get(word, -1)
            if not word[0].isdigit()
            else int(word[:-3].replace(",", ""))
        )

    def wrong(self, name: str, truth: float, rel: float = 6e-3, tol: float = 0.0) -> Iterator[str]:
        """A problem where a number is not that one, to the digits that are told."""
        said = self.number(name)
        if not abs(said - truth) <= max(rel * abs(truth), tol, 1e-12):
            yield f"{name} is told as {self.found[name]} and is {truth:.6g}"

    def wrong_share(self, name: str, truth: float, tol: float = 6e-4) -> Iterator[str]:
        """The same for a share that is told in percent."""
        said = self.found[name]
        if said.startswith(("over", "under")):
            if not (0.9994 < truth < 1 if said[0] == "o" else 0 < truth < 0.0006):
                yield f"{name} is told as {said} % and is {truth:.6g}"
        elif abs(float(said) / 100 - truth) > tol:
            yield f"{name} is told as {said} % and is {truth:.6g}"

    def wrong_count(self, name: str, truth: int, of: int) -> Iterator[str]:
        """The same for a count."""
        if (self.count(name), int(self.found[f"{name}_of"].replace(",", ""))) != (truth, of):
            yield f"{name} is told as {self.found[name]} {self.found[f'{name}_of']} and is {truth} of {of}"


def unless(held: bool, problem: str) -> Iterator[str]:
    """A problem where something does not hold."""
    if not held:
        yield problem


@dataclass(frozen=True, eq=False)
class World:
    """What a page is about, for the oracles: its data, and its networks as they were trained."""

    topic: Topic
    context: Context
    _nets: dict[tuple[str, int], Net] = field(default_factory=dict)

    @property
    def train(self) -> tuple[np.ndarray, np.ndarray]:
        """The training rows."""
        return self.context.data.X_train.astype(float), self.context.data.y_train

    @property
    def test(self) -> tuple[np.ndarray, np.ndarray]:
        """The test rows."""
        return self.context.data.X_test.astype(float), self.context.data.y_test

    @cached_property
    def runs(self):
        """The networks of the page, by the penalty's label."""
        return self.topic.networks(self.context).runs

    @property
    def k(self) -> int:
        """Position of the chosen λ."""
        return LAMS.index(self.context.lam)

    def net(self, label: str, k: int) -> Net:
        """One of them at its end."""
        if (label, k) not in self._nets:
            run = self.runs[label]
            self._nets[label, k] = Net.of(run.W, run.b, k)
        return self._nets[label, k]

    def at_rest(self, label: str) -> np.ndarray:
        """Which networks are told to be at rest."""
        return self.runs[label].at_rest

    def not_at_rest(self, label: str, k: int, steps: int = 200) -> Iterator[str]:
        """A problem where many more steps of the tests' own change J by more than a digit that is told."""
        lam = LAMS[k]
        _, before, after = self.net(label, k).fallen(*self.train, label, lam, steps)
        if before - after > 6e-3 * max(before, 1e-3):
            yield f"{label} at λ = {lam:g} is told to be at rest and J falls from {before:.6g} to {after:.6g}"


Check = Callable[[World, Said], Iterator[str]]
CLAIMS: dict[str, list[tuple[re.Pattern[str], Check]]] = {}


def claim(about: str, *patterns: str) -> Callable[[Check], Check]:
    """A function that holds each sentence of these patterns against an oracle.

    about: the topic on whose page they stand, by its key, or the tour's step that answers so, by its name.
    """

    def kept(check: Check) -> Check:
        CLAIMS.setdefault(about, []).extend((compiled(pattern), check) for pattern in patterns)
        return check

    return kept


def problems(
    world: World, sentences: list[str], about: str | None = None, right: int | None = None
) -> Iterator[str]:
    """What is false in these sentences, and which say something that no oracle knows.

    about: as `claim` has it, by default the world's topic; right: the option that an answer calls right.
    """
    for sentence in sentences:
        patterns = CLAIMS.get(about or world.topic.key, [])
        found = [(m, check) for p, check in patterns if (m := p.fullmatch(sentence))]
        if not found:
            yield f"no oracle knows: {sentence}"
        for match, check in found:
            yield from (f"{problem}: {sentence}" for problem in check(world, Said(match, right)))

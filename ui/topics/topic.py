"""What a page is, as a value: a `Topic`; and what it is shown of at one moment: a `Context`.

A topic names its sentence, its address, its controls with their defaults, and the function that makes its
picture. The page, the report, the tour, the address, the log and the downloaded script all read it, so that a
default stands nowhere else. A context holds the settings and makes what the topic needs on demand; who made
the context has decided how that work is run.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import wraps
from pathlib import Path
from threading import RLock
from typing import Any, Concatenate, ParamSpec

from core import PENALTIES, Dataset, Settings
from core.edits import format_edits
from core.penalties import LECTURED
from core.settings import LAMS
from ui.base import templates
from ui.base.cache import PictureCache
from ui.base.tables import Runs
from ui.base.theme import INKS, Ink
from ui.base.words import lam_label, lam_text, unrest
from ui.data.shelf import Loaded, Shelf
from ui.pictures.picture import Picture
from ui.topics.script import filled_script
from ui.work.networks import PLAIN, TO_REST, Networks, networks, together
from ui.work.tasks import Batch, Run, Value

TOPICS_FOLDER = Path(__file__).parent
Choice = str | int | float


class Need(Enum):
    """What a picture is made from."""

    REST = auto()  # the networks of all λ at rest: what a penalty does
    TRAINING = auto()  # the networks of all λ on their way, step by step
    CURVES = auto()  # learning curves over several seeds
    VALIDATION = auto()  # every λ on rows that no fit has seen
    RACE = auto()  # the solvers on their way to the exact optimum
    CHECK = auto()  # numeric gradients
    DATA = auto()  # the data alone


@dataclass(frozen=True, eq=False)
class Context:
    """What a picture is of: settings, their data, what is chosen on the page, a way to have work done."""

    settings: Settings
    shelf: Shelf
    theme: str  # "light" or "dark"
    runner: Run
    choices: Mapping[str, Any] = field(default_factory=dict)  # controls by key, as far as they were moved
    made: dict[Hashable, list[Any]] = field(default_factory=dict, repr=False)  # by batch, once made

    @property
    def loaded(self) -> Loaded:
        """The data, and the pictures that were drawn of them."""
        return self.shelf.load(self.settings)

    @property
    def data(self) -> Dataset:
        """The data set that the settings name."""
        return self.loaded.data

    @property
    def lam(self) -> float:
        """The chosen λ."""
        return self.settings.lam

    @property
    def k(self) -> int:
        """Position of the chosen λ in the grid."""
        return LAMS.index(self.lam)

    @property
    def lam_text(self) -> str:
        """The chosen λ, in words."""
        return lam_text(self.lam)

    @property
    def labels(self) -> tuple[str, ...]:
        """The grid as it is written on axes."""
        return tuple(map(lam_label, LAMS))

    @property
    def ink(self) -> Ink:
        """The colours of text and lines."""
        return INKS[self.theme]

    @property
    def networks(self) -> Networks:
        """The networks of every penalty over the grid at these settings, at rest as far as they come."""
        return self.networks_of(LECTURED)

    def networks_of(self, penalties: Sequence[str]) -> Networks:
        """The same of these penalties, the lecture's among them."""
        return together(self.run(networks(self.settings, self.shelf, penalties=penalties)))

    @property
    def training(self) -> Networks:
        """The same networks under the lecture's plain steps, with their history."""
        return self.get(networks(self.settings, self.shelf, PLAIN))

    @property
    def known_runs(self) -> Runs:
        """The networks that are there already: at rest, else in training; {} where none are."""
        for method in (TO_REST, PLAIN):
            if found := self.known(networks(self.settings, self.shelf, method)):
                return found[0].runs
        return {}

    @property
    def without_hidden(self) -> Networks:
        """What these settings train without hidden layers: logistic regression, or softmax regression."""
        return self.at(replace(self.settings, hidden=())).networks

    def run(self, batch: Batch[Value]) -> list[Value]:
        """The results of work; what was once made is held as long as the context."""
        if batch.key not in self.made:
            self.made[batch.key] = self.runner(batch)
        return self.made[batch.key]

    def known(self, batch: Batch[Value]) -> list[Value] | None:
        """The results where they are there already, None where not; nothing is begun for them."""
        if batch.key not in self.made and (found := batch.kept()) is not None:
            self.made[batch.key] = found
        return self.made.get(batch.key)

    def get(self, batch: Batch[Value]) -> Value:
        """The result of a single piece of work."""
        (result,) = self.run(batch)
        return result

    def at(self, settings: Settings) -> "Context":
        """A context of other settings for the same data; all else stays."""
        return replace(self, settings=settings)

    def __getitem__(self, control: "Control") -> Any:
        """What is chosen at a control; its default where nothing is, or nothing that can be chosen here."""
        chosen = self.choices.get(control.key)
        return chosen if chosen in control.values_in(self) else control.default_in(self)


@dataclass(frozen=True)
class Control:
    """A page's own control: a few values side by side, kept in the address under its key.

    values, default: themselves, or functions of the context where they depend on it. shown: how a value is
    written, for a context. applies: whether it is drawn at all; where not, its default counts.
    """

    key: str
    label: str
    values: Sequence[Choice] | Callable[[Context], Sequence[Choice]]
    default: Choice | Callable[[Context], Choice]
    shown: Callable[[Any, Context], str] = lambda value, context: str(value)
    help: str | None = None
    applies: Callable[[Context], bool] = lambda context: True

    def values_in(self, context: Context) -> Sequence[Choice]:
        """What can be chosen."""
        if not self.applies(context):
            return ()
        return self.values(context) if callable(self.values) else self.values

    def default_in(self, context: Context) -> Any:
        """What is chosen until something else is."""
        return self.default(context) if callable(self.default) else self.default

    def parse(self, text: str, context: Context) -> Choice | None:
        """The value that an address means by a text, None where it means none; case does not matter.

        So links from before penalties went by their names, which have L1 for l1, go on working.
        """
        by_text = {str(value).lower(): value for value in self.values_in(context)}
        return by_text.get(text.lower())


def penalty_control(
    key: str,
    label: str = "Penalty",
    default: str = "l2",
    names: Sequence[Choice] | Callable[[Context], Sequence[Choice]] = LECTURED,
    **more: Any,
) -> Control:
    """Which penalty a page shows, by its name in the registry; more: further fields of the control."""
    return Control(key, label, names, default, lambda name, context: PENALTIES[name].label, **more)


# One switch for all pages that draw a curve for each penalty: the third is not there until it is asked for.
ELASTIC_NET = "elastic_net"
FURTHER = Control(
    "further_penalty",
    "Third penalty",
    ("none", ELASTIC_NET),
    "none",
    lambda name, context: PENALTIES[name].label if name in PENALTIES else str(name),
    help="The elastic net is half of each: λ/2m·(½·Σ|w| + ½·Σw²). Its corner makes exact zeros, its square "
    "shares weight out between columns that say the same.",
)


def compared(context: Context) -> tuple[str, ...]:
    """The penalties that stand beside each other: the lecture's, and what is asked for beside them."""
    return beside_lectured(context[FURTHER]) if context[FURTHER] in PENALTIES else LECTURED


def compared_runs(context: Context) -> Runs:
    """Their networks at rest, by label."""
    return context.networks_of(compared(context)).runs


def beside_lectured(name: str) -> tuple[str, ...]:
    """The lecture's penalties, and that of this name where it is another."""
    return tuple(dict.fromkeys((*LECTURED, name)))


@dataclass(frozen=True)
class Look:
    """One thing to look at on a page: where to go for it, and what to ask there.

    words: Markdown, an instruction and a question. What is found stands in the picture, so they say no result
    and are true wherever λ is moved meanwhile.
    lam: the λ it is seen at, None while what decides about it is not there; chosen: at the page's controls.
    penalty: whose marks stand out, by its name; "" where none does.
    second: the epoch, or the step, that the handle beside λ goes to, or the next one that it has; None where
    it stays.
    """

    words: str
    lam: Callable[[Context], float | None] = lambda context: context.lam
    chosen: Mapping[str, Choice] = field(default_factory=dict)
    penalty: str = ""
    second: int | None = None


@dataclass(frozen=True)
class Remedy:
    """What a page offers where the network has no hidden layer: a sentence, and layers to choose."""

    sentence: str
    label: str
    hidden: tuple[int, ...]


def _nothing(context: Context) -> dict[str, Any]:
    return {}


def _no_work(context: Context) -> None:
    return None


def _same(context: Context) -> Context:
    return context


def _silent(context: Context) -> str:
    return ""


def _lectured(context: Context) -> tuple[str, ...]:
    return LECTURED


@dataclass(frozen=True, eq=False)
class Topic:
    """One sentence of the lecture, and the picture in which it comes true.

    key: its folder in ui/topics and its file in pages, without the ending. address: differs from the file's
    name, or a fresh server opens the file without the frame.
    """

    key: str
    title: str  # in the menu
    address: str
    sentence: str  # what it proves
    idea: str  # what to do on the page, and what to look at
    draw: Callable[[Context], Picture]
    todo: str = ""  # the one thing to do first, in a short sentence
    prepare: Callable[[Context], object] = _nothing  # the work that `draw` needs beside the networks
    # Work that no picture waits for: it comes after, and `draw` takes from `context.known` what is there.
    second: Callable[[Context], Batch[Any] | None] = _no_work
    heading: str = ""  # of the page, where it is not the sentence
    needs: Need = Need.REST
    penalties: Callable[[Context], Sequence[str]] = _lectured  # whose networks at rest it shows
    controls: tuple[Control, ...] = ()
    looks: tuple[Look, ...] = ()  # what there is to look at, one after the other
    remedy: Remedy | None = None  # without which hidden layers it has nothing to show
    about: Callable[[Context], str] = _silent  # a caption over the picture
    # The context whose costs stand under the handle of λ, where that is not the page's own.
    measured: Callable[[Context], Context] = _same
    remark: Callable[[Context], str] = _silent  # something to know before looking, as a note over the picture
    formulas: Callable[[Context], Mapping[str, Any]] = _nothing  # what fills the gaps of mathematics.md
    constants: Callable[[Context], Mapping[str, Any]] = _nothing  # of script.py, beside the settings

    @property
    def file(self) -> str:
        """The page."""
        return f"pages/{self.key}.py"

    @property
    def folder(self) -> Path:
        """Where its tables, chart, notes, script and mathematics lie."""
        return TOPICS_FOLDER / self.key

    @property
    def page_heading(self) -> str:
        """What stands over the page."""
        return self.heading or self.sentence.removesuffix(".")

    def networks(self, context: Context) -> Networks:
        """The networks that it is about, or that go with what it is about."""
        return context.networks_of(self.penalties(context)) if self.needs is Need.REST else context.training

    @property
    def method(self) -> str:
        """How those are trained."""
        return TO_REST if self.needs is Need.REST else PLAIN

    def unrest(self, context: Context) -> str:
        """Which networks at the chosen λ are not at rest, where it is about those that are; "" else."""
        if self.needs is not Need.REST or self.lacks_hidden(context):
            return ""
        return unrest(self.networks(context).runs, context.k)

    def lacks_second(self, context: Context) -> bool:
        """Whether there is work to come after the picture."""
        batch = self.second(context)
        return batch is not None and context.known(batch) is None

    def lacks_hidden(self, context: Context) -> bool:
        """Whether there is nothing to show without a hidden layer."""
        return self.remedy is not None and not context.settings.hidden

    def picture(self, context: Context) -> Picture:
        """The picture in this context, with its script; kept beside what it shows, and made once."""
        if self.remedy and self.lacks_hidden(context):
            return Picture(self.key, missing=self.remedy.sentence)
        choices = tuple(context[control] for control in self.controls)
        about = self.key, context.settings, context.theme, choices
        batch = self.second(context)
        key = *about, None if batch is None or self.lacks_second(context) else batch.key
        pictures = self._pictures(context)
        if pictures.get(key) is None:
            self.prepare(context)  # before it is drawn, one picture at a time: this may wait for its turn
        return _kept(pictures, key, lambda: self._with_script(self.draw(context), context))

    def _pictures(self, context: Context) -> PictureCache[Hashable]:
        """Where its pictures are kept: with the networks, or with the data that they show."""
        networks = self.networks(context) if self.needs in (Need.REST, Need.TRAINING) else None
        return context.loaded.pictures if networks is None else networks.pictures

    def _with_script(self, picture: Picture, context: Context) -> Picture:
        return picture if picture.missing else replace(picture, script=self.script(context))

    def mathematics(self, context: Context) -> str:
        """What stands behind the picture, in Markdown, with the numbers of the moment."""
        return templates.filled(self.folder / "mathematics.md", **self.formulas(context))

    def script(self, context: Context) -> str:
        """Python that prints the same numbers with core alone: script.py at these settings."""
        edits = format_edits(context.shelf.edits)
        return filled_script(self.folder / "script.py", context.settings, self.constants(context), edits)


# Tables are made in Python: threads that make some at once only take turns, hundreds of times a second.
ONE_AT_A_TIME = RLock()
Choices = ParamSpec("Choices")


def _kept(pictures: PictureCache[Hashable], key: Hashable, make: Callable[[], Picture]) -> Picture:
    found = pictures.get(key)
    if found is None:
        with ONE_AT_A_TIME:
            found = pictures.get(key)  # it may have been made meanwhile
            if found is None:
                found = make()
                pictures.put(key, found)
    assert isinstance(found, Picture)
    return found


Make = Callable[Concatenate[Context, Choices], Picture]


def remembered(make: Make[Choices]) -> Make[Choices]:
    """Keep the pictures that a function makes of a context and of values that tell them apart.

    For parts of a page beside the topic's own picture, which is kept as it is.
    """
    return _remembered(make, lambda settings: settings, lambda context: context.networks.pictures)


def remembered_with_data(make: Make[Choices]) -> Make[Choices]:
    """The same for pictures that show no networks of the panel: they are kept beside the data."""
    return _remembered(make, lambda settings: settings, lambda context: context.loaded.pictures)


def at_any_lam(make: Make[Choices]) -> Make[Choices]:
    """Keep the pictures that a function makes of the networks of all λ together, whatever λ is chosen."""
    return _remembered(
        make, lambda settings: replace(settings, lam=LAMS[0]), lambda context: context.networks.pictures
    )


def at_any_lam_of_training(make: Make[Choices]) -> Make[Choices]:
    """The same of the networks in training."""
    return _remembered(
        make, lambda settings: replace(settings, lam=LAMS[0]), lambda context: context.training.pictures
    )


def _remembered(
    make: Make[Choices],
    deciding: Callable[[Settings], Settings],
    where: Callable[[Context], PictureCache[Hashable]],
) -> Make[Choices]:
    @wraps(make)
    def kept_or_made(context: Context, *args: Choices.args, **kwargs: Choices.kwargs) -> Picture:
        settings = deciding(context.settings)
        key = make.__module__, make.__qualname__, settings, context.theme, args, tuple(kwargs.items())
        return _kept(where(context), key, lambda: make(context, *args, **kwargs))

    return kept_or_made

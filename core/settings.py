"""What a person can choose: a setting is one field, with its default, its bounds, its words and its widget.

Panel, address and log read the fields: another setting is another field here and nothing else. The address
uses the fields' names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, TypeVar

import numpy as np

from core.datasets import DATASETS, TEST_SHARE, Dataset, fresh_rows, load_dataset
from core.validation import shown

# 0, and six steps a decade from 0.1 to 1000: near logarithmic, and each a number one can say aloud.
LAMS: tuple[float, ...] = (
    0.0,
    *(round(step * 10.0**k, 2) for k in range(-1, 3) for step in (1, 1.5, 2, 3, 5, 7)),
    1000.0,
)
RESTS_FROM = 3.0  # λ below it hardly comes to rest in any number of epochs that one would wait for
LEARNING_RATES: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
EPOCHS: tuple[int, ...] = (50, 100, 200, 300, 500, 1000, 2000)
NOISES: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
SAMPLES: tuple[int, ...] = (50, 100, 200, 400, 700, 1000)
UPLOAD = "your_data"  # the data set that a person brings
HIDDEN_CHOICES: tuple[tuple[int, ...], ...] = (
    (),
    (4,),
    (8,),
    (16,),
    (8, 8),
    (16, 8),
    (8, 8, 8),
    (8, 8, 8, 8),
)
MAX_SEED = 999
MAX_LAYERS = 4
MAX_WIDTH = 64

Value = TypeVar("Value")
Widget = Literal["slider", "choice", "text", "number"]


@dataclass(frozen=True)
class Setting:
    """What there is to know of a field of Settings beside its default."""

    label: str  # in the panel
    short: str  # at the head of a column
    help: str | None
    check: Callable[[str, Any], None]  # of name and value; raises ValueError where it is not allowed
    parse: Callable[[str, str], Any]  # of name and text; raises ValueError where it is no such value
    widget: Widget
    choices: Sequence[Any]  # to choose from: all that is allowed, but for "text" only proposals
    synthetic: bool = False  # it plays a part only where the data are drawn


def parse_hidden(text: str) -> tuple[int, ...]:
    """Widths from text such as "16-8"; "none" or nothing for no hidden layer.

    Raises ValueError where it is not such a list, or one out of bounds.
    """
    hidden = _parse_widths("hidden", text)
    _check_hidden("hidden", hidden)
    return hidden


def format_value(value: object) -> str:
    """A value as the address and the panel write it: 10, 0.3, 16-8, none."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _parse_widths(name: str, text: str) -> tuple[int, ...]:
    text = text.strip().lower()
    if text in ("", "none", "0"):
        return ()
    parts = [part for part in text.replace(",", "-").replace(" ", "-").split("-") if part]
    try:
        hidden = tuple(int(part) for part in parts)
    except ValueError:
        hidden = ()
    if not hidden or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{name} must be widths joined by hyphens, such as 16-8, or none, got {shown(text)}")
    return hidden


def _check_hidden(name: str, value: object) -> None:
    allowed = (
        isinstance(value, tuple)
        and len(value) <= MAX_LAYERS
        and all(isinstance(width, int) and 1 <= width <= MAX_WIDTH for width in value)
    )
    if not allowed:
        raise ValueError(
            f"{name} must be at most {MAX_LAYERS} layers of 1 to {MAX_WIDTH} units, "
            f"got {shown(format_value(value))}"
        )


def _parse_text(name: str, text: str) -> str:
    return text


def _number(kind: type[int] | type[float]) -> Callable[[str, str], float]:
    """A parser of whole numbers, or of all."""

    def parse(name: str, text: str) -> float:
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"{name} must be a number, got {shown(text)}") from None

    return parse


def _one_of(allowed: Sequence[object]) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if value not in allowed:
            listed = ", ".join(format_value(choice) for choice in allowed)
            raise ValueError(f"{name} must be one of {listed}, got {shown(format_value(value))}")

    return check


def _check_seed(name: str, value: object) -> None:
    if not isinstance(value, int) or not 0 <= value <= MAX_SEED:
        raise ValueError(f"{name} must be a whole number from 0 to {MAX_SEED}, got {shown(value)}")


def _field(default: Value, setting: Setting) -> Value:
    """A field of Settings with its default and its Setting."""
    return field(default=default, metadata={"setting": setting})


def _slider(
    label: str, short: str, choices: Sequence[float], help: str | None = None, synthetic: bool = False
) -> Setting:
    """The Setting of numbers to choose from, all of the kind of the first."""
    parse = _number(type(choices[0]))
    return Setting(label, short, help, _one_of(choices), parse, "slider", choices, synthetic)


_DATASETS = (*DATASETS, UPLOAD)
_HIDDEN_HELP = "Units of each tanh layer, first to last. Choose, or type your own, such as 12-6."
_RATE_HELP = (
    "How far one step goes. Plain steps (Weight histograms, Weight decay, Solvers) take it as it is; "
    "accelerated ones (all other pages) at most, and shorten it where it is too long."
)
_EPOCHS_HELP = (
    "One epoch is one step on all training rows. Weight histograms and Weight decay take "
    "so many plain steps. The other pages show what a penalty does at rest: so many accelerated steps, with "
    f"momentum, or fewer where a network rests before, and from λ = {RESTS_FROM:g} on more where it does not."
)
_SEED_HELP = "Draws the split, the first weights and, for synthetic data, the samples."
_LAM_HELP = "The chosen λ: every page opens at it. 0 switches the penalty off."


@dataclass(frozen=True)
class Settings:
    """One position of every control. Raises ValueError where a value is not allowed."""

    dataset: str = _field(
        "breast_cancer",
        Setting("Data set", "data", None, _one_of(_DATASETS), _parse_text, "choice", _DATASETS),
    )
    hidden: tuple[int, ...] = _field(
        (8,),
        Setting(
            "Hidden layers",
            "hidden layers",
            _HIDDEN_HELP,
            _check_hidden,
            _parse_widths,
            "text",
            HIDDEN_CHOICES,
        ),
    )
    learning_rate: float = _field(0.3, _slider("Learning rate α", "α", LEARNING_RATES, _RATE_HELP))
    epochs: int = _field(300, _slider("Epochs", "epochs", EPOCHS, _EPOCHS_HELP))
    n_samples: int = _field(400, _slider("Samples", "samples", SAMPLES, synthetic=True))
    noise: float = _field(0.2, _slider("Noise", "noise", NOISES, synthetic=True))
    seed: int = _field(
        0,
        Setting("Seed", "seed", _SEED_HELP, _check_seed, _number(int), "number", range(MAX_SEED + 1)),
    )
    lam: float = _field(10.0, _slider("Penalty strength λ", "λ", LAMS, _LAM_HELP))

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            setting.check(name, getattr(self, name))

    @property
    def is_synthetic(self) -> bool:
        """Whether the data are drawn by the program; a person's own are not."""
        return self.dataset in DATASETS and DATASETS[self.dataset].synthetic

    def reduced(self, *ignored: str) -> "Settings":
        """The settings that something depends on: the ignored ones are at their defaults.

        So are those for synthetic data, where the data are not drawn. What was computed for two settings that
        are reduced to the same is the same.
        """
        idle = {name for name, setting in SETTINGS.items() if setting.synthetic and not self.is_synthetic}
        default = Settings()
        return replace(self, **{name: getattr(default, name) for name in idle.union(ignored)})

    def load(self, test_share: float = TEST_SHARE) -> Dataset:
        """The program's data set that they name, as `load_dataset` gives it.

        Raises ValueError for a person's own data, which settings do not carry.
        """
        if self.dataset == UPLOAD:
            raise ValueError(
                f"dataset must be one of {', '.join(DATASETS)}, got {UPLOAD!r}: settings do not carry the "
                "data that a person brought; split their table with core.datasets.split"
            )
        return load_dataset(self.dataset, self.seed, self.n_samples, self.noise, test_share)

    def load_fresh(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Rows that nobody has seen, as `fresh_rows` gives them; None for data that cannot be drawn anew."""
        if self.dataset == UPLOAD or not DATASETS[self.dataset].synthetic:
            return None
        return fresh_rows(self.dataset, self.seed, self.n_samples, self.noise)

    def to_query(self) -> dict[str, str]:
        """The settings that differ from the defaults, as they stand in the address."""
        default = Settings()
        return {
            name: format_value(value)
            for name, value in asdict(self).items()
            if value != getattr(default, name)
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple["Settings", list[str]]:
        """The settings in an address, the default where it has none or a wrong one.

        Returns them with one sentence for each value that was refused; other names are left alone.
        """
        values: dict[str, Any] = {}
        problems: list[str] = []
        for each in fields(cls):
            if each.name not in query:
                continue
            try:
                values[each.name] = parse(each.name, query[each.name])
            except ValueError as error:
                problems.append(f"{error}; {format_value(each.default)} is used")
        return cls(**values), problems


SETTINGS: dict[str, Setting] = {each.name: each.metadata["setting"] for each in fields(Settings)}


def parse(name: str, text: str) -> Any:
    """What a text stands for as the setting of that name. Raises ValueError where it is not allowed."""
    setting = SETTINGS[name]
    value = setting.parse(name, text)
    setting.check(name, value)
    if setting.widget == "text":  # its choices are proposals
        return value
    return setting.choices[setting.choices.index(value)]  # as it is written there: "-0" is allowed, and is 0

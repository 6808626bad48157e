"""What a person can choose: the values, the bounds and the defaults, in one place.

The panel's widgets, the address bar and the tests all read them here; the address uses the field names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.datasets import DATASETS

# 0, and six steps a decade from 0.1 to 1000: near logarithmic, and each a number one can say aloud.
LAMS: tuple[float, ...] = (
    0.0,
    *(round(step * 10.0**k, 2) for k in range(-1, 3) for step in (1, 1.5, 2, 3, 5, 7)),
    1000.0,
)
LEARNING_RATES: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
EPOCHS: tuple[int, ...] = (50, 100, 200, 300, 500, 1000, 2000)
NOISES: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
SAMPLES: tuple[int, ...] = (50, 100, 200, 400, 700, 1000)
UPLOAD = "your_data"  # the data set that a person brings
MAX_SEED = 999
MAX_LAYERS = 4
MAX_WIDTH = 64
MARKDOWN = " `<>[]()*_$\\:@&~#|"  # what could turn foreign text into a link, a picture, a colour or code


@dataclass(frozen=True)
class Settings:
    """One position of every control. Raises ValueError where a value is not allowed."""

    dataset: str = "breast_cancer"
    hidden: tuple[int, ...] = (8,)
    learning_rate: float = 0.3
    epochs: int = 300
    seed: int = 0
    lam: float = 10.0
    noise: float = 0.2
    n_samples: int = 400

    def __post_init__(self) -> None:
        for field in fields(self):
            CHECKS[field.name](field.name, getattr(self, field.name))

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
        for field in fields(cls):
            if field.name not in query:
                continue
            text = query[field.name]
            try:
                value = PARSERS[field.name](text)
                CHECKS[field.name](field.name, value)
            except ValueError as error:
                problems.append(f"{error}; {format_value(field.default) or 'none'} is used")
            else:
                values[field.name] = value
        return cls(**values), problems


def format_value(value: object) -> str:
    """A value as the address and the panel write it: 10, 0.3, 16-8, none."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def parse_hidden(text: str) -> tuple[int, ...]:
    """Widths from text such as "16-8"; "none" or nothing for no hidden layer.

    Raises ValueError where it is not such a list, or one out of bounds.
    """
    text = text.strip().lower()
    if text in ("", "none", "0"):
        return ()
    parts = text.replace(",", "-").replace(" ", "-").split("-")
    try:
        hidden = tuple(int(part) for part in parts if part)
    except ValueError:
        hidden = ()
    if not hidden or not all(part.isascii() and part.isdigit() for part in parts if part):
        raise ValueError(
            f"hidden must be widths joined by hyphens, such as 16-8, or none, got {_shown(text)}"
        )
    _check_hidden("hidden", hidden)
    return hidden


def _parse_number(kind: type, name: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            return kind(text)
        except ValueError:
            raise ValueError(f"{name} must be a number, got {_shown(text)}") from None

    return parse


def _shown(value: object) -> str:
    """Foreign text, safe and short enough to be part of a sentence."""
    text = str(value)
    cut = text if len(text) <= 30 else text[:30] + "…"
    return "'" + "".join(c if c.isprintable() and c not in MARKDOWN else "·" for c in cut) + "'"


def _one_of(allowed: Sequence[object]) -> Callable[[str, object], None]:
    def check(name: str, value: object) -> None:
        if value not in allowed:
            listed = ", ".join(format_value(choice) for choice in allowed)
            raise ValueError(f"{name} must be one of {listed}, got {_shown(format_value(value))}")

    return check


def _check_seed(name: str, value: object) -> None:
    if not isinstance(value, int) or not 0 <= value <= MAX_SEED:
        raise ValueError(f"{name} must be a whole number from 0 to {MAX_SEED}, got {_shown(value)}")


def _check_hidden(name: str, value: object) -> None:
    widths = isinstance(value, tuple) and all(
        isinstance(width, int) and 1 <= width <= MAX_WIDTH for width in value
    )
    if not widths or len(value) > MAX_LAYERS:
        raise ValueError(
            f"{name} must be at most {MAX_LAYERS} layers of 1 to {MAX_WIDTH} units, "
            f"got {_shown(format_value(value))}"
        )


CHECKS: dict[str, Callable[[str, Any], None]] = {
    "dataset": _one_of((*DATASETS, UPLOAD)),
    "hidden": _check_hidden,
    "learning_rate": _one_of(LEARNING_RATES),
    "epochs": _one_of(EPOCHS),
    "seed": _check_seed,
    "lam": _one_of(LAMS),
    "noise": _one_of(NOISES),
    "n_samples": _one_of(SAMPLES),
}
PARSERS: dict[str, Callable[[str], Any]] = {
    "dataset": str,
    "hidden": parse_hidden,
    "learning_rate": _parse_number(float, "learning_rate"),
    "epochs": _parse_number(int, "epochs"),
    "seed": _parse_number(int, "seed"),
    "lam": _parse_number(float, "lam"),
    "noise": _parse_number(float, "noise"),
    "n_samples": _parse_number(int, "n_samples"),
}

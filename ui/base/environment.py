"""What the environment says of one process, and how much it may do: read once, and checked.

The variables bound work and memory where many share a process; a person's own computer needs none of them.
"""

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from math import isfinite
from typing import Any

log = logging.getLogger(__name__)


def _variable(default: float | None, least: float, most: float, what: str) -> Any:
    """A field that comes from the environment: its bounds, and what it counts."""
    return field(default=default, metadata={"least": least, "most": most, "what": what})


def _word(pattern: str, what: str) -> Any:
    """A field that is a text, "" where the environment has none: its pattern, and what it is."""
    return field(default="", metadata={"pattern": pattern, "what": what})


@dataclass(frozen=True)
class Environment:
    """One field for each variable; `store_mb` is LAB_STORE_MB."""

    store_mb: float = _variable(400.0, 1, 1_000_000, "megabytes of trained networks that are kept for all")
    memory_mb: float | None = _variable(None, 1, 1_000_000, "megabytes that the process may take")
    uploads_mb: float = _variable(100.0, 11, 1_000_000, "megabytes of uploaded files at the same time")
    workers: int = _variable(2, 1, 64, "pieces of work at the same moment")
    queue_seconds: float = _variable(120.0, 0, 86_400, "seconds of waiting beyond which work is refused")
    warm_up_seconds: float = _variable(
        180.0, 0, 86_400, "seconds for opening all pages at the start; 0 for none"
    )
    rooms: str = _word(".{1,300}", "a folder or a redis:// address for the votes of classes, or none")
    name: str = _word("[a-z0-9-]{1,30}", "a name of at most 30 small letters, digits and hyphens, as lab-1")


def read(variables: Mapping[str, str]) -> tuple[Environment, tuple[str, ...]]:
    """The environment of these variables, and a sentence for each wrong value, which its default replaces."""
    found: dict[str, float | str] = {}
    problems: list[str] = []
    for one in fields(Environment):
        name = f"LAB_{one.name.upper()}"
        text = variables.get(name, "").strip()
        if not text:
            continue
        value = _text(text, one) if one.type is str else _number(text, one)
        if value is None:
            problems.append(_sentence(name, variables[name], one))
        else:
            found[one.name] = value
    return Environment(**found), tuple(problems)  # type: ignore[arg-type]


def _number(text: str, one: Field[Any]) -> float | None:
    """The number that a text says, None where it says none or one out of bounds."""
    try:
        value = int(text) if one.type is int else float(text)
    except ValueError:
        return None
    return value if isfinite(value) and one.metadata["least"] <= value <= one.metadata["most"] else None


def _text(text: str, one: Field[Any]) -> str | None:
    """The text, None where it does not match its pattern."""
    return text if re.fullmatch(one.metadata["pattern"], text) else None


def _sentence(name: str, given: str, one: Field[Any]) -> str:
    """What was expected, what came, and what to do."""
    if one.type is str:
        return f"{name} must be {one.metadata['what']}. It is {given[:40]!r}. Set it so, or leave it out."
    kind = "a whole number" if one.type is int else "a number"
    least, most = one.metadata["least"], one.metadata["most"]
    default = "no bound" if one.default is None else "its default"
    return (
        f"{name} must be {kind} from {least:g} to {most:,} without a unit: {one.metadata['what']}. "
        f"It is {given[:40]!r}. Set it to such a number, or leave it out for {default}."
    )


ENVIRONMENT, PROBLEMS = read(os.environ)
for _problem in PROBLEMS:
    log.warning(_problem)

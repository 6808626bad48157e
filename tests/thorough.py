"""Whether tests try all that there is, THOROUGH=true pytest; else, as in CI, always the same part of it."""

import os
from collections.abc import Sequence
from typing import TypeVar

THOROUGH = os.environ.get("THOROUGH") == "true"
T = TypeVar("T")


def some(values: Sequence[T], of: int, at: int = 0) -> list[T]:
    """All of them where THOROUGH, else every of-th, beginning at one of the first: at, by turns."""
    return list(values) if THOROUGH else list(values)[at % of :: of]

"""A small plot in which a prediction over λ is drawn, and over it, once it is shown, what was measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeGuard

import numpy as np
import streamlit as st

from core.settings import LAMS
from ui.base.theme import PENALTY_COLORS
from ui.base.words import lam_label
from ui.stage.component import component

RULES = Path(__file__).parent / "drawing.css"
DRAWN = "drawn"
TICKS = tuple(LAMS.index(lam) for lam in (0.0, 1.0, 10.0, 100.0, 1000.0))
HINTS = {"place": "press where", "curve": "draw them from left to right"}
Kind = Literal["place", "curve"]
Drawn = tuple[float, ...]  # of a place the position of its λ; of a curve its share at each λ; () for nothing


@dataclass(frozen=True)
class Measured:
    """What was measured of a penalty, by its label: its share at each λ, NaN for none, and a place.

    words: what is drawn of it.
    """

    penalty: str
    shares: Sequence[float] = ()
    place: int | None = None
    words: str = ""


def show(
    name: str, kind: Kind, label: str, drawn: Drawn, measured: Measured | None, on_change: Callable[[], None]
) -> None:
    """Draw the plot. name: of what is predicted; on_change: is called when `sent` has something new."""
    component("drawing")(
        key=_key(name),
        data={
            "name": name,
            "kind": kind,
            "label": label,
            "hint": f"{label}: {HINTS[kind]}",
            "labels": [lam_label(lam) for lam in LAMS],
            "ticks": TICKS,
            "drawn": drawn,
            "measured": _for_script(measured) if measured else None,
        },
        on_drawn_change=on_change,
    )


def sent(name: str, kind: Kind) -> Drawn:
    """What the browser has sent of a prediction; () where that is nothing, or what no hand can draw."""
    state = st.session_state.get(_key(name))
    found = state.get(DRAWN) if isinstance(state, Mapping) else None
    values = found.get("values") if isinstance(found, Mapping) and found.get("name") == name else None
    return tuple(values) if is_drawn(values, kind) else ()


def is_drawn(values: object, kind: Kind) -> TypeGuard[list[float]]:
    """Whether a hand can have drawn this: a place, or a share at each λ."""
    if not isinstance(values, list) or not all(isinstance(one, int | float) for one in values):
        return False
    if kind == "place":
        return len(values) == 1 and values[0] in range(len(LAMS))
    return len(values) == len(LAMS) and all(0 <= one <= 1 for one in values)


def _key(name: str) -> str:
    return f"drawing_{name}"


def _for_script(measured: Measured) -> dict[str, Any]:
    points = " ".join(f"{k},{1 - share:.3f}" for k, share in enumerate(measured.shares) if np.isfinite(share))
    return {
        "color": PENALTY_COLORS[measured.penalty],
        "points": points,
        "place": measured.place,
        "words": measured.words,
    }

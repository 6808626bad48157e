"""The bar at the foot of the window, in which λ is moved and chosen, and the small chart under its handle.

While it is moved the browser does all; what is let go is told here, and becomes the chosen λ through
`choose_lam`. The chart under the handle, and a handle for epochs, come from the page once it has them: they
are elements out of sight, which the bar's script finds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from core import PENALTIES
from core.measures import count_weights, count_zeros
from core.network import layer_sizes
from core.selection import Validation
from core.settings import LAMS, format_value
from ui.base.address import PART
from ui.base.session import LetGo, session
from ui.base.theme import PENALTY_COLORS
from ui.base.words import lam_label
from ui.controls.panel import DEFAULT, choose_lam
from ui.pictures.picture import Scrub
from ui.stage.component import component
from ui.topics.topic import Context, Look
from ui.work.validation import validation

RULES = Path(__file__).parent / "lam_bar.css"
KEY, CHOSEN = "lam_bar", "chosen"
ON_THE_WAY = 1.0  # seconds until a browser surely has what was sent to it
Mark = tuple[int, str, str]  # k, the penalty's label, words


def show(lam: float, presented: bool, look: Look | None = None) -> None:
    """Draw the bar where λ stands; presented: the keys of a remote turn the page.

    look: whose penalty's marks stand out while none is pointed at, and where the handle beside λ goes.
    """
    with st.container(key="stage_bar"):
        component("lam_bar")(
            key=KEY,
            data={
                "lam": _grid() | {"k": LAMS.index(lam)},
                "penalties": {penalty.label: name for name, penalty in PENALTIES.items()},
                "answered": _told(),
                "presented": presented,
                "lit": look.penalty if look else "",
                "look": [look.words, look.second] if look else ["", None],
                "part": st.query_params.get(PART, ""),
            },
            on_chosen_change=_choose,
        )


def _grid() -> dict[str, Any]:
    """λ as the bar and the address write it."""
    return {
        "name": "λ",
        "param": "lam",
        "labels": [lam_label(lam) for lam in LAMS],
        "values": [format_value(lam) for lam in LAMS],
        "default": LAMS.index(DEFAULT.lam),
    }


def _sent() -> dict[str, Any]:
    """What the browser has sent, as far as it can be meant: k and told, how often it has chosen."""
    state = st.session_state.get(KEY)
    sent = state.get(CHOSEN) if isinstance(state, Mapping) else None
    numbers = sent if isinstance(sent, Mapping) else {}
    return {name: value for name, value in numbers.items() if type(value) is int}


def _told() -> int:
    """How many of the browser's choices have arrived."""
    told: int = _sent().get("told", 0)
    return told


def _choose() -> None:
    """The handle was let go: choose that λ. What no hand can have sent is left alone."""
    k = _sent().get("k", -1)
    if 0 <= k < len(LAMS):
        session.lam_let_go = LetGo(LAMS[k], st.session_state.get("lam"))
        choose_lam(LAMS[k])


def arrive() -> None:
    """Before the panel is drawn: a λ that was let go stays chosen although the page was turned at once.

    Then the browser asks for the other page before it has heard of the λ, and so says again what the panel
    had before.
    """
    let_go = session.lam_let_go
    if let_go is None:
        return
    if monotonic() > let_go.until:
        session.lam_let_go = None
    elif st.session_state.get("lam") == let_go.before:
        choose_lam(let_go.lam)


@contextmanager
def on_its_way() -> Iterator[None]:
    """Around what is drawn: once all is, the browser soon has heard of the λ that was let go."""
    try:
        yield
    except StopException:  # a page that ends early is a whole page
        _sent_off()
        raise
    _sent_off()


def _sent_off() -> None:
    if (let_go := session.lam_let_go) is not None and let_go.until == inf:
        session.lam_let_go = let_go._replace(until=monotonic() + ON_THE_WAY)


def show_track(context: Context, is_binary: bool = False) -> None:
    """Hand the bar the small chart of what is known in this context, for under its handle, and its name.

    is_binary: whether one class stands against the rest, however many there are.
    """
    _hand_over("track", track(known_costs(context), known_marks(context)))
    _hand_over("about", about(context, is_binary))


def about(context: Context, is_binary: bool) -> str:
    """The data and the network, as a projector shows them beside λ: Breast cancer, 30-8-1."""
    data = context.data
    n_classes = 2 if is_binary else len(data.class_names)
    sizes = layer_sizes(data.n_features, context.settings.hidden, n_classes)
    return f"{data.source.label}, {'-'.join(map(str, sizes))}"


def known_costs(context: Context) -> dict[str, np.ndarray]:
    """The cost of each penalty at every λ, by its label: validated, else in training; {} where unknown."""
    if validated := _validated(context):
        return {label: one.mean for label, one in validated.items()}
    runs = context.known_runs
    return {label: np.where(run.sound, run.data_cost[-1], np.nan) for label, run in runs.items()}


def known_marks(context: Context) -> list[Mark]:
    """Where rules choose λ, and from where on nothing is left."""
    marks = [(one.k_1se, label, "λ₁ₛₑ") for label, one in _validated(context).items() if one.k_1se >= 0]
    for label, run in context.known_runs.items():
        n_left = count_weights(run.W) - count_zeros(run.W)
        if n_left[-1] == 0 and n_left.any():
            marks.append((int(np.flatnonzero(n_left)[-1]) + 1, label, "λₘₐₓ"))
    return marks


def _validated(context: Context) -> Mapping[str, Validation]:
    found = context.known(validation(context.settings, context.shelf))
    return found[0].by_label if found else {}


def track(costs: Mapping[str, np.ndarray], marks: Sequence[Mark]) -> dict[str, Any]:
    """The small chart for the bar's script: a line for each penalty, high where its cost is, and ticks."""
    known = np.concatenate([[], *costs.values()])
    known = known[np.isfinite(known)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    lines = [
        {"color": PENALTY_COLORS[label], "points": _points(cost, low, high)} for label, cost in costs.items()
    ]
    ticks = [
        {"k": k, "color": PENALTY_COLORS[label], "words": f"{label} {words}"} for k, label, words in marks
    ]
    return {"lines": lines, "ticks": ticks}


def _points(cost: np.ndarray, low: float, high: float) -> str:
    """Corners of a line from 0, the highest cost, down to 1: by the root of the cost, as in the charts."""
    at = np.flatnonzero(np.isfinite(cost))
    share = np.sqrt((cost[at] - low) / max(high - low, np.finfo(float).tiny))
    return " ".join(f"{k},{1 - one:.3f}" for k, one in zip(at, share, strict=True))


def offer(scrub: Scrub | None) -> None:
    """Hand the bar what the picture can be scrubbed over beside λ."""
    if scrub:
        opens = len(scrub.labels) - 1 if scrub.opens is None else scrub.opens
        _hand_over("opens", {"k": opens})
        _hand_over("second", {"name": scrub.name, "labels": scrub.labels})


def _hand_over(name: str, value: Mapping[str, Any] | str) -> None:
    """An element out of sight that holds a value for the bar's script."""
    st.html(
        f'<div class="lam-{name}-source" data-value="{escape(json.dumps(value), quote=True)}" hidden></div>'
    )

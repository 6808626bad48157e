"""What the browser has to know to draw the networks of all λ by itself: see ui/stage/assets/living.js."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core import Dataset
from core.edits import FARTHEST, numbers
from core.measures import count_weights
from core.settings import LAMS
from ui.base.tables import Runs, evenly
from ui.base.theme import INKS, PENALTY_COLORS, SIGN_COLORS, readable
from ui.base.words import lam_text, number
from ui.data.shelf import Shelf
from ui.pictures.boundary import MAX_POINTS
from ui.pictures.field import DEEP
from ui.pictures.picture import Living
from ui.topics.overview.scores import Scores
from ui.topics.overview.strips import Strips, ticks_of
from ui.topics.overview.tables import plane_of, three_lams

MOST = 500_000  # numbers of four bytes that a browser is sent; above, the server's pictures serve
MOST_EPOCHS, FEWEST_EPOCHS = 20, 5
Words = list[list[list[str]]]  # by penalty, λ and epoch


def shown_epochs(runs: Runs, is_watched: bool) -> np.ndarray:
    """Positions of the snapshots that there is room for: the last, or several; none where there is none.

    is_watched: the networks are shown on their way.
    """
    first = next(iter(runs.values()))
    size = count_weights(first.W) + sum(b[0].size for b in first.b)
    room, n = MOST // (len(runs) * first.lams.size * size), len(first.epochs)
    if is_watched:
        return evenly(n, min(room, MOST_EPOCHS)) if room >= FEWEST_EPOCHS else np.array([], int)
    return np.array([n - 1] if room else [], int)


def living_of(
    runs: Runs, data: Dataset, strips: Strips | None, shelf: Shelf, epochs: np.ndarray, theme: str
) -> Living:
    """The networks of each penalty at every λ and some epochs, and the training rows, for the browser.

    strips: of data that are not in a plane. epochs: positions of snapshots.
    """
    rows = evenly(data.m, MAX_POINTS)
    heights = [] if strips is None else [strips.heights]
    parts = [_parameters(runs, epochs), data.X_train[rows], data.y_train[rows], *heights]
    first, ink = next(iter(runs.values())), INKS[theme]
    told = {
        "sizes": [data.n_features, *(W.shape[1] for W in first.W)],
        "penalties": [{"label": one, "color": readable(PENALTY_COLORS[one], ink)} for one in runs],
        "lams": len(first.lams),
        "epochs": len(epochs),
        "rows": len(rows),
        # On its way a network is seen as long as it is finite, whatever becomes of it.
        "sound": [(run.sound | (len(epochs) > 1)).tolist() for run in runs.values()],
        "strongest": _strongest(runs),
        "plane": _plane(data) if strips is None else None,
        "edited": _edited(data, shelf) if strips is None and len(rows) == data.m else None,
        "strips": _strips(strips) if strips is not None else None,
        "colors": {**SIGN_COLORS, "page": ink.page, "text": ink.text, "quiet": ink.quiet, "grid": ink.grid},
        "deep": DEEP,
    }
    networks = np.concatenate([part.ravel().astype("<f4") for part in parts])
    return Living(networks.tobytes(), told)


def _parameters(runs: Runs, epochs: np.ndarray) -> np.ndarray:
    """(penalty, λ, epoch, parameter): W and then b of each layer in turn, a unit after the other."""
    found = []
    for run in runs.values():
        parts = [part[epochs] for pair in zip(run.history_W, run.history_b, strict=True) for part in pair]
        flat = [part.reshape(*part.shape[:2], -1) for part in parts]
        found.append(np.concatenate(flat, axis=2).swapaxes(0, 1))
    return np.array(found)


def _strongest(runs: Runs) -> list[float]:
    """The largest weight of each layer from the first λ above 0 on: it is drawn in full strength."""
    layers = zip(*(run.W for run in runs.values()), strict=True)
    return [max(float(np.nan_to_num(np.abs(W[1:])).max()) for W in of) or 1.0 for of in layers]


def _plane(data: Dataset) -> dict[str, Any]:
    plane = plane_of(data)
    return {"low": plane.low.tolist(), "size": plane.size.tolist()}


def _edited(data: Dataset, shelf: Shelf) -> dict[str, Any]:
    """How often the samples were edited, by what numbers they go, and how far one can be put."""
    n_before = data.m - sum({"add": 1, "remove": -1}.get(edit.kind, 0) for edit in shelf.edits)
    return {
        "count": len(shelf.edits),
        "numbers": numbers(n_before, shelf.edits),
        "farthest": FARTHEST,
        "classes": list(data.class_names),
    }


def _strips(strips: Strips) -> dict[str, Any]:
    return {
        "top": strips.top,
        "ticks": [{"x": x, "label": label} for x, label in ticks_of(strips.top)],
        "names": list(strips.names),
        "said": strips.said,
    }


def training_heads(runs: Runs, epochs: np.ndarray) -> Words:
    """What stands over each penalty's square at each λ and epoch: the training cost."""
    return [
        [
            [_head(cost, "" if run.sound[k] else run.state[k]) for cost in costs]
            for k, costs in enumerate(run.data_cost[epochs].T)
        ]
        for run in runs.values()
    ]


def _head(cost: float, state: str) -> str:
    """A training cost, and what became of its network in the end, where that is no answer."""
    return ", ".join(filter(None, [f"training cost {number(cost)}" if np.isfinite(cost) else "", state]))


def jumps(scores: Mapping[str, Scores], chosen: int) -> list[list[dict[str, Any]]]:
    """For each penalty the λ to jump to, with what they are: no penalty, λ₁ₛₑ, too large."""
    found = [three_lams(one, chosen) for one in scores.values()]
    return [[_jump(k, role) for k, role in zip(ks, roles, strict=True)] for ks, roles in found]


def _jump(k: int, role: str) -> dict[str, Any]:
    return {"k": k, "lam": lam_text(LAMS[k]), "role": role}

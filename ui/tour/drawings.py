"""Questions that are predicted by drawing: what a drawing says, and what is measured over it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core import PENALTIES
from core.measures import sparsity
from core.settings import LAMS
from ui.base.words import lam_text, number
from ui.stage.drawing import Drawn, Kind, Measured
from ui.topics.overview.scores import scores_of, settled
from ui.topics.topic import Context
from ui.tour.answers import CHOSEN, half_option, option_at


@dataclass(frozen=True)
class Drawing:
    """How a prediction is drawn.

    label: what is drawn, in words. option: the position of the option that a drawing means. measured: what is
    drawn over it, for a context in which the question has an answer. beside: how far a drawing is from that,
    in a sentence.
    """

    kind: Kind
    label: str
    option: Callable[[Drawn], int]
    measured: Callable[[Context], Measured]
    beside: Callable[[Drawn, Measured], str]


def _place_option(drawn: Drawn) -> int:
    return option_at(LAMS[int(drawn[0])], CHOSEN)


def _costs(context: Context) -> Measured:
    """The validated cost of L2 over λ, its lowest at the foot, by its root as in the charts; and λ₁ₛₑ."""
    label = PENALTIES["l2"].label
    one = scores_of(context.networks.runs[label], context.data, label, settled(context)).validation
    assert one is not None, "the question has an answer here"
    low, high = np.nanmin(one.mean), np.nanmax(one.mean)
    shares = np.sqrt((one.mean - low) / max(high - low, np.finfo(float).tiny))
    return Measured(label, shares.tolist(), one.k_1se, f"{label}'s validated cost, and its λ₁ₛₑ")


def _place_beside(drawn: Drawn, measured: Measured) -> str:
    at = int(drawn[0])
    return "Drawn was just that λ." if at == measured.place else f"Drawn was {lam_text(LAMS[at])}."


def _curve_option(drawn: Drawn) -> int:
    return half_option(np.array(drawn))


def _zeros(context: Context) -> Measured:
    """The share of L1's weights that are exactly zero over λ."""
    label = PENALTIES["l1"].label
    return Measured(label, sparsity(context.networks.runs[label].W).tolist())


def _curve_beside(drawn: Drawn, measured: Measured) -> str:
    off = np.abs(np.array(drawn) - np.array(measured.shares))
    return f"The curve that was drawn is {number(100 * np.nanmean(off), 2)} points beside it on average."


PLACE = Drawing("place", "Where λ₁ₛₑ of L2 lies", _place_option, _costs, _place_beside)
CURVE = Drawing("curve", "L1's weights at exactly zero, 0 to 100 %", _curve_option, _zeros, _curve_beside)

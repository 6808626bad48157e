"""A column that is there twice: how each penalty shares its weight out between the copies."""

from collections.abc import Sequence

import pandas as pd

from core import PENALTIES, Dataset
from core.twins import Twins, first_to_enter
from ui.base.foreign import markdown
from ui.base.words import lam_text, number
from ui.pictures.picture import Picture
from ui.topics.topic import Context, compared, remembered
from ui.work.optimum import first_class_or_second, twin_fits

TITLE = "Twins: a column that is there twice"
IDEA = (
    "Measured columns are often near copies of each other. Here one column is given twice to a logistic "
    "regression, fitted exactly."
)
NOTHING_TO_SHARE = (
    "At λ = 0 there is no penalty to share out between the twins. Choose a larger λ in the panel."
)


def first_column(data: Dataset) -> int:
    """The column that is doubled until another is chosen: the first that L1 lets in."""
    return first_to_enter(data.X_train, first_class_or_second(data))


def twins_picture(context: Context, column: int) -> Picture:
    """The exact fits with a column once and twice, at the chosen λ; missing where that is 0."""
    if context.lam == 0:
        return Picture("twins", missing=NOTHING_TO_SHARE)
    penalties = compared(context)
    context.get(twin_fits(context.settings, context.shelf, column, penalties))  # see Topic.picture
    return _drawn(context, column, penalties)


@remembered
def _drawn(context: Context, column: int, penalties: tuple[str, ...]) -> Picture:
    pairs = context.get(twin_fits(context.settings, context.shelf, column, penalties)).pairs
    names = context.data.class_names
    return Picture(
        "twins",
        tables={"twins": twin_table(pairs)},
        notes=twin_notes(pairs, context.lam),
        caption=f"The classes are {markdown(names[0])} against the rest." if len(names) > 2 else "",
    )


def twin_table(pairs: Sequence[Twins]) -> pd.DataFrame:
    """One row a penalty: the weights of the column alone and of its two copies, and J of both fits."""
    return pd.DataFrame(
        {
            "penalty": [PENALTIES[pair.penalty].label for pair in pairs],
            "weight alone": [round(pair.alone, 6) for pair in pairs],
            "first copy": [round(pair.first, 6) for pair in pairs],
            "second copy": [round(pair.second, 6) for pair in pairs],
            "J alone": [round(pair.cost_alone, 8) for pair in pairs],
            "J with the copy": [round(pair.cost, 8) for pair in pairs],
        }
    )


def twin_notes(pairs: Sequence[Twins], lam: float) -> list[str]:
    """How each penalty shares a weight out between two equal columns, in the numbers of the fits."""
    return [f"At {lam_text(lam)}, {_shared_out(pair)}" for pair in pairs]


def _shared_out(pair: Twins) -> str:
    """What one penalty does with the copies. With squares in it, only halves are best; else any split is."""
    penalty = PENALTIES[pair.penalty]
    if pair.first == pair.second == 0:
        return f"{penalty.label} uses neither copy."
    if penalty.l2 > 0:
        return (
            f"{penalty.label} gives the copies {number(pair.first, 4)} and {number(pair.second, 4)}, instead "
            f"of {number(pair.alone, 4)} to the one alone: two small weights have the smaller squares, and J "
            f"falls from {number(pair.cost_alone, 7)} to {number(pair.cost, 7)}."
        )
    return (
        f"{penalty.label} leaves the split open: with all of it on one copy J = {pair.cost_one:.8f}, in "
        f"halves {pair.cost_halves:.8f}, without the copy {pair.cost_alone:.8f}. Compare J, not w."
    )

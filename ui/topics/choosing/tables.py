"""Tidy tables of a validation: cost over λ with its band, size, and where the rules stand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.selection import Validation
from core.settings import LAMS
from ui.base.tables import integer_table
from ui.base.words import lam_label, lam_text, number
from ui.pictures.ends import Upright, line_ends
from ui.topics.choosing.fitted import Fitted

MAX_COLUMNS = 14  # that have a bar
RULE_TEXTS = {"min": "λₘᵢₙ", "1se": "λ₁ₛₑ"}
MARK_TEXTS = RULE_TEXTS | {"evidence": "evidence"}
ROW_TEXTS = {"validated": "validated", "training": "training", "fresh": "new rows"}
COSTS = Upright(270, "sqrt")


def cost_table(found: Fitted) -> pd.DataFrame:
    """k, rows, cost, low, high: the mean cost of the folds and one standard error to both sides.

    That is of "validated" rows; without a band the cost on "training" rows and, where they can be drawn, on
    "fresh" ones. No row where nothing is fitted.
    """
    one = found.validation
    curves = {"validated": (one.mean, one.mean - one.se, one.mean + one.se)}
    curves["training"] = (found.training,) * 3
    if found.fresh is not None:
        curves["fresh"] = (found.fresh,) * 3
    frames = [
        integer_table(k=range(len(LAMS))).assign(rows=rows, cost=cost, low=low, high=high)
        for rows, (cost, low, high) in curves.items()
    ]
    return pd.concat(frames, ignore_index=True).dropna()


def cost_ends(costs: pd.DataFrame, penalty: str) -> pd.DataFrame:
    """Where the names of the costs stand, see `line_ends`. penalty: by its label."""
    named = costs.assign(text=costs.rows.map(ROW_TEXTS), hue=penalty)
    return line_ends("costs", named, "k", "cost", COSTS, "start", ("low", "high"))


def size_table(found: Fitted) -> pd.DataFrame:
    """k, size: nonzero weights, or degrees of freedom."""
    return integer_table(k=range(len(LAMS))).assign(size=found.size).dropna()


def column_table(found: Fitted, names: Sequence[str]) -> pd.DataFrame:
    """row, name, low, high, v0, …: the weight of each of the MAX_COLUMNS that weigh most, wide over λ.

    Strongest first, by the sum over λ; of networks a weight is the length of all that leave the column.
    low, high: the ends of all weights, and 0.
    """
    order = np.argsort(-np.nansum(np.abs(found.columns), axis=0), kind="stable")[:MAX_COLUMNS]
    weights = found.columns[:, order]
    rows = integer_table(row=range(len(order))).assign(name=[names[j] for j in order])
    ends = {"low": np.nanmin(weights, initial=0), "high": np.nanmax(weights, initial=0)}
    return rows.assign(**ends, **{f"v{k}": one.astype(np.float32) for k, one in enumerate(weights)})


def rule_table(one: Validation, evidence: float) -> pd.DataFrame:
    """rule, k, label: where λₘᵢₙ, λ₁ₛₑ and the evidence stand; k is a position between those of the grid.

    evidence: its λ, NaN where there is none.
    """
    at = {rule: (one.k_by(rule), lams) for rule, lams in (("1se", one.lam_1se), ("min", one.lam_min))}
    rows = [
        (rule, float(k), f"{RULE_TEXTS[rule]} = {lam_label(lam)}") for rule, (k, lam) in at.items() if k >= 0
    ]
    if LAMS[1] <= evidence <= LAMS[-1]:
        k = np.interp(np.log(evidence), np.log(LAMS[1:]), np.arange(1, len(LAMS)))
        rows.append(("evidence", float(k), f"evidence = {number(evidence)}"))
    return pd.DataFrame(rows, columns=["rule", "k", "label"])


def readout_table(found: Fitted) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ, the validated cost with its error, and the size."""
    one = found.validation
    validated = [
        f"validated cost {number(mean)} ± {number(se, 2)}" if np.isfinite(mean) else "no fit in some fold"
        for mean, se in zip(one.mean, one.se, strict=True)
    ]
    return integer_table(k=range(len(LAMS))).assign(
        title=list(map(lam_text, LAMS)),
        validated=validated,
        size=[size_text(found, k) for k in range(len(LAMS))],
    )


def size_text(found: Fitted, k: int) -> str:
    """The size of the fit at the k-th λ, in words."""
    size = found.size[k]
    if np.isnan(size):
        return "no fit to all training rows"
    if found.has_freedom:
        return f"{number(size)} degrees of freedom of {found.n_weights}"
    return f"{int(size):,} of {found.n_weights:,} weights not zero"

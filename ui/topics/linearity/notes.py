"""What to notice: how linear units and logit are, and how far other models give the same classes."""

import pandas as pd

from core import Dataset
from ui.base.words import how_many, lam_label, lam_text, number, percent
from ui.topics.linearity.tables import FEW, Lams


def notes(linear: pd.DataFrame, lams: Lams, k: int, band: float) -> list[str]:
    """How linear units and logit are, at the chosen λ and at the ends of the grid, of networks at rest alone.

    linear: from `linearity_table`.
    """
    sentences = []
    for label, table in linear.groupby("penalty", sort=False):
        rows = table.reset_index(drop=True)
        sentences += [
            *_at_the_chosen(str(label), rows, lams, k, band),
            *_over_the_grid(str(label), rows, lams),
            *_collapsed(str(label), rows, lams),
        ]
    return sentences


def _at_the_chosen(label: str, rows: pd.DataFrame, lams: Lams, k: int, band: float) -> list[str]:
    """The share within the band, and R² where there is one."""
    if not rows.at_rest[k]:
        return []
    sentence = f"At {lam_text(lams[k])} under {label}"
    if rows.n_alive[k] == 0:
        return [f"{sentence} no hidden unit is alive, so that there is no z to look at."]
    if rows.state[k] == "collapsed":
        return [f"{sentence} the network has collapsed, and what is left of its z says nothing of tanh."]
    sentence += (
        f", **{percent(rows.share[k])}** of the z of {how_many(int(rows.n_alive[k]), 'hidden unit')} alive "
        f"lie within ±{band:.3f}"
    )
    if rows.state[k] == "ok":
        sentence += (
            f", and the affine map that fits its logit best on the training rows has R² = "
            f"**{number(rows.r2[k], 4)}** on the test rows"
        )
    return [sentence + "."]


def few_rows_note(linear: pd.DataFrame, data: Dataset) -> list[str]:
    """Why there is no R² where an affine map fits whatever there is."""
    if (linear.state == "few").any() and len(data.y_test) < FEW:
        return [f"On {len(data.y_test)} test rows an R² is more chance than anything, so that none is told."]
    if not (linear.state == "fitted").any():
        return []
    return [
        f"With {data.m:,} training rows and {data.n_features:,} columns an affine map fits any logit, so "
        "that its R² would say nothing."
    ]


def _over_the_grid(label: str, rows: pd.DataFrame, lams: Lams) -> list[str]:
    """R² at the smallest and at the largest λ that have one."""
    steady = rows[(rows.state == "ok") & rows.at_rest]
    if len(steady) < 2:
        return []
    low, high = steady.iloc[0], steady.iloc[-1]
    return [
        f"Of the networks at rest, {label}'s R² on the test rows goes from {number(low.r2, 4)} at "
        f"{lam_text(lams[low.k])} to {number(high.r2, 4)} at {lam_text(lams[high.k])}."
    ]


def _collapsed(label: str, rows: pd.DataFrame, lams: Lams) -> list[str]:
    """From where on the logit is constant, and that this is no linear model."""
    collapsed = rows.index[(rows.state == "collapsed") & rows.at_rest]
    if len(collapsed) == 0:
        return []
    first = lam_label(lams[collapsed[0]])
    to_the_end = len(collapsed) == len(rows) - collapsed[0]
    return [
        (f"From λ = {first} on" if to_the_end else f"At {len(collapsed)} λ, the first {first},")
        + f" {label} has collapsed: to four digits every sample gets the same answer. That is not a "
        "linear model but a constant one, and its R² would be 0/0, or that of a remainder."
    ]


def agreement_notes(agreed: pd.DataFrame, linear: pd.DataFrame, lams: Lams, k: int) -> list[str]:
    """How often network, logistic regression and tangents give the same class at the chosen λ, all at rest.

    agreed: from `agreements`; linear: from `linearity_table`. A network that has collapsed gives no class.
    """
    sentences = []
    gone = set(linear.penalty[(linear.k == k) & (linear.state == "collapsed")])
    agreed = agreed[~agreed.penalty.isin(gone)]
    for label, rows in agreed[(agreed.k == k) & agreed.at_rest].groupby("penalty", sort=False):
        share = rows.set_index("other").share
        if {"logistic", "tangent"} <= set(share.index):
            sentences.append(
                f"At {lam_text(lams[k])} under {label}, the network gives **{percent(share['logistic'])}** "
                "of the test rows, whose own classes are not looked at, the same class as the optimum of "
                f"logistic regression under the same λ, and **{percent(share['tangent'])}** the same as "
                "itself with every tanh replaced by its tangent."
            )
    return sentences

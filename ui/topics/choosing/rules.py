"""How much each rule flatters itself: what it told where it chose, and what its λ costs elsewhere."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import PENALTIES
from core.choosing import COMPARED, PICKED, Comparison
from core.intervals import standard_error
from core.selection import EQUAL
from core.settings import LAMS
from ui.base.theme import INKS, PENALTY_COLORS
from ui.base.words import lam_label, number
from ui.pictures.chart import Spec, finish, layer, table, titled
from ui.pictures.picture import Picture
from ui.topics.choosing.fitted import PENALTY, validated_settings
from ui.topics.choosing.tables import RULE_TEXTS
from ui.topics.topic import Context, remembered_with_data
from ui.work.tasks import Batch
from ui.work.validation import SPLITS, comparisons

TITLE = "How far a rule flatters itself"
IDEA = (
    f"λ is chosen anew on {SPLITS} splits of the rows, by each rule. What a rule tells is the cost by which "
    "it chose; what is true is the cost on rows that had no say in it. Who picks λ on the test rows has "
    "none left to be honest with."
)
NAMES = RULE_TEXTS | {PICKED: "picked on the test rows"}
ROW_HEIGHT = 84


def choices_of(context: Context) -> Batch[Comparison]:
    """The rules on every split."""
    return comparisons(validated_settings(context), context.shelf, context[PENALTY])


def rules_picture(context: Context) -> Picture:
    """What each rule told and what it costs, over the splits."""
    context.run(choices_of(context))  # before it is drawn, see Topic.picture
    return _drawn(context, validated_settings(context).hidden, context[PENALTY])


@remembered_with_data
def _drawn(context: Context, hidden: tuple[int, ...], penalty: str) -> Picture:
    found = context.run(choices_of(context))
    rows = choice_table(found)
    return Picture(
        "rules",
        chart(PENALTIES[penalty].label, context.theme),
        {"choices": rows, "means": mean_table(rows)},
        "For each rule a hollow point at the cost that it told and a filled one at the cost on rows that "
        f"had no say, for {SPLITS} splits and their mean.",
        notes(rows, found),
    )


def choice_table(found: Sequence[Comparison]) -> pd.DataFrame:
    """rule, row, split, lam, told, cost, nonzero: what each rule chose on each split, if it did."""
    rows = [
        (rule, i, split, LAMS[one.k], one.told, one.cost, one.nonzero)
        for split, comparison in enumerate(found)
        for i, rule in enumerate(COMPARED)
        if (one := comparison.by_rule[rule]).k >= 0 and np.isfinite([one.told, one.cost]).all()
    ]
    columns = ["rule", "row", "split", "lam", "told", "cost", "nonzero"]
    return pd.DataFrame(rows, columns=columns).astype({"row": "int32", "split": "int32", "nonzero": "int32"})


def mean_table(rows: pd.DataFrame) -> pd.DataFrame:
    """rule, row, told, cost, label: the means over the splits."""
    means = rows.groupby("rule", sort=False)[["row", "told", "cost"]].mean().reset_index()
    labels = [
        f"{NAMES[rule]}: told {number(told)}, true {number(cost)}"
        for rule, told, cost in means[["rule", "told", "cost"]].itertuples(index=False)
    ]
    return means.assign(label=labels)


def notes(rows: pd.DataFrame, found: Sequence[Comparison]) -> list[str]:
    """What each rule told, what was true, and how certain the difference is."""
    return [_about(rule, rows[rows.rule == rule]) for rule in COMPARED if (rows.rule == rule).any()] + [
        _measured_on(found)
    ]


def _about(rule: str, rows: pd.DataFrame) -> str:
    """One rule over its splits."""
    flattery, n = rows.cost - rows.told, len(rows)
    se = standard_error(flattery.to_numpy())
    lams = sorted(rows.lam)
    over = (
        "λ was " + lam_label(lams[0]) if lams[0] == lams[-1] else f"λ went from {lams[0]:g} to {lams[-1]:g}"
    )
    more = float(flattery.mean())
    chance = f", which {n} splits do not tell from 0" if abs(more) <= 2 * se else ""
    error = f" (± {number(se, 2)}, one standard error over the splits{chance})" if n > 1 else ""
    differs = f"costs {number(rows.cost.mean())}, **{number(abs(more), 2)} {'more' if more > 0 else 'less'}**"
    if abs(more) <= EQUAL:
        differs, error = "costs as much", ""
    return (
        f"**{NAMES[rule].replace('picked', 'Picked')}** told {number(rows.told.mean())} and {differs}"
        f"{error}; {over}, with {number(rows.nonzero.mean())} weights not zero on average."
    )


def _measured_on(found: Sequence[Comparison]) -> str:
    """How the true cost was measured."""
    if n := found[0].n_fresh:
        return f"True is the cost on {n:,} rows that nobody has seen, drawn anew for each split."
    true = "True is the cost on the test rows, of which λₘᵢₙ and λ₁ₛₑ know nothing."
    parts = {comparison.n_parts for comparison in found} - {0}
    if not parts:
        return f"{true} What a λ picked on these costs is not measured, for a class has a single row there."
    return (
        f"{true} For the λ that is picked on them, they are dealt into {max(parts)} parts: it is picked on "
        "all but one and measured on that one, each in turn."
    )


@lru_cache(maxsize=16)
def chart(penalty: str, theme: str) -> Spec:
    """Told and true of each rule as two points with a line between them. Tables: choices, means."""
    ink, color = INKS[theme], PENALTY_COLORS[penalty]
    x_scale = alt.Scale(zero=False, nice=True)
    told, true = (
        alt.X(f"{field}:Q", title="cost", scale=x_scale, axis=alt.Axis(tickCount=5))
        for field in ("told", "cost")
    )
    y = alt.Y(
        "row:Q", axis=None, scale=alt.Scale(domain=[-0.6, len(COMPARED) - 0.6], nice=False, reverse=True)
    )
    faint, mean = table("choices"), table("means")
    panel = layer(
        faint.mark_circle(size=40, color=color, opacity=0.35).encode(x=true, y=y),
        faint.mark_point(size=40, color=ink.quiet, opacity=0.5).encode(x=told, y=y),
        mean.mark_rule(color=color, strokeWidth=4).encode(x=told, x2=alt.X2("cost:Q"), y=y),
        mean.mark_point(
            size=220, filled=True, fill=ink.page, stroke=ink.text, strokeWidth=3, opacity=1
        ).encode(x=told, y=y),
        mean.mark_point(size=220, filled=True, color=color, opacity=1).encode(x=true, y=y),
        mean.mark_text(
            align="left", baseline="bottom", dy=-16, fontSize=17, fontWeight=600, color=ink.text
        ).encode(x=alt.value(0), y=y, text=alt.Text("label:N")),
    )
    key = ["Hollow: what the rule told; filled: what is true", f"Small: {SPLITS} splits; large: their mean"]
    sized = panel.properties(height=ROW_HEIGHT * len(COMPARED), title=titled("Told and true", key, ink))
    return finish([sized], theme)

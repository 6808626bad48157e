"""Which columns L1 keeps whatever half of the rows it sees."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import PENALTIES
from core.settings import LAMS
from core.stability import Stability
from ui.base.foreign import markdown
from ui.base.theme import INKS, PENALTY_COLORS
from ui.base.words import counted, joined, lam_text, number, percent
from ui.pictures.chart import NAME_ABOVE, Spec, finish, layer, named_rule, table, titled
from ui.pictures.picture import Picture
from ui.topics.topic import Context, remembered_with_data
from ui.work.tasks import Batch
from ui.work.validation import HALVES, stability

TITLE = "Which columns are stable"
IDEA = (
    f"L1 is fitted exactly on {HALVES} random halves of the training rows. A column that is kept in nearly "
    "all of them does not hang on a few of the rows; whether it decides the class is another question, and "
    "at a small λ many are kept."
)
TWO_CLASSES = "Halves of the rows are fitted where there are two classes; these data have more."
STABLE = 0.9  # share of the halves from which on a column is called stable
L1 = PENALTIES["l1"].label
MAX_BARS, BAR_HEIGHT = 40, 19


def halves_of(context: Context) -> Batch[Stability]:
    """The fits on halves."""
    return stability(context.settings, context.shelf)


def stable_picture(context: Context) -> Picture:
    """In how many halves each column is kept, at the chosen λ."""
    if len(context.data.class_names) > 2:
        return Picture("stable", missing=TWO_CLASSES)
    context.get(halves_of(context))  # before it is drawn, see Topic.picture
    return _drawn(context)


@remembered_with_data
def _drawn(context: Context) -> Picture:
    found, lam = context.get(halves_of(context)), context.settings.lam or LAMS[1]
    rows = share_table(found, LAMS.index(lam) - 1, context.data.feature_names, context.data.informative)
    return Picture(
        "stable",
        chart(len(rows), bool(context.data.informative), context.theme),
        {"columns": rows},
        f"For {counted(len(rows), context.data.n_features, 'columns')} the share of {HALVES} halves of the "
        "rows in which L1 keeps it, largest first.",
        notes(found, lam, context.data.feature_names, context.data.informative),
    )


def share_table(
    found: Stability, k: int, names: tuple[str, ...], informative: tuple[int, ...]
) -> pd.DataFrame:
    """place, column, share, decides: the columns kept most often, up to MAX_BARS. k: among the λ > 0."""
    order = np.argsort(-found.share[k], kind="stable")[:MAX_BARS]
    return pd.DataFrame(
        {
            "place": np.arange(len(order), dtype="int32"),
            "column": [names[i] for i in order],
            "share": found.share[k][order],
            "decides": np.isin(order, informative),
        }
    )


def notes(
    found: Stability, lam: float, names: tuple[str, ...], informative: tuple[int, ...] = ()
) -> list[str]:
    """Which columns are stable, and how many of them may be so by accident, or, where that is known, are."""
    k = LAMS.index(lam) - 1
    stable, bound = np.flatnonzero(found.share[k] >= STABLE), found.false_bound(STABLE)[k]
    which = f": {joined([markdown(names[i]) for i in stable.tolist()])}" if 0 < stable.size <= 8 else ""
    rules = (
        f"A half keeps {number(found.kept[k])} columns on average, so that at most {number(bound, 2)} "
        f"columns are expected to be kept falsely in {percent(STABLE)} of the halves or more (Meinshausen "
        "and Bühlmann)."
    )
    decide = int(np.isin(stable, informative).sum())
    known = (
        f" Of these {decide} {'decides' if decide == 1 else 'decide'} the class, as is known of drawn data."
        if stable.size and informative
        else ""
    )
    verb = "is" if stable.size == 1 else "are"
    return [
        f"At {lam_text(lam)}, half of it for half of the rows, {counted(stable.size, len(names), 'columns')} "
        f"{verb} kept in {percent(STABLE)} of the halves or more{which}.{known}",
        rules
        if bound < max(1, stable.size)
        else f"A half keeps {number(found.kept[k])} of {len(names)} columns on average, "
        "too many for a bound on false ones: choose a larger λ.",
    ]


@lru_cache(maxsize=16)
def chart(n: int, has_truth: bool, theme: str) -> Spec:
    """A bar for each column, its name in it. Table: columns."""
    ink, color = INKS[theme], PENALTY_COLORS[L1]
    y = alt.Y("place:O", axis=None, scale=alt.Scale(paddingInner=0.15))
    x = alt.X(
        "share:Q",
        title="share of the halves",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    bars = table("columns")
    fill = alt.condition("datum.decides", alt.value(0.75), alt.value(0.35)) if has_truth else alt.value(0.35)
    panel = layer(
        bars.mark_bar(color=color).encode(x=x, y=y, opacity=fill),
        bars.mark_text(align="left", baseline="middle", dx=6, fontSize=15, color=ink.text).encode(
            x=alt.value(0), y=y, text=alt.Text("column:N")
        ),
        *named_rule("share", STABLE, x, f"{percent(STABLE)} of the halves", "right", ink),
    )
    key = ["Strong: columns that decide the class"] if has_truth else []
    title = titled("How often L1 keeps it", key, ink, above=NAME_ABOVE)
    return finish([panel.properties(height=BAR_HEIGHT * n, title=title)], theme)

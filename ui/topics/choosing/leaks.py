"""The leak that everybody makes: choosing columns before the rows are parted, on pure noise."""

from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core.choosing import Leak
from ui.base.theme import INKS
from ui.base.words import percent
from ui.pictures.chart import NAME_ABOVE, Spec, finish, layer, named_rule, table, titled
from ui.pictures.picture import Picture
from ui.topics.topic import Context, remembered_with_data
from ui.work.validation import leaks

TITLE = "The leak: what was done before the rows were parted"
IDEA = (
    "A thousand columns of pure noise for 60 rows of two classes, drawn 20 times: no model can be right "
    "for more than half of all new rows. Cross-validation says so, as long as nothing has seen the rows "
    "that a fold keeps aside. The panel plays no part here."
)
NAMES = {
    "inside": "all inside each fold",
    "scaled": "scaled before",
    "chosen": "columns chosen before",
}
ROW_HEIGHT = 70


def leak_picture(context: Context) -> Picture:
    """The accuracy that cross-validation finds on noise, with and without a leak."""
    context.get(leaks())  # before it is drawn, see Topic.picture
    return _drawn(context)


@remembered_with_data
def _drawn(context: Context) -> Picture:
    found = context.get(leaks())
    return Picture(
        "leak",
        chart(context.theme),
        {"draws": draw_table(found), "means": mean_table(found)},
        "The share of rows that cross-validation calls right on pure noise: for each of three ways a point "
        "for each draw, and their mean, beside one half.",
        notes(found),
    )


def draw_table(found: Leak) -> pd.DataFrame:
    """way, row, accuracy: one row a draw."""
    frames = [
        pd.DataFrame({"way": way, "row": np.int32(i), "accuracy": accuracy})
        for i, (way, accuracy) in enumerate(found.accuracy.items())
    ]
    return pd.concat(frames, ignore_index=True)


def mean_table(found: Leak) -> pd.DataFrame:
    """row, accuracy, label: the mean of each way."""
    means = [float(accuracy.mean()) for accuracy in found.accuracy.values()]
    labels = [f"{NAMES[way]}: {percent(mean)}" for way, mean in zip(found.accuracy, means, strict=True)]
    return pd.DataFrame({"row": np.arange(len(means), dtype="int32"), "accuracy": means, "label": labels})


def notes(found: Leak) -> list[str]:
    """What each way finds, and how far that is from the truth."""
    mean = {way: float(accuracy.mean()) for way, accuracy in found.accuracy.items()}
    error = {way: float(a.std(ddof=1) / np.sqrt(len(a))) for way, a in found.accuracy.items()}
    return [
        f"Chosen inside each fold, the 20 columns of largest correlation with the class are right for "
        f"**{percent(mean['inside'])}** of the rows kept aside (± {percent(error['inside'])}): chance.",
        f"Chosen before, on all rows, such columns are right for **{percent(mean['chosen'])}** (± "
        f"{percent(error['chosen'])}), and nothing of it is true: they were chosen for the very rows that "
        "are then kept aside.",
        f"Scaling before the rows are parted is the same mistake, and moves next to nothing here: "
        f"{percent(mean['scaled'])}. It looks at no class. The lab scales inside each fold all the same.",
    ]


@lru_cache(maxsize=4)
def chart(theme: str) -> Spec:
    """The draws of each way in a row, their mean, and one half. Tables: draws, means."""
    ink = INKS[theme]
    x = alt.X(
        "accuracy:Q",
        title="rows called right",
        scale=alt.Scale(domain=[0.2, 1]),
        axis=alt.Axis(format="%", tickCount=5),
    )
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[-0.7, len(NAMES) - 0.5], nice=False, reverse=True))
    means = table("means")
    panel = layer(
        *named_rule("accuracy", 0.5, x, "one half, the truth", "left", ink),
        table("draws").mark_circle(size=70, color=ink.quiet, opacity=0.4).encode(x=x, y=y),
        means.mark_tick(color=ink.text, thickness=5, size=30).encode(x=x, y=y),
        means.mark_text(
            align="left", baseline="bottom", dy=-16, fontSize=17, fontWeight=600, color=ink.text
        ).encode(x=alt.value(0), y=y, text=alt.Text("label:N")),
    )
    key = ["Points: 20 draws of noise; bar: their mean"]
    title = titled("Validated accuracy on pure noise", key, ink, above=NAME_ABOVE)
    return finish([panel.properties(height=ROW_HEIGHT * len(NAMES), title=title)], theme)

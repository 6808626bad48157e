"""More data or more λ: cost and accuracy against both, with several seeds as a band; tables, chart, notes."""

from collections.abc import Sequence
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core.datasets import TEST_SHARE
from core.penalties import PENALTIES
from core.settings import MAX_SEED
from core.variance import Curves, band, best_lams, samples_needed
from ui import scripts
from ui.charts import Spec, chosen_slider, finish, lam_axis, lam_rules, percent_axis, table
from ui.lesson import Lesson
from ui.picture import Picture, remembered
from ui.tables import whole
from ui.theme import INKS, PENALTY_COLORS, Ink
from ui.words import lam_label, number, percent

ROWS = {"train": "training", "test": "test"}  # measure's prefix: as it is written
KEY = ("Test solid, training dashed", "Mean of the seeds, and lowest to highest")


def curve_table(curves: Sequence[Curves]) -> pd.DataFrame:
    """k, m, rows, is_all, then mean, low and high over the seeds: cost, cost_low, …, accuracy_high.

    One row for each λ, number of samples, and "training" or "test"; is_all marks the largest number of
    samples. Where a network of any seed diverged there is no row.
    """
    sizes, n_lams = curves[0].sizes, len(curves[0].lams)
    m, k = (index.ravel() for index in np.meshgrid(sizes, range(n_lams), indexing="ij"))
    frames = []
    for prefix, rows in ROWS.items():
        columns = {}
        for measure in ("cost", "accuracy"):
            over = band(curves, f"{prefix}_{measure}")
            ends = {measure: over.mean, f"{measure}_low": over.low, f"{measure}_high": over.high}
            columns |= {name: values.ravel() for name, values in ends.items()}
        frames.append(whole(k=k, m=m).assign(rows=rows, is_all=m == sizes[-1], **columns))
    return pd.concat(frames, ignore_index=True).dropna()


def frame_of(curves: pd.DataFrame) -> pd.DataFrame:
    """m, cost, accuracy: the ends of what the panels against m show at any λ, so that only lines move."""
    if curves.empty:
        return pd.DataFrame({"m": [], "cost": [], "accuracy": []})
    return pd.DataFrame(
        {
            "m": [curves.m.min(), curves.m.max()],
            "cost": [0.0, curves.cost_high.max()],
            "accuracy": [curves.accuracy_low.min(), 1.0],
        }
    )


def readout_table(curves: pd.DataFrame, lams: Sequence[float]) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then test and training on all samples."""
    everything = curves[curves.is_all].set_index(["rows", "k"])
    lines: dict[str, list[str]] = {"title": [f"λ = {lam_label(lam)}" for lam in lams]}
    for rows in ("test", "training"):
        lines[rows] = [
            f"{rows}: cost {number(here.cost)}, accuracy {percent(here.accuracy)}"
            if (here := _row(everything, (rows, k))) is not None
            else f"{rows}: diverged"
            for k in range(len(lams))
        ]
    return whole(k=range(len(lams))).assign(**lines)


def _row(indexed: pd.DataFrame, at: object) -> pd.Series | None:
    return indexed.loc[at] if at in indexed.index else None


def worth_table(curves: Sequence[Curves]) -> pd.DataFrame:
    """kind, m, k, lam, cost, low, high, needed: the test cost at λ = 0 and at the best λ for each m.

    kind: "zero" or "best", the λ with the lowest mean test cost at that m. needed: on the rows of "best",
    how many samples λ = 0 takes for the same mean cost, interpolated over log m; infinite where all are too
    few, NaN where the best λ is 0 or λ = 0 diverged. No row where every λ diverged.
    """
    sizes, lams = curves[0].sizes, curves[0].lams
    over = band(curves, "test_cost")
    zero = int(np.flatnonzero(lams == 0)[0])
    rows = []
    for i, (m, best) in enumerate(zip(sizes, best_lams(over.mean), strict=True)):
        for kind, k in (("zero", zero), ("best", best)):
            if k < 0 or np.isnan(over.mean[i, k]):
                continue
            cost, needed = over.mean[i, k], np.nan
            if kind == "best" and k != zero and np.isfinite(over.mean[i, zero]):
                needed = samples_needed(sizes[i:], over.mean[i:, zero], cost)
            rows.append((kind, m, k, lams[k], cost, over.low[i, k], over.high[i, k], needed))
    columns = ["kind", "m", "k", "lam", "cost", "low", "high", "needed"]
    return pd.DataFrame(rows, columns=columns).astype({"m": "int32", "k": "int32"})


def bridges(worth: pd.DataFrame) -> pd.DataFrame:
    """m, needed, cost: where the best λ at m and λ = 0 at more samples reach the same test cost."""
    return worth.loc[np.isfinite(worth.needed), ["m", "needed", "cost"]]


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], sizes: tuple[int, ...], penalty: str, theme: str) -> Spec:
    """Cost and accuracy against λ with all samples, against m at the slider's λ, and both on one axis.

    sizes: the numbers of samples; penalty: the label, "L1" or "L2". Tables: readout, chosen, curves, frame,
    worth, bridges.
    """
    ink, color = INKS[theme], PENALTY_COLORS[penalty]
    over_lam, over_m = lam_axis(labels), size_axis(sizes)
    params, events = chosen_slider(len(labels), "λ")
    all_samples, at_lam = "datum.is_all", "datum.k == k"
    panels = [
        readout(ink, color),
        alt.layer(
            lam_rules(ink, over_lam), *lines(all_samples, over_lam, cost_axis("cost"), color)
        ).properties(height=190, title=titled(f"Cost against λ, {penalty}, all samples", KEY, ink)),
        alt.layer(lam_rules(ink, over_lam), *lines(all_samples, over_lam, accuracy_axis(), color)).properties(
            height=160, title="Accuracy against λ, all samples"
        ),
        alt.layer(frame("cost"), *lines(at_lam, over_m, cost_axis("cost"), color)).properties(
            height=190, title="Cost against m, at this λ"
        ),
        alt.layer(frame("accuracy"), *lines(at_lam, over_m, accuracy_axis(), color)).properties(
            height=160, title="Accuracy against m, at this λ"
        ),
        worth_panel(penalty, over_m, color, ink),
    ]
    return finish(panels, theme, params=params, events=events)


def readout(ink: Ink, color: str) -> alt.LayerChart:
    """The lines of the table `readout` at k: λ, then test and training."""

    def line(field: str, top: int, size: int, hue: str) -> alt.Chart:
        here = table("readout").transform_filter("datum.k == k")
        mark = here.mark_text(align="left", baseline="top", fontSize=size, fontWeight=600, color=hue)
        return mark.encode(text=f"{field}:N", x=alt.value(0), y=alt.value(top))

    title = line("title", 0, 28, ink.text)
    return alt.layer(title, line("test", 38, 18, color), line("training", 64, 18, color)).properties(
        height=84
    )


def titled(title: str, key: Sequence[str], ink: Ink) -> alt.TitleParams:
    """A title with the key to lines and bands under it."""
    return alt.TitleParams(title, subtitle=list(key), subtitleColor=ink.quiet)


def size_axis(sizes: Sequence[int]) -> alt.X:
    """m on a logarithmic axis, marked at the numbers of samples that were trained."""
    return alt.X(
        "m:Q",
        title="training samples m",
        scale=alt.Scale(type="log", nice=False, padding=8),
        axis=alt.Axis(values=list(sizes), grid=False, format=",d", labelOverlap=True),
    )


def cost_axis(field: str) -> alt.Y:
    """Cross-entropy from 0 on, with more room for the small ones: the gap is there."""
    return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(type="sqrt"), axis=alt.Axis(tickCount=4))


def accuracy_axis() -> alt.Y:
    """Accuracy in percent; it does not begin at 0."""
    return percent_axis("accuracy", zero=False, nice=True)


def frame(measure: str) -> alt.Chart:
    """Unseen points that hold the scales of a panel against m."""
    return table("frame").mark_point(opacity=0).encode(x="m:Q", y=f"{measure}:Q")


def lines(keep: str, x: alt.X, y: alt.Y, color: str) -> list[alt.Chart]:
    """Test and training as lines within their bands, from the rows of `curves` that are kept."""
    measure = str(y["shorthand"]).split(":")[0]
    base = table("curves").transform_filter(keep)
    dash = alt.StrokeDash(
        "rows:N", scale=alt.Scale(domain=["test", "training"], range=[[1, 0], [6, 4]]), legend=None
    )
    spread = base.mark_area(opacity=0.18, color=color).encode(
        x=x, y=alt.Y(f"{measure}_low:Q", title=None), y2=f"{measure}_high:Q", detail="rows:N"
    )
    mean = base.mark_line(strokeWidth=3, color=color).encode(x=x, y=y, strokeDash=dash)
    points = base.transform_filter("datum.rows == 'test'").mark_circle(size=45, color=color, opacity=1)
    return [spread, mean, points.encode(x=x, y=y)]


def worth_panel(penalty: str, x: alt.X, color: str, ink: Ink) -> alt.LayerChart:
    """Test cost against m without a penalty and at the best λ, with bridges to the same cost."""
    y = alt.Y("cost:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4))

    def curve(kind: str, hue: str) -> list[alt.Chart]:
        base = table("worth").transform_filter(f"datum.kind == '{kind}'")
        spread = base.mark_area(opacity=0.18, color=hue).encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
        line = base.mark_line(strokeWidth=3, color=hue, point=alt.OverlayMarkDef(size=60, color=hue))
        return [spread, line.encode(x=x, y=y)]

    across = table("bridges").encode(x=x, y=y)
    bridge = across.mark_rule(color=ink.text, strokeDash=[2, 3], strokeWidth=2).encode(x2="needed:Q")
    end = across.mark_point(shape="diamond", filled=True, size=110, color=ink.text, opacity=1)
    key = (f"Grey: λ = 0; {penalty}'s colour: the best λ", "Dotted: as good, with more samples")
    return alt.layer(
        *curve("zero", ink.quiet), *curve("best", color), bridge, end.encode(x=alt.X("needed:Q"))
    ).properties(height=260, title=titled("Test cost: more data, or more λ", key, ink))


def notes(curves: Sequence[Curves], penalty: str, k: int) -> list[str]:
    """What λ and what more samples do to the gap between test and training, as means over the seeds."""
    lams, m = curves[0].lams, curves[0].sizes[-1]
    test, train = band(curves, "test_cost"), band(curves, "train_cost")
    hits = band(curves, "test_accuracy")
    notes = []
    if np.isfinite(test.mean[-1, k]):
        notes.append(
            f"At λ = {lam_label(lams[k])} under {penalty}, all {m:,} training samples, the mean over "
            f"{len(curves)} seeds is a test cost of **{number(test.mean[-1, k])}** (from "
            f"{number(test.low[-1, k])} to {number(test.high[-1, k])}) beside a training cost of "
            f"{number(train.mean[-1, k])}, and a test accuracy of {percent(hits.mean[-1, k])}."
        )
    else:
        notes.append(
            f"At λ = {lam_label(lams[k])} under {penalty} a network of some seed diverged, so there is no "
            "mean to tell."
        )
    worth = worth_table(curves)
    notes += _best_note(worth[worth.m == m], test, lams, m)
    notes += _data_note(curves, test.mean[:, 0] - train.mean[:, 0], test.mean[:, 0])
    notes += _worth_note(worth, m)
    gone = int(np.isnan(np.array([one.test_cost for one in curves])).sum())
    if gone:
        total = len(curves) * test.mean.size
        left_out = int(np.isnan(test.mean).sum())
        notes.append(
            f"{gone:,} of these {total:,} networks diverged, or ended at a higher J than they began at; the "
            f"{left_out:,} means with one of them are left out. The fewer samples, the larger is αλ/m."
        )
    return notes


def _best_note(worth: pd.DataFrame, test: object, lams: np.ndarray, m: int) -> list[str]:
    """The λ with the lowest mean test cost on all samples, against none."""
    by_kind = worth.set_index("kind")
    if "zero" not in by_kind.index or "best" not in by_kind.index:
        return []
    zero, best = by_kind.loc["zero"], by_kind.loc["best"]
    if best.lam == 0:
        return [
            f"With all {m:,} samples no λ of the grid is better than λ = 0, whose test cost is "
            f"{number(zero.cost)}: there is no variance left that a penalty could take."
        ]
    return [
        f"With all {m:,} samples the lowest mean test cost, **{number(best.cost)}**, is at "
        f"**λ = {lam_label(best.lam)}**; without a penalty it is {number(zero.cost)}."
    ]


def _data_note(curves: Sequence[Curves], gap: np.ndarray, test: np.ndarray) -> list[str]:
    """What more samples do to the gap at λ = 0, where they close it."""
    kept = np.flatnonzero(np.isfinite(gap))
    if kept.size < 2 or not gap[kept[-1]] < gap[kept[0]]:
        return []
    few, many = kept[0], kept[-1]
    sizes = curves[0].sizes
    return [
        f"More data: without a penalty the test cost stands {number(gap[few])} above the training cost with "
        f"{sizes[few]:,} samples, and {number(gap[many])} with {sizes[many]:,}; the test cost goes from "
        f"{number(test[few])} to {number(test[many])}."
    ]


def _worth_note(worth: pd.DataFrame, m: int) -> list[str]:
    """How many samples the best λ is worth at about a quarter of the samples."""
    best = worth[(worth.kind == "best") & (worth.m < m)]
    if best.empty:
        return []
    here = best.loc[(np.log(best.m) - np.log(m / 4)).abs().idxmin()]
    zero = worth[(worth.kind == "zero") & (worth.m == here.m)]
    if here.lam == 0 or zero.empty:
        return []
    start = (
        f"More λ: with {here.m:,} samples the best λ, {lam_label(here.lam)}, takes the test cost from "
        f"{number(zero.cost.iloc[0])} to **{number(here.cost)}**. "
    )
    if np.isinf(here.needed):
        return [start + f"Without a penalty not even all {m:,} samples reach that."]
    return [
        start + f"Without a penalty that takes about **{here.needed:,.0f} samples**, "
        f"{number(here.needed / here.m, 2)} times as many."
    ]


def formula(curves: Sequence[Curves], penalty: str, k: int) -> str:
    """The cost that is shown and the J that was trained, in LaTeX, with the λ and the m of the moment."""
    lam, m = lam_label(curves[0].lams[k]), curves[0].sizes[-1]
    norm = r"\|W^{[l]}\|_1" if penalty == "l1" else r"\|W^{[l]}\|_F^2"
    return (
        r"\text{cost} = \frac{1}{m}\sum_{i=1}^m \mathcal{L}(\hat y^{(i)}, y^{(i)}) \qquad "
        rf"J = \text{{cost}} + \frac{{{lam}}}{{2\cdot {m}}}\sum_l {norm}"
    )


@remembered
def picture(
    lesson: Lesson, curves: Sequence[Curves], penalty: str = "l2", test_share: float = TEST_SHARE
) -> Picture:
    """The page's picture of one penalty's curves, one of each seed from the panel's on."""
    seeds = [(lesson.settings.seed + i) % (MAX_SEED + 1) for i in range(len(curves))]
    label, rows = PENALTIES[penalty].label, curve_table(curves)
    if rows.empty:
        return Picture(
            "bias_variance",
            missing="At every λ a network of some seed diverged, so there is no mean to show. Choose a "
            "smaller α in the panel.",
        )
    worth = worth_table(curves)
    return Picture(
        "bias_variance",
        chart(lesson.labels, curves[0].sizes, label, lesson.theme),
        {
            "readout": readout_table(rows, curves[0].lams),
            "chosen": whole(k=[lesson.k]),
            "curves": rows,
            "frame": frame_of(rows),
            "worth": worth,
            "bridges": bridges(worth),
        },
        "Training and test cost and accuracy against λ and against the number of training samples, with the "
        "spread of several seeds as a band; and the test cost without a penalty beside that at the best λ, "
        "against the number of samples.",
        notes(curves, label, lesson.k),
        script=scripts.bias_variance(lesson.settings, penalty, curves[0].sizes, seeds, test_share),
    )

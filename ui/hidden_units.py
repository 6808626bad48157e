"""The network drawn, its units told apart as alive, constant or cut; tables, chart and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from core import Dataset, Run
from core.measures import UNIT_STATES, count_units, count_weights, unit_states
from ui import scripts
from ui.charts import SIGN_SCALE, Spec, chosen_slider, finish, lam_axis, over_lam, readout, table
from ui.lesson import Lesson
from ui.picture import Picture, at_any_lam, remembered
from ui.tables import Runs, whole, wide
from ui.theme import INKS, PENALTY_COLORS, SIGN_COLORS, Ink
from ui.words import counted, joined, lam_label, number, percent

NO_HIDDEN_LAYER = "This network has no hidden layer, so no hidden unit that a penalty could cancel."
MAX_LINKS = 800  # 30 inputs × 16 × 16 × 1 has 752; far more are a smear, and Vega leaves SVG at 2,000 marks
MAX_LABELS = 40  # names in one column; more would stand on each other
ROW = 21  # pixels of one named input
HEAD = 62  # pixels over the units: the penalty, and how many units each column has
NARROW = 700  # pixels of page under which names give way to the picture
SHAPES = {"alive": "circle", "constant": "square", "cut": "circle", "diverged": "cross"}


@dataclass(frozen=True, eq=False)
class Tolerance:
    """Up to which size a weight counts as none, layer by layer."""

    share: float  # of the layer's largest weight
    largest: tuple[float, ...]  # that weight, (n_layers,)
    of: str  # which network's

    @property
    def sizes(self) -> tuple[float, ...]:
        """The largest |w| of each layer that still counts as none."""
        return tuple(self.share * largest for largest in self.largest)

    def clean(self, W: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The weights with those that count as none set to zero."""
        return [np.where(np.abs(layer) <= size, 0, layer) for layer, size in zip(W, self.sizes, strict=True)]


def tolerance(runs: Runs, share: float) -> Tolerance:
    """A share of each layer's largest weight at λ = 0, or at the start where λ = 0 diverged."""
    run = next(iter(runs.values()))
    free = [W[0] for W in run.W]
    settled = all(np.isfinite(W).all() for W in free)
    reference = free if settled else [history[0, 0] for history in run.history_W]
    largest = tuple(float(np.abs(W).max()) for W in reference)
    return Tolerance(share, largest, "at λ = 0" if settled else "at the start")


def all_states(run: Run, tol: Tolerance) -> list[np.ndarray]:
    """UNIT_STATES of inputs, hidden units and outputs, [column] (n_lams, n_units).

    An input is alive or cut, an output alive or constant: beyond either end stands a link that never goes.
    """
    W = tol.clean(run.W)
    ends = [np.broadcast_to(np.eye(n), (run.lams.size, n, n)) for n in (W[0].shape[2], W[-1].shape[1])]
    return unit_states([ends[0], *W, ends[1]])


def unit_counts(runs: Runs, tol: Tolerance) -> pd.DataFrame:
    """k, penalty, alive, constant, cut, links: hidden units by state, and links that count, at each λ.

    Networks that diverged have no row.
    """
    frames = []
    for label, run in runs.items():
        states = all_states(run, tol)[1:-1]
        counts = {state: count_units(states, state).sum(axis=0) for state in UNIT_STATES}
        links = sum((layer != 0).sum(axis=(1, 2)) for layer in tol.clean(run.W))
        rows = whole(k=range(run.lams.size), **counts, links=links).assign(penalty=label)
        frames.append(rows[rows.diverged == 0].drop(columns="diverged"))
    return pd.concat(frames, ignore_index=True)


def unit_readout(runs: Runs, counts: pd.DataFrame) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the units of each penalty by state."""
    run = next(iter(runs.values()))
    lines = {"title": [f"λ = {lam_label(lam)}" for lam in run.lams]}
    for label in runs:
        said = {
            row.k: f"{label}: {row.alive} alive, {row.constant} constant, {row.cut} cut"
            for row in counts[counts.penalty == label].itertuples()
        }
        lines[label] = [said.get(k, f"{label}: diverged") for k in range(run.lams.size)]
    return whole(k=range(run.lams.size)).assign(**lines)


def picture_height(sizes: Sequence[int]) -> int:
    """Height of the network in pixels: a row for each named input, and room enough to see units apart."""
    return HEAD + min(ROW * MAX_LABELS, max(ROW * min(sizes[0], MAX_LABELS), 15 * max(sizes[1:]), 240))


def positions(sizes: Sequence[int]) -> list[np.ndarray]:
    """How far down the units of each column stand, from 0 at the top to 1, evenly."""
    height = picture_height(sizes)
    return [(HEAD + (np.arange(n) + 0.5) / n * (height - HEAD)) / height for n in sizes]


def sizes_of(run: Run) -> tuple[int, ...]:
    """Units of every column, inputs first."""
    return (run.W[0].shape[2], *(W.shape[1] for W in run.W))


def names_of(data: Dataset, sizes: Sequence[int]) -> list[list[str]]:
    """What each unit of each column is called."""
    hidden = [[f"unit {i + 1} of layer {l + 1}" for i in range(n)] for l, n in enumerate(sizes[1:-1])]
    outputs = list(data.class_names) if sizes[-1] > 1 else [data.class_names[1]]
    return [list(data.feature_names), *hidden, outputs]


def unit_table(run: Run, data: Dataset, tol: Tolerance) -> pd.DataFrame:
    """One row a unit, wide over λ: its place, its name, its state (v0, …: index in UNIT_STATES).

    Columns: column, across (0 to 1), down (0 to 1), area (pixels²), name, label ("" where there is no room
    for one), and a0, … for hidden units: tanh(b), what a constant one hands on.
    """
    sizes = sizes_of(run)
    spacing = picture_height(sizes) - HEAD
    frames = []
    for c, (name, down, states) in enumerate(
        zip(names_of(data, sizes), positions(sizes), all_states(run, tol), strict=True)
    ):
        n, outer = sizes[c], c in (0, len(sizes) - 1)
        codes = sum(i * (states == state) for i, state in enumerate(UNIT_STATES))
        a = np.full((run.lams.size, n), np.nan) if outer else np.tanh(run.b[c - 1][:, :, 0])
        frames.append(
            pd.DataFrame(
                {
                    "column": np.full(n, c, np.int32),
                    "across": c / (len(sizes) - 1),
                    "down": down,
                    "area": min(22.0, 0.66 * spacing / n) ** 2,
                    "name": name,
                    "label": name if outer and n <= MAX_LABELS else "",
                    **{f"v{k}": codes[k].astype(np.int32) for k in range(run.lams.size)},
                    **{f"a{k}": a[k].astype(np.float32) for k in range(run.lams.size)},
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def strongest_links(W: Sequence[np.ndarray], limit: int = MAX_LINKS) -> list[np.ndarray]:
    """Which links to draw, [l] flat indices: the largest mean |w| over λ, at most `limit` in all.

    Small layers are drawn whole; what they leave is shared by the others.
    """
    kept, left = {}, limit
    by_size = sorted(range(len(W)), key=lambda l: W[l][0].size)
    for done, l in enumerate(by_size):
        share = left // (len(W) - done)
        with np.errstate(over="ignore"):
            strength = np.nan_to_num(np.abs(W[l])).mean(axis=0).ravel()
        kept[l] = np.sort(np.argsort(-strength, kind="stable")[:share])
        left -= len(kept[l])
    return [kept[l] for l in range(len(W))]


def link_table(run: Run, data: Dataset, tol: Tolerance) -> pd.DataFrame:
    """One row a link that is drawn, wide over λ (v0, …): its ends, its weight, up to where it counts as none.

    Columns: across, down, across_end, down_end, source, target, none. Strong links come last, on top.
    """
    sizes = sizes_of(run)
    names, downs, n_columns = names_of(data, sizes), positions(sizes), len(sizes) - 1
    frames = []
    for l, index in enumerate(strongest_links(run.W)):
        target, source = np.divmod(index, sizes[l])
        w = run.W[l].reshape(run.lams.size, -1)[:, index].T
        with np.errstate(over="ignore"):
            rows = pd.DataFrame(
                {
                    "across": l / n_columns,
                    "down": downs[l][source],
                    "across_end": (l + 1) / n_columns,
                    "down_end": downs[l + 1][target],
                    "source": np.array(names[l], object)[source],
                    "target": np.array(names[l + 1], object)[target],
                    "none": np.float32(tol.sizes[l]),
                    **wide(w, decimals=5),
                }
            )
            frames.append(rows.assign(strength=np.nan_to_num(np.abs(w)).mean(axis=1)))
    return pd.concat(frames).sort_values("strength", kind="stable").drop(columns="strength")


def column_heads(run: Run) -> pd.DataFrame:
    """across, head, short: over each column how many units it has, in words and as a number."""
    sizes = sizes_of(run)
    kinds = ["input", *["unit"] * len(run.hidden), "output"]
    return pd.DataFrame(
        {
            "across": np.linspace(0, 1, len(sizes)),
            "head": [f"{n} {kind}{'s' * (n > 1)}" for n, kind in zip(sizes, kinds, strict=True)],
            "short": [str(n) for n in sizes],
        }
    )


@lru_cache(maxsize=64)
def chart(labels: tuple[str, ...], sizes: tuple[int, ...], named: bool, theme: str) -> Spec:
    """The network of one penalty at λ, and the units by their state against λ for both.

    sizes: units of every column; named: whether names stand beside inputs.
    Tables: readout, chosen, drawn, heads, units, links, counts.
    """
    ink, x = INKS[theme], lam_axis(labels)
    n_units = sum(sizes[1:-1])

    def count(state: str, title: str) -> alt.LayerChart:
        y = alt.Y(
            f"{state}:Q",
            title=None,
            scale=alt.Scale(domain=[0, n_units], nice=False),
            axis=alt.Axis(format="d", tickMinStep=1, tickCount=4),
        )
        return over_lam("counts", ink, x, y).properties(height=150, title=title)

    params, events = chosen_slider(len(labels), "λ")
    room = alt.param(name="room", value=0)  # narrow until measured: what stands out is never taken back
    events["room"] = [{"events": {"type": "timer", "throttle": 300}, "update": "containerSize()[0]"}]
    panels = [
        readout(ink),
        network_panel(picture_height(sizes), named, ink),
        legend_panel(ink),
        count("alive", f"Hidden units alive, of {n_units}"),
        count("constant", "Constant: no path from the input"),
        count("cut", "Cut: no path to the output"),
    ]
    return finish(panels, theme, ("x", "y", "color", "shape"), [*params, room], events)


def network_panel(height: int, named: bool, ink: Ink) -> alt.LayerChart:
    """Columns of units and the links between them, at k."""
    left = f"(room > {NARROW} ? {150 if named else 20} : 8) / max(200, room - 80)"
    right = f"(room > {NARROW} ? 120 : 8) / max(200, room - 80)"

    def placed(field: str) -> str:
        return f"{left} + datum.{field} * (1 - {left} - {right})"

    def across(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))

    y = alt.Y("down:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False, reverse=True))
    links = (
        table("links")
        .transform_calculate(
            w="datum['v' + k]", from_x=placed("across"), to_x=placed("across_end"), size="abs(datum['v' + k])"
        )
        .transform_filter("isValid(datum.w) && datum.w != 0")
        .transform_calculate(
            share="min(1, datum.size / data('drawn')[0].top)",
            sign="datum.w < 0 ? 'negative' : 'positive'",
            width="datum.size <= datum.none ? 0.7 : 0.8 + 7 * datum.share",
            strength="datum.size <= datum.none ? 1 : 0.3 + 0.65 * sqrt(datum.share)",
        )
        .mark_rule(strokeCap="round")
        .encode(
            x=across("from_x"),
            x2="to_x:Q",
            y=y,
            y2="down_end:Q",
            color=alt.condition(
                "datum.size <= datum.none",
                alt.value(ink.grid),
                alt.Color("sign:N", scale=SIGN_SCALE, legend=None),
            ),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("source:N", title="from"),
                alt.Tooltip("target:N", title="to"),
                alt.Tooltip("w:Q", title="weight", format=".4f"),
            ],
        )
    )
    units = table("units").transform_calculate(
        at=placed("across"),
        state=f"{list(UNIT_STATES)}[datum['v' + k]]",
        a="isValid(datum['a' + k]) && datum['v' + k] == 1 ? format(datum['a' + k], '.3f') : 'varies'",
    )
    bodies = units.mark_point(filled=True, opacity=1, strokeWidth=2).encode(
        x=across("at"),
        y=y,
        size=alt.Size("area:Q", scale=None, legend=None),
        shape=alt.Shape(
            "state:N", scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())), legend=None
        ),
        fill=alt.Fill(
            "state:N",
            scale=alt.Scale(domain=list(SHAPES), range=[ink.text, ink.quiet, ink.page, ink.grid]),
            legend=None,
        ),
        stroke=alt.Stroke(
            "state:N",
            scale=alt.Scale(domain=list(SHAPES), range=[ink.text, ink.text, ink.quiet, ink.quiet]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("name:N", title="unit"),
            alt.Tooltip("state:N", title="state"),
            alt.Tooltip("a:N", title="hands on a"),
        ],
    )
    names = units.transform_filter(f"room > {NARROW} && datum.label != ''")
    shade = alt.condition("datum.state == 'cut'", alt.value(ink.quiet), alt.value(ink.text))
    fade = alt.condition("datum.state == 'cut'", alt.value(0.75), alt.value(1))
    inputs = names.transform_filter("datum.column == 0").mark_text(
        align="right", dx=-16, fontSize=16, limit=185
    )
    outputs = names.transform_filter("datum.column > 0").mark_text(
        align="left", dx=18, fontSize=16, limit=120
    )
    heads = table("heads").transform_calculate(
        at=placed("across"), text=f"room > {NARROW} ? datum.head : datum.short"
    )
    title = table("drawn").mark_text(align="left", baseline="top", fontSize=18, fontWeight=600)
    return (
        alt.layer(
            links,
            bodies,
            *(
                mark.encode(x=across("at"), y=y, text="label:N", color=shade, opacity=fade)
                for mark in (inputs, outputs)
            ),
            heads.mark_text(baseline="bottom", fontSize=16, color=ink.quiet).encode(
                x=across("at"), y=alt.value(HEAD - 8), text="text:N"
            ),
            title.encode(
                x=alt.value(0),
                y=alt.value(0),
                text="title:N",
                color=alt.Color(
                    "penalty:N",
                    scale=alt.Scale(domain=list(PENALTY_COLORS), range=list(PENALTY_COLORS.values())),
                    legend=None,
                ),
            ),
        )
        .resolve_scale(color="independent", fill="independent", stroke="independent")
        .properties(height=height)
    )


def legend_panel(ink: Ink) -> alt.LayerChart:
    """What the shapes and the hues mean, three in a row so that a phone holds them."""
    places = [(12, 12), (122, 12), (242, 12), (12, 40), (122, 40), (242, 40)]
    looks = [
        ("alive", SHAPES["alive"], ink.text, ink.text),
        ("constant", SHAPES["constant"], ink.quiet, ink.text),
        ("cut", SHAPES["cut"], ink.page, ink.quiet),
        *(
            (f"w {side} 0", "stroke", SIGN_COLORS[sign], SIGN_COLORS[sign])
            for sign, side in (("positive", ">"), ("negative", "<"))
        ),
        ("none", "stroke", ink.grid, ink.grid),
    ]
    layers = []
    for (x, y), (label, shape, fill, stroke) in zip(places, looks, strict=True):
        base = table("chosen").encode(x=alt.value(x), y=alt.value(y))
        width = 2 if shape != "stroke" else (1.5 if label == "none" else 5)
        layers.append(
            base.mark_point(shape=shape, fill=fill, stroke=stroke, strokeWidth=width, size=220, opacity=1)
        )
        layers.append(
            base.mark_text(align="left", dx=16, fontSize=16, color=ink.text).encode(text=alt.value(label))
        )
    return alt.layer(*layers).properties(height=52)


def drawn_table(run: Run, label: str, tol: Tolerance) -> pd.DataFrame:
    """penalty, title, top: whose network is drawn, and the weight that is drawn widest."""
    top = max(max(tol.largest), 1e-9)
    return pd.DataFrame({"penalty": [label], "title": [f"{label}: the network at this λ"], "top": [top]})


def notes(runs: Runs, data: Dataset, tol: Tolerance, k: int) -> list[str]:
    """What became of the units at the chosen λ and over the grid, and how the tolerance matters."""
    here = f"At λ = {lam_label(next(iter(runs.values())).lams[k])}"
    counts = unit_counts(runs, tol).set_index(["penalty", "k"])
    notes, told = [], {label: run for label, run in runs.items() if run.diverged_at[k] < 0}
    for label, run in told.items():
        row = counts.loc[label, k]
        inputs = int((all_states(run, tol)[0][k] == "alive").sum())
        notes.append(
            f"{here} under {label}, **{row.alive} of {sum(run.hidden)}** hidden units are alive, "
            f"{row.constant} constant and {row.cut} cut; {counted(row.links, count_weights(run.W), 'links')} "
            f"count, and {counted(inputs, data.n_features, 'inputs')} reach the output."
        )
        if note := _constant_units(run, label, tol, k):
            notes.append(note)
    for label, run in runs.items():
        if label in counts.index:
            notes.append(_over_the_grid(run, label, counts.loc[label]))
    if tol.share > 0:
        notes += [note for label, run in told.items() if (note := _by_zeros_alone(run, label, tol, k))]
        changed = {label: _changed_predictions(run, data, tol, k) for label, run in told.items()}
        if changed:
            parts = [f"{n:,} under {label}" for label, n in changed.items()]
            notes.append(
                f"Does it matter that small weights count as none? Setting them to exactly zero at this λ "
                f"changes the predicted class of {joined(parts)}, of {len(data.y_test):,} test rows."
            )
    return notes


def _constant_units(run: Run, label: str, tol: Tolerance, k: int) -> str | None:
    """A constant unit is not a silent one: say what it hands on."""
    hidden = all_states(run, tol)[1:-1]
    at = [(l, i) for l, states in enumerate(hidden) for i in np.flatnonzero(states[k] == "constant")]
    if not at:
        return None
    a = [np.tanh(run.b[l][k, i, 0]) for l, i in at]
    strongest = int(np.abs(a).argmax())
    l, i = at[strongest]
    many = f"{len(at)} constant units hand" if len(at) > 1 else "one constant unit hands"
    which = f"unit {i + 1} of layer {l + 1}"
    return (
        f"{label}'s {many} on tanh(b) whatever the sample"
        + (", the largest " if len(at) > 1 else ": ")
        + f"{which} with a = {number(a[strongest])}. Biases are not penalized, so constant need not be zero."
    )


def _over_the_grid(run: Run, label: str, rows: pd.DataFrame) -> str:
    """From which λ on units are lost, and from which on none is alive."""
    n = sum(run.hidden)
    lost = rows.index[rows.alive < n]
    if len(lost) == 0:
        return f"{label} keeps all {n} units alive over the whole grid."
    sentence = (
        f"On this grid {label} first has fewer than {n} units alive at λ = {lam_label(run.lams[lost[0]])}"
    )
    some = rows.index[rows.alive > 0]
    none = rows.index[rows.index > (some[-1] if len(some) else -1)]
    if len(none) == 0:
        last = lam_label(run.lams[rows.index[-1]])
        return f"{sentence}; at the largest, λ = {last}, {rows.alive.iloc[-1]} are left."
    return f"{sentence}; from λ = {lam_label(run.lams[none[0]])} on none is left."


def _by_zeros_alone(run: Run, label: str, tol: Tolerance, k: int) -> str | None:
    """Where the tolerance, and not an exact zero, took units away."""
    alive = [
        int(sum((states[k] == "alive").sum() for states in all_states(run, t)[1:-1]))
        for t in (tol, replace(tol, share=0.0))
    ]
    if alive[0] == alive[1]:
        return None
    return (
        f"Counted by exact zeros alone, {label} has {alive[1]} units alive at this λ and not {alive[0]}: "
        f"the rest hang on weights that are small, up to {percent(tol.share)} of their layer's largest "
        f"{tol.of}, but not zero."
    )


def _changed_predictions(run: Run, data: Dataset, tol: Tolerance, k: int) -> int:
    """Test rows whose predicted class changes when weights that count as none are set to zero."""
    one = run.select(slice(k, k + 1))
    cleaned = replace(one, history_W=[W[None] for W in tol.clean(one.W)], history_b=[b[None] for b in one.b])
    P, P_cleaned = (r.predict_proba(data.X_test)[0] for r in (one, cleaned))
    classes = [(p > 0.5) if p.ndim == 1 else p.argmax(axis=0) for p in (P, P_cleaned)]
    return int((classes[0] != classes[1]).sum())


@remembered
def picture(lesson: Lesson, drawn: str = "L1", share: float = 0.01) -> Picture:
    """The page's picture. drawn: whose network; share: up to where a weight counts as none (`tolerance`)."""
    if not lesson.settings.hidden:
        return Picture(
            "hidden_units",
            missing=NO_HIDDEN_LAYER,
        )
    data, runs = lesson.trained.data, lesson.trained.runs
    grid = whole_grid(lesson, drawn, share)
    return replace(
        grid,
        tables=grid.packed | {"chosen": whole(k=[lesson.k])},
        notes=notes(runs, data, tolerance(runs, share), lesson.k),
        script=scripts.hidden_units(lesson, share),
    )


@at_any_lam
def whole_grid(lesson: Lesson, drawn: str, share: float) -> Picture:
    """The picture without what depends on the chosen λ."""
    data, runs = lesson.trained.data, lesson.trained.runs
    run, tol = runs[drawn], tolerance(runs, share)
    sizes, counts, links = sizes_of(run), unit_counts(runs, tol), link_table(run, data, tol)
    n_links = count_weights(run.W)
    return Picture(
        "hidden_units",
        chart(lesson.labels, sizes, sizes[0] <= MAX_LABELS, lesson.theme),
        {
            "readout": unit_readout(runs, counts),
            "drawn": drawn_table(run, drawn, tol),
            "heads": column_heads(run),
            "units": unit_table(run, data, tol),
            "links": links,
            "counts": counts,
        },
        "The network of one penalty at the λ of the slider: inputs, hidden units and outputs as columns of "
        "circles with their links; then, against λ, how many hidden units are alive, constant and cut.",
        caption=f"The picture shows the {len(links):,} strongest of {n_links:,} links by mean size over all "
        "λ. The units' states go by all of them."
        if len(links) < n_links
        else "",
    )

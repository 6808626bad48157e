"""Tidy tables of the network: its units and links at every λ, and how many units are in which state."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core import Dataset, Run
from core.measures import UNIT_STATES, count_units
from ui.base.tables import Runs, integer_table, wide
from ui.base.words import how_many, lam_text, standing, standings
from ui.pictures.ends import Upright, penalty_ends
from ui.topics.hidden_units.layout import (
    HEAD,
    MAX_LABELS,
    names_of,
    network_height,
    positions,
    sizes_of,
)
from ui.topics.hidden_units.states import Tolerance, all_states

COUNTED = ("alive", "constant", "cut")  # the states that have a panel
MAX_LINKS = 800  # 30 inputs × 16 × 16 × 1 has 752; far more are a smear, and Vega leaves SVG at 2,000 marks


def unit_counts(runs: Runs, tol: Tolerance) -> pd.DataFrame:
    """k, penalty, alive, constant, cut, links: hidden units by state, and links that count, at each λ.

    Networks that diverged have no row.
    """
    frames = []
    for label, run in runs.items():
        states = all_states(run, tol)[1:-1]
        counts = {state: count_units(states, state).sum(axis=0).tolist() for state in UNIT_STATES}
        links = np.sum([(layer != 0).sum(axis=(1, 2)) for layer in tol.clean(run.W)], axis=0)
        rows = integer_table(k=range(run.lams.size), **counts, links=links.tolist()).assign(penalty=label)
        frames.append(rows[rows.diverged == 0].drop(columns="diverged"))
    return pd.concat(frames, ignore_index=True)


def count_upright(n_units: int) -> Upright:
    """The axis of a count of hidden units."""
    return Upright(150, domain=(0.0, float(n_units)))


def count_ends(counts: pd.DataFrame, n_units: int) -> pd.DataFrame:
    """Where the names of the penalties stand in each panel of counts. counts: from `unit_counts`."""
    upright = count_upright(n_units)
    return pd.concat([penalty_ends(state, counts, state, upright) for state in COUNTED], ignore_index=True)


def unit_readout(runs: Runs, counts: pd.DataFrame) -> pd.DataFrame:
    """k and the lines to be read at each λ: λ itself, then the units of each penalty by state."""
    run = next(iter(runs.values()))
    lines = {"title": [lam_text(lam) for lam in run.lams]}
    for label in runs:
        line = {
            row.k: f"{row.alive} alive, {row.constant} constant, {row.cut} cut"
            for row in counts[counts.penalty == label].itertuples()
        }
        lines[label] = [f"{label}: {line.get(k, where)}" for k, where in enumerate(standing(runs[label]))]
    lines["rest"] = standings(runs)
    return integer_table(k=range(run.lams.size)).assign(**lines)


def unit_table(run: Run, data: Dataset, tol: Tolerance) -> pd.DataFrame:
    """One row a unit, wide over λ: its position, its name, its state (v0, …: index in UNIT_STATES).

    Columns: column, across (0 to 1), down (0 to 1), area (pixels²), name, label ("" where there is no room
    for one), and a0, … for hidden units: tanh(b), what a constant one hands on.
    """
    sizes = sizes_of(run)
    names, downs, states = names_of(data, sizes), positions(sizes), all_states(run, tol)
    hidden = [np.tanh(b[:, :, 0]) for b in run.b[:-1]]
    frames = []
    for c, n in enumerate(sizes):
        is_outer = c in (0, len(sizes) - 1)
        codes = _state_codes(states[c])
        a = np.full((run.lams.size, n), np.nan) if is_outer else hidden[c - 1]
        frames.append(
            pd.DataFrame(
                {
                    "column": np.full(n, c, np.int32),
                    "across": c / (len(sizes) - 1),
                    "down": downs[c],
                    "area": min(22.0, 0.66 * (network_height(sizes) - HEAD) / n) ** 2,
                    "name": names[c],
                    "label": names[c] if is_outer and n <= MAX_LABELS else "",
                    **{f"v{k}": codes[k] for k in range(run.lams.size)},
                    **{f"a{k}": a[k].astype(np.float32) for k in range(run.lams.size)},
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _state_codes(states: np.ndarray) -> np.ndarray:
    """States as their index in UNIT_STATES."""
    return np.select([states == state for state in UNIT_STATES], list(range(len(UNIT_STATES)))).astype(
        np.int32
    )


def strongest_links(W: Sequence[np.ndarray], limit: int = MAX_LINKS) -> list[np.ndarray]:
    """Which links to draw, [l] flat indices: the largest mean |w| over λ, at most `limit` in all.

    Of small layers all are drawn; what they leave is shared by the others.
    """
    kept, left = {}, limit
    by_size = sorted(range(len(W)), key=lambda l: W[l][0].size)
    for i, l in enumerate(by_size):
        share = left // (len(W) - i)
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


def column_heads(sizes: Sequence[int]) -> pd.DataFrame:
    """across, head, short: over each column how many units it has, in words and as a number."""
    kinds = ["input", *["unit"] * (len(sizes) - 2), "output"]
    return pd.DataFrame(
        {
            "across": np.linspace(0, 1, len(sizes)),
            "head": [how_many(n, kind) for n, kind in zip(sizes, kinds, strict=True)],
            "short": [str(n) for n in sizes],
        }
    )


def drawn_table(label: str, tol: Tolerance) -> pd.DataFrame:
    """penalty, title, top: whose network is drawn, and the weight that is drawn widest."""
    top = max(*tol.largest, 1e-9)
    return pd.DataFrame({"penalty": [label], "title": [f"{label}: the network at this λ"], "top": [top]})

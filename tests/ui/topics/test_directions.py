"""The part of Hidden units on directions: each number against a decomposition of the tests' own."""

import re
from dataclasses import replace

import numpy as np
import pytest

import core
from core.settings import LAMS
from tests.app import context_at, open_app
from ui.topics.hidden_units import DRAWN, TOPIC
from ui.topics.hidden_units.directions import NO_LAYER, TITLE, directions_picture

WINE = core.Settings(dataset="wine", hidden=(6,), lam=30.0)


@pytest.fixture(scope="module")
def picture():
    return directions_picture(context_at(WINE))


def by_hand(label: str, k: int) -> tuple[int, int, float]:
    """Rank, units in use, and mean |a| of the first layer at the k-th λ."""
    context = context_at(WINE)
    run = context.networks.runs[label]
    W, out, b = (part[k].astype(float) for part in (run.W[0], run.W[1], run.b[0]))
    s = np.linalg.svd(W, compute_uv=False)
    through = [np.sqrt((row**2).sum() * (column**2).sum()) for row, column in zip(W, out.T, strict=True)]
    a = np.tanh(W @ context.data.X_train.T + b.reshape(-1, 1))
    directions = int((s > 1e-3 * s[0]).sum()) if s[0] > 1e-6 else 0
    units = sum(t > 1e-3 * max(through) for t in through) if max(through) > 1e-6 else 0
    return directions, units, float(np.abs(a).mean())


@pytest.mark.parametrize("label", ["L1", "L2"])
def test_the_counts_and_sizes_are_those_of_the_networks(picture, label):
    counts, sizes = (picture.tables[name] for name in ("counts", "sizes"))
    counts, sizes = (rows[rows.penalty == label].set_index("k") for rows in (counts, sizes))
    for k in (0, 8, 15, len(LAMS) - 1):
        directions, units, size = by_hand(label, k)
        assert (counts["rank"][k], counts["units"][k]) == (directions, units), LAMS[k]
        assert sizes["size"][k] == pytest.approx(size, rel=1e-4)


def test_of_a_network_that_has_faded_no_direction_is_told():
    context = context_at(dataset="moons", n_samples=50, lam=20.0)
    run, k = context.networks.runs["L2"], LAMS.index(20.0)
    Z = run.layers(context.data.X_train)[-1][k]
    assert Z.std() < 1e-4
    assert np.abs(run.W[0][k]).max() > 1e-6, "a remainder, of which a rank could be told"
    picture = directions_picture(context)
    counts = picture.tables["counts"].set_index(["penalty", "k"])
    assert counts.loc[("L2", k), ["rank", "units"]].tolist() == [0, 0]
    assert any("under L2 the first layer looks at its 2 inputs along **0 dir" in n for n in picture.notes)


def test_the_lectures_penalty_comes_first(picture):
    labels = [re.search(r"under (L\d)|Under (L\d)", note) for note in picture.notes]
    order = [found[1] or found[2] for found in labels]
    assert order == sorted(order, reverse=True)
    assert DRAWN.default_in(context_at(WINE)) == "l2"


def test_what_is_said_at_the_chosen_lam_is_of_networks_at_rest():
    for lam in (0.0, 30.0):
        context = context_at(replace(WINE, lam=lam))
        said = directions_picture(context).notes
        for label, run in context.networks.runs.items():
            here = [note for note in said if note.startswith(f"At λ = {lam:g} under {label} ")]
            assert len(here) == (run.at_rest[context.k] and lam > 0)
            if here:
                directions, units, _ = by_hand(label, context.k)
                assert f"**{units} of 6 units in use**" in here[0]
                assert re.search(r"along \*\*(\d+) direction", here[0])[1] == str(directions)
                assert ("share" in here[0]) == (0 < directions < units)


def test_where_the_last_units_go_is_read_off_the_grid(picture):
    (note,) = [note for note in picture.notes if note.startswith("Under L2 the last")]
    counts = picture.tables["counts"].query("penalty == 'L2'").set_index("k")
    first = counts.index[counts.units == 0][0]
    before = counts.units[first - 1]
    assert f"the last {before} units in use" in note
    assert f"go between λ = {LAMS[first - 1]:g} and λ = {LAMS[first]:g}, all at once." in note


def test_the_page_has_the_part_and_none_without_a_hidden_layer():
    app = open_app(TOPIC, dataset="wine", hidden="4", epochs="50")
    assert not app.exception
    assert TITLE in [header.value for header in app.header]
    assert any("the first layer looks at its 13 inputs" in block.value for block in app.markdown)
    assert directions_picture(context_at(replace(WINE, hidden=()))).missing == NO_LAYER


def test_a_network_that_diverged_has_no_row():
    settings = core.Settings(dataset="wine", hidden=(4,), learning_rate=3.0, epochs=50, lam=1000.0)
    context = context_at(settings)
    picture = directions_picture(context)
    for label, run in context.networks.runs.items():
        finite = np.flatnonzero(np.isfinite(run.W[0]).all(axis=(1, 2)))
        counts = picture.tables["counts"]
        assert counts[counts.penalty == label].k.tolist() == finite.tolist()
    assert "nan" not in " ".join(picture.notes)

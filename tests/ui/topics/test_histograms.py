"""Weight histograms: every weight in a bin at each snapshot, the zeros in bars of their own, and the page."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import core
from core import PENALTIES, Penalty
from tests.app import QUICK, chart, context_at, open_app, retrained, sentences
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.base.theme import PENALTY_COLORS
from ui.data.shelf import Shelf
from ui.topics.histograms import TOPIC
from ui.topics.histograms.chart import chart as histogram_chart
from ui.topics.histograms.notes import notes
from ui.topics.histograms.tables import epoch_readout, frame_of, weight_histograms, zeros_end
from ui.work.networks import Networks

SOME_LAMS = (0.0, 1.0, 10.0, 1000.0)
N_SNAPSHOTS = 7


@pytest.fixture(scope="module")
def runs() -> dict[str, core.Run]:
    data = core.load_dataset("breast_cancer")
    return {
        penalty.label: core.train(
            data.X_train,
            data.y_train,
            (6, 4),
            name,
            SOME_LAMS,
            learning_rate=0.3,
            epochs=60,
            snapshots=N_SNAPSHOTS,
        )
        for name, penalty in PENALTIES.items()
    }


def values(table: pd.DataFrame) -> np.ndarray:
    """The wide part: (n_rows, n_snapshots)."""
    return table[[name for name in table if name[0] == "v" and name[1:].isdigit()]].to_numpy()


def test_histograms_count_every_weight_once(runs):
    table = weight_histograms(runs, 2)
    assert set(table.penalty) == set(runs)
    for (layer, _), rows in table.groupby(["layer", "penalty"]):
        assert values(rows).sum(axis=0) == pytest.approx(np.ones(N_SNAPSHOTS), abs=0.005), layer


def test_histograms_keep_their_zeros_in_a_bar_of_their_own(runs):
    table = weight_histograms(runs, 2)
    for label, run in runs.items():
        for l in range(3):
            zero_bar = values(table[(table.layer == l) & (table.penalty == label) & table.is_zero])[0]
            W = run.history_W[l][:, 2]
            assert zero_bar == pytest.approx((W == 0).mean(axis=(1, 2)), abs=1e-4)
            assert zero_bar[0] == 0, "the start has no zeros"
    sparse = [run for run in runs.values() if PENALTIES[run.penalty[0]].is_sparse]
    assert all((run.history_W[0][-1, 2] == 0).any() for run in sparse), "there are zeros to be counted"


def test_histograms_have_the_same_edges_for_every_penalty(runs):
    table = weight_histograms(runs, 1)
    inside = table[~table.is_zero]
    for _, layer in inside.groupby("layer"):
        first, *others = (rows[["low", "high"]].to_numpy() for _, rows in layer.groupby("penalty"))
        assert len(others) == len(PENALTIES) - 1
        for other in others:
            np.testing.assert_array_equal(first, other)


def test_the_zeros_bars_stand_beside_each_other_beyond_the_largest_weight(runs):
    table = weight_histograms(runs, 1)
    for _, layer in table.groupby("layer"):
        largest = layer[~layer.is_zero].high.max()
        bars = layer[layer.is_zero].sort_values("low")
        assert len(bars) == len(runs)
        assert bars.penalty.tolist() == list(runs)
        assert bars.low.iloc[0] > largest
        assert (bars.low.to_numpy()[1:] > bars.high.to_numpy()[:-1]).all()
        assert bars.high.iloc[-1] == pytest.approx(largest * zeros_end(len(runs)))


def test_a_frame_holds_every_bar_of_every_snapshot(runs):
    bins = weight_histograms(runs, 1)
    frame = frame_of(bins, len(runs))
    assert len(frame) == 6
    for l, rows in frame.groupby("layer"):
        layer = bins[bins.layer == l]
        assert rows.end.min() <= layer.low.min()
        assert rows.end.max() >= layer.high.max()
        assert rows.share.iloc[0] == pytest.approx(values(layer[~layer.is_zero]).max())


def test_a_network_that_diverged_or_swings_is_in_no_table():
    data = core.load_dataset("wine")
    runs = {
        label: core.train(
            data.X_train, data.y_train, (4,), name, [0.0, 1000.0], learning_rate=3.0, epochs=300, snapshots=4
        )
        for label, name in (("L1", "l1"), ("L2", "l2"))
    }
    assert runs["L2"].diverged_at[1] > 0
    assert set(weight_histograms(runs, 1).penalty) == {"L1"}
    assert set(epoch_readout(runs, 1)["L2"]) == {"L2: diverged"}, "of its start nothing is told either"
    assert all(note.startswith(("At λ = 1000 under L1", "L1's J", "After 300")) for note in notes(runs, 1))
    assert not any("L2" in note for note in notes(runs, 1))
    assert weight_histograms({"L1": runs["L2"], "L2": runs["L2"]}, 1).empty
    swinging = replace(runs["L1"].rest, swings=np.array([False, True]), at_rest=np.array([False, False]))
    swings = {"L1": replace(runs["L1"], saved_rest=swinging)}
    assert weight_histograms(swings, 1).empty
    assert notes(swings, 1) == []
    assert set(epoch_readout(swings, 1)["L1"]) == {"L1: swings"}


def test_the_readout_counts_zeros_and_says_the_cost_at_each_snapshot(runs):
    table = epoch_readout(runs, 2)
    assert table.title.tolist() == [f"epoch {epoch}" for epoch in next(iter(runs.values())).epochs]
    for label, run in runs.items():
        for s, line in enumerate(table[label]):
            zeros = sum(int((W[s, 2] == 0).sum()) for W in run.history_W)
            n = sum(W[s, 2].size for W in run.history_W)
            assert line == f"{label}: {zeros:,} of {n:,} exactly zero, J = {run.cost[s, 2]:.4f}"


def test_a_training_cut_short_is_told_with_how_far_it_is_from_rest():
    data = core.load_dataset("moons")
    short, settled = (
        core.train(data.X_train, data.y_train, (), "l2", [10.0], learning_rate=1.0, epochs=epochs)
        for epochs in (3, 2000)
    )
    assert (short.at_rest[0], settled.at_rest[0]) == (False, True)
    so_far = f"still {short.residual[-1, 0]:.2g} from rest"
    told = [note for note in notes({"L2": short}, 0) if "plain steps" in note]
    assert len(told) == 1
    assert told[0].startswith(f"After 3 plain steps L2 is {so_far}: this is the training so far")
    told = [note for note in notes({"L2": settled}, 0) if "plain steps" in note]
    assert len(told) == 1
    assert told[0].startswith("After 2,000 plain steps L2 is at rest")
    mixed = replace(settled, epochs=short.epochs, history_W=short.history_W, history_b=short.history_b)
    mixed = replace(
        mixed, data_cost=short.data_cost, penalty_cost=short.penalty_cost, saved_rest=settled.rest
    )
    told = [note for note in notes({"L1": short, "L2": mixed}, 0) if "plain steps" in note]
    assert [note.split(":")[0] for note in told] == [
        "After 3 plain steps L2 is at rest",
        f"After 3 plain steps L1 is {so_far}",
    ]
    told = [note for note in notes({"L1": mixed, "L2": mixed}, 0) if "plain steps" in note]
    assert [note.split(":")[0] for note in told] == ["After 3 plain steps L1 and L2 are at rest"]


@pytest.mark.parametrize(("layers", "n_snapshots"), [(("Layer 1, the output",), 9), (("1", "2"), 5)])
def test_a_chart_of_other_layers_or_snapshots_is_another_one(layers, n_snapshots, theme):
    assert histogram_chart(layers, n_snapshots, theme) != histogram_chart(("1", "2"), 9, theme)


def test_a_third_penalty_has_its_bars_within_the_frame_and_its_sentence(monkeypatch):
    elastic = Penalty("elastic", "Elastic net", l1=0.5, l2=0.5)
    monkeypatch.setitem(PENALTIES, "elastic", elastic)
    monkeypatch.setitem(PENALTY_COLORS, elastic.label, "#c2347f")
    picture = TOPIC.picture(replace(context_at(hidden=(3,), epochs=50), shelf=Shelf()))
    assert any("under Elastic net, the median size of a weight goes from" in note for note in picture.notes)
    frame, bins = picture.tables["frame"], picture.tables["bins"]
    assert frame.end.max() > bins[bins.penalty == elastic.label].high.max()


def test_where_every_network_diverged_a_sentence_says_so():
    context = context_at(hidden=(3,), epochs=50, lam=1000.0)
    runs = {
        label: replace(run, data_cost=run.data_cost + run.epochs[:, None])  # J rises by an epoch
        for label, run in context.training.runs.items()
    }
    assert all((run.state == "diverged").all() for run in runs.values())
    diverged = Networks(context.data, runs)
    picture = TOPIC.draw(replace(context, runner=lambda batch: [diverged], made={}))
    assert picture.missing.startswith("At λ = 1000 ")
    assert "no training of both penalties settles, so there is none to play" in picture.missing


def test_the_script_says_where_a_network_diverged(tmp_path):
    context = context_at(dataset="wine", hidden=(4,), learning_rate=3.0, lam=1000.0, epochs=50)
    printed = printed_by(TOPIC.script(context), tmp_path)
    assert "L2: diverged" in printed.splitlines()
    assert numbers_in(printed) <= numbers_in(words_of(TOPIC.picture(context)))


# The page.


def test_the_costs_in_the_caption_are_those_of_the_run():
    app = open_app(TOPIC, lam="5", **QUICK)
    data, run = retrained(core.Settings(lam=5.0, epochs=50), "l2", 5.0)
    J, data_cost, penalty_cost = map(
        float, re.search(r"L2's J there is ([\d.]+): ([\d.]+) of \D+ ([\d.]+) of", sentences(app)).groups()
    )
    assert data_cost + penalty_cost == pytest.approx(J, rel=1e-3)
    P = run.predict_proba(data.X_train)[0]
    by_hand = -np.log(np.where(data.y_train == 1, P, 1 - P)).mean()
    assert data_cost == pytest.approx(by_hand, rel=2e-3)
    squares = sum(float(np.square(W).sum()) for W in run.W)
    assert penalty_cost == pytest.approx(5.0 / (2 * data.m) * squares, rel=2e-3)
    by_layer = re.search(
        rf"{penalty_cost} of penalty, layer by layer ([\d.]+) \+ (\d+\.\d+)", sentences(app)
    ).groups()
    for said, W in zip(by_layer, run.W, strict=True):
        assert float(said) == pytest.approx(5.0 / (2 * data.m) * np.square(W).sum(), rel=0.01)
    median = np.median(np.abs(np.concatenate([W.ravel() for W in run.W])))
    pattern = r"under L2, the median .* from [\d.]+ to \*\*([\d.]+).*, without a penalty to ([\d.]+)"
    said = re.search(pattern, sentences(app))
    assert float(said[1]) == pytest.approx(median, rel=0.05)
    _, free = retrained(app.session_state.settings, "l2", 0.0)
    alone = np.median(np.abs(np.concatenate([W.ravel() for W in free.W])))
    assert float(said[2]) == pytest.approx(alone, rel=0.05)


def test_a_chosen_lam_that_diverged_leaves_the_other_penalty():
    app = open_app(TOPIC, dataset="wine", learning_rate="3", hidden="4", lam="1000", **QUICK)
    assert not app.exception
    labels = set(chart(app)[1]["bins"].penalty)
    assert "L1" in labels
    assert "L2" not in labels
    assert chart(app)[1]["readout"].L2.iloc[-1] == "L2: diverged"

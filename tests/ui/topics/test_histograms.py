"""Weight histograms: every weight in a bin at each snapshot, the zeros in bars of their own, and the page."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import core
from core import PENALTIES
from core.settings import LAMS
from tests.app import QUICK, chart, context_at, open_app, retrained, sentences
from tests.trained import LECTURE
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.pictures.picture import Scrub
from ui.topics.histograms import TOPIC
from ui.topics.histograms.chart import chart as histogram_chart
from ui.topics.histograms.notes import notes
from ui.topics.histograms.tables import (
    MAX_SHOWN,
    MIN_SHOWN,
    MOST_COUNTED,
    N_BINS,
    frame_of,
    shown_snapshots,
    training_readout,
    weight_histograms,
    zeros_end,
)
from ui.work.networks import Networks

SOME_LAMS = (0.0, 1.0, 10.0, 1000.0)
N_SNAPSHOTS = 7
SHOWN = np.array([0, 1, 4, 6])  # of them


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
        for name, penalty in LECTURE.items()
    }


def values(table: pd.DataFrame) -> np.ndarray:
    """The wide part: (n_rows, n_lams)."""
    return table[[name for name in table if name[0] == "v" and name[1:].isdigit()]].to_numpy()


def largest_weight(runs: dict[str, core.Run], l: int, shown: np.ndarray) -> float:
    """The largest weight of a layer over every penalty, every λ and the snapshots shown."""
    return max(float(np.abs(run.history_W[l][shown]).max()) for run in runs.values())


def test_histograms_count_every_weight_once(runs):
    table = weight_histograms(runs, SHOWN)
    assert list(table.groupby(["layer", "penalty", "e"]).size().index) == [
        (l, label, e) for l in range(3) for label in runs for e in range(len(SHOWN))
    ]
    assert values(table).shape[1] == len(SOME_LAMS)
    for at, rows in table.groupby(["layer", "penalty", "e"]):
        assert values(rows).sum(axis=0) == pytest.approx(np.ones(len(SOME_LAMS)), abs=0.005), at


def test_a_bin_holds_the_weights_between_its_edges_and_one_that_is_empty_at_every_lam_has_no_row(runs):
    table, n_left_out = weight_histograms(runs, SHOWN), 0
    for (l, label, e), rows in table[~table.is_zero].groupby(["layer", "penalty", "e"]):
        top = largest_weight(runs, l, SHOWN)
        edges = np.linspace(-top, top, N_BINS + 1)
        W = runs[label].history_W[l][SHOWN[e]].reshape(len(SOME_LAMS), -1)
        shares = np.array([np.histogram(w[w != 0], edges)[0] / w.size for w in W]).T
        filled = shares.any(axis=1)
        assert rows.low.to_numpy() == pytest.approx(edges[:-1][filled])
        assert rows.high.to_numpy() == pytest.approx(edges[1:][filled])
        assert values(rows) == pytest.approx(shares[filled], abs=1e-4)
        n_left_out += (~filled).sum()
    assert n_left_out > 0, "there are bins to be left out"


def test_histograms_keep_their_zeros_in_a_bar_of_their_own(runs):
    table = weight_histograms(runs, SHOWN)
    for label, run in runs.items():
        for l in range(3):
            bars = table[(table.layer == l) & (table.penalty == label) & table.is_zero]
            assert bars.e.tolist() == list(range(len(SHOWN))), "without zeros too it has its place"
            zeros = (run.history_W[l][SHOWN] == 0).mean(axis=(2, 3))
            np.testing.assert_allclose(values(bars), zeros, atol=1e-4)
            assert (values(bars)[0] == 0).all(), "the start has no zeros"
    sparse = [run for run in runs.values() if PENALTIES[run.penalty[0]].is_sparse]
    assert all((run.history_W[0][-1, 2] == 0).any() for run in sparse), "there are zeros to be counted"


def test_histograms_have_the_same_edges_for_every_penalty_lam_and_snapshot(runs):
    table = weight_histograms(runs, SHOWN)
    assert not table.duplicated(["layer", "penalty", "e", "low"]).any(), "the λ stand beside each other"
    for l, layer in table[~table.is_zero].groupby("layer"):
        top = largest_weight(runs, l, SHOWN)
        first = (layer.low + top) / (2 * top / N_BINS)
        np.testing.assert_allclose(first, first.round(), atol=1e-6)
        np.testing.assert_allclose(layer.high - layer.low, 2 * top / N_BINS)
        assert layer.groupby("penalty").low.nunique().min() > 1
    alone = weight_histograms(runs, SHOWN[:1])
    assert alone[alone.layer == 0].high.max() < table[table.layer == 0].high.max(), "as far as what is shown"


@pytest.mark.parametrize("loud", [penalty.label for penalty in LECTURE.values()])
def test_the_bins_reach_as_far_as_the_largest_weight_of_whichever_penalty(runs, loud):
    run = runs[loud]
    louder = {**runs, loud: replace(run, history_W=[3 * W for W in run.history_W], saved_rest=run.rest)}
    table = weight_histograms(louder, SHOWN)
    for l, layer in table[~table.is_zero].groupby("layer"):
        top = largest_weight(louder, l, SHOWN)
        assert max(layer.high.max(), -layer.low.min()) == pytest.approx(top)
        assert top == pytest.approx(3 * np.abs(run.history_W[l][SHOWN]).max()), "here it is of this penalty"


def test_the_zeros_bars_stand_beside_each_other_beyond_the_largest_weight(runs):
    table = weight_histograms(runs, SHOWN)
    for l, layer in table.groupby("layer"):
        largest = largest_weight(runs, l, SHOWN)
        for _, rows in layer[layer.is_zero].groupby("e"):
            bars = rows.sort_values("low")
            assert bars.penalty.tolist() == list(runs)
            assert bars.low.iloc[0] > max(largest, layer[~layer.is_zero].high.max())
            assert (bars.low.to_numpy()[1:] > bars.high.to_numpy()[:-1]).all()
            assert bars.high.iloc[-1] == pytest.approx(largest * zeros_end(len(runs)))


def test_a_frame_holds_every_bar_of_every_lam_and_snapshot(runs):
    bins = weight_histograms(runs, SHOWN)
    frame = frame_of(bins, len(runs))
    assert frame.layer.tolist() == [0, 0, 1, 1, 2, 2]
    for l, rows in frame.groupby("layer"):
        layer = bins[bins.layer == l]
        assert rows.end.min() <= layer.low.min()
        assert rows.end.max() >= layer.high.max()
        assert rows.share.tolist() == pytest.approx([values(layer[~layer.is_zero]).max()] * 2)
        assert rows.top.tolist() == pytest.approx([largest_weight(runs, l, SHOWN)] * 2)
        bars = layer[layer.is_zero]
        assert rows.zero.tolist() == pytest.approx([(bars.low.min() + bars.high.max()) / 2] * 2)


@pytest.mark.parametrize("n_epochs", [1, 2, 6, 60])
@pytest.mark.parametrize("side", [1, 60, 100, 1000])
def test_as_many_snapshots_are_shown_as_weights_can_be_counted(runs, n_epochs, side):
    (label, run), n_lams = next(iter(runs.items())), 26
    W = np.broadcast_to(np.float32(1), (n_epochs, n_lams, side, side))
    wide = replace(run, lams=np.arange(float(n_lams)), epochs=np.arange(n_epochs) * 7, history_W=[W])
    shown = shown_snapshots({label: wide, "Other": wide})
    assert shown[0] == 0
    assert shown[-1] == n_epochs - 1
    steps = np.diff(shown)
    assert (steps >= 1).all()
    assert np.ptp(steps) <= 1 if steps.size else n_epochs == 1
    n_each = 2 * n_lams * side**2
    may_be = min(max(MOST_COUNTED // n_each, MIN_SHOWN), MAX_SHOWN)
    assert len(shown) == min(may_be, n_epochs)


def test_fewer_snapshots_of_wide_networks_are_shown_and_never_less_than_a_few():
    assert 2 * 26 * 60**2 * MAX_SHOWN > MOST_COUNTED > 2 * 26 * 60**2 * MIN_SHOWN
    assert 2 * 26 * 100**2 * MIN_SHOWN > MOST_COUNTED


def spoilt(runs: dict[str, core.Run], which: str) -> dict[str, core.Run]:
    """The same, one penalty's networks swinging at the last λ, with weights that nothing else reaches."""
    run = runs[which]
    swings = np.arange(run.lams.size) == run.lams.size - 1
    W = [np.where(swings[:, None, None], 1e6, W).astype(W.dtype) for W in run.history_W]
    rest = replace(run.rest, swings=swings, at_rest=np.zeros_like(swings))
    return {**runs, which: replace(run, history_W=W, saved_rest=rest)}


def test_a_network_that_swings_has_no_share_and_widens_no_scale(runs):
    assert all(run.sound.all() for run in runs.values())
    table, whole = weight_histograms(spoilt(runs, "L2"), SHOWN), weight_histograms(runs, SHOWN)
    is_spoilt = table.penalty == "L2"
    assert np.isnan(values(table[is_spoilt])[:, -1]).all()
    assert np.isfinite(values(table[is_spoilt])[:, :-1]).all()
    assert np.isfinite(values(table[~is_spoilt])).all()
    places = ["layer", "e", "low", "high"]
    bars, before = (one[one.is_zero & (one.penalty == "L2")] for one in (table, whole))
    assert len(bars) == 3 * len(SHOWN), "its bar is there at the other λ"
    for l in range(3):
        sound = {**runs, "L2": replace(runs["L2"], history_W=[W[:, :-1] for W in runs["L2"].history_W])}
        top = largest_weight(sound, l, SHOWN)
        assert bars[bars.layer == l].low.to_numpy() / top == pytest.approx(
            before[before.layer == l].low.to_numpy() / largest_weight(runs, l, SHOWN)
        )
    assert np.isfinite(table[places].to_numpy()).all()
    assert np.isfinite(frame_of(table, len(runs)).to_numpy()).all()


def test_a_network_that_diverged_or_swings_is_shown_nowhere_and_told_as_what_it_is():
    data = core.load_dataset("wine")
    runs = {
        label: core.train(
            data.X_train, data.y_train, (4,), name, [0.0, 1000.0], learning_rate=3.0, epochs=300, snapshots=4
        )
        for label, name in (("L1", "l1"), ("L2", "l2"))
    }
    assert runs["L2"].diverged_at[1] > 0
    assert runs["L2"].sound[0]
    shown = shown_snapshots(runs)
    table = weight_histograms(runs, shown)
    gone = values(table[table.penalty == "L2"])
    assert np.isnan(gone[:, 1]).all(), "of its start nothing is shown either"
    assert np.isfinite(gone[:, 0]).all()
    assert np.isfinite(values(table[table.penalty == "L1"])).all()
    assert np.isfinite(table[["low", "high"]].to_numpy()).all()
    readout = training_readout(runs, shown)
    assert set(readout.L2[readout.k == 1]) == {"L2: diverged"}, "of its start nothing is told either"
    assert readout.L2[readout.k == 0].str.contains("exactly zero, J = ").all()
    assert all(note.startswith(("At λ = 1000 under L1", "L1's J", "After 300")) for note in notes(runs, 1))
    assert not any("L2" in note for note in notes(runs, 1))
    both = weight_histograms({"L1": runs["L2"], "L2": runs["L2"]}, shown)
    assert np.isnan(values(both)[:, 1]).all()
    swinging = replace(runs["L1"].rest, swings=np.array([False, True]), at_rest=np.array([False, False]))
    swings = {"L1": replace(runs["L1"], saved_rest=swinging)}
    assert np.isnan(values(weight_histograms(swings, shown))[:, 1]).all()
    assert notes(swings, 1) == []
    readout = training_readout(swings, shown)
    assert set(readout.L1[readout.k == 1]) == {"L1: swings"}
    none = replace(runs["L1"], saved_rest=replace(swinging, swings=np.array([True, True])))
    assert weight_histograms({"L1": none}, shown).is_zero.all(), "with no network there is no bin"


def test_the_readout_counts_zeros_and_says_the_cost_at_each_lam_and_snapshot(runs):
    table = training_readout(runs, SHOWN)
    at = [(k, e) for k in range(len(SOME_LAMS)) for e in range(len(SHOWN))]
    assert list(zip(table.k, table.e, strict=True)) == at, "the last of a λ is the end of its training"
    epochs = next(iter(runs.values())).epochs[SHOWN]
    assert table.title.tolist() == [f"λ = {SOME_LAMS[k]:g}, epoch {epochs[e]}" for k, e in at]
    for label, run in runs.items():
        for (k, e), line in zip(at, table[label], strict=True):
            s = SHOWN[e]
            zeros = sum(int((W[s, k] == 0).sum()) for W in run.history_W)
            n = sum(W[s, k].size for W in run.history_W)
            assert line == f"{label}: {zeros:,} of {n:,} exactly zero, J = {run.cost[s, k]:.4f}"
    L2 = runs["L2"]
    rises = L2.epochs[:, None] * (np.arange(len(SOME_LAMS)) == 2)
    rest = replace(L2.rest, swings=np.arange(len(SOME_LAMS)) == 1)
    wrong = replace(L2, data_cost=L2.data_cost + rises, saved_rest=rest)
    told = training_readout({"L2": wrong}, SHOWN)
    assert [set(told.L2[told.k == k]) for k in (1, 2)] == [{"L2: swings"}, {"L2: diverged"}]
    later = {label: replace(run, epochs=run.epochs * 1000) for label, run in runs.items()}
    assert training_readout(later, SHOWN).title.iloc[-1] == "λ = 1000, epoch 60,000"


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


@pytest.mark.parametrize(
    ("labels", "layers", "n_snapshots"),
    [
        (("0", "1"), ("Layer 1, the output",), 9),
        (("0", "1"), ("1", "2"), 5),
        (("0", "1", "2"), ("1", "2"), 9),
    ],
)
def test_a_chart_of_other_lams_layers_or_snapshots_is_another_one(labels, layers, n_snapshots, theme):
    other = histogram_chart(("0", "1"), ("1", "2"), 9, theme)
    assert histogram_chart(labels, layers, n_snapshots, theme) != other


def test_the_picture_is_of_every_lam_and_of_the_snapshots_that_its_slider_names():
    context = context_at(hidden=(3,), epochs=50, lam=10.0)
    picture, runs = TOPIC.picture(context), context.training.runs
    shown, epochs = shown_snapshots(runs), next(iter(runs.values())).epochs
    assert set(picture.tables) == {"readout", "chosen", "bins", "frame", "lams"}
    assert picture.scrub == Scrub("Epoch", tuple(f"{epoch:,}" for epoch in epochs[shown]))
    assert picture.scrub.labels[0] == "0"
    assert picture.scrub.labels[-1] == "50"
    assert sorted(set(picture.tables["bins"].e)) == list(range(len(shown)))
    (slider,) = [param for param in picture.spec["params"] if param["name"] == "e"]
    assert (slider["bind"]["max"], slider["value"]) == (len(shown) - 1,) * 2
    assert len(shown) < len(epochs), "some are left out"
    pd.testing.assert_frame_equal(picture.tables["bins"], weight_histograms(runs, shown))
    pd.testing.assert_frame_equal(picture.tables["readout"], training_readout(runs, shown))
    pd.testing.assert_frame_equal(picture.tables["frame"], frame_of(picture.tables["bins"], len(runs)))
    assert picture.tables["lams"].title.tolist() == [f"λ = {lam:g}" for lam in LAMS]
    assert values(picture.tables["bins"]).shape[1] == len(LAMS)
    assert picture.positions == {"bins": "lams"}
    assert picture.spoken.startswith("λ = 10, epoch 50. L1: ")


def test_another_lam_opens_the_same_picture_elsewhere_and_counts_no_weight_again(monkeypatch):
    calls = []
    count = "ui.topics.histograms.weight_histograms"
    monkeypatch.setattr(count, lambda *of: calls.append(1) or weight_histograms(*of))
    settings = core.Settings(hidden=(3,), epochs=50, seed=77)
    one, other = (TOPIC.picture(context_at(replace(settings, lam=lam))) for lam in (0.0, 20.0))
    assert len(calls) == 1
    assert [picture.tables["chosen"].k.tolist() for picture in (one, other)] == [[0], [LAMS.index(20.0)]]
    assert one.spec is other.spec
    assert all(one.packed[name] is other.packed[name] for name in ("bins", "frame", "readout", "lams"))
    assert one.notes != other.notes
    assert other.notes[0].startswith("At λ = 20 under L1")


@pytest.mark.parametrize("lams", [LAMS, LAMS[-1:]])
def test_where_every_network_of_the_chosen_lam_diverged_a_sentence_says_so(lams):
    context = context_at(hidden=(3,), epochs=50, lam=1000.0)
    runs = {
        # J rises by an epoch
        label: replace(run, data_cost=run.data_cost + run.epochs[:, None] * np.isin(LAMS, lams))
        for label, run in context.training.runs.items()
    }
    assert all(((run.state == "diverged") == np.isin(LAMS, lams)).all() for run in runs.values())
    diverged = Networks(context.data, runs)
    picture = TOPIC.draw(replace(context, runner=lambda batch: [diverged], made={}))
    assert picture.missing.startswith("At λ = 1000 ")
    assert "no training of L1 or L2 settles, so there is none to play" in picture.missing
    elsewhere = replace(context.settings, lam=0.0)
    picture = TOPIC.draw(replace(context, settings=elsewhere, runner=lambda batch: [diverged], made={}))
    assert bool(picture.missing) == (0.0 in lams), "at another λ there is a training to play"


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
    bins, readout = (chart(app)[1][name] for name in ("bins", "readout"))
    shares = {label: values(rows)[:, LAMS.index(1000.0)] for label, rows in bins.groupby("penalty")}
    assert np.isfinite(shares["L1"]).all()
    assert np.isnan(shares["L2"]).all()
    assert set(readout.L2[readout.k == LAMS.index(1000.0)]) == {"L2: diverged"}
    assert not readout.L1.str.endswith("diverged").any()
    assert "diverged" not in readout.L2.iloc[0]

"""What the charts draw is what was trained."""

import numpy as np
import pandas as pd
import pytest

import core
from core.measures import linear_band
from ui import histograms, linearity, sparsity, tables

LAMS = (0.0, 1.0, 10.0, 1000.0)


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return core.load_dataset("breast_cancer")


@pytest.fixture(scope="module")
def runs(data) -> dict[str, core.Run]:
    return {
        label: core.train(
            data.X_train, data.y_train, (6, 4), name, LAMS, learning_rate=0.3, epochs=60, snapshots=7
        )
        for label, name in (("L1", "l1"), ("L2", "l2"))
    }


def values(table: pd.DataFrame) -> np.ndarray:
    """The wide part: (n_rows, n_positions)."""
    return table[[name for name in table if name[0] == "v" and name[1:].isdigit()]].to_numpy()


def test_wide_keeps_the_difference_between_small_and_zero():
    table = pd.DataFrame(tables.wide(np.array([[1e-9, -1e-9, 0.0, 0.12344]])))
    assert table.iloc[0].tolist() == pytest.approx([1e-4, -1e-4, 0.0, 0.1234])
    assert table["v2"][0] == 0


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_matrix_holds_each_weight_in_its_place(data, runs, layer):
    n_out, n_in = runs["L1"].W[layer].shape[1:]
    names_in = data.feature_names if layer == 0 else [f"u{i}" for i in range(n_in)]
    beside = sparsity.partners(runs, data, "lam")
    table = sparsity.weights_over_lam(runs, beside, layer, names_in, [f"out{i}" for i in range(n_out)], None)
    for label, run in runs.items():
        rows = table[table.penalty == label]
        back = np.full((len(LAMS), n_out, n_in), np.nan)
        back[:, rows.row, rows.column] = values(rows).T
        np.testing.assert_allclose(back, run.W[layer], atol=1e-4)
        np.testing.assert_array_equal(back == 0, run.W[layer] == 0)
        assert rows.input.tolist() == [names_in[c] for c in rows.column]


def test_paths_are_the_strongest_weights_without_a_penalty(runs):
    table = sparsity.path_table(runs, 0)
    first = runs["L1"].W[0][0].ravel()
    strongest = sorted(range(first.size), key=lambda i: -abs(first[i]))[: sparsity.MAX_PATHS]
    for label, run in runs.items():
        drawn = table[label].to_numpy().reshape(sparsity.MAX_PATHS, len(LAMS) + 1)
        assert np.isnan(drawn[:, -1]).all(), "a gap keeps one path from the next"
        every = run.W[0].reshape(len(LAMS), -1)
        np.testing.assert_allclose(drawn[:, :-1], every[:, strongest].T, atol=1e-4)
    assert table.k[: len(LAMS)].tolist() == list(range(len(LAMS)))


def test_pictures_of_units_do_not_overlap():
    unit, pixel = (index.ravel() for index in np.indices((16, 64)))
    row, column = sparsity.picture_place(unit, pixel, (8, 8), 16)
    assert len(set(zip(row.tolist(), column.tolist(), strict=True))) == 16 * 64
    inside = (row[unit == 11] - row[unit == 11].min(), column[unit == 11] - column[unit == 11].min())
    np.testing.assert_array_equal(inside[0] * 8 + inside[1], np.arange(64))


def test_histograms_count_every_weight_once(runs):
    table = histograms.weight_histograms(runs, 2)
    for (layer, _), rows in table.groupby(["layer", "penalty"]):
        assert values(rows).sum(axis=0) == pytest.approx(np.ones(7), abs=0.005), layer


def test_histograms_keep_their_zeros_in_a_bar_of_their_own(runs):
    table = histograms.weight_histograms(runs, 2)
    for l in range(3):
        zero_bar = values(table[(table.layer == l) & (table.penalty == "L1") & table.is_zero])[0]
        W = runs["L1"].history_W[l][:, 2]
        assert zero_bar == pytest.approx((W == 0).mean(axis=(1, 2)), abs=1e-4)
        assert zero_bar[0] == 0, "the start has no zeros"


def test_histograms_have_the_same_edges_for_both_penalties(runs):
    table = histograms.weight_histograms(runs, 1)
    inside = table[~table.is_zero]
    for _, layer in inside.groupby("layer"):
        L1, L2 = (rows[["low", "high"]].to_numpy() for _, rows in layer.groupby("penalty"))
        np.testing.assert_array_equal(L1, L2)


def test_a_frame_holds_every_bar_of_every_snapshot(runs):
    bins = histograms.weight_histograms(runs, 1)
    frame = histograms.frame_of(bins)
    assert len(frame) == 6
    for l, rows in frame.groupby("layer"):
        layer = bins[bins.layer == l]
        assert rows.end.min() <= layer.low.min()
        assert rows.end.max() >= layer.high.max()
        assert rows.share.iloc[0] == pytest.approx(values(layer[~layer.is_zero]).max())


def test_z_beyond_the_picture_is_kept_at_its_ends(data, runs):
    Z = {label: run.layers(data.X_train)[:-1] for label, run in runs.items()}
    table = linearity.z_histograms(Z)
    for (layer, label), rows in table.groupby(["layer", "penalty"]):
        assert values(rows).sum(axis=0) == pytest.approx(np.ones(len(LAMS)), abs=0.01)
        beyond = (np.abs(Z[label][layer]) > 4).mean(axis=(1, 2))
        ends = values(rows)[[0, -1]].sum(axis=0)
        assert ends == pytest.approx(beyond, abs=2e-4)


def test_linearity_is_that_of_the_units_and_the_logit(data, runs):
    band = linear_band(0.05)
    Z = {label: run.layers(data.X_train) for label, run in runs.items()}
    table = linearity.linearity_table(Z, data.X_train, band, LAMS).set_index(["penalty", "k"])
    z = np.concatenate([Z["L2"][0][1].ravel(), Z["L2"][1][1].ravel()])
    assert table.share["L2", 1] == pytest.approx((np.abs(z) <= band).mean())
    logit = Z["L2"][2][1, 0].astype(float)
    design = np.column_stack([np.ones(data.m), data.X_train])
    fitted = design @ np.linalg.lstsq(design, logit, rcond=None)[0]
    r2 = 1 - np.square(logit - fitted).sum() / np.square(logit - logit.mean()).sum()
    assert table.r2["L2", 1] == pytest.approx(r2, abs=1e-6)
    assert table.state["L1", 3] == "collapsed"
    assert np.isnan(table.r2["L1", 3])


def test_networks_that_diverged_are_in_no_table():
    data = core.load_dataset("wine")
    runs = {
        label: core.train(
            data.X_train, data.y_train, (4,), name, [0.0, 1000.0], learning_rate=3.0, epochs=300, snapshots=4
        )
        for label, name in (("L1", "l1"), ("L2", "l2"))
    }
    assert runs["L2"].diverged_at[1] > 0
    shares = sparsity.zero_shares(runs)
    assert not ((shares.penalty == "L2") & (shares.k == 1)).any()
    beside = sparsity.partners(runs, data, "lam")
    assert sparsity.zero_readout(runs, beside, None)["L2"][1] == "L2: diverged"
    assert set(histograms.weight_histograms(runs, 1).penalty) == {"L1"}
    Z = {label: run.layers(data.X_train) for label, run in runs.items()}
    table = linearity.linearity_table(Z, data.X_train, 0.4, [0.0, 1000.0]).set_index(["penalty", "k"])
    assert table.state["L2", 1] == "diverged"
    assert np.isnan(table.share["L2", 1])
    assert linearity.readout_table(table.reset_index(), [0.0, 1000.0])["L2"][1] == "L2: diverged"

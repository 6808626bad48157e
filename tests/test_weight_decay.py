"""One L2 step taken apart, αλ/m alone, Adam against AdamW: the mathematics, the tables, the page."""

import re

import numpy as np
import pytest

import core
from core import decay, network
from core.settings import LAMS
from tests.test_pages import QUICK, chart, open_app, sentences
from ui import weight_decay

PAGE = "pages/weight_decay.py"
NUMBER = r"([\d.]+(?:e[+-]?\d+)?)"


def trained_l2(data: core.Dataset, lams: list[float], **options: object) -> core.Run:
    return core.train(data.X_train, data.y_train, penalty="l2", lams=lams, **options)


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return core.load_dataset("breast_cancer", 0)


@pytest.fixture(scope="module")
def run(data) -> core.Run:
    return trained_l2(
        data, [0.0, 10.0, 300.0], hidden=(5, 3), learning_rate=0.3, epochs=40, snapshots=9, dtype="float64"
    )


@pytest.fixture(scope="module")
def update(data, run) -> decay.Update:
    return decay.take_apart(run, data.X_train, data.y_train, 1)


def test_the_parts_add_up_to_the_whole_step(update):
    assert update.factor == pytest.approx(1 - 0.3 * 10 / 398)
    for W, shrunk, step, whole in zip(update.W, update.shrunk, update.step, update.whole, strict=True):
        np.testing.assert_allclose(shrunk, W * (1 - 0.3 * 10 / 398), rtol=1e-13)
        np.testing.assert_allclose(shrunk + step, whole, atol=1e-14)
    assert update.mismatch < 1e-14


@pytest.mark.parametrize("snapshot", [0, 1, 4, 7])
def test_the_parts_are_the_step_that_training_takes_from_there(data, run, update, snapshot):
    epoch = int(run.epochs[snapshot])
    longer = trained_l2(
        data,
        [10.0],
        hidden=(5, 3),
        learning_rate=0.3,
        epochs=epoch + 1,
        snapshots=epoch + 2,
        dtype="float64",
    )
    for l in range(3):
        np.testing.assert_allclose(update.W[l][snapshot], longer.history_W[l][epoch, 0], atol=1e-12)
        np.testing.assert_allclose(update.after[l][snapshot], longer.W[l][0], atol=1e-12)
        assert np.abs(longer.W[l][0] - update.W[l][snapshot]).max() > 1e-6, "the step moves the weights"


@pytest.mark.parametrize("dataset", ["breast_cancer", "wine"])
def test_dw_bp_is_the_slope_of_the_cross_entropy(dataset):
    data = core.load_dataset(dataset, 0)
    run = trained_l2(data, [5.0], hidden=(3,), epochs=5, snapshots=3, dtype="float64")
    update = decay.take_apart(run, data.X_train, data.y_train, 0)
    Y = network.targets(data.y_train, len(run.classes), "float64")
    s, h = 1, 1e-6

    def cost(W: list[np.ndarray]) -> float:
        A = [data.X_train.T, *(np.empty((1, len(layer[0]), data.m)) for layer in W)]
        return float(network.cross_entropy(network.forward(W, [b[s] for b in run.history_b], A), Y)[0])

    for l, (i, j) in ((0, (1, 2)), (1, (0, 1))):
        ends = []
        for sign in (1, -1):
            W = [history[s].copy() for history in run.history_W]
            W[l][0, i, j] += sign * h
            ends.append(cost(W))
        assert update.dW_bp[l][s, i, j] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5)


def test_without_a_penalty_nothing_shrinks(data, run):
    update = decay.take_apart(run, data.X_train, data.y_train, 0)
    assert update.factor == 1
    assert all((shrink == 0).all() for shrink in update.shrink)


def test_only_an_l2_network_is_taken_apart(data):
    run = core.train(data.X_train, data.y_train, (2,), "l1", [1.0], epochs=1, snapshots=2)
    with pytest.raises(ValueError, match="'l2'"):
        decay.take_apart(run, data.X_train, data.y_train, 0)


def test_the_first_step_is_compared_with_a_training_of_its_own(data, run, update):
    assert decay.first_step_error(run, update, data.X_train, data.y_train, 1) < 1e-13
    other = decay.take_apart(run, data.X_train, data.y_train, 2)
    assert decay.first_step_error(run, other, data.X_train, data.y_train, 1) > 1e-3, "another λ is noticed"


def test_a_network_that_diverged_is_taken_apart_up_to_there():
    data = core.load_dataset("wine", 0)
    run = trained_l2(data, [1000.0], hidden=(4,), learning_rate=3.0, epochs=300, snapshots=61)
    assert run.diverged_at[0] > 0
    update = decay.take_apart(run, data.X_train, data.y_train, 0)
    assert 0 < len(update.epochs) < 61
    assert update.epochs.max() < run.diverged_at[0]
    assert all(np.isfinite(W).all() for W in update.W)


@pytest.mark.parametrize(
    ("ratio", "kind"),
    [
        (0, "nothing"),
        (0.3, "decays"),
        (1, "vanishes"),
        (1.5, "flips"),
        (2, "swings"),
        (2.2, "diverges"),
    ],
)
def test_the_path_under_decay_alone_is_of_its_regime(ratio, kind):
    assert decay.regime(ratio) == kind
    (path,) = decay.decay_paths([ratio], 40)
    w = 1.0
    for t in range(41):
        assert path[t] == pytest.approx(w)
        w -= ratio * w
    shrinks = bool((np.abs(path[1:]) < np.abs(path[:-1])).all())
    flips = bool((path[1:] * path[:-1] < 0).all())
    expected = {
        "nothing": (False, False),
        "decays": (True, False),
        "flips": (True, True),
        "swings": (False, True),
        "diverges": (False, True),
    }
    if kind == "vanishes":
        assert (path[1:] == 0).all()
    else:
        assert (shrinks, flips) == expected[kind]
        assert (abs(path[-1]) > 1) == (kind == "diverges")


def test_adam_with_l2_is_no_weight_decay_and_adamw_is():
    g = np.array([0.1, 1.0, 10.0])
    assert [f"{w:.4f}" for w in decay.adam_l2(g)[-1]] == ["0.0734", "0.7429", "0.9722"]
    assert [f"{w:.4f}" for w in decay.adamw(g)[-1]] == ["0.7421"] * 3


def test_adam_takes_the_steps_of_its_definition():
    w, mean, square = 1.0, 0.0, 0.0
    path = decay.adam_l2(2.0, steps=4, weight_decay=0.3, learning_rate=0.05)
    for t, data_gradient in enumerate([-2.0, 2.0, -2.0, 2.0], start=1):
        gradient = data_gradient + 0.3 * w
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        w -= 0.05 * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
        assert path[t] == pytest.approx(w, rel=1e-12)


def test_without_decay_both_are_the_same_adam():
    g = np.array([0.1, 3.0])
    np.testing.assert_array_equal(
        decay.adam_l2(g, steps=50, weight_decay=0), decay.adamw(g, steps=50, weight_decay=0)
    )


def test_the_bars_hold_the_parts_of_the_weights_they_name(data, update):
    steps = weight_decay.step_table(update, data)
    assert steps.groupby("layer").size().tolist() == [10, 10, 3]
    for row in steps.itertuples():
        source, target = row.name.split(" → ")
        j = data.feature_names.index(source) if row.layer == 0 else int(source.split()[1]) - 1
        i = 0 if row.layer == 2 else int(target.split()[1]) - 1
        for k in (0, 5):
            W = update.W[row.layer][k, i, j]
            assert getattr(row, f"w{k}") == W
            assert getattr(row, f"s{k}") == pytest.approx(-0.3 * 10 / 398 * W)
            assert getattr(row, f"c{k}") == pytest.approx(update.whole[row.layer][k, i, j] - W, abs=1e-14)
    reach = weight_decay.reach_table(steps)
    for layer, rows in steps.groupby("layer"):
        top = reach[reach.layer == layer].t5.iloc[0]
        assert top == rows[["s5", "c5"]].abs().to_numpy().max()


def test_sizes_on_the_log_axis_are_positive_and_the_rest_is_left_out(data, run):
    free = decay.take_apart(run, data.X_train, data.y_train, 0)
    sizes = weight_decay.size_table(free)
    assert set(sizes.part) == {"gradient", "together"}
    assert (sizes["size"] > 0).all()


def test_the_figures_in_the_sentences_are_those_of_a_step_taken_by_hand():
    app = open_app(PAGE, lam="30", hidden="6", **QUICK)
    assert not app.exception
    data = core.load_dataset("breast_cancer", 0)
    said = sentences(app)
    ratio = float(re.search(rf"αλ/m = \*\*{NUMBER}\*\*", said)[1])
    assert ratio == pytest.approx(0.3 * 30 / data.m, rel=5e-3)
    halved = int(re.search(r"half its size within (\d+) steps", said)[1])
    factor = 1 - 0.3 * 30 / data.m
    assert factor**halved <= 0.5 < factor ** (halved - 1)
    longer = trained_l2(data, [30.0], hidden=(6,), learning_rate=0.3, epochs=51, snapshots=52)
    pattern = (
        rf"layer (\d) shrinks by {NUMBER} and its gradient step is {NUMBER} long; .* by \*\*{NUMBER}\*\*"
    )
    layers = re.findall(pattern, said)
    assert [int(layer) for layer, *_ in layers] == [1, 2]
    for l, (_, shrink, step, together) in enumerate(layers):
        W, after = (longer.history_W[l][s, 0].astype(float) for s in (50, 51))
        assert float(shrink) == pytest.approx(np.linalg.norm((1 - factor) * W), rel=1e-2)
        assert float(step) == pytest.approx(np.linalg.norm(after - factor * W), rel=1e-2)
        assert float(together) == pytest.approx(np.linalg.norm(after - W), rel=1e-2)
    assert "0.0734, 0.7429 and 0.9722" in said
    assert "AdamW ends at 0.7421 for all of them" in said
    tables = chart(app)[1]
    assert tables["current"].ratio[0] == pytest.approx(0.3 * 30 / data.m)
    assert tables["epochs"].epoch.iloc[-1] == 50


@pytest.mark.parametrize("hidden", ["none", "6", "5-4-3-2"])
@pytest.mark.parametrize("dataset", list(core.DATASETS))
def test_the_page_works_with_every_data_set_at_both_ends_of_the_grid(dataset, hidden):
    app = open_app(PAGE, dataset=dataset, hidden=hidden, lam="0", **QUICK)
    assert not app.exception
    assert "nothing shrinks" in sentences(app)
    app.select_slider(key="lam").set_value(LAMS[-1]).run()
    assert not app.exception
    assert "λ = 1000" in sentences(app)
    n_layers = 1 if hidden == "none" else hidden.count("-") + 2
    assert chart(app)[1]["lines"].layer.nunique() == n_layers


def test_divergence_leaves_the_steps_before_it_and_is_told():
    app = open_app(PAGE, dataset="wine", learning_rate="3", hidden="4", lam="1000", **QUICK)
    assert not app.exception
    data = core.load_dataset("wine", 0)
    run = trained_l2(data, [1000.0], hidden=(4,), learning_rate=3.0, epochs=50)
    assert f"at epoch {run.diverged_at[0]}" in app.info[0].value
    assert chart(app)[1]["epochs"].epoch.max() < run.diverged_at[0]
    said = sentences(app)
    assert "makes every weight grow" in said
    assert float(re.search(rf"differs from W − α·dW by at most {NUMBER} of", said)[1]) < 1e-14


def test_another_lam_changes_the_tables_and_not_the_spec():
    app = open_app(PAGE, **QUICK)
    spec, tables = chart(app)
    app.select_slider(key="lam").set_value(100.0).run()
    spec_after, tables_after = chart(app)
    assert spec_after == spec
    assert not tables_after["steps"].equals(tables["steps"])

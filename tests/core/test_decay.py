"""One L2 step taken apart, αλ/m alone, Adam against AdamW: the mathematics."""

import numpy as np
import pytest

import core
from core import decay, network
from core.penalties import PENALTIES
from tests.trained import l2_step, trained_l2


def test_the_parts_add_up_to_the_whole_step():
    _, _, update = l2_step()
    assert update.factor == pytest.approx(1 - 0.3 * 10 / 398)
    for W, shrunk, step, undivided in zip(
        update.W, update.shrunk, update.step, update.undivided, strict=True
    ):
        np.testing.assert_allclose(shrunk, W * (1 - 0.3 * 10 / 398), rtol=1e-13)
        np.testing.assert_allclose(shrunk + step, undivided, atol=1e-14)
    assert update.mismatch < 1e-14


@pytest.mark.parametrize("snapshot", [0, 1, 4, 7])
def test_the_parts_are_the_step_that_training_takes_from_there(snapshot):
    data, run, update = l2_step()
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


def test_without_a_penalty_nothing_shrinks():
    data, run, _ = l2_step()
    update = decay.take_apart(run, data.X_train, data.y_train, 0)
    assert update.factor == 1
    assert all((shrink == 0).all() for shrink in update.shrink)


@pytest.mark.parametrize("penalty", [name for name, penalty in PENALTIES.items() if penalty.is_sparse])
def test_a_network_of_a_penalty_with_a_corner_is_not_taken_apart(penalty):
    data, *_ = l2_step()
    run = core.train(data.X_train, data.y_train, (2,), penalty, [1.0], epochs=1, snapshots=2)
    with pytest.raises(ValueError, match=f"trained with 'l2', got '{penalty}'"):
        decay.take_apart(run, data.X_train, data.y_train, 0)


def test_the_first_step_is_compared_with_a_training_of_its_own():
    data, run, update = l2_step()
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


@pytest.mark.parametrize("snapshots", [[0, 3, 8], (8, 0, 3), np.array([3, 3, 8, 0]), [5], range(9)])
def test_some_snapshots_are_taken_apart_as_among_all_of_them_in_the_order_of_their_epochs(snapshots):
    data, run, every = l2_step()
    some = decay.take_apart(run, data.X_train, data.y_train, 1, snapshots)
    kept = sorted(set(snapshots))
    assert some.epochs.tolist() == run.epochs[kept].tolist()
    assert some.factor == every.factor
    for name in ("W", "dW_bp", "shrunk", "step", "undivided"):
        for one, whole in zip(getattr(some, name), getattr(every, name), strict=True):
            np.testing.assert_array_equal(one, whole[kept], err_msg=name)


def test_without_a_choice_every_snapshot_is_taken_apart():
    data, run, every = l2_step()
    assert every.epochs.tolist() == run.epochs.tolist()
    assert decay.take_apart(run, data.X_train, data.y_train, 1, None).epochs.tolist() == run.epochs.tolist()


def test_of_the_snapshots_chosen_those_are_taken_apart_that_are_finite():
    data = core.load_dataset("wine", 0)
    run = trained_l2(data, [0.0, 1000.0], hidden=(4,), learning_rate=3.0, epochs=60, snapshots=61)
    end = run.diverged_at[1]
    assert 2 < end < 60
    chosen = [0, 2, end - 1, end, 60]
    found = [decay.take_apart(run, data.X_train, data.y_train, k, chosen) for k in (0, 1)]
    assert [one.epochs.tolist() for one in found] == [chosen, [0, 2, end - 1]]
    assert all(np.isfinite(W).all() for W in found[1].W)
    np.testing.assert_array_equal(found[1].W[0][2], run.history_W[0][end - 1, 1])


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

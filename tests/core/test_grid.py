"""The grid of every penalty and every λ equals its networks trained alone."""

import numpy as np
import pytest

import core
from core.grid import epochs_to_rest
from core.settings import LAMS, RESTS_FROM

SETTINGS = core.Settings(dataset="moons", hidden=(4,), learning_rate=1.0, epochs=50, seed=3, n_samples=100)


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return SETTINGS.load()


@pytest.fixture(scope="module")
def grid(data) -> dict[str, core.Run]:
    return core.train_grid(data, SETTINGS, snapshots=6)


def test_every_penalty_is_there_at_every_lam_under_its_label(grid):
    assert list(grid) == [core.PENALTIES[name].label for name in core.LECTURED]
    for penalty, run in zip(core.LECTURED, grid.values(), strict=True):
        assert run.lams.tolist() == list(LAMS)
        assert set(run.penalty) == {penalty}
        assert (run.hidden, run.learning_rate, run.seed) == ((4,), 1.0, 3)
        assert run.epochs.tolist() == [0, 10, 20, 30, 40, 50]


@pytest.mark.parametrize("penalty", list(core.LECTURED))
@pytest.mark.parametrize("k", [0, 12, len(LAMS) - 1])
def test_a_network_of_the_grid_equals_the_one_trained_alone(data, grid, penalty, k):
    alone = core.train(data.X_train, data.y_train, (4,), penalty, [LAMS[k]], 1.0, 50, 3, snapshots=6)
    together = grid[core.PENALTIES[penalty].label].select(slice(k, k + 1))
    for one, other in zip(
        (*together.history_W, *together.history_b, together.cost),
        (*alone.history_W, *alone.history_b, alone.cost),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def test_all_start_from_the_same_weights_and_agree_without_a_penalty(grid):
    first, *others = grid.values()
    for other in others:
        np.testing.assert_array_equal(first.history_W[0][0], other.history_W[0][0])
        np.testing.assert_allclose(first.history_W[0][:, 0], other.history_W[0][:, 0], rtol=1e-4, atol=1e-6)


def test_other_hidden_layers_can_be_asked_for(data, grid):
    linear = core.train_grid(data, SETTINGS, hidden=())
    for run in linear.values():
        assert run.hidden == ()
        assert [W.shape for W in run.W] == [(len(LAMS), 1, 2)]
        assert len(run.epochs) == 51, "all epochs, where there are fewer than 60"


def test_a_penalty_that_is_asked_for_is_trained_with_the_others(data, grid):
    asked = core.train_grid(data, SETTINGS, snapshots=6, penalties=("l1", "elastic_net"))
    assert list(asked) == ["L1", "Elastic net"]
    assert set(asked["Elastic net"].penalty) == {"elastic_net"}
    np.testing.assert_allclose(asked["L1"].cost, grid["L1"].cost, rtol=1e-3)
    alone = core.train(data.X_train, data.y_train, (4,), "elastic_net", [LAMS[9]], 1.0, 50, 3, snapshots=6)
    np.testing.assert_allclose(asked["Elastic net"].cost[:, 9], alone.cost[:, 0], rtol=1e-3)


def test_progress_counts_to_its_total_and_can_stop_the_training(data):
    calls = []
    core.train_grid(data, SETTINGS, snapshots=2, on_progress=lambda *now: calls.append(now))
    assert calls[-1][0] == calls[-1][1] == len(calls)

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        core.train_grid(data, SETTINGS, on_progress=stop)


def test_networks_for_what_a_penalty_does_go_on_until_they_rest(data):
    settings = core.Settings(hidden=(4,), epochs=100)
    runs = core.train_grid(data, settings, 2, method="accelerated")
    for run in runs.values():
        most = np.array([epochs_to_rest(100, lam) for lam in run.lams])
        assert (run.stopped_at[run.lams < RESTS_FROM] <= 100).all()
        assert (run.stopped_at > 100).any()
        assert run.at_rest[run.stopped_at < most].all()
        assert run.method == "accelerated"


def test_more_epochs_than_any_network_needs_to_rest_are_still_given():
    assert epochs_to_rest(300, 2.0) == 300
    assert epochs_to_rest(300, 3.0) == 6000
    assert epochs_to_rest(10_000, 3.0) == 10_000

"""What the browser is sent to draw the networks by itself: their weights as they are, and the rows."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import core
from core.settings import LAMS
from tests.app import context_at, open_app, settled_picture, tables_as_sent, topic
from tests.app import living as sent_to
from ui.pictures.picture import Living
from ui.topics.overview import SHOWN, TOPIC, TRAINING
from ui.topics.overview import living as module
from ui.topics.overview.living import MOST_EPOCHS, jumps, shown_epochs
from ui.topics.overview.scores import scores_of
from ui.topics.overview.strips import Strips

MOONS = core.Settings(dataset="moons", hidden=(5, 3), n_samples=50, epochs=50, lam=1.0)
WINE = core.Settings(dataset="wine", hidden=(4,), epochs=50)
WATCHED = {SHOWN.key: TRAINING}


def living_of(settings: core.Settings, choices: dict[str, str] | None = None) -> Living:
    found = TOPIC.picture(context_at(settings, choices)).living
    assert found is not None
    return found


def unpacked(one: Living) -> tuple[np.ndarray, list[np.ndarray]]:
    """The networks (penalty, λ, epoch, parameter), and X, y and the heights of the rows."""
    numbers, told = np.frombuffer(one.networks, "<f4"), one.told
    sizes, n = told["sizes"], told["rows"]
    size = sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes))
    shape = len(told["penalties"]), told["lams"], told["epochs"], size
    parameters, rest = np.split(numbers, [int(np.prod(shape))])
    X, y, heights = np.split(rest, [n * sizes[0], n * (sizes[0] + 1)])
    return parameters.reshape(shape), [X.reshape(n, -1), y, heights]


def logits(sizes: list[int], parameters: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Z of the last layer (n_out, n), read from the parameters of one network as the script reads them."""
    A, at = X.T.astype(float), 0
    for n_in, n_out in pairwise(sizes):
        W = parameters[at : at + n_in * n_out].reshape(n_out, n_in)
        b = parameters[at + n_in * n_out :][:n_out]
        Z, at = W @ A + b[:, None], at + n_out * (n_in + 1)
        A = np.tanh(Z)
    assert at == len(parameters)
    return Z


@pytest.mark.parametrize("settings", [MOONS, WINE, replace(WINE, hidden=())], ids=["plane", "strips", "flat"])
def test_the_networks_and_the_rows_are_sent_as_they_are(settings):
    context, one = context_at(settings), living_of(settings)
    parameters, (X, y, heights) = unpacked(one)
    data = context.data
    np.testing.assert_array_equal(X, data.X_train.astype("f4"))
    np.testing.assert_array_equal(y, data.y_train)
    for p, run in enumerate(context.networks.runs.values()):
        Z = run.layers(X)[-1]
        for k in (0, 12, len(LAMS) - 1):
            np.testing.assert_allclose(logits(one.told["sizes"], parameters[p, k, 0], X), Z[k], atol=2e-4)
        assert one.told["sound"][p] == run.sound.tolist()
    if data.in_a_plane:
        assert one.told["strips"] is None
        assert len(heights) == 0
    else:
        strips = Strips.of(context.networks.runs, data)
        assert one.told["plane"] is None
        assert one.told["strips"]["top"] == strips.top
        np.testing.assert_allclose(heights, strips.heights, atol=1e-6)


def test_the_networks_on_their_way_are_those_of_the_plain_steps():
    context, one = context_at(MOONS, WATCHED), living_of(MOONS, WATCHED)
    parameters, _ = unpacked(one)
    picture = TOPIC.picture(context)
    assert picture.scrub.name == "Epoch"
    assert len(picture.scrub.labels) == one.told["epochs"] <= MOST_EPOCHS
    for p, run in enumerate(context.training.runs.values()):
        for e, epoch in enumerate(picture.scrub.labels):
            at = run.epochs.tolist().index(int(epoch.replace(",", "")))
            W = [history[at, 7].ravel() for history in run.history_W]
            np.testing.assert_array_equal(parameters[p, 7, e][: W[0].size], W[0])
            assert one.told["heads"][p][7][e].startswith(f"training cost {run.data_cost[at, 7]:.3g}")
    assert "plain gradient steps at α = 0.3, up to epoch 50" in TOPIC.about(context)
    assert TOPIC.about(context_at(MOONS)) == ""


def test_a_network_that_swings_is_seen_on_its_way_and_one_that_diverged_as_long_as_it_is_finite():
    settings = core.Settings(dataset="moons", n_samples=50, learning_rate=3.0, epochs=50, hidden=())
    one = living_of(settings, WATCHED)
    run = context_at(settings, WATCHED).training.runs["L2"]
    states = run.state
    assert {"swinging", "diverged"} <= set(states)
    assert all(map(all, one.told["sound"]))
    for k, state in enumerate(states):
        last = one.told["heads"][1][k][-1]
        assert last.endswith(state) == (state in ("swinging", "diverged")), last
        assert ("training cost" in last) == bool(np.isfinite(run.data_cost[-1, k]))


def test_over_the_squares_and_to_jump_to_stands_what_the_tables_say():
    context = context_at(MOONS)
    picture = settled_picture(TOPIC, context)
    told, heads = picture.living.told, picture.tables["field_heads"]
    labels = [penalty["label"] for penalty in told["penalties"]]
    assert labels == ["L1", "L2"]
    for label, words in zip(labels, told["heads"], strict=True):
        assert [one for (one,) in words] == heads[heads.penalty == label].wrong.tolist()
    rules = picture.tables["rules"].set_index("penalty")
    for label, to in zip(labels, told["jumps"], strict=True):
        assert to[0] == {"k": 0, "lam": "λ = 0", "role": to[0]["role"]}
        assert rules.k[label] in [one["k"] for one in to if "λ₁ₛₑ" in one["role"]]
    scores = {label: scores_of(run, context.data) for label, run in context.networks.runs.items()}
    assert "chosen" in [one["role"] for one in jumps(scores, 7)[0]]


def test_of_what_is_too_large_to_be_sent_the_server_draws_the_picture(monkeypatch):
    runs = context_at(MOONS).networks.runs
    size = 2 * len(LAMS) * (2 * 5 + 5 + 5 * 3 + 3 + 3 + 1)
    for most, n in ((size - 1, 0), (size, 1)):
        monkeypatch.setattr(module, "MOST", most)
        assert len(shown_epochs(runs, is_watched=False)) == n
    training = context_at(MOONS).training.runs
    for most, n in ((5 * size - 1, 0), (5 * size, 5), (7 * size, 7), (1000 * size, MOST_EPOCHS)):
        monkeypatch.setattr(module, "MOST", most)
        shown = shown_epochs(training, is_watched=True)
        assert len(shown) == n
        assert not n or (shown[0], shown[-1]) == (0, len(training["L1"].epochs) - 1)
    monkeypatch.setattr(module, "MOST", 10)
    address = MOONS.to_query() | {"seed": "91"}
    app = open_app(topic("overview"), **address)
    assert not app.exception
    assert not [one for one in app.get("bidi_component") if one.proto.component_name == "lab.living"]
    assert {"fields", "field_points"} <= tables_as_sent(app).keys()
    monkeypatch.undo()
    app = open_app(topic("overview"), **address | {"seed": "92"})
    assert not {"fields", "field_points"} & tables_as_sent(app).keys(), "what nobody sees is not sent"
    assert sent_to(app)["plane"]


def test_kept_beside_another_the_picture_is_the_servers_which_stays_at_its_own_lam():
    chart = TOPIC.picture(context_at(MOONS)).charts[0][0]
    assert chart.living is not None
    for at_its_own in (False, True):
        assert chart.standing(at_its_own).living is None

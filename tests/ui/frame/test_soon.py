"""A first picture does not wait until its networks rest; the page goes on and shows them anew."""

from dataclasses import replace

import pytest

from core import Settings
from tests.app import chart, context_at, open_app, sentences, topic
from ui.data.shelf import SHARED, Shelf
from ui.topics.topic import Context
from ui.work import tasks
from ui.work.networks import SOON, TO_REST, networks
from ui.work.tasks import Batch, run_now

FAR = Settings(dataset="wine", hidden=(4,), epochs=50, lam=7.0)  # L1 rests at λ = 7 later than that


class Recorder:
    """Work done at once, and written down."""

    def __init__(self) -> None:
        self.asked: list[Batch] = []

    def __call__(self, batch: Batch) -> list:
        self.asked.append(batch)
        return run_now(batch)


def hurried(settings: Settings, shelf: Shelf) -> tuple[Context, Recorder]:
    """A context that is to show something soon."""
    recorder = Recorder()
    return replace(context_at(settings), shelf=shelf, runner=recorder, soon=True), recorder


def test_a_hurried_context_shows_the_first_epochs_and_says_what_is_unfinished():
    shelf = Shelf()
    context, recorder = hurried(FAR, shelf)
    first = context.networks
    assert first is context.networks
    assert [batch.key for batch in recorder.asked] == [networks(FAR, shelf, SOON).key]
    assert all((run.stopped_at <= 50).all() for run in first.runs.values())
    assert [batch.key for batch in context.unfinished] == [networks(FAR, shelf).key]
    assert not first.rests
    run_now(context.unfinished[0])
    later, _ = hurried(FAR, shelf)
    assert later.networks.rests
    assert not later.unfinished
    assert context.networks is first, "one page shows one kind"


def test_where_all_rest_at_once_nothing_is_left_to_do():
    settings, shelf = Settings(dataset="moons", hidden=(), n_samples=100), Shelf()
    context, _ = hurried(settings, shelf)
    assert context.networks.rests
    assert not context.unfinished
    assert not networks(settings, shelf, TO_REST).missing(), "they are kept as what they are"


def test_what_is_kept_or_refused_is_not_shown_on_its_way(monkeypatch):
    shelf = Shelf()
    run_now(networks(FAR, shelf))
    context, recorder = hurried(FAR, shelf)
    assert context.networks.rests
    assert [batch.key for batch in recorder.asked] == [networks(FAR, shelf).key]
    monkeypatch.setattr(tasks, "MAX_SECONDS", 0.0)
    refused, recorder = hurried(replace(FAR, seed=1), Shelf())
    _ = refused.networks
    assert [batch.key for batch in recorder.asked] == [networks(replace(FAR, seed=1), refused.shelf).key]


def test_a_page_ends_with_networks_at_rest_and_one_row_for_each_of_them():
    app = open_app(topic("sparsity"), dataset="wine", hidden="4", epochs="50", lam="7", seed="93")
    assert not app.exception
    assert not app.main.info
    assert "At λ = 7, L1 has set" in sentences(app)
    assert chart(app)[1]["readout"].rest.iloc[-1] == "at rest"
    settings = replace(FAR, seed=93)
    assert not networks(settings, SHARED).missing()
    assert [trial.at_rest for trial in app.session_state["trials"].values()] == [True, True]
    assert app.session_state["unfinished"] == []


@pytest.mark.parametrize("key", ["sparsity", "linearity"])
def test_stopped_on_its_way_a_page_keeps_its_picture_and_says_how_far_it_is(key):
    settings = replace(FAR, seed=94)
    app = open_app(topic(key), dataset="wine", hidden="4", epochs="50", lam="7", seed="95")
    app.session_state["stopped"] = networks(settings, SHARED).key
    app.number_input(key="seed").set_value(94).run()
    assert not app.exception
    chart(app)
    (info,) = app.main.info
    assert info.value.startswith("At λ = 7 L1 is ")
    assert networks(settings, SHARED).missing()


def test_where_nothing_is_kept_the_page_goes_on_once_and_then_waits():
    """Else it would begin anew for ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ui.base.cache.Store.put", lambda store, key, value: None)
        app = open_app(topic("sparsity"), dataset="wine", hidden="4", epochs="50", lam="7", seed="96")
    assert not app.exception
    assert "At λ = 7, L1 has set" in sentences(app)
    assert networks(replace(FAR, seed=96), SHARED).missing()

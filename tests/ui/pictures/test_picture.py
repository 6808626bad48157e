"""Pictures are kept as they travel: packed, once for all who ask, and tables that are alike once."""

import gc
import weakref
from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd
import pytest

import core
from tests.app import QUICK, context_at, open_app, topic
from ui.base import cache
from ui.base.cache import Account, PictureCache, Store
from ui.data.shelf import Loaded, Shelf
from ui.pictures import chart as kit
from ui.pictures.chart import Column, chosen_slider, finish, playing_slider, table
from ui.pictures.picture import KEPT, Chart, Picture
from ui.topics import sparsity
from ui.topics.topic import Context, Control, Need, Topic, at_any_lam
from ui.work.networks import Networks

BIG = pd.DataFrame({"k": np.arange(1000), "v": np.linspace(0, 1, 1000)})


def picture(k: int, big: pd.DataFrame = BIG) -> Picture:
    """Two tables: a large one that does not depend on k, and a small one that does."""
    return Picture("p", {"mark": "point"}, {"big": big, "chosen": pd.DataFrame({"k": [k]})})


def test_a_table_comes_out_of_its_packing_as_it_went_in():
    table = pd.DataFrame({"λ": ["0", "1"], "x": [0.5, np.nan], "n": np.array([1, 2], np.int8)})
    tables = Picture("p", tables={"t": table}).tables
    assert list(tables) == ["t"]
    pd.testing.assert_frame_equal(tables["t"], table)


def in_charts() -> Picture:
    """Two charts beside each other and one under them; of the last only the table is drawn."""

    def panel(name: str, *filters: str) -> alt.LayerChart:
        rows = table(name)
        for one in filters:
            rows = rows.transform_filter(one)
        return kit.layer(rows.mark_line().encode(x="x:Q", y="v:Q")).properties(title=f"Of {name}")

    params, events = chosen_slider(3, "λ")
    (_, e), ticks = playing_slider(2, "Epoch", param="e")
    rows = [
        [Column([panel("a", "datum.at == k")], 1.5), Column([panel("b", "datum.at == k", "datum.e == e")])],
        [Column([panel("a"), panel("c")], has_axis=False)],
    ]
    spec = finish(rows, "light", params=[*params, e], events=events | ticks)
    tables = {name: pd.DataFrame({"x": [0], "v": [i]}) for i, name in enumerate("abc")}
    chosen = pd.DataFrame({"k": [1]})
    return Picture("p", spec, {**tables, "chosen": chosen, "titles": chosen}, alt="All of it.")


def test_a_picture_is_drawn_as_rows_of_charts_each_with_what_it_reads():
    picture = in_charts()
    first, further = picture.charts
    assert [[(chart.key, chart.width, chart.has_axis) for chart in row] for row in picture.charts] == [
        [("p", 1.5, True), ("p_1", 1.0, True)],
        [("p_2", 1.0, False)],
    ]
    assert [set(chart.spec["datasets"]) for chart in (*first, *further)] == [
        {"a", "chosen"},
        {"b", "chosen"},
        {"a", "c"},
    ]
    for chart in (*first, *further):
        assert all(sent is picture.packed[name] for name, sent in chart.spec["datasets"].items())
    assert [chart.alt for chart in (*first, *further)] == ["All of it.", "Of b", "Of a. Of c"]
    assert [[param["name"] for param in chart.spec["params"]] for chart in (*first, *further)] == [
        ["panel", "playing", "k"],
        ["panel", "playing", "k", "e"],
        [],
    ]


def test_a_picture_of_tables_alone_has_no_chart():
    assert Picture("p", tables={"t": BIG}).charts == []


def bound(chart: Chart) -> dict[str, str]:
    """The names of a chart's sliders, by param."""
    params = {param["name"]: param.get("bind", {}) for param in chart.spec["params"]}
    return {name: bind["name"] for name, bind in params.items() if "name" in bind}


def test_a_chart_beside_another_moves_with_the_others_unless_it_stays_at_its_own_lam():
    picture = in_charts()
    chart = picture.charts[0][1]
    along, kept = chart.standing(at_its_own=False), chart.standing(at_its_own=True)
    assert along.key == kept.key == "p_1_beside"
    assert along.spec == chart.spec
    assert bound(along) == {"playing": "Play", "k": "λ", "e": "Epoch"}
    assert bound(kept) == {"playing": "Play", "k": KEPT, "e": "Epoch"}
    assert KEPT != "λ"
    assert {name: part for name, part in kept.spec.items() if name != "params"} == {
        name: part for name, part in chart.spec.items() if name != "params"
    }
    sliders = [{**param, "bind": None} for param in kept.spec["params"]]
    assert sliders == [{**param, "bind": None} for param in chart.spec["params"]], "all else is as it was"
    assert bound(picture.charts[0][1])["k"] == "λ", "nor is the one that it comes of changed"


@pytest.mark.parametrize(
    ("chosen", "spoken"),
    [({"chosen": pd.DataFrame({"k": [0]})}, "λ = 0, epoch 9. L1: b."), ({}, "λ = 1, epoch 9. L1: d.")],
)
def test_a_picture_is_spoken_of_where_its_sliders_open(chosen, spoken):
    readout = pd.DataFrame(
        {
            "k": [0, 0, 1, 1],
            "e": [0, 1, 0, 1],
            "title": ["λ = 0, epoch 0", "λ = 0, epoch 9", "λ = 1, epoch 0", "λ = 1, epoch 9"],
            "L1": ["L1: a", "L1: b", "L1: c", "L1: d"],
            "L2": None,
        }
    )
    assert Picture("p", tables={"readout": readout, **chosen}).spoken == spoken
    assert Picture("p", tables={"t": BIG}).spoken == ""
    assert Picture("p", tables={"readout": readout[:0], **chosen}).spoken == ""


def test_pictures_that_differ_in_a_small_table_share_the_large_one():
    pictures = PictureCache(10**6)
    for k in range(20):
        pictures.put(k, picture(k))
    kept = [pictures.get(k) for k in range(20)]
    assert len({id(one.packed["big"]) for one in kept}) == 1
    assert [one.tables["chosen"].k[0] for one in kept] == list(range(20))
    assert pictures.nbytes == len(kept[0].packed["big"]) + sum(len(one.packed["chosen"]) for one in kept)


def test_a_cache_keeps_what_was_used_last_within_its_bytes():
    each = PictureCache(1)
    each.put(0, picture(0))
    pictures = PictureCache(3 * each.nbytes)
    for k in range(3):
        pictures.put(k, picture(k, BIG + k))
    assert pictures.get(0) is not None
    pictures.put(3, picture(3, BIG + 3))
    assert [k for k in range(4) if pictures.get(k)] == [0, 2, 3]
    assert pictures.nbytes <= 3 * each.nbytes
    assert each.get(0) is not None, "the newest always stays"


def test_pictures_count_where_their_networks_are_kept():
    data = core.load_dataset("moons", 0, 50)
    trained = Networks(data, {"L1": core.train(data.X_train, data.y_train, (2,), lams=[0.0], epochs=2)})
    before = trained.nbytes
    trained.pictures.put(0, picture(0))
    assert trained.nbytes == before + trained.pictures.nbytes > before


def test_a_new_picture_above_the_bound_of_memory_lets_go_of_what_is_older(monkeypatch):
    account = Account(10**9)
    monkeypatch.setattr(cache, "ACCOUNT", account)
    monkeypatch.setattr(cache, "resident", lambda: 0)
    store = Store(10**9)
    for i in range(8):
        store.put(i, Loaded(core.load_dataset("moons", i, 50)))
    alone = PictureCache(10**9, Account(None))
    alone.put(0, picture(0))
    account.bound = account.held() + alone.nbytes - 1
    store.get(7).pictures.put(0, picture(0))
    assert account.held() <= account.bound
    assert [i for i in range(8) if store.get(i)] == [1, 2, 3, 4, 5, 6, 7]


FEW = core.Settings(dataset="moons", hidden=(2,), epochs=50, n_samples=50)
HOW = Control("how", "How", ("a", "b"), "a")


def drawn_topic(made: list[object]) -> Topic:
    """A topic of the data alone that notes what it draws."""

    def draw(context: Context) -> Picture:
        made.append((context.lam, context[HOW]))
        return picture(0)

    words = dict.fromkeys(("title", "address", "sentence", "idea"), "")
    return Topic("histograms", draw=draw, needs=Need.DATA, controls=(HOW,), **words)


def context_of(lam: float, shelf: Shelf, **choices: str) -> Context:
    """A context of few data, on a shelf of its own."""
    return replace(context_at(choices=choices, dataset="moons", n_samples=50, lam=lam), shelf=shelf)


def test_a_picture_is_made_once_for_each_choice_and_lam():
    made, shelf = [], Shelf()
    drawn = drawn_topic(made)
    for lam, how in ((1.0, "a"), (1.0, "b"), (2.0, "a"), (1.0, "a"), (1.0, "b")):
        drawn.picture(context_of(lam, shelf, how=how))
    assert made == [(1.0, "a"), (1.0, "b"), (2.0, "a")]
    drawn.picture(context_of(1.0, shelf))
    drawn.picture(context_of(1.0, shelf, how="no such choice"))
    assert len(made) == 3, "what is not chosen is the default"
    drawn.picture(replace(context_of(1.0, shelf), theme="dark"))
    assert len(made) == 4


def test_what_all_lam_make_together_is_made_once_for_each_of_its_arguments():
    made = []

    @at_any_lam
    def part(context: Context, layer: int) -> Picture:
        made.append(layer)
        return picture(0)

    for lam, layer in ((1.0, 0), (2.0, 0), (2.0, 1), (1.0, 1)):
        part(context_at(dataset="moons", n_samples=50, hidden=(2,), epochs=50, lam=lam), layer)
    assert made == [0, 1]


def test_pictures_are_told_apart_without_keeping_what_they_were_drawn_from():
    made, shelf = [], Shelf()
    drawn = replace(drawn_topic(made), needs=Need.REST)
    part = at_any_lam(lambda context, how: drawn.draw(context))
    alive = []
    for how in ("a", "b", "a"):
        context = replace(context_of(1.0, shelf, how=how), settings=FEW)
        drawn.picture(context)
        part(context, how)
        alive.append(weakref.ref(context))
    del context
    gc.collect()
    assert [one() for one in alive] == [None, None, None], "a context holds networks, races and curves"
    assert [how for _, how in made] == ["a", "a", "b", "b"]
    check = topic("gradient_check")
    pictures = [
        check.picture(context_at(choices={"gradient_penalty": penalty}, dataset="moons", epochs=50))
        for penalty in ("l1", "l2", "l1")
    ]
    assert pictures[0] is pictures[2]
    assert pictures[0] is not pictures[1]


def test_a_second_session_at_the_same_choices_draws_nothing_anew(monkeypatch):
    assert not open_app(topic("sparsity"), lam="10", seed="37", **QUICK).exception
    monkeypatch.setattr(sparsity, "weights_over_lam", lambda *args: pytest.fail("the tables were made anew"))
    assert not open_app(topic("sparsity"), lam="10", seed="37", **QUICK).exception

"""The network drawn: what is cut, what is constant, what is drawn, and what the page says of it."""

import itertools
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import core
from core.settings import LAMS
from tests.app import QUICK, chart, context_at, open_app, sentences
from tests.trained import LECTURE, trained, trained_to_rest
from tests.ui.topics.places import HIDDEN, at_both_ends
from ui.pictures.chart import charts_of
from ui.topics.hidden_units import TOPIC
from ui.topics.hidden_units.chart import chart as network_chart
from ui.topics.hidden_units.layout import HEAD, MAX_LABELS, names_of, network_height, sizes_of
from ui.topics.hidden_units.notes import notes
from ui.topics.hidden_units.states import Tolerance, tolerance
from ui.topics.hidden_units.tables import (
    link_table,
    strongest_links,
    unit_counts,
    unit_readout,
    unit_table,
)

STATES = ("alive", "constant", "cut", "diverged")
FEWER = "On this grid L1 first has fewer than 6 units alive at "


@pytest.fixture(scope="module")
def data() -> core.Dataset:
    return core.load_dataset("breast_cancer", 0)


@pytest.fixture(scope="module")
def runs(data) -> dict[str, core.Run]:
    lams = [0.0, 5.0, 20.0, 1000.0]
    return {
        penalty.label: core.train(
            data.X_train, data.y_train, (7, 4), name, lams, learning_rate=0.3, epochs=150
        )
        for name, penalty in LECTURE.items()
    }


def states_by_hand(run: core.Run, k: int, share: float) -> list[list[str]]:
    """Paths followed one link at a time, for inputs, hidden units and outputs."""
    largest = [np.abs(W[0]).max() for W in run.W]
    links = [np.abs(W[k]) > share * top for W, top in zip(run.W, largest, strict=True)]
    sizes = [links[0].shape[1], *(len(link) for link in links)]

    def hears(c: int, i: int) -> bool:
        return c == 0 or any(links[c - 1][i, j] and hears(c - 1, j) for j in range(sizes[c - 1]))

    def heard(c: int, i: int) -> bool:
        return c == len(links) or any(links[c][j, i] and heard(c + 1, j) for j in range(sizes[c + 1]))

    return [
        ["cut" if not heard(c, i) else "alive" if hears(c, i) else "constant" for i in range(n)]
        for c, n in enumerate(sizes)
    ]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.05])
def test_the_states_drawn_are_those_of_the_paths(data, runs, share):
    tol = tolerance(runs, share)
    seen = set()
    for run in runs.values():
        table = unit_table(run, data, tol)
        for k in range(4):
            by_hand = states_by_hand(run, k, share)
            for c, states in enumerate(by_hand):
                drawn = [STATES[code] for code in table[table.column == c][f"v{k}"]]
                assert drawn == states
                seen |= set(states)
    assert {"alive", "cut"} <= seen


def test_a_unit_without_inputs_is_constant_and_without_readers_cut(data, runs):
    run = runs["L1"].select(slice(0, 1))
    W = [history[-1:].copy() for history in run.history_W]
    W[0][0, 0, 2] = 0  # unit 3 of layer 1 hears nothing
    W[1][0, 0, :, 5] = 0  # unit 6 of layer 1 is read by nobody
    W[2][0, 0, 0, 1] = 0  # nor is unit 2 of layer 2
    changed = replace(run, history_W=W, history_b=[b[-1:] for b in run.history_b])
    tol = Tolerance(0.0, (1.0, 1.0, 1.0), "at λ = 0")
    table = unit_table(changed, data, tol).set_index("name")
    assert STATES[table.v0["unit 3 of layer 1"]] == "constant"
    assert STATES[table.v0["unit 6 of layer 1"]] == "cut"
    assert STATES[table.v0["unit 2 of layer 2"]] == "cut"
    assert table.a0["unit 3 of layer 1"] == pytest.approx(np.tanh(changed.b[0][0, 2, 0]))
    assert (table.v0 == 0).sum() == len(table) - 3


def test_the_tolerance_is_that_of_the_start_where_lam_0_diverged(runs):
    run = runs["L1"]
    gone = [np.where(np.arange(4)[:, None, None] == 0, np.nan, W)[None] for W in run.W]
    diverged = replace(
        run, history_W=[np.concatenate([h[:1], W]) for h, W in zip(run.history_W, gone, strict=True)]
    )
    tol = tolerance({"L1": diverged}, 0.5)
    assert tol.reference == "at the start"
    assert tol.largest == pytest.approx([np.abs(W[0, 0]).max() for W in run.history_W])
    assert tol.sizes == pytest.approx([0.5 * largest for largest in tol.largest])


def test_each_link_joins_its_units_and_holds_its_weight(data, runs):
    run, tol = runs["L1"], tolerance(runs, 0.01)
    links = link_table(run, data, tol)
    units = unit_table(run, data, tol).set_index("name")
    assert len(links) == 30 * 7 + 7 * 4 + 4
    names = names_of(data, sizes_of(run))
    for row in links.itertuples():
        l = round(row.across * 3)
        i, j = names[l + 1].index(row.target), names[l].index(row.source)
        assert row.v1 == pytest.approx(run.W[l][1, i, j], abs=1e-5)
        assert (row.v1 == 0) == (run.W[l][1, i, j] == 0)
        assert (row.across, row.down) == (units.across[row.source], units.down[row.source])
        assert (row.across_end, row.down_end) == (units.across[row.target], units.down[row.target])


def test_above_the_limit_the_strongest_links_are_drawn():
    rng = np.random.default_rng(3)
    W = [rng.standard_normal((2, 40, 50)), rng.standard_normal((2, 5, 40)), rng.standard_normal((2, 1, 5))]
    kept = strongest_links(W, 600)
    assert [len(index) for index in kept] == [600 - 205, 200, 5]
    strength = np.abs(W[0]).mean(axis=0).ravel()
    left_out = np.setdiff1d(np.arange(2000), kept[0])
    assert strength[kept[0]].min() >= strength[left_out].max()


@pytest.mark.parametrize(
    "sizes", [(30, 16, 16, 1), (40, 8, 1), (64, 64, 64, 10), (2, 1, 3), (13, 30, 3), (30, 4, 10)]
)
def test_units_and_names_do_not_stand_on_each_other_and_all_stand_in_one_window(sizes):
    height = network_height(sizes)
    assert 300 <= height <= 540
    rng = np.random.default_rng(0)
    shapes = itertools.pairwise(sizes)
    X, y = rng.standard_normal((3 * sizes[0], sizes[0])), np.arange(3 * sizes[0]) % max(2, sizes[-1])
    run = core.train(X, y, sizes[1:-1], "l1", [0.0], epochs=1, snapshots=2)
    assert [W.shape[1:] for W in run.W] == [(n_out, n_in) for n_in, n_out in shapes]
    names = tuple(f"name {i}" for i in range(sizes[0]))
    named = SimpleNamespace(feature_names=names, class_names=tuple(map(str, range(max(2, sizes[-1])))))
    units = unit_table(run, named, tolerance({"L1": run}, 0.0))
    for c, n in enumerate(sizes):
        column = units[units.column == c]
        down = column.down.to_numpy()
        assert len(down) == n
        assert down.min() * height > HEAD
        assert down.max() < 1
        gaps = np.diff(down * height)
        has_labels = (column.label != "").to_numpy()
        assert has_labels.all() == has_labels.any() == (c in (0, len(sizes) - 1) and n <= 30)
        room = 15 if has_labels.any() else 4  # a name needs 15 pixels, a bare circle what it takes itself
        assert (gaps >= room).all()
        assert (gaps > np.sqrt(column.area.to_numpy()[1:])).all()
        edges = down * height - np.sqrt(column.area) / 2
        assert edges.min() > HEAD
        assert (edges + np.sqrt(column.area)).max() < height


def test_names_take_no_room_beside_inputs_that_have_none(theme):
    """Of 31 inputs none has a name, so that the network begins further left."""
    begins = []
    for n_inputs in (30, 31):
        context = context_at(dataset="needles", n_samples=50, hidden=(3,), epochs=50)
        named = tuple(map(str, range(n_inputs)))
        few = replace(context.data, X_train=context.data.X_train[:, :n_inputs], feature_names=named)
        run = core.train(few.X_train, few.y_train, (3,), "l2", [0.0], epochs=1, snapshots=2)
        units = unit_table(run, few, tolerance({"L2": run}, 0.0))
        assert (units.label[units.column == 0] != "").all() == (n_inputs == 30)
        sizes = sizes_of(run)
        spec = network_chart(tuple(map(str, LAMS)), sizes, sizes[0] <= MAX_LABELS, ("L1", "L2"), theme)
        begins.append(re.search(r"room > 700 \? (\d+)", str(spec["vconcat"][0]))[1])
    assert int(begins[0]) > int(begins[1])


def test_thirty_inputs_and_two_layers_of_sixteen_are_drawn_with_every_link(data):
    run = core.train(data.X_train, data.y_train, (16, 16), "l2", [0.0, 1.0], epochs=1, snapshots=2)
    links = link_table(run, data, tolerance({"L2": run}, 0.01))
    assert len(links) == 30 * 16 + 16 * 16 + 16


def test_the_network_stands_over_a_panel_for_each_state(theme):
    spec = network_chart(tuple(map(str, LAMS)), (30, 6, 3, 1), True, ("L1", "L2"), theme)
    titles = [panel.get("title") for panel in spec["vconcat"]]
    assert titles.pop(4)["text"] == "What became of its 9 hidden units"
    assert titles == [
        *(None, None, None),
        *("Hidden units alive, of 9", "Constant: no path from the input", "Cut: no path to the output"),
    ]
    rows = [[place for place, _ in row] for row in charts_of(spec)]
    (network, beside), further = rows
    assert {"drawn", "heads", "links", "units"} <= set(network["tables"]), "the tables of its expressions too"
    assert {"counts", "readout"} <= set(beside["tables"]), "the units alive stand beside the network"
    assert not network["has_axis"]
    assert network["width"] > beside["width"]
    assert [place["panels"] for place in further] == [[4], [5], [6]]
    rooms = [
        [("room" in [param["name"] for param in one["params"]]) for _, one in row] for row in charts_of(spec)
    ]
    assert rooms == [[True, False], [False, False, False]], "the network alone asks how wide it is"


def test_of_every_data_set_each_unit_is_alive_constant_or_cut():
    for context in at_both_ends(HIDDEN[1:2]):
        picture = TOPIC.picture(context)
        counts = picture.tables["counts"]
        assert len(counts) == len(LECTURE) * len(LAMS)
        assert (counts.alive + counts.constant + counts.cut == sum(context.settings.hidden)).all()
        at_rest = context.networks.runs["L2"].at_rest[context.k]
        assert at_rest or context.lam == 0, "the largest λ rests"
        assert (f"At {context.lam_text} under L2, **" in "\n".join(picture.notes)) == at_rest


@pytest.mark.parametrize("share", [0.0, 0.01])
def test_the_figures_in_the_sentences_are_those_of_a_network_trained_alone(data, share):
    app = open_app(TOPIC, lam="20", hidden="6-3", **QUICK)
    app.segmented_control(key="tolerance").set_value(share).run()
    assert not app.exception
    said = sentences(app)
    for name, penalty in LECTURE.items():
        _, run = trained_to_rest(core.Settings(hidden=(6, 3), epochs=50), name, [0.0, 20.0])
        assert run.at_rest[1]
        by_hand = states_by_hand(run, 1, share)
        units = [state for states in by_hand[1:-1] for state in states]
        figures = re.search(
            rf"under {penalty.label}, \*\*(\d+) of 9\*\* hidden units are alive, (\d+) constant and "
            r"(\d+) cut; (\w+) (?:of )?(\d+) links count, and (\w+) (?:of )?30 inputs",
            said,
        ).groups()
        assert [int(figures[i]) for i in range(3)] == [units.count(state) for state in STATES[:3]]
        links = sum(int((np.abs(W[1]) > share * np.abs(W[0]).max()).sum()) for W in run.W)
        counted = {"all": 30 * 6 + 6 * 3 + 3, "none": 0}
        assert counted.get(figures[3], None if figures[3] in counted else int(figures[3])) == links
        inputs = {"all": 30, "none": 0}
        assert inputs.get(figures[5], None if figures[5] in inputs else int(figures[5])) == by_hand[0].count(
            "alive"
        )
    assert ("count as none" in said) == (share > 0)


def test_small_weights_set_to_zero_change_as_many_predictions_as_is_said():
    app = open_app(TOPIC, lam="30", dataset="wine", hidden="5", **QUICK)
    app.segmented_control(key="tolerance").set_value(0.05).run()
    said = re.search(r"class of (.*)\.", sentences(app))
    data = core.load_dataset("wine", 0)
    parts = {
        label: (changed, cost, bare)
        for changed, cost, bare, label in re.findall(
            r"(none|all|\d+) of \d+ training rows and takes their cost from (\S+) to (\S+) under (\w+)",
            said[1],
        )
    }
    assert list(parts) == [penalty.label for penalty in LECTURE.values()]
    for name, penalty in LECTURE.items():
        _, run = trained_to_rest(core.Settings(dataset="wine", hidden=(5,), epochs=50), name, [0.0, 30.0])
        assert run.at_rest[1]
        classes, costs = [], []
        for share in (0.0, 0.05):
            W = [np.where(np.abs(W[1]) <= share * np.abs(W[0]).max(), 0, W[1]) for W in run.W]
            logits = W[1] @ np.tanh(W[0] @ data.X_train.T + run.b[0][1]) + run.b[1][1]
            classes.append(logits.argmax(axis=0))
            costs.append((np.logaddexp.reduce(logits) - logits[data.y_train, range(data.m)]).mean())
        changed, *written = parts[penalty.label]
        n = (classes[0] != classes[1]).sum()
        assert changed == {0: "none", data.m: "all"}.get(n, str(n))
        assert [float(text) for text in written] == pytest.approx(costs, rel=6e-3)


def test_the_other_penalty_is_drawn_under_the_same_spec():
    app = open_app(TOPIC, **QUICK)
    spec, tables = chart(app)
    app.segmented_control(key="drawn_penalty").set_value("l1").run()
    spec_after, tables_after = chart(app)
    assert spec_after == spec
    assert tables["drawn"].penalty[0] == "L2", "the lecture's comes first"
    assert tables_after["drawn"].penalty[0] == "L1"
    assert not tables_after["links"].v13.equals(tables["links"].v13)
    assert tables_after["counts"].equals(tables["counts"])


@pytest.mark.usefixtures("two_folds")
def test_wide_networks_say_how_many_links_are_drawn():
    app = open_app(TOPIC, dataset="digits", hidden="32", **QUICK)
    assert f"800 strongest of {64 * 32 + 32 * 10:,} links" in "".join(c.value for c in app.main.caption)
    assert len(chart(app)[1]["links"]) == 800


def test_a_network_that_diverged_has_no_counts_and_is_told():
    settings = core.Settings(dataset="wine", learning_rate=3.0, hidden=(4,), epochs=50)
    runs = {penalty.label: trained(settings, name, LAMS)[1] for name, penalty in LECTURE.items()}
    gone = runs["L2"].diverged_at >= 0
    assert gone[-1]
    tol = tolerance(runs, 0.01)
    counts = unit_counts(runs, tol)
    assert set(counts.k[counts.penalty == "L2"]) == set(np.flatnonzero(~gone))
    readout = unit_readout(runs, counts)
    assert (readout.L2[gone] == "L2: diverged").all()
    assert readout.L1.iloc[-1] != "L1: diverged"
    said = "\n".join(notes(runs, settings.load(), tol, len(LAMS) - 1))
    assert "At λ = 1000 under L1, **" in said
    assert "under L2" not in said


def in_states(at_rest: list[bool], alive: list[int]) -> tuple[dict[str, core.Run], Tolerance]:
    """A run of six hidden units at five λ, of which so many are alive, and which are at rest."""
    samples = np.random.default_rng(0).standard_normal((20, 3))
    X, y, lams = samples, np.arange(20) % 2, [0.0, 1.0, 3.0, 10.0, 30.0]
    run = core.train(X, y, (6,), "l1", lams, learning_rate=0.001, epochs=1, snapshots=2)
    W = [history.copy() for history in run.history_W]
    for k, n in enumerate(alive):
        W[1][-1, k, 0, n:] = 0  # nobody reads the others
    run = replace(run, history_W=W, saved_rest=replace(run.rest, at_rest=np.array(at_rest)))
    return {"L1": run}, Tolerance(0.0, (1.0, 1.0), "at λ = 0")


@pytest.mark.parametrize(
    ("at_rest", "alive", "said"),
    [
        ([1, 1, 1, 1, 1], [6, 6, 4, 0, 0], FEWER + "λ = 3; from λ = 10 on none is left."),
        (
            [1, 1, 1, 1, 1],
            [5, 5, 4, 0, 0],
            "Of L1's 6 units 5 count as alive at λ = 0, where no penalty acts: it is the tolerance that "
            "counts the others out; from λ = 10 on none is left.",
        ),
        (
            [0, 0, 1, 1, 1],
            [5, 5, 4, 0, 0],
            "At λ = 3, the smallest λ at rest, L1 has 4 of 6 units alive; from λ = 10 on none is left.",
        ),
        ([1, 1, 1, 1, 0], [6, 6, 4, 0, 0], FEWER + "λ = 3; at the largest at rest, λ = 10, none is left."),
        (
            [1, 1, 1, 1, 0],
            [6, 6, 6, 6, 2],
            "L1 keeps all 6 units alive from λ = 0, the smallest at rest, to λ = 10.",
        ),
        (
            [0, 1, 1, 1, 1],
            [0, 6, 6, 6, 6],
            "L1 keeps all 6 units alive from λ = 1, the smallest at rest, to λ = 30.",
        ),
        (
            [1, 1, 0, 1, 1],
            [6, 6, 0, 5, 1],
            "Of the networks at rest, L1 first has fewer than 6 units alive at λ = 10; at the largest, "
            "λ = 30, 1 is left.",
        ),
        ([1, 1, 1, 0, 1], [6, 6, 0, 2, 0], FEWER + "λ = 3; at the largest, λ = 30, none is left."),
        ([1, 1, 1, 1, 1], [6, 6, 6, 3, 2], FEWER + "λ = 10; at the largest, λ = 30, 2 are left."),
    ],
)
def test_the_grid_is_told_of_by_the_networks_at_rest(data, at_rest, alive, said):
    runs, tol = in_states([bool(rests) for rests in at_rest], alive)
    found = notes(runs, data, tol, at_rest.index(0) if 0 in at_rest else 0)
    assert said in found
    if 0 in at_rest:
        assert found == [said], "of the chosen λ nothing is told"


def test_where_nothing_is_at_rest_nothing_is_told(data):
    runs, tol = in_states([False] * 5, [6] * 5)
    assert notes(runs, data, tol, 2) == []


def test_the_elastic_net_has_its_sentences_once_it_is_asked_for():
    context = context_at(hidden=(6, 3), lam=20.0, epochs=50, choices={"further_penalty": "elastic_net"})
    said = "\n".join(TOPIC.picture(context).notes)
    assert "At λ = 20 under Elastic net, **" in said
    assert re.search(r"under L1, .* of 398 training rows .* under L2 and .* under Elastic net\.", said)


def test_the_mathematics_says_up_to_which_size_a_weight_of_each_layer_counts_as_none():
    context = context_at(hidden=(6, 3), epochs=50, choices={"tolerance": 0.05})
    text = TOPIC.mathematics(context)
    (W, *others) = next(iter(context.networks.runs.values())).W
    assert "with the largest\nweight at λ = 0:" in text
    assert rf"|W^{{[1]}}_{{ij}}| \le 0.05 \cdot {np.abs(W[0]).max():.3g} =" in text
    assert text.count(r"\le 0.05 \cdot") == 1 + len(others)


def test_the_script_of_other_choices_has_them_written_in():
    script = TOPIC.script(context_at(hidden=(5,), choices={"tolerance": 0.05}))
    assert "\nshare = 0.05\n" in script
    assert "hidden=(5,)," in script


def test_all_units_of_the_drawn_penalty_make_one_area_over_lam(theme):
    spec = network_chart(tuple(map(str, LAMS)), (30, 6, 3, 1), True, ("L1", "L2"), theme)
    area = spec["vconcat"][4]["layer"][0]
    assert area["mark"]["type"] == "area"
    drawn, fold, order = area["transform"]
    assert drawn == {"filter": "datum.penalty == data('drawn')[0].penalty"}
    assert set(fold["fold"]) == {"alive", "constant", "cut"}
    assert order["as"] == "order"
    y = area["encoding"]["y"]
    assert y["stack"] == "zero"
    assert y["scale"]["domain"] == [0, 9], "alive, constant and cut are all that there are"
    strengths = dict(
        zip(*(area["encoding"]["opacity"]["scale"][end] for end in ("domain", "range")), strict=True)
    )
    assert strengths["alive"] > strengths["constant"] > strengths["cut"]

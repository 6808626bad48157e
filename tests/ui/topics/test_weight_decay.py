"""One L2 step taken apart, αλ/m alone, Adam against AdamW: tables, sentences, script and page."""

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import core
from core import decay
from core.settings import LAMS
from tests.app import QUICK, chart, context_at, open_app, sentences
from tests.trained import l2_step, trained, trained_l2
from tests.ui.topics.places import HIDDEN, at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.pictures.picture import Scrub
from ui.topics.weight_decay import TOPIC, opening
from ui.topics.weight_decay.chart import chart as decay_chart
from ui.topics.weight_decay.notes import divergence_remark, notes
from ui.topics.weight_decay.tables import (
    LARGEST,
    MAX_ROWS,
    MAX_SHOWN,
    MIN_SHOWN,
    MOST_MULTIPLIED,
    N_STEPS,
    PARTS,
    RATIOS,
    Steps,
    decay_table,
    epoch_lines,
    layer_lines,
    norms,
    ratio_table,
    reach_table,
    shown_snapshots,
    size_table,
    step_table,
)

NUMBER = r"([\d.]+(?:e[+-]?\d+)?)"


OF_L2_STEP = (0.0, 10.0, 300.0)  # the λ of `l2_step`


@cache
def all_steps() -> Steps:
    """The steps of `l2_step` at every λ."""
    data, run, _ = l2_step()
    return Steps.of(run, data)


@cache
def diverging() -> tuple[core.Dataset, core.Run, Steps]:
    """Wine, networks at λ = 0, 10 and 1000: the last stops being finite on its way."""
    data = core.load_dataset("wine", 0)
    run = trained_l2(data, [0.0, 10.0, 1000.0], hidden=(4,), learning_rate=3.0, epochs=50, snapshots=11)
    assert (run.diverged_at[:2] < 0).all()
    assert run.epochs[1] < run.diverged_at[2] < run.epochs[-2]
    return data, run, Steps.of(run, data)


def wide(table: pd.DataFrame, letter: str) -> np.ndarray:
    """The columns of a letter, (n_rows, n_lams)."""
    return table[[name for name in table if name[0] == letter and name[1:].isdigit()]].to_numpy()


def test_the_bars_hold_the_parts_of_the_weights_they_name():
    data, run, _ = l2_step()
    table = step_table(all_steps(), data)
    n_shown = len(run.epochs)
    assert table.groupby(["layer", "e"]).size().tolist() == [10] * n_shown * 2 + [3] * n_shown
    updates = [decay.take_apart(run, data.X_train, data.y_train, k) for k in range(3)]
    for row in table.itertuples():
        source, target = row.name.split(" → ")
        j = data.feature_names.index(source) if row.layer == 0 else int(source.split()[1]) - 1
        i = 0 if row.layer == 2 else int(target.split()[1]) - 1
        for k, lam in enumerate(OF_L2_STEP):
            W = run.history_W[row.layer][row.e, k, i, j]
            after = updates[k].undivided[row.layer][row.e, i, j]
            assert getattr(row, f"w{k}") == W
            assert getattr(row, f"s{k}") == pytest.approx(-0.3 * lam / 398 * W, abs=1e-14)
            assert getattr(row, f"c{k}") == pytest.approx(after - W, abs=1e-14)
    assert (table.row_middle == table.row + 0.5).all()
    assert (table.row_end == table.row + 1).all()


@pytest.mark.parametrize("is_finite", [True, False])
def test_the_weights_that_are_drawn_are_the_strongest_over_all_lams_and_snapshots(is_finite):
    data, run, steps = (*l2_step()[:2], all_steps()) if is_finite else diverging()
    table = step_table(steps, data)
    for l, rows in table.groupby("layer"):
        W = np.abs(run.history_W[l].astype(float)).reshape(len(run.epochs), 3, -1)
        W[~np.isfinite(W)] = np.nan
        assert np.isfinite(W).all() == is_finite
        strengths = np.sort(np.nanmean(W, axis=(0, 1)))[::-1]
        for row, of_one in rows.groupby("row"):
            assert of_one.name.nunique() == 1, "a weight keeps its place"
            assert np.nanmean(np.abs(wide(of_one, "w"))) == pytest.approx(strengths[row])
        first = rows[rows.e == 0]
        assert first.row.tolist() == list(range(min(MAX_ROWS, W.shape[2])))
        assert first.name.is_unique


def test_the_axis_of_a_layer_reaches_as_far_as_its_bars_at_the_lam_and_the_epoch():
    table = step_table(all_steps(), l2_step()[0])
    reach = reach_table(table)
    for at, rows in table.groupby(["layer", "e"]):
        ends = reach[(reach.layer == at[0]) & (reach.e == at[1])]
        assert ends.end.tolist() == [-1.05, 1.05]
        for k in range(3):
            top = rows[[f"s{k}", f"c{k}"]].abs().to_numpy().max()
            assert top > 0
            assert ends[f"t{k}"].tolist() == [top, top]
    assert len(reach) == 2 * 3 * len(all_steps().epochs)


def test_sizes_on_the_log_axis_are_those_of_the_parts_and_the_rest_is_left_out():
    _, run, update = l2_step()
    sizes = size_table(all_steps())
    assert sizes.part.unique().tolist() == list(PARTS)
    for name, rows in sizes.groupby("part"):
        assert rows.epoch.tolist() == run.epochs.tolist()
        assert wide(rows, "v").shape == (len(run.epochs), 3)
        np.testing.assert_allclose(rows.v1, norms(update)[name])
        assert np.isnan(rows.v0).all() == (name == "shrink"), "without a penalty nothing shrinks"
        assert (wide(rows, "v")[:, name == "shrink" :] > 0).all()


def test_over_each_layer_stands_the_length_of_its_weights_and_of_each_part_at_each_lam_and_epoch():
    _, run, _ = l2_step()
    lines, steps = layer_lines(all_steps()), all_steps()
    assert len(lines) == 3 * 3 * len(run.epochs)
    assert not lines.duplicated(["k", "e", "layer"]).any()
    for line in lines.itertuples():
        update, l, e = steps.updates[line.k], line.layer, line.e
        W = run.history_W[l][e, line.k]
        shrink = -0.3 * OF_L2_STEP[line.k] / 398 * W
        step = update.step[l][e]
        assert line.weights == f"‖W‖ {np.linalg.norm(W):.3g}"
        assert line.shrink == f"shrink {np.linalg.norm(shrink):.3g}"
        assert line.gradient == f"gradient {np.linalg.norm(step):.3g}"
        assert line.together == f"together {np.linalg.norm(shrink + step):.3g}"


def test_over_the_picture_stand_lam_the_epoch_and_the_factor_of_a_step():
    _, run, _ = l2_step()
    lines = epoch_lines(all_steps(), run)
    assert sorted(zip(lines.k, lines.e, strict=True)) == [
        (k, e) for k in range(3) for e in range(len(run.epochs))
    ]
    for k, of_lam in lines.groupby("k"):
        lam, ratio = OF_L2_STEP[k], 0.3 * OF_L2_STEP[k] / 398
        assert of_lam.e.tolist() == sorted(of_lam.e), "the last of a λ is the end of its training"
        assert of_lam.epoch.tolist() == run.epochs.tolist()
        became = " (collapsed)" if lam == 300 else ""
        titles = [f"λ = {lam:g}, epoch {epoch}" for epoch in run.epochs]
        assert of_lam.title.tolist() == [*titles[:-1], titles[-1] + became], "at first nothing became of it"
        assert set(of_lam.line) == {f"αλ/m = {ratio:.3g}, 1 − αλ/m = {1 - ratio:.4g}"}
    later = epoch_lines(replace(all_steps(), epochs=run.epochs * 1000), run)
    assert later.title[later.k == 1].iloc[-1] == "λ = 10, epoch 40,000"


def test_what_became_of_a_network_stands_where_it_has_come_to_that():
    _, run, steps = diverging()
    lines = epoch_lines(steps, run)
    assert run.state.tolist() == ["trained", "swinging", "diverged"]
    for k, ending in enumerate(("", " (swinging)", " (diverged)")):
        titles = lines.title[lines.k == k]
        has_ended = [epoch == run.epochs[-1] or 0 < run.diverged_at[k] <= epoch for epoch in run.epochs]
        assert titles.tolist() == [
            f"λ = {run.lams[k]:g}, epoch {epoch}{ending if ended else ''}"
            for epoch, ended in zip(run.epochs, has_ended, strict=True)
        ]
        assert sum(has_ended) > (1 if ending == " (diverged)" else 0)


def test_from_where_a_network_diverged_on_nothing_of_it_is_drawn_and_the_others_go_on():
    data, run, steps = diverging()
    finite = steps.epochs < run.diverged_at[2]
    assert steps.epochs.tolist() == run.epochs.tolist()
    assert finite.any()
    assert not finite.all()
    table = step_table(steps, data)
    is_finite = finite[table.e]
    for letter in "wsc":
        values = wide(table, letter)
        np.testing.assert_array_equal(np.isfinite(values[:, 2]), is_finite)
        assert np.isfinite(values[:, :2]).all()
    reach = reach_table(table)
    assert (reach.t2[~finite[reach.e]] == 1e-12).all()
    assert (reach.t2[finite[reach.e]] > 1e-3).all()
    sizes = size_table(steps)
    np.testing.assert_array_equal(np.isfinite(sizes.v2), sizes.epoch < run.diverged_at[2])
    assert np.isfinite(sizes.v1).all()
    lines = layer_lines(steps)
    gone = (lines.k == 2) & ~finite[lines.e]
    for name in ("weights", *PARTS):
        assert lines[name][gone].str.endswith(" not finite").all()
        assert not lines[name][~gone].str.contains("not finite|nan").any()


def test_what_is_told_of_a_snapshot_is_of_its_epoch_although_a_network_has_fewer():
    _, run, steps = diverging()
    epochs = steps.each(lambda update: update.epochs)
    assert epochs.shape == (len(steps.epochs), 3)
    np.testing.assert_array_equal(epochs[:, 0], run.epochs)
    is_there = np.isfinite(epochs[:, 2])
    np.testing.assert_array_equal(epochs[is_there, 2], run.epochs[is_there])
    at = steps.positions
    np.testing.assert_array_equal(epochs.ravel(), epochs[at.e, at.k])


def test_steps_of_fewer_snapshots_are_those_of_all_at_their_epochs(monkeypatch):
    data, run, _ = l2_step()
    monkeypatch.setattr("ui.topics.weight_decay.tables.MOST_MULTIPLIED", 0)
    few, every = Steps.of(run, data), all_steps()
    assert few.epochs.tolist() == run.epochs[[0, 2, 5, 8]].tolist()
    assert [update.epochs.tolist() for update in few.updates] == [few.epochs.tolist()] * 3
    some = size_table(every)
    pd.testing.assert_frame_equal(
        size_table(few), some[some.epoch.isin(few.epochs)].reset_index(drop=True), rtol=1e-12
    )


@pytest.mark.parametrize("n_epochs", [1, 3, 60])
@pytest.mark.parametrize(("side", "m"), [(1, 100), (20, 500), (30, 500), (1000, 400)])
def test_as_many_snapshots_are_shown_as_gradients_can_be_taken(n_epochs, side, m):
    _, run, _ = l2_step()
    W = np.broadcast_to(np.float32(1), (n_epochs, 26, side, side))
    run = replace(run, lams=np.arange(26.0), m=m, epochs=np.arange(n_epochs) * 7, history_W=[W])
    shown = shown_snapshots(run)
    assert shown[0] == 0
    assert shown[-1] == n_epochs - 1
    steps = np.diff(shown)
    assert (steps >= 1).all()
    assert np.ptp(steps) <= 1 if steps.size else n_epochs == 1
    may_be = min(max(MOST_MULTIPLIED // (26 * side**2 * m), MIN_SHOWN), MAX_SHOWN)
    assert len(shown) == min(may_be, n_epochs)


def test_fewer_snapshots_of_large_networks_are_shown_and_never_less_than_a_few():
    each = [26 * side**2 * m for side, m in ((20, 500), (30, 500))]
    assert all(one * MAX_SHOWN > MOST_MULTIPLIED > one * MIN_SHOWN for one in each)
    assert 26 * 1000**2 * 400 * MIN_SHOWN > MOST_MULTIPLIED


def test_a_weight_under_decay_alone_stands_at_each_lam_and_at_each_place_of_the_dial():
    ratios = ratio_table(all_steps())
    assert ratios.k.tolist() == [0, 1, 2]
    np.testing.assert_allclose(ratios.ratio, 0.3 * np.array(OF_L2_STEP) / 398, atol=1e-15)
    at_lam = (0.0, 0.4, 1.0, 2.0, 2.5, 24.0, 1e40)
    for each in (at_lam, RATIOS):
        paths = decay_table(each)
        assert paths.t.tolist() == list(range(N_STEPS + 1))
        assert wide(paths, "v").shape == (N_STEPS + 1, len(each))
        for ratio, path in zip(each, wide(paths, "v").T, strict=True):
            with np.errstate(over="ignore"):
                exact = np.cumprod([1.0, *[1 - ratio] * N_STEPS])
            seen = np.abs(exact) < LARGEST
            np.testing.assert_allclose(path[seen], exact[seen], rtol=1e-9, atol=1e-300)
            assert np.isnan(path[~seen]).all()
            assert seen[0]
    at_lams = decay_table(at_lam)
    assert np.isnan(at_lams.v5).any(), "what has grown beyond is not drawn"
    assert at_lams.v6.notna().sum() == 1


def test_the_size_of_a_part_over_all_layers_is_that_of_one_long_vector():
    _, _, update = l2_step()
    parts = {"shrink": update.shrink, "gradient": update.step}
    for name, layers in parts.items():
        flat = np.concatenate([part[3].ravel() for part in layers])
        assert norms(update)[name][3] == pytest.approx(np.linalg.norm(flat))
        assert norms(update, 1)[name][3] == pytest.approx(np.linalg.norm(layers[1][3]))


@pytest.mark.parametrize(
    ("lam", "alpha", "said"),
    [
        (0.0, 0.3, "nothing shrinks"),
        (10.0, 0.3, "each step first multiplies every weight by"),
        (200.0, 1.0, "is negative, so shrinking alone flips every weight's sign at each step"),
        (1000.0, 1.0, "lies below −1, so shrinking alone makes every weight grow, its sign flipping"),
    ],
)
def test_the_first_sentence_says_in_which_regime_the_settings_are(lam, alpha, said):
    picture = TOPIC.picture(context_at(dataset="wine", hidden=(4,), epochs=50, lam=lam, learning_rate=alpha))
    ratio = float(re.search(rf"αλ/m = \*\*{NUMBER}\*\*", picture.notes[0])[1])
    assert ratio == pytest.approx(alpha * lam / core.load_dataset("wine", 0).m, rel=5e-3)
    assert said in picture.notes[0]


def test_the_mathematics_holds_the_numbers_of_the_page():
    text = TOPIC.mathematics(context_at(lam=30.0, epochs=50))
    assert r"1 - \frac{0.3 \cdot 30}{398} = 0.9774" in text


def test_the_script_of_a_network_that_diverged_takes_the_same_step_apart(tmp_path):
    context = context_at(dataset="wine", hidden=(4,), epochs=50, learning_rate=3.0, lam=1000.0)
    picture = TOPIC.picture(context)
    printed = printed_by(picture.script, tmp_path)
    run = context.training.runs["L2"]
    last = int(run.epochs[run.epochs < run.diverged_at[-1]].max())
    assert 0 < last < 50
    assert f"The step after epoch {last}:" in printed
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed


def test_the_figures_in_the_sentences_are_those_of_a_step_taken_by_hand():
    app = open_app(TOPIC, lam="30", hidden="6", **QUICK)
    assert not app.exception
    data = core.load_dataset("breast_cancer", 0)
    said = sentences(app)
    ratio = float(re.search(rf"αλ/m = \*\*{NUMBER}\*\*", said)[1])
    assert ratio == pytest.approx(0.3 * 30 / data.m, rel=5e-3)
    halved = int(re.search(r"half its size within (\d+) steps", said)[1])
    factor = 1 - 0.3 * 30 / data.m
    assert factor**halved <= 0.5 < factor ** (halved - 1)
    longer = trained_l2(data, [30.0], hidden=(6,), learning_rate=0.3, epochs=51, snapshots=52)
    pattern = rf"moves layer (\d) by {NUMBER} and its gradient step is {NUMBER} long; .* by \*\*{NUMBER}\*\*"
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
    assert tables["current"].ratio.tolist() == pytest.approx([0.3 * lam / data.m for lam in LAMS])
    assert tables["chosen"].k.tolist() == [LAMS.index(30.0)]
    assert tables["readout"].epoch.iloc[-1] == 50
    assert tables["sizes"][f"v{LAMS.index(30.0)}"].iloc[-1] == pytest.approx(
        np.sqrt(sum(float(together) ** 2 for *_, together in layers)), rel=1e-2
    ), "the last part is both together, at the last epoch"


def test_the_picture_is_of_every_lam_and_of_the_snapshots_that_its_slider_names():
    context = context_at(hidden=(3,), epochs=50, lam=10.0)
    picture, run = TOPIC.picture(context), context.training.runs["L2"]
    steps = Steps.of(run, context.data)
    assert picture.scrub == Scrub("Epoch", tuple(f"{epoch:,}" for epoch in steps.epochs))
    assert picture.scrub.labels[0] == "0"
    assert picture.scrub.labels[-1] == "50"
    (slider,) = [param for param in picture.spec["params"] if param["name"] == "e"]
    assert (slider["bind"]["max"], slider["value"]) == (len(steps.epochs) - 1,) * 2
    assert len(steps.epochs) < len(run.epochs), "some are left out"
    table = step_table(steps, context.data)
    expected = {
        "readout": epoch_lines(steps, run),
        "steps": table,
        "reach": reach_table(table),
        "lines": layer_lines(steps),
        "sizes": size_table(steps),
        "current": ratio_table(steps),
        "decays": decay_table(0.3 * np.array(LAMS) / run.m),
        "paths": decay_table(RATIOS),
    }
    for name, one in expected.items():
        pd.testing.assert_frame_equal(picture.tables[name], one, obj=name)
    assert wide(picture.tables["steps"], "w").shape[1] == len(LAMS)
    assert picture.tables["lams"].title.tolist() == [f"λ = {lam:g}" for lam in LAMS]
    others = {"chosen", "lams", "line_names", "dial", "adam", "adam_names", "adam_lines"}
    assert set(picture.tables) == set(expected) | others
    over_lam = dict.fromkeys(("steps", "sizes", "decays"), "lams")
    assert picture.positions == over_lam | {"paths": "dial", "adam": "adam_lines"}
    assert picture.spoken.startswith("λ = 10, epoch 50. αλ/m = ")


def test_another_lam_opens_the_same_picture_elsewhere_and_draws_no_step_again(monkeypatch):
    calls = []
    draw = "ui.topics.weight_decay.step_table"
    monkeypatch.setattr(draw, lambda *of: calls.append(1) or step_table(*of))
    settings = core.Settings(hidden=(3,), epochs=50, seed=77)
    one, other = (TOPIC.picture(context_at(replace(settings, lam=lam))) for lam in (0.0, 20.0))
    assert len(calls) == 1
    assert [picture.tables["chosen"].k.tolist() for picture in (one, other)] == [[0], [LAMS.index(20.0)]]
    assert one.spec is other.spec
    kept = set(one.tables) - {"chosen"}
    assert [name for name in kept if one.packed[name] is not other.packed[name]] == []
    assert "nothing shrinks" in one.notes[0]
    assert "nothing shrinks" not in other.notes[0]


def test_of_every_data_set_each_layer_has_its_line_and_nothing_shrinks_without_a_penalty():
    for context in at_both_ends(HIDDEN[2:]):
        picture = TOPIC.picture(context)
        assert picture.tables["lines"].layer.nunique() == len(context.settings.hidden) + 1
        assert ("nothing shrinks" in picture.notes[0]) == (context.lam == 0)


@pytest.mark.parametrize(("lam", "opens"), [(10.0, None), (1000.0, 1)])
def test_a_network_that_diverged_is_opened_at_an_epoch_at_which_it_had_not(lam, opens):
    context = context_at(dataset="wine", learning_rate=3.0, hidden=(4,), epochs=50, lam=lam)
    picture = TOPIC.picture(context)
    assert picture.scrub.opens == opens
    at = len(picture.scrub.labels) - 1 if opens is None else opens
    steps, k = picture.tables["steps"], LAMS.index(lam)
    assert steps[steps.e == at][f"w{k}"].notna().all()


def test_a_network_that_diverged_at_its_first_epoch_is_opened_at_its_start():
    _, run, _ = diverging()
    assert opening(replace(run, diverged_at=np.full(run.lams.size, 1)), 0) == 0


def test_divergence_leaves_the_steps_before_it_and_the_page_says_so():
    app = open_app(TOPIC, dataset="wine", learning_rate="3", hidden="4", lam="1000", **QUICK)
    assert not app.exception
    data = core.load_dataset("wine", 0)
    run = trained_l2(data, [1000.0], hidden=(4,), learning_rate=3.0, epochs=50)
    assert f"at epoch {run.diverged_at[0]}" in app.info[0].value
    tables, k = chart(app)[1], LAMS.index(1000.0)
    steps, sizes, readout = (tables[name] for name in ("steps", "sizes", "readout"))
    epochs = readout[readout.k == k].sort_values("e").epoch.to_numpy()
    assert epochs[-1] == 50
    is_finite = epochs[steps.e] < run.diverged_at[0]
    np.testing.assert_array_equal(steps[f"w{k}"].notna(), is_finite)
    assert is_finite.any()
    assert sizes.epoch[sizes[f"v{k}"].notna()].max() < run.diverged_at[0]
    assert steps["w0"].notna().all()
    assert sizes.epoch[sizes["v1"].notna()].max() == 50, "at another λ the training goes on"
    said = sentences(app)
    assert "makes every weight grow" in said
    assert "In the step after epoch" not in said, "of a training that did not settle no part is a result"
    assert "differs from W" not in said
    assert "Adam + L2 is no weight decay" in said
    app.select_slider(key="lam").set_value(1.0).run()
    assert not app.info
    assert float(re.search(rf"differs from W − α·dW by at most {NUMBER} of", sentences(app))[1]) < 1e-14


@pytest.mark.parametrize(
    ("lam", "state", "what"), [(70.0, "swinging", "swings"), (150.0, "diverged", "has blown up")]
)
def test_a_training_that_swings_or_blows_up_is_shown_and_not_told(lam, state, what):
    settings = core.Settings(dataset="moons", n_samples=200, hidden=(4,), learning_rate=3.0, epochs=50)
    data, run = trained(settings, "l2", [0.0, lam])
    assert run.state[1] == state
    assert run.diverged_at[1] < 0, "all its numbers are finite"
    update = decay.take_apart(run, data.X_train, data.y_train, 1)
    remark = divergence_remark(run, 1)
    assert remark.startswith(f"At λ = {lam:g} the L2 network {what}: J began at {run.cost[0, 1]:.3g}")
    assert f"is {run.cost[-1, 1]:.3g} after 50 epochs" in remark
    assert [note.split()[0] for note in notes(run, update, data, 1)] == ["At", "Adam"]
    assert divergence_remark(run, 0) == ""
    assert len(notes(run, decay.take_apart(run, data.X_train, data.y_train, 0), data, 0)) > 3
    app = open_app(TOPIC, lam=f"{lam:g}", **settings.to_query())
    assert app.info[0].value.startswith(f"At λ = {lam:g} the L2 network {what}: J began at ")
    assert [note.split()[1] for note in sentences(app).splitlines()] == ["At", "Adam"]


def test_each_part_of_a_step_is_an_arrow_that_points_where_it_goes(theme):
    spec = decay_chart(tuple(map(str, LAMS)), ("a", "b"), (3, 2), 4, theme)
    heads = [
        part
        for panel in spec["vconcat"]
        for part in panel.get("layer", ())
        if part["mark"].get("shape") == "triangle"
    ]
    assert len(heads) == 2 * 2, "the shrink and the gradient step of each layer"
    for part in heads:
        turned = re.fullmatch(r"datum\.(\w+) < 0 \? -90 : 90", part["mark"]["angle"]["expr"])[1]
        assert turned in ("shrink", "gradient")
        assert part["encoding"]["x"]["field"] == {"shrink": "shrink", "gradient": "change"}[turned]

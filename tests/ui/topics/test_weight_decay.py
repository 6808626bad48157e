"""One L2 step taken apart, αλ/m alone, Adam against AdamW: tables, sentences, script and page."""

import re

import numpy as np
import pytest

import core
from core import decay
from tests.app import QUICK, chart, context_at, open_app, sentences
from tests.trained import l2_step, trained, trained_l2
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.topics.weight_decay import TOPIC
from ui.topics.weight_decay.notes import divergence_remark, notes
from ui.topics.weight_decay.tables import norms, reach_table, size_table, step_table

NUMBER = r"([\d.]+(?:e[+-]?\d+)?)"


def test_the_bars_hold_the_parts_of_the_weights_they_name():
    data, _, update = l2_step()
    steps = step_table(update, data)
    assert steps.groupby("layer").size().tolist() == [10, 10, 3]
    for row in steps.itertuples():
        source, target = row.name.split(" → ")
        j = data.feature_names.index(source) if row.layer == 0 else int(source.split()[1]) - 1
        i = 0 if row.layer == 2 else int(target.split()[1]) - 1
        for k in (0, 5):
            W = update.W[row.layer][k, i, j]
            assert getattr(row, f"w{k}") == W
            assert getattr(row, f"s{k}") == pytest.approx(-0.3 * 10 / 398 * W)
            assert getattr(row, f"c{k}") == pytest.approx(update.undivided[row.layer][k, i, j] - W, abs=1e-14)
    reach = reach_table(steps)
    for layer, rows in steps.groupby("layer"):
        top = reach[reach.layer == layer].t5.iloc[0]
        assert top == rows[["s5", "c5"]].abs().to_numpy().max()


def test_sizes_on_the_log_axis_are_positive_and_the_rest_is_left_out():
    data, run, _ = l2_step()
    free = decay.take_apart(run, data.X_train, data.y_train, 0)
    sizes = size_table(free)
    assert set(sizes.part) == {"gradient", "together"}
    assert (sizes["size"] > 0).all()


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
    last = int(picture.tables["epochs"].epoch.max())
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
    assert tables["current"].ratio[0] == pytest.approx(0.3 * 30 / data.m)
    assert tables["epochs"].epoch.iloc[-1] == 50


def test_of_every_data_set_each_layer_has_its_line_and_nothing_shrinks_without_a_penalty():
    for context in at_both_ends():
        picture = TOPIC.picture(context)
        assert picture.tables["lines"].layer.nunique() == len(context.settings.hidden) + 1
        assert ("nothing shrinks" in picture.notes[0]) == (context.lam == 0)


def test_divergence_leaves_the_steps_before_it_and_the_page_says_so():
    app = open_app(TOPIC, dataset="wine", learning_rate="3", hidden="4", lam="1000", **QUICK)
    assert not app.exception
    data = core.load_dataset("wine", 0)
    run = trained_l2(data, [1000.0], hidden=(4,), learning_rate=3.0, epochs=50)
    assert f"at epoch {run.diverged_at[0]}" in app.info[0].value
    assert chart(app)[1]["epochs"].epoch.max() < run.diverged_at[0]
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

"""The gradient check: the marks, the sentences and what they say of a mistake, the script, the page."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.gradient import MAX_CHECKED, MISTAKES, check
from core.penalties import PENALTIES, Penalty
from core.settings import MAX_LAYERS
from tests.app import chart, context_at, open_app, sentences
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.topics.gradient_check import FORGOTTEN, MISTAKE, NOTHING, PENALTY, TOPIC, check_of
from ui.topics.gradient_check.chart import chart as spec_of
from ui.topics.gradient_check.notes import notes
from ui.topics.gradient_check.tables import layer_names, point_table, steepest_weight


def choose(app: AppTest, penalty: str = "l2", mistake: str = NOTHING) -> AppTest:
    app.segmented_control(key=PENALTY.key).set_value(penalty)
    return app.segmented_control(key=MISTAKE.key).set_value(mistake).run()


def off_the_diagonal(points: pd.DataFrame) -> np.ndarray:
    return np.abs(points.numeric - points.backpropagated).to_numpy()


def test_every_mistake_of_the_core_can_be_chosen_and_nothing_else():
    assert set(FORGOTTEN) == {NOTHING, *MISTAKES}
    assert check_of(context_at(hidden=(2,))).mistake is None


def test_the_check_passes_on_every_data_set_at_both_ends_of_the_grid():
    for context in at_both_ends():
        for penalty in PENALTIES:
            picture = TOPIC.picture(replace(context, choices={PENALTY.key: penalty}))
            passed = f"At {context.lam_text} under {PENALTIES[penalty].label}, the two gradients agree"
            assert picture.notes[0].startswith(passed)
            errors = picture.tables["errors"]
            assert len(errors) == len(context.settings.hidden) + 1
            assert (errors.error < 1e-6).all()


def test_a_mistake_under_another_penalty_changes_the_tables_and_not_the_spec():
    right, wrong = (
        TOPIC.picture(context_at(hidden=(6,), choices=choices))
        for choices in ({}, {PENALTY.key: "l1", MISTAKE.key: "no_penalty"})
    )
    assert wrong.spec == right.spec
    assert wrong.packed["points"] != right.packed["points"]


@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_the_error_in_the_sentence_is_the_share_of_the_penalty_that_was_forgotten(penalty):
    lam, seed, shares = 30.0, 4, PENALTIES[penalty]
    app = choose(open_app(TOPIC, hidden="none", lam="30", seed="4"), penalty, "no_penalty")
    data = core.load_dataset("breast_cancer", seed)
    X, y = data.X_train, data.y_train
    w = np.random.default_rng(seed).standard_normal(30) / np.sqrt(30)
    P = 1 / (1 + np.exp(-X @ w))
    from_data = np.append(X.T @ (P - y), (P - y).sum()) / len(y)
    part = lam / len(y) * np.append(shares.l1 * np.sign(w) / 2 + shares.l2 * w, 0)
    expected = np.linalg.norm(part) / (np.linalg.norm(from_data + part) + np.linalg.norm(from_data))
    said = sentences(app)
    assert float(re.search(r"relative error is \*\*([\d.e-]+)\*\*", said)[1]) == pytest.approx(
        expected, rel=0.05
    )
    assert f"J is taken on all {data.m} training rows" in said
    half, strength = re.search(r"λ/(2?)m is ([\d.]+), as in the training", said).groups()
    assert bool(half) == (shares.l1 > 0)
    assert float(strength) == pytest.approx(lam / len(y) / (2 if half else 1), rel=0.005)
    points = chart(app)[1]["points"]
    gap = (points.numeric - points.backpropagated).to_numpy()
    np.testing.assert_allclose(gap, part, atol=1e-8)
    np.testing.assert_allclose(points.backpropagated, from_data, atol=1e-12)


def test_the_mathematics_shows_a_weight_of_the_check():
    app = open_app(TOPIC, hidden="none", lam="5")
    (text,) = [element.value for element in app.main.markdown if "steepest weight" in element.value]
    found = re.search(r"quad ([-\d.]+) \\text\{ numeric\}.*?([-\d.]+) \\text\{ backpropagated", text, re.S)
    numeric, back = map(float, found.groups())
    points = chart(app)[1]["points"]
    steepest = points.loc[points[points.name.str.startswith("W")].numeric.abs().idxmax()]
    assert numeric == pytest.approx(steepest.numeric, abs=1e-9)
    assert back == pytest.approx(steepest.backpropagated, abs=1e-9)


@pytest.mark.parametrize("penalty", list(PENALTIES))
def test_the_mathematics_has_the_penaltys_own_part(penalty):
    context = context_at(choices={PENALTY.key: penalty}, hidden=(3,))
    text = TOPIC.mathematics(context)
    assert rf"A^{{[l-1]\top}} + {PENALTIES[penalty].gradient_tex}" in text
    name, numeric, _ = steepest_weight(check_of(context))
    assert rf"\partial {name}}}: \quad {numeric:.9f} " in text
    assert "h = \\text{1e-5}" in text


def test_a_mistake_throws_the_weights_off_the_diagonal_and_no_bias():
    app = open_app(TOPIC, hidden="6-4", lam="10")
    assert off_the_diagonal(chart(app)[1]["points"]).max() < 1e-8
    choose(app, "l2", "no_penalty")
    points = chart(app)[1]["points"]
    is_weight = points.name.str.startswith("W").to_numpy()
    assert (off_the_diagonal(points)[is_weight] > 1e-8).mean() > 0.99
    assert off_the_diagonal(points)[~is_weight].max() < 1e-8
    assert (points.off[is_weight]).mean() > 0.5
    assert not points.off[~is_weight].any()
    assert "The biases stay on the diagonal" in sentences(app)
    assert set(points.missing) == {"L2"}


def test_a_forgotten_slope_leaves_the_output_right_and_the_page_says_so():
    app = choose(open_app(TOPIC, hidden="6-4", lam="10"), "l2", "no_slope")
    tables = chart(app)[1]
    assert tables["errors"].passes.tolist() == [False, False, True]
    assert set(tables["points"].missing) == {"slope"}
    said = sentences(app)
    assert "fails** in layer 1 and layer 2:" in said
    assert "in every layer but the output" in said


def test_the_page_says_why_a_mistake_cannot_be_seen():
    app = choose(open_app(TOPIC, hidden="none", lam="0"), "l2", "no_penalty")
    assert "At λ = 0 the penalty's gradient is 0" in sentences(app)
    assert "caught" not in sentences(app)
    choose(app, "l2", "no_slope")
    assert "no tanh" in sentences(app)
    assert "the two gradients agree" in sentences(app)


def test_the_page_says_that_a_mistake_is_too_small_to_be_caught(monkeypatch):
    monkeypatch.setattr("core.gradient.THRESHOLD", 1.0)
    data = core.load_dataset("moons")
    said = {mistake: notes(check(data, (3,), "l2", 1.0, 0, mistake))[1] for mistake in MISTAKES}
    assert said["no_penalty"] == (
        "Without λ/m·W the gradient is too little changed here to fall above the threshold."
    )
    assert said["no_slope"].startswith("Without the slope the gradient is too little changed")


@pytest.mark.parametrize("name", list(PENALTIES))
def test_what_is_forgotten_is_called_by_the_penaltys_own_term_and_label(name):
    found = check(core.load_dataset("moons"), (3,), name, 10.0, 0, "no_penalty")
    assert f"under {PENALTIES[name].label}, the check **fails**" in notes(found)[0]
    assert notes(found)[1].startswith(f"Forgetting {PENALTIES[name].gradient_text} is caught.")
    assert set(point_table(found).missing) == {PENALTIES[name].label}


def test_a_mixture_has_its_own_words(monkeypatch):
    monkeypatch.setitem(PENALTIES, "mixture", Penalty("mixture", "Mixture", l1=0.5, l2=0.25))
    found = check(core.load_dataset("moons"), (3,), "mixture", 10.0, 0, "no_penalty")
    said = notes(found)
    assert said[0].startswith("At λ = 10 under Mixture, the check **fails**")
    assert said[1].startswith("Forgetting λ/2m·(0.5·sign(W) + 0.5·W) is caught.")
    assert f"λ/2m is {10 / (2 * found.m):.3g}, as in the training." in said[2]
    assert set(point_table(found).missing) == {"Mixture"}


def test_a_wide_network_is_checked_in_part_and_the_page_says_how_much():
    picture = TOPIC.picture(context_at(dataset="digits", hidden=(32, 32)))
    n = 65 * 32 + 33 * 32 + 33 * 10
    points = picture.tables["points"]
    assert len(points) == MAX_CHECKED < n
    assert f"moved {len(points)} of {n:,} weights and biases, drawn by the seed" in picture.notes[-1]
    assert set(points.layer) == {"Layer 1", "Layer 2", "Output"}


def test_rows_are_drawn_from_every_class():
    found = check_of(context_at(dataset="digits", hidden=(64, 64)))
    assert found.gradients.numeric[0].shape == (64, 64)
    assert found.rows < found.m
    assert (
        f"J is taken on {found.rows} of 1,258 training rows, spread over the classes, with λ less by as"
        in (notes(found)[1])
    )


def test_the_diagonal_runs_beyond_all_marks_on_both_sides():
    picture = TOPIC.picture(context_at(hidden=(3,), choices={MISTAKE.key: "no_slope"}))
    values = picture.tables["points"][["numeric", "backpropagated"]].to_numpy()
    low, high = picture.tables["ends"]["at"]
    assert low < values.min() < values.max() < high


def test_each_layer_of_the_deepest_network_has_a_shape_of_its_own():
    names = layer_names(MAX_LAYERS + 1)
    assert names[-1] == "Output"
    diagonal = spec_of(names, "dark")["vconcat"][0]["layer"]
    (scale,) = [part["encoding"]["shape"]["scale"] for part in diagonal if "shape" in part["encoding"]]
    assert scale["domain"] == list(names)
    assert len(set(scale["range"])) == len(names)


def test_the_script_of_a_mistake_makes_it_too(tmp_path):
    choices = {PENALTY.key: "l1", MISTAKE.key: "no_slope"}
    picture = TOPIC.picture(context_at(dataset="digits", hidden=(9,), lam=3.0, seed=2, choices=choices))
    assert "fails" in picture.notes[0]
    printed = printed_by(picture.script, tmp_path)
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed

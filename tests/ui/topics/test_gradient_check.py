"""The gradient check: the marks, the sentences and what they say of a mistake, the script, the page."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.gradient import MAX_CHECKED, MISTAKES, Check, check, checks
from core.penalties import PENALTIES, Penalty
from core.settings import LAMS, MAX_LAYERS, Settings
from tests.app import chart, context_at, open_app, sentences
from tests.trained import LECTURE
from tests.ui.topics.places import at_both_ends
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.base.words import number
from ui.data.shelf import Shelf
from ui.pictures.export import svg, with_titles
from ui.topics.gradient_check import FORGOTTEN, MISTAKE, NOTHING, PENALTY, TOPIC, check_of
from ui.topics.gradient_check.chart import chart as spec_of
from ui.topics.gradient_check.notes import notes
from ui.topics.gradient_check.tables import (
    LOWEST,
    VISIBLE,
    end_table,
    error_table,
    layer_names,
    point_table,
    readout_table,
    steepest_weight,
)
from ui.work import checks as work

SOME_LAMS = (0.0, 3.0, 300.0)


def choose(app: AppTest, penalty: str = "l2", mistake: str = NOTHING) -> AppTest:
    app.segmented_control(key=PENALTY.key).set_value(penalty)
    return app.segmented_control(key=MISTAKE.key).set_value(mistake).run()


def at_lam(points: pd.DataFrame, lam: float) -> pd.DataFrame:
    """The marks as they stand at one λ of the grid."""
    k = LAMS.index(lam)
    moving = {"numeric": points[f"n{k}"], "backpropagated": points[f"b{k}"], "off": points[f"o{k}"]}
    return points[["layer", "name", "missing"]].assign(**moving)


def off_the_diagonal(points: pd.DataFrame) -> np.ndarray:
    return np.abs(points.numeric - points.backpropagated).to_numpy()


def some_checks(penalty: str = "l2", mistake: str | None = None) -> list[Check]:
    return checks(core.load_dataset("moons", n_samples=50), (3,), penalty, SOME_LAMS, 1, mistake)


@pytest.mark.parametrize("mistake", [None, *MISTAKES])
@pytest.mark.parametrize("penalty", list(LECTURE))
def test_the_columns_of_each_lam_are_those_of_a_check_at_it_alone(penalty, mistake):
    """Another λ's column, or all of them shifted by one, would not be."""
    found = some_checks(penalty, mistake)
    points, errors, ends = point_table(found), error_table(found), end_table(found)
    for k, lam in enumerate(SOME_LAMS):
        data = core.load_dataset("moons", n_samples=50)
        g = check(data, (3,), penalty, lam, 1, mistake).gradients
        layers = zip(g.numeric, g.numeric_b, g.backpropagated, g.backpropagated_b, strict=True)
        sides = [(W, dW) for W, b, dW, db in layers for W, dW in ((W, dW), (b, db))]
        numeric, back = (np.concatenate([pair[i].ravel() for pair in sides]) for i in (0, 1))
        np.testing.assert_array_equal(points[f"n{k}"], numeric)
        np.testing.assert_array_equal(points[f"b{k}"], back)
        width = max(np.ptp(numeric), np.ptp(back))
        np.testing.assert_array_equal(points[f"o{k}"], np.abs(numeric - back) > VISIBLE * width)
        own = errors[errors.k == k]
        np.testing.assert_array_equal(own.error, g.relative_error)
        np.testing.assert_array_equal(own.drawn, np.maximum(g.relative_error, LOWEST))
        assert own.passes.tolist() == (g.relative_error < 1e-6).tolist()
        assert own.layer.tolist() == ["Layer 1", "Output"]
        words = [f"{number(e, 2)}, {'passes' if e < 1e-6 else 'fails'}" for e in g.relative_error]
        assert own.text.tolist() == words
        low, high = ends[f"v{k}"]
        assert low < min(numeric.min(), back.min())
        assert high > max(numeric.max(), back.max())
    assert points.name.tolist()[:2] == ["W[1] 1, 1", "W[1] 1, 2"]
    assert set(points.filter(regex=r"^\w\d+$")) == {f"{letter}{k}" for letter in "nbo" for k in range(3)}
    moving = points.filter(regex=r"^[nb]\d+$").T.drop_duplicates()
    assert len(moving) >= 4, "λ moves the marks"


def test_the_readout_names_lam_and_says_what_the_check_at_it_comes_to():
    for penalty in LECTURE:
        right, wrong = (readout_table(some_checks(penalty, mistake)) for mistake in (None, "no_penalty"))
        assert right.title.tolist() == wrong.title.tolist() == ["λ = 0", "λ = 3", "λ = 300"]
        assert right.line.str.startswith(f"{PENALTIES[penalty].label}: the gradients agree to ").all()
        assert wrong.line[0] == right.line[0], "at λ = 0 there is nothing to forget"
        for k, found in enumerate(some_checks(penalty, "no_penalty")):
            error = number(found.gradients.relative_error.max(), 2)
            assert error in wrong.line[k]
            assert wrong.line[k].endswith("2 of 2 layers fail") == (k > 0)
    (slope,) = set(readout_table(some_checks("l2", "no_slope")).line.str.extract(r", (.*)$")[0])
    assert slope == "1 of 2 layers fail"


def test_the_picture_is_of_every_lam_and_the_bar_finds_its_slider():
    app = open_app(TOPIC, lam="7", hidden="3", dataset="moons")
    spec, tables = chart(app)
    binds = {param["bind"]["name"]: param for param in spec["params"] if "name" in param.get("bind", {})}
    assert binds["λ"]["name"] == "k"
    assert (binds["λ"]["bind"]["min"], binds["λ"]["bind"]["max"]) == (0, len(LAMS) - 1)
    assert tables["chosen"].k.tolist() == [LAMS.index(7.0)]
    assert tables["readout"].title.tolist() == [f"λ = {lam:g}" for lam in LAMS]
    picture = TOPIC.picture(context_at(lam=7.0, hidden=(3,), dataset="moons"))
    found = check_of(context_at(lam=7.0, hidden=(3,), dataset="moons"))
    error = number(found.gradients.relative_error.max(), 2)
    assert picture.spoken == f"λ = 7. L2: the gradients agree to {error}."


@pytest.mark.parametrize("lam", [0.0, 2.0, 300.0])
def test_what_is_drawn_is_what_stands_in_the_tables_at_lam(lam):
    choices, k = {MISTAKE.key: "no_penalty"}, LAMS.index(lam)
    picture = TOPIC.picture(context_at(lam=lam, hidden=(3,), dataset="moons", choices=choices))
    image = svg(picture)
    readout, errors = picture.tables["readout"], picture.tables["errors"]
    for text in (readout.title[k], readout.line[k], *errors.text[errors.k == k]):
        assert f">{text}<" in image
    assert not any(f">{title}<" in image for title in readout.title.drop(k))
    points, (low, high) = at_lam(picture.tables["points"], lam), picture.tables["ends"][f"v{k}"]
    (width, height) = map(
        float, re.search(r'concat_1_layer_0.*?M0,([\d.]+)L([\d.]+),0"', image).groups()[::-1]
    )
    x, y = marks_in(image, "mark-symbol role-mark concat_1")
    assert x == pytest.approx(width * (points.numeric - low) / (high - low), abs=0.01)
    assert y == pytest.approx(height * (high - points.backpropagated) / (high - low), abs=0.01)
    assert len(marks_in(image, "mark-rule role-mark concat_1")[0]) == points.off.sum()
    assert points.off.any() == (lam > 0)


def marks_in(image: str, name: str) -> tuple[list[float], list[float]]:
    """Where the marks of the first group of this name stand in a panel, x and y."""
    group = re.search(rf'"{name}\w*"[^>]*?(?:/>|>(.*?)</g>)', image)[1] or ""
    found = re.findall(r'transform="translate\(([-\d.e]+),([-\d.e]+)\)"', group)
    return [float(x) for x, _ in found], [float(y) for _, y in found]


def test_another_lam_opens_the_same_picture_elsewhere_and_checks_nothing_again(monkeypatch):
    asked = []
    monkeypatch.setattr(work, "checks", lambda *of: asked.append(of) or checks(*of))
    settings, shelf = Settings(hidden=(3,), dataset="moons", seed=78), Shelf()
    of = [
        replace(context_at(replace(settings, lam=lam, learning_rate=rate, epochs=epochs)), shelf=shelf)
        for lam, rate, epochs in ((0.0, 0.1, 50), (20.0, 0.3, 100))
    ]
    one, other = map(TOPIC.picture, of)
    assert len(asked) == 1
    assert [picture.tables["chosen"].k.tolist() for picture in (one, other)] == [[0], [LAMS.index(20.0)]]
    assert one.spec is other.spec
    assert all(one.packed[name] is other.packed[name] for name in ("points", "errors", "readout"))
    assert [picture.notes[0][:9] for picture in (one, other)] == ["At λ = 0 ", "At λ = 20"]


def test_the_numbers_to_take_away_say_at_which_lam_they_are():
    picture = TOPIC.picture(context_at(hidden=(3,), dataset="moons"))
    names = list(with_titles("points", picture))
    assert names[:3] == ["layer", "name", "missing"]
    assert {"n at λ = 0", "b at λ = 10", "o at λ = 1000"} <= set(names)
    assert not picture.helpers & {"points", "errors", "readout"}


def test_every_mistake_of_the_core_can_be_chosen_and_nothing_else():
    assert set(FORGOTTEN) == {NOTHING, *MISTAKES}
    assert check_of(context_at(hidden=(2,))).mistake is None


def test_the_check_passes_on_every_data_set_at_both_ends_of_the_grid():
    for context in at_both_ends():
        for penalty in LECTURE:
            picture = TOPIC.picture(replace(context, choices={PENALTY.key: penalty}))
            passed = f"At {context.lam_text} under {PENALTIES[penalty].label}, the two gradients agree"
            assert picture.notes[0].startswith(passed)
            errors = picture.tables["errors"]
            assert len(errors) == len(LAMS) * (len(context.settings.hidden) + 1)
            assert (errors.error < 1e-6).all()


def test_a_mistake_under_another_penalty_changes_the_tables_and_not_the_spec():
    right, wrong = (
        TOPIC.picture(context_at(hidden=(6,), choices=choices))
        for choices in ({}, {PENALTY.key: "l1", MISTAKE.key: "no_penalty"})
    )
    assert wrong.spec == right.spec
    assert wrong.packed["points"] != right.packed["points"]


@pytest.mark.parametrize("penalty", list(LECTURE))
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
    points = at_lam(chart(app)[1]["points"], lam)
    gap = (points.numeric - points.backpropagated).to_numpy()
    np.testing.assert_allclose(gap, part, atol=1e-8)
    np.testing.assert_allclose(points.backpropagated, from_data, atol=1e-12)


def test_the_mathematics_shows_a_weight_of_the_check():
    app = open_app(TOPIC, hidden="none", lam="5")
    (text,) = [element.value for element in app.main.markdown if "steepest weight" in element.value]
    found = re.search(r"quad ([-\d.]+) \\text\{ numeric\}.*?([-\d.]+) \\text\{ backpropagated", text, re.S)
    numeric, back = map(float, found.groups())
    points = at_lam(chart(app)[1]["points"], 5.0)
    steepest = points.loc[points[points.name.str.startswith("W")].numeric.abs().idxmax()]
    assert numeric == pytest.approx(steepest.numeric, abs=1e-9)
    assert back == pytest.approx(steepest.backpropagated, abs=1e-9)


@pytest.mark.parametrize("penalty", list(LECTURE))
def test_the_mathematics_has_the_penaltys_own_part(penalty):
    context = context_at(choices={PENALTY.key: penalty}, hidden=(3,))
    text = TOPIC.mathematics(context)
    assert rf"A^{{[l-1]\top}} + {PENALTIES[penalty].gradient_tex}" in text
    name, numeric, _ = steepest_weight(check_of(context))
    assert rf"\partial {name}}}: \quad {numeric:.9f} " in text
    assert "h = \\text{1e-5}" in text


def test_a_mistake_throws_the_weights_off_the_diagonal_and_no_bias():
    app = open_app(TOPIC, hidden="6-4", lam="10")
    assert off_the_diagonal(at_lam(chart(app)[1]["points"], 10.0)).max() < 1e-8
    choose(app, "l2", "no_penalty")
    points = at_lam(chart(app)[1]["points"], 10.0)
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
    assert tables["errors"].passes.tolist() == [False, False, True] * len(LAMS)
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


@pytest.mark.parametrize("name", list(LECTURE))
def test_what_is_forgotten_is_called_by_the_penaltys_own_term_and_label(name):
    found = check(core.load_dataset("moons"), (3,), name, 10.0, 0, "no_penalty")
    assert f"under {PENALTIES[name].label}, the check **fails**" in notes(found)[0]
    assert notes(found)[1].startswith(f"Forgetting {PENALTIES[name].gradient_text} is caught.")
    assert set(point_table([found]).missing) == {PENALTIES[name].label}


def test_a_mixture_has_its_own_words(monkeypatch):
    monkeypatch.setitem(PENALTIES, "mixture", Penalty("mixture", "Mixture", l1=0.5, l2=0.25))
    found = check(core.load_dataset("moons"), (3,), "mixture", 10.0, 0, "no_penalty")
    said = notes(found)
    assert said[0].startswith("At λ = 10 under Mixture, the check **fails**")
    assert said[1].startswith("Forgetting λ/2m·(0.5·sign(W) + 0.5·W) is caught.")
    assert f"λ/2m is {10 / (2 * found.m):.3g}, as in the training." in said[2]
    assert set(point_table([found]).missing) == {"Mixture"}


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
    spans = []
    for k, lam in enumerate(LAMS):
        points = at_lam(picture.tables["points"], lam)
        values = points[["numeric", "backpropagated"]].to_numpy()
        low, high = picture.tables["ends"][f"v{k}"]
        assert low < values.min() < values.max() < high
        assert (
            values.min() - low == pytest.approx(high - values.max()) == pytest.approx(0.04 * np.ptp(values))
        )
        spans.append(high - low)
    assert spans[-1] > 3 * spans[0], "the axes follow λ"


def test_each_layer_of_the_deepest_network_has_a_shape_of_its_own():
    names = layer_names(MAX_LAYERS + 1)
    assert names[-1] == "Output"
    (diagonal,) = [
        panel["layer"]
        for panel in spec_of(len(LAMS), names, "dark")["vconcat"]
        if panel.get("title") == "Backpropagated against numeric"
    ]
    (scale,) = [part["encoding"]["shape"]["scale"] for part in diagonal if "shape" in part["encoding"]]
    assert scale["domain"] == list(names)
    assert len(set(scale["range"])) == len(names)


def test_the_script_of_a_mistake_makes_it_too(tmp_path):
    choices = {PENALTY.key: "l1", MISTAKE.key: "no_slope"}
    picture = TOPIC.picture(context_at(dataset="digits", hidden=(9,), lam=3.0, seed=2, choices=choices))
    assert "fails" in picture.notes[0]
    printed = printed_by(picture.script, tmp_path)
    assert numbers_in(printed) <= numbers_in(words_of(picture)), printed

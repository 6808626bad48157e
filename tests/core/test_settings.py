"""The settings: a field says all there is to know, and what is allowed survives the address bar."""

from dataclasses import fields, replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import settings
from core.datasets import DATASETS, load_dataset
from core.settings import SETTINGS, UPLOAD, Setting, Settings, Widget

CHOICES = {
    "dataset": st.sampled_from(list(DATASETS)),
    "hidden": st.lists(st.integers(1, settings.MAX_WIDTH), max_size=settings.MAX_LAYERS).map(tuple),
    "learning_rate": st.sampled_from(settings.LEARNING_RATES),
    "epochs": st.sampled_from(settings.EPOCHS),
    "n_samples": st.sampled_from(settings.SAMPLES),
    "noise": st.sampled_from(settings.NOISES),
    "seed": st.integers(0, settings.MAX_SEED),
    "lam": st.sampled_from(settings.LAMS),
}
NAMES = [field.name for field in fields(Settings)]
MARKUP = "<>[]()`*_$\\:@&#~|"
HOSTILE = [
    "<img src=x>",
    "<script>alert(1)</script>",
    "![x](http://example.com/x.png)",
    "[link](javascript:alert(1))",
    "see http://example.com now",
    "me@example.com",
    "$x^2$ `code` **bold** :red[text]",
    "&lt;b&gt;",
    "a\nb\x00c\u202ed",
    "x" * 32,
    "x" * 10_000,
    "9" * 10_000,
    "1-" * 5_000,
    "",
    " ",
    "-",
    "nan",
    "inf",
    "1e999",
    "True",
    "None",
]


@given(st.builds(Settings, **CHOICES))
def test_every_allowed_position_survives_the_address(chosen):
    assert Settings.from_query(chosen.to_query()) == (chosen, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("lam", lam) for lam in settings.LAMS),
        *(("learning_rate", rate) for rate in settings.LEARNING_RATES),
        *(("epochs", epochs) for epochs in settings.EPOCHS),
        *(("noise", noise) for noise in settings.NOISES),
        *(("n_samples", n_samples) for n_samples in settings.SAMPLES),
        *(("dataset", name) for name in DATASETS),
    ],
)
def test_every_choice_survives_the_address(name, value):
    chosen = Settings(**{name: value})
    assert Settings.from_query(chosen.to_query()) == (chosen, [])


def test_only_what_differs_from_the_defaults_stands_in_the_address():
    assert Settings().to_query() == {}
    assert Settings(lam=0.3, hidden=(16, 8)).to_query() == {"hidden": "16-8", "lam": "0.3"}
    assert Settings(hidden=()).to_query() == {"hidden": "none"}


def test_the_defaults_are_allowed():
    assert Settings.from_query({}) == (Settings(), [])
    assert list(CHOICES) == NAMES, "every setting is drawn by the tests"


def test_every_field_says_what_there_is_to_know_of_it():
    assert list(SETTINGS) == NAMES
    assert NAMES == ["dataset", "hidden", "learning_rate", "epochs", "n_samples", "noise", "seed", "lam"]
    for setting in SETTINGS.values():
        assert isinstance(setting, Setting)
        assert setting.label
        assert setting.short
        assert setting.widget in get_args(Widget)
        assert len(setting.choices) > 1
    for words in ("label", "short"):
        assert len({getattr(setting, words) for setting in SETTINGS.values()}) == len(NAMES)
    assert [name for name, setting in SETTINGS.items() if setting.synthetic] == ["n_samples", "noise"]


@pytest.mark.parametrize("name", NAMES)
def test_all_that_a_widget_has_to_choose_from_is_allowed_and_survives_the_address(name):
    setting = SETTINGS[name]
    assert getattr(Settings(), name) in setting.choices
    for choice in setting.choices:
        setting.check(name, choice)
        assert settings.parse(name, settings.format_value(choice)) == choice


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("lam", "4", "lam must be one of 0, 0.1, .*, got '4'"),
        ("epochs", "1e3", "epochs must be a number, got '1e3'"),
        ("hidden", "65", "hidden must be at most 4 layers of 1 to 64 units, got '65'"),
        ("dataset", "iris", "dataset must be one of breast_cancer, .*, got 'iris'"),
    ],
)
def test_text_that_is_no_value_of_its_setting_is_refused(name, text, message):
    with pytest.raises(ValueError, match=message):
        settings.parse(name, text)


@given(st.builds(Settings, **CHOICES), st.sets(st.sampled_from(NAMES)))
def test_reduced_settings_are_at_their_defaults_where_they_play_no_part(chosen, ignored):
    reduced, default = chosen.reduced(*ignored), Settings()
    for name, setting in SETTINGS.items():
        idle = name in ignored or (setting.synthetic and not chosen.is_synthetic)
        assert getattr(reduced, name) == getattr(default if idle else chosen, name)
    assert "dataset" in ignored or reduced.reduced(*ignored) == reduced


def test_reduced_settings_tell_samples_and_noise_of_drawn_data_alone():
    drawn, read = Settings(dataset="moons", noise=0.5), Settings(dataset="wine", noise=0.5)
    assert drawn.reduced() == drawn
    assert read.reduced() == replace(read, noise=0.2)
    assert Settings(dataset=UPLOAD, n_samples=50).reduced("lam") == Settings(dataset=UPLOAD)


@pytest.mark.parametrize("name", [*DATASETS, UPLOAD])
def test_data_are_synthetic_where_the_program_draws_them(name):
    assert Settings(dataset=name).is_synthetic == (name in ("moons", "circles", "xor", "spirals", "needles"))


def test_settings_load_the_data_set_that_they_name():
    chosen = Settings(dataset="moons", seed=3, n_samples=50, noise=0.4)
    data, by_hand = chosen.load(0.5), load_dataset("moons", 3, 50, 0.4, 0.5)
    np.testing.assert_array_equal(data.X_train, by_hand.X_train)
    np.testing.assert_array_equal(data.y_test, by_hand.y_test)
    assert data.m == 26
    assert chosen.load().m == load_dataset("moons", 3, 50, 0.4).m


def test_settings_cannot_load_what_a_person_brought():
    with pytest.raises(ValueError, match=r"dataset must be one of breast_cancer, .* got 'your_data'"):
        Settings(dataset=UPLOAD).load()


def test_the_grid_is_zero_and_rises_to_a_thousand():
    assert settings.LAMS[0] == 0
    assert settings.LAMS[-1] == 1000
    assert list(settings.LAMS) == sorted(set(settings.LAMS))
    steps = [b / a for a, b in zip(settings.LAMS[1:], settings.LAMS[2:], strict=False)]
    assert max(steps) < 1.7  # near logarithmic: six steps a decade


def test_broken_values_give_the_defaults_and_one_sentence_each():
    query = {"lam": "abc", "dataset": "nope", "seed": "-1", "hidden": "9999", "epochs": "100"}
    chosen, problems = Settings.from_query(query)
    assert chosen == Settings(epochs=100)
    assert len(problems) == 4
    for name, default in (("lam", "10"), ("dataset", "breast_cancer"), ("seed", "0"), ("hidden", "8")):
        (problem,) = [text for text in problems if text.startswith(f"{name} must be ")]
        assert f"got '{query[name]}'; {default} is used" in problem


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_without_being_echoed_raw(name, text):
    chosen, problems = Settings.from_query({name: text})
    if name == "hidden" and text in ("", " ", "None"):  # no hidden layer, said in words
        assert (chosen, problems) == (Settings(hidden=()), [])
        return
    assert chosen == Settings()
    (problem,) = problems
    assert problem.startswith(f"{name} must be ")
    quoted = problem[problem.index("got '") + 5 : problem.rindex("';")]
    assert not set(quoted) & set(MARKUP)
    assert quoted.isprintable()
    assert len(quoted) <= 31


@given(st.dictionaries(st.sampled_from([*NAMES, "page", "λ"]), st.text(max_size=40)))
def test_no_address_breaks_the_settings(query):
    chosen, problems = Settings.from_query(query)
    assert isinstance(chosen, Settings)
    assert len(problems) <= len(query)


def test_names_that_are_no_settings_are_left_alone():
    assert Settings.from_query({"page": "x", "LAM": "3"}) == (Settings(), [])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("none", ()),
        ("None", ()),
        ("0", ()),
        ("8", (8,)),
        ("16-8", (16, 8)),
        ("16, 8", (16, 8)),
        ("16 8 4", (16, 8, 4)),
        (" 64-64-64-64 ", (64, 64, 64, 64)),
    ],
)
def test_hidden_layers_may_be_written_in_several_ways(text, hidden):
    assert settings.parse_hidden(text) == hidden


@pytest.mark.parametrize("text", ["8-", "-8", "8--8"])
def test_a_hyphen_too_many_does_no_harm(text):
    assert set(settings.parse_hidden(text)) == {8}


@pytest.mark.parametrize("text", ["65", "0-8", "8-8-8-8-8", "8.5", "-", "a", "8-a", "1e1", "²"])
def test_hidden_layers_out_of_bounds_are_refused(text):
    with pytest.raises(ValueError, match="hidden must be "):
        settings.parse_hidden(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lam", 4.0),
        ("lam", float("nan")),
        ("lam", -1.0),
        ("learning_rate", 0.2),
        ("epochs", 1_000_000),
        ("seed", 1000),
        ("seed", 1.5),
        ("hidden", [8]),
        ("hidden", (8, 0)),
        ("hidden", 8),
        ("noise", 0.6),
        ("n_samples", 10_000),
        ("dataset", "Breast cancer"),
    ],
)
def test_a_value_that_no_widget_has_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be "):
        Settings(**{name: value})


def test_settings_are_values():
    assert hash(Settings()) == hash(Settings(seed=0))
    with pytest.raises(AttributeError):
        Settings().seed = 1


@pytest.mark.parametrize(
    ("value", "text"), [(10.0, "10"), (0.3, "0.3"), (0.0, "0"), ((16, 8), "16-8"), ((), "none"), (7, "7")]
)
def test_values_are_written_as_one_says_them(value, text):
    assert settings.format_value(value) == text

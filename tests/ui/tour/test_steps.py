"""The steps of the tour: their texts, their settings, and their names in the address."""

import ast
import re
from pathlib import Path

import pytest

import core
from core.settings import parse
from ui.base.address import query_of
from ui.topics import TOPICS
from ui.tour import steps
from ui.tour.steps import TOUR, settings_of, step_of, with_values

FROM_BEFORE = (  # what each number in old links means
    "too-much-variance",
    "a-little-or-a-lot",
    "exact-zeros",
    "fewer-bytes",
    "all-layers",
    "the-gradient",
    "weight-decay",
    "cancelled-units",
    "linear-part",
    "linear-model",
    "more-data-or-lambda",
    "where-zeros-come-from",
)


@pytest.mark.parametrize("step", TOUR, ids=lambda step: step.name)
def test_a_step_asks_one_question_of_a_page_at_settings_that_its_link_can_carry(step):
    assert step.topic in TOPICS
    assert 2 <= len(step.options) <= 4
    assert len(set(step.options)) == len(step.options)
    settings, problems = core.Settings.from_query(query_of(step.settings))
    assert problems == []
    assert settings == settings_of(step.settings) == core.Settings(**step.settings)
    assert with_values(step.question, settings).endswith("?")
    assert "{" not in with_values(step.lead_in + step.question, settings)


def test_the_texts_of_a_step_name_what_is_chosen():
    settings = core.Settings(lam=0.15, learning_rate=0.03)
    assert with_values("At {lam}, {alpha}?", settings) == "At λ = 0.15, α = 0.03?"


def test_settings_of_a_step_leave_the_controls_of_its_page_out():
    assert settings_of({"lam": 5.0, "deviation": 0.1}) == core.Settings(lam=5.0)


def test_a_step_goes_by_a_name_that_can_stand_in_an_address():
    names = [step.name for step in TOUR]
    assert 8 <= len(names) <= 13
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)+", name) for name in names)


@pytest.mark.parametrize("name", FROM_BEFORE)
def test_a_link_to_a_step_goes_on_working(name):
    number = str(FROM_BEFORE.index(name) + 1)
    assert step_of(name).name == step_of(number).name == name
    assert steps.NUMBERED[number] == name, "a step that is put before it changes no number"


def test_the_numbers_of_old_links_do_not_follow_the_order_of_the_tour():
    source = ast.parse(Path(steps.__file__).read_text(encoding="utf-8"))
    (made,) = [
        node.value
        for node in source.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NUMBERED"
    ]
    assert "TOUR" not in ast.unparse(made)


@pytest.mark.parametrize("text", ["0", "13", "99", "abc", "-1", "²", "", "Exact-zeros", "exact zeros", "1.0"])
def test_a_step_that_is_not_there_is_refused_with_what_was_expected_and_what_came(text):
    expected = f"tour must be the name of a step, such as {TOUR[0].name}, or a number from 1 to 12"
    with pytest.raises(ValueError, match=re.escape(f"{expected}, got '")) as refused:
        step_of(text)
    assert str(refused.value).endswith(f", got '{text.replace(' ', '·')}'")


def test_foreign_text_in_place_of_a_step_is_said_without_its_signs():
    with pytest.raises(ValueError) as refused:
        step_of("[x](https://example.org)" + "y" * 500)
    assert not set("[]()<>:") & set(str(refused.value))
    assert len(str(refused.value)) < 200


def test_the_settings_of_a_step_are_values_of_the_panel():
    for step in TOUR:
        for name, text in query_of(step.settings).items():
            assert parse(name, text) == step.settings[name]

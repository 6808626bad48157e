"""The controls of a page's own: declared once, kept for the session, in the address by what differs."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.settings import SETTINGS
from tests.app import QUICK, chart, context_at, open_app, topic
from tests.thorough import some
from ui.base.address import PRESENT
from ui.frame.menu import MENU
from ui.topics import TOPICS
from ui.topics.topic import Control, Topic
from ui.tour.steps import IN_ADDRESS
from ui.work import curves, validation

SMALL = {"dataset": "wine", "hidden": "4-3", **QUICK}
PLACES = {
    "the default": {},
    "no hidden layer": {"hidden": ()},
    "four hidden layers": {"hidden": (8, 8, 8, 8)},
    "many classes": {"dataset": "digits"},
    "a plane": {"dataset": "moons"},
    "a strong penalty": {"lam": 1000.0, "epochs": 50},
}
CONTROLS = [(each, control) for each in TOPICS for control in each.controls]
pytestmark = pytest.mark.usefixtures("two_folds")
every_control = pytest.mark.parametrize(
    ("page", "control"), CONTROLS, ids=[f"{each.key}-{control.key}" for each, control in CONTROLS]
)


@pytest.mark.parametrize("place", list(PLACES))
@every_control
def test_every_control_has_its_default_among_its_values(page: Topic, control: Control, place):
    context = context_at(**PLACES[place])
    values, default = control.values_in(context), control.default_in(context)
    if not control.applies(context):
        assert values == ()
        assert context[control] == default, "where it is not drawn its default counts"
        return
    assert default in values
    assert context[control] == default
    assert len(set(map(str, values))) == len(values), "each can be told from the others in an address"
    texts = [control.shown(value, context) for value in values]
    assert all(texts)
    assert len(set(texts)) == len(texts)


@every_control
def test_a_value_that_is_not_allowed_counts_as_the_default(page: Topic, control: Control):
    context = context_at(dataset="wine", hidden=(4, 3), epochs=50)
    for value in control.values_in(context):
        assert replace(context, choices={control.key: value})[control] == value
    for wrong in (None, "", "nothing", -1, 0.123, ("l1",)):
        assert replace(context, choices={control.key: wrong})[control] == control.default_in(context)


def test_no_two_controls_nor_a_setting_share_a_key():
    by_key = {control.key: control for _, control in CONTROLS}
    assert all(by_key[control.key] is control for _, control in CONTROLS), "several pages may share one"
    keys = list(by_key)
    assert not {*SETTINGS, PRESENT, IN_ADDRESS} & set(keys)
    assert all(control.label for _, control in CONTROLS)


def test_every_topic_and_so_every_control_is_on_a_page_of_the_menu():
    assert [entry.file for entry in MENU] == [each.file for each in TOPICS]


def widget(app: AppTest, control: Control):
    """The control on its page, None where it is not drawn."""
    found = [group for group in app.segmented_control if group.key == control.key]
    return found[0] if found else None


def in_address(app: AppTest, key: str) -> str | None:
    """What the address has under a name."""
    found = app.query_params.get(key)
    return found[0] if isinstance(found, list) else found


@pytest.mark.parametrize("page", [each for each in TOPICS if each.controls], ids=lambda page: page.key)
def test_the_address_holds_each_choice_that_is_not_the_default_and_no_other(page, monkeypatch):
    for work in (validation, curves):  # what takes long waits for its button
        monkeypatch.setattr(work, "AUTO_SECONDS", 0.0)
    app = open_app(page, **SMALL)
    assert not app.exception
    context = context_at(dataset="wine", hidden=(4, 3), epochs=50)
    for control in page.controls:
        assert in_address(app, control.key) is None
        if not control.applies(context):
            assert widget(app, control) is None
            continue
        default = control.default_in(context)
        other = next(value for value in control.values_in(context) if value != default)
        assert widget(app, control).label == control.label
        assert widget(app, control).value == default
        widget(app, control).set_value(other).run()
        assert not app.exception
        assert in_address(app, control.key) == str(other)
        again = open_app(page, **SMALL, **{control.key: str(other)})
        assert widget(again, control).value == other, "a link opens at it"
        widget(app, control).set_value(default).run()
        assert in_address(app, control.key) is None


def test_a_choice_is_in_the_link_as_soon_as_it_is_made():
    app = open_app(topic("sparsity"), epochs="50")
    app.session_state["share"] = True  # as who looks at the link has it
    app.segmented_control(key="layer").set_value(1).run()
    assert "layer=1" in app.main.code[0].value
    app.segmented_control(key="layer").set_value(0).run()
    assert "layer" not in app.main.code[0].value


def test_a_choice_that_an_address_cannot_have_is_the_default():
    app = open_app(topic("sparsity"), layer="7", compare="nothing", epochs="50")
    assert not app.exception
    assert app.segmented_control(key="layer").value == 0
    assert app.segmented_control(key="compare").value == "lam"
    assert in_address(app, "layer") is None
    assert in_address(app, "compare") is None


def test_a_value_that_is_not_there_any_more_becomes_the_default_on_the_page_and_in_the_address():
    app = open_app(topic("sparsity"), hidden="6-3", layer="2", **QUICK)
    assert chart(app)[1]["weights"].row_end.max() == 1
    app.selectbox(key="hidden").set_value("8").run()
    assert not app.exception
    assert app.segmented_control(key="layer").value == 0
    assert in_address(app, "layer") is None
    assert chart(app)[1]["weights"].row_end.max() == 8


def test_choices_are_kept_from_page_to_page():
    app = open_app(topic("sparsity"), **SMALL)
    app.segmented_control(key="compare").set_value("cost").run()
    app.query_params.pop("compare")  # as a browser's address does where a page is left
    app.switch_page(topic("histograms").file).run()
    assert not app.exception
    assert in_address(app, "compare") is None
    app.switch_page(topic("sparsity").file).run()
    assert app.segmented_control(key="compare").value == "cost"
    assert in_address(app, "compare") == "cost"


def page_of_choices() -> None:
    """A page that shows what `chosen_controls` knows."""
    import streamlit as st

    from ui.controls.choices import chosen_controls

    st.session_state["layer"] = 2
    st.session_state["not_a_control"] = 3
    st.session_state["seen"] = chosen_controls()


def test_what_was_chosen_is_known_by_key_and_nothing_that_is_no_control():
    app = AppTest.from_function(page_of_choices)
    app.run()
    assert app.session_state["seen"] == {"layer": 2}


@pytest.mark.parametrize("dataset", list(core.DATASETS))
def test_a_class_is_chosen_only_where_there_are_more_than_two(dataset):
    app = open_app(topic("solvers"), dataset=dataset, solver_steps="300", **QUICK)
    assert not app.exception
    many = len(core.load_dataset(dataset).class_names) > 2
    assert ("solver_target" in [group.key for group in app.segmented_control]) == many


@pytest.mark.parametrize("page", TOPICS, ids=lambda each: each.key)
def test_rubbish_for_the_controls_of_a_page_is_said_once_and_their_defaults_are_used(page: Topic):
    rubbish = ("inf", "1e309", "9" * 309, "５", "-0", "x" * 20_000, "\x00")
    for text in some(rubbish, 2, TOPICS.index(page)):
        names = dict.fromkeys((control.key for control in page.controls), text)
        app = open_app(page, **SMALL, **names).run()
        assert not app.exception
        drawn = [control for control in page.controls if widget(app, control)]
        sentences = [warning.value for warning in app.warning]
        wrong = [control for control in drawn if text not in map(str, widget(app, control).options)]
        for control in wrong:
            assert (
                sum(sentence.startswith(f"“{control.label}” must be one of") for sentence in sentences) == 1
            )
            assert in_address(app, control.key) is None
        assert {name: in_address(app, name) for name in SMALL} == SMALL


def page_that_draws() -> None:
    """A page's controls, where another page's were moved before."""
    import streamlit as st

    from tests.app import context_at
    from ui.controls.choices import draw_controls
    from ui.topics.sparsity import TOPIC

    context = context_at(dataset="moons", hidden=(4,), epochs=50, choices={"solver_steps": 300, "layer": 0})
    st.session_state["seen"] = dict(draw_controls(TOPIC, context).choices)


def test_what_other_pages_have_chosen_is_kept_beside_what_is_drawn_here():
    app = AppTest.from_function(page_that_draws)
    app.query_params["layer"] = "1"
    app.run()
    assert not app.exception
    assert app.session_state["seen"] == {
        **{"solver_steps": 300, "layer": 1, "compare": "lam"},
        "further_penalty": "none",
    }


def test_what_was_wrong_with_settings_is_still_said_where_a_control_was_wrong_too():
    app = open_app(topic("overview"), lam="bad", seed="y", overview_networks="x")
    said = " ".join(warning.value for warning in app.warning)
    names = "Penalty strength λ", "Seed", f"“{topic('overview').controls[0].label}”"
    assert all(f"{name} must be" in said for name in names)

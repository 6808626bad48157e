"""The bar of the tour on whole pages, through the entry file."""

import re

import pytest
from streamlit.testing.v1 import AppTest

import core
from core.settings import LAMS
from tests.app import chart, open_app, topic
from tests.ui.tour.truths import opened
from ui.base.address import query_of
from ui.base.session import Answer
from ui.tour.bar import summary, verdict
from ui.tour.steps import FROM_BEFORE, STEPS, TOUR, Step

pytestmark = pytest.mark.usefixtures("two_folds")
ZEROS = STEPS["exact-zeros"]
LAST = TOUR[-1]
SPARSITY_HEADING = "L1 makes weights exactly zero, L2 only small"


def place_of(step: Step) -> int:
    """Which step of the tour it is, from 1."""
    return TOUR.index(step) + 1


def bar_of(app: AppTest) -> str:
    """The texts of the bar: its place, lead-in and question, and the answer."""
    html = [e.proto.body for e in app.get("html") if e.proto.body.startswith('<p class="tour-')]
    written = [m.value for m in app.main.markdown]
    return "\n".join([*html, *written])


@pytest.mark.parametrize("text", ["exact-zeros", "3"])
def test_a_link_to_a_step_leads_to_its_page_and_settings(text):
    app = open_app(topic("linearity"), tour=text)
    assert not app.exception
    assert f"step {place_of(ZEROS)} of" in bar_of(app)
    assert app.title[0].value == SPARSITY_HEADING
    assert app.session_state.settings == core.Settings(**ZEROS.settings)
    assert app.query_params["tour"] == "exact-zeros", "a number becomes the name"
    chart(app)


@pytest.mark.parametrize("text", ["exact-zeros", "3"])
def test_settings_in_the_address_go_before_those_of_the_step(text):
    app = open_app(topic("sparsity"), tour=text, lam="50", epochs="50")
    assert f"step {place_of(ZEROS)} of" in bar_of(app)
    assert app.session_state.settings == core.Settings(lam=50.0, epochs=50)
    assert "at λ = 50?" in bar_of(app)
    assert app.query_params["tour"] == "exact-zeros"


@pytest.mark.parametrize("text", ["0", "13", "99", "abc", "-1", "²", "", "exact-zeroes"])
def test_a_step_that_is_not_there_is_said_and_no_tour_is_on(text):
    app = open_app(topic("sparsity"), tour=text, epochs="50")
    assert not app.exception
    (warning,) = app.warning
    assert f"or a number from 1 to {len(FROM_BEFORE)}, got '{text}'; no tour is on" in warning.value
    assert "tour-question" not in bar_of(app)
    assert "tour" not in app.query_params
    chart(app)
    app.select_slider(key="lam").set_value(20.0).run()
    assert not app.warning, "the sentence goes with the next choice"


def test_a_revealed_answer_follows_the_panel_and_the_first_prediction_counts():
    app = open_app(topic("sparsity"), tour="exact-zeros", hidden="none", lam="20", epochs="50")
    assert app.button(key="tour_on").disabled
    app.segmented_control(key="tour_prediction_exact-zeros").set_value(2).run()
    app.button(key="tour_on").click().run()
    first = ZEROS.answer(opened(ZEROS.name, epochs=50))
    assert first.sentence in bar_of(app)
    assert "You predicted “Both the same”" in bar_of(app)
    app.selectbox(key="dataset").set_value("wine")
    app.select_slider(key="lam").set_value(3.0).run()
    second = ZEROS.answer(opened(ZEROS.name, dataset="wine", epochs=50, lam=3.0))
    assert second.sentence in bar_of(app)
    app.select_slider(key="lam").set_value(0.0).run()
    assert "No answer here." in bar_of(app)
    assert app.session_state.tour_results == {"exact-zeros": False}


def test_a_revealed_answer_follows_the_control_of_its_page():
    step = STEPS["linear-part"]
    app = open_app(step.topic, tour=step.name, lam="300", epochs="50")
    app.segmented_control(key="tour_prediction_linear-part").set_value(3).run()
    app.button(key="tour_on").click().run()
    assert step.answer(opened(step.name, epochs=50)).sentence in bar_of(app)
    app.segmented_control(key="deviation").set_value(0.1).run()
    assert step.answer(opened(step.name, {"deviation": 0.1}, epochs=50)).sentence in bar_of(app)


def test_the_answer_on_samples_comes_with_the_curves_of_its_page():
    step = STEPS["more-data-or-lambda"]
    app = open_app(
        topic("sparsity"), tour=step.name, dataset="needles", hidden="none", noise="0.4", epochs="50"
    )
    app.segmented_control(key="tour_prediction_more-data-or-lambda").set_value(0).run()
    app.button(key="tour_on").click().run()
    assert "not all trained yet" in bar_of(app)
    app.switch_page(step.topic.file).run()
    app.run()
    answer = step.answer(opened(step.name, noise=0.4, epochs=50))
    assert answer.right is not None
    assert answer.sentence in bar_of(app)


def test_the_tour_goes_on_to_pages_and_back_and_ends_with_a_count():
    before = TOUR[-2]
    app = open_app(
        topic("gradient_check"), tour=before.name, epochs="50", hidden="none", dataset="moons", seed="3"
    )
    app.button(key="tour_skip").click().run()
    assert not app.exception
    assert app.title[0].value == "Where exact zeros come from"
    assert app.session_state.settings == core.Settings(**LAST.settings)
    assert app.query_params["tour"] == LAST.name
    assert app.button(key="tour_on").disabled
    app.segmented_control(key=f"tour_prediction_{LAST.name}").set_value(0).run()
    app.button(key="tour_on").click().run()
    answer = LAST.answer(opened(LAST.name))
    assert answer.sentence in bar_of(app)
    assert f"**{int(answer.right == 0)} of 1** predictions were right" in bar_of(app)
    assert "tour_on" not in {button.key for button in app.button}, "there is no further question"
    app.button(key="tour_back").click().run()
    assert "Predict, then reveal" in bar_of(app), "back from an answer is its question"
    prediction = app.segmented_control(key=f"tour_prediction_{LAST.name}")
    assert prediction.value == 0, "a prediction is kept"
    app.button(key="tour_back").click().run()
    assert app.title[0].value.startswith("Too much variance")
    assert app.session_state.settings == core.Settings(**before.settings)
    assert "Predict, then reveal" not in bar_of(app), "back from a question is the answer before it"
    app.button(key="tour_leave").click().run()
    assert "tour-question" not in bar_of(app)
    assert "tour" not in app.query_params


def test_presented_one_key_walks_the_tour_without_a_prediction():
    app = open_app(ZEROS.topic, tour=ZEROS.name, present="1", epochs="50", hidden="none", lam="20")
    on = app.button(key="tour_on")
    assert (on.label, on.proto.shortcut, on.disabled) == ("Reveal", "pagedown", False)
    assert app.button(key="tour_back").proto.shortcut == "pageup"
    on.click().run()
    assert ZEROS.answer(opened(ZEROS.name, epochs=50)).sentence in bar_of(app)
    assert not app.get("segmented_control") or f"tour_prediction_{ZEROS.name}" not in {
        control.key for control in app.segmented_control
    }, "the answer takes the place of the options"
    assert app.session_state.tour_results == {}, "nobody has predicted"
    app.button(key="tour_on").click().run()
    assert app.query_params["tour"] == TOUR[place_of(ZEROS)].name
    assert app.button(key="tour_on").label == "Reveal"


def test_the_picture_shows_what_the_answer_tells():
    step = STEPS["the-gradient"]
    app = open_app(step.topic, tour=step.name, present="1", epochs="50")
    assert app.session_state["gradient_mistake"] == "nothing"
    app.button(key="tour_on").click().run()
    assert app.session_state["gradient_mistake"] == "no_penalty"
    told = re.search(r"is \*\*(\S+ %)\*\*", bar_of(app))[1]
    lines = chart(app)[1]["readout"].set_index("k").loc[LAMS.index(10.0)]
    off = re.search(r"off by ([\d.]+)", " ".join(map(str, lines)))[1]
    assert float(off) == pytest.approx(float(told.split()[0]) / 100, rel=0.1)
    units = STEPS["cancelled-units"]
    app = open_app(units.topic, tour=units.name, **query_of(units.settings))
    app.segmented_control(key=f"tour_prediction_{units.name}").set_value(0).run()
    app.button(key="tour_on").click().run()
    assert chart(app)[1]["drawn"].iloc[0].astype(str).str.contains("L1").any()


def test_an_answer_leads_to_its_lam_once_and_a_prediction_stays():
    step = STEPS["a-little-or-a-lot"]
    app = open_app(step.topic, tour=step.name, **query_of(step.settings) | {"epochs": "50"})
    key = f"tour_prediction_{step.name}"
    app.segmented_control(key=key).set_value(0).run()
    assert not app.segmented_control(key=key).disabled
    app.button(key="tour_on").click().run()
    wanted = re.search(r"λ₁ₛₑ = ([\d.]+)", bar_of(app))[1]
    assert app.session_state["lam"] == app.session_state.settings.lam == float(wanted) != 10
    assert app.segmented_control(key=key).disabled
    app.select_slider(key="lam").set_value(1.0).run()
    assert app.session_state.settings.lam == 1, "from then on it is the person's"
    app.button(key="tour_back").click().run()
    assert not app.segmented_control(key=key).disabled
    app.button(key="tour_on").click().run()
    assert app.session_state.settings.lam == float(wanted)


def test_presented_nobody_is_told_how_many_were_right():
    app = open_app(LAST.topic, tour=LAST.name, present="1", lam="20")
    app.session_state["tour_results"] = {"exact-zeros": False}
    app.button(key="tour_on").click().run()
    assert bar_of(app).count("That was the tour.") == 1
    assert "predictions were right" not in bar_of(app)


def test_a_tour_that_starts_again_has_forgotten_what_was_predicted():
    app = open_app(LAST.topic, tour=LAST.name, lam="20")
    app.segmented_control(key=f"tour_prediction_{LAST.name}").set_value(1).run()
    app.button(key="tour_on").click().run()
    app.button(key="tour_again").click().run()
    assert "step 1 of" in bar_of(app)
    assert app.query_params["tour"] == TOUR[0].name
    assert app.session_state.tour_predicted == {}
    for _ in TOUR[1:]:
        app.button(key="tour_skip").click().run()
    assert app.segmented_control(key=f"tour_prediction_{LAST.name}").value is None
    assert "Predict, then reveal" in bar_of(app)


def test_the_overview_and_the_classroom_page_start_the_tour():
    app = open_app("pages/classroom.py")
    app.button(key="open_step_the-gradient").click().run()
    assert app.title[0].value.startswith("The penalty's gradient")
    assert f"step {place_of(STEPS['the-gradient'])} of" in bar_of(app)
    app = open_app(topic("overview"), dataset="moons", epochs="50", hidden="4")
    app.button(key="start_tour").click().run()
    assert "step 1 of" in bar_of(app)
    assert app.session_state.settings == core.Settings(**TOUR[0].settings)


def test_a_verdict_names_the_right_option_and_a_wrong_prediction():
    answer = Answer(0, "15 of 30.")
    assert verdict(ZEROS, answer, 0) == ":material/check_circle: Right, **L1, and L2 has none**. 15 of 30."
    assert verdict(ZEROS, answer, 3).endswith("You predicted “L2”; it is **L1, and L2 has none**. 15 of 30.")
    assert verdict(ZEROS, answer, None) == "**L1, and L2 has none.** 15 of 30."
    assert verdict(ZEROS, Answer(None, "Why."), 0) == "No answer here. Why."


def test_the_summary_counts_the_predictions_that_were_right():
    results = {"exact-zeros": True, "fewer-bytes": False, "all-layers": True}
    assert f"**2 of 3** predictions were right, of {len(TOUR)} questions" in summary(results)
    assert summary({}) == "That was the tour."

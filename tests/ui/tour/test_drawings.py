"""Predictions that are drawn: what a drawing means, what is drawn over it, and how a hand draws."""

import json
import re

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.measures import sparsity
from core.settings import LAMS
from tests.app import open_app
from tests.ui.tour.truths import opened
from ui.stage import drawing
from ui.tour.drawings import CURVE, PLACE
from ui.tour.steps import STEPS, TOUR
from ui.work.validation import validation

ZEROS, CHOSEN = STEPS["zeros-over-lambda"], STEPS["a-little-or-a-lot"]
N = len(LAMS)


def component_data(app: AppTest) -> dict:
    """What the plot was handed."""
    (found,) = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name.endswith("drawing")
    ]
    return found


def test_two_questions_are_drawn_and_each_option_can_be():
    assert [step.name for step in TOUR if step.drawing] == [CHOSEN.name, ZEROS.name]
    assert {PLACE.option((float(k),)) for k in range(N)} == set(range(len(CHOSEN.options)))
    steps = (np.arange(N) >= k for k in range(N + 1))
    assert {CURVE.option(tuple(map(float, step))) for step in steps} == set(range(len(ZEROS.options)))


@pytest.mark.parametrize(("k", "option"), [(0, 0), (1, 1), (LAMS.index(0.7), 1), (LAMS.index(1.0), 2)])
def test_a_place_means_the_option_in_which_its_lam_lies(k, option):
    assert PLACE.option((k,)) == option


def test_a_drawing_that_is_what_was_measured_means_the_right_option():
    context = opened(ZEROS.name)
    found = CURVE.measured(context)
    assert CURVE.option(tuple(found.shares)) == ZEROS.answer(context).right
    np.testing.assert_allclose(found.shares, sparsity(context.networks.runs["L1"].W))
    assert (
        CURVE.beside(tuple(found.shares), found)
        == "The curve that was drawn is 0 points beside it on average."
    )
    off = tuple(min(1, share + 0.1) for share in found.shares)
    told = float(re.search(r"is ([\d.]+) points", CURVE.beside(off, found))[1])
    assert told == pytest.approx(100 * np.mean(np.array(off) - found.shares), rel=0.06)


def test_the_place_is_that_of_the_folds_under_their_costs():
    context = opened(CHOSEN.name, epochs=50)
    one = context.run(validation(context.settings, context.shelf))[0].by_label["L2"]
    found = PLACE.measured(context)
    assert (found.penalty, found.place) == ("L2", one.k_1se)
    line = np.array(found.shares)
    assert line[one.k_min] < 0.01, "of λ that cost the same the largest is λₘᵢₙ"
    assert (np.nanmin(line), np.nanmax(line)) == (0, 1)
    assert PLACE.beside((one.k_1se,), found) == "Drawn was just that λ."
    assert PLACE.beside((0,), found) == "Drawn was λ = 0."


@pytest.mark.parametrize(
    ("kind", "values", "kept"),
    [
        ("place", [3], True),
        ("place", [N], False),
        ("place", [-1], False),
        ("place", [2.5], False),
        ("place", [1, 2], False),
        ("place", [], False),
        ("place", ["3"], False),
        ("place", None, False),
        ("curve", [0.5] * N, True),
        ("curve", [0.5] * (N - 1), False),
        ("curve", [1.5] * N, False),
        ("curve", [float("nan")] * N, False),
        ("curve", [None] * N, False),
        ("curve", "x" * N, False),
        ("curve", {"0": 1}, False),
    ],
)
def test_only_what_a_hand_can_draw_is_taken(monkeypatch, kind, values, kept):
    monkeypatch.setattr(st, "session_state", {"drawing_x": {"drawn": {"name": "x", "values": values}}})
    assert bool(drawing.sent("x", kind)) == kept
    monkeypatch.setattr(st, "session_state", {"drawing_x": {"drawn": {"name": "y", "values": values}}})
    assert drawing.sent("x", kind) == (), "of another question"


def test_nothing_that_was_measured_is_sent_before_it_is_shown():
    app = open_app(ZEROS.topic, tour=ZEROS.name, epochs="50", dataset="needles", hidden="none")
    assert component_data(app)["measured"] is None
    app.segmented_control(key=f"tour_prediction_{ZEROS.name}").set_value(1).run()
    app.button(key="tour_on").click().run()
    line = component_data(app)["measured"]
    share = sparsity(opened(ZEROS.name, lam=10.0, epochs=50).networks.runs["L1"].W)
    drawn = [float(point.split(",")[1]) for point in line["points"].split()]
    np.testing.assert_allclose(drawn, 1 - share, atol=5.1e-4)


@pytest.mark.browser
@pytest.mark.parametrize("present", ["0", "1"])
def test_a_curve_is_drawn_by_hand_or_by_keys_and_measured_over(browser, address, present):
    pytest.importorskip("playwright.sync_api")
    from playwright.sync_api import expect

    from tests.browser import new_page, open_page

    with new_page(browser, viewport={"width": 1920, "height": 1080}) as page:
        open_page(
            page,
            f"{address}/l1-vs-l2?tour={ZEROS.name}&dataset=needles&hidden=none&epochs=50&present={present}",
        )
        plot = page.get_by_test_id("drawing")
        expect(plot).to_have_attribute("aria-valuetext", re.compile("draw them from left to right"))
        box = plot.locator("svg").bounding_box()
        touch = {"pointerId": 1, "pointerType": "touch", "button": 0, "bubbles": True}
        for name in ("pointerdown", "pointercancel"):  # a finger that scrolls
            plot.evaluate(
                """(plot, [name, more]) => { plot.setPointerCapture = () => {};
                  plot.dispatchEvent(new PointerEvent(name, {...more, clientX: 900, clientY: 200})); }""",
                [name, touch],
            )
        expect(plot.locator("polyline")).to_have_count(0)
        plot.evaluate("plot => { delete plot.setPointerCapture; }")
        at = [box["x"] + 2, box["y"] + box["height"] - 2]
        page.mouse.move(*at)
        page.mouse.down()
        for share in np.linspace(0, 0.5, 9):
            page.mouse.move(at[0] + share * (box["width"] - 4), at[1] - share * (box["height"] - 4))
        page.mouse.up()
        corners = plot.locator("polyline").get_attribute("points").split()
        heights = [1 - float(corner.split(",")[1]) for corner in corners]
        assert heights[0] < 0.05
        assert heights[-1] == heights[N // 2] == pytest.approx(0.5, abs=0.1), "it goes on as it was let go"
        page.mouse.move(at[0] + (box["width"] - 4) / 2, at[1] - (box["height"] - 4) / 2)
        page.mouse.down()
        for share in np.linspace(0.5, 1, 9):
            page.mouse.move(at[0] + share * (box["width"] - 4), at[1] - share * (box["height"] - 4))
        page.mouse.up()
        diagonal = CURVE.option(tuple(np.linspace(0, 1, N)))
        chosen = page.locator(
            ".st-key-tour_options button[aria-checked=true], .st-key-tour_options button[kind$=Active]"
        )
        expect(chosen).to_have_text(ZEROS.options[diagonal])
        plot.focus()
        for _ in range(N):
            page.keyboard.press("ArrowLeft")
        for _ in range(20):
            page.keyboard.press("ArrowUp")
        expect(plot).to_have_attribute("aria-valuetext", "λ = 0: 100 %")
        expect(chosen).to_have_text(ZEROS.options[1])
        assert plot.locator("polyline").count() == 1
        page.get_by_role("button", name="Reveal").click()
        expect(plot.locator("polyline")).to_have_count(2)
        expect(page.locator(".st-key-tour_answer")).to_contain_text("points beside it on average.")
        expect(plot).to_have_attribute("aria-disabled", "true")
        assert page.trouble == []

"""The bar of λ on the server: what it is given, what it sends, and what no hand can have sent."""

import json
import re
from html import unescape
from math import inf
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.settings import LAMS
from tests.app import QUICK, context_at, open_app, topic
from ui.base.session import LetGo
from ui.base.theme import PENALTY_COLORS
from ui.stage import component, lam_bar
from ui.topics import TOPICS
from ui.work.validation import validation

pytestmark = pytest.mark.usefixtures("two_folds")
SMALL = {"dataset": "moons", "n_samples": 50, "hidden": (3,), "epochs": 50}


def handed(app: AppTest, name: str) -> dict[str, Any] | None:
    """What the page has handed the bar's script under this name."""
    found = re.compile(rf'class="lam-{name}-source" data-value="([^"]*)"')
    texts = [found.search(one.proto.body) for one in app.get("html")]
    values = [json.loads(unescape(match[1])) for match in texts if match]
    assert len(values) <= 1
    return values[0] if values else None


def send(app: AppTest, chosen: object) -> AppTest:
    """What the browser would send for the bar, and the callback that Streamlit would call."""
    app.session_state[lam_bar.KEY] = {lam_bar.CHOSEN: chosen}
    return app


def page_that_chooses() -> None:
    """The panel, and a button that does what the bar's release does."""
    import streamlit as st

    from ui.base.session import session
    from ui.controls.panel import settings_panel
    from ui.stage import lam_bar

    session.settings = settings_panel()
    st.button("let go", on_click=lam_bar._choose)


@pytest.mark.parametrize("k", [0, 7, len(LAMS) - 1])
def test_what_is_let_go_is_the_chosen_lam(k):
    app = send(AppTest.from_function(page_that_chooses).run(), {"k": k, "told": 3})
    app.button[0].click().run()
    assert not app.exception
    assert app.session_state["settings"].lam == LAMS[k]
    assert app.select_slider(key="lam").value == LAMS[k]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        3,
        "3",
        [],
        {},
        {"k": len(LAMS)},
        {"k": -1},
        {"k": 1.5},
        {"k": "1"},
        {"k": True},
        {"k": None, "x": 1},
    ],
)
def test_what_no_hand_can_have_sent_leaves_lam_where_it_is(sent):
    app = send(AppTest.from_function(page_that_chooses).run(), sent)
    app.button[0].click().run()
    assert not app.exception
    assert app.session_state["settings"].lam == 10.0


def test_every_page_has_the_bar_and_hands_it_what_is_known():
    for one in TOPICS:
        app = open_app(one, **{name: str(v) for name, v in SMALL.items() if name != "hidden"}, hidden="3")
        assert not app.exception
        names = sorted(part.proto.component_name for part in app.get("bidi_component"))
        assert names == ["lab.kept", "lab.lam_bar", *["lab.living"] * (one.key == "overview")], one.key
        assert handed(app, "track") is not None, one.key
        second = handed(app, "second")
        subject = {"histograms": "Epoch", "weight_decay": "Epoch", "solvers": "Step"}.get(one.key)
        assert (second and second["name"]) == subject, one.key
        if second:
            assert second["labels"][0] == "0"


def test_the_bar_names_the_data_and_the_network_that_the_page_shows():
    assert handed(open_app(topic("sparsity"), hidden="5-3", **QUICK), "about") == "Breast cancer, 30-5-3-1"
    assert handed(open_app(topic("sparsity"), dataset="wine", hidden="4", **QUICK), "about") == "Wine, 13-4-3"
    app = open_app(topic("overview"), hidden="5-3", **QUICK)
    assert handed(app, "about") == "Breast cancer, 30-5-3-1"
    app = open_app(topic("solvers"), dataset="wine", hidden="4", solver_steps="300", **QUICK)
    assert handed(app, "about") == "Wine, 13-1", "a class against the rest, without hidden layers"


def test_the_track_is_the_validated_cost_once_it_is_there_and_the_training_cost_before():
    context = context_at(**SMALL)
    runs = context.networks.runs
    before = lam_bar.known_costs(context)
    for label, run in runs.items():
        np.testing.assert_array_equal(before[label], run.data_cost[-1])
    assert not [words for _, _, words in lam_bar.known_marks(context) if "se" in words or "ₛₑ" in words]
    found = context.get(validation(context.settings, context.shelf))
    after, marks = lam_bar.known_costs(context), lam_bar.known_marks(context)
    for label, one in found.by_label.items():
        np.testing.assert_array_equal(after[label], one.mean)
        assert (one.k_1se, label, "λ₁ₛₑ") in marks


def test_a_tick_stands_where_nothing_is_left_of_a_network():
    context = context_at(**SMALL)
    context.networks  # noqa: B018 -- made, so that it is known
    marks = {label: k for k, label, words in lam_bar.known_marks(context) if words == "λₘₐₓ"}
    for label, run in context.networks.runs.items():
        left = np.sum([np.count_nonzero(W, axis=(1, 2)) for W in run.W], axis=0)
        if label in marks:
            assert left[marks[label]] == 0
            assert (left[marks[label] :] == 0).all()
            assert left[marks[label] - 1] > 0
        else:
            assert left[-1] > 0
    assert "L1" in marks


def test_lines_are_high_where_the_cost_is_and_have_gaps_where_none_is_known():
    costs = {"L1": np.array([4.0, 1.0, np.nan, 0.0]), "L2": np.array([2.0, 2.0, 2.0, 2.0])}
    drawn = lam_bar.track(costs, [(1, "L2", "λ₁ₛₑ")])
    first, second = (
        [tuple(map(float, p.split(","))) for p in line["points"].split()] for line in drawn["lines"]
    )
    assert [x for x, _ in first] == [0, 1, 3]
    assert [y for _, y in first] == pytest.approx([0, 0.5, 1])
    assert [line["color"] for line in drawn["lines"]] == [PENALTY_COLORS["L1"], PENALTY_COLORS["L2"]]
    assert len({y for _, y in second}) == 1
    assert drawn["ticks"] == [{"k": 1, "color": PENALTY_COLORS["L2"], "words": "L2 λ₁ₛₑ"}]
    assert lam_bar.track({}, []) == {"lines": [], "ticks": []}
    nothing = lam_bar.track({"L1": np.full(3, np.nan)}, [])
    assert nothing["lines"][0]["points"] == ""


def test_the_script_is_a_file_of_the_server_and_no_text():
    app = open_app(topic("linearity"), **QUICK)
    for part in app.get("bidi_component"):
        name = f"{part.proto.component_name.removeprefix('lab.')}.js"
        assert part.proto.js_source_path.endswith(name)
        assert part.proto.js_content == ""
        assert (component.HERE / component.ASSETS / name).is_file()


@pytest.mark.parametrize(("until", "stays"), [(inf, 20.0), (0.0, 10.0)])
def test_what_the_panel_says_again_is_left_alone_once_the_browser_has_heard_of_another_lam(until, stays):
    """Until then the λ that was let go is chosen, though the panel's slider stands where it stood before."""
    app = open_app(topic("sparsity"), **QUICK).run()
    app.session_state["lam_let_go"] = LetGo(20.0, 10.0, until)
    app.run()
    assert app.session_state["lam"] == app.session_state.settings.lam == stays
    assert (app.session_state["lam_let_go"] is None) == (until == 0)

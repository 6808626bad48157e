"""A setting kept beside the page's own: in the address, in words, and as a picture."""

import pytest
from streamlit.testing.v1 import AppTest

import core
from tests.app import QUICK, context_at, open_app, own_charts, topic
from ui.base.session import Beside
from ui.controls import beside
from ui.controls.beside import CONTROLS
from ui.topics.topic import Context
from ui.work.tasks import run_now

pytestmark = pytest.mark.usefixtures("two_folds")
SMALL = {"dataset": "moons", "n_samples": "50", "hidden": "3", **QUICK}


@pytest.mark.parametrize(
    "kept",
    [
        Beside(core.Settings(), {}),
        Beside(core.Settings(lam=0.0), {}),
        Beside(core.Settings(dataset="circles", hidden=(16, 8), seed=3, noise=0.1), {"drawn_penalty": "l1"}),
        Beside(core.Settings(hidden=()), {"tolerance": "0.05"}),
    ],
)
def test_what_is_kept_comes_back_from_the_address(kept):
    assert beside.parse(beside.text_of(kept)) == kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lam:abc", "lam must be"),
        ("lam", "lam must be"),
        ("nothing:3", "got 'nothing'"),
        ("", "got ''"),
        ("lam:1,seed:-1", "seed must be"),
        ("lam:1;seed:2", "lam must be"),
    ],
)
def test_a_text_that_means_nothing_is_refused_with_what_was_expected(text, said):
    with pytest.raises(ValueError, match="beside must be settings such as lam:1,seed:3; ") as error:
        beside.parse(text)
    assert said in str(error.value)


def kept_at(kept: Beside, page: str, now: core.Settings, **choices: object) -> tuple[Context, Context]:
    """What a page shows now, and what it shows beside it."""
    context = context_at(now, choices)
    return context, beside.context_of(kept, topic(page), context, run_now)


def test_two_lams_stay_apart_and_all_else_is_shown_at_the_same_lam():
    now = core.Settings(lam=50.0)
    other_lam = Beside(core.Settings(lam=1.0), {})
    assert kept_at(other_lam, "hidden_units", now)[1].settings == core.Settings(lam=1.0)
    other_seed = Beside(core.Settings(lam=1.0, seed=3), {})
    assert kept_at(other_seed, "hidden_units", now)[1].settings == core.Settings(lam=50.0, seed=3)
    other_penalty = Beside(core.Settings(lam=1.0), {"drawn_penalty": "l1"})
    assert kept_at(other_penalty, "hidden_units", now)[1].settings == now, "L1 stands beside L2 at one λ"


def test_what_sets_settings_apart_is_said_in_words():
    one, other = core.Settings(lam=1.0, seed=3), core.Settings(dataset="moons", lam=10.0)
    here, there = context_at(one), context_at(other)
    page = topic("hidden_units")
    assert beside.name_of(page, here, there) == "Breast cancer, seed 3 and λ = 1"
    assert beside.name_of(page, there, here) == "Moons, seed 0 and λ = 10"
    assert beside.name_of(page, here, here) == "the same settings"


def test_a_choice_on_the_page_sets_apart_too():
    kept = Beside(core.Settings(), {"drawn_penalty": "l1"})
    here, there = kept_at(kept, "hidden_units", core.Settings())
    label = CONTROLS["drawn_penalty"].label
    assert beside.name_of(topic("hidden_units"), there, here) == f"“{label}” L1"
    assert beside.name_of(topic("hidden_units"), here, there) == f"“{label}” L2"


def test_a_choice_that_cannot_be_made_here_is_left_alone():
    kept = Beside(core.Settings(), {"drawn_penalty": "l1", "tolerance": "7"})
    now = {"tolerance": 0.05}
    assert kept_at(kept, "hidden_units", core.Settings(), **now)[1].choices == now | {"drawn_penalty": "l1"}


def told_unseen(app: AppTest) -> list[str]:
    """What the page says for screen readers alone."""
    bodies = [one.proto.body for one in app.get("html")]
    return [body for body in bodies if body.startswith('<p class="for-screen-readers"')]


def test_a_page_keeps_its_settings_beside_and_puts_them_away():
    app = open_app(topic("hidden_units"), lam="1", **SMALL)
    alone, unseen = len(app.get("vega_lite_chart")), told_unseen(app)
    app.button(key="keep_beside").click().run()
    assert not app.exception
    assert "dataset:moons" in "".join(app.query_params["beside"])
    app.select_slider(key="lam").set_value(50.0).run()
    assert not app.exception
    assert [m.value for m in app.markdown if m.value.startswith(("**", "Kept"))] == [
        "**λ = 50**",
        "Kept beside: **λ = 1**",
    ]
    assert len(app.get("vega_lite_chart")) == alone + 1
    assert len(told_unseen(app)) == len(unseen)
    assert "λ = 50" in told_unseen(app)[0], "what is shown now is told to who does not see it"
    app.number_input(key="seed").set_value(2).run()
    assert "Kept beside: **seed 0**" in [m.value for m in app.markdown]
    app.button(key="put_away").click().run()
    assert "beside" not in app.query_params
    assert len(app.get("vega_lite_chart")) == alone
    assert len(own_charts(app)) <= alone


def test_a_broken_text_in_the_address_is_said_and_nothing_is_kept():
    app = open_app(topic("hidden_units"), beside="lam:99999", **SMALL)
    assert not app.exception
    assert any("nothing is kept beside" in one.value for one in app.warning)
    assert "beside" not in app.query_params


def test_what_is_kept_of_a_file_that_is_not_here_is_said():
    app = open_app(topic("hidden_units"), beside="dataset:your_data", **SMALL)
    assert any("which no address carries" in one.value for one in app.warning)

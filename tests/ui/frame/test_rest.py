"""What a page says of trainings that have not come to their end, and the way on that it offers."""

import pytest

from tests.app import chart, open_app, sentences, topic

WINE = {"dataset": "wine", "hidden": "4", "epochs": "100"}
BUTTON = "more_epochs"
ABOUT_A_PENALTY = ("overview", "sparsity", "hidden_units", "linearity")


def buttons(app) -> list[str]:
    """The keys of the buttons on the page."""
    return [button.key for button in app.button]


@pytest.mark.parametrize("key", ABOUT_A_PENALTY)
def test_away_from_rest_a_page_says_how_far_and_gives_more_epochs(key):
    plane = {"dataset": "moons"} if key == "overview" else {}
    app = open_app(topic(key), **{**WINE, **plane, "lam": "0.5", "seed": "77"})
    (info,) = app.main.info
    assert info.value.startswith("At λ = 0.5 L1 is ")
    assert info.value.count(" from rest") >= 1
    assert "after 100 epochs" in info.value
    chart(app)  # which is there for all that
    app.button(key=BUTTON).click().run()
    assert not app.exception
    assert app.select_slider(key="epochs").value == 300
    assert app.select_slider(key="lam").value == 0.5
    assert app.number_input(key="seed").value == 77
    chart(app)


def test_at_rest_nothing_of_it_is_said():
    app = open_app(topic("sparsity"), **{**WINE, "lam": "30"})
    assert not app.main.info
    assert BUTTON not in buttons(app)
    assert "exactly zero" in sentences(app)


def test_at_lam_zero_and_at_the_most_epochs_there_is_no_button():
    app = open_app(topic("sparsity"), **{**WINE, "lam": "0"})
    assert "At λ = 0 no penalty holds the weights" in app.main.info[0].value
    assert BUTTON not in buttons(app)
    app = open_app(topic("sparsity"), **{**WINE, "lam": "0.1", "epochs": "2000", "hidden": "8-8"})
    assert "after 2,000 epochs" in app.main.info[0].value
    assert BUTTON not in buttons(app)


@pytest.mark.parametrize("key", ["histograms", "weight_decay"])
def test_a_page_of_trainings_names_an_alpha_that_works_and_with_it_says_nothing(key):
    address = {"dataset": "moons", "n_samples": "200", "hidden": "8-8", "learning_rate": "3", "lam": "100"}
    app = open_app(topic(key), **address)
    warnings = [warning.value for warning in app.main.warning]
    l2 = next(said for said in warnings if said.startswith("L2 diverged"))
    alpha = float(l2.split("With ")[1].split(" in place of")[0])
    app.select_slider(key="learning_rate").set_value(alpha).run()
    assert not app.exception
    assert not [warning for warning in app.main.warning if warning.value.startswith("L2")]
    assert "e+" not in sentences(app)


def test_what_blew_up_is_no_result():
    """Once 1e37 was shown as J, and “shrinks by 3.58e+18” as what the penalty does."""
    address = {"dataset": "moons", "n_samples": "200", "hidden": "8-8", "learning_rate": "3", "lam": "100"}
    app = open_app(topic("weight_decay"), **address)
    assert "the L2 network has blown up" in app.main.info[0].value
    assert "shrinks by" not in sentences(app)
    app = open_app(topic("weight_decay"), hidden="none", learning_rate="1", lam="700")
    assert "the L2 network swings" in app.main.info[0].value
    assert "shrinks by" not in sentences(app)
    app = open_app(topic("histograms"), **address)
    assert "L2" not in sentences(app)
    _, tables = chart(app)
    assert set(tables["bins"].penalty) == {"L1"}
    assert tables["readout"].L2.unique().tolist() == ["L2: diverged"]

"""What a page says of trainings that have not come to their end, and the way on that it offers."""

import pytest

from core import Settings
from core.settings import LAMS
from tests.app import chart, open_app, sentences, topic
from ui.data.shelf import SHARED
from ui.work.networks import PLAIN, networks
from ui.work.steady import steady
from ui.work.tasks import run_now

pytestmark = pytest.mark.usefixtures("two_folds")
WINE = {"dataset": "wine", "hidden": "4", "epochs": "100"}
BUTTON = "more_epochs"
ABOUT_A_PENALTY = ("overview", "sparsity", "hidden_units", "linearity")


def buttons(app) -> list[str]:
    """The keys of the buttons on the page."""
    return [button.key for button in app.button]


@pytest.mark.parametrize("key", ABOUT_A_PENALTY)
def test_away_from_rest_a_page_says_how_far_and_gives_more_epochs(key):
    app = open_app(topic(key), **{**WINE, "lam": "0.5", "seed": "77"})
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


def test_near_the_most_epochs_the_button_gives_those():
    app = open_app(topic("sparsity"), dataset="wine", hidden="4-4-4", epochs="1000", lam="0.1")
    assert app.button(key=BUTTON).label == "Train 2,000 epochs"
    app.button(key=BUTTON).click().run()
    assert app.select_slider(key="epochs").value == 2000


def test_a_larger_lam_is_offered_the_epochs_that_it_will_take():
    """From λ = 3 a network takes twenty times the epochs, up to 6,000: more can be chosen, but not given."""
    address = {"dataset": "wine", "hidden": "4-4-4", "lam": "3"}
    app = open_app(topic("sparsity"), **address, epochs="50")
    assert "after 1,000 epochs" in app.main.info[0].value
    assert app.button(key=BUTTON).label == "Train 4,000 epochs"
    app.button(key=BUTTON).click().run()
    assert app.select_slider(key="epochs").value == 200
    address |= {"hidden": "4", "learning_rate": "0.01"}
    app = open_app(topic("sparsity"), **address, epochs="300")
    assert "after 6,000 epochs" in app.main.info[0].value
    assert BUTTON not in buttons(app)


def test_what_was_chosen_on_the_page_outlives_the_button():
    app = open_app(topic("hidden_units"), **WINE, lam="0.5")
    app.session_state["tolerance"] = 0.0
    app.run()
    app.button(key=BUTTON).click().run()
    assert app.session_state["tolerance"] == 0.0
    assert app.session_state.settings == Settings(dataset="wine", hidden=(4,), lam=0.5, epochs=300)
    assert [trial.settings.epochs for trial in app.session_state["trials"].values()] == [100, 100, 300, 300]


def test_no_alpha_is_looked_for_where_every_training_settles():
    settings = Settings(dataset="moons", n_samples=50, hidden=(2,), epochs=50, learning_rate=0.03)
    query = {"dataset": "moons", "n_samples": "50", "hidden": "2", "epochs": "50", "learning_rate": "0.03"}
    app = open_app(topic("histograms"), **query)
    app.run()
    (found,) = run_now(networks(settings, SHARED, PLAIN))
    assert all(run.sound.all() for run in found.runs.values())
    assert steady(settings, SHARED, found.runs).missing()


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
    k = LAMS.index(100.0)
    bins = tables["bins"].set_index("penalty")[f"v{k}"]
    assert bins["L2"].isna().all()
    assert bins["L1"].notna().all()
    readout = tables["readout"][tables["readout"].k == k]
    assert readout.L2.unique().tolist() == ["L2: diverged"]
    assert readout.L1.str.contains("exactly zero").all()

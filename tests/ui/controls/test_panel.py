"""The panel: a widget for each field of Settings, in step with the address and with what is chosen."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget

import core
from core import DATASETS, Settings
from core.settings import LAMS, SETTINGS, Setting, format_value
from tests.app import QUICK, open_app, topic
from tests.ui.controls.rubbish import RUBBISH
from ui.base.problems import in_words
from ui.controls import panel

pytestmark = pytest.mark.usefixtures("two_folds")
KINDS = {"slider": "select_slider", "choice": "selectbox", "text": "selectbox", "number": "number_input"}
SYNTHETIC = next(name for name, source in DATASETS.items() if source.synthetic)
MEASURED = next(name for name, source in DATASETS.items() if not source.synthetic)
SEEN_KEY = f"dataset{panel.SEEN}"


def page() -> None:
    """The panel alone, and buttons that set it from elsewhere, as the tour's and the log's do."""
    import streamlit as st

    from ui.base.session import session
    from ui.controls import panel

    session.settings = panel.settings_panel()
    panel.show_problems(session.settings)
    state = st.session_state
    st.button("choose_lam", on_click=lambda: panel.choose_lam(state["value"]))
    st.button("choose_epochs", on_click=lambda: panel.choose_epochs(state["value"]))
    st.button("choose_hidden", on_click=lambda: panel.choose_hidden(state["value"]))
    st.button("type", on_click=lambda: state.update(hidden=state["value"]))  # what the box does not offer
    st.button("choose", on_click=lambda: state.update(unseen=panel.choose(state["value"])))


def open_panel(**query: str) -> AppTest:
    """The panel at an address."""
    app = AppTest.from_function(page, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def press(app: AppTest, name: str, value: object) -> AppTest:
    """Set the panel with one of the buttons."""
    app.session_state["value"] = value
    return next(button for button in app.button if button.label == name).click().run()


def drawn(app: AppTest) -> dict[str, Widget]:
    """The panel's widgets by their keys; of the data sets that which is bound to the address."""
    kinds = ("select_slider", "selectbox", "number_input")
    found = {widget.key: widget for kind in kinds for widget in getattr(app.sidebar, kind)}
    return {key: widget for key, widget in found.items() if key != SEEN_KEY}


def seen(app: AppTest) -> Widget:
    """The box of the data sets that a person sees."""
    return app.sidebar.selectbox(key=SEEN_KEY)


def address_of(app: AppTest) -> dict[str, str]:
    """The address as a browser leaves it, which writes there what is bound and not at its default."""
    address = {name: v[0] if isinstance(v, list) else v for name, v in dict(app.query_params).items()}
    default = Settings()
    for name, widget in drawn(app).items():
        address.pop(widget.proto.query_param_key, None)
        text = format_value(widget.value)
        if text != format_value(getattr(default, name)):
            address[widget.proto.query_param_key] = text
    return address


def check_agreement(app: AppTest, expected: Settings) -> None:
    """Panel, settings and address say the same."""
    assert not app.exception
    assert app.session_state["settings"] == expected
    for name, widget in drawn(app).items():
        value = getattr(expected, name)
        assert widget.value == (format_value(value) if SETTINGS[name].widget == "text" else value), name
    assert seen(app).value == expected.dataset
    settings, problems = Settings.from_query(address_of(app))
    assert (settings, problems) == (expected, [])
    assert address_of(app).keys() <= SETTINGS.keys()


# A setting's metadata drives the panel.


@pytest.mark.parametrize("dataset", list(DATASETS))
def test_every_field_has_its_widget_and_those_for_drawn_data_only_there(dataset):
    app = open_panel(dataset=dataset)
    assert not app.exception
    widgets = drawn(app)
    expected = {
        name for name, setting in SETTINGS.items() if DATASETS[dataset].synthetic or not setting.synthetic
    }
    assert widgets.keys() == expected
    assert any(setting.synthetic for setting in SETTINGS.values())
    for name, widget in widgets.items():
        setting = SETTINGS[name]
        assert widget.label == setting.label
        assert (widget.help or None) == (setting.help or None)
        assert widget.type == KINDS[setting.widget]


def test_the_chosen_lam_stands_first_and_each_widget_offers_what_can_be_chosen():
    app = open_panel(dataset=SYNTHETIC)
    sliders = [widget.key for widget in app.sidebar.select_slider]
    assert sliders[0] == "lam"
    for name, widget in drawn(app).items():
        setting = SETTINGS[name]
        if setting.widget == "number":
            assert (widget.min, widget.max) == (setting.choices[0], setting.choices[-1])
        elif name == "dataset":
            assert widget.options == list(DATASETS), "a person's own only where there are some"
        else:
            assert widget.options == [format_value(choice) for choice in setting.choices]


def test_data_sets_are_called_as_a_person_writes_them_and_go_by_their_own_names_in_the_address():
    app = open_panel(dataset=SYNTHETIC)
    assert seen(app).options == [source.label for source in DATASETS.values()]
    assert (seen(app).label, seen(app).help) == (drawn(app)["dataset"].label, drawn(app)["dataset"].help)
    assert seen(app).value == SYNTHETIC, "an address opens the box"
    seen(app).set_value(MEASURED).run()
    check_agreement(app, Settings(dataset=MEASURED))
    seen(app).set_value("needles").run()
    check_agreement(app, Settings(dataset="needles"))
    assert address_of(app) == {"dataset": "needles"}
    press(app, "choose", {"dataset": SYNTHETIC})
    check_agreement(app, Settings(dataset=SYNTHETIC))
    assert not seen(app).proto.query_param_key, "what it shows never comes into the address"


def test_words_and_choices_stand_nowhere_but_in_the_field(monkeypatch):
    other = replace(SETTINGS["epochs"], label="Rounds", help="How often.", choices=(50, 300))
    monkeypatch.setitem(SETTINGS, "epochs", other)
    slider = drawn(open_panel())["epochs"]
    assert (slider.label, slider.help, slider.options) == ("Rounds", "How often.", ["50", "300"])


def test_a_field_that_is_synthetic_goes_with_measured_data(monkeypatch):
    monkeypatch.setitem(SETTINGS, "seed", replace(SETTINGS["seed"], synthetic=True))
    assert "seed" in drawn(open_panel(dataset=SYNTHETIC))
    app = open_panel(dataset=MEASURED)
    assert "seed" not in drawn(app)
    assert app.session_state["settings"].seed == 0


def test_every_kind_of_widget_that_a_field_can_name_is_there():
    assert {setting.widget for setting in SETTINGS.values()} <= panel.WIDGETS.keys() == KINDS.keys()
    assert all(isinstance(setting, Setting) for setting in SETTINGS.values())


OTHER = {
    "dataset": SYNTHETIC,
    "hidden": "8-8",
    "learning_rate": 0.1,
    "epochs": 50,
    "n_samples": 100,
    "noise": 0.4,
    "seed": 7,
    "lam": 0.15,
}
FIELDS = {**OTHER, "hidden": (8, 8)}


@pytest.mark.parametrize("name", list(SETTINGS))
def test_each_widget_sets_its_field_and_its_name_in_the_address(name):
    app = open_panel(dataset=SYNTHETIC)
    drawn(app)[name].set_value({**OTHER, "dataset": MEASURED}[name]).run()
    check_agreement(app, Settings(**{"dataset": SYNTHETIC, name: {**FIELDS, "dataset": MEASURED}[name]}))


def test_an_address_sets_every_widget_and_the_defaults_stand_in_none():
    settings = replace(Settings(**FIELDS), hidden=(5, 3))
    check_agreement(open_panel(**settings.to_query()), settings)
    app = open_panel()
    check_agreement(app, Settings())
    assert address_of(app) == {}


def test_the_panel_says_where_the_data_come_from():
    source = DATASETS[MEASURED]
    (caption,) = open_panel(dataset=MEASURED).sidebar.caption
    for text in (source.label, source.about, source.source, source.licence):
        assert text in caption.value


# The one way in which λ is chosen.


@pytest.mark.parametrize("lam", [0.0, 0.15, 10.0, 1000.0])
def test_a_lam_that_is_chosen_is_in_the_panel_the_settings_and_the_address(lam):
    app = open_panel(dataset=MEASURED, hidden="4")
    press(app, "choose_lam", lam)
    check_agreement(app, Settings(dataset=MEASURED, hidden=(4,), lam=lam))
    assert ("lam" in address_of(app)) == (lam != Settings().lam)


@pytest.mark.parametrize("lam", [0.12, -1.0, 2000.0, float("nan"), "10", None])
def test_a_lam_off_the_grid_is_refused_with_a_sentence_and_changes_nothing(lam):
    app = open_panel(lam="20")
    press(app, "choose_lam", lam)
    assert app.exception[0].message.startswith("lam must be one of 0, 0.1, 0.15")
    assert "got" in app.exception[0].message
    app.run()
    assert not app.exception
    check_agreement(app, Settings(lam=20.0))


def test_a_lam_is_chosen_on_a_whole_page():
    app = open_app(topic("histograms"), **QUICK)
    app.select_slider(key="lam").set_value(LAMS[-1]).run()
    assert not app.exception
    assert app.session_state["settings"].lam == LAMS[-1]
    assert address_of(app) == {"lam": "1000", "epochs": "50"}


# Set from elsewhere.


def test_what_is_chosen_from_elsewhere_is_set_and_the_rest_goes_back_to_its_default():
    app = open_panel(seed="5", epochs="50", hidden="3")
    press(app, "choose", {"lam": 50.0, "hidden": (6, 4)})
    check_agreement(app, Settings(lam=50.0, hidden=(6, 4)))
    assert app.session_state["unseen"] == {}


def test_what_was_never_drawn_is_handed_back_for_the_address():
    app = open_panel(dataset=MEASURED)
    press(app, "choose", {"dataset": SYNTHETIC, "noise": 0.4, "n_samples": 100, "compare": "cost"})
    assert app.session_state["unseen"] == {"noise": 0.4, "n_samples": 100}
    assert app.session_state["compare"] == "cost", "a page's own control"
    assert app.session_state["settings"] == Settings(dataset=SYNTHETIC), "they wait for the address"


def test_a_lam_off_the_grid_is_refused_from_elsewhere_too():
    app = open_panel()
    press(app, "choose", {"lam": 0.12})
    assert app.exception[0].message.startswith("lam must be one of")


@pytest.mark.parametrize("hidden", [(), (12, 6), (8,)])
def test_hidden_layers_from_elsewhere_are_offered_in_the_box(hidden):
    app = open_panel(hidden="3")
    press(app, "choose_hidden", hidden)
    check_agreement(app, Settings(hidden=hidden))
    assert format_value(hidden) in drawn(app)["hidden"].options


@pytest.mark.parametrize("epochs", [50, 2000])
def test_epochs_from_elsewhere_are_in_the_panel_the_settings_and_the_address(epochs):
    app = open_panel(lam="20")
    press(app, "choose_epochs", epochs)
    check_agreement(app, Settings(lam=20.0, epochs=epochs))
    assert address_of(app) == {"lam": "20", "epochs": str(epochs)}


def test_epochs_that_the_panel_does_not_have_are_refused_and_change_nothing():
    app = open_panel(lam="20")
    press(app, "choose_epochs", 77)
    assert app.exception[0].message.startswith("epochs must be one of 50, 100")
    app.run()
    check_agreement(app, Settings(lam=20.0))


# What an address or a box cannot have.


def test_a_broken_address_opens_at_the_defaults_and_says_so():
    app = open_app(topic("sparsity"), lam="abc", dataset="nope", seed="-1", hidden="9999")
    assert not app.exception
    sentences = [warning.value for warning in app.warning]
    assert len(sentences) == 4
    for name in ("lam", "dataset", "seed", "hidden"):
        assert any(sentence.startswith(SETTINGS[name].label) for sentence in sentences)
    default = core.Settings()
    assert app.select_slider(key="lam").value == default.lam
    assert app.selectbox(key="dataset").value == default.dataset
    assert app.number_input(key="seed").value == default.seed
    assert app.selectbox(key="hidden").value == "8"
    assert dict(app.query_params) == {}
    app.select_slider(key="lam").set_value(20.0).run()
    assert not app.warning, "the sentences go with the next choice"


@pytest.mark.parametrize("text", RUBBISH)
def test_whatever_an_address_says_the_page_opens_and_says_what_was_wrong(text):
    query = dict.fromkeys(SETTINGS, text)
    app = open_panel(**query, tour="x", present="1")
    settings, problems = Settings.from_query(query)
    check_agreement_beside(app, settings, {"tour": "x", "present": "1"})
    assert [warning.value for warning in app.warning] == list(map(in_words, problems))
    assert len(problems) >= len(SETTINGS) - 4, "most of them take none of it"


@pytest.mark.parametrize("name", list(SETTINGS))
def test_one_wrong_value_leaves_all_others_in_the_address(name):
    good = Settings(**FIELDS).to_query()
    for text in ("inf", "nan", "1e309", "９９９９"):
        app = open_panel(**{**good, name: text}, tour="x")
        expected = replace(Settings(**FIELDS), **{name: getattr(Settings(), name)})
        check_agreement_beside(app, expected, {"tour": "x"})
        (warning,) = app.warning
        assert warning.value.startswith(f"{SETTINGS[name].label} must be")


def check_agreement_beside(app: AppTest, expected: Settings, others: dict[str, str]) -> None:
    """Settings and address say the same, and the address has these beside them."""
    assert not app.exception
    assert app.session_state["settings"] == expected.reduced(), "what is not drawn plays no part"
    assert address_of(app) == expected.to_query() | others


@pytest.mark.parametrize("text", ["2", "maybe", "inf"])
def test_a_switch_that_is_neither_on_nor_off_is_off_and_that_is_said(text):
    app = open_panel(present=text, seed="5")
    (warning,) = app.warning
    assert warning.value == f"present must be 1 or 0, got '{text}'; 0 is used"
    assert address_of(app) == {"seed": "5"}


def test_an_address_too_long_for_a_camera_opens_all_the_same():
    app = open_app(topic("sparsity"), x="y" * 20_000, **QUICK)
    app.session_state["share"] = True
    app.run()
    assert not app.exception
    assert any("too long for a QR code" in caption.value for caption in app.main.caption)


def test_what_was_right_in_a_broken_address_stays():
    app = open_app(topic("sparsity"), lam="abc", epochs="50", hidden="4")
    assert app.select_slider(key="epochs").value == 50
    assert app.selectbox(key="hidden").value == "4"
    assert len(app.warning) == 1


def test_sentences_about_an_address_stay_until_something_else_is_chosen():
    app = open_panel(lam="abc", epochs="50")
    assert [warning.value.split(",")[0] for warning in app.warning] == ["Penalty strength λ must be a number"]
    app.run()
    assert len(app.warning) == 1
    drawn(app)["seed"].set_value(1).run()
    assert not app.warning
    check_agreement(app, Settings(epochs=50, seed=1))


def test_names_that_are_no_setting_are_left_in_the_address():
    app = open_panel(lam="abc", layer="1", tour="exact-zeros")
    assert address_of(app) == {"layer": "1", "tour": "exact-zeros"}


@pytest.mark.parametrize("text", ["", "none", "0", "8,4", " 8 4 "])
def test_other_ways_to_write_the_hidden_layers_are_understood(text):
    app = open_app(topic("sparsity"), hidden=text, **QUICK)
    assert not app.exception
    assert not app.warning
    if text:  # Streamlit takes a name without a value out of the address
        assert app.session_state["settings"].hidden == ((8, 4) if "8" in text else ())


@pytest.mark.parametrize("text", ["a lot", "9999", "8-8-8-8-8", "-"])
def test_what_is_no_list_of_widths_is_put_back_and_nothing_is_lost(text):
    app = open_panel(hidden="5-3", seed="3")
    press(app, "type", text)
    (warning,) = app.warning
    assert warning.value.startswith("Hidden layers must be")
    assert warning.value.endswith("5-3 is used")
    check_agreement(app, Settings(hidden=(5, 3), seed=3))
    press(app, "type", "6, 2")
    assert not app.warning
    check_agreement(app, Settings(hidden=(6, 2), seed=3))


def test_settings_are_all_of_what_the_panel_says():
    assert asdict(Settings()).keys() == SETTINGS.keys() == OTHER.keys()


# What goes with a data set.

OVERFITTED = [name for name, source in DATASETS.items() if source.overfits_at]


def test_data_in_a_plane_come_with_settings_at_which_they_are_overfitted():
    assert [name for name in DATASETS if core.load_dataset(name).in_a_plane] == OVERFITTED
    app = open_panel()
    for name in OVERFITTED:
        app.sidebar.selectbox(key=SEEN_KEY).set_value(name).run()
        assert app.session_state["settings"] == Settings(dataset=name, **DATASETS[name].overfits_at)
        for key, value in DATASETS[name].overfits_at.items():
            shown = format_value(value)
            assert shown in app.query_params.get(key, format_value(getattr(Settings(), key))), key
    app.sidebar.selectbox(key=SEEN_KEY).set_value("wine").run()
    assert app.session_state["settings"].reduced() == Settings(dataset="wine"), "and leave nothing behind"


def test_what_was_chosen_by_hand_stays_when_the_data_change():
    app = open_panel(learning_rate="0.1", hidden="5", seed="3", lam="2")
    app.sidebar.selectbox(key=SEEN_KEY).set_value("moons").run()
    found = app.session_state["settings"]
    assert (found.learning_rate, found.hidden, found.seed, found.lam) == (0.1, (5,), 3, 2.0)
    assert (found.n_samples, found.noise, found.epochs) == (100, 0.5, 300)
    app.sidebar.select_slider(key="noise").set_value(0.1).run()
    app.sidebar.selectbox(key=SEEN_KEY).set_value("circles").run()
    found = app.session_state["settings"]
    assert (found.noise, found.n_samples) == (0.1, 200)


def test_a_link_to_data_in_a_plane_is_taken_at_its_word():
    assert open_panel(dataset="moons").session_state["settings"] == Settings(dataset="moons")


@pytest.mark.parametrize("name", OVERFITTED)
def test_at_those_settings_the_samples_are_memorized_and_a_penalty_helps(name):
    settings = Settings(dataset=name, **DATASETS[name].overfits_at)
    data, fresh = settings.load(), settings.load_fresh()
    for run in core.train_grid(data, settings, snapshots=2, method="accelerated").values():
        training, true = run.cross_entropy(data.X_train, data.y_train), run.cross_entropy(*fresh)
        assert training[0] < 0.2
        assert true[0] > 5 * training[0], "what it has learned of them is noise"
        assert np.nanmin(true) < true[0] / 2

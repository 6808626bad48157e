"""What every topic keeps to, a new one by itself: its page, picture, script, and a third penalty."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import altair as alt
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import core
from core import LECTURED, PENALTIES, Run, Settings, variance
from core.settings import EPOCHS, LAMS
from tests.app import (
    QUICK,
    chart,
    context_at,
    has_chart,
    open_app,
    sentences,
    settled_picture,
    tables_as_sent,
)
from tests.thorough import some
from tests.ui.topics.places import ENDS, HIDDEN, SEED, settings_at, written
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.pictures.picture import Picture
from ui.topics import TOPICS
from ui.topics.bias_variance import width
from ui.topics.script import settings_source
from ui.topics.topic import FURTHER, Need, Topic
from ui.work import curves

SOON = {"solver_steps": 300, "variance_seeds": 3}
AT_SOON = {name: str(value) for name, value in SOON.items()}
ELASTIC = PENALTIES["elastic_net"]
SMALL = Settings(dataset="moons", hidden=(4, 3), epochs=50, n_samples=100, noise=0.5, lam=20.0)
DIVERGING = {"dataset": "wine", "learning_rate": "3", "hidden": "4"}
# The table that the chosen λ changes where it is not the mark at λ alone: of what is shown at one λ.
OF_THE_CHOSEN_LAM = {
    "converter": "libraries",
}
# How many numbers a script prints at the least, where it prints more than a few.
PRINTED = {
    "overview": 9,
    "sparsity": 9,
    "histograms": 11,
    "weight_decay": 11,
    "bias_variance": 12,
    "solvers": 9,
}
FEW = 4
# In a race hidden layers play no part.
AT_HIDDEN = [
    (topic, hidden) for topic in TOPICS for hidden in (HIDDEN[-1:] if topic.needs is Need.RACE else HIDDEN)
]
WITH_CHART = [topic for topic in TOPICS if has_chart(topic)]
AT_REST = [topic for topic in TOPICS if topic.needs is Need.REST]
IN_TRAINING = [topic for topic in TOPICS if topic.needs is Need.TRAINING]


def by_topic(topics: list[Topic] | tuple[Topic, ...]) -> pytest.MarkDecorator:
    """A test for each of these."""
    return pytest.mark.parametrize("topic", topics, ids=lambda topic: topic.key)


def picture_of(topic: Topic, settings: Settings, theme: str = "light") -> Picture:
    """What a page has to show at these settings."""
    return settled_picture(topic, replace(context_at(settings, SOON), theme=theme))


def largest(packed: Mapping[str, bytes]) -> str:
    """The table that holds most."""
    return max(packed, key=lambda name: len(packed[name]))


def assert_shown(app: AppTest, picture: Picture, at: object) -> None:
    """The page shows this picture, all of its tables and all of its sentences, and no other."""
    assert not app.exception, at
    assert app.title, at
    if picture.missing:
        assert picture.missing in [info.value for info in app.info], at
        assert not app.get("vega_lite_chart"), at
        return
    assert sentences(app) == "\n".join(f"- {note}" for note in picture.notes), at
    if picture.spec is None:
        assert app.main.code[-1].value, at
        return
    charts = [one for row in picture.charts for one in row]
    sent = {name: table for one in charts if not one.living for name, table in one.spec["datasets"].items()}
    assert tables_as_sent(app) == sent, at
    unseen = {name for one in charts if one.living for name in one.names}
    assert set(picture.tables) - sent.keys() - unseen <= set(picture.positions.values()), (
        "only titles stay behind"
    )
    if "chosen" in picture.tables:
        assert picture.tables["chosen"].k.tolist() == [LAMS.index(app.select_slider(key="lam").value)], at


# The page.


@by_topic(TOPICS)
def test_the_page_opens_at_the_defaults(topic):
    app = open_app(topic)
    assert not app.warning
    assert [title.value for title in app.title] == [topic.page_heading]
    assert "What to notice" in [header.value for header in app.header]
    picture = settled_picture(topic, context_at())
    assert_shown(app, picture, "the defaults")
    if topic in WITH_CHART and not picture.living:
        spec, _ = chart(app)
        assert {name: spec[name] for name in picture.spec if name != "params"} == {
            name: part for name, part in picture.spec.items() if name != "params"
        }


@pytest.mark.usefixtures("two_folds")
@pytest.mark.parametrize(
    ("topic", "hidden"), AT_HIDDEN, ids=[f"{topic.key}-{written(hidden)}" for topic, hidden in AT_HIDDEN]
)
def test_the_page_works_with_its_data_sets_at_both_ends_of_the_grid(topic, hidden, monkeypatch):
    """Each data set with one of HIDDEN, with another on the next page; a third of them where not THOROUGH.

    The digits, which take longest, have no hidden layers here.
    """
    monkeypatch.setattr(curves, "AUTO_SECONDS", 60.0)
    monkeypatch.setattr(variance, "N_SIZES", 3)
    for module in (curves, width):
        monkeypatch.setattr(module, "WIDTHS", (1, 3))
    app = open_app(topic, hidden=written(hidden), seed=str(SEED), **AT_SOON, **QUICK)
    turn = TOPICS.index(topic) - HIDDEN.index(hidden)
    here = [
        dataset
        for i, dataset in enumerate(core.DATASETS)
        if topic.needs is Need.RACE or not (bool(hidden) if dataset == "digits" else (i + turn) % len(HIDDEN))
    ]
    for dataset in some(here, 3, turn):
        app.selectbox(key="dataset").set_value(dataset)
        for lam in ENDS:
            app.select_slider(key="lam").set_value(lam).run()
            settings = settings_at(dataset, hidden, lam)
            assert_shown(app, picture_of(topic, settings), (dataset, lam))
            if not topic.lacks_hidden(context_at(settings)):
                said = "\n".join([sentences(app), *(info.value for info in app.info)])
                assert f"λ = {lam:g}" in said, (dataset, lam)


@pytest.mark.usefixtures("two_folds")
@by_topic(WITH_CHART)
def test_the_page_opens_at_the_lam_of_the_address(topic):
    app = open_app(topic, lam="70", dataset="moons", hidden="4", **AT_SOON, **QUICK)
    settings = Settings(lam=70.0, dataset="moons", hidden=(4,), epochs=50)
    assert_shown(app, picture_of(topic, settings), "λ = 70")


@pytest.mark.usefixtures("two_folds")
@by_topic(WITH_CHART)
def test_a_rerun_changes_the_tables_and_not_the_spec(topic):
    app = open_app(topic, dataset="moons", hidden="4", **AT_SOON, **QUICK)
    (spec, _), tables = chart(app), tables_as_sent(app)
    app.select_slider(key="lam").set_value(100.0)
    app.number_input(key="seed").set_value(3)
    app.select_slider(key="learning_rate").set_value(0.1).run()
    assert chart(app)[0] == spec
    name = OF_THE_CHOSEN_LAM.get(topic.key, largest(tables))
    assert tables_as_sent(app)[name] != tables[name]


def wine(penalty: str, learning_rate: float, method: str = "proximal") -> Run:
    """What DIVERGING trains, by itself, for 50 epochs."""
    data = core.load_dataset("wine")
    return core.train(
        *(data.X_train, data.y_train, (4,), penalty, LAMS, learning_rate), epochs=50, method=method
    )


@by_topic(IN_TRAINING)
def test_trainings_that_fail_are_told_with_a_learning_rate_at_which_they_do_not(topic):
    app = open_app(topic, lam="1", **DIVERGING, **QUICK)
    assert not app.exception
    runs = {name: wine(name, 3.0) for name in LECTURED}
    failed = [PENALTIES[name].label for name, run in runs.items() if not run.sound.all()]
    assert [warning.value.split()[0] for warning in app.warning] == failed
    assert "L2" in failed, "this α is meant to be too large for some λ"
    warning = app.warning[failed.index("L2")].value
    first = runs["l2"].diverged_at[runs["l2"].diverged_at >= 0].min()
    assert warning.startswith("L2 diverged")
    assert f"stopped being finite at epoch {first}" in warning
    steady = float(re.search(r"With ([\d.]+) in place of the learning rate α, now 3,", warning)[1])
    assert wine("l2", steady).sound.all()
    chart(app)


@by_topic(AT_REST)
def test_where_plain_steps_fail_the_networks_at_rest_do_not(topic):
    app = open_app(topic, lam="1000", **DIVERGING, **QUICK)
    assert not app.exception
    assert not app.warning
    assert not wine("l2", 3.0).sound.all()
    assert wine("l2", 3.0, "accelerated").at_rest[-1]
    assert chart(app)[1]["readout"].rest.iloc[-1].startswith("at rest")
    assert any("λ = 1000" in note and "L2" in note for note in sentences(app).splitlines())


@by_topic(AT_REST)
def test_a_network_that_is_not_at_rest_is_named_and_given_more_epochs(topic):
    app = open_app(topic, lam="0.5", dataset="moons", hidden="4", n_samples="100", **QUICK)
    context = context_at(dataset="moons", hidden=(4,), n_samples=100, lam=0.5, epochs=50)
    (info,) = app.info
    assert info.value == topic.unrest(context)
    for label, run in context.networks.runs.items():
        assert f"{label} is {run.residual[-1, context.k]:.2g} from rest" in info.value
    assert "after 50 epochs" in info.value
    assert app.button(key="more_epochs").label == "Train 200 epochs"
    app.button(key="more_epochs").click().run()
    assert not app.exception
    assert app.session_state.settings.epochs == 200
    app.select_slider(key="lam").set_value(100.0).run()
    assert not app.info, "it is at rest"
    assert "more_epochs" not in {button.key for button in app.button}


def test_without_a_penalty_and_after_the_most_epochs_there_is_none_to_be_given():
    (topic,) = [topic for topic in AT_REST if topic.key == "hidden_units"]
    small = {"dataset": "moons", "n_samples": "50", "hidden": "2", "learning_rate": "0.01"}
    for lam, epochs in (("0", "50"), ("0.1", str(EPOCHS[-1]))):
        app = open_app(topic, lam=lam, epochs=epochs, **small)
        assert f"λ = {lam}" in app.info[0].value
        assert f"after {int(epochs):,} epochs" in app.info[0].value
        assert "more_epochs" not in {button.key for button in app.button}


def test_a_topic_is_about_networks_at_rest_or_in_training():
    context = context_at(SMALL)
    for topic in TOPICS:
        networks = context.networks if topic.needs is Need.REST else context.training
        assert topic.networks(context) is networks
        assert {run.method for run in networks.runs.values()} == {topic.method}
    assert {topic.key for topic in TOPICS if topic.method == "accelerated"} == {
        *("overview", "sparsity", "hidden_units", "linearity")
    }


@by_topic([topic for topic in TOPICS if topic.remedy])
def test_the_button_gives_the_network_hidden_layers(topic):
    app = open_app(topic, hidden="none", **QUICK)
    assert not app.get("vega_lite_chart")
    assert topic.remedy.sentence in [info.value for info in app.info]
    app.button(key="remedy").click().run()
    assert not app.exception
    assert app.session_state.settings.hidden == topic.remedy.hidden
    chart(app)


# The picture.


@by_topic(TOPICS)
def test_another_lam_changes_its_table_and_its_sentences_and_not_the_spec(topic):
    one, other = (picture_of(topic, replace(SMALL, lam=lam)) for lam in (1.0, 50.0))
    assert other.spec == one.spec
    assert other.notes != one.notes
    name = OF_THE_CHOSEN_LAM.get(topic.key, "chosen")
    assert other.packed[name] != one.packed[name]
    if name == "chosen":
        ks = [picture.tables["chosen"].k.tolist() for picture in (one, other)]
        assert ks == [[LAMS.index(1.0)], [LAMS.index(50.0)]]


@by_topic(WITH_CHART)
def test_a_chart_is_built_once_for_its_shape_and_its_theme(topic, theme, monkeypatch):
    one = picture_of(topic, SMALL, theme)
    other_theme = picture_of(topic, SMALL, "dark" if theme == "light" else "light")
    assert other_theme.spec != one.spec
    monkeypatch.setattr(alt.TopLevelMixin, "to_dict", None)  # what makes a spec of a chart
    other = picture_of(topic, replace(SMALL, seed=2), theme)
    assert other.spec == one.spec
    name = largest(one.packed)
    assert other.packed[name] != one.packed[name]


def penalties_of(table: pd.DataFrame) -> Iterator[set[str]]:
    """The labels of penalties that its columns bear, and those in its column of penalties."""
    yield set(map(str, table.columns))
    if "penalty" in table:
        yield set(map(str, table.penalty))


@by_topic([topic for topic in TOPICS if FURTHER in topic.controls])
def test_a_third_penalty_stands_wherever_the_two_stand_beside_each_other_once_it_is_asked_for(topic):
    without, asked = context_at(SMALL, SOON), context_at(SMALL, SOON | {FURTHER.key: ELASTIC.name})
    picture = topic.picture(asked)
    assert not picture.missing
    for name, table in picture.tables.items():
        for labels in penalties_of(table):
            if labels >= {"L1", "L2"}:
                assert ELASTIC.label in labels, name
    assert picture.tables["readout"][ELASTIC.label].str.startswith(f"{ELASTIC.label}: ").all()
    assert any(ELASTIC.label in note for note in picture.notes)
    assert f'"text": {{"field": "{ELASTIC.label}"' in json.dumps(picture.spec)
    compile(picture.script, topic.key, "exec")
    assert f'penalties = ("l1", "l2", "{ELASTIC.name}")' in picture.script
    before = topic.picture(without)
    assert f'"field": "{ELASTIC.label}"' not in json.dumps(before.spec)
    assert ELASTIC.label not in words_of(before)
    assert not any(
        ELASTIC.label in labels for table in before.tables.values() for labels in penalties_of(table)
    )


@by_topic(TOPICS)
def test_each_penalty_that_a_page_lets_one_choose_has_its_picture_and_its_sentences(topic):
    for control in topic.controls:
        if ELASTIC.name not in control.values_in(context_at(SMALL)) or control is FURTHER:
            continue
        context = context_at(SMALL, SOON | {control.key: ELASTIC.name})
        picture = topic.picture(context)
        assert not picture.missing
        assert topic.mathematics(context)
        compile(picture.script, topic.key, "exec")
        assert f'penalty = "{ELASTIC.name}"' in picture.script


@by_topic(WITH_CHART)
def test_every_panel_is_as_vega_lite_has_it(topic):
    """`finish` does not look, since that takes a person's time."""
    for panel in picture_of(topic, SMALL).spec["vconcat"]:
        alt.LayerChart.from_dict(panel)


# The script.


@by_topic(TOPICS)
def test_the_script_as_it_stands_prints_the_numbers_of_the_page(topic, tmp_path):
    context = context_at()
    settled_picture(topic, context)
    as_it_stands = (topic.folder / "script.py").read_text(encoding="utf-8")
    filled_in = topic.script(context)
    assert filled_in.replace(settings_source(context.settings), "core.Settings()") == as_it_stands
    printed = printed_by(as_it_stands, tmp_path)
    assert len(numbers_in(printed)) >= PRINTED.get(topic.key, FEW)
    assert numbers_in(printed) <= numbers_in(words_of(topic.picture(context))), printed

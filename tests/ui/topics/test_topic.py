"""What a page is, as a value, and what it is shown of: topics complete, contexts that make work once."""

from dataclasses import replace

import pytest

import core
from core import LECTURED, PENALTIES, Settings
from core.settings import LAMS, SETTINGS, UPLOAD
from tests.app import SHELF, context_at
from tests.ui.data.own_tables import own_shelf
from ui.base.theme import INKS
from ui.topics import TOPICS
from ui.topics.script import run_file, script_file, settings_source
from ui.topics.topic import (
    Context,
    Control,
    Topic,
    penalty_control,
)
from ui.work.networks import networks
from ui.work.tasks import run_now

SMALL = {"dataset": "moons", "n_samples": 50, "hidden": (4, 3), "epochs": 50}
OWN = Settings(dataset=UPLOAD, hidden=(4, 3), epochs=50)
every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)


def context_of(where: str) -> Context:
    """The program's data, or a person's own."""
    return Context(OWN, own_shelf(), "light", run_now) if where == "own" else context_at(**SMALL)


# Topics.


@every_topic
def test_a_topic_has_its_folder_its_page_and_its_words(topic):
    for name in ("__init__.py", "script.py", "mathematics.md"):
        assert (topic.folder / name).is_file()
    assert (topic.folder.parents[2] / topic.file).is_file()
    for text in (topic.title, topic.address, topic.sentence, topic.todo, topic.idea):
        assert text
    assert topic.page_heading
    assert not topic.page_heading.endswith(".")
    assert topic.todo[-1] in ".?"
    assert "\n" not in topic.todo
    assert len(topic.todo) < len(topic.idea), "what to do is read before the picture, the idea after it"


def test_no_two_topics_share_a_key_a_title_or_an_address():
    for name in ("key", "title", "address", "sentence"):
        assert len({getattr(topic, name) for topic in TOPICS}) == len(TOPICS)


@pytest.mark.parametrize("where", ["program", "own"])
@every_topic
def test_the_mathematics_and_the_script_are_filled_whatever_the_data(topic, where):
    context = context_of(where)
    text = topic.mathematics(context)
    assert "<<" not in text
    assert "<%" not in text
    script = topic.script(context)
    compile(script, script_file(topic.key), "exec")
    own = context.settings.dataset == UPLOAD
    assert (run_file(context.settings) in script) == own, "a person's data come from the run beside it"


@every_topic
def test_a_picture_bears_its_topics_key_and_its_script(topic):
    picture = topic.picture(context_of("program"))
    assert picture.key == topic.key
    assert not picture.missing
    assert picture.alt
    assert picture.notes
    assert picture.script


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.remedy], ids=lambda topic: topic.key)
def test_a_topic_that_needs_hidden_layers_says_so_without(topic):
    without = context_at(**SMALL | {"hidden": ()})
    assert topic.lacks_hidden(without)
    assert topic.picture(without).missing == topic.remedy.sentence
    assert not topic.lacks_hidden(without.at(replace(without.settings, hidden=topic.remedy.hidden)))


def test_controls_over_the_penalties_offer_the_lectures_or_the_whole_registry():
    context = context_at(**SMALL)
    by_name, every = penalty_control("a"), penalty_control("b", names=tuple(PENALTIES))
    assert by_name.values_in(context) == LECTURED
    assert every.values_in(context) == tuple(PENALTIES)
    assert [every.shown(name, context) for name in PENALTIES] == [p.label for p in PENALTIES.values()]
    assert by_name.default_in(context) == "l2"


@every_topic
def test_an_address_means_a_choice_by_its_text_whatever_its_case(topic):
    context = context_at(dataset="wine", hidden=(4, 3))
    for control in topic.controls:
        for value in control.values_in(context):
            assert control.parse(str(value), context) == value
            assert control.parse(str(value).upper(), context) == value
        assert control.parse("no such choice", context) is None


@pytest.mark.parametrize("label", [PENALTIES[name].label for name in LECTURED])
def test_a_link_from_before_that_names_a_penalty_by_its_label_goes_on_working(label):
    context = context_at(dataset="moons")
    for topic in TOPICS:
        for control in topic.controls:
            if label in [PENALTIES[name].label for name in control.values_in(context) if name in PENALTIES]:
                assert PENALTIES[control.parse(label, context)].label == label


@pytest.mark.parametrize("key", ["converter", "solvers", "weight_decay", "sparsity", "overview"])
def test_the_mathematics_writes_a_large_lam_as_it_is_written_everywhere(key):
    (topic,) = [each for each in TOPICS if each.key == key]
    text = topic.mathematics(
        context_at(dataset="moons", lam=1000.0, epochs=50, choices={"solver_steps": 300})
    )
    assert "1000" in text
    assert "1e+03" not in text


# Scripts.


@pytest.mark.parametrize("dataset", list(core.DATASETS))
def test_settings_in_a_script_are_those_of_the_panel(dataset):
    chosen = {"hidden": (5, 3), "learning_rate": 0.03, "n_samples": 100, "noise": 0.4, "seed": 7, "lam": 0.15}
    settings = Settings(dataset=dataset, epochs=50, **chosen)
    source = settings_source(settings)
    assert eval(source, {"core": core}) == settings.reduced()
    for name, setting in SETTINGS.items():
        assert (f" {name}=" in source) == (settings.is_synthetic or not setting.synthetic), name


@pytest.mark.parametrize(
    ("text", "n"), [("deviation = 0.1\ndeviation = 0.2\n", 2), ("other = 1\n", 0), ("  deviation = 1\n", 0)]
)
def test_a_script_that_does_not_assign_a_constant_in_one_line_is_refused(monkeypatch, tmp_path, text, n):
    folder = tmp_path / "made_up"
    folder.mkdir()
    (folder / "script.py").write_text("settings = core.Settings()\ndata = settings.load()\n" + text)
    monkeypatch.setattr("ui.topics.topic.TOPICS_FOLDER", tmp_path)
    topic = Topic("made_up", "T", "t", "S.", "I.", lambda context: None, constants=lambda c: {"deviation": 3})
    with pytest.raises(ValueError, match=f"must assign deviation in one line, got {n} such lines"):
        topic.script(context_at(**SMALL))


# Contexts.


def test_a_context_knows_its_lam_its_place_in_the_grid_and_its_data():
    context = context_at(lam=0.15, **SMALL)
    assert (context.lam, LAMS[context.k], context.lam_text) == (0.15, 0.15, "λ = 0.15")
    assert context.labels == tuple(f"{lam:g}" for lam in LAMS)
    assert context.data is SHELF.load(context.settings).data
    assert context.ink == INKS["light"]
    assert replace(context, theme="dark").ink == INKS["dark"]


def test_work_is_done_once_for_a_context_and_for_all_that_are_made_of_it():
    asked = []

    def runner(batch):
        asked.append(batch.key)
        return run_now(batch)

    context = replace(context_at(**SMALL), runner=runner, made={})
    first = context.networks
    assert context.networks is first
    assert context.get(networks(context.settings, context.shelf)) is first
    assert context.at(replace(context.settings, lam=50.0)).networks is first, "λ plays no part"
    straight = context.without_hidden
    assert {run.hidden for run in straight.runs.values()} == {()}
    assert context.without_hidden is straight
    training = context.training
    assert context.training is training
    assert training is not first
    assert len(asked) == len(set(asked)) == 3
    methods = [{run.method for run in made.runs.values()} for made in (first, straight, training)]
    assert methods == [{"accelerated"}, {"accelerated"}, {"proximal"}]
    snapshots = [{len(run.epochs) for run in made.runs.values()} for made in (first, straight, training)]
    assert snapshots == [{2}, {2}, {51}], "only a training is shown on its way"


def test_a_control_that_does_not_apply_has_nothing_to_choose():
    control = Control("a", "A", (1, 2), 2, applies=lambda context: context.data.in_a_plane)
    plane, other = context_at(**SMALL), context_at(dataset="wine", hidden=(), epochs=50)
    for context, chosen in ((plane, 1), (other, 2)):
        assert replace(context, choices={"a": 1})[control] == chosen
    assert control.values_in(other) == ()


def test_values_and_default_may_depend_on_the_context():
    control = Control("a", "A", lambda c: range(c.data.n_features), lambda c: c.data.n_features - 1)
    assert [context_at(dataset=name)[control] for name in ("moons", "wine")] == [1, 12]

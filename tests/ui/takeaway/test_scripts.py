"""The scripts that a person takes along: each runs with core alone and prints numbers that its page says."""

from pathlib import Path

import pytest

import core
from tests.app import context_at, settled_picture
from tests.ui.takeaway.own import own_context
from tests.ui.topics.scripts import numbers_in, printed_by, words_of
from ui.takeaway.buttons import run_bytes
from ui.topics import TOPICS
from ui.topics.script import run_file
from ui.topics.topic import Context, Topic

QUICK = core.Settings(dataset="moons", hidden=(4,), learning_rate=0.1, epochs=50, lam=10.0, n_samples=100)
SOON = {"solver_steps": 300}
AT = {"quick": context_at(QUICK, SOON), "own_data": own_context(choices=SOON)}


@pytest.mark.parametrize("context", AT.values(), ids=AT)
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_the_script_prints_the_numbers_of_the_page_with_core_alone(
    topic: Topic, context: Context, tmp_path: Path
):
    picture = settled_picture(topic, context)
    assert not picture.missing
    if context.shelf.own:
        (tmp_path / run_file(context.settings)).write_bytes(run_bytes(topic, context))
    said = printed_by(picture.script, tmp_path)
    found = numbers_in(said)
    assert len(found) >= 3
    assert found <= numbers_in(words_of(picture)), said

"""The process that draws: what it draws, that it goes on after what cannot be drawn, and that it ends."""

import json
import time
from collections.abc import Iterator

import psutil
import pytest

from ui.pictures.drawer import Drawer, DrawingError

SPEC = json.dumps(
    {"data": {"values": [{"x": 1}, {"x": 2}]}, "mark": "point", "encoding": {"x": {"field": "x"}}}
)


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    found = Drawer()
    yield found
    found.close()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_one_process_draws_a_chart_after_the_other_in_each_ending(drawer):
    before = children()
    assert drawer.draw("svg", SPEC).startswith(b"<svg")
    (started,) = children() - before
    wide, twice = (int.from_bytes(drawer.draw("png", SPEC, scale)[16:20], "big") for scale in (1, 2))
    assert twice == pytest.approx(2 * wide, abs=2)
    assert children() - before == {started}


def test_what_cannot_be_drawn_is_said_and_the_next_chart_is_drawn(drawer):
    for spec in ("{", '{"mark": "nothing"}', ""):
        with pytest.raises(DrawingError, match="could not be drawn"):
            drawer.draw("svg", spec)
    assert drawer.draw("svg", SPEC).startswith(b"<svg")


def test_a_process_that_was_ended_is_begun_anew(drawer):
    before = children()
    drawer.draw("svg", SPEC)
    (started,) = children() - before
    psutil.Process(started).kill()
    psutil.wait_procs([psutil.Process(started)] if psutil.pid_exists(started) else [], timeout=5)
    assert drawer.draw("svg", SPEC).startswith(b"<svg")


def test_a_chart_that_takes_too_long_is_given_up():
    drawer = Drawer(patience=0.01)
    with pytest.raises(DrawingError, match="took too long"):
        drawer.draw("svg", SPEC)
    assert not drawer.is_running


def test_it_ends_once_nobody_has_asked_for_a_while():
    drawer = Drawer(idle=0.2)
    drawer.draw("svg", SPEC)
    assert drawer.is_running
    deadline = time.monotonic() + 20
    while drawer.is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not drawer.is_running
    assert drawer.draw("svg", SPEC).startswith(b"<svg")
    drawer.close()


def test_nothing_is_fetched(drawer):
    spec = json.loads(SPEC) | {"data": {"url": "http://127.0.0.1:9/x.json"}}
    with pytest.raises(DrawingError):
        drawer.draw("svg", json.dumps(spec))

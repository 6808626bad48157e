"""What a session remembers: declared once, with a first value and a type, and nobody else's."""

import ast
from pathlib import Path

import pytest

from core import Settings
from core.settings import SETTINGS
from tests.app import run_task
from ui.base.address import PRESENT
from ui.base.session import NO_PROBLEM, Remembered, Session

ROOT = Path(__file__).parents[3]
REMEMBERED = {name: thing for name, thing in vars(Session).items() if isinstance(thing, Remembered)}
FIRST = {
    "settings": Settings(),
    "settings_problem": NO_PROBLEM,
    "last_hidden": None,
    "restore_hidden": False,
    "own": None,
    "own_stores": {},
    "own_round": 0,
    "stopped": frozenset(),
    "trials": {},
    "pinned": (),
    "tour_step": None,
    "tour_shown": False,
}


@pytest.mark.parametrize("name", list(FIRST))
def test_each_thing_has_its_first_value_keeps_what_is_set_and_goes_back_when_deleted(name):
    seen = []
    app = run_task(lambda session: seen.append(getattr(session, name)))
    run_task(lambda session: setattr(session, name, "something else"), app)
    run_task(lambda session: seen.append(getattr(session, name)), app)
    run_task(lambda session: delattr(session, name), app)
    run_task(lambda session: seen.append(getattr(session, name)), app)
    assert seen == [FIRST[name], "something else", FIRST[name]]


def test_what_was_never_set_can_be_deleted_all_the_same():
    app = run_task(lambda session: delattr(session, "own_file"))
    assert "own_file" not in app.session_state


def test_what_is_put_into_a_first_value_is_there_in_the_next_run_and_in_no_other_session():
    seen = []
    app = run_task(lambda session: session.tour_results.update(first=True))
    run_task(lambda session: seen.append(dict(session.tour_results)), app)
    run_task(lambda session: seen.append(dict(session.tour_results)))
    run_task(lambda session: delattr(session, "tour_results"), app)
    run_task(lambda session: seen.append(dict(session.tour_results)), app)
    assert seen == [{"first": True}, {}, {}]


def test_each_name_is_its_own_key_and_two_never_share_one():
    assert len(REMEMBERED) > 20
    assert {name: thing.key for name, thing in REMEMBERED.items()} == {name: name for name in REMEMBERED}
    assert len({id(thing) for thing in REMEMBERED.values()}) == len(REMEMBERED)


def test_what_is_set_under_one_name_is_seen_under_no_other():
    names = list(REMEMBERED)
    seen = {}

    def fill(session) -> None:
        for name in names:
            setattr(session, name, f"of {name}")
        seen.update({name: getattr(session, name) for name in names})

    run_task(fill)
    assert seen == {name: f"of {name}" for name in names}


def sources() -> dict[Path, ast.AST]:
    """All modules that a session runs through."""
    paths = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "dashboard.py"]
    return {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_no_widget_has_the_name_of_a_remembered_thing():
    keys = {
        word.value.value
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and not ast.unparse(node.func).endswith("container")  # it has no state
        for word in node.keywords
        if word.arg == "key" and isinstance(word.value, ast.Constant)
    }
    assert {"more_epochs", "tour_on"} <= keys
    assert {*keys, *SETTINGS, PRESENT} & REMEMBERED.keys() == set()


def test_what_a_session_remembers_is_reached_through_it_alone():
    """`st.session_state.stopped` beside `session.stopped` would be a second place that names the key."""
    for path, tree in sources().items():
        if path.name == "session.py":
            continue
        for node in ast.walk(tree):
            of = name = ""
            if isinstance(node, ast.Attribute):
                of, name = ast.unparse(node.value), node.attr
            elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                of, name = ast.unparse(node.value), node.slice.value
            if of in ("st.session_state", "state"):
                assert name not in REMEMBERED, f"{path}: {ast.unparse(node)}"

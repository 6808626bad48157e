"""The room itself: its steps import one way, it knows no Streamlit, and what it exports is there."""

import ast
from pathlib import Path

import pytest

import ui.data.upload

ROOM = Path(ui.data.upload.__file__).parent
ORDER = ("sentences", "packed", "decode", "cells", "rows", "typed", "names", "columns", "read", "prepare")


def imported(step: str) -> set[str]:
    """The modules that a step imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse((ROOM / f"{step}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the full path"
            names.add(node.module)
    return names


def test_every_file_is_a_step_of_the_order():
    assert {path.stem for path in ROOM.glob("*.py")} == {"__init__", *ORDER}


@pytest.mark.parametrize("step", ORDER)
def test_a_step_imports_only_from_steps_before_it(step):
    before = ORDER[: ORDER.index(step)]
    own = {name for name in imported(step) if name.startswith("ui.data")}
    assert own <= {f"ui.data.upload.{name}" for name in before}


@pytest.mark.parametrize("step", ORDER)
def test_a_step_knows_nothing_of_the_page(step):
    assert not {name.split(".")[0] for name in imported(step)} & {"streamlit", "altair"}


def test_every_name_that_is_exported_is_there():
    exported = ui.data.upload.__all__
    assert len(exported) == len(set(exported))
    assert all(hasattr(ui.data.upload, name) for name in exported)

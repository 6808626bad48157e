"""A person's own data in their session: taken into use, found by every page, and gone when forgotten."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import DATASETS, Settings
from core.settings import UPLOAD
from tests.app import open_app, page_of_task, run_task
from tests.ui.data.own_tables import owned, rows_of
from tests.ui.data.upload.files import file_of, prepared
from ui.base.session import File, Own
from ui.data import own
from ui.data.shelf import SHARED, Kind, Shelf, shelf_of

KIND = Kind("small", 1000, 1000)
OWN = Settings(dataset=UPLOAD)


def table(seed: int = 0):
    return prepared(file_of(rows_of(("a", "b"), ("x", "z"), seed=seed)))


def brought(seed: int = 0) -> AppTest:
    """A session whose person has brought a table."""
    return run_task(lambda session: own.bring(table(seed), "mine.csv"))


def test_what_is_brought_is_in_use_with_its_source_and_can_be_chosen():
    app = brought()
    found = app.session_state["own"]
    assert app.session_state["dataset"] == UPLOAD
    assert found.table.X.shape == (40, 2)
    assert found.digest == table().digest != table(1).digest
    assert found.source.source == "mine.csv"
    assert found.source.about == "40 rows, 2 columns, 2 classes."
    assert not found.source.synthetic
    seen = []
    run_task(lambda session: seen.append((own.choices(), own.source_of(UPLOAD), own.source_of("wine"))), app)
    assert seen == [([*DATASETS, UPLOAD], found.source, DATASETS["wine"])]


def test_a_session_that_brought_nothing_has_the_programs_data_alone():
    def look(session) -> None:
        assert own.choices() == list(DATASETS)
        with pytest.raises(ValueError, match="bring a file on the page Your data"):
            own.source_of(UPLOAD)

    run_task(look)


def test_the_programs_data_are_on_everybodys_shelf_and_a_persons_on_their_own():
    shelves = []

    def look(session) -> None:
        assert shelf_of(Settings()) is SHARED
        shelves.append(shelf_of(OWN))
        shelves.append(shelf_of(OWN))

    app = brought()
    run_task(look, app)
    run_task(look, brought(seed=1))
    mine, again, other, _ = shelves
    assert mine.own is app.session_state["own"]
    assert mine.store(KIND) is again.store(KIND)
    assert mine.store(KIND) is not other.store(KIND)
    assert mine.digest != other.digest


def test_another_table_begins_with_empty_stores():
    found = []
    app = brought()
    run_task(lambda session: found.append(shelf_of(OWN).store(KIND)), app)
    run_task(lambda session: own.bring(table(1), "other.csv"), app)
    run_task(lambda session: found.append(shelf_of(OWN).store(KIND)), app)
    assert found[0] is not found[1]
    assert app.session_state["own"].source.source == "other.csv"


@pytest.mark.parametrize(("chosen", "after"), [(UPLOAD, "moons"), ("wine", "wine")])
def test_what_is_forgotten_is_gone_with_all_that_was_made_of_it(chosen, after):
    def use(session) -> None:
        shelf_of(OWN).load(OWN)
        session.own_file = File("mine.csv", file_of(rows_of(("a", "b"), ("x", "z"))), "digest")
        own.prepared(own.opened(session.own_file), "class", own.Choices())

    app = brought()
    run_task(use, app)
    app.session_state["dataset"] = chosen
    run_task(lambda session: own.forget("moons"), app)
    assert app.session_state["dataset"] == after
    for name in ("own", "own_stores", "own_file", "own_steps"):
        assert name not in app.session_state
    assert app.session_state["own_round"] == 1, "a new uploader forgets its file too"


def test_a_step_to_a_table_is_done_once_for_the_same_choices(monkeypatch):
    calls = []
    real_read, real_prepare = own.read, own.prepare
    monkeypatch.setattr(own, "read", lambda *args, **more: calls.append("read") or real_read(*args, **more))
    monkeypatch.setattr(
        own, "prepare", lambda *args, **more: calls.append("prepare") or real_prepare(*args, **more)
    )
    content = file_of(rows_of(("a", "b"), ("x", "z")))

    def choose(left_out: tuple[str, ...], digest: str = "1") -> AppTest:
        def task(session) -> None:
            raw = own.opened(File("mine.csv", content, digest))
            own.prepared(raw, "class", own.Choices(left_out=left_out))

        return run_task(task, app)

    app = AppTest.from_function(page_of_task)
    choose(())
    choose(())
    assert calls == ["read", "prepare"]
    choose(("b",))
    assert calls == ["read", "prepare", "prepare"]
    choose(("b",), "2")
    assert calls[3:] == ["read", "prepare"]


def test_numbers_cut_far_from_the_training_rows_are_counted():
    rows = rows_of(("a", "b"), ("x", "z"))
    assert cut_in(rows) == 0
    n_test = len(Shelf(owned()).load(OWN).data.y_test)
    cut = [cut_in(with_one_far(rows, i)) for i in range(1, len(rows))]
    assert sorted(cut) == [0] * (40 - n_test) + [1] * n_test, "where it is a test row, and only there"


def cut_in(rows: list[list]) -> int:
    """How many numbers of the test rows are cut where these rows are in use."""
    brought = prepared(file_of(rows))
    return own.far_out(Shelf(Own(brought.table, DATASETS["wine"], brought.digest)).load(OWN).data)


def with_one_far(rows: list[list], i: int) -> list[list]:
    """The rows with small numbers in their second column, but for one."""
    return [rows[0], *([row[0], 1e9 if k == i else row[1] * 1e-9, row[2]] for k, row in enumerate(rows) if k)]


def counting(name: str, real: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    """A function that writes down each of its calls."""

    def called(*args: Any, **more: Any) -> Any:
        calls.append(name)
        return real(*args, **more)

    return called


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each call of a step that takes a while, by its name."""
    calls: list[str] = []
    real_read, real_prepare = own.read, own.prepare
    monkeypatch.setattr(own, "read", lambda *args, **more: calls.append("read") or real_read(*args, **more))
    monkeypatch.setattr(
        own, "prepare", lambda *args, **more: calls.append("prepare") or real_prepare(*args, **more)
    )
    return calls


def test_a_rerun_reads_nothing_anew_whatever_the_person_has_chosen(monkeypatch):
    calls = counted(monkeypatch)
    app = open_app("pages/your_data.py").run()
    app.file_uploader[0].set_value(("a.csv", file_of(rows_of(("a", "b"), ("x", "z"))), "text/csv")).run()
    assert calls == ["read", "prepare"]
    app.run()
    app.main.checkbox[0].set_value(False).run()  # the names are data now
    assert calls[2:] == ["read", "prepare"]
    app.run()
    app.run()
    assert calls[4:] == []


def test_a_refusal_is_remembered_beside_the_file_before_it(monkeypatch):
    calls = counted(monkeypatch)
    app = open_app("pages/your_data.py").run()
    for content in (file_of(rows_of(("a", "b"), ("x", "z"))), b"a,b\n" + b"\n" * 200_000):
        app.file_uploader[0].set_value(("a.csv", content, "text/csv")).run()
    assert "empty lines" in app.error[0].value
    assert calls == ["read", "prepare", "read"]
    app.run()
    next(box for box in app.main.selectbox if "class" in box.label).set_value(
        "a"
    ).run()  # a class that is none
    app.run()
    assert "40 different numbers" in app.error[1].value
    assert calls == ["read", "prepare", "read", "prepare"]


def test_what_is_held_of_a_file_is_counted_and_after_its_use_only_file_and_table(monkeypatch):
    gc.collect()
    before = held_own()
    content = file_of(rows_of(("a", "b"), ("x", "z")))
    app = open_app("pages/your_data.py").run()
    app.file_uploader[0].set_value(("a.csv", content, "text/csv")).run()
    steps = app.session_state["own_steps"]
    cells, table = steps.get("cells").result, weakref.ref(steps.get("table").result)
    assert steps.nbytes >= cells.cells.memory_usage(deep=True).sum() > 0
    assert held_own() - before == len(content)
    del cells, steps
    next(button for button in app.button if button.label == "Use this data").click().run()
    gc.collect()
    assert "own_steps" not in app.session_state
    assert held_own() - before == len(content) + app.session_state["own"].nbytes
    app.switch_page("pages/your_data.py").run()
    assert not app.exception
    assert table() is None, "the button holds it no more than the session does"
    assert any(button.label == "Use this data" for button in app.button)


def test_cells_that_had_to_go_are_read_again_and_the_choices_stay(monkeypatch):
    app = open_app("pages/your_data.py").run()
    app.file_uploader[0].set_value(("a.csv", file_of(rows_of(("a", "b"), ("x", "z"))), "text/csv")).run()
    app.multiselect[0].set_value(["b"]).run()
    calls = counted(monkeypatch)
    steps = app.session_state["own_steps"]
    while len(steps):
        steps.pop_oldest()
    app.run()
    assert not app.exception
    assert sorted(calls) == ["prepare", "read"]
    assert app.multiselect[0].value == ["b"]


def held_own() -> int:
    """Bytes of all files and tables of persons."""
    return sum(one.nbytes for one in own._in_use)

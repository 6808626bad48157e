"""A person's own data on the pages: every page works on it, and nobody else ever sees it."""

import gc
import re
import weakref
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import Settings
from core.settings import UPLOAD
from tests.app import QUICK, chart, living, open_app, topic
from tests.thorough import some
from tests.ui.data.own_tables import rows_of
from tests.ui.data.upload.files import HOSTILE, file_of
from ui.base.cache import Store
from ui.base.foreign import markdown
from ui.data.shelf import SHARED, Kind, Shelf
from ui.frame.menu import MENU
from ui.work import networks as work
from ui.work.networks import MAX_SECONDS, Shape, networks, refusal, seconds

pytestmark = pytest.mark.usefixtures("two_folds")
PAGE = "pages/your_data.py"
SPARSITY = topic("sparsity").file


def give(app: AppTest, content: bytes, name: str = "mine.csv") -> AppTest:
    """Put a file into the uploader."""
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    return app


def press(app: AppTest, label: str) -> AppTest:
    """Click the button of that label."""
    next(button for button in app.button if button.label == label).click().run()
    return app


def class_box(app: AppTest) -> Any:
    """Where the column of the class is chosen."""
    (box,) = (box for box in app.main.selectbox if box.label == "The column of the class")
    return box


def brought(content: bytes, page: str = PAGE, **query: str) -> AppTest:
    """An app that has taken a file into use."""
    app = press(give(open_app(PAGE, **QUICK, **query).run(), content), "Use this data")
    assert not app.exception
    return app.switch_page(page).run() if page != PAGE else app


def said(app: AppTest) -> list[str]:
    """All that Markdown may make something of."""
    kinds = ("markdown", "caption", "info", "warning", "error", "success", "header", "subheader", "title")
    places = (app.main, app.sidebar)
    texts = [element.value for place in places for kind in kinds for element in getattr(place, kind)]
    labels = [label for group in app.segmented_control for label in group.options]
    return [*texts, *labels]


def bare(text: str) -> str:
    """A text without its code, in which nothing acts."""
    return re.sub(r"`[^`]*`", "", text)


@pytest.mark.parametrize(
    ("columns", "classes"), some([(HOSTILE, ("<b>1</b>", "*2*", "$3$")), (("a",), ("x", "z"))], 2)
)
def test_every_page_works_on_a_persons_own_data(columns, classes):
    app = brought(file_of(rows_of(columns, classes)))
    assert app.session_state["settings"].dataset == UPLOAD
    for entry in MENU:
        app.switch_page(entry.file).run()
        assert not app.exception, entry.title
        assert app.get("vega_lite_chart") or app.code, entry.title
        for text in said(app):
            for sign in ("<img", "<b>", "![", "http://", "www.", ":red", "*2*", "$3$", "\u202e", "nnnnnn"):
                assert sign not in bare(text), (entry.title, text)


def test_hostile_names_are_shown_where_names_are_shown():
    app = brought(file_of(rows_of(HOSTILE, ("<b>1</b>", "*2*", "$3$"))), topic("solvers").file)
    assert any("for `$3$` against the rest" in text for text in said(app))
    app.switch_page(SPARSITY).run()
    assert HOSTILE[0] in set(chart(app)[1]["weights"].input)
    assert HOSTILE[1] in str(chart(app)[0])


def test_two_columns_and_two_classes_are_drawn_in_the_plane():
    app = brought(file_of(rows_of(("a", "b"), ("x", "z"))), topic("overview").file)
    assert living(app)["plane"]
    app = brought(file_of(rows_of(("a", "b"), ("x", "z", "w"))), topic("overview").file)
    assert living(app)["strips"]["names"] == ["w", "x", "z"]


def test_a_bad_file_leaves_the_last_good_data_and_the_settings():
    good = file_of(rows_of(("a", "b", "c"), ("x", "z")))
    app = brought(good, seed="5", hidden="3-2")
    app.switch_page(PAGE).run()
    for bad in (b"", b"\x89PNG\r\n\x1a\n\0\0", good[:-9], b"a,b,y\n1,2,x\n1,2\n3,4,z\n"):
        give(app, bad, "mine.csv")
        assert not app.exception
        assert len(app.error) == 1
        assert any("Nothing is lost" in text for text in said(app))
        assert app.session_state["settings"] == Settings(dataset=UPLOAD, seed=5, hidden=(3, 2), epochs=50)
        assert app.session_state["own"].table.X.shape == (40, 3)
        assert any(button.label == "Use this data" for button in app.button), (
            "the last good file is still here"
        )
    app.switch_page(SPARSITY).run()
    assert set(chart(app)[1]["weights"].input) == {"a", "b", "c"}


def test_a_target_that_is_none_is_refused_and_the_choice_can_be_changed():
    app = give(open_app(PAGE).run(), file_of(rows_of(("a", "b"), ("x", "z"))))
    class_box(app).set_value("a").run()
    assert "40 different numbers" in app.error[0].value
    assert not app.exception
    class_box(app).set_value("class").run()
    assert not app.error


def test_another_file_begins_with_choices_of_its_own():
    app = give(open_app(PAGE).run(), file_of(rows_of(("a", "b", "c"), ("x", "z"))))
    class_box(app).set_value("a").run()
    app.multiselect[0].set_value(["b"]).run()
    give(app, file_of(rows_of(("a", "b", "c"), ("x", "z"), seed=1)), "other.csv")
    assert class_box(app).value == "class"
    assert app.multiselect[0].value == []


def test_what_is_told_before_is_what_the_pages_get():
    rows = [
        [*row[:1], "", *row[2:]] if i in (3, 8) else row
        for i, row in enumerate(rows_of(("a", "b", "c"), ("x", "z")))
    ]
    app = give(open_app(PAGE).run(), file_of(rows))
    assert any("**38 rows**" in text and "2 rows with gaps are left out" in text for text in said(app))
    app.multiselect[0].set_value(["c"]).run()
    press(app, "Use this data")
    assert app.session_state["own"].table.feature_names == ("a", "b")
    app.switch_page(PAGE).run()
    assert any("38 rows, 2 columns, 2 classes" in text for text in said(app))


def test_forgotten_data_is_gone():
    app = brought(file_of(rows_of(("a", "b", "c"), ("x", "z"))), SPARSITY)
    assert app.session_state["own_stores"]
    table = weakref.ref(app.session_state["own"])
    press(app.switch_page(PAGE).run(), "Forget it")
    assert not app.exception
    assert app.session_state["settings"].dataset == Settings().dataset
    for name in ("own", "own_stores", "own_file", "own_steps"):
        assert name not in app.session_state or not app.session_state[name]
    assert UPLOAD not in app.selectbox(key="dataset").options
    gc.collect()
    assert table() is None, "nothing holds it any more"


def test_a_link_to_someones_data_opens_on_the_programs_own_and_says_so():
    app = open_app(SPARSITY, dataset=UPLOAD, **QUICK)
    assert not app.exception
    assert "which no address carries" in app.warning[0].value
    assert app.selectbox(key="dataset").value == Settings().dataset
    assert UPLOAD not in app.selectbox(key="dataset").options


def test_two_sessions_with_the_same_file_name_and_shape_see_their_own():
    tables = {
        "sparsity": "weights",
        "gradient_check": "points",
        "solvers": "weights",
        "bias_variance": "curves",
    }
    apps = [brought(file_of(rows_of(("a", "b"), ("x", "z"), seed=seed))) for seed in (1, 2)]
    seen = [
        [chart(app.switch_page(topic(key).file).run())[1][name] for key, name in tables.items()]
        for app in apps
    ]
    for one, other in zip(*seen, strict=True):
        assert one.shape[1] == other.shape[1]
        assert not one.equals(other)


def test_nothing_of_a_persons_data_is_kept_for_all(monkeypatch):
    """On no page."""
    kept: list[object] = []
    real = Shelf.store

    class Watched(Store):
        def put(self, key: object, value: object) -> None:
            kept.append(key)
            super().put(key, value)

    def store(shelf: Shelf, kind: Kind) -> Store:
        return Watched(kind.shared_bytes) if shelf is SHARED else real(shelf, kind)

    monkeypatch.setattr(Shelf, "store", store)
    app = brought(file_of(rows_of(("a", "b", "c"), ("x", "z"))))
    digest = app.session_state["own"].digest
    for entry in MENU:
        app.switch_page(entry.file).run()
        assert not app.exception, entry.title
    assert app.session_state["own_stores"].keys() >= {"networks", "curves", "races", "checks", "loaded"}
    for key in kept:
        assert UPLOAD not in str(key)
        assert digest not in str(key)
    assert digest


def test_what_would_take_too_long_is_refused_before_it_begins(monkeypatch):
    monkeypatch.setattr(work, "train_grid", lambda *args, **more: pytest.fail("the training began"))
    app = open_app(SPARSITY, dataset="digits", hidden="32-32-32-32", epochs="2000")
    assert not app.exception
    (warning,) = app.warning
    assert "is not begun" in warning.value
    most = int(re.search(r"at most ([\d,]+) epochs", warning.value)[1].replace(",", ""))
    settings = app.session_state["settings"]
    assert seconds(settings, Shape(64, 10, 1257)) > MAX_SECONDS
    fitting = Settings(dataset="digits", hidden=settings.hidden, epochs=most)
    assert refusal(fitting, Shape(64, 10, 1257)) is None


def test_a_training_that_was_stopped_waits_for_its_button():
    app = open_app(SPARSITY, seed="91", **QUICK)
    app.session_state["stopped"] = frozenset({networks(app.session_state["settings"], SHARED).key})
    app.selectbox(key="hidden").set_value("4").run()
    chart(app)  # other settings are trained
    app.number_input(key="seed").set_value(92)
    other = Settings(hidden=(4,), seed=92, epochs=50)
    app.session_state["stopped"] = frozenset({networks(other, SHARED).key})
    app.run()
    assert "was stopped" in app.info[0].value
    assert not app.get("vega_lite_chart")
    press(app, "Train them")
    chart(app)


def test_the_file_name_is_foreign_text_too():
    name = "![x](http://example.com/z.png).csv"
    app = open_app(PAGE, **QUICK).run()
    press(give(app, file_of(rows_of(("a", "b"), ("x", "z"))), name), "Use this data")
    texts = [caption.value for caption in app.sidebar.caption]
    assert any(markdown(name) in text for text in texts)
    assert all("http" not in bare(text) for text in texts)

"""A person's own data on the pages: every page works on it, and nobody else ever sees it."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import ui.store
from core import Settings
from core.settings import UPLOAD
from tests.test_pages import QUICK, chart, open_app
from tests.test_upload import HOSTILE, file_of
from ui import data, study
from ui.menu import MENU
from ui.store import MAX_SECONDS, refusal, seconds
from ui.words import plain

ROOT = Path(__file__).parents[1]
PAGE = "pages/your_data.py"
SETTINGS = Settings(dataset=UPLOAD)


def rows_of(names: tuple[str, ...], classes: tuple[str, ...], n: int = 40, seed: int = 0) -> list[list]:
    """A header and n rows: the first column tells the classes apart, the others do not."""
    X = np.random.default_rng(seed).standard_normal((n, len(names))).round(3)
    y = np.arange(n) % len(classes)
    X[:, 0] += 2 * y
    return [[*names, "class"], *([*row, classes[k]] for row, k in zip(X.tolist(), y, strict=True))]


def give(app: AppTest, content: bytes, name: str = "mine.csv") -> AppTest:
    """Put a file into the uploader."""
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    return app


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
    ("columns", "classes"), [(HOSTILE, ("<b>1</b>", "*2*", "$3$")), (("a",), ("x", "z"))]
)
def test_every_page_works_on_a_persons_own_data(columns, classes):
    app = brought(file_of(rows_of(columns, classes)))
    assert app.session_state.settings.dataset == UPLOAD
    for entry in MENU:
        app.switch_page(entry.file).run()
        assert not app.exception, entry.title
        assert app.get("vega_lite_chart") or app.code, entry.title
        for text in said(app):
            for sign in ("<img", "<b>", "![", "http://", "www.", ":red", "*2*", "$3$", "\u202e", "nnnnnn"):
                assert sign not in bare(text), (entry.title, text)


def test_hostile_names_are_shown_where_names_are_shown():
    app = brought(file_of(rows_of(HOSTILE, ("<b>1</b>", "*2*", "$3$"))), "pages/solvers.py")
    assert any("for `$3$` against the rest" in text for text in said(app))
    app.switch_page("pages/sparsity.py").run()
    assert HOSTILE[0] in set(chart(app)[1]["weights"].input)
    assert HOSTILE[1] in str(chart(app)[0])


def test_two_columns_and_two_classes_are_drawn_in_the_plane():
    app = brought(file_of(rows_of(("a", "b"), ("x", "z"))), "pages/overview.py")
    assert "points" in chart(app)[1]
    assert not any("trains its own example" in text for text in said(app))
    app = brought(file_of(rows_of(("a", "b"), ("x", "z", "w"))), "pages/overview.py")
    assert any("more than two classes" in text for text in said(app))


def test_a_bad_file_leaves_the_last_good_data_and_the_settings():
    good = file_of(rows_of(("a", "b", "c"), ("x", "z")))
    app = brought(good, seed="5", hidden="3-2")
    app.switch_page(PAGE).run()
    for bad in (b"", b"\x89PNG\r\n\x1a\n\0\0", good[:-9], b"a,b,y\n1,2,x\n1,2\n3,4,z\n"):
        give(app, bad, "mine.csv")
        assert not app.exception
        assert len(app.error) == 1
        assert any("Nothing is lost" in text for text in said(app))
        assert app.session_state.settings == Settings(dataset=UPLOAD, seed=5, hidden=(3, 2), epochs=50)
        assert app.session_state[data.OWN].table.X.shape == (40, 3)
        assert any(button.label == "Use this data" for button in app.button), (
            "the last good file is still here"
        )
    app.switch_page("pages/sparsity.py").run()
    assert set(chart(app)[1]["weights"].input) == {"a", "b", "c"}


def test_a_target_that_is_none_is_refused_and_the_choice_can_be_changed():
    app = give(open_app(PAGE).run(), file_of(rows_of(("a", "b"), ("x", "z"))))
    app.main.selectbox[0].set_value("a").run()
    assert "40 different numbers" in app.error[0].value
    assert not app.exception
    app.main.selectbox[0].set_value("class").run()
    assert not app.error


def test_what_is_told_before_is_what_the_pages_get():
    rows = [
        [*row[:1], "", *row[2:]] if i in (3, 8) else row
        for i, row in enumerate(rows_of(("a", "b", "c"), ("x", "z")))
    ]
    app = give(open_app(PAGE).run(), file_of(rows))
    assert any("**38 rows**" in text and "2 rows with gaps are left out" in text for text in said(app))
    app.multiselect[0].set_value(["c"]).run()
    press(app, "Use this data")
    assert app.session_state[data.OWN].table.feature_names == ("a", "b")
    app.switch_page(PAGE).run()
    assert any("38 rows, 2 columns, 2 classes" in text for text in said(app))


def test_forgotten_data_is_gone():
    app = brought(file_of(rows_of(("a", "b", "c"), ("x", "z"))), "pages/sparsity.py")
    assert app.session_state[data.RESULTS]
    press(app.switch_page(PAGE).run(), "Forget it")
    assert not app.exception
    assert app.session_state.settings.dataset == Settings().dataset
    for name in (data.OWN, data.RESULTS, data.FILE, data.STEPS):
        assert name not in app.session_state
    assert UPLOAD not in app.selectbox(key="dataset").options


def test_a_link_to_someones_data_opens_on_the_programs_own_and_says_so():
    app = open_app(dataset=UPLOAD, **QUICK)
    assert not app.exception
    assert "which it does not carry" in app.warning[0].value
    assert app.selectbox(key="dataset").value == Settings().dataset
    assert UPLOAD not in app.selectbox(key="dataset").options


def test_two_sessions_with_the_same_file_name_and_shape_see_their_own():
    apps = [brought(file_of(rows_of(("a", "b"), ("x", "z"), seed=seed))) for seed in (1, 2)]
    seen = []
    for app in apps:
        tables = []
        for page in ("pages/sparsity.py", "pages/gradient.py", "pages/solvers.py", "pages/bias_variance.py"):
            app.switch_page(page).run()
            name = {"pages/gradient.py": "points", "pages/bias_variance.py": "curves"}.get(page, "weights")
            tables.append(chart(app)[1][name])
        seen.append(tables)
    for one, other in zip(*seen, strict=True):
        assert one.shape[1] == other.shape[1]
        assert not one.equals(other)


def test_nothing_of_a_persons_data_is_kept_for_all(monkeypatch):
    class Shared(ui.store.Store):
        def put(self, key, value):
            raise AssertionError(f"{key} was kept for all")

    monkeypatch.setattr(ui.store, "_shared_store", lambda: Shared(1))
    monkeypatch.setattr(study, "_shared_store", lambda: Shared(1))
    app = brought(file_of(rows_of(("a", "b", "c"), ("x", "z"))), "pages/sparsity.py")
    app.switch_page("pages/bias_variance.py").run()
    assert not app.exception
    chart(app)


def test_no_cache_is_asked_for_what_may_be_a_persons_own():
    for path in (*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        cached = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and any("cache" in ast.unparse(decorator) for decorator in node.decorator_list)
            and any("Settings" in ast.unparse(arg) for arg in node.args.args)
        }
        called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)} - {
            "_shape"
        }  # which `_shape_of` asks for the program's own data alone
        assert not cached & called, f"{path.name}: keep it in a store of ui.data.store_for"


def test_what_would_take_too_long_is_refused_before_it_begins(monkeypatch):
    monkeypatch.setattr(ui.store, "train", lambda *args, **kw: pytest.fail("the training began"))
    app = open_app(dataset="digits", hidden="64-64-64-64", epochs="2000")
    assert not app.exception
    (warning,) = app.warning
    assert "is not begun" in warning.value
    most = int(re.search(r"at most ([\d,]+) epochs", warning.value)[1].replace(",", ""))
    settings = app.session_state.settings
    assert seconds(settings, 64, 10, 1257) > MAX_SECONDS
    fitting = Settings(dataset="digits", hidden=settings.hidden, epochs=most)
    assert refusal(fitting, seconds(fitting, 64, 10, 1257)) is None


def test_the_largest_table_that_is_promised_is_trained_at_the_defaults():
    assert refusal(SETTINGS, seconds(SETTINGS, 64, 10, 3500)) is None


def test_a_training_that_was_stopped_waits_for_its_button():
    app = open_app(seed="91", **QUICK)
    app.session_state[ui.store.STOPPED] = (ui.store.training_key(app.session_state.settings), "")
    app.selectbox(key="hidden").set_value("4").run()
    chart(app)  # other settings are trained
    settings = ui.store.training_key(app.session_state.settings)
    app.number_input(key="seed").set_value(92)
    app.session_state[ui.store.STOPPED] = (Settings(**{**settings.__dict__, "seed": 92}), "")
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
    assert any(plain(name) in text for text in texts)
    assert all("http" not in bare(text) for text in texts)

"""The house: imports run one way, core is NumPy alone, and a registry is asked, not copied."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).parents[1]
# of Altair and Streamlit:
COMES_WITH = {"jinja2", "markupsafe", "itsdangerous", "PIL", "pyarrow", "charset_normalizer"}
SMALL = ("segno", "vl_convert", "python_calamine")  # libraries, each for one thing
MAY_IMPORT = {
    "core": {"core", "numpy"},
    "ui": {"ui", "core", "numpy", "pandas", "altair", "streamlit", "segno", "vl_convert", "python_calamine"}
    | COMES_WITH
    | {"redis"},  # where rooms are kept for several hosts
    "pages": {"ui", "streamlit"},
    ".": {"ui", "streamlit"},
}
# Inside ui/ each room may import those before it.
ROOMS = ("base", "pictures", "data", "work", "topics", "controls")
ROOMS += ("stage", "votes", "tour", "takeaway", "frame")
# What is about L1 against L2, or about L2 alone, names them; elsewhere the registry is asked.
ABOUT_THE_TWO = (
    "core/decay.py",
    "core/solvers.py",
    "ui/topics/choosing/stable.py",
    "ui/topics/looks.py",
    "ui/topics/sparsity/",
    "ui/topics/weight_decay/",
    "ui/topics/solvers/",
    "ui/tour/",
)
MAX_LINES = 40  # of a function; a longer one says why in a comment that begins with LONG
LONG = "# long: "


def sources(room: str) -> list[Path]:
    """The Python files of a room; "." is the top level alone."""
    return sorted((ROOT / room).glob("*.py" if room == "." else "**/*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules(tree: ast.AST) -> set[str]:
    """Modules that a file imports, wherever in it; of `from a import b` both a and a.b, as b may be one."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def imported(tree: ast.AST) -> set[str]:
    """Top-level names that a file imports."""
    return {name.split(".")[0] for name in modules(tree)}


def called(tree: ast.AST) -> set[str]:
    """The functions called, as they are written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("room", list(MAY_IMPORT))
def test_imports_run_one_way(room):
    wrong = {
        name_of(path): sorted(names)
        for path in sources(room)
        if (names := imported(parsed(path)) - sys.stdlib_module_names - MAY_IMPORT[room])
    }
    assert wrong == {}


def test_nothing_imports_the_dashboard():
    for room in ("core", "ui", "pages", "tests", "benchmarks", "deploy"):
        for path in sources(room):
            assert "dashboard" not in imported(parsed(path)), path


def room_of(module: str) -> str | None:
    """The room of ui/ that a module lies in."""
    parts = module.split(".")
    return parts[1] if parts[0] == "ui" and len(parts) > 1 else None


def test_every_folder_of_ui_is_a_room_and_no_module_lies_outside():
    folders = {path.name for path in (ROOT / "ui").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= set(ROOMS)
    assert [path.name for path in (ROOT / "ui").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("room", ROOMS)
def test_imports_inside_ui_run_one_way_too(room):
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    wrong = {
        name_of(path): sorted(others)
        for path in sources(f"ui/{room}")
        if (others := {found for name in modules(parsed(path)) if (found := room_of(name))} - allowed)
    }
    assert wrong == {}


def test_a_topic_imports_no_other_topic():
    for folder in (ROOT / "ui" / "topics").iterdir():
        for path in folder.glob("*.py"):
            for name in modules(parsed(path)):
                parts = name.split(".")
                if parts[:2] == ["ui", "topics"] and len(parts) > 2:
                    assert parts[2] in (folder.name, "topic", "looks"), path


def test_chart_builders_do_not_know_streamlit():
    builders = [path for path in sources("ui") if "altair" in imported(parsed(path))]
    assert ROOT / "ui" / "pictures" / "chart.py" in builders
    for path in builders:
        assert "streamlit" not in imported(parsed(path)), path
        assert room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) in ("pictures", "topics"), path


def test_no_chart_is_drawn_within_the_server():
    """It holds the interpreter: a script of its own does it, see ui/pictures/drawer.py."""
    assert [path.name for path in sources("ui") if "vl_convert" in imported(parsed(path))] == ["draw.py"]
    assert [path for path in sources("ui") if "ui.pictures.draw" in modules(parsed(path))] == []


def test_core_prints_nothing_and_keeps_no_globals():
    for path in sources("core"):
        tree = parsed(path)
        assert not any(isinstance(node, ast.Global) for node in ast.walk(tree)), path
        assert "print" not in called(tree), path


def test_core_draws_from_generators_alone():
    for path in sources("core"):
        drawn = {name for name in called(parsed(path)) if name.startswith("np.random.")}
        assert drawn <= {"np.random.default_rng"}, path


def test_importing_core_brings_in_numpy_alone():
    code = "import core, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "numpy" in loaded
    assert not {"streamlit", "altair", "pandas", "sklearn", "scipy"} & set(loaded)


def test_every_name_that_core_exports_is_there():
    assert sorted(core.__all__, key=str.lower) == sorted(set(core.__all__), key=str.lower)
    assert all(hasattr(core, name) for name in core.__all__)


NAMES = {name for penalty in core.PENALTIES.values() for name in (penalty.name, penalty.label)}


def names_a_penalty(node: ast.AST | None) -> bool:
    """Whether an expression is a penalty's name or label, or a list of things with one among them."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(map(names_a_penalty, node.elts))
    return isinstance(node, ast.Constant) and node.value in NAMES


KEYED_METHODS = ("get", "pop", "setdefault", "startswith", "endswith")


def method_of(call: ast.Call) -> str:
    """The name of the method that is called, "" where it is a function."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def keyed_by_a_penalty(tree: ast.AST) -> Iterator[int]:
    """Lines with a branch on a penalty's name or label, or with a dict that has one as a key."""
    for node in ast.walk(tree):
        found: list[ast.AST | None] = []
        if isinstance(node, ast.Compare):
            found = [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            found = list(node.keys)
        elif isinstance(node, ast.MatchValue):
            found = [node.value]
        elif isinstance(node, ast.Call) and method_of(node) in KEYED_METHODS:
            found = list(node.args[:1])
        if any(map(names_a_penalty, found)):
            yield getattr(node, "lineno", 0)


def looked_up_by_name(tree: ast.AST) -> Iterator[int]:
    """Lines that take what belongs to a penalty out of a mapping by its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and names_a_penalty(node.slice):
            yield node.lineno


@pytest.mark.parametrize("room", ["core", "ui", "pages"])
def test_outside_the_registry_nothing_is_keyed_by_a_penaltys_name(room):
    wrong = {
        name_of(path): lines
        for path in sources(room)
        if path != ROOT / "core" / "penalties.py" and (lines := list(keyed_by_a_penalty(parsed(path))))
    }
    assert wrong == {}


@pytest.mark.parametrize("room", ["core", "ui", "pages"])
def test_only_what_is_about_the_two_penalties_names_one_of_them(room):
    wrong = {
        name_of(path): lines
        for path in sources(room)
        if not name_of(path).startswith(ABOUT_THE_TWO) and (lines := list(looked_up_by_name(parsed(path))))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("code", "n"),
    [
        ('if name == "l2": pass', 1),
        ('if label in ("L1", "other"): pass', 1),
        ('colors = {"L1": 1, "L2": 2}', 1),
        ('d.get("l1")', 1),
        ('match name:\n    case "l1": pass', 1),
        ('train(X, y, penalty="l1")', 0),
        ('runs["L1"]', 0),
        ('f(["l1"])', 0),
    ],
)
def test_the_syntax_tree_tells_a_branch_from_a_value(code, n):
    assert len(list(keyed_by_a_penalty(ast.parse(code)))) == n


@pytest.mark.parametrize("room", ["core", "ui", "pages", "deploy", "benchmarks"])
def test_a_function_longer_than_a_screen_says_why(room):
    wrong = []
    for path in sources(room):
        lines = path.read_text(encoding="utf-8").split("\n")
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = lines[node.lineno - 1 : node.end_lineno]
                if len(body) > MAX_LINES and not any(line.strip().startswith(LONG) for line in body):
                    wrong.append((name_of(path), node.name, len(body)))
    assert wrong == []

"""The house: imports run one way, dashboard → pages → ui → core, and core is NumPy alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "core": {"core", "numpy"},
    "ui": {"ui", "core", "numpy", "pandas", "altair", "streamlit", "segno", "vl_convert", "pyarrow"},
    "pages": {"ui", "core", "numpy", "pandas", "altair", "streamlit"},
    ".": {"pages", "ui", "core", "numpy", "pandas", "altair", "streamlit"},
}


def sources(room: str) -> list[Path]:
    """The Python files of a room; "." is the top level alone."""
    return sorted((ROOT / room).glob("*.py" if room == "." else "**/*.py"))


def imported(tree: ast.AST) -> set[str]:
    """Top-level names that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("relative" if node.level else node.module.split(".")[0])
    return names


def parsed(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))


def called(tree: ast.AST) -> set[str]:
    """The functions called, as they are written."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("room", list(MAY_IMPORT))
def test_imports_run_one_way(room):
    files = sources(room)
    if not files:
        pytest.skip(f"{room} is empty")
    wrong = {
        str(path.relative_to(ROOT)): sorted(names)
        for path in files
        if (names := imported(parsed(path)) - sys.stdlib_module_names - MAY_IMPORT[room])
    }
    assert wrong == {}


def test_nothing_imports_the_dashboard():
    for room in ("core", "ui", "pages", "tests", "benchmarks"):
        for path in sources(room):
            assert "dashboard" not in imported(parsed(path)), path


def test_chart_builders_do_not_know_streamlit():
    builders = [path for path in sources("ui") if "altair" in imported(parsed(path))]
    assert ROOT / "ui" / "charts.py" in builders
    for path in builders:
        assert "streamlit" not in imported(parsed(path)), path


def test_only_charts_build_charts():
    for path in sources("pages"):
        assert "altair" not in imported(parsed(path)), path


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
    import core

    assert sorted(core.__all__, key=str.lower) == sorted(set(core.__all__), key=str.lower)
    assert all(hasattr(core, name) for name in core.__all__)

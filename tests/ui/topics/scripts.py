"""A topic's script, run where the core lies alone, and the numbers that it prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.app import ROOT
from ui.pictures.picture import Picture

# The dashboard sets them for itself; a person's shell knows nothing of it.
SET_BY_UI = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
NUMBER = re.compile(r"\d[\d,]*\.?\d*(?:e[-+]?\d+)?")
RUN_WITHOUT_THE_REST = (
    "import runpy, sys; runpy.run_path('script.py'); "
    "assert not {'streamlit', 'altair', 'pandas', 'ui'} & set(sys.modules)"
)


def printed_by(script: str, folder: Path) -> str:
    """What a script prints that lies in a folder of its own, beside the core."""
    (folder / "script.py").write_text(script, encoding="utf-8")
    (folder / "core").symlink_to(ROOT / "core")
    shell = {name: value for name, value in os.environ.items() if name not in SET_BY_UI}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN_WITHOUT_THE_REST],
        cwd=folder,
        env={**shell, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def numbers_in(text: str) -> set[float]:
    """The numbers of a text, without their signs."""
    return {float(found.replace(",", "").rstrip(".")) for found in NUMBER.findall(text)}


def words_of(picture: Picture) -> str:
    """All that a picture says, and all that its tables write."""
    cells = [
        str(cell)
        for table in picture.tables.values()
        for name in table.columns
        if table[name].dtype.kind not in "biuf"
        for cell in table[name]
    ]
    return " ".join([*picture.notes, picture.caption, *cells])

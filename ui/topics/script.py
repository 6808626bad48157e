"""Scripts to take away: a topic's script.py with the settings and choices of the moment written into it.

The file is a program as it stands, at the default settings; here single lines of it get other values.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import DATASETS, Settings
from core.settings import SETTINGS


def filled_script(path: Path, settings: Settings, constants: Mapping[str, Any], edits: str = "") -> str:
    """The script at these settings, with these values for the constants that it assigns.

    A person's own data are read from the file of the run. edits: of the training samples, as text. Raises
    ValueError where the script does not assign one of the names in a line of its own.
    """
    text = path.read_text(encoding="utf-8")
    text = _assigned(text, "settings", settings_source(settings))
    for name, value in constants.items():
        text = _assigned(text, name, repr(value).replace("'", '"'))
    if settings.dataset not in DATASETS:
        loaded = f'core.load_run("{run_file(settings)}").data'
        text = _assigned(text, "data", f"{loaded}  # from “Take away”: put that file beside this script")
    elif edits:
        text = _assigned(text, "data", f'core.edited(settings.load(), "{edits}")')
    return text


def settings_source(settings: Settings) -> str:
    """The settings as Python code, one on a line; those that play no part for the data are left out."""
    lines = [
        f"    {name}={_code(getattr(settings, name))},"
        for name, setting in SETTINGS.items()
        if settings.is_synthetic or not setting.synthetic
    ]
    return "\n".join(["core.Settings(", *lines, ")"])


def _code(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _assigned(text: str, name: str, value: str) -> str:
    """A script with another value in the one line that begins with `name = `; ValueError without one."""
    found = re.findall(rf"^{name} = .*$", text, re.MULTILINE)
    if len(found) != 1:
        raise ValueError(f"a script must assign {name} in one line, got {len(found)} such lines")
    return text.replace(found[0], f"{name} = {value}")


def run_file(settings: Settings) -> str:
    """How the file of the run is called, which a script may have to find."""
    return f"regularization-lab-{settings.dataset}.npz"


def script_file(key: str) -> str:
    """How the script of a topic is called."""
    return f"regularization-lab-{key.replace('_', '-')}.py"

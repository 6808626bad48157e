"""Text with gaps, in files of its own: Markdown with formulas, HTML, and code to copy.

Two kinds of template. In `.md` a gap is written <<name>>, since TeX is full of braces; what is filled in is
Markdown already. In all others it is {{ name }}, and where the file is HTML what is filled in is escaped.
A gap that nothing fills is an error.
"""

from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

UI = Path(__file__).parents[1]
_LOADER = FileSystemLoader(UI)


def _environment(loader: BaseLoader, **options: Any) -> Environment:
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    return Environment(loader=loader, auto_reload=False, **options)


_MARKDOWN = _environment(
    _LOADER,
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
)
_FILES = _environment(_LOADER, autoescape=select_autoescape(("html", "html.jinja"), default=False))


def filled(path: Path, **values: Any) -> str:
    """The template at a path inside ui/, its gaps filled. Raises jinja2.UndefinedError where one is not."""
    environment = _MARKDOWN if path.suffix == ".md" else _FILES
    return environment.get_template(path.relative_to(UI).as_posix()).render(**values)


def markup(html: str) -> Markup:
    """HTML that this program made and that is not to be escaped again."""
    return Markup(html)

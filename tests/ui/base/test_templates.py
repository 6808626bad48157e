"""Text with gaps: each is filled, or it is an error, and what is filled into HTML does nothing there."""

import jinja2
import pytest

from ui.base import templates


@pytest.fixture
def write(monkeypatch, tmp_path):
    """A function that writes a template into a ui/ of the test's own and returns its path."""
    monkeypatch.setattr(templates, "UI", tmp_path)
    monkeypatch.setattr(templates._LOADER, "searchpath", [str(tmp_path)])

    def write(name: str, text: str):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_gap_in_markdown_leaves_the_braces_to_tex(write):
    path = write("gap.md", r"$$\frac{<<lam>>}{{2m}}$$<% if small %> small<% endif %>")
    assert templates.filled(path, lam=r"\lambda", small=True) == r"$$\frac{\lambda}{{2m}}$$ small"
    assert templates.filled(path, lam="10", small=False) == r"$$\frac{10}{{2m}}$$"


@pytest.mark.parametrize(("name", "text"), [("open.md", "<<lam>>"), ("open.html", "{{ lam }}")])
def test_a_gap_that_nothing_fills_is_an_error(write, name, text):
    path = write(name, text)
    with pytest.raises(jinja2.UndefinedError, match="lam"):
        templates.filled(path, other="10")


@pytest.mark.parametrize("name", ["page.html", "part.html.jinja"])
def test_foreign_text_in_html_is_text(write, name):
    path = write(name, "<p>{{ text }}</p>")
    filled = templates.filled(path, text='<img src="x" onerror=alert(1)>')
    assert filled == "<p>&lt;img src=&#34;x&#34; onerror=alert(1)&gt;</p>"
    assert templates.filled(path, text=templates.markup("<b>ours</b>")) == "<p><b>ours</b></p>"


def test_code_to_copy_is_not_escaped(write):
    assert templates.filled(write("code.py.jinja", "if a < {{ lam }}:"), lam="'10'") == "if a < '10':"

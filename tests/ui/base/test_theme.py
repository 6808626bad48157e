"""One palette: a hue for each penalty, type that can be read, and sheets whose variables are given."""

import re
from pathlib import Path

import pytest

from core import PENALTIES
from ui.base import theme

UI = Path(theme.__file__).parents[1]
LEAST_CONTRAST = 4.5  # WCAG 2.1, level AA


def luminance(color: str) -> float:
    """Relative luminance as WCAG defines it, of a colour written #rrggbb."""
    shares = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_penalty_has_a_hue_and_no_two_the_same():
    colors = [theme.PENALTY_COLORS[penalty.label] for penalty in PENALTIES.values()]
    assert len(set(colors)) == len(colors)
    assert not set(colors) & {*theme.SIGN_COLORS.values(), theme.BAND_COLOR}
    assert len(set(theme.HUES)) == len(theme.HUES) > len(PENALTIES), "there is one left for another penalty"


def test_more_penalties_than_hues_are_refused_and_not_left_without_one():
    labels = [f"P{i}" for i in range(len(theme.HUES) + 2)]
    assert list(theme.penalty_colors(labels[:-2])) == labels[:-2]
    with pytest.raises(ValueError, match=f"add a hue to HUES for {labels[-2]}, {labels[-1]}"):
        theme.penalty_colors(labels)


@pytest.mark.parametrize("name", list(theme.INKS))
def test_all_type_can_be_read_on_its_page(name):
    ink = theme.INKS[name]
    assert contrast(ink.text, ink.page) > contrast(ink.quiet, ink.page) > LEAST_CONTRAST


@pytest.mark.parametrize("name", list(theme.INKS))
def test_charts_are_written_in_the_themes_ink_and_no_type_is_small(name):
    ink, config = theme.INKS[name], theme.chart_config(theme.INKS[name])
    assert (
        config["axis"]["titleColor"] == config["legend"]["labelColor"] == config["text"]["color"] == ink.text
    )
    parts = [part for part in config.values() if isinstance(part, dict)]
    sizes = [part[key] for part in parts for key in part if key.lower().endswith("fontsize")]
    assert min(sizes) >= 16


def test_the_frames_sheets_use_no_variable_that_is_not_given():
    given = theme.page_variables(theme.INKS["light"])
    for sheet in (*(UI / "base").glob("*.css"), *(UI / "frame").glob("*.css")):
        used = set(re.findall(r"var\((--[\w-]+)\)", theme.stylesheet(sheet)))
        assert used <= given.keys(), sheet.name


def test_a_style_holds_its_variables_and_all_its_sheets(tmp_path):
    sheets = [tmp_path / "a.css", tmp_path / "b.css"]
    for sheet in sheets:
        sheet.write_text(f".{sheet.stem} {{ color: var(--lab-page); }}")
    text = theme.style(*sheets, variables={"--lab-page": "#fff"})
    assert text.startswith("<style>")
    assert text.endswith("</style>")
    assert text.index("--lab-page: #fff;") < text.index(".a {") < text.index(".b {")

"""One palette and one type scale for every chart, in the light and in the dark theme.

Orange and blue stay apart for every kind of colour vision and on both backgrounds; nothing but L1 and L2
wears them. A further penalty takes the next hue. The sign of a weight is purple or green.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core import LECTURED, PENALTIES

HUES = ("#e66100", "#2f81d6", "#c2347f", "#6b8e23", "#8c6d46")  # of the penalties, in the registry's order
SIGN_COLORS = {"negative": "#9a5fc4", "positive": "#2a9d5c"}
BAND_COLOR = "#d4a017"
Y_AXIS_WIDTH = 58  # pixels, the same for every panel, so that all plots begin at one line
TITLE_ABOVE = 12  # pixels from a title to its panel
LAST_LABEL = 20  # pixels that the last label of an x axis may stand out


def penalty_colors(labels: Sequence[str]) -> dict[str, str]:
    """A hue for each penalty, by its label. Raises ValueError where HUES has too few."""
    if len(labels) > len(HUES):
        raise ValueError(
            f"HUES must have a hue for each of the {len(labels)} penalties, got {len(HUES)}; "
            f"add a hue to HUES for {', '.join(labels[len(HUES) :])}"
        )
    return dict(zip(labels, HUES, strict=False))


PENALTY_COLORS = penalty_colors([penalty.label for penalty in PENALTIES.values()])
LECTURED_COLORS = {PENALTIES[name].label: PENALTY_COLORS[PENALTIES[name].label] for name in LECTURED}


@dataclass(frozen=True)
class Ink:
    """What a theme's background asks for: the colour of text, of quiet lines and of the page."""

    text: str
    quiet: str
    grid: str
    page: str


READABLE = 4.6  # contrast of words, to 1; the accessibility guideline has 4.5


def luminance(color: str) -> float:
    """How light a colour is, from 0 to 1, as WCAG 2 has it."""
    parts = [value / 255 for value in bytes.fromhex(color[1:])]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21: (lighter + .05) / (darker + .05) of their luminances."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@cache
def readable(hue: str, ink: Ink) -> str:
    """The hue for words: mixed with the text's colour just as far as they can be read on the page."""
    own, text = (bytes.fromhex(color[1:]) for color in (hue, ink.text))
    for share in range(101):
        mixed = [round(a + (b - a) * share / 100) for a, b in zip(own, text, strict=True)]
        color = "#" + bytes(mixed).hex()
        if contrast(color, ink.page) >= READABLE:
            return color
    return ink.text


INKS = {
    "light": Ink(text="#0f1720", quiet="#5c6672", grid="#e3e6eb", page="#ffffff"),
    "dark": Ink(text="#e8eaee", quiet="#a3acb8", grid="#2b333f", page="#11151c"),
}


@cache
def stylesheet(path: Path) -> str:
    """The rules of a .css file, read once."""
    return path.read_text(encoding="utf-8")


def style(*paths: Path, variables: Mapping[str, str] | None = None, more: str = "") -> str:
    """Style sheets as an element for the page, after the variables that they use, by name; more: rules."""
    root = "".join(f"{name}: {value}; " for name, value in (variables or {}).items())
    rules = "\n".join([*map(stylesheet, paths), more])
    return f"<style>\n:root {{ {root}}}\n{rules}</style>"


def page_variables(ink: Ink) -> dict[str, str]:
    """What the style sheets take from the theme."""
    return {
        "--lab-page": ink.page,
        "--lab-grid": ink.grid,
        "--lab-line": ink.quiet,
        "--lab-room": f"{Y_AXIS_WIDTH + LAST_LABEL}px",
    }


@cache
def penalty_rules(ink: Ink) -> str:
    """Words for a penalty in its colour; while one is pointed at, the marks of the others step back."""
    rules = []
    names = {penalty.label: name for name, penalty in PENALTIES.items()}
    for own, color in PENALTY_COLORS.items():
        name = names[own]
        rules.append(f"::highlight(lab-{name}) {{ color: {readable(color, ink)}; }}")
        for label, hue in PENALTY_COLORS.items():
            if label != own:
                marks = f'svg.marks :is([stroke="{hue}"], [fill="{hue}"])'
                square = f'.living-square[data-penalty="{label}"]'
                rules.append(f'[data-light="{name}"] :is({marks}, {square}) {{ opacity: 0.12; }}')
    return "\n".join(rules)


def chart_config(ink: Ink) -> dict[str, Any]:
    """Vega-Lite's config: type that reads from the back row, lines that stay behind the data."""
    return {
        "background": "transparent",
        "font": "Source Sans, Source Sans Pro, sans-serif",
        "view": {"stroke": None},
        "mark": {"aria": False},  # the text alternative speaks for them, one by one they are noise
        "axis": {
            "labelFontSize": 16,
            "titleFontSize": 16,
            "titleFontWeight": 500,
            "titlePadding": 10,
            "labelColor": ink.quiet,
            "titleColor": ink.text,
            "gridColor": ink.grid,
            "domainColor": ink.quiet,
            "tickColor": ink.quiet,
            "labelPadding": 6,
        },
        "axisY": {"minExtent": Y_AXIS_WIDTH, "maxExtent": Y_AXIS_WIDTH},
        "title": {
            "fontSize": 18,
            "fontWeight": 600,
            "anchor": "start",
            "frame": "group",
            "color": ink.text,
            "offset": TITLE_ABOVE,
            "subtitleColor": ink.quiet,
            "subtitleFontSize": 16,
        },
        "legend": {
            "labelFontSize": 16,
            "titleFontSize": 16,
            "labelColor": ink.text,
            "titleColor": ink.text,
            "symbolSize": 160,
        },
        "text": {"fontSize": 17, "color": ink.text, "aria": True},
        "concat": {"spacing": 28},
    }

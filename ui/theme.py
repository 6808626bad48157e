"""One palette and one type scale for every chart, in the light and in the dark theme.

Orange and blue stay apart for every kind of colour vision and on both backgrounds; nothing but L1 and L2
wears them. The sign of a weight is purple or green.
"""

from dataclasses import dataclass

PENALTY_COLORS = {"L1": "#e66100", "L2": "#2f81d6"}
SIGN_COLORS = {"negative": "#9a5fc4", "positive": "#2a9d5c"}
BAND_COLOR = "#d4a017"
Y_AXIS_WIDTH = 58  # pixels, the same for every panel, so that all plots begin at one line
LAST_LABEL = 20  # pixels that the last label of an x axis may stand out


@dataclass(frozen=True)
class Ink:
    """What a theme's background asks for: the colour of text, of quiet lines and of the page."""

    text: str
    quiet: str
    grid: str
    page: str


INKS = {
    "light": Ink(text="#0f1720", quiet="#5c6672", grid="#e3e6eb", page="#ffffff"),
    "dark": Ink(text="#e8eaee", quiet="#a3acb8", grid="#2b333f", page="#11151c"),
}


def css(ink: Ink, present: bool) -> str:
    """What the frame adds to Streamlit's own style; present: for a projector.

    Vega puts a chart's controls under it, with the raw value beside each slider. They belong on top, wide
    enough for a thumb and in view while the page scrolls; the value stands in the chart, in words.
    Streamlit makes every plot of a stack as wide as the page, its axis not counted: room is left for it.
    """
    return f"""
<style>
  .stMainBlockContainer {{ padding-top: 3.5rem; padding-bottom: 3rem; max-width: 100rem; }}
  .stElementContainer:has(.stVegaLiteChart) {{ padding-right: {Y_AXIS_WIDTH + LAST_LABEL}px; }}
  .stVegaLiteChart.vega-embed {{ display: flex; flex-direction: column; }}
  .stVegaLiteChart form.vega-bindings.vega-bindings {{
    order: -1; position: sticky; top: 0; z-index: 5; flex-flow: row wrap; align-items: center;
    gap: 0 2rem; padding: 0.25rem 0 0.5rem; background: {ink.page}; box-shadow: 5rem 0 0 {ink.page};
  }}
  .stVegaLiteChart form.vega-bindings .vega-bind.vega-bind {{ flex: 0 0 auto; width: auto; }}
  .stVegaLiteChart form.vega-bindings .vega-bind.vega-bind:has(input[type="range"]) {{ flex: 1 1 18rem; }}
  .stVegaLiteChart form.vega-bindings .vega-bind.vega-bind label {{
    flex: 1 1 auto; flex-wrap: nowrap; gap: 0.75rem; min-height: 2.75rem;
  }}
  .stVegaLiteChart form.vega-bindings .vega-bind-name.vega-bind-name {{
    font-size: 1.1rem; font-weight: 600; min-width: 0;
  }}
  .stVegaLiteChart form.vega-bindings.vega-bindings input[type="range"] {{
    flex: 1 1 auto; width: 100%; height: 2rem;
  }}
  .stVegaLiteChart form.vega-bindings.vega-bindings input[type="range"]::-webkit-slider-runnable-track {{
    height: 0.4rem; background: {ink.grid};
  }}
  .stVegaLiteChart form.vega-bindings.vega-bindings input[type="range"]::-moz-range-track {{
    height: 0.4rem; background: {ink.grid};
  }}
  .stVegaLiteChart form.vega-bindings.vega-bindings input[type="range"]::-webkit-slider-thumb {{
    width: 1.5rem; height: 1.5rem; margin-top: -0.55rem;
  }}
  .stVegaLiteChart form.vega-bindings.vega-bindings input[type="range"] + span {{ display: none; }}
  .stVegaLiteChart form.vega-bindings.vega-bindings input[type="checkbox"] {{
    width: 1.4rem; height: 1.4rem;
  }}
  .for-screen-readers {{
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }}
  .stElementContainer:has(.for-screen-readers) {{ position: absolute; }}
  .st-key-way_on a, .st-key-way_on a * {{ white-space: normal; font-size: 1rem; line-height: 1.4; }}
  [class*="st-key-progress_"] {{
    position: fixed; left: 50%; bottom: 1.5rem; transform: translateX(-50%); z-index: 99;
    width: min(26rem, 90vw);
  }}
{TOOLBAR}
{PRESENTED if present else ""}
</style>
"""


# On a phone the tools are icons, their names left to screen readers, and nobody presents.
TOOLBAR = """
  @media (min-width: 900px) {
    .stMainBlockContainer { position: relative; }
    .stMainBlockContainer .st-key-toolbar {
      position: absolute; top: 0; right: 9.5rem; z-index: 999991; height: 3.75rem; width: auto;
      align-items: center;
    }
  }
  .st-key-toolbar p { white-space: nowrap; }
  @media (max-width: 899px) {
    .stMainBlockContainer { position: relative; padding-top: 4.25rem; }
    .stMainBlockContainer h1 { font-size: 1.8rem; }
    .stMainBlockContainer .stHorizontalBlock { row-gap: 0.5rem; }
    .stMainBlockContainer .st-key-toolbar {
      position: absolute; top: 0.6rem; right: 0.75rem; z-index: 999991; width: auto;
      flex-wrap: nowrap; align-items: center;
    }
    .st-key-toolbar_ways { flex-wrap: nowrap; }
    .st-key-toolbar_ways p {
      position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    }
    .st-key-present { display: none; }
  }
"""

# Zooming enlarges type, marks and controls together. A chart asks its frame for its width and is told it as
# it is seen, zoomed already: the frame is made narrower by as much, so that the chart fits the page. A phone
# that follows a presented link keeps its panel.
PRESENTED = """
  @media (min-width: 900px) {
    [data-testid="stSidebar"], [data-testid="stExpandSidebarButton"], .st-key-idea { display: none; }
    .stMainBlockContainer { zoom: 1.3; max-width: none; padding-top: 3rem; }
    .stElementContainer:has(.stVegaLiteChart) > [data-testid="stFullScreenFrame"] { width: calc(100% / 1.3); }
    .stVegaLiteChart form.vega-bindings.vega-bindings { width: 130%; top: 3.25rem; }
    .stMainBlockContainer .st-key-toolbar { position: fixed; }
  }
"""


def chart_config(ink: Ink) -> dict:
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
            "offset": 12,
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

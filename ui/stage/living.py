"""The living picture on a page: the browser gets the networks and draws what they answer."""

from base64 import b64encode
from pathlib import Path

from ui.pictures.picture import Chart
from ui.stage.component import component

RULES = Path(__file__).parent / "living.css"


def show(chart: Chart) -> None:
    """Draw what stands in a chart's place."""
    assert chart.living is not None
    networks = b64encode(chart.living.networks).decode("ascii")
    component("living")(
        key=f"living_{chart.key}", data={**chart.living.told, "alt": chart.alt, "networks": networks}
    )

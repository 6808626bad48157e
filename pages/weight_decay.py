"""One L2 step is a shrink and a gradient step."""

from ui.frame import page
from ui.topics.weight_decay import TOPIC

page.present(TOPIC)

"""Too much variance: get more data, or regularize."""

from ui.frame import page
from ui.topics.bias_variance import TOPIC

page.present(TOPIC)

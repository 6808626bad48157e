"""Training with a penalty pulls weights to zero, epoch by epoch."""

from ui.frame import page
from ui.topics.histograms import TOPIC

page.present(TOPIC)

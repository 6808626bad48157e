"""Where exact zeros come from."""

from ui.frame import page
from ui.topics.solvers import TOPIC

page.present(TOPIC)

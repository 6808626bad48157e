"""A large λ cancels hidden units."""

from ui.frame import page
from ui.topics.hidden_units import TOPIC

page.present(TOPIC)

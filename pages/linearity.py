"""Small weights keep units in tanh's linear part, and linear units make a linear model."""

from ui.frame import page
from ui.topics.linearity import TOPIC

page.present(TOPIC)

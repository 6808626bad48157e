"""What backpropagation gives + λ/m·W really is ∂J/∂W."""

from ui.frame import page
from ui.topics.gradient_check import TOPIC

page.present(TOPIC)

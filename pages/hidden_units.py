"""A large λ cancels hidden units."""

from ui.frame import page
from ui.topics.hidden_units import TOPIC, directions

context = page.open_topic(TOPIC)
if not page.show(TOPIC, context).missing:
    page.explain(TOPIC, context)
    page.show_part("directions", directions.TITLE, directions.IDEA, directions.directions_picture, context)

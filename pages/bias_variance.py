"""Too much variance: get more data, or regularize."""

from ui.frame import page
from ui.topics.bias_variance import TOPIC, width

context = page.open_topic(TOPIC)
if not page.show(TOPIC, context).missing:
    page.explain(TOPIC, context)
    page.show_part("width", width.TITLE, width.IDEA, width.width_picture, context)

"""The topics: a folder for each sentence of the lecture, here in the order of the menu."""

from ui.topics.bias_variance import TOPIC as BIAS_VARIANCE
from ui.topics.choosing import TOPIC as CHOOSING
from ui.topics.converter import TOPIC as CONVERTER
from ui.topics.gradient_check import TOPIC as GRADIENT_CHECK
from ui.topics.hidden_units import TOPIC as HIDDEN_UNITS
from ui.topics.histograms import TOPIC as HISTOGRAMS
from ui.topics.linearity import TOPIC as LINEARITY
from ui.topics.overview import TOPIC as OVERVIEW
from ui.topics.solvers import TOPIC as SOLVERS
from ui.topics.sparsity import TOPIC as SPARSITY
from ui.topics.topic import Topic
from ui.topics.weight_decay import TOPIC as WEIGHT_DECAY

TOPICS: tuple[Topic, ...] = (
    OVERVIEW,
    SPARSITY,
    HISTOGRAMS,
    LINEARITY,
    HIDDEN_UNITS,
    WEIGHT_DECAY,
    BIAS_VARIANCE,
    CHOOSING,
    GRADIENT_CHECK,
    SOLVERS,
    CONVERTER,
)


def topic_of(title: str) -> Topic | None:
    """The topic whose page has this title; None for a tool's."""
    return next((topic for topic in TOPICS if topic.title == title), None)


def path_of(topic: Topic) -> str:
    """Where its page stands under the dashboard's address: the first one opens at the root."""
    return "" if topic is TOPICS[0] else topic.address

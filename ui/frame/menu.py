"""The menu: the topics, and the tools, which stand in the bar over every page and prove nothing."""

from typing import NamedTuple

from ui.topics import TOPICS, path_of
from ui.topics.topic import Topic


class Entry(NamedTuple):
    """A page as the frame's navigation takes it."""

    file: str
    title: str
    address: str  # differs from the file's name, or a fresh server opens the file without the frame
    sentence: str  # what the page proves, or what the tool is for
    icon: str = ""  # a tool's
    default: bool = False

    @classmethod
    def of(cls, topic: Topic) -> "Entry":
        """The page of a topic; that of the first is the one that opens."""
        return cls(topic.file, topic.title, topic.address, topic.sentence, default=not path_of(topic))

    @property
    def path(self) -> str:
        """Where it stands under the dashboard's address; that of the first page is empty."""
        return "" if self.default else self.address


MENU: tuple[Entry, ...] = tuple(map(Entry.of, TOPICS))
TOOLS: tuple[Entry, ...] = (
    Entry(
        "pages/classroom.py",
        "Tour and scenarios",
        "tour-and-scenarios",
        "The lecture in questions to predict, and settings worth seeing.",
        ":material/school:",
    ),
    Entry(
        "pages/your_data.py",
        "Your data",
        "bring-your-own",
        "Every page works on a table that you bring.",
        ":material/upload_file:",
    ),
    Entry(
        "pages/tried.py",
        "What was tried",
        "what-was-tried",
        "Every setting that was trained, to sort and to compare.",
        ":material/history:",
    ),
)

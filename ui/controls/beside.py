"""A setting that is kept beside the page's own: two λ, two seeds, two penalties, two data sets in one window.

It stands in the address, `?beside=lam:1,seed:3`: what differs from the defaults, and what was chosen at the
controls of its page. Streamlit drops it when a page is left, so the session keeps it too.
"""

from dataclasses import asdict, replace

import streamlit as st

from core import Settings
from core.settings import SETTINGS, UPLOAD, format_value
from core.validation import shown
from ui.base.address import keep_in_address
from ui.base.session import Beside, session
from ui.base.words import joined, lam_text
from ui.controls.panel import add_problems
from ui.data.own import source_of
from ui.data.shelf import shelf_of
from ui.topics import TOPICS
from ui.topics.topic import Context, Control, Topic
from ui.work.tasks import Run

IN_ADDRESS = "beside"
DEFAULTS = "defaults"  # how the address says that nothing differs from these
CONTROLS = {control.key: control for topic in TOPICS for control in topic.controls}


def arrive() -> None:
    """Take over what the address keeps beside; where a change of page has dropped it, write it again."""
    text = st.query_params.get(IN_ADDRESS)
    if text is not None and (session.beside is None or text != text_of(session.beside)):
        try:
            session.beside = parse(text)
        except ValueError as error:
            session.beside = None
            add_problems([f"{error}; nothing is kept beside"])
    keep_in_address(IN_ADDRESS, None if session.beside is None else text_of(session.beside))


def keep(beside: Beside) -> None:
    """A button's callback: keep these settings beside."""
    session.beside = beside
    keep_in_address(IN_ADDRESS, text_of(beside))


def put_away() -> None:
    """A button's callback: keep nothing beside any more."""
    session.beside = None
    keep_in_address(IN_ADDRESS, None)


def of(topic: Topic, context: Context) -> Beside:
    """What a page shows, to be kept."""
    settings = context.settings
    return Beside(settings, {one.key: str(context[one]) for one in topic.controls if one.applies(context)})


def text_of(beside: Beside) -> str:
    """As the address has it."""
    pairs = {**beside.settings.to_query(), **beside.choices}
    return ",".join(f"{name}:{value}" for name, value in pairs.items()) or DEFAULTS


def parse(text: str) -> Beside:
    """What a text in an address means. Raises ValueError where it means nothing."""
    parts = {} if text == DEFAULTS else dict(part.partition(":")[::2] for part in text.split(","))
    unknown = parts.keys() - SETTINGS.keys() - CONTROLS.keys()
    settings, problems = Settings.from_query(parts)
    if unknown or problems:
        why = problems[0] if problems else f"got {shown(min(unknown))}"
        raise ValueError(f"{IN_ADDRESS} must be settings such as lam:1,seed:3; {why}")
    if settings.dataset == UPLOAD and session.own is None:
        raise ValueError(
            f"{IN_ADDRESS} is of a person's own data, which no address carries and which end with a session"
        )
    return Beside(settings, {name: value for name, value in parts.items() if name in CONTROLS})


def context_of(beside: Beside, topic: Topic, context: Context, runner: Run) -> Context:
    """What is kept as a page shows it beside this context; runner: has its work done.

    Where more than λ sets the two apart, λ is the same on both sides.
    """
    now = context.settings
    there = replace(context, settings=beside.settings, shelf=shelf_of(beside.settings), runner=runner)
    found = {name: CONTROLS[name].parse(text, there) for name, text in beside.choices.items()}
    chosen = {name: value for name, value in found.items() if value is not None}
    there = replace(there, choices={**context.choices, **chosen})
    if replace(beside.settings, lam=now.lam) != now or _other_choices(topic, there, context):
        there = there.at(replace(beside.settings, lam=now.lam))
    return there


def name_of(topic: Topic, context: Context, other: Context) -> str:
    """What sets a context apart from another, in words."""
    words = []
    settings, others = context.settings, other.settings
    for name, value in asdict(settings).items():
        if value == getattr(others, name):
            continue
        if name == "lam":
            words.append(lam_text(value))
        elif name == "dataset":
            words.append(source_of(value).label)
        else:
            words.append(f"{SETTINGS[name].label.lower()} {format_value(value)}")
    words += [
        f"“{control.label}” {control.shown(context[control], context)}"
        for control in _other_choices(topic, context, other)
    ]
    return joined(words) if words else "the same settings"


def _other_choices(topic: Topic, context: Context, other: Context) -> list[Control]:
    """The topic's controls at which two contexts differ."""
    return [one for one in topic.controls if one.applies(context) and context[one] != other[one]]

"""All pages as one HTML file that asks for nothing: pictures, sentences and scripts at one setting.

The page itself is a template, report.html, which escapes whatever is filled in. What may hold markup is made
here, and says so by its type, Markup.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from core.grid import epochs_to_rest
from core.settings import RESTS_FROM, SETTINGS, format_value
from ui.base import templates
from ui.base.words import STEPS_OF
from ui.pictures import export
from ui.pictures.drawer import DrawingError
from ui.pictures.picture import Picture
from ui.topics import TOPICS
from ui.topics.choosing import RULE
from ui.topics.choosing.handin import hand_in
from ui.topics.topic import Context, Need, Topic
from ui.work.tasks import RefusedError

TEMPLATE = Path(__file__).parent / "report.html"
BOLD_OR_CODE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*")
OWN_NAMES = re.compile(r'(\bid="|url\(#|href="#)')


@dataclass(frozen=True, eq=False)
class Section:
    """One page: its topic, and its picture with the drawing and the caption that stand in the report."""

    topic: Topic
    picture: Picture
    drawing: Markup
    caption: str  # in Markdown


def html(context: Context, link: str = "") -> str:
    """The report of the panel's context. link: the dashboard's address at these settings, "" for none.

    A link is followed by whoever opens the file, so that nothing but a web address becomes one.
    """
    return templates.filled(
        TEMPLATE,
        source=context.data.source,
        settings=settings_rows(context),
        handed_in=handed_in(context),
        link=link if link.startswith(("http://", "https://")) else "",
        sections=[section(topic, context) for topic in TOPICS],
        inline=inline,
    )


def settings_rows(context: Context) -> list[tuple[str, str]]:
    """The settings by their label, those that play a part for the data, and how many rows these have."""
    settings, data = context.settings, context.data
    values = {name: format_value(getattr(settings, name)) for name in SETTINGS}
    values["dataset"] = data.source.label
    rows = [
        (setting.label[0].lower() + setting.label[1:], values[name])
        for name, setting in SETTINGS.items()
        if settings.is_synthetic or not setting.synthetic
    ]
    return [*rows, ("training and test rows", f"{data.m:,} and {len(data.y_test):,}")]


def handed_in(context: Context) -> list[tuple[str, str]]:
    """How λ was chosen on a person's own table, and what came of it; empty for the program's data."""
    if context.shelf.own is None:
        return []
    try:
        return hand_in(context, context[RULE])
    except RefusedError as error:
        return [("not validated", str(error))]


def section(topic: Topic, context: Context) -> Section:
    """One page; work that is refused leaves a sentence in place of its picture."""
    try:
        _do_second(topic, context)
        about, picture = topic.about(context), topic.picture(context)
        about = " ".join(filter(None, (about, how_trained(topic, context), topic.unrest(context))))
    except RefusedError as error:
        about, picture = "", Picture(topic.key, missing=str(error))
    caption = " ".join(filter(None, (about, picture.caption)))
    return Section(topic, picture, drawing(picture, context.theme), caption)


def _do_second(topic: Topic, context: Context) -> None:
    """What comes after the picture on the page comes before it here, where nothing comes later."""
    batch = None if topic.lacks_hidden(context) else topic.second(context)
    if batch is not None:
        with suppress(RefusedError):
            context.run(batch)


def how_trained(topic: Topic, context: Context) -> str:
    """By which steps the networks of a page were trained; "" where it shows none."""
    if topic.needs not in (Need.REST, Need.TRAINING) or topic.lacks_hidden(context):
        return ""
    steps = STEPS_OF[topic.method]
    epochs = f"{context.settings.epochs:,}"
    if topic.needs is Need.TRAINING:
        return f"Trained by {epochs} {steps} steps."
    most = f"{epochs_to_rest(context.settings.epochs, RESTS_FROM):,}"
    below = f"or {epochs} where λ is below {RESTS_FROM:g}"
    return f"Trained by {steps} steps until at rest, {below} and {most} from there on."


def drawing(picture: Picture, theme: str) -> Markup:
    """The picture as an inline SVG; its tables where it has no chart, nothing where there is none to see."""
    if picture.missing:
        return Markup()
    if picture.spec is None:
        return Markup().join(
            Markup(table.to_html(index=False, border=0)) for table in picture.tables.values()
        )
    try:
        return Markup(with_own_ids(export.svg(picture, theme), picture.key))
    except DrawingError as error:
        return Markup("<p>%s</p>") % f"{error}."


def with_own_ids(svg: str, key: str) -> str:
    """An SVG whose ids begin with the key, so that several can stand in one page."""
    return OWN_NAMES.sub(lambda found: f"{found[1]}{key}-", svg)


def inline(text: str) -> Markup:
    """A sentence in Markdown as HTML: its bold words and its code; all else is text."""
    parts, end = [], 0
    for found in BOLD_OR_CODE.finditer(text):
        parts.append(escape(text[end : found.start()]))
        tag, inner = ("code", found[1]) if found[1] is not None else ("strong", found[2])
        parts.append(Markup(f"<{tag}>%s</{tag}>") % inner)
        end = found.end()
    return Markup().join([*parts, escape(text[end:])])

"""All pages as one HTML file that asks for nothing: pictures, sentences and scripts at one setting."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from html import escape
from typing import Any

from core import Dataset, Settings
from core.convert import converted
from core.settings import format_value
from core.solvers import Race
from core.variance import Curves
from ui import (
    bias_variance,
    converter,
    export,
    gradient_check,
    hidden_units,
    histograms,
    linearity,
    overview,
    solvers,
    sparsity,
    weight_decay,
)
from ui.lesson import Lesson, Loaded, RefusedError, Sheet, Trained
from ui.menu import MENU, Entry
from ui.picture import Picture

THEME = "light"  # for a course page and for paper
TOKEN = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*")
OWN_NAMES = re.compile(r'(\bid="|url\(#|href="#)')
STYLE = """
body { max-width: 75rem; margin: 2rem auto; padding: 0 1.5rem; color: #0f1720; background: #ffffff;
  font: 1.05rem/1.5 system-ui, sans-serif; }
h1 { font-size: 2.2rem; margin-bottom: 0.5rem; } h2 { font-size: 1.7rem; margin-top: 4rem; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption, footer { color: #5c6672; } li { margin: 0.35rem 0; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 1rem 0.3rem 0; }
th, td { border-bottom: 1px solid #e3e6eb; }
pre { overflow-x: auto; padding: 1rem; background: #f3f4f7; font-size: 0.95rem; }
nav li { margin: 0; } summary { cursor: pointer; }
@media print { details { display: none; } section { break-before: page; } }
"""
NAMES = {
    "lam": "λ",
    "dataset": "data set",
    "hidden": "hidden layers",
    "learning_rate": "learning rate α",
    "n_samples": "samples",
}


@dataclass(frozen=True, eq=False)
class Desk:
    """What a report is made from.

    train: gives the networks for settings; curves: the study of bias and variance, or a sentence that says
    why it is left out; race: the solvers', of `solvers.chosen`. choices: the pages' own controls by key,
    where they are not at their default.
    """

    settings: Settings
    data: Dataset
    train: Callable[[Settings], Trained]
    curves: Callable[[], Sequence[Curves] | str]  # of the seeds from the settings' on
    race: Callable[[], Race]
    choices: Mapping[str, Any] = field(default_factory=dict)

    def lesson(self, settings: Settings) -> Lesson:
        """The networks for settings, and where λ stands."""
        return Lesson(settings, self.train(settings), THEME)

    def chosen(self, **keys: str) -> dict[str, Any]:
        """Arguments of a page's `picture`, by the key of the control; what was not chosen has its default."""
        return {name: self.choices[key] for name, key in keys.items() if key in self.choices}

    @property
    def sheet(self) -> Sheet:
        """The settings and their data alone."""
        return Sheet(self.settings, Loaded(self.data), THEME)


def pictures(desk: Desk) -> Iterator[tuple[Entry, Picture]]:
    """Each page of the menu with its picture, one after the other."""
    for entry in MENU:
        try:
            picture = PICTURES[entry.file](desk)
        except RefusedError as error:
            picture = Picture(entry.url_path, missing=str(error))
        yield entry, picture


def _overview(desk: Desk) -> Picture:
    settings = overview.shown_settings(desk.settings, desk.data)
    is_example = settings.dataset != desk.settings.dataset
    chosen = desk.chosen(penalty="overview_penalty")
    picture = overview.picture(desk.lesson(settings), is_example=is_example, **chosen)
    about = overview.about_example(settings, desk.data) if is_example else ""
    return replace(picture, caption=about)


def _sparsity(desk: Desk) -> Picture:
    layer = min(desk.choices.get("layer", 0), len(desk.settings.hidden))
    return sparsity.picture(desk.lesson(desk.settings), layer=layer, **desk.chosen(how="compare"))


def _histograms(desk: Desk) -> Picture:
    return histograms.picture(desk.lesson(desk.settings))


def _linearity(desk: Desk) -> Picture:
    logistic = desk.train(replace(desk.settings, hidden=())).runs
    chosen = desk.chosen(deviation="deviation", drawn="drawn")
    return linearity.picture(desk.lesson(desk.settings), logistic, **chosen)


def _hidden_units(desk: Desk) -> Picture:
    chosen = desk.chosen(drawn="drawn_penalty", share="tolerance")
    return hidden_units.picture(desk.lesson(desk.settings), **chosen)


def _weight_decay(desk: Desk) -> Picture:
    return weight_decay.picture(desk.lesson(desk.settings))


def _bias_variance(desk: Desk) -> Picture:
    curves = desk.curves()
    if isinstance(curves, str):
        return Picture("bias_variance", missing=curves)
    chosen = desk.chosen(penalty="variance_penalty", test_share="variance_test_share")
    return bias_variance.picture(desk.lesson(desk.settings), curves, **chosen)


def _gradient_check(desk: Desk) -> Picture:
    penalty = desk.choices.get("gradient_penalty", "l2")
    mistake = desk.choices.get("gradient_mistake", gradient_check.NONE)
    check = gradient_check.measure(desk.settings, penalty, mistake, desk.data)
    return gradient_check.picture(desk.sheet, check)


def _solvers(desk: Desk) -> Picture:
    return solvers.picture(desk.sheet, desk.race(), *solvers.chosen(desk.data, desk.choices))


def _converter(desk: Desk) -> Picture:
    penalty = desk.choices.get("converter_penalty", "l2")
    problem = converter.problem_of(desk.settings, desk.data, penalty)
    return converter.picture(problem, converted(problem))


PICTURES: dict[str, Callable[[Desk], Picture]] = {
    "pages/overview.py": _overview,
    "pages/sparsity.py": _sparsity,
    "pages/histograms.py": _histograms,
    "pages/linearity.py": _linearity,
    "pages/hidden_units.py": _hidden_units,
    "pages/weight_decay.py": _weight_decay,
    "pages/bias_variance.py": _bias_variance,
    "pages/gradient.py": _gradient_check,
    "pages/solvers.py": _solvers,
    "pages/converter.py": _converter,
}
CHOICES = (
    *("overview_penalty", "layer", "compare", "deviation", "drawn", "drawn_penalty", "tolerance"),
    *("variance_penalty", "variance_seeds", "variance_test_share", "gradient_penalty", "gradient_mistake"),
    *("solver_target", "solver_steps", "converter_penalty"),
)


def html(desk: Desk, link: str = "") -> str:
    """The report. link: the address of the dashboard at these settings, "" for none."""
    sections = [section(entry, picture) for entry, picture in pictures(desk)]
    contents = "".join(f'<li><a href="#{e.url_path}">{escape(e.title)}</a></li>' for e in MENU)
    where = ""
    if link.startswith(("http://", "https://")):
        where = f'<p>The dashboard at these settings: <a href="{escape(link)}">{escape(link)}</a></p>'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Regularization Lab: {escape(desk.data.source.label)}</title><style>{STYLE}</style></head>\n"
        f"<body><main><h1>Regularization Lab</h1>{about(desk)}{where}<nav><ol>{contents}</ol></nav>\n"
        + "\n".join(sections)
        + f"</main><footer><p>{escape(source(desk.data))}</p></footer></body></html>\n"
    )


def about(desk: Desk) -> str:
    """The settings as a table."""
    synthetic = desk.data.source.synthetic
    rows = [
        (NAMES.get(f.name, f.name), format_value(getattr(desk.settings, f.name)))
        for f in fields(desk.settings)
        if synthetic or f.name not in ("noise", "n_samples")
    ]
    rows[0] = (rows[0][0], desk.data.source.label)
    rows.append(("training and test rows", f"{desk.data.m:,} and {len(desk.data.y_test):,}"))
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
    return f"<table>{cells}</table>"


def source(data: Dataset) -> str:
    """Where the data come from."""
    return f"Data: {data.source.label}. {data.source.about} Source: {data.source.source}. " + (
        f"Licence: {data.source.licence}."
    )


def section(entry: Entry, picture: Picture) -> str:
    """One page: its sentence, picture, caption, what to notice, and the script."""
    parts = [f"<h2>{escape(entry.sentence)}</h2>"]
    if picture.missing:
        parts.append(f"<p>{inline(picture.missing)}</p>")
    else:
        parts.append(figure(picture))
        parts.append("<ul>" + "".join(f"<li>{inline(note)}</li>" for note in picture.notes) + "</ul>")
    if picture.script:
        parts.append(
            "<details><summary>The same numbers with Python</summary>"
            f"<pre><code>{escape(picture.script)}</code></pre></details>"
        )
    return f'<section id="{entry.url_path}">{"".join(parts)}</section>'


def figure(picture: Picture) -> str:
    """The picture as an inline SVG, described for those who do not see it; a table where it has no chart."""
    if picture.spec is None:
        inner = "".join(table.to_html(index=False, border=0) for table in picture.tables.values())
    else:
        drawing = apart(export.svg(picture, THEME), picture.key)
        inner = f'<div role="img" aria-label="{escape(picture.alt)}">{drawing}</div>'
    caption = f"<figcaption>{inline(picture.caption)}</figcaption>" if picture.caption else ""
    return f"<figure>{inner}{caption}</figure>"


def apart(svg: str, key: str) -> str:
    """An SVG whose ids are its own, so that several can stand in one page."""
    return OWN_NAMES.sub(lambda found: f"{found[1]}{key}-", svg)


def inline(text: str) -> str:
    """A sentence in Markdown as HTML: its bold words and its code; all else is text."""
    parts, end = [], 0
    for found in TOKEN.finditer(text):
        parts.append(escape(text[end : found.start()]))
        tag, inner = ("code", found[1]) if found[1] is not None else ("strong", found[2])
        parts.append(f"<{tag}>{escape(inner)}</{tag}>")
        end = found.end()
    return "".join(parts) + escape(text[end:])

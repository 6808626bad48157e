"""The report: every page's own picture and sentences in one file, nothing in it that runs or calls."""

import re
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser

import pytest

import core
from core import DATASETS
from core.settings import SETTINGS
from tests.app import context_at, topic
from tests.browser import HOW_TO_GET_ONE, chromium
from tests.ui.pictures.images import IN_AN_ADDRESS
from tests.ui.takeaway.own import own_context
from ui.pictures.field import SIDE
from ui.pictures.picture import Picture
from ui.takeaway import report
from ui.topics import TOPICS
from ui.topics.topic import Context
from ui.work.tasks import Batch, RefusedError, Value, run_now

QUICK = core.Settings(dataset="moons", hidden=(4,), learning_rate=0.1, epochs=50, lam=10.0, n_samples=100)
SOON = {"solver_steps": 300}
CONTEXT = context_at(QUICK, SOON)


class Links(HTMLParser):
    """What a page would fetch, where it leads, and its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched, self.anchors, self.tags = [], [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "xlink:href", "action", "data", "poster") and value:
                (self.anchors if tag == "a" else self.fetched).append(value)


def links_of(html: str) -> Links:
    links = Links()
    links.feed(html)
    return links


@lru_cache
def full_report() -> str:
    return report.html(CONTEXT, "https://example.org/?dataset=moons&lam=10")


def pictures_of(context: Context) -> dict[str, Picture]:
    """The picture of every topic, as the report has it."""
    return {one.key: report.section(one, context).picture for one in TOPICS}


def long_work_refused(batch: Batch[Value]) -> list[Value]:
    """A way to have work done that refuses what waits for a button on its page."""
    if batch.asks_above < float("inf"):
        raise RefusedError("Left out: `<b>`.")
    return run_now(batch)


def fields_shown(context: Context) -> list[str]:
    """The images of the overview where it opens: they travel in the addresses themselves."""
    tables = report.section(TOPICS[0], context).picture.tables
    fields = tables["fields"]
    found = fields[fields.k == tables["chosen"].k[0]].url.tolist()
    assert found
    assert all(url.startswith(IN_AN_ADDRESS) for url in found)
    return found


def test_the_report_has_every_page_and_fetches_nothing():
    html = full_report()
    links = links_of(html)
    assert [tag for tag in links.tags if tag in ("script", "img", "link", "iframe", "object")] == []
    assert [value for value in links.fetched if not value.startswith("#")] == fields_shown(CONTEXT)
    assert links.anchors == [
        "https://example.org/?dataset=moons&lam=10",
        *(f"#{one.address}" for one in TOPICS),
    ]
    assert links.tags.count("section") == len(TOPICS)
    assert links.tags.count("svg") == len(TOPICS) - 1
    assert links.tags.count("details") == len(TOPICS)
    for one in TOPICS:
        assert report.inline(one.sentence) in html
        assert all(report.inline(note) in html for note in one.picture(CONTEXT).notes)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert "{{" not in html
    assert "{%" not in html


def test_the_page_allows_itself_nothing_but_its_own_style_and_images_that_it_holds():
    html = full_report()
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', html)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.strip("; ").split(";"))
    assert rules == {"default-src": "'none'", "style-src": "'unsafe-inline'", "img-src": "data:"}
    assert "body { max-width: 75rem;" in html


def test_the_report_is_light_and_its_pictures_are_those_of_the_choices():
    assert 'fill="#ffffff"' in full_report()
    check = topic("gradient_check")
    l1, l2 = (
        report.section(check, context_at(QUICK, {"gradient_penalty": penalty})).picture.notes
        for penalty in ("l1", "l2")
    )
    assert l1 != l2


@pytest.mark.parametrize("dataset", ["moons", "wine"])
def test_the_settings_stand_under_their_labels_and_only_where_they_play_a_part(dataset):
    context = context_at(replace(QUICK, dataset=dataset))
    rows = dict(report.settings_rows(context))
    labels = [s.label.lower() for s in SETTINGS.values() if not s.synthetic or DATASETS[dataset].synthetic]
    assert [name.lower() for name in rows] == [*labels, "training and test rows"]
    assert ("noise" in rows) == (dataset == "moons")
    assert rows["data set"] == DATASETS[dataset].label
    assert rows["hidden layers"] == "4"
    assert rows["learning rate α"] == "0.1"
    assert rows["training and test rows"] == f"{len(context.data.y_train)} and {len(context.data.y_test)}"


def test_foreign_text_in_a_report_is_text():
    hostile = '<img src="http://e.vil/x"> & ![x](http://e.vil) {{ 7 * 7 }}'
    context = own_context((hostile, "b"), (hostile, "<b>"), hostile, choices=SOON, runner=long_work_refused)
    html = report.html(context, "javascript:alert(1)")
    links = links_of(html)
    assert "img" not in links.tags
    assert "b" not in links.tags
    assert all(value.startswith("#") for value in links.anchors)
    assert all(value.startswith(("#", IN_AN_ADDRESS)) for value in links.fetched)
    assert "&lt;img src=" in html
    assert "Left out: <code>&lt;b&gt;</code>." in html


def test_markdown_of_a_sentence_becomes_html():
    said = report.inline("**17 of 30** have `a<b **c**` & more.")
    assert said == "<strong>17 of 30</strong> have <code>a&lt;b **c**</code> &amp; more."


def test_a_report_without_hidden_layers_says_what_is_missing():
    settings = core.Settings(dataset="moons", hidden=(), epochs=50)
    found = pictures_of(replace(context_at(settings, SOON), runner=long_work_refused))
    missing = [key for key, picture in found.items() if picture.missing]
    assert missing == ["linearity", "hidden_units", "bias_variance"]
    for one in TOPICS:
        if one.remedy:
            assert found[one.key].missing == one.remedy.sentence
            assert report.how_trained(one, context_at(settings)) == ""


@pytest.mark.browser
def test_the_report_opens_without_a_network_and_shows_its_pictures(tmp_path):
    (tmp_path / "report.html").write_text(full_report(), encoding="utf-8")
    asked, said = [], []
    try:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.context.set_offline(True)
            page.on("request", lambda request: asked.append(request.url))
            page.on("console", lambda message: said.append(message.text))
            page.goto((tmp_path / "report.html").as_uri())
            sizes = [svg.bounding_box() for svg in page.locator("figure svg").all()]
            loads = page.evaluate(
                """async () => {
                    const urls = [...document.querySelectorAll("svg image")].map(image =>
                        image.href.baseVal);
                    const sizes = urls.map(url => new Promise(done => {
                        const image = new Image();
                        image.onload = () => done(image.naturalWidth);
                        image.onerror = () => done(0);
                        image.src = url;
                    }));
                    return Promise.all(sizes);
                }"""
            )
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    except LookupError:
        pytest.skip(HOW_TO_GET_ONE)
    assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "report.html").as_uri()]
    assert loads == [SIDE] * len(fields_shown(CONTEXT)), "the fields are seen"
    assert said == []
    assert len(sizes) == len(TOPICS) - 1
    assert all(box["width"] > 600 and box["height"] > 200 for box in sizes)
    assert overflow <= 0


def test_each_page_says_by_which_steps_its_networks_came_about_and_who_is_not_at_rest():
    captions = {one.key: report.section(one, CONTEXT).caption for one in TOPICS}
    steps = "accelerated steps until at rest, or 50 where λ is below 3 and 1,000 from there on."
    for key in ("sparsity", "hidden_units", "linearity", "overview"):
        assert steps in captions[key], key
    for key in ("histograms", "weight_decay"):
        assert "Trained by 50 plain steps." in captions[key], key
    assert "steps" not in captions["converter"]
    longer = context_at(replace(QUICK, epochs=2000))
    assert report.how_trained(topic("histograms"), longer) == "Trained by 2,000 plain steps."
    assert report.how_trained(topic("sparsity"), longer).endswith(
        "or 2,000 where λ is below 3 and 6,000 from there on."
    )
    away = replace(CONTEXT, settings=replace(QUICK, lam=0.1), made={})
    captions = {one.key: report.section(one, away).caption for one in TOPICS}
    assert "from rest after 50 epochs" in captions["sparsity"]
    assert "from rest" not in captions["histograms"]

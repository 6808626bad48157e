"""The living picture in a browser: what it computes, how it follows the bar, what can be pressed in it."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core import network
from tests.browser import let_go, new_page, open_page, scrub, wait_for_quiet, wait_for_readout

pytestmark = pytest.mark.browser
MOONS = "dataset=moons&n_samples=50&noise=0.5&hidden=8-5&epochs=200&lam=1"
STRIPS = ("hidden=4&epochs=50", "dataset=wine&hidden=4-3&epochs=50")
PICTURE = "document.querySelector('.living').picture"
MODULE = (
    "import(performance.getEntriesByType('resource').map(one => one.name).find(name => /living/.test(name)))"
)
PIXELS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 1) sum = (sum * 31 + data[i]) % 1000000007;
  return sum;
}"""


def open_living(page: Page, address: str, query: str) -> None:
    open_page(page, f"{address}/?{query}")
    page.locator(".living-answer").first.wait_for()


def drawn(page: Page) -> list[int]:
    """A number for what each canvas shows."""
    page.wait_for_timeout(60)
    return [canvas.evaluate(PIXELS) for canvas in page.locator(".living-answer, .living-network").all()]


def words(page: Page) -> list[str]:
    return page.locator(".living-words").all_inner_texts()


@pytest.mark.parametrize("query", [MOONS, *STRIPS])
def test_what_the_script_computes_is_what_the_core_computes(page, address, query):
    open_living(page, address, query)
    told = page.evaluate(f"(({{ sizes, rows, lams }}) => ({{ sizes, rows, lams }}))({PICTURE}.data)")
    sizes, n = told["sizes"], told["rows"]
    X = np.array(list(page.evaluate(f"Array.from({PICTURE}.X)")), "f4").reshape(n, sizes[0])
    for p, k in ((0, 0), (0, 13), (1, 5), (1, told["lams"] - 1)):
        parameters = np.array(page.evaluate(f"Array.from({PICTURE}.network({p}, {k}, 0))"))
        found = page.evaluate(f"Array.from({PICTURE}.logits({p}, {k}, 0, {PICTURE}.X, {n}))")
        W, b, at = [], [], 0
        for n_in, n_out in pairwise(sizes):
            W.append(parameters[at : at + n_in * n_out].reshape(1, n_out, n_in))
            b.append(parameters[at + n_in * n_out :][:n_out].reshape(1, n_out, 1))
            at += n_out * (n_in + 1)
        A = [X.T.astype(float), *(np.empty((1, n_out, n)) for n_out in sizes[1:])]
        Z = network.forward(W, b, A)[0]
        np.testing.assert_allclose(np.reshape(found, (n, -1)).T, Z, atol=1e-5, rtol=1e-6)
        if len(Z) == 1:
            share = page.evaluate(f"async Z => Z.map((await {MODULE}).share)", found)
            np.testing.assert_allclose(share, network.probabilities(Z[None])[0, 0], atol=1e-5)
        else:
            y = np.array(page.evaluate(f"Array.from({PICTURE}.y)"), int)
            odds = page.evaluate(
                f"async ([Z, n]) => [...(await {MODULE}).logOdds(new Float64Array(Z), n, {PICTURE}.y)]",
                [found, len(Z)],
            )
            P = network.probabilities(Z[None].copy())[0][y, np.arange(n)]
            np.testing.assert_allclose(1 / (1 + np.exp(-np.array(odds))), P, atol=1e-5)
    assert page.trouble == []


def test_it_follows_the_bar_without_the_server_and_the_jumps_choose(page, address):
    open_living(page, address, MOONS)
    wait_for_readout(page, "λ = 1")
    page.wait_for_timeout(800)  # until the fields are fine
    frames = len(page.wire)
    seen, said = [drawn(page)], [words(page)]
    for k in (3, 0, 9):
        scrub(page, k)
        page.wait_for_timeout(400)
        seen.append(drawn(page))
        said.append(words(page))
    assert all(len(set(column)) == 4 for column in zip(*seen, strict=True))
    assert all(len(set(column)) == 4 for column in zip(*said, strict=True))
    assert len(page.wire) == frames, "nothing is asked of the server on the way"
    let_go(page)
    jump = page.get_by_role("button", name="λ = 0, no penalty").last
    jump.click()
    expect(page).to_have_url(re.compile("lam=0(&|$)"))
    expect(page.get_by_test_id("lam-value")).to_have_text("λ = 0")
    expect(jump).to_have_attribute("aria-pressed", "true")
    assert page.trouble == []


def test_networks_are_watched_epoch_by_epoch(page, address):
    open_living(page, address, MOONS)
    page.get_by_role("radio", name="watch them train").click()
    handle = page.get_by_test_id("lam-bar").get_by_role("slider", name="Epoch")
    handle.wait_for()
    expect(page.locator(".living-words").first).to_have_text(re.compile("^training cost"))
    last = float(words(page)[1].split()[-1])
    before = drawn(page)
    scrub(page, 0, "Epoch")
    page.wait_for_timeout(400)
    assert float(words(page)[1].split()[-1]) > last, "it learns on its way"
    assert all(a != b for a, b in zip(before, drawn(page), strict=True))
    assert page.trouble == []


def test_a_rule_is_dragged_in_the_curves_and_a_finger_that_scrolls_moves_nothing(browser, address):
    with new_page(browser, viewport={"width": 1440, "height": 900}) as page:
        open_living(page, address, MOONS)
        wait_for_readout(page, "λ = 1")
        labels = page.locator(".stVegaLiteChart .role-axis-label text")
        at = {text: labels.get_by_text(text, exact=True).first.bounding_box() for text in ("0", "1", "100")}
        at["0"] = page.locator(
            ".stVegaLiteChart .role-axis-label text", has_text=re.compile("^0$")
        ).last.bounding_box()
        y = at["1"]["y"] - 60
        page.mouse.move(at["1"]["x"] + 4, y)
        page.mouse.down()
        page.mouse.move(at["100"]["x"] - 30, y, steps=5)
        on_the_way = page.get_by_test_id("lam-value").inner_text()
        assert "lam=1" in page.url
        page.mouse.move(at["100"]["x"] + at["100"]["width"] / 2, y, steps=5)
        page.mouse.up()
        assert on_the_way not in ("λ = 1", "λ = 100")
        expect(page).to_have_url(re.compile("lam=100(&|$)"))
        assert page.trouble == []


def test_the_picture_fits_a_phone_and_tells_who_cannot_see_it(browser, address):
    with new_page(browser, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        open_living(page, address, STRIPS[0])
        foot = page.get_by_test_id("lam-bar").bounding_box()["y"]
        for part in page.locator(".living-answer, .living-network").all():
            box = part.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["y"] + box["height"] <= foot
        for label in ("L1", "L2"):
            name = re.compile(rf"^{label}\. The training rows along what each penalty's network")
            assert page.get_by_role("img", name=name).count() == 1
        assert page.trouble == []


def test_samples_are_added_moved_taken_away_and_that_is_undone(page, address):
    open_living(page, address, MOONS)
    wait_for_readout(page, "λ = 1")
    square = page.locator(".living-answer").first
    box = square.bounding_box()

    def tool(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    def edits(text: str) -> None:
        expect(page).to_have_url(re.compile(f"edits={text}(&|$)"))
        wait_for_quiet(page)

    page.mouse.click(box["x"] + 50, box["y"] + 50)
    page.wait_for_timeout(300)
    assert "edits" not in page.url, "without a tool a press means nothing"
    tool("Add a sample of class 1")
    before = words(page)
    page.mouse.click(box["x"] + 50, box["y"] + 50)
    edits(r"a-?[\d.]+_[\d.]+_1")
    assert words(page) != before, "it was trained with"
    assert square.bounding_box() == box, "nothing jumps"
    tool("move")
    at = page.evaluate(
        f"(() => {{ const {{ X, data }} = {PICTURE}; const {{ low, size }} = data.plane;"
        " const i = data.rows - 1;"
        " return [0, 1].map(c => (X[2 * i + c] - low[c]) / size[c]); })()"
    )
    x, y = box["x"] + at[0] * box["width"], box["y"] + (1 - at[1]) * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 90, steps=4)
    page.mouse.up()
    edits(r"a[-\d._]+_1~m34_[-\d.]+_[-\d.]+")
    tool("take away")
    page.mouse.click(x + 60, y + 90)
    edits(r"a[-\d._]+_1~m34_[-\d._]+~r34")
    tool("undo")
    edits(r"a[-\d._]+_1~m34_[-\d._]+")
    page.get_by_role("link", name="L1 vs L2", exact=True).first.click()
    edits(r"a[-\d._]+_1~m34_[-\d._]+")
    assert page.trouble == []

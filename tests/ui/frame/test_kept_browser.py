"""Where the next session begins: what the browser kept is taken back, and of a file the truth is said.

That it is there after a server was killed, see tests/deploy/test_faults.py.
"""

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Page, expect

from tests.browser import kept_rows, open_page, wait_until_quiet
from tests.ui.data.own_tables import rows_of
from tests.ui.data.upload.files import file_of
from tests.ui.frame.test_your_data_browser import NAMES, bring, use

pytestmark = pytest.mark.browser


def leave(page: Page, what: object) -> None:
    """Have the browser keep this, as of an earlier session, and load the page anew."""
    page.evaluate("what => sessionStorage.setItem('lab-kept', JSON.stringify(what))", what)
    page.reload()
    wait_until_quiet(page)


def test_of_a_file_that_a_session_had_the_next_one_says_its_name_and_where_it_was(page, address):
    bring(page, f"{address}/bring-your-own?hidden=none&epochs=50")
    use(page, file_of(rows_of(NAMES, ("x", "z"), seed=1)))
    wait_until_quiet(page)
    page.reload()
    wait_until_quiet(page)
    said = page.get_by_role("alert").filter(has_text="mine.csv")
    expect(said).to_contain_text("not here any more")
    expect(said).to_contain_text("is used")
    assert "your_data" not in page.url
    page.get_by_role("link", name="What was tried").first.click()
    expect(page.get_by_role("heading", level=1, name="What was tried")).to_be_visible()
    wait_until_quiet(page)
    assert "mine.csv" in str(kept_rows(page)), "what was tried with it is still listed"


def test_whatever_somebody_writes_where_the_browser_keeps_it_the_page_is_whole(page, address):
    open_page(page, f"{address}/l1-vs-l2?dataset=moons&hidden=4&epochs=50")
    for rubbish in (
        3,
        {"session": "x", "kept": {"log": [[1] * 12, None], "pinned": {}, "tour": [], "file": 7}},
        {"session": "x", "kept": {"file": "![x](http://example.com/x.png)<b>", "tour": {"predicted": 1}}},
    ):
        leave(page, rubbish)
        expect(page.get_by_text("has set").first).to_be_visible()
        assert page.trouble == [], rubbish
    assert page.locator("img[src^='http://example']").count() == 0
    assert page.evaluate("JSON.parse(sessionStorage.getItem('lab-kept')).kept.log.length") == 2

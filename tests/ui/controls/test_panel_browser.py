"""The panel in a browser: data sets by the names that a person reads, and links, and Back, as before."""

import re

import pytest

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Locator, Page, expect

from core import DATASETS
from tests.browser import open_page, visit, wait_until_drawn

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("two_folds")]
SMALL = "epochs=50&hidden=4"


def box(page: Page) -> Locator:
    """The one box of the data sets that is seen."""
    found = page.get_by_role("combobox", name=re.compile("Data set"))
    expect(found).to_have_count(1)
    return found


def choose(page: Page, dataset: str) -> None:
    """Choose a data set as a person does."""
    box(page).click()
    page.get_by_role("option", name=DATASETS[dataset].label, exact=True).click()


def expect_dataset(page: Page, dataset: str, in_address: bool = True) -> None:
    """The box and the address have it; in_address: what is the default stands in no address."""
    expect(box(page)).to_have_value(DATASETS[dataset].label)
    pattern = rf"[?&]dataset={dataset}(&|$)" if in_address else r"^[^?]*\?(?!.*dataset=)"
    expect(page).to_have_url(re.compile(pattern))
    wait_until_drawn(page)


def test_a_data_set_is_chosen_by_its_label_and_the_address_and_back_have_its_name(page, address):
    open_page(page, f"{address}/?dataset=moons&{SMALL}")
    expect_dataset(page, "moons")
    choose(page, "breast_cancer")
    expect_dataset(page, "breast_cancer", in_address=False)
    choose(page, "wine")
    expect_dataset(page, "wine")
    page.go_back()
    expect_dataset(page, "breast_cancer", in_address=False)
    page.go_back()
    expect_dataset(page, "moons")
    page.go_forward()
    page.go_forward()
    expect_dataset(page, "wine")
    visit(page, "Weight histograms")
    expect_dataset(page, "wine")
    page.go_back()
    expect_dataset(page, "wine")
    page.reload()
    expect_dataset(page, "wine")
    assert page.trouble == []

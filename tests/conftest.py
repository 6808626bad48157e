"""What the tests share: the data of the lesson's numbers, Hypothesis without chance or clock, a browser."""

import ui  # noqa: F401, I001 -- before NumPy, as in the dashboard: one thread for each matrix product

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pytest
from hypothesis import settings
from sklearn.datasets import load_breast_cancer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

settings.register_profile("lab", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile("lab")


@pytest.fixture(scope="session")
def breast_cancer() -> tuple[np.ndarray, np.ndarray]:
    """All 569 rows, each column (x − mean)/std with ddof = 0, y = 1 benign; read-only."""
    X, y = load_breast_cancer(return_X_y=True)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    Z.flags.writeable = y.flags.writeable = False
    return Z, y


@pytest.fixture
def samples() -> tuple[np.ndarray, np.ndarray]:
    """40 rows of 5 columns in two classes that a line does not separate."""
    rng = np.random.default_rng(7)
    X = rng.standard_normal((40, 5))
    return X, (X[:, 0] * X[:, 1] + 0.3 * rng.standard_normal(40) > 0).astype(int)


@pytest.fixture
def three_classes() -> tuple[np.ndarray, np.ndarray]:
    """45 rows of 4 columns in three classes."""
    rng = np.random.default_rng(8)
    y = np.arange(45) % 3
    return rng.standard_normal((45, 4)) + 0.7 * y[:, None], y


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A Chromium; where there is none, the tests that want one are skipped, but not in CI."""
    from tests.browser import chromium

    try:
        with chromium() as found:
            yield found
    except LookupError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(autouse=True, scope="session")
def no_scan_of_packages() -> Iterator[None]:
    """A server looks once through all that is installed, for components; each app of a test would again."""
    with mock.patch("streamlit.components.v2.manifest_scanner.scan_component_manifests", list):
        yield


@pytest.fixture(scope="session")
def shared_dashboard() -> Iterator[tuple[str, list[str]]]:
    """The address of a dashboard for all tests of this process, and a list of who has been there."""
    from tests.browser import dashboard

    with dashboard() as url:
        yield url, []


@pytest.fixture(scope="module")
def address(browser: "Browser", shared_dashboard: tuple[str, list[str]]) -> str:
    """The address of a dashboard that has had its first visit, which goes to its root wherever it leads."""
    from tests.browser import open_page

    url, visits = shared_dashboard
    if not visits:
        open_page(warm_up := browser.new_page(), url)
        warm_up.close()
        visits.append(url)
    return url


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A browser page that notes what goes wrong."""
    from tests.browser import new_page

    with new_page(browser) as opened:
        yield opened


@pytest.fixture
def two_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are validated in two folds, where a test looks at something else than what comes of them."""
    for module in ("core.selection", "ui.work.validation"):
        monkeypatch.setattr(f"{module}.FOLDS_OF_NETWORKS", 2)


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    """Both colour schemes."""
    return request.param

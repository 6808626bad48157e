"""The whole road for real tables, as students have them: upload, preview, pages, report."""

import gzip
import io
import re
from collections.abc import Callable

import pandas as pd
import pytest
from sklearn import datasets

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import expect

from tests.browser import new_page, visit, wait_until_drawn
from tests.thorough import some
from tests.ui.data.upload.kinds import parquet, workbook

pytestmark = pytest.mark.browser


def frame(load: Callable[..., object], target: str) -> pd.DataFrame:
    """One of scikit-learn's tables, its class by name."""
    found = load(as_frame=True)
    names = dict(enumerate(map(str, found.target_names)))
    return found.data.assign(**{target: found.target.map(names)})


def german(table: pd.DataFrame) -> bytes:
    """As a German spreadsheet saves it."""
    return table.to_csv(sep=";", decimal=",", index=False).encode("cp1252")


def rows(table: pd.DataFrame) -> list[list]:
    """The names and the rows."""
    return [list(table.columns), *table.to_numpy(object).tolist()]


def shuffled(table: pd.DataFrame) -> bytes:
    """As pandas saves it with its index, after a shuffle, packed."""
    return gzip.compress(table.sample(frac=1, random_state=0).to_csv().encode(), mtime=0)


def pixels(load: Callable[..., object]) -> bytes:
    """The digits 0 and 1, as ARFF."""
    found = load(n_class=2)
    names = [f"p{i}" for i in range(64)]
    out = io.StringIO()
    out.write("@relation digits\n" + "".join(f"@attribute {name} numeric\n" for name in names))
    out.write("@attribute digit {0,1}\n@data\n")
    for x, y in zip(found.data, found.target, strict=True):
        out.write(",".join([*(f"{v:g}" for v in x), str(y)]) + "\n")
    return out.getvalue().encode()


TABLES = {
    "iris.csv": (german(frame(datasets.load_iris, "species")), 150, 4, ("setosa (50)", "virginica (50)")),
    "wine.xlsx": (workbook(rows(frame(datasets.load_wine, "cultivar"))), 178, 13, ("class_0 (59)",)),
    "cancer.parquet": (
        parquet(frame(datasets.load_breast_cancer, "diagnosis")),
        *(569, 30, ("benign (357)", "malignant (212)")),
    ),
    "iris.csv.gz": (shuffled(frame(datasets.load_iris, "species")), 150, 4, ("versicolor (50)",)),
    "digits.arff": (pixels(datasets.load_digits), 360, 0, ("0 (178)", "1 (182)")),
}


def test_five_real_tables_go_from_the_file_to_the_report(browser, address):
    with new_page(browser) as page:
        for name, (content, n_rows, n_columns, classes) in some([*TABLES.items()], 2):
            page.goto(f"{address}/bring-your-own?hidden=none&epochs=50")
            page.locator("input[type=file]").set_input_files(
                {"name": name, "mimeType": "application/octet-stream", "buffer": content}
            )
            told = page.get_by_text(re.compile(f"To learn from: {n_rows} rows and {n_columns or ''}"))
            expect(told).to_be_visible()
            for one in classes:
                expect(told).to_contain_text(one)
            expect(page.get_by_text("In doubt")).to_have_count(0)
            page.get_by_role("button", name="Use this data").click()
            expect(page.get_by_role("heading", name=re.compile("L1 makes weights"))).to_be_visible()
            wait_until_drawn(page)
            visit(page, "Weight histograms")
            wait_until_drawn(page)
        page.get_by_role("button", name="Take away").click()
        with page.expect_download(timeout=120_000) as waited:
            page.get_by_role("button", name=re.compile("Report")).click()
        report = waited.value.path().read_text(encoding="utf-8")
        assert "Your data" in report
        assert report.count("<section") > 5
        assert page.trouble == []

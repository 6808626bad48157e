"""Files that are no plain text: workbooks, Parquet, ARFF and what gzip packs, and bombs of each kind."""

import datetime
import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from tests.ui.data.upload.files import becomes, file_of, prepared, refused, two_classes
from tests.ui.data.upload.kinds import parquet, workbook
from ui.data.upload import MAX_BYTES, packed, read

TABLE = pd.DataFrame(two_classes(30)[1:], columns=["a", "b", "y"])


def arff(rows: list[list]) -> bytes:
    """A table as ARFF, with comments and a name in quotes."""
    names = [f"'the {name}'" if i == 0 else name for i, name in enumerate(rows[0])]
    head = "".join(
        f"@ATTRIBUTE {name} {'numeric' if i < 2 else '{no, yes}'}\n" for i, name in enumerate(names)
    )
    return f"% made by hand\n\n@relation 'x y'\n{head}\n@DATA\n% rows\n".encode() + file_of(rows[1:])


@pytest.mark.parametrize(
    ("content", "first"),
    [
        (parquet(TABLE), "a"),
        (workbook(two_classes(30)), "a"),
        (arff(two_classes(30)), "the a"),
        (gzip.compress(file_of(two_classes(30))), "a"),
        (gzip.compress(arff(two_classes(30))), "the a"),
    ],
    ids=["parquet", "xlsx", "arff", "csv.gz", "arff.gz"],
)
def test_every_kind_of_file_gives_the_same_table(content, first):
    found = prepared(content)
    assert found.table.feature_names == (first, "b")
    assert found.table.class_names == ("no", "yes")
    np.testing.assert_array_equal(found.table.X, TABLE[["a", "b"]].to_numpy())
    assert found.table.y.tolist() == [0, 1] * 15


def test_a_file_that_knows_its_numbers_leaves_no_doubt_about_them():
    rows = [["x", "y"], *([2.155 + i % 7, "ab"[i % 2]] for i in range(30))]
    for content in (workbook(rows), parquet(pd.DataFrame(rows[1:], columns=rows[0]))):
        found = prepared(content, "y")
        assert found.table.X[0, 0] == 2.155
        assert not any("doubt" in note for note in found.notes)


def test_of_a_workbook_the_first_sheet_is_read_and_that_is_said():
    raw = read(workbook(two_classes(30), more=2), "x.xlsx")
    assert any("the first of 3 sheets, sheet1" in note for note in raw.notes)
    assert any("its sheet, sheet1" in note for note in read(workbook(two_classes(30)), "x.xlsx").notes)
    assert read(workbook(two_classes(30)[1:]), "x.xlsx").has_header is False


def test_typed_cells_become_the_text_that_a_person_would_write():
    day = datetime.date(2024, 3, 9)
    table = TABLE.assign(whole=np.arange(30) // 2 * 1.0, day=day, flag=TABLE.index % 3 == 0, gap=None)
    raw = read(parquet(table), "x.parquet")
    assert raw.cells.iloc[2][["whole", "day", "flag", "gap"]].tolist() == ["1", "2024-03-09", "False", ""]
    assert "no value" in becomes(prepared(parquet(table), "y"), "gap")


def test_gaps_and_quotes_of_arff_are_understood():
    odd = ["?" if i == 4 else "'it is, so'" for i in range(30)]
    rows = [[f"{i % 7}", odd[i], ["no", "yes"][i % 2]] for i in range(30)]
    content = b"@relation x\n@attribute a real\n@attribute b string\n@attribute y {no,yes}\n@data\n"
    content += "".join(",".join(row) + "\n" for row in rows).encode()
    raw = read(content, "x.arff")
    assert raw.columns == ["a", "b", "y"]
    assert raw.cells.b.iloc[0] == "it is, so"
    assert raw.cells.index[0] == 6, "lines are counted as they are in the file"
    sparse = content.split(b"@data")[0] + b"@data\n{0 1, 2 yes}\n"
    assert "sparse" in refused(sparse)
    assert "no columns or no rows" in refused(b"@relation x\n@data\n")


def bomb(name: str) -> bytes:
    """A workbook whose part of this name unpacks to more than is read."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, b" " * (packed.MAX_WORKBOOK_BYTES + 1))
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"a,b,y\n" + b"1,2,x\n" * (MAX_BYTES // 6 + 1)),
        bomb("xl/worksheets/sheet1.xml"),
        bomb("xl/media/picture.png"),
        parquet(pd.DataFrame({"a": np.arange(2_000_000) % 7, "y": "x"})),
        parquet(pd.DataFrame({f"c{i}": [1, 2] for i in range(201)})),
    ],
    ids=["gzip", "sheet", "picture", "rows", "columns"],
)
def test_what_unpacks_to_too_much_is_refused_before_it_does(content):
    assert len(content) < MAX_BYTES
    assert "the limit is" in refused(content)


def test_a_damaged_file_of_each_kind_ends_in_a_sentence():
    for content in (parquet(TABLE), workbook(two_classes(30)), gzip.compress(file_of(two_classes(30)))):
        for cut in (len(content) // 3, len(content) // 2, len(content) - 4):
            sentence = refused(content[:cut])
            assert sentence[0].isupper()
            assert sentence.endswith(".")

"""From bytes to text: every way to write characters, and a sentence for every file that is no text."""

import pytest

from tests.ui.data.upload.files import check_refusal, file_of, prepared, two_classes
from ui.data.upload import MAX_BYTES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_every_encoding_gives_the_same_names(encoding):
    content = file_of(two_classes(names=("höhe", "Größe")), encoding=encoding)
    assert prepared(content).table.feature_names == ("höhe", "Größe")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("empty",)),
        (b"\n \n\t\n", ("empty",)),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ("PNG",)),
        (b"PK\x03\x04" + b"\0" * 30, ("ZIP",)),
        (b"PK\x03\x04" + b"\0" * 30 + b"xl/workbook.xml", ("Excel", ".xlsx")),
        (b"%PDF-1.4\n1,2,3", ("PDF",)),
        (b"\x1f\x8b\x08" + b"\0" * 20, ("gzip",)),
        (bytes(range(256)) * 9, ("no text",)),
        (b"a,b,y\n1,\x00,x\n" * 9, ("no text",)),
        (b"<!DOCTYPE html><html>a,b</html>", ("web page",)),
        (b'[{"a": 1, "y": 2}]', ("JSON",)),
        ("a,b,y\n1,2,ü".encode()[:-1], ("cut off", "incomplete")),
        ("a,b,y\n1,2,x".encode("utf-16")[:-1], ("cut off", "UTF-16")),
        (b"a" * (MAX_BYTES + 1), ("10.0 MB", "10 MB")),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_what_it_seems_to_be(content, words):
    check_refusal(content, words)

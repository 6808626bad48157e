"""From bytes to text: every way to write characters, and a sentence for every file that is no text."""

import gzip

import pytest

from tests.ui.data.upload.files import WORDS, check_refusal, file_of, prepared, two_classes
from ui.data.upload import ENCODINGS, MAX_BYTES, read

OTHER = "cp1253"  # chosen for a file that is written in none of it
TAKEN_FOR_ANOTHER = "cp1254"  # for Central Europe's, which is said and can be changed: see test_dialects


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_every_encoding_gives_the_same_names(encoding):
    content = file_of(two_classes(names=("höhe", "Größe")), encoding=encoding)
    assert prepared(content).table.feature_names == ("höhe", "Größe")


@pytest.mark.parametrize(
    "encoding", [encoding for encoding in WORDS if encoding not in (OTHER, TAKEN_FOR_ANOTHER)]
)
def test_an_encoding_is_found_by_the_words_that_it_makes_and_can_be_chosen(encoding):
    person, name, *classes = WORDS[encoding]
    rows = [["x", person, name], *([i * i % 11, f"{person} {i % 3}", classes[i % 2]] for i in range(40))]
    content = file_of(rows, encoding=encoding)
    raw = read(content, "x.csv")
    assert raw.columns == ["x", person, name]
    assert sorted(raw.cells[name].unique()) == sorted(classes)
    (note,) = (note for note in raw.notes if "not UTF-8" in note)
    assert ENCODINGS[raw.encoding] in note
    other = read(content, "x.csv", encoding=OTHER)
    assert other.encoding == OTHER
    assert other.columns[1] != person


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ("empty",)),
        (b"\n \n\t\n", ("empty",)),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ("PNG",)),
        (b"PK\x03\x04" + b"\0" * 30, ("ZIP",)),
        (b"PK\x03\x04" + b"\0" * 30 + b"xl/workbook.xml", ("workbook", "damaged")),
        (b"%PDF-1.4\n1,2,3", ("PDF",)),
        (gzip.compress(b"a,b,y\n1,2,x\n" * 9, mtime=0)[:-9], ("gzip", "no end")),
        (b"\x1f\x8b\xff" + b"\0" * 20, ("gzip", "damaged")),
        (b"PAR1" + b"\0" * 30, ("Parquet", "damaged")),
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

"""Step two: from bytes to text.

A file says nowhere how its characters were written, and its name may lie. So the bytes are asked, from the
surest sign to the weakest:

1. The first bytes of pictures, archives and documents are known; such a file is named and refused.
2. A byte order mark means UTF-16.
3. Bytes that are valid UTF-8 are UTF-8: other encodings hardly ever look like it by chance.
4. For all else charset-normalizer says which of ENCODINGS makes words of a language of the bytes. That is a
   guess, so a note says so, and a person can choose another; what comes out must still look like text.
"""

import re
import unicodedata

from charset_normalizer import from_bytes

from ui.data.upload.sentences import cut_off

SAMPLE = 50_000  # characters from the start of the text that guesses are made from
ODD_SHARE = 0.02  # of the sample may be control characters, as damaged but readable text has them,
ODD_CHARACTERS = 5  # and so many more, so that a short text may have some too

BYTES_ASKED = 20_000  # from the start of a file, by which its encoding is guessed
FEWEST_ODD = 8  # bytes beyond ASCII, fewer of which tell no language: then it is the first of these
# In the order in which one is taken of those that make the same text.
ENCODINGS = {
    "cp1252": "Latin-1 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp932": "Shift-JIS (Japanese)",
    "gb18030": "GBK (Chinese)",
    "cp949": "CP949 (Korean)",
    "mac_roman": "Mac Roman (old Macs)",
}

EMPTY = "The file is empty. Expected: a row of names, then one row a sample."
KINDS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"{\\rtf", "an RTF document"),
)
MARKUP = re.compile(r"<(!doctype|html|\?xml|svg)|[\[{]\s*[\[{\"]", re.IGNORECASE)  # web page, XML, JSON


def decode(content: bytes, encoding: str | None = None) -> tuple[str, list[str], str]:
    """The text of a file, notes on what had to be guessed, and its encoding, of ENCODINGS where guessed.

    encoding: chosen by a person.

    Raises ValueError where the file is empty, cut off or no table as text.
    """
    if not content.strip():
        raise ValueError(EMPTY)
    if kind := kind_of(content):
        raise ValueError(
            f"The file is not text but seems to be {kind}, whatever its name says. Expected: a table as "
            "text. Open it in a spreadsheet and save it as CSV."
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _utf_16(content), ["The file was read as UTF-16."], "utf-16"
    text, notes, found = _eight_bits(content, encoding)
    _check_looks_like_a_table(text)
    return text, notes, found


def kind_of(content: bytes) -> str | None:
    """What a file that is no text seems to be, by its first bytes; None where they say nothing."""
    kind = next((kind for magic, kind in KINDS if content.startswith(magic)), None)
    if kind == "a ZIP archive":  # which workbooks and documents are, with files of known names inside
        if b"word/" in content:
            return "a Word document"
        if b"opendocument.spreadsheet" in content[:200]:
            return "a spreadsheet (.ods)"
    return kind


def _utf_16(content: bytes) -> str:
    """The text behind a UTF-16 mark. Raises ValueError where it breaks off."""
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise ValueError(cut_off(f"it is UTF-16, which breaks off after {error.start:,} bytes")) from None


def _eight_bits(content: bytes, encoding: str | None) -> tuple[str, list[str], str]:
    """UTF-8 with or without its mark, else what was chosen, else the likeliest of ENCODINGS.

    Raises ValueError where only the last character is no UTF-8: then the file is cut off in the middle of it.
    """
    if encoding is not None:
        return content.decode(encoding, "replace"), [], encoding
    try:
        return content.decode("utf-8-sig"), [], "utf-8"
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise ValueError(
                cut_off(f"the last character, after {error.start:,} bytes, is incomplete")
            ) from None
    found = _likeliest(content)
    note = f"The file is not UTF-8 and was read as {ENCODINGS[found]}. If letters are wrong, choose another."
    return content.decode(found, "replace"), [note], found


def _likeliest(content: bytes) -> str:
    """The encoding under which the bytes are words; of those that make the same text, the first."""
    sample = content[:BYTES_ASKED]
    best = from_bytes(sample).best() if sum(byte > 127 for byte in sample) >= FEWEST_ODD else None
    if best is not None:
        for name in ENCODINGS:
            if sample.decode(name, "replace") == sample.decode(best.encoding, "replace"):
                return name
    return next(iter(ENCODINGS))


def _check_looks_like_a_table(text: str) -> None:
    """Raise ValueError where the characters are a program's own bytes, or a web page, XML or JSON."""
    sample = text[:SAMPLE]
    odd = sum(unicodedata.category(c) == "Cc" and c not in "\t\n\r\f\v" for c in sample)
    if "\0" in text or odd > ODD_SHARE * len(sample) + ODD_CHARACTERS:
        raise ValueError(
            "The file holds bytes that no text has, so it seems to be a program's own format. Expected: a "
            "table as text. Open it where it was made and save it as CSV, in UTF-8."
        )
    if MARKUP.match(text.lstrip()):
        raise ValueError(
            "The file seems to be a web page, XML or JSON. Expected: a table as text. Save the table itself "
            "as CSV, with one row a sample."
        )

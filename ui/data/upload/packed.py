"""Step one: what is packed is unpacked, within bounds that hold for the unpacked bytes.

A file of a megabyte may unpack to a gigabyte. So nothing is unpacked whole: it is taken piece by piece, and
let go as soon as it is too much, whatever sizes the file says of itself.
"""

import io
import zipfile
import zlib

from ui.data.upload.sentences import cut_off

MAX_BYTES = 10_000_000
MAX_WORKBOOK_BYTES = 5 * MAX_BYTES  # of a workbook's sheets, which are wordy
PIECE = 1 << 16
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


def unpacked(content: bytes) -> bytes:
    """What a gzip archive holds, and any other file as it is.

    Raises ValueError where the file, or what it holds, is too large, or where the archive is cut off.
    """
    if len(content) > MAX_BYTES:
        raise ValueError(too_large(f"has {len(content) / 1e6:.1f} MB"))
    if not content.startswith(GZIP):
        return content
    stream = zlib.decompressobj(wbits=31)
    try:
        found = stream.decompress(content, MAX_BYTES + 1)
    except zlib.error:
        raise ValueError(
            "The file seems to be a gzip archive, but it cannot be unpacked: it is damaged. Expected: a "
            "table, packed or as it is. Pack it again, or save the table itself."
        ) from None
    if len(found) > MAX_BYTES:
        raise ValueError(too_large("unpacks to more"))
    if not stream.eof:
        raise ValueError(cut_off("the gzip archive has no end"))
    return found


def repacked(content: bytes) -> io.BytesIO:
    """The same ZIP archive, unpacked within MAX_WORKBOOK_BYTES and stored, so that its sizes are true.

    Raises ValueError where it holds more, or is damaged.
    """
    stored, total = io.BytesIO(), 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(stored, "w") as out:
            for entry in archive.infolist():
                pieces = []
                with archive.open(entry) as packed:
                    while piece := packed.read(PIECE):
                        pieces.append(piece)
                        total += len(piece)
                        if total > MAX_WORKBOOK_BYTES:
                            raise ValueError(too_large("unpacks to more", MAX_WORKBOOK_BYTES))
                out.writestr(entry.filename, b"".join(pieces))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ValueError(
            "The workbook cannot be unpacked: it is damaged, or has a password. Expected: an .xlsx file. "
            "Save it again, or save the table as CSV."
        ) from None
    stored.seek(0)
    return stored


def too_large(how: str, limit: int = MAX_BYTES) -> str:
    """The message for a file of too many bytes."""
    return f"The file {how}, the limit is {limit // 1_000_000} MB. Save fewer rows or columns of it."

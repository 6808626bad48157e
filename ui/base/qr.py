"""QR codes for phones' cameras."""

from functools import lru_cache

import segno


@lru_cache(maxsize=128)
def qr_code(text: str) -> str:
    """A QR code as SVG: black on white in both themes, as cameras want it."""
    svg: str = segno.make(text, error="m").svg_inline(scale=8, border=4, dark="#000", light="#fff")
    return svg

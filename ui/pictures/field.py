"""The probability of class 1 over the plane as a small image for each network: one mark, however fine it is.

A browser draws an image of some kilobytes as fast as one cell, so that a slider over λ moves a smooth field.
"""

import io
from base64 import b64encode

import numpy as np
from PIL import Image  # comes with Streamlit

from ui.base.theme import SIGN_COLORS

SIDE = 72  # pixels of an image; the browser smooths between them
LEVELS = 48  # of probability
DEEP = 0.8  # how far to a class's own colour a certain answer goes, so that samples stand out


def palette(page: str) -> np.ndarray:
    """The colours of the levels, (LEVELS, 3) bytes: class 0's, over the page's at one half, to class 1's."""
    colors = SIGN_COLORS["negative"], page, SIGN_COLORS["positive"]
    ends = [np.array(list(bytes.fromhex(color[1:]))) for color in colors]
    certainty = DEEP * np.abs(2 * np.linspace(0, 1, LEVELS) - 1)[:, None]
    own = np.where(np.arange(LEVELS)[:, None] < LEVELS / 2, ends[0], ends[2])
    return np.round(ends[1] + certainty * (own - ends[1])).astype(np.uint8)


def field_images(P: np.ndarray, page: str) -> list[str]:
    """An address that holds the image, for each network: P (n_networks, SIDE·SIDE), the lowest row first.

    page: the page's colour. A network without an answer, with NaN in P, has an empty image.
    """
    colors = palette(page).tobytes()
    levels = np.minimum((np.nan_to_num(P, nan=0.5) * LEVELS).astype(np.uint8), LEVELS - 1)
    return [_address(level.reshape(SIDE, SIDE)[::-1], colors) for level in levels]


def _address(level: np.ndarray, colors: bytes) -> str:
    image = Image.fromarray(np.ascontiguousarray(level), mode="P")
    image.putpalette(colors)
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + b64encode(file.getvalue()).decode("ascii")

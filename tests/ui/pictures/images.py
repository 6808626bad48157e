"""Images that travel in an address, read back."""

import io
from base64 import b64decode

import numpy as np
from PIL import Image

IN_AN_ADDRESS = "data:image/png;base64,"


def pixels(address: str) -> np.ndarray:
    """Colours of an image that an address holds, (height, width, 3), the lowest row first."""
    assert address.startswith(IN_AN_ADDRESS)
    image = Image.open(io.BytesIO(b64decode(address.removeprefix(IN_AN_ADDRESS), validate=True)))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB"))[::-1].astype(int)


def rgb(color: str) -> np.ndarray:
    """A colour written #rrggbb as three numbers."""
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])

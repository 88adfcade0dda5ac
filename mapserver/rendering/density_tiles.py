"""Counts of a tile's cells as a picture, for programs that draw no vector tiles."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from mapserver.rendering.style import DENSITY_RAMP

__all__ = ["count_picture"]

_SIDE_PX = 256


def count_picture(counts: NDArray[np.int64], fullest: int) -> bytes:
    """Colour cells by the square root of their counts.

    A cell with a share s of the fullest cell of the zoom has the class ceil(5 √s): the classes begin above
    0, 1/25, 4/25, 9/25 and 16/25 of it. Every tile of a zoom is coloured on the same scale.

    Parameters
    ----------
    counts : ndarray of int, shape (cells, cells)
        Incidents in each cell, rows from the north; cells divides 256.
    fullest : int
        Incidents in the fullest cell of all tiles of the zoom.

    Returns
    -------
    bytes
        A PNG of 256 × 256 pixels, transparent where nothing was counted.

    Examples
    --------
    >>> count_picture(np.zeros((64, 64), dtype=np.int64), 0)[1:4]
    b'PNG'
    """
    from PIL import Image

    share = counts / max(fullest, 1)
    classes = np.ceil(np.sqrt(share) * len(DENSITY_RAMP)).clip(0, len(DENSITY_RAMP)).astype(np.uint8)
    wide = np.kron(classes, np.ones((_SIDE_PX // len(counts),) * 2, dtype=np.uint8))
    picture = Image.fromarray(wide)
    colors = [bytes(4), *(bytes.fromhex(color.removeprefix("#")) for color in DENSITY_RAMP)]
    picture.putpalette(b"".join(colors), rawmode="RGBA")
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()

"""Pictures of few pixels, so that each pixel stays a sharp square wherever the figure is shown."""

import numpy as np
from matplotlib.axes import Axes

FACTOR = 6  # readers that smooth pictures then smooth no wider than a sixth of a pixel


def colours(picture: np.ndarray) -> np.ndarray:
    """(..., 1 or 3) -> (..., 3): grey as equal shares of red, green and blue."""
    return np.broadcast_to(picture, (*picture.shape[:-1], 3))


def show(axes: Axes, picture: np.ndarray, x: float, top: float, size: float) -> None:
    """Draw a picture as a square whose upper left corner is (x, top), in the units of the axes."""
    pixels = picture.repeat(FACTOR, axis=0).repeat(FACTOR, axis=1)
    axes.imshow(pixels, extent=(x, x + size, top - size, top), interpolation="none", aspect="auto")


def to_text(picture: np.ndarray) -> str:
    """An uint8 picture (height, width, 3) as `rrggbb` in hexadecimal, pixel after pixel, a blank between its rows.

    >>> to_text(np.array([[[255, 0, 16]], [[0, 0, 1]]], dtype=np.uint8))
    'ff0010 000001'
    """
    return " ".join(row.tobytes().hex() for row in np.ascontiguousarray(picture))


def from_text(text: str) -> np.ndarray:
    """The uint8 picture (height, width, 3) that `to_text` wrote."""
    rows = [np.frombuffer(bytes.fromhex(row), dtype=np.uint8) for row in text.split(" ")]
    return np.stack(rows).reshape(len(rows), -1, 3)

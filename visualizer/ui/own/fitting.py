"""From any picture to what a network takes: its size, its channels, light on dark, from 0 to 1."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from visualizer.core.errors import UserError
from visualizer.core.numbers import shape_text

Values = npt.NDArray[np.float32]
_ENOUGH = 16
"""So many times larger than needed a file is read at most: a photograph need not be decoded in full."""
_GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow and torchvision weigh red, green and blue


class Fitted(NamedTuple):
    """Values (channels, height, width) from 0 to 1, and in words what was done to the picture, "" for nothing."""

    values: Values
    told: str


def read_picture(path: Path, shape: tuple[int, ...]) -> QImage:
    """Return a picture file, not much larger than needed; raise UserError where it is none."""
    check_takes_pictures(shape)
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size, enough = reader.size(), QSize(shape[2] * _ENOUGH, shape[1] * _ENOUGH)
    if size.isValid() and (size.width() > enough.width() or size.height() > enough.height()):
        reader.setScaledSize(size.scaled(enough, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        reason = reader.errorString().rstrip(".").lower() or "nothing is in it"
        raise UserError(f"{path.name} cannot be read as a picture ({reason}): PNG, JPEG, GIF, BMP and SVG can.")
    return image


def check_takes_pictures(shape: tuple[int, ...]) -> None:
    """Raise UserError where a network takes something else than a grey or a coloured picture."""
    if len(shape) != 3 or shape[0] not in (1, 3):
        taken = shape_text(shape) if shape else "nothing yet"
        raise UserError(f"This network takes no picture, its input is {taken}: choose one for pictures, as LeNet-5.")


def fit(image: QImage, shape: tuple[int, ...]) -> Fitted:
    """Return a picture as an input of this shape (1 or 3, height, width): whole, in the middle, its edges continued."""
    check_takes_pictures(shape)
    channels, height, width = shape
    told = []
    colors, alpha = _channels(image)
    if (alpha < 1).any():
        ground = float(_grey(colors)[alpha > 0].mean() < 0.5) if (alpha > 0).any() else 0.0
        colors = colors * alpha[..., None] + ground * (1 - alpha[..., None])
        told.append(f"transparent parts made {'white' if ground else 'black'}")
    values = _grey(colors)[None] if channels == 1 else np.moveaxis(colors, -1, 0)
    if channels == 1 and np.ptp(colors, axis=-1).max() > 0.02:
        told.append("made grey")
    if values.shape[1:] != (height, width):
        told.insert(0, f"scaled to {width}×{height}")
        values = np.stack([_scaled(plane, height, width) for plane in values])
    if channels == 1 and float(_border(values[0]).mean()) > 0.5:
        values = 1 - values
        told.append("inverted to light on dark, as the data are")
    return Fitted(np.ascontiguousarray(values, np.float32), ", ".join(told))


def _channels(image: QImage) -> tuple[Values, Values]:
    """Return red, green and blue (height, width, 3) and opacity (height, width)."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).astype(np.float32) / 255
    return pixels[..., :3], pixels[..., 3]


def _grey(colors: Values) -> Values:
    return np.asarray(colors @ np.array(_GREY, np.float32), np.float32)


def _border(plane: Values) -> Values:
    return np.concatenate([plane[0], plane[-1], plane[:, 0], plane[:, -1]])


def _scaled(plane: Values, height: int, width: int) -> Values:
    """Scale to fit, each new value the mean of the area that it covers, and fill up with the colour of the edge."""
    rows, columns = plane.shape
    ratio = min(height / rows, width / columns)
    inner = max(round(rows * ratio), 1), max(round(columns * ratio), 1)
    small = _shares(rows, inner[0]) @ plane @ _shares(columns, inner[1]).T
    whole = np.full((height, width), np.median(_border(plane)), np.float32)
    top, left = (height - inner[0]) // 2, (width - inner[1]) // 2
    whole[top : top + inner[0], left : left + inner[1]] = small
    return np.clip(whole, 0, 1)


def _shares(count: int, wanted: int) -> Values:
    """Return (wanted, count): the share that each old cell has in each new one."""
    edges = np.linspace(0, count, wanted + 1)
    cells = np.arange(count)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.asarray(np.clip(overlap, 0, None) * wanted / count, np.float32)

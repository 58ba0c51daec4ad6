"""Feature maps as pictures: where each goes in a card, and the images, made once per recording and theme."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from visualizer.core.frames import Array, TensorView
from visualizer.ui import paint
from visualizer.ui.canvas.scene import Shape, is_vector
from visualizer.ui.theme import MapName, Theme

_RAGGED = 0.88  # so much smaller may maps be where that makes all rows full
_LONGEST = 5.0  # so many times as long as wide may a value of a sequence be drawn
_LUMINANCE = np.array([0.299, 0.587, 0.114])
Tint = Literal["value", "grey", "gradient", "picture"]


@dataclass(frozen=True)
class Grid:
    """A mosaic: `count` of `total` maps in cells of `width` x `height`, `columns` to a row, from `x`, `y`."""

    x: float
    y: float
    width: float
    height: float
    columns: int
    count: int
    total: int
    gap: float = 1.0

    def cell(self, number: int) -> QRectF:
        row, column = divmod(number, self.columns)
        return QRectF(
            self.x + column * (self.width + self.gap), self.y + row * (self.height + self.gap), self.width, self.height
        )

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def bounds(self) -> QRectF:
        return QRectF(
            self.x,
            self.y,
            min(self.columns, self.count) * (self.width + self.gap) - self.gap,
            self.rows * (self.height + self.gap) - self.gap,
        )

    def moved(self, x: float) -> Grid:
        """Return the same mosaic beginning at another `x`."""
        return replace(self, x=x)

    def at(self, x: float, y: float) -> tuple[int, float, float] | None:
        """Return the map at a point and where in it (0 to 1, across and down), None between maps."""
        column = math.floor((x - self.x) / (self.width + self.gap))
        row = math.floor((y - self.y) / (self.height + self.gap))
        number = row * self.columns + column
        if not (0 <= column < self.columns and row >= 0 and 0 <= number < self.count):
            return None
        cell = self.cell(number)
        across, down = (x - cell.x()) / cell.width(), (y - cell.y()) / cell.height()
        return (number, across, down) if across <= 1 and down <= 1 else None


def planes(shape: Shape) -> tuple[int, int, int]:
    """Return how many maps a tensor is, and their height and width.

    A vector is one column of cells; of (steps, features) time runs to the right, the features downwards.
    """
    if is_vector(shape):
        return (1, math.prod(shape), 1)
    height, width = reversed(shape) if len(shape) == 2 else shape[-2:]
    return (math.prod(shape[:-2]), height, width)


def flat(values: Array) -> Array:
    """Return values as (maps, height, width), as `planes` says."""
    upright = values.T if values.ndim == 2 and not is_vector(values.shape) else values
    return upright.reshape(planes(values.shape))


def best_grid(area: QRectF, shape: Shape, columns: int = 0, least_rows: int = 1) -> Grid:
    """Return the mosaic that uses an area best.

    `columns` fixes their number: rows that do not fit are left out then, but for the first `least_rows`.
    """
    total, height, width = planes(shape)
    if len(shape) == 2:
        return _sequence_grid(area, height, width)
    ratio = height / width

    def size(across: int) -> float:
        down = -(-total // across)
        return min((area.width() + 1) / across - 1, ((area.height() + 1) / down - 1) / ratio)

    def use(across: int) -> float:
        return size(across) if total % across == 0 else _RAGGED * size(across)

    across = columns or max(range(1, min(total, 32) + 1), key=use)
    cell = (area.width() + 1) / across - 1 if columns else size(across)
    cell = max(min(cell, ((area.height() + 1) / least_rows - 1) / ratio), 1.0)
    rows = max(int((area.height() + 1.01) / (cell * ratio + 1)), 1)
    count = min(total, rows * across)
    rows = -(-count // across)
    wide = min(across, count) * (cell + 1) - 1
    high = rows * (cell * ratio + 1) - 1
    return Grid(
        area.x() + (area.width() - wide) / 2,
        area.y() + (area.height() - high) / 2,
        cell, cell * ratio, across, count, planes(shape)[0],
    )  # fmt: skip


def _sequence_grid(area: QRectF, features: int, steps: int) -> Grid:
    """Return where (steps, features) goes: time and features have no common unit, so cells need not be squares."""
    wide, high = area.width() / steps, area.height() / features
    wide, high = min(wide, _LONGEST * high), min(high, _LONGEST * wide)
    width, height = max(wide * steps, 1.0), max(high * features, 1.0)
    return Grid(area.center().x() - width / 2, area.center().y() - height / 2, width, height, 1, 1, 1)


class MapCache:
    """Pictures of the tensors of one recording in one theme, made when first asked for."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._images: dict[tuple[int, Tint], list[QImage]] = {}
        self._kept: list[TensorView] = []

    def images(self, tensor: TensorView, tint: Tint, most: int) -> list[QImage]:
        """Return pictures of the first maps, one pixel per value: at least `most` where there are so many."""
        key = (id(tensor), tint)
        known = self._images.get(key)
        if known is None or len(known) < min(most, planes(tensor.values.shape)[0]):
            self._kept.append(tensor)
            known = self._images[key] = self._make(tensor.values, tint, most)
        return known

    def _make(self, values: Array, tint: Tint, most: int) -> list[QImage]:
        name = map_for(values, tint)
        low, high = (0.0, float(values.max()) or 1.0) if tint == "picture" else paint.limit(values, name)
        shown = flat(values)[:most]
        scaled = (np.nan_to_num(shown, nan=low, posinf=high, neginf=low) - low) * (255 / max(high - low, 1e-30))
        table = self._theme.table(name)
        if tint == "grey":
            table = np.repeat((table @ _LUMINANCE).astype(np.uint8)[:, None], 3, axis=1)
        colors = table[np.clip(scaled, 0, 255).astype(np.uint8)]
        return [_picture(plane) for plane in colors]


def _picture(colors: npt.NDArray[np.uint8]) -> QImage:
    """Return bytes (height, width, 3) as a picture that owns them."""
    height, width, _ = colors.shape
    return QImage(colors.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def color_picture(tensor: TensorView) -> QImage:
    """Return three maps of values from 0 on as one picture in red, green and blue."""
    largest = max(tensor.maximum, 1e-30)
    return _picture((np.clip(tensor.values / largest, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0))


def map_for(values: Array, tint: Tint) -> MapName:
    """Return the colour map for a tensor's values or gradients."""
    if tint == "gradient":
        return "gradient"
    return "picture" if tint == "picture" else paint.map_name_for(values)


def draw_maps(painter: QPainter, grid: Grid, images: list[QImage], first: int = 0, opacity: float = 1.0) -> None:
    """Draw maps from number `first` on; enlarged values stay squares, shrunk ones are averaged."""
    if not images:
        return
    shrunk = images[0].width() > grid.width * painter.worldTransform().m11() * painter.device().devicePixelRatio()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
    painter.setOpacity(opacity)
    for number in range(first, min(grid.count, len(images))):
        painter.drawImage(grid.cell(number), images[number])
    painter.setOpacity(1.0)


def draw_cells(painter: QPainter, grid: Grid, theme: Theme, first: int = 0) -> None:
    """Draw the empty cells of maps that are still to come."""
    painter.setBrush(theme.color("raised", 0.55))
    painter.setPen(QPen(theme.color("line2", 0.35), 1))
    for number in range(first, grid.count):
        painter.drawRect(grid.cell(number).adjusted(0.5, 0.5, -0.5, -0.5))


def draw_filling(painter: QPainter, grid: Grid, images: list[QImage], theme: Theme, fill: float) -> None:
    """Draw maps as they appear: the first `fill` of them, the one being written row by row with a bright edge."""
    if not images:
        return
    place = fill * grid.count
    whole = min(int(place), grid.count)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, images[0].width() > grid.width)
    for number in range(min(whole, len(images))):
        painter.drawImage(grid.cell(number), images[number])
    if whole < min(grid.count, len(images)) and place > whole:
        picture, cell = images[whole], grid.cell(whole)
        rows = max(int(picture.height() * (place - whole)), 1)
        written = QRectF(cell.x(), cell.y(), cell.width(), cell.height() * rows / picture.height())
        painter.drawImage(written, picture, QRectF(0, 0, picture.width(), rows))
        painter.setPen(QPen(theme.color("accent"), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(written.bottomLeft(), written.bottomRight())


def value_at(tensor: TensorView, index: tuple[int, ...]) -> float | None:
    """Return one value, None where it was not sent."""
    inside = len(index) == tensor.values.ndim and all(
        0 <= i < n for i, n in zip(index, tensor.values.shape, strict=True)
    )
    return float(tensor.values[index]) if inside else None


def element(shape: Shape, number: int, across: float, down: float) -> tuple[int, ...]:
    """Return the index of the value at a place (0 to 1) of map `number` of a tensor."""
    _, height, width = planes(shape)
    row, column = min(int(down * height), height - 1), min(int(across * width), width - 1)
    if len(shape) == 2:
        return (column, row)
    return (*(int(i) for i in np.unravel_index(number, shape[:-2])), row, column)


def flat_element(shape: Shape, number: int) -> tuple[int, ...]:
    """Return the index of value `number` of a vector, whose other sizes are all one."""
    return (number, *(0 for _ in shape[1:]))

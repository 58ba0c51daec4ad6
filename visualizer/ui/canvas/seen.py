"""Over a picture of the input: what the value looked at sees of it, and how much each pixel there moves it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from visualizer.core.topics.pictures import ReceptiveField
from visualizer.ui import paint
from visualizer.ui.theme import Theme

_UNSEEN = 0.62
_MOVING = 0.8


class InputPicture(NamedTuple):
    """Where the input is drawn: one channel of it, or all as one picture (None)."""

    rect: QRectF
    channel: int | None = None


def paint_seen(painter: QPainter, field: ReceptiveField, place: InputPicture, theme: Theme) -> None:
    """Veil what is not seen, tint what moves the value by its gradient, and frame the region."""
    chosen = slice(None) if place.channel is None else slice(place.channel, place.channel + 1)
    region, moved = field.region[chosen].any(0), field.influence[chosen].sum(0)
    if not region.any():
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place.rect, _veil(region, moved, float(np.abs(field.influence).max()), theme))
    rows, columns = np.flatnonzero(region.any(1)), np.flatnonzero(region.any(0))
    across, down = place.rect.width() / region.shape[1], place.rect.height() / region.shape[0]
    frame = QRectF(
        place.rect.x() + columns[0] * across,
        place.rect.y() + rows[0] * down,
        (np.ptp(columns) + 1) * across,
        (np.ptp(rows) + 1) * down,
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint.rounded(painter, frame.adjusted(-1, -1, 1, 1), 2, None, theme.color("accent"), 2)


def _veil(region: np.ndarray, moved: np.ndarray, most: float, theme: Theme) -> QImage:
    """Return a picture to be laid over the input, transparent where it is seen and does not matter."""
    colors = np.zeros((*region.shape, 4), np.float32)
    for token, places, strength in (
        ("panel", ~region, np.full(region.shape, _UNSEEN)),
        ("grad_pos", moved > 0, _MOVING * np.abs(moved) / (most or 1.0)),
        ("grad_neg", moved < 0, _MOVING * np.abs(moved) / (most or 1.0)),
    ):
        color = theme.color(token)
        colors[places, :3] = (color.red(), color.green(), color.blue())
        colors[places, 3] = 255 * np.clip(strength[places], 0, 1)
    height, width = region.shape
    return QImage(colors.astype(np.uint8).tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

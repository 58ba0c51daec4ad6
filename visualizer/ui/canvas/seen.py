"""Over a picture of the input: what the value looked at sees of it, and how much each pixel there moves it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from visualizer.core.topics.pictures import ReceptiveField, Saliency
from visualizer.ui import paint
from visualizer.ui.store import Saliency as ShownAs
from visualizer.ui.theme import Theme

_UNSEEN = 0.62
_MOVING = 0.8
_DIMMED = 0.5


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


def paint_saliency(painter: QPainter, saliency: Saliency, place: InputPicture, shown: ShownAs, theme: Theme) -> None:
    """Dim the input, and tint each pixel by its gradient: by its sign, or by its size alone."""
    chosen = slice(None) if place.channel is None else slice(place.channel, place.channel + 1)
    if shown == "size":
        moved, most = np.abs(saliency.gradient[chosen]).max(0), float(np.abs(saliency.gradient).max())
        tints = [("pos", moved > 0)]
    else:
        moved = saliency.gradient[chosen].sum(0)
        most = float(np.abs(moved).max())
        tints = [("grad_pos", moved > 0), ("grad_neg", moved < 0)]
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.fillRect(place.rect, theme.color("panel", _DIMMED))
    strength = np.abs(moved) / (most or 1.0)
    painter.drawImage(place.rect, _tinted([(token, places, strength) for token, places in tints], theme))


def _veil(region: np.ndarray, moved: np.ndarray, most: float, theme: Theme) -> QImage:
    """Return a picture to be laid over the input, transparent where it is seen and does not matter."""
    strength = _MOVING * np.abs(moved) / (most or 1.0)
    unseen = np.full(region.shape, _UNSEEN)
    return _tinted(
        [("panel", ~region, unseen), ("grad_pos", moved > 0, strength), ("grad_neg", moved < 0, strength)], theme
    )


def _tinted(layers: list[tuple[str, np.ndarray, np.ndarray]], theme: Theme) -> QImage:
    """Return colours at their places, each with the opacity that it has there."""
    height, width = layers[0][1].shape
    colors = np.zeros((height, width, 4), np.float32)
    for token, places, strength in layers:
        color = theme.color(token)
        colors[places, :3] = (color.red(), color.green(), color.blue())
        colors[places, 3] = 255 * np.clip(strength[places], 0, 1)
    return QImage(colors.astype(np.uint8).tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

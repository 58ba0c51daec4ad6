"""What the canvas says where there is no network to draw, or where its pass broke off."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTextLayout, QTextOption

from visualizer.ui import paint
from visualizer.ui.theme import LAYER_RADIUS, Theme, font

EMPTY = {
    "starting": ("The engine is starting", "The network appears here as soon as it has been built."),
    "restarting": ("The engine is starting again", "It goes on from the last checkpoint."),
    "stopped": ("The engine has stopped", "Start it again from the menu Run."),
    "running": ("Building the network", "Its layers appear here in a moment."),
}


def paint_empty(painter: QPainter, area: QRectF, state: str, theme: Theme) -> None:
    """Paint a dashed frame, one line and one sentence in the middle of an area."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    title, sentence = EMPTY[state]
    middle, center = area.center(), Qt.AlignmentFlag.AlignHCenter
    frame = QRectF(middle.x() - 90, middle.y() - 84, 180, 92)
    paint.rounded(painter, frame, 12, None, theme.color("line2"), 1.5, Qt.PenStyle.DashLine)
    icon = paint.icon_pixmap("network", theme.hex("text3"), 44)
    painter.drawPixmap(QPointF(middle.x() - 22, frame.center().y() - 22), icon)
    paint.text(painter, QRectF(area.x(), frame.bottom() + 14, area.width(), 22), title, font(15, 600),
               theme.color("text"), center)  # fmt: skip
    paint.text(painter, QRectF(area.x(), frame.bottom() + 38, area.width(), 20), sentence, font(13),
               theme.color("text2"), center)  # fmt: skip


def paint_error(painter: QPainter, area: QRectF, place: str, sentence: str, theme: Theme) -> None:
    """Paint the reason for which a pass broke off, below what was drawn up to there."""
    lines = wrapped(sentence, area.width() - 72, 3)
    box = QRectF(area.x(), area.y(), area.width(), 44 + 18 * len(lines))
    paint.rounded(painter, box, LAYER_RADIUS, theme.mix("panel", "err", 0.10), theme.color("err", 0.7))
    paint.rounded(painter, QRectF(box.x(), box.y() + 12, 3, box.height() - 24), 1.5, theme.color("err"))
    painter.drawPixmap(QPointF(box.x() + 20, box.y() + 14), paint.icon_pixmap("warning", theme.hex("err"), 20))
    title = f"The pass broke off at {place}" if place else "The pass broke off"
    paint.text(painter, QRectF(box.x() + 56, box.y() + 10, box.width() - 72, 20), title, font(13, 600),
               theme.color("text"))  # fmt: skip
    for row, line in enumerate(lines):
        spot = QRectF(box.x() + 56, box.y() + 32 + 18 * row, box.width() - 72, 18)
        paint.text(painter, spot, line, font(12), theme.color("text2"))


def wrapped(sentence: str, width: float, most: int) -> list[str]:
    """Return a sentence broken into lines of a width, at most so many; the last one takes the rest."""
    layout = QTextLayout(sentence, font(12))
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    layout.beginLayout()
    starts = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:most], len(sentence)]
    return [sentence[start:end].strip() for start, end in zip(starts[:most], ends, strict=True)]

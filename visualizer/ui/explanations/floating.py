"""A card that lies over the page and pushes nothing away; it can be taken at any free spot and moved."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from visualizer.ui import paint
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.theme import CARD_RADIUS

_WIDTH, _HEIGHT = 392, 540
_MARGIN = 12
_TOP = 64


class FloatingCard(Card):
    """Lies at first at the right, left of `beside` while that is seen, and from then on where it was put."""

    def __init__(self, context: Context, parent: QWidget, beside: QWidget) -> None:
        super().__init__(context, "")
        self.setParent(parent)
        self._beside = beside
        self._held: QPoint | None = None
        self._put_at: QPoint | None = None
        parent.installEventFilter(self)
        self.hide()

    def take_place(self) -> None:
        """Lie where it belongs, whole and inside of the parent."""
        around = self.parentWidget().rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        width, height = min(_WIDTH, around.width()), min(_HEIGHT, around.height() - _TOP)
        right = around.right()
        if self._beside.isVisible():
            right = self._beside.mapTo(self.parentWidget(), QPoint(0, 0)).x() - _MARGIN
        corner = self._put_at or QPoint(right - width, around.top() + _TOP)
        left = min(max(corner.x(), around.left()), around.right() - width)
        top = min(max(corner.y(), around.top()), around.bottom() - height)
        self.setGeometry(QRect(left, top, width, height))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.take_place()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._put_at = self.mapToParent(event.position().toPoint()) - self._held
            self.take_place()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self.unsetCursor()

    def paint_content(self, painter: QPainter) -> None:
        edge = self.context.theme.color("line2")
        paint.rounded(painter, QRectF(self.rect()), CARD_RADIUS, self.context.theme.color("panel"), edge, 1.5)

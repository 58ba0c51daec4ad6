"""A card that lies over the page and pushes nothing away; it can be taken at any free spot and moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from visualizer.ui import paint
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.theme import CARD_RADIUS

_WIDTH, _LEAST, _MOST = 392, 260, 540
_MARGIN = 12
_TOP, _LEFT = 64, 56  # below the top bar, right of the rail


class FloatingCard(Card):
    """Lies at first at the right, left of `beside` while that is seen, and from then on where it was put.

    It is as high as its content needs, and lies where it hides least of what is `spared`: rectangles of the screen.
    """

    def __init__(
        self, context: Context, parent: QWidget, beside: QWidget, spared: Callable[[], Sequence[QRect]] = tuple
    ) -> None:
        super().__init__(context, "")
        self.setParent(parent)
        self._beside, self._spared = beside, spared
        self._held: QPoint | None = None
        self._put_at: QPoint | None = None
        parent.installEventFilter(self)
        self.hide()

    def take_place(self) -> None:
        """Lie where it belongs, whole and inside of the parent."""
        around = self.parentWidget().rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        width = min(_WIDTH, around.width())
        height = min(max(self.layout().totalHeightForWidth(width), _LEAST), _MOST, around.height() - _TOP)
        if self._put_at is not None:
            left = min(max(self._put_at.x(), around.left()), around.right() - width)
            top = min(max(self._put_at.y(), around.top()), around.bottom() - height)
            self.setGeometry(QRect(left, top, width, height))
            return
        right = around.right()
        if self._beside.isVisible():
            right = self._beside.mapTo(self.parentWidget(), QPoint(0, 0)).x() - _MARGIN
        spared = [self._in_parent(area) for area in self._spared() if not area.isEmpty()]
        sides = [right - width, around.left() + _LEFT]
        sides += [left for area in spared for left in (area.left() - _MARGIN - width, area.right() + _MARGIN)]
        sides = [min(max(left, around.left() + _LEFT), right - width) for left in sides]
        tops = (around.top() + _TOP, around.bottom() + 1 - height)
        places = [QRect(left, top, width, height) for top in tops for left in sides]

        def cost(place: QRect) -> tuple[int, bool]:
            hidden = sum(area.width() * area.height() for area in (place & other for other in spared))
            return hidden, not self.isHidden() and place.x() != self.x()  # it stays on its side while that is as good

        self.setGeometry(min(places, key=cost))

    def _in_parent(self, area: QRect) -> QRect:
        return QRect(self.parentWidget().mapFromGlobal(area.topLeft()), area.size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.take_place()
        return False

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and not self.isHidden():
            self.take_place()  # a formula has been typeset: it needs more room
        return done

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

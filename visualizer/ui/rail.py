"""The rail on the left: one place for each page, help at the bottom."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.actions import Actions
from visualizer.ui.context import Context
from visualizer.ui.pages import PAGES, page_title
from visualizer.ui.theme import RAIL, font
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.focus import FocusRing

_ICON = 22


class Rail(QWidget):
    """Switches between the pages."""

    def __init__(self, context: Context, actions: Actions) -> None:
        super().__init__()
        self._context = context
        self.setFixedWidth(RAIL)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(8)
        for name in PAGES:
            layout.addWidget(_Place(context, page_title(name), actions[f"page-{name}"]))
        layout.addStretch(1)
        layout.addWidget(Button(context, kind="bare").follow(actions["keys"]), 0, Qt.AlignmentFlag.AlignHCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("panel"))
            painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.color("line"))


class _Place(FocusRing, QAbstractButton):
    def __init__(self, context: Context, title: str, action: QAction) -> None:
        super().__init__()
        self._context = context
        self._symbol = str(action.property("symbol"))
        self.setText(title)
        self.setAccessibleName(action.text())
        self.setToolTip(action.toolTip())
        self.setCheckable(True)
        self.setChecked(action.isChecked())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        action.changed.connect(lambda: self.setChecked(action.isChecked()))
        self.clicked.connect(action.trigger)

    def sizeHint(self) -> QSize:
        return QSize(RAIL, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, on = self._context.theme, self.isChecked()
        area = QRectF(4, 0, RAIL - 8, self.height())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if on:
                paint.rounded(painter, area, 10, theme.mix("panel", "accent", 0.14))
                paint.rounded(painter, QRectF(0, 16, 3, 24), 1.5, theme.color("accent"))
            elif self.underMouse():
                paint.rounded(painter, area, 10, theme.color("raised"))
            symbol = paint.icon_pixmap(self._symbol, theme.hex("accent" if on else "text2"), _ICON)
            painter.drawPixmap(QPointF((RAIL - _ICON) / 2, 8), symbol)
            words = QRectF(0, 33, RAIL, 16)
            ink = theme.color("text" if on else "text2")
            paint.text(painter, words, self.text(), font(10, 600 if on else 500), ink, Qt.AlignmentFlag.AlignHCenter)
            self.paint_ring(painter, theme, area, 10)

"""The card: a panel with a title, a subtitle, something at the right of them, and content."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import CARD_RADIUS, font
from visualizer.ui.widgets.focus import first_stop


class Card(QWidget):
    """A panel in the language of the window; subclasses add widgets to `body` and may add to `header`."""

    def __init__(self, context: Context, title: str, subtitle: str = "") -> None:
        super().__init__()
        self.context = context
        self.setAccessibleName(title)
        self._title, self._subtitle = QLabel(title), QLabel(subtitle)
        self._title.setFont(font(14, 600))
        self._subtitle.setFont(font(12))
        self._subtitle.setObjectName("subtitle")
        self.beside_title: QWidget | None = None
        self.header = QHBoxLayout()
        self.header.setSpacing(12)
        self.header.addWidget(self._title)
        self.header.addWidget(self._subtitle)
        self.header.addStretch(1)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 10, 16, 16)
        self.body.setSpacing(8)
        self.body.addLayout(self.header)

    def put_beside_title(self, widget: QWidget) -> None:
        """Let something stand right behind the title."""
        self.beside_title = widget
        row = QHBoxLayout()
        row.setSpacing(2)
        self.header.removeWidget(self._title)
        row.addWidget(self._title)
        row.addWidget(widget)
        self.header.insertLayout(0, row)

    def focus_content(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Give the keyboard to the first view of the body, else of the header: a card itself has no use for it."""
        items = (self.body.itemAt(place).widget() for place in range(self.body.count()))
        first = first_stop(*filter(None, items), self)
        if first is not None:
            first.setFocus(reason)

    def set_title(self, title: str, subtitle: str = "") -> None:
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, QRectF(self.rect()), CARD_RADIUS, theme.color("panel"), theme.color("line"))
            self.paint_content(painter)

    def paint_content(self, painter: QPainter) -> None:
        """Paint below the child widgets; nothing by default."""

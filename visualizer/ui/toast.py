"""The toast: one sentence at the bottom, for five seconds, with one thing to do at most."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from visualizer.ui import paint
from visualizer.ui.announcing import speak
from visualizer.ui.context import Context
from visualizer.ui.notices import Notices
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button

SECONDS = 5
_HEIGHT = 44
_FROM_BELOW = 24


class Toast(QWidget):
    """Lies over its parent, bottom centre."""

    def __init__(self, context: Context, notices: Notices, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._run: Callable[[], object] | None = None
        self._words = QLabel()
        self._words.setFont(font(13))
        self._button = Button(context, "", kind="bare")
        self._button.clicked.connect(self._act)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(48, 2, 12, 2)
        layout.setSpacing(12)
        layout.addWidget(self._words)
        layout.addWidget(self._button)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(1000 * SECONDS)
        self._clock.timeout.connect(self._go)
        parent.installEventFilter(self)
        notices.said.connect(self._say)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is to be read, "" while nothing is."""
        return self._words.text() if not self.isHidden() else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        self._clock.stop()

    def _go(self) -> None:
        """Leave, unless somebody has come to the button by keyboard."""
        if self.isAncestorOf(self.window().focusWidget() or self):
            self._clock.start()
        else:
            self.hide()

    def _say(self, sentence: str, action: str, run: Callable[[], object] | None) -> None:
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self._run = run
        self._button.setText(action)
        self._button.setAccessibleName(action)
        self._button.setToolTip(action)
        self._button.setVisible(bool(action))
        self._button.updateGeometry()
        self._place()
        self.show()
        self.raise_()
        self._clock.start()
        speak(self, sentence)

    def _place(self) -> None:
        around = self.parentWidget()
        width = min(max(self.sizeHint().width(), 280), around.width() - 32)
        self._words.setWordWrap(self.sizeHint().width() > width)
        height = max(_HEIGHT, self.heightForWidth(width) if self._words.wordWrap() else _HEIGHT)
        self.setGeometry((around.width() - width) // 2, around.height() - height - _FROM_BELOW, width, height)

    def _act(self) -> None:
        self.hide()
        if self._run is not None:
            self._run()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        area = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, area, min(area.height() / 2, 22), theme.color("hover"), theme.color("line2"))
            picture = paint.icon_pixmap("info", theme.hex("ice"), 18, self.devicePixelRatio())
            painter.drawPixmap(QPointF(20, area.center().y() - 9), picture)

"""A part of a card that folds: a line above, a title with a chevron, something at the right, and content."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_HEIGHT = 30
_CHEVRON = 14


class Section(QWidget):
    """Title and `body`; `header` takes what stands right of the title. The person's folding is remembered by `key`.

    `folded_at_first` holds until somebody folds or unfolds. `unfolding` is sent before content is to be seen.
    """

    unfolding = Signal()

    def __init__(self, context: Context, key: str, title: str, folded_at_first: bool = False) -> None:
        super().__init__()
        self.context = context
        self._key = f"sections/{key}"
        self._button = _Title(context, title)
        self._right = QWidget()
        self.header = QHBoxLayout(self._right)
        self.header.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 16, 0)
        row.addWidget(self._button)
        row.addStretch(1)
        row.addWidget(self._right)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(16, 0, 16, 8)
        self.body.setSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self._content)
        self._button.clicked.connect(self._remember)
        self.fold_at_first(folded_at_first)

    @property
    def folded(self) -> bool:
        return not self._button.isChecked()

    def set_title(self, title: str) -> None:
        if title != self._button.text():
            self._button.setText(title)
            self._button.updateGeometry()
            self._button.update()

    def fold_at_first(self, folded: bool) -> None:
        """Fold or unfold, unless somebody has decided it before."""
        decided = QSettings().value(self._key)
        self._set_folded(folded if decided is None else decided == "folded")

    def fold(self, folded: bool) -> None:
        """Fold or unfold, and remember it."""
        QSettings().setValue(self._key, "folded" if folded else "open")
        self._set_folded(folded)

    def _remember(self) -> None:
        self.fold(self.folded)

    def _set_folded(self, folded: bool) -> None:
        self._button.setChecked(not folded)
        if not folded:
            self.unfolding.emit()
        self._content.setVisible(not folded)
        self._right.setVisible(not folded)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(QRectF(1, 0, self.width() - 2, 1), self.context.theme.color("line"))


class _Title(FocusRing, QAbstractButton):
    """The clickable title; checked while the section is open."""

    def __init__(self, context: Context, title: str) -> None:
        super().__init__()
        self._context = context
        self.setText(title)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Fold or unfold")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(paint.width_of(self.text(), font(12, 600))) + _CHEVRON + 10, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        chevron = "chevron-down" if self.isChecked() else "chevron-right"
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            color = theme.hex("text" if self.underMouse() else "text3")
            painter.drawPixmap(
                QPointF(0, (_HEIGHT - _CHEVRON) / 2),
                paint.icon_pixmap(chevron, color, _CHEVRON, self.devicePixelRatio()),
            )
            area = QRectF(_CHEVRON + 4, 0, self.width() - _CHEVRON - 4, _HEIGHT)
            paint.text(painter, area, self.text(), font(12, 600), theme.color("text"))
            self.paint_ring(painter, theme, QRectF(self.rect()).adjusted(0, 4, 0, -4))

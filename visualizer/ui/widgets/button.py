"""Buttons: a word, an icon or both; primary for the one thing to do, plain for the rest, bare for icons in a row."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.theme import CONTROL, CONTROL_RADIUS, font
from visualizer.ui.widgets.focus import FocusRing

Kind = Literal["primary", "plain", "bare"]
ROOM = 4
"""Around every control: the focus ring lies there."""


class Button(FocusRing, QAbstractButton):
    """A button that follows an action, or stands alone; another shape or content is its own class's matter."""

    radius: float = CONTROL_RADIUS
    icon_size = 18

    def __init__(self, context: Context, text: str = "", icon: str = "", kind: Kind = "plain") -> None:
        super().__init__()
        self._context = context
        self._icon = icon
        self._kind = kind
        self.setText(text)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def follow(self, action: QAction, show_text: bool = False) -> Button:
        """Take words and state from an action and trigger it; the words are only shown where `show_text`."""

        def take() -> None:
            self.setText(action.text().replace("&", "") if show_text else "")
            self.setToolTip(action.toolTip())
            self.setAccessibleName(action.text().replace("&", ""))
            self.setEnabled(action.isEnabled())
            self._icon = str(action.property("symbol"))
            self.updateGeometry()
            self.update()

        action.changed.connect(take)
        self.clicked.connect(action.trigger)
        take()
        return self

    def show_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        width = CONTROL
        if self.text():
            words = paint.width_of(self.text(), self._font())
            width = round(words) + (24 + self.icon_size if self._icon else 0) + (16 if self._icon else 32)
        return QSize(max(width, CONTROL) + 2 * ROOM, CONTROL + 2 * ROOM)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        area = QRectF(self.rect()).adjusted(ROOM, ROOM, -ROOM, -ROOM)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(1.0 if self.isEnabled() else 0.4)
            fill, line = self._surface()
            paint.rounded(painter, area, self.radius, fill, line)
            ink = theme.color(
                {"primary": "on_accent", "plain": "text", "bare": "accent" if self.text() else "text2"}[self._kind]
            )
            self._content(painter, area, ink)
            self.paint_ring(painter, theme, radius=self.radius + ROOM - 1)

    def _surface(self) -> tuple[QColor | None, QColor | None]:
        theme = self._context.theme
        hovered = self.underMouse() and self.isEnabled()
        if self._kind == "primary":
            return (
                theme.mix("accent", "core" if theme.dark else "text", 0.14) if hovered else theme.color("accent")
            ), None
        if self._kind == "bare":
            return (theme.color("hover") if hovered or self.isDown() else None), None
        return theme.color("hover" if hovered else "raised"), theme.color("line2" if hovered else "line")

    def _font(self) -> QFont:
        return font(13, 600 if self._kind == "primary" else 500)

    def _content(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        words = self.text()
        wide = paint.width_of(words, self._font()) if words else 0.0
        total = wide + (self.icon_size if self._icon else 0) + (8 if words and self._icon else 0)
        left = area.center().x() - total / 2
        if self._icon:
            picture = paint.icon_pixmap(self._icon, ink.name(), self.icon_size, self.devicePixelRatio())
            painter.drawPixmap(QPointF(left, area.center().y() - self.icon_size / 2), picture)
            left += self.icon_size + 8
        if words:
            paint.text(painter, QRectF(left, area.top(), wide + 1, area.height()), words, self._font(), ink)

"""Banners: a fact, its consequence, one action; they stay until they are answered."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.announcing import speak
from visualizer.ui.context import Context
from visualizer.ui.notices import Notice, Notices
from visualizer.ui.theme import CARD_RADIUS, font
from visualizer.ui.widgets.button import Button

_ICONS = {"warn": "flag", "err": "warning", "ice": "snow"}


class Banners(QWidget):
    """The banners that are up, one for each key, the newest at the bottom."""

    def __init__(self, context: Context, notices: Notices) -> None:
        super().__init__()
        self._context = context
        self._banners: dict[str, Banner] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 8)
        self._layout.setSpacing(8)
        self.hide()
        notices.raised.connect(self._raise)
        notices.settled.connect(self._settle)

    @property
    def notices(self) -> list[Notice]:
        """What is up, oldest first."""
        return [banner.notice for banner in self._banners.values()]

    def _raise(self, notice: Notice) -> None:
        self._settle(notice.key)
        banner = Banner(self._context, notice)
        banner.answered = lambda: self._settle(notice.key)
        self._banners[notice.key] = banner
        self._layout.addWidget(banner)
        self.show()
        speak(banner, banner.accessibleName())

    def _settle(self, key: str) -> None:
        banner = self._banners.pop(key, None)
        if banner is not None:
            self._layout.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self._banners))


class Banner(QWidget):
    """One of them."""

    def __init__(self, context: Context, notice: Notice) -> None:
        super().__init__()
        self._context = context
        self.notice = notice
        self.answered = lambda: None
        self.setAccessibleName(f"{notice.fact.rstrip('.')}. {notice.consequence}".strip())
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        words = QVBoxLayout()
        words.setSpacing(1)
        for text, face, name in ((notice.fact, font(13, 600), ""), (notice.consequence, font(12), "quiet")):
            if text:
                label = QLabel(text, objectName=name)
                label.setFont(face)
                label.setWordWrap(True)
                words.addWidget(label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(56, 8, 12, 8)
        layout.addLayout(words, 1)
        if notice.action:
            button = Button(context, notice.action)
            button.clicked.connect(self._answer)
            layout.addWidget(button)

    def _answer(self) -> None:
        if self.notice.run is not None:
            self.notice.run()
        self.answered()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, tone = self._context.theme, self.notice.tone
        area = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, area, CARD_RADIUS, theme.mix("panel", tone, 0.10), theme.color(tone, 0.7))
            paint.rounded(painter, QRectF(0, 12, 3, area.height() - 24), 1.5, theme.color(tone))
            picture = paint.icon_pixmap(_ICONS[tone], theme.hex(tone), 20, self.devicePixelRatio())
            painter.drawPixmap(QPointF(20, area.center().y() - 10), picture)

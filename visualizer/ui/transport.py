"""The transport bar: play, step and scrub through the recorded pass, and what is happening in words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QActionGroup, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.caption_line import CaptionLine
from visualizer.ui.context import Context
from visualizer.ui.scrubber import Scrubber
from visualizer.ui.theme import CARD_RADIUS
from visualizer.ui.widgets.button import ROOM, Button

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
_PLAY = 40
_HEIGHT = 104


class TransportCard(QWidget):
    """Buttons, speed and scrubber in one row, the caption below."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setAccessibleName("Transport")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(_HEIGHT)
        player = context.player
        self._buttons = [
            _button(context, "start", "To the start of the pass", player.start),
            _button(context, "back", "One layer back", lambda: player.step(-1)),
            PlayButton(context),
            _button(context, "forward", "One layer forward", lambda: player.step(1)),
            _button(context, "end", "To the end of the pass", player.end),
        ]
        self.scrubber = Scrubber(context)
        self.speed = SpeedButton(context)
        self.caption = CaptionLine(context)
        controls = QHBoxLayout()
        controls.setSpacing(0)
        for button in self._buttons:
            controls.addWidget(button)
        controls.addSpacing(8)
        controls.addWidget(self.speed)
        controls.addSpacing(10)
        controls.addWidget(self.scrubber, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16 - ROOM, 4, 10, 0)
        layout.setSpacing(0)
        layout.addStretch(1)
        layout.addLayout(controls)
        layout.addStretch(1)
        layout.addWidget(self.caption)
        player.recording_changed.connect(self._enable)
        context.store.view_changed.connect(self.update)
        self._enable()

    def _enable(self) -> None:
        for button in self._buttons:
            button.setEnabled(self._context.player.timeline is not None)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.rounded(painter, QRectF(self.rect()), CARD_RADIUS, theme.color("panel"), theme.color("line"))


def _button(context: Context, icon: str, name: str, act: object) -> Button:
    button = Button(context, icon=icon)
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.clicked.connect(act)
    return button


class PlayButton(Button):
    """The round button that plays and pauses the pass."""

    radius = _PLAY / 2
    icon_size = 20

    def __init__(self, context: Context) -> None:
        super().__init__(context, kind="primary")
        self.clicked.connect(context.player.toggle)
        context.player.playing_changed.connect(self._follow)
        self._follow(context.player.playing)

    def _follow(self, playing: bool) -> None:
        self._icon = "pause" if playing else "play"
        name = "Pause the pass" if playing else "Play the pass"
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_PLAY + 2 * ROOM, _PLAY + 2 * ROOM)


class SpeedButton(Button):
    """Shows how fast the pass is played; a click offers the speeds."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setToolTip("How fast the pass is played")
        self._menu = QMenu(self)
        self._choices = QActionGroup(self)
        for speed in SPEEDS:
            choice = self._menu.addAction(_times(speed))
            choice.setCheckable(True)
            choice.setData(speed)
            self._choices.addAction(choice)
        self._choices.triggered.connect(lambda choice: context.store.look(speed=choice.data()))
        self.clicked.connect(self._offer)
        context.store.view_changed.connect(self._follow)
        self._follow()

    def _offer(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _follow(self) -> None:
        speed = self._context.store.view.speed
        self.setAccessibleName(f"Speed {_times(speed)}")
        for choice in self._choices.actions():
            choice.setChecked(choice.data() == speed)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(68 + 2 * ROOM, super().sizeHint().height())

    def _content(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        words = area.adjusted(12, 0, -24, 0)
        paint.text(painter, words, _times(self._context.store.view.speed), self._font(), ink)
        icon = paint.icon_pixmap("chevron-down", self._context.theme.hex("text3"), 14, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(area.right() - 22, area.center().y() - 7), icon)


def _times(speed: float) -> str:
    return f"{speed:g}×"

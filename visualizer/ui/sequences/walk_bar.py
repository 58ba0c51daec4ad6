"""The transport of a walk through time: buttons, a line to drag along, and what happens in words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.ui import paint
from visualizer.ui.announcing import speak
from visualizer.ui.context import Context
from visualizer.ui.sequences.figure_line import FigureLine
from visualizer.ui.sequences.keys import walk_by_key
from visualizer.ui.sequences.narration import narrate, where
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.theme import font
from visualizer.ui.transport import SpeedButton
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.focus import FocusRing

_EDGE, _TOP, _HIGH, _GAP, _LOSS = 8.0, 15.0, 16.0, 8.0, 26.0
_DONE, _LATER = 0.72, 0.2


class WalkBar(QWidget):
    """Plays and steps through the sequence, forward and back."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        self._context, self._unrolling = context, unrolled
        playhead = unrolled.playhead
        self._play = Button(context, icon="play", kind="primary")
        self._play.clicked.connect(playhead.toggle)
        self._buttons = [
            _button(context, "start", "To the first step", playhead.start),
            _button(context, "back", "One step back", lambda: playhead.step(-1)),
            self._play,
            _button(context, "forward", "One step on", lambda: playhead.step(1)),
            _button(context, "end", "To the end of the way back", playhead.end),
        ]
        self._place = QLabel()
        self._place.setFont(font(12, 600))
        self._sentence = FigureLine(context, "What happens now", 13, one_line=True)
        controls = QHBoxLayout()
        controls.setSpacing(0)
        for button in self._buttons:
            controls.addWidget(button)
        controls.addSpacing(4)
        controls.addWidget(SpeedButton(context))
        controls.addSpacing(4)
        controls.addWidget(_Line(context, unrolled), 1)
        words = QHBoxLayout()
        words.setSpacing(16)
        words.addWidget(self._place)
        words.addWidget(self._sentence, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(controls)
        layout.addLayout(words)
        playhead.playing_changed.connect(self._follow_play)
        playhead.moved.connect(self._follow)
        context.player.recording_changed.connect(lambda _: self._follow())
        unrolled.changed.connect(self._follow)
        self._follow_play(playhead.playing)
        self._follow()

    def _follow_play(self, playing: bool) -> None:
        name = "Pause the walk through time" if playing else "Walk through time, forward and back"
        self._play.show_icon("pause" if playing else "play")
        self._play.setAccessibleName(name)
        self._play.setToolTip(f"{name} (Space)")

    def _follow(self) -> None:
        frame = self._unrolling.frame
        for button in self._buttons:
            button.setEnabled(frame is not None)
        if frame is not None and self._unrolling.playhead.ready:
            moment = self._unrolling.playhead.moment
            self._place.setText(where(frame, moment))
            before = self._sentence.text()
            self._sentence.say(*narrate(frame, moment, self._context.player.recording))
            sentence = self._sentence.text()
            if sentence != before and self.isVisible() and not self._unrolling.playhead.playing:
                speak(self, sentence)


def _button(context: Context, icon: str, name: str, act: object) -> Button:
    button = Button(context, icon=icon)
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.clicked.connect(act)
    return button


class _Line(FocusRing, QWidget):
    """All steps forward, the loss, all steps back; a click or a drag goes there."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        self._context, self._unrolling = context, unrolled
        self.setAccessibleName("Time steps")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumWidth(200)
        unrolled.playhead.moved.connect(self.update)
        unrolled.changed.connect(self.update)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(400, 40)

    @property
    def _wide(self) -> float:
        """How wide all steps of one direction are."""
        return (self.width() - 2 * _EDGE - 2 * _GAP - _LOSS) / 2

    def _x(self, instant: float) -> float:
        """Return where an instant lies: the middle of its step's segment."""
        steps, wide = self._unrolling.playhead.steps, self._wide
        if instant <= steps - 1:
            return _EDGE + (instant + 0.5) * wide / steps
        middle = _EDGE + wide + _GAP + _LOSS / 2
        back = _EDGE + wide + 2 * _GAP + _LOSS
        last, first = _EDGE + (steps - 0.5) * wide / steps, back + 0.5 * wide / steps
        if instant <= steps:
            return last + (instant - steps + 1) * (middle - last)
        if instant <= steps + 1:
            return middle + (instant - steps) * (first - middle)
        return back + (instant - steps - 0.5) * wide / steps

    def _instant(self, x: float) -> float:
        steps, wide = self._unrolling.playhead.steps, self._wide
        if x <= _EDGE + wide + _GAP / 2:
            return float(min(max(int((x - _EDGE) / wide * steps), 0), steps - 1))
        back = _EDGE + wide + 2 * _GAP + _LOSS
        if x < back - _GAP / 2:
            return float(steps)
        return float(min(steps + 1 + int(max(x - back, 0) / wide * steps), 2 * steps))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._unrolling.playhead.ready:
            self._unrolling.playhead.pause()
            self._unrolling.playhead.seek(self._instant(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._unrolling.playhead.step(1 if event.key() == Qt.Key.Key_Right else -1)
        elif not walk_by_key(self._unrolling, event):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        playhead, theme = self._unrolling.playhead, self._context.theme
        if not playhead.ready:
            return
        wide, back = self._wide, _EDGE + self._wide + 2 * _GAP + _LOSS
        now = self._x(playhead.time)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for left, size, token, label in (
                (_EDGE, wide, "accent", "forward"),
                (_EDGE + wide + _GAP, _LOSS, "warn", "loss"),
                (back, wide, "grad", "backward through time"),
            ):
                area = QRectF(left, _TOP, size, _HIGH)
                paint.rounded(painter, area, 4, theme.mix("panel", token, _LATER))
                done = min(max(now - left, 0.0), size)
                if done > 1:
                    paint.rounded(painter, QRectF(left, _TOP, done, _HIGH), 4, theme.mix("panel", token, _DONE))
                paint.text(painter, QRectF(left, 0, size + 4, 13), label, font(11), theme.color("text2"))
            self._paint_steps(painter, back)
            painter.setPen(QPen(theme.color("core" if theme.dark else "text"), 2))
            painter.drawLine(QPointF(now, _TOP - 2), QPointF(now, _TOP + _HIGH + 3))
            self.paint_ring(painter, theme)

    def _paint_steps(self, painter: QPainter, back: float) -> None:
        steps = self._unrolling.playhead.steps
        if self._wide / steps < 5:
            return
        painter.setPen(QPen(self._context.theme.color("panel"), 1.5))
        for left in (_EDGE, back):
            for number in range(1, steps):
                x = left + number * self._wide / steps
                painter.drawLine(QPointF(x, _TOP), QPointF(x, _TOP + _HIGH))

"""The stages of a step side by side, with buttons that walk through them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QWidget

from visualizer.core.topics.adversarial import Player
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.adversarial.game import NOW, Game
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button
from visualizer.ui.widgets.focus import FocusRing

_SHORT = {"generate": "G(z)", "judge": "D(x)", "samples": "∇x", "gradients": "∇θ", "update": "Δθ"}
"""What stands in a segment that is too narrow for the name of its stage."""

_READABLE = 32.0  # width of a segment with words
_TOP, _HIGH, _NOW, _GAP = 16.0, 22.0, 40.0, 10.0


class StageBar(QWidget):
    """Back, play, on, and the line of all stages."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__()
        self._context, self._game = context, shown
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.back = self._button("back", "One stage back", lambda: shown.step(-1))
        self.play = self._button("play", "Play the stages of the next step", shown.toggle)
        self.on = self._button("forward", "One stage on", lambda: shown.step(1))
        self.line = _Line(context, shown)
        for widget in (self.back, self.play, self.on):
            row.addWidget(widget)
        row.addSpacing(8)
        row.addWidget(self.line, 1)
        shown.changed.connect(self._follow)
        self._follow()

    def _button(self, icon: str, name: str, act: object) -> Button:
        button = Button(self._context, icon=icon)
        _call(button, name)
        button.clicked.connect(act)
        return button

    def _follow(self) -> None:
        shown = self._game
        self.back.setEnabled(shown.place != NOW)
        self.play.show_icon("pause" if shown.playing else "play")
        _call(self.play, "Pause the stages" if shown.playing else "Play the stages of the next step, on a copy")
        self.on.show_icon("step" if shown.at_end else "forward")
        _call(self.on, "Make this step in the run itself" if shown.at_end else "One stage on")


def _call(button: Button, name: str) -> None:
    button.setAccessibleName(name)
    button.setToolTip(name)


class _Line(FocusRing, QWidget):
    """A segment for now and one for each stage; a click, a drag or the arrow keys go there."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__()
        self._context, self._game = context, shown
        self.setAccessibleName("Stages of a step")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumWidth(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        shown.changed.connect(self._follow)
        shown.moved.connect(self.update)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(400, 44)

    def _follow(self) -> None:
        stage = self._game.stage
        announce(self, stage.title if stage is not None else "The pair as it stands")
        self.update()

    def segments(self) -> list[QRectF]:
        """Return where the stages lie; a gap keeps the two players apart."""
        plan = self._game.plan
        wide = (self.width() - _NOW - 2 * _GAP - 2) / max(len(plan), 1)
        segments, left, last = [], _NOW + _GAP, plan[0][0]
        for player, _ in plan:
            left += _GAP if player != last else 0.0
            last = player
            segments.append(QRectF(left, _TOP, wide - 2, _HIGH))
            left += wide
        return segments

    def place_at(self, x: float) -> int:
        """Return the stage at a place, NOW at the left of them."""
        return sum(x >= segment.left() for segment in self.segments()) - 1 if x > _NOW + _GAP / 2 else NOW

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._game.seek(self.place_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton and place != self._game.place:
            self._game.seek(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._game.step(1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.key() == Qt.Key.Key_Home:
            self._game.seek(NOW)
        elif event.key() == Qt.Key.Key_End:
            self._game.seek(len(self._game.plan) - 1)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos().x())
            words = "The pair as it stands"
            if place != NOW:
                player, name = self._game.plan[place]
                words = f"{player}: {name}"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, shown = self._context.theme, self._game
        plan, segments = shown.plan, self.segments()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._segment(painter, QRectF(0, _TOP, _NOW, _HIGH), "now", "accent", done=shown.place == NOW)
            for place, ((player, name), area) in enumerate(zip(plan, segments, strict=True)):
                self._segment(painter, area, name, inks.OF_PLAYER[player], done=place <= shown.place)
            for player in inks.OF_PLAYER:
                own = [area for (whose, _), area in zip(plan, segments, strict=True) if whose == player]
                self._heading(painter, player, own)
            self._head(painter, segments)
            self.paint_ring(painter, theme, QRectF(self.rect()), 6)

    def _heading(self, painter: QPainter, player: Player, own: list[QRectF]) -> None:
        theme, style = self._context.theme, font(11)
        room = QRectF(own[0].left(), 0, own[-1].right() - own[0].left(), 14)
        turns = sum(1 for whose, what in self._game.plan if (whose, what) == (player, "update"))
        times = f" ×{turns}" if turns > 1 else ""
        wordings = (f"{player}’s turn{times}", f"{player}{times}", f"{player[0].upper()}{times}")
        words = next((words for words in wordings if paint.width_of(words, style) <= room.width()), wordings[-1])
        paint.text(painter, room, words, style, theme.color("text2"))

    def _segment(self, painter: QPainter, area: QRectF, name: str, token: str, *, done: bool) -> None:
        theme = self._context.theme
        paint.rounded(painter, area, 4, theme.mix("panel", token, 0.42 if done else 0.14))
        style = font(11, 500)
        words = name if paint.width_of(name, style) + 4 <= area.width() else _SHORT.get(name, name)
        if area.width() >= _READABLE:
            ink = theme.color("text" if done else "text2")
            paint.text(painter, area, words, style, ink, Qt.AlignmentFlag.AlignHCenter)

    def _head(self, painter: QPainter, segments: list[QRectF]) -> None:
        shown, theme = self._game, self._context.theme
        area = QRectF(0, _TOP, _NOW, _HIGH) if shown.place == NOW else segments[min(shown.place, len(segments) - 1)]
        paint.rounded(painter, area.adjusted(-1, -1, 1, 1), 5, None, theme.color("accent"), 2)
        if shown.playing:
            x = area.left() + area.width() * min(shown.progress, 1.0)
            painter.setPen(QPen(theme.color("core" if theme.dark else "text"), 2))
            painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom() + 2))

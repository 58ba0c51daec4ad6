"""Lines of code, of which some are lit; the column moves so that they are seen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEasingCurve, QEvent, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.script import Line
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.code.highlighting import pieces
from visualizer.ui.context import Context
from visualizer.ui.inspectors.scroll import ScrollColumn
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

ROW = 27
_LEAST_ROW = 22
_NUMBERS, _INNER, _NOTE = 40.0, 18.0, 14.0
_NARROW = 300
_MILLISECONDS = 200


class Lines(FocusRing, QWidget):
    """`picked` carries the place of a line that was clicked, or chosen with Return."""

    picked = Signal(int)
    reached = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.lines: Sequence[Line] = ()
        self.pitch = ROW  # how high a line is
        self.lit: tuple[int, ...] = ()
        self._at = 0
        self.setAccessibleName("Code of this pass")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.store.view_changed.connect(lambda old, new: self.update() if old.theme != new.theme else None)

    def show_lines(self, lines: Sequence[Line]) -> None:
        self.lines, self.lit, self._at = lines, (), 0
        self.set_pitch(self.pitch)

    def set_pitch(self, pitch: int) -> None:
        """Make each line so high."""
        self.pitch = pitch
        self.setFixedHeight(max(len(self.lines) * pitch, 1))
        self.update()

    def light(self, places: tuple[int, ...]) -> None:
        """Light the lines that say what happens now."""
        if places != self.lit:
            for place in {*self.lit, *places}:
                self.update(self.row(place).toAlignedRect())
            self.lit = places
            self.setAccessibleDescription("; ".join(self.lines[place].text for place in places))

    def row(self, place: int) -> QRectF:
        """Return where a line lies."""
        return QRectF(0, place * self.pitch, self.width(), self.pitch)

    @property
    def _is_narrow(self) -> bool:
        """Whether there is room for the code alone, in small letters."""
        return self.width() <= _NARROW

    @property
    def _size(self) -> int:
        return 11 if self._is_narrow else 12

    @property
    def _gutter(self) -> float:
        return _NUMBERS - 10 if self._is_narrow else _NUMBERS

    def _line_at(self, y: float) -> int:
        place = int(y // self.pitch)
        return place if 0 <= place < len(self.lines) else -1

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._line_at(event.pos().y())
            if place >= 0:
                line = self.lines[place]
                hint = "\nClick: go there" if line.phase is not None else ""
                QToolTip.showText(event.globalPos(), f"{line.text}{hint}", self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._line_at(event.position().y())
        leads = place >= 0 and self.lines[place].phase is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._line_at(event.position().y())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._at = place
            self.picked.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps and self.lines:
            self._at = min(max(self._at + steps[event.key()], 0), len(self.lines) - 1)
            self.reached.emit(self._at)
            announce(self, self.lines[self._at].text)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.lines:
            self.picked.emit(self._at)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        first, last = event.rect().top() // self.pitch, event.rect().bottom() // self.pitch
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place in range(max(first, 0), min(last + 1, len(self.lines))):
                self._paint_line(painter, place)
            if self.lines:
                self.paint_ring(painter, self._context.theme, self.row(self._at), 5)

    def _paint_line(self, painter: QPainter, place: int) -> None:
        theme, line, area = self._context.theme, self.lines[place], self.row(place)
        lit = place in self.lit
        if lit:
            paint.rounded(painter, area, 4, theme.mix("panel", "accent", 0.2))
            painter.fillRect(QRectF(0, area.top(), 3, area.height()), theme.color("accent"))
        right = Qt.AlignmentFlag.AlignRight
        numbers = QRectF(0, area.top(), self._gutter - 10, area.height())
        paint.text(painter, numbers, str(place + 1), font(self._size, mono=True), theme.color("text3"), right)
        note = paint.width_of(line.note, font(11, 600)) + _NOTE + 8 if not self._is_narrow and not line.inner else 0.0
        if note:
            spot = area.adjusted(0, 0, -_NOTE, 0)
            color = theme.color("accent" if lit else "text2")
            paint.text(painter, spot, line.note, font(11, 600 if lit else 400), color, right)
        left = self._gutter + (_INNER if line.inner else 0.0)
        self._paint_code(painter, line.text, QRectF(left, area.top(), self.width() - left - note - 4, area.height()))

    def _paint_code(self, painter: QPainter, text: str, area: QRectF) -> None:
        theme, plain, strong = self._context.theme, font(self._size, mono=True), font(self._size, 600, mono=True)
        advance = QFontMetricsF(plain).horizontalAdvance("m")
        fitting = int(area.width() // advance)
        shown = text if len(text) <= fitting else f"{text[: max(fitting - 1, 0)]}…"
        x = area.left()
        for piece in pieces(shown):
            spot = QRectF(x, area.top(), advance * len(piece.text) + 4, area.height())
            paint.text(painter, spot, piece.text, strong if piece.strong else plain, theme.color(piece.token))
            x += advance * len(piece.text)


class CodeView(ScrollColumn):
    """Scrolls smoothly to what is lit, at once where motion is reduced."""

    def __init__(self, context: Context) -> None:
        self.lines = Lines(context)
        super().__init__(self.lines)
        self._context = context
        self.setMinimumHeight(2 * ROW)
        self._moving = QVariantAnimation(self)
        self._moving.setDuration(_MILLISECONDS)
        self._moving.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._moving.valueChanged.connect(lambda value: self.verticalScrollBar().setValue(round(value)))
        self.lines.reached.connect(lambda place: self.show_place(place, at_once=True))

    def sizeHint(self) -> QSize:
        return QSize(300, 5 * ROW)

    def show_lines(self, lines: Sequence[Line]) -> None:
        self.lines.show_lines(lines)
        self._fit()

    def _fit(self) -> None:
        """Make lines so high that all are seen, or where they are too many, none in part."""
        height, count = self.viewport().height(), len(self.lines.lines)
        shown = count if count * _LEAST_ROW <= height else max(round(height / ROW), 1)
        pitch = min(height // max(shown, 1), ROW) if shown == count else height // shown
        self.lines.set_pitch(max(pitch, _LEAST_ROW))

    def light(self, places: tuple[int, ...]) -> None:
        """Light some lines and bring them into view."""
        if places != self.lines.lit:
            self.lines.light(places)
            if places:
                self.show_place(places[-1], at_once=self._context.store.view.reduced_motion or not self.isVisible())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        if self.lines.lit:
            self.show_place(self.lines.lit[-1], at_once=True)

    def show_place(self, place: int, *, at_once: bool) -> None:
        """Move as little as shows a line with one above and one below."""
        bar, height, pitch = self.verticalScrollBar(), self.viewport().height(), self.lines.pitch
        target = min(max(bar.value(), (place + 2) * pitch - height), max(place - 1, 0) * pitch)
        target = -(-target // pitch) * pitch  # a line at the top is whole
        target = min(max(target, 0), max(len(self.lines.lines) * pitch - height, 0))
        self._moving.stop()
        if at_once or target == bar.value():
            bar.setValue(target)
            return
        self._moving.setStartValue(float(bar.value()))
        self._moving.setEndValue(float(target))
        self._moving.start()

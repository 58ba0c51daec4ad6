"""What all plots share: a picture that is rebuilt only when it has to be, a hover on top, and taking it along."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import QFileDialog, QMenu, QSizePolicy, QWidget

from visualizer.core.errors import UserError
from visualizer.ui import paint
from visualizer.ui.announcing import announce, tell
from visualizer.ui.context import Context
from visualizer.ui.copying import copy
from visualizer.ui.explanations.numbers import QUESTION, clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.store import View
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

_PAUSE = 60  # milliseconds between two pictures: nobody reads a plot more often
_SHARE = 8  # and so many times as long as a picture takes: a long run must not slow the window down


class Plot(FocusRing, QWidget):
    """A plot that paints itself; subclasses give `draw`, and `draw_hover`, `lines_of`, `hover_count` where it is exact.

    `number_of` says what can be asked about an element; a double click, the menu or the key = then asks.

    `follows` names the fields of the view that change the picture.
    """

    follows: tuple[str, ...] = ("theme",)

    def __init__(self, context: Context, name: str) -> None:
        super().__init__()
        self.context = context
        self.hovered = -1
        self._picture: QPixmap | None = None
        self._seconds = 0.0  # that the last `prepare` took
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self.renew)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        context.store.view_changed.connect(self._look)
        self.numbers = clickable(self, context, self._number_at, self._number_here, own_menu=True)

    def _look(self, old: View, new: View) -> None:
        if any(getattr(old, name) != getattr(new, name) for name in self.follows):
            self.renew()

    def prepare(self) -> None:
        """Take what is to be drawn from where it is kept; only called while the plot can be seen."""

    def draw(self, painter: QPainter) -> None:
        """Draw everything but the hover; this happens rarely."""
        raise NotImplementedError

    def draw_hover(self, painter: QPainter) -> None:
        """Draw what belongs to element number `hovered`; nothing by default."""

    def lines_of(self, element: int) -> list[str]:
        """Return what is said of an element, by hover and aloud, its title first; nothing by default."""
        return []

    def number_of(self, element: int) -> Number | None:
        """Return the number that an element shows; none by default."""
        return None

    def _number_at(self, place: QPointF) -> Number | None:
        return self.number_of(self.hover_at(place))

    def _number_here(self) -> Number | None:
        return self.number_of(self.hovered)

    def hover_at(self, place: QPointF) -> int:
        """Return the number of the element at a place, -1 for none."""
        return -1

    def hover_count(self) -> int:
        """Return how many elements the arrow keys can visit."""
        return 0

    def stride(self) -> int:
        """Return how many elements up and down go; in a plane that is a row."""
        return max(self.hover_count() // 20, 1)

    def table(self) -> str:
        """Return what the plot shows as comma-separated values, "" where there is nothing."""
        return ""

    def renew(self) -> None:
        """Draw a new picture at the next paint; while nobody can see it, only when it is shown again."""
        self._picture = None
        if self.isVisible():
            started = time.perf_counter()
            self.prepare()
            self._seconds = time.perf_counter() - started
            self.update()

    def renew_soon(self) -> None:
        """Draw a new picture in a moment, once for all that arrives until then."""
        if self.isVisible() and not self._pause.isActive():
            self._pause.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._pause.stop()

    def showEvent(self, event: QShowEvent) -> None:
        self.renew()

    def paintEvent(self, event: QPaintEvent) -> None:
        scale = self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != self.size() * scale:
            started = time.perf_counter()
            self._picture = QPixmap(self.size() * scale)
            self._picture.setDevicePixelRatio(scale)
            self._picture.fill(Qt.GlobalColor.transparent)
            with QPainter(self._picture) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self.draw(painter)
            cost = self._seconds + time.perf_counter() - started
            self._pause.setInterval(max(_PAUSE, round(1000 * _SHARE * cost)))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPixmap(0, 0, self._picture)
            if 0 <= self.hovered < self.hover_count():
                self.draw_hover(painter)
            self.paint_ring(painter, self.context.theme)

    def hover(self, element: int) -> None:
        if element != self.hovered:
            self.hovered = element
            self.tell(element)
            self.update()

    def tell(self, element: int) -> None:
        """Say to screen readers what an element shows."""
        announce(self, ". ".join(self.lines_of(element)) if 0 <= element < self.hover_count() else "")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hover(self.hover_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if 0 <= self.hovered < self.hover_count():
            tell(self, ". ".join(self.lines_of(self.hovered)))  # it may have changed meanwhile

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last, here, key = self.hover_count() - 1, self.hovered, Qt.Key(event.key())
        keys, row = Qt.Key, self.stride()
        steps = {keys.Key_Left: -1, keys.Key_Right: 1, keys.Key_Up: row, keys.Key_Down: -row}
        places = {keys.Key_Home: 0, keys.Key_End: last}
        if last < 0 or key not in steps.keys() | places.keys():
            super().keyPressEvent(event)
        else:
            there = here + steps[key] if key in steps and here >= 0 else places.get(key, last)
            self.hover(min(max(there, 0), last))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        number = self._number_at(QPointF(event.pos()))
        if number is not None:
            menu.addAction(QUESTION, lambda: self.numbers.ask(number))
            menu.addSeparator()
        self.fill_menu(menu)
        menu.addAction("Copy as image", self.copy)
        save = menu.addAction("Save as CSV …", self.save)
        save.setEnabled(bool(self.hover_count()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def fill_menu(self, menu: QMenu) -> None:
        """Add entries of the plot's own; none by default."""

    def copy(self) -> None:
        """Put the card around the plot on the clipboard."""
        copy(self, (self.parentWidget() or self).grab(), "Picture of the card")

    def save(self) -> None:
        """Write the numbers to a file that is asked for; raise UserError where that fails."""
        name = self.accessibleName().lower().replace(" ", "_")
        path, _ = QFileDialog.getSaveFileName(self, "Save as CSV", f"{name}.csv", "Comma-separated values (*.csv)")
        if not path:
            return
        try:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(self.table())
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror}.") from None


def add_choice(menu: QMenu, words: str, chosen: bool, act: Callable[[], object]) -> None:
    """Add an entry with a tick where it is chosen."""
    action = menu.addAction(words, act)
    action.setCheckable(True)
    action.setChecked(chosen)


def add_now_or_steps(menu: QMenu, context: Context) -> None:
    """Add the two ways in which gradient norms can be seen."""
    over_steps, look = context.store.view.norms_over_steps, context.store.look
    add_choice(menu, "Now", not over_steps, lambda: look(norms_over_steps=False))
    add_choice(menu, "Over the steps", over_steps, lambda: look(norms_over_steps=True))
    menu.addSeparator()


def paint_note(painter: QPainter, context: Context, lines: list[str], at: QPointF, within: QRectF) -> None:
    """Draw a small panel of lines beside a point, inside of `within`; the first line is the title."""
    theme = context.theme
    styles = [font(11, 600), *(font(11, tabular=True) for _ in lines[1:])]
    width = max(paint.width_of(line, style) for line, style in zip(lines, styles, strict=True)) + 16
    height = 16.0 * len(lines) + 8
    left = at.x() + 12 if at.x() + 12 + width <= within.right() else at.x() - 12 - width
    left = min(max(left, within.left()), within.right() - width)
    top = min(max(at.y() - height / 2, within.top()), within.bottom() - height)
    paint.rounded(painter, QRectF(left, top, width, height), 6, theme.color("raised", 0.96), theme.color("line2"))
    for number, (line, style) in enumerate(zip(lines, styles, strict=True)):
        area = QRectF(left + 8, top + 4 + 16 * number, width - 14, 16)
        paint.text(painter, area, line, style, theme.color("text" if number == 0 else "text2"))


def paint_empty(painter: QPainter, context: Context, rect: QRectF, sentence: str) -> None:
    """Draw the frame of a plot that has nothing to show yet, and how to change that."""
    theme = context.theme
    paint.rounded(painter, rect, 8, None, theme.color("line2"), 1, Qt.PenStyle.DashLine)
    paint.text(
        painter, rect.adjusted(8, 0, -8, 0), sentence, font(12), theme.color("text2"), Qt.AlignmentFlag.AlignHCenter
    )

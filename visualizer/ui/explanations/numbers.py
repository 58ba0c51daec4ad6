"""Makes the numbers that a widget paints answer for themselves, by mouse, menu and key."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QToolTip, QWidget

from visualizer.core.messages import Explain
from visualizer.ui.announcing import tell
from visualizer.ui.chain_rule.opening import FOLLOW, follow_gradient
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.trail import explain

QUESTION = "Where does this number come from?"
KEY = Qt.Key.Key_Equal
_AROUND = 64, 28  # pixels beside a number that was clicked: it stays in sight with what stands next to it
_BY_CLICK = "Click: where does it come from?"
_BY_DOUBLE_CLICK = "Double-click: where does it come from?"


class Numbers(QObject):
    """Watches one widget. A number is asked about by double click, by context menu, and with = from the keyboard.

    `at` returns the number at a point of the widget, `here` the one that the keyboard is at. With `by_click` a single
    click is enough: for numbers that a click would do nothing else with. A widget with a menu of its own (`own_menu`)
    puts the question there.
    """

    def __init__(
        self,
        widget: QWidget,
        context: Context,
        at: Callable[[QPointF], Number | None],
        here: Callable[[], Number | None],
        by_click: bool,
        own_menu: bool,
    ) -> None:
        super().__init__(widget)
        self.at, self.here, self.by_click = at, here, by_click
        self._widget, self._context = widget, context
        self._answers: dict[QEvent.Type, Callable[[QEvent], bool]] = {
            QEvent.Type.ToolTip: self._tell,
            QEvent.Type.ShortcutOverride: self._keep_key,
            QEvent.Type.KeyPress: self._key,
            QEvent.Type.FocusIn: self._arrive,
        }
        if not own_menu:
            self._answers[QEvent.Type.ContextMenu] = self._offer
        if by_click:
            widget.setMouseTracking(True)
            self._answers[QEvent.Type.MouseMove] = self._point
            self._answers[QEvent.Type.MouseButtonPress] = self._click
        else:
            self._answers[QEvent.Type.MouseButtonDblClick] = self._click
        widget.installEventFilter(self)
        if isinstance(widget, QAbstractScrollArea):
            widget.viewport().installEventFilter(self)
            self._widget = widget.viewport()

    def ask(self, number: Number | None, at: QPointF | None = None) -> bool:
        """Open the card for a number, at a point of the widget; return whether there is one."""
        if number is not None:
            explain(self._context, number.question, self._around(at))
        return number is not None

    def _around(self, at: QPointF | None) -> QRect:
        """Return the place on the screen that the card may not hide: around a point, or the whole of the widget."""
        place = self._widget.rect()
        if at is not None:
            place &= QRect(at.toPoint() - QPoint(*_AROUND), at.toPoint() + QPoint(*_AROUND))
        return QRect(self._widget.mapToGlobal(place.topLeft()), place.size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        answer = self._answers.get(event.type())
        return answer(event) if answer is not None else False

    def _click(self, event: QEvent) -> bool:
        mouse = cast(QMouseEvent, event)
        return mouse.button() == Qt.MouseButton.LeftButton and self.ask(self.at(mouse.position()), mouse.position())

    def _point(self, event: QEvent) -> bool:
        found = self.at(cast(QMouseEvent, event).position()) is not None
        self._widget.setCursor(Qt.CursorShape.WhatsThisCursor if found else Qt.CursorShape.ArrowCursor)
        return False

    def _tell(self, event: QEvent) -> bool:
        spot = cast(QHelpEvent, event)
        number = self.at(QPointF(spot.pos()))
        if number is not None and number.hover:
            how = _BY_CLICK if self.by_click else _BY_DOUBLE_CLICK
            QToolTip.showText(spot.globalPos(), f"{number.hover}\n{how}", self._widget)
        return number is not None and bool(number.hover)

    def _offer(self, event: QEvent) -> bool:
        wanted = cast(QContextMenuEvent, event)
        by_key = wanted.reason() == QContextMenuEvent.Reason.Keyboard
        number = self.here() if by_key else self.at(QPointF(wanted.pos()))
        if number is None:
            return False
        self._menu(number, self._widget.rect().center() if by_key else wanted.pos(), by_key)
        return True

    def _menu(self, number: Number, place: QPoint, by_key: bool) -> None:
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(QUESTION, lambda: self.ask(number, None if by_key else QPointF(place)))
        asked = number.question
        if isinstance(asked, Explain) and asked.kind in ("parameter", "parameter_gradient", "update"):
            menu.addAction(FOLLOW, lambda: follow_gradient(self._context, asked.name, asked.index))
        menu.popup(self._widget.mapToGlobal(place))

    def _arrive(self, event: QEvent) -> bool:
        """Have the number that the keyboard comes to as the widget's value, when a screen reader asks."""
        number = self.here()
        if number is not None and number.hover:
            tell(cast(QWidget, self.parent()), number.hover)
        return False

    def _keep_key(self, event: QEvent) -> bool:
        kept = _is_the_key(event) and self.here() is not None
        if kept:
            event.accept()
        return kept

    def _key(self, event: QEvent) -> bool:
        return _is_the_key(event) and self.ask(self.here())


def _is_the_key(event: QEvent) -> bool:
    key = cast(QKeyEvent, event)
    return key.key() == KEY and key.modifiers() == Qt.KeyboardModifier.NoModifier


def _nothing() -> None:
    return None


def clickable(
    widget: QWidget,
    context: Context,
    at: Callable[[QPointF], Number | None],
    here: Callable[[], Number | None] = _nothing,
    *,
    by_click: bool = False,
    own_menu: bool = False,
) -> Numbers:
    """Make the numbers of a widget ask where they come from; `Numbers` says how the parts are used."""
    return Numbers(widget, context, at, here, by_click, own_menu)

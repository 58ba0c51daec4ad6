"""The canvas as one works with it: pointer, wheel, touchpad and keys."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from visualizer.core.numbers import rounded
from visualizer.ui.announcing import announce
from visualizer.ui.canvas.drawing import Direction, Hit
from visualizer.ui.canvas.freezing import freeze_text, toggle_freeze
from visualizer.ui.canvas.number_field import NumberField
from visualizer.ui.canvas.view import CanvasView
from visualizer.ui.context import Context
from visualizer.ui.copying import copy
from visualizer.ui.explanations.numbers import QUESTION
from visualizer.ui.explanations.questions import title_of
from visualizer.ui.explanations.trail import explain
from visualizer.ui.hand import Hand, name_of
from visualizer.ui.widgets.focus import FocusRing

_STEP = 1.2
_ARROWS: dict[int, Direction] = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
}
_UP_OR_DOWN = (Qt.Key.Key_Up, Qt.Key.Key_Down)
_OWN_KEYS = {*_ARROWS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace}


class InteractiveView(FocusRing, CanvasView):
    """Selects, opens, freezes, pans and zooms; `number_clicked` says that the pointer was at a number."""

    number_clicked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Network")
        self._pressed: QPointF | None = None
        self._dragged = False
        self._hand: Hand | None = None

    def hit(self, position: QPointF) -> Hit | None:
        """Return what lies under a point of the widget."""
        return None if self.drawing is None else self.drawing.hit(self.camera.to_drawing(position), self.instant())

    # What can be done.

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        self.look_from(self.camera.zoomed(factor, at or QPointF(self.rect().center())))

    def zoom_in(self) -> None:
        self.zoom_by(_STEP)

    def zoom_out(self) -> None:
        self.zoom_by(1 / _STEP)

    def select(self, hit: Hit) -> None:
        channel = {} if hit.channel is None else {"channel": hit.channel}
        number = {"parameter": hit.parameter, "number": hit.number if hit.parameter else ()}
        self.context.store.look(selected=hit.selects, element=hit.element, **number, **channel)
        announce(self, ". ".join(filter(None, (hit.name, hit.value))))

    def select_neighbour(self, direction: Direction) -> None:
        """Follow an edge from what is selected."""
        if self.drawing is None:
            return
        hit = self.drawing.move(self.context.store.view, direction)
        if hit is not None:
            self.select(hit)
            self.bring_into_view(hit.rect)

    def open(self, call: str) -> None:
        """Show the inside of a call in the lens."""
        if call:
            self.context.store.look(opened=call)

    def open_selected(self) -> None:
        """Open what is selected, or else the part that it is in."""
        selected = self.context.store.view.selected
        hit = self.drawing.find(selected) if self.drawing is not None and selected else None
        if hit is not None:
            self.open(hit.opens)

    def go_up(self) -> None:
        """Open the part around the opened one."""
        if self.subject is None:
            return
        call = self.subject.graph.call.get(self.opened)
        if call is not None and call.parent:
            self.open(call.parent)
            self.context.store.look(selected=call.id, element=())

    def select_next_parameter(self) -> None:
        """Select the next weight or bias of the selected neuron, which keys then set."""
        hit = self.drawing.next_parameter(self.context.store.view) if self.drawing is not None else None
        if hit is not None:
            self.select(hit)
            self.setFocus()

    def type_number(self, begun: str = "") -> None:
        """Open a field for the selected weight or bias, the first of the neuron where none is selected."""
        if not self.context.store.view.parameter:
            self.select_next_parameter()
        view = self.context.store.view
        if self.drawing is not None and view.parameter:
            where = self.drawing.find(view.selected)
            at = self._on_screen(where.rect).center() if where is not None else self.rect().center()
            NumberField(self, Hand(self.context, view.parameter, view.number), at, begun)

    def _nudge(self, direction: Direction, fine: bool) -> None:
        view = self.context.store.view
        hand = Hand(self.context, view.parameter, view.number)
        step = hand.unit / (100 if fine else 10)
        hand.set(hand.start + (step if direction == "up" else -step))

    def freeze(self, path: str) -> None:
        if self.subject is not None and path:
            toggle_freeze(self.context.store, self.subject, path)

    def image(self) -> QImage:
        """Return what is seen as a picture."""
        return self.grab().toImage()

    def copy_image(self) -> None:
        copy(self, self.image(), "Picture of the network")

    # Pointer.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._dragged = event.position(), False
            hit = self.hit(event.position())
            if event.button() == Qt.MouseButton.LeftButton and hit is not None and hit.parameter:
                self._hand = Hand(self.context, hit.parameter, hit.number)
                self.select(hit)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._hand is not None and self._pressed is not None:
            self._pull(self._hand, self._pressed.y() - position.y(), event)
            return
        if self._pressed is not None and event.buttons():
            far = (position - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            if far or self._dragged:
                self._dragged = True
                step = position - self._pressed
                self._pressed = position
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.look_from(self.camera.moved(step.x(), step.y()))
            return
        hit = self.hit(position)
        self.hover(hit)
        if QToolTip.isVisible():
            self._tell(hit, event.globalPosition().toPoint())

    def _pull(self, hand: Hand, up: float, event: QMouseEvent) -> None:
        """Set a number by how far the pointer was pulled up or down, ten times as finely with Shift."""
        self._dragged = self._dragged or abs(up) >= QApplication.startDragDistance() / 2
        if self._dragged:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            value = hand.start + up / (1000 if fine else 100) * hand.unit
            hand.set(value)
            QToolTip.showText(event.globalPosition().toPoint(), f"{name_of(hand.parameter, hand.number)}\n"
                              f"{rounded(value, 4)}", self)  # fmt: skip

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        self._let_go()
        if self._dragged:
            self._dragged = False
            self.hover(self.hit(event.position()))
            return
        hit = self.hit(event.position())
        if pressed is None or hit is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if hit.switch:
            self.freeze(hit.freezes)
        elif hit.at_once:
            self.open(hit.opens)
        elif hit.selects:
            self.select(hit)
            if hit.asks:
                self.number_clicked.emit()

    def _let_go(self) -> None:
        hand, self._hand = self._hand, None
        if hand is not None:
            hand.let_go()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self.hit(event.position())
        if hit is not None and not hit.switch and hit.opens:
            self.open(hit.opens)
        elif hit is not None and hit.asks:
            explain(self.context, hit.asks[0])

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(None)

    def hover(self, hit: Hit | None) -> None:
        """Take note of what the pointer is on."""
        over = hit.freezes if hit is not None else ""
        hand = hit is not None and (hit.switch or hit.at_once)
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
        if over != self.hovered or hit != self.pointed:
            self.hovered, self.pointed = over, hit
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, notches = event.pixelDelta(), event.angleDelta()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not pixels.isNull() and not control:
            self.look_from(self.camera.moved(pixels.x(), pixels.y()))
        else:
            self.zoom_on()
            self.zoom_by(_STEP ** (notches.y() / 120), event.position())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            help_event = cast(QHelpEvent, event)
            self._tell(self.hit(QPointF(help_event.pos())), help_event.globalPos())
            return True
        if event.type() == QEvent.Type.ShortcutOverride and self._is_own(cast(QKeyEvent, event)):
            event.accept()  # with the focus here, arrows move over the network and not along the timeline
            return True
        if event.type() == QEvent.Type.NativeGesture:
            gesture = cast(QNativeGestureEvent, event)
            if gesture.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_on()
                self.zoom_by(1 + gesture.value(), gesture.position())
                return True
        return super().event(event)

    def _tell(self, hit: Hit | None, place: QPoint) -> None:
        if hit is None:
            QToolTip.hideText()
            return
        spot = self._on_screen(hit.rect)
        text = "\n".join(filter(None, (hit.name, hit.value, _way_to_ask(hit))))
        QToolTip.showText(place, text, self, QRect(spot))

    # Keys.

    def _is_own(self, event: QKeyEvent) -> bool:
        return event.key() in _OWN_KEYS or self._sets_number(event)

    def _sets_number(self, event: QKeyEvent) -> bool:
        """Return whether a key is for the selected weight or bias: up, down, or the begin of a number."""
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        begins = bool(event.text()) and event.text() in "0123456789-−"
        return bool(self.context.store.view.parameter) and plain and (event.key() in _UP_OR_DOWN or begins)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._sets_number(event):
            if key in _UP_OR_DOWN:
                self._nudge(_ARROWS[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            else:
                self.type_number(event.text())
        elif key in _ARROWS:
            self.select_neighbour(_ARROWS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_selected()
        elif key == Qt.Key.Key_Backspace:
            self.go_up()
        elif key == Qt.Key.Key_Escape and self.context.store.view.micro:
            super().keyPressEvent(event)  # the page leaves the single steps, and the selection stays
        elif key == Qt.Key.Key_Escape and self.context.store.view.parameter:
            self.context.store.look(parameter="", number=())
        elif key == Qt.Key.Key_Escape and self.context.store.view.selected:
            self.context.store.look(selected="", element=())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            self.paint_ring(painter, self.context.theme, radius=10)

    # Menu.

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        hit = self.hit(QPointF(event.pos()))
        if hit is None and event.reason() == QContextMenuEvent.Reason.Keyboard and self.drawing is not None:
            hit = self.drawing.find(self.context.store.view.selected)
        self.menu(hit).exec(event.globalPos())

    def menu(self, hit: Hit | None) -> QMenu:
        """Return what can be done with something on the canvas."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for question in hit.asks if hit is not None else ():
            words = QUESTION if question is hit.asks[0] else f"Where does {title_of(question)} come from?"
            menu.addAction(words, lambda question=question: explain(self.context, question))
        if hit is not None and hit.opens:
            menu.addAction("Open", lambda: self.open(hit.opens))
        if hit is not None and hit.freezes and self.subject is not None:
            text = freeze_text(self.context.store, self.subject, hit.freezes)
            menu.addAction(text, lambda: self.freeze(hit.freezes))
        if hit is not None and hit.selects:
            where = self._on_screen(hit.rect).center()
            menu.addAction(
                "Show shape", lambda: QToolTip.showText(self.mapToGlobal(where), self.shape_words(hit), self)
            )
        menu.addSeparator()
        menu.addAction("Copy as image", self.copy_image)
        menu.addAction("Fit", self.fit)
        return menu

    def shape_words(self, hit: Hit) -> str:
        """Return name and shape of what was hit."""
        found = self.drawing.find(hit.selects) if self.drawing is not None else None
        return f"{hit.name}\n{(found or hit).value}"


def _way_to_ask(hit: Hit) -> str:
    """Return how one asks where the number under the pointer comes from."""
    if not hit.asks:
        return ""
    return "Right-click: where does it come from?" if hit.opens else "Double-click: where does it come from?"

"""The network unrolled in time; long sequences scroll and zoom, and only what can be seen is painted."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from visualizer.core.frames import Unrolled
from visualizer.core.numbers import exact
from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.plot import paint_empty
from visualizer.ui.sequences.column import Scene, find_norms, paint_column, paint_strips, paint_wires
from visualizer.ui.sequences.keys import walk_by_key
from visualizer.ui.sequences.lanes import NARROWEST, WIDEST, Lanes
from visualizer.ui.sequences.number import number_of
from visualizer.ui.sequences.step_numbers import answer_at, input_at, loss_at
from visualizer.ui.sequences.unrolling import Unrolling
from visualizer.ui.sequences.words import said_at, step_title
from visualizer.ui.widgets.focus import FocusRing

_ZOOM = 1.25
_COMFORTABLE, _TIGHT = 84.0, 46.0


class UnrolledView(FocusRing, QAbstractScrollArea):
    """Follows the playhead; a click selects step and unit, Ctrl and the wheel zoom."""

    def __init__(self, context: Context, unrolled: Unrolling) -> None:
        super().__init__()
        self._context, self._unrolling = context, unrolled
        self._width = 0.0  # of a column; 0 until somebody zooms: as fits
        self._pictures: tuple[object, QImage, QImage] | None = None
        self._hovered = QPointF(-1, -1)
        self.setAccessibleName("Network unrolled in time")
        self.setToolTip("Arrow keys: time and unit. Space: play.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setMinimumHeight(190)
        clickable(self, context, self._number_at, lambda: number_of(unrolled))
        unrolled.changed.connect(self._renew)
        unrolled.playhead.moved.connect(self._follow)
        context.store.view_changed.connect(lambda old, new: self._renew())

    @property
    def lanes(self) -> Lanes:
        """Where everything lies now."""
        frame = self._unrolling.frame
        steps = len(frame.names) if frame is not None else 0
        room = self.viewport().width() - 20
        width = self._width or min(max(room / max(steps, 1), _TIGHT), _COMFORTABLE)
        return Lanes(steps, width, self.viewport().height(), self.horizontalScrollBar().value())

    def zoom(self, factor: float) -> None:
        """Show the steps wider or narrower; the one looked at keeps its place."""
        before, place = self.lanes, self._unrolling.place
        self._width = min(max(before.width * factor, NARROWEST), WIDEST)
        self._fit()
        self.horizontalScrollBar().setValue(
            self.horizontalScrollBar().value() + round(self.lanes.left(place) - before.left(place))
        )
        self.viewport().update()

    def _renew(self) -> None:
        self._fit()
        self._follow()

    def _fit(self) -> None:
        bar, lanes = self.horizontalScrollBar(), self.lanes
        bar.setRange(0, max(round(lanes.total - self.viewport().width()), 0))
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(max(round(lanes.width), 1))

    def _follow(self) -> None:
        """Keep the step at work in sight."""
        lanes, room = self.lanes, self.viewport().width()
        if self._unrolling.frame is not None:
            left = lanes.left(self._unrolling.place)
            if left < lanes.width or left + 2 * lanes.width > room:
                bar = self.horizontalScrollBar()
                bar.setValue(round(bar.value() + left + lanes.width / 2 - room / 2))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._renew()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_ZOOM if delta > 0 else 1 / _ZOOM)
        else:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - delta)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(_ZOOM if event.key() == Qt.Key.Key_Plus else 1 / _ZOOM)
        elif not walk_by_key(self._unrolling, event, self):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, unit = self._at(event.position())
        if place >= 0:
            self._unrolling.select(place=place, unit=unit if unit >= 0 else None)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self._describe(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return super().viewportEvent(event)

    def _at(self, point: QPointF) -> tuple[int, int]:
        """Return step and unit at a point, -1 for none."""
        frame, lanes = self._unrolling.frame, self.lanes
        place = lanes.place_at(point.x())
        if frame is None or place < 0:
            return -1, -1
        strip, units = lanes.strip(place), frame.vectors[0].values.shape[1]
        inside = strip.contains(point)
        return place, min(int((point.y() - strip.top()) / strip.height() * units), units - 1) if inside else -1

    def _number_at(self, point: QPointF) -> Number | None:
        place, unit = self._at(point)
        if unit >= 0 or place < 0:
            return number_of(self._unrolling, place, unit) if unit >= 0 else None
        frame, recording, lanes = self._unrolling.frame, self._context.player.recording, self.lanes
        if frame is None or recording is None or not lanes.close or recording.sample != frame.sample:
            return None
        parts = ((lanes.loss, loss_at), (lanes.output, answer_at), (lanes.input, input_at))
        return next((number(frame, recording, place) for area, number in parts if area(place).contains(point)), None)

    def _describe(self, point: QPointF) -> str:
        frame, (place, _) = self._unrolling.frame, self._at(point)
        if frame is None or place < 0:
            return ""
        lines = [step_title(frame, place)]
        if frame.inputs.shape[1] == 1:
            lines.append(f"input {exact(float(frame.inputs[place, 0]))}")
        said = said_at(frame, place)
        lines += [said.full] if said is not None else []
        norms = find_norms(frame)
        lines += [f"‖∂L/∂h‖ {exact(float(norms[place]))}"] if len(norms) else []
        return "\n".join(lines)

    def _images(self, frame: Unrolled) -> tuple[QImage, QImage]:
        """Return the values and the gradients of the selected vector as pictures (units, steps)."""
        theme, vector = self._context.theme, self._unrolling.vector
        assert vector is not None
        key = (id(frame), vector.name, theme.name)
        if self._pictures is None or self._pictures[0] != key:
            maps = paint.map_name_for(vector.values)
            values = paint.image(vector.values.T, theme, maps, *paint.limit(vector.values, maps))
            slopes = paint.image(vector.gradients.T, theme, "gradient", *paint.limit(vector.gradients, "gradient"))
            self._pictures = (key, values, slopes)
        return self._pictures[1], self._pictures[2]

    def paintEvent(self, event: QPaintEvent) -> None:
        frame, lanes = self._unrolling.frame, self.lanes
        if frame is None:
            self._paint_empty()
            return
        values, gradients = self._images(frame)
        scene = Scene(
            frame, values, gradients, self._unrolling.playhead.moment, self._unrolling.unit, self._context.theme, lanes
        )
        places = lanes.visible(self.viewport().width())
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if lanes.close:
                self._paint_close(painter, scene, places)
            elif places:
                paint_strips(painter, scene, places)
            self.paint_ring(painter, scene.theme, QRectF(self.viewport().rect()), 8)

    def _paint_empty(self) -> None:
        said = self._unrolling.refusal or "Each time step stands here as soon as a sample has been read"
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_empty(painter, self._context, QRectF(self.viewport().rect()).adjusted(1, 8, -1, -8), said)

    def _paint_close(self, painter: QPainter, scene: Scene, places: range) -> None:
        thickest = float(np.max(find_norms(scene.frame), initial=0.0))
        before = range(max(places.start - 1, 0), min(places.stop, scene.lanes.steps - 1))
        for place in before:
            paint_wires(painter, scene, place, thickest)
        for place in places:
            paint_column(painter, scene, place)

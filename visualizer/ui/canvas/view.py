"""The widget that shows a drawing: what stands still is kept as one picture, what moves is painted over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.timeline import SceneState
from visualizer.ui.canvas.camera import Camera, fitted, readable
from visualizer.ui.canvas.drawing import Drawing, Hit, Instant
from visualizer.ui.canvas.drawings import drawing_for
from visualizer.ui.canvas.notices import paint_empty
from visualizer.ui.canvas.seen import paint_saliency, paint_seen
from visualizer.ui.canvas.states import moment
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.context import Context
from visualizer.ui.seeing import mattering, seeing
from visualizer.ui.store import View

OVERLAP = 16
"""How far the view reaches into the padding of the card around it, so that glows are not cut off."""

_WHOLE = object()
_REST = 90  # milliseconds


class CanvasView(QWidget):
    """Shows the subject; everything is repainted only where and when something is another than before."""

    camera_changed = Signal()
    drawing_changed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.camera = Camera()
        self.drawing: Drawing | None = None
        self.hovered = ""
        self.pointed: Hit | None = None
        self.subject: Subject | None = None
        self._follows = True  # the camera shows the whole drawing until somebody moves it
        self._still: QPixmap | None = None
        self._still_key: tuple[object, ...] = ()
        self._moved: list[QRectF] = []
        self._coming: tuple[Drawing, Iterator[None]] | None = None
        self._pieces = QTimer(self)
        self._pieces.timeout.connect(self._paint_piece)
        self._zooming = QTimer(self, singleShot=True, interval=_REST)
        self._zooming.timeout.connect(self.update)
        self.setMinimumSize(480, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        context.player.moved.connect(self._player_moved)
        self._seeing, self._mattering = seeing(context), mattering(context)
        for seen in (self._seeing, self._mattering):
            seen.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(1100, 400)

    def show_subject(self, subject: Subject | None, *, calmly: bool = False) -> None:
        """Take what is to be drawn; `calmly` paints it in pieces between frames and shows it when it is whole."""
        self.subject = subject
        drawing = self._new_drawing() if calmly and self.drawing is not None else None
        if drawing is None:
            self.redraw()
        else:
            self._coming = (drawing, drawing.prepare(self.instant(), self.camera.zoom * self.devicePixelRatioF()))
            self._pieces.start()

    def redraw(self) -> None:
        """Lay everything out anew, for another subject, size or theme."""
        self._show(self._new_drawing())
        self._take(readable(self._bounds(), self._room()).moved(OVERLAP, 0) if self._follows else self.camera)

    def _take(self, camera: Camera) -> None:
        """Look from there."""
        self.camera = camera
        if self.drawing is not None:
            self.drawing.follow(camera.seen(QSizeF(self.size())))
        self.update()
        self.camera_changed.emit()

    def _new_drawing(self) -> Drawing | None:
        size = self._room()
        if self.subject is None or size.height() <= 40:
            return None
        return drawing_for(self.subject)(self.subject, self.context.theme, size, self.context.store.view.opened)

    def _show(self, drawing: Drawing | None) -> None:
        self.drawing = drawing
        self._coming = None
        self._pieces.stop()
        self._moved = []
        self._still = None
        if drawing is not None:
            drawing.follow(self.camera.seen(QSizeF(self.size())))
        self.update()
        self.drawing_changed.emit()

    def _paint_piece(self) -> None:
        if self._coming is None:
            self._pieces.stop()
            return
        drawing, pieces = self._coming
        if next(pieces, _WHOLE) is _WHOLE:
            self._show(drawing)

    def _room(self) -> QSizeF:
        return QSizeF(self.width() - 2 * OVERLAP, self.height() - OVERLAP)

    def _fitted(self) -> Camera:
        return fitted(self._bounds(), self._room()).moved(OVERLAP, 0)

    def _bounds(self) -> QRectF:
        return self.drawing.bounds if self.drawing is not None else QRectF(self.rect())

    @property
    def opened(self) -> str:
        """The call whose inside is shown."""
        return self.drawing.opened if self.drawing is not None else ""

    def fit(self) -> None:
        """Show the whole drawing."""
        self._follows = True
        self._take(self._fitted())

    def look_from(self, camera: Camera) -> None:
        """Look from somewhere else, with a corner of the drawing staying in view."""
        if self.drawing is None:
            return
        self._follows = False
        self._take(camera.held(self.drawing.bounds, QSizeF(self.size())))

    def zoom_on(self) -> None:
        """Stretch the picture that there is while the wheel turns, and paint it anew once it rests."""
        self._zooming.start()

    def bring_into_view(self, rect: QRectF) -> None:
        """Move as little as shows a part of the drawing."""
        seen = self.camera.seen(QSizeF(self.size()))
        if not seen.contains(rect):
            self.look_from(self.camera.centred(rect.center(), QSizeF(self.size())))

    @property
    def is_fitted(self) -> bool:
        return self.camera == self._fitted()

    def instant(self) -> Instant:
        return Instant(self.context.player.scene, self.context.store.view, self.hovered, self.camera.zoom, self.pointed)

    def take_view(self, old: View, new: View) -> None:
        """Show another selection, opened part or theme."""
        if (old.theme, old.opened) != (new.theme, new.opened):
            self.redraw()
        else:
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.redraw()

    def _player_moved(self, scene: SceneState) -> None:
        if self.drawing is None:
            return
        self._keep_up(scene)
        if self._key() != self._still_key:
            self._moved = []
            self.update()
            return
        now = self.drawing.moving(self.instant())
        for rect in (*self._moved, *now):
            self.update(self._on_screen(rect))
        self._moved = now

    def _keep_up(self, scene: SceneState) -> None:
        """Move with what is running where the drawing is larger than the view, until somebody takes the camera."""
        if not self._follows or self.is_fitted or self.drawing is None or not scene.active:
            return
        place, seen = self.drawing.place_of(scene.active), self.camera.seen(QSizeF(self.size()))
        if place is None or (seen.left() <= place.left() and place.right() <= seen.right()):
            return
        at = QPointF(place.center().x(), seen.center().y())
        self._take(self.camera.centred(at, QSizeF(self.size())).held(self._bounds(), QSizeF(self.size())))

    def selected_on_screen(self) -> QRect:
        """Return where the selected layer is on the screen, an empty rectangle where it cannot be seen."""
        hit = self.drawing.find(self.context.store.view.selected) if self.drawing is not None else None
        if hit is None or not self.isVisible():
            return QRect()
        place = self._on_screen(hit.rect) & self.rect()
        return QRect(self.mapToGlobal(place.topLeft()), place.size())

    def _on_screen(self, rect: QRectF) -> QRect:
        return self.camera.transform.mapRect(rect).toAlignedRect().adjusted(-2, -2, 2, 2)

    def _key(self) -> tuple[object, ...]:
        instant = self.instant()
        return (
            self.camera,
            id(self.drawing),
            moment(instant.scene),
            self.drawing and self.drawing.looked_at(instant.view),
            self.size(),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.drawing is None:
            with QPainter(self) as painter:
                paint_empty(painter, QRectF(self.rect()), self.context.link.state, self.context.theme)
            return
        instant = self.instant()
        key = self._key()
        stretched = self._still is not None and self._zooming.isActive() and key[1:] == self._still_key[1:]
        if self._still is None or (key != self._still_key and not stretched):
            self._still, self._still_key = self._paint_still(self.drawing, instant), key
        with QPainter(self) as painter:
            self._show_still(painter, self._still, event.region())
            painter.setTransform(self.camera.transform, combine=True)
            self.drawing.paint_moving(painter, instant)
            self._paint_seen(painter, self.drawing, instant)

    def _show_still(self, painter: QPainter, still: QPixmap, region: QRegion) -> None:
        """Draw what stands still, from where it was painted to where it is seen now."""
        painted = cast(Camera, self._still_key[0])
        ratio = still.devicePixelRatio()
        if painted == self.camera:
            for rect in region:
                source = QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)
                painter.drawPixmap(QRectF(rect), still, source)
            return
        painter.save()
        painter.setTransform(painted.transform.inverted()[0] * self.camera.transform, combine=True)
        painter.drawPixmap(0, 0, still)
        painter.restore()

    def _paint_seen(self, painter: QPainter, drawing: Drawing, instant: Instant) -> None:
        """Lay over the input what matters there, or else what a value that somebody chose sees of it."""
        subject, field, saliency = self.subject, self._seeing.answer, self._mattering.answer
        if subject is None or subject.recording is None:
            return
        sample, shape = subject.recording.sample, subject.input_shape
        if instant.view.saliency != "off":
            if saliency is not None and saliency.sample == sample and saliency.gradient.shape == shape:
                for place in drawing.input_pictures(instant):
                    paint_saliency(painter, saliency, place, instant.view.saliency, self.context.theme)
        elif field is not None and instant.view.element and (field.sample, field.region.shape) == (sample, shape):
            for place in drawing.input_pictures(instant):
                paint_seen(painter, field, place, self.context.theme)

    def _paint_still(self, drawing: Drawing, instant: Instant) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            painter.setTransform(self.camera.transform)
            drawing.paint_still(painter, instant, self.camera.seen(QSizeF(self.size())))
        return pixmap

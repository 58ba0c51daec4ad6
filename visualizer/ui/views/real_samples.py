"""What the generator is to imitate: the real samples, beside the noise it starts from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.frames import Configured, Frame
from visualizer.core.numbers import whole
from visualizer.core.topics.adversarial import Adversary
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.adversarial.thumbnail import paint_samples
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.watching import watching

_NONE = np.zeros((0, 2), np.float32)
_SIDE, _GAP = 68, 8  # of a picture


class RealSamples(QWidget):
    """Points as a cloud, pictures as a grid; the same training samples each time."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.samples = _NONE
        self.setAccessibleName("Real samples")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        watching(context).watch(self, "adversary", Adversary)
        context.link.arrived.connect(self._receive)
        context.store.view_changed.connect(lambda old, new: self.update())

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured) and frame.rebuilt:
            self.samples = _NONE
        elif isinstance(frame, Adversary) and not np.array_equal(frame.real, self.samples):
            self.samples = frame.real
            self.setAccessibleDescription(f"{whole(len(self.samples))} of the training samples")
        else:
            return
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, area = self._context.theme, QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.samples.ndim == 4:
                self._pictures(painter)
                return
            paint.rounded(painter, area, 8, theme.color("sunk"))
            if len(self.samples):
                paint_samples(painter, theme, area.adjusted(12, 12, -12, -12), self.samples, theme.color(inks.REAL))
            else:
                middle = Qt.AlignmentFlag.AlignHCenter
                paint.text(painter, area, "Real samples are on their way", font(12), theme.color("text2"), middle)

    def _pictures(self, painter: QPainter) -> None:
        columns = max((self.width() + _GAP) // (_SIDE + _GAP), 1)
        for number, picture in enumerate(self.samples):
            row, column = divmod(number, columns)
            place = QRectF(column * (_SIDE + _GAP), row * (_SIDE + _GAP), _SIDE, _SIDE)
            painter.drawImage(place, paint.image(picture[0], self._context.theme, "picture", 0.0, 1.0))

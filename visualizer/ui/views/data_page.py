"""The data: held-out samples to choose from."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget

from visualizer.core import catalogue
from visualizer.core.frames import Configured, Frame
from visualizer.core.numbers import whole
from visualizer.ui.adversarial.game import is_pair
from visualizer.ui.card import Card
from visualizer.ui.commands.pictures import can_be_fed
from visualizer.ui.context import Context
from visualizer.ui.own.own_pad import OwnPad
from visualizer.ui.theme import GRID, font
from visualizer.ui.views.real_samples import RealSamples
from visualizer.ui.views.sample_grid import SampleGrid
from visualizer.ui.views.sample_plane import SamplePlane
from visualizer.ui.views.sample_words import SampleWords
from visualizer.ui.views.samples import Samples

_PAD = 252
_OWN_WIDTH = _PAD + 32


class DataPage(QWidget):
    """Pictures and curves as a grid, words as a list, points as points; what is clicked runs through the network.

    Of a pair that is the noise; the real samples lie beside it.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._samples = Samples(context)
        self._card = Card(context, "Data")
        self._about = QLabel(objectName="quiet")
        self._about.setFont(font(12))
        self._about.setWordWrap(True)
        self._views = QStackedWidget()
        self._grid, self._plane = SampleGrid(context, self._samples), SamplePlane(context, self._samples)
        self._words = SampleWords(context, self._samples)
        for view in (self._grid, self._plane, self._words):
            self._views.addWidget(view)
        self._card.body.addWidget(self._about)
        self._card.body.addWidget(self._views, 1)
        self.real = Card(context, "Real samples")
        self._about_real = QLabel(objectName="quiet")
        self._about_real.setFont(font(12))
        self._about_real.setWordWrap(True)
        self.real.body.addWidget(self._about_real)
        self.real.body.addWidget(RealSamples(context), 1)
        self._own = Card(context, "Your own")
        self._own.setFixedWidth(_OWN_WIDTH)
        self._own.body.addWidget(OwnPad(context, _PAD))
        hint = QLabel("Or drop a picture on the window, paste one (Ctrl+V), or open one (Ctrl+I).", objectName="quiet")
        hint.setFont(font(11))
        hint.setWordWrap(True)
        self._own.body.addWidget(hint)
        self._own.body.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.real, 1)
        layout.addWidget(self._card, 1)
        layout.addWidget(self._own)
        context.link.arrived.connect(self._receive)
        known = context.link.latest(Configured)
        if known is not None:
            self._describe(known)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured) and frame.rebuilt:
            self._describe(frame)

    def _describe(self, frame: Configured) -> None:
        entry = catalogue.dataset(frame.experiment.dataset)
        about = f"{entry.summary} {entry.source}; {entry.licence}."
        self.real.setVisible(is_pair(frame))
        if is_pair(frame):
            self.real.set_title(entry.title, f"{whole(frame.training_count)} to train with, some of them shown")
            self._about_real.setText(about)
            self._card.set_title("Noise", f"{whole(frame.validation_count)} held out")
            self._about.setText("What the generator makes its samples of. Click one to send it through the pair.")
        else:
            counts = f"{whole(frame.training_count)} to train with, {whole(frame.validation_count)} held out"
            self._card.set_title(entry.title, counts)
            self._about.setText(f"{about} Click a sample to send it through.")
        self._own.setVisible(can_be_fed(self._context))
        self._views.setCurrentWidget(self._view_of(frame))

    def _view_of(self, frame: Configured) -> QWidget:
        if frame.task == "labelling":
            return self._words
        return self._plane if frame.input_shape in ((1,), (2,)) else self._grid

"""What stands on the page while the network is not recurrent: why it is empty, and one click to change that."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel

from visualizer.core.frames import Configured
from visualizer.ui import fields, paint
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button

_READING = "The network is being read …"
_WORDS = "Recurrent networks read a sequence step by step and remember. {} is not one: it has no time steps to unroll."


class Invitation(Card):
    """Offers the LSTM on first names; one undo leads back."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Sequence", "a recurrent network, unrolled in time")
        self._words = QLabel()
        self._words.setFont(font(14))
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self._button = Button(context, "Open the LSTM on first names", "sequence", "primary")
        self._button.clicked.connect(self._open)
        self.body.addStretch(1)
        self.body.addWidget(self._words)
        self.body.addSpacing(8)
        self.body.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.body.addStretch(1)
        context.store.changed.connect(lambda old, new: self._name())
        context.link.arrived.connect(lambda frame: self._name() if isinstance(frame, Configured) else None)
        self._name()

    def _name(self) -> None:
        """Say what there is to do, once the engine knows whether the network is recurrent."""
        wanted, known = self.context.store.experiment, self.context.link.latest(Configured)
        built = known is not None and (known.experiment.network, known.experiment.dataset) == (
            wanted.network,
            wanted.dataset,
        )
        self._words.setText(_WORDS.format(fields.network_title(wanted.network)) if built else _READING)
        self._button.setVisible(built)

    def _open(self) -> None:
        store = self.context.store
        store.patch("Open the LSTM on first names", **fields.NETWORK.changes(store.experiment, "lstm"))

    def paint_content(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(16, 48, -16, -16)
        paint.rounded(painter, area, 8, None, self.context.theme.color("line2"), 1, Qt.PenStyle.DashLine)

"""What stands on the page while no pair is trained: why it is empty, and one click to change that."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel

from visualizer.ui import fields, paint
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.theme import font
from visualizer.ui.widgets.button import Button

_WORDS = (
    "Two networks play against each other: a generator turns noise into samples, a discriminator tells them from "
    "real ones, and each learns from the other. {} is a single network."
)
_OFFERS = (
    ("gan-2d", "Open the GAN in the plane", "primary", "Points on a ring: eight modes to be found, from scratch"),
    ("gan-images", "Open the GAN for pictures", "plain", "Clothes of Fashion-MNIST: pretrained, and training goes on"),
)


class Invitation(Card):
    """Offers the two pairs of the catalogue; one undo leads back."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "GAN", "a generator against a discriminator")
        self._words = QLabel()
        self._words.setFont(font(14))
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setWordWrap(True)
        self._words.setMaximumWidth(640)
        self.buttons = {}
        row = QHBoxLayout()
        row.addStretch(1)
        for network, words, kind, about in _OFFERS:
            self.buttons[network] = button = Button(context, words, "gan", kind)
            button.setToolTip(about)
            button.clicked.connect(lambda _=False, network=network, words=words: self._open(network, words))
            row.addWidget(button)
        row.addStretch(1)
        middle = QHBoxLayout()
        middle.addWidget(self._words)
        self.body.addStretch(1)
        self.body.addLayout(middle)
        self.body.addSpacing(8)
        self.body.addLayout(row)
        self.body.addStretch(1)
        context.store.changed.connect(lambda old, new: self._name())
        self._name()

    def _name(self) -> None:
        self._words.setText(_WORDS.format(fields.network_title(self.context.store.experiment.network)))

    def _open(self, network: str, words: str) -> None:
        store = self.context.store
        store.patch(words, **fields.NETWORK.changes(store.experiment, network))

    def paint_content(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(16, 48, -16, -16)
        paint.rounded(painter, area, 8, None, self.context.theme.color("line2"), 1, Qt.PenStyle.DashLine)

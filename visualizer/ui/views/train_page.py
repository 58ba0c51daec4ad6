"""Training, large: the curves, the settings of the run, and which layers are frozen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from visualizer.ui import fields
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.form import Complain, Form
from visualizer.ui.plots.gradient_card import GradientCard
from visualizer.ui.plots.loss_card import LossCard
from visualizer.ui.theme import GRID
from visualizer.ui.views.freezing_card import FreezingCard

_WIDTH = 336


class TrainPage(QWidget):
    """Loss and gradient norms on the left, settings and freezing on the right."""

    def __init__(self, context: Context, complain: Complain) -> None:
        super().__init__()
        curves = QSplitter(Qt.Orientation.Vertical)
        curves.setHandleWidth(GRID)
        curves.setChildrenCollapsible(False)
        for card, stretch in ((LossCard(context), 3), (GradientCard(context), 2)):
            curves.addWidget(card)
            curves.setStretchFactor(curves.count() - 1, stretch)
        settings = Card(context, "Run", "what it depends on")
        settings.body.addWidget(Form(context, fields.FIELDS, complain))
        side = QVBoxLayout()
        side.setSpacing(GRID)
        side.addWidget(settings)
        side.addWidget(FreezingCard(context), 1)
        column = QWidget()
        column.setLayout(side)
        column.setFixedWidth(_WIDTH)
        side.setContentsMargins(0, 0, 0, 0)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(curves, 1)
        layout.addWidget(column)

"""Maps of one size side by side, each with a line below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from visualizer.ui.context import Context
from visualizer.ui.inspectors.part import note
from visualizer.ui.widgets.map_view import MapView

_GAP = 8
_LARGEST = 150


class MapRow(QWidget):
    """Gives each of its maps the same share of the width, in the proportions of its values."""

    def __init__(self, context: Context, names: Sequence[str]) -> None:
        super().__init__()
        self.maps = [MapView(context, name) for name in names]
        self.captions = [note() for _ in names]
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(_GAP)
        layout.setVerticalSpacing(2)
        for number, (view, caption) in enumerate(zip(self.maps, self.captions, strict=True)):
            layout.addWidget(view, 0, number, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            layout.addWidget(caption, 1, number, Qt.AlignmentFlag.AlignTop)
            layout.setColumnStretch(number, 1)

    def say(self, *words: str) -> None:
        """Write below each map, and fit the maps to what they now show."""
        for caption, line in zip(self.captions, words, strict=True):
            caption.setText(line)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        side = min((self.width() - _GAP * (len(self.maps) - 1)) / len(self.maps), _LARGEST)
        for view in self.maps:
            rows, columns = view.shape
            unit = side / max(rows, columns, 1)
            view.setFixedSize(max(round(columns * unit), 1), max(round(rows * unit), 1))

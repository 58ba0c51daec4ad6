"""What the discriminator makes of one picture, a fake, a real one or a drawing, and which pixels it would change."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from visualizer.core.messages import Judge
from visualizer.core.numbers import exact, rounded
from visualizer.core.topics.adversarial import Judgement, Sort
from visualizer.ui import paint
from visualizer.ui.adversarial.asker import Asker
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.number_label import NumberLabel
from visualizer.ui.adversarial.numbers import of_sample
from visualizer.ui.adversarial.subject import Subject
from visualizer.ui.adversarial.thumbnail import Array
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import QUESTION, clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.trail import explain
from visualizer.ui.inspectors.stepper import Stepper
from visualizer.ui.own.pixel_pad import PixelPad
from visualizer.ui.theme import font
from visualizer.ui.widgets.chip import Chip
from visualizer.ui.widgets.map_view import MapView
from visualizer.ui.widgets.segmented import Segmented

_SIDES = 64, 200  # of a picture, at least and at most
_ABOUT = {
    "wish": "how the generator would change each pixel: minus the gradient of its loss",
    "∂z/∂x": "how the discriminator’s output z rises with each pixel",
}


class OpinionPanel(QWidget):
    """Drawing on the picture makes it the user's own."""

    def __init__(self, context: Context, shown: Game, subject: Subject) -> None:
        super().__init__()
        self._context, self._game, self._subject = context, shown, subject
        self.judgement: Judgement | None = None
        self._asked: tuple[int, bytes] | None = None  # step and sample
        self._of: tuple[Sort, int] = ("fake", 0)  # what was judged
        self._real = 0
        self._drawn: Array = np.zeros((1, 28, 28), np.float32)
        self.source = Segmented(context, "Picture", ("fake", "real", "drawn"))
        self.real = Stepper(context, "real picture")
        self.clear = Chip(context, "clear")
        self.clear.setToolTip("Begin on an empty picture (Delete)")
        self.pad = PixelPad(context)
        self.gradient = MapView(context, "Gradient on the pixels")
        self.sort = Segmented(context, "Gradient", tuple(_ABOUT))
        self._number = NumberLabel(context, font(22, 600, tabular=True), lambda: self._asked_as("judgement"))
        self._words = NumberLabel(context, font(12, tabular=True), lambda: self._asked_as("output"))
        self._about = QLabel(objectName="quiet")
        self._about.setFont(font(11, tabular=True))
        self._about.setWordWrap(True)
        self._asker = Asker(self, context.link, Judgement)
        clickable(self.gradient, context, self._gradient_at, self._gradient_here)
        self.pad.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)  # a double click draws
        self.pad.customContextMenuRequested.connect(self._offer_pixel)
        self._lay_out()
        self._connect()
        self._follow()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        for widget in (self.source, self.real, self.clear):
            head.addWidget(widget)
        head.addStretch(1)
        said = QVBoxLayout()
        for widget in (self._number, self._words, self.sort, self._about):
            said.addWidget(widget)
        said.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.addLayout(head, 0, 0, 1, 3)
        grid.addWidget(self.pad, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.gradient, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(said, 1, 2)
        grid.setColumnStretch(2, 1)
        grid.setRowStretch(1, 1)

    def _connect(self) -> None:
        self.source.chosen.connect(lambda source: self._follow())
        self.sort.chosen.connect(lambda sort: self._tell())
        self.real.stepped.connect(self._show_real)
        self.clear.clicked.connect(self.pad.clear)
        self.pad.drawn.connect(self._draw)
        self._subject.changed.connect(self._choose)
        self._game.changed.connect(self._game_changed)
        self._asker.answered.connect(self._judged)
        self._context.store.view_changed.connect(lambda old, new: self.gradient.update())

    @property
    def sample(self) -> Array | None:
        """The picture that is judged."""
        adversary = self._game.adversary
        if self.source.choice == "drawn":
            return self._drawn
        if adversary is None or adversary.fake.ndim != 4:
            return None
        if self.source.choice == "real":
            picture: Array = adversary.real[min(self._real, len(adversary.real) - 1)]
        else:
            picture = adversary.fake[min(self._subject.chosen, len(adversary.fake) - 1)]
        return picture

    def _asked_as(self, quantity: str, place: tuple[int, ...] = (), hover: str = "") -> Number | None:
        said = self.judgement
        if said is None:
            return None
        hover = hover or f"D(x) = {exact(said.judgement)}, from the output z = {exact(said.output)}"
        return of_sample(quantity, *self._of, said.step, place, hover)

    def _gradient_at(self, point: QPointF) -> Number | None:
        cell = self.gradient.cell_at(point.x(), point.y())
        return None if cell is None else self._of_gradient(cell)

    def _gradient_here(self) -> Number | None:
        marked = self.gradient.marked
        return None if marked is None else self._of_gradient((marked.row, marked.column))

    def _of_gradient(self, cell: tuple[int, int]) -> Number | None:
        wish = self.sort.choice == "wish"
        said = self.judgement
        values = None if said is None else said.wish if wish else said.gradient
        hover = "" if values is None else f"row {cell[0]}, column {cell[1]}: {exact(float(values[(0, *cell)]))}"
        return self._asked_as("wish" if wish else "slope", (0, *cell), hover)

    def _offer_pixel(self, place: QPoint) -> None:
        number = self._of_pixel(self.pad.cell_at(QPointF(place)) or self.pad.cell)
        if number is not None:
            menu = QMenu(self.pad)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction(QUESTION, lambda: explain(self._context, number.question))
            menu.popup(self.pad.mapToGlobal(place))

    def _of_pixel(self, cell: tuple[int, int]) -> Number | None:
        hover = f"row {cell[0]}, column {cell[1]}: {exact(float(self.pad.values[(0, *cell)]))}"
        return self._asked_as("sample", (0, *cell), hover)

    @property
    def _source(self) -> tuple[Sort, int]:
        """Which picture is judged: a drawing is the engine's own until the next one."""
        sources: dict[str, tuple[Sort, int]] = {"fake": ("fake", self._subject.chosen), "real": ("real", self._real)}
        return sources.get(self.source.choice, ("own", 0))

    def _game_changed(self) -> None:
        if self._game.adversary is None:  # another run: what was asked of the last one is not known
            self._asked = None
        self._follow()

    def _choose(self) -> None:
        self.source.choose("fake")
        self._follow()

    def _show_real(self, number: int) -> None:
        self._real = number
        self._follow()

    def _draw(self, values: Array) -> None:
        self._drawn = values
        self.source.choose("drawn")
        self._follow()

    def _follow(self) -> None:
        adversary, sample = self._game.adversary, self.sample
        self.real.setVisible(self.source.choice == "real")
        self.clear.setVisible(self.source.choice == "drawn")
        if adversary is None or sample is None:
            return
        self.real.show_number(self._real, len(adversary.real))
        if sample is not self.pad.values:
            self.pad.show_values(sample)
        wanted = (adversary.step, sample.tobytes())
        if self.isVisible() and wanted != self._asked:
            self._asked, self._of = wanted, self._source
            self._asker.ask(Judge(sample))

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = min(max(min(self.height() - 32, (self.width() - 150) // 2), _SIDES[0]), _SIDES[1])
        for widget in (self.pad, self.gradient):
            widget.setFixedSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * _SIDES[0] + 110, _SIDES[0] + 32)

    def showEvent(self, event: QShowEvent) -> None:
        self._follow()

    def _judged(self, judgement: Judgement) -> None:
        self.judgement = judgement
        self._tell()

    def _tell(self) -> None:
        said = self.judgement
        if said is None:
            return
        values = (said.wish if self.sort.choice == "wish" else said.gradient)[0]
        low, high = paint.limit(values, "gradient")
        self.gradient.show_values(values, "gradient", (low, high))
        self._number.setText(f"{said.judgement:.1%} real")
        self._words.setText(f"output z = {rounded(said.output)}")
        self._about.setText(f"{_ABOUT[self.sort.choice]}; yellow up, violet down, ±{rounded(high, 2)}")
        self.gradient.setToolTip(self._about.text())

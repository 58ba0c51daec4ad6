"""The top bar: what runs, on what, how, and the button that lets it run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget, QWidgetAction

from visualizer.core import catalogue
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame, Status
from visualizer.core.numbers import whole
from visualizer.ui import fields, paint
from visualizer.ui.actions import Actions
from visualizer.ui.announcing import speak
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.told import epoch
from visualizer.ui.form import Complain, FieldCombo, Form
from visualizer.ui.theme import TOP_BAR, font
from visualizer.ui.widgets.button import ROOM, Button
from visualizer.ui.widgets.focus import FocusRing

WIDE = 1480
_TRAIN_WIDTH = 112
_COUNTER_LEFT = 8
_LONGEST_TITLE = 320
_Run = tuple[str, QFont, str]
_RUN_FIELDS = (fields.WEIGHTS, fields.LOSS, fields.BATCH_SIZE, fields.SEED)


class TopBar(QWidget):
    """Lies over the whole width; leaves labels out and folds the search field where room is short."""

    def __init__(self, context: Context, actions: Actions, complain: Complain) -> None:
        super().__init__()
        self._context = context
        self.setFixedHeight(TOP_BAR)
        self._combos = [
            FieldCombo(context, field, complain)
            for field in (fields.NETWORK, fields.DATASET, fields.OPTIMIZER, fields.LEARNING_RATE)
        ]
        self._search = _Search(context, actions["palette"])
        self._search_icon = Button(context, kind="bare").follow(actions["palette"])
        self._menu = Button(context, kind="bare").follow(actions["menu"])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(0)
        layout.addWidget(_Title(context))
        for combo in self._combos:
            layout.addWidget(combo)
        layout.addWidget(self._run_settings(complain))
        layout.addSpacing(4)
        train = Button(context, kind="primary").follow(actions["train"], show_text=True)
        train.setFixedWidth(_TRAIN_WIDTH)  # nothing may move when it becomes Pause
        layout.addWidget(train)
        for name in ("step-back", "step-batch", "step-epoch", "reset"):
            layout.addWidget(Button(context, kind="bare").follow(actions[name]))
        layout.addWidget(Counter(context), 1)
        for widget in (self._search, self._search_icon):
            layout.addWidget(widget)
        layout.addWidget(Button(context, kind="bare").follow(actions["theme"]))
        layout.addWidget(self._menu)

    @property
    def menu_corner(self) -> QPointF:
        """Where the menu drops down, in global coordinates."""
        return self._menu.mapToGlobal(QPointF(self._menu.width() - ROOM, self._menu.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() >= WIDE
        self._search.setVisible(wide)
        self._search_icon.setVisible(not wide)
        for combo in self._combos[:3]:
            combo.set_compact(not wide)
        super().resizeEvent(event)

    def _run_settings(self, complain: Complain) -> Button:
        button = Button(self._context, icon="settings", kind="bare")
        button.setAccessibleName("Run settings")
        button.setToolTip("Run settings: weights, loss, batch size, seed")
        form = Form(self._context, _RUN_FIELDS, complain)
        form.layout().setContentsMargins(10, 8, 6, 8)
        menu = QMenu(button)
        holder = QWidgetAction(menu)
        holder.setDefaultWidget(form)
        menu.addAction(holder)
        button.clicked.connect(lambda: menu.popup(button.mapToGlobal(button.rect().bottomLeft())))
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("panel"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))


def title_of(experiment: Experiment) -> tuple[str, str]:
    """Return what an experiment is called, and what it starts from."""
    title = f"{fields.network_title(experiment.network)} · {catalogue.dataset(experiment.dataset).title}"
    if experiment.weights == "initial":
        return title, f"random weights, seed {experiment.seed}"
    if experiment.weights != "pretrained":
        return title, f"weights of {Path(experiment.weights).name}"
    own = catalogue.is_network_file(experiment.network)
    source = "" if own else catalogue.network(experiment.network).pretrained_on
    return title, f"pretrained on {catalogue.dataset(source).title}" if source else "pretrained"


class _Title(QWidget):
    """The logo, the name of the experiment and where its weights come from."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        context.store.changed.connect(lambda old, new: self._refresh())
        self._refresh()

    def _refresh(self) -> None:
        self._words = title_of(self._context.store.experiment)
        self.setAccessibleName(": ".join(self._words))
        self.setToolTip("\n".join(self._words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = max(paint.width_of(self._words[0], font(15, 600)), paint.width_of(self._words[1], font(11)))
        return QSize(52 + round(min(width, _LONGEST_TITLE)) + 12, 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(52, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.drawPixmap(QPointF(4, 8), paint.icon_pixmap("logo", theme.hex("accent"), 24))
            area = QRectF(52, 0, self.width() - 60, 22)
            paint.text(painter, area, self._words[0], font(15, 600), theme.color("text"))
            area = QRectF(52, 21, self.width() - 60, 16)
            paint.text(painter, area, self._words[1], font(11), theme.color("text3"))


class Counter(QWidget):
    """step 120 · epoch 3, and how fast it goes; the epoch goes below the step where both have no room in a row."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._status: Status | None = None
        self.setAccessibleName("Step and epoch")
        clickable(self, context, lambda _: self._epoch(), by_click=True)
        context.link.arrived.connect(self._receive)

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Status):
            before, self._status = self._status, frame
            words = f"step {frame.step}, epoch {frame.epoch}"
            self.setAccessibleDescription(words)
            if before is not None and not frame.training and (before.training or before.step != frame.step):
                speak(self, words)
            self.setToolTip(
                f"{frame.steps_per_second:.0f} steps a second"
                if frame.training
                else f"Step {frame.step}: at rest. Earlier steps can be reached from step {frame.earliest} on."
            )
            self.update()

    def _epoch(self) -> Number | None:
        """Return how the epoch follows from the step."""
        status, configured = self._status, self._context.link.latest(Configured)
        if status is None or configured is None:
            return None
        return Number(epoch(status.step, configured.steps_per_epoch, status.epoch), self.toolTip())

    def sizeHint(self) -> QSize:
        return QSize(104, 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(104, 40)

    @property
    def rows(self) -> list[list[_Run]]:
        """What is written in each row: words, font and colour."""
        status = self._status
        if status is None:
            return []
        step = [("step ", font(12), "text3"), (whole(status.step), font(15, 600, tabular=True), "text")]
        epoch: _Run = (f"epoch {status.epoch}", font(12), "text3")
        pace: _Run = (f"  {status.steps_per_second:.0f}/s", font(12), "text3")
        row = [*step, ("  ", font(12), "text3"), epoch]
        room = self.width() - _COUNTER_LEFT
        if status.training and width_of_row([*row, pace]) <= room:
            return [[*row, pace]]
        if width_of_row(row) <= room:
            return [row]
        return [step if width_of_row(step) <= room else step[1:], [(epoch[0], font(11), epoch[2])]]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, rows = self._context.theme, self.rows
        with QPainter(self) as painter:
            for number, row in enumerate(rows):
                left, middle = float(_COUNTER_LEFT), self.height() / 2
                top = middle - (0 if number else 19) if len(rows) > 1 else middle - 10
                for words, face, ink in row:
                    width = paint.width_of(words, face)
                    paint.text(painter, QRectF(left, top, width + 1, 20), words, face, theme.color(ink))
                    left += width


def width_of_row(row: list[_Run]) -> float:
    """Return the width of words in their fonts, one after the other."""
    return sum(paint.width_of(words, face) for words, face, _ in row)


class _Search(FocusRing, QAbstractButton):
    """Looks like a field, opens the palette."""

    def __init__(self, context: Context, action: QAction) -> None:
        super().__init__()
        self._context = context
        self._keys = action.shortcut().toString()
        self.setAccessibleName("Search actions")
        self.setToolTip(action.toolTip())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(action.trigger)

    def sizeHint(self) -> QSize:
        return QSize(232, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        area = QRectF(self.rect()).adjusted(ROOM, ROOM, -ROOM, -ROOM)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            line = theme.color("line2" if self.underMouse() else "line")
            paint.rounded(painter, area, 8, theme.color("sunk"), line)
            painter.drawPixmap(
                QPointF(area.left() + 10, area.center().y() - 8), paint.icon_pixmap("search", theme.hex("text3"), 16)
            )
            paint.text(painter, area.adjusted(34, 0, 0, 0), "Search actions", font(12), theme.color("text3"))
            width = paint.width_of(self._keys, font(10, 500)) + 12
            keys = QRectF(area.right() - width - 8, area.center().y() - 9, width, 18)
            paint.rounded(painter, keys, 4, theme.color("raised"), theme.color("line"))
            paint.text(painter, keys, self._keys, font(10, 500), theme.color("text2"), Qt.AlignmentFlag.AlignHCenter)
            self.paint_ring(painter, theme, radius=11)

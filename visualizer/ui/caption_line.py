"""Where the pass stands, one sentence on what happens there, a formula and a real number."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.captions import COMPLETE, Caption, caption
from visualizer.core.frames import Configured
from visualizer.core.micro_steps import MicroStep
from visualizer.core.numbers import exact, rounded
from visualizer.core.timeline import SceneState
from visualizer.ui import paint
from visualizer.ui.announcing import speak
from visualizer.ui.chain_rule.micro import micro_steps
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number
from visualizer.ui.explanations.reached import Reached
from visualizer.ui.explanations.statistics import statistic, strongest
from visualizer.ui.formula import extent, paint_formula, plain, typesetter
from visualizer.ui.theme import font

_FORMULA = 15
_GAP = 24.0
_PLACE = 128.0
_NARROW = 900
_SLOW = 0.25  # at this speed there is time to read about every operation
_WAITING = {
    "starting": "The engine is starting; the first pass through the network follows at once.",
    "restarting": "The engine is starting again; the pass comes back at once.",
    "stopped": "The engine does not run, so there is no pass to step through.",
    "running": "No pass has been recorded yet: it appears as soon as the network has seen a sample.",
}


class CaptionLine(QWidget):
    """One line; where space shrinks, first what follows, then the number, then the formula are left out."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._scene: SceneState | None = None
        self._caption: Caption | None = None
        self._moment: object = None
        self._number_area = QRectF()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Caption")
        Reached(context, clickable(self, context, self._number_at, by_click=True))
        context.player.moved.connect(self._moved)
        context.player.recording_changed.connect(self._recorded)
        context.player.playing_changed.connect(self._pace_changed)
        context.link.state_changed.connect(self.update)
        context.store.view_changed.connect(self.update)
        context.store.changed.connect(self._experiment_changed)
        self._micro = micro_steps(context)
        self._micro.changed.connect(self._micro_changed)
        typesetter().ready.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(400, 36)

    def _recorded(self) -> None:
        self._scene = self._caption = self._moment = None
        self.update()

    def _micro_changed(self) -> None:
        """Speak of a single step of arithmetic, or of the whole again."""
        step = self._micro.present
        if step is None:
            self._experiment_changed()
            return
        self._moment = None
        self._caption = _of_step(step)
        self._tell(step.sentence)
        self.update()

    def _moved(self, scene: SceneState) -> None:
        if self._micro.present is not None:
            return
        player, store = self._context.player, self._context.store
        if player.recording is None or player.timeline is None:
            return
        closely = not player.playing or player.speed <= _SLOW
        moment = (scene.station, closely and (scene.active, scene.fill > COMPLETE))
        if moment == self._moment:
            return
        configured = self._context.link.latest(Configured)
        self._scene, self._moment = scene, moment
        self._caption = caption(
            player.recording,
            player.timeline,
            scene,
            optimizer=store.experiment.optimizer,
            classes=configured.classes if configured is not None else (),
            closely=closely,
        )
        self._tell(f"{self._caption.sentence} {self._caption.then}".strip())
        self.update()

    def _tell(self, words: str) -> None:
        """Say what is captioned; while the pass plays or training goes on that would never end."""
        player = self._context.player
        at_rest = player.recording is not None and not player.recording.live and not player.playing
        if at_rest and self.isVisible() and words != self.accessibleDescription():
            speak(self, words)
        self.setAccessibleDescription(words)

    def _experiment_changed(self) -> None:
        self._moment = None
        self._pace_changed()

    def _pace_changed(self) -> None:
        if self._context.player.scene is not None:
            self._moved(self._context.player.scene)

    def _number_at(self, point: QPointF) -> Number | None:
        return self._number() if self._number_area.contains(point) else None

    def _number(self) -> Number | None:
        """Return the number at the right end: the strongest value of a tensor, or its norm."""
        known, recording = self._caption, self._context.player.recording
        if known is None or known.of is None or recording is None:
            return None
        hover = f"{plain(known.symbol)} = {exact(known.number)}"
        if known.is_norm:
            return Number(statistic(*known.of, "norm"), hover)
        return Number(strongest(recording, *known.of), hover)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._caption is not None:
            known = self._caption
            words = f"{known.sentence} {known.then}".strip()
            if self._number_area.contains(QPointF(event.pos())):
                words = f"{plain(known.symbol)} = {exact(known.number)}"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._context.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            left, right = 4.0, self.width() - 6.0
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(left, 0.5), QPointF(right, 0.5))
            row = QRectF(left, 5, right - left, self.height() - 5)
            if self._caption is None or self._scene is None:
                paint.text(painter, row, _WAITING[self._context.link.state], font(13), theme.color("text2"))
                return
            place = self._paint_place(painter, row, self._scene)
            row.setLeft(max(row.left() + _PLACE, place + _GAP / 2))
            self._paint_caption(painter, row, self._caption)

    def _paint_place(self, painter: QPainter, row: QRectF, scene: SceneState) -> float:
        """Write where the pass is, and return where that ends."""
        theme = self._context.theme
        quiet, strong = font(12), font(15, 600, tabular=True)
        what, place, count = scene.phase, scene.place, scene.count
        if self._micro.present is not None:
            what, place, count = "step", self._micro.place + 1, len(self._micro.steps)
        if what not in ("forward", "backward", "step"):
            paint.text(painter, row, scene.phase, quiet, theme.color("text3"))
            return row.left() + paint.width_of(scene.phase, quiet)
        runs: list[tuple[str, QFont, QColor]] = [
            (f"{what} ", quiet, theme.color("text3")),
            (str(place), strong, theme.color("text")),
            (f" of {count}", quiet, theme.color("text3")),
        ]
        x, baseline = row.left(), _baseline(row, quiet)
        for words, style, color in runs:
            painter.setFont(style)
            painter.setPen(color)
            painter.drawText(QPointF(x, baseline), words)
            x += paint.width_of(words, style)
        return x

    def _paint_caption(self, painter: QPainter, row: QRectF, known: Caption) -> None:
        theme = self._context.theme
        style = font(12 if self.width() < _NARROW else 13)
        sentence = paint.width_of(known.sentence, style)
        room = row.width() - sentence - _GAP
        formula, value = self._formula_width(known), self._value_width(known)
        show_formula = 0 < formula <= room
        room -= formula + _GAP if show_formula else 0
        show_value = 0 < value <= room
        room -= value + _GAP if show_value else 0
        right = row.right()
        self._number_area = QRectF()
        if show_value:
            right -= value
            self._paint_value(painter, QRectF(right, row.top(), value, row.height()), known)
            right -= _GAP
        if show_formula:
            right -= formula
            paint_formula(painter, right, _baseline(row, style), known.formula, _FORMULA, theme.color("text"))
        then = known.then if known.then and paint.width_of(f" {known.then}", style) <= room else ""
        area = QRectF(row.left(), row.top(), row.width() if not show_formula else right - row.left() - 8, row.height())
        paint.text(painter, area, known.sentence, style, theme.color("text"))
        if then:
            follow = area.adjusted(sentence + paint.width_of(" ", style), 0, 0, 0)
            paint.text(painter, follow, then, style, theme.color("text2"))

    def _formula_width(self, known: Caption) -> float:
        return extent(known.formula, _FORMULA).width if known.formula else 0.0

    def _value_width(self, known: Caption) -> float:
        if not known.symbol:
            return 0.0
        return extent(known.symbol, _FORMULA).width + paint.width_of(_equals(known), font(13, 600, tabular=True))

    def _paint_value(self, painter: QPainter, area: QRectF, known: Caption) -> None:
        theme = self._context.theme
        style = font(13, 600, tabular=True)
        baseline = _baseline(area, style)
        paint_formula(painter, area.left(), baseline, known.symbol, _FORMULA, theme.color("text"))
        painter.setFont(style)
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(area.left() + extent(known.symbol, _FORMULA).width, baseline), _equals(known))
        self._number_area = area


def _of_step(step: MicroStep) -> Caption:
    """Return the caption of a single step, with the running sum where there is one."""
    sums = not math.isnan(step.total) and step.kind != "result"
    return Caption(step.sentence, step.formula, r"\Sigma" if sums else "", step.total if sums else math.nan)


def _equals(known: Caption) -> str:
    return f" = {rounded(known.number, 4)}"


def _baseline(row: QRectF, style: QFont) -> float:
    metrics = QFontMetricsF(style)
    return row.center().y() + (metrics.ascent() - metrics.descent()) / 2

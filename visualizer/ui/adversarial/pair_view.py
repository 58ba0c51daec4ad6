"""The pair as a machine: noise through the generator, fake and real into the discriminator, and what comes of it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.core.frames import Configured, Frame, Freezing
from visualizer.core.numbers import rounded, whole
from visualizer.core.topics.adversarial import Stage
from visualizer.ui import paint
from visualizer.ui.adversarial import inks
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.numbers import of_outcome, of_size
from visualizer.ui.adversarial.outcome import Outcome, paint_outcome
from visualizer.ui.adversarial.pair_plan import (
    DISCRIMINATOR,
    FAKE,
    GENERATOR,
    NOISE,
    OUTCOME,
    REAL,
    WAYS,
    Work,
    layout,
    way,
    work_of,
)
from visualizer.ui.adversarial.thumbnail import Array, paint_samples
from visualizer.ui.context import Context
from visualizer.ui.explanations.numbers import clickable
from visualizer.ui.explanations.questions import Number, Told
from visualizer.ui.explanations.told import parameter_count
from visualizer.ui.theme import font

_TITLES = {NOISE: "noise z", GENERATOR: "Generator", FAKE: "fake G(z)", REAL: "real x", DISCRIMINATOR: "Discriminator"}
_EDGE = 12.0  # left free around all: the halo of a part at work lies there
_NOTHING = np.zeros(0, np.float32)
_DOTS = 4
_LINE = 18.0  # of text in the box of a network


class _Said(NamedTuple):
    """A line in a network's box, and the number in it that can be asked about."""

    words: str
    style: QFont
    token: str
    number: Number | None = None


class PairView(QWidget):
    """Shows the stage that the game is at, or the pair as it stands; dots move while the stages play."""

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__()
        self._context, self._game = context, shown
        self._parameters: dict[str, int] = {}
        self.setAccessibleName("Generator and discriminator")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(104)
        shown.changed.connect(self._changed)
        shown.moved.connect(self.update)
        context.store.view_changed.connect(lambda old, new: self.update())
        context.link.arrived.connect(self._receive)
        clickable(self, context, self._number_at, by_click=True)
        for kind in (Configured, Freezing):
            self._receive(context.link.latest(kind))

    def sizeHint(self) -> QSize:
        return QSize(640, 190)

    def _receive(self, frame: Frame | None) -> None:
        if isinstance(frame, Freezing):
            for part in (GENERATOR, DISCRIMINATOR):
                own = [layer for layer in frame.layers if layer.path.startswith(part)]
                self._parameters[part] = sum(layer.parameter_count for layer in own)
            self.update()

    def _changed(self) -> None:
        self.setAccessibleDescription(self.outcome.text)
        self.update()

    @property
    def outcome(self) -> Outcome:
        """The judgements and losses that are known at the stage."""
        stage, adversary = self._game.stage, self._game.adversary
        if stage is not None:
            return Outcome.of_stage(stage)
        return Outcome.of_adversary(adversary) if adversary is not None else Outcome()

    def _number_at(self, point: QPointF) -> Number | None:
        inner = point - QPointF(_EDGE, _EDGE)
        parts = layout(self.width() - 2 * _EDGE, self.height() - 2 * _EDGE)
        if parts[OUTCOME].contains(inner):
            return self._outcome_at(parts[OUTCOME], inner)
        name = next((name for name in (GENERATOR, DISCRIMINATOR) if parts[name].contains(inner)), "")
        lines = self._lines(name) if name else []
        line = int((inner.y() - _top_of(parts[name], len(lines))) // _LINE) if name else -1
        return lines[line].number if 0 <= line < len(lines) else None

    def _outcome_at(self, area: QRectF, point: QPointF) -> Number | None:
        rows, shown = self.outcome.rows, self._game.shown
        row = rows[min(int((point.y() - area.top()) / area.height() * len(rows)), len(rows) - 1)]
        return of_outcome(row, shown, self._game.steps_done) if shown is not None and math.isfinite(row.value) else None

    def samples(self, part: str) -> Array:
        """Return what flows through a part: noise, fake or real, as far as it is known at the stage."""
        shown = self._game.shown
        return getattr(shown, part) if shown is not None else _NOTHING

    def paintEvent(self, event: QPaintEvent) -> None:
        stage = self._game.stage
        work = work_of(stage.player, stage.name) if stage is not None else None
        area = QRectF(self.rect()).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        parts = layout(area.width(), area.height())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.samples(FAKE).ndim != 4)
            painter.translate(area.topLeft())
            for start, end in WAYS:
                self._way(painter, *way(parts, start, end), (start, end), work)
            for name in (NOISE, FAKE, REAL):
                self._samples(painter, parts[name], name, work)
            for name in (GENERATOR, DISCRIMINATOR):
                self._network(painter, parts[name], name, work)
            lit = work is not None and OUTCOME in work.parts
            self._frame(painter, parts[OUTCOME], lit=lit, back=False, frozen=False)
            paint_outcome(painter, self._context.theme, parts[OUTCOME].adjusted(12, 8, -12, -8), self.outcome)

    def _way(self, painter: QPainter, start: QPointF, end: QPointF, name: tuple[str, str], work: Work | None) -> None:
        theme = self._context.theme
        lit = work is not None and name in work.ways
        token = "line2" if not lit else "grad" if work is not None and work.back else "accent"
        painter.setPen(QPen(theme.color(token), 2.5 if lit else 1.5))
        painter.drawLine(start, end)
        back = lit and work is not None and work.back
        tip, angle = (start, math.pi) if back else (end, 0.0)
        angle += math.atan2(end.y() - start.y(), end.x() - start.x())
        for turn in (math.pi - 0.5, math.pi + 0.5):
            painter.drawLine(tip, tip + QPointF(math.cos(angle + turn), math.sin(angle + turn)) * 6)
        if lit and self._game.playing:
            self._dots(painter, start, end, token, back=back)

    def _dots(self, painter: QPainter, start: QPointF, end: QPointF, token: str, *, back: bool) -> None:
        theme = self._context.theme
        dot = paint.pulse(theme.hex(token), theme.hex("core"), 9)
        for number in range(_DOTS):
            share = (self._game.progress * 2 + number / _DOTS) % 1.0
            place = start + (end - start) * (1 - share if back else share)
            painter.drawPixmap(place - QPointF(9, 9), dot)

    def _frame(self, painter: QPainter, area: QRectF, *, lit: bool, back: bool, frozen: bool) -> None:
        theme = self._context.theme
        if lit:
            paint.glow(painter, area, 10, theme.color("grad" if back else "accent"), 10)
        paint.rounded(painter, area, 10, theme.color("raised" if lit else "sunk"))
        if frozen:
            paint.hatch(painter, area, 10, theme.color("ice", 0.14))
        token = ("grad" if back else "accent") if lit else "ice" if frozen else "line2"
        paint.rounded(painter, area, 10, None, theme.color(token), 2 if lit else 1)

    def _samples(self, painter: QPainter, area: QRectF, name: str, work: Work | None) -> None:
        theme, samples = self._context.theme, self.samples(name)
        lit = work is not None and name in work.parts
        known = bool(samples.size)
        painter.setOpacity(1.0 if known else 0.45)
        self._frame(painter, area, lit=lit, back=work is not None and work.back, frozen=False)
        words = QRectF(area.left() + 8, area.top() + 4, area.width() - 12, 15)
        paint.text(painter, words, _TITLES[name], font(11, 600), theme.color("text" if known else "text3"))
        ink = theme.color({NOISE: "text2", FAKE: inks.FAKE, REAL: inks.REAL}[name])
        paint_samples(painter, theme, area.adjusted(8, 22, -8, -8), samples, ink)
        painter.setOpacity(1.0)

    def _network(self, painter: QPainter, area: QRectF, name: str, work: Work | None) -> None:
        theme = self._context.theme
        frozen = self._context.store.experiment.is_frozen(name)
        lit, back = work is not None and name in work.parts, work is not None and work.back
        self._frame(painter, area, lit=lit, back=back, frozen=frozen)
        paint.rounded(
            painter, QRectF(area.left(), area.top() + 12, 3, area.height() - 24), 1.5, theme.color(inks.OF_PLAYER[name])
        )  # type: ignore[index]
        lines = self._lines(name)
        top = _top_of(area, len(lines))
        for number, line in enumerate(lines):
            row = QRectF(area.left() + 12, top + _LINE * number, area.width() - 15, _LINE)
            paint.text(painter, row, line.words, line.style, theme.color(line.token))

    def _lines(self, name: str) -> list[_Said]:
        """Return what is said of a network: its name and size, or what its parameters go through in the stage."""
        stage = self._game.stage
        lines = [_Said(_TITLES[name], font(13, 600), "text")]
        quiet = font(11, tabular=True)
        if stage is not None and stage.player == name:
            for kind, words in (("gradient", "‖gradient‖"), ("change", "‖update‖")):
                value = _norm(stage, kind)
                if math.isfinite(value):
                    number = of_size(kind, value, stage, self._game.steps_done)
                    lines.append(_Said(f"{words} {rounded(value)}", quiet, "text2", number))
        if len(lines) == 1 and name in self._parameters:
            words = f"{whole(self._parameters[name])} parameters"
            lines.append(_Said(words, quiet, "text2", Number(self._count_of(name), words)))
        frozen = self._context.store.experiment.is_frozen(name)
        return [*lines, _Said("frozen", quiet, "text2")] if frozen else lines

    def _count_of(self, name: str) -> Told:
        """Return the question for how many parameters a network has."""
        configured = self._context.link.latest(Configured)
        nodes = configured.graph.nodes if configured is not None else []
        used = dict.fromkeys(parameter for node in nodes for parameter in node.parameters)
        return parameter_count(_TITLES[name], [parameter for parameter in used if parameter.startswith(f"{name}.")])


def _top_of(area: QRectF, lines: int) -> float:
    """Return where the first of the lines in a network's box begins."""
    return area.center().y() - _LINE / 2 * lines


def _norm(stage: Stage, kind: str) -> float:
    """Return the norm over all parameters of a stage, NaN where none is known."""
    values = [getattr(parameter, kind) for parameter in stage.parameters.values()]
    known = [value for value in values if math.isfinite(value)]
    return math.sqrt(sum(value**2 for value in known)) if known else math.nan

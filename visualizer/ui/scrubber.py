"""The pass itself as a line to drag along: one segment a station, grouped as input, forward, loss, backward, update."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from visualizer.core.timeline import Phase, SceneState, Station, Timeline
from visualizer.ui import paint
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.store import View
from visualizer.ui.theme import font
from visualizer.ui.widgets.focus import FocusRing

COLORS: dict[Phase, str] = {
    "input": "text2",
    "forward": "accent",
    "loss": "warn",
    "backward": "grad",
    "update": "ok",
}
_EDGE = 6.0  # room left and right for the glow
_TOP, _HEIGHT = 17.0, 20.0
_GROUP_GAP = 10.0
_DONE, _LATER = 0.72, 0.20
_NARROW = 6.0
_WHEEL_STEP = 120


@dataclass(frozen=True)
class Group:
    """The stations of one phase and where they lie."""

    phase: Phase
    label: str
    short_label: str
    rect: QRectF


class ScrubberLayout:
    """Where the stations lie on a line of some width, and which instant lies where."""

    def __init__(self, timeline: Timeline, width: float) -> None:
        self._stations = timeline.stations
        counts = [(phase, len(list(stations))) for phase, stations in groupby(self._stations, lambda s: s.phase)]
        widths = _widths(counts, width - 2 * _EDGE - _GROUP_GAP * (len(counts) - 1))
        self.rects: list[QRectF] = []
        self.groups: list[Group] = []
        left = _EDGE
        for (phase, count), wide in zip(counts, widths, strict=True):
            segment = wide / count
            gap = 2.0 if segment >= 6 else 1.0 if segment >= 3 else 0.0
            rects = [QRectF(left + n * segment, _TOP, segment - gap, _HEIGHT) for n in range(count)]
            self.rects += rects
            self.groups.append(Group(phase, *_labels(timeline, phase, count), QRectF(left, _TOP, wide, _HEIGHT)))
            left += wide + _GROUP_GAP
        self._lefts = [rect.left() for rect in self.rects]

    @property
    def frozen_runs(self) -> list[QRectF]:
        """Where frozen stations lie; neighbours too narrow for lines of their own are taken together."""
        runs: list[QRectF] = []
        for rect, station in zip(self.rects, self._stations, strict=True):
            if not station.frozen:
                continue
            if runs and rect.width() < _NARROW and rect.left() - runs[-1].right() < 1.5:
                runs[-1].setRight(rect.right())
            else:
                runs.append(QRectF(rect))
        return runs

    def station_at(self, x: float) -> int:
        """Return the number of the station at or left of a place."""
        return max(bisect.bisect_right(self._lefts, x) - 1, 0)

    def time_at(self, x: float) -> float:
        """Return the instant at a place."""
        number = self.station_at(x)
        rect, station = self.rects[number], self._stations[number]
        share = min(max((x - rect.left()) / max(rect.width(), 1e-6), 0.0), 1.0)
        return min(station.start + share * (station.end - station.start), station.end - 1e-6)

    def x_at(self, scene: SceneState) -> float:
        """Return where an instant lies."""
        rect, station = self.rects[scene.station], self._stations[scene.station]
        return rect.left() + rect.width() * (scene.time - station.start) / (station.end - station.start)


def _widths(counts: Sequence[tuple[Phase, int]], room: float) -> list[float]:
    """Return the width of each group: layers share what input, loss and update leave."""
    layers = sum(count for phase, count in counts if phase in ("forward", "backward"))
    single = {"input": 2.2, "loss": 2.2, "update": 2.6}
    unit = room / max(layers + sum(single.get(phase, 0.0) for phase, _ in counts), 1)
    fixed = {phase: min(max(share * unit, 15 * share), 25 * share) for phase, share in single.items()}
    rest = room - sum(fixed.get(phase, 0.0) for phase, _ in counts)
    return [fixed.get(phase, max(rest, 1.0) * count / max(layers, 1)) for phase, count in counts]


def _labels(timeline: Timeline, phase: Phase, count: int) -> tuple[str, str]:
    if phase not in ("forward", "backward"):
        return phase, phase
    layers = f"{phase} · {count} {'layer' if count == 1 else 'layers'}"
    if phase == "backward" and _stops_at_the_frozen_part(timeline.stations):
        return f"{layers}, stops at the frozen part", layers
    return layers, layers


def _stops_at_the_frozen_part(stations: Sequence[Station]) -> bool:
    reached = {station.leader for station in stations if station.phase == "backward"}
    return any(s.phase == "forward" and s.frozen and s.leader not in reached for s in stations)


class Scrubber(FocusRing, QWidget):
    """Click or drag to go to an instant; the wheel and the arrow keys go station by station."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._layout: ScrubberLayout | None = None
        self._pictures: tuple[QPixmap, QPixmap] | None = None
        self._hovered = -1
        self._wheel = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Place in the pass")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.player.moved.connect(self._moved)
        context.player.recording_changed.connect(self.rebuild)
        context.store.view_changed.connect(self._look)
        self.rebuild()

    def sizeHint(self) -> QSize:
        return QSize(240, 48)

    def rebuild(self) -> None:
        """Lay the segments out anew."""
        timeline = self._context.player.timeline
        self._layout = ScrubberLayout(timeline, self.width()) if timeline is not None else None
        self._pictures = None
        self.setEnabled(timeline is not None)
        self.update()

    def _look(self, old: View, new: View) -> None:
        if old.theme != new.theme:
            self._pictures = None
            self.update()

    def _moved(self, scene: SceneState) -> None:
        timeline = self._context.player.timeline
        if timeline is not None:
            announce(self, describe(timeline, scene.station))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rebuild()

    def event(self, event: QEvent) -> bool:
        timeline = self._context.player.timeline
        if isinstance(event, QHelpEvent) and self._layout is not None and timeline is not None:
            number = self._layout.station_at(event.pos().x())
            area = self._layout.rects[number].toAlignedRect()
            QToolTip.showText(event.globalPos(), describe(timeline, number), self, area)
            return True
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._context.player.pause()
            self._seek(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event)
        elif self._layout is not None:
            self._hover(self._layout.station_at(event.position().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        while abs(self._wheel) >= _WHEEL_STEP:
            self._context.player.step(-1 if self._wheel > 0 else 1)
            self._wheel -= _WHEEL_STEP if self._wheel > 0 else -_WHEEL_STEP

    def keyPressEvent(self, event: QKeyEvent) -> None:
        player = self._context.player
        acts = {
            Qt.Key.Key_Left: lambda: player.step(-1),
            Qt.Key.Key_Right: lambda: player.step(1),
            Qt.Key.Key_Home: player.start,
            Qt.Key.Key_End: player.end,
            Qt.Key.Key_Space: player.toggle,
        }
        act = acts.get(Qt.Key(event.key()))
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def _seek(self, event: QMouseEvent) -> None:
        if self._layout is not None:
            self._context.player.seek(self._layout.time_at(event.position().x()))

    def _hover(self, number: int) -> None:
        if number != self._hovered:
            self._hovered = number
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            scene = self._context.player.scene
            if self._layout is not None and scene is not None:
                self._paint_groups(painter, self._layout, scene)
                self._paint_head(painter, self._layout, scene)
            else:
                self._paint_empty(painter)
            self.paint_ring(painter, self._context.theme, QRectF(self.rect()), 8)

    def _paint_empty(self, painter: QPainter) -> None:
        theme = self._context.theme
        area = QRectF(_EDGE, _TOP, self.width() - 2 * _EDGE, _HEIGHT)
        paint.rounded(painter, area, 3, None, theme.color("line2"), 1, Qt.PenStyle.DashLine)

    def _paint_groups(self, painter: QPainter, layout: ScrubberLayout, scene: SceneState) -> None:
        theme = self._context.theme
        done, later = self._pictures or self._render(layout)
        split = layout.rects[scene.station].left()
        for picture, left, right in ((done, 0.0, split), (later, split, float(self.width()))):
            painter.setClipRect(QRectF(left, 0, right - left, self.height()))
            painter.drawPixmap(0, 0, picture)
        painter.setClipping(False)
        for place, group in enumerate(layout.groups):
            now = group.phase == scene.phase
            right = layout.groups[place + 1].rect.left() if place + 1 < len(layout.groups) else self.width()
            style = font(10, 600 if now else 500)
            fits = paint.width_of(group.label, style) <= right - group.rect.left() - 2
            words = group.label if fits else group.short_label
            area = QRectF(group.rect.left(), 0, right - group.rect.left() - 2, 15)
            paint.text(painter, area, words, style, theme.color("text" if now else "text2"))
        if self._hovered >= 0 and self.underMouse():
            outline = layout.rects[self._hovered].adjusted(-1, -1, 1, 1)
            paint.rounded(painter, outline, 4, None, theme.color("text", 0.6), 1)

    def _render(self, layout: ScrubberLayout) -> tuple[QPixmap, QPixmap]:
        """Draw all segments twice, as done and as still to come: painting a frame then takes two pictures."""
        self._pictures = (self._segments(layout, _DONE), self._segments(layout, _LATER))
        return self._pictures

    def _segments(self, layout: ScrubberLayout, opacity: float) -> QPixmap:
        scale = self.devicePixelRatioF()
        picture = QPixmap(self.size() * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        timeline = self._context.player.timeline
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            stations = timeline.stations if timeline is not None else ()
            for rect, station in zip(layout.rects, stations, strict=True):
                self._paint_segment(painter, rect, station, opacity)
            for run in layout.frozen_runs:
                paint.hatch(painter, run, 3, self._context.theme.color("panel", 0.55), 5)
        return picture

    def _paint_segment(self, painter: QPainter, rect: QRectF, station: Station, opacity: float) -> None:
        theme = self._context.theme
        radius = 3 if rect.width() >= 8 else 1
        paint.rounded(painter, rect, radius, theme.color(COLORS[station.phase], opacity))

    def _paint_head(self, painter: QPainter, layout: ScrubberLayout, scene: SceneState) -> None:
        theme = self._context.theme
        rect = layout.rects[scene.station]
        timeline = self._context.player.timeline
        if timeline is not None:
            token = COLORS[scene.phase]
            paint.glow(painter, rect, 3, theme.color(token), 10, 1.0 if theme.dark else 0.62)
            station = timeline.stations[scene.station]
            self._paint_segment(painter, rect, station, 1.0)
            if station.frozen:
                paint.hatch(painter, rect, 3, theme.color("panel", 0.55), 5)
        x = layout.x_at(scene)
        painter.setPen(QPen(theme.color("text"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(x, _TOP - 4), QPointF(x, _TOP + _HEIGHT + 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text"))
        painter.drawEllipse(QPointF(x, _TOP + _HEIGHT + 6), 4.5, 4.5)


def describe(timeline: Timeline, number: int) -> str:
    """Return what a station is called: `stage2.0.conv1, forward 8 of 21, frozen`."""
    station = timeline.stations[number]
    scene = timeline.at((station.start + station.end) / 2)
    if scene.count == 1 and station.phase not in ("forward", "backward"):
        return station.title
    frozen = ", frozen" if station.frozen else ""
    return f"{station.title}, {station.phase} {scene.place} of {scene.count}{frozen}"

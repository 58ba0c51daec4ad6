"""What every way of drawing a network offers to the view that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from visualizer.core.timeline import SceneState
from visualizer.ui.canvas.seen import InputPicture
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.explanations.questions import Question
from visualizer.ui.store import View
from visualizer.ui.theme import Theme

Direction = Literal["left", "right", "up", "down"]


@dataclass(frozen=True)
class Hit:
    """What lies at a point.

    `selects` is the call or node that a click selects, with the `element` and `channel` below the pointer, `opens`
    the call that a double click opens (a single one where `at_once`), `freezes` the module path of its freeze switch,
    `switch` whether the point is on that switch, `parameter` and `number` the weight or bias that a drag sets. `rect`
    is where it is, `name` and `value` what is said of it, `asks` where its numbers come from, the main one first.
    """

    selects: str
    rect: QRectF
    name: str
    value: str = ""
    element: tuple[int, ...] = ()
    channel: int | None = None
    opens: str = ""
    freezes: str = ""
    switch: bool = False
    at_once: bool = False
    parameter: str = ""
    number: tuple[int, ...] = ()
    asks: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Instant:
    """What moves without a new drawing: the playhead, the selection, what the pointer is on, and how near one is.

    `hovered` is the module path of the freeze switch that the pointer would use, `pointed` all that it is on.
    """

    scene: SceneState | None
    view: View
    hovered: str = ""
    zoom: float = 1.0
    pointed: Hit | None = None

    @property
    def fill(self) -> float:
        """How much of the running layer has appeared; all of it at once where motion is reduced."""
        return 1.0 if self.view.reduced_motion or self.scene is None else self.scene.fill


class Drawing(Protocol):
    """One network drawn for one size and theme; made anew when the subject, the size or the theme changes."""

    bounds: QRectF
    opened: str

    def __init__(self, subject: Subject, theme: Theme, size: QSizeF, opened: str) -> None: ...

    @staticmethod
    def suits(subject: Subject) -> bool:
        """Return whether this way of drawing can show the network."""

    def follow(self, seen: QRectF) -> None:
        """Take note of which part is seen: what has to stay in view moves along."""

    def place_of(self, node: str) -> QRectF | None:
        """Return where a node runs, to be kept in view; None where it is not drawn."""

    def prepare(self, instant: Instant, scale: float) -> Iterator[None]:
        """Make beforehand what takes time in `paint_still`, one small piece at a time; `scale` is pixels for a unit."""

    def paint_still(self, painter: QPainter, instant: Instant, seen: QRectF) -> None:
        """Paint all that stays as it is while a moment lasts, as far as it lies in `seen`."""

    def paint_moving(self, painter: QPainter, instant: Instant) -> None:
        """Paint what is another in every frame: values as they appear, pulses."""

    def looked_at(self, view: View) -> tuple[object, ...]:
        """Return what of the view `paint_still` depends on."""

    def moving(self, instant: Instant) -> list[QRectF]:
        """Return where `paint_moving` paints."""

    def input_pictures(self, instant: Instant) -> list[InputPicture]:
        """Return where the input is to be seen as a picture."""

    def hit(self, point: QPointF, instant: Instant) -> Hit | None:
        """Return what lies at a point."""

    def find(self, identity: str) -> Hit | None:
        """Return where a call or node is drawn, None where it is not."""

    def move(self, view: View, direction: Direction) -> Hit | None:
        """Return what an arrow key leads to from what is selected; None stays, and from nothing leads to the first."""

    def next_parameter(self, view: View) -> Hit | None:
        """Return the next weight or bias of what is selected that can be set by hand, None where there is none."""

    def outline(self, instant: Instant) -> list[tuple[QRectF, str]]:
        """Return all rectangles with a colour each: the drawing from far away."""

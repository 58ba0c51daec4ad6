"""The plane: real points and fakes, what the discriminator thinks of every place, and where the generator should go."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMenu

from visualizer.core.numbers import exact
from visualizer.core.topics.adversarial import Sort, Stage
from visualizer.ui.adversarial import inks, layers, plane_picture
from visualizer.ui.adversarial.game import Game
from visualizer.ui.adversarial.numbers import of_batch, of_sample
from visualizer.ui.adversarial.plane_picture import Array, Frame
from visualizer.ui.context import Context
from visualizer.ui.explanations.questions import Number
from visualizer.ui.plots.plot import Plot, paint_empty, paint_note

_NEAR = 10.0  # pixels within which a point is meant
_NONE = np.zeros((0, 2), np.float32)


class PlaneView(Plot):
    """Shows the pair as it stands, or the samples of the stage that the game is at.

    Hovering, or the arrow keys, name a point and its judgement in full.
    """

    follows = ("theme", "hidden_layers")

    def __init__(self, context: Context, shown: Game) -> None:
        super().__init__(context, "Plane of real and generated points")
        self.game = shown
        self.setMinimumSize(240, 240)
        shown.changed.connect(self.renew)
        shown.moved.connect(self.renew)

    @property
    def frame(self) -> Frame:
        return plane_picture.square(self.width(), self.height())

    def _shows(self, layer: str) -> bool:
        return layer not in self.context.store.view.hidden_layers

    @property
    def _shown(self) -> tuple[Array, Array]:
        """Real points and fakes that are drawn now."""
        known = self.game.shown
        if known is None or self.game.adversary is None or self.game.adversary.plane is None:
            return _NONE, _NONE
        real = known.real if known.real.size and self._shows(layers.REAL) else _NONE
        fake = known.fake if known.fake.size and self._shows(layers.FAKE) else _NONE
        return real, fake

    def draw(self, painter: QPainter) -> None:
        adversary, frame, theme = self.game.adversary, self.frame, self.context.theme
        if adversary is None or adversary.plane is None:
            paint_empty(painter, self.context, frame.area, "The pair is being looked at …")
            return
        painter.fillRect(frame.area, theme.color("sunk"))
        painter.save()
        painter.setClipRect(frame.area)
        plane = adversary.plane
        if self._shows(layers.JUDGEMENT):
            plane_picture.paint_judgements(painter, theme, frame, plane)
        stage = self.game.stage
        if stage is None and self._shows(layers.MANIFOLD):
            plane_picture.paint_manifold(painter, theme, frame, plane, inks.MANIFOLD)
        if stage is None:
            plane_picture.paint_modes(painter, theme, frame, adversary.quality.modes, adversary.quality.hits)
        self._points(painter, frame, stage)
        painter.restore()
        plane_picture.paint_edge(painter, theme, frame)

    def _points(self, painter: QPainter, frame: Frame, stage: Stage | None) -> None:
        theme = self.context.theme
        real, fake = self._shown
        rim, size = theme.color("sunk"), 3.0 if stage is None else 4.0
        plane_picture.paint_cloud(painter, frame, real, 0, [theme.color(inks.REAL)], rim, size)
        if stage is not None:
            fake = self._stage_points(painter, frame, stage, fake)
        shown = stage or self.game.adversary
        if shown is not None and shown.arrows.size and len(fake) and self._shows(layers.ARROWS):
            grown = self.game.progress if stage is not None and stage.name == "samples" else 1.0
            plane_picture.paint_arrows(painter, theme, frame, fake, shown.arrows, min(grown, 1.0))
        plane_picture.paint_cloud(painter, frame, fake, 3, [theme.color(inks.FAKE)], rim, size)

    def _stage_points(self, painter: QPainter, frame: Frame, stage: Stage, fake: Array) -> Array:
        """Paint the noise where it matters; return where the fakes are at this instant."""
        theme = self.context.theme
        if stage.noise.shape[1:] != (2,):
            return fake
        if stage.name == "noise":
            plane_picture.paint_cloud(painter, frame, stage.noise, 2, [theme.color("grad")], theme.color("sunk"), 3.5)
        elif stage.name == "generate" and len(fake):
            share = min(self.game.progress, 1.0)
            share = share * share * (3 - 2 * share)  # slow at both ends
            moved: Array = (stage.noise + (fake - stage.noise) * share).astype(np.float32)
            return moved
        return fake

    def hover_count(self) -> int:
        return sum(map(len, self._shown)) if self.game.adversary is not None else 0

    def hover_at(self, place: QPointF) -> int:
        points = [point for cloud in self._shown for point in self.frame.points(cloud)]
        distances = [(point - place).manhattanLength() for point in points]
        nearest = int(np.argmin(distances)) if distances else -1
        return nearest if nearest >= 0 and distances[nearest] < _NEAR else -1

    def _element(self, element: int) -> tuple[str, int]:
        """Return kind and number of an element: real ones first."""
        real = len(self._shown[0])
        return ("real", element) if element < real else ("fake", element - real)

    def number_of(self, element: int) -> Number | None:
        if not 0 <= element < self.hover_count():
            return None
        kind, number = self._element(element)
        known = number < len(getattr(self.game.shown, f"{kind}_judgements"))
        return self._asked("judgement", kind, number) if known else self._asked("sample", kind, number, (0,))

    def _asked(self, quantity: str, kind: str, number: int, place: tuple[int, ...] = ()) -> Number:
        """Return what a point is asked as, of the pair as it stands or of a stage's mini-batch."""
        stage, step = self.game.stage, self.game.steps_done
        if stage is None:
            sort: Sort = "real" if kind == "real" else "fake"
            return of_sample(quantity, sort, number, step, place)
        return of_batch(quantity, kind, stage, number, step, place)

    def _number_at(self, place: QPointF) -> Number | None:
        """Return the point below the mouse, else the place of the map there."""
        return super()._number_at(place) or self._place_of_map(place)

    def _place_of_map(self, place: QPointF) -> Number | None:
        adversary, frame = self.game.adversary, self.frame
        if adversary is None or adversary.plane is None or not self._shows(layers.JUDGEMENT):
            return None
        if not frame.area.contains(place):
            return None
        axis, judgements = adversary.plane.axis, adversary.plane.judgements
        column, row = (int(np.abs(axis - at).argmin()) for at in frame.place(place))
        where = f"({exact(float(axis[column]))}, {exact(float(axis[row]))})"
        hover = (
            f"D at the nearest of the {axis.size}×{axis.size} places, {where}: {exact(float(judgements[row, column]))}"
        )
        return of_sample("judgement", "plane", row * axis.size + column, adversary.step, hover=hover)

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the coordinates of the point below the mouse, and its arrow."""
        if not 0 <= self.hovered < self.hover_count():
            return
        kind, number = self._element(self.hovered)
        arrows = getattr(self.game.shown, "arrows", _NONE)
        for axis, letter in enumerate("₁₂"):
            asked = self._asked("sample", kind, number, (axis,))
            menu.addAction(f"Where does its x{letter} come from?", partial(self.numbers.ask, asked))
        for axis, letter in enumerate("₁₂" if kind == "fake" and number < len(arrows) else ""):
            asked = self._asked("wish", kind, number, (axis,))
            menu.addAction(f"Where does its arrow along x{letter} come from?", partial(self.numbers.ask, asked))
        menu.addSeparator()

    def _place(self, element: int) -> Array:
        kind, number = self._element(element)
        place: Array = self._shown[kind == "fake"][number]
        return place

    def lines_of(self, element: int) -> list[str]:
        kind, number = self._element(element)
        place, shown = self._place(element), self.game.shown
        judgements = getattr(shown, f"{kind}_judgements")
        lines = [f"{kind} {number}", f"x = ({', '.join(exact(float(value)) for value in place)})"]
        if number < len(judgements):
            lines.append(f"D(x) = {exact(float(judgements[number]))}")
        if kind == "fake" and number < len(shown.arrows):  # type: ignore[union-attr]
            arrow = shown.arrows[number]  # type: ignore[union-attr]
            lines.append(f"−∂L/∂x = ({', '.join(exact(float(value)) for value in arrow)})")
        return lines

    def draw_hover(self, painter: QPainter) -> None:
        point = self.frame.point(*self._place(self.hovered).tolist())
        painter.setPen(self.context.theme.color("accent"))
        painter.drawEllipse(point, 7, 7)
        paint_note(painter, self.context, self.lines_of(self.hovered), point, QRectF(self.rect()))

    def table(self) -> str:
        rows = ["kind,x1,x2"]
        for kind, cloud in zip(("real", "fake"), self._shown, strict=True):
            rows += [f"{kind},{x!r},{y!r}" for x, y in cloud.tolist()]
        return "\n".join(rows) + "\n"

"""Typeset formulas: made in idle moments, kept, and plain text until they are there."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QObject, QPointF, QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from visualizer.ui.theme import font

_SIZE = 32.0
"""Formulas are typeset at this size and scaled."""
_IMPORT_POLL = 20  # milliseconds
_KEPT = 512


class Drawing(NamedTuple):
    """A typeset formula: a picture of `width` by `height`, `ascent` of it above the baseline, at size _SIZE."""

    svg: bytes
    width: float
    height: float
    ascent: float


class Typesetter(QObject):
    """Typesets one formula in each idle moment; `ready` says that there is something new.

    Importing the library takes a noticeable moment, so a thread does that; a formula then takes some 10 ms.
    """

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._drawings: OrderedDict[str, Drawing | None] = OrderedDict()
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._importing = threading.Thread(target=_library, name="formulas", daemon=True)
        self._scheduled = False

    def drawing(self, tex: str) -> Drawing | None:
        """Return a formula that has been typeset; else None, and it will be as soon as nothing else is to do."""
        if tex in self._drawings:
            self._drawings.move_to_end(tex)
            return self._drawings[tex]
        self._wanted[tex] = None
        self._wanted.move_to_end(tex)
        if not self._scheduled:
            self._schedule(0)
        return None

    def finish(self) -> None:
        """Typeset all that is wanted now, for a picture that cannot wait."""
        while self._wanted:
            self._typeset_next()
        self.ready.emit()

    def _schedule(self, milliseconds: int) -> None:
        self._scheduled = True
        QTimer.singleShot(milliseconds, self._work)

    def _work(self) -> None:
        self._scheduled = False
        if not self._wanted:
            return
        if self._importing.ident is None:
            self._importing.start()
        if self._importing.is_alive():
            self._schedule(_IMPORT_POLL)
            return
        self._typeset_next()
        if self._wanted:
            self._schedule(0)
        self.ready.emit()

    def _typeset_next(self) -> None:
        tex, _ = self._wanted.popitem()  # what was asked for last is on the screen
        self._drawings[tex] = _typeset(tex)
        while len(self._drawings) > _KEPT:
            self._drawings.popitem(last=False)


def _library() -> type:
    """Return the class that typesets TeX, from a library that is imported only when a formula is to be seen."""
    import ziamath

    ziamath.config.svg2 = False  # Qt draws no SVG 2 symbols: all glyphs would vanish
    latex: type = ziamath.Latex
    return latex


def _typeset(tex: str) -> Drawing | None:
    try:
        svg = _library()(tex, size=_SIZE, inline=True).svg()
    except Exception:  # the library has no error of its own; what it cannot set stays plain text
        return None
    _left, top, width, height = (float(number) for number in _VIEW_BOX.search(svg).group(1).split())  # type: ignore[union-attr]
    return Drawing(svg.encode(), width, height, -top)


_VIEW_BOX = re.compile(r'viewBox="([^"]+)"')


@lru_cache(maxsize=1)
def typesetter() -> Typesetter:
    """Return the typesetter of this process."""
    return Typesetter()


@lru_cache(maxsize=_KEPT)
def _picture(drawing: Drawing, pixels: float, color: str, scale: float) -> QPixmap:
    factor = pixels / _SIZE
    width, height = drawing.width * factor, drawing.height * factor
    pixmap = QPixmap(QSize(max(round(width * scale), 1), max(round(height * scale), 1)))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(QColor(0, 0, 0, 0))
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        QSvgRenderer(QByteArray(drawing.svg)).render(painter, QRectF(0, 0, width, height))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(QRectF(0, 0, width, height), QColor(color))
    return pixmap


def formula_pixmap(tex: str, pixels: float, color: str, scale: float = 2.0) -> QPixmap | None:
    """Return a formula at a font size in pixels and in a colour; None until it is typeset (`typesetter().ready`)."""
    drawing = typesetter().drawing(tex)
    return _picture(drawing, pixels, color, scale) if drawing is not None else None


class Extent(NamedTuple):
    """The room a formula takes on a line of text, in pixels."""

    width: float
    ascent: float
    descent: float


def extent(tex: str, pixels: float) -> Extent:
    """Return the room that a formula, or the plain text in its place, takes now."""
    drawing = typesetter().drawing(tex)
    if drawing is not None:
        factor = pixels / _SIZE
        return Extent(drawing.width * factor, drawing.ascent * factor, (drawing.height - drawing.ascent) * factor)
    metrics = QFontMetricsF(font(pixels, italic=True))
    return Extent(metrics.horizontalAdvance(plain(tex)), metrics.ascent(), metrics.descent())


def paint_formula(painter: QPainter, x: float, baseline: float, tex: str, pixels: float, color: QColor) -> None:
    """Draw a formula on a line of text, as plain text until it has been typeset."""
    pixmap = formula_pixmap(tex, pixels, color.name(), painter.device().devicePixelRatioF())
    if pixmap is not None:
        painter.drawPixmap(QPointF(x, baseline - extent(tex, pixels).ascent), pixmap)
        return
    painter.setFont(font(pixels, italic=True))
    painter.setPen(color)
    painter.drawText(QPointF(x, baseline), plain(tex))


_SIGNS = {
    "sum": "Σ", "delta": "δ", "Delta": "Δ", "partial": "∂", "theta": "θ", "eta": "η", "gamma": "γ", "beta": "β",
    "mu": "μ", "sigma": "σ", "epsilon": "ε", "sqrt": "√", "leftarrow": "←", "cdot": "·", "odot": "⊙", "top": "ᵀ",
    "lVert": "‖", "rVert": "‖", "log": "log ", "max": "max ", "tanh": "tanh ", "infty": "∞", "pi": "π", "times": "×",
}  # fmt: skip


def plain(tex: str) -> str:
    """Return a formula roughly as one line of text."""
    text = re.sub(r"\\([a-zA-Z]+)", lambda match: _SIGNS.get(match.group(1), ""), tex)
    return " ".join(re.sub(r"\\[^a-zA-Z]|[{}$^_]", " ", text).split())

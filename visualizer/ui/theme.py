"""Colours, type and measures: the one table that names them. Everything painted asks here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

from visualizer.core import resources

ThemeName = Literal["dark", "light"]
MapName = Literal["signed", "gradient", "activation", "loss", "picture"]

_DARK = {
    "bg": "#0b0e15", "sunk": "#0e121b", "panel": "#131824", "raised": "#1c2333", "hover": "#242d40",
    "line": "#262e40", "line2": "#5a6781", "text": "#e9edf5", "text2": "#aab4c8", "text3": "#8994ab",
    "accent": "#7c9cff", "on_accent": "#0b1020", "pos": "#ff9a52", "neg": "#4aa8ff",
    "pos_shape": "#ff9a52", "neg_shape": "#4aa8ff", "grad_pos": "#f7e07a", "grad_neg": "#cba8ff",
    "grad": "#a9a0cc", "ice": "#a5e3f7", "ok": "#5fd39a", "warn": "#f7b955", "err": "#ff7d88",
    "series1": "#dfe5f2", "series2": "#f0bf45", "series3": "#2bb5ae", "series4": "#ff9ecb", "core": "#ffffff",
}  # fmt: skip

_LIGHT = {
    "bg": "#eef1f6", "sunk": "#f6f8fb", "panel": "#ffffff", "raised": "#eef1f6", "hover": "#e4e9f2",
    "line": "#d8deea", "line2": "#848fa5", "text": "#151a27", "text2": "#475166", "text3": "#5d687e",
    "accent": "#3d5bd9", "on_accent": "#ffffff", "pos": "#ad4a04", "neg": "#1466c0",
    "pos_shape": "#dc6a14", "neg_shape": "#2b7ddb", "grad_pos": "#6f5500", "grad_neg": "#8a3fe0",
    "grad": "#6a6192", "ice": "#0b6f8c", "ok": "#0d774a", "warn": "#8f5a00", "err": "#b82536",
    "series1": "#3b4356", "series2": "#8a5a00", "series3": "#067a78", "series4": "#b8266f", "core": "#3d5bd9",
}  # fmt: skip

_DARK_MAPS = {
    "signed": ("#cfe7ff", "#4aa8ff", "#1f4468", "#171d2a", "#6b4329", "#ff9a52", "#ffe6cf"),
    "gradient": ("#efe5ff", "#cba8ff", "#4c3f6e", "#171d2a", "#5d5533", "#f7e07a", "#fffbe6"),
    "activation": ("#141926", "#3a2c2e", "#8a4f30", "#e8894a", "#ffb981", "#fff0e0"),
    "loss": ("#0b101d", "#111a30", "#192645", "#25365d", "#344878", "#475e93"),
    "picture": ("#0a0d13", "#5b6270", "#f4f6fa"),
}

_LIGHT_MAPS = {
    "signed": ("#0a478f", "#4a97e6", "#b9d6f5", "#f5f7fa", "#f7cfae", "#ea8a43", "#9a4206"),
    "gradient": ("#4d1f91", "#9b6be0", "#d9c8f5", "#f5f7fa", "#ecdca6", "#b08a18", "#5c4400"),
    "activation": ("#f6f8fb", "#fbdcc4", "#f3a76d", "#d86a1c", "#a14708", "#5f2800"),
    "loss": ("#fbfcff", "#e8eefc", "#cfdbf7", "#adc0ee", "#87a0e0", "#5f7cca"),
    "picture": ("#ffffff", "#9aa2b1", "#151a27"),
}

GRID = 8
TOP_BAR = 56
RAIL = 56
CONTROL = 32
CARD_RADIUS = 12
LAYER_RADIUS = 10
CONTROL_RADIUS = 8


@dataclass(frozen=True)
class Theme:
    """The colour tokens and colour maps of one theme."""

    name: ThemeName

    @cached_property
    def _tokens(self) -> dict[str, str]:
        return _DARK if self.dark else _LIGHT

    @property
    def dark(self) -> bool:
        return self.name == "dark"

    def hex(self, token: str) -> str:
        """Return a token's colour as `#rrggbb`, for style sheets and SVG."""
        return self._tokens[token]

    def color(self, token: str, opacity: float = 1.0) -> QColor:
        """Return a token's colour."""
        color = QColor(self._tokens[token])
        color.setAlphaF(opacity)
        return color

    def mix(self, under: str, over: str, amount: float) -> QColor:
        """Return `over` laid on `under` at `amount` (0 to 1), opaque: drawing alpha costs twice as much."""
        low, high = QColor(self._tokens[under]), QColor(self._tokens[over])
        channels = zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)
        return QColor(*(round(a + (b - a) * amount) for a, b in channels))

    def table(self, name: MapName) -> npt.NDArray[np.uint8]:
        """Return a colour map as 256 rows of red, green, blue; signed maps have zero in the middle."""
        return _table((_DARK_MAPS if self.dark else _LIGHT_MAPS)[name])

    def palette(self) -> QPalette:
        """Return Qt's palette: the offscreen platform ignores colour schemes, so it is always set."""
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "bg",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Base: "sunk",
            QPalette.ColorRole.AlternateBase: "raised",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.Button: "raised",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.BrightText: "err",
            QPalette.ColorRole.Highlight: "accent",
            QPalette.ColorRole.HighlightedText: "on_accent",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text",
            QPalette.ColorRole.PlaceholderText: "text3",
            QPalette.ColorRole.Link: "accent",
            QPalette.ColorRole.Mid: "line",
            QPalette.ColorRole.Dark: "line2",
        }
        for role, token in roles.items():
            palette.setColor(role, self.color(token))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text3"))
        return palette


DARK = Theme("dark")
LIGHT = Theme("light")


def theme(name: ThemeName) -> Theme:
    return DARK if name == "dark" else LIGHT


@lru_cache
def _table(stops: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    colors = np.array([QColor(stop).getRgb()[:3] for stop in stops], dtype=np.float64)
    places = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(places, np.arange(len(stops)), colors[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


def load_fonts() -> None:
    """Register the bundled fonts, so that a picture is the same everywhere."""
    for path in sorted((resources.folder() / "fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))


@lru_cache(maxsize=256)
def font(pixels: float, weight: int = 400, *, tabular: bool = False, mono: bool = False, italic: bool = False) -> QFont:
    """Return the interface font at a size in pixels; `tabular` figures are for numbers only, never for words."""
    result = QFont()
    result.setFamilies(["JetBrains Mono" if mono else "Inter", "DejaVu Sans"])
    result.setPixelSize(max(round(pixels), 1))
    result.setWeight(QFont.Weight(weight))
    result.setItalic(italic)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        result.setFeature(QFont.Tag.fromString("tnum"), 1)
    return result

"""Roles and values of painted views, as a screen reader asks for them."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.core.numbers import exact
from visualizer.ui import accessible, announcing
from visualizer.ui.announcing import announce
from visualizer.ui.context import Context
from visualizer.ui.link import Link
from visualizer.ui.main_window import MainWindow
from visualizer.ui.player import Player
from visualizer.ui.plots.gradient_bars import GradientBars
from visualizer.ui.plots.plot import Plot
from visualizer.ui.store import Store
from visualizer.ui.theme import ThemeName
from visualizer.ui.widgets.map_view import Cells, MapView

Text = QAccessible.Text
SOURCES = Path(accessible.__file__).parent


def interface(widget: QWidget) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(widget)


def tree(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield root
    for number in range(root.childCount()):
        child = root.child(number)
        if child is not None:
            yield from tree(child)


@pytest.fixture
def picture(qapp: QApplication) -> Iterator[MapView]:
    store = Store()
    view = MapView(Context(store, Link(store), Player()), "Output map")
    view.show_values(np.float32([[0.1, 0.2], [0.3, -0.4]]), "signed", (-1, 1))
    yield view
    view.deleteLater()


def test_a_picture_of_numbers_is_a_graphic_and_its_value_is_where_the_keyboard_is(picture: MapView) -> None:
    told = interface(picture)
    assert (told.role(), told.text(Text.Name), told.text(Text.Value)) == (QAccessible.Role.Graphic, "Output map", "")
    picture.mark(Cells(1, 1))
    assert told.text(Text.Value) == f"row 1, column 1: {exact(float(np.float32(-0.4)))}"


@pytest.mark.parametrize("has_text", (True, False))
def test_what_a_value_cannot_tell_is_in_the_description(
    picture: MapView, monkeypatch: pytest.MonkeyPatch, has_text: bool
) -> None:
    monkeypatch.setattr(accessible, "_VALUE_HAS_TEXT", has_text)
    picture.setAccessibleDescription("of conv1")
    announce(picture, "row 0")
    assert interface(picture).text(Text.Description) == ("of conv1" if has_text else "row 0. of conv1")


def test_what_has_no_name_is_decoration(picture: MapView) -> None:
    picture.setAccessibleName("")
    assert interface(picture).role() == QAccessible.Role.Client


def test_roles_are_given_to_classes_that_exist_and_paint() -> None:
    painting = {
        node.name
        for file in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    assert accessible._ROLES.keys() - painting == set()


def subclasses(kind: type) -> Iterator[type]:
    for inherited in kind.__subclasses__():
        yield inherited
        yield from subclasses(inherited)


def test_every_plot_says_aloud_what_its_hover_shows() -> None:
    for file in SOURCES.rglob("*.py"):
        if "Plot)" in file.read_text("utf-8"):
            import_module(f"visualizer.ui.{file.relative_to(SOURCES).with_suffix('').as_posix().replace('/', '.')}")
    plots = {kind for kind in subclasses(Plot) if "draw_hover" in vars(kind)}
    assert len(plots) >= 12
    assert {kind.__name__ for kind in plots if kind.lines_of is Plot.lines_of} == set()


def test_arrows_home_and_end_move_through_a_plot_and_say_the_full_value(
    opened: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(announcing, "speak", lambda widget, words: heard.append(words))
    window = opened(steps=1)
    window.activateWindow()
    QApplication.processEvents()
    bars = window.findChild(GradientBars)
    bars.setFocus()
    bars.renew()
    assert bars.norms is not None
    for key in (Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Left):
        QTest.keyClick(bars, key)
    first, *_, before, last = [f"{bar.name}  {exact(bar.value)}" for bar in bars.norms.bars]
    assert heard == [last, before, first]  # before the first one there is none
    assert interface(bars).text(Text.Value) == first


@pytest.mark.parametrize("name", ("dark", "light"))
@pytest.mark.parametrize("size", (40, 8))
def test_negative_cells_bear_a_minus_where_there_is_room(picture: MapView, name: ThemeName, size: int) -> None:
    picture._context.store.look(theme=name)
    picture.show_values(np.float32([[0.9, -0.9, 0.1, -0.1]]), "signed", (-1, 1))
    picture.setFixedSize(4 * size, size)
    image = picture.grab().toImage()
    lightness = [
        [image.pixelColor(size * cell + size // 2, y).lightness() for y in (size // 2, 3)] for cell in range(4)
    ]
    marked = [abs(middle - edge) > 60 for middle, edge in lightness]
    assert marked == ([False, True, False, True] if size == 40 else [False] * 4)


def test_what_is_said_has_whole_numbers_and_no_lines(picture: MapView) -> None:
    announce(picture, "61\N{NARROW NO-BREAK SPACE}706 parameters\nof conv1")
    assert interface(picture).text(Text.Value) == "61706 parameters. of conv1"


def test_interfaces_live_and_die_with_their_windows(opened: Callable[..., MainWindow]) -> None:
    for _ in range(2):
        window = opened()
        before = list(tree(interface(window)))
        assert len(before) > 60
        gc.collect()
        assert [told.role() for told in tree(interface(window))] == [told.role() for told in before]

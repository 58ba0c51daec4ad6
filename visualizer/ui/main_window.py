"""The window: top bar, rail, banners, pages; what lies over them; and its own coming and going."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from visualizer.core.frames import Configured, Frame, Freezing, Status
from visualizer.ui import settings
from visualizer.ui.actions import MENUS, Actions
from visualizer.ui.banner import Banners
from visualizer.ui.commands import entries
from visualizer.ui.commands.files import open_path
from visualizer.ui.commands.pictures import take
from visualizer.ui.context import Context
from visualizer.ui.director import Director
from visualizer.ui.explanations.teaching import teach
from visualizer.ui.explanations.trail import trail
from visualizer.ui.key_keeper import KeyKeeper
from visualizer.ui.notices import Notices
from visualizer.ui.pages import Pages
from visualizer.ui.plots.scanner import scanner
from visualizer.ui.rail import Rail
from visualizer.ui.store import View
from visualizer.ui.style import sheet
from visualizer.ui.theme import GRID
from visualizer.ui.toast import Toast
from visualizer.ui.top_bar import TopBar

if TYPE_CHECKING:
    from visualizer.ui.all_maps import AllMaps
    from visualizer.ui.explanations.explanation_card import ExplanationCard
    from visualizer.ui.keys_help import KeysHelp
    from visualizer.ui.palette import Palette


class MainWindow(QMainWindow):
    """Puts the parts together; what they do is their own matter, and that of the actions."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.notices = Notices()
        self.director = Director(context, self.notices)
        self.setWindowTitle("visualizer")
        self.setMinimumSize(settings.LEAST_SIZE)
        self.setAcceptDrops(True)
        self._trained = False
        self._apply_theme()
        self.pages = Pages(context, self.notices.say)
        self.actions_ = Actions(entries(self), lambda: context.theme, self)
        self.addActions(list(self.actions_))
        self._build()
        self._connect()
        settings.restore_place(self)
        self.pages.network.canvas.focus_content()

    @cached_property
    def palette_(self) -> Palette:
        """The command palette, made when it is first asked for."""
        from visualizer.ui.palette import Palette

        return Palette(self.context, self.actions_, self.centralWidget())

    @cached_property
    def keys_help(self) -> KeysHelp:
        """The page of all keys, made when it is first asked for."""
        from visualizer.ui.keys_help import KeysHelp

        return KeysHelp(self.context, self.actions_, self.centralWidget())

    @cached_property
    def all_maps(self) -> AllMaps:
        """The filters and feature maps of all layers, made when they are first asked for."""
        from visualizer.ui.all_maps import AllMaps

        return AllMaps(self.context, self.centralWidget())

    @cached_property
    def explanations(self) -> ExplanationCard:
        """Says where a number comes from, made with the first question."""
        from visualizer.ui.explanations.explanation_card import ExplanationCard

        page = self.pages.network
        return ExplanationCard(self.context, self.centralWidget(), page.side, page.canvas.view.selected_on_screen)

    def show_menu(self) -> None:
        """Open all menus in one."""
        menu = QMenu(self)
        menu.setAccessibleName("All actions")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu)
        corner = self._top_bar.menu_corner.toPoint()
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.popup(corner)

    @property
    def text_twin_shown(self) -> bool:
        return self.pages.network.text_twin_shown

    def toggle_text_twin(self) -> None:
        """Show or hide the network as text."""
        self.context.store.look(page="network")
        self.pages.network.toggle_text_twin()

    def toggle_full_screen(self) -> None:
        """Use the whole screen, or no longer."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def reset_layout(self) -> None:
        """Put all parts back to their first size."""
        self.pages.network.reset_layout()

    def _build(self) -> None:
        context = self.context
        self._top_bar = TopBar(context, self.actions_, self.notices.say)
        self._banners = Banners(context, self.notices)
        centre = QWidget()
        column = QVBoxLayout()
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(0)
        column.addWidget(self._banners)
        column.addWidget(self.pages, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(Rail(context, self.actions_))
        row.addLayout(column, 1)
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._top_bar)
        outer.addLayout(row, 1)
        self.setCentralWidget(centre)
        self._fill(self.menuBar())
        if not self.menuBar().isNativeMenuBar():
            self.menuBar().hide()
        self._toast = Toast(context, self.notices, centre)

    def _fill(self, bar: QWidget) -> None:
        for title in MENUS:
            self.actions_.fill(bar.addMenu(title), title)

    def _connect(self) -> None:
        context = self.context
        context.store.changed.connect(self._refresh)
        context.store.undo_stack.indexChanged.connect(self._refresh)
        context.store.view_changed.connect(self._view_changed)
        context.link.arrived.connect(self._receive)
        context.link.state_changed.connect(self._refresh)
        scanner(context).changed.connect(self._refresh)
        trail(context).changed.connect(self._followed)
        self.pages.network.canvas.view.number_clicked.connect(lambda: teach(self.notices.say))
        context.player.playing_changed.connect(self._refresh)
        context.player.recording_changed.connect(self._refresh)
        self._keys_kept = KeyKeeper(self)

    def _refresh(self, *_: object) -> None:
        self.actions_.refresh()

    def _followed(self) -> None:
        if trail(self.context).present is not None:
            self.explanations.raise_()
        self._refresh()

    def _receive(self, frame: Frame) -> None:
        if isinstance(frame, Configured | Freezing):
            self.actions_.refresh()
        elif isinstance(frame, Status) and frame.training != self._trained:
            self._trained = frame.training
            self.actions_.refresh()

    def _view_changed(self, old: View, new: View) -> None:
        if old.theme != new.theme:
            self._apply_theme()
            for widget in self.findChildren(QWidget):
                widget.update()
        if (old.theme, old.reduced_motion) != (new.theme, new.reduced_motion):
            settings.remember_view(new)
        self.actions_.refresh()

    def _apply_theme(self) -> None:
        application = QApplication.instance()
        application.setPalette(self.context.theme.palette())
        style = sheet(self.context.theme)
        if application.styleSheet() != style:  # setting it styles every widget anew
            application.setStyleSheet(style)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        if data.hasUrls():
            open_path(self, Path(data.urls()[0].toLocalFile()))
        elif data.hasImage():
            take(self, QImage(data.imageData()), "dropped")

    def closeEvent(self, event: QCloseEvent) -> None:
        self.context.store.undo_stack.indexChanged.disconnect(self._refresh)  # emitted once more where it ends
        settings.remember_place(self)
        self.pages.network.save_layout()
        self.context.player.pause()
        self.context.link.close()
        super().closeEvent(event)

"""The pages of the window. The first is built at once, the others when they are first looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from visualizer.ui.announcing import speak
from visualizer.ui.context import Context
from visualizer.ui.form import Complain
from visualizer.ui.player import Player
from visualizer.ui.store import View
from visualizer.ui.views.network_page import NetworkPage
from visualizer.ui.widgets.focus import give_back

if TYPE_CHECKING:
    from visualizer.ui.adversarial.game import Game
    from visualizer.ui.sequences.playhead import Playhead

PAGES = ("network", "train", "surface", "sandbox", "sequence", "gan", "data")


def page_title(name: str) -> str:
    """Return how a page is called."""
    return name.upper() if name == "gan" else name.capitalize()


class Pages(QStackedWidget):
    """Shows the page that the store's view names."""

    def __init__(self, context: Context, complain: Complain) -> None:
        super().__init__()
        self._context, self._complain = context, complain
        self.network = NetworkPage(context)
        self._built: dict[str, QWidget] = {}
        self._add("network", self.network)
        self.setCurrentWidget(self._page(context.store.view.page))
        context.store.view_changed.connect(self._look)

    @property
    def player(self) -> Player | Playhead | Game:
        """What the keys of the animation move: the page's own player, else that of the recorded pass."""
        return getattr(self.currentWidget(), "player", self._context.player)

    def _look(self, old: View, new: View) -> None:
        if new.page != old.page:
            self._turn_to(self._page(new.page))

    def _turn_to(self, page: QWidget) -> None:
        """Show a page; the keyboard goes along, if it was here, to where it was there before."""
        here = self.isAncestorOf(self.window().focusWidget() or self)
        if here:
            self.setFocus()  # while a page is hidden, Qt would go somewhere else in between
        self.setCurrentWidget(page)
        if here and self.window().focusWidget() is self:
            give_back(page.focusWidget(), page)
        speak(page, page.accessibleName())

    def _page(self, name: str) -> QWidget:
        if name not in self._built:
            self._add(name, self._builders()[name]())
        return self._built[name]

    def _add(self, name: str, page: QWidget) -> None:
        self._built[name] = page
        page.setAccessibleName(f"{page_title(name)} page")
        self.addWidget(page)

    def _builders(self) -> dict[str, Callable[[], QWidget]]:
        # imported here: a page that nobody looks at costs nothing at the start
        from visualizer.ui.views.data_page import DataPage
        from visualizer.ui.views.gan_page import GanPage
        from visualizer.ui.views.sandbox_page import SandboxPage
        from visualizer.ui.views.sequence_page import SequencePage
        from visualizer.ui.views.surface_page import SurfacePage
        from visualizer.ui.views.train_page import TrainPage

        return {
            "train": lambda: TrainPage(self._context, self._complain),
            "surface": lambda: SurfacePage(self._context),
            "sandbox": lambda: SandboxPage(self._context),
            "sequence": lambda: SequencePage(self._context, self._complain),
            "gan": lambda: GanPage(self._context, self._complain),
            "data": lambda: DataPage(self._context),
        }

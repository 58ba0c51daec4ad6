"""The pages of the window. The first is built at once, the others when they are first looked at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from visualizer.ui.context import Context
from visualizer.ui.form import Complain
from visualizer.ui.store import View
from visualizer.ui.views.network_page import NetworkPage

PAGES = ("network", "train", "surface", "sandbox", "sequence", "data")


class Pages(QStackedWidget):
    """Shows the page that the store's view names."""

    def __init__(self, context: Context, complain: Complain) -> None:
        super().__init__()
        self._context, self._complain = context, complain
        self.network = NetworkPage(context)
        self._built: dict[str, QWidget] = {"network": self.network}
        self.addWidget(self.network)
        self.setCurrentWidget(self._page(context.store.view.page))
        context.store.view_changed.connect(self._look)

    def _look(self, old: View, new: View) -> None:
        if new.page != old.page:
            self.setCurrentWidget(self._page(new.page))

    def _page(self, name: str) -> QWidget:
        if name not in self._built:
            self._built[name] = self._builders()[name]()
            self.addWidget(self._built[name])
        return self._built[name]

    def _builders(self) -> dict[str, Callable[[], QWidget]]:
        # imported here: a page that nobody looks at costs nothing at the start
        from visualizer.ui.views.data_page import DataPage
        from visualizer.ui.views.sandbox_page import SandboxPage
        from visualizer.ui.views.sequence_page import SequencePage
        from visualizer.ui.views.surface_page import SurfacePage
        from visualizer.ui.views.train_page import TrainPage

        return {
            "train": lambda: TrainPage(self._context, self._complain),
            "surface": lambda: SurfacePage(self._context),
            "sandbox": lambda: SandboxPage(self._context),
            "sequence": lambda: SequencePage(self._context, self._complain),
            "data": lambda: DataPage(self._context),
        }

"""Everything that can be done, once: menus, shortcuts, palette, tool tips and help follow from this registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu

from visualizer.ui import paint
from visualizer.ui.theme import Theme, ThemeName

MENUS = ("File", "Edit", "View", "Run", "Animation", "Help")
Keys = Sequence[str | QKeySequence.StandardKey]


@dataclass(frozen=True)
class Entry:
    """One thing to do. `text`, `enabled` and `checked` are asked anew whenever the state changes."""

    id: str
    menu: str
    text: str | Callable[[], str]
    run: Callable[[], object]
    tooltip: str
    icon: str | Callable[[], str]
    keys: Keys = ()
    enabled: Callable[[], bool] | None = None
    checked: Callable[[], bool] | None = None
    group: str = ""


class Actions(QObject):
    """Holds a QAction for each entry; `actions["train"]` is one of them."""

    def __init__(self, entries: Iterable[Entry], theme: Callable[[], Theme], parent: QObject) -> None:
        super().__init__(parent)
        self.entries = tuple(entries)
        self._theme = theme
        self._actions: dict[str, QAction] = {}
        self._dressed: ThemeName | None = None
        for entry in self.entries:
            assert entry.id not in self._actions, entry.id
            action = QAction(self)
            action.setObjectName(entry.id)
            action.setShortcuts([QKeySequence(key) for key in entry.keys])
            action.setCheckable(entry.checked is not None)
            action.triggered.connect(lambda _=False, run=entry.run: (run(), self.refresh()))
            self._actions[entry.id] = action
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def refresh(self) -> None:
        """Ask all entries for their present text, state and icon."""
        for entry in self.entries:
            action = self._actions[entry.id]
            text = entry.text if isinstance(entry.text, str) else entry.text()
            symbol = entry.icon if isinstance(entry.icon, str) else entry.icon()
            changed = action.property("symbol") != symbol
            action.setProperty("symbol", symbol)
            action.setText(text)
            action.setEnabled(entry.enabled is None or entry.enabled())
            if entry.checked is not None:
                action.setChecked(entry.checked())
            if changed and self._dressed is not None:
                action.setIcon(self._icon(symbol))
            tip = f"{entry.tooltip} ({keys_text(action)})" if entry.keys else entry.tooltip
            action.setToolTip(tip)
            action.setStatusTip(entry.tooltip)
            if changed:
                action.changed.emit()  # Qt does not tell of properties

    def dress(self) -> None:
        """Give all actions their icons in the colours of the theme; not needed before a menu opens."""
        if self._dressed != self._theme().name:
            self._dressed = self._theme().name
            for action in self:
                action.setIcon(self._icon(str(action.property("symbol"))))

    def fill(self, menu: QMenu, title: str) -> None:
        """Add the actions of one menu, with a line between its groups."""
        menu.aboutToShow.connect(self.dress)
        group: str | None = None
        for entry in self.entries:
            if entry.menu != title:
                continue
            if group is not None and entry.group != group:
                menu.addSeparator()
            group = entry.group
            menu.addAction(self[entry.id])

    def _icon(self, symbol: str) -> QIcon:
        theme = self._theme()
        icon = QIcon(paint.icon_pixmap(symbol, theme.hex("text2"), 18))
        icon.addPixmap(paint.icon_pixmap(symbol, theme.hex("line2"), 18), QIcon.Mode.Disabled)
        return icon


def keys_text(action: QAction) -> str:
    """Return the shortcuts of an action as they are printed on keys."""
    native = QKeySequence.SequenceFormat.NativeText
    return " · ".join(key.toString(native) for key in action.shortcuts() if not key.isEmpty())

"""What is looked at, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from visualizer.ui.actions import Entry
from visualizer.ui.pages import PAGES, page_title

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


def entries(window: MainWindow) -> list[Entry]:
    store, canvas = window.context.store, window.pages.network.canvas

    def on_network() -> bool:
        return store.view.page == "network"

    def toggle_theme() -> None:
        store.look(theme="light" if store.view.theme == "dark" else "dark")

    def toggle_motion() -> None:
        store.look(reduced_motion=not store.view.reduced_motion)

    def page(number: int) -> Entry:
        name = PAGES[number]
        return Entry(
            f"page-{name}", "View", f"{page_title(name)} page", lambda: store.look(page=name),
            f"Show the page {page_title(name)}", name, keys=(f"Ctrl+{number + 1}",),
            checked=lambda: store.view.page == name,
        )  # fmt: skip

    keys = QKeySequence.StandardKey
    return [
        *(page(number) for number in range(len(PAGES))),
        Entry("palette", "View", "Search actions…", lambda: window.palette_.open(),
              "Find and run any action by its name", "search", keys=("Ctrl+Shift+P", "Ctrl+K"), group="find"),
        Entry("menu", "View", "Open the menu", window.show_menu, "All actions by menu", "menu", keys=("F10",),
              group="find"),
        Entry("fit", "View", "Fit the network", canvas.fit, "Show the whole network", "fit", keys=("Ctrl+0",),
              enabled=on_network, group="zoom"),
        Entry("zoom-in", "View", "Zoom in", canvas.zoom_in, "Show the network larger", "zoom-in",
              keys=(keys.ZoomIn, "Ctrl+="), enabled=on_network, group="zoom"),
        Entry("zoom-out", "View", "Zoom out", canvas.zoom_out, "Show the network smaller", "zoom-out",
              keys=(keys.ZoomOut,), enabled=on_network, group="zoom"),
        Entry("minimap", "View", "Minimap", canvas.toggle_minimap, "Show a small map of the whole network", "map",
              keys=("Ctrl+M",), checked=lambda: canvas.minimap_shown, enabled=on_network, group="zoom"),
        Entry("text-twin", "View", "Network as text", window.toggle_text_twin,
              "The same network and its numbers as a tree of text", "text-tree", keys=("Ctrl+T",),
              checked=lambda: window.text_twin_shown, group="parts"),
        Entry("all-maps", "View", "Filters and maps of all layers…", lambda: window.all_maps.open(),
              "The kernels and feature maps of every layer at a glance", "image", keys=("Ctrl+Shift+M",),
              group="parts"),
        Entry("theme", "View", lambda: "Light theme" if store.view.theme == "dark" else "Dark theme", toggle_theme,
              "Switch between dark and light", lambda: "sun" if store.view.theme == "dark" else "moon",
              keys=("Ctrl+Shift+L",), group="look"),
        Entry("reduced-motion", "View", "Reduced motion", toggle_motion, "Show end states instead of animations",
              "motion", checked=lambda: store.view.reduced_motion, group="look"),
        Entry("full-screen", "View", "Full screen", window.toggle_full_screen, "Use the whole screen", "fullscreen",
              keys=("F11",), checked=window.isFullScreen, group="look"),
        Entry("reset-layout", "View", "Reset layout", window.reset_layout, "Put all parts back to their first size",
              "layout", group="look"),
    ]  # fmt: skip

"""The style sheet for Qt's own widgets: menus, lists, fields, scroll bars, tool tips. The rest is painted."""

from __future__ import annotations

from string import Template

from visualizer.ui.theme import Theme

_SHEET = Template("""
QComboBox { combobox-popup: 0; }
QToolTip { background: $raised; color: $text; border: 1px solid $line2; padding: 5px 8px; }
QMainWindow, QDialog { background: $bg; }
QLabel { background: transparent; color: $text; }
QLabel#subtitle, QLabel#quiet { color: $text3; }
QMenu { background: $raised; color: $text; border: 1px solid $line2; padding: 6px; }
QMenu::item { padding: 6px 24px 6px 10px; border-radius: 6px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $line; margin: 6px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::icon:checked { background: $hover; border: 1px solid $accent; border-radius: 6px; }
QDialog QPushButton {
    background: $raised; color: $text; border: 1px solid $line2; border-radius: 8px; padding: 7px 16px; min-width: 72px;
}
QDialog QPushButton:hover { background: $hover; }
QDialog QPushButton:focus { border: 2px solid $accent; padding: 6px 15px; }
QDialog QComboBox, QDialog QSpinBox {
    background: $raised; color: $text; border: 1px solid $line2; border-radius: 8px; padding: 5px 10px;
}
QDialog QComboBox:focus, QDialog QSpinBox:focus { border: 2px solid $accent; padding: 4px 9px; }
QLineEdit, QPlainTextEdit {
    background: $sunk; color: $text; border: 1px solid $line2; border-radius: 8px; padding: 4px 8px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QPlainTextEdit:focus { border: 2px solid $accent; padding: 3px 7px; }
QLineEdit#bare { background: transparent; border: none; padding: 0; }
QAbstractItemView {
    background: $panel; color: $text; border: 1px solid $line; border-radius: 8px; outline: none; padding: 4px;
    selection-background-color: $hover; selection-color: $text; alternate-background-color: $sunk;
}
QAbstractItemView::item { min-height: 26px; border-radius: 6px; padding: 0 6px; }
QAbstractItemView::item:hover, QAbstractItemView::item:selected { background: $hover; color: $text; }
QListView#bare, QTreeView#bare, QTableView#bare { border: none; border-radius: 0; background: transparent; }
QHeaderView { background: transparent; border: none; border-radius: 0; padding: 0; }
QHeaderView::section {
    background: $panel; color: $text3; border: none; border-bottom: 1px solid $line; padding: 4px 6px;
}
QTableCornerButton::section { background: $panel; border: none; border-bottom: 1px solid $line; }
QScrollArea, QScrollArea > QWidget > QWidget#page { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line2; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $text3; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: transparent; border: none; width: 0; height: 0;
}
QSplitter::handle { background: transparent; }
""")

_TOKENS = (
    "bg", "sunk", "panel", "raised", "hover", "line", "line2", "text", "text2", "text3", "accent", "on_accent",
)  # fmt: skip


def sheet(theme: Theme) -> str:
    """Return the style sheet in the colours of a theme."""
    return _SHEET.substitute({token: theme.hex(token) for token in _TOKENS})

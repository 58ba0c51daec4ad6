"""What painted views are to a screen reader: their role, and as their value where the arrow keys are in them."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from visualizer.ui.announcing import said

Role = QAccessible.Role

# by the name of the class, or of one that it inherits from; what paints itself and is not among them is a graphic
_ROLES = {
    name: role
    for role, names in {
        Role.Chart: "Plot CurvePlot Histogram CostBars GradientMatrix JudgementScale",
        Role.Grouping: "Card Invitation TransportCard Head FreezeRow WalkBar StageBar TimeStrip OwnPad",
        Role.List: "Bars Rows FigureLine MetersView ChainView Lines Equations KernelGrid PictureGrid Crumbs _Row",
        Role.Table: "WindowGrid ProductGrid TermsView",
        Role.StaticText: "Counter CaptionLine ResultLine ResultBox FormulaLine FormulaLabel ScaleBar StatisticsLine"
        " Empty Legend FrozenLegend Agreement ThreeWays",
        Role.ComboBox: "Segmented",
        Role.Slider: "Scrubber Stepper _Line _Way",
        Role.Dialog: "Overlay",
        Role.AlertMessage: "Banner VerdictBanner Toast",
    }.items()
    for name in names.split()
}
_HINT = "Arrow keys move in it"
_MOVED_IN = (Role.Chart, Role.Graphic, Role.List, Role.Table)
_PLAIN = ("QWidget", "QAbstractScrollArea")  # of these Qt says only that something is there
_VALUE_HAS_TEXT = sys.platform in ("win32", "darwin")  # elsewhere it is a number for Qt: the description tells it


class Painted(QAccessibleWidget):
    """Interface of one painted view. It must not override more: PySide ends the process in `interface_cast`."""

    def __init__(self, widget: QWidget, role: Role) -> None:
        super().__init__(widget, role)
        self._role = role

    def role(self) -> Role:
        return self._role if self.text(QAccessible.Text.Name) else Role.Client  # without a name it is decoration

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value:
            return said(self.widget())
        words = super().text(kind)
        if kind != QAccessible.Text.Description:
            return words
        value = "" if _VALUE_HAS_TEXT else said(self.widget())
        hint = _HINT if self._role in _MOVED_IN and self.widget().focusPolicy() & Qt.FocusPolicy.TabFocus else ""
        return ". ".join(filter(None, (value, words or hint)))


def install() -> None:
    """Give roles and values to the views of every window; called once a process."""
    QAccessible.installFactory(_interface)


def paints(thing: QObject) -> bool:
    """Return whether a class of ours paints something itself."""
    return any("paintEvent" in vars(kind) for kind in type(thing).__mro__ if kind.__module__.startswith("visualizer."))


def _interface(name: str, thing: QObject) -> Painted | None:
    """Answer Qt, which asks with the name of each class that `thing` is of, the most special first."""
    if name in _ROLES:
        return Painted(thing, _ROLES[name])
    return Painted(thing, Role.Graphic) if name in _PLAIN and paints(thing) else None

"""The table of operands and terms: arrows move over the numbers, Enter or a click follows one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from visualizer.ui import paint
from visualizer.ui.context import Context
from visualizer.ui.explanations.lines import Cell, Lines, place_words
from visualizer.ui.inspectors.look import sign_token
from visualizer.ui.theme import font

ROW = 26
_SYMBOL, _FIRST, _SECOND, _PRODUCT = range(4)
_Index = QModelIndex | QPersistentModelIndex


class TermsModel(QAbstractTableModel):
    """Makes only the lines that are seen."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines | None = None

    def show_lines(self, lines: Lines | None) -> None:
        """Show other lines; of the same number with the same lines only the values change."""
        if _alike(self.lines, lines):
            self.lines = lines
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, 3))
            return
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def cell(self, index: _Index) -> Cell:
        assert self.lines is not None
        return self.lines[index.row()][index.column()]

    def rowCount(self, parent: _Index | None = None) -> int:
        return len(self.lines) if self.lines is not None and (parent is None or not parent.isValid()) else 0

    def columnCount(self, parent: _Index | None = None) -> int:
        return 4 if parent is None or not parent.isValid() else 0

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cell(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{cell.hover}\nClick: where does it come from?" if cell.question is not None else cell.hover
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{cell.hover}, can be followed" if cell.question is not None else cell.text
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or self.lines is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == _PRODUCT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return self.lines.heads[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Only numbers that can be followed can be reached."""
        followed = index.isValid() and self.cell(index).question is not None
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if followed else Qt.ItemFlag.NoItemFlags


class Terms(QTableView):
    """`followed` carries the question of the number that was picked."""

    followed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(objectName="bare")
        self._context = context
        self.model_ = TermsModel()
        self.setModel(self.model_)
        self.setItemDelegate(_Painter(context, self))
        self.setAccessibleName("Operands")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setMinimumSectionSize(ROW)
        self.horizontalHeader().setFont(font(10))
        self.horizontalHeader().setFixedHeight(26)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.horizontalHeader().setMinimumSectionSize(1)
        self.clicked.connect(self._follow)

    def show_lines(self, lines: Lines | None) -> None:
        """Show the operands of an explanation, and the terms of its sum."""
        before = self.model_.lines
        self.model_.show_lines(lines)
        self.horizontalHeader().setVisible(lines is not None and lines.explanation.products is not None)
        same = before is not None and lines is not None and _name(before) == _name(lines)
        if not same or not self.currentIndex().isValid():
            self._to_first()
        self.updateGeometry()
        self._lay_out()

    def _to_first(self) -> None:
        """Put the keyboard on the first number that leads on."""
        rows = range(min(self.model_.rowCount(), 64))
        places = (self.model_.index(row, column) for row in rows for column in (_FIRST, _SECOND))
        first = next((place for place in places if self.model_.cell(place).question is not None), None)
        if first is not None:
            self.setCurrentIndex(first)

    def sizeHint(self) -> QSize:
        """Return the room that all lines need."""
        head = self.horizontalHeader()
        top = 0 if head.isHidden() else head.height()
        return QSize(200, top + ROW * self.model_.rowCount() + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Give operands a wide second half, products two equal columns."""
        lines, width = self.model_.lines, self.viewport().width()
        if lines is None:
            return
        products = lines.explanation.products is not None
        symbols = {lines[row][_SYMBOL].text for row in range(min(len(lines), 40))}
        names = min(max((paint.width_of(text, font(12, 500)) for text in symbols), default=0.0) + 14, width * 0.3)
        value = min(92.0, width * 0.26)
        rest = width - names - (value if products else 0.0)
        first = rest / 2 if products else min(max(rest * 0.34, 84.0), 112.0)
        sizes = (names, first, rest - first, value if products else 0.0)
        for column, size in enumerate(sizes):
            self.setColumnWidth(column, int(size))

    def _follow(self, index: _Index) -> None:
        cell = self.model_.cell(index) if index.isValid() else None
        if cell is not None and cell.question is not None:
            self.followed.emit(cell.question)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._follow(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape, Qt.Key.Key_Equal):
            event.ignore()  # they are the card's
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        leads = index.isValid() and self.model_.cell(index).question is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)


class _Painter(QStyledItemDelegate):
    """Numbers that can be followed lie in cells of their own."""

    def __init__(self, context: Context, view: Terms) -> None:
        super().__init__(view)
        self._context, self._view = context, view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(80, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell, theme = self._view.model_.cell(index), self._context.theme
        area = QRectF(QRect(option.rect)).adjusted(2, 1.5, -2, -1.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if cell.question is not None:
            self._number(painter, option, index, cell, area)
        elif index.column() in (_SECOND, _PRODUCT) and self._is_operand(index):
            self._origin(painter, index, area)
        elif index.column() == _PRODUCT:
            color = theme.color(sign_token(cell.value, gradient=False))
            figures = font(12, 600, tabular=True)
            paint.text(painter, area, cell.text, figures, color, Qt.AlignmentFlag.AlignRight)
        else:
            face = font(12, 500) if index.column() == _SYMBOL else font(11, tabular=True)
            if index.column() == _FIRST and cell.value:
                face = font(12, 500, tabular=True)
            paint.text(painter, area.adjusted(4, 0, -2, 0), cell.text, face, theme.color("text2"))
        painter.restore()

    def _is_operand(self, index: _Index) -> bool:
        lines = self._view.model_.lines
        return lines is not None and index.row() < len(lines.explanation.operands)

    def _origin(self, painter: QPainter, index: _Index, area: QRectF) -> None:
        """Write where an operand is from over the last two columns; each paints its own part."""
        origin = index.siblingAtColumn(_SECOND)
        whole = self._view.visualRect(origin) | self._view.visualRect(index.siblingAtColumn(_PRODUCT))
        painter.setClipRect(area.adjusted(-2, 0, 2, 0))
        words = self._view.model_.cell(origin).text
        color = self._context.theme.color("text2")
        paint.text(painter, QRectF(whole).adjusted(6, 1.5, -4, -1.5), words, font(11, tabular=True), color)

    def _number(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, cell: Cell, area: QRectF) -> None:
        theme = self._context.theme
        here = self._view.currentIndex() == index and self._view.hasFocus()
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        line = theme.color("accent") if here else theme.color("line2" if hovered else "line")
        paint.rounded(painter, area, 6, theme.color("hover" if hovered else "raised"), line, 2 if here else 1)
        inner, figures = area.adjusted(8, 0, -8, 0), font(12, 600, tabular=True)
        paint.text(painter, inner, cell.text, figures, theme.color("text"))
        in_product = self._view.model_.lines is not None and self._view.model_.lines[index.row()][_PRODUCT].text
        room = inner.width() - paint.width_of(cell.text, figures) - 8
        where = place_words(cell)
        if in_product and paint.width_of(where, font(10, tabular=True)) <= room:
            quiet = theme.color("text3")
            paint.text(painter, inner, where, font(10, tabular=True), quiet, Qt.AlignmentFlag.AlignRight)


def _alike(old: Lines | None, new: Lines | None) -> bool:
    """Return whether two explanations are of the same number and have their lines at the same places."""
    if old is None or new is None or len(old) != len(new) or not len(new):
        return False
    return old.whole_sum == new.whole_sum and _name(old) == _name(new)


def _name(lines: Lines) -> tuple[object, ...]:
    return lines.explanation.kind, lines.explanation.name, lines.explanation.index

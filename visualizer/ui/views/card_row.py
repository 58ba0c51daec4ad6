"""The cards below the network: three places, in each of which any card can stand."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QSettings, QSize, Qt
from PySide6.QtWidgets import QMenu, QSplitter, QStackedLayout, QWidget

from visualizer.core.timeline import SceneState
from visualizer.ui.card import Card
from visualizer.ui.context import Context
from visualizer.ui.plots.decision_card import AnswersOrLoss
from visualizer.ui.plots.gradient_card import GradientCard
from visualizer.ui.plots.loss_card import LossCard
from visualizer.ui.theme import GRID
from visualizer.ui.widgets.button import Button

Direction = Literal["forward", "backward"]

CARDS = {
    "loss": "Loss",
    "gradients": "Gradient norm",
    "surface": "Surface",
    "code": "Code",
    "matrix": "Gradient matrix",
    "cost": "Cost of the gradient",
}
DEFAULTS: dict[Direction, tuple[str, ...]] = {
    "forward": ("loss", "gradients", "surface"),
    "backward": ("code", "matrix", "gradients"),
}


class CardRow(QSplitter):
    """One choice of cards for the forward pass and one for the backward pass; both are remembered."""

    def __init__(self, context: Context) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._context = context
        self.setHandleWidth(GRID)
        self.setChildrenCollapsible(False)
        self._cards: dict[str, QWidget] = {}
        self.direction: Direction = "forward"
        self._chosen = {direction: _remembered(direction) for direction in DEFAULTS}
        self._places = [_Place() for _ in range(3)]
        for place in self._places:
            self.addWidget(place)
        context.player.moved.connect(self._moved)
        self._arrange()

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the cards from left to right."""
        return self._chosen[self.direction]

    def card(self, name: str) -> QWidget:
        """Return a card, made when it is first asked for."""
        if name not in self._cards:
            self._cards[name] = _build(name, self._context)
            for card in _titled(self._cards[name]):
                card.put_beside_title(self._chooser(name))
        return self._cards[name]

    def choose(self, place: int, name: str) -> None:
        """Put a card into a place; where it stands already in another, the two change places."""
        names = list(self.shown)
        if name in names:
            names[names.index(name)] = names[place]
        names[place] = name
        self._chosen[self.direction] = tuple(names)
        QSettings().setValue(f"cards/{self.direction}", ",".join(names))
        self._arrange()

    def reveal(self, name: str) -> None:
        """Show a card, in the last place where it is in none."""
        if name not in self.shown:
            self.choose(len(self._places) - 1, name)
        card = self.card(name)
        (card.currentWidget() if isinstance(card, AnswersOrLoss) else card).focus_content(
            Qt.FocusReason.ShortcutFocusReason
        )

    def reset(self) -> None:
        """Go back to the cards of the start."""
        QSettings().remove("cards")
        self._chosen = dict(DEFAULTS)
        self._arrange()

    def _moved(self, scene: SceneState) -> None:
        direction: Direction = "backward" if scene.phase in ("backward", "update") else "forward"
        if direction != self.direction:
            self.direction = direction
            self._arrange()

    def _arrange(self) -> None:
        for place, name in zip(self._places, self.shown, strict=True):
            place.show_card(self.card(name))

    def _chooser(self, name: str) -> Button:
        button = Button(self._context, icon="chevron-down", kind="bare")
        button.icon_size = 14
        button.setFixedSize(22, 22)
        button.setAccessibleName(f"Card: {CARDS[name]}")
        button.setToolTip("Show another card here")
        button.clicked.connect(lambda: self._offer(name, button))
        return button

    def _offer(self, name: str, button: Button) -> None:
        menu = self.menu(self.shown.index(name))
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def menu(self, place: int) -> QMenu:
        """Return the choice of cards for a place."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, title in CARDS.items():
            action = menu.addAction(title, lambda name=name: self.choose(place, name))
            action.setCheckable(True)
            action.setChecked(name == self.shown[place])
        return menu


class _Place(QWidget):
    """Holds the card that stands here."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = QStackedLayout(self)

    def show_card(self, card: QWidget) -> None:
        if card.parentWidget() is not self:
            self._stack.addWidget(card)
        self._stack.setCurrentWidget(card)

    def minimumSizeHint(self) -> QSize:
        current = self._stack.currentWidget()
        return current.minimumSizeHint() if current is not None else QSize(220, 140)


def _build(name: str, context: Context) -> QWidget:
    """Make a card; the module of one that few look at is imported here, so that it costs nothing at the start."""
    match name:
        case "loss":
            return LossCard(context)
        case "gradients":
            return GradientCard(context)
        case "surface":
            return AnswersOrLoss(context)
        case "code":
            from visualizer.ui.code.code_card import CodeCard

            return CodeCard(context)
        case "matrix":
            from visualizer.ui.chain_rule.gradient_matrix_card import GradientMatrixCard

            return GradientMatrixCard(context)
        case "cost":
            from visualizer.ui.chain_rule.cost_card import CostCard

            return CostCard(context)
    raise KeyError(name)


def _titled(card: QWidget) -> list[Card]:
    """Return the cards that a choice is offered on: of a pair both."""
    if isinstance(card, AnswersOrLoss):
        return [card.loss, card.answers]
    return [card] if isinstance(card, Card) else []


def _remembered(direction: Direction) -> tuple[str, ...]:
    known = str(QSettings().value(f"cards/{direction}", "")).split(",")
    return (
        tuple(known) if len(known) == 3 and len(set(known)) == 3 and set(known) <= CARDS.keys() else DEFAULTS[direction]
    )

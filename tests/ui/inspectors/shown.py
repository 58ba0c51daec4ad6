"""An inspector that asks a session in this process."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Explanation, Frame, Problem
from visualizer.core.messages import Command, Explain
from visualizer.engine.session import TrainingSession
from visualizer.ui.context import Context
from visualizer.ui.inspectors.inspector_card import InspectorCard
from visualizer.ui.player import Player
from visualizer.ui.store import Store, View

RESNET = Experiment(network="resnet20", dataset="mnist", weights="initial", frozen=("stem", "stage1.0"))
MLP = Experiment(network="mlp", dataset="moons", weights="initial")
LENET = Experiment(network="lenet", dataset="mnist", weights="initial")


class SessionLink(QObject):
    """Answers from a session in this process and keeps what was asked."""

    arrived = Signal(object)
    state_changed = Signal(str)

    def __init__(self, session: TrainingSession, frames: list[Frame]) -> None:
        super().__init__()
        self.session, self.state = session, "running"
        self.sent: list[Command] = []
        self._latest = {type(frame): frame for frame in frames}

    def latest(self, frame_type: type) -> Frame | None:
        return self._latest.get(frame_type)

    def receive(self, frame: Frame) -> None:
        self._latest[type(frame)] = frame
        self.arrived.emit(frame)

    def send(self, command: Command) -> None:
        self.sent.append(command)
        if isinstance(command, Explain):
            try:
                self.receive(self.session.explain(command.name, command.index))
            except UserError as problem:
                self.receive(Problem("input", str(problem), command="Explain"))


def configured(experiment: Experiment, steps: int = 1) -> tuple[TrainingSession, list[Frame]]:
    session = TrainingSession()
    frames = session.configure(experiment)
    for _ in range(steps):
        session.step()
    return session, [*frames, session.freezing()]


def shown(
    qtbot: QtBot, ready: tuple[TrainingSession, list[Frame]], width: int = 336, height: int = 834, **view: object
) -> InspectorCard:
    session, frames = ready
    context = Context(Store(session.experiment, View(**view)), SessionLink(session, frames), Player())
    card = InspectorCard(context)
    qtbot.addWidget(card)
    card.resize(width, height)
    context.player.show(session.record(0))
    context.player.seek(next(station.start for station in context.player.timeline.stations if station.phase == "loss"))
    card.show()
    return card


def explained(qtbot: QtBot, card: InspectorCard) -> Explanation:
    qtbot.waitUntil(lambda: card.column.arithmetic.explanation is not None)
    assert card.column.arithmetic.explanation is not None
    return card.column.arithmetic.explanation

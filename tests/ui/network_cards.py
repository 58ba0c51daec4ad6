"""The card of a network with what the engine has sent of it, and ways to look at it."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.core.experiment import Experiment
from visualizer.core.frames import Configured, Frame, Recording
from visualizer.core.graph import Edge, NetworkGraph, Node
from visualizer.core.timeline import SceneState, Timeline
from visualizer.ui.canvas.network_card import NetworkCard
from visualizer.ui.canvas.subject import Subject
from visualizer.ui.context import Context
from visualizer.ui.player import Player
from visualizer.ui.store import Store, View

RESNET = Experiment(network="resnet20", dataset="mnist", weights="initial")
FROZEN = Experiment(network="resnet20", dataset="mnist", weights="initial", frozen=("stage1", "stem"))
LENET = Experiment(network="lenet", dataset="mnist", weights="initial")
MLP = Experiment(network="mlp", dataset="moons", weights="initial")
SIZES = ((896, 291), (1168, 411), (1472, 560))
Frames = Callable[[Experiment], list[Frame]]


class StandInLink(QObject):
    arrived = Signal(object)
    state_changed = Signal(str)

    def __init__(self, frames: list[Frame], state: str = "running") -> None:
        super().__init__()
        self.state = state
        self._latest = {type(frame): frame for frame in frames}

    def latest(self, frame_type: type) -> Frame | None:
        return self._latest.get(frame_type)

    def deliver(self, frame: Frame) -> None:
        self._latest[type(frame)] = frame
        self.arrived.emit(frame)


def of(frames: list[Frame], kind: type) -> Frame:
    return next(frame for frame in frames if isinstance(frame, kind))


def subject_of(frames: list[Frame], frozen: tuple[str, ...] = ()) -> Subject:
    configured, recording = of(frames, Configured), of(frames, Recording)
    timeline = Timeline(
        recording.graph, recording.forward_order, recording.backward_order, recording.parameter_gradients.keys()
    )
    return Subject(recording.graph, configured.classes, configured.input_shape, recording, timeline, frozen)


def card_builder(qtbot: QtBot, real_frames: Frames) -> Callable[..., NetworkCard]:
    """Return a function that makes the network's card of an experiment, in a size and theme."""

    def build(
        experiment: Experiment = RESNET,
        size: tuple[int, int] = (1184, 471),
        theme_name: str = "dark",
        record: bool = True,
    ) -> NetworkCard:
        frames = real_frames(experiment)
        context = Context(Store(experiment, View(theme=theme_name)), StandInLink(frames), Player())
        widget = NetworkCard(context)
        qtbot.addWidget(widget)
        widget.resize(*size)
        widget.show()
        if record:
            context.player.show(of(frames, Recording))
        QApplication.processEvents()
        return widget

    return build


def go_to(card: NetworkCard, phase: str, node: str, share: float = 0.7) -> SceneState:
    """Put the playhead to where a node is `share` done."""
    player = card.context.player
    station = next(s for s in player.timeline.stations if s.phase == phase and (node in s.nodes or not node))
    place = station.nodes.index(node) if node else 0
    player.seek(station.start + (station.end - station.start) * (place + share) / max(len(station.nodes), 1))
    QApplication.processEvents()
    return player.scene


def on_screen(card: NetworkCard, point: QPointF) -> QPoint:
    return card.view.camera.transform.map(point).toPoint()


def click(qtbot: QtBot, card: NetworkCard, point: QPointF) -> None:
    qtbot.mouseClick(card.view, Qt.MouseButton.LeftButton, pos=on_screen(card, point))


def plan(card: NetworkCard, name: str):
    return card.view.drawing.trunk.plans[name]


def long_graph(count: int) -> NetworkGraph:
    nodes = [Node("input", "input", "input", "", "", "", [(1, 1, 8, 8)])]
    nodes += [Node(f"op{n}", "operation", "tanh", "", "", "", [(1, 1, 8, 8)]) for n in range(count)]
    names = [node.id for node in nodes]
    edges = [Edge(a, b, (1, 1, 8, 8)) for a, b in itertools.pairwise(names)]
    edges += [Edge(names[n], names[n + 4], (1, 1, 8, 8), argument=1) for n in range(0, count - 5, 7)]
    return NetworkGraph(nodes, edges, [])

"""One recorded pass as a function of time: `timeline.at(t)` says what is happening then. Nothing here ever waits."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from visualizer.core.graph import Edge, NetworkGraph, Node

Phase = Literal["input", "forward", "loss", "backward", "update"]

TRAVEL = 0.4
"""The part of a node's time in which pulses travel towards it; in the rest its values appear."""

_SECONDS = 1.0
_BREATH = 1e-6
"""So long before its end a station is complete and the next has not begun."""
_LONGEST_PHASE = 40.0
_NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm")
_OWN_STATION = ("pool", "softmax", "attention", "lstm", "gru", "rnn", "embedding")


class Station(msgspec.Struct, frozen=True):
    """A stretch of the timeline: one layer with the operations that belong to it, or input, loss, update.

    `leader` is the node that the station is named after ("" for the update).
    """

    phase: Phase
    title: str
    nodes: tuple[str, ...]
    start: float
    end: float
    frozen: bool = False
    leader: str = ""


class Pulse(msgspec.Struct, frozen=True):
    """Something travelling along an edge; `position` goes from 0 (source) to 1 (target), backward from 1 to 0."""

    edge: str
    position: float
    backward: bool


class SceneState(msgspec.Struct, frozen=True):
    """What is to be seen at one instant.

    `station` indexes Timeline.stations, `place` of `count` counts within its phase from 1. `forward` and `backward`
    are positions in the orders: nodes before their whole part are done, the node there is `active`, its `fill` (0 to 1)
    has appeared. `update` is how much of the update (0 to 1) has happened.
    """

    time: float
    phase: Phase
    station: int
    place: int
    count: int
    forward: int
    backward: int
    active: str
    fill: float
    update: float
    pulses: tuple[Pulse, ...]


class Timeline:
    """The stations of one pass and the state at every instant; pure and immutable."""

    def __init__(
        self,
        graph: NetworkGraph,
        forward_order: Sequence[str],
        backward_order: Sequence[str],
        trainable: Collection[str],
    ) -> None:
        """Lay out a pass; `trainable` holds the names of the parameters that got a gradient."""
        self.graph = graph
        inputs = tuple(node.id for node in graph.nodes if node.kind == "input")
        losses = tuple(node for node in forward_order if _is_loss(graph, node))
        layers = tuple(node for node in forward_order if node not in losses and node not in inputs)
        groups = _group(graph, layers)
        group_of = {node: number for number, group in enumerate(groups) for node in group}
        gradients = tuple(node for node in backward_order if node in group_of)
        self.forward_order = layers
        self.backward_order = gradients
        self.forward_rank = {node: rank for rank, node in enumerate(layers)}
        self.backward_rank = {node: rank for rank, node in enumerate(gradients)}
        frozen = [_is_frozen(graph, group, trainable) for group in groups]
        returns = _runs([(group_of[node], node) for node in gradients])
        plan = [_station(graph, "input", inputs, title="input")]
        plan += [_station(graph, "forward", group, frozen=frozen[n]) for n, group in enumerate(groups)]
        plan += [_station(graph, "loss", losses, title="loss")] if losses else []
        plan += [_station(graph, "backward", nodes, groups[n], frozen=frozen[n]) for n, nodes in returns]
        plan += [_station(graph, "update", (), title="update")] if gradients else []
        self.stations = _lay_out(plan)
        self.duration = self.stations[-1].end
        self._starts = [station.start for station in self.stations]
        self._rests = [*(station.end - _BREATH for station in self.stations[:-1]), self.duration]
        self._place, self._count = _places(self.stations)
        self._before = _positions(self.stations)

    def at(self, time: float) -> SceneState:
        """Return the state at `time` seconds, clamped to the timeline's length."""
        time = min(max(time, 0.0), self.duration)
        number = max(bisect.bisect_right(self._starts, time) - 1, 0)
        station = self.stations[number]
        progress = (time - station.start) / (station.end - station.start)
        forward, backward = self._before[number]
        active, fill = "", 0.0
        pulses: tuple[Pulse, ...] = ()
        if station.nodes:
            done, active, local = _inside(station.nodes, progress)
            if station.phase == "forward":
                forward += done
            elif station.phase == "backward":
                backward += done
            fill = min(max((local - TRAVEL) / (1 - TRAVEL), 0.0), 1.0)
            pulses = self._pulses(station.phase, active, min(local / TRAVEL, 1.0))
        return SceneState(
            time=time,
            phase=station.phase,
            station=number,
            place=self._place[number],
            count=self._count[station.phase],
            forward=forward,
            backward=backward,
            active=active,
            fill=fill,
            update=progress if station.phase == "update" else 0.0,
            pulses=pulses,
        )

    def station_at(self, time: float) -> int:
        """Return the number of the station that `time` lies in."""
        return self.at(time).station

    def step_time(self, time: float, direction: Literal[-1, 1]) -> float:
        """Return the instant at which the next (or previous) station is complete, the place where one step rests."""
        if direction > 0:
            return self._rests[min(bisect.bisect_right(self._rests, time + _BREATH), len(self._rests) - 1)]
        place = bisect.bisect_left(self._rests, time - _BREATH) - 1
        return self._rests[place] if place >= 0 else 0.0

    def node_phase(self, scene: SceneState, node: str) -> Literal["later", "active", "done"]:
        """Return how far a node is in the forward pass."""
        return _progress(self.forward_rank.get(node, -1), scene.forward, scene.phase == "forward")

    def gradient_phase(self, scene: SceneState, node: str) -> Literal["later", "active", "done", "none"]:
        """Return how far a node is in the backward pass; "none" where no gradient comes."""
        rank = self.backward_rank.get(node)
        if rank is None:
            return "none"
        return _progress(rank, scene.backward, scene.phase == "backward")

    def _pulses(self, phase: Phase, node: str, position: float) -> tuple[Pulse, ...]:
        if position >= 1.0 or phase in ("input", "update"):
            return ()
        if phase == "backward":
            return tuple(Pulse(edge.id, 1.0 - position, True) for edge in self.graph.outgoing[node])
        return tuple(Pulse(edge.id, position, False) for edge in self._arriving(node))

    def _arriving(self, node: str) -> list[Edge]:
        return self.graph.incoming[node]


def _is_loss(graph: NetworkGraph, node: str) -> bool:
    return graph.node[node].call == "loss"


def _starts_station(node: Node) -> bool:
    named = any(word in node.operation for word in _OWN_STATION)
    learned = node.parameter_count > 0 and not any(word in node.operation for word in _NORMS)
    return named or learned


def _group(graph: NetworkGraph, order: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the nodes of each station; what is made from nothing, a first state, belongs to the layer that uses it."""
    any_starts = any(_starts_station(graph.node[node]) for node in order)
    groups: list[list[str]] = []
    for node in order:
        only_constants = bool(groups) and not any(graph.incoming[member] for member in groups[-1])
        if not groups or not any_starts or (_starts_station(graph.node[node]) and not only_constants):
            groups.append([node])
        else:
            groups[-1].append(node)
    return [tuple(group) for group in groups]


def _runs(pairs: Sequence[tuple[int, str]]) -> list[tuple[int, tuple[str, ...]]]:
    runs: list[tuple[int, list[str]]] = []
    for group, node in pairs:
        if runs and runs[-1][0] == group:
            runs[-1][1].append(node)
        else:
            runs.append((group, [node]))
    return [(group, tuple(nodes)) for group, nodes in runs]


def _station(
    graph: NetworkGraph,
    phase: Phase,
    nodes: tuple[str, ...],
    layer: tuple[str, ...] = (),
    *,
    title: str = "",
    frozen: bool = False,
) -> Station:
    """Return a station without its times; it is named after the first operation of its layer."""
    leader = nodes[-1] if phase == "loss" else _leader(graph, nodes)
    first = graph.node[(layer or nodes)[0]] if layer or nodes else None
    named = title or (first.module or first.operation if first is not None else "")
    return Station(phase, named, nodes, 0.0, 0.0, frozen, leader)


def _leader(graph: NetworkGraph, nodes: tuple[str, ...]) -> str:
    """Return the node that says most about a station: the layer itself, else what has parameters, else the first."""
    layers = [node for node in nodes if _starts_station(graph.node[node])]
    learned = [node for node in nodes if graph.node[node].parameter_count]
    computed = [node for node in nodes if graph.node[node].kind == "operation"]
    return next(iter([*layers, *learned, *computed, *nodes]), "")


def _is_frozen(graph: NetworkGraph, group: tuple[str, ...], trainable: Collection[str]) -> bool:
    names = [name for node in group for name in graph.node[node].parameters]
    return bool(names) and not any(name in trainable for name in names)


def _lay_out(plan: Sequence[Station]) -> tuple[Station, ...]:
    """Give each station its time; a phase of many stations is played faster."""
    lengths = Counter(station.phase for station in plan)
    stations: list[Station] = []
    time = 0.0
    for station in plan:
        end = time + min(_SECONDS, _LONGEST_PHASE / lengths[station.phase])
        stations.append(msgspec.structs.replace(station, start=time, end=end))
        time = end
    return tuple(stations)


def _places(stations: Sequence[Station]) -> tuple[list[int], dict[Phase, int]]:
    count: dict[Phase, int] = {}
    places: list[int] = []
    for station in stations:
        count[station.phase] = count.get(station.phase, 0) + 1
        places.append(count[station.phase])
    return places, count


def _positions(stations: Sequence[Station]) -> list[tuple[int, int]]:
    """Return for each station how many nodes of both orders are done before it."""
    positions: list[tuple[int, int]] = []
    forward = backward = 0
    for station in stations:
        positions.append((forward, backward))
        forward += len(station.nodes) if station.phase == "forward" else 0
        backward += len(station.nodes) if station.phase == "backward" else 0
    return positions


def _inside(nodes: Sequence[str], progress: float) -> tuple[int, str, float]:
    """Return how many nodes of a station are done, the one at work, and how far it is (0 to 1)."""
    place = progress * len(nodes)
    done = min(int(place), len(nodes) - 1)
    return done, nodes[done], place - done


def _progress(rank: int, position: int, running: bool) -> Literal["later", "active", "done"]:
    if rank < position:
        return "done"
    return "active" if running and rank == position else "later"

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.core.graph import Call, Edge, NetworkGraph, Node
from visualizer.core.timeline import TRAVEL, SceneState, Timeline

KINDS = {
    "conv2d": ["weight"],
    "linear": ["weight", "bias"],
    "batch_norm": ["weight", "bias"],
    "relu": [],
    "max_pool2d": [],
    "flatten": [],
}


def chain(kinds: list[str], frozen: int = 0) -> Timeline:
    """A network whose operations follow each other; the first `frozen` of them got no gradient."""
    nodes = [Node("input", "input", "input", "", "", "")]
    for number, kind in enumerate(kinds):
        name = f"layer{number}"
        parameters = [f"{name}.{parameter}" for parameter in KINDS[kind]]
        nodes.append(
            Node(name, "operation", kind, name, name, "", parameters=parameters, parameter_count=len(parameters))
        )
    nodes.append(Node("loss/cross_entropy", "operation", "cross_entropy", "loss", "loss", ""))
    calls = [Call("", "", "", None, 0), Call("loss", "loss", "", "", 1)]
    calls += [Call(node.id, node.id, "", "", 1) for node in nodes if node.call not in ("", "loss")]
    edges = [Edge(a.id, b.id, (1,)) for a, b in itertools.pairwise(nodes)]
    order = [node.id for node in nodes]
    trained = order[1 + frozen :]
    trainable = [name for node in nodes if node.id in trained for name in node.parameters]
    return Timeline(NetworkGraph(nodes, edges, calls), order, trained[::-1], trainable)


chains = st.builds(
    lambda kinds, frozen: chain(kinds, min(frozen, len(kinds) - 1)),
    st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=12),
    st.integers(0, 4),
)


def instants(timeline: Timeline, count: int = 150) -> list[SceneState]:
    return [timeline.at(timeline.duration * number / count) for number in range(count + 1)]


@given(chains)
def test_stations_follow_each_other_without_a_gap(timeline: Timeline) -> None:
    assert timeline.stations[0].start == 0
    for before, after in itertools.pairwise(timeline.stations):
        assert before.end == after.start
        assert before.start < before.end
    phases = [station.phase for station in timeline.stations]
    assert phases == sorted(phases, key=("input", "forward", "loss", "backward", "update").index)


@given(chains)
def test_what_is_done_only_grows(timeline: Timeline) -> None:
    scenes = instants(timeline)
    for before, after in itertools.pairwise(scenes):
        assert (before.station, before.forward, before.backward) <= (after.station, after.forward, after.backward)
        assert before.update <= after.update
    assert (scenes[-1].forward, scenes[-1].backward) == (len(timeline.forward_order), len(timeline.backward_order))


@given(chains)
def test_every_node_is_active_exactly_once_in_each_direction(timeline: Timeline) -> None:
    step = min((station.end - station.start) / len(station.nodes) for station in timeline.stations if station.nodes)
    count = int(timeline.duration / step * 3) + 1
    seen: dict[str, list[str]] = {"forward": [], "backward": []}
    for scene in instants(timeline, count):
        if scene.phase in seen and seen[scene.phase][-1:] != [scene.active]:
            seen[scene.phase].append(scene.active)
    assert seen["forward"] == list(timeline.forward_order)
    assert seen["backward"] == list(timeline.backward_order)


@given(chains, st.floats(0, 1))
def test_an_instant_depends_on_the_time_alone(timeline: Timeline, share: float) -> None:
    time = share * timeline.duration
    scene = timeline.at(time)
    timeline.at(timeline.duration)
    assert timeline.at(time) == scene
    station = timeline.stations[scene.station]
    assert station.start <= time <= station.end
    assert 1 <= scene.place <= scene.count
    assert 0 <= scene.fill <= 1


@given(chains, st.data())
def test_as_many_steps_back_as_forward_return_to_the_start(timeline: Timeline, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(timeline.stations)))
    times = [0.0]
    for _ in range(count):
        times.append(timeline.step_time(times[-1], 1))
    assert [timeline.at(time).station for time in times[1:]] == list(range(count))
    for time in reversed(times[:-1]):
        assert timeline.step_time(times.pop(), -1) == time


def test_a_step_beyond_either_end_stays_there() -> None:
    timeline = chain(["linear"])
    assert timeline.step_time(timeline.duration, 1) == timeline.duration
    assert timeline.step_time(0.0, -1) == 0.0
    assert timeline.at(-3).time == 0.0
    assert timeline.at(1e9).time == timeline.duration


def test_a_step_rests_where_its_station_is_complete() -> None:
    timeline = chain(["conv2d", "relu", "linear"])
    first = timeline.at(timeline.step_time(timeline.step_time(0.0, 1), 1))
    assert (first.phase, first.place, first.active) == ("forward", 1, "layer1")
    assert first.fill == pytest.approx(1, abs=1e-4)
    assert first.pulses == ()


def test_pulses_travel_to_the_active_node_and_back_from_it() -> None:
    timeline = chain(["linear", "linear"])
    forward = next(station for station in timeline.stations if station.phase == "forward")
    backward = next(station for station in timeline.stations if station.phase == "backward")
    halfway = TRAVEL / 2
    (going,) = timeline.at(forward.start + halfway).pulses
    (coming,) = timeline.at(backward.start + halfway).pulses
    assert (going.edge, going.backward, going.position) == ("input->layer0", False, pytest.approx(0.5))
    assert (coming.edge, coming.backward) == ("layer1->loss/cross_entropy", True)
    assert coming.position == pytest.approx(0.5)
    later = timeline.at(backward.start + halfway * 1.5).pulses[0]
    assert later.position < coming.position


def test_norms_and_activations_belong_to_the_layer_before_them() -> None:
    timeline = chain(["conv2d", "batch_norm", "relu", "max_pool2d", "flatten", "linear"])
    forward = [station for station in timeline.stations if station.phase == "forward"]
    assert [station.title for station in forward] == ["layer0", "layer3", "layer5"]
    assert [station.leader for station in forward] == ["layer0", "layer3", "layer5"]
    assert forward[0].nodes == ("layer0", "layer1", "layer2")
    backward = [station for station in timeline.stations if station.phase == "backward"]
    assert [station.leader for station in backward] == ["layer5", "layer3", "layer0"]


def test_a_frozen_start_is_marked_and_has_no_way_back() -> None:
    timeline = chain(["linear", "relu", "linear", "linear"], frozen=2)
    forward = [station for station in timeline.stations if station.phase == "forward"]
    assert [station.frozen for station in forward] == [True, False, False]
    assert sum(station.phase == "backward" for station in timeline.stations) == 2
    assert timeline.gradient_phase(timeline.at(0), "layer0") == "none"


def test_a_station_of_which_a_part_still_learns_is_not_frozen() -> None:
    timeline = chain(["linear", "batch_norm", "relu"], frozen=1)  # the layer is frozen, its norm is not
    (forward,) = (station for station in timeline.stations if station.phase == "forward")
    assert not forward.frozen


def test_a_node_is_later_then_active_then_done() -> None:
    timeline = chain(["linear", "linear", "linear"])
    seen = [timeline.node_phase(scene, "layer1") for scene in instants(timeline)]
    assert list(dict.fromkeys(seen)) == ["later", "active", "done"]
    back = [timeline.gradient_phase(scene, "layer1") for scene in instants(timeline)]
    assert list(dict.fromkeys(back)) == ["later", "active", "done"]


def test_five_hundred_nodes_take_no_longer_than_the_longest_phase() -> None:
    timeline = chain(["linear"] * 500)
    assert sum(station.phase == "forward" for station in timeline.stations) == 500
    assert timeline.duration == pytest.approx(83)  # input, loss, update: a second each; both ways: forty


def test_a_scene_is_stable_as_data() -> None:
    scene = chain(["conv2d", "relu", "linear"]).at(1.3)
    written = msgspec.json.encode(scene)
    assert msgspec.json.decode(written, type=SceneState) == scene
    assert msgspec.json.decode(written) == {
        "time": 1.3,
        "phase": "forward",
        "station": 1,
        "place": 1,
        "count": 2,
        "forward": 0,
        "backward": 0,
        "active": "layer0",
        "fill": pytest.approx(1 / 3),
        "update": 0.0,
        "pulses": [],
    }


def test_a_first_state_belongs_to_the_layer_that_uses_it() -> None:
    nodes = [
        Node("input", "input", "input", "", "", ""),
        Node("lstm/zeros", "operation", "zeros", "", "lstm", ""),
        Node("lstm/lstm", "operation", "lstm", "lstm", "lstm", "", parameters=["lstm.w"], parameter_count=1),
        Node("head", "operation", "linear", "head", "head", "", parameters=["head.w"], parameter_count=1),
    ]
    edges = [Edge("input", "lstm/lstm", (1,)), Edge("lstm/zeros", "lstm/lstm", (1,)), Edge("lstm/lstm", "head", (1,))]
    calls = [Call("", "", "", None, 0), Call("lstm", "lstm", "", "", 1), Call("head", "head", "", "", 1)]
    timeline = Timeline(NetworkGraph(nodes, edges, calls), [node.id for node in nodes], [], [])
    forward = [station for station in timeline.stations if station.phase == "forward"]
    assert [(station.nodes, station.leader) for station in forward] == [
        (("lstm/zeros", "lstm/lstm"), "lstm/lstm"),
        (("head",), "head"),
    ]

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest

from visualizer.core import catalogue
from visualizer.core.captions import Caption, caption, node_caption
from visualizer.core.experiment import Experiment
from visualizer.core.frames import Recording, TensorView
from visualizer.core.graph import Attribute, Call, Edge, NetworkGraph, Node
from visualizer.core.timeline import Timeline

NETWORKS = [entry.id for entry in catalogue.NETWORKS]


@lru_cache
def recorded(network: str, frozen: tuple[str, ...] = ()) -> Recording:
    pytest.importorskip("torch")
    from visualizer.engine.session import TrainingSession

    session = TrainingSession()
    dataset = catalogue.network(network).dataset
    loss = catalogue.loss_for(network, dataset)
    session.configure(Experiment(network=network, dataset=dataset, weights="initial", loss=loss, frozen=frozen))
    return session.record(0)


def timeline_of(recording: Recording) -> Timeline:
    return Timeline(
        recording.graph, recording.forward_order, recording.backward_order, recording.parameter_gradients.keys()
    )


def captions_of(recording: Recording) -> dict[tuple[str, str], Caption]:
    timeline = timeline_of(recording)
    return {
        (station.phase, station.title): caption(
            recording, timeline, timeline.at((station.start + station.end) / 2), optimizer="adam"
        )
        for station in timeline.stations
    }


@pytest.mark.parametrize("phase", ["forward", "backward"])
@pytest.mark.parametrize("network", NETWORKS)
def test_every_node_of_every_network_has_a_sentence(network: str, phase: str) -> None:
    recording = recorded(network)
    for node in recording.graph.nodes:
        found = node_caption(recording, node.id, phase)
        assert found.sentence.endswith(".") and found.sentence[0].isupper(), node.id
        assert "None" not in found.sentence
        assert "“" not in found.sentence or node.call == "loss" or node.kind != "operation", found.sentence


@pytest.mark.parametrize("network", NETWORKS)
def test_the_value_of_a_layer_is_one_that_was_recorded(network: str) -> None:
    recording = recorded(network)
    for node in recording.forward_order:
        found = node_caption(recording, node, "forward")
        values = recording.activations[node].values
        if found.symbol and found.symbol != "L":
            assert np.float32(found.number) in values
            assert abs(found.number) == np.abs(values).max()
            if values.ndim:
                index = tuple(
                    int(word) for word in found.symbol.strip(")}").replace("}(", ",").split("{")[1].split(",")
                )
                assert values[index] == np.float32(found.number)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_size_of_a_gradient_is_the_recorded_one(network: str) -> None:
    recording = recorded(network)
    for node in recording.backward_order:
        found = node_caption(recording, node, "backward")
        parameters = recording.graph.node[node].parameters
        expected = recording.parameter_gradients[parameters[0]] if parameters else recording.gradients[node]
        assert found.number == pytest.approx(np.linalg.norm(expected.values.astype(np.float64)), rel=1e-6)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_loss_is_the_recorded_one_and_the_probability_too(network: str) -> None:
    recording = recorded(network)
    found = captions_of(recording)["loss", "loss"]
    assert found.number == recording.loss
    if catalogue.dataset(catalogue.network(network).dataset).task == "generation":
        count = sum(node.call == "loss" for node in recording.graph.nodes)
        assert found.sentence == f"The loss is put together in {count} operations."
        return
    share = math.exp(-recording.loss)
    assert f"{100 * share:.3g}" in found.sentence


@pytest.mark.parametrize("network", NETWORKS)
def test_the_update_names_the_optimizer_and_the_largest_change(network: str) -> None:
    recording = recorded(network)
    found = captions_of(recording)["update", "update"]
    assert "Adam" in found.sentence
    assert found.formula == catalogue.optimizer("adam").update
    assert found.number == max(float(np.abs(update.values).max()) for update in recording.updates.values())


def test_the_sentence_of_a_station_is_of_its_layer_and_says_what_follows() -> None:
    found = captions_of(recorded("resnet20"))["forward", "stage2.0.conv1"]
    assert found.sentence == "Stage 2 halves the picture: each kernel jumps two pixels and reads all 16 channels."
    assert found.then == "Then batch norm and ReLU."
    assert found.value.startswith(found.symbol + " = ")
    residual = captions_of(recorded("resnet20"))["forward", "stage1.0.conv2"]
    assert residual.then == "Then batch norm, plus the block's input, carried over unchanged and ReLU."
    cut = captions_of(recorded("resnet20"))["forward", "stage2.0.conv2"]
    assert "cut to size" in cut.then


def test_a_frozen_front_gets_no_gradient_and_a_frozen_middle_passes_it_on() -> None:
    front = recorded("lenet", ("conv1",))
    assert "nothing trained lies before" in node_caption(front, "conv1", "backward").sentence
    middle = recorded("lenet", ("linear1",))
    found = node_caption(middle, "linear1", "backward")
    assert found.sentence == "Frozen: the gradient passes through, its own weights stay."
    assert found.number == middle.gradients["linear1"].norm


def test_with_everything_frozen_no_weight_moves() -> None:
    assert "update" not in {phase for phase, _ in captions_of(recorded("mlp", ("*",)))}


def test_classes_are_called_by_their_names() -> None:
    recording = recorded("mlp")
    timeline = timeline_of(recording)
    classes = ("upper", "lower")
    start = caption(recording, timeline, timeline.at(0), optimizer="sgd", classes=classes)
    assert f"“{classes[recording.target]}”" in start.sentence


def view(shape: tuple[int, ...]) -> TensorView:
    values = np.arange(math.prod(shape), dtype=np.float32).reshape(shape)
    return TensorView(shape, values, 0.0, float(values.max(initial=0)), 0.0, 0.0, float(np.linalg.norm(values)))


def lone(operation: str, before: tuple[int, ...], after: tuple[int, ...], **attributes: Attribute) -> Recording:
    """A pass of one operation."""
    nodes = [
        Node("input", "input", "input", "", "", "", [(1, *before)]),
        Node("it", "operation", operation, "it", "it", "", [(1, *after)], attributes=attributes),
    ]
    graph = NetworkGraph(
        nodes, [Edge("input", "it", (1, *before))], [Call("", "", "", None, 0), Call("it", "it", "", "", 1)]
    )
    activations = {"input": view(before), "it": view(after)}
    return Recording(
        0, 0, False, 0, np.zeros(0, np.float32), 1.0, np.zeros(0, np.float32), graph, ["input", "it"], ["it"],
        activations, {"it": view(after)}, {}, {}, {}, {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("recording", "sentence"),
    [
        (
            lone("conv2d", (3, 9, 9), (8, 3, 3), kernel_size=[3, 3], stride=[3, 3], groups=1),
            "Each of the 8 kernels reads all 3 channels and jumps three pixels: 3×9×9 becomes 8×3×3.",
        ),
        (
            lone("conv2d", (4, 8, 8), (4, 8, 8), kernel_size=[3, 3], stride=[1, 1], groups=4),
            "Each of the 4 kernels slides over the picture and weighs 3×3 pixels of 1 of 4 channels.",
        ),
        (
            lone("conv2d", (2, 8, 8), (1, 8, 8), kernel_size=1, stride=1, groups=1),
            "One kernel mixes both channels, one pixel at a time.",
        ),
        (
            lone("max_pool2d", (6, 10, 10), (6, 5, 5), kernel_size=2, stride=2),
            "Of each 2×2 window only the largest value stays: 10×10 becomes 5×5.",
        ),
        (lone("relu", (4,), (4,)), "Negative values become zero: 3 of 4 pass."),
        (lone("flatten", (2, 3, 4), (24,)), "The 2×3×4 values are laid out in one row of 24; none changes."),
        (lone("softmax", (10,), (10,)), "10 logits become probabilities that sum to one."),
        (lone("dropout", (4,), (4,)), "Dropout acts only in training: here every value passes as it is."),
        (lone("getitem", (4, 8), (4, 4)), "A part is taken out: 8 becomes 4."),
        (lone("pad", (4, 8), (8, 8)), "A margin is laid around: 4×8 becomes 8×8."),
        (lone("fft_rfft", (8,), (5,)), "“fft rfft” computes 5 numbers from 8 numbers."),
    ],
)
def test_a_sentence_says_the_sizes_of_its_operation(recording: Recording, sentence: str) -> None:
    assert node_caption(recording, "it", "forward").sentence == sentence
    assert node_caption(recording, "it", "backward").sentence


def test_a_pass_of_nothing_but_nan_has_no_value() -> None:
    recording = lone("tanh", (3,), (3,))
    recording.activations["it"].values[:] = np.nan
    found = node_caption(recording, "it", "forward")
    assert (found.symbol, found.value) == ("", "")


def test_followed_closely_each_operation_has_its_moment() -> None:
    recording = recorded("resnet20")
    timeline = timeline_of(recording)
    station = next(s for s in timeline.stations if s.title == "stage1.0.conv2")
    length = (station.end - station.start) / len(station.nodes)
    for number, node in enumerate(station.nodes):
        scene = timeline.at(station.start + (number + 0.5) * length)
        closely = caption(recording, timeline, scene, optimizer="adam", closely=True)
        assert closely.sentence == node_caption(recording, node, "forward").sentence
        steady = caption(recording, timeline, scene, optimizer="adam")
        assert steady.sentence == node_caption(recording, station.leader, "forward").sentence
    complete = timeline.at(timeline.step_time(station.start + length, 1))
    assert caption(recording, timeline, complete, optimizer="adam", closely=True).then


STRANGE = ("in-place residual", "u-net", "lstm", "transformer", "data-dependent", "tied weights", "shared module")


@pytest.mark.parametrize("name", STRANGE)
def test_strange_networks_have_sentences_too(name: str) -> None:
    pytest.importorskip("torch")
    from tests.engine.zoo import ZOO
    from visualizer.engine.recording import record
    from visualizer.engine.views import views, without_batch

    network, inputs = ZOO[name].build()
    seen = record(network.eval(), [tensor[:1] for tensor in inputs], ZOO[name].loss)
    assert seen.loss is not None
    tensors = [without_batch(group) for group in (seen.activations, seen.gradients)]
    activations, gradients, learned = (views(group, 1 << 20) for group in (*tensors, seen.parameter_gradients))
    recording = Recording(
        0, 0, False, 0, np.zeros(0, np.float32), float(seen.loss), np.zeros(0, np.float32), seen.graph,
        seen.forward_order, seen.backward_order, activations, gradients, {}, {}, learned, {},
    )  # fmt: skip
    for (phase, title), found in captions_of(recording).items():
        assert found.sentence[-1] in ".?", (phase, title)
    for node in seen.graph.nodes:
        for phase in ("forward", "backward"):
            assert "None" not in node_caption(recording, node.id, phase).sentence

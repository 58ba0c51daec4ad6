"""Every number inside of recurrent layers and its gradient, against autograd and finite differences."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from torch import nn

from tests.engine.test_explain_law import evaluated
from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment
from visualizer.engine.explain import explain, scene_of
from visualizer.engine.explain.opened import ROWS, opened
from visualizer.engine.recording import record
from visualizer.engine.session import TrainingSession

KINDS = {
    "rnn": lambda **options: nn.RNN(3, 4, **options),
    "relu": lambda **options: nn.RNN(3, 4, nonlinearity="relu", **options),
    "lstm": lambda **options: nn.LSTM(3, 4, **options),
    "gru": lambda **options: nn.GRU(3, 4, **options),
}


class Reader(nn.Module):
    """Uses output and final states; the first states are inputs too, where they are given."""

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, sequence, *states):
        given = states if isinstance(self.layer, nn.LSTM) else states[0] if states else None
        output, final = self.layer(sequence, given or None) if isinstance(given, tuple) else self.layer(sequence, given)
        finals = final if isinstance(final, tuple) else (final,)
        return output.square().sum() + sum((number + 2) * state.sin().sum() for number, state in enumerate(finals))


def taken(kind: str, with_states: bool, **options):
    torch.manual_seed(1)
    reader = Reader(KINDS[kind](**options))
    sequence = torch.randn((2, 5, 3) if options.get("batch_first") else (5, 2, 3))
    tracks = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    states = [torch.randn(tracks, 2, 4) for _ in range(2 if kind == "lstm" else 1)] if with_states else []
    seen = record(reader, [sequence, *states], lambda output: output)
    return seen, scene_of(reader, seen)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("with_states", "options"),
    [
        (False, {"batch_first": True}),
        (True, {"num_layers": 2, "bidirectional": True}),
        (True, {"num_layers": 2, "bidirectional": True, "bias": False, "batch_first": True}),
    ],
)
def test_every_number_and_gradient_follows_from_its_operands(kind, with_states, options):
    seen, scene = taken(kind, with_states, **options)
    node = next(node for node in seen.graph.nodes if node.operation in ROWS)
    chooser = random.Random(0)
    for number in range(options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)):
        layer = opened(scene, node, number)
        assert layer.gradients.keys() == layer.values.keys()
        for quantity, tensor in layer.values.items():
            for time in range(5):
                place = (time, chooser.randrange(2), chooser.randrange(4))
                for asked, truth in (("inner", tensor), ("gradient", layer.gradients[quantity])):
                    check(scene, asked, f"{node.id}/{quantity}", (number, *place), float(truth[place]))
    for name, gradient in seen.parameter_gradients.items():
        for _ in range(6):
            place = tuple(chooser.randrange(size) for size in gradient.shape)
            check(scene, "parameter_gradient", name, place, float(gradient[place]))
    edges = [edge.id for edge in seen.graph.incoming[node.id] if edge.id in seen.edge_gradients]
    assert len(edges) == (1 + len(layer.call.cell.states) if with_states else 1)
    for edge in edges:
        gradient = seen.edge_gradients[edge]
        for _ in range(6):
            place = tuple(chooser.randrange(size) for size in gradient.shape)
            check(scene, "edge_gradient", edge, place, float(gradient[place]))


def check(scene, kind, name, place, expected):
    explanation = explain(scene, kind, name, place)
    value, magnitude = evaluated(explanation)
    assert value == pytest.approx(expected, abs=3e-6 * (1 + magnitude)), (kind, name, place)
    for operand in explanation.operands[:2] + explanation.operands[-2:]:
        if operand.kind in ("inner", "gradient"):
            onward = explain(scene, operand.kind, operand.origin, operand.index)
            assert onward.result == pytest.approx(operand.value, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_gradients_are_those_of_finite_differences(kind):
    """The derivative by a weight, in float64: nothing of our own arithmetic is in it."""
    seen, scene = taken(kind, False)
    module = Reader(KINDS[kind]()).double()
    module.load_state_dict({name: tensor.double() for name, tensor in scene.state.items()})
    sequence, weight = (
        seen.activations[seen.graph.nodes[0].id].double(),
        dict(module.named_parameters())["layer.weight_hh_l0"],
    )
    for row, column in ((0, 1), (weight.shape[0] - 1, 2)):
        losses = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                weight[row, column] += step
                losses.append(float(module(sequence)))
                weight[row, column] -= step
        value, _ = evaluated(explain(scene, "parameter_gradient", "layer.weight_hh_l0", (row, column)))
        assert value == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-4)


def test_the_window_asks_without_the_number_of_the_sample():
    session = TrainingSession()
    session.configure(Experiment(network="gru", dataset="recall", weights="initial"))
    session.record(0)
    explanation = session.explain("gru/gru/h", (0, 2, 1), "inner")
    assert explanation.index == (0, 2, 1)
    before = next(operand for operand in explanation.operands if operand.name == "p")
    assert (before.origin, before.index) == ("gru/gru/h", (0, 1, 1))
    gradient = session.explain("gru/gru/a_n", (0, 2, 1), "gradient")
    onward = session.explain(gradient.operands[0].origin, gradient.operands[0].index, "gradient")
    assert onward.result == gradient.operands[0].value
    weight = session.explain("gru.weight_hh_l0", (30, 2), "parameter_gradient")
    assert weight.products.second.indices.shape[-1] == 3
    with pytest.raises(UserError, match="no element"):
        session.explain("gru/gru/h", (0, 2, 99), "inner")


def test_a_layer_is_opened_once_for_all_its_numbers():
    session = TrainingSession()
    session.configure(Experiment(network="lstm", dataset="recall", weights="initial"))
    session.record(0)
    session.explain("lstm/lstm/i", (0, 1, 1), "inner")
    kept = dict(session.recorded.scene.kept)
    session.explain("lstm/lstm/c", (0, 4, 3), "gradient")
    assert list(kept) == list(session.recorded.scene.kept)
    assert all(session.recorded.scene.kept[key] is found for key, found in kept.items())
    session.step()
    session.record(0)
    assert not session.recorded.scene.kept
    assert np.isfinite(session.explain("lstm/lstm/c", (0, 4, 3), "gradient").result)

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.engine.zoo import ZOO
from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.frames import Explanation
from visualizer.engine import datasets, losses, networks
from visualizer.engine.explain import Scene, explain, scene_of
from visualizer.engine.recording import Pass, record

DRAWN = {"dropout", "scaled_dot_product_attention"}  # in training mode: at random
NUMBERS = 10_000
RECORDED = {
    "activation": lambda seen: seen.activations,
    "gradient": lambda seen: seen.gradients,
    "edge_gradient": lambda seen: seen.edge_gradients,
    "parameter_gradient": lambda seen: seen.parameter_gradients,
}
FUNCTIONS = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "tanh": np.tanh, "abs": np.abs, "sign": np.sign,
    "sin": np.sin, "cos": np.cos, "floor": np.floor, "erf": np.vectorize(math.erf), "sum": np.sum,
    "max": lambda *given: np.max(given[0]) if len(given) == 1 else np.maximum(*given),
    "min": lambda *given: np.min(given[0]) if len(given) == 1 else np.minimum(*given),
    "logsumexp": lambda values: np.log(np.sum(np.exp(values - np.max(values)))) + np.max(values),
}  # fmt: skip


def evaluated(explanation: Explanation) -> tuple[float, float]:
    """The expression as a stranger would evaluate it in float64, and the sum of all magnitudes that entered."""
    arrays: dict[str, list[float]] = {}
    names: dict[str, object] = {}
    for operand in explanation.operands:
        name, brace, _ = operand.name.replace("\\", "").replace("^", "").partition("_{")
        if brace:
            arrays.setdefault(name, []).append(operand.value)
        else:
            names[name] = np.float64(operand.value)
    names |= {name: np.array(values) for name, values in arrays.items()}
    magnitude = sum(abs(operand.value) for operand in explanation.operands)
    if explanation.products is not None:
        for factors in (explanation.products.first, explanation.products.second):
            names[factors.symbol] = factors.values[explanation.products.inside].astype(np.float64)
        magnitude += float(np.abs(explanation.products.terms).sum())
    with np.errstate(all="ignore"):
        return float(eval(explanation.expression, {"__builtins__": {}}, FUNCTIONS | names)), magnitude


def zoo_passes() -> Iterator[tuple[str, Pass, Scene]]:
    for name, specimen in ZOO.items():
        if name in ("torch.compile", "script module"):
            continue  # takes seconds to compile; cannot be seen
        module, inputs = specimen.build()
        seen = record(module, inputs, specimen.loss)
        yield name, seen, scene_of(module, seen)


def catalogue_passes() -> Iterator[tuple[str, Pass, Scene]]:
    for entry in catalogue.NETWORKS:
        data = datasets.load(entry.dataset)
        if catalogue.dataset(entry.dataset).task == "generation":
            continue
        network = networks.build(entry.id, seed=0).eval()
        loss, targets = losses.loss(entry.loss), data.validation_targets[:1]
        seen = record(network, [data.validation_inputs[:1]], lambda out, f=loss, t=targets: f(out, t))
        yield entry.id, seen, scene_of(network, seen)


@pytest.fixture(scope="module")
def passes() -> list[tuple[str, Pass, Scene]]:
    torch.manual_seed(0)
    return [*catalogue_passes(), *zoo_passes()]


def operation_at(seen: Pass, kind: str, name: str) -> str:
    if kind == "edge_gradient":
        name = name.rpartition("->")[2]
    if kind == "gradient":
        edges = [edge for edge in seen.graph.outgoing[name.partition(":")[0]] if edge.tensor == name]
        name = edges[0].target if len(edges) == 1 else name
    node = seen.graph.node.get(name.partition(":")[0])
    return node.operation if node else ""


def draw(tensor: Tensor, chooser: random.Random) -> tuple[int, ...]:
    return tuple(chooser.randrange(size) for size in tensor.shape)


def test_the_shown_operands_give_the_shown_number(passes) -> None:
    chooser = random.Random(0)
    drawn = explained = 0
    tensors = [
        (name, seen, scene, kind, tensor_name, tensor)
        for name, seen, scene in passes
        for kind, recorded in RECORDED.items()
        for tensor_name, tensor in recorded(seen).items()
        if tensor.numel()
    ]
    while drawn < NUMBERS:
        _, seen, scene, kind, name, tensor = tensors[drawn % len(tensors)]
        drawn += 1
        place = draw(tensor, chooser)
        try:
            explanation = explain(scene, kind, name, place)
        except UserError:
            used = [node.operation for node in seen.graph.nodes if name in node.parameters]
            assert DRAWN & {operation_at(seen, kind, name), *used}, (kind, name)
            continue
        explained += 1
        value, magnitude = evaluated(explanation)
        assert explanation.result == float(tensor[place])
        assert abs(value - explanation.result) <= 2e-6 * magnitude + 1e-7, (kind, name, place, explanation.expression)
    assert explained > 0.995 * drawn


def test_following_operands_ends_at_data_a_parameter_or_a_constant(passes) -> None:
    chooser = random.Random(1)
    for _, seen, scene in passes:
        for kind, recorded in RECORDED.items():
            names = [name for name, tensor in recorded(seen).items() if tensor.numel()]
            for name in chooser.sample(names, min(len(names), 4)):
                follow(scene, kind, name, draw(recorded(seen)[name], chooser), chooser)


def follow(scene: Scene, kind: str, name: str, place: tuple[int, ...], chooser: random.Random) -> None:
    way: list[tuple[str, str, tuple[int, ...]]] = []
    value = None
    while True:
        assert (kind, name, place) not in way
        assert len(way) < 300
        way.append((kind, name, place))
        try:
            explanation = explain(scene, kind, name, place)
        except UserError:
            used = [node.operation for node in scene.seen.graph.nodes if name in node.parameters]
            assert DRAWN & {operation_at(scene.seen, kind, name), *used}, (kind, name)
            return
        assert value is None or explanation.result == pytest.approx(value, rel=1e-5, abs=1e-7)
        origins = [(o.kind, o.origin, o.index, o.value) for o in explanation.operands]
        if explanation.products is not None:
            for factors in (explanation.products.first, explanation.products.second):
                inside = explanation.products.inside
                values, places = factors.values[inside].tolist(), factors.indices[inside].tolist()
                if values:
                    at = chooser.randrange(len(values))
                    origins.append((factors.kind, factors.origin, tuple(places[at]), values[at]))
        onward = [origin for origin in origins if origin[0] != "constant"]
        if not onward:
            return
        kind, name, place, value = chooser.choice(onward)


def test_a_formula_with_a_wrong_sign_is_noticed(passes) -> None:
    _, seen, scene = passes[0]
    explanation = explain(
        scene, "activation", seen.graph.outputs[0], (0,) * seen.activations[seen.graph.outputs[0]].dim()
    )
    value, _ = evaluated(explanation)
    assert abs(-value - explanation.result) > 1e-6


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_a_hidden_state_is_explained_by_gates_down_to_the_weights(passes, name) -> None:
    _, seen, scene = next(entry for entry in passes if entry[0] == name)
    node = next(node for node in seen.graph.nodes if node.operation in ("lstm", "gru", "rnn_tanh"))
    output = seen.activations[node.id]
    place = tuple(size - 1 for size in output.shape)
    waiting = [("activation", node.id, place, float(output[place]))]
    found = set()
    chooser = random.Random(0)
    for _ in range(40):
        kind, name, place, expected = waiting.pop(chooser.randrange(len(waiting)))
        explanation = explain(scene, kind, name, place)
        value, _ = evaluated(explanation)
        assert value == pytest.approx(expected, rel=1e-5, abs=1e-6)
        found.add(name.rpartition("/")[2])
        waiting += [(o.kind, o.origin, o.index, o.value) for o in explanation.operands if o.kind == "inner"]
    assert len(found) > 2

"""What a factor is called, and the line with its numbers."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.core.graph import Node
from visualizer.core.numbers import rounded
from visualizer.core.operand import Operand
from visualizer.engine.chain_rule.scene import Place, Scene
from visualizer.engine.chain_rule.symbols import NORMS, WEIGHTED

_TITLES = {"relu": "slope of ReLU", "batch_norm": "slope of batch norm"}


def title(node: Node) -> str:
    """Return the name of a local derivative."""
    return _TITLES.get(node.operation, f"slope of {node.operation.replace('_', ' ')}")


def detail(scene: Scene, node: Node, source: str, place: Place, name: str, output: Place) -> str:
    """Return how the slope of an operation on one number follows from that number or from its result."""
    x, y = float(scene.seen.activations[source][place]), float(scene.seen.activations[name][output])
    if node.operation == "tanh":
        return f"1 − {_factor(y)}²"
    if node.operation == "sigmoid":
        return f"{_factor(y)} · (1 − {_factor(y)})"
    if node.operation == "exp":
        return f"e to the power of {rounded(x, 4)}"
    if node.operation == "relu":
        return f"{rounded(x, 4)} is {'above' if x > 0 else 'not above'} 0"
    if node.operation == "batch_norm":
        return "γ / √(σ² + ε)"
    return f"at {rounded(x, 4)}"


def loss_detail(scene: Scene, tensor: str, place: Place) -> str:
    """Return how the derivative of the loss by a number that it is computed from comes about."""
    seen = scene.seen
    if tensor == seen.graph.loss:
        return "the loss by itself"
    consumer = next((node for node, _ in scene.consumers(tensor)), None)
    names = scene.functions[consumer.id].sources if consumer is not None and consumer.id in scene.functions else []
    given: list[Tensor] = [scene.values[name] for name in names if name in scene.values]
    if consumer is None or len(given) != 2:
        return "slope of the loss"
    if consumer.operation == "cross_entropy" and given[0].dim() == 2 and not given[1].is_floating_point():
        share = float(torch.softmax(given[0][place[0]].double(), 0)[place[1]])
        right = int(given[1][place[0]]) == place[1]
        line = f"{rounded(share, 4)} − {int(right)}"
        return line if len(given[1]) == 1 else f"({line}) / {len(given[1])}"
    if consumer.operation == "mse_loss":
        factor = "2" if given[0].numel() == 1 else f"2 / {given[0].numel()}"
        return f"{factor} · ({rounded(float(given[0][place]), 4)} − {_factor(float(given[1][place]))})"
    return "slope of the loss"


def about_parameter(node: Node, parameter: str, operand: Operand) -> tuple[str, str]:
    """Return name and line of the last factor: how much an output depends on the parameter."""
    word = parameter.rpartition(".")[2]
    if node.operation in (*WEIGHTED, *NORMS) and word == "bias":
        return "a bias adds itself", "1"
    if node.operation in WEIGHTED:
        return "what came in", operand.name or "zero padding"
    if node.operation in NORMS:
        return "what came in, normalised", "(x − μ) / √(σ² + ε)"
    return f"slope of {node.operation.replace('_', ' ')}", "how much its result depends on it"


def _factor(value: float) -> str:
    text = rounded(value, 4)
    return f"({text})" if value < 0 else text

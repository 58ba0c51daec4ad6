"""Names of tensors as variables of a program."""

from __future__ import annotations

import builtins
import keyword
import re
from functools import cached_property

from visualizer.core.graph import NetworkGraph, Node, tensor_name

_TAKEN = frozenset(
    ["torch", "F", "loss", "optimizer", "net", "base64", "tensor", "read", "weights", "values", "parameters", "part",
     "show", "value", "name", "gradient"]
)  # fmt: skip
_PYTHON = frozenset([*keyword.kwlist, *dir(builtins)])


class Names:
    """One variable for each tensor and each parameter of a graph.

    The loss is `loss`, a single input `x`, a single target `y`.
    """

    def __init__(self, graph: NetworkGraph) -> None:
        self.graph = graph

    def __getitem__(self, tensor: str) -> str:
        return self._variables[tensor]

    def outputs(self, node: Node) -> list[str]:
        """Return the variables that a node computes."""
        return [self[tensor_name(node.id, output)] for output in range(max(len(node.shapes), 1))]

    @cached_property
    def _variables(self) -> dict[str, str]:
        graph, found = self.graph, {}
        inputs = [node.id for node in graph.nodes if node.kind == "input"]
        wished = {graph.loss: "loss"} if graph.loss else {}
        targets = [node.id for node in graph.nodes if node.kind == "constant" and node.call == "loss"]
        wished |= {inputs[0]: "x"} if len(inputs) == 1 else {}
        wished |= {targets[0]: "y"} if len(targets) == 1 else {}
        for node in graph.nodes:
            for output in range(max(len(node.shapes), 1)):
                found[tensor_name(node.id, output)] = ""
            found |= dict.fromkeys((*node.parameters, *node.buffers), "")
        taken = {*_TAKEN, *wished.values()}
        for tensor in found:
            found[tensor] = wished.get(tensor) or _free(tensor, taken)
            taken.add(found[tensor])
        return found


def _free(tensor: str, taken: set[str]) -> str:
    word = re.sub(r"\W+", "_", tensor.removeprefix("loss/")).strip("_") or "value"
    if word[0].isdigit():
        word = f"layer{word}"
    elif word in _PYTHON:
        word = f"{word}_"
    name, number = word, 2
    while name in taken:
        name, number = f"{word}_{number}", number + 1
    return name


def module_path(path: str) -> str:
    """Return how a program reaches a module of `net`: those that go by a number are in a list."""
    return "net" + "".join(f"[{word}]" if word.isdigit() else f".{word}" for word in path.split("."))

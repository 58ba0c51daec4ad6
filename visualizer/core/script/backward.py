"""What one operation does on the way back, as a line of PyTorch; `d_z` is the derivative of the loss by `z`."""

from __future__ import annotations

from collections.abc import Callable, Collection

from visualizer.core.graph import NetworkGraph, Node
from visualizer.core.script.forward import Written
from visualizer.core.script.names import Names

Shares = dict[str, str]
"""For each derivative that an operation computes the expression that gives it."""


class WayBack:
    """Writes the lines of a backward pass in its order, and knows which derivatives have a first part already."""

    def __init__(self, graph: NetworkGraph, names: Names, moved: Collection[str]) -> None:
        """Begin at the loss; `moved` are the nodes and parameters that get a gradient."""
        self._graph, self._names, self._moved = graph, names, moved
        self._reached: set[str] = set()

    def line(self, node: Node) -> str:
        """Return what a node sends back to its inputs and parameters, "" where it sends nothing."""
        written = Written(self._graph, node, self._names)
        arrived = [name for name in self._names.outputs(node) if name == "loss" or f"d_{name}" in self._reached]
        edges = [edge for edge in self._graph.incoming[node.id] if edge.source in self._moved]
        wanted = list(dict.fromkeys(self._names[edge.tensor] for edge in edges))
        learning = [self._names[name] for name in node.parameters if name in self._moved]
        targets = [*(f"d_{name}" for name in wanted), *(f"{name}.grad" for name in learning)]
        if node.kind != "operation" or not arrived or not targets:
            return ""
        shares = _closed_form(self._graph, written, arrived, wanted)
        told = [f"{target} = {self._added(target, text)}" for target, text in shares.items() if target in targets]
        line = "; ".join(told) or self._by_autograd(arrived, [*wanted, *learning], targets)
        self._reached |= set(targets)
        return line

    def _added(self, target: str, text: str) -> str:
        """Add to what came over other edges; not in place, since two names may stand for one tensor."""
        return f"{target} + {text}" if target in self._reached else text

    def _by_autograd(self, arrived: list[str], given: list[str], targets: list[str]) -> str:
        errors = [f"d_{name}" for name in arrived if name != "loss"]
        parts = [", ".join(arrived), f"[{', '.join(given)}]", ", ".join(errors)]
        if len(arrived) > 1:
            parts[0], parts[2] = f"[{parts[0]}]", f"[{parts[2]}]"
        call = f"torch.autograd.grad({', '.join(filter(None, parts))})"
        if not self._reached & set(targets):
            return f"{', '.join(targets)}{',' * (len(targets) == 1)} = {call}"
        shares = [f"share_{number}" if target in self._reached else target for number, target in enumerate(targets)]
        sums = [f"{t} = {t} + {share}" for t, share in zip(targets, shares, strict=True) if t != share]
        return f"{', '.join(shares)}{',' * (len(shares) == 1)} = {call}; {'; '.join(sums)}"


def _closed_form(graph: NetworkGraph, written: Written, arrived: list[str], wanted: list[str]) -> Shares:
    """Return the derivatives of an operation where they are plain to write, {} for any other."""
    node, output = written.node, arrived[0]
    error = "" if output == "loss" else f"d_{output}"
    shapes = [edge.shape for edge in graph.incoming[node.id]]
    if len(arrived) > 1 or len(node.shapes) > 1:
        return {}
    if not error:
        return _loss(written, shapes)
    if node.operation == "linear" and len(shapes) == 1 and len(node.shape) == 2 and 0 < len(written.parameters) < 3:
        return _linear(written, error, wanted)
    if written.parameters or any(shape != node.shape for shape in shapes):
        return _reshaped(written, error, wanted)
    return _elementwise(written, output, error, wanted)


def _elementwise(written: Written, output: str, error: str, wanted: list[str]) -> Shares:
    operation, given = written.node.operation, written.given
    if len(given) == 1 and wanted and operation in _SLOPES:
        return {f"d_{wanted[0]}": f"{error} * {_SLOPES[operation](written, output)}"}
    if len(given) == 2 and operation in _OF_TWO:
        shares = zip(given, _OF_TWO[operation](error, *given), strict=True)
        return {f"d_{name}": text for name, text in shares if name in wanted}
    return {}


def _loss(written: Written, shapes: list[tuple[int, ...]]) -> Shares:
    operation, known = written.node.operation, written.node.attributes
    x = written.inputs[0]
    if operation == "mean" and "dim" not in known:
        return {f"d_{x}": f"torch.full_like({x}, 1 / {x}.numel())"}
    if len(written.inputs) != 2 or known.get("reduction", "mean") != "mean" or known.get("label_smoothing"):
        return {}
    y = written.inputs[1]
    if operation == "mse_loss" and shapes[0] == shapes[1]:
        return {f"d_{x}": f"2 * ({x} - {y}) / {x}.numel()"}
    if operation == "cross_entropy" and shapes[1] == (1,):  # among many classes some may not count
        return {f"d_{x}": f"torch.softmax({x}, 1) - F.one_hot({y}, {x}.shape[1])"}
    return {}


def _linear(written: Written, error: str, wanted: list[str]) -> Shares:
    weight, *bias = written.parameters
    (x,) = written.inputs
    shares = {f"{weight}.grad": f"{error}.T @ {x}"}
    shares |= {f"{name}.grad": f"{error}.sum(0)" for name in bias}
    return shares | {f"d_{name}": f"{error} @ {weight}" for name in wanted}


def _reshaped(written: Written, error: str, wanted: list[str]) -> Shares:
    only_shape = written.node.operation in ("flatten", "unflatten", "view", "reshape", "squeeze", "unsqueeze")
    return {f"d_{name}": f"{error}.reshape({name}.shape)" for name in wanted if only_shape}


def _leaky(written: Written, output: str) -> str:
    slope = written.node.attributes.get("negative_slope", 0.01)
    return f"torch.where({written.inputs[0]} > 0, 1, {slope!r})"


_SLOPES: dict[str, Callable[[Written, str], str]] = {
    "tanh": lambda written, y: f"(1 - {y} ** 2)",
    "sigmoid": lambda written, y: f"{y} * (1 - {y})",
    "relu": lambda written, y: f"({written.inputs[0]} > 0)",
    "leaky_relu": _leaky,
    "exp": lambda written, y: y,
    "neg": lambda written, y: "-1",
}
_OF_TWO: dict[str, Callable[[str, str, str], tuple[str, str]]] = {
    "add": lambda error, a, b: (error, error),
    "sub": lambda error, a, b: (error, f"-{error}"),
    "mul": lambda error, a, b: (f"{error} * {b}", f"{error} * {a}"),
}

"""What one operation does on the way back, as a line of PyTorch; `d_z` is the derivative of the loss by `z`."""

from __future__ import annotations

from visualizer.core.graph import NetworkGraph, Node
from visualizer.core.script.forward import Written
from visualizer.core.script.names import Names


def backward_line(graph: NetworkGraph, node: Node, names: Names, first: bool) -> str:
    """Return what a node sends back to its inputs and parameters; `first` is whether nothing came to them before."""
    written = Written(graph, node, names)
    if not written.given or node.kind != "operation":
        return ""
    output = names.outputs(node)[0]
    error = "" if output == "loss" else f"d_{output}"
    wanted = [name for name in written.inputs if not _is_fixed(graph, node, names, name)]
    back = _closed_form(written, output, error, wanted)
    if back:
        return back if first else back.replace(f"d_{wanted[0]} = ", f"d_{wanted[0]} += ") if wanted else back
    targets = [*wanted, *written.parameters]
    left = ", ".join([*(f"d_{name}" for name in wanted), *(f"{name}.grad" for name in written.parameters)])
    comma = "," if len(targets) == 1 else ""
    given = ", ".join([output, f"[{', '.join(targets)}]", *([error] if error else [])])
    return f"{left}{comma} {'=' if first else '+='} torch.autograd.grad({given})" if targets else ""


def _closed_form(written: Written, output: str, error: str, wanted: list[str]) -> str:
    """Return the line of an operation whose derivative is plain to write, "" for any other."""
    operation, inputs = written.node.operation, written.inputs
    if error and len(inputs) == 1 and wanted and operation in _SLOPES and not written.parameters:
        return f"d_{inputs[0]} = {error} * {_SLOPES[operation].format(x=inputs[0], y=output)}"
    if error and operation == "linear" and len(inputs) == 1 and 0 < len(written.parameters) < 3:
        return _linear(written, error, wanted)
    if error and operation == "add" and wanted:
        return f"{' = '.join(f'd_{name}' for name in wanted)} = {error}"
    if operation in _LOSSES and not error and len(inputs) == 2:
        return f"d_{inputs[0]} = {_LOSSES[operation].format(z=inputs[0], y=inputs[1])}"
    return ""


_LOSSES = {
    "cross_entropy": "(torch.softmax({z}, 1) - F.one_hot({y}, {z}.shape[1])) / len({z})",
    "mse_loss": "2 * ({z} - {y}) / {z}.numel()",
}
_SLOPES = {
    "tanh": "(1 - {y} ** 2)",
    "sigmoid": "{y} * (1 - {y})",
    "relu": "({x} > 0)",
    "exp": "{y}",
    "neg": "-1",
}


def _linear(written: Written, error: str, wanted: list[str]) -> str:
    weight, *bias = written.parameters
    (x,) = written.inputs
    parts = [f"{weight}.grad = {error}.T @ {x}", *(f"{name}.grad = {error}.sum(0)" for name in bias)]
    return "; ".join([*parts, *(f"d_{name} = {error} @ {weight}" for name in wanted)])


def _is_fixed(graph: NetworkGraph, node: Node, names: Names, variable: str) -> bool:
    edges = (edge for edge in graph.incoming[node.id] if names[edge.tensor] == variable)
    return all(graph.node[edge.source].kind in ("input", "constant") for edge in edges)

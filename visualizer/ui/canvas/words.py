"""What layers and operations are called on the canvas, in long and in short."""

from __future__ import annotations

import re

from visualizer.core.graph import NetworkGraph, Node
from visualizer.core.numbers import shape_text, whole

_NAMES = {
    "conv1d": "conv", "conv2d": "conv", "conv3d": "conv", "batch_norm": "batch norm", "layer_norm": "layer norm",
    "group_norm": "group norm", "max_pool1d": "max pool", "max_pool2d": "max pool", "avg_pool2d": "average pool",
    "adaptive_avg_pool1d": "average pool", "adaptive_avg_pool2d": "average pool", "cross_entropy": "cross-entropy",
    "mse_loss": "mean squared error",
    "scaled_dot_product_attention": "attention", "__getitem__": "slice", "getitem": "slice", "cat": "join",
}  # fmt: skip
RECURRENT = {"rnn_tanh": "RNN", "rnn_relu": "RNN", "lstm": "LSTM", "gru": "GRU"}
_SHORT = {"batch norm": "bn", "layer norm": "ln", "group norm": "gn", "max pool": "pool", "average pool": "pool"}
_SYMBOLS = {"add": "+", "iadd": "+", "sub": "−", "mul": "×", "div": "÷", "matmul": "@", "cat": "cat"}
_DOES = {"relu": "max(0, ·)", "batch_norm": "γ, β", "layer_norm": "γ, β", "group_norm": "γ, β", "tanh": "tanh(·)"}


def operation_title(node: Node) -> str:
    """Return an operation as it is said: conv 3×3, batch norm, relu."""
    if node.operation in RECURRENT:
        return RECURRENT[node.operation]
    name = _NAMES.get(node.operation, node.operation.strip("_").replace("_", " "))
    return f"{name} {kernel}" if (kernel := kernel_text(node)) else name


def short_operation(node: Node) -> str:
    """Return an operation in as few letters as the field uses: conv 3×3, bn, pool."""
    name = _NAMES.get(node.operation, node.operation.strip("_").replace("_", " "))
    return _SHORT.get(name, operation_title(node))


def kernel_text(node: Node) -> str:
    """Return the kernel of a convolution or pooling, 3×3, or "" where there is none."""
    size = node.attributes.get("kernel_size")
    if isinstance(size, bool) or not isinstance(size, int | list):
        return ""
    if isinstance(size, list):
        return shape_text(tuple(size))
    return f"{size}×{size}" if node.operation.endswith("2d") else str(size)


def recurrent_facts(node: Node, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return what a recurrent layer is whose output is (steps, units), from the longest wording to the shortest."""
    name, units = RECURRENT[node.operation], f"{shape[1]} units"
    return (f"{name}, {units}, {shape[0]} steps", f"{name}, {units}", name, "")


def symbol(node: Node) -> str:
    """Return the sign of an operation that joins values (+), or ""."""
    return _SYMBOLS.get(node.operation, "")


def what_it_does(node: Node, shape: tuple[int, ...]) -> str:
    """Return the small line below an operation: its weights, its rule, or its shape."""
    if node.parameter_count and not node.operation.endswith("_norm"):
        return f"{whole(node.parameter_count)} w"
    return _DOES.get(node.operation, shape_text(shape))


def spaced(name: str) -> str:
    """Return a module's name as words: stage1 is `stage 1`, layer_norm is `layer norm`."""
    return re.sub(r"(?<=[a-z])(?=\d+$)", " ", name.replace("_", " "))


def class_words(name: str) -> str:
    """Return a class as words: InvertedResidual is `inverted residual`, BatchNorm2d is `batch norm 2d`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z][a-z]|\d+d$)", " ", name).lower()


def call_words(graph: NetworkGraph, call: str) -> str:
    """Return the name of one call below its parent: `stage 1`, or `block 2` for the number 1 in a sequence."""
    path, kind = graph.call[call].path, graph.call[call].module_class
    if not path:
        return kind
    word, again = path.rpartition(".")[2], call.partition("#")[2]
    if word.isdigit() and call in graph.node:
        operation = graph.node[call].operation
        word = f"{_NAMES.get(operation, operation.replace('_', ' '))} {int(word) + 1}"
    elif word.isdigit():
        word = f"{'block' if kind.lower().endswith('block') else class_words(kind)} {int(word) + 1}"
    return f"{spaced(word)} ({again})" if again else spaced(word)


def place(graph: NetworkGraph, identity: str) -> str:
    """Return where a call or node is, from the outside in: `stage 1 · block 1 · conv 1`."""
    if identity in graph.call:
        return " · ".join(call_words(graph, call) for call in graph.call_chains[identity]) or "network"
    node = graph.node[identity]
    around = [call_words(graph, call) for call in graph.call_chains.get(node.call, ())]
    if node.id != node.call:
        around.append(operation_title(node))
    return " · ".join(around)


def size_texts(shape: tuple[int, ...], *, signal: bool = False) -> tuple[str, str, str]:
    """Return a shape for an edge: channels, size, and the size shortened (28² for 28×28)."""
    if len(shape) == 2 and not signal:
        return (f"{shape[0]} step{'s' * (shape[0] != 1)}", f"of {shape[1]}", shape_text(shape))
    if len(shape) < 2 or all(size == 1 for size in shape[1:]):
        return (str(shape[0]) if shape else "1", "", "")
    size = shape[1:]
    square = f"{size[0]}²" if len(size) == 2 and size[0] == size[1] else shape_text(size)
    return (str(shape[0]), shape_text(size), square)

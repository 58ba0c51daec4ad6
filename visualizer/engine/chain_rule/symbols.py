"""Names of numbers in a chain, as TeX; indices count from 0 and leave out a leading dimension of one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from visualizer.core.graph import NetworkGraph

SLOPES = (
    "relu", "leaky_relu", "relu6", "elu", "selu", "celu", "gelu", "silu", "mish", "sigmoid", "tanh", "softplus", "exp",
    "log", "sqrt", "abs", "neg", "hardtanh", "hardsigmoid", "hardswish", "softsign", "logsigmoid", "square",
)  # fmt: skip
"""Operations that turn each number on its own into another."""

COPYING = (
    "flatten", "unflatten", "view", "reshape", "squeeze", "unsqueeze", "permute", "transpose", "contiguous", "getitem",
    "select", "pad", "cat", "dropout", "dropout1d", "dropout2d", "clone",
)  # fmt: skip
"""Operations that pass each number on as it is."""

NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm")
WEIGHTED = ("linear", "conv1d", "conv2d", "conv3d")
_LAST_WORDS = {
    "weight": "w", "bias": "b", "weight_ih": "w", "weight_hh": "u", "bias_ih": "b", "bias_hh": "d",
}  # fmt: skip


def letter(graph: NetworkGraph, tensor: str) -> str:
    """Return the letter for a tensor: x goes in, z is weighted, a is activated, y is anything else."""
    node = graph.node[tensor.partition(":")[0]]
    if tensor == graph.loss:
        return "L"
    if node.kind == "input":
        return "x"
    if node.operation in WEIGHTED:
        return "z"
    return "a" if node.operation in SLOPES else "y"


def parameter_symbol(graph: NetworkGraph, name: str, index: Sequence[int]) -> str:
    """Return the symbol of one element of a parameter."""
    users = [node.operation for node in graph.nodes if name in node.parameters]
    word = name.rpartition(".")[2]
    if any(operation in NORMS for operation in users):
        symbol = {"weight": r"\gamma", "bias": r"\beta"}.get(word, r"\theta")
    else:
        symbol = _LAST_WORDS.get(re.sub(r"_l\d+(_reverse)?$", "", word), r"\theta")
    return with_index(symbol, index)


def with_index(symbol: str, index: Sequence[int]) -> str:
    """Return a symbol with its index below."""
    return f"{symbol}_{{{','.join(map(str, index))}}}" if index else symbol


def partial(symbol: str) -> str:
    """Return one half of a fraction of a derivative."""
    return rf"\partial {symbol}"

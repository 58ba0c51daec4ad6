"""A program of its own that computes a recorded pass again and prints its numbers; it needs only torch."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from visualizer.core.graph import NetworkGraph, Node, tensor_name
from visualizer.core.script.names import Names

INLINED = 512 << 10
"""Bytes of weights that are written into the text; more of them belong into a file."""

Arrays = Mapping[str, npt.NDArray[Any]]


def weight_names(graph: NetworkGraph) -> list[str]:
    """Return the parameters and buffers that a pass has used."""
    return list(dict.fromkeys(name for node in graph.nodes for name in (*node.parameters, *node.buffers)))


def given_nodes(graph: NetworkGraph) -> list[Node]:
    """Return the nodes whose tensors are written into a program: inputs, constants, and tensors from elsewhere."""
    return [node for node in graph.nodes if node.kind in ("input", "constant") or _is_from_elsewhere(graph, node)]


def computed_nodes(graph: NetworkGraph) -> list[Node]:
    """Return the nodes that a program computes, in forward order."""
    computed = [node for node in graph.nodes if node.kind in ("operation", "opaque")]
    return [node for node in computed if not _is_from_elsewhere(graph, node)]


def _is_from_elsewhere(graph: NetworkGraph, node: Node) -> bool:
    return node.kind == "opaque" and node.operation == "tensor" and not graph.incoming[node.id]


def program(
    graph: NetworkGraph,
    title: str,
    lines: Sequence[str],
    tensors: Arrays,
    trainable: frozenset[str],
    weights_file: str = "",
) -> str:
    """Return the program: `lines` compute a pass by the variables of `Names`, and what they have computed is printed.

    `tensors` are weights, inputs and constants by name, each of them as it was recorded. With `weights_file`, the name
    of a safetensors file beside the program, the weights are read from there.
    """
    names = Names(graph)
    given = [tensor_name(node.id, output) for node in given_nodes(graph) for output in range(len(node.shapes))]
    used = weight_names(graph)
    inline = [*given, *([] if weights_file else used)]
    values = [tensor_name(node.id, output) for node in computed_nodes(graph) for output in range(len(node.shapes))]
    return "\n".join(
        [
            _HEAD.format(title=title),
            _FILE.format(file=weights_file) if weights_file else "",
            *(f"{names[name]} = {_literal(tensors[name])}" for name in inline),
            *(f'{names[name]} = weights["{name}"]' for name in used if weights_file),
            "",
            *(f"{names[name]}.requires_grad_()" for name in used if name in trainable),
            "",
            *lines,
            "",
            _table("values", values, names),
            _table("parameters", [name for name in used if name in trainable], names),
            _TAIL,
        ]
    )


def _literal(array: npt.NDArray[Any]) -> str:
    text = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    rows = "\n".join(f'    "{row}"' for row in textwrap.wrap(text, 110))
    return f"tensor(\n    torch.{array.dtype.name}, {list(array.shape)},\n{rows or _NOTHING}\n)"


def _table(title: str, tensors: list[str], names: Names) -> str:
    rows = "".join(f'    "{tensor}": {names[tensor]},\n' for tensor in tensors)
    return f"{title} = {{\n{rows}}}"


_NOTHING = '    ""'

_HEAD = '''"""{title}"""

import base64

import torch
from torch.nn import functional as F


def tensor(kind, shape, text):
    data = bytearray(base64.b64decode(text))
    return torch.frombuffer(data, dtype=kind).reshape(shape).clone() if data else torch.empty(shape, dtype=kind)

'''

_FILE = '''
def read(path):
    """Return the tensors of a safetensors file: the length of a JSON header, the header, the numbers."""
    import json

    with open(path, "rb") as file:
        data = bytearray(file.read())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    kinds = {{"F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "BOOL": torch.bool}}
    return {{
        name: torch.frombuffer(data[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]],
                               dtype=kinds[entry["dtype"]]).reshape(entry["shape"]).clone()
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] in kinds and entry["data_offsets"][0] < entry["data_offsets"][1]
    }}


weights = read(__import__("pathlib").Path(__file__).with_name("{file}"))
'''

_TAIL = """
for value in values.values():
    if value.requires_grad:
        value.retain_grad()
if loss.requires_grad:
    loss.backward()


def show(kind, name, value):
    first = " ".join(f"{number:.6e}" for number in value.detach().flatten()[:3].tolist())
    print(f"{kind} {name}: norm {value.detach().double().norm().item():.6e}, first {first}")


for name, value in values.items():
    show("activation", name, value)
print(f"loss: {loss.item():.6e}")
for name, value in values.items():
    if value.grad is not None:
        show("gradient", name, value.grad)
for name, value in parameters.items():
    if value.grad is not None:
        show("gradient of", name, value.grad)
"""

"""Print the graph of a network as JSON."""

from __future__ import annotations

import argparse
import math
import sys
from typing import TYPE_CHECKING, Any

from visualizer.commands.arguments import add_network, is_trusted, shape
from visualizer.commands.output import only_json
from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.graph import Attribute, Edge, NetworkGraph, Node

if TYPE_CHECKING:
    from torch import nn

NAME = "graph"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_network(parser)
    parser.add_argument(
        "--input",
        type=shape,
        action="append",
        metavar="SHAPE",
        help="shape of an input with its batch dimension, as in 1x3x32x32; once for each input",
    )


def run(arguments: argparse.Namespace) -> int:
    """Trace the network in eval mode and print what ran; where it breaks off, also say why, and return 2."""
    with only_json() as show:
        graph = _graph(arguments)
        show(as_json(graph))
    if graph.error:
        print(f"visualizer: {graph.error}", file=sys.stderr)
        return 2
    return 0


def _graph(arguments: argparse.Namespace) -> NetworkGraph:
    import torch

    from visualizer.engine import networks
    from visualizer.engine.tracing import trace

    torch.set_num_threads(1)
    network = networks.build(arguments.network, seed=0, trusted=is_trusted(arguments))
    shapes = arguments.input or [_default_shape(arguments.network, network)]
    network.eval()
    generator = torch.Generator().manual_seed(0)
    graph = trace(network, [torch.randn(sizes, generator=generator) for sizes in shapes])
    if graph.error:  # what looks its input up in a table, as an embedding does, takes whole numbers only
        of_numbers = trace(network, [torch.zeros(sizes, dtype=torch.int64) for sizes in shapes])
        return graph if of_numbers.error else of_numbers
    return graph


def _default_shape(name: str, network: nn.Module) -> tuple[int, ...]:
    """Return the shape of a batch of one."""
    if catalogue.is_network_file(name):
        raise UserError(f"The input shape of {name} is not known: give it, as in --input 1x3x32x32.")
    from visualizer.engine import networks

    return (1, *networks.input_shape(name, network))


def as_json(graph: NetworkGraph) -> dict[str, Any]:
    """Return nodes and edges as plain values; `error` is there where the pass broke off."""
    plain: dict[str, Any] = {
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
        "outputs": graph.outputs,
    }
    return {**plain, "error": graph.error} if graph.error else plain


def _node(node: Node) -> dict[str, Any]:
    plain = {
        "id": node.id,
        "kind": node.kind,
        "operation": node.operation,
        "module": node.module,
        "class": node.module_class,
        "shape": list(node.shape),
        "shapes": [list(sizes) for sizes in node.shapes],
        "parameters": node.parameter_count,
        "parameter_names": node.parameters,
        "attributes": {name: _finite(value) for name, value in node.attributes.items()},
    }
    return {**plain, "error": node.error} if node.error else plain


def _finite(value: Attribute) -> Attribute:
    """Return an attribute as JSON can hold it: an infinite number as a word."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "shape": list(edge.shape),
        "output": edge.output,
        "argument": edge.argument,
    }

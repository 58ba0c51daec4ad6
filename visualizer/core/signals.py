"""Which tensors of two axes are signals, (channels, positions); all others are sequences, (steps, features)."""

from __future__ import annotations

from visualizer.core.graph import NetworkGraph, Node

_RANK = 3  # with the batch
_MIXES = {
    "linear", "matmul", "bmm", "addmm", "einsum", "scaled_dot_product_attention", "embedding", "layer_norm",
    "rnn_tanh", "rnn_relu", "lstm", "gru", "transpose", "permute", "view", "reshape", "flatten",
    "getitem", "unbind", "chunk", "split",
}  # fmt: skip


def signals(graph: NetworkGraph) -> frozenset[str]:
    """Return the nodes that give signals: what 1-D convolutions and poolings give or read, as far as it is kept."""
    found = {node.id for node in graph.nodes if _walks(node) and len(node.shape) == _RANK}
    found |= {edge.source for node in graph.nodes if _walks(node) for edge in graph.incoming[node.id][:1]}
    for node in graph.nodes:
        before = [edge.source for edge in graph.incoming[node.id]]
        if _keeps(node) and any(source in found and _alike(graph.node[source], node) for source in before):
            found.add(node.id)
    for node in reversed(graph.nodes):
        if node.id in found and _keeps(node):
            found |= {e.source for e in graph.incoming[node.id] if _alike(graph.node[e.source], node)}
    return frozenset(name for name in found if len(graph.node[name].shape) == _RANK)


def _walks(node: Node) -> bool:
    """Return whether an operation walks along one axis."""
    return node.operation.endswith("1d") and ("conv" in node.operation or "pool" in node.operation)


def _keeps(node: Node) -> bool:
    return node.kind == "operation" and not _walks(node) and node.operation not in _MIXES


def _alike(one: Node, other: Node) -> bool:
    """Return whether the last axis of two tensors is the same one."""
    return len(one.shape) == len(other.shape) == _RANK and one.shape[-1] == other.shape[-1]

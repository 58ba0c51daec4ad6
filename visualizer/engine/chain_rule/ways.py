"""How many ways lead from a parameter to the loss: what backpropagation adds up without walking each of them."""

from __future__ import annotations

from visualizer.engine.recording import Pass


def ways(seen: Pass, parameter: str) -> float:
    """Return the number of ways from operation to operation along which gradients come back to a parameter."""
    graph = seen.graph
    found: dict[str, float] = {graph.loss.partition(":")[0]: 1.0}
    for node in reversed(graph.nodes):
        edges = [edge for edge in graph.outgoing[node.id] if edge.tensor in seen.gradients]
        found.setdefault(node.id, sum(found.get(edge.target, 0.0) for edge in edges))
    return sum(found[node.id] for node in graph.nodes if parameter in node.parameters)

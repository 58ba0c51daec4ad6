"""Shows on the canvas and in the inspector where the number stands that is looked at."""

from __future__ import annotations

from typing import Any

from visualizer.core.graph import NetworkGraph
from visualizer.core.messages import Explain
from visualizer.ui.explanations.questions import Question

_OF_PARAMETERS = ("parameter", "buffer", "initial", "parameter_gradient", "update", "memory")


def where(question: Question, graph: NetworkGraph) -> dict[str, Any]:
    """Return what of the view has to change for a number to be seen; {} where it is nowhere in the network."""
    if not isinstance(question, Explain):
        return {}
    if question.kind in _OF_PARAMETERS:
        name = question.name.partition("/")[2] if question.kind == "memory" else question.name
        users = (node.id for node in graph.nodes if name in (*node.parameters, *node.buffers))
        return _look(next(users, ""), question.index[:1])
    node = question.name.rpartition("->")[0] if question.kind == "edge_gradient" else question.name
    node = node.partition(":")[0]
    if question.kind == "inner":
        node = node.rpartition("/")[0]
        return _look(node if node in graph.node else "", ())
    return _look(node if node in graph.node else "", question.index)


def _look(node: str, index: tuple[int, ...]) -> dict[str, Any]:
    return {"selected": node, "element": index, "channel": index[0] if index else 0} if node else {}

"""The plain PyTorch lines of what happens in a recorded pass; each knows when it is to be lit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from visualizer.core.graph import NetworkGraph, Node, fold
from visualizer.core.script.backward import backward_line
from visualizer.core.script.forward import expression
from visualizer.core.script.names import Names
from visualizer.core.timeline import Phase, SceneState

MOST_PARTS = 8  # lines of the forward pass in the short form
_LOSSES = {"cross-entropy": "F.cross_entropy", "mean-squared-error": "F.mse_loss"}
_OPTIMIZERS = {"sgd": "torch.optim.SGD", "adam": "torch.optim.Adam"}


class Line(msgspec.Struct, frozen=True):
    """One line of code. It is lit in its phase, where it has nodes only while one of them is active.

    `note` is a word about it for the margin. An `inner` line says what happens inside of the line above it. Without a
    phase it is never lit.
    """

    text: str
    note: str
    phase: Phase | None = None
    nodes: tuple[str, ...] = ()
    inner: bool = False


def lit(lines: Sequence[Line], scene: SceneState) -> list[int]:
    """Return the places of the lines that say what is happening at an instant."""
    return [
        place
        for place, line in enumerate(lines)
        if line.phase == scene.phase and (not line.nodes or scene.active in line.nodes)
    ]


def mirror(graph: NetworkGraph, backward_order: Sequence[str], *, optimizer: str, learning_rate: float) -> list[Line]:
    """Return one line for every operation, forward and backward, with the optimizer's around them."""
    names = Names(graph)
    computed = [node for node in graph.nodes if node.kind in ("operation", "opaque")]
    forward = [_forward_line(graph, node, names) for node in computed]
    return [
        _optimizer(optimizer, learning_rate),
        *forward,
        *_training("loss"),
        *_returning(graph, backward_order, names),
        _UPDATE,
    ]


def short_mirror(graph: NetworkGraph, *, loss: str, optimizer: str, learning_rate: float) -> list[Line]:
    """Return the five lines of a training step; the network's own parts are called one by one where they are few."""
    losses = tuple(node.id for node in graph.nodes if node.call == "loss")
    target = Line(f"loss = {_LOSSES.get(loss, loss)}(logits, y)", "loss", "loss", losses)
    return [_optimizer(optimizer, learning_rate), *_parts(graph), target, *_training("loss"), _UPDATE]


def _parts(graph: NetworkGraph) -> list[Line]:
    inside = [part for part in fold(graph).parts if not {"loss"} & {graph.node[node].call for node in part.nodes}]
    parts = [part for part in inside if any(graph.node[node].kind == "operation" for node in part.nodes)]
    links = [link for link in fold(graph).links if link.target in {part.id for part in parts}]
    is_chain = len(links) == len(parts) and all(part.call is not None for part in parts)
    if is_chain and 0 < len(parts) <= MOST_PARTS:
        return [
            Line(
                f"{'logits' if part is parts[-1] else 'x'} = net.{part.id}(x)", "forward", "forward", tuple(part.nodes)
            )
            for part in parts
        ]
    return [Line("logits = net(x)", "forward", "forward")]


def _optimizer(optimizer: str, learning_rate: float) -> Line:
    name = _OPTIMIZERS.get(optimizer, optimizer)
    return Line(f"optimizer = {name}(net.parameters(), lr={learning_rate:g})", "once")


def _training(loss: str) -> list[Line]:
    return [
        Line("optimizer.zero_grad()", "clear old gradients"),
        Line(f"{loss}.backward()", "backward", "backward"),
    ]


_UPDATE = Line("optimizer.step()", "update", "update")


def _forward_line(graph: NetworkGraph, node: Node, names: Names) -> Line:
    """Return the line of one operation; it is lit also while a constant appears that goes into it."""
    sources = [graph.node[edge.source] for edge in graph.incoming[node.id]]
    given = ", ".join(names[edge.tensor] for edge in graph.incoming[node.id])
    called = f"net.{node.module}({given})" if node.module else f"{node.operation}({given})"
    text = f"{', '.join(names.outputs(node))} = {expression(graph, node, names) or called}"
    lit_with = (*(source.id for source in sources if source.kind == "constant"), node.id)
    phase: Phase = "loss" if node.call == "loss" else "forward"
    return Line(text, phase, phase, lit_with)


def _returning(graph: NetworkGraph, backward_order: Sequence[str], names: Names) -> list[Line]:
    lines: list[Line] = []
    reached: set[str] = set()
    losses = [node.id for node in reversed(graph.nodes) if node.call == "loss"]
    for node_id in dict.fromkeys([*losses, *backward_order]):
        sources = {edge.tensor for edge in graph.incoming[node_id]}
        text = backward_line(graph, graph.node[node_id], names, first=not sources & reached)
        reached |= sources
        if text:
            lines.append(Line(text, "backward", "backward", (node_id,), inner=True))
    return lines

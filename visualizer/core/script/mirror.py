"""The plain PyTorch lines of what happens in a recorded pass; each knows when it is to be lit."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from visualizer.core.graph import NetworkGraph, Node, Part, fold
from visualizer.core.script.backward import WayBack
from visualizer.core.script.forward import RECURRENT, expression
from visualizer.core.script.names import Names, module_path
from visualizer.core.timeline import Phase, SceneState

MOST_PARTS = 8  # lines of the forward pass in the short form
_LOSSES = {
    "cross-entropy": "F.cross_entropy(logits, y)",
    "mean-squared-error": "F.mse_loss(logits, y)",
    "non-saturating": "F.softplus(-logits).mean()",
    "minimax": "-F.softplus(logits).mean()",
    "least-squares": "((logits - 1) ** 2).mean() / 2",
}
_OF_SEQUENCES = "F.cross_entropy(logits.flatten(0, 1), y.flatten())"
_OPTIMIZERS = {
    "sgd": "torch.optim.SGD(net.parameters(), lr={rate:g})",
    "adam": "torch.optim.Adam(net.parameters(), lr={rate:g})",
    "adam-0.5": "torch.optim.Adam(net.parameters(), lr={rate:g}, betas=(0.5, 0.999))",
}


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


def mirror(
    graph: NetworkGraph,
    backward_order: Sequence[str],
    trainable: Collection[str],
    *,
    optimizer: str,
    learning_rate: float,
) -> list[Line]:
    """Return one line for every operation, forward and backward, with the optimizer's around them.

    `trainable` are the parameters that got a gradient.
    """
    names = Names(graph)
    computed = [node for node in graph.nodes if node.kind in ("operation", "opaque")]
    forward = [_forward_line(graph, node, names) for node in computed]
    return [
        _optimizer(optimizer, learning_rate),
        *forward,
        *_TRAINING,
        *_returning(graph, backward_order, trainable, names),
        _UPDATE,
    ]


def short_mirror(graph: NetworkGraph, *, loss: str, optimizer: str, learning_rate: float) -> list[Line]:
    """Return the five lines of a training step; the network's own parts are called one by one where they are few."""
    losses = tuple(node.id for node in graph.nodes if node.call == "loss")
    judged = [graph.node[tensor.partition(":")[0]] for tensor in graph.outputs]
    is_sequence = loss == "cross-entropy" and any(len(node.shape) > 2 for node in judged)
    target = Line(f"loss = {_OF_SEQUENCES if is_sequence else _LOSSES[loss]}", "loss", "loss", losses)
    return [_optimizer(optimizer, learning_rate), *_parts(graph), target, *_TRAINING, _UPDATE]


def _parts(graph: NetworkGraph) -> list[Line]:
    inside = [part for part in fold(graph).parts if not {"loss"} & {graph.node[node].call for node in part.nodes}]
    parts = [part for part in inside if any(graph.node[node].kind == "operation" for node in part.nodes)]
    links = [link for link in fold(graph).links if link.target in {part.id for part in parts}]
    is_chain = len(links) == len(parts) and all(part.call is not None for part in parts)
    if is_chain and 0 < len(parts) <= MOST_PARTS:
        texts = [f"{_result(graph, part, last=part is parts[-1])} = {module_path(part.id)}(x)" for part in parts]
        return [Line(text, "forward", "forward", tuple(part.nodes)) for text, part in zip(texts, parts, strict=True)]
    return [Line("logits = net(x)", "forward", "forward")]


def _result(graph: NetworkGraph, part: Part, *, last: bool) -> str:
    """Return what takes the result of a part: a recurrent layer returns its states too."""
    result = "logits" if last else "x"
    return f"{result}, _" if graph.node[part.nodes[-1]].operation in RECURRENT else result


def _optimizer(optimizer: str, learning_rate: float) -> Line:
    return Line(f"optimizer = {_OPTIMIZERS[optimizer].format(rate=learning_rate)}", "once")


_TRAINING = (
    Line("optimizer.zero_grad()", "clear old gradients"),
    Line("loss.backward()", "backward", "backward"),
)
_UPDATE = Line("optimizer.step()", "update", "update")


def _forward_line(graph: NetworkGraph, node: Node, names: Names) -> Line:
    """Return the line of one operation; it is lit also while a constant appears that goes into it."""
    sources = [graph.node[edge.source] for edge in graph.incoming[node.id]]
    given = ", ".join(names[edge.tensor] for edge in graph.incoming[node.id])
    alone = graph.call[node.call].module_class and len(graph.nodes_in(node.call)) == 1 and node.module
    called = f"{module_path(node.module)}({given})" if alone else f"torch.{node.operation}({given})"
    text = f"{', '.join(names.outputs(node))} = {expression(graph, node, names) or called}"
    lit_with = (*(source.id for source in sources if source.kind == "constant"), node.id)
    phase: Phase = "loss" if node.call == "loss" else "forward"
    return Line(text, phase, phase, lit_with)


def _returning(
    graph: NetworkGraph, backward_order: Sequence[str], trainable: Collection[str], names: Names
) -> list[Line]:
    """Return what each operation does on the way back.

    The pass back through the loss itself takes no time of its own: its lines are lit while their result arrives.
    """
    lines: list[Line] = []
    back = WayBack(graph, names, {*backward_order, *trainable})
    losses = [node.id for node in reversed(graph.nodes) if node.call == "loss"]
    arriving = dict.fromkeys(edge.source for loss in losses for edge in graph.incoming[loss])
    judged = [node for node in arriving if node in backward_order and node not in losses]
    for node_id in dict.fromkeys([*losses, *backward_order]):
        text = back.line(graph.node[node_id])
        if text:
            lit_with = (*judged, node_id) if node_id in losses else (node_id,)
            lines.append(Line(text, "backward", "backward", lit_with, inner=True))
    return lines

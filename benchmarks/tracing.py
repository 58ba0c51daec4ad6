"""Trace and lay out a ResNet-152-sized network, against torchview's graph of the same network (without any layout)."""

from __future__ import annotations

import torch
import torchview

from benchmarks.networks import ResNet152
from benchmarks.report import Ratio, alternate
from visualizer.core.graph import fold
from visualizer.core.layout import layered
from visualizer.engine.recording import record
from visualizer.engine.tracing import trace

ROUNDS = 5
SHAPE = (1, 3, 64, 64)


def run() -> list[Ratio]:
    torch.set_num_threads(1)
    network = ResNet152().eval()
    x = torch.randn(SHAPE)

    def ours() -> None:
        graph = trace(network, [x])
        opened = fold(graph, opened=frozenset(call.id for call in graph.calls))
        sizes = {part.id: (100.0, 60.0) for part in opened.parts}
        layered(sizes, [(link.source, link.target) for link in opened.links])

    def peer() -> None:
        torchview.draw_graph(network, input_data=x, depth=10, expand_nested=True, mode="eval")

    def recorded() -> None:
        record(network, [x], lambda logits: logits.square().mean())

    def plain() -> None:
        loss = network(x).square().mean()
        torch.autograd.grad(loss, list(network.parameters()))

    ours()
    peer()
    operations = len(trace(network, [x]).nodes)
    note = f"({operations} operations; torchview without layout and gradients)"
    return [
        Ratio("trace and layout / torchview", *alternate(ours, peer, ROUNDS), "s", 1.0, note=note),
        Ratio("recorded pass / plain forward and backward", *alternate(recorded, plain, ROUNDS), "s", 1.5),
    ]

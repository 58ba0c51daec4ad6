from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from visualizer.core.signals import signals
from visualizer.engine.tracing import trace


class Signal(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm = nn.Conv1d(2, 4, 3, padding=1), nn.BatchNorm1d(4)
        self.pool, self.recurrent = nn.MaxPool1d(2), nn.GRU(4, 6, batch_first=True)

    def forward(self, x):
        y = functional.relu(self.norm(self.conv1(x * 2)))
        y = self.pool(y + torch.cat([x, x], 1))
        states, _ = self.recurrent(y.transpose(1, 2))
        return torch.tanh(states)


def test_what_a_convolution_of_one_axis_reads_and_gives_is_a_signal():
    graph = trace(Signal().eval(), (torch.randn(1, 2, 8),))
    assert not graph.error
    found = signals(graph)
    assert {"input", "mul", "conv1", "norm", "relu", "cat", "add", "pool"} <= found
    assert not {node.id for node in graph.nodes if node.operation in ("transpose", "gru", "tanh")} & found


def test_a_transformer_and_a_network_for_pictures_have_none():
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    assert not signals(trace(layer.eval(), (torch.randn(1, 5, 8),)))
    pictures = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
    assert not signals(trace(pictures.eval(), (torch.randn(1, 1, 8, 8),)))

"""Small networks, each with another structure, on which tracing and recording have to be exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = functional.max_pool2d(torch.tanh(self.conv1(x)), 2)
        x = functional.max_pool2d(torch.tanh(self.conv2(x)), 2)
        x = functional.relu(self.fc1(x.flatten(1)))
        return self.fc3(functional.relu(self.fc2(x)))


class ResidualBlock(nn.Module):
    def __init__(self, channels, out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = None
        if stride != 1 or channels != out:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y)) + (x if self.shortcut is None else self.shortcut(x))
        return functional.relu(y)


class ResNet(nn.Module):
    def __init__(self, blocks=(2, 2), width=8):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, 1, 1)
        self.stages, channels = nn.ModuleList(), width
        for stage, count in enumerate(blocks):
            out = width * 2**stage
            first = ResidualBlock(channels, out, 2 if stage else 1)
            self.stages.append(nn.Sequential(first, *(ResidualBlock(out, out) for _ in range(count - 1))))
            channels = out
        self.fc = nn.Linear(channels, 10)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.fc(torch.flatten(functional.adaptive_avg_pool2d(x, 1), 1))


class InPlaceResidual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.relu, self.fc = nn.ReLU(inplace=True), nn.Linear(3, 10)

    def forward(self, x):
        x = self.relu(x)
        y = self.bn(self.conv(x))
        y += x
        return self.fc(self.relu(y).mean((2, 3)))


class InceptionDense(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 4, 1)
        self.b = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 6, 3, padding=1))
        self.dense = nn.ModuleList([nn.Conv2d(13 + 4 * i, 4, 3, padding=1) for i in range(3)])
        self.fc = nn.Linear(25, 10)

    def forward(self, x):
        x = torch.cat([self.a(x), self.b(x), functional.max_pool2d(x, 3, 1, 1)], 1)
        for layer in self.dense:
            x = torch.cat([x, functional.relu(layer(x))], 1)
        return self.fc(x.mean((2, 3)))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
        self.up, self.out = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x):
        a = functional.relu(self.down1(x))
        b = functional.relu(self.down2(functional.max_pool2d(a, 2)))
        return self.out(torch.cat([a, self.up(b)], 1)).mean((2, 3))


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(5, 6, num_layers=2, batch_first=True), nn.Linear(6, 3)

    def forward(self, x):
        out, (hidden, cell) = self.lstm(x)
        return self.fc(out[:, -1] + hidden[-1] * cell[0])


class LSTMCellLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.fc = nn.LSTMCell(5, 6), nn.Linear(6, 3)

    def forward(self, x):
        hidden = x.new_zeros(x.shape[0], 6)
        cell = torch.zeros_like(hidden)
        for t in range(x.shape[1]):
            hidden, cell = self.cell(x[:, t], (hidden, cell))
        return self.fc(hidden)


class HandWrittenLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.gates, self.fc = nn.Linear(11, 24), nn.Linear(6, 3)

    def forward(self, x):
        hidden = cell = torch.zeros(x.shape[0], 6)
        for t in range(x.shape[1]):
            i, f, g, o = self.gates(torch.cat([x[:, t], hidden], 1)).chunk(4, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
            hidden = torch.sigmoid(o) * torch.tanh(cell)
        return self.fc(hidden)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc(self.encoder(x).mean(1))


class GAN(nn.Module):
    def __init__(self):
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 6))
        self.discriminator = nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))

    def forward(self, noise, real):
        fake = self.generator(noise)
        return self.discriminator(real), self.discriminator(fake), self.discriminator(fake.detach())


class DataDependent(nn.Module):
    def __init__(self):
        super().__init__()
        self.positive, self.negative, self.fc = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x):
        x = self.positive(x) if x.sum() > 0 else self.negative(x)
        count = 0
        while x.norm() < 10 and count < 5:
            x, count = x * 2, count + 1
        return self.fc(x)


class TiedWeights(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.shared = nn.Embedding(10, 6), nn.Linear(6, 6)
        self.out = nn.Linear(6, 10, bias=False)
        self.out.weight = self.embedding.weight

    def forward(self, tokens):
        x = torch.tanh(self.shared(self.embedding(tokens)))
        return self.out(torch.tanh(self.shared(x))).flatten(0, 1)


class SeveralInputsDictOutput(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoders = nn.ModuleDict(
            {"a": nn.Linear(4, 8), "b": nn.Sequential(nn.Linear(3, 8), nn.Sequential(nn.ReLU(), nn.Linear(8, 8)))}
        )
        self.head, self.side = nn.Linear(8, 3), nn.Linear(8, 1)

    def forward(self, a, b, scale=2.0):
        z = self.encoders["a"](a) * scale + self.encoders["b"](b)
        return {"logits": self.head(z), "more": {"side": self.side(z), "z": z}}


class WritesIntoViews(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x):
        buffer, hidden = torch.zeros(x.shape[0], 4), self.first(x)
        buffer[:, :2] = hidden[:, :2]
        view = buffer[:, 2:]
        view.add_(hidden[:, 2:] * 2)
        return self.second(buffer)


class ClampedScale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0) * 1.5

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x > 0) * 1.5


class CustomFunction(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x):
        hidden = self.first(x)
        return self.second(ClampedScale.apply(hidden) + hidden)


class CompiledInside(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = torch.compile(nn.Linear(4, 4)), nn.Linear(4, 3)

    def forward(self, x):
        return self.second(functional.relu(self.first(x)))


class ScriptInside(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.jit.trace(nn.Sequential(nn.Linear(4, 4), nn.Tanh()), torch.ones(1, 4))
        self.second = nn.Linear(4, 3)

    def forward(self, x):
        return self.second(self.first(x) + x)


class Checkpointed(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Sequential(nn.Linear(4, 4), nn.Tanh()), nn.Linear(4, 3)

    def forward(self, x):
        return self.second(checkpoint(self.first, x, use_reentrant=False))


class SharedModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True))
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x = self.block(x)
        return self.fc(self.block(x) + x * x)


class Positions(nn.Module):
    """A buffer, a free parameter and an attention whose query, key and value are one tensor."""

    def __init__(self):
        super().__init__()
        self.register_buffer("positions", torch.linspace(0, 1, 40).reshape(5, 8))
        self.token = nn.Parameter(torch.randn(1, 1, 8))
        self.attention, self.fc = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 3)

    def forward(self, x):
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x + self.positions], 1)
        mixed, weights = self.attention(x, x, x)
        return self.fc(mixed[:, 0]) * weights.sum()


class DropoutEval(nn.Module):
    """In eval mode a dropout hands its input through."""

    def __init__(self):
        super().__init__()
        self.first, self.drop, self.second = nn.Linear(4, 4), nn.Dropout(), nn.Linear(4, 3)
        self.drop.eval()

    def forward(self, x):
        x = self.first(x)
        return self.second(self.drop(x) + x)


def cross_entropy(logits: Tensor) -> Tensor:
    return functional.cross_entropy(logits, torch.arange(logits.shape[0]) % logits.shape[1])


def gan_loss(outputs: tuple[Tensor, ...]) -> Tensor:
    return sum(functional.softplus(output).mean() * (place + 1) for place, output in enumerate(outputs))


def dict_loss(outputs: dict[str, Any]) -> Tensor:
    return cross_entropy(outputs["logits"]) + outputs["more"]["side"].pow(2).mean()


@dataclass(frozen=True)
class Specimen:
    make: Callable[[], nn.Module]
    inputs: Callable[[], tuple[Tensor, ...]]
    loss: Callable[[Any], Tensor] = cross_entropy

    def build(self) -> tuple[nn.Module, tuple[Tensor, ...]]:
        torch.manual_seed(0)
        return self.make(), self.inputs()


def _normal(*shape: int) -> Callable[[], tuple[Tensor]]:
    return lambda: (torch.randn(*shape),)


def _mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))


ZOO = {
    "mlp": Specimen(_mlp, _normal(5, 4)),
    "one layer": Specimen(lambda: nn.Linear(4, 3), _normal(5, 4)),
    "lenet": Specimen(LeNet, _normal(2, 1, 28, 28)),
    "resnet": Specimen(ResNet, _normal(2, 3, 8, 8)),
    "in-place residual": Specimen(InPlaceResidual, _normal(2, 3, 8, 8)),
    "inception, dense": Specimen(InceptionDense, _normal(2, 3, 8, 8)),
    "u-net": Specimen(UNet, _normal(2, 1, 8, 8)),
    "lstm": Specimen(LSTM, _normal(2, 7, 5)),
    "lstm cell loop": Specimen(LSTMCellLoop, _normal(2, 7, 5)),
    "hand-written lstm": Specimen(HandWrittenLSTM, _normal(2, 7, 5)),
    "transformer": Specimen(Transformer, _normal(2, 5, 8)),
    "gan": Specimen(GAN, lambda: (torch.randn(3, 4), torch.randn(3, 6)), gan_loss),
    "data-dependent": Specimen(DataDependent, _normal(2, 4)),
    "tied weights": Specimen(TiedWeights, lambda: (torch.randint(0, 10, (2, 4)),)),
    "dict output": Specimen(SeveralInputsDictOutput, lambda: (torch.randn(2, 4), torch.randn(2, 3)), dict_loss),
    "writes into views": Specimen(WritesIntoViews, _normal(2, 4)),
    "autograd.Function": Specimen(CustomFunction, _normal(2, 4)),
    "torch.compile": Specimen(CompiledInside, _normal(2, 4)),
    "script module": Specimen(ScriptInside, _normal(2, 4)),
    "checkpoint": Specimen(Checkpointed, _normal(2, 4)),
    "shared module": Specimen(SharedModule, _normal(4, 4)),
    "attention, buffer": Specimen(Positions, _normal(2, 5, 8)),
    "dropout in eval": Specimen(DropoutEval, _normal(2, 4)),
}

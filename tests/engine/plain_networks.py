"""Plain networks as people write them, one kind of layer or operation each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Composed(nn.Module):
    """Some layers and a function of them and of the input."""

    def __init__(self, forward: Callable[..., Tensor], **parts: Any) -> None:
        super().__init__()
        self.compose = forward
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x: Tensor) -> Tensor:
        return self.compose(self, x)


def read(layer: nn.Module) -> Composed:
    """A recurrent layer whose last output a linear one reads."""
    return Composed(lambda own, x: own.out(own.layer(x)[0][:, -1]), layer=layer, out=nn.LazyLinear(3))


def attended(**options: Any) -> Composed:
    return Composed(
        lambda own, x: own.out(own.attention(x, x, x, **options)[0].mean(1)),
        attention=nn.MultiheadAttention(8, 2, batch_first=True), out=nn.Linear(8, 3),
    )  # fmt: skip


def _final_states(own, x):
    hidden, cell = own.lstm(x)[1]
    return own.out(torch.cat([*hidden, *cell], -1))


def _squeeze_and_excite(own, x):
    maps = own.conv(x)
    return own.out((maps * torch.sigmoid(own.gate(maps.mean((2, 3))))[:, :, None, None]).amax((-1, -2)))


def _ordered(own, x):
    z = own.inner(x)
    parts = [z.sort(-1)[0], z.topk(2, -1).values, z.max(-1, keepdim=True)[0], z.std(-1, keepdim=True)]
    return own.out(torch.cat(parts, -1))


def _pieces(own, x):
    z = own.inner(x)
    return own.out(torch.where(z > 0, 2**z, 1 / (1 + x.abs()) - 1).clamp(-1, float("inf")))


def _upsampled(own, x):
    small = own.down(functional.max_pool2d(x, 2))
    return own.out(torch.cat([x, functional.interpolate(small, scale_factor=2.0, mode="bilinear")], 1)).mean((2, 3))


def _experts(own, x):
    return torch.einsum("be,beo->bo", own.gate(x).softmax(-1), torch.stack([own.one(x), own.other(x)], 1))


def _in_place(own, x):
    z = own.inner(x)
    z += x
    z[:, 1:3] = x[:, :2] * z[:, 2:]
    z.mul_(2).sub_(1)
    return own.out(z)


def _queried(own, x):
    return own.out(functional.scaled_dot_product_attention(own.query(x), own.key(x), x, is_causal=True)[:, -1])


def _pair() -> dict[str, nn.Module]:
    return {"inner": nn.Linear(4, 4), "out": nn.LazyLinear(3)}


def _embedded(own, tokens):
    return own.out((own.embedding(tokens) + own.positions[: tokens.shape[1]]).mean(1))


def _tokens() -> Tensor:
    return torch.randint(0, 10, (1, 5))


def _several_activations() -> nn.Module:
    kinds = (nn.PReLU(), nn.Softplus(), nn.LeakyReLU(0.2), nn.GELU("tanh"), nn.Mish(), nn.CELU(), nn.Hardtanh(),
             nn.Softsign(), nn.Threshold(0.1, 0.2), nn.SELU(), nn.Tanhshrink())  # fmt: skip
    return nn.Sequential(nn.Linear(4, 4), *kinds, nn.Linear(4, 3))


Shape = tuple[int, ...]
PLAIN: dict[str, tuple[Callable[[], nn.Module], Shape | Callable[[], Tensor]]] = {
    "vgg": (lambda: nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(4, 4, 3, padding="same"), nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(16, 3)),
        (1, 1, 8, 8)),
    "depthwise": (lambda: nn.Sequential(
        nn.Conv2d(4, 4, 3, groups=4, bias=False), nn.Hardswish(), nn.Conv2d(4, 8, 1), nn.ReLU6(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3)), (1, 4, 6, 6)),
    "circular padding": (lambda: nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"), nn.ELU(), nn.Flatten(), nn.Linear(32, 3)),
        (1, 1, 4, 4)),
    "norms": (lambda: nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.SiLU(), nn.InstanceNorm2d(4, affine=True), nn.Flatten(),
        nn.LayerNorm(16), nn.Linear(16, 3)), (1, 1, 4, 4)),
    "sequence of convolutions": (lambda: nn.Sequential(
        nn.Conv1d(3, 4, 3, dilation=2), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16, 3)), (1, 3, 12)),
    "volume": (lambda: nn.Sequential(
        nn.Conv3d(1, 2, 2), nn.MaxPool3d(2), nn.Flatten(), nn.Linear(2, 3)), (1, 1, 3, 3, 3)),
    "pixel shuffle": (lambda: nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.PixelShuffle(2), nn.ConvTranspose2d(1, 3, 2, stride=2),
        nn.AdaptiveMaxPool2d(1), nn.Flatten()), (1, 1, 4, 4)),
    "activations": (_several_activations, (1, 4)),
    "squeeze and excite": (
        lambda: Composed(_squeeze_and_excite, conv=nn.Conv2d(1, 4, 3), gate=nn.Linear(4, 4), out=nn.Linear(4, 3)),
        (1, 1, 6, 6)),
    "upsampling": (
        lambda: Composed(_upsampled, down=nn.Conv2d(1, 2, 3, padding=1), out=nn.Conv2d(3, 3, 1)), (1, 1, 8, 8)),
    "rnn, two ways": (lambda: read(nn.RNN(3, 4, 2, batch_first=True, bidirectional=True, nonlinearity="relu")),
                      (1, 5, 3)),
    "lstm, projected": (lambda: read(nn.LSTM(3, 4, batch_first=True, proj_size=2)), (1, 5, 3)),
    "lstm, final states": (
        lambda: Composed(_final_states, lstm=nn.LSTM(3, 4, 2, batch_first=True), out=nn.Linear(16, 3)), (1, 5, 3)),
    "gru": (lambda: read(nn.GRU(3, 4, batch_first=True)), (1, 5, 3)),
    "gru cell": (lambda: Composed(
        lambda own, x: own.out(own.cell(x[:, 1], own.cell(x[:, 0]))), cell=nn.GRUCell(3, 4), out=nn.Linear(4, 3)),
        (1, 5, 3)),
    "attention": (lambda: attended(need_weights=False), (1, 5, 8)),
    "attention, causal": (lambda: attended(attn_mask=torch.ones(5, 5).triu(1).bool()), (1, 5, 8)),
    "scaled dot product": (lambda: Composed(
        _queried, query=nn.Linear(8, 8), key=nn.Linear(8, 8), out=nn.Linear(8, 3)), (1, 5, 8)),
    "transformer": (lambda: Composed(
        lambda own, x: own.out(own.transformer(x, x).mean(1)),
        transformer=nn.Transformer(8, 2, 1, 1, 16, batch_first=True), out=nn.Linear(8, 3)), (1, 4, 8)),
    "tokens": (lambda: Composed(
        _embedded, embedding=nn.Embedding(10, 4), positions=nn.Parameter(torch.randn(8, 4)), out=nn.Linear(4, 3)),
        _tokens),
    "radial basis": (lambda: Composed(
        lambda own, x: own.out(torch.exp(-(torch.cdist(x, own.centres) ** 2))),
        centres=nn.Parameter(torch.randn(5, 4)), out=nn.Linear(5, 3)), (1, 4)),
    "experts": (
        lambda: Composed(_experts, gate=nn.Linear(4, 2), one=nn.Linear(4, 3), other=nn.Linear(4, 3)), (1, 4)),
    "pieces": (lambda: Composed(_pieces, **_pair()), (1, 4)),
    "ordered": (lambda: Composed(_ordered, **_pair()), (1, 4)),
    "in place": (lambda: Composed(_in_place, **_pair()), (1, 4)),
    "indexed by a tensor": (lambda: Composed(lambda own, x: own.out(own.inner(x)[:, torch.tensor([2, 0])]), **_pair()),
                            (1, 4)),
    "masked": (lambda: Composed(
        lambda own, x: own.out(own.inner(x).masked_fill(torch.tensor([True, False, False, True]), 0.0)), **_pair()),
        (1, 4)),
    "noise inside": (lambda: Composed(lambda own, x: own.out(own.inner(x) + torch.randn_like(x)), **_pair()), (1, 4)),
    "weight norm": (lambda: nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(4, 4)), nn.Tanh(), nn.Linear(4, 3)), (1, 4)),
    "spectral norm": (lambda: nn.Sequential(
        nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4)), nn.Tanh(), nn.Linear(4, 3)), (1, 4)),
    "float64": (lambda: Composed(lambda own, x: own.out(x.double()).float(), out=nn.Linear(4, 3).double()), (1, 4)),
}  # fmt: skip


def build(name: str) -> tuple[nn.Module, Tensor]:
    """Return a network in eval mode, and an input for it."""
    torch.manual_seed(0)
    make, given = PLAIN[name]
    network = make().eval()
    inputs = given() if callable(given) else torch.randn(given)
    with torch.no_grad():
        network(inputs)  # lazy layers get their shape
    return network, inputs

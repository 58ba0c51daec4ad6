"""Tensors as they are sent to be drawn: float32 values under a byte budget, exact statistics of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from torch.linalg import vector_norm

from visualizer.core.frames import Share, TensorView

BYTES = 48 << 20  # of one recording
_PARTS = {1: "values", 2: "rows"}


def byte_limit(tensors: Iterable[Tensor], budget: int = BYTES) -> int:
    """Return the largest number of bytes per tensor with which all of them together stay within the budget."""
    sizes = sorted(4 * tensor.numel() for tensor in tensors)
    left = budget
    for place, size in enumerate(sizes):
        share = left // (len(sizes) - place)
        if size > share:
            return share
        left -= size
    return budget


def views(tensors: Mapping[str, Tensor], limit: int) -> dict[str, TensorView]:
    """Return a view of each tensor by the same name."""
    return {name: view(tensor, limit) for name, tensor in tensors.items()}


def view(tensor: Tensor, limit: int = BYTES) -> TensorView:
    """Return values and statistics; above `limit` bytes only the leading channels (rows, values), with a note.

    At least one channel is sent. Statistics are computed in float64; the standard deviation is the population's.
    """
    whole = tensor.detach().float()
    exact = whole.double().reshape(-1) if whole.numel() else torch.zeros(1, dtype=torch.float64)
    mean = exact.mean()
    sent, note = _leading(whole, limit)
    return TensorView(
        shape=tuple(whole.shape),
        values=sent.numpy().copy(),
        minimum=exact.min().item(),
        maximum=exact.max().item(),
        mean=mean.item(),
        standard_deviation=vector_norm(exact - mean).item() / math.sqrt(len(exact)),
        norm=vector_norm(exact).item(),
        note=note,
    )


def shares(gradients: Mapping[str, Tensor]) -> dict[str, Share]:
    """Return norm and mean of the gradient that comes back over each edge."""
    return {
        edge: Share(vector_norm(gradient, dtype=torch.float64).item(), gradient.mean(dtype=torch.float64).item())
        for edge, gradient in gradients.items()
    }


def without_batch(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of a pass of one sample without their leading dimension of one."""
    return {name: tensor[0] if tensor.dim() and len(tensor) == 1 else tensor for name, tensor in tensors.items()}


def _leading(whole: Tensor, limit: int) -> tuple[Tensor, str]:
    if whole.nbytes <= limit or len(whole) < 2:
        return whole, ""
    count = max(1, limit * len(whole) // whole.nbytes)
    return whole[:count], f"{count} of {len(whole)} {_PARTS.get(whole.dim(), 'channels')}"

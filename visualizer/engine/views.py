"""Tensors as they are sent to be drawn: float32 values under a byte budget, exact statistics of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor
from torch.linalg import vector_norm

from visualizer.core.frames import Array, Share, TensorView

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
    whole = tensor.detach().float().numpy()
    exact = whole.astype(np.float64).reshape(-1) if whole.size else np.zeros(1)
    sent, note = _leading(whole, limit)
    with np.errstate(invalid="ignore"):  # what is not finite stays so
        mean = float(np.add.reduce(exact)) / len(exact)
        squares, deviations = np.square(exact), np.square(exact - mean)
    return TensorView(
        shape=whole.shape,
        values=sent.copy(),
        minimum=float(np.minimum.reduce(exact)),
        maximum=float(np.maximum.reduce(exact)),
        mean=mean,
        standard_deviation=math.sqrt(float(np.add.reduce(deviations)) / len(exact)),
        norm=math.sqrt(float(np.add.reduce(squares))),
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


def _leading(whole: Array, limit: int) -> tuple[Array, str]:
    if whole.nbytes <= limit or len(whole) < 2:
        return whole, ""
    count = max(1, limit * len(whole) // whole.nbytes)
    return whole[:count], f"{count} of {len(whole)} {_PARTS.get(whole.ndim, 'channels')}"

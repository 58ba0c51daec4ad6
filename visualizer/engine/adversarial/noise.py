"""The fixed noise on which a generator is looked at; training never sees it."""

from __future__ import annotations

import torch
from torch import Tensor

COUNT = 512


def held_out_noise(size: int, count: int = COUNT) -> Tensor:
    """Return standard normal noise (count, size), the same each time; a smaller count gives the leading part."""
    random = torch.Generator().manual_seed(0)
    return torch.randn(max(count, COUNT), size, generator=random)[:count]

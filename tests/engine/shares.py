"""What comes back over the edges that leave a tensor is the gradient of that tensor."""

from __future__ import annotations

import torch
from torch import Tensor

from visualizer.engine.recording import Pass


def assert_shares_add_up(seen: Pass, tolerance: float = 1e-6) -> None:
    shares: dict[str, list[Tensor]] = {}
    for edge in seen.graph.edges:
        shares.setdefault(edge.tensor, []).append(seen.edge_gradients.get(edge.id))
    for tensor, total in seen.gradients.items():
        if tensor != seen.graph.loss:
            found = sum((share for share in shares[tensor] if share is not None), torch.zeros_like(total))
            assert (found - total).abs().max() <= tolerance * max(total.abs().max(), 1e-30), tensor

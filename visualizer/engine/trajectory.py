"""The way of the parameters through their space, thinned to what a surface can show."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

SNAPSHOTS = 64
BYTES = 128 << 20


class Trajectory:
    """Flat parameter vectors at steps of equal distance; the distance doubles when there are too many."""

    def __init__(self) -> None:
        self.snapshots: list[tuple[int, Tensor]] = []
        self._distance = 1

    def offer(self, step: int, network: nn.Module) -> None:
        """Keep the parameters at this step if it is its turn."""
        if step % self._distance or (self.snapshots and self.snapshots[-1][0] >= step):
            return
        with torch.no_grad():
            self.snapshots.append((step, parameters_to_vector(network.parameters())))
        while len(self.snapshots) > max(2, min(SNAPSHOTS, BYTES // self.snapshots[0][1].nbytes)):
            self._distance *= 2
            self.snapshots = [snapshot for snapshot in self.snapshots if snapshot[0] % self._distance == 0]

    def cut(self, step: int) -> None:
        """Drop what lies after `step`."""
        self.snapshots = [snapshot for snapshot in self.snapshots if snapshot[0] <= step]

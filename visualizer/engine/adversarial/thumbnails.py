"""What a generator made of the same noise in the course of training."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from visualizer.engine.adversarial.noise import held_out_noise

TIMES = 32
SAMPLES = 16


class Thumbnails:
    """Samples at steps of equal distance; the distance doubles when there are too many."""

    def __init__(self, noise_size: int) -> None:
        self.noise = held_out_noise(noise_size, SAMPLES)
        self.kept: list[tuple[int, Tensor]] = []
        self._distance = 1

    def offer(self, step: int, imagine: Callable[[Tensor], Tensor]) -> None:
        """Keep what is imagined at this step if it is its turn."""
        if step % self._distance or (self.kept and self.kept[-1][0] >= step):
            return
        self.kept.append((step, imagine(self.noise)))
        if len(self.kept) > TIMES:
            self._distance *= 2
            self.kept = [(step, samples) for step, samples in self.kept if step % self._distance == 0]

    def cut(self, step: int) -> None:
        """Drop what lies after `step`."""
        self.kept = [(kept, samples) for kept, samples in self.kept if kept <= step]

"""A pair as it stood after some steps, and what can be worked out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.plane import HALF
from visualizer.core.topics.adversarial import Array, Sort, Walk
from visualizer.engine.adversarial import view
from visualizer.engine.adversarial.imagination import arc
from visualizer.engine.adversarial.noise import held_out_noise
from visualizer.engine.adversarial.quality import PICTURES, POINTS, distances_of
from visualizer.engine.adversarial.training import AdversarialTraining, Moment


class Asked:
    """What was asked of a pair last and is not in the run: a sample to judge, a walk through the noise."""

    def __init__(self) -> None:
        self.sample: Array | None = None
        self.walk: Walk | None = None


class Turn(NamedTuple):
    """A round whose noise is drawn and that has not been played yet: the copy that would, and its random numbers."""

    moment: Moment
    training: AdversarialTraining
    random: Tensor


class Standing:
    """`training` is a copy that rests at the step; nothing here changes it."""

    def __init__(self, training: AdversarialTraining, asked: Asked) -> None:
        self.training, self._asked = training, asked

    @property
    def step(self) -> int:
        return self.training.steps_done

    @property
    def points(self) -> bool:
        """Whether samples are points, else pictures."""
        return self.training.data.training_inputs.dim() == 2

    @property
    def count(self) -> int:
        """How many samples of each kind the meters look at."""
        return POINTS if self.points else PICTURES

    @property
    def shown(self) -> int:
        """How many of them are shown."""
        return view.SHOWN_POINTS if self.points else view.SHOWN_PICTURES

    @property
    def real(self) -> Tensor:
        return self.training.data.training_inputs[: self.count]

    @property
    def noise(self) -> Tensor:
        return held_out_noise(self.training.noise_size, self.count)

    @cached_property
    def fake(self) -> Tensor:
        return self.training.imagine(self.noise)

    @cached_property
    def distances(self) -> Tensor:
        """All distances (fakes, real samples) of points."""
        return distances_of(self.fake, self.real)

    @cached_property
    def outputs(self) -> dict[str, Tensor]:
        """The discriminator's outputs (shown,) for the real samples and the fakes that are shown."""
        with self.training.freezer.evaluating(), torch.no_grad():
            return {
                kind: self.training.discriminator(samples[: self.shown])[:, 0]
                for kind, samples in (("real", self.real), ("fake", self.fake))
            }

    @property
    def judgements(self) -> dict[str, Tensor]:
        """How real those look to the discriminator, from 0 to 1."""
        return {kind: self.training.loss.judgement(outputs) for kind, outputs in self.outputs.items()}

    @property
    def walk(self) -> Walk:
        """The walk that was asked for last; raise UserError where there was none."""
        if self._asked.walk is None:
            raise UserError("No walk through the noise was asked for yet.")
        return self._asked.walk

    def noise_number(self, vector: Sequence[float]) -> int:
        """Return which of the noise vectors this is, -1 for none of them."""
        found = (self.noise == torch.tensor(vector, dtype=torch.float32)).all(1).nonzero()
        return int(found[0]) if len(found) else -1

    def given(self, sort: Sort, number: int) -> Tensor:
        """Return what goes into a pass of one sample; raise UserError where there is no such sample."""
        known = self._given[sort]()
        if number >= len(known):
            raise UserError(f"There is no sample {number} of the sort '{sort}': there are {len(known)}.")
        return known[number]

    @cached_property
    def _given(self) -> dict[Sort, Callable[[], Tensor]]:
        return {
            "real": lambda: self.real,
            "fake": lambda: self.noise,
            "plane": lambda: view.crossings(torch.linspace(-HALF, HALF, view.CELLS)),
            "walk": lambda: torch.from_numpy(arc(np.array(self.walk.start), np.array(self.walk.end), self.walk.places)),
            "own": lambda: torch.zeros(0) if self._asked.sample is None else torch.from_numpy(self._asked.sample)[None],
            "class": lambda: self.fake,
        }

    def turn(self, player: Sort, number: int) -> Turn:
        """Return a round of the next step at its beginning; raise UserError for one that the step does not have."""
        with torch.random.fork_rng(devices=[]):
            twin = self.training.twin()
            for moment in twin.stages():
                if (moment.player, moment.round, moment.stage) == (player, number, "noise"):
                    return Turn(moment, twin, torch.get_rng_state())
        raise UserError(f"The {player} makes no update {number} in this step.")

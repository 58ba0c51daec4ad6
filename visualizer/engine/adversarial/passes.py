"""Passes of a pair of its own: one sample judged as things stood, or the whole turn of a player.

Their numbers are explained as those of any recorded pass; the name of each begins with that of its pass
(core.topics.adversarial.in_pass).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import torch
from torch import Tensor, nn

from visualizer.core.errors import UserError
from visualizer.core.operand import Operand
from visualizer.core.quantities import Kind
from visualizer.core.topics.adversarial import Player, Sort, in_pass
from visualizer.engine import optimizers
from visualizer.engine.adversarial import classifier
from visualizer.engine.adversarial.standing import Standing
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.explain.element import Place
from visualizer.engine.explain.scene import Scene, scene_of
from visualizer.engine.recording import Pass, record
from visualizer.engine.state import capture
from visualizer.engine.tracing import Loss

_NAME = re.compile(rf"({'|'.join(get_args(Sort))}) (\d+) at step (\d+)")
TURNS: tuple[Player, ...] = ("discriminator", "generator")


def player_of(parameter: str) -> Player:
    """Return to whom a parameter belongs."""
    return "discriminator" if parameter.startswith("discriminator.") else "generator"


@dataclass(frozen=True)
class PassName:
    """What went through the pair: sample `number` of a sort, or round `number` of a player's turn, from 1."""

    sort: Sort
    number: int
    step: int

    @staticmethod
    def of(text: str) -> PassName:
        """Return the name that a text is; raise UserError where it is none."""
        found = _NAME.fullmatch(text)
        if found is None:
            raise UserError(f"There is no pass '{text}' of a pair: they are named as in 'fake 3 at step 600'.")
        sort, number, step = found.groups()
        return PassName(sort, int(number), int(step))  # type: ignore[arg-type]  # the pattern knows the sorts

    def __str__(self) -> str:
        return f"{self.sort} {self.number} at step {self.step}"

    def before(self, rounds: int) -> PassName:
        """Return the round before this one, of a player who makes so many in a step."""
        if self.number > 1:
            return PassName(self.sort, self.number - 1, self.step)
        return PassName(self.sort, rounds, self.step - 1)

    @property
    def is_turn(self) -> bool:
        """Whether a whole mini-batch goes through, in training mode."""
        return self.sort in TURNS


@dataclass(frozen=True)
class Played:
    """A pass of the pair: where its samples entered the discriminator, and where its outputs came out.

    Both go by "real" and "fake"; a single sample is a batch of one. Of a turn, the gradients and updates of the player
    and the optimizer's memory before it, `QUANTITY/PARAMETER`.
    """

    name: PassName
    scene: Scene
    samples: dict[str, str]
    outputs: dict[str, str]
    gradients: Mapping[str, Tensor] = field(default_factory=dict)
    updates: Mapping[str, Tensor] = field(default_factory=dict)
    memory: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def player(self) -> Player:
        """Whose turn it is; raise UserError for a pass of a single sample."""
        if self.name.sort not in TURNS:
            raise UserError(f"Nobody learns in the pass '{self.name}': it is there to be looked at.")
        return TURNS[TURNS.index(self.name.sort)]

    def named(self, name: str) -> str:
        """Return the name by which a quantity of this pass can be asked for."""
        return in_pass(self.name.sort, self.name.number, self.name.step, name)

    def remembered(self, symbol: str, name: str, place: Place) -> Operand:
        """Return one number of the optimizer's memory before this turn; it began as zero."""
        if name not in self.memory:
            return Operand(symbol, 0.0, "", kind="constant")
        return Operand(symbol, float(self.memory[name][place]), self.named(name), place, "memory")

    def operand(self, symbol: str, kind: Kind, name: str, place: Place) -> Operand:
        """Return one number of a recorded tensor, or its gradient, as an operand with its index as it is shown."""
        tensor = self.scene.find(kind, name)
        index = place[1:] if len(tensor) == 1 and kind in ("activation", "gradient", "data") else place
        return Operand(symbol, float(tensor[place]), self.named(name), index, kind)


def played(standing: Standing, name: PassName) -> Played:
    """Make a pass; raise UserError for a sample or a round that there is not."""
    training = standing.training
    if name.is_turn:
        return _turn(standing, name)
    if name.sort == "class":
        return _classified(standing, name)
    given = standing.given(name.sort, name.number)[None]
    kind = "fake" if name.sort in ("fake", "walk") else "real"
    module = _Playing(training) if kind == "fake" else _Judging(training)
    with training.freezer.evaluating(), torch.random.fork_rng(devices=[]):
        seen = record(module, (given,), loss=training.loss.generator)
    return Played(name, scene_of(module, seen), *_ends(seen, [kind]))


def _turn(standing: Standing, name: PassName) -> Played:
    moment, twin, random = standing.turn(name.sort, name.number)
    kinds: tuple[str, ...] = ("fake",)
    module: _Pair = _Playing(twin)
    given = [moment.noise]
    loss: Loss = twin.loss.generator
    if moment.real is not None:
        kinds, module, given = ("real", "fake"), _Turn(twin), [moment.real, moment.noise]
        loss = twin.loss.of_both
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(random)
        seen = record(module, given, loss=loss, input_gradient=False)
    own = {name: part for name, part in seen.parameter_gradients.items() if name.startswith(moment.player)}
    memory = capture(standing.step, twin.network, twin.optimizer).optimizer
    return Played(
        name,
        scene_of(module, seen),
        *_ends(seen, kinds),
        own,
        optimizers.updates(twin.optimizer, twin.network, own),
        memory,
    )


def _classified(standing: Standing, name: PassName) -> Played:
    network = classifier.network_for(standing.training.experiment.dataset)
    with torch.random.fork_rng(devices=[]):
        seen = record(network, (standing.given("class", name.number)[None],))
    return Played(name, scene_of(network, seen), {}, {"fake": seen.graph.outputs[0]})


def _ends(seen: Pass, kinds: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what enters the discriminator at each of its calls, and what comes out of them."""
    calls = ["discriminator", "discriminator#2"][: len(kinds)]
    within = [{node.id for node in seen.graph.nodes_in(call)} for call in calls]
    entering = [
        next(edge.tensor for edge in seen.graph.edges if edge.target in inside and edge.source not in inside)
        for inside in within
    ]
    return dict(zip(kinds, entering, strict=True)), dict(zip(kinds, seen.graph.outputs, strict=True))


class _Pair(nn.Module):
    """Both players under the names that they have in their network."""

    def __init__(self, training: AdversarialTraining) -> None:
        super().__init__()
        self.generator, self.discriminator = training.generator, training.discriminator


class _Playing(_Pair):
    def forward(self, noise: Tensor) -> Tensor:
        judged: Tensor = self.discriminator(self.generator(noise))
        return judged


class _Judging(_Pair):
    def forward(self, samples: Tensor) -> Tensor:
        judged: Tensor = self.discriminator(samples)
        return judged


class _Turn(_Pair):
    def forward(self, real: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            fake = self.generator(noise)
        return self.discriminator(real), self.discriminator(fake)

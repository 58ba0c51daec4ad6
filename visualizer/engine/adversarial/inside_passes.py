"""How a number inside of a pass of the pair came about, down to data, noise and first values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from torch import Tensor

from visualizer.core import catalogue
from visualizer.core.errors import UserError
from visualizer.core.frames import Explanation, Operand
from visualizer.core.plane import HALF
from visualizer.core.quantities import Kind
from visualizer.core.topics.adversarial import Player
from visualizer.engine.adversarial.passes import PassName, Played, player_of
from visualizer.engine.adversarial.standing import Standing
from visualizer.engine.adversarial.view import CELLS
from visualizer.engine.datasets import batch_indices
from visualizer.engine.explain import explain, explanation, updating
from visualizer.engine.explain.element import Account, Place, constant
from visualizer.engine.explain.scene import check_place
from visualizer.engine.explain.shown import as_shown, place_of

_OWN: frozenset[Kind] = frozenset(
    ("activation", "gradient", "edge_gradient", "inner", "parameter", "buffer", "parameter_gradient", "data")
)
"""Kinds of operands that are numbers of the same pass."""


class InsidePasses:
    """Explains numbers of passes of one standing of the pair; `initial` holds its values of step 0."""

    def __init__(self, standing: Standing, initial: Mapping[str, Tensor], played: Callable[[PassName], Played]) -> None:
        self._standing, self._initial, self._played = standing, initial, played
        self._accounts: dict[Kind, Callable[[Played, str, Place], Account]] = {
            "data": self._data,
            "parameter": self._parameter,
            "update": self._update,
            "memory": self._memory,
        }

    def explain(self, played: Played, kind: Kind, name: str, index: Place) -> Explanation:
        """Explain one number of a pass; `name` is that within the pass, indices are as shown."""
        scene = played.scene
        if kind == "activation" and name in scene.seen.activations:
            kind = scene.activation(name).kind
        place = place_of(scene, kind, name, index)
        if kind in self._accounts:
            account = self._accounts[kind](played, name, place)
            told = explanation(kind, name, place, account, _value(played, kind, name, place))
        else:
            told = explain(scene, kind, name, place)
        return _named(played, as_shown(told, scene))

    def _parameter(self, played: Played, name: str, place: Place) -> Account:
        value = float(played.scene.find("parameter", name)[place])
        if played.name.sort == "class":
            return Account("v", "Read from the weights that ship with the classifier.", [constant("v", value)])
        step = self._standing.step
        first = Operand("w_0", float(self._initial[name][place]), name, place, "initial")
        before = float(self._standing.training.network.get_parameter(name).detach()[place])
        moved = Operand("d", before - first.value, f"moved/{name}", (step, *place), "metric")
        said = f"Its first value plus all that the {step} steps so far have added to it"
        if value == before:
            return Account("w_0 + d", f"{said}.", [first, moved])
        updates = [
            Operand(f"u_{{{turn}}}", float(made.updates[name][place]), made.named(name), place, "update")
            for turn, made in enumerate(self._turns_before(played, player_of(name)))
        ]
        return Account("w_0 + d + sum(u)", f"{said}, and what this step has added already.", [first, moved, *updates])

    def _turns_before(self, played: Played, player: Player) -> list[Played]:
        """Return the passes of a player's rounds in this step that came before a pass."""
        over = player != played.player  # it is the generator's turn, and the discriminator's is over
        rounds = self._standing.training.rounds(player) if over else played.name.number - 1
        return [self._played(PassName(player, turn + 1, self._standing.step)) for turn in range(rounds)]

    def _update(self, played: Played, name: str, place: Place) -> Account:
        if name not in played.updates:
            raise UserError(f"'{name}' does not move in the turn of the {played.name.sort}.")
        check_place("update", name, played.updates[name], place)
        experiment = self._standing.training.experiment
        gradient = played.operand("g", "parameter_gradient", name, place)
        m, v = (
            played.remembered(symbol, f"{key}/{name}", place) for symbol, key in (("m", "exp_avg"), ("v", "exp_avg_sq"))
        )
        counted = played.memory.get(f"step/{name}")
        count = 1.0 if counted is None else float(counted) + 1
        return updating.rule(experiment.optimizer, experiment.learning_rate, gradient, m, v, count)

    def _memory(self, played: Played, name: str, place: Place) -> Account:
        """Tell what the optimizer remembered before a turn by the turn before it."""
        quantity, _, parameter = name.partition("/")
        if name not in played.memory:
            return Account("zero", "Nothing was remembered yet.", [constant("zero", 0.0)])
        check_place("memory", name, played.memory[name], place)
        before = self._played(played.name.before(self._standing.training.rounds(played.player)))
        m = before.remembered("m", name, place)
        if parameter not in before.gradients:
            return Account("m", f"Nothing was learned in the turn of {before.name}: it stayed as it was.", [m])
        g = before.operand("g", "parameter_gradient", parameter, place)
        return updating.decaying(self._standing.training.experiment.optimizer, quantity, m, g, str(before.name))

    # Where the trail ends: what went in.

    def _data(self, played: Played, name: str, place: Place) -> Account:
        value, sort = float(played.scene.find("data", name)[place]), played.name.sort
        if sort == "walk":
            return self._on_the_walk(played.name.number, place[1])
        if sort == "class":
            fake = Operand("x", value, "sample/fake", (played.name.step, played.name.number, *place[1:]), "metric")
            return Account("x", f"A pixel of generated picture {played.name.number}.", [fake])
        if played.name.is_turn and name == "input.1":
            return self._of_the_batch(played, place, value)
        if sort in ("fake", "generator", "discriminator"):
            return Account("v", self._noise(played, place), [constant("v", value)])
        return self._sample(played, place, value)

    def _noise(self, played: Played, place: Place) -> str:
        where = f"Number {place[1]} of noise vector "
        if played.name.is_turn:
            seed = self._standing.training.experiment.seed
            return (
                f"{where}{place[0]}: drawn from the normal distribution for this step, from seed {seed} and the step."
            )
        return f"{where}{played.name.number}: drawn once from the normal distribution, the same at every step."

    def _sample(self, played: Played, place: Place, value: float) -> Account:
        """Tell a number of a sample of the data, of a place of the map, or of what was judged last."""
        number, sort = played.name.number, played.name.sort
        title = catalogue.dataset(self._standing.training.experiment.dataset).title
        if sort == "plane":
            cell = number % CELLS if place[1] == 0 else number // CELLS
            operands = [constant("c", cell), constant("n", CELLS), constant("h", HALF)]
            said = f"Place {cell} of {CELLS} that lie evenly on this axis of the map."
            return Account("2 * h * c / (n - 1) - h", said, operands)
        of = f"training sample {number} of {title}" if sort == "real" else "the picture that was judged"
        return _given(place, value, of)

    def _of_the_batch(self, played: Played, place: Place, value: float) -> Account:
        training = self._standing.training
        experiment, count = training.experiment, len(training.data.training_inputs)
        batch = played.name.step * experiment.discriminator_steps + played.name.number - 1
        sample = int(batch_indices(count, experiment.batch_size, experiment.seed, batch)[place[0]])
        title = catalogue.dataset(experiment.dataset).title
        return _given(place, value, f"training sample {sample} of {title}, number {place[0]} of the mini-batch")

    def _on_the_walk(self, number: int, axis: int) -> Account:
        """Tell a number of noise on the arc between two noise vectors, White 2016, section 2.1."""
        walk = self._standing.walk
        start, end = np.array(walk.start), np.array(walk.end)
        first, last = float(np.linalg.norm(start)), float(np.linalg.norm(end))
        share = number / (walk.places - 1)
        cosine = float(start @ end) / (first * last) if first and last else 1.0
        operands = [
            self._end_of_walk("s", walk.start, float(start[axis]), axis),
            self._end_of_walk("e", walk.end, float(end[axis]), axis),
            constant("t", share),
        ]
        if abs(cosine) > 1 - 1e-9:
            return Account("s + t * (e - s)", "On the straight line between the two.", operands)
        operands += [constant("a", math.acos(cosine)), constant("l", first), constant("m", last)]
        return Account(
            "(sin((1 - t) * a) * s / l + sin(t * a) * e / m) / sin(a) * (l + t * (m - l))",
            "On the arc between the two: t is the share of the way, a the angle between them, l and m their lengths.",
            operands,
        )

    def _end_of_walk(self, symbol: str, vector: Sequence[float], value: float, axis: int) -> Operand:
        sample = self._standing.noise_number(vector)
        if sample < 0:
            return constant(symbol, value)
        return Operand(symbol, value, "noise/fake", (self._standing.step, sample, axis), "metric")


def _value(played: Played, kind: Kind, name: str, place: Place) -> float:
    tensors = {"update": played.updates, "memory": played.memory}.get(kind)
    if tensors is None:
        return float(played.scene.find(kind, name)[place])
    return float(tensors[name][place]) if name in tensors else 0.0


def _given(place: Place, value: float, of: str) -> Account:
    if len(place) == 2:
        return Account("v", f"Coordinate {place[1] + 1} of {of}.", [constant("v", value)])
    where = f"The pixel in row {place[2]}, column {place[3]} of {of}"
    byte = round(value * 255)
    if abs(byte / 255 - value) < 1e-6:
        return Account("b / 255", f"{where}: a byte from 0 to 255, scaled to 0 to 1.", [constant("b", byte)])
    return Account("v", f"{where}.", [constant("v", value)])


def _named(played: Played, told: Explanation) -> Explanation:
    """Return an explanation whose own numbers go by the name of their pass."""

    def named(kind: Kind, origin: str) -> str:
        return played.named(origin) if kind in _OWN and "|" not in origin else origin

    products = told.products
    if products is not None:
        first, second = (
            msgspec.structs.replace(side, origin=named(side.kind, side.origin))
            for side in (products.first, products.second)
        )
        products = msgspec.structs.replace(products, first=first, second=second)
    operands = [msgspec.structs.replace(part, origin=named(part.kind, part.origin)) for part in told.operands]
    return msgspec.structs.replace(told, name=played.named(told.name), operands=operands, products=products)

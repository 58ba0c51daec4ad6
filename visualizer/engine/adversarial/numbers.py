"""Every number of the game, explained: what can be asked for, and by which names.

All of kind "metric"; the index begins with the step at which the pair stood. SORT is one of a single sample
(core.topics.adversarial.Sort), PLAYER "discriminator" or "generator", KIND "real" or "fake".

- `judgement/SORT`, `output/SORT` (step, number); `sample/SORT`, `wish/SORT`, `slope/SORT` (step, number, *place):
  what the discriminator says of a sample, the sample itself, and how it would have to change
- the same of a mini-batch, with the index (step, round, number, *place): `judgement/PLAYER/KIND`, ...
- `mean_judgement/KIND` (step), `mean_judgement/PLAYER/KIND` (step, round)
- `loss/PLAYER` (step), of the samples shown; `loss/PLAYER` (step, round), of a mini-batch; `loss` and
  `discriminator_loss` (step) are those of the last round
- `gradient_size/PLAYER`, `update_size/PLAYER` (step, round)
- `noise/fake`, `noise/PLAYER`, `noise_length/walk`: what goes into the generator
- `class_probability` (step, number of a fake, class), as the classifier says
- `gradient/PARAMETER`, `update/PARAMETER`, `moved/PARAMETER`, `exp_avg/PARAMETER`, `exp_avg_sq/PARAMETER`, as in
  engine.explain.metrics, round by round
- the meters of engine.adversarial.meters
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, get_args

from torch import Tensor

from visualizer.core.errors import UserError, unknown
from visualizer.core.frames import Explanation
from visualizer.core.operand import Operand
from visualizer.core.quantities import Kind
from visualizer.core.topics.adversarial import Player, Sort
from visualizer.engine.adversarial import judging, meters
from visualizer.engine.adversarial.inside_passes import InsidePasses
from visualizer.engine.adversarial.passes import TURNS, PassName, Played, played, player_of
from visualizer.engine.adversarial.standing import Asked, Standing
from visualizer.engine.adversarial.training import AdversarialTraining
from visualizer.engine.explain import explanation
from visualizer.engine.explain.element import Account, Place, evaluated
from visualizer.engine.explain.measuring import element
from visualizer.engine.explain.metrics import Metrics
from visualizer.engine.explain.scene import check_place
from visualizer.engine.run import Run

_KEPT = 6  # passes, and states of the pair; a pass of a mini-batch of pictures holds some ten megabytes
Thing = TypeVar("Thing")
_LAST_ROUND: dict[str, Player] = {"loss": "generator", "discriminator_loss": "discriminator"}
"""Metrics of a step, and whose last round they are measured in."""


class PairNumbers:
    """Explains what is shown of a pair; passes that were made are kept for the questions that follow."""

    def __init__(self, run: Run, initial: Mapping[str, Tensor], metrics: Metrics) -> None:
        self.asked = Asked()
        self._run, self._initial, self._metrics = run, initial, metrics
        self._standings: dict[object, Standing] = {}
        self._passes: dict[object, Played] = {}
        self._quantities: dict[str, Callable[[Standing, str, Place], Account | Explanation]] = {
            "judgement": self._judgement,
            "output": self._output,
            "sample": self._sample,
            "noise": self._noise,
            "noise_length": self._noise_length,
            "class_probability": self._class_probability,
            "gradient": self._learned("parameter_gradient"),
            "update": self._update,
            "moved": self._moved,
            "exp_avg": self._remembered("exp_avg"),
            "exp_avg_sq": self._remembered("exp_avg_sq"),
            "wish": self._change(judging.wish),
            "slope": self._change(judging.slope),
            "mean_judgement": self._mean_judgement,
            "loss": self._loss,
            "gradient_size": self._size(judging.size_of_gradient),
            "update_size": self._size(judging.size_of_update),
        }

    def knows(self, name: str, kind: Kind) -> bool:
        """Whether a number is one of these."""
        if "|" in name or kind != "metric":
            return "|" in name
        return name.partition("/")[0] in self._quantities or name in _LAST_ROUND or name in meters.MEASURES

    def explain(self, name: str, index: Place, kind: Kind) -> Explanation:
        """Explain one number; raise UserError where it does not exist or its step cannot be reached."""
        if "|" in name:
            passed, _, own = name.partition("|")
            seen = self._played(PassName.of(passed))
            return InsidePasses(self._standing(seen.name.step), self._initial, self._played).explain(
                seen, kind, own, index
            )
        if not index:
            raise UserError(f"'{name}' is measured at a step: the index has to begin with it.")
        standing = self._standing(index[0])
        told = self._told(standing, name, index[1:])
        if isinstance(told, Explanation):
            return told
        return explanation("metric", name, index, told, evaluated(told))

    def _told(self, standing: Standing, name: str, place: Place) -> Account | Explanation:
        if name in meters.MEASURES:
            meters.check(standing, name)
            return meters.MEASURES[name](standing, place)
        if name in _LAST_ROUND:
            player = _LAST_ROUND[name]
            return self._loss(standing, player, (standing.training.rounds(player),))
        quantity, _, of = name.partition("/")
        return self._quantities[quantity](standing, of, place)

    def _standing(self, step: int) -> Standing:
        key = self._key(step)
        if key not in self._standings:
            training = self._run.at(step)
            assert isinstance(training, AdversarialTraining)
            _keep(self._standings, key, Standing(training, self.asked))
        return self._standings[key]

    def _key(self, step: int) -> tuple[object, ...]:
        """Return what the state at a step follows from."""
        return (step, self._run.steps_done, self._run.training.experiment)

    def forget(self, *sorts: Sort) -> None:
        """Drop the passes of samples that are others now."""
        self._passes = {key: seen for key, seen in self._passes.items() if seen.name.sort not in sorts}

    def _played(self, name: PassName) -> Played:
        key = (name, *self._key(name.step))
        if key not in self._passes:
            _keep(self._passes, key, played(self._standing(name.step), name))
        return self._passes[key]

    # One sample.

    def _at(self, standing: Standing, of: str, place: Place) -> tuple[Played, str, int, Place]:
        """Return the pass that a sample goes through, its kind, its row there, and the rest of the index."""
        sort, _, kind = of.partition("/")
        turn = sort in TURNS
        if sort not in get_args(Sort) or (turn and kind not in ("real", "fake", "noise")) or len(place) < 1 + turn:
            raise unknown("sample of a pair", of, ["fake", "real", "discriminator/fake"])
        seen = self._played(PassName(sort, place[0], standing.step))  # type: ignore[arg-type]  # it has been checked
        if turn:
            return seen, kind, place[1], place[2:]
        return seen, next(iter(seen.outputs)), 0, place[1:]

    def _judgement(self, standing: Standing, of: str, place: Place) -> Account:
        seen, kind, row, _ = self._at(standing, of, place)
        return judging.judgement(seen, kind, row, standing.training.experiment.loss)

    def _output(self, standing: Standing, of: str, place: Place) -> Explanation:
        seen, kind, row, _ = self._at(standing, of, place)
        return self._of_pass(judging.output(seen, kind, row))

    def _sample(self, standing: Standing, of: str, place: Place) -> Explanation:
        seen, kind, row, rest = self._at(standing, of, place)
        return self._of_pass(seen.operand("x", "activation", seen.samples[kind], (row, *rest)))

    def _noise(self, standing: Standing, of: str, place: Place) -> Explanation:
        seen, _, row, rest = self._at(standing, of, place)
        inputs = [node.id for node in seen.scene.seen.graph.nodes if node.kind == "input"]
        return self._of_pass(seen.operand("z", "data", inputs[-1], (row, *rest)))

    def _noise_length(self, standing: Standing, of: str, place: Place) -> Account:
        seen, _, row, _ = self._at(standing, of, place)
        name = next(node.id for node in seen.scene.seen.graph.nodes if node.kind == "input")
        count = seen.scene.find("data", name).shape[1]
        operands = [seen.operand(f"z_{{{number}}}", "data", name, (row, number)) for number in range(count)]
        return Account("sqrt(sum(z**2))", "The length of this noise vector.", operands)

    def _class_probability(self, standing: Standing, _: str, place: Place) -> Account:
        if len(place) != 2 or standing.points:
            raise UserError("A classifier says of a generated picture (step, number, class) how probable a class is.")
        seen = self._played(PassName("class", place[0], standing.step))
        name = seen.outputs["fake"]
        count = seen.scene.find("activation", name).shape[1]
        operands = [seen.operand(f"z_{{{number}}}", "activation", name, (0, number)) for number in range(count)]
        said = "Softmax of the logits of a classifier that was trained on real pictures."
        return Account(f"exp(z[{place[1]}]) / sum(exp(z))", said, operands)

    def _change(self, account: Callable[[Played, str, int, Place], Account]) -> Callable[..., Account]:
        def told(standing: Standing, of: str, place: Place) -> Account:
            seen, kind, row, rest = self._at(standing, of, place)
            return account(seen, kind, row, rest)

        return told

    def _of_pass(self, operand: Operand) -> Explanation:
        return self.explain(operand.origin, operand.index, operand.kind)

    # Many samples.

    def _judgements(self, standing: Standing, of: str, place: Place) -> list[Operand]:
        """Return the judgements of all samples that are shown."""
        player, _, kind = of.partition("/")
        if player not in TURNS:
            return [
                Operand(f"D_{{{number}}}", float(value), f"judgement/{of}", (standing.step, number), "metric")
                for number, value in enumerate(standing.judgements[of])
            ]
        seen = self._played(PassName(player, place[0], standing.step))
        outputs = seen.scene.find("activation", seen.outputs[kind])
        return [
            Operand(f"D_{{{row}}}", float(value), f"judgement/{of}", (standing.step, place[0], row), "metric")
            for row, value in enumerate(standing.training.loss.judgement(outputs)[:, 0])
        ]

    def _mean_judgement(self, standing: Standing, of: str, place: Place) -> Account:
        kind = of.rpartition("/")[2]
        if kind not in ("real", "fake"):
            raise unknown("kind of sample", kind, ["real", "fake"])
        judgements = self._judgements(standing, of, place)
        return judging.mean_judgement(judgements, f"the {len(judgements)} {kind} samples")

    def _loss(self, standing: Standing, player: str, place: Place) -> Account:
        if player not in TURNS:
            raise unknown("player", player, TURNS)
        kinds = ("real", "fake") if player == "discriminator" else ("fake",)
        outputs: dict[str, list[Operand]] = {"real": [], "fake": []}
        for kind in kinds:
            symbol = "z" if kind == "real" else "y"
            values = standing.outputs[kind]
            origin, index = f"output/{kind}", [standing.step]
            if place:
                seen = self._played(PassName(player, place[0], standing.step))
                values = seen.scene.find("activation", seen.outputs[kind])[:, 0]
                origin, index = f"output/{player}/{kind}", [standing.step, place[0]]
            outputs[kind] = [
                Operand(f"{symbol}_{{{row}}}", float(value), origin, (*index, row), "metric")
                for row, value in enumerate(values)
            ]
        return judging.loss_of(player, standing.training.experiment.loss, outputs["real"], outputs["fake"])

    def _size(self, account: Callable[[Played], Account]) -> Callable[..., Account]:
        def told(standing: Standing, player: str, place: Place) -> Account:
            if player not in TURNS or not place:
                raise unknown("player", player, TURNS)
            return account(self._played(PassName(player, place[0], standing.step)))

        return told

    # What a step does to one number of a parameter.

    def _rounds_of(self, standing: Standing, parameter: str) -> list[Played]:
        player = player_of(parameter)
        names = (PassName(player, turn + 1, standing.step) for turn in range(standing.training.rounds(player)))
        return [self._played(name) for name in names]

    def _learned(self, kind: Kind) -> Callable[..., Explanation]:
        def told(standing: Standing, parameter: str, place: Place) -> Explanation:
            last = self._rounds_of(standing, parameter)[-1]
            return self.explain(last.named(parameter), place, kind)

        return told

    def _remembered(self, quantity: str) -> Callable[..., Explanation]:
        def told(standing: Standing, parameter: str, place: Place) -> Explanation:
            first = self._played(PassName(player_of(parameter), 1, standing.step))
            return self.explain(first.named(f"{quantity}/{parameter}"), place, "memory")

        return told

    def _update(self, standing: Standing, parameter: str, place: Place) -> Account | Explanation:
        rounds = self._rounds_of(standing, parameter)
        if len(rounds) == 1:
            return self.explain(rounds[0].named(parameter), place, "update")
        updates = [_of(seen, turn, parameter, place) for turn, seen in enumerate(rounds)]
        return Account("sum(u)", f"What the {len(rounds)} updates of step {standing.step} added.", updates)

    def _moved(self, standing: Standing, parameter: str, place: Place) -> Account | Explanation:
        """Tell all changes so far by those before the last step, and that of it."""
        edited = any(edit.parameter == parameter for edit in standing.training.experiment.edits)
        if not standing.step or edited or standing.training.rounds(player_of(parameter)) == 1:
            return self._metrics.explain(f"moved/{parameter}", (standing.step, *place))
        before = self._standing(standing.step - 1)
        first = element(self._initial, parameter, place, "initial")
        earlier = float(before.training.network.get_parameter(parameter).detach()[place]) - first
        said = f"What had been added before step {before.step}, and what the updates of that step added."
        updates = [_of(seen, turn, parameter, place) for turn, seen in enumerate(self._rounds_of(before, parameter))]
        return Account("d + sum(u)", said, [
            Operand("d", earlier, f"moved/{parameter}", (before.step, *place), "metric"), *updates,
        ])  # fmt: skip


def _of(seen: Played, turn: int, parameter: str, place: Place) -> Operand:
    if parameter not in seen.updates:
        raise UserError(f"'{parameter}' did not move in the turn of {seen.name}: it was frozen.")
    check_place("update", parameter, seen.updates[parameter], place)
    return Operand(f"u_{{{turn}}}", float(seen.updates[parameter][place]), seen.named(parameter), place, "update")


def _keep(kept: dict[object, Thing], key: object, thing: Thing) -> None:
    """Keep a thing, and not more than a few in all."""
    kept[key] = thing
    if len(kept) > _KEPT:
        del kept[next(iter(kept))]

"""Numbers that come from training: parameters, their first values, updates and what the optimizer remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from visualizer.core import catalogue
from visualizer.core.errors import UserError, unknown
from visualizer.core.experiment import Experiment, frozen_by
from visualizer.core.frames import Explanation, Operand
from visualizer.core.quantities import Kind
from visualizer.engine.explain import explanation, updating
from visualizer.engine.explain.element import Account, Place, Source, constant, evaluated
from visualizer.engine.explain.metrics import Metrics
from visualizer.engine.explain.scene import Scene, check_place


@dataclass(frozen=True)
class Moment:
    """Where training stood when a pass was recorded: `memory` by `QUANTITY/PARAMETER`, `initial` by parameter.

    `metrics` explain the steps before, where they can be made again.
    """

    experiment: Experiment
    step: int
    sample: int
    memory: Mapping[str, Tensor]
    initial: Mapping[str, Tensor]
    metrics: Metrics | None = None


def explain_learned(scene: Scene, moment: Moment, kind: Kind, name: str, place: Place) -> Explanation:
    """Explain a parameter, an initial value, an update, a memory or a number of the sample."""
    result, account = _EXPLAINERS[kind](scene, moment, name, place)
    return explanation(kind, name, place, account, result)


def _parameter(scene: Scene, moment: Moment, name: str, place: Place) -> tuple[float, Account]:
    now, first = _element("parameter", scene.state, name, place), _element("initial", moment.initial, name, place)
    start = Operand("w_0", first, name, place, "initial")
    if moment.step == 0 and now == first:
        return now, Account("w_0", "No step was trained yet: it still has its first value.", [start])
    said = f"Its first value plus all that the {moment.step} updates so far, and hands, have added to it."
    return now, Account("w_0 + d", said, [start, _moved(moment, name, place, now - first)])


def _moved(moment: Moment, name: str, place: Place, added: float) -> Operand:
    by_hand = any((edit.step, edit.parameter) == (moment.step, name) for edit in moment.experiment.edits)
    if moment.metrics is None or by_hand:
        return constant("d", added)
    return Operand("d", added, f"moved/{name}", (moment.step, *place), "metric")


def _initial(_: Scene, moment: Moment, name: str, place: Place) -> tuple[float, Account]:
    value, experiment = _element("initial", moment.initial, name, place), moment.experiment
    said = f"Read from {experiment.weights}, where the run began."
    if experiment.weights == "initial":
        said = f"Drawn at random from seed {experiment.seed}, as its layer draws its first values."
    elif experiment.weights == "pretrained":
        said = f"Read from the weights that ship with {experiment.network}, trained by the recipe told on their card."
    return value, Account("v", said, [constant("v", value)])


def _update(scene: Scene, moment: Moment, name: str, place: Place) -> tuple[float, Account]:
    if name not in scene.seen.parameter_gradients:
        if frozen_by(moment.experiment.frozen, name.rpartition(".")[0]):
            raise UserError(f"'{name}' gets no update: it is frozen.")
        if name in scene.state:
            raise UserError(f"'{name}' gets no update: it is no parameter, or the loss does not depend on it.")
        raise unknown("update of", name, scene.seen.parameter_gradients)
    if catalogue.dataset(moment.experiment.dataset).task == "generation" and not name.startswith("generator."):
        raise UserError(
            f"'{name}' gets no update here: this pass ends in the generator's loss, which moves the generator alone. "
            "The GAN page shows the discriminator's turn."
        )
    gradients = Source("parameter_gradient", name, scene.seen.parameter_gradients[name])
    check_place("update", name, gradients.tensor, place)
    g = gradients.operand("g", place)
    m, v = (_remembered(moment, symbol, key, name, place) for symbol, key in (("m", "exp_avg"), ("v", "exp_avg_sq")))
    counted = moment.memory.get(f"step/{name}")
    count = 1.0 if counted is None else float(counted) + 1
    account = updating.rule(moment.experiment.optimizer, moment.experiment.learning_rate, g, m, v, count)
    return evaluated(account), account


def _remembered(moment: Moment, symbol: str, key: str, name: str, place: Place) -> Operand:
    tensor = moment.memory.get(f"{key}/{name}")
    if tensor is None:
        return constant(symbol, 0.0)
    return Source("memory", f"{key}/{name}", tensor).operand(symbol, place)


def _memory(_: Scene, moment: Moment, name: str, place: Place) -> tuple[float, Account]:
    value = _element("memory", moment.memory, name, place)
    quantity, _sep, parameter = name.partition("/")
    what = {"exp_avg": "The decaying mean of the gradients", "exp_avg_sq": "The decaying mean of the squared gradients"}
    said = f"{what.get(quantity, 'What the optimizer has counted')} of the {moment.step} steps so far"
    if quantity in what and moment.metrics is not None:
        try:
            return value, updating.remembered(moment.metrics.measured(moment.step - 1), quantity, parameter, place)
        except UserError as reason:
            said += f" (the last of them cannot be told apart: {reason})"
    return value, Account("v", f"{said}.", [constant("v", value)])


def _data(scene: Scene, moment: Moment, name: str, place: Place) -> tuple[float, Account]:
    value = _element("data", scene.seen.activations, name, place)
    entry = catalogue.dataset(moment.experiment.dataset)
    of = f"held-out sample {moment.sample} of {entry.title}" if moment.sample >= 0 else "your own input"
    byte = round(value * 255)
    if len(entry.input_shape) == 3 and len(place) == 4 and abs(byte / 255 - value) < 1e-6:
        said = f"The pixel in row {place[2]}, column {place[3]} of {of}: a byte from 0 to 255, scaled to 0 to 1."
        return value, Account("b / 255", said, [constant("b", byte)])
    where = ", ".join(map(str, place[1:]))
    return value, Account("v", f"Number ({where}) of {of}.", [constant("v", value)])


def _element(kind: Kind, tensors: Mapping[str, Tensor], name: str, place: Place) -> float:
    if name not in tensors:
        raise unknown(kind, name, tensors)
    check_place(kind, name, tensors[name], place)
    return float(tensors[name][place])


_EXPLAINERS: dict[Kind, Callable[[Scene, Moment, str, Place], tuple[float, Account]]] = {
    "parameter": _parameter,
    "initial": _initial,
    "update": _update,
    "memory": _memory,
    "data": _data,
}
LEARNED = frozenset(_EXPLAINERS)

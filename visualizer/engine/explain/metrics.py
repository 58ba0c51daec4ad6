"""What is measured while training: losses, accuracies, norms of gradients; and how one step changed one parameter.

All names are those of kind "metric"; the index begins with the step. Beside those of core.quantities there are
`gradient_norm/PARAMETER` (step) and `sample_loss` (step, place in the mini-batch), and for numbers of a parameter,
with the index (step, then that in the parameter): `gradient/PARAMETER`, of the step's mini-batch, `update/PARAMETER`,
the change it made, and what was before it: `moved/PARAMETER`, all changes so far, and what Adam remembered,
`exp_avg/PARAMETER` and `exp_avg_sq/PARAMETER`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from visualizer.core.errors import UserError, unknown
from visualizer.core.frames import Explanation, Operand
from visualizer.engine.explain import explanation, updating
from visualizer.engine.explain.element import Account, Place, constant, evaluated
from visualizer.engine.explain.measuring import Answers, Measured, element, measured, validated
from visualizer.engine.run import Run

SHOWN = 64  # terms of a sum that are told one by one; the rest is told together
_SINGLE = ("gradient", "update", "moved", "exp_avg", "exp_avg_sq")
Told = tuple[float, Account]


class Metrics:
    """Explains what was measured in a run; the last step that was made again is kept for the questions that follow."""

    def __init__(self, run: Run, initial: Mapping[str, Tensor]) -> None:
        self._run, self._initial = run, initial
        self._made: tuple[object, Measured] | None = None

    def explain(self, name: str, index: Place) -> Explanation:
        """Explain a number of a step; raise UserError for one that was not measured or cannot be reached."""
        if not index:
            raise UserError(f"'{name}' is measured at a step: the index has to begin with it.")
        step, place = index[0], index[1:]
        result, account = self._told(name, step, place)
        return explanation("metric", name, index, account, result)

    def measured(self, step: int) -> Measured:
        """Return a step made again."""
        key = (step, self._run.steps_done, self._run.training.experiment)
        if self._made is None or self._made[0] != key:
            with torch.random.fork_rng(devices=[]):
                self._made = key, measured(self._run.at(step))
        return self._made[1]

    def _told(self, name: str, step: int, place: Place) -> Told:
        if name in _WHOLE:
            return _WHOLE[name](self, step, place)
        quantity, _, of = name.partition("/")
        if quantity == "gradient_norm":
            return self._norm(of, step)
        if quantity in _SINGLE:
            return self._single(quantity, of, step, place)
        known = [*_WHOLE, "gradient_norm/LAYER"]
        raise unknown("metric", name, known)

    def _loss(self, step: int, _: Place) -> Told:
        return _mean(self.measured(step).answers["loss"], f"the mini-batch of step {step}", step)

    def _discriminator_loss(self, step: int, _: Place) -> Told:
        found = self.measured(step).answers.get("discriminator_loss")
        if found is None:
            raise UserError("There is no loss of a discriminator: this network has none.")
        return _mean(found, f"the mini-batch of step {step}", step)

    def _validation_loss(self, step: int, _: Place) -> Told:
        return _mean(self._validated(step), "held-out samples, in eval mode", None)

    def _accuracy(self, step: int, _: Place) -> Told:
        return _right(self.measured(step).answers["loss"], f"the mini-batch of step {step}")

    def _validation_accuracy(self, step: int, _: Place) -> Told:
        return _right(self._validated(step), "held-out samples, in eval mode")

    def _validated(self, step: int) -> Answers:
        with torch.random.fork_rng(devices=[]):
            return validated(self._run.at(step))

    def _sample_loss(self, step: int, place: Place) -> Told:
        made = self.measured(step)
        answers = made.answers["loss"]
        (number,) = place if len(place) == 1 else (-1,)
        if answers.targets.is_floating_point() or not 0 <= number < len(answers.targets):
            raise UserError(
                f"There is no class that could have been missed at {list(place)} of the batch of step {step}."
            )
        own = int(answers.targets[number])
        logits = [constant(f"z_{{{k}}}", float(z)) for k, z in enumerate(answers.output[number])]
        said = f"Minus the logarithm of the probability given to the right class, {own}, when step {step} was trained"
        if len(made.samples) == len(answers.targets):
            said += f": training sample {int(made.samples[number])}"
        loss = float(answers.terms[next(iter(answers.terms))][number])
        return loss, Account(f"logsumexp(z) - z[{own}]", f"{said}.", logits)

    def _norm(self, of: str, step: int) -> Told:
        gradients = self.measured(step).gradients
        if of in gradients:
            return _norm_of_one(gradients[of], of, step)
        own = {name: gradient for name, gradient in gradients.items() if name.rpartition(".")[0] == of}
        if not own:
            layers = dict.fromkeys(name.rpartition(".")[0] for name in gradients)
            if of in self._run.training.freezer.layers:
                raise UserError(
                    f"'{of}' had no gradient at step {step}: it was frozen, or the loss does not depend on it."
                )
            raise unknown("layer with a gradient", of, layers)
        operands = [
            Operand(f"g_{{{k}}}", _length(gradient), f"gradient_norm/{name}", (step,), "metric")
            for k, (name, gradient) in enumerate(own.items())
        ]
        said = f"The norms of its parameters' gradients ({', '.join(own)}), squared and added up."
        account = Account("sqrt(sum(g**2))", said, operands)
        return evaluated(account), account

    def _single(self, quantity: str, of: str, step: int, place: Place) -> Told:
        """Tell one number of a parameter, of its gradient, or of what the optimizer remembers of it."""
        if quantity == "gradient":
            made = self.measured(step)
            g = made.gradient(of, place).value
            said = f"The mean of the gradients of the {len(made.samples)} samples in the mini-batch of step {step}."
            return g, Account("g", said, [constant("g", g)])
        if quantity == "update":
            account = updating.told(self.measured(step), of, place)
            return evaluated(account), account
        if not step:
            return 0.0, Account("zero", "Before the first step there was nothing yet.", [constant("zero", 0.0)])
        before = self.measured(step - 1)
        if quantity == "moved":
            return self._moved(before, self.measured(step), of, place)
        return element(self.measured(step).memory, f"{quantity}/{of}", place, "memory"), updating.remembered(
            before, quantity, of, place
        )

    def _moved(self, before: Measured, now: Measured, of: str, place: Place) -> Told:
        first = element(self._initial, of, place, "initial")
        value = element(now.parameters, of, place, "parameter") - first
        earlier = float(before.parameters[of][place]) - first
        operands = [Operand("d", earlier, f"moved/{of}", (before.step, *place), "metric")]
        if of not in before.gradients:
            said = f"Step {before.step} did not change it: it was frozen, or the loss does not depend on it."
            return value, Account("d", said, operands)
        update = evaluated(updating.told(before, of, place))
        operands.append(Operand("u", update, f"update/{of}", (before.step, *place), "metric"))
        said = f"What had been added before step {before.step}, and what that step added."
        if any((edit.step, edit.parameter) == (before.step, of) for edit in before.experiment.edits):
            operands.append(constant("e", value - earlier - update))
            return value, Account("d + u + e", f"{said} It was also set by hand: e.", operands)
        return value, Account("d + u", said, operands)


_WHOLE: dict[str, Callable[[Metrics, int, Place], Told]] = {
    "loss": Metrics._loss,
    "accuracy": Metrics._accuracy,
    "validation_loss": Metrics._validation_loss,
    "validation_accuracy": Metrics._validation_accuracy,
    "discriminator_loss": Metrics._discriminator_loss,
    "sample_loss": Metrics._sample_loss,
}


def _mean(answers: Answers, of: str, step: int | None) -> Told:
    operands: list[Operand] = []
    parts, said = [], []
    classes = not answers.targets.is_floating_point() and step is not None
    for (what, losses), symbol in zip(answers.terms.items(), "LM", strict=False):
        largest, rest = _largest(losses)
        for k, place in enumerate(largest):
            value = float(losses[place])
            origin = ("sample_loss", (step, place), "metric") if classes and step is not None else ("", (), "constant")
            operands.append(Operand(f"{symbol}_{{{k}}}", value, *origin))
        total = f"sum({symbol})"
        if rest:
            operands.append(constant(f"rest{symbol}", rest))
            total = f"({total} + rest{symbol})"
        operands.append(constant(f"n{symbol}", len(losses)))
        parts.append(f"{total} / n{symbol}")
        shown = f", the {len(largest)} largest one by one, the rest added up" if rest else ""
        said.append(f"the losses of {len(losses)} {what}s{shown}")
    return answers.loss, Account(" + ".join(parts), f"The mean over {of}: {'; and '.join(said)}.", operands)


def _right(answers: Answers, of: str) -> Told:
    if answers.targets.is_floating_point():
        raise UserError("There is no accuracy here: the targets are numbers, not classes.")
    right, count = int((answers.output.argmax(-1) == answers.targets).sum()), len(answers.targets)
    account = Account(
        "k / n", f"Of {of}: how many answers were right, of how many.", [constant("k", right), constant("n", count)]
    )
    return right / max(count, 1), account


def _norm_of_one(gradient: Tensor, name: str, step: int) -> Told:
    flat = gradient.flatten()
    largest, _ = _largest(flat.square())
    places = [
        tuple(int(at) for at in place)
        for place in zip(*torch.unravel_index(torch.tensor(largest), gradient.shape), strict=True)
    ]
    operands = [
        Operand(f"g_{{{k}}}", float(gradient[place]), f"gradient/{name}", (step, *place), "metric")
        for k, place in enumerate(places)
    ]
    left = flat.double().square()
    left[largest] = 0
    rest = [constant("r", float(left.sum()))] if len(largest) < len(flat) else []
    said = f"The root of the sum of the squares of {len(flat)} gradients"
    said += f": the {len(largest)} largest one by one, r the squares of the rest." if rest else "."
    account = Account("sqrt(sum(g**2) + r)" if rest else "sqrt(sum(g**2))", said, [*operands, *rest])
    return _length(gradient), account


def _largest(values: Tensor) -> tuple[Sequence[int], float]:
    """Return the places of the largest values, in their order, and the sum of all others."""
    if len(values) <= SHOWN:
        return range(len(values)), 0.0
    chosen = values.topk(SHOWN).indices.sort().values
    return chosen.tolist(), float(values.double().sum() - values[chosen].double().sum())


def _length(gradient: Tensor) -> float:
    return math.sqrt(float(gradient.double().square().sum()))

"""What one step does to one number of a parameter: the rule of the optimizer, and what it remembers."""

from __future__ import annotations

from visualizer.core.errors import UserError
from visualizer.core.frames import Operand
from visualizer.engine.explain.element import Account, Place, constant
from visualizer.engine.explain.measuring import Measured

_DECAYS = {"adam": (0.9, 0.999), "adam-0.5": (0.5, 0.999)}  # of the means of gradients and of their squares
_EPSILON = 1e-8  # that of torch.optim.Adam
_ADAM = (
    "-eta * ((beta_1 * m + (1 - beta_1) * g) / (1 - beta_1**t))"
    " / (sqrt((beta_2 * v + (1 - beta_2) * g**2) / (1 - beta_2**t)) + epsilon)"
)
_SAID = "Adam (Kingma and Ba 2015): means of gradients (m) and of their squares (v), corrected for their short past."
_MEANS = {  # of what Adam keeps a mean, and the number of its decay
    "exp_avg": ("gradients", 0, "g"),
    "exp_avg_sq": ("squared gradients", 1, "g**2"),
}


def rule(optimizer: str, learning_rate: float, g: Operand, m: Operand, v: Operand, step: float) -> Account:
    """Return the update by an optimizer for the gradient g; `step` counts its updates of this parameter, from 1."""
    rate = constant(r"\eta", learning_rate)
    if optimizer == "sgd":
        return Account("-eta * g", "Gradient descent: a step against the gradient, as long as η says.", [rate, g])
    if optimizer not in _DECAYS:
        raise UserError(f"The update of {optimizer} cannot be explained: those of {', '.join(['sgd', *_DECAYS])} can.")
    first, second = _DECAYS[optimizer]
    decays = [constant("t", step), constant(r"\beta_1", first), constant(r"\beta_2", second)]
    return Account(_ADAM, _SAID, [rate, g, m, v, *decays, constant(r"\epsilon", _EPSILON)])


def told(made: Measured, name: str, place: Place) -> Account:
    """Return how what a step added to a number came about."""
    g = made.gradient(name, place)
    m, v = (made.remembered(symbol, key, name, place) for symbol, key in (("m", "exp_avg"), ("v", "exp_avg_sq")))
    counted = made.memory.get(f"step/{name}")
    count = 1.0 if counted is None else float(counted) + 1
    return rule(made.experiment.optimizer, made.experiment.learning_rate, g, m, v, count)


def remembered(made: Measured, quantity: str, name: str, place: Place) -> Account:
    """Return how Adam's memory came about in the step that was made again."""
    m, optimizer = made.remembered("m", quantity, name, place), made.experiment.optimizer
    return decaying(optimizer, quantity, m, made.gradient(name, place), f"step {made.step}")


def decaying(optimizer: str, quantity: str, m: Operand, g: Operand, of: str) -> Account:
    """Return how Adam's memory came about: by what it was before, m, and the gradient g of what is named `of`."""
    if optimizer not in _DECAYS or quantity not in _MEANS:
        raise UserError(f"'{quantity}' of {optimizer} has no formula: exp_avg and exp_avg_sq of Adam have.")
    what, number, fresh = _MEANS[quantity]
    said = f"Adam's decaying mean of the {what}: β of what it was, and 1 − β of the one of {of}."
    return Account(f"beta * m + (1 - beta) * {fresh}", said, [constant(r"\beta", _DECAYS[optimizer][number]), m, g])

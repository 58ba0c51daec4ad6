"""What the discriminator says of samples, what both players lose by it, and what that moves: as formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from visualizer.core.errors import UserError
from visualizer.core.operand import Operand
from visualizer.core.quantities import Kind
from visualizer.engine.adversarial.passes import Played
from visualizer.engine.explain.element import Account, Place, constant

LISTED = 64  # numbers of a long sum that are told one by one; the rest is told together
_LOSSES = {  # by loss: what the discriminator lowers of real outputs z and of fakes' y, and what the generator lowers
    "non-saturating": ("sum(log1p(exp(-z))) / n + sum(log1p(exp(y))) / m", "sum(log1p(exp(-y))) / m"),
    "minimax": ("sum(log1p(exp(-z))) / n + sum(log1p(exp(y))) / m", "-sum(log1p(exp(y))) / m"),
    "least-squares": ("sum((z - 1)**2) / (2 * n) + sum(y**2) / (2 * m)", "sum((y - 1)**2) / (2 * m)"),
}
_SAID = {
    "least-squares": "Outputs for real samples are drawn to 1, those for fakes to 0 by the discriminator, to 1 by the "
    "generator",
}
_LOGARITHMS = "With D the sigmoid of the output, −log D is log(1 + e⁻ᶻ), and −log(1 − D) is log(1 + eᶻ)"


def judgement(played: Played, kind: str, row: int, loss: str) -> Account:
    """Tell how real the discriminator believes one sample to be."""
    z = output(played, kind, row)
    if loss == "least-squares":
        return Account("max(0, min(1, z))", "The discriminator's output z, cut to 0 (fake) and 1 (real).", [z])
    return Account("1 / (1 + exp(-z))", "The sigmoid of the discriminator's output z: from 0, fake, to 1, real.", [z])


def output(played: Played, kind: str, row: int) -> Operand:
    """Return the discriminator's output for one sample."""
    name = played.outputs[kind]
    tensor = played.scene.find("activation", name)
    if not 0 <= row < len(tensor):
        raise UserError(f"There is no sample {row} in '{played.name}', which has {len(tensor)}.")
    return played.operand("z", "activation", name, (row, 0))


def mean_judgement(judgements: Sequence[Operand], what: str) -> Account:
    """Tell a mean of judgements, which are operands named D."""
    said = f"How real {what} look to the discriminator: its judgements, added up and divided by their number."
    return Account("sum(D) / n", said, [*judgements, constant("n", len(judgements))])


def loss_of(player: str, loss: str, real: Sequence[Operand], fake: Sequence[Operand]) -> Account:
    """Tell a loss by the outputs for real samples, named z, and those for fakes, named y."""
    of_discriminator, of_generator = _LOSSES[loss]
    counts = [constant("m", len(fake))]
    if player == "generator":
        return Account(of_generator, f"{_SAID.get(loss, _LOGARITHMS)}: the mean over the fakes.", [*fake, *counts])
    said = f"{_SAID.get(loss, _LOGARITHMS)}: the mean over real samples, and that over fakes."
    return Account(of_discriminator, said, [*real, *fake, constant("n", len(real)), *counts])


def wish(played: Played, kind: str, row: int, place: Place) -> Account:
    """Tell how one number of a sample would have to change to look more real."""
    g = played.operand("g", "gradient", played.samples[kind], (row, *place))
    count = len(played.scene.find("activation", played.outputs[kind]))
    if count == 1:
        return Account("-g", "Minus the gradient of the generator's loss of this sample.", [g])
    said = "Minus the gradient of the generator's loss, a mean over the batch, times its size: that of this sample."
    return Account("-g * n", said, [g, constant("n", count)])


def slope(played: Played, kind: str, row: int, place: Place) -> Account:
    """Tell how the discriminator's output rises with one number of a sample."""
    g = played.operand("g", "gradient", played.samples[kind], (row, *place))
    s = played.operand("s", "gradient", played.outputs[kind], (row, 0))
    if s.value == 0:
        raise UserError("The loss does not depend on this output any more, so its slope cannot be told by the loss.")
    said = "By the chain rule ∂L/∂x = ∂L/∂z · ∂z/∂x: the gradient that arrives, divided by that at the output."
    return Account("g / s", said, [g, s])


def size_of_gradient(played: Played) -> Account:
    """Tell the norm of a player's gradient in its turn."""
    return _size(played, "parameter_gradient")


def size_of_update(played: Played) -> Account:
    """Tell the norm of what a player's turn adds to its parameters."""
    return _size(played, "update")


def _size(played: Played, kind: Kind) -> Account:
    tensors = played.updates if kind == "update" else played.gradients
    if not tensors:
        raise UserError(f"The {played.name.sort} is frozen: nothing moves in its turn.")
    flat = torch.cat([tensor.flatten() for tensor in tensors.values()]).double()
    largest = flat.abs().topk(min(LISTED, len(flat))).indices.sort().values
    ends = np.cumsum([tensor.numel() for tensor in tensors.values()])
    operands = []
    for number, chosen in enumerate(largest.tolist()):
        which = int(np.searchsorted(ends, chosen, side="right"))
        name, tensor = list(tensors.items())[which]
        index = np.unravel_index(chosen - int(ends[which]) + tensor.numel(), tensor.shape)
        place = tuple(int(at) for at in index)
        operands.append(Operand(f"g_{{{number}}}", float(tensor[place]), played.named(name), place, kind))
    rest = float(flat.square().sum() - flat[largest].square().sum())
    said = f"The root of the sum of {len(flat)} squares, the {len(largest)} largest one by one, r the rest."
    return Account("sqrt(sum(g**2) + r)", said, [*operands, constant("r", rest)])

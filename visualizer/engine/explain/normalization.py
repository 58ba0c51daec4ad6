"""Batch, layer and group normalisation. Ioffe and Szegedy 2015; Ba, Kiros and Hinton 2016; Wu and He 2018."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from visualizer.core.frames import Operand
from visualizer.engine.explain.element import (
    SHOWN,
    Account,
    Call,
    Element,
    Place,
    Share,
    constant,
    places_where,
    product,
)

OPERATIONS = ("batch_norm", "layer_norm", "group_norm", "instance_norm")
_NORMAL = "(x - mu) / sqrt(sigma2 + epsilon)"


@dataclass(frozen=True)
class Statistics:
    """What one element was normalised with: `members` are the elements it was taken from, none where it was running."""

    mean: Operand
    variance: Operand
    members: tuple[slice, ...] | None
    said: str


def explain(element: Element) -> Account:
    """Explain one element: centred and scaled to unit variance, then scaled and shifted by two learned numbers."""
    used = _statistics(element, element.place, element.output)
    learned = _learned(element, element.place)
    operands = [element.input.operand("x", element.place), used.mean, used.variance, _epsilon(element), *learned]
    said = f"Centred and scaled with mean and variance of {used.said}"
    expression, formula = _NORMAL, r"\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}"
    if learned:
        expression = f"gamma * ({_NORMAL})" + (" + beta" if len(learned) == 2 else "")
        formula = rf"\gamma \, {formula}" + (r" + \beta" if len(learned) == 2 else "")
        said += ", then scaled by γ" + (" and shifted by β" if len(learned) == 2 else "")
    return Account(expression, f"{said}.", operands, formula=f"y = {formula}")


def explain_mean(element: Element) -> Account:
    """Explain the mean that an element was normalised with."""
    _, operands, rest, said = _members(element)
    return Account("(sum(x) + r) / n", f"The mean of {said}.", [*operands, constant("r", float(rest.sum()))])


def explain_variance(element: Element) -> Account:
    """Explain the variance that an element was normalised with."""
    mean, operands, rest, said = _members(element)
    left = float((rest - mean.value).square().sum())
    named = f"The mean squared distance from their mean of {said}."
    return Account("(sum((x - mu)**2) + r) / n", named, [mean, *operands, constant("r", left)])


def _members(element: Element) -> tuple[Operand, list[Operand], Tensor, str]:
    """Return the mean of what an element was normalised with, the farthest of these numbers, the rest, and a text."""
    used = _statistics(element, element.place, element.output)
    if used.members is None:
        raise element.unexplained("it was normalised with running statistics, which are no mean of this batch")
    read = element.input.tensor
    axes = [torch.arange(size)[part] for size, part in zip(read.shape, used.members, strict=True)]
    places = torch.cartesian_prod(*axes).reshape(-1, read.dim())
    values = read[tuple(places.T)].double()
    order = (values - used.mean.value).abs().argsort(descending=True)
    shown, rest = order[:SHOWN], order[SHOWN:]
    operands = element.input.operands("x", places[shown].numpy())
    said = f"the {len(values)} numbers of {used.said}"
    if len(rest):
        said += f", the {SHOWN} farthest from it one by one, r the rest"
    return used.mean, [*operands, constant("n", len(values))], values[rest], said


def share(asked: Share) -> Account:
    """Explain the gradient of an input, of γ or of β."""
    if asked.source.learned:
        return _learned_share(asked)
    used = _statistics(asked, asked.place, asked.output)
    learned = _learned(asked, asked.place)[:1]
    g = asked.gradient.operand("g", asked.place)
    scale = "gamma * " if learned else ""
    if used.members is None:
        said = "The running statistics are fixed numbers: the gradient is only scaled, by γ over the deviation."
        return Account(f"g * {scale}1 / sqrt(sigma2 + epsilon)".replace("gamma * 1", "gamma"), said,
                       [g, *learned, used.variance, _epsilon(asked)])  # fmt: skip
    return _share_through_statistics(asked, used, g, learned)


def _share_through_statistics(asked: Share, used: Statistics, g: Operand, learned: list[Operand]) -> Account:
    """Explain an input that also moves mean and variance, and by them all that is normalised together with it.

    dL/dx = (γ g - mean(γ g) - n mean(γ g n)) / deviation, with n the normalised number.
    """
    assert used.members is not None
    count = asked.source.tensor[used.members].numel()
    scaled = asked.gradient.tensor[used.members].double()
    if learned:
        scaled = scaled * _scales(asked, used.members)
    values = asked.source.tensor[used.members].double()
    deviation = math.sqrt(used.variance.value + _epsilon(asked).value)
    normal = (values - used.mean.value) / deviation
    m = Operand("m", float(scaled.mean()), "", kind="constant")
    c = Operand("c", float((scaled * normal).mean()), "", kind="constant")
    x = asked.source.operand("x", asked.place)
    own = "gamma * g" if learned else "g"
    return Account(
        f"({own} - m - c * {_NORMAL}) / sqrt(sigma2 + epsilon)",
        f"An input also moves mean and variance of {used.said}: m is the mean of the {count} gradients there, "
        "each times its γ, c the mean of their products with the normalised numbers.",
        [g, *learned, m, c, x, used.mean, used.variance, _epsilon(asked)],
    )


def _learned_share(asked: Share) -> Account:
    """γ was multiplied with a normalised number at many places, β added there."""
    axis = 1 if asked.node.operation != "layer_norm" else asked.output.dim() - asked.source.tensor.dim()
    fixed = {axis + number: at for number, at in enumerate(asked.place)}
    places = places_where(asked.output.shape, fixed)
    gradient = asked.gradient
    if asked.source.name == asked.node.parameters[-1] and len(asked.node.parameters) > 1:
        expression, operands = gradient.terms("g", places)
        said = f"The sum of the gradients of all {len(places)} numbers that β was added to."
        return Account(expression, said, operands)
    alone = len(asked.output) == 1 and asked.node.operation != "layer_norm"
    if asked.node.operation == "batch_norm" or alone:  # all of these numbers were normalised by the same two
        used = _statistics(asked, tuple(places[0].tolist()), asked.output)
        products = product(gradient.factors("g", places), asked.input.factors("x", places))
        said = "Each gradient times the normalised number that γ was multiplied with."
        return Account("sum(g * (x - mu)) / sqrt(sigma2 + epsilon)", said,
                       [used.mean, used.variance, _epsilon(asked)], products)  # fmt: skip
    operands = [*gradient.operands("g", places), *asked.input.operands("x", places)]
    for number, place in enumerate(places.tolist()):
        used = _statistics(asked, tuple(place), asked.output)
        operands += [
            Operand(rf"{symbol}_{{{number}}}", found.value, "", kind="constant")
            for symbol, found in ((r"\mu", used.mean), ("v", used.variance))
        ]
    said = "Each gradient times the normalised number that γ was multiplied with; v are the variances."
    return Account("sum(g * (x - mu) / sqrt(v + epsilon))", said, [*operands, _epsilon(asked)])


def _statistics(call: Call, place: Place, output: Tensor) -> Statistics:
    """Return what was used. Batch norm is not asked for its mode, which may have changed: the result tells."""
    read, operation = call.input, call.node.operation
    members: list[slice] = [slice(None)] * read.tensor.dim()
    if operation == "batch_norm":
        members[1] = slice(place[1], place[1] + 1)
        return _batch_statistics(call, place, output, tuple(members))
    members[0] = slice(place[0], place[0] + 1)
    said = f"sample {place[0]}"
    if operation == "layer_norm":
        normal = call.attribute("normalized_shape", [])
        axes = len(normal) if isinstance(normal, list) else 1
        leading = read.tensor.dim() - axes
        members[:leading] = [slice(at, at + 1) for at in place[:leading]]
        said = f"the {read.tensor[tuple(members)].numel()} numbers of its position"
    else:
        groups = int(call.number_of("num_groups", read.tensor.shape[1]))
        size = read.tensor.shape[1] // groups
        first = place[1] // size * size
        members[1] = slice(first, first + size)
        said = f"channels {first} to {first + size - 1}" if size > 1 else f"channel {first}"
    return _taken_from(call, place, tuple(members), said)


def _batch_statistics(call: Call, place: Place, output: Tensor, members: tuple[slice, ...]) -> Statistics:
    channel = place[1]
    by_batch = _taken_from(call, place, members, f"channel {channel} from this batch")
    if len(call.node.buffers) < 2:
        return by_batch
    mean, variance = (call.state[name] for name in call.node.buffers[:2])
    by_running = Statistics(
        mean.operand(r"\mu", (channel,)),
        variance.operand(r"\sigma^2", (channel,)),
        None,
        f"channel {channel} from the running statistics",
    )
    result, x = float(output[place]), float(call.input.tensor[place])
    learned = [operand.value for operand in _learned(call, place)] or [1.0, 0.0]

    def distance(used: Statistics) -> float:
        normal = (x - used.mean.value) / math.sqrt(used.variance.value + _epsilon(call).value)
        return abs(normal * learned[0] + learned[-1] - result)

    return min(by_running, by_batch, key=distance)


def _taken_from(call: Call, place: Place, members: tuple[slice, ...], said: str) -> Statistics:
    """Return mean and biased variance of the part of the input that an element was normalised with."""
    values = call.input.tensor[members].double()
    mean, variance = float(values.mean()), float(values.var(unbiased=False))
    return Statistics(
        Operand(r"\mu", mean, f"{call.node.id}/mean", place, "inner"),
        Operand(r"\sigma^2", variance, f"{call.node.id}/variance", place, "inner"),
        members,
        said,
    )


def _epsilon(call: Call) -> Operand:
    return constant(r"\epsilon", call.number_of("eps", 1e-5))


def _learned(call: Call, place: Place) -> list[Operand]:
    """Return γ and β of an element, as far as there are any."""
    found = []
    for name, symbol in zip(call.node.parameters, (r"\gamma", r"\beta"), strict=False):
        source = call.state[name]
        at = place[-source.tensor.dim() :] if call.node.operation == "layer_norm" else (place[1],)
        found.append(source.operand(symbol, at))
    return found


def _scales(call: Call, members: tuple[slice, ...]) -> Tensor:
    """Return γ for each element of a part of the input."""
    scale = call.state[call.node.parameters[0]].tensor.double()
    if call.node.operation != "layer_norm":
        scale = scale.reshape(-1, *[1] * (call.input.tensor.dim() - 2))
    return torch.broadcast_to(scale, call.input.tensor.shape)[members]

"""Softmax, its logarithm, and the cross-entropy that is made of them."""

from __future__ import annotations

from torch import Tensor

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import (
    Account,
    Call,
    Element,
    Place,
    Places,
    Share,
    Source,
    constant,
    places_where,
)
from visualizer.engine.losses import IGNORED

SOFTMAX = ("softmax", "log_softmax")
CROSS_ENTROPY = ("cross_entropy",)
_SHARE = "The share of this class in the sum of the exponentials of all logits."


def explain_softmax(element: Element) -> Account:
    """Explain one probability, or its logarithm, by all logits that it competes with."""
    dimension = int(element.number_of("dim", -1)) % element.output.dim()
    own = element.place[dimension]
    logits = element.input.operands("z", _competing(element.output, element.place, dimension))
    share = share_symbols(own, len(logits))
    numbers = share_numbers(logits, own)
    if element.node.operation == "softmax":
        expression, formula = f"exp(z[{own}] - logsumexp(z))", f"p_{{{own}}} = {share}"
        return Account(expression, _SHARE, logits, formula=formula, numbers=numbers)
    formula = rf"\log p_{{{own}}} = \log {share}"
    said = f"The logarithm of it: {_SHARE}"
    return Account(f"z[{own}] - logsumexp(z)", said, logits, formula=formula, numbers=rf"\log {numbers}")


def share_of_softmax(asked: Share) -> Account:
    """Explain the gradient of a logit: it moves all probabilities, its own up and the others down."""
    dimension = int(asked.number_of("dim", -1)) % asked.output.dim()
    own = asked.place[dimension]
    places = _competing(asked.output, asked.place, dimension)
    gradients = asked.gradient.operands("g", places)
    outputs = Source("activation", asked.node.id, asked.output)
    if asked.node.operation == "softmax":
        said = "A logit moves its own probability up and all others down: dp_k/dz_j = p_k ([k = j] − p_j)."
        return Account(f"p[{own}] * (g[{own}] - sum(g * p))", said, [*gradients, *outputs.operands("p", places)])
    said = "A logit moves its own logarithm up by 1 and all of them down by its probability."
    y = outputs.operand("y", asked.place)
    return Account(f"g[{own}] - exp(y) * sum(g)", said, [*gradients, y])


def explain_cross_entropy(element: Element) -> Account:
    """Explain the loss of one sample by its logits, that of several by the loss of each."""
    logits, targets = _plain(element)
    counted = _counted(element, targets)
    if element.output.dim():
        return _sample_loss(logits, targets, element.place)
    if len(counted) == 1:
        return _sample_loss(logits, targets, counted[0])
    losses = []
    for number, place in enumerate(counted):
        values = logits.tensor[_row(place)].double()
        value = float(values.logsumexp(0) - values[int(targets.tensor[place])])
        losses.append(Operand(f"L_{{{number}}}", value, f"{element.node.id}/L", place, "inner"))
    divisor = [] if element.attribute("reduction", "mean") == "sum" else [constant("n", len(counted))]
    said = f"The {'mean' if divisor else 'sum'} over {len(counted)} of minus the logarithm of the probability given "
    return Account("sum(L) / n" if divisor else "sum(L)", f"{said}to the right class.", [*losses, *divisor])


def explain_sample_loss(element: Element) -> Account:
    """Explain the loss of one sample of a batch, or of one step of a sequence."""
    logits, targets = _plain(element)
    return _sample_loss(logits, targets, element.place)


def share_of_cross_entropy(asked: Share) -> Account:
    """Explain the gradient of a logit: its probability, minus 1 where its class is the right one."""
    logits, targets = _plain(asked)
    counted = _counted(asked, targets)
    sample, own = (asked.place[0], *asked.place[2:]), asked.place[1]
    if sample not in counted:
        return Account("zero", "This step has no class: it does not count.", [constant("zero", 0.0)])
    target = int(targets.tensor[sample])
    g = asked.gradient.operand("g", sample if asked.output.dim() else ())
    row = _competing(logits.tensor, asked.place, 1)
    z = logits.operands("z", row)
    y = constant("y", float(own == target))
    mean = not asked.output.dim() and asked.attribute("reduction", "mean") == "mean"
    n = [constant("n", len(counted))] if mean else []
    share = f"exp(z[{own}] - logsumexp(z))"
    said = f"The probability of class {own} minus {y.value:g}, as the right class is {target}"
    return Account(
        f"g * ({share} - y)" + (" / n" if n else ""),
        f"{said}{', divided by the number of samples' if len(counted) > 1 else ''}.",
        [g, *z, y, *n],
    )


def _plain(call: Call) -> tuple[Source, Source]:
    if len(call.given) != 2 or call.number_of("label_smoothing", 0):
        raise call.unexplained("only logits with one class each, without weights or smoothing, are")
    logits, targets = call.given
    if logits.tensor.dim() != targets.tensor.dim() + 1 or logits.tensor.dim() < 2 or targets.tensor.is_floating_point():
        raise call.unexplained("only logits with one class per sample are")
    return logits, targets


def _counted(call: Call, targets: Source) -> list[Place]:
    """Return the places of the targets that count."""
    ignored = int(call.number_of("ignore_index", IGNORED))
    return [tuple(place) for place in (targets.tensor != ignored).nonzero().tolist()]


def _row(place: Place) -> tuple[int | slice, ...]:
    return (place[0], slice(None), *place[1:])


def _sample_loss(logits: Source, targets: Source, place: Place) -> Account:
    own = int(targets.tensor[place])
    operands = logits.operands("z", _competing(logits.tensor, (place[0], own, *place[1:]), 1))
    return Account(
        f"logsumexp(z) - z[{own}]",
        f"Minus the logarithm of the probability that the network gives to the right class, {own}.",
        [*operands, targets.operand("y", place)],
        formula=rf"L = -\log p_{{{own}}} = -\log {share_symbols(own, len(operands))}",
        numbers=rf"-\log {share_numbers(operands, own)}",
    )


def _competing(tensor: Tensor, place: Place, dimension: int) -> Places:
    return places_where(tensor.shape, {axis: at for axis, at in enumerate(place) if axis != dimension})


def share_symbols(own: int, count: int) -> str:
    """Return the share of one exponential in the sum of all as TeX."""
    return rf"\frac{{e^{{z_{{{own}}}}}}}{{\sum_{{k=0}}^{{{count - 1}}} e^{{z_k}}}}"


def share_numbers(logits: list[Operand], own: int) -> str:
    """Return the same with the logits as numbers."""
    terms = tex.terms(len(logits), lambda k: f"e^{{{tex.number(logits[k].value)}}}")
    return rf"\frac{{e^{{{tex.number(logits[own].value)}}}}}{{{terms}}}"

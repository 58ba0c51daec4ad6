"""Root mean square normalisation. Zhang and Sennrich 2019."""

from __future__ import annotations

import math

import torch

from visualizer.engine.explain.element import (
    Account,
    Call,
    Element,
    Place,
    Places,
    Share,
    constant,
    places_where,
)

OPERATIONS = ("rms_norm",)


def explain(element: Element) -> Account:
    """Explain one element: scaled by the root of the mean square of its position, then by a learned number."""
    places, axes = _position(element, element.place)
    gamma = [source.operand(r"\gamma", element.place[-axes:]) for source in element.given[1:]]
    operands = [
        element.input.operand("x", element.place),
        *gamma,
        *element.input.operands("v", places),
        constant("n", len(places)),
        constant(r"\epsilon", _epsilon(element)),
    ]
    said = f"Scaled by the root of the mean square of the {len(places)} numbers v of its position"
    term = "x / sqrt(sum(v**2) / n + epsilon)"
    return Account(f"gamma * {term}" if gamma else term, f"{said}{', then by γ' if gamma else ''}.", operands)


def share(asked: Share) -> Account:
    """Explain the gradient of an input, which also moves the mean square: (γ g - x mean(γ g v) / r²) / r."""
    if asked.argument:
        raise asked.unexplained("only the gradient of its input is")
    places, axes = _position(asked, asked.place)
    rows = tuple(torch.from_numpy(axis.copy()) for axis in places.T)
    values, scaled = asked.source.tensor[rows].double(), asked.gradient.tensor[rows].double()
    gamma = [source.operand(r"\gamma", asked.place[-axes:]) for source in asked.given[1:]]
    for source in asked.given[1:]:
        scaled = scaled * source.tensor.double().flatten()
    root = math.sqrt(float(values.square().mean()) + _epsilon(asked))
    operands = [
        asked.gradient.operand("g", asked.place),
        *gamma,
        asked.source.operand("x", asked.place),
        constant("c", float((scaled * values).mean())),
        constant("r", root),
    ]
    said = "An input also moves the mean square: r is its root, c the mean of all gradients here, each times its input."
    return Account(f"({'gamma * g' if gamma else 'g'} - x * c / r**2) / r", said, operands)


def _position(call: Call, place: Place) -> tuple[Places, int]:
    """Return all that is normalised together with an element, and over how many axes."""
    normal = call.attribute("normalized_shape", [])
    axes = len(normal) if isinstance(normal, list) else 1
    shape = call.input.tensor.shape
    return places_where(shape, dict(enumerate(place[: len(shape) - axes]))), axes


def _epsilon(call: Call) -> float:
    return call.number_of("eps", torch.finfo(call.input.tensor.dtype).eps)

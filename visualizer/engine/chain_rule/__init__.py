"""Backpropagation as the chain rule: the factors from the loss to one element of a parameter, and their proof."""

from __future__ import annotations

from torch import nn

from visualizer.core.topics.chain_rule import Chain
from visualizer.engine.chain_rule.chain import paths
from visualizer.engine.chain_rule.scene import Place, Scene
from visualizer.engine.chain_rule.ways import ways
from visualizer.engine.recording import Pass


def chain(network: nn.Module, seen: Pass, parameter: str, index: Place, *, step: int = 0, sample: int = 0) -> Chain:
    """Return the factors of the gradient of one element of a parameter in a recorded pass.

    The parameters have to be as they were then. Raises UserError for an element that does not exist or
    has no gradient.
    """
    scene = Scene(network, seen)
    scene.check(parameter, index)
    found = paths(scene, parameter, index)
    element = scene.element(parameter, index)
    return Chain(
        parameter=parameter,
        index=index,
        symbol=element.name,
        value=element.value,
        paths=found,
        product=sum(path.value for path in found),
        gradient=float(seen.parameter_gradients[parameter][index]),
        ways=ways(seen, parameter),
        step=step,
        sample=sample,
    )

"""The lines of a program that computes a recorded pass again, each made sure of by running its call once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.graph import Node
from visualizer.core.script import Names, computed_nodes
from visualizer.engine.chain_rule.calls import Result, UnwrittenError, line
from visualizer.engine.chain_rule.local import LocalFunction
from visualizer.engine.chain_rule.scene import Scene
from visualizer.engine.tracing.nested import with_tensors


def lines(scene: Scene) -> list[str]:
    """Return a line for each operation of a pass; raise UserError for one that no line of PyTorch repeats."""
    names = Names(scene.seen.graph)
    return [_line(scene, node, names) for node in computed_nodes(scene.seen.graph)]


def _line(scene: Scene, node: Node, names: Names) -> str:
    try:
        function = scene.functions.get(node.id)
        if node.kind == "opaque" or function is None:
            raise UnwrittenError("its inside is hidden")
        result = _repeated(function, scene.values)
        return line(function.called, [names[source] for source in function.sources], names.outputs(node), result)
    except UnwrittenError as error:
        raise UserError(
            f"There is no script for this network: no line of PyTorch repeats the {node.operation} at '{node.id}', "
            f"as {error}."
        ) from error


def _repeated(function: LocalFunction, values: Mapping[str, Tensor]) -> Result:
    """Run a call again and return what it returns; raise UnwrittenError where these are other numbers."""
    if not all(source in values for source in function.sources):
        raise UnwrittenError("one of its arguments was not recorded")
    given, called = [values[source].clone() for source in function.sources], function.called
    left = iter(given)
    args, kwargs = with_tensors(called.arguments, lambda _: next(left))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        result = called.function(*args, **kwargs)
    made = [given[place] for place in called.overwritten] or _tensors(result)
    if len(made) != len(function.outputs):
        raise UnwrittenError("it writes into a part of another tensor")
    for name, tensor in zip(function.outputs, made, strict=True):
        if not torch.allclose(tensor, values[name], rtol=1e-4, atol=1e-6, equal_nan=True):
            raise UnwrittenError("it draws random numbers")
    if called.overwritten:
        return Result(several=False, shared=False)
    computed_from_each_other = called.function is torch.lstm_cell
    handed_through = any(tensor is one for tensor in made for one in given)
    return Result(not isinstance(result, Tensor), handed_through or computed_from_each_other)


def _tensors(result: Any) -> list[Tensor]:
    parts = list(result) if isinstance(result, tuple | list) else [result]
    found = [part for part in parts if isinstance(part, Tensor)]
    if len(found) < len(parts):
        raise UnwrittenError("it returns more than tensors")
    if any(tensor.is_complex() for tensor in found):
        raise UnwrittenError("its numbers are complex")
    return found

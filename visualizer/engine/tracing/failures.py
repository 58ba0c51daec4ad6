"""One sentence for a pass that broke off: which layer, which operation, which shapes."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.errors import reason_of as reason_of
from visualizer.engine.tracing.fitting import what_fits
from visualizer.engine.tracing.structure import TracedNode
from visualizer.engine.tracing.tracer import Tracer


def sentence(tracer: Tracer, failure: BaseException) -> str:
    """Return what went wrong and where, in one sentence."""
    if isinstance(failure, UserError):
        return str(failure)
    reason = reason_of(failure)
    node = tracer.nodes[-1] if tracer.nodes else None
    if node is None or node.error != reason:
        path, given = tracer.calls.where(failure)
        place = _place(path, type(tracer.calls.modules[path]).__name__)
        fitting = what_fits(tracer.calls.modules[path], {}, given[0].shape) if given else ""
        return f"{place} stopped with {type(failure).__name__}{_given(given)}: {fitting or reason}."
    place = _place(node.call.path, node.call.module_class)
    shape = node.incoming[0].shape if node.incoming else ()
    fitting = what_fits(tracer.calls.of(node.call), node.attributes, shape) if shape else ""
    return f"{place} failed in {node.operation} with {_shapes(tracer, node)}: {fitting or reason}."


def _given(tensors: Iterable[Tensor]) -> str:
    shapes = " and ".join(_shape(tensor.shape) for tensor in tensors)
    return f" at an input of shape {shapes}" if shapes else ""


def _place(path: str, module_class: str) -> str:
    if not module_class:
        return "The loss"
    return f"Layer '{path}' ({module_class})" if path else f"The network ({module_class})"


def _shapes(tracer: Tracer, node: TracedNode) -> str:
    parameters = dict(tracer.calls.modules[""].named_parameters(remove_duplicate=False))
    given = [f"an input of shape {_shape(edge.shape)}" for edge in node.incoming]
    given += [f"{name} of shape {_shape(parameters[name].shape)}" for name in node.parameters[:1]]
    return " and ".join(given) or "no tensor"


def _shape(sizes: Iterable[int]) -> str:
    return "×".join(map(str, sizes)) or "()"

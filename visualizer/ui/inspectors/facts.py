"""The line that says what a layer is: Conv2d 1 → 16, 3×3, stride 1, padding 1."""

from __future__ import annotations

from visualizer.core.graph import Attribute, Node
from visualizer.core.numbers import shape_text, whole
from visualizer.ui.inspectors.subject import Subject


def fact_line(subject: Subject) -> str:
    """Return class or operation and what configures it; of a module of several operations, what is in it."""
    if not subject.is_single and subject.recording.graph.call[subject.id].module_class:
        return _inside(subject)
    node = subject.node
    if node.kind == "input":
        return "Input of the network"
    own_layer = node.module_class and node.id.split("#")[0] == node.module
    facts = [_head(node, node.module_class if own_layer else node.operation.strip("_").replace("_", " "))]
    facts += _window(node)
    if "eps" in node.attributes:
        facts.append(f"ε {_text(node.attributes['eps'])}")
    for name in ("dim", "start_dim", "negative_slope", "alpha", "p", "exponent", "reduction", "index"):
        if name in node.attributes:
            facts.append(f"{name.replace('_', ' ')} {_text(node.attributes[name])}")
    return ", ".join(facts)


def _inside(subject: Subject) -> str:
    call = subject.recording.graph.call[subject.id]
    children = [other for other in subject.recording.graph.calls if other.parent == subject.id]
    kinds = {child.module_class for child in children}
    if len(children) > 1 and len(kinds) == 1:
        return f"{call.module_class} of {len(children)} × {kinds.pop()}, {len(subject.nodes)} operations"
    return f"{call.module_class} of {len(subject.nodes)} operations"


def _head(node: Node, name: str) -> str:
    given = node.attributes
    for before, after in (("in_channels", "out_channels"), ("in_features", "out_features")):
        if before in given and after in given:
            return f"{name} {_text(given[before])} → {_text(given[after])}"
    for count in ("num_features", "num_channels", "normalized_shape"):
        if count in given:
            return f"{name} {_text(given[count])}"
    return name


def _window(node: Node) -> list[str]:
    given = node.attributes
    facts = []
    if "kernel_size" in given:
        size = given["kernel_size"]
        pooled_plane = isinstance(size, int) and node.operation.endswith("2d")
        facts.append(f"{size}×{size}" if pooled_plane else _text(size))
        facts += [f"{name} {_text(given[name], True)}" for name in ("stride", "padding") if name in given]
    for name, usual in (("dilation", 1), ("groups", 1)):
        value = given.get(name, usual)
        if any(one != usual for one in (value if isinstance(value, list) else [value])):
            facts.append(f"{name} {_text(value, True)}")
    if "output_size" in given:
        size = given["output_size"]
        facts.append(f"to {size}×{size}" if isinstance(size, int) else f"to {_text(size)}")
    return facts


def _text(value: Attribute, alike_once: bool = False) -> str:
    """Return an attribute as it is written; a list of equal sizes as one number where `alike_once`."""
    if isinstance(value, list):
        sizes = tuple(value)
        return str(sizes[0]) if alike_once and len(set(sizes)) == 1 else shape_text(sizes)
    if isinstance(value, bool):
        return str(value).lower()
    return whole(value) if isinstance(value, int) else str(value)

"""Operations that compute nothing: each element was copied from one place of one input."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import EllipsisType

import torch
from torch import Tensor

from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Element, Place, Source

Item = int | slice | EllipsisType | None
Moved = Callable[[Tensor, Element], Tensor | Sequence[Tensor]]


def _dimension(element: Element, name: str = "dim", default: int = 0) -> int:
    return int(element.number_of(name, default))


def _same(tensor: Tensor, element: Element) -> Tensor:
    return tensor.view(element.output.shape)


MOVED: dict[str, Moved] = {
    **dict.fromkeys(
        ("flatten", "view", "reshape", "squeeze", "unsqueeze", "unflatten", "contiguous", "clone", "detach", "to"),
        _same,
    ),
    "permute": lambda tensor, element: tensor.permute(element.per_axis("dims", [], tensor.dim())),
    "transpose": lambda tensor, element: tensor.transpose(_dimension(element, "dim0"), _dimension(element, "dim1")),
    "T": lambda tensor, _: tensor.permute(*reversed(range(tensor.dim()))),
    "mT": lambda tensor, _: tensor.mT,
    "expand": lambda tensor, element: tensor.expand(element.output.shape),
    "select": lambda tensor, element: tensor.select(_dimension(element), _dimension(element, "index")),
    "unbind": lambda tensor, element: tensor.unbind(_dimension(element)),
    "chunk": lambda tensor, element: tensor.chunk(_dimension(element, "chunks"), _dimension(element)),
    "getitem": lambda tensor, element: tensor[_index(element)],
}
OPERATIONS = (*MOVED, "cat", "pad", "dropout")


def explain(element: Element) -> Account:
    """Say where an element was copied from."""
    find = _FINDERS.get(element.node.operation, _moved)
    found = find(element)
    here = tex.subscript(element.place[1:])
    if found is None:
        fill = element.number_of("value", 0.0)
        return Account(f"y{here} = {tex.number(fill)}", f"y{here} = {tex.number(fill)}", "Padding.", fill)
    source, place = found
    x = source.operand(f"x{tex.subscript(place[1:])}", place)
    where = ", ".join(map(str, place[1:]))
    said = f"Copied unchanged from ({where}) of {source.name}." if where else f"Copied unchanged from {source.name}."
    return Account(f"y{here} = {x.name}", f"y{here} = {tex.number(x.value)}", said, x.value, [x])


def _moved(element: Element) -> tuple[Source, Place]:
    """Find the place by doing the same to a tensor without memory: its strides tell where an element would lie."""
    source = element.input
    empty = torch.empty(source.tensor.shape, device="meta")
    moved = MOVED[element.node.operation](empty, element)
    target = moved if isinstance(moved, Tensor) else moved[element.output_number]
    if target.shape != element.output.shape:
        raise element.unexplained("its arguments are not all known")
    offset = target.storage_offset() + sum(at * step for at, step in zip(element.place, target.stride(), strict=True))
    return source, _unravelled(int(offset), source.tensor.shape)


def _joined(element: Element) -> tuple[Source, Place]:
    dimension = _dimension(element) % element.output.dim()
    at = element.place[dimension]
    if sum(source.tensor.shape[dimension] for source in element.given) != element.output.shape[dimension]:
        raise element.unexplained("one tensor was put in more than once")
    for source in element.given:
        if at < source.tensor.shape[dimension]:
            break
        at -= source.tensor.shape[dimension]
    return source, (*element.place[:dimension], at, *element.place[dimension + 1 :])


def _padded(element: Element) -> tuple[Source, Place] | None:
    """Return where a padded element was before; `pad` holds before and after for each axis, the last axis first."""
    pads = element.node.attributes.get("pad")
    if not isinstance(pads, list) or element.attribute("mode", "constant") != "constant":
        raise element.unexplained("only padding with a constant is")
    place = list(element.place)
    for axis, before in enumerate(pads[::2], 1):
        place[-axis] -= before
    sizes = element.input.tensor.shape
    inside = all(0 <= at < size for at, size in zip(place, sizes, strict=True))
    return (element.input, tuple(place)) if inside else None


def _passed(element: Element) -> tuple[Source, Place]:
    if not element.input.tensor.equal(element.output):
        raise element.unexplained("it has dropped numbers at random")
    return element.input, element.place


_FINDERS: dict[str, Callable[[Element], tuple[Source, Place] | None]] = {
    "cat": _joined, "pad": _padded, "dropout": _passed,
}  # fmt: skip


def _unravelled(offset: int, shape: Sequence[int]) -> Place:
    place = []
    for size in reversed(shape):
        offset, at = divmod(offset, size)
        place.append(at)
    return tuple(reversed(place))


def _index(element: Element) -> tuple[Item, ...]:
    """Return the index that `index` writes down, as in `0, :, 1:5:2`."""
    text = str(element.attribute("index", ""))
    return tuple(_index_item(item, element) for item in text.split(", "))


def _index_item(item: str, element: Element) -> Item:
    if item == "...":
        return ...
    if item == "None":
        return None
    if not re.fullmatch(r"-?\d+|(-?\d*:){1,2}-?\d*", item):
        raise element.unexplained("it was indexed by a tensor")
    if ":" not in item:
        return int(item)
    return slice(*(int(end) if end else None for end in item.split(":")))

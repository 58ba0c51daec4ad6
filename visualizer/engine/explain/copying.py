"""Operations that compute nothing: each element was copied from one place of one input, and gradients go back there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import EllipsisType

import torch
from torch import Tensor

from visualizer.core.frames import Operand
from visualizer.engine.explain import tex
from visualizer.engine.explain.element import Account, Call, Element, Place, Share, Source, constant, places_where

Item = int | slice | EllipsisType | None
Moved = Callable[[Tensor, Call, Sequence[int]], Tensor | Sequence[Tensor]]


def _dimension(call: Call, name: str = "dim", default: int = 0) -> int:
    return int(call.number_of(name, default))


def _same(tensor: Tensor, _: Call, shape: Sequence[int]) -> Tensor:
    return tensor.view(*shape) if shape else tensor.reshape(())


def _split(tensor: Tensor, call: Call, _: Sequence[int]) -> Sequence[Tensor]:
    sizes = call.attribute("split_size", call.attribute("split_size_or_sections", 1))
    pieces: Sequence[Tensor] = torch.split(
        tensor, sizes if isinstance(sizes, list) else int(call.number_of("split_size", 1)), _dimension(call)
    )
    return pieces


MOVED: dict[str, Moved] = {
    **dict.fromkeys(
        ("flatten", "view", "reshape", "squeeze", "unsqueeze", "unflatten", "contiguous", "clone", "detach", "to",
         "alias", "float"),
        _same,
    ),
    "permute": lambda tensor, call, _: tensor.permute(call.per_axis("dims", [], tensor.dim())),
    "transpose": lambda tensor, call, _: tensor.transpose(_dimension(call, "dim0"), _dimension(call, "dim1")),
    "T": lambda tensor, *_: tensor.permute(*reversed(range(tensor.dim()))),
    "mT": lambda tensor, *_: tensor.mT,
    "t": lambda tensor, *_: tensor.t(),
    "expand": lambda tensor, _, shape: tensor.expand(*shape),
    "select": lambda tensor, call, _: tensor.select(_dimension(call), _dimension(call, "index")),
    "unbind": lambda tensor, call, _: tensor.unbind(_dimension(call)),
    "chunk": lambda tensor, call, _: tensor.chunk(_dimension(call, "chunks"), _dimension(call)),
    "split": _split,
    "getitem": lambda tensor, call, _: tensor[_index(call)],
}  # fmt: skip
JOINED = ("cat", "stack")
OPERATIONS = (*MOVED, *JOINED, "pad", "dropout", "interpolate")


def explain(element: Element) -> Account:
    """Say where an element was copied from."""
    if element.node.operation == "dropout" and not element.input.tensor.equal(element.output):
        return _dropped(element)
    found = _FINDERS.get(element.node.operation, source_of)(element)
    here = tex.subscript(element.place[1:])
    if found is None:
        fill = constant("p", element.number_of("value", 0.0))
        return Account("p", "Padding: a fixed number.", [fill], formula=f"y{here} = p")
    source, place = found
    where = ", ".join(map(str, place[1:]))
    said = f"Copied unchanged from ({where}) of {source.name}." if where else f"Copied unchanged from {source.name}."
    return Account("x", said, [source.operand("x", place)], formula=f"y{here} = x{tex.subscript(place[1:])}")


def share(asked: Share) -> Account:
    """Say to where an element was copied: from there its gradient comes back."""
    operands: list[Operand] = []
    for number, output in enumerate(asked.outputs):
        gradient = asked.gradients[number]
        places = _REACHED.get(asked.node.operation, places_of)(asked, number, output)
        if gradient is not None:
            operands += [gradient.operand(f"g_{{{at}}}", place) for at, place in enumerate(places, len(operands))]
    if asked.node.operation == "dropout" and not asked.source.tensor.equal(asked.output):
        return Account("sum(g) * m / (1 - p)", _DROPPED, [*operands, *_mask(asked, asked.place)])
    if not operands:
        return Account("zero", "It was copied to no place from which a gradient comes.", [constant("zero", 0.0)])
    if len(operands) == 1:
        return Account("sum(g)", "It was only copied: the gradient comes back unchanged.", operands)
    return Account("sum(g)", f"It was copied to {len(operands)} places: their gradients add up.", operands)


_DROPPED = "Dropout draws at random which numbers pass (m = 1); those are scaled up, so that the mean stays."


def _dropped(element: Element) -> Account:
    x = element.input.operand("x", element.place)
    return Account("x * m / (1 - p)", _DROPPED, [x, *_mask(element, element.place)])


def _mask(call: Element | Share, place: Place) -> list[Operand]:
    kept = float(call.output[place]) != 0
    if not kept and float(call.input.tensor[place]) == 0:
        raise call.unexplained("whether it dropped this number, a zero, cannot be told")
    return [constant("m", float(kept)), constant("p", call.number_of("p", 0.5))]


def source_of(element: Element) -> tuple[Source, Place]:
    """Find the place by doing the same to a tensor without memory: its strides tell where an element would lie."""
    source = element.input if len(element.given) > 1 else element.given[0]
    target = _view(element, source.tensor, element.output_number, element.output)
    offset = target.storage_offset() + sum(at * step for at, step in zip(element.place, target.stride(), strict=True))
    return source, _unravelled(int(offset), source.tensor.shape)


def places_of(asked: Share, number: int, output: Tensor) -> list[Place]:
    """Return the places of an output to which an element went, found by the strides of a view."""
    target = _view(asked, asked.source.tensor, number, output)
    left = _ravelled(asked.place, asked.source.tensor.shape) - target.storage_offset()
    fixed: dict[int, int] = {}
    steps = sorted(enumerate(zip(target.shape, target.stride(), strict=True)), key=lambda axis: -axis[1][1])
    for axis, (size, step) in steps:
        if size > 1 and step > 0:
            fixed[axis] = left // step
            left -= fixed[axis] * step
            if not 0 <= fixed[axis] < size:
                return []
    return [] if left else [tuple(place) for place in places_where(target.shape, fixed).tolist()]


def _view(call: Call, tensor: Tensor, number: int, output: Tensor) -> Tensor:
    moved = MOVED[call.node.operation](torch.empty(tensor.shape, device="meta"), call, output.shape)
    target = moved if isinstance(moved, Tensor) else moved[number]
    if target.shape != output.shape:
        raise call.unexplained("its arguments are not all known")
    return target


def _joined(element: Element) -> tuple[Source, Place]:
    dimension, lengths = _lengths(element, element.output)
    at = element.place[dimension]
    number = 0
    while at >= lengths[number]:
        at -= lengths[number]
        number += 1
    middle = (at,) if element.node.operation == "cat" else ()
    return element.given[number], (*element.place[:dimension], *middle, *element.place[dimension + 1 :])


def _joined_at(asked: Share, _: int, output: Tensor) -> list[Place]:
    dimension, lengths = _lengths(asked, output)
    before = sum(lengths[: asked.argument])
    if asked.node.operation == "stack":
        return [(*asked.place[:dimension], before, *asked.place[dimension:])]
    return [(*asked.place[:dimension], before + asked.place[dimension], *asked.place[dimension + 1 :])]


def _lengths(call: Call, output: Tensor) -> tuple[int, list[int]]:
    """Return the axis along which was joined, and how much of it each input takes."""
    dimension = _dimension(call) % output.dim()
    stacked = call.node.operation == "stack"
    lengths = [1 if stacked else source.tensor.shape[dimension] for source in call.given]
    if sum(lengths) != output.shape[dimension]:
        raise call.unexplained("one tensor was put in more than once")
    return dimension, lengths


def _padded(element: Element) -> tuple[Source, Place] | None:
    """Return where a padded element was before; `pad` holds before and after for each axis, the last axis first."""
    place = _shifted(element, element.place, -1)
    sizes = element.input.tensor.shape
    inside = all(0 <= at < size for at, size in zip(place, sizes, strict=True))
    return (element.input, place) if inside else None


def _padded_at(asked: Share, _: int, output: Tensor) -> list[Place]:
    place = _shifted(asked, asked.place, 1)
    return [place] if all(0 <= at < size for at, size in zip(place, output.shape, strict=True)) else []


def _shifted(call: Call, place: Place, sign: int) -> Place:
    pads = call.node.attributes.get("pad")
    if not isinstance(pads, list) or call.attribute("mode", "constant") != "constant":
        raise call.unexplained("only padding with a constant is")
    moved = list(place)
    for axis, before in enumerate(pads[::2], 1):
        moved[-axis] += sign * before
    return tuple(moved)


def _enlarged(element: Element) -> tuple[Source, Place]:
    _check_nearest(element)
    spatial = list(zip(element.place, element.input.tensor.shape, element.output.shape, strict=True))
    return element.input, tuple(at * size // count for at, size, count in spatial)


def _enlarged_to(asked: Share, _: int, output: Tensor) -> list[Place]:
    _check_nearest(asked)
    places: list[Place] = [()]
    for at, size, count in zip(asked.place, asked.source.tensor.shape, output.shape, strict=True):
        seen = [i for i in range(count) if i * size // count == at]
        places = [(*place, i) for place in places for i in seen]
    return places


def _check_nearest(call: Call) -> None:
    if call.attribute("mode", "nearest") != "nearest":
        raise call.unexplained("only enlarging to the nearest neighbour is")


_FINDERS: dict[str, Callable[[Element], tuple[Source, Place] | None]] = {
    "cat": _joined, "stack": _joined, "pad": _padded, "interpolate": _enlarged,
    "dropout": lambda element: (element.input, element.place),
}  # fmt: skip
_REACHED: dict[str, Callable[[Share, int, Tensor], list[Place]]] = {
    "cat": _joined_at, "stack": _joined_at, "pad": _padded_at, "interpolate": _enlarged_to,
    "dropout": lambda asked, _, __: [asked.place],
}  # fmt: skip


def _ravelled(place: Place, shape: Sequence[int]) -> int:
    offset = 0
    for at, size in zip(place, shape, strict=True):
        offset = offset * size + at
    return offset


def _unravelled(offset: int, shape: Sequence[int]) -> Place:
    place = []
    for size in reversed(shape):
        offset, at = divmod(offset, size)
        place.append(at)
    return tuple(reversed(place))


def _index(call: Call) -> tuple[Item, ...]:
    """Return the index that `index` writes down, as in `0, :, 1:5:2`."""
    text = str(call.attribute("index", ""))
    return tuple(_index_item(item, call) for item in text.split(", "))


def _index_item(item: str, call: Call) -> Item:
    if item == "...":
        return ...
    if item == "None":
        return None
    if not re.fullmatch(r"-?\d+|(-?\d*:){1,2}-?\d*", item):
        raise call.unexplained("it was indexed by a tensor")
    if ":" not in item:
        return int(item)
    return slice(*(int(end) if end else None for end in item.split(":")))

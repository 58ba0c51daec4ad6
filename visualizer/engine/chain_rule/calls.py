"""A recorded call of torch as a line of a program: the function that ran, with the very arguments it was given."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from visualizer.engine.tracing.called import Called

_PLACES: tuple[tuple[str, Any], ...] = (
    ("F", functional),
    ("torch", torch),
    *((f"torch.{name}", getattr(torch, name)) for name in ("special", "linalg", "fft")),
    ("torch._C._nn", torch._C._nn),
)
_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "truediv": "/", "floordiv": "//", "mod": "%", "matmul": "@",
    "pow": "**", "gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!=", "and": "&", "or": "|",
}  # fmt: skip
_SIGNS = _OPERATORS | {f"__{word}__": sign for word, sign in _OPERATORS.items()}
_TURNED = {f"__r{word}__": sign for word, sign in _OPERATORS.items()}
_IN_PLACE = {"__itruediv__": "true_divide_", "__ifloordiv__": "floor_divide_", "__imod__": "remainder_"}


@dataclass(frozen=True)
class Result:
    """What a call returns: `several` tensors in a tuple or one.

    It is `shared` where one of them is a tensor that was given to the call or goes into another of its results: then
    each becomes a tensor of its own in the program, so that gradients are told apart as they were recorded.
    """

    several: bool
    shared: bool


class UnwrittenError(Exception):
    """A call that no line of PyTorch repeats."""


def line(called: Called, inputs: list[str], outputs: list[str], result: Result) -> str:
    """Return the line that repeats a call; `inputs` and `outputs` are the variables of its tensors, in order.

    A tensor that the call writes into is copied first, so that every variable keeps its value. Raises UnwrittenError
    for a function that has no name in torch, and for an argument that is no plain value.
    """
    args, kwargs = called.arguments
    name = getattr(called.function, "__name__", "")
    if name == "__setitem__":
        left = iter(inputs)
        target, index, value = _text(args[0], left), _index(args[1], left), _text(args[2], left)
        return f"{outputs[0]} = {target}.clone()\n{outputs[0]}[{index}] = {value}"
    left = iter([f"{inputs[0]}.clone()", *inputs[1:]] if called.overwritten else inputs)
    if name == "__getitem__":
        right = f"{_text(args[0], left)}[{_index(args[1], left)}]"
    else:
        given = [_text(argument, left) for argument in args]
        named = {name: _text(argument, left) for name, argument in kwargs.items()}
        right = _called(called.function, given, named, kwargs)
    if not result.several:
        return f"{outputs[0]} = {right}{'[...]' * result.shared}"
    targets = f"{', '.join(outputs)}{',' * (len(outputs) == 1)}"
    return f"{targets} = (part[...] for part in {right})" if result.shared else f"{targets} = {right}"


def _called(function: Callable[..., Any], given: list[str], named: dict[str, str], kwargs: dict[str, Any]) -> str:
    name = getattr(function, "__name__", "")
    if name == "__get__":
        return f"{given[0]}.{function.__self__.__name__}"  # type: ignore[attr-defined]
    if function in (getattr(Tensor, name, None), getattr(Tensor, f"__{name}__", None)):
        return _method(name, given, named)
    path = _path(function, name)
    usual = _defaults(function)
    said = [f"{key}={text}" for key, text in named.items() if not _same(kwargs[key], usual.get(key, _same))]
    return f"{path}({', '.join([*given, *said])})"


def _path(function: Callable[..., Any], name: str) -> str:
    """Return under which name a program finds a function: `torch.fft.rfft` calls itself `fft_rfft`."""
    for place, module in _PLACES:
        for word in (name, name.removeprefix(f"{place.rpartition('.')[2]}_")):
            if getattr(module, word, None) is function:
                return f"{place}.{word}"
    raise UnwrittenError("its function has no name in torch")


def _method(name: str, given: list[str], named: dict[str, str]) -> str:
    if len(given) == 2 and not named and name in _SIGNS:
        return f"{given[0]} {_SIGNS[name]} {_operand(given[1])}"
    if len(given) == 2 and not named and name in _TURNED:
        return f"{_operand(given[1])} {_TURNED[name]} {given[0]}"
    if name in _IN_PLACE:
        name = _IN_PLACE[name]
    elif name.startswith("__i") and name != "__invert__":
        name = f"{name[3:-2]}_"
    return f"{given[0]}.{name}({', '.join([*given[1:], *(f'{key}={text}' for key, text in named.items())])})"


def _operand(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}
    except (TypeError, ValueError):  # built-in functions have no signature
        return {}


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and value == default


def _index(index: Any, left: Iterator[str]) -> str:
    items = index if isinstance(index, tuple) else (index,)
    return ", ".join(_text(item, left) for item in items) or "()"


def _text(value: Any, left: Iterator[str]) -> str:
    """Return an argument as Python writes it; tensors take the variables in their order."""
    if isinstance(value, Tensor):
        text = next(left)
    elif isinstance(value, float) and not math.isfinite(value):
        text = f'float("{value}")'
    elif value is None or type(value) in (bool, int, float, str):
        text = repr(value)
    elif value is Ellipsis:
        text = "..."
    elif isinstance(value, slice):
        ends = ["" if end is None else _text(end, left) for end in (value.start, value.stop)]
        text = ":".join(ends if value.step is None else [*ends, _text(value.step, left)])
    elif isinstance(value, torch.dtype | torch.memory_format | torch.layout):
        text = str(value)
    elif isinstance(value, list):
        text = f"[{', '.join(_text(item, left) for item in value)}]"
    elif isinstance(value, tuple):
        text = f"({', '.join(_text(item, left) for item in value)}{',' * (len(value) == 1)})"
    else:
        raise UnwrittenError(f"one of its arguments is a {type(value).__name__}")
    return text

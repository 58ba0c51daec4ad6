"""Formulas written once, in Python: evaluated in float64, and set as TeX with symbols or with numbers."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from visualizer.core.frames import Operand, Products
from visualizer.engine.explain import tex

Value = npt.NDArray[np.float64]
Binding = Mapping[str, Value]

_erf = np.vectorize(math.erf, otypes=[np.float64])


def _log_sum_exp(values: Value) -> Any:
    largest = np.max(values)
    return largest + np.log(np.sum(np.exp(values - largest)))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt, "tanh": np.tanh, "erf": _erf, "abs": np.abs,
    "sin": np.sin, "cos": np.cos, "sign": np.sign, "floor": np.floor, "sum": np.sum, "logsumexp": _log_sum_exp,
    "max": lambda *values: np.max(values[0]) if len(values) == 1 else np.maximum(*values),
    "min": lambda *values: np.min(values[0]) if len(values) == 1 else np.minimum(*values),
}  # fmt: skip
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], tuple[Callable[[Any, Any], Any], str]] = {
    ast.Gt: (np.greater, ">"), ast.GtE: (np.greater_equal, r"\geq"), ast.Eq: (np.equal, "="),
    ast.Lt: (np.less, "<"), ast.LtE: (np.less_equal, r"\leq"), ast.NotEq: (np.not_equal, r"\neq"),
}  # fmt: skip


def identifier(symbol: str) -> tuple[str, bool]:
    r"""Return the name of a TeX symbol in an expression, and whether it is one of an array.

    `\sigma^2` is sigma2, `x_1` is x_1, `z_{12}` one of the array z.
    """
    base, brace, _ = symbol.partition("_{")
    return base.replace("\\", "").replace("^", ""), bool(brace)


def bindings(operands: Sequence[Operand], products: Products | None) -> dict[str, Value]:
    """Return the values that the names of an expression stand for."""
    bound: dict[str, Value] = {}
    arrays: dict[str, list[float]] = {}
    for operand in operands:
        name, in_array = identifier(operand.name)
        if in_array:
            arrays.setdefault(name, []).append(operand.value)
        else:
            bound[name] = np.array(operand.value, np.float64)
    for name, values in arrays.items():
        bound[name] = np.array(values, np.float64)
    for factors in (products.first, products.second) if products is not None else ():
        assert products is not None
        bound[identifier(factors.symbol)[0]] = factors.values[products.inside].astype(np.float64)
    return bound


def evaluate(expression: str, bound: Binding) -> float:
    """Return the value of an expression in float64; infinite or NaN where it has none."""
    with np.errstate(all="ignore"):
        return float(_value(_parsed(expression), bound))


def with_symbols(expression: str, operands: Sequence[Operand], products: Products | None) -> str:
    """Return an expression as TeX with its symbols."""
    names = {identifier(operand.name)[0]: operand.name.partition("_{")[0] for operand in operands}
    listed: dict[str, list[str]] = {}
    for operand in operands:
        if identifier(operand.name)[1]:
            listed.setdefault(identifier(operand.name)[0], []).append(operand.name)
    for factors in (products.first, products.second) if products is not None else ():
        names[identifier(factors.symbol)[0]] = factors.symbol
        listed[identifier(factors.symbol)[0]] = []
    return _Symbols(names, listed).text(_parsed(expression))


def with_numbers(expression: str, bound: Binding) -> str:
    """Return an expression as TeX with numbers in place of symbols; of long sums the first terms and the last."""
    return _Numbers(bound).text(_parsed(expression))


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


def _value(node: ast.expr, bound: Binding) -> Any:
    found: Any
    match node:
        case ast.Constant(value=int() | float() as number):
            found = np.float64(number)
        case ast.Name(id=name):
            found = bound[name]
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int() as place)):
            found = bound[name][place]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            found = -_value(operand, bound)
        case ast.BinOp(left=left, op=operator, right=right):
            found = _BINARY[type(operator)](_value(left, bound), _value(right, bound))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            found = np.float64(1) * _COMPARED[type(operator)][0](_value(left, bound), _value(right, bound))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            found = FUNCTIONS[name](*(_value(argument, bound) for argument in arguments))
        case _:
            raise ValueError(f"no formula: {ast.unparse(node)}")
    return found


_SUM, _PRODUCT, _POWER, _ATOM = range(4)  # how tightly a piece of TeX holds together


_CALLED = {
    "exp": ("e^{", "}", _POWER),
    "sqrt": (r"\sqrt{", "}", _ATOM),
    "abs": (r"\left|", r"\right|", _ATOM),
    "erf": (r"\mathrm{erf}\left(", r"\right)", _ATOM),
    "floor": (r"\left\lfloor ", r"\right\rfloor", _ATOM),
    "sign": (r"\mathrm{sign}\left(", r"\right)", _ATOM),
}


class _Writer:
    """Sets an expression; what a name is set as is the business of the two below."""

    def text(self, node: ast.expr) -> str:
        return self._written(node)[0]

    def _name(self, name: str) -> tuple[str, int]:
        raise NotImplementedError

    def _element(self, name: str, place: int) -> tuple[str, int]:
        raise NotImplementedError

    def _total(self, term: ast.expr) -> tuple[str, int]:
        raise NotImplementedError

    def _listed(self, argument: ast.expr) -> str:
        return self.text(argument)

    def _bound(self, node: ast.expr, strength: int) -> str:
        text, own = self._written(node)
        return text if own >= strength else rf"\left({text}\right)"

    def _written(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Constant(value=int() | float() as number):
                written = tex.number(number), _ATOM
            case ast.Name(id=name):
                written = self._name(name)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int() as place)):
                written = self._element(name, place)
            case ast.UnaryOp(operand=operand):
                written = f"-{self._bound(operand, _PRODUCT)}", _SUM
            case ast.BinOp(left=left, op=operator, right=right):
                written = self._binary(left, operator, right)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                written = rf"\left[{self.text(left)} {_COMPARED[type(operator)][1]} {self.text(right)}\right]", _ATOM
            case ast.Call(func=ast.Name(id=name), args=arguments):
                written = self._call(name, arguments)
            case _:
                raise ValueError(f"no formula: {ast.unparse(node)}")
        return written

    def _binary(self, left: ast.expr, operator: ast.operator, right: ast.expr) -> tuple[str, int]:
        match operator:
            case ast.Add():
                return f"{self._bound(left, _SUM)} + {self._bound(right, _PRODUCT)}", _SUM
            case ast.Sub():
                return f"{self._bound(left, _SUM)} - {self._bound(right, _PRODUCT)}", _SUM
            case ast.Mult():
                return rf"{self._bound(left, _PRODUCT)} \cdot {self._bound(right, _PRODUCT)}", _PRODUCT
            case ast.Div():
                return rf"\frac{{{self.text(left)}}}{{{self.text(right)}}}", _POWER
            case _:
                return f"{{{self._bound(left, _ATOM)}}}^{{{self.text(right)}}}", _POWER

    def _call(self, name: str, arguments: list[ast.expr]) -> tuple[str, int]:
        first = arguments[0]
        if name == "sum":
            return self._total(first)
        if name in ("max", "min"):
            listed = ", ".join(map(self.text, arguments)) if len(arguments) > 1 else self._listed(first)
            return rf"\{name}\left({listed}\right)", _ATOM
        if name == "logsumexp":
            exponentials = ast.Call(ast.Name("exp"), [first], [])
            return rf"\log\left({self._total(exponentials)[0]}\right)", _ATOM
        if name == "log1p":
            return rf"\log\left(1 + {self._bound(first, _PRODUCT)}\right)", _ATOM
        opening, closing, strength = _CALLED.get(name, (rf"\{name}\left(", r"\right)", _ATOM))
        return f"{opening}{self.text(first)}{closing}", strength


class _Symbols(_Writer):
    def __init__(self, names: Mapping[str, str], listed: Mapping[str, Sequence[str]]) -> None:
        self._names, self._lists = names, listed

    def _name(self, name: str) -> tuple[str, int]:
        return self._names[name] + ("_{i}" if name in self._lists else ""), _ATOM

    def _element(self, name: str, place: int) -> tuple[str, int]:
        return self._lists[name][place], _ATOM

    def _total(self, term: ast.expr) -> tuple[str, int]:
        return rf"\sum_{{i}} {self._bound(term, _PRODUCT)}", _PRODUCT


class _Numbers(_Writer):
    def __init__(self, bound: Binding) -> None:
        self._values = bound

    def _name(self, name: str) -> tuple[str, int]:
        return _number(self._values[name])

    def _element(self, name: str, place: int) -> tuple[str, int]:
        return _number(self._values[name][place])

    def _total(self, term: ast.expr) -> tuple[str, int]:
        arrays = self._arrays(term)
        return tex.terms(len(arrays[0][1]), lambda place: self._at(arrays, place)._bound(term, _PRODUCT)), _SUM

    def _listed(self, argument: ast.expr) -> str:
        arrays = self._arrays(argument)
        return tex.terms(len(arrays[0][1]), lambda place: self._at(arrays, place).text(argument), ", ")

    def _arrays(self, term: ast.expr) -> list[tuple[str, Value]]:
        names = [node.id for node in ast.walk(term) if isinstance(node, ast.Name) and node.id in self._values]
        return [(name, self._values[name]) for name in names if np.ndim(self._values[name])]

    def _at(self, arrays: list[tuple[str, Value]], place: int) -> _Numbers:
        return _Numbers({**self._values, **{name: values[place] for name, values in arrays}})


def _number(value: Any) -> tuple[str, int]:
    text = tex.number(float(value))
    return text, _SUM if value < 0 else _PRODUCT if "10^" in text else _ATOM

"""How a torch function is named, what it does to its arguments, and what is worth showing of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from torch import Tensor, nn

from visualizer.core.graph import Attribute

Role = Literal["metadata", "decision", "constant", "operation", "hidden"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Asked of a tensor without computing on it, or tied to the very tensor object that is given.
_METADATA = _words("""
    size dim ndimension numel nelement stride storage_offset element_size is_contiguous is_floating_point is_complex
    is_signed is_same_size is_inference data_ptr untyped_storage storage get_device has_names _is_view is_shared
    requires_grad_ register_hook register_post_accumulate_grad_hook retain_grad backward
    __len__ __repr__ __str__ __format__ __hash__ __set__ __delete__ __reduce_ex__
    _set_grad_enabled is_grad_enabled result_type can_cast manual_seed
""")
_DECISIONS = _words("""
    item tolist equal allclose is_nonzero numpy __bool__ __int__ __float__ __index__ __complex__ __contains__ __array__
""")
_TENSOR_PROPERTIES = _words("T mT H mH real imag data")
_LIKE = _words("zeros ones full empty rand randn randint")
_RENAMED = {
    "truediv": "div",
    "rtruediv": "rdiv",
    "radd": "add",
    "rmul": "mul",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "true_divide": "div",
    "concat": "cat",
    "concatenate": "cat",
    "floordiv": "floor_divide",
}
# Built-in functions have no signature: the arguments after the first, as torch documents them.
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "add": ("other",),
    "sub": ("other",),
    "mul": ("other",),
    "div": ("other",),
    "rsub": ("other",),
    "rdiv": ("other",),
    "rpow": ("base",),
    **dict.fromkeys(("remainder", "lt", "le", "gt", "ge", "eq", "ne"), ("other",)),
    "pow": ("exponent",),
    "flatten": ("start_dim", "end_dim"),
    "cat": ("dim",),
    "stack": ("dim",),
    "mean": ("dim", "keepdim"),
    "sum": ("dim", "keepdim"),
    **dict.fromkeys(("max", "min", "amax", "amin", "logsumexp"), ("dim", "keepdim")),
    **dict.fromkeys(("var", "std"), ("dim", "correction", "keepdim")),
    "linalg_vector_norm": ("ord", "dim", "keepdim"),
    "softmax": ("dim",),
    "log_softmax": ("dim",),
    "transpose": ("dim0", "dim1"),
    "chunk": ("chunks", "dim"),
    "split": ("split_size", "dim"),
    "unbind": ("dim",),
    "select": ("dim", "index"),
    "squeeze": ("dim",),
    "unsqueeze": ("dim",),
    "clamp": ("min", "max"),
    "leaky_relu": ("negative_slope",),
    "conv1d": ("", "", "stride", "padding", "dilation", "groups"),
    "conv2d": ("", "", "stride", "padding", "dilation", "groups"),
    "conv3d": ("", "", "stride", "padding", "dilation", "groups"),
    **dict.fromkeys(
        [f"max_pool{axes}d" for axes in (1, 2, 3)], ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    ),
    **dict.fromkeys(
        [f"avg_pool{axes}d" for axes in (1, 2, 3)],
        ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
    ),
}
_SHAPE_ARGUMENT = {"view": "shape", "reshape": "shape", "expand": "shape", "permute": "dims", "repeat": "sizes"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What is known of a torch function before it is called."""

    name: str
    role: Role
    in_place: bool = False
    arguments: tuple[str, ...] = ()  # names of the arguments after the first

    def overwrites(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Tensor]:
        """Return the tensors that a call with these arguments writes into."""
        if kwargs.get("out") is not None:
            out = kwargs["out"]
            return [out] if isinstance(out, Tensor) else list(out)
        if not (self.in_place or self._asked_in_place(args, kwargs)):
            return []
        first = args[0] if args else next(iter(kwargs.values()))
        return [first] if isinstance(first, Tensor) else [item for item in first if isinstance(item, Tensor)]

    def _asked_in_place(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        if kwargs.get("inplace"):
            return True
        if "inplace" not in self.arguments:
            return False
        place = self.arguments.index("inplace") + 1
        return len(args) > place and args[place] is True


@lru_cache(maxsize=4096)
def operation_of(function: Callable[..., Any]) -> Operation:
    """Return what is known of a function that torch hands to a `TorchFunctionMode`."""
    name = getattr(function, "__name__", "") or str(function)
    if name == "__get__":  # a property of a tensor
        name = getattr(getattr(function, "__self__", None), "__name__", name)
        return Operation(name, "operation" if name in _TENSOR_PROPERTIES else "metadata")
    if name in _METADATA:
        return Operation(name, "metadata")
    word, in_place = _spoken(name.split(".")[0])
    if name in _DECISIONS:
        return Operation(word, "decision")
    made = word.removeprefix("new_") if word.startswith("new_") else word.removesuffix("_like")
    if made in _LIKE or word == "new_tensor":
        return Operation(word, "constant")
    return Operation(word, "operation", in_place, _argument_names(function, word))


def _spoken(name: str) -> tuple[str, bool]:
    """Return an operation's plain name and whether it works in place: `__iadd__` and `add_` are `add`."""
    if name.startswith("__") and name.endswith("__"):
        word = name.strip("_")
        in_place = word == "setitem"
        if word[0] == "i" and hasattr(Tensor, f"__{word[1:]}__") and word not in ("invert", "index"):
            word, in_place = word[1:], True
    else:
        in_place = name.endswith("_") and not name.startswith("_set_")
        word = name.strip("_")
    return _RENAMED.get(word, word), in_place


def _argument_names(function: Callable[..., Any], word: str) -> tuple[str, ...]:
    if word in _ARGUMENTS:
        return _ARGUMENTS[word]
    try:
        return tuple(inspect.signature(function).parameters)[1:]
    except (TypeError, ValueError):
        return ()


def argument_attributes(operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Attribute]:
    """Return the plain numbers and words among the arguments of a call, by name."""
    shape = _SHAPE_ARGUMENT.get(operation.name)
    if shape is not None:
        sizes = args[1:] if len(args) != 2 or isinstance(args[1], int) else args[1]
        given = {shape: sizes, **kwargs}
    elif operation.name in ("getitem", "setitem"):
        return {"index": _index_text(args[1])} if len(args) > 1 else {}
    else:
        named = [(name, item) for name, item in zip(operation.arguments, args[1:], strict=False) if name]
        given = {**dict(named), **kwargs}
    return plain(given)


def module_attributes(module: nn.Module) -> dict[str, Attribute]:
    """Return what configures a layer of torch.nn: kernel size, features, slope, ..."""
    return plain({name: getattr(module, name, None) for name in getattr(module, "__constants__", ())})


def plain(values: dict[str, Any]) -> dict[str, Attribute]:
    """Return the values that are numbers, words, or sequences of numbers."""
    found: dict[str, Attribute] = {}
    for name, value in values.items():
        if isinstance(value, (bool, int, float, str)):
            found[name] = value
        elif isinstance(value, (tuple, list)) and value and all(type(item) in (int, float) for item in value):
            found[name] = list(value)
    return found


def _index_text(index: Any) -> str:
    items = index if isinstance(index, tuple) else (index,)
    return ", ".join(_index_word(item) for item in items)


def _index_word(item: Any) -> str:
    if isinstance(item, slice):
        ends = ["" if end is None else str(end) for end in (item.start, item.stop)]
        return ":".join(ends if item.step is None else [*ends, str(item.step)])
    if isinstance(item, Tensor):
        return f"tensor {'×'.join(map(str, item.shape))}"
    return "..." if item is Ellipsis else str(item)

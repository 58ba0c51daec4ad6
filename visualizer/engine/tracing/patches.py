"""What torch hides from a `TorchFunctionMode` and is opened for the time of one pass."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch.autograd import Function
from torch.nn import functional

_OPENED = frozenset(["multi_head_attention_forward"])
_CHECKS = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")

Apply = Callable[[type[Function], Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Give an attribute another value and put back what was there."""
    original = vars(owner)[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextmanager
def opened(apply: Apply) -> Iterator[None]:
    """Open attention into its operations, hand custom autograd functions to `apply`, keep compiled code eager.

    torch asks `has_torch_function` at the top of each function of torch.nn.functional; where the answer is no,
    the function's own operations are seen instead of the function.
    """
    original = Function.apply.__func__  # type: ignore[attr-defined]

    def traced_apply(cls: type[Function], *args: Any, **kwargs: Any) -> Any:
        return apply(cls, lambda *given, **named: original(cls, *given, **named), args, kwargs)

    with ExitStack() as stack:
        for name in _CHECKS:
            stack.enter_context(replaced(functional, name, _unless_opened(getattr(functional, name))))
        stack.enter_context(replaced(Function, "apply", classmethod(traced_apply)))
        if "torch._dynamo" in sys.modules:  # else nothing is compiled, and importing it would take seconds
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        yield


def _unless_opened(check: Callable[..., bool]) -> Callable[..., bool]:
    def answer(*tensors: Any) -> bool:
        return sys._getframe(1).f_code.co_name not in _OPENED and check(*tensors)

    return answer

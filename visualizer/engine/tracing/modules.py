"""Which module call is running, and which tensors are a module's own parameters and buffers."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from visualizer.engine.tracing.nested import tensors_in
from visualizer.engine.tracing.structure import TracedCall

LOSS = "loss"


class ModuleCalls:
    """Follows the calls of a network's modules, and knows their parameters and buffers by identity.

    A module or tensor that can be reached by several names goes by the first.
    """

    def __init__(self, network: nn.Module) -> None:
        self.modules: dict[str, nn.Module] = {}
        self.parameters: dict[int, str] = {}
        self.buffers: dict[int, str] = {}
        self._paths: dict[int, str] = {}
        for path, module in network.named_modules(remove_duplicate=False):
            self.modules[path] = module
            self._paths.setdefault(id(module), path)
            for name, parameter in module.named_parameters(path, recurse=False):
                self.parameters.setdefault(id(parameter), name)
            for name, buffer in module.named_buffers(path, recurse=False):
                self.buffers.setdefault(id(buffer), name)
        self._counts: Counter[str] = Counter()
        self.root = self._new("", type(network).__name__, None)
        self.current = self.root
        self._root_entered = False

    @cached_property
    def storages(self) -> frozenset[int]:
        """The memory of all parameters and buffers, which changes after the pass."""
        network = self.modules[""]
        return frozenset(storage_of(tensor) for tensor in (*network.parameters(), *network.buffers()))

    @cached_property
    def _attributes(self) -> set[int]:
        """Tensors that modules keep without calling them parameters or buffers."""
        attributes = (value for module in self.modules.values() for value in vars(module).values())
        return {id(value) for value in attributes if isinstance(value, Tensor)}

    def owns(self, tensor: Tensor) -> bool:
        """Whether a tensor is a parameter, a buffer or an attribute of a module."""
        key = id(tensor)
        return key in self.parameters or key in self.buffers or key in self._attributes

    @property
    def in_loss(self) -> bool:
        """Whether the loss is running."""
        return not self.current.module_class

    def _new(self, path: str, module_class: str, parent: TracedCall | None) -> TracedCall:
        self._counts[path] += 1
        return TracedCall(path, module_class, self._counts[path], parent)

    def enter(self, module: nn.Module) -> None:
        """Note that a module starts to run; modules from outside of the network are none of our calls."""
        path = self._paths.get(id(module))
        if path is None:
            return
        if path == "" and not self._root_entered:
            self._root_entered = True
        else:
            self.current = self._new(path, type(module).__name__, self.current)

    def leave(self, module: nn.Module) -> None:
        """Note that a module has ended, in whatever way."""
        if id(module) in self._paths and self.current.parent is not None:
            self.current = self.current.parent

    def enter_loss(self) -> None:
        """From here on operations belong to the loss."""
        self.current = self._new(LOSS, "", self.root)

    def of(self, call: TracedCall) -> nn.Module | None:
        """Return the module that a call runs, None for the loss."""
        return self.modules[call.path] if call.module_class else None

    def where(self, failure: BaseException) -> tuple[str, list[Tensor]]:
        """Return the path of the innermost module in whose code an exception arose, and what it was called with."""
        path, given = "", []
        for frame, _ in traceback.walk_tb(failure.__traceback__):
            names = frame.f_locals
            path = self._paths.get(id(names.get("self")), path)
            if frame.f_code is nn.Module._wrapped_call_impl.__code__:
                given = tensors_in((names["args"], names["kwargs"]))
        return path, given


@contextmanager
def module_hooks(enter: Callable[..., None], finish: Callable[..., None], leave: Callable[..., None]) -> Iterator[None]:
    """Have `enter` called before every module's forward, `finish` with its result, and `leave` even if it fails."""
    handles = [
        register_module_forward_pre_hook(enter),
        register_module_forward_hook(finish, with_kwargs=True),
        register_module_forward_hook(leave, always_call=True),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def storage_of(tensor: Tensor) -> int:
    """Return a number that tensors on the same memory share; 0 where a tensor has no storage of its own."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError, ValueError):
        return 0

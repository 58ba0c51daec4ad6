"""Freezing: which layers stay as they are, how that is done, and the proof that they did."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from visualizer.core.errors import UserError
from visualizer.core.experiment import frozen_by
from visualizer.core.frames import LayerStatus


class Freezer:
    """Applies the freeze plan of an experiment to one network; the only caller of `.train()` in the program.

    `layers` are the paths of the modules that hold parameters of their own, in forward order: those in
    `forward_paths` first, in that order, then the ones that did not run. Parameters that the network itself made
    untrainable stay so.
    """

    def __init__(self, network: nn.Module, forward_paths: Iterable[str] = ()) -> None:
        self._network = network
        self._patterns: tuple[str, ...] = ()
        self._fingerprints: dict[str, str] = {}
        self._fixed = {id(parameter) for parameter in network.parameters() if not parameter.requires_grad}
        holders = {path: module for path, module in network.named_modules() if module._parameters}
        order = dict.fromkeys([*(path for path in forward_paths if path in holders), *holders])
        self._holders = {path: holders[path] for path in order}
        self.layers = list(self._holders)

    def twin(self, network: nn.Module) -> Freezer:
        """Return a freezer for a copy of the network, with the same layers; it has not frozen anything yet."""
        twin = Freezer(network, self.layers)
        pairs = zip(self._network.parameters(), network.parameters(), strict=True)
        twin._fixed = {id(copied) for own, copied in pairs if id(own) in self._fixed}
        return twin

    @property
    def parameter_count(self) -> int:
        """Numbers in all parameters."""
        return sum(parameter.numel() for parameter in self._network.parameters())

    @property
    def trainable_count(self) -> int:
        """Numbers in the parameters that training changes."""
        return sum(parameter.numel() for parameter in self._network.parameters() if parameter.requires_grad)

    def apply(self, patterns: tuple[str, ...]) -> list[nn.Parameter]:
        """Freeze the modules that the shell patterns name, and no others; return the parameters this unfreezes.

        Frozen parameters require no gradient and lose the one they have, so that every optimizer skips them; frozen
        modules are in eval mode, so that BatchNorm keeps its running statistics and Dropout passes all through.
        Raises UserError for a pattern that names no module.
        """
        self.check(patterns)
        self._patterns = patterns
        modules = self._frozen_modules()
        frozen = self._fixed | {id(parameter) for module in modules.values() for parameter in module.parameters()}
        unfrozen = []
        for parameter in self._network.parameters():
            trainable = id(parameter) not in frozen
            if trainable and not parameter.requires_grad:
                unfrozen.append(parameter)
            parameter.requires_grad_(trainable)
            if not trainable:
                parameter.grad = None
        self._set_training_modes()
        self._fingerprints = {
            path: self._fingerprints.get(path) or fingerprint(module)
            for path, module in self._holders.items()
            if id(module) in modules
        }
        return unfrozen

    def forget_fingerprints(self) -> None:
        """Take the present values of frozen layers as those to keep; for when a whole other state was loaded."""
        self._fingerprints = {path: fingerprint(self._holders[path]) for path in self._fingerprints}

    def accept(self, parameter: str) -> None:
        """Take the present value of a parameter as one to keep, where its layer is frozen: it was set by hand."""
        path = parameter.rpartition(".")[0]
        if path in self._fingerprints:
            self._fingerprints[path] = fingerprint(self._holders[path])

    def statuses(self) -> list[LayerStatus]:
        """Return every layer with a fingerprint made now; frozen ones are compared with the time of their freezing."""
        return [self._status(path, module) for path, module in self._holders.items()]

    @contextmanager
    def evaluating(self) -> Iterator[None]:
        """Put the whole network into eval mode, and back into the modes of training at the end."""
        self._network.eval()
        try:
            yield
        finally:
            self._set_training_modes()

    def _set_training_modes(self) -> None:
        self._network.train()
        for module in self._frozen_modules().values():
            module.eval()

    def _frozen_modules(self) -> dict[int, nn.Module]:
        """Return the frozen modules by identity; one that goes by several names is frozen by any of them."""
        named = self._network.named_modules(remove_duplicate=False)
        return {id(module): module for path, module in named if frozen_by(self._patterns, path)}

    def _status(self, path: str, module: nn.Module) -> LayerStatus:
        made_now = fingerprint(module)
        at_freezing = self._fingerprints.get(path)
        return LayerStatus(
            path=path,
            parameter_count=sum(parameter.numel() for parameter in module.parameters(recurse=False)),
            frozen=at_freezing is not None,
            verified=None if at_freezing is None else at_freezing == made_now,
            fingerprint=made_now,
        )

    def check(self, patterns: tuple[str, ...]) -> None:
        """Raise UserError for a pattern that names no module."""
        paths = [path for path, _ in self._network.named_modules(remove_duplicate=False) if path]
        for pattern in patterns:
            if not pattern or not any(frozen_by((pattern,), path) for path in ["", *paths]):
                near = difflib.get_close_matches(pattern, paths, n=1, cutoff=0.0)
                hint = f": did you mean '{near[0]}'?" if near else "; it has no modules inside."
                raise UserError(f"The freeze pattern '{pattern}' matches no module of this network{hint}")


def fingerprint(module: nn.Module) -> str:
    """Return the SHA-256, in hexadecimal, over the bytes of a module's own parameters and buffers."""
    digest = hashlib.sha256()
    for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
        digest.update(tensor.detach().reshape(-1).contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()

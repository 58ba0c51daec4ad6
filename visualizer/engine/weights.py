"""Weights in safetensors files: written whole or not at all, read with limits, never pickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save as encode
from torch import Tensor, nn

from visualizer.core import catalogue, resources
from visualizer.core.errors import UserError
from visualizer.core.files import write_atomically
from visualizer.engine.safetensors_file import Header, read, read_header


def save(source: nn.Module | Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write parameters and buffers with a card of strings; on failure the old file stays and UserError is raised.

    The bytes depend on nothing but the tensors as long as `metadata` has at most one entry (their order is not fixed).
    """
    state = source.state_dict() if isinstance(source, nn.Module) else source
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
    write_atomically(path, encode(tensors, metadata=dict(metadata) if metadata else None))


def load_into(module: nn.Module, path: Path) -> None:
    """Copy the tensors of a file into a module, all of them or, raising UserError, none.

    Names and shapes have to be exactly those of the module's parameters and buffers.
    """
    own = module.state_dict()
    _check_fit(own, read_header(path), path)
    tensors = read(path)
    for name, tensor in tensors.items():
        if tensor.is_floating_point() != own[name].is_floating_point():
            raise UserError(f"{path}: '{name}' is {_dtype(tensor)}, the network needs {_dtype(own[name])}.")
        if not torch.isfinite(tensor).all():
            raise UserError(f"{path}: '{name}' holds NaN or infinite values, a network needs finite ones.")
    with torch.no_grad():
        for name, tensor in tensors.items():
            own[name].copy_(tensor)


def card(path: Path) -> dict[str, str]:
    """Return the strings that `save` wrote beside the tensors; raise UserError for a file that is damaged."""
    return read_header(path).metadata


def pretrained_path(network: str) -> Path:
    """Return the file of a network's shipped weights; raise UserError where it has none."""
    path = resources.folder() / "weights" / f"{network}.safetensors"
    shipped = [entry.id for entry in catalogue.NETWORKS if entry.pretrained_on]
    if network not in shipped:
        raise UserError(
            f"There are no pretrained weights for '{network}', only for {', '.join(shipped[:-1])} and {shipped[-1]}: "
            "choose initial weights or a file."
        )
    if not path.is_file():
        raise UserError(f"The pretrained weights {path} are missing: install again, or choose initial weights.")
    return path


def _check_fit(own: Mapping[str, Tensor], header: Header, path: Path) -> None:
    missing = [name for name in own if name not in header.tensors]
    if missing:
        raise UserError(f"{path} lacks {_named(missing)}, which the network has: it holds other weights.")
    unexpected = [name for name in header.tensors if name not in own]
    if unexpected:
        raise UserError(f"{path} holds {_named(unexpected)}, which the network does not have.")
    for name, tensor in own.items():
        given = header.tensors[name].shape
        if given != tuple(tensor.shape):
            raise UserError(f"{path}: '{name}' has shape {_sizes(given)}, the network needs {_sizes(tensor.shape)}.")


def _named(names: list[str]) -> str:
    return f"'{names[0]}'" if len(names) == 1 else f"'{names[0]}' and {len(names) - 1} more"


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "of a single number"


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")

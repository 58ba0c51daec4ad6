"""A run in a file, from which another engine goes on bit for bit."""

from __future__ import annotations

from pathlib import Path

import msgspec
from torch import Tensor

from visualizer.core.errors import UserError
from visualizer.core.experiment import Experiment, check
from visualizer.engine import weights
from visualizer.engine.safetensors_file import read, read_header
from visualizer.engine.state import State


class _Card(msgspec.Struct, frozen=True):
    step: int
    experiment: Experiment


def write(path: Path, state: State, experiment: Experiment) -> None:
    """Write a safetensors file with `network/NAME`, `optimizer/QUANTITY/PARAMETER`, and the experiment as JSON."""
    tensors = {f"network/{name}": tensor for name, tensor in state.network.items()}
    tensors |= {f"optimizer/{key}": tensor for key, tensor in state.optimizer.items()}
    weights.save(tensors, path, {"checkpoint": msgspec.json.encode(_Card(state.step, experiment)).decode()})


def load(path: Path) -> tuple[State, Experiment]:
    """Return what `write` wrote; raises UserError for another kind of file or a damaged one."""
    try:
        card = msgspec.json.decode(read_header(path).metadata.get("checkpoint", ""), type=_Card)
    except msgspec.MsgspecError:
        raise UserError(f"{path} is no checkpoint of this program.") from None
    check(card.experiment)
    parts: dict[str, dict[str, Tensor]] = {"network": {}, "optimizer": {}}
    for key, tensor in read(path).items():
        kind, _, name = key.partition("/")
        parts.get(kind, {})[name] = tensor
    return State(card.step, parts["network"], parts["optimizer"]), card.experiment

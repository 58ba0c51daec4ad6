"""The state of a pretraining run in one file: parameters, buffers, momentum and the number of steps done."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from visualizer.core.errors import UserError
from visualizer.engine import weights
from visualizer.engine.safetensors_file import read


def save_checkpoint(path: Path, recipe: str, network: nn.Module, optimizer: torch.optim.SGD, steps_done: int) -> None:
    """Write the state so that a kill at any moment leaves a whole file; raise UserError where it cannot be written."""
    state = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    for name, parameter in network.named_parameters():
        state[f"momentum.{name}"] = optimizer.state[parameter]["momentum_buffer"]
    weights.save({**state, "steps_done": torch.tensor(steps_done)}, path, {"recipe": recipe})


def load_checkpoint(path: Path, recipe: str, network: nn.Module, optimizer: torch.optim.SGD) -> int:
    """Restore the state in place and return the number of steps done, 0 where there is no file yet.

    Raises UserError where the file is damaged or of a recipe that differs in any value.
    """
    if not path.exists():
        return 0
    if weights.card(path).get("recipe") != recipe:
        raise UserError(f"{path} was written by another recipe: remove it to start again.")
    state = read(path)
    network.load_state_dict({name: state[f"network.{name}"] for name in network.state_dict()})
    for name, parameter in network.named_parameters():
        optimizer.state[parameter]["momentum_buffer"] = state[f"momentum.{name}"]
    return int(state["steps_done"])
